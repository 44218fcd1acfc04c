//! What an import is made of.

use std::collections::BTreeMap;

use kernel::ids::{AccountId, BatchId, OrgId, PostId};
use kernel::{Instant, OrgPath};
use serde::{Deserialize, Serialize};

use super::mapping::Mapping;
use crate::members::FaultLevel;

/// What a spreadsheet lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportKind {
    /// 会员名册
    Members,
    /// 用人单位名单
    Employers,
}

impl ImportKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Members, Self::Employers];

    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Employers => "employers",
        }
    }

    /// From the stored form.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// Words on screens.
    pub fn title(self) -> &'static str {
        match self {
            Self::Members => "会员名册",
            Self::Employers => "单位名单",
        }
    }

    /// Id of the definition of its columns.
    pub(super) fn definition(self) -> &'static str {
        match self {
            Self::Members => "imports.members",
            Self::Employers => "imports.employers",
        }
    }
}

/// Where a batch stands (批次状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BatchState {
    /// 已上传，待对应字段
    Uploaded,
    /// 正在核对
    Checking,
    /// 已核对，待确认
    Checked,
    /// 正在导入
    Importing,
    /// 已导入
    Done,
    /// 已取消; rows taken before stay
    Cancelled,
    /// 正在撤回
    Undoing,
    /// 已撤回
    Undone,
    /// 未能读完
    Failed,
}

impl BatchState {
    /// Every state.
    pub const ALL: [Self; 9] = [
        Self::Uploaded,
        Self::Checking,
        Self::Checked,
        Self::Importing,
        Self::Done,
        Self::Cancelled,
        Self::Undoing,
        Self::Undone,
        Self::Failed,
    ];

    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Self::Uploaded => "uploaded",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Importing => "importing",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
            Self::Failed => "failed",
        }
    }

    /// From the stored form.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }

    /// Words on screens.
    pub fn title(self) -> &'static str {
        match self {
            Self::Uploaded => "待对应字段",
            Self::Checking => "正在核对",
            Self::Checked => "待确认",
            Self::Importing => "正在导入",
            Self::Done => "已导入",
            Self::Cancelled => "已取消",
            Self::Undoing => "正在撤回",
            Self::Undone => "已撤回",
            Self::Failed => "未能读完",
        }
    }

    /// Whether a job is at work on it.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Checking | Self::Importing | Self::Undoing)
    }
}

/// How many rows ended how. During a check it is what would happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// 新增
    pub new: i64,
    /// 更新, and those who joined again after leaving
    pub updated: i64,
    /// 未变
    pub unchanged: i64,
    /// 有错误，未导入
    pub refused: i64,
    /// 需确认 (members of another union, duplicates in the file, doubts)
    pub confirm: i64,
    /// Of those to be confirmed, members of another union.
    pub elsewhere: i64,
}

impl Tally {
    /// Rows taken: new, updated or found unchanged.
    pub fn taken(self) -> i64 {
        self.new + self.updated + self.unchanged
    }

    /// All rows looked at.
    pub fn rows(self) -> i64 {
        self.taken() + self.refused + self.confirm
    }

    /// Both together.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            new: self.new + other.new,
            updated: self.updated + other.updated,
            unchanged: self.unchanged + other.unchanged,
            refused: self.refused + other.refused,
            confirm: self.confirm + other.confirm,
            elsewhere: self.elsewhere + other.elsewhere,
        }
    }
}

/// 导入批次: one spreadsheet on its way in.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// Its number on screen: DR-20261120-03.
    pub no: String,
    /// What it lists.
    pub kind: ImportKind,
    /// The union (or, for employers, the area) of rows that name none.
    pub org: OrgId,
    /// That union's path: what scope is checked against.
    pub org_path: OrgPath,
    /// Rows that name no union belong to `org`; otherwise they are refused.
    pub org_default: bool,
    /// Name of the file as uploaded.
    pub file_name: String,
    /// Bytes of the file.
    pub file_size: i64,
    /// SM3 of the file.
    pub digest: String,
    /// Name of the sealed copy; empty once it is deleted.
    pub file_path: String,
    /// What the file is, in words.
    pub format: String,
    /// The sheet chosen; empty for text files.
    pub sheet: String,
    /// Which column fills which field.
    pub mapping: Mapping,
    /// Where it stands.
    pub state: BatchState,
    /// Rows expected, estimated while the file is read for the first time.
    pub rows_total: i64,
    /// Rows looked at in the present pass.
    pub rows_done: i64,
    /// Number of the last row that the present pass has finished with.
    pub cursor: i64,
    /// Rows by outcome.
    pub tally: Tally,
    /// Problem rows still open.
    pub open_problems: i64,
    /// Problem rows put right or confirmed and not yet taken.
    pub ready_problems: i64,
    /// Rows taken back by undoing.
    pub undone_rows: i64,
    /// What the person should know; why it failed, what could not be undone.
    pub message: String,
    /// Its problem rows and images from before are still there.
    pub kept: bool,
    /// Who uploaded it.
    pub account: Option<AccountId>,
    /// For which post.
    pub post: Option<PostId>,
    /// Name and post, for the list and the log.
    pub actor: String,
    /// How far the uploading post could see; the work is done within it.
    pub scope_path: OrgPath,
    /// When the present pass began.
    pub phase_at: Instant,
    /// When it was uploaded.
    pub created_at: Instant,
    /// When it was done.
    pub finished_at: Option<Instant>,
    /// When it was undone.
    pub undone_at: Option<Instant>,
}

/// What is wrong with one field of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    /// Name of the field; empty when it concerns the row.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// Whether it stops the row or only asks.
    pub level: Level,
    /// Chinese, with the remedy; never a full document number.
    pub message: String,
    /// A value that is likely meant.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suggestion: String,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 需确认
    Confirm,
    /// 错误
    Error,
}

impl Level {
    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Error => "error",
        }
    }

    /// From the stored form; anything unknown is an error.
    pub fn from_id(id: &str) -> Self {
        if id == "confirm" {
            Self::Confirm
        } else {
            Self::Error
        }
    }
}

impl From<FaultLevel> for Level {
    fn from(level: FaultLevel) -> Self {
        match level {
            FaultLevel::Confirm => Self::Confirm,
            FaultLevel::Error => Self::Error,
        }
    }
}

/// Where a problem row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProblemState {
    /// 待处理
    Open,
    /// 已改好, or confirmed; taken with the next import of this batch
    Fixed,
    /// 不导入
    Dropped,
    /// 已导入
    Taken,
}

impl ProblemState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Fixed, Self::Dropped, Self::Taken];

    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fixed => "fixed",
            Self::Dropped => "dropped",
            Self::Taken => "taken",
        }
    }

    /// From the stored form; anything unknown is open.
    pub fn from_id(id: &str) -> Self {
        let known = Self::ALL.into_iter().find(|state| state.id() == id);
        known.unwrap_or(Self::Open)
    }

    /// Words on screens.
    pub fn title(self) -> &'static str {
        match self {
            Self::Open => "待处理",
            Self::Fixed => "已改好",
            Self::Dropped => "不导入",
            Self::Taken => "已导入",
        }
    }
}

/// A row that could not be taken as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Row number as the spreadsheet program shows it.
    pub row: u32,
    /// Where it stands.
    pub state: ProblemState,
    /// All cells of the row as text, from the first column on.
    pub cells: Vec<String>,
    /// Texts of fields the file has no column for (监护人知情), by the name of the field.
    pub added: BTreeMap<String, String>,
    /// What is wrong, worst first.
    pub faults: Vec<RowFault>,
    /// Someone has looked at the doubts and says it is right.
    pub confirmed: bool,
}

impl Problem {
    /// The worst fault: what the list shows first.
    pub fn first(&self) -> Option<&RowFault> {
        self.faults.first()
    }

    /// Whether this question or fault is among those told.
    pub fn asks(&self, code: &str) -> bool {
        self.faults.iter().any(|fault| fault.code == code)
    }

    /// Whether a person said yes to this very question: a word about another doubt is none.
    pub(super) fn answers(&self, code: &str) -> bool {
        self.confirmed && self.asks(code)
    }

    /// How bad the row is.
    pub fn level(&self) -> Level {
        self.faults
            .iter()
            .map(|fault| fault.level)
            .max()
            .unwrap_or(Level::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_forms_lead_back() {
        for state in BatchState::ALL {
            assert_eq!(BatchState::from_id(state.id()), Some(state));
        }
        for state in ProblemState::ALL {
            assert_eq!(ProblemState::from_id(state.id()), state);
        }
        for kind in ImportKind::ALL {
            assert_eq!(ImportKind::from_id(kind.id()), Some(kind));
        }
    }
}
