//! What can go wrong in the arrears room.

use kernel::{Refusal, Refusals};
use store::StoreError;

use crate::cases::CaseError;
use crate::employers::EmployerError;
use crate::exchange::ExchangeError;
use crate::exchange::reading::FileFault;
use crate::failure::{Kind, RoomError, store_kind};
use crate::orgs::OrgError;
use crate::rulebook::NoRule;

/// Errors of the arrears room.
#[derive(Debug, thiserror::Error)]
pub enum ArrearsError {
    /// No such alert, signal or feed within reach; the two are never told apart.
    #[error("没有找到这条记录，可能不在您的管理范围内")]
    NotFound,
    /// The post lacks the capability.
    #[error("您现在的岗位不能{0}。可在右上角切换岗位，或联系安全管理员")]
    Forbidden(&'static str),
    /// A field is not acceptable.
    #[error("{message}")]
    Invalid {
        /// Name of the form field or column.
        field: &'static str,
        /// Stable code.
        code: &'static str,
        /// What is wrong and what would be accepted.
        message: String,
    },
    /// Several fields of a form are not acceptable: field and message.
    #[error("{}", .0.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join("；"))]
    Faulty(Vec<(&'static str, String)>),
    /// The rules forbid it now; all reasons at once.
    #[error("{0}")]
    Refused(Refusals),
    /// Somebody was faster.
    #[error("这条预警刚被他人处理过，请刷新页面、核对后再操作")]
    Stale,
    /// The file as a whole cannot be taken.
    #[error("{0}")]
    File(#[from] FileFault),
    /// A definition is missing.
    #[error(transparent)]
    NoRule(#[from] NoRule),
    /// A definition does not hold together: a fault of installation.
    #[error("规则定义有误：{0}")]
    Definition(String),
    /// The employers room said no.
    #[error(transparent)]
    Employer(#[from] EmployerError),
    /// The orgs room said no.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// The exchange room said no.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The cases room said no.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ArrearsError {
    pub(super) fn invalid(
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
}

impl RoomError for ArrearsError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::Forbidden(_) => Kind::Forbidden,
            Self::Invalid { .. } | Self::Faulty(_) | Self::File(_) => Kind::Invalid,
            Self::Refused(_) | Self::Stale => Kind::Refused,
            Self::NoRule(_) | Self::Definition(_) => Kind::Fault,
            Self::Employer(error) => error.kind(),
            Self::Org(error) => error.kind(),
            Self::Exchange(error) => error.kind(),
            Self::Case(error) => error.kind(),
            Self::Store(error) => store_kind(error),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "arrears.not_found",
            Self::Forbidden(_) => "arrears.forbidden",
            Self::Invalid { code, .. } => code,
            Self::Faulty(_) => "arrears.faulty",
            Self::Refused(refusals) => refusals
                .codes()
                .first()
                .copied()
                .unwrap_or("arrears.refused"),
            Self::Stale => "arrears.stale",
            Self::File(fault) => fault.code(),
            Self::NoRule(_) => "arrears.no_rule",
            Self::Definition(_) => "arrears.definition",
            Self::Employer(error) => error.code(),
            Self::Org(error) => error.code(),
            Self::Exchange(error) => error.code(),
            Self::Case(error) => error.code(),
            Self::Store(_) => "arrears.store",
        }
    }

    fn refusals(&self) -> &[Refusal] {
        match self {
            Self::Refused(refusals) => &refusals.0,
            Self::Employer(error) => error.refusals(),
            Self::Org(error) => error.refusals(),
            Self::Exchange(error) => error.refusals(),
            Self::Case(error) => error.refusals(),
            _ => &[],
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::Faulty(faults) => faults.first().map(|(field, _)| *field),
            Self::File(_) => Some("file"),
            Self::Employer(error) => error.field(),
            Self::Org(error) => error.field(),
            Self::Exchange(error) => error.field(),
            Self::Case(error) => error.field(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Faulty(faults) => faults.clone(),
            Self::Case(error) => error.fields(),
            _ => Vec::new(),
        }
    }
}
