//! Shares with their uncertainty, medians, and one way of rounding.

use serde::Serialize;

/// The normal distribution's 97.5 % point: two-sided 95 %.
const Z95: f64 = 1.959_963_984_540_054;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many.
    pub k: usize,
    /// Of how many.
    pub n: usize,
    /// Per cent, two decimals; none when there is nothing to divide by.
    pub pct: Option<f64>,
    /// Wilson's 95 % interval, as fractions with four decimals.
    pub wilson95: Option<[f64; 2]>,
}

impl Share {
    /// `k` of `n`.
    pub fn new(k: usize, n: usize) -> Self {
        let pct = ratio(k, n).map(|p| rounded(100.0 * p, 2));
        Self {
            k,
            n,
            pct,
            wilson95: wilson(k, n),
        }
    }

    /// As a fraction, unrounded.
    pub fn fraction(&self) -> Option<f64> {
        ratio(self.k, self.n)
    }

    /// Whether it surely lies above another: its interval begins where the other's has ended.
    pub fn surely_above(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.wilson95, other.wilson95);
        mine.zip(theirs)
            .is_some_and(|([low, _], [_, high])| low > high)
    }
}

fn ratio(k: usize, n: usize) -> Option<f64> {
    (n > 0).then(|| k as f64 / n as f64)
}

/// Wilson's score interval: honest for small numbers and for shares near 0 and 1.
fn wilson(k: usize, n: usize) -> Option<[f64; 2]> {
    let (p, n) = (ratio(k, n)?, n as f64);
    let widened = 1.0 + Z95 * Z95 / n;
    let centre = (p + Z95 * Z95 / (2.0 * n)) / widened;
    let half = Z95 * (p * (1.0 - p) / n + Z95 * Z95 / (4.0 * n * n)).sqrt() / widened;
    Some([rounded(centre - half, 4), rounded(centre + half, 4)])
}

/// To so many decimals, half to even: what is printed is what is compared.
pub(super) fn rounded(value: f64, decimals: usize) -> f64 {
    format!("{value:.decimals$}").parse().unwrap_or(value)
}

/// The middle value, or half-way between the two middle ones.
pub(super) fn median(mut values: Vec<i32>) -> Option<f64> {
    values.sort_unstable();
    let half = values.len() / 2;
    let upper = f64::from(*values.get(half)?);
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = f64::from(*values.get(half.checked_sub(1)?)?);
    Some((lower + upper) / 2.0)
}

/// The mean of precision and recall that is low when either is (F₁), per cent.
pub(super) fn f1(precision: &Share, recall: &Share) -> Option<f64> {
    let (p, r) = (precision.fraction()?, recall.fraction()?);
    (p + r > 0.0).then(|| rounded(100.0 * 2.0 * p * r / (p + r), 2))
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn wilson_as_in_the_textbook() {
        // Newcombe 1998, table I: 81 of 263 and 0 of 20.
        assert_eq!(Share::new(81, 263).wilson95, Some([0.2553, 0.3662]));
        assert_eq!(Share::new(0, 20).wilson95, Some([0.0, 0.1611]));
        assert_eq!(Share::new(0, 0).wilson95, None);
        assert_eq!(Share::new(446, 1580).pct, Some(28.23));
    }

    #[test]
    fn medians() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![5, 1, 3]), Some(3.0));
        assert_eq!(median(vec![4, 1]), Some(2.5));
    }
}
