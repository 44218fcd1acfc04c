//! What a spreadsheet may contain: the columns of each kind of import, read from `definitions/imports`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode, text};
use serde::Deserialize;

use super::error::ExchangeError;
use super::model::ImportKind;
use crate::members::MemberDraft;
use crate::rulebook::Rulebook;

/// How `niangjia definitions check|test` reads the folder `imports`.
pub const KIND: Kind = Kind {
    folder: "imports",
    check,
    test,
};

static MEMBERS: LazyLock<Rulebook<Layout>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), ImportKind::Members.definition()));
static EMPLOYERS: LazyLock<Rulebook<Layout>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), ImportKind::Employers.definition()));

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reads {
    /// As text.
    Text,
    /// A number with a meaning in every digit: cells typed as numbers beyond fifteen digits are refused,
    /// since the spreadsheet has already lost the last ones.
    Code,
    /// A day; serial numbers of the spreadsheet are understood.
    Date,
    /// Yes or no.
    Flag,
    /// A whole number.
    Count,
}

/// One column that is understood.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Stable name of the field it fills.
    pub field: String,
    /// The heading in the template and on screen.
    pub title: String,
    /// Other headings that mean the same, in order of preference.
    #[serde(default)]
    pub names: Vec<String>,
    /// How its cells are read.
    pub reads: Reads,
    /// No row can be taken without it.
    #[serde(default)]
    pub required: bool,
    /// Width in the template, in characters.
    pub width: u16,
    /// What is accepted, in one line.
    pub hint: String,
}

/// All columns of one kind of import.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// Headings that must be recognised before a row counts as the row of headings.
    pub least: usize,
    /// Days during which problem rows may be put right and a batch undone.
    pub keep_days: u16,
    /// The columns, in the order of the template.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

impl Layout {
    /// The layout that holds for a district on a day.
    ///
    /// # Errors
    /// [`ExchangeError::NoRule`] when the definitions hold none.
    pub fn at(
        kind: ImportKind,
        district: DistrictCode,
        day: Date,
    ) -> Result<&'static Self, ExchangeError> {
        let book: &'static Rulebook<Self> = match kind {
            ImportKind::Members => &MEMBERS,
            ImportKind::Employers => &EMPLOYERS,
        };
        Ok(book.at(district, day)?.body)
    }

    /// The column of a field.
    pub fn column(&self, field: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.field == field)
    }

    /// The heading of a field; the field itself when it is unknown.
    pub fn title<'a>(&'a self, field: &'a str) -> &'a str {
        self.column(field)
            .map_or(field, |column| column.title.as_str())
    }

    /// What a heading means: the column, and how far down its list of names the heading stands (0 best).
    pub fn recognise(&self, heading: &str) -> Option<(&Column, usize)> {
        let (whole, bare) = (plain(heading), plain(&without_brackets(heading)));
        [whole, bare]
            .iter()
            .filter(|heading| !heading.is_empty())
            .find_map(|heading| self.exactly(heading))
    }

    fn exactly(&self, plain_heading: &str) -> Option<(&Column, usize)> {
        let rank = |column: &Column| {
            let mut names = std::iter::once(&column.title).chain(&column.names);
            names.position(|name| plain(name) == plain_heading)
        };
        self.columns
            .iter()
            .find_map(|column| Some((column, rank(column)?)))
    }

    /// Chooses a field for every heading. When two columns would fill the same field, the better-named one
    /// does, then the left one; the other stays out.
    pub fn suggest(&self, headings: &[String]) -> Vec<Option<&Column>> {
        let known: Vec<_> = headings
            .iter()
            .map(|heading| self.recognise(heading))
            .collect();
        let mut best: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (place, found) in known.iter().enumerate() {
            let Some((column, rank)) = found else {
                continue;
            };
            let candidate = (*rank, place);
            let kept = best.entry(&column.field).or_insert(candidate);
            *kept = (*kept).min(candidate);
        }
        let chosen = |place: usize, column: &Column| {
            best.get(column.field.as_str())
                .is_some_and(|(_, kept)| *kept == place)
        };
        let suggest = known.into_iter().enumerate().map(|(place, found)| {
            found
                .map(|(column, _)| column)
                .filter(|column| chosen(place, column))
        });
        suggest.collect()
    }
}

/// A heading without what makes no difference: blanks, width, case, stars, colons, slashes.
fn plain(heading: &str) -> String {
    heading
        .chars()
        .filter(|c| !text::is_blank(*c))
        .map(text::half_width_char)
        .filter(|c| c.is_alphanumeric() || text::is_han(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// `身份证号（必填，18位）` → `身份证号`.
fn without_brackets(heading: &str) -> String {
    let mut depth = 0_u32;
    let outside = |c: &char| {
        match c {
            '(' | '（' | '[' | '【' | '〔' | '<' => depth += 1,
            ')' | '）' | ']' | '】' | '〕' | '>' => {
                depth = depth.saturating_sub(1);
                return false;
            }
            _ => {}
        }
        depth == 0
    };
    heading.chars().filter(outside).collect()
}

fn check(definition: &Definition) -> Vec<String> {
    let layout: Layout = match definition.body() {
        Ok(layout) => layout,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for column in &layout.columns {
        for name in std::iter::once(&column.title).chain(&column.names) {
            if let Some(other) = seen.insert(plain(name), &column.field)
                && other != column.field
            {
                faults.push(format!("列名“{name}”同时属于 {other} 和 {}", column.field));
            }
        }
        if definition.header.id == ImportKind::Members.definition()
            && !known_member_field(&column.field)
        {
            faults.push(format!("没有名为 {} 的会员栏目", column.field));
        }
    }
    faults
}

/// Fields of a row that say where the person belongs; the others fill the draft.
pub(crate) const PLACES: [&str; 4] = ["org", "org_code", "employer", "employer_code"];

fn known_member_field(field: &str) -> bool {
    PLACES.contains(&field) || MemberDraft::FIELDS.iter().any(|known| known.name == field)
}

/// One `[[test]]`: headings, and the field each should be taken for (empty: none).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    headings: Vec<String>,
    fields: Vec<String>,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let (layout, test): (Layout, Test) = (definition.body()?, read_test(table)?);
    let found: Vec<String> = layout
        .suggest(&test.headings)
        .into_iter()
        .map(|column| column.map_or(String::new(), |column| column.field.clone()))
        .collect();
    expect_equal(
        &test.headings.join("、"),
        &test.fields.join("、"),
        &found.join("、"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_layouts_hold_together() {
        for definition in Catalogue::in_force().of_kind("imports") {
            assert_eq!(
                check(definition),
                Vec::<String>::new(),
                "{}",
                definition.path
            );
            assert!(!definition.tests().is_empty());
            for table in definition.tests() {
                test(definition, table, Catalogue::in_force()).unwrap();
            }
        }
    }

    #[test]
    fn every_field_of_a_member_can_come_from_a_column() {
        let district = DistrictCode::parse("330113").unwrap();
        let layout =
            Layout::at(ImportKind::Members, district, Date::constant(2026, 11, 20)).unwrap();
        for field in MemberDraft::FIELDS {
            let column = layout
                .column(field.name)
                .unwrap_or_else(|| panic!("{}", field.name));
            assert_eq!(column.title, field.label);
            assert_eq!(column.required, field.required, "{}", field.name);
        }
    }

    #[test]
    fn every_value_a_hint_names_is_taken() {
        let district = DistrictCode::parse("330113").unwrap();
        let layout =
            Layout::at(ImportKind::Members, district, Date::constant(2026, 11, 20)).unwrap();
        for coded in crate::members::codes::ALL {
            let form = MemberDraft::FIELDS
                .iter()
                .find(|one| one.name == coded.field)
                .unwrap();
            for hint in [form.hint, &layout.column(coded.field).unwrap().hint] {
                for named in hint.split(['、', '，', '；']) {
                    let value = ["如 ", "或代码 ", "或 "]
                        .iter()
                        .find_map(|before| named.strip_prefix(before));
                    let value = value.unwrap_or(named).trim_end_matches('等');
                    assert!(coded.code_of(value).is_some(), "{hint}: {value}");
                }
            }
        }
    }

    #[test]
    fn headings_are_compared_by_what_they_say() {
        for (left, right) in [
            ("姓 名 *", "姓名"),
            ("证件号码：", "证件号码"),
            ("ＩＤ", "id"),
        ] {
            assert_eq!(plain(left), plain(right));
        }
        assert_eq!(without_brackets("身份证号（必填（18位））码"), "身份证号码");
    }
}
