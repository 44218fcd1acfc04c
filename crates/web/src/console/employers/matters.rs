//! 预警与办件 of a unit: its open warning and its open cases, as far as the post may see them.

use kernel::ids::EmployerId;
use store::Tx;
use union::access::{Capability, SignedIn};
use union::arrears::{ArrearsError, desk};
use union::cases::{self, CaseError, CaseFilter};

use crate::console::warnings::look::Tone;

/// Cases shown; the list of cases has the others.
const SHOWN: usize = 20;

/// Its open warning.
pub(super) struct Warning {
    pub no: String,
    pub label: String,
    pub score: i64,
    pub tone: Tone,
    pub opened: String,
}

/// One open case.
pub(super) struct Matter {
    pub href: String,
    pub title: String,
    pub no: String,
    /// 诉求 · 办理中
    pub says: String,
}

/// What goes on about a unit.
#[derive(Default)]
pub(super) struct Matters {
    /// The post may see the one or the other.
    pub may: bool,
    pub warning: Option<Warning>,
    pub cases: Vec<Matter>,
    /// How many cases there are in all.
    pub all: i64,
}

impl Matters {
    pub(super) fn of(tx: &mut Tx, who: &SignedIn, id: EmployerId) -> Result<Self, ArrearsError> {
        let mut found = Self::default();
        if who.can(Capability::WarningRead) {
            found.may = true;
            let open = desk::open_about(tx, [id])?.remove(&id);
            found.warning = open.map(|(alert, level)| Warning {
                no: alert.no,
                score: alert.score,
                tone: Tone::of(&level),
                label: level.label,
                opened: alert.opened_at.shanghai_text(),
            });
        }
        if who.can(Capability::CasesRead) {
            found.may = true;
            (found.cases, found.all) = open_cases(tx, who, id)?;
        }
        Ok(found)
    }
}

fn open_cases(
    tx: &mut Tx,
    who: &SignedIn,
    id: EmployerId,
) -> Result<(Vec<Matter>, i64), CaseError> {
    let filter = CaseFilter {
        employer: Some(id),
        open: Some(true),
        limit: SHOWN,
        ..CaseFilter::default()
    };
    let all = cases::count(tx, who.capabilities, &filter)?;
    let lines = cases::list(tx, who.capabilities, &filter)?;
    let matters = lines.into_iter().map(|line| {
        let kind = cases::kind(&line.kind, *tx.district(), tx.today())?;
        Ok(Matter {
            href: format!("/cases/{}", line.id),
            says: format!("{} · {}", kind.title, kind.state_title(&line.state)),
            title: line.title,
            no: line.no,
        })
    });
    Ok((matters.collect::<Result<_, CaseError>>()?, all))
}
