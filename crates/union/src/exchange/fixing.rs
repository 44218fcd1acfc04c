//! 改问题行: staged rows put right, confirmed or dropped, and taken in afterwards.

use std::collections::BTreeMap;

use kernel::IdDocument;
use kernel::ids::{BatchId, MemberId, OrgId};
use serde_json::json;
use store::{Actor, Audit, Tx, args};

use super::batch;
use super::columns::Layout;
use super::desk::Desk;
use super::employer_rows::{self, EmployerRows};
use super::error::ExchangeError;
use super::member_rows::{Drafted, ELSEWHERE, MemberRows, Preparing, policy};
use super::model::{Batch, BatchState, ImportKind, Problem, ProblemState, RowFault, Tally};
use super::pass;
use super::places::Places;
use super::rules::{self, Permit};
use super::stage::{self, ProblemFilter};
use super::{screen, sql};
use crate::access::Capability;
use crate::employers::EmployerDraft;
use crate::members::{self, Admission, OtherName, Outcome, PreparedMember, transfers};
use crate::orgs;

/// Rows put right that are taken in one transaction.
const CHUNK: usize = 500;
/// Rows on which one click may act.
const AT_ONCE: usize = 2_000;

/// The column of numbers of papers.
const ID: &str = "id_number";

/// What is done to a problem row.
#[derive(Debug, Clone)]
pub enum Fix {
    /// New texts for some fields, by name.
    Edit(BTreeMap<String, String>),
    /// 采用建议
    Suggestion,
    /// 确认无误
    Confirm,
    /// 不导入
    Drop,
    /// 恢复处理
    Reopen,
}

impl Fix {
    fn word(&self) -> &'static str {
        match self {
            Self::Edit(_) => "edited",
            Self::Suggestion => "suggestion",
            Self::Confirm => "confirmed",
            Self::Drop => "dropped",
            Self::Reopen => "reopened",
        }
    }
}

impl Desk {
    /// Does something to a problem row and checks it again.
    ///
    /// # Errors
    /// [`ExchangeError::NotFound`]; [`ExchangeError::Refused`] when the batch cannot be worked on now.
    pub fn fix(
        &self,
        actor: &Actor,
        permit: &Permit,
        id: BatchId,
        row: u32,
        fix: &Fix,
    ) -> Result<Problem, ExchangeError> {
        let fixed = self.try_fix(actor, permit, id, row, fix)?;
        self.db
            .write(actor, |tx| keep_row(tx, permit, id, fix, &fixed))?;
        Ok(fixed)
    }

    /// A problem row as it would stand after something was done to it. Nothing is kept yet: see [`keep_row`].
    ///
    /// # Errors
    /// As [`Desk::fix`].
    pub fn try_fix(
        &self,
        actor: &Actor,
        permit: &Permit,
        id: BatchId,
        row: u32,
        fix: &Fix,
    ) -> Result<Problem, ExchangeError> {
        let (batch, problem) = self.db.read(actor, |tx| {
            let batch = workable(tx, permit, id)?;
            let problem = stage::get(tx, id, row)?;
            Ok::<_, ExchangeError>((batch, problem))
        })?;
        self.fixed(actor, &batch, problem, fix)
    }

    /// The number of a row that cannot be the number it should be (校验位不对), as it was uploaded: for whoever may put
    /// the row right, in that one input. Each look is on record. `None` when nothing is wrong with it.
    ///
    /// # Errors
    /// As [`Desk::fix`].
    pub fn faulty_number(
        &self,
        actor: &Actor,
        permit: &Permit,
        id: BatchId,
        row: u32,
    ) -> Result<Option<String>, ExchangeError> {
        self.db.write(actor, |tx| {
            let batch = workable(tx, permit, id)?;
            let problem = stage::get(tx, id, row)?;
            let wrong = |fault: &RowFault| fault.field == ID && fault.code.starts_with("id.");
            if problem.state != ProblemState::Open || !problem.faults.iter().any(wrong) {
                return Ok(None);
            }
            let place = batch.mapping.column_of(ID).map(|one| one.column);
            let Some(text) = place.and_then(|place| problem.cells.get(place)) else {
                return Ok(None);
            };
            tx.audit(
                Audit::of("import.number_shown", "import_batch", id)
                    .at(&batch.org_path)
                    .why("更正校验不通过的证件号码")
                    .detail(json!({ "row": row, "field": ID })),
            )?;
            Ok(Some(text.clone()))
        })
    }

    /// Takes all suggestions, or confirms all rows of one kind; how many rows became ready. Rows that ask which of two
    /// names holds are confirmed one by one only.
    ///
    /// # Errors
    /// As [`Desk::fix`].
    pub fn fix_all(
        &self,
        actor: &Actor,
        permit: &Permit,
        id: BatchId,
        filter: &ProblemFilter,
        fix: &Fix,
    ) -> Result<usize, ExchangeError> {
        let fixed = self.try_fix_all(actor, permit, id, filter, fix)?;
        self.db
            .write(actor, |tx| keep_rows(tx, permit, id, fix, &fixed))
    }

    /// The open problem rows of a filter as they would stand. Nothing is kept yet: see [`keep_rows`].
    ///
    /// # Errors
    /// As [`Desk::fix`].
    pub fn try_fix_all(
        &self,
        actor: &Actor,
        permit: &Permit,
        id: BatchId,
        filter: &ProblemFilter,
        fix: &Fix,
    ) -> Result<Vec<Problem>, ExchangeError> {
        let filter = ProblemFilter {
            state: Some(ProblemState::Open),
            ..filter.clone()
        };
        let (batch, problems) = self.db.read(actor, |tx| {
            let batch = workable(tx, permit, id)?;
            Ok::<_, ExchangeError>((batch, stage::list(tx, id, &filter, AT_ONCE)?))
        })?;
        // Whose name holds is asked of each person: a list sorted by one column alone would rename them all.
        let single =
            |problem: &Problem| matches!(fix, Fix::Confirm) && problem.asks(OtherName::CODE);
        let fixed = problems
            .into_iter()
            .filter(|problem| !single(problem))
            .map(|problem| self.fixed(actor, &batch, problem, fix));
        fixed.collect()
    }

    /// A row after something was done to it.
    fn fixed(
        &self,
        actor: &Actor,
        batch: &Batch,
        mut problem: Problem,
        fix: &Fix,
    ) -> Result<Problem, ExchangeError> {
        let layout = Layout::at(
            batch.kind,
            actor.district,
            self.db.clock().now().shanghai_date(),
        )?;
        match fix {
            Fix::Drop => {
                problem.state = ProblemState::Dropped;
                return Ok(problem);
            }
            Fix::Edit(edits) => edits
                .iter()
                .for_each(|(field, text)| edit(layout, batch, &mut problem, field, text)),
            Fix::Suggestion => {
                let wishes: Vec<(String, String)> = problem
                    .faults
                    .iter()
                    .filter(|fault| !fault.suggestion.is_empty())
                    .map(|fault| (fault.field.clone(), fault.suggestion.clone()))
                    .collect();
                wishes
                    .iter()
                    .for_each(|(field, text)| edit(layout, batch, &mut problem, field, text));
            }
            Fix::Confirm => problem.confirmed = true,
            Fix::Reopen => problem.confirmed = false,
        }
        let mut judge = Judge::new(self, actor, batch, layout)?;
        let faults = judge.faults(&problem)?;
        problem.state = if faults.is_empty() {
            ProblemState::Fixed
        } else {
            ProblemState::Open
        };
        if !faults.is_empty() {
            // What is asked now has not been answered yet.
            problem.confirmed = false;
            problem.faults = faults;
        }
        Ok(problem)
    }
}

/// Keeps a problem row as [`Desk::try_fix`] left it.
///
/// # Errors
/// As [`Desk::fix`].
pub fn keep_row(
    tx: &mut Tx,
    permit: &Permit,
    id: BatchId,
    fix: &Fix,
    fixed: &Problem,
) -> Result<(), ExchangeError> {
    let batch = workable(tx, permit, id)?;
    stage::restage(tx, id, fixed)?;
    tx.exec(&sql::RECOUNT, args![*tx.district(), id])?;
    let detail = json!({ "row": fixed.row, "done": fix.word(), "state": fixed.state.title() });
    tx.audit(
        Audit::of("import.row_fixed", "import_batch", id)
            .at(&batch.org_path)
            .detail(detail),
    )?;
    Ok(())
}

/// Keeps problem rows as [`Desk::try_fix_all`] left them; how many of them are ready.
///
/// # Errors
/// As [`Desk::fix`].
pub fn keep_rows(
    tx: &mut Tx,
    permit: &Permit,
    id: BatchId,
    fix: &Fix,
    fixed: &[Problem],
) -> Result<usize, ExchangeError> {
    let batch = workable(tx, permit, id)?;
    for problem in fixed {
        stage::restage(tx, id, problem)?;
    }
    tx.exec(&sql::RECOUNT, args![*tx.district(), id])?;
    let ready = fixed.iter().filter(|one| one.state == ProblemState::Fixed);
    let ready = ready.count();
    let detail = json!({ "rows": fixed.len(), "done": fix.word(), "ready": ready });
    tx.audit(
        Audit::of("import.rows_fixed", "import_batch", id)
            .at(&batch.org_path)
            .detail(detail),
    )?;
    Ok(ready)
}

/// A batch whose problem rows may be worked on now.
fn workable(tx: &mut Tx, permit: &Permit, id: BatchId) -> Result<Batch, ExchangeError> {
    let batch = batch::get(tx, id)?;
    rules::may_import(permit, batch.kind)?;
    if batch.kept && matches!(batch.state, BatchState::Checked | BatchState::Done) {
        Ok(batch)
    } else {
        let message = format!("这一批“{}”，问题行现在不能修改", batch.state.title());
        Err(ExchangeError::refuse("import.not_now", message))
    }
}

/// Sets the cell of a field. A masked number that came back unchanged stays what it was.
fn edit(layout: &Layout, batch: &Batch, problem: &mut Problem, field: &str, text: &str) {
    let text = kernel::text::trim(text);
    let Some(place) = batch.mapping.column_of(field).map(|one| one.column) else {
        return add(layout, batch.kind, problem, field, text);
    };
    let old = problem
        .cells
        .get(place)
        .map(String::as_str)
        .unwrap_or_default();
    if text == screen::masked(batch.kind, field, old) {
        return;
    }
    while problem.cells.len() <= place {
        problem.cells.push(String::new());
    }
    if let Some(cell) = problem.cells.get_mut(place) {
        text.clone_into(cell);
        problem.confirmed = false;
    }
}

/// Sets a field the file has no column for.
fn add(layout: &Layout, kind: ImportKind, problem: &mut Problem, field: &str, text: &str) {
    let old = problem.added.get(field).map_or("", String::as_str);
    if layout.column(field).is_none() || text == screen::masked(kind, field, old) {
        return;
    }
    if text.is_empty() {
        problem.added.remove(field);
    } else {
        problem.added.insert(field.to_owned(), text.to_owned());
    }
    problem.confirmed = false;
}

/// A member row read again.
struct Again {
    ready: Result<(PreparedMember, Admission), Vec<RowFault>>,
    /// The number as written, for a transfer.
    paper: Option<IdDocument>,
}

/// Checks staged rows with the rules of the whole file.
struct Judge<'a> {
    desk: &'a Desk,
    actor: &'a Actor,
    batch: &'a Batch,
    layout: &'static Layout,
    places: Places,
}

impl<'a> Judge<'a> {
    fn new(
        desk: &'a Desk,
        actor: &'a Actor,
        batch: &'a Batch,
        layout: &'static Layout,
    ) -> Result<Self, ExchangeError> {
        let fallback = match batch.fallback() {
            Some(org) => Some(
                desk.db
                    .read(actor, |tx| orgs::get(tx, org))
                    .map_err(ExchangeError::room)?,
            ),
            None => None,
        };
        Ok(Self {
            desk,
            actor,
            batch,
            layout,
            places: Places::new(desk.db.clone(), actor.clone(), fallback),
        })
    }

    /// What is still wrong with a row; nothing when it may be taken.
    fn faults(&mut self, problem: &Problem) -> Result<Vec<RowFault>, ExchangeError> {
        match self.batch.kind {
            ImportKind::Employers => Ok(self.employer(problem)?.err().unwrap_or_default()),
            ImportKind::Members => {
                let again = self.member(problem)?;
                let pair = match again.ready {
                    Ok(pair) => pair,
                    Err(faults) => return Ok(faults),
                };
                let outcomes = self
                    .desk
                    .db
                    .read(self.actor, |tx| members::judge_many(tx, &[pair]))
                    .map_err(ExchangeError::room)?;
                let elsewhere = matches!(outcomes.as_slice(), [Outcome::Elsewhere(_)]);
                if elsewhere && problem.answers(ELSEWHERE) {
                    return Ok(Vec::new());
                }
                Ok(outcomes
                    .first()
                    .and_then(pass::faults_of)
                    .unwrap_or_default())
            }
        }
    }

    fn member(&mut self, problem: &Problem) -> Result<Again, ExchangeError> {
        let (db, today) = (&self.desk.db, self.desk.db.clock().now().shanghai_date());
        let (row, mapping) = stage::row_of(&self.batch.mapping, problem);
        let reader = MemberRows::new(self.layout, &mapping, false);
        let drafted: Drafted = reader.draft(&row, problem.confirmed);
        self.places.learn(std::iter::once(&drafted.places))?;
        let paper = IdDocument::detect(&drafted.draft.id_number).ok();
        let preparing = Preparing {
            vault: db.vault(),
            policy: policy(self.actor.district, today)?,
            today,
            evidence: self.batch.evidence(),
            batch: Some(self.batch.id),
        };
        let id: MemberId = db.new_id();
        let renamed = problem.answers(OtherName::CODE);
        let ready = preparing.prepare(drafted, &mut self.places, id);
        Ok(Again {
            ready: ready.map(|(member, to)| (member, to.renamed(renamed))),
            paper,
        })
    }

    fn employer(
        &mut self,
        problem: &Problem,
    ) -> Result<Result<EmployerDraft, Vec<RowFault>>, ExchangeError> {
        let (row, mapping) = stage::row_of(&self.batch.mapping, problem);
        let drafted = EmployerRows::new(self.layout, &mapping, false).draft(&row);
        self.places.learn(std::iter::once(&drafted.1))?;
        Ok(
            employer_rows::settled(&self.places, drafted).map(|mut draft| {
                draft.batch = Some(self.batch.id);
                draft.source = self.batch.evidence();
                draft
            }),
        )
    }
}

/// Takes in the rows that were put right, chunk by chunk. A row that has become a problem again meanwhile is
/// open again.
pub(super) fn take_fixed(desk: &Desk, batch: &Batch, worker: &Actor) -> Result<(), ExchangeError> {
    let layout = Layout::at(
        batch.kind,
        worker.district,
        desk.db.clock().now().shanghai_date(),
    )?;
    let mut judge = Judge::new(desk, worker, batch, layout)?;
    let mut filter = ProblemFilter {
        state: Some(ProblemState::Fixed),
        ..ProblemFilter::default()
    };
    loop {
        let problems = desk
            .db
            .read(worker, |tx| stage::list(tx, batch.id, &filter, CHUNK))?;
        let Some(last) = problems.last().map(|problem| problem.row) else {
            return Ok(());
        };
        filter.after = last;
        match batch.kind {
            ImportKind::Members => take_members(desk, &mut judge, problems)?,
            ImportKind::Employers => take_employers(desk, &mut judge, problems)?,
        }
    }
}

fn take_members(
    desk: &Desk,
    judge: &mut Judge<'_>,
    problems: Vec<Problem>,
) -> Result<(), ExchangeError> {
    let (mut done, mut pairs, mut waiting) = (Vec::new(), Vec::new(), Vec::new());
    for mut problem in problems {
        let again = judge.member(&problem)?;
        match again.ready {
            Ok(pair) => {
                pairs.push(pair);
                waiting.push((problem, again.paper));
            }
            Err(faults) => {
                reopen(&mut problem, faults);
                done.push(problem);
            }
        }
    }
    let targets: Vec<OrgId> = pairs.iter().map(|(_, to)| to.org).collect();
    let (batch, worker) = (judge.batch, judge.actor);
    desk.db.write(worker, |tx| {
        let answers =
            members::admit_many(tx, pairs, Some(batch.id)).map_err(ExchangeError::room)?;
        let mut tally = Tally::default();
        for (((mut problem, paper), answer), to) in waiting.into_iter().zip(answers).zip(targets) {
            match pass::faults_of(&answer.outcome) {
                None => {
                    pass::count(&mut tally, &answer.outcome);
                    problem.state = ProblemState::Taken;
                }
                Some(faults) => match (&answer.outcome, paper) {
                    (Outcome::Elsewhere(_), Some(paper)) if problem.answers(ELSEWHERE) => {
                        ask_for(tx, batch, &paper, to, &mut problem, &mut tally)?
                    }
                    _ => reopen(&mut problem, faults),
                },
            }
            done.push(problem);
        }
        settle(tx, batch, &done, tally)
    })
}

/// Asks the other union for a member whose transfer was confirmed.
fn ask_for(
    tx: &mut Tx,
    batch: &Batch,
    paper: &IdDocument,
    to: OrgId,
    problem: &mut Problem,
    tally: &mut Tally,
) -> Result<(), ExchangeError> {
    let permit = Permit::with([Capability::MembersChange].into_iter().collect());
    match transfers::request(tx, &permit, paper, to, &batch.evidence(), false) {
        Ok(_) => {
            problem.state = ProblemState::Taken;
            tally.updated += 1;
            Ok(())
        }
        Err(members::MemberError::Refused(refusals)) => {
            let faults = pass::faults_of(&Outcome::Refused(refusals)).unwrap_or_default();
            reopen(problem, faults);
            Ok(())
        }
        Err(error) => Err(ExchangeError::room(error)),
    }
}

fn reopen(problem: &mut Problem, faults: Vec<RowFault>) {
    problem.state = ProblemState::Open;
    problem.confirmed = false;
    problem.faults = faults;
}

fn take_employers(
    desk: &Desk,
    judge: &mut Judge<'_>,
    problems: Vec<Problem>,
) -> Result<(), ExchangeError> {
    let drafts = problems
        .iter()
        .map(|problem| judge.employer(problem))
        .collect::<Result<Vec<_>, _>>()?;
    let (batch, worker) = (judge.batch, judge.actor);
    desk.db.write(worker, |tx| {
        let (mut tally, mut done) = (Tally::default(), Vec::new());
        for (mut problem, draft) in problems.into_iter().zip(drafts) {
            let entered = match draft {
                Ok(draft) => employer_rows::upsert(tx, &draft)?,
                Err(faults) => Err(faults),
            };
            match entered {
                Ok(outcome) => {
                    employer_rows::count(&mut tally, outcome);
                    problem.state = ProblemState::Taken;
                }
                Err(faults) => reopen(&mut problem, faults),
            }
            done.push(problem);
        }
        settle(tx, batch, &done, tally)
    })
}

/// Writes what became of some rows, and counts those taken.
fn settle(tx: &mut Tx, batch: &Batch, done: &[Problem], tally: Tally) -> Result<(), ExchangeError> {
    for problem in done {
        stage::restage(tx, batch.id, problem)?;
    }
    let values = args![
        *tx.district(),
        batch.id,
        tally.new,
        tally.updated,
        tally.unchanged
    ];
    if tx.exec(&sql::TAKE_FIXED, values)? == 0 {
        return Err(ExchangeError::Stopped);
    }
    let detail = json!({ "fixed_rows": done.len(), "tally": tally, "digest": batch.digest });
    tx.audit(
        Audit::of("import.chunk", "import_batch", batch.id)
            .at(&batch.org_path)
            .detail(detail),
    )?;
    Ok(())
}
