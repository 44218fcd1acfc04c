//! Whether a union takes members now.

use kernel::{OrgId, Refusals};
use store::{StoreError, Tx, args};

use super::model::OrgState;
use super::{OrgError, sql};

/// Why a union takes no new members, whatever the scope; empty when it does. A union being founded gathers them, a
/// suspended one keeps those it has, of a dissolved one only the history is left.
///
/// # Errors
/// [`OrgError::NotFound`] when there is no such union.
pub fn against_intake(tx: &mut Tx, id: OrgId) -> Result<Refusals, OrgError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::STANDING, args![district, id])?
        .ok_or(OrgError::NotFound)?;
    let (name, state) = (row.text(0)?, row.text(1)?);
    let state = OrgState::from_id(state).ok_or(StoreError::Column {
        index: 1,
        wanted: "state",
    })?;
    Ok(match state {
        OrgState::Preparing | OrgState::Active => Refusals::new(),
        OrgState::Suspended => Refusals::one(
            "org.suspended",
            format!("「{name}」已停止活动，不接收会员；请先恢复它的活动，或改选别的工会"),
        ),
        OrgState::Dissolved => Refusals::one(
            "org.dissolved",
            format!("「{name}」已撤销，不接收会员；请改选承接它的工会，或本人现在单位的工会"),
        ),
    })
}
