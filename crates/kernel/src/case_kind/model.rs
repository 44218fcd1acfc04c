//! A case kind as its file says it: fields, doors, routes, states, verbs, clocks, closings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bounds::{Bound, Distinct};
use super::clock_rule::{ClockRule, yes};
use super::closing::{Closing, Limit};
use super::collective::Collective;
use super::evidence::{EvidenceDemand, EvidenceKind, LetterDemand, LetterFact};
use super::own::{Ask, Own};
use super::pause::PauseRule;
use super::review::Within;
use super::verb::Effect;
use crate::OrgPath;

/// How closely a case is kept (domain facts §23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidentiality {
    /// 内部: who sees the place sees the case.
    Internal,
    /// 限定: a suspicion about a company, or private matters; every view is logged.
    Restricted,
}

/// A named thing of a kind: grade, door, evidence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Stable id.
    pub id: String,
    /// Chinese term.
    pub title: String,
    /// What it is, for who has to choose.
    #[serde(default)]
    pub help: String,
}

/// A door a case comes in by (受理渠道).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Door {
    /// Stable id.
    pub id: String,
    /// Chinese term.
    pub title: String,
    /// Open to people without a post: QR code, hall.
    #[serde(default)]
    pub public: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A line.
    Text,
    /// Several lines.
    Long,
    /// A count.
    Integer,
    /// Yuan, kept as fen.
    Money,
    /// A day.
    Date,
    /// One of `choices`.
    Choice,
    /// 是 or 否.
    Flag,
    /// A mobile number.
    Phone,
}

/// A choice in a worker's own words: 拖欠工资 is 工资没发、少发.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    /// The choice as the file keeps it.
    pub of: String,
    /// The same in plain words.
    pub says: String,
    /// What belongs to it.
    #[serde(default)]
    pub help: String,
}

/// One field of the intake form, or of a later step.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// ASCII name.
    pub name: String,
    /// Chinese label.
    pub title: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Must be filled in at intake.
    #[serde(default)]
    pub required: bool,
    /// Asked at intake; the others are asked by the verbs that name them.
    #[serde(default)]
    pub intake: bool,
    /// Help below the field.
    #[serde(default)]
    pub help: String,
    /// For `choice`.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The choices as a worker says them, for the pages that workers fill in.
    #[serde(default)]
    pub plain: Vec<Plain>,
    /// Names people: lists and exports leave it out.
    #[serde(default)]
    pub personal: bool,
    /// The person concerned reads it: the answer, who takes over.
    #[serde(default)]
    pub told: bool,
    /// It names the person concerned (申请人): the one whose consent is asked, who is masked and called.
    #[serde(default)]
    pub person: bool,
    /// How the worker's own form asks it (职工自己办); a field without is not on that form.
    #[serde(default)]
    pub ask: Option<Ask>,
}

/// A level of desks, lowest first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// `L1`, `L2`, `L3`.
    pub id: String,
    /// Chinese term.
    pub title: String,
    /// Kinds of unions that are desks of this level (ids of the orgs room).
    pub orgs: Vec<String>,
}

/// Where a new case goes: the first route that fits.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Field → values it must have; empty fits all.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// Doors it must have come by; empty fits all.
    #[serde(default)]
    pub doors: Vec<String>,
    /// Grades; empty fits all.
    #[serde(default)]
    pub grades: Vec<String>,
    /// Level that owns it at first.
    pub level: String,
}

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Stable id.
    pub id: String,
    /// Chinese term.
    pub title: String,
    /// The sentence the person concerned reads.
    pub says: String,
    /// Nothing more is due; only the verbs that name this state remain.
    #[serde(default)]
    pub ended: bool,
    /// Another office has it (已移交): what was due is due no more and only the verbs that name this state remain, but
    /// the case is still open, because somebody must ask what came of it.
    #[serde(default)]
    pub elsewhere: bool,
}

/// One row of the transition table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerbRow {
    /// The verb; several rows may share one when they begin in different states.
    pub id: String,
    /// Its effect; by default that of its name.
    #[serde(default)]
    pub does: Option<Effect>,
    /// Chinese term; by default that of its effect.
    #[serde(default)]
    pub title: Option<String>,
    /// States it may begin in; `*` is every state in which the case is ours and has not ended.
    pub from: Vec<String>,
    /// State it leads to; absent: the state stays.
    #[serde(default)]
    pub to: Option<String>,
    /// State a return to the initiator leads to.
    #[serde(default)]
    pub to_initiator: Option<String>,
    /// Relations that may: handler, desk, above, below, initiator, consulted, sender, or a level id.
    #[serde(default)]
    pub who: Option<Vec<String>>,
    /// Capability a post needs; by default the kind's `act`.
    #[serde(default)]
    pub capability: Option<String>,
    /// A note is demanded.
    #[serde(default)]
    pub note: Option<bool>,
    /// The note is meant for the person concerned, who reads it; by default that of a refusal and of a return.
    #[serde(default)]
    pub tells: Option<bool>,
    /// Fields that must be filled in with it.
    #[serde(default)]
    pub fields: Vec<String>,
    /// Fields that may be filled in with it.
    #[serde(default)]
    pub may_fill: Vec<String>,
    /// Evidence that must be on file, counting what comes with it.
    #[serde(default)]
    pub evidence: Vec<EvidenceDemand>,
    /// Grades in which it exists; empty: all.
    #[serde(default)]
    pub grades: Vec<String>,
    /// Only with these field values.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// Another room does it (`arrears` closes alerts): from elsewhere it is refused.
    #[serde(default)]
    pub owned_by: Option<String>,
    /// People who must have been called back by somebody else than the handler.
    #[serde(default)]
    pub calls: u32,
    /// Nobody who was called back says that it is not solved; so of itself where `calls` are asked for.
    #[serde(default)]
    pub solved: bool,
    /// Whoever is named must be on the roster, without a conflict of interest and below the workload.
    #[serde(default)]
    pub roster: bool,
    /// It is done only if it was asked for within a time.
    #[serde(default)]
    pub within: Option<Within>,
    /// Letters that this step goes with (ids in `letters/`), written by their own room.
    #[serde(default)]
    pub letters: Vec<String>,
    /// What the step has to do with them.
    #[serde(default)]
    pub letter: LetterDemand,
    /// Letters whose registered answer is this step (登记答复): it need not be entered a second time.
    #[serde(default)]
    pub by_answer: Vec<String>,
    /// Fields of this step that its letter tells: field and what of the letter.
    #[serde(default)]
    pub from_letter: BTreeMap<String, LetterFact>,
}

impl VerbRow {
    /// What it does.
    pub fn effect(&self) -> Effect {
        self.does.unwrap_or_else(|| Effect::of_verb(&self.id))
    }

    /// Its Chinese term.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(self.effect().title())
    }

    /// Who may.
    pub fn who(&self) -> Vec<&str> {
        match &self.who {
            Some(who) => who.iter().map(String::as_str).collect(),
            None => self.effect().who().to_vec(),
        }
    }

    /// Whether the person concerned reads the note.
    pub fn tells(&self) -> bool {
        let by_itself = self.effect() == Effect::Refuse || self.to_initiator.is_some();
        self.tells.unwrap_or(by_itself)
    }

    /// Whether a call-back that says 没解决 stands against it.
    pub fn needs_solved(&self) -> bool {
        self.solved || self.calls > 0
    }

    /// Whether a note is demanded.
    pub fn needs_note(&self) -> bool {
        self.note.unwrap_or(self.effect().needs_note())
    }
}

/// When the identity of who reported is sealed (举报).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Field → values.
    pub when: BTreeMap<String, Vec<String>>,
    /// Opening it needs the consent of a second person (双人开封).
    #[serde(default)]
    pub second: bool,
    /// Desks below the one that answers see the case (default). Without, they do not learn that there is one: it lies
    /// where it is answered and not where it happened (不经下级).
    #[serde(default = "yes")]
    pub below: bool,
}

/// What cases of a kind say to the warnings (向预警说话): a signal about the employer they name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speaks {
    /// Kind of the signal.
    pub kind: String,
    /// Field that names the employer.
    pub employer: String,
    /// Field with how many people it concerns; one where there is none or it is empty.
    #[serde(default)]
    pub people: Option<String>,
    /// Field with the number under which an office sent it (来件编号): what that office's own list says under this number is
    /// the same event.
    #[serde(default)]
    pub outer: Option<String>,
    /// Field → values: only these matters.
    #[serde(default)]
    pub when: BTreeMap<String, Vec<String>>,
    /// States in which it does not count: not accepted, withdrawn, merged into another.
    #[serde(default)]
    pub not_in: Vec<String>,
    /// Conclusions by which it does not count.
    #[serde(default)]
    pub not_closed: Vec<String>,
}

/// A case kind (办件类型).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseKind {
    /// Id of the definition.
    #[serde(skip)]
    pub id: String,
    /// Its title.
    #[serde(skip)]
    pub title: String,
    /// Fingerprint of the definition's text.
    #[serde(skip)]
    pub hash: String,
    /// What its numbers begin with.
    pub mark: String,
    /// How closely it is kept.
    pub confidentiality: Confidentiality,
    /// Capability to see it.
    pub read: String,
    /// Capability to handle it.
    pub act: String,
    /// How its cases are paused, in kinds that pause.
    #[serde(default)]
    pub pause: Option<PauseRule>,
    /// From how many people on a case is a collective one.
    #[serde(default)]
    pub collective: Option<Collective>,
    /// Years the file is kept after the end.
    pub retention_years: u32,
    /// Unanswered words of the initiator that raise an alarm.
    pub alarm_after: u32,
    /// Times the initiator may have it opened again.
    pub reopen_by_initiator: u32,
    /// Common verbs that this kind has not, and why: what whoever tries is told.
    #[serde(default)]
    pub absent: BTreeMap<String, String>,
    /// Whoever enters a case for somebody must say by which number that one is reached.
    #[serde(default)]
    pub needs_phone: bool,
    /// Fields that together tell one matter from another; `@reporter` is who reported, `@place` where.
    #[serde(default)]
    pub matter: Vec<String>,
    /// How a worker files it from the phone; a kind without is not filed there.
    #[serde(default)]
    pub hall: Option<Own>,
    /// Doors.
    pub door: Vec<Door>,
    /// Fields.
    pub field: Vec<Field>,
    /// Figures that are never larger than others.
    #[serde(default)]
    pub limit: Vec<Limit>,
    /// Days that are believed only within bounds.
    #[serde(default)]
    pub bound: Vec<Bound>,
    /// Fields that name different people.
    #[serde(default)]
    pub distinct: Vec<Distinct>,
    /// Grades, lowest first; a kind may have none.
    #[serde(default)]
    pub grade: Vec<Named>,
    /// Levels, lowest first.
    pub level: Vec<Level>,
    /// Routes, in order.
    pub route: Vec<Route>,
    /// States; the first is the initial one.
    pub state: Vec<State>,
    /// Kinds of evidence.
    #[serde(default)]
    pub evidence: Vec<EvidenceKind>,
    /// The transition table.
    pub verb: Vec<VerbRow>,
    /// Clocks.
    #[serde(default)]
    pub clock: Vec<ClockRule>,
    /// Closing conclusions.
    pub closing: Vec<Closing>,
    /// When the reporter's identity is sealed.
    #[serde(default)]
    pub seal: Vec<Seal>,
    /// What its cases say to the warnings.
    #[serde(default)]
    pub signal: Vec<Speaks>,
}

impl CaseKind {
    /// The state with this id.
    pub fn state(&self, id: &str) -> Option<&State> {
        self.state.iter().find(|state| state.id == id)
    }

    /// Chinese term of a state.
    pub fn state_title<'a>(&'a self, id: &'a str) -> &'a str {
        self.state(id).map_or(id, |state| state.title.as_str())
    }

    /// The state a new case is in.
    pub fn first_state(&self) -> &str {
        self.state.first().map_or("", |state| state.id.as_str())
    }

    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.field.iter().find(|field| field.name == name)
    }

    /// The clock with this id.
    pub fn clock(&self, id: &str) -> Option<&ClockRule> {
        self.clock.iter().find(|clock| clock.id == id)
    }

    /// The closing with this code.
    pub fn closing(&self, code: &str) -> Option<&Closing> {
        self.closing.iter().find(|closing| closing.code == code)
    }

    /// Place of a level in the order of levels.
    pub fn level_index(&self, id: &str) -> Option<usize> {
        self.level.iter().position(|level| level.id == id)
    }

    /// Place of a grade in the order of grades.
    pub fn grade_index(&self, id: &str) -> Option<usize> {
        self.grade.iter().position(|grade| grade.id == id)
    }

    /// Chinese term of a grade.
    pub fn grade_title<'a>(&'a self, id: &'a str) -> &'a str {
        let found = self.grade.iter().find(|grade| grade.id == id);
        found.map_or(id, |grade| grade.title.as_str())
    }

    /// Chinese term of a kind of evidence.
    pub fn evidence_title<'a>(&'a self, id: &'a str) -> &'a str {
        let found = self.evidence.iter().find(|kind| kind.id == id);
        found.map_or(id, |kind| kind.title.as_str())
    }

    /// The row for a verb in a state.
    pub fn row(&self, verb: &str, state: &str) -> Option<&VerbRow> {
        let rests = self.rests(state);
        self.verb.iter().find(|row| {
            row.id == verb
                && row
                    .from
                    .iter()
                    .any(|from| from == state || (from == "*" && !rests))
        })
    }

    /// Every verb once, in the order of the table.
    pub fn verbs(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for row in &self.verb {
            if !all.contains(&row.id.as_str()) {
                all.push(&row.id);
            }
        }
        all
    }

    /// Whether who reported is to be sealed in a case with these fields.
    pub fn is_sealed(&self, fields: &BTreeMap<String, String>) -> bool {
        self.seal.iter().any(|seal| fits(&seal.when, fields))
    }

    /// What a case with these fields says to the warnings as it stands.
    pub fn speaks(
        &self,
        fields: &BTreeMap<String, String>,
        state: &str,
        closing: Option<&str>,
    ) -> Option<&Speaks> {
        let counts = |one: &&Speaks| {
            let closed = closing.is_some_and(|code| one.not_closed.iter().any(|not| not == code));
            let out = one.not_in.iter().any(|not| not == state);
            !closed && !out && fits(&one.when, fields)
        };
        self.signal.iter().find(counts)
    }

    /// Whether opening a sealed identity needs a second person's consent.
    pub fn needs_second(&self, fields: &BTreeMap<String, String>) -> bool {
        self.seal
            .iter()
            .any(|seal| seal.second && fits(&seal.when, fields))
    }

    /// Whether a case with these fields is kept from the desks below the one that answers.
    pub fn is_confined(&self, fields: &BTreeMap<String, String>) -> bool {
        self.seal
            .iter()
            .any(|seal| !seal.below && fits(&seal.when, fields))
    }

    /// The field that names the person concerned, in kinds that ask for that person by a field of their own.
    pub fn person_field(&self) -> Option<&Field> {
        self.field.iter().find(|field| field.person)
    }

    /// Level a new case goes to.
    pub fn routed(
        &self,
        fields: &BTreeMap<String, String>,
        door: &str,
        grade: Option<&str>,
    ) -> usize {
        let fitting = self.route.iter().find(|route| {
            fits(&route.when, fields)
                && (route.doors.is_empty() || route.doors.iter().any(|one| one == door))
                && (route.grades.is_empty()
                    || route.grades.iter().any(|one| Some(one.as_str()) == grade))
        });
        fitting
            .and_then(|route| self.level_index(&route.level))
            .unwrap_or(0)
    }
}

/// Whether every named field has one of its values.
pub(super) fn fits(
    when: &BTreeMap<String, Vec<String>>,
    fields: &BTreeMap<String, String>,
) -> bool {
    when.iter().all(|(name, values)| {
        fields
            .get(name)
            .is_some_and(|value| values.iter().any(|one| one == value))
    })
}

/// Who answers: a desk of the tree, and by name when somebody is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Place among the kind's levels, lowest is 0.
    pub level: usize,
    /// The desk's union, as the caller knows it.
    pub org: String,
    /// The desk's place in the tree.
    pub desk: OrgPath,
    /// The person, when one is named.
    pub person: Option<String>,
}
