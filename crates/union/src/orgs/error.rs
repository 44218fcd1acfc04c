//! What can go wrong with unions.

use kernel::{Refusal, Refusals};
use store::StoreError;

use crate::failure::{Kind, RoomError, store_kind};

/// Errors of the orgs room.
#[derive(Debug, thiserror::Error)]
pub enum OrgError {
    /// No such union, founding or committee within reach.
    #[error("没有找到这个工会组织或事项，可能不在您的管理范围内")]
    NotFound,
    /// A field is not acceptable.
    #[error("{message}")]
    Invalid {
        /// Name of the form field.
        field: &'static str,
        /// Stable code.
        code: &'static str,
        /// What is wrong and what would be accepted.
        message: String,
    },
    /// The rules forbid it; all reasons at once.
    #[error("{0}")]
    Refused(Refusals),
    /// Someone else changed the record since the page was opened.
    #[error("这条记录刚被他人修改过，请刷新页面、核对后再保存")]
    Stale,
    /// A definition file does not hold together.
    #[error("组织规则定义有误：{0}")]
    Definition(String),
    /// Another room said no.
    #[error("{message}")]
    Room {
        /// What sort of no.
        kind: Kind,
        /// That room's code.
        code: &'static str,
        /// That room's words.
        message: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OrgError {
    /// A field error.
    pub(crate) fn invalid(
        field: &'static str,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self::Invalid {
            field,
            code,
            message: message.into(),
        }
    }

    /// A single refusal.
    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(Refusals::one(code, message))
    }

    /// Another room's error, kept with its kind and code.
    pub(crate) fn from_room(error: &(impl RoomError + ?Sized)) -> Self {
        Self::Room {
            kind: error.kind(),
            code: error.code(),
            message: error.to_string(),
        }
    }
}

impl From<Refusals> for OrgError {
    fn from(refusals: Refusals) -> Self {
        Self::Refused(refusals)
    }
}

impl RoomError for OrgError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::Invalid { .. } => Kind::Invalid,
            Self::Refused(_) | Self::Stale => Kind::Refused,
            Self::Room { kind, .. } => *kind,
            Self::Definition(_) => Kind::Fault,
            Self::Store(error) => store_kind(error),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "org.not_found",
            Self::Invalid { code, .. } | Self::Room { code, .. } => code,
            Self::Refused(refusals) => refusals.codes().first().copied().unwrap_or("org.refused"),
            Self::Stale => "org.stale",
            Self::Definition(_) => "org.definition",
            Self::Store(error) => error.code(),
        }
    }

    fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => &refusals.0,
            _ => &[],
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            _ => None,
        }
    }
}
