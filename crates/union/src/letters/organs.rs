//! 机关代字: what stands before 〔年份〕. A code set on screen goes before the one of the definition.

use kernel::ids::OrgId;
use serde_json::json;
use store::{Audit, Tx, args};

use super::{LetterError, definitions, sql};
use crate::orgs::{self, OrgRef};

/// Longest code, in characters.
const LONGEST: usize = 12;

/// A union that may issue documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organ {
    /// The union.
    pub org: OrgRef,
    /// Its code, if it has one.
    pub code: Option<String>,
}

/// The code of a union.
///
/// # Errors
/// The store failed.
pub fn organ_code(tx: &mut Tx, org: &OrgRef) -> Result<Option<String>, LetterError> {
    let district = *tx.district();
    let set = tx.opt(&sql::ORGAN_CODE, args![district, org.id])?;
    match set {
        Some(row) => Ok(Some(row.get(0)?)),
        None => Ok(definitions::organ_code(district, tx.today(), &org.name)),
    }
}

/// The unions in whose name this post may draft: its own and those above it; for who sees the whole district also the
/// towns. Each once: first the desk that answers for the case the letter is about, where it is one of them, then the own
/// union, then the next above it; one without a code, which cannot issue, stands after those that have one.
///
/// # Errors
/// The store failed.
pub fn organs(tx: &mut Tx, desk: Option<OrgId>) -> Result<Vec<Organ>, LetterError> {
    let Some(path) = tx.actor().scope.path().cloned() else {
        return Ok(Vec::new());
    };
    let top = orgs::top(tx)?.map(|org| org.path);
    let wanted = if path.as_str().is_empty() {
        top.clone().unwrap_or(path)
    } else {
        path
    };
    // From the own union upwards.
    let mut found = orgs::path_names(tx, &wanted)?;
    found.reverse();
    if top.is_some_and(|top| tx.actor().scope.covers(&top)) {
        found.extend(orgs::towns(tx)?.into_iter().map(|town| town.org));
    }
    let coded = |org: OrgRef| {
        Ok::<_, LetterError>(Organ {
            code: organ_code(tx, &org)?,
            org,
        })
    };
    let mut organs: Vec<Organ> = Vec::with_capacity(found.len());
    for organ in found.into_iter().map(coded) {
        let organ = organ?;
        if organs.iter().all(|known| known.org.id != organ.org.id) {
            organs.push(organ);
        }
    }
    organs.sort_by_key(|one| (one.code.is_none(), Some(one.org.id) != desk));
    Ok(organs)
}

/// Sets the code of a union (登记机关代字). A code belongs to one union for good: another one's numbers would be
/// taken for its own.
///
/// # Errors
/// Not a code; taken; outside the scope.
pub fn set_organ_code(tx: &mut Tx, organ: OrgId, code: &str) -> Result<(), LetterError> {
    let org = orgs::get(tx, organ)?;
    let code = code.trim();
    let fits = |c: char| c.is_alphanumeric() && !c.is_ascii_punctuation();
    if code.is_empty() || code.chars().count() > LONGEST || !code.chars().all(fits) {
        let message = format!("机关代字应为 1 至 {LONGEST} 个字，不含标点和空格，如“临总工”");
        return Err(LetterError::invalid("code", "letter.organ_code", message));
    }
    let before = organ_code(tx, &org)?;
    if before.as_deref() == Some(code) {
        return Ok(());
    }
    if is_taken(tx, &org, code)? {
        let message = format!("“{code}”已是其他工会的机关代字，或者已有其他工会用它发过文");
        return Err(LetterError::invalid(
            "code",
            "letter.organ_code_taken",
            message,
        ));
    }
    let (district, now, by) = (*tx.district(), tx.now(), tx.actor().label.clone());
    tx.exec(&sql::SET_ORGAN_CODE, args![district, org.id, code, by, now])?;
    let detail = json!({ "code": [before, code] });
    tx.audit(
        Audit::of("letter.organ_code_set", "org", org.id)
            .at(&org.path)
            .detail(detail),
    )?;
    Ok(())
}

fn is_taken(tx: &mut Tx, org: &OrgRef, code: &str) -> Result<bool, LetterError> {
    let district = *tx.district();
    if definitions::is_another_s(district, tx.today(), code, &org.name) {
        return Ok(true);
    }
    if let Some(row) = tx.opt(&sql::CODE_OWNER, args![district, code])? {
        return Ok(row.get::<OrgId>(0)? != org.id);
    }
    let used: i64 = tx.across("numbers are told apart through the whole district", |tx| {
        tx.one(
            &sql::CODE_USED,
            args![district, org.id, code, format!("{code}\u{10FFFF}")],
        )?
        .get(0)
    })?;
    Ok(used > 0)
}
