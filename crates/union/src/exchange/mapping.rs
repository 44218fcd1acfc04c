//! 对应字段: which column of a file fills which field.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};

use super::columns::Layout;
use super::error::ExchangeError;
use super::reading::{FileFault, column_name};

/// One column of the file with the field it fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappedColumn {
    /// Column of the file, from 0.
    pub column: usize,
    /// What its heading says.
    pub heading: String,
    /// The field; empty when it is left out.
    pub field: String,
}

/// The mapping of one sheet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mapping {
    /// Row number of the headings, as the spreadsheet program shows it.
    pub header_row: u32,
    /// Every column with a heading.
    pub columns: Vec<MappedColumn>,
}

impl Mapping {
    /// The mapping that the headings suggest.
    pub fn suggested(layout: &Layout, header_row: u32, headings: &[String]) -> Self {
        let fields = layout.suggest(headings).into_iter();
        let columns = headings.iter().zip(fields).enumerate();
        let mapped = columns.filter(|(_, (heading, _))| !heading.is_empty());
        Self {
            header_row,
            columns: mapped
                .map(|(column, (heading, field))| MappedColumn {
                    column,
                    heading: heading.clone(),
                    field: field.map(|column| column.field.clone()).unwrap_or_default(),
                })
                .collect(),
        }
    }

    /// The field that a column fills.
    pub fn field_of(&self, column: usize) -> Option<&str> {
        let found = self.columns.iter().find(|one| one.column == column)?;
        (!found.field.is_empty()).then_some(found.field.as_str())
    }

    /// The column that fills a field.
    pub fn column_of(&self, field: &str) -> Option<&MappedColumn> {
        self.columns.iter().find(|one| one.field == field)
    }

    /// Sets what a column fills.
    pub fn assign(&mut self, column: usize, field: &str) {
        if let Some(one) = self.columns.iter_mut().find(|one| one.column == column) {
            field.clone_into(&mut one.field);
        }
    }

    /// Applies `heading → field` pairs as a person wrote them; both may be given in Chinese.
    ///
    /// # Errors
    /// A heading the file does not have, or a field nobody knows.
    pub fn apply(
        &mut self,
        layout: &Layout,
        wishes: &BTreeMap<String, String>,
    ) -> Result<(), ExchangeError> {
        for (heading, wish) in wishes {
            let known = self
                .columns
                .iter()
                .find(|one| one.heading == kernel::text::trim(heading));
            let Some(column) = known.map(|one| one.column) else {
                return Err(invalid(format!("对应关系里的列“{heading}”不在文件里")));
            };
            let field = match wish.trim() {
                "" | "-" => String::new(),
                wish => field_called(layout, wish).ok_or_else(|| {
                    invalid(format!("没有名为“{wish}”的栏目；可用：{}", titles(layout)))
                })?,
            };
            if !field.is_empty() {
                self.columns
                    .iter_mut()
                    .filter(|one| one.field == field)
                    .for_each(|one| one.field.clear());
            }
            self.assign(column, &field);
        }
        Ok(())
    }

    /// Whether the rows can be read with it: required fields are there, none is filled twice.
    ///
    /// # Errors
    /// What is missing or double.
    pub fn check(&self, layout: &Layout) -> Result<(), ExchangeError> {
        let filled = |field: &str| self.columns.iter().filter(|one| one.field == field).count();
        let missing: Vec<&str> = layout
            .columns
            .iter()
            .filter(|column| column.required && filled(&column.field) == 0)
            .map(|column| column.title.as_str())
            .collect();
        if !missing.is_empty() {
            let found: Vec<&str> = self
                .columns
                .iter()
                .map(|one| one.heading.as_str())
                .collect();
            return Err(FileFault::NoColumn {
                missing: super::reading::quoted(&missing),
                found: super::reading::quoted(&found),
            }
            .into());
        }
        for column in &layout.columns {
            if filled(&column.field) > 1 {
                return Err(invalid(format!(
                    "有两列都对应到「{}」，请只留一列",
                    column.title
                )));
            }
        }
        if let Some(stray) = self
            .columns
            .iter()
            .find(|one| !one.field.is_empty() && layout.column(&one.field).is_none())
        {
            return Err(invalid(format!("没有名为“{}”的栏目", stray.field)));
        }
        Ok(())
    }

    /// What tells one form of file from another: its headings, in order. Never its rows.
    pub fn digest(&self) -> String {
        let mut hash = Sm3::new();
        for one in &self.columns {
            hash.update(one.column.to_le_bytes());
            hash.update(one.heading.as_bytes());
            hash.update([0]);
        }
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Columns that are left out, by heading.
    pub fn left_out(&self) -> Vec<&str> {
        let out = self.columns.iter().filter(|one| one.field.is_empty());
        out.map(|one| one.heading.as_str()).collect()
    }

    /// A column in words: `C 列「手机号」`.
    pub fn describe(&self, field: &str) -> String {
        self.column_of(field).map_or(String::new(), |one| {
            format!("{} 列「{}」", column_name(one.column), one.heading)
        })
    }
}

fn invalid(message: String) -> ExchangeError {
    ExchangeError::Invalid {
        field: "mapping",
        message,
    }
}

fn field_called(layout: &Layout, wish: &str) -> Option<String> {
    let exact = layout.column(wish).map(|column| column.field.clone());
    exact.or_else(|| {
        layout
            .recognise(wish)
            .map(|(column, _)| column.field.clone())
    })
}

fn titles(layout: &Layout) -> String {
    layout
        .columns
        .iter()
        .map(|column| column.title.as_str())
        .collect::<Vec<_>>()
        .join("、")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::model::ImportKind;
    use kernel::{Date, DistrictCode};

    fn layout() -> &'static Layout {
        Layout::at(
            ImportKind::Members,
            DistrictCode::parse("330113").unwrap(),
            Date::constant(2026, 11, 20),
        )
        .unwrap()
    }

    fn mapping(headings: &[&str]) -> Mapping {
        let headings: Vec<String> = headings.iter().map(|&heading| heading.to_owned()).collect();
        Mapping::suggested(layout(), 1, &headings)
    }

    #[test]
    fn headings_suggest_fields_and_wishes_change_them() {
        let mut mapping = mapping(&["序号", "姓名", "", "证号", "电话"]);
        assert_eq!(mapping.field_of(1), Some("name"));
        assert_eq!(mapping.field_of(3), None);
        let missing = mapping.check(layout()).unwrap_err().to_string();
        assert!(
            missing.contains("证件号码") && missing.contains("序号"),
            "{missing}"
        );
        let wishes = BTreeMap::from([
            ("证号".to_owned(), "身份证号".to_owned()),
            ("电话".to_owned(), "-".to_owned()),
        ]);
        mapping.apply(layout(), &wishes).unwrap();
        assert_eq!(
            (mapping.field_of(3), mapping.field_of(4)),
            (Some("id_number"), None)
        );
        mapping.check(layout()).unwrap();
        assert_eq!(mapping.left_out(), ["序号", "电话"]);
        assert_eq!(mapping.describe("id_number"), "D 列「证号」");
    }

    #[test]
    fn a_field_is_filled_once() {
        let mut mapping = mapping(&["姓名", "证件号码", "甲", "乙"]);
        mapping.assign(2, "phone");
        mapping.assign(3, "phone");
        assert!(
            mapping
                .check(layout())
                .unwrap_err()
                .to_string()
                .contains("手机号码")
        );
    }

    #[test]
    fn the_digest_is_of_the_headings() {
        assert_eq!(
            mapping(&["姓名", "证件号码"]).digest(),
            mapping(&["姓名", "证件号码"]).digest()
        );
        assert_ne!(
            mapping(&["姓名", "证件号码"]).digest(),
            mapping(&["证件号码", "姓名"]).digest()
        );
    }
}
