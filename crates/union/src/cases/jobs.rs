//! The look at the clocks: at the moment one runs out, and every night for whatever was slept through.

use kernel::ids::CaseId;
use store::jobs::{Job, JobFault, JobHandler};
use store::{Actor, Db, args};

use super::{CaseError, correct, find, overtaken, sql, tick};
use crate::failure::{Kind, RoomError};

/// Kind of the job.
pub(super) const KIND: &str = "cases.clocks";
/// Cases looked at in one go.
const CHUNK: usize = 200;

/// Misses clocks that have run out and raises them to the level above. Every clock asks for a look at its moment;
/// the nightly look makes up for time in which the program did not run, and dates clocks again whose year's
/// holidays have been announced since. On the way it makes up for what cases from before a rule lack: names of people in
/// the index, an end of a pause, the list of who was asked in.
#[derive(Debug, Default)]
pub struct Clocks;

impl JobHandler for Clocks {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((0, 1))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let renew = || job.renew(db);
        find::index_names(db, &job.actor(), renew)?;
        correct::note_persons(db, job, renew)?;
        overtaken::bound_pauses(db, job, renew)?;
        overtaken::list_asked(db, job, renew)?;
        look(db, &job.actor(), renew).map(drop)
    }
}

/// Looks at every case with a clock that has run out; how many clocks' cases were missed.
///
/// # Errors
/// The store failed, or another worker has taken the job.
fn look(
    db: &Db,
    actor: &Actor,
    renew: impl Fn() -> Result<(), JobFault>,
) -> Result<usize, JobFault> {
    let mut missed = 0;
    redate(db, actor)?;
    loop {
        let due = due(db, actor).map_err(|fault| settle(&fault))?;
        for id in &due {
            // One transaction a case: a broken one does not hold up the others.
            match db.write(actor, |tx| tick(tx, *id)) {
                Ok(any) => missed += usize::from(any),
                Err(CaseError::Stale) => {}
                Err(fault) => return Err(settle(&fault)),
            }
        }
        if due.len() < CHUNK {
            return Ok(missed);
        }
        renew()?;
    }
}

fn due(db: &Db, actor: &Actor) -> Result<Vec<CaseId>, CaseError> {
    db.read(actor, |tx| {
        let (district, now) = (*tx.district(), tx.now());
        let rows = tx.all(&sql::DUE, args![district, now, CHUNK])?;
        Ok(rows
            .iter()
            .map(|row| row.get(0))
            .collect::<Result<_, _>>()?)
    })
}

/// Clocks whose date rested on an unannounced year are dated again.
fn redate(db: &Db, actor: &Actor) -> Result<(), JobFault> {
    let mut after = CaseId::from(uuid::Uuid::nil());
    loop {
        let found: Vec<CaseId> = db
            .read(actor, |tx| {
                let district = *tx.district();
                let rows = tx.all(&sql::PROVISIONAL, args![district, true, after, CHUNK])?;
                Ok::<_, CaseError>(
                    rows.iter()
                        .map(|row| row.get(0))
                        .collect::<Result<Vec<_>, _>>()?,
                )
            })
            .map_err(|fault| settle(&fault))?;
        for id in &found {
            db.write(actor, |tx| super::actions::redate(tx, *id))
                .map_err(|fault| settle(&fault))?;
        }
        match found.last() {
            Some(last) if found.len() == CHUNK => after = *last,
            _ => return Ok(()),
        }
    }
}

fn settle(fault: &CaseError) -> JobFault {
    match fault.kind() {
        Kind::Fault => JobFault::again(fault.to_string()),
        _ => JobFault::give_up(fault.to_string()),
    }
}
