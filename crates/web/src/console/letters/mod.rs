//! 文书: the list, drafting and editing, a document's page with its verbs, print and download, the register of numbers.

mod draft;
mod edit;
mod list;
mod numbers;
mod print;
mod show;
#[cfg(test)]
mod tests;

use union::access::Capability;
use union::letters::LetterState;

use crate::shell::{Need, Routes};

/// Reading documents within one's scope.
const READ: Need = Need::Cap(Capability::CasesRead);
/// Drafting and recording: who works on cases, or who issues.
const WRITE: Need = Need::Either(Capability::CasesAct, Capability::DocumentsIssue);
/// Issuing and cancelling; the register and the codes.
const ISSUE: Need = Need::Cap(Capability::DocumentsIssue);

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(list::routes())
        .merge(numbers::routes())
        .merge(draft::routes())
        .merge(edit::routes())
        .merge(show::routes())
        .merge(print::routes())
}

/// Class and shape of a document's state.
fn badge(state: impl std::borrow::Borrow<LetterState>) -> (&'static str, &'static str) {
    match *state.borrow() {
        LetterState::Draft => ("lv lv-y", "s-yel"),
        LetterState::Issued | LetterState::Served => ("lv lv-b", "s-blu"),
        LetterState::Answered => ("lv lv-g", "s-ok"),
        LetterState::Cancelled | LetterState::Dropped => ("lv lv-n", "s-none"),
    }
}
