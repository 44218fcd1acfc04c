//! Cases as pages and other rooms see them.

use std::collections::BTreeMap;

use kernel::case_kind::{
    Asked, BackTo, Call, CaseClock, Happened, Length, Owner, PauseAsked, Snapshot, Terms, Unit,
    Verb,
};
use kernel::ids::{AccountId, CaseClockId, CaseEventId, CaseEvidenceId, CaseId, MemberId, OrgId};
use kernel::{EmployerId, Fen, Instant, OrgPath};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::CaseError;
use crate::attachments::FileBytes;

/// Who told us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reporter {
    /// Name, if given.
    pub name: String,
    /// Mobile number, if given.
    pub phone: String,
    /// The member, when it is one: sees the case in the hall.
    pub member: Option<MemberId>,
}

/// What a new case needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewCase {
    /// Id of the kind: `cases.arrears_alert`.
    pub kind: String,
    /// Door it comes in by.
    pub door: String,
    /// The union of the place it is about; routing starts there.
    pub place: Option<OrgId>,
    /// One line for lists; names no reporter.
    pub title: String,
    /// Fields of the kind, as typed.
    pub fields: BTreeMap<String, String>,
    /// Grade, in kinds that have grades.
    pub grade: Option<String>,
    /// What it belongs to in another room: `("alert", id)`. One open case per link.
    pub link: Option<(&'static str, Uuid)>,
    /// Who told us; sealed.
    pub reporter: Option<Reporter>,
    /// Who it is about, when that is an employer.
    pub respondent: Option<EmployerId>,
    /// The client's key of this submission: the second arrival gets the first answer.
    pub key: Option<String>,
    /// A case this one comes from (a visit's problem).
    pub from: Option<CaseId>,
    /// Papers and photographs that come with it.
    pub evidence: Vec<NewEvidence>,
    /// Staff enter it for somebody (代办): how that person agreed, in words the person reads as well.
    pub on_behalf: Option<String>,
}

/// A case in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRef {
    /// Its id.
    pub id: CaseId,
    /// Its number, which never changes: `YJ2026-00012`.
    pub no: String,
    /// Code by which whoever reported can look it up; only at opening.
    pub receipt: String,
    /// It was there already: the same submission again, or the same matter by a second door.
    pub again: bool,
}

/// The next owner, as a form names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextOwner {
    /// The desk; none keeps the present one.
    pub org: Option<OrgId>,
    /// The person; none takes the one who answers at that desk.
    pub person: Option<AccountId>,
}

/// Largest file kept with a piece of evidence, in bytes (a technical bound: it is sealed in one piece).
pub const LARGEST_FILE: usize = 5 * 1024 * 1024;

/// A piece of evidence that comes with a verb.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewEvidence {
    /// Kind of evidence of the case kind.
    pub kind: String,
    /// Words.
    pub text: String,
    /// Amount, for payments.
    pub amount: Option<Fen>,
    /// A file.
    pub file: Option<FileBytes>,
}

/// What comes with a verb.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActInput {
    /// Words; sealed.
    pub note: String,
    /// The next owner.
    pub next_owner: Option<NextOwner>,
    /// Where a return goes.
    pub back_to: BackTo,
    /// Evidence.
    pub evidence: Vec<NewEvidence>,
    /// Fields filled in.
    pub fields: BTreeMap<String, String>,
    /// Closing code.
    pub closing_code: Option<String>,
    /// Clock an extension is about.
    pub clock: Option<String>,
    /// How much an extension asks for.
    pub extend_by: Option<(u32, Unit)>,
    /// The last day of a pause.
    pub until: Option<kernel::Date>,
    /// Another case: where a merge goes.
    pub other: Option<CaseId>,
    /// The two are the same matter though they say different things, as somebody has made sure of.
    pub same: bool,
    /// A call-back: whom, solved, satisfied.
    pub call: Option<CallInput>,
    /// A new case for what is split off.
    pub split: Option<Box<NewCase>>,
    /// Version the page was drawn from; none does not ask.
    pub version: Option<i64>,
    /// The room that carries out a verb it owns; pages leave it empty.
    pub room: Option<&'static str>,
    /// What that room demands of a conclusion in place of the kind's own figures.
    pub terms: Terms,
    /// The receipt's code: whoever holds it acts as the initiator.
    pub receipt: Option<String>,
}

impl ActInput {
    /// Only words.
    pub fn note(note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..Self::default()
        }
    }
}

/// A call-back as a form gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallInput {
    /// Who was called: a label without a full name (工人一, 张某).
    pub whom: String,
    /// 是否解决
    pub solved: bool,
    /// 是否满意
    pub satisfied: bool,
}

/// What of a case is kept as one JSON text: lists that only this room reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) trail: Vec<Owner>,
    pub(super) calls: Vec<Call>,
    pub(super) consulted: Vec<String>,
    pub(super) handlers: Vec<String>,
    pub(super) extension: Option<Asked>,
    #[serde(default)]
    pub(super) pause: Option<PauseAsked>,
    /// Files from before this was kept: who was late is told by the clocks.
    #[serde(default = "passed_on")]
    pub(super) passed: bool,
}

fn passed_on() -> bool {
    true
}

/// A case within reach, with everything on its page.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub no: String,
    /// Its kind.
    pub kind: &'static kernel::case_kind::CaseKind,
    /// Place of the matter.
    pub place: OrgId,
    /// Its path.
    pub org_path: OrgPath,
    /// One line.
    pub title: String,
    /// What the rules see: state, fields, owner, clocks, calls.
    pub now: Snapshot,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Closing code.
    pub closing: Option<String>,
    /// The member concerned.
    pub member: Option<MemberId>,
    /// What it belongs to in another room.
    pub link: Option<(String, Uuid)>,
    /// Who reported is sealed.
    pub sealed_reporter: bool,
    /// When it came.
    pub opened_at: Instant,
    /// Account that opened it.
    pub opened_by: Option<AccountId>,
    /// Version, for forms.
    pub version: i64,
    pub(super) clock_ids: Vec<CaseClockId>,
}

impl Case {
    /// The desk that answers now.
    ///
    /// # Errors
    /// The row is damaged.
    pub fn owner_org(&self) -> Result<OrgId, CaseError> {
        org_of(&self.now.owner)
    }

    /// Whether it is kept from the desks below the one that answers (不经下级).
    pub fn is_confined(&self) -> bool {
        self.kind.is_confined(&self.now.fields)
    }

    /// The union under which what belongs to the case is filed, its letters and what is split off: where it happened, but
    /// of a case kept from the desks below the one that answers.
    ///
    /// # Errors
    /// The row is damaged.
    pub fn filed_at(&self) -> Result<OrgId, CaseError> {
        if self.is_confined() {
            self.owner_org()
        } else {
            Ok(self.place)
        }
    }

    /// The sentence the person concerned reads.
    pub fn says(&self) -> &str {
        self.kind
            .state(&self.now.state)
            .map_or("", |state| state.says.as_str())
    }
}

/// The union of an owner, who keeps it as text.
pub(super) fn org_of(owner: &Owner) -> Result<OrgId, CaseError> {
    owner
        .org
        .parse()
        .map_err(|_| CaseError::Definition("承办单位编号不正确".to_owned()))
}

/// The account of a person, who is kept as text.
pub(super) fn account_of(person: Option<&String>) -> Option<AccountId> {
    person.and_then(|text| text.parse().ok())
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub no: String,
    /// Id of the kind.
    pub kind: String,
    /// One line.
    pub title: String,
    /// Grade.
    pub grade: Option<String>,
    /// State.
    pub state: String,
    /// Place of the matter.
    pub place: OrgId,
    /// Its path.
    pub org_path: OrgPath,
    /// Desk that answers.
    pub owner: OrgId,
    /// Its level among the kind's.
    pub owner_level: usize,
    /// Person who answers.
    pub handler: Option<AccountId>,
    /// Clocks missed and still to be done.
    pub overdue: i64,
    /// An alarm stands.
    pub alarm: bool,
    /// It is suspended.
    pub suspended: bool,
    /// When the next clock runs out.
    pub next_due: Option<Instant>,
    /// When it came.
    pub opened_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Desk that watches it.
    pub watch: Option<OrgId>,
    /// How often whoever reported it has said that it is not solved.
    pub reopened: i64,
    /// Desk that decides on an extension that was asked for.
    pub extends: Option<OrgId>,
    /// Desk that decides whether a sealed identity is opened.
    pub reveals: Option<OrgId>,
    /// Its place in the list it comes from.
    pub(super) place_in_list: i64,
}

impl CaseLine {
    /// What waits for a decision of a desk (等本单位决定).
    pub fn waits_for(&self, desk: Option<OrgId>) -> Option<&'static str> {
        match desk {
            Some(_) if self.ended_at.is_some() => None,
            Some(_) if self.extends == desk => Some("申请延期或中止，请决定"),
            Some(_) if self.reveals == desk => Some("申请查看密封身份，请另一人决定"),
            _ => None,
        }
    }

    /// Whether a desk looks at it because it was not solved the first time (重开督办).
    pub fn is_back(&self, desk: Option<OrgId>) -> bool {
        self.reopened > 0 && desk.is_some() && self.watch == desk && Some(self.owner) != desk
    }
}

/// Which cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Kind; none is every kind the caller may read.
    pub kind: Option<String>,
    /// Open ones, ended ones, or both.
    pub open: Option<bool>,
    /// Grade.
    pub grade: Option<String>,
    /// State.
    pub state: Option<String>,
    /// Words of somebody who means one of them: a part of the number or title, the employer, the name of the person
    /// concerned.
    pub text: String,
    /// Only those with this running number, of whatever kind and year.
    pub serial: Option<u32>,
    /// Only those about this employer.
    pub employer: Option<EmployerId>,
    /// Only those my own desk answers for, on which a clock of its own runs or is late, or which it watches since they
    /// were not solved the first time.
    pub my_desk: bool,
    /// Only those I answer for by name, on which a clock at my desk runs for me or is late, or into which I was asked.
    pub mine: bool,
    /// Only those into which I was asked by name (加签).
    pub asked_in: bool,
    /// Only those with a missed clock or an alarm.
    pub overdue: bool,
    /// Only those my desk watches (督办).
    pub watched: bool,
    /// After the line with this [`cursor`](super::cursor).
    pub after: Option<(i64, CaseId)>,
    /// How many; at most 200.
    pub limit: usize,
}

impl CaseFilter {
    /// Whether the list is of one person by name.
    pub(super) fn names_me(&self) -> bool {
        self.mine || self.asked_in
    }
}

/// A clock as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockLine {
    /// Its row.
    pub id: CaseClockId,
    /// Rule, length and events.
    pub clock: CaseClock,
    /// When it runs out, or ran out.
    pub due: Option<kernel::case_kind::DueAt>,
}

/// One act in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct EventLine {
    /// Its row.
    pub id: CaseEventId,
    /// When.
    pub at: Instant,
    /// Verb; `@open`, `@door`, `@tick`, `@grade` are the program's own.
    pub verb: String,
    /// Its Chinese term.
    pub title: String,
    /// State before.
    pub from_state: String,
    /// State after.
    pub to_state: String,
    /// Who, with the post.
    pub actor: String,
    /// Account.
    pub account: Option<AccountId>,
    /// For a worker, by staff (代办).
    pub on_behalf: bool,
    /// Words.
    pub note: String,
    /// What followed.
    pub happened: Vec<Happened>,
}

/// A piece of evidence on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceLine {
    /// Its row.
    pub id: CaseEvidenceId,
    /// Kind.
    pub kind: String,
    /// Words.
    pub text: String,
    /// Amount.
    pub amount: Option<Fen>,
    /// File name, when there is a file.
    pub file: Option<String>,
    /// Its size in bytes.
    pub size: Option<i64>,
    /// SM3 of the file, hexadecimal.
    pub digest: Option<String>,
    /// When.
    pub added_at: Instant,
    /// By whom.
    pub added_by: String,
}

/// An extension in the words of a form.
pub(super) fn length_of(by: Option<(u32, Unit)>) -> Option<Length> {
    by.map(|(length, unit)| kernel::case_kind::Span { length, unit }.into())
}

/// The verb's name for the log.
pub(super) fn verb_title(kind: &kernel::case_kind::CaseKind, verb: &str) -> String {
    match verb {
        "@open" => "受理登记".to_owned(),
        "@door" => "其他渠道再次反映".to_owned(),
        "@back" => "本人收回资料".to_owned(),
        "@tick" => "期限检查".to_owned(),
        "@grade" => "等级变化".to_owned(),
        "@reason" => "预警原因更新".to_owned(),
        "@hold" => "延期支付".to_owned(),
        "@reveal" => "查看身份".to_owned(),
        "@fold" => "并入同一件".to_owned(),
        "@reveal_ask" => "申请查看身份".to_owned(),
        "@reveal_grant" => "同意查看身份".to_owned(),
        "@destroyed" => "到期销毁".to_owned(),
        "@merged" => "并入一件".to_owned(),
        "@split" => "拆出一件".to_owned(),
        "@letter" => "文书".to_owned(),
        "@unit" => "名称核对".to_owned(),
        "@pause_bound" => "补定中止期限".to_owned(),
        id => kind
            .verb
            .iter()
            .find(|row| row.id == id)
            .map_or_else(|| Verb::of(id).to_string(), |row| row.title().to_owned()),
    }
}
