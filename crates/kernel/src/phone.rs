//! Mobile phone numbers (手机号码).

use std::fmt;

use crate::text;

/// A mainland mobile number: eleven digits beginning 13–19. Families share numbers, so it never identifies a
/// person. `Debug` is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MobilePhone(String);

/// Why a text is no mobile number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneFault {
    /// Nothing was given.
    #[error("手机号码为空")]
    Empty,
    /// Not eleven digits.
    #[error("手机号码应为11位数字，现为{0}位")]
    Length(usize),
    /// A character that is no digit.
    #[error("手机号码只能是数字")]
    Character,
    /// No mobile network uses these leading digits.
    #[error("手机号码应以13至19开头")]
    Prefix,
}

impl PhoneFault {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "phone.empty",
            Self::Length(_) => "phone.length",
            Self::Character => "phone.character",
            Self::Prefix => "phone.prefix",
        }
    }
}

impl MobilePhone {
    /// Reads a number as people type it: full-width digits, spaces, hyphens between digits and the country
    /// code 86 are taken away.
    ///
    /// # Errors
    /// [`PhoneFault`]; landlines are refused as well, since no message reaches them.
    pub fn parse(text: &str) -> Result<Self, PhoneFault> {
        let text = text::compact_code(text);
        if text.is_empty() {
            return Err(PhoneFault::Empty);
        }
        let eleven = text.len() == 11 && text.bytes().all(|b| b.is_ascii_digit());
        let digits = if eleven {
            text
        } else {
            without_hyphens(without_country_code(&text))
        };
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PhoneFault::Character);
        }
        if digits.len() != 11 {
            return Err(PhoneFault::Length(digits.len()));
        }
        match digits.as_bytes() {
            [b'1', b'3'..=b'9', ..] => Ok(Self(digits)),
            _ => Err(PhoneFault::Prefix),
        }
    }

    /// The eleven digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For screens and lists: `138****1234`.
    pub fn masked(&self) -> String {
        format!(
            "{}****{}",
            self.0.get(..3).unwrap_or_default(),
            self.0.get(7..).unwrap_or_default()
        )
    }
}

/// `+86`, `0086` or a bare `86` before eleven digits.
fn without_country_code(text: &str) -> &str {
    for mark in ["+86", "0086", "(+86)", "(86)"] {
        if let Some(rest) = text.strip_prefix(mark) {
            return rest.strip_prefix('-').unwrap_or(rest);
        }
    }
    match text.strip_prefix("86") {
        Some(rest) if rest.bytes().filter(u8::is_ascii_digit).count() == 11 => {
            rest.strip_prefix('-').unwrap_or(rest)
        }
        _ => text,
    }
}

/// Single hyphens between digits go (138-1234-5678); any other stays and is refused.
fn without_hyphens(text: &str) -> String {
    let parts: Vec<&str> = text
        .split(['-', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2014}'])
        .collect();
    if parts.iter().any(|part| part.is_empty()) {
        text.to_owned()
    } else {
        parts.concat()
    }
}

impl fmt::Debug for MobilePhone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MobilePhone({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_as_people_type_them() {
        for text in [
            "13812341234",
            "+86 138 1234 1234",
            "0086-13812341234",
            "8613812341234",
            "138-1234-1234",
            "１３８１２３４１２３４",
            "\u{202D}13812341234\u{202C}",
        ] {
            let phone = MobilePhone::parse(text).unwrap();
            assert_eq!(phone.as_str(), "13812341234", "{text}");
            assert_eq!(format!("{phone:?}"), "MobilePhone(138****1234)");
        }
    }

    #[test]
    fn what_is_no_mobile_is_refused() {
        for (text, fault) in [
            ("", PhoneFault::Empty),
            ("1381234123", PhoneFault::Length(10)),
            ("138123412345", PhoneFault::Length(12)),
            ("12012341234", PhoneFault::Prefix),
            ("23812341234", PhoneFault::Prefix),
            ("0571-88888888", PhoneFault::Length(12)),
            ("1381234123O", PhoneFault::Character),
            ("138--12341234", PhoneFault::Character),
            ("13812341234-", PhoneFault::Character),
            ("1.3812341234E10", PhoneFault::Character),
            ("无", PhoneFault::Character),
        ] {
            assert_eq!(MobilePhone::parse(text), Err(fault), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            let _ = MobilePhone::parse(&text);
        }
    }
}
