//! Civil dates in definition files, written as TOML dates: `valid_from = 2025-01-01`.

/// For `#[serde(with = "toml_date")]` on a [`Date`](jiff::civil::Date).
pub mod toml_date {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer};

    /// Reads a TOML date (without time).
    ///
    /// # Errors
    /// When the value is no date, or names a day that does not exist.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        to_date(&toml::value::Datetime::deserialize(deserializer)?)
    }

    fn to_date<E: serde::de::Error>(value: &toml::value::Datetime) -> Result<Date, E> {
        let (Some(date), None, None) = (value.date, value.time, value.offset) else {
            return Err(E::custom("应为日期，例如 2025-01-01"));
        };
        let parts = (
            i16::try_from(date.year),
            i8::try_from(date.month),
            i8::try_from(date.day),
        );
        match parts {
            (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).map_err(E::custom),
            _ => Err(E::custom("日期超出范围")),
        }
    }

    /// The same for dates that may be missing; pair it with `#[serde(default)]`.
    pub mod option {
        use jiff::civil::Date;
        use serde::{Deserialize, Deserializer};

        /// Reads a TOML date if there is one.
        ///
        /// # Errors
        /// As the parent module.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Option<Date>, D::Error> {
            Option::<toml::value::Datetime>::deserialize(deserializer)?
                .map(|value| super::to_date(&value))
                .transpose()
        }
    }

    /// The same for lists of dates.
    pub mod list {
        use jiff::civil::Date;
        use serde::{Deserialize, Deserializer};

        /// Reads a list of TOML dates.
        ///
        /// # Errors
        /// As the parent module.
        pub fn deserialize<'de, D: Deserializer<'de>>(
            deserializer: D,
        ) -> Result<Vec<Date>, D::Error> {
            let values = Vec::<toml::value::Datetime>::deserialize(deserializer)?;
            values.iter().map(super::to_date).collect()
        }
    }
}
