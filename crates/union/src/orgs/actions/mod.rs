//! One file a group of verbs: check → change → history → audit, in the caller's transaction.

mod card;
mod create;
mod legal;
mod life;
mod relocate;

pub use card::*;
pub(super) use create::checked_name;
pub use create::{adjust_member_count, check_name, create_active};
use create::{checked_credit_code, refuse_same_name};
pub use legal::set_legal_person;
pub use life::*;
pub(crate) use relocate::relocate;
pub use relocate::transfer_to;

use kernel::{Date, OrgId};
use serde_json::Value as Json;
use store::{Tx, args};

use super::model::HistoryKind;
use super::{OrgError, sql};

/// Add one line to a union's history.
fn record(
    tx: &mut Tx,
    org: OrgId,
    kind: HistoryKind,
    on: Date,
    change: (Json, Json),
    note: &str,
) -> Result<(), OrgError> {
    let (district, now, actor) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let id: uuid::Uuid = tx.new_id();
    let (before, after) = change;
    tx.exec(
        &sql::INSERT_HISTORY,
        args![
            district,
            id,
            org,
            now,
            on,
            kind.id(),
            before,
            after,
            note,
            actor
        ],
    )?;
    Ok(())
}
