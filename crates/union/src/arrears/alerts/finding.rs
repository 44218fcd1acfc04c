//! 评估所见: what an evaluation finds about some subjects in one snapshot, read and explained together. Batches are made
//! beside the writer, one ahead of it, so that its turn is for writing alone.

use std::collections::HashMap;
use std::sync::mpsc::sync_channel;
use std::thread;

use kernel::warning::Explanation;
use kernel::{Date, EmployerId, Instant};
use store::{Actor, Db, Query, Tx, args};

use super::evaluate::Ground;
use super::jobs::MARGIN;
use crate::arrears::known::{self, Known};
use crate::arrears::model::{Subject, SubjectId, subject_of};
use crate::arrears::{ArrearsError, packs, sql};
use crate::employers;

/// Subjects of one batch, settled in one transaction.
const BATCH: usize = 160;
/// Subjects of a list's first batch: the writer, who has the longest way, begins soon.
const FIRST: usize = 40;

/// What is found about one subject.
pub(super) struct Finding {
    /// The subject with name, desk and industry as the register has them.
    pub subject: Subject,
    /// Whether the register says otherwise than the subject's row.
    pub moved: bool,
    /// What is known.
    pub known: Known,
    /// What the rules say about it.
    pub explanation: Explanation,
}

/// Findings of one snapshot.
pub(super) struct Batch {
    findings: Vec<Finding>,
    seen: Seen,
}

/// How much had come in when a batch was read.
#[derive(PartialEq, Eq)]
struct Seen {
    since: Instant,
    packs: i64,
    day: Date,
}

impl Seen {
    /// What came in since a moment, and the day by which it is judged. Whatever lets signals count, or count no more,
    /// leaves a pack.
    fn at(tx: &mut Tx, since: Instant) -> Result<Self, ArrearsError> {
        Ok(Self {
            since,
            packs: packs::left_since(tx, since)?,
            day: tx.today(),
        })
    }
}

impl Batch {
    fn read(tx: &mut Tx, ground: &Ground, subjects: &[SubjectId]) -> Result<Self, ArrearsError> {
        // A transaction that began before this one may still end after it.
        let since = Instant::from_ms(tx.now().ms() - MARGIN);
        Ok(Self {
            seen: Seen::at(tx, since)?,
            findings: findings(tx, ground, subjects)?,
        })
    }

    /// The findings as they stand in a later transaction: read anew when anything came in meanwhile, or the day turned.
    pub(super) fn now(self, tx: &mut Tx, ground: &Ground) -> Result<Vec<Finding>, ArrearsError> {
        if Seen::at(tx, self.seen.since)? == self.seen {
            return Ok(self.findings);
        }
        let subjects: Vec<_> = self.findings.iter().map(|one| one.subject.id).collect();
        findings(tx, ground, &subjects)
    }
}

/// Hands `f` what is found about some subjects, batch by batch, while the next batches are read. A list that has to be
/// waited for is waited for beside `f`.
///
/// # Errors
/// A list, the store or `f` failed; batches before stay settled.
pub(super) fn each(
    db: &Db,
    actor: &Actor,
    ground: &Ground,
    lists: impl Iterator<Item = Result<Vec<SubjectId>, ArrearsError>> + Send,
    mut f: impl FnMut(Batch) -> Result<(), ArrearsError>,
) -> Result<(), ArrearsError> {
    let read = |some: &[SubjectId]| db.read(actor, |tx| Batch::read(tx, ground, some));
    thread::scope(|scope| {
        // No batch waits in between: the next one is made while the writer settles this one.
        let (out, inbox) = sync_channel(0);
        scope.spawn(move || {
            for list in lists {
                let subjects = match list {
                    Ok(subjects) => subjects,
                    Err(fault) => return drop(out.send(Err(fault))),
                };
                let (first, rest) = subjects.split_at(FIRST.min(subjects.len()));
                for some in first.chunks(FIRST).chain(rest.chunks(BATCH)) {
                    let batch = read(some);
                    let failed = batch.is_err();
                    // When settling failed, nobody listens any more.
                    if out.send(batch).is_err() || failed {
                        return;
                    }
                }
            }
        });
        inbox.into_iter().try_for_each(|batch| f(batch?))
    })
}

fn findings(
    tx: &mut Tx,
    ground: &Ground,
    subjects: &[SubjectId],
) -> Result<Vec<Finding>, ArrearsError> {
    let (now, today) = (tx.now(), tx.today());
    let mut known: HashMap<SubjectId, Known> = HashMap::with_capacity(subjects.len());
    known::each(tx, &ground.rules, Some(subjects), now, |subject, found| {
        known.insert(subject, found.clone());
        Ok(())
    })?;
    let finding = |(subject, moved): (Subject, bool)| {
        let known = known.remove(&subject.id).unwrap_or_default();
        Ok(Finding {
            explanation: ground.explain(&known, today)?,
            subject,
            moved,
            known,
        })
    };
    placed(tx, subjects)?.into_iter().map(finding).collect()
}

/// The subjects with name, desk and industry as the register has them now, and whether that is new.
pub(super) fn placed(
    tx: &mut Tx,
    subjects: &[SubjectId],
) -> Result<Vec<(Subject, bool)>, ArrearsError> {
    let district = *tx.district();
    let query = Query::from(&sql::SUBJECTS_AMONG, args![district])
        .and_in(" AND id IN ", subjects.iter().copied())
        .push(" ORDER BY id");
    let rows = tx.across("evaluation looks at everybody", |tx| tx.all(&query, &[]))?;
    let found: Vec<Subject> = rows.iter().map(subject_of).collect::<Result<_, _>>()?;
    let ids: Vec<EmployerId> = found.iter().filter_map(|one| one.employer).collect();
    let cards = employers::cards(tx, &ids)?;
    let place = |subject: Subject| {
        let Some(card) = subject.employer.and_then(|id| cards.get(&id)) else {
            return (subject, false);
        };
        let now = Subject {
            name: card.name.clone(),
            org_path: card.org_path.clone(),
            industry: card.industry_code.clone(),
            ..subject.clone()
        };
        let moved = now != subject;
        (now, moved)
    };
    Ok(found.into_iter().map(place).collect())
}

/// What is said about a subject in a batch: as it was read, and as it is settled after `between`.
#[cfg(test)]
pub(in crate::arrears) fn said_before_and_after(
    (db, actor): (&Db, &Actor),
    subject: SubjectId,
    between: impl FnOnce(),
) -> Result<[Vec<String>; 2], ArrearsError> {
    let said = |findings: &[Finding]| {
        let said = findings.iter().map(|one| one.explanation.json.clone());
        said.collect()
    };
    let (ground, batch) = db.read(actor, |tx| {
        let ground = Ground::at(tx, tx.now())?;
        let batch = Batch::read(tx, &ground, &[subject])?;
        Ok::<_, ArrearsError>((ground, batch))
    })?;
    let before = said(&batch.findings);
    between();
    let settled = db.read(actor, |tx| batch.now(tx, &ground))?;
    Ok([before, said(&settled)])
}
