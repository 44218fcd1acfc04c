//! National code sets (代码集).

use serde::{Deserialize, Serialize};

/// Sex (性别) by GB/T 2261.1-2003.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 未知的性别
    Unknown,
    /// 男性
    Male,
    /// 女性
    Female,
    /// 未说明的性别
    Unstated,
}

impl Sex {
    /// The standard's code: 0, 1, 2 or 9.
    pub fn code(self) -> i64 {
        match self {
            Self::Unknown => 0,
            Self::Male => 1,
            Self::Female => 2,
            Self::Unstated => 9,
        }
    }

    /// The sex with this code.
    pub fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Self::Unknown),
            1 => Some(Self::Male),
            2 => Some(Self::Female),
            9 => Some(Self::Unstated),
            _ => None,
        }
    }

    /// The short word on screens: 男, 女, 未知, 未说明.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unknown => "未知",
            Self::Male => "男",
            Self::Female => "女",
            Self::Unstated => "未说明",
        }
    }
}
