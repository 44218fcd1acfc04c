//! What can go wrong in the exchange room.

use kernel::refusal::{Refusal, Refusals};
use store::StoreError;

use super::reading::FileFault;
use crate::failure::{Kind, RoomError, store_kind};
use crate::rulebook::NoRule;

/// Errors of the exchange room.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The batch or row is not there, or not within the caller's scope; the two are never told apart.
    #[error("没有找到这个导入批次，可能已被清理，或不在您的管理范围内")]
    NotFound,
    /// The post lacks the capability.
    #[error("您现在的岗位不能{0}。可在右上角切换岗位，或联系安全管理员")]
    Forbidden(&'static str),
    /// The file as a whole cannot be taken.
    #[error("{0}")]
    File(#[from] FileFault),
    /// A field of a form is not acceptable.
    #[error("{message}")]
    Invalid {
        /// Name of the form field.
        field: &'static str,
        /// What is wrong and what would be accepted.
        message: String,
    },
    /// The rules forbid it now; all reasons at once.
    #[error("{0}")]
    Refused(Refusals),
    /// The batch was cancelled, or another program took it over: the work on it ends.
    #[error("这一批已被取消或由其他进程接手")]
    Stopped,
    /// No definition of columns holds here and now: a fault of installation.
    #[error(transparent)]
    NoRule(#[from] NoRule),
    /// The sealed copy of the upload cannot be written or read.
    #[error("上传的文件没有存好：{0}")]
    Depot(String),
    /// A workbook to download could not be written.
    #[error("表格生成失败：{0}")]
    Writing(String),
    /// Another room said no.
    #[error("{0}")]
    Room(Box<dyn RoomError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ExchangeError {
    /// One refusal.
    pub(super) fn refuse(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(Refusals::one(code, message))
    }

    /// An error of another room, kept as it is.
    pub(crate) fn room(error: impl RoomError) -> Self {
        Self::Room(Box::new(error))
    }
}

impl From<crate::members::MemberError> for ExchangeError {
    fn from(error: crate::members::MemberError) -> Self {
        Self::room(error)
    }
}

impl From<rust_xlsxwriter::XlsxError> for ExchangeError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        Self::Writing(error.to_string())
    }
}

impl RoomError for ExchangeError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::Forbidden(_) => Kind::Forbidden,
            Self::File(_) | Self::Invalid { .. } => Kind::Invalid,
            Self::Refused(_) | Self::Stopped => Kind::Refused,
            Self::NoRule(_) | Self::Depot(_) | Self::Writing(_) => Kind::Fault,
            Self::Store(error) => store_kind(error),
            Self::Room(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "import.not_found",
            Self::Forbidden(_) => "import.forbidden",
            Self::File(fault) => fault.code(),
            Self::Invalid { .. } => "import.invalid",
            Self::Refused(refusals) => refusals
                .iter()
                .next()
                .map_or("import.refused", |first| first.code),
            Self::Stopped => "import.stopped",
            Self::NoRule(_) => "import.no_rule",
            Self::Depot(_) => "import.depot",
            Self::Writing(_) => "export.writing",
            Self::Room(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => &refusals.0,
            Self::Room(error) => error.refusals(),
            _ => &[],
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::File(_) => Some("file"),
            Self::Invalid { field, .. } => Some(field),
            Self::Room(error) => error.field(),
            _ => None,
        }
    }
}
