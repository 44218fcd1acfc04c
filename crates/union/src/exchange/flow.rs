//! 导入流程: which verb leads from which state to which. Pages draw their buttons from this table and the
//! actions answer 409 from it.

use super::error::ExchangeError;
use super::model::BatchState;

/// What is done to a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// 对应字段并核对
    Check,
    /// 核对完成
    Checked,
    /// 确认导入
    Confirm,
    /// 导入完成
    Finish,
    /// 取消
    Cancel,
    /// 撤回整批
    Undo,
    /// 撤回完成
    Undone,
    /// 读不下去
    Fail,
}

impl Verb {
    /// Words on the button.
    pub fn title(self) -> &'static str {
        match self {
            Self::Check => "开始核对",
            Self::Checked => "核对完成",
            Self::Confirm => "确认导入",
            Self::Finish => "导入完成",
            Self::Cancel => "取消本次导入",
            Self::Undo => "撤回整批",
            Self::Undone => "撤回完成",
            Self::Fail => "读取中断",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Where it stands.
    pub from: BatchState,
    /// What is done.
    pub verb: Verb,
    /// Where it stands afterwards.
    pub to: BatchState,
}

const fn step(from: BatchState, verb: Verb, to: BatchState) -> Step {
    Step { from, verb, to }
}

/// The whole table.
pub const STEPS: &[Step] = &[
    step(BatchState::Uploaded, Verb::Check, BatchState::Checking),
    step(BatchState::Checked, Verb::Check, BatchState::Checking),
    step(BatchState::Failed, Verb::Check, BatchState::Checking),
    step(BatchState::Checking, Verb::Checked, BatchState::Checked),
    step(BatchState::Checked, Verb::Confirm, BatchState::Importing),
    // What was put right after the first import goes in afterwards.
    step(BatchState::Done, Verb::Confirm, BatchState::Importing),
    step(BatchState::Importing, Verb::Finish, BatchState::Done),
    step(BatchState::Uploaded, Verb::Cancel, BatchState::Cancelled),
    step(BatchState::Checking, Verb::Cancel, BatchState::Cancelled),
    step(BatchState::Checked, Verb::Cancel, BatchState::Cancelled),
    step(BatchState::Importing, Verb::Cancel, BatchState::Cancelled),
    step(BatchState::Failed, Verb::Cancel, BatchState::Cancelled),
    step(BatchState::Done, Verb::Undo, BatchState::Undoing),
    // Rows taken before the cancellation are there and can be taken back.
    step(BatchState::Cancelled, Verb::Undo, BatchState::Undoing),
    step(BatchState::Failed, Verb::Undo, BatchState::Undoing),
    step(BatchState::Undoing, Verb::Undone, BatchState::Undone),
    step(BatchState::Checking, Verb::Fail, BatchState::Failed),
    step(BatchState::Importing, Verb::Fail, BatchState::Failed),
];

/// Where `verb` leads from `from`.
///
/// # Errors
/// [`ExchangeError::Refused`] when it cannot be done now, in words.
pub fn follow(from: BatchState, verb: Verb) -> Result<BatchState, ExchangeError> {
    let step = STEPS
        .iter()
        .find(|step| step.from == from && step.verb == verb);
    step.map(|step| step.to).ok_or_else(|| {
        let message = format!(
            "这一批现在是“{}”，不能“{}”；请刷新页面看最新进度",
            from.title(),
            verb.title()
        );
        ExchangeError::refuse("import.not_now", message)
    })
}

/// Whether a button for `verb` is drawn.
pub fn allows(from: BatchState, verb: Verb) -> bool {
    STEPS
        .iter()
        .any(|step| step.from == from && step.verb == verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_state_and_verb_is_answered() {
        let verbs = [
            Verb::Check,
            Verb::Checked,
            Verb::Confirm,
            Verb::Finish,
            Verb::Cancel,
            Verb::Undo,
            Verb::Undone,
            Verb::Fail,
        ];
        let mut open = 0;
        for state in BatchState::ALL {
            for verb in verbs {
                match follow(state, verb) {
                    Ok(to) => {
                        assert_ne!(to, state);
                        assert!(allows(state, verb));
                        open += 1;
                    }
                    Err(error) => assert!(error.to_string().contains(state.title()), "{error}"),
                }
            }
        }
        assert_eq!(open, STEPS.len(), "no pair stands twice");
        assert!(
            BatchState::ALL
                .iter()
                .all(|state| !allows(BatchState::Undone, Verb::Undo) || state.is_running())
        );
    }
}
