//! What can be done with a case: the verbs every kind knows, and the steps a kind adds.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;

/// A verb of a case kind, by its id in the definition. The common ones have names here.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verb(Cow<'static, str>);

impl Verb {
    /// A verb by its id.
    pub fn of(id: impl Into<String>) -> Self {
        Self(Cow::Owned(id.into()))
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Declares the common verbs once: effect, id, Chinese term, who may by default, whether a note is demanded.
macro_rules! effects {
    ($($(#[$doc:meta])* $name:ident, $constant:ident = $id:literal, $title:literal, [$($who:literal),*], $note:literal;)*) => {
        /// What a verb does beside changing the state. A verb named after an effect has it; any other verb is a
        /// step, unless its row says `does = "…"`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Effect { $($(#[$doc])* $name),* }

        impl Effect {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// Id of the common verb with this effect.
            pub fn id(self) -> &'static str { match self { $(Self::$name => $id),* } }
            /// Chinese term.
            pub fn title(self) -> &'static str { match self { $(Self::$name => $title),* } }
            /// Who may, unless the row says otherwise.
            pub fn who(self) -> &'static [&'static str] { match self { $(Self::$name => &[$($who),*]),* } }
            /// Whether it needs a note, unless the row says otherwise.
            pub fn needs_note(self) -> bool { match self { $(Self::$name => $note),* } }
        }

        impl Verb {
            $($(#[$doc])* pub const $constant: Self = Self(Cow::Borrowed($id));)*
        }
    };
}

effects! {
    /// A step of the kind's own: changes the state, starts and meets clocks.
    Step, STEP = "step", "办理", ["handler"], false;
    /// 受理: the desk takes it, and who takes it is the handler.
    Accept, ACCEPT = "accept", "受理", ["handler", "desk"], false;
    /// 不予受理, with the reason that the person reads.
    Refuse, REFUSE = "refuse", "不予受理", ["handler", "desk"], true;
    /// 指派: names the handler.
    Assign, ASSIGN = "assign", "指派", ["desk", "above"], false;
    /// 转办: another desk takes over; number, clocks and file stay. Needs the next owner by name.
    Transfer, TRANSFER = "transfer", "转办", ["handler", "desk", "above"], true;
    /// 退回: to the desk before, to any earlier desk, or to the initiator.
    Return, RETURN = "return", "退回", ["handler", "desk"], true;
    /// 撤回转办: who passed it on takes it back before the other has acted.
    Recall, RECALL = "recall", "撤回", ["sender"], false;
    /// 撤回申请: the initiator gives it up.
    Withdraw, WITHDRAW = "withdraw", "撤回申请", ["initiator"], false;
    /// 加签: somebody else looks at it too.
    Consult, CONSULT = "consult", "加签", ["handler", "desk", "above"], false;
    /// 补充说明: adds words or papers, from whichever side.
    Note, NOTE = "note", "补充说明", ["handler", "desk", "below", "above", "consulted", "initiator"], true;
    /// 催办
    Urge, URGE = "urge", "催办", ["above", "initiator"], false;
    /// 督办: the level above watches it from now on.
    Supervise, SUPERVISE = "supervise", "督办", ["above"], true;
    /// 申请延期
    Extend, EXTEND = "extend", "申请延期", ["handler", "desk"], true;
    /// 批准延期
    Grant, GRANT = "grant", "批准延期", ["above"], false;
    /// 不同意延期
    Deny, DENY = "deny", "不同意延期", ["above"], true;
    /// 中止: its clocks stand still until a day, where the kind says so after somebody else has agreed.
    Suspend, SUSPEND = "suspend", "中止", ["handler", "desk", "above"], true;
    /// 同意中止
    GrantPause, GRANT_PAUSE = "grant_pause", "同意中止", ["above"], false;
    /// 不同意中止
    DenyPause, DENY_PAUSE = "deny_pause", "不同意中止", ["above"], true;
    /// 恢复
    Resume, RESUME = "resume", "恢复", ["handler", "desk", "above"], false;
    /// 请求复查: the level above looks at the answer once more.
    ReviewAbove, REVIEW_ABOVE = "review_above", "请求复查", ["desk", "above"], true;
    /// 合并: the same matter goes on under another number.
    Merge, MERGE = "merge", "合并", ["handler", "desk", "above"], true;
    /// 拆分: a part of it goes on as a case of its own.
    Split, SPLIT = "split", "拆分", ["handler", "desk", "above"], true;
    /// 办结, with a closing code.
    Close, CLOSE = "close", "办结", ["handler"], false;
    /// 回访, by another person than the handler.
    CallBack, CALL_BACK = "call_back", "回访", ["desk", "above", "below", "consulted"], false;
    /// 重开: back to the handler, with the level above watching.
    Reopen, REOPEN = "reopen", "重开", ["initiator", "above"], true;
}

impl Effect {
    /// The effect a verb with this id has by itself.
    pub fn of_verb(id: &str) -> Self {
        Self::ALL
            .iter()
            .copied()
            .find(|effect| effect.id() == id)
            .unwrap_or(Self::Step)
    }

    /// Whether it moves the case to another desk or person, and so needs the next owner by name.
    pub fn needs_next(self) -> bool {
        matches!(self, Self::Assign | Self::Transfer | Self::Consult)
    }

    /// Whether it answers what the initiator last said: whatever the desk really does.
    pub fn is_answer(self) -> bool {
        !matches!(
            self,
            Self::Urge | Self::Supervise | Self::Withdraw | Self::CallBack
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_verbs_have_their_own_effect() {
        for effect in Effect::ALL {
            assert_eq!(Effect::of_verb(effect.id()), *effect);
        }
        assert_eq!(Effect::of_verb("visit"), Effect::Step);
        assert_eq!(Verb::CALL_BACK, Verb::of("call_back"));
    }
}
