//! What can go wrong with a case.

use kernel::{Refusal, Refusals};
use store::StoreError;

use crate::access::AccessError;
use crate::employers::EmployerError;
use crate::failure::{Kind, RoomError, store_kind};
use crate::letters::LetterError;
use crate::members::MemberError;
use crate::orgs::OrgError;

/// Errors of the cases room.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// No such case, or not within reach.
    #[error("没有找到这件事项，可能不在您的办理范围内")]
    NotFound,
    /// The rules forbid it; all reasons at once.
    #[error("{0}")]
    Refused(Refusals),
    /// The post lacks the capability.
    #[error("您现在的岗位没有「{0}」的权限")]
    Forbidden(&'static str),
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
    /// Several fields of a form are not acceptable: field and message.
    #[error("{}", .0.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join("；"))]
    Faulty(Vec<(&'static str, String)>),
    /// Someone else acted since the page was opened.
    #[error("这件事项刚被他人办理过，请刷新页面、核对后再办")]
    Stale,
    /// A definition is missing or does not hold together.
    #[error("{0}")]
    Definition(String),
    /// The orgs room said no.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// The access room said no.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The members room said no.
    #[error(transparent)]
    Member(#[from] MemberError),
    /// The employers room said no.
    #[error(transparent)]
    Employer(#[from] EmployerError),
    /// The letters room said no.
    #[error(transparent)]
    Letter(#[from] LetterError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CaseError {
    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(Refusals::one(code, message))
    }
}

impl From<Refusals> for CaseError {
    fn from(refusals: Refusals) -> Self {
        Self::Refused(refusals)
    }
}

impl RoomError for CaseError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::Refused(_) | Self::Stale => Kind::Refused,
            Self::Forbidden(_) => Kind::Forbidden,
            Self::Invalid { .. } | Self::Faulty(_) => Kind::Invalid,
            Self::Definition(_) => Kind::Fault,
            Self::Org(error) => error.kind(),
            Self::Access(error) => error.kind(),
            Self::Member(error) => error.kind(),
            Self::Employer(error) => error.kind(),
            Self::Letter(error) => error.kind(),
            Self::Store(error) => store_kind(error),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "case.not_found",
            Self::Refused(refusals) => refusals.codes().first().copied().unwrap_or("case.refused"),
            Self::Forbidden(_) => "case.forbidden",
            Self::Invalid { code, .. } => code,
            Self::Faulty(_) => "case.faulty",
            Self::Stale => "case.stale",
            Self::Definition(_) => "case.definition",
            Self::Org(error) => error.code(),
            Self::Access(error) => error.code(),
            Self::Member(error) => error.code(),
            Self::Employer(error) => error.code(),
            Self::Letter(error) => error.code(),
            Self::Store(_) => "case.store",
        }
    }

    fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => &refusals.0,
            Self::Org(error) => error.refusals(),
            Self::Letter(error) => error.refusals(),
            _ => &[],
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::Faulty(faults) => faults.first().map(|(field, _)| *field),
            Self::Letter(error) => error.field(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Faulty(faults) => faults.clone(),
            _ => Vec::new(),
        }
    }
}
