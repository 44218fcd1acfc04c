//! What can go wrong in the members room.

use kernel::refusal::{Refusal, Refusals};
use store::StoreError;

use super::FieldFault;
use crate::failure::{Kind, RoomError, store_kind};

/// Errors of the members room.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// The record is not there, or not within the caller's scope; the two are never told apart.
    #[error("没有找到这条记录，可能已被删除，或不在您的管理范围内")]
    NotFound,
    /// The post lacks the capability.
    #[error("您现在的岗位不能{0}。可在右上角切换岗位，或联系安全管理员")]
    Forbidden(&'static str),
    /// The draft has faults; all of them, each with its field.
    #[error("{}", faults_text(.0))]
    Faulty(Vec<FieldFault>),
    /// One form field is not acceptable.
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
    /// Somebody else changed the record since it was shown.
    #[error("这条记录刚被别人改过，请刷新页面，看过新的内容再办理")]
    Stale,
    /// No definition of this room's rules holds here and now: a fault of installation.
    #[error("会员管理规则有误：{0}")]
    Policy(String),
    /// A picture of a code could not be drawn.
    #[error("二维码生成失败")]
    Drawing,
    /// Another room said no.
    #[error("{0}")]
    Room(Box<dyn RoomError>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl MemberError {
    /// One refusal.
    pub(super) fn refuse(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused(Refusals::one(code, message))
    }

    /// An error of another room, kept as it is.
    pub fn room(error: impl RoomError) -> Self {
        Self::Room(Box::new(error))
    }
}

fn faults_text(faults: &[FieldFault]) -> String {
    let texts: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
    texts.join("；")
}

impl RoomError for MemberError {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::Missing,
            Self::Forbidden(_) => Kind::Forbidden,
            Self::Faulty(_) | Self::Invalid { .. } => Kind::Invalid,
            Self::Refused(_) | Self::Stale => Kind::Refused,
            Self::Policy(_) | Self::Drawing => Kind::Fault,
            Self::Store(error) => store_kind(error),
            Self::Room(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "member.not_found",
            Self::Forbidden(_) => "member.forbidden",
            Self::Faulty(_) => "member.faulty",
            Self::Invalid { .. } => "member.invalid",
            Self::Refused(refusals) => refusals
                .iter()
                .next()
                .map_or("member.refused", |first| first.code),
            Self::Stale => "member.stale",
            Self::Policy(_) => "member.policy",
            Self::Drawing => "member.drawing",
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

    fn fields(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Faulty(faults) => faults
                .iter()
                .map(|fault| (fault.field, fault.message.clone()))
                .collect(),
            Self::Room(error) => error.fields(),
            _ => Vec::new(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } => Some(field),
            Self::Faulty(faults) => faults.first().map(|fault| fault.field),
            Self::Room(error) => error.field(),
            _ => None,
        }
    }
}
