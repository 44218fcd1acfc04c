//! The clocks by which cases stand in a list, on the screen, over the API and in an exported table alike.

use std::collections::HashMap;

use kernel::Instant;
use kernel::ids::CaseId;
use store::Tx;

use super::model::{CaseFilter, CaseLine};
use super::{CaseError, Duty, brief, own};

/// The clocks of some lines.
pub enum ListClocks {
    /// Those of one's own desk, where the list is of a desk or a person.
    Own(HashMap<CaseId, Duty>),
    /// Since when a case as a whole is late; when its next clock runs out stands in its line.
    All(HashMap<CaseId, Instant>),
}

/// The clock that comes first on a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FirstClock {
    /// What it asks of one's own desk; empty where the list is of everybody's.
    pub title: String,
    /// How many are late.
    pub missed: i64,
    /// Since when it is late.
    pub since: Option<Instant>,
    /// When the next one runs out.
    pub next: Option<Instant>,
}

impl ListClocks {
    /// Those of the lines of a list with this filter.
    ///
    /// # Errors
    /// The store failed.
    pub fn of(tx: &mut Tx, filter: &CaseFilter, lines: &[CaseLine]) -> Result<Self, CaseError> {
        if filter.my_desk || filter.mine {
            return Ok(Self::Own(own::duties(tx, lines)?));
        }
        let late = lines
            .iter()
            .filter(|line| line.overdue > 0 && line.ended_at.is_none());
        let late: Vec<CaseId> = late.map(|line| line.id).collect();
        Ok(Self::All(brief::late_since(tx, &late)?))
    }

    /// What comes first on a line.
    pub fn first(&self, line: &CaseLine) -> FirstClock {
        match self {
            Self::Own(duties) => duties
                .get(&line.id)
                .map_or_else(FirstClock::default, |duty| FirstClock {
                    title: duty.title.clone(),
                    missed: duty.missed,
                    since: duty.since,
                    next: duty.next,
                }),
            Self::All(since) => FirstClock {
                title: String::new(),
                missed: if line.ended_at.is_none() {
                    line.overdue
                } else {
                    0
                },
                since: since.get(&line.id).copied(),
                next: line.next_due.filter(|_| line.ended_at.is_none()),
            },
        }
    }
}
