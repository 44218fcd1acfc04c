//! Employers as other rooms and the pages see them.

use kernel::{BatchId, Date, EdgeId, EmployerId, Instant, MatchId, OrgId, OrgPath};
use serde::{Deserialize, Serialize};

/// Declares a small closed set with stored ids and Chinese terms.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $id:literal, $title:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$item])* $variant),* }

        impl $name {
            /// All of them, in the order of the lists on screen.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Stored form.
            pub fn id(self) -> &'static str { match self { $(Self::$variant => $id),* } }
            /// Chinese term.
            pub fn title(self) -> &'static str { match self { $(Self::$variant => $title),* } }
            /// The one with this stored id.
            pub fn from_id(id: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.id() == id) }
        }
    };
}

choices! {
    /// State of an employer in the registers (经营状态).
    EmployerState {
        /// In operation.
        Open = "open", "存续";
        /// Struck off at its own request.
        Deregistered = "deregistered", "注销";
        /// Licence revoked.
        Revoked = "revoked", "吊销";
        /// Nobody insured and no tax invoice for twelve months (空壳).
        Shell = "shell", "空壳";
    }
}

choices! {
    /// Kinds of codes an employer is known by in the files of other offices.
    CodeKind {
        /// An earlier unified credit code.
        Credit = "credit", "曾用统一社会信用代码";
        /// Fifteen-digit business registration number.
        Registration = "registration", "工商注册号";
        /// Nine-character organisation code.
        Organisation = "organisation", "组织机构代码";
        /// Tax registration number.
        Tax = "tax", "税务登记号";
        /// Social-insurance unit number.
        Insurance = "insurance", "社保单位编号";
    }
}

choices! {
    /// How a union covers an employer (覆盖方式). Domain facts §4.
    EdgeKind {
        /// Its own union.
        Own = "own", "单独建会";
        /// Listed in a joint union.
        Joint = "joint", "联合工会覆盖";
        /// Listed in an industry federation.
        Industry = "industry", "行业工会覆盖";
        /// Listed in a regional federation (村社、园区、楼宇).
        Regional = "regional", "区域工会覆盖";
    }
}

/// An employer, as other rooms refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployerRef {
    /// Its id.
    pub id: EmployerId,
    /// Registered name.
    pub name: String,
    /// Unified social credit code, if known.
    pub credit_code: Option<String>,
    /// The union responsible for it: its own, or that of its area.
    pub org_path: OrgPath,
}

/// An employer with everything on its card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employer {
    /// Its id.
    pub id: EmployerId,
    /// Unified social credit code.
    pub credit_code: Option<String>,
    /// Registered name.
    pub name: String,
    /// Division it lies in: 6, 9 or 12 digits.
    pub region_code: String,
    /// The town or zone it lies in.
    pub town: Option<OrgId>,
    /// The union responsible for it.
    pub org_path: OrgPath,
    /// Industry by GB/T 4754-2017, or empty.
    pub industry_code: String,
    /// Economic type by GB/T 12402-2000, or empty.
    pub economic_type: String,
    /// Employees, by the latest count.
    pub headcount: i64,
    /// Where that count comes from (社保、年报、填报).
    pub headcount_source: String,
    /// The day it was counted.
    pub headcount_on: Option<Date>,
    /// State in the registers.
    pub state: EmployerState,
    /// First day.
    pub opened_on: Option<Date>,
    /// Last day.
    pub closed_on: Option<Date>,
    /// Address.
    pub address: String,
    /// When it was entered.
    pub created_at: Instant,
    /// Counts changes.
    pub version: i64,
}

/// What is known about an employer from a form or a row of a file. Empty text means "not stated" and never
/// overwrites what is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmployerDraft {
    /// Registered name.
    pub name: String,
    /// Unified social credit code as typed.
    pub credit_code: String,
    /// Codes of other offices, as typed.
    pub other_codes: Vec<(CodeKind, String)>,
    /// Names it bore before.
    pub former_names: Vec<String>,
    /// Division it lies in.
    pub region_code: String,
    /// The union of the area it lies in; the top of the caller's scope when not stated.
    pub territory: Option<OrgId>,
    /// Industry by GB/T 4754-2017.
    pub industry_code: String,
    /// Economic type by GB/T 12402-2000.
    pub economic_type: String,
    /// Employees.
    pub headcount: Option<i64>,
    /// Where that count comes from.
    pub headcount_source: String,
    /// The day it was counted; today when not stated.
    pub headcount_on: Option<Date>,
    /// State in the registers; open when not stated and new.
    pub state: Option<EmployerState>,
    /// First day.
    pub opened_on: Option<Date>,
    /// Last day.
    pub closed_on: Option<Date>,
    /// Address.
    pub address: String,
    /// Import batch it came with, to undo it.
    pub batch: Option<BatchId>,
    /// Where it comes from, for the match queue and the log (导入、登记).
    pub source: String,
}

/// What became of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpsertOutcome {
    /// A new employer.
    Created,
    /// A known one learned something.
    Updated,
    /// A known one, nothing new.
    Unchanged,
    /// Without a code and similar to known ones: a person decides (单位比对).
    Queued(MatchId),
}

/// Answer of `upsert`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upserted {
    /// The employer; none while a person has to decide.
    pub id: Option<EmployerId>,
    /// What became of it.
    pub outcome: UpsertOutcome,
}

/// One line of an employer list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployerLine {
    /// The employer.
    pub employer: EmployerRef,
    /// Town or zone it lies in.
    pub town: Option<OrgId>,
    /// Industry code.
    pub industry_code: String,
    /// Employees.
    pub headcount: i64,
    /// State.
    pub state: EmployerState,
    /// Name of a union that covers it today, if one does.
    pub union: Option<String>,
}

/// A link between a union and an employer, with dates (覆盖关系).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Its id.
    pub id: EdgeId,
    /// The union.
    pub org: OrgId,
    /// Its name.
    pub org_name: String,
    /// The employer.
    pub employer: EmployerId,
    /// Its name.
    pub employer_name: String,
    /// How it is covered.
    pub kind: EdgeKind,
    /// First day.
    pub from_on: Date,
    /// Last day, once ended.
    pub to_on: Option<Date>,
}

/// Another name of an employer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherName {
    /// The name as written.
    pub name: String,
    /// Stored kind: registered, former or alias.
    pub kind: String,
    /// First day, where known.
    pub from_on: Option<Date>,
    /// Last day, where known.
    pub to_on: Option<Date>,
}
