//! What can go wrong in the notebook.

use kernel::refusal::{Refusal, Refusals};
use kernel::wages::WageFault;
use store::StoreError;

use crate::failure::{Kind, RoomError, store_kind};
use crate::rulebook::NoRule;

/// Errors of the notebook room.
#[derive(Debug, thiserror::Error)]
pub enum NotebookError {
    /// Not there, or not the worker's own; the two are never told apart.
    #[error("没有找到这条记录，可能已被删除")]
    NotFound,
    /// The post lacks the capability.
    #[error("您现在的岗位不能{0}。可在右上角切换岗位，或联系安全管理员")]
    Forbidden(&'static str),
    /// What was written has faults: field and message of each.
    #[error("{}", texts(.0))]
    Faulty(Vec<(&'static str, String)>),
    /// The rules forbid it now.
    #[error("{0}")]
    Refused(Refusals),
    /// A calculation that cannot be made.
    #[error("{0}")]
    Wages(#[from] WageFault),
    /// A rule is missing: a fault of installation.
    #[error("{0}")]
    NoRule(#[from] NoRule),
    /// Stored text that cannot be read back.
    #[error("工薪本记录读不出来：{0}")]
    Broken(String),
    /// Another room said no.
    #[error("{0}")]
    Room(Box<dyn RoomError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn texts(faults: &[(&'static str, String)]) -> String {
    let texts: Vec<&str> = faults.iter().map(|(_, text)| text.as_str()).collect();
    texts.join("；")
}

impl NotebookError {
    /// One refusal.
    pub(super) fn refuse(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(Refusals::one(code, message))
    }

    /// An error of another room, kept as it is.
    pub fn room(error: impl RoomError) -> Self {
        Self::Room(Box::new(error))
    }
}

impl RoomError for NotebookError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::Forbidden(_) => Kind::Forbidden,
            Self::Faulty(_) | Self::Wages(_) => Kind::Invalid,
            Self::Refused(_) => Kind::Refused,
            Self::NoRule(_) | Self::Broken(_) => Kind::Fault,
            Self::Store(error) => store_kind(error),
            Self::Room(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "notebook.not_found",
            Self::Forbidden(_) => "notebook.forbidden",
            Self::Faulty(_) => "notebook.faulty",
            Self::Refused(refusals) => refusals
                .iter()
                .next()
                .map_or("notebook.refused", |first| first.code),
            Self::Wages(fault) => fault.code(),
            Self::NoRule(_) => "notebook.no_rule",
            Self::Broken(_) => "notebook.broken",
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
            Self::Faulty(faults) => faults.first().map(|(field, _)| *field),
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
