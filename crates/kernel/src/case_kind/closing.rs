//! 办结条件: what a conclusion demands, how each demand stands, and the step that meets it. The page that says what is
//! still missing and the refusal at the end read the same list.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::case::Snapshot;
use super::evidence::EvidenceDemand;
use super::model::{CaseKind, VerbRow};
use super::verb::Effect;
use crate::refusal::{Refusal, Refusals};

/// Of so many, so many.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Field with the part: workers paid.
    pub part: String,
    /// Field with the whole: workers owed.
    pub of: String,
    /// At least so many in a hundred, unrounded.
    pub percent: u32,
    /// Evidence that lists the rest when the part is smaller than the whole.
    pub rest: String,
}

/// A figure that is never larger than another (不得大于): workers paid among workers owed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Field with the part.
    pub part: String,
    /// Field with the whole, of the same type.
    pub of: String,
    /// What to do about it, for who typed it.
    pub remedy: String,
}

/// A closing conclusion (办结结论): fixed list, each with its evidence and its words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// Stable code.
    pub code: String,
    /// Chinese term.
    pub title: String,
    /// Words for the answer, to begin from.
    pub wording: String,
    /// State it leads to; by default the verb's.
    #[serde(default)]
    pub to: Option<String>,
    /// Evidence on file.
    #[serde(default)]
    pub evidence: Vec<EvidenceDemand>,
    /// People called back by somebody else than the handler.
    #[serde(default)]
    pub calls: u32,
    /// A share that must be reached.
    #[serde(default)]
    pub share: Option<Share>,
    /// Fields that must be filled in.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Only in cases with these field values: no problem was brought back.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// Grade → level that must do it or a higher one.
    #[serde(default)]
    pub level_by_grade: BTreeMap<String, String>,
    /// It blames the rule and not the employer: the score sheet hears of it (误报).
    #[serde(default)]
    pub false_alarm: bool,
    /// It leaves the union's desk for an office that must act on it (移交): nothing has to be quiet first, and what it
    /// came to is not known yet.
    #[serde(default)]
    pub handed_over: bool,
}

/// What the room that closes demands instead of the definition's own figures (规则集的销号条件). What it does not name
/// stays as the definition has it, and a conclusion that demands no payment or no calls never does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Terms {
    /// At least so many in a hundred must be paid.
    pub percent: Option<u32>,
    /// So many people must be called back.
    pub calls: Option<u32>,
}

impl Closing {
    /// The same under other terms.
    #[must_use]
    pub fn under(&self, terms: Terms) -> Self {
        let mut own = self.clone();
        if let (Some(share), Some(percent)) = (&mut own.share, terms.percent) {
            share.percent = percent;
        }
        if let (true, Some(calls)) = (own.calls > 0, terms.calls) {
            own.calls = calls;
        }
        own
    }
}

/// One condition of a conclusion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What must be true.
    pub title: String,
    /// How it stands now.
    pub stands: String,
    /// Everything that stands against it; empty when it is met.
    pub against: Vec<Refusal>,
    /// The step that meets it.
    pub step: Option<Mending>,
}

impl Condition {
    /// Whether it is met.
    pub fn met(&self) -> bool {
        self.against.is_empty()
    }
}

/// A step that meets a condition (下一步).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mending {
    /// The verb.
    pub verb: String,
    /// Its Chinese term.
    pub title: String,
    /// Who may, in words.
    pub who: String,
    /// Whether the case stands where it can be taken; otherwise another step comes first.
    pub now: bool,
}

impl CaseKind {
    /// What a closing conclusion still lacks, whoever closes.
    pub fn closing_faults(&self, case: &Snapshot, closing: &Closing, refusals: &mut Refusals) {
        for condition in self.conditions(case, closing) {
            refusals.0.extend(condition.against);
        }
    }

    /// Every condition of a conclusion, met or not, in the order of the definition.
    pub fn conditions(&self, case: &Snapshot, closing: &Closing) -> Vec<Condition> {
        let evidence = closing.evidence.iter();
        let fields = closing.fields.iter();
        let only = closing.when.iter();
        only.map(|(name, values)| self.value_condition(case, name, values))
            .chain(evidence.map(|demand| self.evidence_condition(case, demand)))
            .chain(fields.map(|name| self.field_condition(case, name)))
            .chain(
                closing
                    .share
                    .iter()
                    .map(|share| self.share_condition(case, share)),
            )
            .chain((closing.calls > 0).then(|| self.call_condition(case, closing.calls)))
            .collect()
    }

    fn evidence_condition(&self, case: &Snapshot, demand: &EvidenceDemand) -> Condition {
        let mut against = Refusals::new();
        self.demand_evidence(std::slice::from_ref(demand), case, &mut against);
        let found = case.evidence.get(&demand.kind).copied().unwrap_or(0);
        let brings = |row: &VerbRow| row.evidence.iter().any(|one| one.kind == demand.kind);
        Condition {
            title: format!("有{}", self.evidence_title(&demand.kind)),
            stands: match found {
                0 => "还没有".to_owned(),
                found => format!("已有 {found} 份"),
            },
            against: against.0,
            step: self.mending(case, brings),
        }
    }

    fn field_condition(&self, case: &Snapshot, name: &str) -> Condition {
        let mut against = Refusals::new();
        self.demand([name], &case.fields, &mut against);
        Condition {
            title: format!("写明{}", self.field_title(name)),
            stands: case
                .fields
                .get(name)
                .map_or_else(|| "还没有填".to_owned(), Clone::clone),
            against: against.0,
            step: self.writing(case, name),
        }
    }

    fn value_condition(&self, case: &Snapshot, name: &str, values: &[String]) -> Condition {
        let title = self.field_title(name);
        let wanted = values.join("、");
        let value = case.fields.get(name);
        let mut against = Refusals::new();
        against.require(
            value.is_some_and(|value| values.contains(value)),
            "case.closing_not_here",
            format!(
                "这个结论只用于「{title}」为 {wanted} 的事项，现在是 {}",
                value.map_or("没有填", String::as_str)
            ),
        );
        Condition {
            title: format!("{title}是 {wanted}"),
            stands: value.map_or_else(|| "还没有填".to_owned(), Clone::clone),
            against: against.0,
            step: self.writing(case, name),
        }
    }

    fn share_condition(&self, case: &Snapshot, share: &Share) -> Condition {
        let (part_title, of_title) = (self.field_title(&share.part), self.field_title(&share.of));
        let number = |name: &str| case.fields.get(name).and_then(|n| n.parse::<u64>().ok());
        let mut against = Refusals::new();
        let names = [share.part.as_str(), share.of.as_str()];
        self.demand(names, &case.fields, &mut against);
        let (part, of) = (number(&share.part), number(&share.of));
        if let (Some(part), Some(of)) = (part, of) {
            against.require(
                part * 100 >= of * u64::from(share.percent),
                "case.share",
                format!(
                    "「{part_title}」{part}，「{of_title}」{of}，不足 {}%",
                    share.percent
                ),
            );
            let listed = case.evidence.get(&share.rest).copied().unwrap_or(0) > 0;
            against.require(
                part >= of || listed,
                "case.evidence_missing",
                format!(
                    "其余 {} 人须附{}",
                    of.saturating_sub(part),
                    self.evidence_title(&share.rest)
                ),
            );
        }
        let said = |title: &str, number: Option<u64>| match number {
            Some(number) => format!("{title} {number}"),
            None => format!("{title}还没有登记"),
        };
        Condition {
            title: format!(
                "{part_title}达到{of_title}的 {}% 以上，其余附{}",
                share.percent,
                self.evidence_title(&share.rest)
            ),
            stands: format!("{}，{}", said(of_title, of), said(part_title, part)),
            against: against.0,
            step: self.writing(case, if of.is_none() { &share.of } else { &share.part }),
        }
    }

    fn call_condition(&self, case: &Snapshot, calls: u32) -> Condition {
        let (called, open) = people_called(case);
        let mut against = Refusals::new();
        against.require(
            called >= calls,
            "case.few_calls",
            format!("回访不足 {calls} 人（现有 {called} 人）"),
        );
        against.require(
            open == 0,
            "case.call_unsolved",
            format!("回访中有 {open} 人表示没有解决"),
        );
        let unsolved = match open {
            0 => String::new(),
            open => format!("，其中 {open} 人说没有解决"),
        };
        Condition {
            title: format!("承办人以外的人回访 {calls} 名职工，都说解决了"),
            stands: format!("已回访 {called} 人{unsolved}"),
            against: against.0,
            step: self.mending(case, |row| row.effect() == Effect::CallBack),
        }
    }

    fn field_title<'a>(&'a self, name: &'a str) -> &'a str {
        self.field(name).map_or(name, |field| field.title.as_str())
    }

    /// The step in which a field is written down: one that asks for it, else one that offers it.
    fn writing(&self, case: &Snapshot, name: &str) -> Option<Mending> {
        let asks = |row: &VerbRow| row.fields.iter().any(|one| one == name);
        let offers = |row: &VerbRow| row.may_fill.iter().any(|one| one == name);
        self.mending(case, asks)
            .or_else(|| self.mending(case, offers))
    }

    /// The first step of the table that does something: one that can be taken now before one that cannot.
    fn mending(&self, case: &Snapshot, does: impl Fn(&VerbRow) -> bool) -> Option<Mending> {
        let now = self
            .verbs()
            .into_iter()
            .filter_map(|verb| self.row(verb, &case.state))
            .find(|row| does(row) && self.applies(case, row));
        let row = now.or_else(|| self.verb.iter().find(|row| does(row)))?;
        let who = row.who();
        let who: Vec<&str> = who.iter().map(|word| self.relation_title(word)).collect();
        Some(Mending {
            verb: row.id.clone(),
            title: row.title().to_owned(),
            who: who.join("、"),
            now: now.is_some(),
        })
    }

    fn applies(&self, case: &Snapshot, row: &VerbRow) -> bool {
        let mut against = Refusals::new();
        self.check_row(case, row, &mut against);
        against.is_empty()
    }
}

/// How many people were called back, and how many of them said at last that it is not solved.
pub(super) fn people_called(case: &Snapshot) -> (u32, u32) {
    let mut people: Vec<&str> = Vec::new();
    let mut open = 0;
    for call in case.calls.iter().rev() {
        if !people.contains(&call.whom.as_str()) {
            people.push(&call.whom);
            open += u32::from(!call.solved);
        }
    }
    (u32::try_from(people.len()).unwrap_or(u32::MAX), open)
}
