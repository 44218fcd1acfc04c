//! Money (金额) as whole fen. No float ever touches it.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

use crate::text;

/// An amount in fen (分, 1/100 yuan). Negative amounts are refunds and corrections.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// Why a text is no amount, or a sum cannot be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyFault {
    /// Nothing was given.
    #[error("金额为空")]
    Empty,
    /// A character that has no place in an amount.
    #[error("金额只能是数字，可带千位逗号和两位小数，例如 1,234.50")]
    Malformed,
    /// More than two decimals: fen is the smallest unit, and rounding is not ours to decide.
    #[error("金额最多两位小数，不足一分请先自行取整")]
    TooManyDecimals,
    /// Commas that do not part thousands, as in `1,23`.
    #[error("千位逗号位置不对，请每三位一个逗号")]
    Grouping,
    /// Beyond what 64-bit fen hold: about 92 quadrillion yuan (9.2亿亿元).
    #[error("金额超出可记录的范围")]
    TooLarge,
    /// A split without any positive weight.
    #[error("分摊比例合计不能为零")]
    NoWeight,
}

impl MoneyFault {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "amount.empty",
            Self::Malformed => "amount.malformed",
            Self::TooManyDecimals => "amount.too_many_decimals",
            Self::Grouping => "amount.grouping",
            Self::TooLarge => "amount.too_large",
            Self::NoWeight => "amount.no_weight",
        }
    }
}

impl Fen {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// Whole yuan; `None` beyond the range.
    pub fn yuan(yuan: i64) -> Option<Self> {
        yuan.checked_mul(100).map(Self)
    }

    /// Reads an amount in yuan as people write it: `1,234.50`, `￥1234.5`, `１２３４元`, `-0.50`.
    ///
    /// # Errors
    /// See [`MoneyFault`]. Exponents, Chinese numerals, units such as 万元 and a third decimal are refused,
    /// never interpreted.
    pub fn parse_yuan(text: &str) -> Result<Self, MoneyFault> {
        // Marks without width go; a blank between digits stays and is refused, since it may part two amounts.
        let seen = text
            .chars()
            .filter(|c| c.is_whitespace() || !text::is_blank(*c));
        let text: String = seen.map(text::half_width_char).collect();
        let (negative, text) = strip_sign(text.trim());
        let text = strip_currency(text).trim();
        // A sign may also follow the currency mark: ￥-5.
        let (negative_inside, text) = if negative {
            (false, text)
        } else {
            strip_sign(text)
        };
        if text.is_empty() {
            return Err(MoneyFault::Empty);
        }
        let (whole, fraction) = text
            .split_once('.')
            .map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
        let yuan = parse_whole(whole)?;
        let fen = fraction.map_or(Ok(0), parse_fraction)?;
        let magnitude = yuan
            .checked_mul(100)
            .and_then(|v| v.checked_add(fen))
            .ok_or(MoneyFault::TooLarge)?;
        Ok(Self(if negative || negative_inside {
            -magnitude
        } else {
            magnitude
        }))
    }

    /// Sum, or `None` beyond the range.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// Difference, or `None` beyond the range.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// Times a whole number, or `None` beyond the range.
    #[must_use]
    pub fn checked_mul(self, times: i64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// `numerator / denominator` of this amount, rounded half away from zero to the fen (会计惯例四舍五入);
    /// `None` for a zero denominator or beyond the range.
    #[must_use]
    pub fn fraction(self, numerator: i64, denominator: i64) -> Option<Self> {
        let (d, product) = (
            i128::from(denominator),
            i128::from(self.0) * i128::from(numerator),
        );
        if d == 0 {
            return None;
        }
        let (product, d) = if d < 0 { (-product, -d) } else { (product, d) };
        let rounded = (product.abs() * 2 + d) / (d * 2) * product.signum();
        i64::try_from(rounded).ok().map(Self)
    }

    /// Parts that add up to exactly this amount, in proportion to `weights`: each share is floored, and the
    /// fen left over go to the largest remainders, on a tie to the earlier weight. Callers list the lowest
    /// union level first, because it is the one that should gain.
    ///
    /// # Errors
    /// [`MoneyFault::NoWeight`] when the weights sum to zero.
    pub fn split(self, weights: &[u64]) -> Result<Vec<Self>, MoneyFault> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            return Err(MoneyFault::NoWeight);
        }
        let amount = i128::from(self.0).abs();
        let mut shares: Vec<(i128, i128)> = weights
            .iter()
            .map(|weight| amount * i128::from(*weight))
            .map(|v| (v / total, v % total))
            .collect();
        let left = amount - shares.iter().map(|(floor, _)| floor).sum::<i128>();
        let mut order: Vec<usize> = (0..shares.len()).collect();
        // Stable sort: equal remainders keep the caller's order.
        order.sort_by_key(|index| {
            std::cmp::Reverse(shares.get(*index).map_or(0, |(_, remainder)| *remainder))
        });
        for index in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
            if let Some((floor, _)) = shares.get_mut(index) {
                *floor += 1;
            }
        }
        let sign = if self.0 < 0 { -1 } else { 1 };
        shares
            .into_iter()
            .map(|(v, _)| {
                i64::try_from(v * sign)
                    .map(Self)
                    .map_err(|_| MoneyFault::TooLarge)
            })
            .collect()
    }

    /// Plain digits for machines: `1234.50`.
    pub fn plain(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let v = self.0.unsigned_abs();
        format!("{sign}{}.{:02}", v / 100, v % 100)
    }

    /// The amount in capital numerals (大写), as 支付结算办法附一 prescribes: 整 after 元 or 角, none after 分;
    /// zeros between digits read 零. `1,409.50` → 壹仟肆佰零玖元伍角整.
    pub fn capital(self) -> String {
        let v = self.0.unsigned_abs();
        let (yuan, jiao, fen) = (v / 100, v / 10 % 10, v % 10);
        let mut text = String::new();
        if self.0 < 0 {
            text.push('负');
        }
        if yuan > 0 || v == 0 {
            text.push_str(&if yuan == 0 {
                "零".to_owned()
            } else {
                capital_integer(yuan)
            });
            text.push('元');
        }
        if jiao > 0 {
            text.push(capital_digit(jiao));
            text.push('角');
        } else if fen > 0 && yuan > 0 {
            text.push('零');
        }
        if fen > 0 {
            text.push(capital_digit(fen));
            text.push('分');
        } else {
            text.push('整');
        }
        text
    }
}

/// Without the mark in front (￥, RMB) and the word behind (元).
fn strip_currency(text: &str) -> &str {
    let text = ["￥", "¥", "RMB", "CNY"]
        .iter()
        .find_map(|mark| text.strip_prefix(mark))
        .unwrap_or(text);
    text.strip_suffix('元').unwrap_or(text)
}

fn strip_sign(text: &str) -> (bool, &str) {
    text.strip_prefix(['-', '\u{2212}'])
        .map_or((false, text), |rest| (true, rest.trim_start()))
}

/// Digits, or digits in groups of three parted by commas.
fn parse_whole(text: &str) -> Result<i64, MoneyFault> {
    if !text.bytes().all(|b| b.is_ascii_digit() || b == b',') || text.is_empty() {
        return Err(MoneyFault::Malformed);
    }
    if text.contains(',') {
        let mut groups = text.split(',');
        let first = groups.next().unwrap_or_default();
        if !(1..=3).contains(&first.len()) || groups.any(|group| group.len() != 3) {
            return Err(MoneyFault::Grouping);
        }
    }
    text.bytes()
        .filter(u8::is_ascii_digit)
        .try_fold(0_i64, |value, digit| {
            value
                .checked_mul(10)
                .and_then(|v| v.checked_add(i64::from(digit - b'0')))
                .ok_or(MoneyFault::TooLarge)
        })
}

/// One or two decimals, in fen.
fn parse_fraction(text: &str) -> Result<i64, MoneyFault> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(MoneyFault::Malformed);
    }
    if text.len() > 2 {
        return Err(MoneyFault::TooManyDecimals);
    }
    let value: i64 = text.parse().map_err(|_| MoneyFault::Malformed)?;
    Ok(if text.len() == 1 { value * 10 } else { value })
}

fn capital_digit(digit: u64) -> char {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    usize::try_from(digit)
        .ok()
        .and_then(|index| DIGITS.get(index))
        .copied()
        .unwrap_or('零')
}

/// A positive whole number in capital numerals, read in 万 and 亿 as Chinese is.
fn capital_integer(value: u64) -> String {
    const UNITS: [(u64, &str); 5] = [
        (100_000_000, "亿"),
        (10_000, "万"),
        (1_000, "仟"),
        (100, "佰"),
        (10, "拾"),
    ];
    for (size, unit) in UNITS {
        if value >= size {
            let rest = value % size;
            let mut text = capital_integer(value / size);
            text.push_str(unit);
            if rest > 0 {
                // A gap in the digits is read as one 零.
                if rest < size / 10 {
                    text.push('零');
                }
                text.push_str(&capital_integer(rest));
            }
            return text;
        }
    }
    capital_digit(value).to_string()
}

/// Shows yuan with thousands separators: `1,234.50`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = self.0.unsigned_abs();
        let digits = (v / 100).to_string();
        let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 4);
        if self.0 < 0 {
            text.push('-');
        }
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        f.pad(&format!("{text}.{:02}", v % 100))
    }
}

/// Adds amounts; saturates at the range instead of wrapping (use `checked_add` where it could matter).
impl Sum for Fen {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.fold(0_i64, |total, amount| total.saturating_add(amount.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fen(text: &str) -> Fen {
        Fen::parse_yuan(text).unwrap()
    }

    #[test]
    fn tv_m1_to_m6_capital_amounts() {
        for (amount, capital) in [
            ("16,469.14", "壹万陆仟肆佰陆拾玖元壹角肆分"),
            ("3,000.00", "叁仟元整"),
            ("100,005.20", "壹拾万零伍元贰角整"),
            ("1,000.05", "壹仟元零伍分"),
            ("35,045,600.00", "叁仟伍佰零肆万伍仟陆佰元整"),
            ("0.50", "伍角整"),
            ("1,409.50", "壹仟肆佰零玖元伍角整"),
            ("6,007.14", "陆仟零柒元壹角肆分"),
            ("0", "零元整"),
            ("0.05", "伍分"),
            ("-12", "负壹拾贰元整"),
            ("100,000,000", "壹亿元整"),
            ("100,000,001.10", "壹亿零壹元壹角整"),
            ("10,000,010,000", "壹佰亿零壹万元整"),
            ("1,000,000,000,000", "壹万亿元整"),
        ] {
            assert_eq!(fen(amount).capital(), capital, "{amount}");
        }
    }

    #[test]
    fn tv_m7_m8_splits() {
        let parts = fen("16,469.14").split(&[60, 15, 10, 10, 5]).unwrap();
        assert_eq!(parts, [988_149, 247_037, 164_691, 164_691, 82_346].map(Fen));
        assert_eq!(Fen(100).split(&[1, 1, 1]).unwrap(), [34, 33, 33].map(Fen));
        assert_eq!(
            Fen(-100).split(&[1, 1, 1]).unwrap(),
            [-34, -33, -33].map(Fen)
        );
        assert_eq!(Fen(100).split(&[0, 0]), Err(MoneyFault::NoWeight));
        assert_eq!(Fen(100).split(&[]), Err(MoneyFault::NoWeight));
        assert_eq!(Fen(5).split(&[0, 1]).unwrap(), [Fen(0), Fen(5)]);
    }

    #[test]
    fn amounts_as_people_write_them() {
        for (text, value) in [
            ("1,234.50", 123_450),
            ("1234.5", 123_450),
            ("￥1,234.50", 123_450),
            ("¥ 1234.50 元", 123_450),
            ("\u{A0}- 1234.50\u{3000}\u{200B}", -123_450),
            ("12\u{202C}34", 123_400),
            ("１２３４．５０", 123_450),
            ("１，２３４元", 123_400),
            ("RMB12", 1_200),
            ("-0.50", -50),
            ("￥-5", -500),
            ("0012", 1_200),
            ("92233720368547758.07", i64::MAX),
        ] {
            assert_eq!(Fen::parse_yuan(text), Ok(Fen(value)), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused_not_guessed() {
        use MoneyFault::{Empty, Grouping, Malformed, TooLarge, TooManyDecimals};
        for (text, fault) in [
            ("", Empty),
            ("元", Empty),
            ("-", Empty),
            (" \u{3000}", Empty),
            ("1.234", TooManyDecimals),
            ("1.230", TooManyDecimals),
            ("12 34", Malformed),
            ("1 234.50", Malformed),
            ("1. 5", Malformed),
            ("1,23", Grouping),
            ("1234,567", Grouping),
            ("1,,234", Grouping),
            (",123", Grouping),
            ("1e9", Malformed),
            ("1.", Malformed),
            (".5", Malformed),
            ("--1", Malformed),
            ("+1", Malformed),
            ("1.2.3", Malformed),
            ("1.5万元", Malformed),
            ("壹佰元", Malformed),
            ("NaN", Malformed),
            ("0x10", Malformed),
            ("٣", Malformed),
            ("92233720368547758.08", TooLarge),
            ("99999999999999999999", TooLarge),
        ] {
            assert_eq!(Fen::parse_yuan(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn fractions_round_half_up() {
        assert_eq!(fen("823,456.78").fraction(2, 100), Some(fen("16,469.14")));
        assert_eq!(Fen(5).fraction(1, 10), Some(Fen(1)));
        assert_eq!(Fen(-5).fraction(1, 10), Some(Fen(-1)));
        assert_eq!(Fen(4).fraction(1, 10), Some(Fen(0)));
        assert_eq!(Fen(4).fraction(1, 0), None);
        assert_eq!(Fen(i64::MAX).fraction(2, 1), None);
    }

    proptest! {
        #[test]
        fn splits_add_up_exactly(amount: i64, weights in prop::collection::vec(0u64..1_000_000, 1..12)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            prop_assume!(amount != i64::MIN);
            let parts = Fen(amount).split(&weights).unwrap();
            let total: i128 = parts.iter().map(|part| i128::from(part.0)).sum();
            prop_assert_eq!(total, i128::from(amount));
            let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            for (part, weight) in parts.iter().zip(&weights) {
                // Nobody is ever a whole fen away from the exact share.
                let exact_times_sum = i128::from(amount) * i128::from(*weight);
                prop_assert!((i128::from(part.0) * sum - exact_times_sum).abs() < sum);
            }
        }

        #[test]
        fn shown_amounts_read_back(amount in -i64::MAX..=i64::MAX) {
            prop_assert_eq!(Fen::parse_yuan(&Fen(amount).to_string()), Ok(Fen(amount)));
            prop_assert_eq!(Fen::parse_yuan(&Fen(amount).plain()), Ok(Fen(amount)));
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            let _ = Fen::parse_yuan(&text);
        }
    }
}
