//! 比对定案之后: what a row said is taken in as a new employer, or taught to the one a person named.

use kernel::EmployerId;
use store::Tx;

use super::super::model::{EmployerDraft, EmployerRef};
use super::super::{EmployerError, read};
use super::upsert::{Checked, create, update};

/// Enter a new employer although others resemble it: the answer "none of these" in the queue.
pub(crate) fn create_anyway(
    tx: &mut Tx,
    draft: &EmployerDraft,
) -> Result<EmployerId, EmployerError> {
    let mut checked = Checked::of(tx, draft)?;
    free_codes(tx, None, &mut checked)?;
    create(tx, draft, &checked)?
        .id
        .ok_or(EmployerError::NotFound)
}

/// Teach an employer what a row said that waited until a person knew which employer it means.
pub(crate) fn teach(
    tx: &mut Tx,
    known: &EmployerRef,
    draft: &EmployerDraft,
) -> Result<(), EmployerError> {
    let mut checked = Checked::of(tx, draft)?;
    free_codes(tx, Some(known.id), &mut checked)?;
    update(tx, known, draft, &checked).map(|_| ())
}

/// Leaves out codes that lead to another employer: they are why a person was asked, and the answer settles it.
fn free_codes(
    tx: &mut Tx,
    own: Option<EmployerId>,
    checked: &mut Checked,
) -> Result<(), EmployerError> {
    let mut free = Vec::new();
    for (kind, code) in std::mem::take(&mut checked.others) {
        let mut holders = read::find_anywhere(tx, &code)?.into_iter();
        if holders.all(|one| Some(one.id) == own) {
            free.push((kind, code));
        }
    }
    checked.others = free;
    if let Some(code) = &checked.credit_code {
        let mut holders = read::find_anywhere(tx, code)?.into_iter();
        if own.is_some() && holders.any(|one| Some(one.id) != own) {
            checked.credit_code = None;
        }
    }
    Ok(())
}
