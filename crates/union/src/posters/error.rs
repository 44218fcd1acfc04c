//! What can go wrong with posters.

use kernel::{Refusal, Refusals};
use store::StoreError;

use crate::employers::EmployerError;
use crate::failure::{Kind, RoomError, store_kind};
use crate::orgs::OrgError;

/// Errors of the posters room.
#[derive(Debug, thiserror::Error)]
pub enum PosterError {
    /// No such poster within reach.
    #[error("没有找到这张海报，可能不在您的管理范围内")]
    NotFound,
    /// The rules forbid it.
    #[error("{0}")]
    Refused(Refusals),
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
    /// The orgs room said no.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// The employers room said no.
    #[error(transparent)]
    Employer(#[from] EmployerError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RoomError for PosterError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::Refused(_) => Kind::Refused,
            Self::Invalid { .. } => Kind::Invalid,
            Self::Org(error) => error.kind(),
            Self::Employer(error) => error.kind(),
            Self::Store(error) => store_kind(error),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "poster.not_found",
            Self::Refused(refusals) => refusals
                .codes()
                .first()
                .copied()
                .unwrap_or("poster.refused"),
            Self::Invalid { code, .. } => code,
            Self::Org(error) => error.code(),
            Self::Employer(error) => error.code(),
            Self::Store(_) => "poster.store",
        }
    }

    fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => &refusals.0,
            Self::Org(error) => error.refusals(),
            Self::Employer(error) => error.refusals(),
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
