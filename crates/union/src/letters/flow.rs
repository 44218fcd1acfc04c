//! 文书流程 as a table: screens draw their buttons from it, the server answers 409 from it.

use crate::orgs::flow::terms;

terms! {
    /// Where a document stands (文书状态).
    LetterState {
        /// Being written; has no number.
        Draft = "draft", "草稿";
        /// Has its number; its text never changes again.
        Issued = "issued", "已签发";
        /// Delivered, or the delivery was refused.
        Served = "served", "已送达";
        /// The answer it asked for has come.
        Answered = "answered", "已答复";
        /// Void; its number stays, with the reason.
        Cancelled = "cancelled", "已作废";
        /// A draft that was given up.
        Dropped = "dropped", "已弃用";
    }
}

terms! {
    /// What can be done with a document.
    Verb {
        /// Change fields or words.
        Edit = "edit", "修改";
        /// Give it a number and fix its text.
        Issue = "issue", "签发";
        /// Record a delivery.
        Serve = "serve", "登记送达";
        /// Record the answer.
        Answer = "answer", "登记答复";
        /// Declare it void.
        Cancel = "cancel", "作废";
        /// Give the draft up.
        Drop = "drop", "弃用";
    }
}

impl LetterState {
    /// Whether the document counts: being written, or issued and not cancelled.
    pub fn stands(self) -> bool {
        !matches!(self, Self::Cancelled | Self::Dropped)
    }
}

/// From, verb, to.
pub const FLOW: &[(LetterState, Verb, LetterState)] = &[
    (LetterState::Draft, Verb::Edit, LetterState::Draft),
    (LetterState::Draft, Verb::Issue, LetterState::Issued),
    (LetterState::Draft, Verb::Drop, LetterState::Dropped),
    (LetterState::Issued, Verb::Serve, LetterState::Served),
    (LetterState::Issued, Verb::Cancel, LetterState::Cancelled),
    (LetterState::Served, Verb::Serve, LetterState::Served),
    (LetterState::Served, Verb::Answer, LetterState::Answered),
    (LetterState::Served, Verb::Cancel, LetterState::Cancelled),
    (LetterState::Answered, Verb::Cancel, LetterState::Cancelled),
];

/// Where a verb leads from a state, if it may.
pub fn next(state: LetterState, verb: Verb) -> Option<LetterState> {
    let mut rows = FLOW.iter();
    rows.find(|(from, by, _)| (*from, *by) == (state, verb))
        .map(|(_, _, to)| *to)
}

/// The verbs of a document: those of its state that its template knows.
pub fn verbs(state: LetterState, delivered: bool, asks_reply: bool) -> Vec<Verb> {
    let fits = |verb: &Verb| match verb {
        Verb::Serve => delivered,
        Verb::Answer => asks_reply,
        _ => true,
    };
    let rows = FLOW.iter().filter(|(from, ..)| *from == state);
    rows.map(|(_, verb, _)| *verb).filter(fits).collect()
}
