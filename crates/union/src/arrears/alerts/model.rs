//! Alerts as other rooms and the pages see them.

use kernel::case_kind::{CaseKind, Closing};
use kernel::ids::CaseId;
use kernel::warning::Level;
use kernel::{Date, Fen, Instant, OrgPath};
use store::{Row, StoreError};

use super::merging::MergedInto;
use crate::arrears::model::{AlertId, SubjectId, choice, choices};

choices! {
    /// Where an alert stands (预警状态); its handling is a case.
    AlertState {
        /// It stands.
        Open = "open", "处置中";
        /// It ended on evidence.
        Closed = "closed", "已销号";
        /// It is part of another.
        Merged = "merged", "已合并";
    }
}

choices! {
    /// What happened to an alert (预警事件).
    EventKind {
        /// The rules opened it.
        Opened = "opened", "生成预警";
        /// The rules raised it; that takes effect at once.
        Raised = "raised", "升级";
        /// The rules propose a lower level, or none.
        FallProposed = "fall_proposed", "建议降级";
        /// A person followed the proposal.
        Fallen = "fallen", "确认降级";
        /// A person kept the level.
        Kept = "kept", "维持等级";
        /// Payment is lawfully deferred until a day.
        Deferred = "deferred", "依法延期支付";
        /// The labour inspectorate was told.
        Pushed = "pushed", "推送人社部门";
        /// Another alert became part of it.
        Joined = "joined", "并入其他预警";
        /// It became part of another.
        Merged = "merged", "合并";
        /// It ended.
        Closed = "closed", "销号";
        /// A new signal came within the rules' days of calm: the same alert goes on.
        Reopened = "reopened", "再次预警";
    }
}

/// A level as pages draw it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LevelView {
    /// ASCII name.
    pub id: String,
    /// The word people use.
    pub label: String,
    /// A shape beside the colour.
    pub shape: String,
    /// A pattern for maps and print.
    pub pattern: String,
    /// Place among the levels, 0 lowest.
    pub rank: i64,
}

impl LevelView {
    pub(in crate::arrears) fn of(rank: usize, level: &Level) -> Self {
        Self {
            id: level.id.clone(),
            label: level.label.clone(),
            shape: level.shape.clone(),
            pattern: level.pattern.clone(),
            rank: i64::try_from(rank).unwrap_or(i64::MAX),
        }
    }

    /// A level of a rule set that is not at hand any more.
    pub(in crate::arrears) fn bare(id: &str, rank: i64) -> Self {
        Self {
            id: id.to_owned(),
            label: id.to_owned(),
            shape: String::new(),
            pattern: String::new(),
            rank,
        }
    }
}

/// Whom and how much an alert concerns as its desk verified it in the case (已核实).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// 涉及职工
    pub people: Option<i64>,
    /// 欠薪金额
    pub amount: Option<Fen>,
}

/// One figure of an alert: the one that holds, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure<T> {
    /// What holds: as verified, else as reported, else unknown.
    pub value: Option<T>,
    /// Whether the desk verified it (已核实).
    pub verified: bool,
    /// As the sources report it.
    pub reported: Option<T>,
}

impl<T: Copy> Figure<T> {
    /// Of what was reported and what was verified.
    pub fn of(reported: Option<T>, verified: Option<T>) -> Self {
        Self {
            value: verified.or(reported),
            verified: verified.is_some(),
            reported,
        }
    }

    /// What was reported, to stand beside a verified figure as its source.
    pub fn beside(self) -> Option<T> {
        self.reported.filter(|_| self.verified)
    }
}

/// Which of the two figures of an alert the desk verified, in words; empty where neither.
pub fn verified_words(people: bool, amount: bool) -> &'static str {
    match (people, amount) {
        (false, false) => "",
        (true, true) => "已核实",
        (true, false) => "人数已核实",
        (false, true) => "金额已核实",
    }
}

/// A suspicion that wages go unpaid (欠薪预警).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Its number: `QX2026-00012`.
    pub no: String,
    /// Whom it is about.
    pub subject: SubjectId,
    /// The subject's name.
    pub title: String,
    /// Whose desk it lies on.
    pub org_path: OrgPath,
    /// Where it stands.
    pub state: AlertState,
    /// Level in force.
    pub level: String,
    /// Its rank.
    pub rank: i64,
    /// Score last computed.
    pub score: i64,
    /// Whether a red line is crossed.
    pub red_line: bool,
    /// The rules that gave points, in words, best first.
    pub reasons: Vec<String>,
    /// How many people it concerns, as far as its sources report.
    pub people: Option<i64>,
    /// How much is owed, as far as its sources report.
    pub amount: Option<Fen>,
    /// What its desk verified of the two.
    pub verified: Verified,
    /// Industry code of the subject.
    pub industry: String,
    /// The rule set's id.
    pub rule_set: String,
    /// Fingerprint of its version.
    pub rule_hash: String,
    /// When it was opened.
    pub opened_at: Instant,
    /// When it reached its level.
    pub raised_at: Instant,
    /// When the newest signal arrived.
    pub last_signal_at: Option<Instant>,
    /// The lower level the rules propose; empty when nothing is left.
    pub proposed: Option<String>,
    /// Since when.
    pub proposed_at: Option<Instant>,
    /// Payment is lawfully deferred until.
    pub deferral_until: Option<Date>,
    /// The agreement it rests on.
    pub deferral_doc: String,
    /// When the labour inspectorate was told.
    pub pushed_at: Option<Instant>,
    /// Which office.
    pub push_office: String,
    /// Its acknowledgement number.
    pub push_ack: String,
    /// The case that handles it.
    pub case: Option<CaseId>,
    /// The alert it became part of.
    pub merged_into: Option<MergedInto>,
    /// When it ended.
    pub closed_at: Option<Instant>,
    /// Code of how it ended.
    pub closed_code: String,
    /// Digest of its explanation.
    pub explanation: Vec<u8>,
    /// When the rules last looked.
    pub evaluated_at: Instant,
    /// Counts changes.
    pub version: i64,
}

impl Alert {
    /// 涉及职工
    pub fn people_figure(&self) -> Figure<i64> {
        Figure::of(self.people, self.verified.people)
    }

    /// 涉及金额
    pub fn amount_figure(&self) -> Figure<Fen> {
        Figure::of(self.amount, self.verified.amount)
    }
}

pub(super) fn alert_of(row: &Row) -> Result<Alert, StoreError> {
    let reasons: serde_json::Value = row.get(10)?;
    Ok(Alert {
        id: row.get(0)?,
        no: row.get(1)?,
        subject: row.get(2)?,
        title: row.get(3)?,
        org_path: row.get(4)?,
        state: choice(row, 5, AlertState::from_id)?,
        level: row.get(6)?,
        rank: row.get(7)?,
        score: row.get(8)?,
        red_line: row.get(9)?,
        reasons: serde_json::from_value(reasons).unwrap_or_default(),
        people: row.get(11)?,
        amount: row.get(12)?,
        industry: row.get(13)?,
        rule_set: row.get(14)?,
        rule_hash: row.get(15)?,
        opened_at: row.get(16)?,
        raised_at: row.get(17)?,
        last_signal_at: row.get(18)?,
        proposed: row.get(19)?,
        proposed_at: row.get(20)?,
        deferral_until: row.get(21)?,
        deferral_doc: row.get(22)?,
        pushed_at: row.get(23)?,
        push_office: row.get(24)?,
        push_ack: row.get(25)?,
        case: row.get(26)?,
        merged_into: match row.get::<Option<AlertId>>(27)? {
            Some(alert) => Some(MergedInto {
                alert,
                relation: row.get(35)?,
            }),
            None => None,
        },
        closed_at: row.get(28)?,
        closed_code: row.get(29)?,
        explanation: row.get(30)?,
        evaluated_at: row.get(31)?,
        version: row.get(32)?,
        verified: Verified {
            people: row.get(33)?,
            amount: row.get(34)?,
        },
    })
}

/// One event of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertEvent {
    /// Number within the alert.
    pub seq: i64,
    /// When.
    pub at: Instant,
    /// What.
    pub kind: EventKind,
    /// Level before.
    pub from: String,
    /// Level after; for a proposal, the level proposed.
    pub to: String,
    /// Score then.
    pub score: i64,
    /// Who.
    pub actor: String,
    /// Words.
    pub note: String,
    /// Digest of the explanation it rests on.
    pub explanation: Option<Vec<u8>>,
}

/// The words of an event; the end of an alert begins with the title of its conclusion (`turnover：已付清` is stored).
pub fn in_words(kind: &CaseKind, event: &AlertEvent) -> String {
    if event.kind == EventKind::Closed {
        ending_in_words(kind, &event.note)
    } else {
        event.note.clone()
    }
}

/// Whether an alert ended by being handed over to another office (移交): an end, but nothing was solved.
pub fn was_handed_over(kind: &CaseKind, event: &AlertEvent) -> bool {
    let ending = ending_of(kind, &event.note);
    event.kind == EventKind::Closed && ending.is_some_and(|ending| ending.handed_over)
}

/// The conclusion a closing event is noted with.
pub(in crate::arrears) fn ending_of<'k>(kind: &'k CaseKind, note: &str) -> Option<&'k Closing> {
    let (code, _) = note.split_once('：')?;
    kind.closing(code)
}

/// `turnover：已付清` with the code's title.
pub(in crate::arrears) fn ending_in_words(kind: &CaseKind, note: &str) -> String {
    let Some((code, words)) = note.split_once('：') else {
        return note.to_owned();
    };
    kind.closing(code).map_or_else(
        || note.to_owned(),
        |closing| format!("{}：{words}", closing.title),
    )
}

pub(super) fn event_of(row: &Row) -> Result<AlertEvent, StoreError> {
    Ok(AlertEvent {
        seq: row.get(0)?,
        at: row.get(1)?,
        kind: choice(row, 2, EventKind::from_id)?,
        from: row.get(3)?,
        to: row.get(4)?,
        score: row.get(5)?,
        actor: row.get(6)?,
        note: row.get(7)?,
        explanation: row.get(8)?,
    })
}
