//! One answer for one value someone wants checked: for the command line, forms and import previews.

use jiff::civil::Date;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::citizen_id::IdDoubt;
use crate::credit_code::CreditCode;
use crate::id_document::{IdDocument, IdType};
use crate::money::Fen;
use crate::person_name::PersonName;
use crate::phone::MobilePhone;
use crate::pinyin;

/// What kind of value is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// An identity paper; `None` recognises the kind by the number (see [`IdDocument::detect`]).
    Id(Option<IdType>),
    /// 统一社会信用代码
    Uscc,
    /// 姓名
    Name,
    /// 手机号码
    Phone,
    /// 金额（元）
    Amount,
}

/// The answer: as JSON `{"input":…,"valid":…,"reason":…,"normalized":…}` with a stable `code` beside the reason
/// and, for valid values, what can be read from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The value as it was given.
    pub input: String,
    /// Whether it is right.
    pub valid: bool,
    /// Stable code of the reason.
    pub code: Option<&'static str>,
    /// Why not, in plain Chinese; `None` when valid.
    pub reason: Option<String>,
    /// The one form it is stored in; `None` when not valid.
    pub normalized: Option<String>,
    /// What can be read from a valid value, by name: `capital`, `birth`, `pinyin`…
    pub details: Vec<(&'static str, String)>,
}

impl Verdict {
    fn right(
        input: &str,
        normalized: impl Into<String>,
        details: Vec<(&'static str, String)>,
    ) -> Self {
        let normalized = Some(normalized.into());
        Self {
            input: input.to_owned(),
            valid: true,
            code: None,
            reason: None,
            normalized,
            details,
        }
    }

    /// A refusal of `input` for `reason`.
    pub fn wrong(input: &str, code: &'static str, reason: impl ToString) -> Self {
        Self {
            input: input.to_owned(),
            valid: false,
            code: Some(code),
            reason: Some(reason.to_string()),
            normalized: None,
            details: Vec::new(),
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("input", &self.input)?;
        map.serialize_entry("valid", &self.valid)?;
        map.serialize_entry("reason", &self.reason)?;
        map.serialize_entry("normalized", &self.normalized)?;
        if let Some(code) = self.code {
            map.serialize_entry("code", code)?;
        }
        for (name, value) in &self.details {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Checks one value. `today` adds a `doubt` to identity numbers whose age is implausible; they stay valid.
pub fn check(kind: CheckKind, input: &str, today: Option<Date>) -> Verdict {
    match kind {
        CheckKind::Id(paper) => check_id(paper, input, today),
        CheckKind::Uscc => match CreditCode::parse(input) {
            Ok(code) => {
                let details = vec![
                    ("authority", code.authority().label().to_owned()),
                    ("organisation", code.org_code().to_owned()),
                ];
                Verdict::right(input, code.as_str(), details)
            }
            Err(fault) => Verdict::wrong(input, fault.code(), fault),
        },
        CheckKind::Name => match PersonName::parse(input) {
            Ok(name) => {
                let spelt = [
                    ("pinyin", pinyin::full(name.as_str())),
                    ("initials", pinyin::initials(name.as_str())),
                ];
                Verdict::right(input, name.as_str(), spelt.to_vec())
            }
            Err(fault) => Verdict::wrong(input, fault.code(), fault),
        },
        CheckKind::Phone => match MobilePhone::parse(input) {
            Ok(phone) => Verdict::right(input, phone.as_str(), Vec::new()),
            Err(fault) => Verdict::wrong(input, fault.code(), fault),
        },
        CheckKind::Amount => match Fen::parse_yuan(input) {
            Ok(fen) => Verdict::right(input, fen.plain(), vec![("capital", fen.capital())]),
            Err(fault) => Verdict::wrong(input, fault.code(), fault),
        },
    }
}

fn check_id(paper: Option<IdType>, input: &str, today: Option<Date>) -> Verdict {
    let document = match paper {
        Some(kind) => IdDocument::parse(kind, input),
        None => IdDocument::detect(input),
    };
    let document = match document {
        Ok(document) => document,
        Err(fault) => return Verdict::wrong(input, fault.code(), fault),
    };
    let mut details = vec![("type", document.kind().code().to_owned())];
    if let Some(citizen) = document.citizen() {
        details.push(("birth", citizen.birth().to_string()));
        details.push(("sex", citizen.sex().label().to_owned()));
        let doubt: Option<IdDoubt> = today.and_then(|day| citizen.plausible_on(day).err());
        details.extend(doubt.map(|doubt| ("doubt", doubt.to_string())));
    }
    Verdict::right(input, document.number(), details)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn json(kind: CheckKind, input: &str) -> String {
        serde_json::to_string(&check(kind, input, Some(date(2026, 11, 21)))).unwrap()
    }

    #[test]
    fn answers_have_one_shape() {
        assert_eq!(
            json(CheckKind::Amount, "￥1,234.5元"),
            r#"{"input":"￥1,234.5元","valid":true,"reason":null,"normalized":"1234.50","capital":"壹仟贰佰叁拾肆元伍角整"}"#
        );
        assert_eq!(
            json(CheckKind::Amount, "1e9"),
            r#"{"input":"1e9","valid":false,"reason":"金额只能是数字，可带千位逗号和两位小数，例如 1,234.50","normalized":null,"code":"amount.malformed"}"#
        );
        assert_eq!(
            json(CheckKind::Name, "单　田芳"),
            r#"{"input":"单　田芳","valid":true,"reason":null,"normalized":"单田芳","pinyin":"shantianfang","initials":"stf"}"#
        );
        assert_eq!(
            json(CheckKind::Phone, "+86 138-1234-1234"),
            r#"{"input":"+86 138-1234-1234","valid":true,"reason":null,"normalized":"13812341234"}"#
        );
        assert_eq!(
            json(CheckKind::Uscc, "81330113mc0a0b011r"),
            r#"{"input":"81330113mc0a0b011r","valid":true,"reason":null,"normalized":"81330113MC0A0B011R","authority":"工会","organisation":"MC0A0B011"}"#
        );
    }

    #[test]
    fn an_implausible_age_is_a_doubt_and_not_a_fault() {
        assert_eq!(
            json(CheckKind::Id(None), "440524188001010014"),
            r#"{"input":"440524188001010014","valid":true,"reason":null,"normalized":"440524188001010014","type":"resident","birth":"1880-01-01","sex":"男","doubt":"按出生日期已超过120岁"}"#
        );
    }

    #[test]
    fn papers_can_be_named() {
        assert!(!check(CheckKind::Id(None), "12345678", None).valid);
        let permit = check(CheckKind::Id(Some(IdType::TaiwanPermit)), "12345678", None);
        assert_eq!(permit.normalized.as_deref(), Some("12345678"));
        assert_eq!(permit.details, [("type", "taiwan_permit".to_owned())]);
    }
}
