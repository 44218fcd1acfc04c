//! What can go wrong between the program and its database, in words fit for the person at the desk.

use std::path::PathBuf;

/// Which rule of the schema a change broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// A second row with the same key.
    Unique,
    /// A row that points to one that does not exist, or is pointed to.
    ForeignKey,
    /// A required value is missing, or a value is not among those allowed.
    Check,
}

/// A failure of the store. Messages never contain values of rows: they may be logged and shown.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be opened or reached.
    #[error("数据库暂时无法使用：{0}")]
    Unavailable(String),
    /// Another change was faster; the same transaction may be tried again.
    #[error("数据刚被他人修改，请重试")]
    Conflict,
    /// The connection broke while the commit was under way: it may or may not have happened. Ask again with the
    /// same idempotency key.
    #[error("提交结果未知，请用同一请求编号重试")]
    CommitUnknown,
    /// A rule of the schema said no.
    #[error("数据不符合约束（{rule}）")]
    Constraint {
        /// What kind of rule.
        broken: Broken,
        /// Name of the constraint or the columns, as far as the database tells. Do not branch on it.
        rule: String,
    },
    /// `one` found no row.
    #[error("记录不存在（{0}）")]
    NoRow(&'static str),
    /// `one` or `opt` found more than one row.
    #[error("记录不唯一（{0}）")]
    ManyRows(&'static str),
    /// A column does not hold what the program expects.
    #[error("数据库里有一条记录的第{}列读不出来：内容不是程序写下的样子", index + 1)]
    Column {
        /// Position in the row, from 0.
        index: usize,
        /// The Rust type asked for; for `Debug` and logs, never in the message.
        wanted: &'static str,
    },
    /// A writing statement inside [`Db::read`](crate::Db::read).
    #[error("只读事务中不能修改数据（{0}）")]
    ReadOnly(&'static str),
    /// Rows changed and nothing was entered in the audit log; the transaction was rolled back.
    #[error("修改没有写入审计日志，已撤销")]
    Unaudited,
    /// The district has not been opened in this database.
    #[error("本库未开通区划{0}")]
    UnknownDistrict(String),
    /// A text holds the character NUL, which PostgreSQL cannot keep; both databases refuse it alike.
    #[error("文字里有看不见的空字符（NUL），请删去后再试；从别处粘贴来的文字有时带着它")]
    Nul,
    /// The same idempotency key came with other content.
    #[error("同一请求编号已用于另一份内容")]
    KeyReused,
    /// A sealed value cannot be opened: other key, other row, or tampered.
    #[error("加密字段无法解开：{0}")]
    Sealed(&'static str),
    /// The key file or variable is missing, unreadable or malformed.
    #[error("密钥不可用：{0}")]
    Keys(String),
    /// The database's schema is not one this program can work with.
    #[error("数据库结构不符：{0}")]
    Schema(String),
    /// A file cannot be read or written.
    #[error("文件{}：{source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A verification failed; nothing was switched over.
    #[error("核对未通过：{0}")]
    Mismatch(String),
    /// A request that this state of things does not allow.
    #[error("{0}")]
    Refused(String),
    /// The database said something that fits none of the above.
    #[error("数据库错误：{0}")]
    Database(String),
}

impl StoreError {
    /// Stable code for the API, logs and tests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "store.unavailable",
            Self::Conflict => "store.conflict",
            Self::CommitUnknown => "store.commit_unknown",
            Self::Constraint {
                broken: Broken::Unique,
                ..
            } => "store.duplicate",
            Self::Constraint {
                broken: Broken::ForeignKey,
                ..
            } => "store.reference",
            Self::Constraint {
                broken: Broken::Check,
                ..
            } => "store.check",
            Self::NoRow(_) => "store.no_row",
            Self::ManyRows(_) => "store.many_rows",
            Self::Column { .. } => "store.column",
            Self::ReadOnly(_) => "store.read_only",
            Self::Unaudited => "store.unaudited",
            Self::UnknownDistrict(_) => "store.unknown_district",
            Self::Nul => "text.nul",
            Self::KeyReused => "store.key_reused",
            Self::Sealed(_) => "store.sealed",
            Self::Keys(_) => "store.keys",
            Self::Schema(_) => "store.schema",
            Self::File { .. } => "store.file",
            Self::Mismatch(_) => "store.mismatch",
            Self::Refused(_) => "store.refused",
            Self::Database(_) => "store.database",
        }
    }

    /// Whether the same transaction may succeed when simply tried again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict)
    }

    /// Whether a unique rule was broken.
    pub fn is_duplicate(&self) -> bool {
        matches!(
            self,
            Self::Constraint {
                broken: Broken::Unique,
                ..
            }
        )
    }

    /// Wraps a system error with the file it concerns.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
