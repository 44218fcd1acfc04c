//! Rates (比率) such as 组建率, 入会率 and 实名率, compared without rounding.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A numerator over a denominator, kept as counted. What is shown is rounded; what is compared is not: 359 of
/// 399 shows 90.0% and still does not reach 90%.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    /// What was reached: covered employers, active members, members with a valid ID.
    pub numerator: u64,
    /// What should be reached.
    pub denominator: u64,
}

impl Rate {
    /// A rate from two counts.
    pub fn new(numerator: u64, denominator: u64) -> Self {
        Self {
            numerator,
            denominator,
        }
    }

    /// Whether there is anything to divide by; a union without employees has no rate, neither 0 nor 100.
    pub fn applies(self) -> bool {
        self.denominator > 0
    }

    /// Whether the unrounded rate is at least `percent` (以上 includes the number itself, 民法典1259). `None`
    /// when there is no denominator.
    pub fn at_least(self, percent: u64) -> Option<bool> {
        let reached = u128::from(self.numerator) * 100;
        self.applies()
            .then(|| reached >= u128::from(percent) * u128::from(self.denominator))
    }

    /// Whether more was reached than there is: the head-count is wrong and the unit belongs on a list.
    pub fn is_over(self) -> bool {
        self.applies() && self.numerator > self.denominator
    }

    /// Of two counts of the store; what is below zero is nothing.
    pub fn of(part: i64, whole: i64) -> Self {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        Self::new(count(part), count(whole))
    }

    /// The rate in tenths of a percent, rounded half up and capped at 1000; `None` without a denominator. What is short
    /// of the whole never shows the whole: 2,999 of 3,000 is 99.9%.
    pub fn permille(self) -> Option<u32> {
        if !self.applies() {
            return None;
        }
        let d = u128::from(self.denominator);
        let rounded = (u128::from(self.numerator) * 2_000 + d) / (d * 2);
        let most = if self.numerator < self.denominator {
            999
        } else {
            1_000
        };
        u32::try_from(rounded.min(most)).ok()
    }
}

/// Shows one decimal, capped at 100.0%, or 不适用 without a denominator.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.permille() {
            Some(permille) => f.pad(&format!("{}.{}%", permille / 10, permille % 10)),
            None => f.pad("不适用"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tv_r1_a_joint_union_is_not_counted_twice() {
        let covered = 30 + 10 - 2;
        let rate = Rate::new(covered, 42);
        assert_eq!(rate.to_string(), "90.5%");
        assert_eq!(rate.at_least(90), Some(true));
    }

    #[test]
    fn tv_r2_unrounded_numbers_are_compared() {
        assert_eq!(Rate::new(36, 40).at_least(90), Some(true));
        let near = Rate::new(359, 399);
        assert_eq!(
            (near.to_string().as_str(), near.at_least(90)),
            ("90.0%", Some(false))
        );
    }

    #[test]
    fn edges() {
        assert_eq!(Rate::new(0, 0).to_string(), "不适用");
        assert_eq!(Rate::new(5, 0).at_least(90), None);
        assert_eq!(Rate::new(12, 10).to_string(), "100.0%");
        assert!(Rate::new(12, 10).is_over());
        assert_eq!(Rate::new(0, 7).to_string(), "0.0%");
        assert_eq!(Rate::new(2_999, 3_000).to_string(), "99.9%");
        assert_eq!(Rate::of(-1, 3).to_string(), "0.0%");
        assert_eq!(Rate::new(u64::MAX, u64::MAX).at_least(100), Some(true));
    }

    proptest! {
        #[test]
        fn what_passes_never_shows_less(n in 0u64..5_000, d in 1u64..5_000, percent in 0u64..=100) {
            let rate = Rate::new(n, d);
            if rate.at_least(percent) == Some(true) {
                prop_assert!(u64::from(rate.permille().unwrap()) >= percent * 10);
            }
        }
    }
}
