//! Who works where: the people who hold a capability at a union, for routing work to somebody by name.

use kernel::ids::{AccountId, OrgId};
use store::{Query, Tx, args};

use crate::access::{AccessError, Capability, Level, Roles, sql};

/// Somebody who can be given work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// The account.
    pub account: AccountId,
    /// The union of the post.
    pub org: OrgId,
    /// Name of the person.
    pub name: String,
    /// Chinese title of the role.
    pub role: String,
}

/// The people who hold `capability` today at any of these unions, longest in the post first. Names of officers are
/// known to the whole district: whoever hands work on must be able to say to whom.
///
/// # Errors
/// No roles are defined; the store failed.
pub fn colleagues(
    tx: &mut Tx,
    orgs: &[OrgId],
    capability: Capability,
) -> Result<Vec<Colleague>, AccessError> {
    let (district, today) = (*tx.district(), tx.today());
    let roles =
        Roles::in_force(district, today).map_err(|none| AccessError::Roles(none.to_string()))?;
    let query = Query::from(&sql::COLLEAGUES, args![district, today])
        .and_in(" AND p.org_id IN ", orgs.iter().copied())
        .push(" ORDER BY p.from_on, p.id");
    let rows = tx.across("work is handed on to other desks by name", |tx| {
        tx.all(&query, &[])
    })?;
    let mut found = Vec::new();
    for row in &rows {
        let role = roles.get(row.text(3)?);
        if let Some(role) = role.filter(|role| role.capabilities.has(capability)) {
            found.push(Colleague {
                org: row.get(0)?,
                account: row.get(1)?,
                name: row.get(2)?,
                role: role.title.clone(),
            });
        }
    }
    Ok(found)
}

/// Name of the person of an account, who may have left: files name who did what.
///
/// # Errors
/// The store failed.
pub fn name_of(tx: &mut Tx, account: AccountId) -> Result<Option<String>, AccessError> {
    let district = *tx.district();
    let row = tx.opt(&sql::NAME_OF, args![district, account])?;
    Ok(row.map(|row| row.get(0)).transpose()?)
}

/// Lawyers, mediators and volunteers who hold `capability` today: they serve the district beside the tree.
///
/// # Errors
/// As [`colleagues`].
pub fn service_people(tx: &mut Tx, capability: Capability) -> Result<Vec<Helper>, AccessError> {
    let (district, today) = (*tx.district(), tx.today());
    let roles =
        Roles::in_force(district, today).map_err(|none| AccessError::Roles(none.to_string()))?;
    let serving = roles
        .iter()
        .filter(|role| role.level == Level::Service && role.capabilities.has(capability))
        .map(|role| role.id.clone());
    let query = Query::from(&sql::HELPERS, args![district, today])
        .and_in(" AND p.role IN ", serving)
        .push(" ORDER BY p.from_on, p.id");
    let rows = tx.across("lawyers and mediators serve the whole district", |tx| {
        tx.all(&query, &[])
    })?;
    let mut found = Vec::new();
    for row in &rows {
        let role = roles
            .get(row.text(2)?)
            .filter(|role| role.level == Level::Service && role.capabilities.has(capability));
        if let Some(role) = role {
            found.push(Helper {
                account: row.get(0)?,
                name: row.get(1)?,
                role: role.title.clone(),
            });
        }
    }
    Ok(found)
}

/// Somebody who serves the district without a place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Helper {
    /// The account.
    pub account: AccountId,
    /// Name of the person.
    pub name: String,
    /// Chinese title of the role.
    pub role: String,
}
