//! From the texts of a row to what it says, or everything that is wrong with it and what would be accepted.

use kernel::{CreditCode, Date, Fen, text};

use super::feed::{About, Feed, FeedColumn, PLACES, Read};
use super::model::Fields;
use crate::exchange::{Level, RowFault};

/// Longest text taken from a cell for a name, a place or a reference, in characters.
pub(super) const LONGEST: usize = 120;

/// Characters of a 统一社会信用代码 (GB 32100).
const CREDIT_CODE: usize = 18;

/// What one row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowSays {
    /// Name of the employer or project, as written.
    pub name: String,
    /// Code of the employer, or number of the outside subject, as written.
    pub code: String,
    /// Place as reported.
    pub place: String,
    /// Industry as reported.
    pub industry: String,
    /// The day it speaks about.
    pub day: Date,
    /// The source's own number; empty when it gives none.
    pub reference: String,
    /// The values.
    pub fields: Fields,
}

/// Reads one row; `cell` gives the text for a field, empty where the file has no such column.
pub(super) fn read_row(
    feed: &Feed,
    today: Date,
    cell: impl Fn(&str) -> String,
) -> Result<RowSays, Vec<RowFault>> {
    let mut faults = Vec::new();
    let mut fields: Vec<(String, i64)> = feed
        .fixed
        .iter()
        .map(|(name, value)| (name.clone(), *value))
        .collect();
    let mut day = None;
    for column in &feed.columns {
        let written = cell(&column.field);
        let written = text::trim(&written);
        if written.is_empty() && column.required {
            faults.push(fault(
                column,
                "signal.missing",
                format!("{}没有填", column.title),
            ));
            continue;
        }
        match column.field.as_str() {
            "day" | "month" if !written.is_empty() => match read_day(column, written, today) {
                Ok(found) if feed.since.is_some_and(|since| found < since) => {
                    faults.push(too_early(column, written));
                }
                Ok(found) => day = day.or(Some(found)),
                Err(wrong) => faults.push(wrong),
            },
            field if PLACES.contains(&field) => {
                if written.chars().count() > LONGEST {
                    let message = format!("{}太长，最多 {LONGEST} 个字", column.title);
                    faults.push(fault(column, "signal.too_long", message));
                }
                if field == "employer_code" && feed.about == About::Employer {
                    faults.extend(wrong_code(column, written));
                }
            }
            field => match read_number(column, written) {
                Ok(Some(value)) => fields.push((field.to_owned(), value)),
                Ok(None) => {}
                Err(_) if column.forgiving => {}
                Err(wrong) => faults.push(wrong),
            },
        }
    }
    let words = |field: &str| text::trim(&cell(field)).to_owned();
    let says = RowSays {
        name: first_filled([words("employer"), words("project")]),
        code: first_filled([words("employer_code"), words("outside")]),
        place: words("place"),
        industry: words("industry"),
        day: day.unwrap_or(today),
        reference: words("reference"),
        fields: Fields::new(fields),
    };
    if says.name.is_empty() && says.code.is_empty() && faults.is_empty() {
        faults.push(row_fault(
            "signal.no_subject",
            "没有写单位名称，也没有写代码，无法知道说的是哪个单位",
        ));
    }
    if day.is_none() && faults.is_empty() {
        faults.push(row_fault("signal.no_day", "没有写日期或月份"));
    }
    if faults.is_empty() {
        Ok(says)
    } else {
        Err(faults)
    }
}

/// A credit code that is mistyped: nobody knows whether the code or the name is right. Codes of other offices have other
/// lengths and no check character that is known here. What was written is not repeated: it may be a person's number.
fn wrong_code(column: &FeedColumn, written: &str) -> Option<RowFault> {
    let code = text::compact_code(written);
    let alike = code.is_ascii() && code.len() == CREDIT_CODE;
    let mistyped = alike && CreditCode::parse(&code).is_err();
    mistyped.then(|| {
        let message = format!(
            "{}校验不通过，可能抄错了；请核对后改正，或者留空、只写单位名称",
            column.title
        );
        fault(column, "signal.code_check", message)
    })
}

fn first_filled<const N: usize>(texts: [String; N]) -> String {
    texts
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

fn fault(column: &FeedColumn, code: &str, message: String) -> RowFault {
    RowFault {
        field: column.field.clone(),
        code: code.to_owned(),
        level: Level::Error,
        message,
        suggestion: String::new(),
    }
}

/// A fault of the row as a whole.
pub(super) fn row_fault(code: &str, message: impl Into<String>) -> RowFault {
    RowFault {
        field: String::new(),
        code: code.to_owned(),
        level: Level::Error,
        message: message.into(),
        suggestion: String::new(),
    }
}

/// A day, or the last day of a month; never one that has not begun.
fn read_day(column: &FeedColumn, written: &str, today: Date) -> Result<Date, RowFault> {
    let (found, sample) = if column.reads == Read::Month {
        (month(written), "2026-10 或 2026年10月")
    } else {
        (day(written), "2026-10-31 或 2026年10月31日")
    };
    let Some(found) = found else {
        let message = format!("{}「{written}」看不懂，请按 {sample} 填写", column.title);
        return Err(fault(column, "signal.day", message));
    };
    let begun = if column.reads == Read::Month {
        found.first_of_month() <= today
    } else {
        found <= today
    };
    if !begun {
        let message = format!("{}「{written}」还没有到，请核对", column.title);
        return Err(fault(column, "signal.future", message));
    }
    // The current month is known up to today.
    Ok(found.min(today))
}

fn too_early(column: &FeedColumn, written: &str) -> RowFault {
    let message = format!(
        "{}「{written}」早于这份记录齐全的日期，不采用",
        column.title
    );
    fault(column, "signal.before_record", message)
}

/// Digits in groups: 2026-10-31, 2026/10/31, 2026年10月31日, 20261031, 2026.10.
fn groups(written: &str) -> Option<Vec<i16>> {
    let plain = text::half_width(written);
    let plain = plain.split(['T', ' ']).next().unwrap_or_default();
    if plain
        .chars()
        .any(|c| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.' | '年' | '月' | '日'))
    {
        return None;
    }
    let parts: Vec<&str> = plain
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    let parts = match parts.as_slice() {
        [all] if all.len() == 8 => vec![all.get(..4)?, all.get(4..6)?, all.get(6..)?],
        [all] if all.len() == 6 => vec![all.get(..4)?, all.get(4..)?],
        _ => parts,
    };
    parts.into_iter().map(|part| part.parse().ok()).collect()
}

fn date_of(year: i16, month: i16, day: i16) -> Option<Date> {
    let narrow = |number: i16| i8::try_from(number).ok();
    (1950..=2200)
        .contains(&year)
        .then(|| Date::new(year, narrow(month)?, narrow(day)?).ok())
        .flatten()
}

fn day(written: &str) -> Option<Date> {
    match groups(written)?.as_slice() {
        [year, month, day] => date_of(*year, *month, *day),
        _ => None,
    }
}

fn month(written: &str) -> Option<Date> {
    match groups(written)?.as_slice() {
        [year, month] | [year, month, _] => {
            date_of(*year, *month, 1).map(|first| first.last_of_month())
        }
        _ => None,
    }
}

fn read_number(column: &FeedColumn, written: &str) -> Result<Option<i64>, RowFault> {
    if written.is_empty() {
        return Ok(column.blank);
    }
    let value = match column.reads {
        Read::Flag => flag(written).ok_or_else(|| {
            let message = format!("{}「{written}」看不懂，请填“是”或“否”", column.title);
            fault(column, "signal.flag", message)
        })?,
        Read::Words => word(column, written).ok_or_else(|| {
            let message = format!(
                "{}「{written}」不在可选项里，可填：{}",
                column.title,
                column.known_words().join("、")
            );
            fault(column, "signal.word", message)
        })?,
        Read::Yuan => yuan(column, written)?,
        _ => count(column, written)?,
    };
    if value < 0 && !column.negative {
        let message = format!("{}「{written}」是负数，请核对后填写零或正数", column.title);
        return Err(fault(column, "signal.negative", message));
    }
    if column.unknown_above.is_some_and(|top| value > top) {
        return Ok(None);
    }
    Ok(Some(value))
}

/// The number of a word; the number itself is understood as well.
fn word(column: &FeedColumn, written: &str) -> Option<i64> {
    let number = || text::half_width(written).parse().ok();
    let known = column.words.get(written).copied().or_else(number)?;
    column.words.values().find(|one| **one == known).copied()
}

fn flag(written: &str) -> Option<i64> {
    match written.to_ascii_lowercase().as_str() {
        "是" | "有" | "1" | "y" | "yes" | "true" | "√" => Some(1),
        "否" | "无" | "没有" | "0" | "n" | "no" | "false" | "×" => Some(0),
        _ => None,
    }
}

fn yuan(column: &FeedColumn, written: &str) -> Result<i64, RowFault> {
    Fen::parse_yuan(written).map(|fen| fen.0).map_err(|wrong| {
        let message = format!("{}「{written}」：{wrong}", column.title);
        fault(column, wrong.code(), message)
    })
}

/// A whole number; `12.0` is one, `1.5` is not.
fn count(column: &FeedColumn, written: &str) -> Result<i64, RowFault> {
    let plain = text::half_width(written);
    let plain: String = plain.chars().filter(|c| !matches!(c, ',' | '%')).collect();
    let (whole, decimals) = plain.split_once('.').unwrap_or((&plain, ""));
    let exact = decimals.chars().all(|c| c == '0');
    whole.parse::<i64>().ok().filter(|_| exact).ok_or_else(|| {
        let message = format!("{}「{written}」不是整数，请填数字", column.title);
        fault(column, "signal.count", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(reads: Read) -> FeedColumn {
        FeedColumn {
            field: "x".into(),
            title: "某列".into(),
            names: vec![],
            reads,
            required: false,
            blank: None,
            words: [("重大".to_owned(), 3)].into(),
            negative: false,
            unknown_above: Some(1_000_000_000),
            forgiving: false,
            hint: String::new(),
        }
    }

    fn number(reads: Read, written: &str) -> Result<Option<i64>, String> {
        read_number(&column(reads), written).map_err(|fault| fault.code)
    }

    #[test]
    fn numbers_are_read_or_refused_with_a_code() {
        for (reads, written, found) in [
            (Read::Count, "12", Ok(Some(12))),
            (Read::Count, "１２", Ok(Some(12))),
            (Read::Count, "1,200.00", Ok(Some(1_200))),
            (Read::Count, "-45%", Err("signal.negative".to_owned())),
            (Read::Count, "1.5", Err("signal.count".to_owned())),
            (Read::Count, "十二", Err("signal.count".to_owned())),
            (Read::Count, "24000000000000", Ok(None)),
            (Read::Yuan, "1,234.5", Ok(Some(123_450))),
            (Read::Yuan, "-1", Err("signal.negative".to_owned())),
            (
                Read::Yuan,
                "1.234",
                Err("amount.too_many_decimals".to_owned()),
            ),
            (Read::Flag, "是", Ok(Some(1))),
            (Read::Flag, "也许", Err("signal.flag".to_owned())),
            (Read::Words, "重大", Ok(Some(3))),
            (Read::Words, "３", Ok(Some(3))),
            (Read::Words, "4", Err("signal.word".to_owned())),
            (Read::Words, "一般", Err("signal.word".to_owned())),
            (Read::Count, "", Ok(None)),
        ] {
            assert_eq!(number(reads, written), found, "{written}");
        }
    }

    #[test]
    fn days_and_months_in_every_dress_but_never_the_future() {
        let today = Date::constant(2026, 11, 20);
        let read = |reads, written| {
            read_day(&column(reads), written, today)
                .map(|day| day.to_string())
                .map_err(|fault| fault.code)
        };
        for written in [
            "2026-10-31",
            "2026/10/31",
            "2026年10月31日",
            "20261031",
            "2026.10.31",
        ] {
            assert_eq!(
                read(Read::Day, written),
                Ok("2026-10-31".into()),
                "{written}"
            );
        }
        for written in ["2026-10", "2026年10月", "202610", "2026-10-05"] {
            assert_eq!(
                read(Read::Month, written),
                Ok("2026-10-31".into()),
                "{written}"
            );
        }
        assert_eq!(
            read(Read::Month, "2026-11"),
            Ok("2026-11-20".into()),
            "up to today"
        );
        assert_eq!(read(Read::Day, "2026-11-21"), Err("signal.future".into()));
        assert_eq!(read(Read::Month, "2026-12"), Err("signal.future".into()));
        for written in ["上个月", "2026-13-01", "31", "2026-02-30", "10月"] {
            assert_eq!(
                read(Read::Day, written),
                Err("signal.day".into()),
                "{written}"
            );
        }
    }
}
