//! 后台处理: the three long works on a batch. Each may be run again after a crash and goes on where it was.

use kernel::DistrictCode;
use kernel::ids::BatchId;
use serde_json::json;
use store::{Actor, Audit, args};

use super::batch;
use super::columns::Layout;
use super::desk::{Desk, whole};
use super::error::ExchangeError;
use super::fixing::take_fixed;
use super::flow::Verb;
use super::model::{Batch, BatchState, ImportKind, Tally};
use super::pass::{self, Ended, Pass, Progress, Work};
use super::reading::{FileFault, Rows, Workbook, quoted};
use super::sql;
use crate::employers::{self, EmployerError};
use crate::members::undo;

/// Employers looked at together while undoing.
const UNDONE: usize = 200;

/// Called after each chunk; an error stops the work there.
pub type OnProgress<'a> = &'a mut dyn FnMut(&Progress) -> Result<(), ExchangeError>;

impl Desk {
    /// The batch a work belongs to, and who does it.
    fn at_work(
        &self,
        district: DistrictCode,
        id: BatchId,
    ) -> Result<(Batch, Actor), ExchangeError> {
        let batch = self
            .db
            .read(&Actor::system(district), |tx| batch::get(tx, id))?;
        let worker = batch.worker(district);
        Ok((batch, worker))
    }

    fn layout(
        &self,
        batch: &Batch,
        district: DistrictCode,
    ) -> Result<&'static Layout, ExchangeError> {
        Layout::at(batch.kind, district, self.db.clock().now().shanghai_date())
    }

    /// Checks every row of a batch's file and stages those that could not be taken.
    ///
    /// # Errors
    /// [`ExchangeError::Stopped`] when it was cancelled meanwhile; what the store says.
    pub fn run_check(
        &self,
        district: DistrictCode,
        id: BatchId,
        progress: OnProgress<'_>,
    ) -> Result<(), ExchangeError> {
        let (batch, worker) = self.at_work(district, id)?;
        if batch.state != BatchState::Checking {
            return Err(ExchangeError::Stopped);
        }
        // A check that broke off begins anew: it has written nothing but problem rows.
        let batch = self.db.housekeep(&worker, |tx| {
            tx.exec(&sql::UNSTAGE, args![district, id])?;
            tx.exec(&sql::RESET, args![district, id])?;
            batch::get(tx, id)
        })?;
        let result = self.run_pass(&batch, &worker, Pass::Check, progress);
        self.concluded(&batch, &worker, result, Verb::Checked)
    }

    /// Takes a batch in: the rows of its file, then those that were put right.
    ///
    /// # Errors
    /// [`ExchangeError::Stopped`] when it was cancelled meanwhile; what the store says.
    pub fn run_import(
        &self,
        district: DistrictCode,
        id: BatchId,
        progress: OnProgress<'_>,
    ) -> Result<(), ExchangeError> {
        let (batch, worker) = self.at_work(district, id)?;
        if batch.state != BatchState::Importing {
            return Err(ExchangeError::Stopped);
        }
        // Once done, the file is gone and only rows that were put right are left to take.
        let result = if batch.finished_at.is_some() {
            Ok(Ended {
                progress: Progress {
                    tally: batch.tally,
                    ..Progress::default()
                },
                ..Ended::default()
            })
        } else {
            self.run_pass(&batch, &worker, Pass::Import, progress)
        };
        let result = result.and_then(|ended| take_fixed(self, &batch, &worker).map(|()| ended));
        self.concluded(&batch, &worker, result, Verb::Finish)?;
        self.depot.remove(id);
        Ok(())
    }

    fn run_pass(
        &self,
        batch: &Batch,
        worker: &Actor,
        pass: Pass,
        progress: OnProgress<'_>,
    ) -> Result<Ended, ExchangeError> {
        let book = Workbook::open(&self.source(batch)?)?;
        let rows = book.rows(book.find(&batch.sheet)?);
        self.run_rows(batch, worker, (pass, rows), progress)
    }

    /// Runs a pass over rows that are open already.
    pub(super) fn run_rows(
        &self,
        batch: &Batch,
        worker: &Actor,
        (pass, rows): (Pass, Rows),
        progress: OnProgress<'_>,
    ) -> Result<Ended, ExchangeError> {
        let layout = self.layout(batch, worker.district)?;
        let mut work = Work {
            db: &self.db,
            actor: worker,
            batch,
            layout,
            pass,
            rehearsal: None,
            progress,
        };
        pass::run(&mut work, rows)
    }

    /// Enters how a pass ended. A file that breaks off is the file's fault and is said on the page; anything
    /// else is left to be tried again.
    pub(super) fn concluded(
        &self,
        batch: &Batch,
        worker: &Actor,
        result: Result<Ended, ExchangeError>,
        verb: Verb,
    ) -> Result<(), ExchangeError> {
        match result {
            Ok(ended) => self.finish(batch, worker, &ended, verb),
            Err(ExchangeError::File(fault)) => {
                self.fail(batch, worker, &fault)?;
                Err(fault.into())
            }
            Err(error) => Err(error),
        }
    }

    fn finish(
        &self,
        batch: &Batch,
        worker: &Actor,
        ended: &Ended,
        verb: Verb,
    ) -> Result<(), ExchangeError> {
        let (district, id) = (worker.district, batch.id);
        let message = message(batch, ended);
        self.db.write(worker, |tx| {
            let state = super::flow::follow(batch.state, verb)?;
            let imported = verb == Verb::Finish;
            let finished = imported.then(|| tx.now());
            let file = if imported { "" } else { &batch.file_path };
            let values = args![
                district,
                id,
                batch.state.id(),
                state.id(),
                message,
                finished,
                file
            ];
            if tx.exec(&sql::FINISH, values)? == 0 {
                return Err(ExchangeError::Stopped);
            }
            tx.exec(&sql::RECOUNT, args![district, id])?;
            let after = batch::get(tx, id)?;
            let action = if imported {
                "import.finished"
            } else {
                "import.checked"
            };
            let detail =
                json!({ "rows": after.rows_total, "tally": after.tally, "digest": batch.digest });
            tx.audit(
                Audit::of(action, "import_batch", id)
                    .at(&batch.org_path)
                    .detail(detail),
            )?;
            Ok(())
        })
    }

    fn fail(&self, batch: &Batch, worker: &Actor, fault: &FileFault) -> Result<(), ExchangeError> {
        self.db.write(worker, |tx| {
            batch::step(tx, batch, Verb::Fail, &fault.to_string())?;
            tx.exec(&sql::RECOUNT, args![worker.district, batch.id])?;
            let entry = Audit::of("import.failed", "import_batch", batch.id).at(&batch.org_path);
            tx.audit(entry.detail(json!({ "code": fault.code() })))?;
            Ok(())
        })
    }

    /// Takes a batch back: removes what it entered, puts back what it changed, and says what had to stay.
    ///
    /// # Errors
    /// [`ExchangeError::Stopped`] when it is not being undone; what the store says.
    pub fn run_undo(
        &self,
        district: DistrictCode,
        id: BatchId,
        progress: OnProgress<'_>,
    ) -> Result<(), ExchangeError> {
        let (batch, worker) = self.at_work(district, id)?;
        if batch.state != BatchState::Undoing {
            return Err(ExchangeError::Stopped);
        }
        let taken = batch.tally.new + batch.tally.updated;
        let (mut kept, mut done) = (Kept::default(), batch.undone_rows);
        if batch.kind == ImportKind::Employers {
            self.undo_employers(&batch, &worker, &mut kept, &mut done, progress)?;
            return self.undone(&batch, &worker, &kept, done);
        }
        for step in [undo::remove_new, undo::restore_changed] {
            let mut after = kernel::ids::MemberId::from(uuid::Uuid::nil());
            loop {
                let undone = self.db.write(&worker, |tx| {
                    let undone = step(tx, id, after).map_err(ExchangeError::room)?;
                    let rows = i64::try_from(undone.rows).unwrap_or(i64::MAX);
                    if rows > 0 && tx.exec(&sql::UNDO_STEP, args![district, id, rows])? == 0 {
                        return Err(ExchangeError::Stopped);
                    }
                    if undone.rows == 0 && !undone.kept.is_empty() {
                        // Only images were dropped; the closing entry says what stays.
                        tx.audit(
                            Audit::of("import.undo_kept", "import_batch", id).at(&batch.org_path),
                        )?;
                    }
                    Ok(undone)
                })?;
                kept.add(&undone.kept);
                done += i64::try_from(undone.rows).unwrap_or(0);
                progress(&Progress {
                    done,
                    expected: taken,
                    tally: Tally::default(),
                })?;
                match undone.next {
                    Some(next) => after = next,
                    None => break,
                }
            }
        }
        self.undone(&batch, &worker, &kept, done)
    }

    /// Employers a batch entered go one by one, and those it changed are put back one by one, each in a transaction of
    /// its own: what depends on one of them keeps that one and no other.
    fn undo_employers(
        &self,
        batch: &Batch,
        worker: &Actor,
        kept: &mut Kept,
        done: &mut i64,
        progress: OnProgress<'_>,
    ) -> Result<(), ExchangeError> {
        let expected = batch.tally.new + batch.tally.updated;
        let mut told = |done: i64| {
            progress(&Progress {
                done,
                expected,
                tally: Tally::default(),
            })
        };
        let mut after = kernel::ids::EmployerId::from(uuid::Uuid::nil());
        loop {
            let some = self
                .db
                .read(worker, |tx| {
                    employers::undo::entered(tx, batch.id, after, UNDONE)
                })
                .map_err(ExchangeError::room)?;
            let Some(last) = some.last() else { break };
            after = last.id;
            for unit in some {
                match unit.why {
                    Some(why) => kept.one(why),
                    None => self.remove_unit(batch, worker, &unit, kept, done)?,
                }
            }
            told(*done)?;
        }
        let mut after = kernel::ids::EmployerId::from(uuid::Uuid::nil());
        loop {
            let some = self
                .db
                .read(worker, |tx| {
                    employers::before::changed(tx, batch.id, after, UNDONE)
                })
                .map_err(ExchangeError::room)?;
            let Some(last) = some.last() else { break };
            after = *last;
            for id in some {
                self.restore_unit(batch, worker, id, kept, done)?;
            }
            told(*done)?;
        }
        Ok(())
    }

    fn remove_unit(
        &self,
        batch: &Batch,
        worker: &Actor,
        unit: &employers::undo::Entered,
        kept: &mut Kept,
        done: &mut i64,
    ) -> Result<(), ExchangeError> {
        let gone = self.db.write(worker, |tx| {
            employers::undo::take_back(tx, batch.id, unit)?;
            tx.exec(&sql::UNDO_STEP, args![worker.district, batch.id, 1])?;
            Ok::<_, EmployerError>(())
        });
        match gone {
            Ok(()) => *done += 1,
            Err(error) if employers::undo::stands_in_the_way(&error) => {
                kept.one("已有会员或其他记录");
            }
            Err(error) => return Err(ExchangeError::room(error)),
        }
        Ok(())
    }

    fn restore_unit(
        &self,
        batch: &Batch,
        worker: &Actor,
        id: kernel::ids::EmployerId,
        kept: &mut Kept,
        done: &mut i64,
    ) -> Result<(), ExchangeError> {
        let stays = self
            .db
            .write(worker, |tx| {
                let stays = employers::before::put_back(tx, batch.id, id)?;
                if stays.is_none() {
                    tx.exec(&sql::UNDO_STEP, args![worker.district, batch.id, 1])?;
                }
                Ok::<_, EmployerError>(stays)
            })
            .map_err(ExchangeError::room)?;
        match stays {
            Some(why) => kept.one(why),
            None => *done += 1,
        }
        Ok(())
    }

    /// The end of undoing, with what had to stay.
    fn undone(
        &self,
        batch: &Batch,
        worker: &Actor,
        kept: &Kept,
        done: i64,
    ) -> Result<(), ExchangeError> {
        let (district, id) = (worker.district, batch.id);
        let message = kept.message(batch.kind);
        self.db.write(worker, |tx| {
            tx.exec(&sql::UNDONE, args![district, id, message, tx.now(), 0])?;
            employers::before::forget(tx, id).map_err(ExchangeError::room)?;
            // Rows that wait for a person (单位比对) bring nothing of this batch any more.
            employers::drop_of_batch(tx, id).map_err(ExchangeError::room)?;
            let detail = json!({ "rows": done, "kept": kept.total() });
            tx.audit(
                Audit::of("import.undone", "import_batch", id)
                    .at(&batch.org_path)
                    .detail(detail),
            )?;
            Ok::<_, ExchangeError>(())
        })?;
        self.depot.remove(id);
        Ok(())
    }
}

/// Reads the sheet of a batch whose file stays with its owner.
pub(super) fn rows_of(book: &Workbook, sheet: &str) -> Result<Rows, ExchangeError> {
    let mut rows = book.rows(book.find(sheet)?);
    rows.head(1);
    whole(rows.fault())?;
    Ok(rows)
}

/// What stays, by reason.
#[derive(Default)]
struct Kept(std::collections::BTreeMap<&'static str, u64>);

impl Kept {
    fn add(&mut self, kept: &[undo::Kept]) {
        for one in kept {
            *self.0.entry(one.why).or_default() += 1;
        }
    }

    fn one(&mut self, why: &'static str) {
        *self.0.entry(why).or_default() += 1;
    }

    fn total(&self) -> u64 {
        self.0.values().sum()
    }

    fn message(&self, kind: ImportKind) -> String {
        let (unit, page) = match kind {
            ImportKind::Members => ("人", "会员页逐人"),
            ImportKind::Employers => ("家", "单位卡片上逐家"),
        };
        if self.0.is_empty() {
            return "已全部撤回".to_owned();
        }
        let reasons: Vec<String> = self
            .0
            .iter()
            .map(|(why, count)| format!("{why} {count} {unit}"))
            .collect();
        format!(
            "有 {} {unit}没有撤回：{}。请在{page}核对",
            self.total(),
            reasons.join("、")
        )
    }
}

/// What the person should know once a pass has ended.
fn message(batch: &Batch, ended: &Ended) -> String {
    let unknown = &ended.unknown_employers;
    if unknown.is_empty() {
        return batch.message.clone();
    }
    format!(
        "有 {} 个单位还没有登记，会员照常导入，暂未关联单位：{}",
        unknown.len(),
        quoted(unknown)
    )
}
