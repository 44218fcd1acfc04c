//! What a desk itself still has to do on cases. Clocks of a case may lie with desks and people other than its owner: each
//! of them has the case on its list (待办), with its own clock.

use std::collections::{HashMap, HashSet};

use kernel::Instant;
use kernel::ids::{AccountId, CaseId, OrgId};
use store::{Query, Row, StoreError, Tx, args};

use super::model::CaseLine;
use super::{CaseError, kinds, sql};
use crate::orgs;

/// Cases asked for in one statement.
const CHUNK: usize = 400;

/// What a desk, or a person without one, has to do on a case by its own clocks (本单位时限).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// What comes first: of the oldest missed clock, else of the next one.
    pub title: String,
    /// Clocks missed and still to be done.
    pub missed: i64,
    /// When the oldest of those ran out.
    pub since: Option<Instant>,
    /// When the next clock runs out.
    pub next: Option<Instant>,
}

impl Duty {
    /// The moment of the clock that comes first.
    pub fn first(&self) -> Option<Instant> {
        self.since.or(self.next)
    }
}

/// What the caller's own desk has to do on these cases; of a caller beside the tree, what lies with the person. The desk
/// that answers for a case is late with what the case is late with, whoever missed it: that is what climbing means (逾期升级).
/// A case on which nothing of theirs runs or is late is left out. The caller has the cases from a list of its own.
///
/// # Errors
/// The store failed.
pub fn duties(tx: &mut Tx, lines: &[CaseLine]) -> Result<HashMap<CaseId, Duty>, CaseError> {
    let district = *tx.district();
    let (desk, account) = (desk(tx)?, tx.actor().account);
    let outside = outside(tx);
    let mut found = HashMap::new();
    for some in lines.chunks(CHUNK) {
        let answers: HashSet<CaseId> = some
            .iter()
            .filter(|line| Some(line.owner) == desk && line.overdue > 0)
            .map(|line| line.id)
            .collect();
        let query = Query::from(&sql::OPEN_CLOCKS, args![district])
            .and_in(" AND case_id IN ", some.iter().map(|line| line.id))
            .push(" ORDER BY case_id, due_at, id");
        tx.across("the caller has the cases from its own list", |tx| {
            tx.each(&query, &[], |row| {
                let mine = match desk {
                    Some(desk) => row.get::<OrgId>(5)? == desk,
                    None => account.is_some() && row.get::<Option<AccountId>>(6)? == account,
                };
                if mine || row.text(4)? == "breached" && answers.contains(&row.get(0)?) {
                    add(&mut found, row, &outside)?;
                }
                Ok::<_, StoreError>(())
            })
        })?;
    }
    Ok(found)
}

/// Clocks come by the moment at which they run out.
fn add(found: &mut HashMap<CaseId, Duty>, row: &Row, outside: &[String]) -> Result<(), StoreError> {
    let missed = row.text(4)? == "breached";
    if missed
        && outside
            .iter()
            .any(|rule| row.text(1).is_ok_and(|one| one == rule))
    {
        return Ok(());
    }
    let (title, due): (String, Option<Instant>) = (row.get(2)?, row.get(3)?);
    let duty = found.entry(row.get(0)?).or_insert_with(|| Duty {
        title: title.clone(),
        missed: 0,
        since: None,
        next: None,
    });
    if missed {
        if duty.missed == 0 {
            (duty.title, duty.since) = (title, due);
        }
        duty.missed += 1;
    } else if duty.next.is_none() {
        if duty.missed == 0 && due.is_some() {
            duty.title = title;
        }
        duty.next = due;
    }
    Ok(())
}

/// The caller's own desk; none beside the tree.
pub(super) fn desk(tx: &mut Tx) -> Result<Option<OrgId>, CaseError> {
    Ok(orgs::top(tx)?.map(|org| org.id))
}

/// Clocks that run for somebody outside (an employer's reply): no desk is late with them.
fn outside(tx: &Tx) -> Vec<String> {
    let kinds = kinds::kinds(*tx.district(), tx.today()).into_iter();
    let rules = kinds.flat_map(|kind| kind.clock.iter());
    rules
        .filter(|rule| !rule.climbs)
        .map(|rule| rule.id.clone())
        .collect()
}

/// Only cases that stand on the list of a desk: it answers for them, or a clock of theirs lies with it.
pub(super) fn on_desk(tx: &Tx, query: Query, desk: OrgId) -> Query {
    let district = *tx.district();
    let query = query
        .and(
            " AND f.id IN (SELECT o.id FROM case_file o WHERE o.district = ",
            district,
        )
        .and(" AND o.desk_id = ", desk);
    with_clock(tx, query.push(" UNION ALL"), desk).push(")")
}

/// Only cases that stand on the list of a person: the person answers for them, or a clock of theirs lies with the person at
/// the desk.
pub(super) fn of_person(tx: &Tx, query: Query, desk: OrgId, person: AccountId) -> Query {
    let district = *tx.district();
    let query = query
        .and(
            " AND f.id IN (SELECT o.id FROM case_file o WHERE o.district = ",
            district,
        )
        .and(" AND o.handler_id = ", person);
    with_clock(tx, query.push(" UNION ALL"), desk)
        .and(" AND c.person_id = ", person)
        .push(")")
}

/// The cases with a clock of a desk that runs, or was missed and is still to be done.
fn with_clock(tx: &Tx, query: Query, desk: OrgId) -> Query {
    let district = *tx.district();
    let query = query
        .and(
            " SELECT c.case_id FROM case_clock c WHERE c.district = ",
            district,
        )
        .and(" AND c.desk_id = ", desk)
        .push(" AND c.state IN ('running', 'breached')");
    let outside = outside(tx);
    if outside.is_empty() {
        return query;
    }
    query
        .and_in(" AND (c.state = 'running' OR c.rule NOT IN ", outside)
        .push(")")
}
