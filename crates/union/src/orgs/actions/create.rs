//! Entering a union into the tree.

use kernel::{CreditCode, OrgId, OrgPath};
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::model::{HistoryKind, LegalPerson, NewOrg, OrgRef, OrgState};
use super::super::{OrgError, OrgKind, days, names, read, sql};
use super::record;

/// Enter a union that already exists (补登、导入) or whose founding has just been approved.
///
/// # Errors
/// [`OrgError::NotFound`] when the parent lies outside the caller's scope; [`OrgError::Invalid`] for a field;
/// [`OrgError::Refused`] when the kind may not hang there or a sibling bears the same name.
pub fn create_active(tx: &mut Tx, new: &NewOrg) -> Result<OrgRef, OrgError> {
    let name = checked_name(&new.name)?;
    if let Some(founded) = new.founded_on {
        days::not_to_come("founded_on", founded, tx.today())?;
    }
    let code = checked_credit_code(tx, &new.credit_code, None)?;
    let place = take_place(tx, new, &name)?;
    let org = insert(tx, new, &name, code.as_deref(), &place)?;
    let on = new.founded_on.unwrap_or_else(|| tx.today());
    let after = json!({ "名称": name, "上级": place.parent_name, "批复文号": new.approval_no });
    record(
        tx,
        org.id,
        HistoryKind::Founded,
        on,
        (json!({}), after),
        &new.note,
    )?;
    tx.audit(
        Audit::of("org.created", "org", org.id)
            .at(&org.path)
            .why(new.note.as_str())
            .detail(json!({ "name": name, "kind": new.kind.id(), "parent": new.parent })),
    )?;
    Ok(org)
}

/// Where a new union will hang.
struct Place {
    path: OrgPath,
    level: i64,
    region_code: Option<String>,
    parent_name: String,
}

fn take_place(tx: &mut Tx, new: &NewOrg, name: &str) -> Result<Place, OrgError> {
    let Some(parent) = new.parent else {
        return root_place(tx, new);
    };
    let above = read::get(tx, parent)?;
    if !new.kind.may_hang_under(above.kind) {
        let message = format!(
            "「{}」不能直接设在「{}」之下，请选择其他上级工会",
            new.kind, above.kind
        );
        return Err(OrgError::invalid("parent", "org.wrong_parent", message));
    }
    refuse_same_name(tx, parent, name, None)?;
    let district = *tx.district();
    let row = tx.opt(&sql::TAKE_CHILD, args![district, parent])?;
    let row = row.ok_or_else(|| {
        OrgError::refused(
            "org.parent_closed",
            format!(
                "上级工会「{}」已停止活动或撤销，不能在其下设立组织",
                above.name
            ),
        )
    })?;
    let path = row
        .get::<OrgPath>(1)?
        .child(row.get(0)?)
        .map_err(|fault| OrgError::refused("org.too_many", fault.to_string()))?;
    let region: Option<String> = row.get(4)?;
    let region_code = if new.region_code.trim().is_empty() {
        region
    } else {
        Some(new.region_code.trim().to_owned())
    };
    Ok(Place {
        path,
        level: row.get::<i64>(2)? + 1,
        region_code,
        parent_name: above.name,
    })
}

/// The district federation itself: once, by someone who sees the whole district (setup, demo).
fn root_place(tx: &mut Tx, new: &NewOrg) -> Result<Place, OrgError> {
    if new.kind != OrgKind::Federation || !tx.actor().scope.covers(&OrgPath::whole()) {
        return Err(OrgError::invalid(
            "parent",
            "org.parent_missing",
            "请选择上级工会",
        ));
    }
    let district = *tx.district();
    if tx.one(&sql::ROOTS, args![district])?.get::<i64>(0)? > 0 {
        return Err(OrgError::refused(
            "org.root_exists",
            "本区已有区总工会，不能再建第二个",
        ));
    }
    let region = if new.region_code.trim().is_empty() {
        district.as_str()
    } else {
        new.region_code.trim()
    };
    Ok(Place {
        path: read::root_path()?,
        level: 1,
        region_code: Some(region.to_owned()),
        parent_name: String::new(),
    })
}

fn insert(
    tx: &mut Tx,
    new: &NewOrg,
    name: &str,
    code: Option<&str>,
    place: &Place,
) -> Result<OrgRef, OrgError> {
    let (district, now, id): (_, _, OrgId) = (*tx.district(), tx.now(), tx.new_id());
    let short = match new.short_name.trim() {
        "" => names::short(name),
        given => given.to_owned(),
    };
    let (py_full, py_init) = names::spellings(&short);
    let contact = match new.contact.trim() {
        "" => None,
        contact => Some(
            tx.vault()
                .seal("org.contact_sealed", &id.to_string(), contact),
        ),
    };
    let legal = if code.is_some() {
        LegalPerson::Registered
    } else {
        LegalPerson::None
    };
    tx.exec(
        &sql::INSERT,
        args![
            district,
            id,
            new.parent,
            place.path,
            place.path.segment().unwrap_or_default(),
            place.level,
            new.kind.id(),
            name,
            short,
            names::key(name),
            code,
            place.region_code,
            filled(&new.industry_code),
            new.industry_parent,
            OrgState::Active.id(),
            new.founded_on,
            new.planned_end_on,
            filled(&new.approval_no),
            legal.id(),
            new.address.trim(),
            contact,
            py_full,
            py_init,
            now
        ],
    )?;
    Ok(OrgRef {
        id,
        path: place.path.clone(),
        name: name.to_owned(),
        kind: new.kind,
    })
}

/// Whether a union may be called so: for what wants to know before it makes anything.
///
/// # Errors
/// [`OrgError::Invalid`] with what would be accepted.
pub fn check_name(name: &str) -> Result<(), OrgError> {
    checked_name(name).map(drop)
}

/// The name without outer blanks, if it may be a union's name.
pub(crate) fn checked_name(name: &str) -> Result<String, OrgError> {
    let name = kernel::text::trim(name);
    let length = name.chars().count();
    if !(2..=names::NAME_MAX).contains(&length) {
        return Err(OrgError::invalid(
            "name",
            "org.name",
            format!("请填写工会全称，2 到 {} 个字", names::NAME_MAX),
        ));
    }
    Ok(name.to_owned())
}

/// The credit code in its normal form, if one was given. It must be the union's own (beginning with 8), not
/// its employer's, and nobody else's.
pub(super) fn checked_credit_code(
    tx: &mut Tx,
    typed: &str,
    own: Option<OrgId>,
) -> Result<Option<String>, OrgError> {
    if kernel::text::trim(typed).is_empty() {
        return Ok(None);
    }
    let code = CreditCode::parse(typed)
        .map_err(|fault| OrgError::invalid("credit_code", fault.code(), fault.to_string()))?;
    if !code.is_union() {
        let message = "这是用人单位的统一社会信用代码；工会自己的代码以 81 或 89 开头，没有请留空";
        return Err(OrgError::invalid(
            "credit_code",
            "org.not_a_union_code",
            message,
        ));
    }
    let district = *tx.district();
    let (from, to) = OrgPath::whole().range();
    let taken = tx.opt(&sql::BY_CREDIT, args![district, code.as_str(), from, to])?;
    if let Some(row) = taken
        && Some(row.get::<OrgId>(0)?) != own
    {
        return Err(OrgError::invalid(
            "credit_code",
            "org.code_taken",
            "这个代码已登记在另一个工会名下，请核对证书",
        ));
    }
    Ok(Some(code.as_str().to_owned()))
}

/// Two living unions of one name below the same union would be taken for each other.
pub(super) fn refuse_same_name(
    tx: &mut Tx,
    parent: OrgId,
    name: &str,
    own: Option<OrgId>,
) -> Result<(), OrgError> {
    let district = *tx.district();
    let own = own.map_or(uuid::Uuid::nil(), OrgId::uuid);
    if tx
        .opt(
            &sql::SIBLING_NAMED,
            args![district, parent, names::key(name), own],
        )?
        .is_some()
    {
        return Err(OrgError::invalid(
            "name",
            "org.same_name",
            format!("同一上级之下已有「{name}」，请核对是否重复登记"),
        ));
    }
    Ok(())
}

fn filled(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// Members came to a union (`delta` > 0) or left it. Called by the members room inside its own transaction;
/// the count is what trees and tables show.
///
/// # Errors
/// [`OrgError::NotFound`] when there is no such union.
pub fn adjust_member_count(tx: &mut Tx, org: OrgId, delta: i64) -> Result<(), OrgError> {
    let district = *tx.district();
    if delta != 0 && tx.exec(&sql::ADJUST_MEMBERS, args![district, org, delta])? == 0 {
        return Err(OrgError::NotFound);
    }
    Ok(())
}
