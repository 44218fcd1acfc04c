//! Where everybody stands: score and level by the rules alone, for a whole district in one go or for a few.

use std::num::NonZero;

use kernel::Instant;
use kernel::warning::{Fact, Facts, Score, Scratch, day_number};
use store::{Tx, args};
use uuid::Uuid;

use super::evaluate::{Ground, Who};
use crate::arrears::known;
use crate::arrears::model::SubjectId;
use crate::arrears::packs::{self, ById, History, Told};
use crate::arrears::{ArrearsError, rulesets};

/// Below so many subjects their rows are read one by one: packs hold everybody.
const FEW: usize = 2_000;
/// Subjects worth a thread of their own.
const A_THREAD: usize = 5_000;
/// Threads at most.
const THREADS: usize = 4;

/// Hands `f` the score of everybody about whom the rules know something at a moment, or of those of [`Who::Since`].
///
/// # Errors
/// The store or `f` failed.
pub(super) fn each(
    tx: &mut Tx,
    ground: &Ground,
    (at, who): (Instant, Who),
    mut f: impl FnMut(SubjectId, Score),
) -> Result<(), ArrearsError> {
    let packed = packs::usable(tx)? && !speaks_of_silence(ground, at);
    let touched = match who {
        Who::All => None,
        Who::Since(since) if packed => Some(packs::touched(tx, since)?),
        Who::Since(since) => {
            let some = touched_rows(tx, since, at)?;
            return by_rows(tx, ground, (at, Some(&some)), f);
        }
    };
    if let Some(few) = touched.as_ref().filter(|touched| touched.len() < FEW) {
        let mut few: Vec<SubjectId> = few.keys().map(|id| subject(*id)).collect();
        few.sort_unstable();
        return by_rows(tx, ground, (at, Some(&few)), f);
    }
    if !packed {
        return by_rows(tx, ground, (at, None), f);
    }
    packs::histories(tx, &ground.rules, touched.as_ref(), at, |history| {
        for (subject, score) in scores(ground, at, history) {
            f(subject, score);
        }
        Ok(())
    })
}

/// Whether the rules open an alert about somebody of whom they know nothing: then even a signal they do not read
/// matters, and the rows are asked.
fn speaks_of_silence(ground: &Ground, at: Instant) -> bool {
    let on = day_number(at.shanghai_date());
    let score = ground
        .rules
        .score(Facts::none(), on, &ground.live, &mut Scratch::default());
    rulesets::opening(&ground.rules, score.level).is_some()
}

fn subject(id: u128) -> SubjectId {
    Uuid::from_u128(id).into()
}

fn touched_rows(
    tx: &mut Tx,
    since: Instant,
    until: Instant,
) -> Result<Vec<SubjectId>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&crate::arrears::sql::TOUCHED, args![district, since, until])?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

fn by_rows(
    tx: &mut Tx,
    ground: &Ground,
    (at, who): (Instant, Option<&[SubjectId]>),
    mut f: impl FnMut(SubjectId, Score),
) -> Result<(), ArrearsError> {
    let on = day_number(at.shanghai_date());
    let mut scratch = Scratch::default();
    known::each(tx, &ground.rules, who, at, |subject, known| {
        let score =
            known.with(|facts| ground.rules.score(facts, on, &ground.live, &mut scratch))?;
        f(subject, score);
        Ok(())
    })
}

/// The lines of a history, subject by subject.
struct BySubject {
    subjects: Vec<u128>,
    /// Where each subject's places begin, and the end of the last.
    starts: Vec<usize>,
    /// Places of lines.
    places: Vec<u32>,
}

impl BySubject {
    fn of(history: &History) -> Self {
        let (mut numbers, mut subjects) = (ById::<u32>::default(), Vec::new());
        let (mut number_of, mut counts) = (Vec::with_capacity(history.lines.len()), Vec::new());
        for line in &history.lines {
            let fresh = u32::try_from(subjects.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(line.subject).or_insert(fresh);
            if number == fresh {
                subjects.push(line.subject);
                counts.push(0_usize);
            }
            if let Some(count) = counts.get_mut(index(number)) {
                *count += 1;
            }
            number_of.push(number);
        }
        let (mut starts, mut sum) = (Vec::with_capacity(counts.len() + 1), 0);
        for count in &counts {
            starts.push(sum);
            sum += count;
        }
        starts.push(sum);
        let (mut next, mut places) = (starts.clone(), vec![0_u32; sum]);
        for (place, number) in (0_u32..).zip(number_of) {
            if let Some(next) = next.get_mut(index(number)) {
                if let Some(to) = places.get_mut(*next) {
                    *to = place;
                }
                *next += 1;
            }
        }
        Self {
            subjects,
            starts,
            places,
        }
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Scores of all subjects of a history that something is known about, on as many threads as are worth it.
fn scores(ground: &Ground, at: Instant, history: &History) -> Vec<(SubjectId, Score)> {
    let by_subject = BySubject::of(history);
    let threads = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(THREADS)
        .min(by_subject.subjects.len() / A_THREAD + 1);
    let share = by_subject.subjects.len().div_ceil(threads).max(1);
    let on = day_number(at.shanghai_date());
    let work = Work {
        ground,
        on,
        history,
        by_subject: &by_subject,
    };
    if threads == 1 {
        return work.some(0, share);
    }
    std::thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = (1..threads)
            .map(|thread| scope.spawn(move || work.some(thread * share, share)))
            .collect();
        let mut found = work.some(0, share);
        for other in others {
            found.extend(
                other
                    .join()
                    .unwrap_or_else(|fault| std::panic::resume_unwind(fault)),
            );
        }
        found
    })
}

/// What the threads share.
struct Work<'a> {
    ground: &'a Ground,
    on: i32,
    history: &'a History,
    by_subject: &'a BySubject,
}

impl Work<'_> {
    fn some(&self, from: usize, count: usize) -> Vec<(SubjectId, Score)> {
        let (mut found, mut scratch) = (Vec::with_capacity(count), Scratch::default());
        let (mut lines, mut facts) = (Vec::new(), Vec::new());
        let bounds = self
            .by_subject
            .starts
            .iter()
            .zip(self.by_subject.starts.iter().skip(1));
        let subjects = self.by_subject.subjects.iter().zip(bounds);
        for (id, (start, end)) in subjects.skip(from).take(count) {
            let places = self.by_subject.places.get(*start..*end).unwrap_or_default();
            lines.clear();
            lines.extend(
                places
                    .iter()
                    .filter_map(|at| self.history.lines.get(index(*at))),
            );
            counting(&mut lines);
            if lines.is_empty() {
                continue;
            }
            facts.clear();
            facts.extend(lines.iter().map(|line| Fact {
                kind: line.kind,
                day: line.day,
                // Lines younger than the moment are not in the history, so all of them had arrived.
                arrived: self.on,
                own: line.own,
                values: self.history.values(line),
            }));
            // The lines are in order, so this cannot fail; nothing is said about somebody whose days are not.
            if let Ok(facts) = Facts::new(&facts) {
                let (rules, live) = (&self.ground.rules, &self.ground.live);
                found.push((
                    subject(*id),
                    rules.score(facts, self.on, live, &mut scratch),
                ));
            }
        }
        found
    }
}

/// Leaves the lines of signals that count, by day and id, each once.
fn counting(lines: &mut Vec<&Told>) {
    lines.sort_unstable_by_key(|line| (line.day, line.signal, line.ends));
    if lines.iter().any(|line| line.ends) {
        let ended: Vec<u128> = lines
            .iter()
            .filter(|line| line.ends)
            .map(|line| line.signal)
            .collect();
        lines.retain(|line| !ended.contains(&line.signal));
    }
    lines.dedup_by_key(|line| line.signal);
}

/// Scores at a moment by rows and by packs, without those who score as if nothing were known: a signal too old for
/// its rules is a row, and in no history.
#[cfg(test)]
pub(in crate::arrears) fn ways(
    tx: &mut Tx,
    at: Instant,
) -> Result<[std::collections::BTreeMap<SubjectId, Score>; 2], ArrearsError> {
    let ground = Ground::at(tx, at)?;
    let on = day_number(at.shanghai_date());
    let nothing = ground
        .rules
        .score(Facts::none(), on, &ground.live, &mut Scratch::default());
    let mut found = [(); 2].map(|()| std::collections::BTreeMap::new());
    let [rows, packed] = &mut found;
    by_rows(tx, &ground, (at, None), |subject, score| {
        rows.insert(subject, score);
    })?;
    packs::histories(tx, &ground.rules, None, at, |history| {
        packed.extend(scores(&ground, at, history));
        Ok(())
    })?;
    for way in &mut found {
        way.retain(|_, score| *score != nothing);
    }
    Ok(found)
}
