//! 一遍处理 pass: every row of a file read, checked and judged, or taken in.
//!
//! Three threads work at once: the reader turns the file into rows, the preparer checks, seals and looks up
//! places, the caller's thread writes. Rows are written in chunks, one transaction each, together with the
//! number of the last row: whatever stops the program, the next run goes on after the last whole chunk.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use kernel::ids::MemberId;
use serde_json::json;
use store::{Actor, Audit, Db, Tx, args};

use super::columns::Layout;
use super::error::ExchangeError;
use super::member_rows::{
    ELSEWHERE, MemberRows, Preparing, Seen, elsewhere, other_name, policy, twice,
};
use super::model::{Batch, BatchState, ImportKind, Level, Problem, RowFault, Tally};
use super::places::Places;
use super::reading::{Row, Rows};
use super::{employer_rows, sql, stage};
use crate::members::{self, Admission, Outcome, PreparedMember};
use crate::orgs::{self, OrgRef};

/// Rows written in one transaction, so that nobody at a desk waits long for a turn.
const CHUNK: usize = 2_000;
/// The same for a large file. Names and numbers come in no order, so a transaction of any size touches most pages
/// of their indexes and writes each of them once: larger transactions write fewer pages.
const LARGE_CHUNK: usize = 10_000;
/// From so many rows on a file is large.
const LARGE: i64 = 50_000;
/// Indexes by which lists are shown and nothing is looked up during an import: sorted once at the end of a file that
/// brings more members than are there already. Until then those lists are right, and slow.
const SORTED_LATER: [&str; 7] = [
    "member_path",
    "member_name",
    "member_sound",
    "member_initials",
    "member_employer",
    "membership_path",
    "membership_member",
];
/// Chunks prepared ahead of the writer.
const AHEAD: usize = 1;

/// What a pass is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Say what would happen; write nothing but problem rows.
    Check,
    /// Take the rows in.
    Import,
}

impl Pass {
    /// The state in which a batch is during this pass.
    fn state(self) -> BatchState {
        match self {
            Self::Check => BatchState::Checking,
            Self::Import => BatchState::Importing,
        }
    }
}

/// How far a pass has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Rows finished with, of all that the file holds.
    pub done: i64,
    /// Rows expected; 0 where the file does not say.
    pub expected: i64,
    /// Rows by outcome.
    pub tally: Tally,
}

/// What a pass needs to know.
pub(super) struct Work<'a> {
    pub(super) db: &'a Db,
    pub(super) actor: &'a Actor,
    pub(super) batch: &'a Batch,
    pub(super) layout: &'static Layout,
    pub(super) pass: Pass,
    /// A rehearsal: problem rows are collected here and nothing is written.
    pub(super) rehearsal: Option<&'a RefCell<Vec<Problem>>>,
    /// Called after each chunk; an error stops the pass between two chunks.
    pub(super) progress: &'a mut dyn FnMut(&Progress) -> Result<(), ExchangeError>,
}

/// What a finished pass leaves to say.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub(super) progress: Progress,
    /// Employers that rows name and nobody has entered yet.
    pub(super) unknown_employers: Vec<String>,
}

/// One row on its way.
pub(super) struct Entry<T> {
    pub(super) row: Row,
    pub(super) ready: Result<T, Vec<RowFault>>,
}

/// A member ready to be admitted.
pub(super) type Ready = Box<(PreparedMember, Admission)>;

/// Some rows that belong into one transaction.
pub(super) type Chunk<T> = Vec<Entry<T>>;

/// Runs a pass over the rows of a file.
///
/// # Errors
/// [`ExchangeError::File`] when the file breaks off; [`ExchangeError::Stopped`] when the batch was cancelled;
/// what the store says. All chunks before stay written.
pub(super) fn run(work: &mut Work<'_>, mut rows: Rows) -> Result<Ended, ExchangeError> {
    // What the file says of itself is known once its first row has come.
    rows.head(1);
    match work.batch.kind {
        ImportKind::Members => members_pass(work, rows),
        ImportKind::Employers => employer_rows::pass(work, rows),
    }
}

fn members_pass(work: &mut Work<'_>, rows: Rows) -> Result<Ended, ExchangeError> {
    let today = work.db.clock().now().shanghai_date();
    let preparing = Preparing {
        vault: work.db.vault(),
        policy: policy(work.actor.district, today)?,
        today,
        evidence: work.batch.evidence(),
        batch: (work.pass == Pass::Import).then_some(work.batch.id),
    };
    let fallback = fallback(work)?;
    let places = Places::new(work.db.clone(), work.actor.clone(), fallback);
    let expected = expected(work.batch, &rows);
    if work.pass == Pass::Check || expected < LARGE {
        return side_by_side(work, rows, (preparing, places), (expected, CHUNK));
    }
    let more = work.db.read(work.actor, |tx| {
        members::figures::more_than(tx, expected).map_err(ExchangeError::room)
    })?;
    let without: &[&str] = if more { &[] } else { &SORTED_LATER };
    work.db.clone().large_load(without, || {
        side_by_side(work, rows, (preparing, places), (expected, LARGE_CHUNK))
    })
}

/// Reads, prepares and writes at the same time.
fn side_by_side(
    work: &mut Work<'_>,
    rows: Rows,
    (preparing, mut places): (Preparing<'_>, Places),
    (expected, chunk): (i64, usize),
) -> Result<Ended, ExchangeError> {
    let (out, inbox) = sync_channel(AHEAD);
    thread::scope(|scope| {
        let (db, batch, layout) = (work.db, work.batch, work.layout);
        let feeder = thread::Builder::new()
            .name("import-prepare".into())
            .spawn_scoped(scope, move || {
                let mut feeder = Feeder {
                    db,
                    batch,
                    layout,
                    preparing,
                    places: &mut places,
                    seen: Seen::default(),
                    chunk: CHUNK,
                    later: chunk,
                };
                feeder.run(rows, &out);
                drop(out);
                places.unknown_employers.into_iter().collect::<Vec<_>>()
            });
        let feeder = feeder.map_err(|error| ExchangeError::Depot(error.to_string()))?;
        let written = write_all(work, inbox, expected, take_members);
        // The inbox is gone by now, so the feeder ends at its next chunk even when writing stopped early.
        let unknown_employers = feeder.join().unwrap_or_default();
        Ok(Ended {
            progress: written?,
            unknown_employers,
        })
    })
}

/// The union of rows that name none.
pub(super) fn fallback(work: &Work<'_>) -> Result<Option<OrgRef>, ExchangeError> {
    let Some(org) = work.batch.fallback() else {
        return Ok(None);
    };
    work.db.read(work.actor, |tx| {
        orgs::get(tx, org).map(Some).map_err(ExchangeError::room)
    })
}

/// Rows to come, headings not counted.
pub(super) fn expected(batch: &Batch, rows: &Rows) -> i64 {
    let stated = rows.expected().map_or(0, |rows| {
        i64::from(rows.saturating_sub(batch.mapping.header_row))
    });
    if stated > 0 { stated } else { batch.rows_total }
}

/// The preparing thread.
struct Feeder<'a> {
    db: &'a Db,
    batch: &'a Batch,
    layout: &'static Layout,
    preparing: Preparing<'a>,
    places: &'a mut Places,
    seen: Seen,
    /// Rows of the next chunk: few at first, so that writing begins soon.
    chunk: usize,
    /// Rows of those after it.
    later: usize,
}

impl Feeder<'_> {
    fn run(&mut self, mut rows: Rows, out: &SyncSender<Result<Chunk<Ready>, ExchangeError>>) {
        let reader = MemberRows::new(self.layout, &self.batch.mapping, rows.epoch_1904());
        let mut waiting: Vec<Row> = Vec::with_capacity(self.chunk);
        loop {
            let batch = rows.next_batch();
            let ended = matches!(batch, Ok(None) | Err(_));
            match batch {
                Ok(Some(more)) => waiting.extend(
                    more.into_iter()
                        .filter(|row| is_data(&self.batch.mapping, row)),
                ),
                Ok(None) => {}
                Err(fault) => {
                    let _ = out.send(Err(fault.into()));
                    return;
                }
            }
            while waiting.len() >= self.chunk || (ended && !waiting.is_empty()) {
                let later = waiting.split_off(waiting.len().min(self.chunk));
                let chunk = self.prepare(&reader, std::mem::replace(&mut waiting, later));
                if out.send(chunk).is_err() {
                    return;
                }
                self.chunk = self.later;
            }
            if ended {
                return;
            }
        }
    }

    fn prepare(
        &mut self,
        reader: &MemberRows,
        rows: Vec<Row>,
    ) -> Result<Chunk<Ready>, ExchangeError> {
        let drafts: Vec<_> = rows.iter().map(|row| reader.draft(row, false)).collect();
        self.places
            .learn(drafts.iter().map(|drafted| &drafted.places))?;
        let entries = rows.into_iter().zip(drafts).map(|(row, drafted)| {
            let id: MemberId = self.db.new_id();
            let ready = self.preparing.prepare(drafted, self.places, id).and_then(
                |(member, to)| match self.seen.note(&member, row.number) {
                    Some(before) => Err(vec![twice(before)]),
                    None => Ok(Box::new((member, to))),
                },
            );
            Entry { row, ready }
        });
        Ok(entries.collect())
    }
}

/// Whether a row is one of the list: below the headings, and neither blank where it matters nor the headings
/// once more (long rolls repeat them on every page).
pub(super) fn is_data(mapping: &super::mapping::Mapping, row: &Row) -> bool {
    if row.number <= mapping.header_row {
        return false;
    }
    let mapped = || mapping.columns.iter().filter(|one| !one.field.is_empty());
    let filled = mapped().any(|one| !row.cell(one.column).is_empty());
    let repeats = mapped()
        .filter(|one| row.cell(one.column).says(&one.heading))
        .count();
    filled && repeats < 2
}

/// The place of a chunk in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// Number of its last row.
    pub(super) last: u32,
    /// How many rows it had.
    pub(super) rows: usize,
}

/// Hands chunk after chunk to `take`, which writes it together with its mark.
pub(super) fn write_all<T>(
    work: &mut Work<'_>,
    inbox: Receiver<Result<Chunk<T>, ExchangeError>>,
    expected: i64,
    take: impl Fn(&Work<'_>, Chunk<T>, Mark) -> Result<Tally, ExchangeError>,
) -> Result<Progress, ExchangeError> {
    let mut progress = Progress {
        done: work.batch.rows_done,
        expected,
        tally: work.batch.tally,
    };
    let staged = staged(work)?;
    for chunk in inbox {
        let mut chunk = chunk?;
        // Rows of an earlier, interrupted run were prepared again only to know the people in them.
        chunk.retain(|entry| i64::from(entry.row.number) > work.batch.cursor);
        let Some(last) = chunk.last().map(|entry| entry.row.number) else {
            continue;
        };
        let mark = Mark {
            last,
            rows: chunk.len(),
        };
        // Rows that the check found wanting wait for someone to look at them.
        chunk.retain(|entry| !staged.contains(&entry.row.number));
        let tally = take(work, chunk, mark)?;
        progress.done += i64::try_from(mark.rows).unwrap_or(0);
        progress.tally = progress.tally.plus(tally);
        (work.progress)(&progress)?;
    }
    Ok(progress)
}

/// Numbers of the rows that are staged already.
fn staged(work: &Work<'_>) -> Result<HashSet<u32>, ExchangeError> {
    let (district, batch) = (work.actor.district, work.batch.id);
    if work.rehearsal.is_some() {
        return Ok(HashSet::new());
    }
    work.db.read(work.actor, |tx| {
        let rows = tx.all(&sql::ROWS, args![district, batch])?;
        rows.iter()
            .map(|row| Ok(u32::try_from(row.get::<i64>(0)?).unwrap_or(0)))
            .collect()
    })
}

/// Commits what a chunk came to: its problem rows, its counts and its place. Refused when the batch is no
/// longer in the state of this pass, so that a cancelled import stops between two chunks.
pub(super) fn advance(
    tx: &mut Tx,
    work: &Work<'_>,
    mark: Mark,
    tally: Tally,
    problems: &[Problem],
) -> Result<(), ExchangeError> {
    let (district, batch) = (*tx.district(), work.batch.id);
    stage::stage(tx, batch, problems)?;
    let values = args![
        district,
        batch,
        work.pass.state().id(),
        mark.rows,
        mark.last,
        tally.new,
        tally.updated,
        tally.unchanged,
        tally.refused,
        tally.confirm,
        tally.elsewhere
    ];
    if tx.exec(&sql::ADVANCE, values)? == 0 {
        return Err(ExchangeError::Stopped);
    }
    if work.pass == Pass::Import {
        let detail = json!({ "to_row": mark.last, "rows": mark.rows, "digest": work.batch.digest, "tally": tally });
        tx.audit(
            Audit::of("import.chunk", "import_batch", batch)
                .at(&work.batch.org_path)
                .detail(detail),
        )?;
    }
    Ok(())
}

/// Keeps what a check found.
pub(super) fn note(
    work: &Work<'_>,
    mark: Mark,
    tally: Tally,
    problems: Vec<Problem>,
) -> Result<(), ExchangeError> {
    match work.rehearsal {
        Some(collected) => collected.borrow_mut().extend(problems),
        None => work
            .db
            .housekeep(work.actor, |tx| advance(tx, work, mark, tally, &problems))?,
    }
    Ok(())
}

fn take_members(work: &Work<'_>, chunk: Chunk<Ready>, mark: Mark) -> Result<Tally, ExchangeError> {
    let (mut tally, mut problems) = (Tally::default(), Vec::new());
    let (mut rows, mut pairs) = (
        Vec::with_capacity(chunk.len()),
        Vec::with_capacity(chunk.len()),
    );
    for entry in chunk {
        match entry.ready {
            Ok(pair) => {
                rows.push(entry.row);
                pairs.push(*pair);
            }
            Err(faults) => problems.push(counted(&mut tally, stage::problem(&entry.row, faults))),
        }
    }
    match work.pass {
        Pass::Check => {
            let outcomes = work
                .db
                .read(work.actor, |tx| members::judge_many(tx, &pairs))
                .map_err(ExchangeError::room)?;
            fold(&mut tally, &mut problems, &rows, outcomes);
            note(work, mark, tally, problems)?;
        }
        Pass::Import => work.db.write(work.actor, |tx| {
            let answers =
                members::admit_many(tx, pairs, Some(work.batch.id)).map_err(ExchangeError::room)?;
            fold(
                &mut tally,
                &mut problems,
                &rows,
                answers.into_iter().map(|answer| answer.outcome),
            );
            advance(tx, work, mark, tally, &problems)
        })?,
    }
    Ok(tally)
}

/// Sorts outcomes into counts and problem rows.
fn fold(
    tally: &mut Tally,
    problems: &mut Vec<Problem>,
    rows: &[Row],
    outcomes: impl IntoIterator<Item = Outcome>,
) {
    for (row, outcome) in rows.iter().zip(outcomes) {
        match faults_of(&outcome) {
            None => count(tally, &outcome),
            Some(faults) => problems.push(counted(tally, stage::problem(row, faults))),
        }
    }
}

/// Why a judged row is not taken; none when it is.
pub(super) fn faults_of(outcome: &Outcome) -> Option<Vec<RowFault>> {
    match outcome {
        Outcome::New | Outcome::Unchanged | Outcome::Updated(_) | Outcome::Rejoined => None,
        Outcome::Elsewhere(org) => Some(vec![elsewhere(org)]),
        Outcome::OtherName(other) => {
            let further = other.elsewhere.as_deref().map(elsewhere);
            Some(std::iter::once(other_name(other)).chain(further).collect())
        }
        Outcome::Refused(refusals) => Some(
            refusals
                .iter()
                .map(|refusal| RowFault {
                    field: String::new(),
                    code: refusal.code.into(),
                    level: Level::Error,
                    message: refusal.message.clone(),
                    suggestion: String::new(),
                })
                .collect(),
        ),
    }
}

/// Counts a row that is taken.
pub(super) fn count(tally: &mut Tally, outcome: &Outcome) {
    match outcome {
        Outcome::New => tally.new += 1,
        Outcome::Unchanged => tally.unchanged += 1,
        Outcome::Updated(_) | Outcome::Rejoined => tally.updated += 1,
        Outcome::Elsewhere(_) | Outcome::OtherName(_) | Outcome::Refused(_) => {}
    }
}

/// Counts a row that is not.
pub(super) fn counted(tally: &mut Tally, problem: Problem) -> Problem {
    match problem.level() {
        Level::Error => tally.refused += 1,
        Level::Confirm => tally.confirm += 1,
    }
    if problem.first().is_some_and(|fault| fault.code == ELSEWHERE) {
        tally.elsewhere += 1;
    }
    problem
}
