//! 脱敏: a staged row as it may be shown. The person may correct a number without it standing on the screen.

use kernel::{BankCard, MobilePhone};

use super::columns::{Column, Layout};
use super::mapping::Mapping;
use super::model::{ImportKind, Problem, RowFault};
use super::survey::without_number;
use crate::members;

/// One cell of a problem row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellView {
    /// Name of the field.
    pub field: String,
    /// Its heading.
    pub title: String,
    /// The text, masked where it is personal.
    pub shown: String,
    /// What is wrong with it.
    pub fault: Option<RowFault>,
}

/// The mapped cells of a row in the order of the layout, with those the file has no column for and the row wants or
/// was given: where they are put right.
pub fn cells(
    kind: ImportKind,
    layout: &Layout,
    mapping: &Mapping,
    problem: &Problem,
) -> Vec<CellView> {
    let view = |column: &Column| {
        let mut faults = problem.faults.iter();
        let fault = faults.find(|fault| fault.field == column.field).cloned();
        let text = match mapping.column_of(&column.field) {
            Some(one) => problem.cells.get(one.column),
            None => match problem.added.get(&column.field) {
                Some(text) => Some(text),
                None if fault.is_some() => None,
                None => return None,
            },
        };
        Some(CellView {
            field: column.field.clone(),
            title: column.title.clone(),
            shown: masked(kind, &column.field, text.map_or("", String::as_str)),
            fault,
        })
    };
    layout.columns.iter().filter_map(view).collect()
}

/// A text as it may be shown for a field. What cannot be the number it should be is shown, so that it can be
/// corrected: `1386677` in the column of phones is nobody's phone. What an employer is called is not personal, and two
/// of them must be told apart.
pub fn masked(kind: ImportKind, field: &str, text: &str) -> String {
    match field {
        "name" if kind == ImportKind::Employers => text.to_owned(),
        // The hidden digits of the number beside it.
        "birth_on" => {
            members::parse_date(text).map_or_else(|| text.to_owned(), members::birth_year)
        }
        "id_number" => middle_hidden(text, 6, 4),
        "phone" => {
            MobilePhone::parse(text).map_or_else(|_| text.to_owned(), |phone| phone.masked())
        }
        "bank_card" => {
            BankCard::parse(text).map_or_else(|_| middle_hidden(text, 4, 4), |card| card.masked())
        }
        // Nobody has said what it is yet.
        "" => without_number(text),
        "name" if text.chars().count() > 1 => name_hidden(text),
        _ => text.to_owned(),
    }
}

fn middle_hidden(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count();
    if length <= first + last {
        return text.to_owned();
    }
    text.chars()
        .enumerate()
        .map(|(place, c)| {
            if place >= first && place < length - last {
                '*'
            } else {
                c
            }
        })
        .collect()
}

fn name_hidden(text: &str) -> String {
    kernel::PersonName::parse(text).map_or_else(|_| text.to_owned(), |name| name.masked())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_numbers_are_hidden_and_rubbish_is_not() {
        for (field, text, shown) in [
            ("id_number", "330113199003070018", "330113********0018"),
            ("id_number", "33011319900307001", "330113*******7001"),
            ("id_number", "12345", "12345"),
            ("phone", "13800138000", "138****8000"),
            ("phone", "1386677", "1386677"),
            ("name", "张小明", "张*明"),
            ("birth_on", "1990-03-07", "1990 年生"),
            ("birth_on", "90-3-7", "90-3-7"),
            ("org", "某工会", "某工会"),
        ] {
            assert_eq!(masked(ImportKind::Members, field, text), shown);
        }
        assert_eq!(
            masked(ImportKind::Employers, "name", "欧阳锦禾"),
            "欧阳锦禾",
            "an employer is not a person"
        );
    }
}
