//! What a desk itself still has to do on cases. Clocks of a case may lie with desks and people other than its owner: each
//! of them has the case on its list (待办), with its own clock.

use std::collections::{HashMap, HashSet};

use kernel::case_kind::Effect;
use kernel::ids::{AccountId, CaseId, OrgId};
use kernel::{DistrictCode, Instant};
use store::{Query, Row, StoreError, Tx, args};

use super::model::CaseLine;
use super::{CaseError, kinds, sql};
use crate::orgs;

/// Cases asked for in one statement.
const CHUNK: usize = 400;

/// What a desk, or a person without one, has to do on a case by its own clocks (本单位时限).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// What comes first: of the next clock, which can still be met, else of the oldest missed one.
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
    let calls = calls(tx);
    let mut found = HashMap::new();
    for some in lines.chunks(CHUNK) {
        let asked = asked_of(tx, some)?;
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
                let case: CaseId = row.get(0)?;
                let calls_back = asked.contains(&case)
                    && row
                        .text(1)
                        .is_ok_and(|rule| calls.iter().any(|one| one == rule));
                if mine || calls_back || row.text(4)? == "breached" && answers.contains(&case) {
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
            duty.since = due;
        }
        duty.missed += 1;
    } else if duty.next.is_none() && due.is_some() {
        (duty.title, duty.next) = (title, due);
    }
    Ok(())
}

/// Those of the cases into which the caller was asked by name.
fn asked_of(tx: &mut Tx, lines: &[CaseLine]) -> Result<HashSet<CaseId>, CaseError> {
    let (district, account) = (*tx.district(), tx.actor().account);
    let Some(account) = account else {
        return Ok(HashSet::new());
    };
    let query = Query::from(&sql::ASKED_INTO, args![district, account])
        .and_in(" AND case_id IN ", lines.iter().map(|line| line.id));
    let rows = tx.across("the caller has the cases from its own list", |tx| {
        tx.all(&query, &[])
    })?;
    Ok(rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?)
}

/// Clocks that wait for a call-back (回访): who handled the case may not make it, so they are of whoever was asked in.
fn calls(tx: &Tx) -> Vec<String> {
    let kinds = kinds::kinds(*tx.district(), tx.today()).into_iter();
    let rules = kinds.flat_map(|kind| {
        let calls = |verb: &String| {
            kind.verb
                .iter()
                .any(|row| row.id == *verb && row.effect() == Effect::CallBack)
        };
        kind.clock
            .iter()
            .filter(move |rule| rule.stop.iter().any(calls))
    });
    rules.map(|rule| rule.id.clone()).collect()
}

/// The rules of [`calls`], each between commas, as the order of a list reads them.
pub(super) fn calls_in_text(tx: &Tx) -> String {
    let mut text = ",".to_owned();
    for rule in calls(tx) {
        text.push_str(&rule);
        text.push(',');
    }
    text
}

/// What of these cases waits for a decision of the caller's own desk (等本单位决定): an extension, the opening of a seal.
///
/// # Errors
/// The store failed.
pub fn waits(tx: &mut Tx, lines: &[CaseLine]) -> Result<HashMap<CaseId, &'static str>, CaseError> {
    let desk = desk(tx)?;
    let waiting = lines
        .iter()
        .filter_map(|line| Some((line.id, line.waits_for(desk)?)));
    Ok(waiting.collect())
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

/// Only cases that stand on the list of a desk: it answers for them, a clock of theirs lies with it, it has to decide on an
/// extension or on opening a seal, or it watches them since whoever reported them said that they are not solved (重开，
/// 上一级督办).
pub(super) fn on_desk(tx: &Tx, query: Query, desk: OrgId) -> Query {
    let district = *tx.district();
    let query = query
        .and(
            " AND f.id IN (SELECT o.id FROM case_file o WHERE o.district = ",
            district,
        )
        .and(" AND o.desk_id = ", desk)
        .and(
            " UNION ALL SELECT w.id FROM case_file w WHERE w.district = ",
            district,
        )
        .and(" AND w.watch_id = ", desk)
        .push(" AND w.reopened > 0 AND w.ended_at IS NULL")
        .and(
            " UNION ALL SELECT e.id FROM case_file e WHERE e.district = ",
            district,
        )
        .and(" AND e.extends_desk_id = ", desk)
        .push(" AND e.ended_at IS NULL")
        .and(
            " UNION ALL SELECT r.id FROM case_file r WHERE r.district = ",
            district,
        )
        .and(" AND r.reveals_desk_id = ", desk)
        .push(" AND r.ended_at IS NULL");
    with_clock(tx, query.push(" UNION ALL"), desk).push(")")
}

/// Only cases that stand on the list of a person: the person answers for them, a clock of theirs lies with the person at
/// the desk, or the person was asked in while they are open (加签).
pub(super) fn of_person(tx: &Tx, query: Query, desk: OrgId, person: AccountId) -> Query {
    let district = *tx.district();
    let query = query
        .and(
            " AND f.id IN (SELECT o.id FROM case_file o WHERE o.district = ",
            district,
        )
        .and(" AND o.handler_id = ", person)
        .push(" UNION ALL");
    asked(
        with_clock(tx, query, desk).and(" AND c.person_id = ", person),
        district,
        person,
    )
    .push(")")
}

/// Only cases of somebody beside the tree: who answers for them, or was asked in.
pub(super) fn beside(tx: &Tx, query: Query, person: AccountId) -> Query {
    let district = *tx.district();
    let query = query
        .and(
            " AND f.id IN (SELECT o.id FROM case_file o WHERE o.district = ",
            district,
        )
        .and(" AND o.handler_id = ", person);
    asked(query, district, person).push(")")
}

/// Only open cases into which a person was asked.
pub(super) fn asked_into(tx: &Tx, query: Query, person: AccountId) -> Query {
    let district = *tx.district();
    query
        .and(
            " AND f.ended_at IS NULL AND f.id IN (SELECT p.case_id FROM case_party p WHERE p.district = ",
            district,
        )
        .and(" AND p.account_id = ", person)
        .push(" AND p.role = 'consulted')")
}

/// Or cases into which a person was asked, wherever they lie.
pub(super) fn or_asked_into(tx: &Tx, query: Query, person: AccountId) -> Query {
    let district = *tx.district();
    query
        .and(
            " OR f.id IN (SELECT q.case_id FROM case_party q WHERE q.district = ",
            district,
        )
        .and(" AND q.account_id = ", person)
        .push(" AND q.role = 'consulted')")
}

/// And those into which a person was asked, while they are open.
fn asked(query: Query, district: DistrictCode, person: AccountId) -> Query {
    query
        .and(
            " UNION ALL SELECT p.case_id FROM case_party p JOIN case_file x ON x.district = p.district AND x.id = p.case_id \
              AND x.ended_at IS NULL WHERE p.district = ",
            district,
        )
        .and(" AND x.district = ", district)
        .and(" AND p.account_id = ", person)
        .push(" AND p.role = 'consulted'")
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
