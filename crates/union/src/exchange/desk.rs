//! 导入台: everything that is done with a spreadsheet, from its arrival to its being taken back.
//!
//! Methods here open files and run passes, so they hold no transaction open while they do; each decision is
//! one transaction with its entry in the log.

use std::collections::BTreeMap;

use kernel::ids::{BatchId, OrgId};
use serde_json::json;
use store::{Actor, Answer, Db, StoreError, Tx, args};

use super::batch::{self, NewBatch};
use super::columns::Layout;
use super::depot::{Depot, Received, Receiving};
use super::error::ExchangeError;
use super::mapping::Mapping;
use super::model::{Batch, BatchState, ImportKind};
use super::reading::{FileFault, Sheet, Source, Workbook};
use super::rules::{self, Permit};
use super::stage::{self, KindCount, ProblemFilter};
use super::steps;
use super::survey::{Headings, Survey, survey};
use super::{Problem, sql};
use crate::orgs::{self, OrgRef};

/// The store and the depot of uploads, together. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Desk {
    pub(super) db: Db,
    pub(super) depot: Depot,
}

/// A file that has arrived, with what the form around it said.
#[derive(Debug)]
pub struct Upload<'a> {
    /// Id the batch will have.
    pub id: BatchId,
    /// What the file holds.
    pub kind: ImportKind,
    /// The file's name as its owner calls it.
    pub file_name: &'a str,
    /// The form's key: the same submission twice opens one batch. Empty where there is no form.
    pub key: &'a str,
    /// Where it lies, its size and its digest.
    pub received: Received,
}

/// What the mapping page shows.
#[derive(Debug)]
pub struct Preview {
    /// The batch.
    pub batch: Batch,
    /// All sheets of the file.
    pub sheets: Vec<Sheet>,
    /// The sheet that is shown.
    pub sheet: String,
    /// What fills what.
    pub mapping: Mapping,
    /// For each column, the first values below its heading.
    pub samples: Vec<Vec<String>>,
    /// The columns that are understood.
    pub layout: &'static Layout,
    /// The union of rows that name none, if one was chosen.
    pub org: Option<OrgRef>,
}

/// What a person chose on the mapping page.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// The sheet.
    pub sheet: String,
    /// What fills what.
    pub mapping: Mapping,
    /// The union of rows that name none.
    pub org: Option<OrgId>,
}

/// A batch with its problem rows, as the check page shows it.
#[derive(Debug)]
pub struct Overview {
    /// The batch.
    pub batch: Batch,
    /// Its problem rows by what is wrong.
    pub kinds: Vec<KindCount>,
    /// One page of problem rows.
    pub problems: Vec<Problem>,
    /// The columns that are understood.
    pub layout: &'static Layout,
    /// Earlier imports of the same file.
    pub same_file: Vec<Batch>,
}

impl Desk {
    /// A desk over a store, with its uploads in `folder`.
    pub fn new(db: Db, folder: impl Into<std::path::PathBuf>) -> Self {
        Self {
            db,
            depot: Depot::new(folder),
        }
    }

    /// Begins to take an upload in; the batch will have this id.
    ///
    /// # Errors
    /// [`ExchangeError::Depot`] when the folder cannot be written.
    pub fn receive(&self) -> Result<(BatchId, Receiving), ExchangeError> {
        let id = self.db.new_id();
        Ok((id, self.depot.receive(self.db.vault(), id)?))
    }

    /// Opens a batch for a file that has arrived: finds out what it is, where its headings are and what they
    /// mean. A file that cannot be taken is deleted again.
    ///
    /// # Errors
    /// [`ExchangeError::File`] when it cannot be taken; [`ExchangeError::Forbidden`].
    pub fn arrived(
        &self,
        actor: &Actor,
        permit: &Permit,
        upload: Upload<'_>,
    ) -> Result<Batch, ExchangeError> {
        let id = upload.id;
        let opened = self.open_batch(actor, permit, upload);
        // The same form sent again has its first answer, and its second copy of the file goes.
        if opened.as_ref().map_or(true, |batch| batch.id != id) {
            self.depot.remove(id);
        }
        opened
    }

    fn open_batch(
        &self,
        actor: &Actor,
        permit: &Permit,
        upload: Upload<'_>,
    ) -> Result<Batch, ExchangeError> {
        let Upload {
            id,
            kind,
            file_name,
            key,
            received,
        } = upload;
        rules::may_import(permit, kind)?;
        let today = self.db.clock().now().shanghai_date();
        let layout = Layout::at(kind, actor.district, today)?;
        let book = Workbook::open(&self.depot.source(self.db.vault(), id))?;
        let found = survey(&book, layout, None, Headings::Likely)?;
        let rows_total = rows_below(&found);
        let Survey {
            sheet,
            mapping,
            rows,
            ..
        } = found;
        drop(rows);
        let content = format!("{} {}", kind.id(), received.digest);
        let open = |tx: &mut Tx| {
            let org = orgs::top(tx)
                .map_err(ExchangeError::room)?
                .ok_or(ExchangeError::NotFound)?;
            let new = NewBatch {
                id,
                kind,
                // Who sees one union only brings that union's roll.
                org_default: org.kind.is_basic(),
                org,
                file_name: short_name(file_name),
                file_size: i64::try_from(received.size).unwrap_or(i64::MAX),
                digest: received.digest,
                file_path: received.name,
                format: book.describe(),
                sheet,
                mapping: remembered(tx, kind, mapping)?,
                rows_total,
                state: BatchState::Uploaded,
            };
            batch::open(tx, new)
        };
        let account = actor.account.map(|account| account.to_string());
        self.db.write(actor, |tx| match account {
            Some(account) if !key.is_empty() => {
                let content = tx.vault().sign("form", content.as_bytes());
                let answer = tx.once(&account, key, &content, |tx| {
                    Ok::<_, ExchangeError>(Answer::new(303, json!(open(tx)?.id)))
                })?;
                let opened = serde_json::from_value(answer.body);
                let opened = opened.map_err(|fault| StoreError::Database(fault.to_string()))?;
                batch::get(tx, opened)
            }
            _ => open(tx),
        })
    }

    /// Looks into the file of a batch for the mapping page; `sheet` tries another one.
    ///
    /// # Errors
    /// [`ExchangeError::NotFound`]; [`ExchangeError::File`] when that sheet has no headings.
    pub fn preview(
        &self,
        actor: &Actor,
        id: BatchId,
        sheet: Option<&str>,
    ) -> Result<Preview, ExchangeError> {
        let (batch, org) = self.db.read(actor, |tx| {
            let batch = batch::get(tx, id)?;
            let org = batch
                .fallback()
                .map(|org| orgs::get(tx, org))
                .transpose()
                .map_err(ExchangeError::room)?;
            Ok::<_, ExchangeError>((batch, org))
        })?;
        let book = Workbook::open(&self.source(&batch)?)?;
        let layout = Layout::at(
            batch.kind,
            actor.district,
            self.db.clock().now().shanghai_date(),
        )?;
        let wanted = sheet.unwrap_or(&batch.sheet);
        let found = survey(&book, layout, Some(wanted), Headings::Likely)?;
        let same = found.sheet == batch.sheet && found.mapping.digest() == batch.mapping.digest();
        let mapping = if same {
            batch.mapping.clone()
        } else {
            found.mapping
        };
        Ok(Preview {
            sheets: book.sheets().to_vec(),
            sheet: found.sheet,
            mapping,
            samples: found.samples,
            layout,
            org,
            batch,
        })
    }

    /// The bytes of a batch's file.
    pub(super) fn source(&self, batch: &Batch) -> Result<Source, ExchangeError> {
        if batch.file_path.is_empty() {
            return Err(ExchangeError::refuse(
                "import.file_gone",
                "上传的文件已按规定删除，请重新上传",
            ));
        }
        Ok(self.depot.source(self.db.vault(), batch.id))
    }

    /// Fixes what fills what, remembers it for the account, and sends the batch to be checked.
    ///
    /// # Errors
    /// [`ExchangeError::File`] or [`ExchangeError::Invalid`] when the mapping does not do; [`ExchangeError::Refused`].
    pub fn check(
        &self,
        actor: &Actor,
        permit: &Permit,
        id: BatchId,
        choice: &Choice,
    ) -> Result<Batch, ExchangeError> {
        self.db
            .write(actor, |tx| steps::check(tx, permit, id, choice))
    }

    /// Sends the batch to be taken in: rows without problems, and those that were put right.
    ///
    /// # Errors
    /// [`ExchangeError::Refused`] when it cannot be done now, or nothing is left to take.
    pub fn confirm(
        &self,
        actor: &Actor,
        permit: &Permit,
        id: BatchId,
    ) -> Result<Batch, ExchangeError> {
        self.db.write(actor, |tx| steps::confirm(tx, permit, id))
    }

    /// Stops a batch. Rows taken before stay, and can be undone.
    ///
    /// # Errors
    /// [`ExchangeError::Refused`] when it cannot be done now.
    pub fn cancel(
        &self,
        actor: &Actor,
        permit: &Permit,
        id: BatchId,
    ) -> Result<Batch, ExchangeError> {
        let batch = self.db.write(actor, |tx| steps::cancel(tx, permit, id))?;
        self.clear(id);
        Ok(batch)
    }

    /// Clears away the file of a batch that was stopped.
    pub fn clear(&self, id: BatchId) {
        self.depot.remove(id);
    }

    /// Sends the batch to be taken back. `why` goes into the log.
    ///
    /// # Errors
    /// [`ExchangeError::Refused`] when it cannot be done now or any more.
    pub fn undo(
        &self,
        actor: &Actor,
        permit: &Permit,
        id: BatchId,
        why: &str,
    ) -> Result<Batch, ExchangeError> {
        self.db.write(actor, |tx| steps::undo(tx, permit, id, why))
    }

    /// A batch with its problem rows.
    ///
    /// # Errors
    /// [`ExchangeError::NotFound`].
    pub fn overview(
        &self,
        actor: &Actor,
        id: BatchId,
        filter: &ProblemFilter,
        limit: usize,
    ) -> Result<Overview, ExchangeError> {
        self.db.read(actor, |tx| {
            let batch = batch::get(tx, id)?;
            let layout = Layout::at(batch.kind, actor.district, tx.today())?;
            Ok(Overview {
                kinds: stage::by_kind(tx, id)?,
                problems: stage::list(tx, id, filter, limit)?,
                same_file: batch::same_file(tx, id, &batch.digest, batch.kind)?,
                layout,
                batch,
            })
        })
    }

    /// One problem row, with its batch and the columns that are understood.
    ///
    /// # Errors
    /// [`ExchangeError::NotFound`].
    pub fn problem(
        &self,
        actor: &Actor,
        id: BatchId,
        row: u32,
    ) -> Result<(Batch, Problem, &'static Layout), ExchangeError> {
        self.db.read(actor, |tx| {
            let batch = batch::get(tx, id)?;
            let layout = Layout::at(batch.kind, actor.district, tx.today())?;
            let problem = stage::get(tx, id, row)?;
            Ok((batch, problem, layout))
        })
    }

    /// One batch.
    ///
    /// # Errors
    /// [`ExchangeError::NotFound`].
    pub fn batch(&self, actor: &Actor, id: BatchId) -> Result<Batch, ExchangeError> {
        self.db.read(actor, |tx| batch::get(tx, id))
    }

    /// The store beneath.
    pub fn db(&self) -> &Db {
        &self.db
    }
}

/// Rows below the headings, as far as the file says.
pub(super) fn rows_below(found: &Survey) -> u32 {
    found
        .rows
        .expected()
        .unwrap_or(0)
        .saturating_sub(found.mapping.header_row)
}

/// A file name for screens and the log: without its folders, not too long.
pub(super) fn short_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let short: String = kernel::text::trim(name)
        .chars()
        .filter(|c| !c.is_control())
        .take(120)
        .collect();
    if short.is_empty() {
        "未命名".to_owned()
    } else {
        short
    }
}

/// The mapping this account used last for the same headings, or the suggested one.
fn remembered(tx: &mut Tx, kind: ImportKind, suggested: Mapping) -> Result<Mapping, ExchangeError> {
    let Some(account) = tx.actor().account else {
        return Ok(suggested);
    };
    let values = args![*tx.district(), account, kind.id(), suggested.digest()];
    let Some(row) = tx.opt(&sql::REMEMBERED, values)? else {
        return Ok(suggested);
    };
    let known: Option<Mapping> = serde_json::from_str(row.text(0)?).ok();
    let fields: BTreeMap<usize, String> = known
        .into_iter()
        .flat_map(|known| known.columns)
        .map(|one| (one.column, one.field))
        .collect();
    let mut mapping = suggested;
    for one in &mut mapping.columns {
        if let Some(field) = fields.get(&one.column) {
            field.clone_into(&mut one.field);
        }
    }
    Ok(mapping)
}

/// Refuses when a file broke off before it was read to its end.
pub(super) fn whole(fault: Option<&FileFault>) -> Result<(), ExchangeError> {
    fault.cloned().map_or(Ok(()), |fault| Err(fault.into()))
}
