//! Identity papers (证件): each kind with its code, form and check.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::citizen_id::{CitizenId, IdFault};
use crate::text;

/// Kinds of identity papers accepted in a member roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdType {
    /// 居民身份证
    Resident,
    /// 香港居民居住证 (number begins 810000)
    HkResidence,
    /// 澳门居民居住证 (number begins 820000)
    MoResidence,
    /// 台湾居民居住证 (number begins 830000)
    TwResidence,
    /// 港澳居民来往内地通行证: H or M and eight digits
    HkMacauPermit,
    /// 台湾居民来往大陆通行证: eight digits
    TaiwanPermit,
    /// 护照, of any country
    Passport,
    /// 外国人永久居留身份证: eighteen digits beginning 9, or three letters and twelve digits
    ForeignPermanent,
}

impl IdType {
    /// Every kind, in the order of drop-down lists.
    pub const ALL: [Self; 8] = [
        Self::Resident,
        Self::HkResidence,
        Self::MoResidence,
        Self::TwResidence,
        Self::HkMacauPermit,
        Self::TaiwanPermit,
        Self::Passport,
        Self::ForeignPermanent,
    ];

    /// Stable code, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::HkResidence => "hk_residence",
            Self::MoResidence => "mo_residence",
            Self::TwResidence => "tw_residence",
            Self::HkMacauPermit => "hk_macau_permit",
            Self::TaiwanPermit => "taiwan_permit",
            Self::Passport => "passport",
            Self::ForeignPermanent => "foreign_permanent",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The paper's Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Resident => "居民身份证",
            Self::HkResidence => "香港居民居住证",
            Self::MoResidence => "澳门居民居住证",
            Self::TwResidence => "台湾居民居住证",
            Self::HkMacauPermit => "港澳居民来往内地通行证",
            Self::TaiwanPermit => "台湾居民来往大陆通行证",
            Self::Passport => "护照",
            Self::ForeignPermanent => "外国人永久居留身份证",
        }
    }

    /// The kind a spreadsheet means: its code, its name, or the short names people use.
    pub fn from_label(text: &str) -> Option<Self> {
        let text = text::trim(text);
        if let Some(kind) = Self::ALL
            .into_iter()
            .find(|kind| kind.code() == text || kind.label() == text)
        {
            return Some(kind);
        }
        Some(match text {
            "身份证" | "二代身份证" | "居民身份证号" | "公民身份号码" | "居民户口簿" => {
                Self::Resident
            }
            "港澳通行证" | "回乡证" | "港澳居民通行证" => Self::HkMacauPermit,
            "台胞证" | "台湾通行证" | "台湾居民通行证" => Self::TaiwanPermit,
            "外国人永久居留证" | "永久居留证" | "永久居留身份证" => {
                Self::ForeignPermanent
            }
            "外国护照" | "中国护照" => Self::Passport,
            _ => return None,
        })
    }

    /// Whether the number carries birth date, sex and a check digit like a citizen's.
    pub fn has_citizen_form(self) -> bool {
        matches!(
            self,
            Self::Resident | Self::HkResidence | Self::MoResidence | Self::TwResidence
        )
    }
}

impl FromStr for IdType {
    type Err = IdDocumentFault;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_code(text).ok_or(IdDocumentFault::UnknownKind)
    }
}

impl fmt::Display for IdType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

/// One paper: its kind and normalised number. The pair identifies a person for duplicate search; one person
/// may hold two (a renewed permit), which merging settles. `Debug` is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdDocument {
    kind: IdType,
    number: String,
}

/// Why a number does not fit its kind of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdDocumentFault {
    /// The number has a citizen's form but a fault in it.
    #[error(transparent)]
    Number(#[from] IdFault),
    /// The number's form is that of another paper.
    #[error("{kind}号码应为{expected}")]
    Form {
        /// The paper named.
        kind: IdType,
        /// What its number looks like, in Chinese.
        expected: &'static str,
    },
    /// No such kind of paper.
    #[error("不认识的证件类型")]
    UnknownKind,
}

impl IdDocumentFault {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Number(fault) => fault.code(),
            Self::Form { .. } => "id.form",
            Self::UnknownKind => "id.unknown_kind",
        }
    }
}

impl IdDocument {
    /// Normalises and checks `number` as a paper of `kind`. A residence permit or a foreigner's card entered
    /// as 居民身份证 is given its own kind, because the number says so itself.
    ///
    /// # Errors
    /// [`IdDocumentFault`] with what would be accepted.
    pub fn parse(kind: IdType, number: &str) -> Result<Self, IdDocumentFault> {
        if text::compact_code(number).is_empty() {
            return Err(IdFault::Empty.into());
        }
        match kind {
            IdType::Resident => Ok(CitizenId::parse(number)?.into()),
            IdType::HkResidence => Self::residence(kind, number, "以810000开头的18位号码"),
            IdType::MoResidence => Self::residence(kind, number, "以820000开头的18位号码"),
            IdType::TwResidence => Self::residence(kind, number, "以830000开头的18位号码"),
            IdType::HkMacauPermit => Self::permit(kind, number, "H或M加8位数字", |s| {
                matches!(s.first(), Some(b'H' | b'M')) && digits(s.get(1..), 8..=8)
            }),
            IdType::TaiwanPermit => {
                Self::permit(kind, number, "8位数字", |s| digits(Some(s), 8..=8))
            }
            IdType::Passport => Self::permit(kind, number, "5至17位字母和数字", is_passport),
            IdType::ForeignPermanent => Self::foreign_permanent(number),
        }
    }

    /// Recognises the kind from the number alone, where the form leaves no doubt: eighteen or fifteen digits,
    /// H/M permits, three letters and twelve digits. Eight bare digits could be anything and are not guessed.
    ///
    /// # Errors
    /// [`IdDocumentFault`] of the likeliest reading, a citizen's number.
    pub fn detect(number: &str) -> Result<Self, IdDocumentFault> {
        let text = text::compact_code(number);
        match text.as_bytes() {
            [b'H' | b'M', rest @ ..] if digits(Some(rest), 8..=8) => {
                Self::parse(IdType::HkMacauPermit, &text)
            }
            letters
                if letters.len() == 15 && letters.iter().take(3).all(u8::is_ascii_uppercase) =>
            {
                Self::parse(IdType::ForeignPermanent, &text)
            }
            _ => Self::parse(IdType::Resident, &text),
        }
    }

    fn residence(
        kind: IdType,
        number: &str,
        expected: &'static str,
    ) -> Result<Self, IdDocumentFault> {
        let document = Self::from(CitizenId::parse(number)?);
        if document.kind == kind {
            Ok(document)
        } else {
            Err(IdDocumentFault::Form { kind, expected })
        }
    }

    fn permit(
        kind: IdType,
        number: &str,
        expected: &'static str,
        fits: impl Fn(&[u8]) -> bool,
    ) -> Result<Self, IdDocumentFault> {
        let number = text::compact_code(number);
        if fits(number.as_bytes()) {
            Ok(Self { kind, number })
        } else {
            Err(IdDocumentFault::Form { kind, expected })
        }
    }

    fn foreign_permanent(number: &str) -> Result<Self, IdDocumentFault> {
        let kind = IdType::ForeignPermanent;
        let text = text::compact_code(number);
        if text.starts_with('9') {
            return Ok(Self {
                kind,
                number: CitizenId::parse(&text)?.as_str().to_owned(),
            });
        }
        Self::permit(
            kind,
            &text,
            "以9开头的18位号码，或3位字母加12位数字",
            |s| s.iter().take(3).all(u8::is_ascii_uppercase) && digits(s.get(3..), 12..=12),
        )
    }

    /// The kind of paper.
    pub fn kind(&self) -> IdType {
        self.kind
    }

    /// The normalised number.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The number read as a citizen's, for birth date and sex, when it has that form.
    pub fn citizen(&self) -> Option<CitizenId> {
        (self.number.len() == 18)
            .then(|| CitizenId::parse(&self.number).ok())
            .flatten()
    }

    /// For screens and lists: `330113********0018`; of other papers the first two and last two characters.
    pub fn masked(&self) -> String {
        match self.citizen() {
            Some(id) => id.masked(),
            None => mask_number(&self.number),
        }
    }
}

/// The first two and last two characters, stars between; shorter numbers vanish entirely.
fn mask_number(number: &str) -> String {
    let length = number.chars().count();
    let keep = if length > 5 { 2 } else { 0 };
    number
        .chars()
        .enumerate()
        .map(|(at, c)| {
            if at < keep || at + keep >= length {
                c
            } else {
                '*'
            }
        })
        .collect()
}

fn digits(text: Option<&[u8]>, length: std::ops::RangeInclusive<usize>) -> bool {
    text.is_some_and(|text| length.contains(&text.len()) && text.iter().all(u8::is_ascii_digit))
}

/// Every country has its own form; together: capitals and digits, 5–17 of them, at least four digits.
fn is_passport(number: &[u8]) -> bool {
    (5..=17).contains(&number.len())
        && number
            .iter()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && number.iter().filter(|b| b.is_ascii_digit()).count() >= 4
}

impl From<CitizenId> for IdDocument {
    fn from(id: CitizenId) -> Self {
        let kind = match id.region_code() {
            "810000" => IdType::HkResidence,
            "820000" => IdType::MoResidence,
            "830000" => IdType::TwResidence,
            _ if id.is_foreign_permanent() => IdType::ForeignPermanent,
            _ => IdType::Resident,
        };
        Self {
            kind,
            number: id.as_str().to_owned(),
        }
    }
}

impl fmt::Debug for IdDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdDocument({}, {})", self.kind.code(), self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_paper_has_its_form() {
        for (kind, number, normalised) in [
            (IdType::Resident, "33011319900307019x", "33011319900307019X"),
            (IdType::Resident, "330125800101001", "330125198001010012"),
            (
                IdType::HkResidence,
                "810000198304051235",
                "810000198304051235",
            ),
            (
                IdType::MoResidence,
                "820000200009100032",
                "820000200009100032",
            ),
            (
                IdType::TwResidence,
                "830000200209060065",
                "830000200209060065",
            ),
            (IdType::HkMacauPermit, "ｈ12345678", "H12345678"),
            (IdType::TaiwanPermit, "1234 5678", "12345678"),
            (IdType::Passport, "e1234567", "E1234567"),
            (
                IdType::ForeignPermanent,
                "932682198501010017",
                "932682198501010017",
            ),
            (
                IdType::ForeignPermanent,
                "usa110185012345",
                "USA110185012345",
            ),
        ] {
            let document = IdDocument::parse(kind, number).unwrap();
            assert_eq!((document.kind(), document.number()), (kind, normalised));
        }
    }

    #[test]
    fn a_wrong_form_says_what_is_right() {
        for (kind, number) in [
            (IdType::HkMacauPermit, "12345678"),
            (IdType::HkMacauPermit, "H1234567"),
            (IdType::HkMacauPermit, "K12345678"),
            (IdType::TaiwanPermit, "1234567"),
            (IdType::Passport, "ABCDE"),
            (IdType::Passport, "护照123456"),
            (IdType::ForeignPermanent, "US1110185012345"),
            (IdType::HkResidence, "330113199003070018"),
        ] {
            let fault = IdDocument::parse(kind, number).unwrap_err();
            assert_eq!(fault.code(), "id.form", "{number}");
            assert!(fault.to_string().starts_with(kind.label()), "{fault}");
        }
        assert_eq!(
            IdDocument::parse(IdType::Passport, " ").unwrap_err().code(),
            "id.empty"
        );
    }

    #[test]
    fn the_number_itself_decides_between_citizens_and_residence_permits() {
        for (number, kind) in [
            ("810000198304051235", IdType::HkResidence),
            ("932682198501010017", IdType::ForeignPermanent),
            ("330113199003070018", IdType::Resident),
            ("M12345678", IdType::HkMacauPermit),
            ("USA110185012345", IdType::ForeignPermanent),
        ] {
            assert_eq!(IdDocument::detect(number).unwrap().kind(), kind);
        }
        assert_eq!(
            IdDocument::detect("12345678").unwrap_err().code(),
            "id.length"
        );
    }

    #[test]
    fn codes_and_names_lead_back() {
        for kind in IdType::ALL {
            assert_eq!(IdType::from_code(kind.code()), Some(kind));
            assert_eq!(IdType::from_label(kind.label()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
        assert_eq!(IdType::from_label(" 台胞证 "), Some(IdType::TaiwanPermit));
        assert_eq!(IdType::from_label("驾驶证"), None);
    }

    #[test]
    fn numbers_are_masked() {
        let document = IdDocument::parse(IdType::HkMacauPermit, "H12345678").unwrap();
        assert_eq!(document.masked(), "H1*****78");
        assert_eq!(
            format!("{document:?}"),
            "IdDocument(hk_macau_permit, H1*****78)"
        );
        assert_eq!(mask_number("12345"), "*****");
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(kind in prop::sample::select(IdType::ALL.to_vec()), text in "[A-Z]{0,3}[0-9]{5,18}[xX]?") {
            if let Ok(document) = IdDocument::parse(kind, &text) {
                prop_assert_eq!(IdDocument::parse(document.kind(), document.number()), Ok(document.clone()));
            }
        }
    }
}
