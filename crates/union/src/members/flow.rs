//! 会籍流转: the one table of what may happen to a membership. Pages draw their buttons from it, the server
//! answers "not now" from it, and the documents draw the diagram from it.
//!
//! Sources: Constitution of the Trade Unions of China ch. 1 (leaving is free; expulsion only for serious crime,
//! decided by the basic committee; retired and unemployed keep their membership), 工会会员会籍管理办法.

use super::{Change, Reason, Status};
use crate::access::Capability;

/// What is done to a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// 保留会籍
    Keep,
    /// 恢复会籍
    Resume,
    /// 退会
    Leave,
    /// 除名
    Expel,
    /// 登记去世
    Decease,
    /// 重新入会
    Rejoin,
    /// 更正误登记的去世
    Reinstate,
}

impl Verb {
    /// Every verb, in the order of the buttons.
    pub const ALL: [Self; 7] = [
        Self::Keep,
        Self::Resume,
        Self::Leave,
        Self::Expel,
        Self::Decease,
        Self::Rejoin,
        Self::Reinstate,
    ];

    /// Stable code, part of addresses and of audit actions.
    pub fn code(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Resume => "resume",
            Self::Leave => "leave",
            Self::Expel => "expel",
            Self::Decease => "decease",
            Self::Rejoin => "rejoin",
            Self::Reinstate => "reinstate",
        }
    }

    /// From the code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.code() == code)
    }

    /// Words on the button.
    pub fn label(self) -> &'static str {
        match self {
            Self::Keep => "保留会籍",
            Self::Resume => "恢复会籍",
            Self::Leave => "退会",
            Self::Expel => "除名",
            Self::Decease => "登记去世",
            Self::Rejoin => "重新入会",
            Self::Reinstate => "更正去世登记",
        }
    }

    /// Name in the audit log.
    pub(super) fn action(self) -> &'static str {
        match self {
            Self::Keep => "member.kept",
            Self::Resume => "member.resumed",
            Self::Leave => "member.left",
            Self::Expel => "member.expelled",
            Self::Decease => "member.deceased",
            Self::Rejoin => "member.rejoined",
            Self::Reinstate => "member.reinstated",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Where the member stands.
    pub from: Status,
    /// What is done.
    pub verb: Verb,
    /// Where the member stands afterwards.
    pub to: Status,
    /// How the change is recorded.
    pub change: Change,
    /// The reasons that may be given.
    pub reasons: &'static [Reason],
    /// What must be shown for it.
    pub evidence: &'static str,
    /// Who may do it.
    pub need: Capability,
}

const ENTER: Capability = Capability::MembersChange;
const DECIDE: Capability = Capability::MembersApprove;
const KEEP: &[Reason] = &[
    Reason::Retired,
    Reason::Unemployed,
    Reason::LaidOff,
    Reason::Bankruptcy,
];
const LEAVE: &[Reason] = &[
    Reason::OwnWish,
    Reason::Employment,
    Reason::Bankruptcy,
    Reason::Inactive,
];
const RETURN: &[Reason] = &[Reason::OwnWish, Reason::Employment, Reason::Mistake];

const fn step(
    from: Status,
    verb: Verb,
    to: Status,
    change: Change,
    reasons: &'static [Reason],
    evidence: &'static str,
    need: Capability,
) -> Step {
    Step {
        from,
        verb,
        to,
        change,
        reasons,
        evidence,
        need,
    }
}

/// The whole table. Transfers have their own ([`TRANSFERS`](super::TRANSFERS)); merged records have none.
pub const STEPS: &[Step] = &[
    step(
        Status::Active,
        Verb::Keep,
        Status::Kept,
        Change::Keep,
        KEEP,
        "退休证、失业登记等证明的名称和编号",
        ENTER,
    ),
    step(
        Status::Active,
        Verb::Leave,
        Status::Left,
        Change::Leave,
        LEAVE,
        "本人书面申请；视为自动退会的，写明教育经过",
        ENTER,
    ),
    step(
        Status::Active,
        Verb::Expel,
        Status::Expelled,
        Change::Expel,
        &[Reason::Crime],
        "判决文书编号，和基层委员会讨论决定的日期",
        DECIDE,
    ),
    step(
        Status::Active,
        Verb::Decease,
        Status::Deceased,
        Change::Death,
        &[Reason::Death],
        "死亡证明、家属或单位的说明",
        ENTER,
    ),
    step(
        Status::Kept,
        Verb::Resume,
        Status::Active,
        Change::Resume,
        &[Reason::Employment, Reason::Mistake],
        "新的劳动关系证明，或误登记的说明",
        ENTER,
    ),
    step(
        Status::Kept,
        Verb::Leave,
        Status::Left,
        Change::Leave,
        LEAVE,
        "本人书面申请",
        ENTER,
    ),
    step(
        Status::Kept,
        Verb::Expel,
        Status::Expelled,
        Change::Expel,
        &[Reason::Crime],
        "判决文书编号，和基层委员会讨论决定的日期",
        DECIDE,
    ),
    step(
        Status::Kept,
        Verb::Decease,
        Status::Deceased,
        Change::Death,
        &[Reason::Death],
        "死亡证明、家属或单位的说明",
        ENTER,
    ),
    step(
        Status::Transferring,
        Verb::Decease,
        Status::Deceased,
        Change::Death,
        &[Reason::Death],
        "死亡证明、家属或单位的说明",
        ENTER,
    ),
    step(
        Status::Left,
        Verb::Rejoin,
        Status::Active,
        Change::Join,
        RETURN,
        "新的入会申请，或误登记的说明",
        ENTER,
    ),
    step(
        Status::Expelled,
        Verb::Rejoin,
        Status::Active,
        Change::Join,
        RETURN,
        "入会申请，和基层委员会讨论同意的日期",
        DECIDE,
    ),
    step(
        Status::Deceased,
        Verb::Reinstate,
        Status::Active,
        Change::Resume,
        &[Reason::Mistake],
        "误登记的经过和核实人",
        DECIDE,
    ),
];

impl Step {
    /// Whether it gives a membership to someone who has none.
    pub fn returns(&self) -> bool {
        self.to.is_enrolled() && !self.from.is_enrolled()
    }
}

/// The row for a verb, if the table has one.
pub fn step_for(from: Status, verb: Verb) -> Option<&'static Step> {
    STEPS
        .iter()
        .find(|step| step.from == from && step.verb == verb)
}

/// What may be done now, in the order of the buttons.
pub fn steps_from(from: Status) -> impl Iterator<Item = &'static Step> {
    STEPS.iter().filter(move |step| step.from == from)
}
