//! Where everybody stands: score and level by the rules alone, for a whole district in one go or for a few.

use std::num::NonZero;

use kernel::Instant;
use kernel::warning::{Ceiling, Fact, Facts, Score, Scratch, day_number};
use store::{Tx, args};
use uuid::Uuid;

use super::evaluate::{Ground, Who};
use crate::arrears::known;
use crate::arrears::model::SubjectId;
use crate::arrears::packs::{self, History, Outlines, Reading, Told, place};
use crate::arrears::{ArrearsError, rulesets};

/// Below so many subjects their rows are read one by one: packs hold everybody.
const FEW: usize = 2_000;
/// From so many lines on, a kind of signals is looked at in outline first.
const MANY: usize = 20_000;
/// Subjects worth a thread of their own.
const A_THREAD: usize = 5_000;
/// Threads at most.
const THREADS: usize = 4;

/// Hands `f` the score of everybody about whom the rules know something now.
///
/// # Errors
/// The store or `f` failed.
pub(super) fn each(
    tx: &mut Tx,
    ground: &Ground,
    at: Instant,
    f: impl FnMut(SubjectId, Score),
) -> Result<(), ArrearsError> {
    if !packed(tx, ground, at)? {
        return by_rows(tx, ground, (at, None), f);
    }
    let everybody = Reading {
        at,
        who: None,
        last: &[],
    };
    by_packs(tx, ground, &everybody, |_| true, f)
}

/// Hands `f` the score of everybody who may stand at a level that opens alerts, of all or of those of [`Who::Since`];
/// how many of these something is known about.
///
/// # Errors
/// The store or `f` failed.
pub(super) fn opening(
    tx: &mut Tx,
    ground: &Ground,
    (at, who): (Instant, Who),
    mut f: impl FnMut(SubjectId, Score),
) -> Result<usize, ArrearsError> {
    let packed = packed(tx, ground, at)?;
    let mut subjects = 0;
    let counted = |subject, score| {
        subjects += 1;
        f(subject, score);
    };
    let touched = match who {
        Who::All => None,
        Who::Since(since) if packed => Some(packs::touched(tx, since)?),
        Who::Since(since) => {
            let some = touched_rows(tx, since, at)?;
            by_rows(tx, ground, (at, Some(&some)), counted)?;
            return Ok(subjects);
        }
    };
    if let Some(few) = touched
        .as_ref()
        .filter(|touched| touched.subjects.len() < FEW)
    {
        let ids = few.subjects.ids().iter();
        let mut few: Vec<SubjectId> = ids.map(|id| subject(*id)).collect();
        few.sort_unstable();
        by_rows(tx, ground, (at, Some(&few)), counted)?;
        return Ok(subjects);
    }
    if !packed {
        by_rows(tx, ground, (at, None), counted)?;
        return Ok(subjects);
    }
    let many = |(_, lines): &(u16, usize)| *lines >= MANY;
    let volumes = packs::volumes(tx, &ground.rules, at)?;
    let doubtful = Reading {
        at,
        who: touched.as_ref().map(|touched| &touched.subjects),
        last: &Vec::from_iter(volumes.into_iter().filter(many).map(|(kind, _)| kind)),
    };
    let opens = |score: &Score| rulesets::opening(&ground.rules, score.level).is_some();
    by_packs(tx, ground, &doubtful, opens, f)?;
    match touched {
        Some(touched) => Ok(touched.subjects.len()),
        None => packs::subjects(tx, &ground.rules, at),
    }
}

/// Whether the packs can be asked.
fn packed(tx: &mut Tx, ground: &Ground, at: Instant) -> Result<bool, ArrearsError> {
    Ok(packs::usable(tx)? && !speaks_of_silence(ground, at))
}

/// Scores by the packs, those that are wanted.
fn by_packs(
    tx: &mut Tx,
    ground: &Ground,
    reading: &Reading<'_>,
    wanted: impl Fn(&Score) -> bool + Sync,
    mut f: impl FnMut(SubjectId, Score),
) -> Result<(), ArrearsError> {
    let (rules, at) = (&ground.rules, reading.at);
    let on = day_number(at.shanghai_date());
    let ceiling = rules.ceiling(reading.last, on, &ground.live);
    let doubt =
        |history: &History<'_>, outlines: &[Outlines]| in_doubt(&ceiling, at, history, outlines);
    packs::histories(tx, rules, reading, doubt, |history| {
        let found = scores(ground, at, history, &wanted);
        found.for_each(|(subject, score)| f(subject, score));
        Ok(())
    })
}

/// Who may reach an opening level by what the outlines leave open, by number.
fn in_doubt(
    ceiling: &Ceiling<'_>,
    at: Instant,
    history: &History<'_>,
    outlines: &[Outlines],
) -> Vec<bool> {
    let may = |number: usize, facts: Facts<'_>, scratch: &mut Scratch| {
        let outline = |kind: usize| Some(outlines.get(kind)?.of(number));
        ceiling.may_open(facts, outline, scratch).then_some(())
    };
    let mut doubtful = vec![false; history.subjects().len()];
    for (number, ()) in asked(at, history, may) {
        if let Some(doubt) = doubtful.get_mut(number) {
            *doubt = true;
        }
    }
    doubtful
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
    /// Where each subject's places begin, by number, and the end of the last.
    starts: Vec<u32>,
    /// Places of lines.
    places: Vec<u32>,
}

impl BySubject {
    fn of(history: &History<'_>) -> Self {
        let mut starts = vec![0_u32; history.subjects().len() + 1];
        for line in &history.lines {
            if let Some(count) = starts.get_mut(place(line.subject)) {
                *count += 1;
            }
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        // Each start is the end of its places until they are filled in, from the last to the first.
        let mut places = vec![0_u32; history.lines.len()];
        for (at, line) in history.lines.iter().enumerate().rev() {
            let Some(start) = starts.get_mut(place(line.subject)) else {
                continue;
            };
            *start -= 1;
            if let Some(to) = places.get_mut(place(*start)) {
                // Far fewer lines are held at once.
                *to = u32::try_from(at).unwrap_or(u32::MAX);
            }
        }
        Self { starts, places }
    }
}

/// The wanted scores of the subjects of a history that something is known about.
fn scores(
    ground: &Ground,
    at: Instant,
    history: &History<'_>,
    wanted: impl Fn(&Score) -> bool + Sync,
) -> impl Iterator<Item = (SubjectId, Score)> {
    let on = day_number(at.shanghai_date());
    let score = |_, facts: Facts<'_>, scratch: &mut Scratch| {
        if facts.as_slice().is_empty() {
            return None;
        }
        let score = ground.rules.score(facts, on, &ground.live, scratch);
        wanted(&score).then_some(score)
    };
    let named = |(number, score)| Some((subject(*history.subjects().get(number)?), score));
    asked(at, history, score).into_iter().filter_map(named)
}

/// What `ask` answers about the subjects of a history, by number, on as many threads as are worth it.
fn asked<T: Send>(
    at: Instant,
    history: &History<'_>,
    ask: impl Fn(usize, Facts<'_>, &mut Scratch) -> Option<T> + Sync,
) -> Vec<(usize, T)> {
    let by_subject = BySubject::of(history);
    let subjects = history.subjects().len();
    let threads = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(THREADS)
        .min(subjects / A_THREAD + 1);
    let share = subjects.div_ceil(threads).max(1);
    let work = Work {
        on: day_number(at.shanghai_date()),
        history,
        by_subject: &by_subject,
        ask,
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
struct Work<'a, A> {
    on: i32,
    history: &'a History<'a>,
    by_subject: &'a BySubject,
    ask: A,
}

impl<A> Work<'_, A> {
    fn some<T>(&self, from: usize, count: usize) -> Vec<(usize, T)>
    where
        A: Fn(usize, Facts<'_>, &mut Scratch) -> Option<T>,
    {
        let (mut found, mut scratch) = (Vec::new(), Scratch::default());
        let (mut lines, mut facts) = (Vec::new(), Vec::new());
        let starts = &self.by_subject.starts;
        let bounds = starts.iter().zip(starts.iter().skip(1)).enumerate();
        for (number, (start, end)) in bounds.skip(from).take(count) {
            let places = self.by_subject.places.get(place(*start)..place(*end));
            lines.clear();
            lines.extend(
                places
                    .unwrap_or_default()
                    .iter()
                    .filter_map(|at| self.history.lines.get(place(*at))),
            );
            counting(&mut lines);
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
            let Ok(facts) = Facts::new(&facts) else {
                continue;
            };
            if let Some(answer) = (self.ask)(number, facts, &mut scratch) {
                found.push((number, answer));
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
/// its rules is a row, and in no history. Whoever opens an alert by all packs does so too when kinds are
/// looked at in outline first.
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
    let volumes = packs::volumes(tx, &ground.rules, at)?;
    let kinds: Vec<u16> = volumes.into_iter().map(|(kind, _)| kind).collect();
    let half = kinds.get(..kinds.len() / 2).unwrap_or_default();
    let mut found = [(); 4].map(|()| std::collections::BTreeMap::new());
    let [rows, packed, some, all] = &mut found;
    by_rows(tx, &ground, (at, None), |subject, score| {
        rows.insert(subject, score);
    })?;
    for (last, into) in [
        (&[][..], &mut *packed),
        (half, &mut *some),
        (&kinds, &mut *all),
    ] {
        let reading = Reading {
            at,
            who: None,
            last,
        };
        by_packs(
            tx,
            &ground,
            &reading,
            |_| true,
            |subject, score| {
                into.insert(subject, score);
            },
        )?;
    }
    let opens = |score: &Score| rulesets::opening(&ground.rules, score.level).is_some();
    for outlined in [some, all] {
        outlined.retain(|_, score| opens(score));
        let whole = packed.iter().filter(|(_, score)| opens(score));
        assert!(whole.eq(outlined.iter()), "at {}", at.shanghai_text());
    }
    let [mut rows, mut packed, ..] = found;
    for way in [&mut rows, &mut packed] {
        way.retain(|_, score| *score != nothing);
    }
    Ok([rows, packed])
}
