//! Reading and opening batches.

use kernel::Instant;
use kernel::ids::{BatchId, OrgId};
use serde_json::json;
use store::{Actor, Audit, Row, StoreError, Tx, args};

use super::error::ExchangeError;
use super::flow::{Verb, follow};
use super::mapping::Mapping;
use super::model::{Batch, BatchState, ImportKind, Tally};
use super::sql;
use crate::orgs::OrgRef;

/// A batch about to be opened.
pub(super) struct NewBatch {
    pub(super) id: BatchId,
    pub(super) kind: ImportKind,
    pub(super) org: OrgRef,
    /// Rows that name no union belong to `org`.
    pub(super) org_default: bool,
    pub(super) file_name: String,
    pub(super) file_size: i64,
    pub(super) digest: String,
    pub(super) file_path: String,
    pub(super) format: String,
    pub(super) sheet: String,
    pub(super) mapping: Mapping,
    pub(super) rows_total: u32,
    pub(super) state: BatchState,
}

/// Opens a batch and gives it the next number of the day.
pub(super) fn open(tx: &mut Tx, new: NewBatch) -> Result<Batch, ExchangeError> {
    let (district, now, id) = (*tx.district(), tx.now(), new.id);
    let scope = tx
        .actor()
        .scope
        .path()
        .cloned()
        .ok_or(ExchangeError::NotFound)?;
    let day = format!("DR-{}-", tx.today().strftime("%Y%m%d"));
    let numbered: i64 = tx.across("batches are numbered through the district", |tx| {
        tx.one(&sql::COUNT_OF_DAY, args![district, format!("{day}%")])?
            .get(0)
    })?;
    let no = format!("{day}{:02}", numbered + 1);
    let (account, post, label) = (
        tx.actor().account,
        tx.actor().post,
        tx.actor().label.clone(),
    );
    let mapping = text_of(&new.mapping)?;
    let values = args![
        district,
        id,
        no,
        new.kind.id(),
        new.org.id,
        new.org.path,
        new.org_default,
        new.file_name,
        new.file_size,
        new.digest,
        new.file_path,
        new.format,
        new.sheet,
        mapping,
        new.state.id(),
        new.rows_total,
        true,
        account,
        post,
        label,
        scope,
        now
    ];
    tx.exec(&sql::INSERT, values)?;
    let detail = json!({
        "no": no, "kind": new.kind.title(), "digest": new.digest, "bytes": new.file_size, "format": new.format,
    });
    tx.audit(
        Audit::of("import.uploaded", "import_batch", id)
            .at(&new.org.path)
            .detail(detail),
    )?;
    get(tx, id)
}

pub(super) fn text_of(mapping: &Mapping) -> Result<String, StoreError> {
    serde_json::to_string(mapping).map_err(|error| StoreError::Database(error.to_string()))
}

/// One batch within the caller's scope.
///
/// # Errors
/// [`ExchangeError::NotFound`] when there is none, or it lies outside.
pub fn get(tx: &mut Tx, id: BatchId) -> Result<Batch, ExchangeError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::GET, args![district, id])?
        .ok_or(ExchangeError::NotFound)?;
    let batch = read(&row)?;
    if tx.actor().scope.covers(&batch.org_path) {
        Ok(batch)
    } else {
        Err(ExchangeError::NotFound)
    }
}

/// Batches within the caller's scope, newest first, opened before a moment.
///
/// # Errors
/// The store failed.
pub fn list(
    tx: &mut Tx,
    before: Option<Instant>,
    limit: usize,
) -> Result<Vec<Batch>, ExchangeError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let before = before.unwrap_or(Instant::from_ms(i64::MAX));
    let rows = tx.all(&sql::LIST, args![district, from, to, before, limit])?;
    rows.iter().map(|row| Ok(read(row)?)).collect()
}

/// Earlier batches with the same file within the caller's scope, newest first.
pub(super) fn same_file(
    tx: &mut Tx,
    batch: BatchId,
    digest: &str,
    kind: ImportKind,
) -> Result<Vec<Batch>, ExchangeError> {
    let district = *tx.district();
    let rows = tx.all(&sql::SAME_FILE, args![district, digest, kind.id(), batch])?;
    let batches = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let scope = tx.actor().scope.clone();
    Ok(batches
        .into_iter()
        .filter(|batch| scope.covers(&batch.org_path))
        .collect())
}

fn read(row: &Row) -> Result<Batch, StoreError> {
    let kind = ImportKind::from_id(row.text(2)?).ok_or(StoreError::Column {
        index: 2,
        wanted: "kind",
    })?;
    let state = BatchState::from_id(row.text(13)?).ok_or(StoreError::Column {
        index: 13,
        wanted: "state",
    })?;
    let mapping = serde_json::from_str(row.text(12)?).map_err(|_| StoreError::Column {
        index: 12,
        wanted: "mapping",
    })?;
    Ok(Batch {
        id: row.get(0)?,
        no: row.get(1)?,
        kind,
        org: row.get(3)?,
        org_path: row.get(4)?,
        org_default: row.get(5)?,
        file_name: row.get(6)?,
        file_size: row.get(7)?,
        digest: row.get(8)?,
        file_path: row.get(9)?,
        format: row.get(10)?,
        sheet: row.get(11)?,
        mapping,
        state,
        rows_total: row.get(14)?,
        rows_done: row.get(15)?,
        cursor: row.get(16)?,
        tally: Tally {
            new: row.get(17)?,
            updated: row.get(18)?,
            unchanged: row.get(19)?,
            refused: row.get(20)?,
            confirm: row.get(21)?,
            elsewhere: row.get(22)?,
        },
        open_problems: row.get(23)?,
        ready_problems: row.get(24)?,
        undone_rows: row.get(25)?,
        message: row.get(26)?,
        kept: row.get(27)?,
        account: row.get(28)?,
        post: row.get(29)?,
        actor: row.get(30)?,
        scope_path: row.get(31)?,
        phase_at: row.get(32)?,
        created_at: row.get(33)?,
        finished_at: row.get(34)?,
        undone_at: row.get(35)?,
    })
}

impl Batch {
    /// Who does the work of this batch: the uploading post, within the scope it had.
    pub(super) fn worker(&self, district: kernel::DistrictCode) -> Actor {
        let mut actor = Actor::system(district);
        actor.scope = actor.scope.narrowed(&self.scope_path);
        actor.account = self.account;
        actor.post = self.post;
        self.actor.clone_into(&mut actor.label);
        actor
    }

    /// What periods and log entries say they rest on.
    pub(super) fn evidence(&self) -> String {
        format!("导入批次 {}", self.no)
    }

    /// The union of rows that name none.
    pub(super) fn fallback(&self) -> Option<OrgId> {
        self.org_default.then_some(self.org)
    }
}

/// Moves a batch on by a verb, if it still stands where the caller saw it.
pub(super) fn step(
    tx: &mut Tx,
    batch: &Batch,
    verb: Verb,
    message: &str,
) -> Result<BatchState, ExchangeError> {
    let to = follow(batch.state, verb)?;
    let (district, now) = (*tx.district(), tx.now());
    let moved = tx.exec(
        &sql::MOVE,
        args![district, batch.id, batch.state.id(), to.id(), message, now],
    )?;
    if moved == 1 {
        Ok(to)
    } else {
        Err(ExchangeError::refuse(
            "import.not_now",
            "这一批刚被别人处理过，请刷新页面",
        ))
    }
}
