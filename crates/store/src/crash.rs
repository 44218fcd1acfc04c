//! What a crash test needs: a program that writes until it is killed, and the question afterwards whether anything
//! that was acknowledged is gone or half there. Used by tests of the whole program (`kill -9` at any moment); of no
//! use otherwise.

use std::collections::BTreeSet;

use kernel::DistrictCode;
use serde_json::json;

use crate::actor::Actor;
use crate::args;
use crate::audit::{Audit, verify};
use crate::db::Db;
use crate::error::StoreError;
use crate::jobs::Event;

crate::statements! {
    ROWS = "SELECT name FROM setting WHERE district = $1 AND name >= $2 AND name < $3";
    ENTRIES = "SELECT subject_id FROM audit_log WHERE district = $1 AND action = 'crash.wrote' AND subject_id >= $2 \
        AND subject_id < $3";
    EVENTS = "SELECT subject_id FROM outbox WHERE district = $1 AND event = 'crash.wrote' AND subject_id >= $2 \
        AND subject_id < $3";
    WRITE = "INSERT INTO setting (district, name, value) VALUES ($1, $2, $3)";
}

/// Writes one row after another, each with its audit entry and its event in a transaction of its own, and tells
/// `acknowledge` the number once the commit has returned. Ends when `acknowledge` says `false`.
///
/// `run` names the attempt, so that attempts on the same database are kept apart; letters and digits only.
///
/// # Errors
/// Whatever the database says.
pub fn write_rows(
    db: &Db,
    district: DistrictCode,
    run: &str,
    mut acknowledge: impl FnMut(u64) -> bool,
) -> Result<(), StoreError> {
    let actor = Actor::system(district);
    for number in 1_u64.. {
        let name = format!("crash.{run}.{number:08}");
        db.write(&actor, |tx| {
            tx.exec(&WRITE, args![district, name, json!(number)])?;
            tx.emit(Event::of("crash.wrote", &name, json!(number)))?;
            tx.audit(Audit::of("crash.wrote", "crash", &name))
        })?;
        if !acknowledge(number) {
            break;
        }
    }
    Ok(())
}

/// What was found after a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aftermath {
    /// Rows that are there; at most one more than were acknowledged.
    pub rows: u64,
    /// Acknowledged rows that are gone. Must be empty.
    pub lost: Vec<u64>,
    /// Rows without their audit entry or event, or the other way round. Must be empty.
    pub halves: Vec<String>,
    /// The first fault of the audit chain. Must be `None`.
    pub fault: Option<verify::Fault>,
}

impl Aftermath {
    /// Whether nothing was lost, halved or broken.
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.halves.is_empty() && self.fault.is_none()
    }
}

/// Looks for what [`write_rows`] had acknowledged before it was killed.
///
/// # Errors
/// Whatever the database says.
pub fn aftermath(
    db: &Db,
    district: DistrictCode,
    run: &str,
    acknowledged: u64,
) -> Result<Aftermath, StoreError> {
    let (from, to) = (format!("crash.{run}."), format!("crash.{run}/"));
    db.read(&Actor::system(district), |tx| {
        let mut names = |statement| -> Result<BTreeSet<String>, StoreError> {
            tx.all(statement, args![district, from, to])?
                .iter()
                .map(|row| row.get(0))
                .collect()
        };
        let (rows, entries, events) = (names(&ROWS)?, names(&ENTRIES)?, names(&EVENTS)?);
        let lost = (1..=acknowledged)
            .filter(|number| !rows.contains(&format!("{from}{number:08}")))
            .collect();
        let halves = rows
            .union(&entries)
            .chain(&events)
            .filter(|name| {
                !(rows.contains(*name) && entries.contains(*name) && events.contains(*name))
            })
            .cloned()
            .collect();
        let fault = verify::verify(tx, None)?.fault;
        Ok(Aftermath {
            rows: rows.len() as u64,
            lost,
            halves,
            fault,
        })
    })
}
