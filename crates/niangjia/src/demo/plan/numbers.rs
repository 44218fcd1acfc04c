//! Small sums: dates and shares.

use jiff::{Span, ToSpan};
use kernel::Date;

use crate::demo::dice::Dice;

/// The first day of the month `months` before the month of `day`.
pub fn months_before(day: Date, months: usize) -> Date {
    let span = Span::new()
        .try_months(i64::try_from(months).unwrap_or(0))
        .unwrap_or_default();
    day.first_of_month().checked_sub(span).unwrap_or(day)
}

/// `day` moved by `days`, drawn to the calendar's edge.
pub fn plus_days(day: Date, days: i64) -> Date {
    let span = Span::new().try_days(days).unwrap_or_default();
    day.saturating_add(span)
}

/// Days from `from` to `to`.
pub fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// The same day `years` earlier.
pub fn years_before(day: Date, years: i64) -> Date {
    day.saturating_sub(years.years())
}

/// Any day of the span, both ends included.
pub fn day_within(dice: &mut Dice, from: Date, to: Date) -> Date {
    plus_days(from, dice.between(0, days_between(from, to).max(0)))
}

/// Split `total` by weights so that the parts add up exactly: whole shares first, then one each to the
/// largest remainders.
pub fn split(total: usize, weights: &[f64]) -> Vec<usize> {
    let sum: f64 = weights.iter().sum();
    if sum <= 0.0 {
        return vec![0; weights.len()];
    }
    #[expect(clippy::cast_precision_loss, reason = "headcounts are far below 2^52")]
    let exact: Vec<f64> = weights.iter().map(|w| w / sum * total as f64).collect();
    let mut parts: Vec<usize> = exact.iter().map(|e| floor(*e)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    let rest = |i: &usize| exact.get(*i).map_or(0.0, |e| e.fract());
    order.sort_by(|a, b| rest(b).total_cmp(&rest(a)).then(a.cmp(b)));
    let missing = total.saturating_sub(parts.iter().sum());
    for i in order.into_iter().cycle().take(missing) {
        if let Some(part) = parts.get_mut(i) {
            *part += 1;
        }
    }
    parts
}

/// The whole part of a non-negative number.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to a headcount"
)]
pub fn floor(number: f64) -> usize {
    number.clamp(0.0, 1e9).floor() as usize
}

/// A headcount as the store keeps it.
pub fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up() {
        assert_eq!(split(10, &[1.0, 1.0, 1.0]), [4, 3, 3]);
        assert_eq!(split(7, &[0.0, 2.0, 5.0]), [0, 2, 5]);
        assert_eq!(split(5, &[]), Vec::<usize>::new());
    }

    #[test]
    fn the_history_begins_on_the_first_of_a_month() {
        assert_eq!(
            months_before(Date::constant(2026, 3, 31), 13),
            Date::constant(2025, 2, 1)
        );
        assert_eq!(
            days_between(Date::constant(2025, 12, 30), Date::constant(2026, 1, 2)),
            3
        );
    }
}
