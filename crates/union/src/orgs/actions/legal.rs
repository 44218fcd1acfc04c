//! 工会法人: applied for, registered. 基层工会法人登记管理办法（总工办发〔2020〕20号）.

use kernel::OrgId;
use serde_json::json;
use store::{Audit, Tx, args};

use super::super::model::{HistoryKind, LegalPerson};
use super::super::{OrgError, read, sql};
use super::{checked_credit_code, record};

/// The union applies (`code` none) or is registered with the credit code of its certificate.
///
/// # Errors
/// Not found within scope; a kind that cannot be a legal person; a code that is wrong or taken.
pub fn set_legal_person(
    tx: &mut Tx,
    org: OrgId,
    code: Option<&str>,
    why: &str,
) -> Result<(), OrgError> {
    let union = read::card(tx, org)?;
    if !union.kind.may_be_legal_person() {
        return Err(OrgError::refused(
            "org.no_legal_person",
            format!("{}不能单独登记为工会法人", union.kind),
        ));
    }
    let to = if code.is_some() {
        LegalPerson::Registered
    } else {
        LegalPerson::Applied
    };
    let code = match code {
        Some(typed) => checked_credit_code(tx, typed, Some(org))?,
        None => union.credit_code.clone(),
    };
    if to == LegalPerson::Registered && code.is_none() {
        return Err(OrgError::invalid(
            "credit_code",
            "org.code_missing",
            "请填写法人证书上的统一社会信用代码",
        ));
    }
    let (district, today) = (*tx.district(), tx.today());
    if tx.exec(
        &sql::SET_LEGAL_PERSON,
        args![district, org, to.id(), code, union.version],
    )? == 0
    {
        return Err(OrgError::Stale);
    }
    let before = json!({ "法人登记": union.legal_person.title() });
    let after = json!({ "法人登记": to.title(), "统一社会信用代码": code });
    record(
        tx,
        org,
        HistoryKind::LegalPerson,
        today,
        (before, after),
        why,
    )?;
    tx.audit(
        Audit::of("org.legal_person", "org", org)
            .at(&union.path)
            .why(why)
            .detail(json!({ "to": to.id(), "credit_code": code })),
    )?;
    Ok(())
}
