//! One cell and one row, the same for every format.

use kernel::Date;
use kernel::text;

/// What a cell holds. Text is kept as it was written; cleaning belongs to the field it is mapped to.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing, or blanks only.
    #[default]
    Empty,
    /// Text, never blank.
    Text(String),
    /// A number. Spreadsheets keep 15 significant digits, so longer codes are already spoilt.
    Number(f64),
    /// A day, from a cell formatted as a date; the time of day is dropped.
    Date(Date),
    /// 是 or 否
    Bool(bool),
    /// A formula that failed, as the program shows it: `#N/A`.
    Error(&'static str),
}

impl Cell {
    /// Text, or [`Cell::Empty`] when it says nothing.
    pub fn text(value: impl AsRef<str> + Into<String>) -> Self {
        if text::trim(value.as_ref()).is_empty() {
            Self::Empty
        } else {
            Self::Text(value.into())
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// Whether a person would read just this text in it; as [`Cell::display`], without making a text of it.
    pub fn says(&self, words: &str) -> bool {
        match self {
            Self::Empty => words.is_empty(),
            Self::Text(value) => text::trim(value) == words,
            _ => self.display() == words,
        }
    }

    /// As a person would read it in the sheet. Whole numbers have no decimals.
    pub fn display(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(value) => text::trim(value).to_owned(),
            Self::Number(value) => number_text(*value),
            Self::Date(date) => date.to_string(),
            Self::Bool(value) => if *value { "是" } else { "否" }.to_owned(),
            Self::Error(code) => (*code).to_owned(),
        }
    }
}

/// A number without exponent and without needless decimals.
pub(crate) fn number_text(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e18 {
        format!("{value:.0}")
    } else {
        format!("{value}")
    }
}

/// One row with its number as the spreadsheet program shows it (the first is 1). Cells at the end may be
/// missing; ask [`Row::cell`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// 1-based row number, or line number of a text file.
    pub number: u32,
    /// Cells from the first column on.
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell in a column counted from 0; empty when the row is shorter.
    pub fn cell(&self, column: usize) -> &Cell {
        const EMPTY: &Cell = &Cell::Empty;
        self.cells.get(column).unwrap_or(EMPTY)
    }

    /// Number of cells that hold something.
    pub fn filled(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_empty()).count()
    }
}

/// The letters of a column: 0 → `A`, 26 → `AA`.
pub fn column_name(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(
            b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0),
        ));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        for (value, shown) in [
            (1.0, "1"),
            (13812345678.0, "13812345678"),
            (330113199003071.0, "330113199003071"),
            (1.5, "1.5"),
            (-2.0, "-2"),
        ] {
            assert_eq!(Cell::Number(value).display(), shown);
        }
    }

    #[test]
    fn blanks_of_any_width_are_empty() {
        for blank in ["", " ", "\u{3000}", "\u{A0}\t", "\r\n"] {
            assert_eq!(Cell::text(blank), Cell::Empty);
        }
        assert_eq!(Cell::text(" 张三 ").display(), "张三");
    }

    #[test]
    fn columns_have_letters() {
        for (column, letters) in [
            (0, "A"),
            (25, "Z"),
            (26, "AA"),
            (51, "AZ"),
            (701, "ZZ"),
            (702, "AAA"),
        ] {
            assert_eq!(column_name(column), letters);
        }
    }
}
