//! Names of desks and people on a page or in a file, each looked up once.

use std::collections::HashMap;

use kernel::case_kind::Owner;
use kernel::ids::{AccountId, OrgId};
use store::Tx;

use super::CaseError;
use super::model::{account_of, org_of};
use crate::{access, orgs};

/// Names that were looked up.
#[derive(Debug, Default)]
pub struct Names {
    orgs: HashMap<OrgId, String>,
    people: HashMap<AccountId, String>,
}

impl Names {
    /// The name of a union.
    ///
    /// # Errors
    /// It is not there.
    pub fn org(&mut self, tx: &mut Tx, id: OrgId) -> Result<String, CaseError> {
        if let Some(name) = self.orgs.get(&id) {
            return Ok(name.clone());
        }
        let name = orgs::named(tx, id)?.name;
        self.orgs.insert(id, name.clone());
        Ok(name)
    }

    /// The person of an account; empty where there is none, or it is not known.
    ///
    /// # Errors
    /// The store failed.
    pub fn person(&mut self, tx: &mut Tx, id: Option<AccountId>) -> Result<String, CaseError> {
        let Some(id) = id else {
            return Ok(String::new());
        };
        if let Some(name) = self.people.get(&id) {
            return Ok(name.clone());
        }
        let name = access::name_of(tx, id)?.unwrap_or_default();
        self.people.insert(id, name.clone());
        Ok(name)
    }

    /// `乔司街道总工会 · 俞某`: a desk, and who answers there where somebody is named.
    ///
    /// # Errors
    /// The union is not there.
    pub fn desk(
        &mut self,
        tx: &mut Tx,
        org: OrgId,
        person: Option<AccountId>,
    ) -> Result<String, CaseError> {
        let (desk, person) = (self.org(tx, org)?, self.person(tx, person)?);
        Ok(if person.is_empty() {
            desk
        } else {
            format!("{desk} · {person}")
        })
    }

    /// The same of an owner.
    ///
    /// # Errors
    /// The union is not there.
    pub fn owner(&mut self, tx: &mut Tx, owner: &Owner) -> Result<String, CaseError> {
        self.desk(tx, org_of(owner)?, account_of(owner.person.as_ref()))
    }
}
