//! The bodies of the files in `definitions/wages/`.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer};

use crate::definitions::toml_date;
use crate::money::Fen;

/// An amount in yuan written as text (`"2490.00"`), so that no float is ever read.
pub(super) fn yuan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Fen, D::Error> {
    let text = String::deserialize(deserializer)?;
    Fen::parse_yuan(&text).map_err(serde::de::Error::custom)
}

/// As [`yuan`], for amounts that may be missing; pair with `#[serde(default)]`.
pub(super) fn yuan_option<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Fen>, D::Error> {
    yuan(deserializer).map(Some)
}

/// `wages.minimum`: minimum wages by tier, and which place is in which tier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Minimum {
    /// Last day the figures were compared with the notice; later results are to be verified.
    #[serde(with = "toml_date")]
    pub checked_until: Date,
    pub tier: Vec<Tier>,
    pub place: Vec<Place>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tier {
    pub tier: u8,
    #[serde(deserialize_with = "yuan")]
    pub monthly: Fen,
    #[serde(deserialize_with = "yuan")]
    pub hourly: Fen,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub code: String,
    pub tier: u8,
}

/// `wages.overtime`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Overtime {
    /// Paid days a month, in hundredths of a day: 21.75 is 2175.
    #[serde(deserialize_with = "yuan")]
    pub divisor_days: Fen,
    pub hours_per_day: u16,
    pub weekday: u16,
    pub rest_day: u16,
    pub holiday: u16,
}

/// `wages.deduction` and `wages.probation`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Percent {
    pub percent: u16,
}

/// `wages.severance`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeveranceRule {
    pub half_year_months: i32,
    pub cap_times: i64,
    pub cap_years: i64,
    pub unlawful_times: i64,
}

/// `wages.payday`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PayDay {
    pub moves: Moves,
}

/// Where a pay day on a rest day goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Moves {
    Earlier,
}

/// `wages.statutory_days`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatutoryDays {
    pub year: Vec<StatutoryYear>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatutoryYear {
    pub year: i16,
    #[serde(with = "toml_date::list")]
    pub days: Vec<Date>,
}

/// `wages.order_surcharge`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Surcharge {
    pub from_percent: u16,
    pub to_percent: u16,
}

/// `wages.final_award`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FinalAward {
    pub months: i64,
}

/// `wages.criminal_reference`: one worker over months, or many workers; each line a range, whose ends are equal where
/// the province's high court has set it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceRule {
    pub months: u16,
    #[serde(deserialize_with = "yuan")]
    pub one_from: Fen,
    #[serde(deserialize_with = "yuan")]
    pub one_to: Fen,
    pub workers: u32,
    #[serde(deserialize_with = "yuan")]
    pub many_from: Fen,
    #[serde(deserialize_with = "yuan")]
    pub many_to: Fen,
}

/// `wages.deposit`. Rates are hundredths of a percent: "0.5" is 50.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DepositRule {
    #[serde(deserialize_with = "yuan")]
    pub rate_from: Fen,
    #[serde(deserialize_with = "yuan")]
    pub rate_to: Fen,
    #[serde(deserialize_with = "yuan")]
    pub several_from: Fen,
    #[serde(deserialize_with = "yuan")]
    pub exempt_below: Fen,
    pub clean_years_reduced: u8,
    pub reduced_percent: u16,
    pub clean_years_exempt: u8,
    pub arrears_raised_percent: u16,
    pub blacklisted_raised_percent: u16,
    pub within_working_days: u32,
}
