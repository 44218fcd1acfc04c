//! The alert a case handles: why it stands as it stands now, and how the reasons changed (原因沿革).

use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::arrears::alerts::{self, EventKind};
use union::arrears::{ArrearsError, desk};
use union::cases::{Case, CaseError};

/// What a case page says of its alert.
pub(crate) struct AlertBeside {
    /// The rules that give points now, in words, best first.
    pub reasons: String,
    /// `黄色，评分 45`.
    pub stands: String,
    /// Its page.
    pub href: String,
    /// What held before, newest first: when, what happened, and the reasons then.
    pub history: Vec<(String, String, String)>,
}

impl AlertBeside {
    /// The alert of a case, for who may read alerts and reaches this one.
    pub(super) fn of(
        tx: &mut Tx,
        may: CapabilitySet,
        case: &Case,
    ) -> Result<Option<Self>, CaseError> {
        let link = case.link.as_ref().filter(|(kind, _)| kind == "alert");
        let Some((_, id)) = link.filter(|_| may.has(Capability::WarningRead)) else {
            return Ok(None);
        };
        match read(tx, (*id).into()) {
            Ok(found) => Ok(Some(found)),
            Err(ArrearsError::Store(fault)) => Err(fault.into()),
            // Out of reach, or of rules that are not at hand: the field of the case says what it said.
            Err(_) => Ok(None),
        }
    }
}

fn read(tx: &mut Tx, id: union::arrears::AlertId) -> Result<AlertBeside, ArrearsError> {
    let alert = alerts::get(tx, id)?;
    let levels = desk::levels(tx)?;
    let colour = |id: &str| {
        let found = levels.iter().find(|level| level.id == id);
        found.map_or_else(|| id.to_owned(), |level| format!("{}色", level.label))
    };
    let events = alerts::events(tx, id)?;
    // The notes of these are the reasons that held then.
    let told = events.iter().rev().filter(|event| {
        matches!(
            event.kind,
            EventKind::Opened | EventKind::Raised | EventKind::FallProposed | EventKind::Reopened
        )
    });
    let history = told.map(|event| {
        let what = match event.kind {
            EventKind::FallProposed => event.kind.title().to_owned(),
            kind => format!("{}，{}", kind.title(), colour(&event.to)),
        };
        let what = format!("{what}，评分 {}", event.score);
        (event.at.shanghai_text(), what, event.note.clone())
    });
    Ok(AlertBeside {
        history: history.collect(),
        stands: format!("{}，评分 {}", colour(&alert.level), alert.score),
        reasons: alert.reasons.join("；"),
        href: format!("/warnings/{}", alert.no),
    })
}
