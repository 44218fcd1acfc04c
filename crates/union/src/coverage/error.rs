//! What can go wrong with figures.

use kernel::{Refusal, Refusals};
use store::StoreError;

use crate::employers::EmployerError;
use crate::failure::{Kind, RoomError};
use crate::members::MemberError;
use crate::orgs::OrgError;
use crate::rulebook::NoRule;

/// Errors of the coverage room.
#[derive(Debug, thiserror::Error)]
pub enum CoverageError {
    /// No such union or month within reach.
    #[error("没有找到这个月份或组织的数据，可能不在您的管理范围内")]
    NotFound,
    /// The rules forbid it.
    #[error("{0}")]
    Refused(Refusals),
    /// A definition is missing.
    #[error(transparent)]
    NoRule(#[from] NoRule),
    /// The orgs room said no.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// The employers room said no.
    #[error(transparent)]
    Employer(#[from] EmployerError),
    /// The members room said no.
    #[error(transparent)]
    Member(#[from] MemberError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RoomError for CoverageError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::Refused(_) => Kind::Refused,
            Self::Org(error) => error.kind(),
            Self::Employer(error) => error.kind(),
            Self::Member(error) => error.kind(),
            Self::NoRule(_) | Self::Store(_) => Kind::Fault,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "coverage.not_found",
            Self::Refused(refusals) => refusals.codes().first().copied().unwrap_or("coverage.refused"),
            Self::NoRule(_) => "coverage.no_rule",
            Self::Org(error) => error.code(),
            Self::Employer(error) => error.code(),
            Self::Member(error) => error.code(),
            Self::Store(_) => "coverage.store",
        }
    }

    fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => &refusals.0,
            Self::Org(error) => error.refusals(),
            _ => &[],
        }
    }
}
