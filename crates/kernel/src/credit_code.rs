//! Unified social credit codes (统一社会信用代码), GB 32100-2015.

use std::fmt;

use crate::text;

/// The standard's alphabet: digits and capitals without I, O, S, V, Z. A character's value is its place.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3^(i-1) mod 31 for the first seventeen characters.
const WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];
/// Weights of the organisation code (组织机构代码) inside, GB 11714-1997.
const ORG_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// An eighteen-character credit code with both check characters right: its own, and that of the organisation
/// code it contains.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode(String);

/// Why a text is no credit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CreditCodeFault {
    /// Nothing was given.
    #[error("统一社会信用代码为空")]
    Empty,
    /// A fifteen-digit business registration number from before 2015; keep it as a secondary code.
    #[error("这是15位工商注册号，不是18位统一社会信用代码，请作为曾用代码登记")]
    RegistrationNumber,
    /// A nine-character organisation code from before 2015; keep it as a secondary code.
    #[error("这是9位组织机构代码，不是18位统一社会信用代码，请作为曾用代码登记")]
    OrganisationCode,
    /// Not eighteen characters.
    #[error("统一社会信用代码应为18位，现为{0}位")]
    Length(usize),
    /// A character outside the alphabet; I, O, S, V, Z are never used.
    #[error("统一社会信用代码只含数字和大写字母，且不用 I、O、S、V、Z")]
    Character,
    /// The first character names no register authority.
    #[error("统一社会信用代码首位不是任何登记管理部门")]
    Authority,
    /// The organisation code at places 9–17 fails its own check.
    #[error("统一社会信用代码第9至17位（组织机构代码）校验位不符，请核对")]
    OrganisationCheck,
    /// The last character does not fit.
    #[error("统一社会信用代码末位校验位不符，请核对是否有字符输错")]
    CheckCharacter,
}

impl CreditCodeFault {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "uscc.empty",
            Self::RegistrationNumber => "uscc.registration_number",
            Self::OrganisationCode => "uscc.organisation_code",
            Self::Length(_) => "uscc.length",
            Self::Character => "uscc.character",
            Self::Authority => "uscc.authority",
            Self::OrganisationCheck => "uscc.organisation_check",
            Self::CheckCharacter => "uscc.check_character",
        }
    }
}

/// The authority that keeps the register (登记管理部门), from the first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Authority {
    /// 1 机构编制
    Establishment,
    /// 2 外交
    ForeignAffairs,
    /// 3 司法行政
    Justice,
    /// 4 文化
    Culture,
    /// 5 民政
    CivilAffairs,
    /// 6 旅游
    Tourism,
    /// 7 宗教
    Religion,
    /// 8 工会
    Union,
    /// 9 工商（市场监管）
    Market,
    /// A 中央军委改革和编制办公室
    Military,
    /// N 农业
    Agriculture,
    /// Y 其他
    Other,
}

impl Authority {
    fn from_char(c: u8) -> Option<Self> {
        Some(match c {
            b'1' => Self::Establishment,
            b'2' => Self::ForeignAffairs,
            b'3' => Self::Justice,
            b'4' => Self::Culture,
            b'5' => Self::CivilAffairs,
            b'6' => Self::Tourism,
            b'7' => Self::Religion,
            b'8' => Self::Union,
            b'9' => Self::Market,
            b'A' => Self::Military,
            b'N' => Self::Agriculture,
            b'Y' => Self::Other,
            _ => return None,
        })
    }

    /// The word on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Establishment => "机构编制",
            Self::ForeignAffairs => "外交",
            Self::Justice => "司法行政",
            Self::Culture => "文化",
            Self::CivilAffairs => "民政",
            Self::Tourism => "旅游",
            Self::Religion => "宗教",
            Self::Union => "工会",
            Self::Market => "市场监管",
            Self::Military => "中央军委改革和编制办公室",
            Self::Agriculture => "农业",
            Self::Other => "其他",
        }
    }
}

impl CreditCode {
    /// Reads a code as people type it: lower-case, full-width characters and stray spaces are repaired.
    ///
    /// # Errors
    /// [`CreditCodeFault`], the first that applies. Old registration and organisation codes are recognised so
    /// that the message can say where they belong.
    pub fn parse(text: &str) -> Result<Self, CreditCodeFault> {
        let text = text::compact_code(text);
        let code: &[u8; 18] = match text.as_bytes().try_into() {
            Ok(code) => code,
            Err(_) => return Err(length_fault(&text)),
        };
        let sum = weighted_sum(code)?;
        Authority::from_char(code.first().copied().unwrap_or_default())
            .ok_or(CreditCodeFault::Authority)?;
        // Places 3–8 are a GB/T 2260 code.
        if !code.iter().skip(2).take(6).all(u8::is_ascii_digit) {
            return Err(CreditCodeFault::Character);
        }
        if !organisation_check_fits(code.iter().skip(8)) {
            return Err(CreditCodeFault::OrganisationCheck);
        }
        let expected = usize::try_from((31 - sum % 31) % 31)
            .ok()
            .and_then(|place| ALPHABET.get(place));
        if expected == code.last() {
            Ok(Self(text))
        } else {
            Err(CreditCodeFault::CheckCharacter)
        }
    }

    /// The eighteen characters, upper-case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Who keeps the register this body is entered in.
    pub fn authority(&self) -> Authority {
        Authority::from_char(self.0.bytes().next().unwrap_or_default()).unwrap_or(Authority::Other)
    }

    /// The organisation code (组织机构代码) inside: nine characters.
    pub fn org_code(&self) -> &str {
        self.0.get(8..17).unwrap_or_default()
    }

    /// The six digits of the registering region.
    pub fn region_code(&self) -> &str {
        self.0.get(2..8).unwrap_or_default()
    }

    /// Whether it is a union's own code (81 basic union, 89 other). A unit and its union carry two codes;
    /// taking one for the other is the commonest import mistake.
    pub fn is_union(&self) -> bool {
        self.0.starts_with('8')
    }

    /// Whether it belongs to an individual business (个体工商户).
    pub fn is_individual_business(&self) -> bool {
        self.0.starts_with("92")
    }
}

fn length_fault(text: &str) -> CreditCodeFault {
    match text.chars().count() {
        0 => CreditCodeFault::Empty,
        15 if text.bytes().all(|b| b.is_ascii_digit()) => CreditCodeFault::RegistrationNumber,
        9 | 10 if is_organisation_code(text) => CreditCodeFault::OrganisationCode,
        18 => CreditCodeFault::Character,
        length => CreditCodeFault::Length(length),
    }
}

/// Whether the text is a nine-character organisation code (组织机构代码), with or without its hyphen, whose
/// check character fits.
pub fn is_organisation_code(text: &str) -> bool {
    let code: Vec<u8> = text::compact_code(text)
        .bytes()
        .filter(|b| *b != b'-')
        .collect();
    code.len() == 9 && organisation_check_fits(code.iter())
}

/// Checks nine characters: A = 10 … Z = 35, check = 11 − sum mod 11, with X for ten and 0 for eleven.
fn organisation_check_fits<'a>(mut code: impl Iterator<Item = &'a u8>) -> bool {
    let mut sum = 0;
    for weight in ORG_WEIGHTS {
        let Some(value) = code.next().and_then(|c| char::from(*c).to_digit(36)) else {
            return false;
        };
        sum += value * weight;
    }
    let expected = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + u8::try_from(digit).unwrap_or(0),
    };
    code.next() == Some(&expected)
}

fn weighted_sum(code: &[u8; 18]) -> Result<u32, CreditCodeFault> {
    let mut sum = 0;
    for (index, c) in code.iter().enumerate() {
        let place = ALPHABET
            .iter()
            .position(|letter| letter == c)
            .ok_or(CreditCodeFault::Character)?;
        let weight = WEIGHTS.get(index).copied().unwrap_or(0);
        sum += u32::try_from(place).unwrap_or(0) * weight;
    }
    Ok(sum)
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tv_us1_to_us6_are_valid() {
        for (code, authority, union) in [
            ("91350100M000100Y43", Authority::Market, false),
            ("91330100799655058B", Authority::Market, false),
            ("9144030071526726XG", Authority::Market, false),
            ("81330113MC0A0B011R", Authority::Union, true),
            ("81330112MC0A0B02X3", Authority::Union, true),
            ("52330113MJ0TE5T27P", Authority::CivilAffairs, false),
        ] {
            let parsed = CreditCode::parse(code).unwrap();
            assert_eq!(parsed.as_str(), code);
            assert_eq!(
                (parsed.authority(), parsed.is_union()),
                (authority, union),
                "{code}"
            );
        }
        let union = CreditCode::parse("８１３３０１１３mc0a0b011r ").unwrap();
        assert_eq!(
            (union.region_code(), union.org_code()),
            ("330113", "MC0A0B011")
        );
    }

    #[test]
    fn tv_us7_us8_and_others_are_refused() {
        for (code, fault) in [
            ("81330113MC0A0B011S", CreditCodeFault::Character),
            ("81330113MC0A0B021R", CreditCodeFault::OrganisationCheck),
            ("", CreditCodeFault::Empty),
            ("12345", CreditCodeFault::Length(5)),
            ("512002600441028", CreditCodeFault::RegistrationNumber),
            ("799655058", CreditCodeFault::OrganisationCode),
            ("79965505-8", CreditCodeFault::OrganisationCode),
            ("799655059", CreditCodeFault::Length(9)),
            ("91110000600037341N", CreditCodeFault::CheckCharacter),
            ("A1110000600037341L", CreditCodeFault::CheckCharacter),
            ("B1110000600037341L", CreditCodeFault::Authority),
            ("9111000060003IOZSV", CreditCodeFault::Character),
            (
                "杭州某某科技有限公司杭州某某科技有限",
                CreditCodeFault::Character,
            ),
        ] {
            assert_eq!(CreditCode::parse(code), Err(fault), "{code}");
        }
    }

    #[test]
    fn old_organisation_codes_are_recognised() {
        // The nine characters inside TV-US2.
        assert!(is_organisation_code("79965505-8"));
        assert!(!is_organisation_code("79965505-9"));
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_always_found(at in 8usize..18, to in 0usize..31) {
            let good = "81330113MC0A0B011R";
            let mut bytes = good.as_bytes().to_vec();
            prop_assume!(bytes[at] != ALPHABET[to]);
            bytes[at] = ALPHABET[to];
            prop_assert!(CreditCode::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
        }

        #[test]
        fn any_text_is_answered(text in "\\PC*") {
            let _ = CreditCode::parse(&text);
        }
    }
}
