//! 办结、已移交: states in which the case has ended, or another office has it, and what is left of our part then.

use super::model::{CaseKind, VerbRow};

impl CaseKind {
    /// Whether a state ends the case.
    pub fn is_ended(&self, id: &str) -> bool {
        self.state(id).is_some_and(|state| state.ended)
    }

    /// Whether another office has the case in this state.
    pub fn is_elsewhere(&self, id: &str) -> bool {
        self.state(id).is_some_and(|state| state.elsewhere)
    }

    /// Whether nothing is left of our own handling: it ended, or another office has it.
    pub fn rests(&self, id: &str) -> bool {
        self.is_ended(id) || self.is_elsewhere(id)
    }

    /// The step by which the answer of the office that has the case is noted, and the case ends.
    pub fn answer_of_office(&self, state: &str) -> Option<&VerbRow> {
        let mut rows = self.verb.iter().filter(|_| self.is_elsewhere(state));
        rows.find(|row| {
            let ends = row.to.as_deref().is_some_and(|to| self.is_ended(to));
            row.from.iter().any(|from| from == state) && ends
        })
    }
}
