//! From a cell to the text of a field: the spreadsheet's habits undone, its losses noticed.

use std::borrow::Cow;

use kernel::{Date, text};

use super::columns::{Column, Reads};
use super::model::{Level, RowFault};
use super::reading::Cell;

/// From here on a spreadsheet has replaced digits by zeros: it keeps fifteen significant ones.
const KEPT_DIGITS: f64 = 1e15;
/// Serial days that are plainly dates: 1950 to 2118. Smaller numbers may be a year, larger ones 20240506.
const SERIAL_DAYS: std::ops::Range<f64> = 18_264.0..80_000.0;
/// Days between the two epochs of spreadsheets.
const EPOCH_1904: f64 = 1_462.0;

/// The text of a cell for a column, or what is wrong with the cell itself.
pub(crate) fn text_of<'c>(
    column: &Column,
    cell: &'c Cell,
    epoch_1904: bool,
) -> Result<Cow<'c, str>, RowFault> {
    match cell {
        Cell::Empty => Ok(Cow::Borrowed("")),
        Cell::Error(code) => Err(formula(column, code)),
        Cell::Text(value) if value.contains('\0') => Err(nul(column)),
        Cell::Text(value) if column.reads == Reads::Code && is_rounded(value) => {
            Err(digits_lost(column))
        }
        Cell::Text(value) => Ok(Cow::Borrowed(text::trim(value))),
        Cell::Number(value) => number(column, *value, epoch_1904).map(Cow::Owned),
        other => Ok(Cow::Owned(other.display())),
    }
}

fn number(column: &Column, value: f64, epoch_1904: bool) -> Result<String, RowFault> {
    match column.reads {
        Reads::Code if value.abs() >= KEPT_DIGITS => Err(digits_lost(column)),
        Reads::Date if SERIAL_DAYS.contains(&value) => {
            let days = value.floor() + if epoch_1904 { EPOCH_1904 } else { 0.0 };
            Ok(serial_day(days).map_or_else(|| value.to_string(), |day| day.to_string()))
        }
        _ => Ok(Cell::Number(value).display()),
    }
}

/// The day of a serial number counted from 1900 (day 1 is 1900-01-01; all are past the leap day that never was).
fn serial_day(days: f64) -> Option<Date> {
    // Within SERIAL_DAYS plus 1,462: no rounding.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a whole number below 100,000"
    )]
    let days = days as i64;
    Date::constant(1899, 12, 30)
        .checked_add(jiff::Span::new().try_days(days).ok()?)
        .ok()
}

/// `3.30113E+17`: what is left of a number after Excel saved it as text.
fn is_rounded(value: &str) -> bool {
    let value = text::trim(value);
    let Some((mantissa, exponent)) = value.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    digits(whole)
        && digits(decimals)
        && digits(exponent.trim_start_matches('+'))
        && exponent.len() <= 4
}

fn digits_lost(column: &Column) -> RowFault {
    RowFault {
        field: column.field.clone(),
        code: "cell.digits_lost".into(),
        level: Level::Error,
        message: format!(
            "{}被表格存成了数字，后几位已经丢失；请把该列设为文本格式后重新填写",
            column.title
        ),
        suggestion: String::new(),
    }
}

fn nul(column: &Column) -> RowFault {
    RowFault {
        field: column.field.clone(),
        code: "cell.nul".into(),
        level: Level::Error,
        message: format!(
            "{}里有看不见的空字符（NUL）；请重新填写这一格",
            column.title
        ),
        suggestion: String::new(),
    }
}

fn formula(column: &Column, code: &str) -> RowFault {
    RowFault {
        field: column.field.clone(),
        code: "cell.formula".into(),
        level: Level::Error,
        message: format!("{}这一格的公式出错（{code}）；请改成具体的值", column.title),
        suggestion: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(reads: Reads) -> Column {
        Column {
            field: "f".into(),
            title: "某列".into(),
            names: vec![],
            reads,
            required: false,
            width: 1,
            hint: String::new(),
        }
    }

    fn read(reads: Reads, cell: &Cell) -> Result<String, String> {
        text_of(&column(reads), cell, false)
            .map(Cow::into_owned)
            .map_err(|fault| fault.code)
    }

    #[test]
    fn digits_that_are_lost_are_noticed() {
        for cell in [
            Cell::Number(330_113_199_003_070_000.0),
            Cell::Text("3.30113E+17".into()),
            Cell::Text("6.2e18".into()),
        ] {
            assert_eq!(
                read(Reads::Code, &cell),
                Err("cell.digits_lost".into()),
                "{cell:?}"
            );
        }
        assert_eq!(
            read(Reads::Code, &Cell::Number(13_800_138_000.0)),
            Ok("13800138000".into())
        );
        assert_eq!(
            read(Reads::Code, &Cell::Number(330_113_900_307_001.0)),
            Ok("330113900307001".into()),
            "fifteen digits are kept"
        );
        for text in ["E12345678", "G3E5", "91330110MA2E1", "H12345678"] {
            assert_eq!(read(Reads::Code, &Cell::Text(text.into())), Ok(text.into()));
        }
    }

    #[test]
    fn days_are_read_in_every_dress() {
        for (cell, day) in [
            (Cell::Date(Date::constant(2024, 5, 6)), "2024-05-06"),
            (Cell::Number(45_418.0), "2024-05-06"),
            (Cell::Number(45_418.75), "2024-05-06"),
            (Cell::Number(20_240_506.0), "20240506"),
            (Cell::Number(2024.0), "2024"),
            (Cell::Number(2024.05), "2024.05"),
            (Cell::Text(" 2024年5月6日\u{A0}".into()), "2024年5月6日"),
        ] {
            assert_eq!(read(Reads::Date, &cell), Ok(day.into()));
        }
        let days = text_of(&column(Reads::Date), &Cell::Number(43_956.0), true);
        assert_eq!(days.unwrap(), "2024-05-06", "counted from 1904");
    }

    #[test]
    fn other_cells_read_as_shown() {
        assert_eq!(read(Reads::Flag, &Cell::Bool(true)), Ok("是".into()));
        assert_eq!(read(Reads::Text, &Cell::Number(3.0)), Ok("3".into()));
        assert_eq!(
            read(Reads::Text, &Cell::Error("#N/A")),
            Err("cell.formula".into())
        );
        assert_eq!(read(Reads::Text, &Cell::Empty), Ok(String::new()));
    }
}
