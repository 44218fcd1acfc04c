//! 值班: hours of a lawyer or mediator within the week, as people write them: `周一 09:00-11:30；周三 14:00-17:00`.

use kernel::Instant;
use kernel::ids::AccountId;
use store::{Tx, args};

use super::{CaseError, kinds, sql};

/// Names of the days, Monday first.
const DAYS: [char; 7] = ['一', '二', '三', '四', '五', '六', '日'];
/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// One stretch of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DutyShift {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: i64,
    /// First minute of the day.
    pub from: i64,
    /// The minute after the last.
    pub to: i64,
}

/// Reads what was typed; empty is no fixed duty.
///
/// # Errors
/// A sentence that names the piece that cannot be read.
pub fn read(text: &str) -> Result<Vec<DutyShift>, String> {
    let mut found = Vec::new();
    let pieces = text.split(['；', ';', '\n']).map(str::trim);
    for piece in pieces.filter(|piece| !piece.is_empty()) {
        found.push(one(piece).ok_or_else(|| {
            format!("「{piece}」读不懂，请写成：周一 09:00-11:30；周三 14:00-17:00")
        })?);
    }
    found.sort_unstable();
    let overlap = found
        .iter()
        .zip(found.iter().skip(1))
        .any(|(a, b)| a.weekday == b.weekday && b.from < a.to);
    if overlap {
        return Err("同一天的值班时间不能重叠".to_owned());
    }
    Ok(found)
}

fn one(piece: &str) -> Option<DutyShift> {
    let rest = piece
        .strip_prefix('周')
        .or_else(|| piece.strip_prefix("星期"))?;
    let day = rest.chars().next()?;
    let weekday = match day {
        '天' => 7,
        day => i64::try_from(DAYS.iter().position(|one| *one == day)?).ok()? + 1,
    };
    let (from, to) = rest
        .strip_prefix(day)?
        .trim()
        .split_once(['-', '–', '—', '至', '~'])?;
    let (from, to) = (minute(from)?, minute(to)?);
    (from < to).then_some(DutyShift { weekday, from, to })
}

fn minute(text: &str) -> Option<i64> {
    let text = text.trim().replace('：', ":");
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (i64, i64) = (hour.trim().parse().ok()?, minute.trim().parse().ok()?);
    let total = hour * 60 + minute;
    ((0..60).contains(&minute) && (0..=DAY).contains(&total)).then_some(total)
}

/// In words, as they are read.
pub fn words(shifts: &[DutyShift]) -> String {
    let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
    let one = |shift: &DutyShift| {
        let at = usize::try_from(shift.weekday - 1).unwrap_or(0);
        let day = DAYS.get(at).copied().unwrap_or('？');
        format!("周{day} {}-{}", clock(shift.from), clock(shift.to))
    };
    shifts.iter().map(one).collect::<Vec<_>>().join("；")
}

/// Whether a moment lies within.
pub(super) fn covers(shifts: &[DutyShift], at: Instant) -> bool {
    let day = at.shanghai_date();
    let weekday = i64::from(day.weekday().to_monday_one_offset());
    let minute = (at.ms() - Instant::from_shanghai(day, 0, 0).ms()) / 60_000;
    shifts
        .iter()
        .any(|one| one.weekday == weekday && (one.from..one.to).contains(&minute))
}

/// The hours of somebody.
pub(super) fn of(tx: &mut Tx, account: AccountId) -> Result<Vec<DutyShift>, CaseError> {
    let district = *tx.district();
    let rows = tx.all(&sql::DUTY, args![district, account])?;
    rows.iter()
        .map(|row| {
            Ok(DutyShift {
                weekday: row.get(0)?,
                from: row.get(1)?,
                to: row.get(2)?,
            })
        })
        .collect()
}

/// Sets the hours of somebody.
pub(super) fn set(tx: &mut Tx, account: AccountId, shifts: &[DutyShift]) -> Result<(), CaseError> {
    let district = *tx.district();
    tx.exec(&sql::CLEAR_DUTY, args![district, account])?;
    for one in shifts {
        tx.exec(
            &sql::ADD_DUTY,
            args![district, account, one.weekday, one.from, one.to],
        )?;
    }
    Ok(())
}

/// The duty hours of the district in words (值班时间): what promises in minutes and hours count.
pub fn duty_hours(tx: &Tx) -> String {
    kinds::almanac(*tx.district(), tx.today()).duty.words()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        let read_ok = |text| words(&read(text).unwrap());
        assert_eq!(
            read_ok("周三 14：00–17：00; 星期一 9:00至11:30"),
            "周一 09:00-11:30；周三 14:00-17:00"
        );
        assert_eq!(read_ok(" "), "");
        assert!(read("周八 9:00-10:00").is_err());
        assert!(read("周一 11:00-10:00").is_err());
        assert!(read("周一 9:00-10:00；周一 9:30-11:00").is_err());
        assert_eq!(read_ok("周天 0:00-24:00"), "周日 00:00-24:00");
    }

    #[test]
    fn a_moment_lies_within_or_not() {
        // 2026-11-20 is a Friday.
        let shifts = read("周五 09:00-11:30").unwrap();
        let at = |text: &str| kernel::duty::moment(text).unwrap();
        assert!(covers(&shifts, at("2026-11-20 09:00")));
        assert!(!covers(&shifts, at("2026-11-20 11:30")));
        assert!(!covers(&shifts, at("2026-11-21 10:00")));
    }
}
