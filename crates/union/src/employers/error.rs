//! What can go wrong with employers.

use kernel::{Refusal, Refusals};
use store::StoreError;

use crate::failure::{Kind, RoomError, store_kind};
use crate::orgs::OrgError;
use crate::rulebook::NoRule;

/// Errors of the employers room.
#[derive(Debug, thiserror::Error)]
pub enum EmployerError {
    /// No such employer, link or queue entry within reach.
    #[error("没有找到这个单位，可能不在您的管理范围内")]
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
    /// A definition is missing.
    #[error(transparent)]
    NoRule(#[from] NoRule),
    /// The orgs room said no.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EmployerError {
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

    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(Refusals::one(code, message))
    }
}

impl RoomError for EmployerError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::Invalid { .. } => Kind::Invalid,
            Self::Refused(_) | Self::Stale => Kind::Refused,
            Self::Org(error) => error.kind(),
            Self::NoRule(_) => Kind::Fault,
            Self::Store(error) => store_kind(error),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "employer.not_found",
            Self::Invalid { code, .. } => code,
            Self::Refused(refusals) => refusals
                .codes()
                .first()
                .copied()
                .unwrap_or("employer.refused"),
            Self::Stale => "employer.stale",
            Self::Org(error) => error.code(),
            Self::NoRule(_) => "employer.no_rule",
            Self::Store(error) => error.code(),
        }
    }

    fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => &refusals.0,
            Self::Org(error) => error.refusals(),
            _ => &[],
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::Org(error) => error.field(),
            _ => None,
        }
    }
}
