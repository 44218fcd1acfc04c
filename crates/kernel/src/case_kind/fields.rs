//! Values of a case's fields: what was typed is checked and brought into one form.

use std::collections::BTreeMap;

use super::model::{CaseKind, Field, FieldType};
use crate::money::Fen;
use crate::phone::MobilePhone;
use crate::refusal::Refusals;

/// Longest line, in characters.
const LONGEST_LINE: usize = 200;
/// Longest text, in characters.
const LONGEST_TEXT: usize = 5_000;

impl Field {
    /// The value in its one form: counts without blanks, money as plain yuan `1234.50`, days as `2026-11-20`.
    ///
    /// # Errors
    /// What would be accepted, in Chinese.
    pub fn check(&self, typed: &str) -> Result<String, String> {
        let text = crate::text::trim(typed);
        let title = &self.title;
        match self.kind {
            FieldType::Text | FieldType::Long => {
                let most = if self.kind == FieldType::Text {
                    LONGEST_LINE
                } else {
                    LONGEST_TEXT
                };
                if text.chars().count() > most {
                    return Err(format!("「{title}」最多 {most} 字，请写要点"));
                }
                Ok(text.to_owned())
            }
            FieldType::Integer => text
                .parse::<u32>()
                .map(|count| count.to_string())
                .map_err(|_| format!("「{title}」应为整数，例如 12")),
            FieldType::Money => match Fen::parse_yuan(text) {
                Ok(amount) if amount >= Fen(0) => Ok(amount.to_string().replace(',', "")),
                _ => Err(format!("「{title}」应为金额（元），例如 6000 或 6000.50")),
            },
            FieldType::Date => text
                .parse::<jiff::civil::Date>()
                .map(|day| day.to_string())
                .map_err(|_| format!("「{title}」应为日期，例如 2026-11-20")),
            FieldType::Choice => self
                .choices
                .iter()
                .find(|choice| choice.as_str() == text)
                .cloned()
                .ok_or_else(|| format!("「{title}」请从{}中选择", self.choices.join("、"))),
            FieldType::Flag => match text {
                "是" | "否" => Ok(text.to_owned()),
                _ => Err(format!("「{title}」请填是或否")),
            },
            FieldType::Phone => MobilePhone::parse(text)
                .map(|phone| phone.as_str().to_owned())
                .map_err(|_| format!("「{title}」应为 11 位手机号")),
        }
    }
}

impl CaseKind {
    /// Takes what was typed into a case's fields. Every fault is told at once; names that the kind does not know
    /// are faults too, so that nothing typed is lost unseen. Empty values are left out.
    pub(super) fn take(
        &self,
        typed: &BTreeMap<String, String>,
        into: &mut BTreeMap<String, String>,
        refusals: &mut Refusals,
    ) {
        for (name, text) in typed {
            let Some(field) = self.field(name) else {
                refusals.add("case.unknown_field", format!("没有名为「{name}」的栏目"));
                continue;
            };
            if crate::text::trim(text).is_empty() {
                continue;
            }
            match field.check(text) {
                Ok(value) => {
                    into.insert(name.clone(), value);
                }
                Err(message) => refusals.add("case.field", message),
            }
        }
    }

    /// No part is larger than its whole: told when either is written, with both figures and the remedy.
    pub(super) fn check_limits(
        &self,
        typed: &BTreeMap<String, String>,
        fields: &BTreeMap<String, String>,
        refusals: &mut Refusals,
    ) {
        for limit in &self.limit {
            let written = typed.contains_key(&limit.part) || typed.contains_key(&limit.of);
            let pair = self
                .figure(&limit.part, fields)
                .zip(self.figure(&limit.of, fields));
            let Some(((part, said), (whole, of))) = pair.filter(|_| written) else {
                continue;
            };
            let message = format!("{said}，比{of}还多：{}", limit.remedy);
            refusals.require(part <= whole, "case.above", message);
        }
    }

    /// A figure as a number and in words: `「欠薪金额」96000 元`.
    fn figure(&self, name: &str, fields: &BTreeMap<String, String>) -> Option<(i64, String)> {
        let (field, value) = (self.field(name)?, fields.get(name)?);
        let (number, unit) = match field.kind {
            FieldType::Money => (Fen::parse_yuan(value).ok()?.0, " 元"),
            _ => (value.parse().ok()?, ""),
        };
        Some((number, format!("「{}」{value}{unit}", field.title)))
    }

    /// Adds a refusal for each of these fields that is empty.
    pub(super) fn demand<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        fields: &BTreeMap<String, String>,
        refusals: &mut Refusals,
    ) {
        for name in names {
            let title = self.field(name).map_or(name, |field| &field.title);
            refusals.require(
                fields.contains_key(name),
                "case.field_missing",
                format!("请填写「{title}」"),
            );
        }
    }
}
