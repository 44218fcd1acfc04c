//! What can go wrong with documents.

use kernel::{Refusal, Refusals};
use store::StoreError;

use super::flow::{LetterState, Verb};
use crate::employers::EmployerError;
use crate::failure::{Kind, RoomError};
use crate::orgs::OrgError;

/// Errors of the letters room.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// No such document within reach.
    #[error("没有找到这份文书，可能不在您的管理范围内")]
    NotFound,
    /// No template of that id holds here today.
    #[error("没有适用于今天、本地区的文书模板 {0}")]
    NoTemplate(String),
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
    /// Fields of the document are not acceptable; each by its name.
    #[error("{}", .0.iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join("；"))]
    Faulty(Vec<(&'static str, String)>),
    /// The rules forbid it; all reasons at once.
    #[error("{0}")]
    Refused(Refusals),
    /// Somebody else changed it meanwhile.
    #[error("这份文书刚被他人修改过，请刷新页面、核对后再办")]
    Stale,
    /// A stored text does not match its digest, or a definition does not hold together.
    #[error("文书内容有误：{0}")]
    Broken(String),
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

impl LetterError {
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

    pub(super) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(Refusals::one(code, message))
    }

    /// The state does not allow the verb.
    pub(super) fn wrong_state(state: LetterState, verb: Verb) -> Self {
        let message = format!("这份文书现在是“{}”，不能{}", state.title(), verb.title());
        Self::refused("letter.wrong_state", message)
    }
}

impl RoomError for LetterError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::NoTemplate(_) | Self::Invalid { .. } | Self::Faulty(_) => Kind::Invalid,
            Self::Refused(_) | Self::Stale => Kind::Refused,
            Self::Org(error) => error.kind(),
            Self::Employer(error) => error.kind(),
            Self::Broken(_) => Kind::Fault,
            Self::Store(error) => crate::failure::store_kind(error),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "letter.not_found",
            Self::NoTemplate(_) => "letter.no_template",
            Self::Invalid { code, .. } => code,
            Self::Faulty(_) => "letter.faulty",
            Self::Refused(refusals) => refusals
                .codes()
                .first()
                .copied()
                .unwrap_or("letter.refused"),
            Self::Stale => "letter.stale",
            Self::Broken(_) => "letter.broken",
            Self::Org(error) => error.code(),
            Self::Employer(error) => error.code(),
            Self::Store(_) => "letter.store",
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
            Self::NoTemplate(_) => Some("template"),
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
