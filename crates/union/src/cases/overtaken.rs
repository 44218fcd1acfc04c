//! 补记: what cases from before a rule lack, the night makes up for. A pause without an end gets the bound of its kind; who
//! was asked in (加签) before there was a list of it has the case on the own list.

use std::collections::HashSet;

use kernel::case_kind::Effect;
use kernel::ids::{AccountId, CaseId};
use serde_json::json;
use store::jobs::{Job, JobFault};
use store::{Audit, Db, Query, Tx, args};

use super::keep::{self, Act};
use super::model::account_of;
use super::{CaseError, kinds, load, season, sql};

/// Cases looked at in one go.
const CHUNK: usize = 200;
/// What the file calls the end that a pause was given.
const BOUND: &str = "@pause_bound";

/// Gives pauses from before they had an end the bound of their kind, counted from the pause; how many.
///
/// # Errors
/// The store failed, or another worker has taken the job.
pub(super) fn bound_pauses(
    db: &Db,
    job: &Job,
    renew: impl Fn() -> Result<(), JobFault>,
) -> Result<usize, JobFault> {
    each(db, job, renew, suspended, bound)
}

/// Puts cases on the list of who was asked into them before there was that list; how many.
///
/// # Errors
/// As [`bound_pauses`].
pub(super) fn list_asked(
    db: &Db,
    job: &Job,
    renew: impl Fn() -> Result<(), JobFault>,
) -> Result<usize, JobFault> {
    each(db, job, renew, consulted, list)
}

/// Where to look on, where there may be more, and cases that lack something.
type Lacking = (Option<CaseId>, Vec<CaseId>);

/// Looks for cases without taking the writer's turn, and writes one at a time.
fn each(
    db: &Db,
    job: &Job,
    renew: impl Fn() -> Result<(), JobFault>,
    find: fn(&mut Tx, CaseId) -> Result<Lacking, CaseError>,
    mend: fn(&mut Tx, CaseId) -> Result<bool, CaseError>,
) -> Result<usize, JobFault> {
    let (actor, mut mended) = (job.actor(), 0);
    let again = |fault: CaseError| JobFault::again(fault.to_string());
    let mut after = CaseId::from(uuid::Uuid::nil());
    loop {
        let (last, found) = db.read(&actor, |tx| find(tx, after)).map_err(again)?;
        for id in found {
            match db.write(&actor, |tx| mend(tx, id)) {
                Ok(done) => mended += usize::from(done),
                // Somebody acts on it just now: the next night looks again.
                Err(CaseError::Stale) => {}
                Err(fault) => return Err(again(fault)),
            }
        }
        let Some(last) = last else {
            return Ok(mended);
        };
        after = last;
        renew()?;
    }
}

/// The ids of rows, and the last of them where there may be more.
fn ids(rows: &[store::Row]) -> Result<Lacking, CaseError> {
    let found: Vec<CaseId> = rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?;
    let last = found.last().copied().filter(|_| found.len() == CHUNK);
    Ok((last, found))
}

/// Paused cases without a clock that reminds.
fn suspended(tx: &mut Tx, after: CaseId) -> Result<Lacking, CaseError> {
    let district = *tx.district();
    let (last, found) = ids(&tx.all(&sql::SUSPENDED, args![district, after, CHUNK])?)?;
    let mut lacking = Vec::new();
    for id in found {
        let case = load::whole(tx, id)?;
        if case.kind.paused_until(&case.now).is_none() {
            lacking.push(id);
        }
    }
    Ok((last, lacking))
}

fn bound(tx: &mut Tx, id: CaseId) -> Result<bool, CaseError> {
    let case = load::whole(tx, id)?;
    let Some(rule) = &case.kind.pause else {
        return Ok(false);
    };
    let steps = verbs_of(&case.kind.verb, &[Effect::Suspend, Effect::GrantPause]);
    let query =
        Query::from(&sql::LAST_STEP, args![*tx.district(), id]).and_in(" AND verb IN ", steps);
    let since = tx.one(&query, &[])?.get::<Option<kernel::Instant>>(0)?;
    let since = since.unwrap_or(case.opened_at);
    let almanac = season::almanac(tx)?;
    let Some((until, outcome)) = case
        .kind
        .bound_pause(&almanac, &case.now, (since, tx.now()))
    else {
        return Ok(false);
    };
    let from = since.shanghai_date();
    let act = Act {
        verb: BOUND,
        note: &format!(
            "{from} 中止时没有写到哪一天，从那天起按最长 {} 补为 {until}（{}），到期提醒恢复",
            rule.most, rule.source
        ),
        closing: None,
        audit: "case.pause_bound",
        event: "case.acted",
    };
    keep::outcome(tx, &case, &outcome, &act)?;
    Ok(true)
}

/// Open cases into which somebody was asked who does not have them on the own list.
fn consulted(tx: &mut Tx, after: CaseId) -> Result<Lacking, CaseError> {
    let district = *tx.district();
    let all = kinds::kinds(district, tx.today()).into_iter();
    let mut steps: Vec<&str> = all
        .flat_map(|kind| verbs_of(&kind.verb, &[Effect::Consult]))
        .collect();
    steps.sort_unstable();
    steps.dedup();
    let query = Query::from(&sql::CONSULTED, args![district, after])
        .and_in(" AND e.verb IN ", steps)
        .and(" ORDER BY f.id LIMIT ", CHUNK);
    let (last, found) = ids(&tx.all(&query, &[])?)?;
    let mut lacking = Vec::new();
    for id in found {
        if !missing(tx, id)?.is_empty() {
            lacking.push(id);
        }
    }
    Ok((last, lacking))
}

/// Who was asked into a case and does not have it on the own list.
fn missing(tx: &mut Tx, id: CaseId) -> Result<Vec<AccountId>, CaseError> {
    let case = load::whole(tx, id)?;
    let rows = tx.all(&sql::ASKED_OF_CASE, args![*tx.district(), id])?;
    let listed: HashSet<AccountId> = rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?;
    let asked = case.now.consulted.iter();
    let asked = asked.filter_map(|one| account_of(Some(one)));
    Ok(asked.filter(|one| !listed.contains(one)).collect())
}

fn list(tx: &mut Tx, id: CaseId) -> Result<bool, CaseError> {
    let missing = missing(tx, id)?;
    if missing.is_empty() {
        return Ok(false);
    }
    for account in &missing {
        keep::ask_in(tx, id, *account)?;
    }
    let case = load::whole(tx, id)?;
    tx.audit(
        Audit::of("case.asked_listed", "case", id)
            .at(&case.org_path)
            .detail(json!({ "no": case.no, "asked": missing.len() })),
    )?;
    Ok(true)
}

/// The ids of the verbs of a kind with one of these effects.
fn verbs_of<'k>(rows: &'k [kernel::case_kind::VerbRow], effects: &[Effect]) -> Vec<&'k str> {
    let wanted = rows.iter().filter(|row| effects.contains(&row.effect()));
    wanted.map(|row| row.id.as_str()).collect()
}
