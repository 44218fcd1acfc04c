//! Unions as the other rooms and the pages see them.

use kernel::{Date, Instant, OrgId, OrgPath};

use super::OrgKind;

/// State of a union (组织状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrgState {
    /// Being founded, not yet approved (筹建中).
    Preparing,
    /// At work.
    Active,
    /// Suspended (停止活动): keeps its members, may not take new ones.
    Suspended,
    /// Dissolved (撤销): only its history remains.
    Dissolved,
}

impl OrgState {
    /// All states.
    pub const ALL: &'static [Self] = &[
        Self::Preparing,
        Self::Active,
        Self::Suspended,
        Self::Dissolved,
    ];

    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Dissolved => "dissolved",
        }
    }

    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::Preparing => "筹建中",
            Self::Active => "正常",
            Self::Suspended => "停止活动",
            Self::Dissolved => "已撤销",
        }
    }

    /// The state with this stored id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.id() == id)
    }
}

/// Whether the union is a legal person (工会法人资格).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LegalPerson {
    /// Not a legal person.
    None,
    /// Has applied.
    Applied,
    /// Registered; the certificate carries its own credit code.
    Registered,
}

impl LegalPerson {
    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Applied => "applied",
            Self::Registered => "registered",
        }
    }

    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::None => "未办理法人登记",
            Self::Applied => "法人登记办理中",
            Self::Registered => "已登记为工会法人",
        }
    }

    /// From the stored id; anything unknown is no legal person.
    pub fn from_id(id: &str) -> Self {
        match id {
            "applied" => Self::Applied,
            "registered" => Self::Registered,
            _ => Self::None,
        }
    }
}

/// A union, as other rooms refer to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgRef {
    /// Its id; stays the same when it moves or is renamed.
    pub id: OrgId,
    /// Where it hangs now.
    pub path: OrgPath,
    /// Full name.
    pub name: String,
    /// Kind.
    pub kind: OrgKind,
}

/// A union with everything on its card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org {
    /// Its id.
    pub id: OrgId,
    /// The union directly above; none for the district federation.
    pub parent: Option<OrgId>,
    /// Where it hangs.
    pub path: OrgPath,
    /// Kind.
    pub kind: OrgKind,
    /// Full name.
    pub name: String,
    /// Short name for trees and tables.
    pub short_name: String,
    /// Its own credit code (begins with 8), if it has one.
    pub credit_code: Option<String>,
    /// Division it lies in: 6, 9 or 12 digits.
    pub region_code: Option<String>,
    /// Industry by GB/T 4754-2017, for the industry view.
    pub industry_code: Option<String>,
    /// The industry federation it also belongs to (行业归口).
    pub industry_parent: Option<OrgId>,
    /// State.
    pub state: OrgState,
    /// Day of the approval letter.
    pub founded_on: Option<Date>,
    /// Planned end; project unions have one.
    pub planned_end_on: Option<Date>,
    /// Last day, once dissolved.
    pub ended_on: Option<Date>,
    /// Number of the approval letter (批复文号).
    pub approval_no: Option<String>,
    /// Legal person or not.
    pub legal_person: LegalPerson,
    /// Address.
    pub address: String,
    /// Members of its own, without those of the unions below.
    pub member_count: i64,
    /// When it was entered.
    pub created_at: Instant,
    /// Counts changes; an edit made on an older version is refused.
    pub version: i64,
}

impl Org {
    /// The short form other rooms use.
    pub fn to_ref(&self) -> OrgRef {
        OrgRef {
            id: self.id,
            path: self.path.clone(),
            name: self.name.clone(),
            kind: self.kind,
        }
    }
}

/// A union in a tree or a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgNode {
    /// The union.
    pub org: OrgRef,
    /// Short name.
    pub short_name: String,
    /// State.
    pub state: OrgState,
    /// Members of its own.
    pub member_count: i64,
    /// Members of its own and of every union below.
    pub members_within: i64,
    /// How many unions hang directly below it.
    pub children: i64,
    /// Members of the unions an industry federation gathers (行业归口); they belong to the tree of their town and
    /// are counted there. 0 for any other kind.
    pub gathered: i64,
}

impl OrgNode {
    /// The members a reader expects behind its name: those within, or for an industry federation those it gathers.
    pub fn people(&self) -> i64 {
        self.members_within.saturating_add(self.gathered)
    }

    /// Where the rows behind [`OrgNode::people`] are: the gathered unions, one by one, or nothing special.
    pub fn gathers(&self) -> bool {
        self.org.kind == OrgKind::Industry
    }
}

/// What is needed to enter a union that already exists or has just been approved.
///
/// Only `parent`, `kind` and `name` are always needed; see [`NewOrg::new`].
#[derive(Debug, Clone)]
pub struct NewOrg {
    /// The union above; none only for the district federation.
    pub parent: Option<OrgId>,
    /// Kind.
    pub kind: OrgKind,
    /// Full name as on the approval letter.
    pub name: String,
    /// Short name; made from the full name when empty.
    pub short_name: String,
    /// Its own credit code, as typed; empty when it has none.
    pub credit_code: String,
    /// Division it lies in; the parent's when empty.
    pub region_code: String,
    /// Industry by GB/T 4754-2017, or empty.
    pub industry_code: String,
    /// The industry federation it also belongs to.
    pub industry_parent: Option<OrgId>,
    /// Day of the approval letter.
    pub founded_on: Option<Date>,
    /// Planned end of a project union.
    pub planned_end_on: Option<Date>,
    /// Number of the approval letter, or empty.
    pub approval_no: String,
    /// Address, or empty.
    pub address: String,
    /// Contact telephone, sealed at rest, or empty.
    pub contact: String,
    /// Where this entry comes from (导入、补登、批复), for its history.
    pub note: String,
}

impl NewOrg {
    /// A union with the least that must be known.
    pub fn new(parent: Option<OrgId>, kind: OrgKind, name: impl Into<String>) -> Self {
        Self {
            parent,
            kind,
            name: name.into(),
            short_name: String::new(),
            credit_code: String::new(),
            region_code: String::new(),
            industry_code: String::new(),
            industry_parent: None,
            founded_on: None,
            planned_end_on: None,
            approval_no: String::new(),
            address: String::new(),
            contact: String::new(),
            note: String::new(),
        }
    }
}

/// What happened to a union (组织沿革), newest first on its page. Rows are only ever added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryKind {
    /// 成立
    Founded,
    /// 更名
    Renamed,
    /// 调整隶属关系
    Moved,
    /// 停止活动
    Suspended,
    /// 恢复活动
    Resumed,
    /// 撤销
    Dissolved,
    /// 承接撤销工会的会员与单位
    HandedOver,
    /// 法人登记
    LegalPerson,
}

impl HistoryKind {
    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Self::Founded => "founded",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
            Self::Suspended => "suspended",
            Self::Resumed => "resumed",
            Self::Dissolved => "dissolved",
            Self::HandedOver => "handed_over",
            Self::LegalPerson => "legal_person",
        }
    }

    /// Chinese term for a stored id; the id itself when it is unknown.
    pub fn title_of(id: &str) -> String {
        let known = [
            (Self::Founded, "成立"),
            (Self::Renamed, "更名"),
            (Self::Moved, "调整隶属关系"),
            (Self::Suspended, "停止活动"),
            (Self::Resumed, "恢复活动"),
            (Self::Dissolved, "撤销"),
            (Self::HandedOver, "承接移交"),
            (Self::LegalPerson, "法人登记"),
        ];
        known
            .iter()
            .find(|(kind, _)| kind.id() == id)
            .map_or(id.to_owned(), |(_, title)| (*title).to_owned())
    }
}

/// One line of a union's history.
#[derive(Debug, Clone)]
pub struct HistoryLine {
    /// When it was recorded.
    pub at: Instant,
    /// From which day it holds.
    pub effective_on: Date,
    /// What happened, in Chinese.
    pub title: String,
    /// What it was before, in words.
    pub before: String,
    /// What it is after, in words.
    pub after: String,
    /// Reason or document.
    pub note: String,
    /// Who recorded it.
    pub actor: String,
}
