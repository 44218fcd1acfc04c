//! Cases on the workbench: the clocks of this desk to the minute, what came back to the level above, and what somebody was
//! asked into.

use std::collections::HashSet;

use kernel::Instant;
use kernel::ids::{CaseId, OrgId};
use store::Tx;
use union::access::SignedIn;
use union::cases::{self, CaseError, CaseFilter, CaseKind, CaseLine, Duty};
use union::orgs;

use super::task::{Task, Weight, end_of};
use super::{Desk, LINES, Tile};
use crate::console::words::{CaseTime, Deadline};

/// Cases counted for the tile; beyond it says 99+.
const CASES: usize = 100;

/// The open cases on a desk.
struct Found {
    lines: Vec<CaseLine>,
    /// Those into which this person was asked (加签).
    asked: HashSet<CaseId>,
    desk: Option<OrgId>,
}

/// The first by their next clock, every late one, whose clocks may all have run out, and what this person was asked into.
fn on_my_desk(tx: &mut Tx, who: &SignedIn) -> Result<Found, CaseError> {
    let open = CaseFilter {
        open: Some(true),
        limit: CASES,
        ..CaseFilter::default()
    };
    let first = CaseFilter {
        my_desk: true,
        ..open.clone()
    };
    let late = CaseFilter {
        overdue: true,
        ..first.clone()
    };
    let asked_in = CaseFilter {
        asked_in: true,
        ..open
    };
    let mut lines = cases::list(tx, who.capabilities, &first)?;
    let asked = cases::list(tx, who.capabilities, &asked_in)?;
    let ids = asked.iter().map(|line| line.id).collect();
    for line in cases::list(tx, who.capabilities, &late)?
        .into_iter()
        .chain(asked)
    {
        if lines.iter().all(|one| one.id != line.id) {
            lines.push(line);
        }
    }
    Ok(Found {
        lines,
        asked: ids,
        desk: orgs::top(tx)?.map(|org| org.id),
    })
}

/// How grave a case is: 0 for the highest grade, for somebody whom nobody answers, and for what came back unsolved.
fn gravity(kind: &CaseKind, line: &CaseLine, back: bool) -> usize {
    let grade = line.grade.as_deref().and_then(|id| kind.grade_index(id));
    match grade {
        _ if line.alarm || back => 0,
        Some(grade) => kind.grade.len().saturating_sub(grade + 1),
        None => 1,
    }
}

impl Found {
    /// What the line says beside the number.
    fn says(&self, line: &CaseLine, duty: Option<&Duty>) -> String {
        let words = match duty {
            _ if line.waits_for(self.desk).is_some() => {
                line.waits_for(self.desk).unwrap_or_default()
            }
            Some(duty) => duty.title.as_str(),
            None if line.is_back(self.desk) => "当事人说没有解决，请督办",
            None if self.asked.contains(&line.id) => "请您协助（加签）",
            None => return format!("办件 · {}", line.no),
        };
        format!("办件 · {} · {words}", line.no)
    }
}

/// Cases with the clocks of this desk to the minute: what it is late with stands at the moment since when. A case of its own
/// on which it has no clock has no time limit here: what runs on it is another desk's.
pub(super) fn gather(tx: &mut Tx, who: &SignedIn, desk: &mut Desk) -> Result<(), CaseError> {
    let (now, today) = (tx.now(), tx.today());
    let found = on_my_desk(tx, who)?;
    let duties = cases::duties(tx, &found.lines)?;
    let late = duties.values().filter(|duty| duty.missed > 0).count();
    let mut tasks = Vec::with_capacity(found.lines.len());
    for line in &found.lines {
        let kind = cases::kind(&line.kind, *tx.district(), today)?;
        let duty = duties.get(&line.id);
        tasks.push(Task {
            title: line.title.clone(),
            detail: found.says(line, duty),
            href: format!("/cases/{}", line.id),
            order: duty.and_then(Duty::first).unwrap_or(end_of(today)),
            deadline: duty.and_then(|duty| deadline(duty, now)),
            weight: Weight::Case(gravity(kind, line, line.is_back(found.desk))),
        });
    }
    tasks.sort_by_cached_key(|task| task.key(today));
    tasks.truncate(LINES);
    desk.tasks.extend(tasks);
    let detail = if late > 0 {
        format!("{late} 件有超时")
    } else {
        "先急后缓排列".to_owned()
    };
    let all = i64::try_from(found.lines.len()).unwrap_or(i64::MAX);
    desk.tiles.insert(
        0,
        Tile::new("办件", all, "件", detail, "/cases").alarming(late > 0),
    );
    Ok(())
}

fn deadline(duty: &Duty, now: Instant) -> Option<Deadline> {
    CaseTime::new(now, duty.next, (duty.missed, duty.since)).map(Deadline::from)
}
