//! What a founding carries from step to step.

use std::collections::BTreeMap;

use kernel::{AccountId, Date, EmployerId, FoundingId, Instant, OrgId, OrgPath};
use serde::{Deserialize, Serialize};

use super::super::flow::{FoundingState, Verb};
use super::super::{OrgError, OrgKind};
use crate::attachments::FileBytes;

/// A founding.
#[derive(Debug, Clone)]
pub struct Founding {
    /// Its id.
    pub id: FoundingId,
    /// Name of the union to be.
    pub name: String,
    /// Kind of the union to be: a basic one.
    pub kind: OrgKind,
    /// The union above, which decides.
    pub parent: OrgId,
    /// Where that union hangs.
    pub org_path: OrgPath,
    /// State.
    pub state: FoundingState,
    /// Members expected at the start.
    pub members_expected: i64,
    /// Papers handed in: id → number, title or remark.
    pub papers: BTreeMap<String, String>,
    /// What the steps brought.
    pub detail: Detail,
    /// The union, once approved.
    pub org: Option<OrgId>,
    /// When it was begun.
    pub opened_at: Instant,
    /// When the present state was reached; clocks run from its date.
    pub entered_at: Instant,
    /// Counts changes.
    pub version: i64,
}

/// What the steps of a founding brought; kept as one document beside the columns that lists filter by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Detail {
    /// Planned end of a project.
    pub planned_end_on: Option<Date>,
    /// Industry by GB/T 4754-2017.
    pub industry_code: String,
    /// Address.
    pub address: String,
    /// Why and for whom, in the applicant's words.
    pub note: String,
    /// Members admitted by the preparing group when candidates were sent.
    pub members_now: Option<i64>,
    /// The electing meeting.
    pub meeting: Option<Meeting>,
    /// Number of the approval letter.
    pub approval_no: String,
    /// Day of the approval letter.
    pub approved_on: Option<Date>,
    /// The union's own credit code, from the certificate.
    pub credit_code: String,
}

/// The electing meeting (选举会议).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// Its day; the term begins on it.
    pub on: Date,
    /// How many were due to attend.
    pub due: i64,
    /// How many came.
    pub present: i64,
    /// Length of the term in years.
    pub term_years: i64,
    /// Who was elected.
    pub elected: Vec<Elected>,
}

/// One elected person (当选人).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Elected {
    /// Name.
    pub name: String,
    /// Stored id of the position.
    pub position: String,
    /// Votes for.
    pub votes: i64,
    /// Works full time for the union.
    #[serde(default)]
    pub full_time: bool,
    /// End of the labour contract, if it has one.
    #[serde(default)]
    pub contract_end: Option<Date>,
}

/// What is needed to begin, or to correct a draft.
#[derive(Debug, Clone)]
pub struct NewFounding {
    /// Name of the union to be.
    pub name: String,
    /// Its kind.
    pub kind: OrgKind,
    /// The union above.
    pub parent: OrgId,
    /// The units it is founded for.
    pub employers: Vec<EmployerId>,
    /// Members expected at the start.
    pub members_expected: i64,
    /// Planned end of a project.
    pub planned_end_on: Option<Date>,
    /// Industry, or empty.
    pub industry_code: String,
    /// Address, or empty.
    pub address: String,
    /// In the applicant's words.
    pub note: String,
}

/// What comes with a step; only what the step asks for is looked at.
#[derive(Debug, Clone, Default)]
pub struct StepInput {
    /// Reason or remark.
    pub note: String,
    /// Papers handed in with this step: id → number, title or remark.
    pub papers: BTreeMap<String, String>,
    /// Files handed in with this step, each under its paper.
    pub files: Vec<(String, FileBytes)>,
    /// Members admitted so far (报送候选人).
    pub members_now: Option<i64>,
    /// The meeting (登记选举会议).
    pub meeting: Option<Meeting>,
    /// Number of the approval letter (批复成立).
    pub approval_no: String,
    /// Day of the approval letter.
    pub approved_on: Option<Date>,
    /// The union's own credit code (登记法人).
    pub credit_code: String,
}

/// A line in the list of foundings.
#[derive(Debug, Clone)]
pub struct FoundingLine {
    /// Its id.
    pub id: FoundingId,
    /// Name of the union to be.
    pub name: String,
    /// Kind.
    pub kind: OrgKind,
    /// State.
    pub state: FoundingState,
    /// Name of the union above.
    pub parent_name: String,
    /// When the present state was reached.
    pub entered_at: Instant,
    /// When it was begun.
    pub opened_at: Instant,
    /// Until when the union above should have acted; with `provisional` when the year's holidays are unknown.
    pub due: Option<kernel::Due>,
}

/// One recorded step.
#[derive(Debug, Clone)]
pub struct StepLine {
    /// When.
    pub at: Instant,
    /// What was done.
    pub verb: Option<Verb>,
    /// From this state.
    pub from: FoundingState,
    /// To this one.
    pub to: FoundingState,
    /// Reason or remark.
    pub note: String,
    /// By whom.
    pub actor: String,
    /// By which account; none for the program.
    pub account: Option<AccountId>,
}

impl Founding {
    /// How many members it has: those gathered so far, before that those expected.
    pub fn members(&self) -> i64 {
        self.detail.members_now.unwrap_or(self.members_expected)
    }

    /// Refuses an edit made on an older version.
    pub(super) fn is_at(&self, version: i64) -> Result<(), OrgError> {
        if self.version == version {
            Ok(())
        } else {
            Err(OrgError::Stale)
        }
    }
}
