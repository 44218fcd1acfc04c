//! The district (区县) every tenant row begins with.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A county-level division code of GB/T 2260 (行政区划代码), six digits: `330113` is 临平区.
///
/// It names the tenant. Whether the code exists on a given day is a question for `region`; here only its
/// shape is checked, because a province may run pilot areas whose codes are not yet published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistrictCode([u8; 6]);

/// The text is not six digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("行政区划代码应为6位数字")]
pub struct DistrictFault;

impl DistrictCode {
    /// Reads exactly six ASCII digits.
    ///
    /// # Errors
    /// [`DistrictFault`] for anything else; nothing is trimmed or guessed.
    pub fn parse(text: &str) -> Result<Self, DistrictFault> {
        let digits: [u8; 6] = text.as_bytes().try_into().map_err(|_| DistrictFault)?;
        if digits.iter().all(u8::is_ascii_digit) {
            Ok(Self(digits))
        } else {
            Err(DistrictFault)
        }
    }

    /// The six digits.
    pub fn as_str(&self) -> &str {
        // Only digits are ever stored, so the fallback is never taken.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for DistrictCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DistrictCode {
    type Err = DistrictFault;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for DistrictCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for DistrictCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_and_nothing_else() {
        assert_eq!(DistrictCode::parse("330113").unwrap().as_str(), "330113");
        for bad in [
            "",
            "33011",
            "3301130",
            "33011x",
            "３３０１１３",
            " 330113",
            "330113\n",
        ] {
            assert_eq!(DistrictCode::parse(bad), Err(DistrictFault), "{bad:?}");
        }
    }

    #[test]
    fn codes_sort_as_text_and_travel_as_text() {
        let linan = DistrictCode::parse("330112").unwrap();
        let linping = DistrictCode::parse("330113").unwrap();
        assert!(linan < linping);
        assert_eq!(serde_json::to_string(&linping).unwrap(), "\"330113\"");
        assert!(serde_json::from_str::<DistrictCode>("\"33\"").is_err());
    }
}
