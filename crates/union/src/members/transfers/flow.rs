//! 转会流转: who may do what to a transfer, and when.

use store::Tx;

use super::Transfer;

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferState {
    /// 待转出工会开具
    Requested,
    /// 待转入工会接收
    Issued,
    /// 已接收
    Accepted,
    /// 已退回
    Refused,
    /// 已撤销
    Cancelled,
}

impl TransferState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Requested,
        Self::Issued,
        Self::Accepted,
        Self::Refused,
        Self::Cancelled,
    ];

    /// Stored form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Issued => "issued",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// From the stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Requested => "待转出工会开具",
            Self::Issued => "待转入工会接收",
            Self::Accepted => "已接收",
            Self::Refused => "已退回",
            Self::Cancelled => "已撤销",
        }
    }

    /// Whether somebody still has to answer.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Issued)
    }
}

/// What is done to a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferVerb {
    /// 开具转会
    Issue,
    /// 接收
    Accept,
    /// 退回
    Refuse,
    /// 撤销
    Cancel,
}

impl TransferVerb {
    /// Every verb, in the order of the buttons.
    pub const ALL: [Self; 4] = [Self::Issue, Self::Accept, Self::Refuse, Self::Cancel];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Cancel => "cancel",
        }
    }

    /// From the code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.code() == code)
    }

    /// Words on the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Issue => "开具转会",
            Self::Accept => "接收",
            Self::Refuse => "退回",
            Self::Cancel => "撤销",
        }
    }

    /// Name in the audit log.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Issue => "member.transfer_issued",
            Self::Accept => "member.transferred",
            Self::Refuse => "member.transfer_refused",
            Self::Cancel => "member.transfer_cancelled",
        }
    }
}

/// Whose turn it is. A common superior covers both sides and may answer for either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// 转出工会
    From,
    /// 转入工会
    To,
}

impl Side {
    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::From => "转出工会或共同上级",
            Self::To => "转入工会或共同上级",
        }
    }

    /// Whether this side lies within the scope of the transaction.
    pub(super) fn in_scope(self, tx: &Tx, transfer: &Transfer) -> bool {
        let path = match self {
            Self::From => &transfer.from_path,
            Self::To => &transfer.to_path,
        };
        tx.actor().scope.covers(path)
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct TransferStep {
    /// Where it stands.
    pub from: TransferState,
    /// What is done.
    pub verb: TransferVerb,
    /// Where it stands afterwards; an open state starts a new clock.
    pub to: TransferState,
    /// Who does it.
    pub side: Side,
    /// Whether a reason must be given.
    pub needs_words: bool,
}

const fn row(
    from: TransferState,
    verb: TransferVerb,
    to: TransferState,
    side: Side,
    needs_words: bool,
) -> TransferStep {
    TransferStep {
        from,
        verb,
        to,
        side,
        needs_words,
    }
}

/// The whole table.
pub const TRANSFERS: &[TransferStep] = &[
    row(
        TransferState::Requested,
        TransferVerb::Issue,
        TransferState::Issued,
        Side::From,
        false,
    ),
    row(
        TransferState::Requested,
        TransferVerb::Refuse,
        TransferState::Refused,
        Side::From,
        true,
    ),
    row(
        TransferState::Requested,
        TransferVerb::Cancel,
        TransferState::Cancelled,
        Side::To,
        true,
    ),
    row(
        TransferState::Issued,
        TransferVerb::Accept,
        TransferState::Accepted,
        Side::To,
        false,
    ),
    row(
        TransferState::Issued,
        TransferVerb::Refuse,
        TransferState::Refused,
        Side::To,
        true,
    ),
    row(
        TransferState::Issued,
        TransferVerb::Cancel,
        TransferState::Cancelled,
        Side::From,
        true,
    ),
];

/// The row for a verb, if the table has one.
pub fn transfer_step(from: TransferState, verb: TransferVerb) -> Option<&'static TransferStep> {
    TRANSFERS
        .iter()
        .find(|step| step.from == from && step.verb == verb)
}
