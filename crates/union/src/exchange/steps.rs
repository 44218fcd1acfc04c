//! 核对、确认、撤回: the decisions about a batch, each inside the transaction it is given: of the desk, or of a machine
//! whose key is kept with it.

use kernel::ids::BatchId;
use serde_json::json;
use store::{Audit, NewJob, Tx, args};

use super::batch;
use super::columns::Layout;
use super::desk::Choice;
use super::error::ExchangeError;
use super::flow::{Verb, follow};
use super::model::{Batch, BatchState};
use super::rules::{self, Permit};
use super::{jobs, sql};
use crate::orgs;

/// Fixes what fills what, remembers it for the account, and sends the batch to be checked.
///
/// # Errors
/// [`ExchangeError::File`] or [`ExchangeError::Invalid`] when the mapping does not do; [`ExchangeError::Refused`].
pub fn check(
    tx: &mut Tx,
    permit: &Permit,
    id: BatchId,
    choice: &Choice,
) -> Result<Batch, ExchangeError> {
    let batch = batch::get(tx, id)?;
    rules::may_import(permit, batch.kind)?;
    let layout = Layout::at(batch.kind, *tx.district(), tx.today())?;
    choice.mapping.check(layout)?;
    let org = match choice.org {
        Some(org) => orgs::get(tx, org).map_err(ExchangeError::room)?,
        None => orgs::top(tx)
            .map_err(ExchangeError::room)?
            .ok_or(ExchangeError::NotFound)?,
    };
    let (district, mapping) = (*tx.district(), batch::text_of(&choice.mapping)?);
    let total = batch.rows_total;
    tx.exec(
        &sql::MAP,
        args![
            district,
            id,
            choice.sheet,
            mapping,
            org.id,
            org.path,
            choice.org.is_some(),
            total
        ],
    )?;
    if let Some(account) = tx.actor().account {
        let digest = choice.mapping.digest();
        tx.exec(
            &sql::REMEMBER,
            args![district, account, batch.kind.id(), digest, mapping],
        )?;
    }
    batch::step(tx, &batch, Verb::Check, "")?;
    tx.exec(&sql::UNSTAGE, args![district, id])?;
    tx.exec(&sql::RESET, args![district, id])?;
    tx.enqueue(NewJob::new(jobs::CHECK, json!({ "batch": id })))?;
    let detail = json!({ "left_out": choice.mapping.left_out().len() });
    tx.audit(
        Audit::of("import.mapped", "import_batch", id)
            .at(&org.path)
            .detail(detail),
    )?;
    batch::get(tx, id)
}

/// Sends the batch to be taken in: rows without problems, and those that were put right.
///
/// # Errors
/// [`ExchangeError::Refused`] when it cannot be done now, or nothing is left to take.
pub fn confirm(tx: &mut Tx, permit: &Permit, id: BatchId) -> Result<Batch, ExchangeError> {
    let batch = batch::get(tx, id)?;
    rules::may_import(permit, batch.kind)?;
    follow(batch.state, Verb::Confirm)?;
    let again = batch.state == BatchState::Done;
    if again && batch.ready_problems == 0 {
        return Err(ExchangeError::refuse(
            "import.nothing_ready",
            "没有改好待导入的行；请先修改问题行，或逐行确认",
        ));
    }
    batch::step(tx, &batch, Verb::Confirm, &batch.message)?;
    if !again {
        tx.exec(&sql::RESET, args![*tx.district(), id])?;
    }
    tx.enqueue(NewJob::new(jobs::IMPORT, json!({ "batch": id })))?;
    let detail = json!({ "digest": batch.digest, "fixed": batch.ready_problems });
    tx.audit(
        Audit::of("import.confirmed", "import_batch", id)
            .at(&batch.org_path)
            .detail(detail),
    )?;
    batch::get(tx, id)
}

/// Stops a batch. Rows taken before stay, and can be undone. Its file is the desk's to clear away when this is
/// committed: [`super::Desk::clear`].
///
/// # Errors
/// [`ExchangeError::Refused`] when it cannot be done now.
pub fn cancel(tx: &mut Tx, permit: &Permit, id: BatchId) -> Result<Batch, ExchangeError> {
    let batch = batch::get(tx, id)?;
    rules::may_import(permit, batch.kind)?;
    let message = if batch.state == BatchState::Importing {
        "导入中途取消，已导入的行保留，可撤回整批"
    } else {
        ""
    };
    batch::step(tx, &batch, Verb::Cancel, message)?;
    tx.exec(&sql::FILE_GONE, args![*tx.district(), id])?;
    tx.audit(Audit::of("import.cancelled", "import_batch", id).at(&batch.org_path))?;
    batch::get(tx, id)
}

/// Sends the batch to be taken back. `why` goes into the log.
///
/// # Errors
/// [`ExchangeError::Refused`] when it cannot be done now or any more.
pub fn undo(tx: &mut Tx, permit: &Permit, id: BatchId, why: &str) -> Result<Batch, ExchangeError> {
    let batch = batch::get(tx, id)?;
    rules::may_import(permit, batch.kind)?;
    follow(batch.state, Verb::Undo)?;
    if !batch.kept {
        return Err(ExchangeError::refuse(
            "import.undo_late",
            "已过可撤回的期限；请逐人在会员页更正",
        ));
    }
    if kernel::text::trim(why).chars().count() < 2 {
        return Err(ExchangeError::Invalid {
            field: "why",
            message: "请写明撤回的原因".into(),
        });
    }
    batch::step(tx, &batch, Verb::Undo, "")?;
    tx.enqueue(NewJob::new(jobs::UNDO, json!({ "batch": id })))?;
    tx.audit(
        Audit::of("import.undo_asked", "import_batch", id)
            .at(&batch.org_path)
            .why(kernel::text::trim(why)),
    )?;
    batch::get(tx, id)
}
