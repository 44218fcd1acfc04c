//! What can go wrong with the figures.

use kernel::{Refusal, Refusals};
use store::StoreError;

use super::Month;
use crate::employers::EmployerError;
use crate::failure::{Kind, RoomError, store_kind};
use crate::members::MemberError;
use crate::orgs::OrgError;
use crate::rulebook::NoRule;

/// Errors of the coverage room.
#[derive(Debug, thiserror::Error)]
pub enum CoverageError {
    /// No figures for that month, or not within reach.
    #[error("没有找到这个月的数据，可能还没有冻结，或不在您的管理范围内")]
    NotFound,
    /// Not a month.
    #[error("「{0}」不是月份，请按 2026-10 的样子填写")]
    NotAMonth(String),
    /// The rules forbid it now.
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

impl CoverageError {
    pub(super) fn month_open(month: Month) -> Self {
        Self::Refused(Refusals::one(
            "coverage.month_open",
            format!("{} 还没有结束，月末之后才能冻结", month.title()),
        ))
    }

    pub(super) fn no_unions() -> Self {
        Self::Refused(Refusals::one(
            "coverage.no_unions",
            "那个月还没有成立的工会，没有可以冻结的数据",
        ))
    }

    pub(super) fn not_whole() -> Self {
        Self::Refused(Refusals::one(
            "coverage.not_whole",
            "冻结的是全区数据，请由区总工会办理",
        ))
    }
}

impl RoomError for CoverageError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::NotAMonth(_) => Kind::Invalid,
            Self::Refused(_) => Kind::Refused,
            Self::Org(error) => error.kind(),
            Self::Employer(error) => error.kind(),
            Self::Member(error) => error.kind(),
            Self::NoRule(_) => Kind::Fault,
            Self::Store(error) => store_kind(error),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "coverage.not_found",
            Self::NotAMonth(_) => "coverage.not_a_month",
            Self::Refused(refusals) => refusals
                .codes()
                .first()
                .copied()
                .unwrap_or("coverage.refused"),
            Self::NoRule(_) => "coverage.no_rule",
            Self::Org(error) => error.code(),
            Self::Employer(error) => error.code(),
            Self::Member(error) => error.code(),
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
        matches!(self, Self::NotAMonth(_)).then_some("month")
    }
}
