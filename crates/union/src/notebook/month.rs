//! A month (所属月份).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One calendar month, written 2026-11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month a day lies in.
    pub fn of(day: Date) -> Self {
        Self {
            year: day.year(),
            month: day.month(),
        }
    }

    /// Its first day.
    pub fn first(self) -> Date {
        Date::new(self.year, self.month, 1).unwrap_or(Date::ZERO)
    }

    /// Its last day.
    pub fn last(self) -> Date {
        self.first().last_of_month()
    }

    /// The day with this number, or the last day where there is none.
    pub fn day(self, number: i8) -> Date {
        Date::new(self.year, self.month, number).unwrap_or_else(|_| self.last())
    }

    /// The next month.
    #[must_use]
    pub fn next(self) -> Self {
        if self.month == 12 {
            Self {
                year: self.year.saturating_add(1),
                month: 1,
            }
        } else {
            Self {
                month: self.month + 1,
                ..self
            }
        }
    }

    /// The month before.
    #[must_use]
    pub fn previous(self) -> Self {
        if self.month == 1 {
            Self {
                year: self.year.saturating_sub(1),
                month: 12,
            }
        } else {
            Self {
                month: self.month - 1,
                ..self
            }
        }
    }

    /// A month as people type it where the phone has no calendar for months: `2026年9月`, `2026/9`, `202609`, in wide digits.
    pub fn typed(text: &str) -> Option<Self> {
        let text = kernel::text::half_width(text);
        let parts: Vec<&str> = text
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty())
            .collect();
        let (year, month) = match parts.as_slice() {
            [year, month] => (*year, *month),
            [both] if both.len() == 6 => both.split_at_checked(4)?,
            _ => return None,
        };
        format!("{year}-{month:0>2}").parse().ok()
    }

    /// 2026 年 11 月
    pub fn words(self) -> String {
        format!("{} 年 {} 月", self.year, self.month)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The text is no month between 2000-01 and 2099-12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("月份应写成 2026-11 的样子")]
pub struct NoMonth;

impl FromStr for Month {
    type Err = NoMonth;
    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let (year, month) = text.split_once('-').ok_or(NoMonth)?;
        let digits =
            |part: &str, length| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(NoMonth);
        }
        let (year, month) = (
            year.parse().map_err(|_| NoMonth)?,
            month.parse().map_err(|_| NoMonth)?,
        );
        if (2000..2100).contains(&year) && (1..=12).contains(&month) {
            Ok(Self { year, month })
        } else {
            Err(NoMonth)
        }
    }
}

impl TryFrom<String> for Month {
    type Error = NoMonth;
    fn try_from(text: String) -> Result<Self, NoMonth> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_follow_each_other() {
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(december.next().to_string(), "2027-01");
        assert_eq!(december.next().previous(), december);
        let february: Month = "2026-02".parse().unwrap();
        assert_eq!(february.day(31), jiff::civil::date(2026, 2, 28));
        for bad in [
            "2026-13",
            "2026-1",
            "26-01",
            "",
            "2026-00",
            "1999-12",
            "２０２６-01",
        ] {
            assert!(bad.parse::<Month>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_month_is_read_as_people_type_it() {
        for typed in [
            "2026-09",
            "2026-9",
            "２０２６－０９",
            "2026年9月",
            "2026 年 09 月",
            "2026/9",
            "2026.09",
            "202609",
        ] {
            let read = Month::typed(typed).map(|month| month.to_string());
            assert_eq!(read.as_deref(), Some("2026-09"), "{typed}");
        }
        for bad in [
            "",
            "9月",
            "2026",
            "2026-13",
            "去年9月",
            "2026-09-01",
            "26-9",
        ] {
            assert_eq!(Month::typed(bad), None, "{bad}");
        }
    }
}
