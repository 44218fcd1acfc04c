//! The card of a union: its name and what stands beside it.

use kernel::{Date, OrgId};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::model::{HistoryKind, Org};
use super::super::{OrgError, OrgKind, days, names, read, sql};
use super::{checked_name, record, refuse_same_name};
use crate::access::{Capability, CapabilitySet};

/// What may be corrected on a union's card.
#[derive(Debug, Clone)]
pub struct CardEdit {
    /// Full name; a change of it is a renaming and needs a reason.
    pub name: String,
    /// Short name; made from the full name when empty.
    pub short_name: String,
    /// Division.
    pub region_code: String,
    /// Industry by GB/T 4754-2017.
    pub industry_code: String,
    /// The industry federation it also belongs to (行业归口).
    pub industry_parent: Option<OrgId>,
    /// Address.
    pub address: String,
    /// Planned end of a project union.
    pub planned_end_on: Option<Date>,
    /// Contact telephone: `None` leaves what is known, an empty text removes it.
    pub contact: Option<String>,
    /// From which day the new name holds; today when not stated.
    pub effective_on: Option<Date>,
    /// Reason or document of a renaming.
    pub note: String,
}

impl CardEdit {
    /// The card as it stands, to change a field of.
    pub fn of(org: &Org) -> Self {
        Self {
            name: org.name.clone(),
            short_name: org.short_name.clone(),
            region_code: org.region_code.clone().unwrap_or_default(),
            industry_code: org.industry_code.clone().unwrap_or_default(),
            industry_parent: org.industry_parent,
            address: org.address.clone(),
            planned_end_on: org.planned_end_on,
            contact: None,
            effective_on: None,
            note: String::new(),
        }
    }
}

/// Refuses whoever may not change unions.
pub(super) fn must_change(may: CapabilitySet) -> Result<(), OrgError> {
    if may.has(Capability::OrgsChange) {
        return Ok(());
    }
    Err(OrgError::refused(
        "org.change_side",
        "变更组织由区总工会办理；您现在的岗位没有「变更组织」的权限",
    ))
}

/// Correct the card; a new name goes into the history (更名).
///
/// # Errors
/// Not found within scope; the post may not change unions; a field is not acceptable; [`OrgError::Stale`] when
/// somebody was faster.
pub fn edit_card(
    tx: &mut Tx,
    may: CapabilitySet,
    id: OrgId,
    version: i64,
    edit: &CardEdit,
) -> Result<(), OrgError> {
    let org = read::card(tx, id)?;
    must_change(may)?;
    let name = checked_name(&edit.name)?;
    let renamed = name != org.name;
    if renamed && edit.note.trim().is_empty() {
        return Err(OrgError::invalid(
            "note",
            "org.rename_reason",
            "更名请写明依据（批复文号或理由）",
        ));
    }
    if renamed && let Some(on) = edit.effective_on {
        days::happened(&org, "on", on, tx.today())?;
    }
    if renamed && let Some(parent) = org.parent {
        refuse_same_name(tx, parent, &name, Some(id))?;
    }
    check_industry_parent(tx, id, edit.industry_parent)?;
    write_card(tx, &org, version, &name, edit)?;
    if renamed {
        let on = edit.effective_on.unwrap_or_else(|| tx.today());
        let change = (json!({ "名称": org.name }), json!({ "名称": name }));
        record(tx, id, HistoryKind::Renamed, on, change, edit.note.trim())?;
    }
    let action = if renamed { "org.renamed" } else { "org.edited" };
    let detail = json!({
        "name": [org.name, name],
        "address": [org.address, edit.address.trim()],
        "industry_code": [org.industry_code, edit.industry_code.trim()],
        "industry_parent": [org.industry_parent, edit.industry_parent],
        "contact": edit.contact.is_some(),
    });
    tx.audit(
        Audit::of(action, "org", id)
            .at(&org.path)
            .why(edit.note.trim())
            .detail(detail),
    )?;
    Ok(())
}

fn check_industry_parent(
    tx: &mut Tx,
    own: OrgId,
    federation: Option<OrgId>,
) -> Result<(), OrgError> {
    let Some(federation) = federation else {
        return Ok(());
    };
    // An industry federation may gather unions of every town, so it need not lie in the editor's scope.
    let found = read::named(tx, federation)?;
    if found.kind != OrgKind::Industry || federation == own {
        return Err(OrgError::invalid(
            "industry_parent",
            "org.not_an_industry",
            "归口工会须是行业工会联合会",
        ));
    }
    Ok(())
}

fn write_card(
    tx: &mut Tx,
    org: &Org,
    version: i64,
    name: &str,
    edit: &CardEdit,
) -> Result<(), OrgError> {
    let made_from_old_name = name != org.name && edit.short_name == names::short(&org.name);
    let short = match edit.short_name.trim() {
        "" => names::short(name),
        _ if made_from_old_name => names::short(name),
        given => given.to_owned(),
    };
    let (py_full, py_init) = names::spellings(&short);
    let district = *tx.district();
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let changed = tx.exec(
        &sql::SET_CARD,
        args![
            district,
            org.id,
            version,
            name,
            short,
            names::key(name),
            py_full,
            py_init,
            filled(&edit.region_code),
            filled(&edit.industry_code),
            edit.industry_parent,
            edit.address.trim(),
            edit.planned_end_on
        ],
    )?;
    if changed == 0 {
        return Err(OrgError::Stale);
    }
    if let Some(contact) = &edit.contact {
        let sealed = filled(contact).map(|text| {
            tx.vault()
                .seal("org.contact_sealed", &org.id.to_string(), &text)
        });
        tx.exec(&sql::SET_CONTACT, args![district, org.id, sealed])?;
    }
    Ok(())
}

/// The contact telephone of a union, opened.
///
/// # Errors
/// Not found within scope, or the seal does not open.
pub fn contact(tx: &mut Tx, id: OrgId) -> Result<Option<String>, OrgError> {
    read::get(tx, id)?;
    let district = *tx.district();
    let sealed: Option<Vec<u8>> = tx.one(&sql::CONTACT, args![district, id])?.get(0)?;
    let open = |sealed: Vec<u8>| {
        tx.vault()
            .open("org.contact_sealed", &id.to_string(), &sealed)
    };
    Ok(sealed.map(open).transpose()?)
}
