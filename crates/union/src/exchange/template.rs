//! 模板: the one workbook to fill in. Columns that hold numbers with a meaning are text from the start, so that
//! no digit is lost; where only certain values are accepted, the cell offers them.

use rust_xlsxwriter::{Color, DataValidation, Format, FormatAlign, Workbook};

use super::columns::{Layout, Reads};
use super::error::ExchangeError;
use super::model::ImportKind;
use crate::members::codes;

/// Rows prepared for filling in.
const ROWS: u32 = 5_000;

/// The template of a kind of import, as an .xlsx file.
///
/// # Errors
/// [`ExchangeError::Writing`].
pub fn template(kind: ImportKind, layout: &Layout) -> Result<Vec<u8>, ExchangeError> {
    template_of(kind.title(), layout, &|field, reads| {
        choices(kind, field, reads)
    })
}

/// The template of any layout, as an .xlsx file: the name of its sheet, and the values a cell offers where they are few.
///
/// # Errors
/// [`ExchangeError::Writing`], also for a name that no sheet can bear.
pub(crate) fn template_of(
    name: &str,
    layout: &Layout,
    offers: &dyn Fn(&str, Reads) -> Option<Vec<String>>,
) -> Result<Vec<u8>, ExchangeError> {
    let mut book = Workbook::new();
    sheet(&mut book, name, layout, offers)?;
    explain(&mut book, layout)?;
    Ok(book.save_to_buffer()?)
}

fn sheet(
    book: &mut Workbook,
    name: &str,
    layout: &Layout,
    offers: &dyn Fn(&str, Reads) -> Option<Vec<String>>,
) -> Result<(), ExchangeError> {
    let sheet = book.add_worksheet();
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    let heading = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00E9_F0F8));
    let required = heading.clone().set_font_color(Color::RGB(0x00B4_161C));
    let text = Format::new().set_num_format("@");
    for (at, column) in (0_u16..).zip(&layout.columns) {
        sheet.set_column_width(at, column.width)?;
        if matches!(column.reads, Reads::Code | Reads::Date) {
            sheet.set_column_format(at, &text)?;
        }
        let title = if column.required {
            format!("{}*", column.title)
        } else {
            column.title.clone()
        };
        sheet.write_with_format(
            0,
            at,
            title,
            if column.required { &required } else { &heading },
        )?;
        if let Some(values) = offers(&column.field, column.reads) {
            let list = DataValidation::new().allow_list_strings(&values)?;
            sheet.add_data_validation(1, at, ROWS, at, &list)?;
        }
    }
    Ok(())
}

/// Values a cell offers, where they are few enough for a list.
fn choices(kind: ImportKind, field: &str, reads: Reads) -> Option<Vec<String>> {
    let of = |values: &[&str]| Some(values.iter().map(|&value| value.to_owned()).collect());
    match (kind, field) {
        (_, _) if reads == Reads::Flag => of(&["是", "否"]),
        (ImportKind::Members, "sex") => of(&["男", "女"]),
        (ImportKind::Employers, "state") => of(&["存续", "注销", "吊销", "空壳"]),
        (ImportKind::Members, field) => {
            let coded = codes::ALL.into_iter().find(|coded| coded.field == field)?;
            let labels: Vec<String> = coded
                .values()
                .iter()
                .map(|(_, label)| label.to_owned())
                .collect();
            // Excel takes at most 255 characters in such a list.
            (labels
                .iter()
                .map(|label| label.chars().count() + 1)
                .sum::<usize>()
                <= 255)
                .then_some(labels)
        }
        _ => None,
    }
}

fn explain(book: &mut Workbook, layout: &Layout) -> Result<(), ExchangeError> {
    let sheet = book.add_worksheet();
    sheet.set_name("填写说明")?;
    let heading = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00E9_F0F8));
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (at, (title, width)) in (0_u16..).zip([
        ("列名", 22_u16),
        ("是否必填", 10),
        ("怎么填", 60),
        ("也认得这些列名", 60),
    ]) {
        sheet.set_column_width(at, width)?;
        sheet.write_with_format(0, at, title, &heading)?;
    }
    for (row, column) in (1_u32..).zip(&layout.columns) {
        sheet.write(row, 0, &column.title)?;
        sheet.write(
            row,
            1,
            if column.required {
                "必填"
            } else {
                "可不填"
            },
        )?;
        sheet.write_with_format(row, 2, &column.hint, &wrapped)?;
        sheet.write_with_format(row, 3, column.names.join("、"), &wrapped)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::reading::{Source, Workbook as Reading};
    use crate::exchange::{Headings, survey};
    use kernel::{Date, DistrictCode};

    #[test]
    fn the_template_is_understood_by_the_importer() {
        for kind in ImportKind::ALL {
            let layout = Layout::at(
                kind,
                DistrictCode::parse("330113").unwrap(),
                Date::constant(2026, 11, 20),
            )
            .unwrap();
            let book = Reading::open(&Source::memory(template(kind, layout).unwrap())).unwrap();
            let found = survey(&book, layout, None, Headings::Known).unwrap();
            found.mapping.check(layout).unwrap();
            let fields: Vec<_> = found
                .mapping
                .columns
                .iter()
                .map(|one| one.field.as_str())
                .collect();
            assert_eq!(
                fields,
                layout
                    .columns
                    .iter()
                    .map(|column| column.field.as_str())
                    .collect::<Vec<_>>()
            );
        }
    }
}
