//! How the clocks of a kind stood at a past moment, read from what happened to them and not from where they stand now:
//! what a daily report says of a day must not change when the day is over.

use std::collections::BTreeMap;

use kernel::case_kind::{CaseClock, ClockState, Happened, Owner};
use kernel::ids::CaseId;
use kernel::{Fen, Instant};
use store::{Query, Tx, args};

use super::load::{clock_at, from_json};
use super::{CaseError, kind, kinds};

/// Cases asked for in one statement.
const CHUNK: usize = 400;

pub mod sql {
    //! Statements about past moments.
    store::statements! {
        /// Clocks of a kind that had started by a moment and were running or missed then.
        pub CLOCKS_THEN = "SELECT c.case_id, c.rule, c.title, c.desk_id, c.desk_path, c.desk_level, c.person_id, c.length, c.events
            FROM case_clock c JOIN case_file f ON f.district = c.district AND f.id = c.case_id
            WHERE c.district = $1 AND f.district = $1 AND f.kind = $2 AND f.org_path >= $3 AND f.org_path < $4 AND c.started_at < $5
              AND (c.ended_at IS NULL OR c.ended_at >= $5 OR c.state = 'breached') ORDER BY c.case_id, c.id";
        /// What was done in cases of a kind between two moments.
        pub ACTS_BETWEEN = "SELECT e.case_id, e.at, e.detail FROM case_event e JOIN case_file f ON f.district = e.district AND f.id = e.case_id
            WHERE e.district = $1 AND f.district = $1 AND f.kind = $2 AND f.org_path >= $3 AND f.org_path < $4 AND e.at >= $5 AND e.at < $6
            ORDER BY e.at, e.id";
        /// Proofs of payment that were filed between two moments, in sum.
        pub PAID_BETWEEN = "SELECT CAST(COALESCE(SUM(v.amount), 0) AS BIGINT) FROM case_evidence v
            JOIN case_file f ON f.district = v.district AND f.id = v.case_id
            WHERE v.district = $1 AND f.district = $1 AND f.kind = $2 AND f.org_path >= $3 AND f.org_path < $4 AND v.kind = $5
              AND v.added_at >= $6 AND v.added_at < $7";
        /// Evidence that was on file by a moment; a list of cases and the order are appended.
        pub EVIDENCE_THEN = "SELECT case_id, kind FROM case_evidence WHERE district = $1 AND added_at < $2";
        /// How the levels of a kind keep their clocks: level, missed and still to be done, met since a moment, missed since then.
        pub LEVELS = "SELECT c.desk_level, COUNT(CASE WHEN c.state = 'breached' AND f.ended_at IS NULL THEN 1 END),
              COUNT(CASE WHEN c.state = 'met' AND c.started_at >= $5 THEN 1 END), COUNT(CASE WHEN c.breached = $6 AND c.started_at >= $5 THEN 1 END)
            FROM case_clock c JOIN case_file f ON f.district = c.district AND f.id = c.case_id
            WHERE c.district = $1 AND f.district = $1 AND f.kind = $2 AND f.org_path >= $3 AND f.org_path < $4
            GROUP BY c.desk_level ORDER BY c.desk_level";
        /// Open cases of a kind with a missed clock of a level.
        pub LATE_AT = "SELECT DISTINCT c.case_id FROM case_clock c JOIN case_file f ON f.district = c.district AND f.id = c.case_id
            WHERE c.district = $1 AND f.district = $1 AND f.kind = $2 AND f.org_path >= $3 AND f.org_path < $4 AND f.ended_at IS NULL
              AND c.state = 'breached' AND c.desk_level = $5 ORDER BY c.case_id";
    }
}

/// A clock as it stood at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockThen {
    /// Its case.
    pub case: CaseId,
    /// The clock, with what had happened to it by then.
    pub clock: CaseClock,
    /// Where it stood.
    pub state: ClockState,
    /// When it was to run out.
    pub due: Option<Instant>,
    /// Since when it stood there.
    pub since: Instant,
}

/// The running and missed clocks of a kind within scope as they stood at a moment; only duties of ours.
///
/// # Errors
/// No such kind here; the store failed.
pub fn clocks_then(tx: &mut Tx, of: &str, at: Instant) -> Result<Vec<ClockThen>, CaseError> {
    let (district, on) = (*tx.district(), at.shanghai_date());
    let kind = kind(of, district, on)?;
    let almanac = kinds::almanac(district, on);
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::CLOCKS_THEN, args![district, of, from, to, at])?;
    let mut found = Vec::new();
    for row in &rows {
        let mut clock = clock_at(row, 1)?;
        clock.events.retain(|(when, _)| *when < at);
        let state = clock.state();
        let open = matches!(state, ClockState::Running | ClockState::Breached);
        if !open || clock.events.is_empty() || !kind.is_ours(&clock) {
            continue;
        }
        found.push(ClockThen {
            case: row.get(0)?,
            state,
            due: clock.due(&almanac).map(|due| due.at),
            since: clock.events.last().map_or(at, |(when, _)| *when),
            clock,
        });
    }
    Ok(found)
}

/// A duty that was missed, and who answers since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Climb {
    /// The case.
    pub case: CaseId,
    /// When it was noticed.
    pub at: Instant,
    /// What had been due.
    pub title: String,
    /// Who missed it.
    pub missed_by: Owner,
    /// Who answers for the case since; none when it stayed where it was.
    pub now: Option<Owner>,
}

/// What was missed and rose between two moments (超时上升), in order.
///
/// # Errors
/// The store failed.
pub fn climbs_between(
    tx: &mut Tx,
    of: &str,
    from: Instant,
    to: Instant,
) -> Result<Vec<Climb>, CaseError> {
    let district = *tx.district();
    let (low, high) = tx.actor().scope.range();
    let rows = tx.all(&sql::ACTS_BETWEEN, args![district, of, low, high, from, to])?;
    let mut found: Vec<Climb> = Vec::new();
    for row in &rows {
        let (case, at): (CaseId, Instant) = (row.get(0)?, row.get(1)?);
        let happened: Vec<Happened> = from_json(row.text(2)?)?;
        for one in happened {
            match one {
                Happened::Breached { title, owner, .. } => found.push(Climb {
                    case,
                    at,
                    title,
                    missed_by: owner,
                    now: None,
                }),
                Happened::Owner { to, why, .. } if why == "climbed" => {
                    if let Some(last) = found.last_mut().filter(|last| last.case == case) {
                        last.now = Some(to);
                    }
                }
                _ => {}
            }
        }
    }
    Ok(found)
}

/// What was shown to be paid between two moments.
///
/// # Errors
/// The store failed.
pub fn paid_between(tx: &mut Tx, of: &str, from: Instant, to: Instant) -> Result<Fen, CaseError> {
    let district = *tx.district();
    let (low, high) = tx.actor().scope.range();
    let proof = "payment_proof";
    let row = tx.one(
        &sql::PAID_BETWEEN,
        args![district, of, low, high, proof, from, to],
    )?;
    Ok(Fen(row.get(0)?))
}

/// How many pieces of evidence of each kind these cases had by a moment.
///
/// # Errors
/// The store failed.
pub fn evidence_then(
    tx: &mut Tx,
    cases: &[CaseId],
    at: Instant,
) -> Result<BTreeMap<CaseId, Vec<(String, i64)>>, CaseError> {
    let district = *tx.district();
    let mut found: BTreeMap<CaseId, Vec<(String, i64)>> = BTreeMap::new();
    for some in cases.chunks(CHUNK) {
        let query = Query::from(&sql::EVIDENCE_THEN, args![district, at])
            .and_in(" AND case_id IN ", some.iter().copied())
            .push(" ORDER BY case_id, kind");
        for row in tx.all(&query, &[])? {
            let (pieces, kind) = (found.entry(row.get(0)?).or_default(), row.get::<String>(1)?);
            match pieces.last_mut() {
                Some((last, count)) if *last == kind => *count += 1,
                _ => pieces.push((kind, 1)),
            }
        }
    }
    Ok(found)
}

/// How one level of desks keeps its clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelKept {
    /// Place among the kind's levels.
    pub level: usize,
    /// Its Chinese name.
    pub title: String,
    /// Clocks missed and still to be done.
    pub overdue: i64,
    /// Clocks met since the moment.
    pub met: i64,
    /// Clocks missed since the moment.
    pub missed: i64,
}

/// How the levels of a kind keep their clocks within scope, lowest first.
///
/// # Errors
/// No such kind here; the store failed.
pub fn levels_kept(tx: &mut Tx, of: &str, since: Instant) -> Result<Vec<LevelKept>, CaseError> {
    let (district, today) = (*tx.district(), tx.today());
    let kind = kind(of, district, today)?;
    let (from, to) = tx.actor().scope.range();
    let mut kept: Vec<LevelKept> = kind
        .level
        .iter()
        .enumerate()
        .map(|(level, one)| LevelKept {
            level,
            title: one.title.clone(),
            overdue: 0,
            met: 0,
            missed: 0,
        })
        .collect();
    for row in tx.all(&sql::LEVELS, args![district, of, from, to, since, true])? {
        if let Some(one) = kept.get_mut(row.get::<usize>(0)?) {
            (one.overdue, one.met, one.missed) = (row.get(1)?, row.get(2)?, row.get(3)?);
        }
    }
    Ok(kept)
}

/// The open cases of a kind within scope with a missed clock of one level.
///
/// # Errors
/// The store failed.
pub fn late_at(tx: &mut Tx, of: &str, level: usize) -> Result<Vec<CaseId>, CaseError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::LATE_AT, args![district, of, from, to, level])?;
    Ok(rows
        .iter()
        .map(|row| row.get(0))
        .collect::<Result<_, _>>()?)
}
