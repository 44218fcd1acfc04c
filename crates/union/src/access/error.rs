//! What can go wrong at the door.

use kernel::refusal::{Refusal, Refusals};
use store::StoreError;

use crate::failure::{Kind, RoomError, store_kind};
use crate::orgs::OrgError;

/// Errors of the access room. Sign-in never says which half was wrong.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Login and password (or code) do not belong together, or the account may not sign in.
    #[error("账号或口令不正确。连续输错会暂时锁定；忘记口令请联系系统管理员")]
    BadCredentials,
    /// Too many wrong tries.
    #[error("输错次数过多，账号暂时锁定，请在 {minutes} 分钟后再试，或请系统管理员解锁")]
    Locked {
        /// Minutes until the lock ends, rounded up.
        minutes: i64,
    },
    /// The six digits were wrong or already used.
    #[error("动态口令不正确或已用过，请等下一组数字再输入")]
    BadCode,
    /// The provider vouches for somebody no account is linked to.
    #[error("这个统一登录身份还没有绑定账号。请先用账号口令登录，在「我的账号」里绑定")]
    NotLinked,
    /// No such session, or it has ended.
    #[error("登录已过期，请重新登录。刚才填写的内容不会提交")]
    SessionEnded,
    /// No such account, post or token within reach.
    #[error("没有找到这条记录，可能已被删除或不在您的管理范围内")]
    NotFound,
    /// A form field is not acceptable.
    #[error("{message}")]
    Invalid {
        /// Name of the form field.
        field: &'static str,
        /// What is wrong and what would be accepted.
        message: String,
    },
    /// The rules forbid it; all reasons at once.
    #[error("{0}")]
    Refused(Refusals),
    /// The role definition does not hold together.
    #[error("角色定义有误：{0}")]
    Roles(String),
    /// Hashing or randomness failed.
    #[error("加密组件出错，请联系系统管理员")]
    Crypto,
    /// The tree could not be read, or has no such union.
    #[error(transparent)]
    Org(#[from] OrgError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RoomError for AccessError {
    fn kind(&self) -> Kind {
        match self {
            Self::BadCredentials | Self::BadCode | Self::NotLinked | Self::Invalid { .. } => {
                Kind::Invalid
            }
            Self::Locked { .. } => Kind::Later,
            Self::SessionEnded => Kind::Forbidden,
            Self::NotFound => Kind::Missing,
            Self::Refused(_) => Kind::Refused,
            Self::Org(error) => error.kind(),
            Self::Roles(_) | Self::Crypto => Kind::Fault,
            Self::Store(error) => store_kind(error),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::BadCredentials => "access.bad_credentials",
            Self::Locked { .. } => "access.locked",
            Self::BadCode => "access.bad_code",
            Self::NotLinked => "access.not_linked",
            Self::SessionEnded => "access.session_ended",
            Self::NotFound => "access.not_found",
            Self::Invalid { .. } => "access.invalid",
            Self::Refused(_) => "access.refused",
            Self::Roles(_) => "access.roles",
            Self::Crypto => "access.crypto",
            Self::Org(error) => error.code(),
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
            Self::BadCode => Some("code"),
            _ => None,
        }
    }
}
