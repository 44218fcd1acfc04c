//! Dates as people write them in forms and spreadsheets.

use kernel::Date;
use kernel::text;

/// Reads `1990-03-07`, `1990/3/7`, `1990.3.7`, `19900307`, `1990年3月7日`, with or without a time behind it.
/// Two-digit years and month-first forms are refused: nobody can say what they mean.
pub fn parse_date(given: &str) -> Option<Date> {
    if let Some(date) = iso(given.as_bytes()) {
        return Some(date);
    }
    let parts = parts(given)?;
    match parts.as_slice() {
        [year, month, day] => Date::new(
            i16::try_from(*year).ok()?,
            i8::try_from(*month).ok()?,
            i8::try_from(*day).ok()?,
        )
        .ok(),
        _ => None,
    }
}

/// As [`parse_date`], and a year with a month only means its first day: rolls often know no more of the day
/// someone joined.
pub fn parse_month_or_date(given: &str) -> Option<Date> {
    if let Some(date) = iso(given.as_bytes()) {
        return Some(date);
    }
    let parts = parts(given)?;
    match parts.as_slice() {
        [year, month] => Date::new(i16::try_from(*year).ok()?, i8::try_from(*month).ok()?, 1).ok(),
        _ => parse_date(given),
    }
}

/// `1990-03-07` and nothing else: what most rolls say.
fn iso(given: &[u8]) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = given else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |number, digit| {
            let digit = digit.is_ascii_digit().then(|| i16::from(digit - b'0'))?;
            Some(number * 10 + digit)
        })
    };
    let (month, day) = (number(&[*m1, *m2])?, number(&[*d1, *d2])?);
    let year = number(&[*y1, *y2, *y3, *y4])?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Year, month, day as numbers; the year has four digits.
fn parts(given: &str) -> Option<Vec<u32>> {
    let given = text::half_width(text::trim(given)).into_owned();
    let (date, time) = given.split_once([' ', 'T']).unwrap_or((&given, ""));
    if !time
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '+' | 'Z' | '-'))
    {
        return None;
    }
    let numbers: Vec<&str> = if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) {
        vec![date.get(..4)?, date.get(4..6)?, date.get(6..)?]
    } else {
        let date = date.trim_end_matches(['日', '号', '月']);
        date.split(['-', '/', '.', '年', '月', '—', '－']).collect()
    };
    if numbers.first()?.len() != 4 || numbers.iter().any(|n| n.is_empty() || n.len() > 4) {
        return None;
    }
    numbers.iter().map(|n| n.parse().ok()).collect()
}

/// Completed years between a birth date and `day`.
pub fn age_on(birth: Date, day: Date) -> i16 {
    let had_birthday = (day.month(), day.day()) >= (birth.month(), birth.day());
    day.year() - birth.year() - i16::from(!had_birthday)
}

/// A birth date beside a masked number (出生): of a paper whose hidden digits are that very date only the year, so that
/// the whole is behind the same reveal, with its reason, as the number; of other papers the whole date.
pub fn birth_beside(paper: kernel::IdType, birth: Date) -> String {
    if paper.has_citizen_form() {
        birth_year(birth)
    } else {
        birth.to_string()
    }
}

/// The year of a birth date in words (2002 年生): what lists and files say where numbers are masked.
pub fn birth_year(birth: Date) -> String {
    format!("{} 年生", birth.year())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_usual_forms_mean_the_same_day() {
        for text in [
            "1990-03-07",
            "1990/3/7",
            "1990.3.7",
            "19900307",
            "1990年3月7日",
            "1990年03月07号",
            " 1990-03-07 00:00:00 ",
            "１９９０－０３－０７",
            "1990-03-07T00:00:00",
        ] {
            assert_eq!(parse_date(text), Some(date(1990, 3, 7)), "{text}");
        }
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        for text in [
            "90-3-7",
            "3/7/1990",
            "07/03/90",
            "1990-13-01",
            "1990-02-29",
            "33000",
            "1990",
            "",
            "三月",
            "1990-3-7-1",
            "1990-03-07 早上",
        ] {
            assert_eq!(parse_date(text), None, "{text}");
        }
        assert_eq!(parse_date("1990-03"), None);
        assert_eq!(parse_month_or_date("1990年3月"), Some(date(1990, 3, 1)));
        assert_eq!(parse_month_or_date("1990.3"), Some(date(1990, 3, 1)));
        assert_eq!(parse_month_or_date("1990-03-07"), Some(date(1990, 3, 7)));
    }

    #[test]
    fn a_masked_number_is_not_told_by_the_birth_date_beside_it() {
        let born = date(2002, 9, 19);
        for paper in kernel::IdType::ALL {
            let shown = birth_beside(paper, born);
            assert_eq!(shown.contains("09-19"), !paper.has_citizen_form());
            assert!(shown.contains("2002"));
        }
    }

    #[test]
    fn a_birthday_counts_from_the_day_itself() {
        assert_eq!(age_on(date(2010, 6, 15), date(2026, 6, 14)), 15);
        assert_eq!(age_on(date(2010, 6, 15), date(2026, 6, 15)), 16);
    }
}
