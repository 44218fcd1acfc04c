//! Open alerts that an evaluation between two nights must look at: those about which nothing can have changed since
//! they were last evaluated today say the same again, byte for byte, and are left alone.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Instant;
use store::{Row, StoreError, Tx, args};

use super::evaluate::Ground;
use super::jobs::MARGIN;
use super::{finding, sql};
use crate::arrears::model::SubjectId;
use crate::arrears::{ArrearsError, packs};

/// Subjects asked for in one statement.
const SUBJECTS: usize = 300;

/// An open alert, as far as this is about it.
struct Open {
    subject: SubjectId,
    evaluated: Instant,
    touched: Instant,
    hash: String,
}

fn open_of(row: &Row) -> Result<Open, StoreError> {
    Ok(Open {
        subject: row.get(0)?,
        evaluated: row.get(1)?,
        touched: row.get(2)?,
        hash: row.get(3)?,
    })
}

/// Subjects of all open alerts.
///
/// # Errors
/// The store failed.
pub(super) fn all(tx: &mut Tx) -> Result<Vec<SubjectId>, ArrearsError> {
    Ok(read(tx)?.into_iter().map(|one| one.subject).collect())
}

fn read(tx: &mut Tx) -> Result<Vec<Open>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&sql::OPEN_SUBJECTS, args![district])?;
    rows.iter().map(|row| Ok(open_of(row)?)).collect()
}

/// Subjects of the open alerts that may say something else than when they were last evaluated: on another day or by
/// other rules, decided upon since, with a signal since, under feeds that stood otherwise, or moved in the register.
///
/// # Errors
/// The store failed.
pub(super) fn changed(
    tx: &mut Tx,
    ground: &Ground,
    now: Instant,
) -> Result<Vec<SubjectId>, ArrearsError> {
    let open = read(tx)?;
    if open.is_empty() || !packs::usable(tx)? {
        return Ok(open.into_iter().map(|one| one.subject).collect());
    }
    let (today, hash) = (now.shanghai_date(), &ground.rules.reference().hash);
    let (same, other): (Vec<Open>, Vec<Open>) = open.into_iter().partition(|one| {
        one.evaluated.shanghai_date() == today && one.hash == *hash && one.touched <= one.evaluated
    });
    let mut changed: Vec<SubjectId> = other.into_iter().map(|one| one.subject).collect();
    let Some(first) = same.iter().map(|one| one.evaluated).min() else {
        return Ok(changed);
    };
    let touched = packs::touched(tx, before(first))?;
    let moved = moved(tx, &same)?;
    let mut stood: BTreeMap<Instant, bool> = BTreeMap::new();
    for one in same {
        let alike = match stood.get(&one.evaluated) {
            Some(alike) => *alike,
            None => {
                let alike = ground.feeds_stood_so(tx, one.evaluated)?
                    && ground.feeds_stood_so(tx, before(one.evaluated))?;
                stood.insert(one.evaluated, alike);
                alike
            }
        };
        let newest = touched.newest(one.subject.uuid().as_u128());
        let heard = newest.is_some_and(|newest| newest >= before(one.evaluated).ms());
        if heard || !alike || moved.contains(&one.subject) {
            changed.push(one.subject);
        }
    }
    Ok(changed)
}

/// What is written in a transaction carries the moment at which it began: it may have become visible after an
/// evaluation that began later.
fn before(at: Instant) -> Instant {
    Instant::from_ms(at.ms() - MARGIN)
}

/// Those whose employer has another name, desk or industry in the register by now.
fn moved(tx: &mut Tx, open: &[Open]) -> Result<BTreeSet<SubjectId>, ArrearsError> {
    let mut moved = BTreeSet::new();
    for some in open.chunks(SUBJECTS) {
        let subjects: Vec<SubjectId> = some.iter().map(|one| one.subject).collect();
        let placed = finding::placed(tx, &subjects)?;
        let elsewhere = placed.into_iter().filter(|(_, moved)| *moved);
        moved.extend(elsewhere.map(|(subject, _)| subject.id));
    }
    Ok(moved)
}
