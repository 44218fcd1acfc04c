//! The union's side: the queue, yes and no.

use kernel::ids::{ApplicationId, MemberId};
use kernel::{Date, Instant, Refusals};
use serde_json::json;
use store::{Audit, Key, Query, Tx, args};

use super::{Application, ApplicationState, field, read};
use crate::access::Capability;
use crate::members::actions::{prepared, require_words};
use crate::members::read::open;
use crate::members::rules::Permit;
use crate::members::units::{self, Meant};
use crate::members::{
    Admission, Admitted, MemberDraft, MemberError, OtherName, Outcome, admit, consents, sql,
};

/// Longest list shown.
const LONGEST: usize = 200;

/// Open applications within the scope, oldest first, at most 200.
///
/// # Errors
/// The store failed.
pub fn queue(tx: &mut Tx) -> Result<Vec<Application>, MemberError> {
    page(tx, false, None, LONGEST)
}

/// Decided applications within the scope, newest first, at most 200.
///
/// # Errors
/// The store failed.
pub fn decided(tx: &mut Tx) -> Result<Vec<Application>, MemberError> {
    page(tx, true, None, LONGEST)
}

/// Where a page begins: behind the moment and the id of the last application seen.
pub type After = (Instant, ApplicationId);

/// Where the page behind an application begins: an open one by its arrival, a decided one by its answer.
pub fn after(last: &Application) -> After {
    (last.decided_at.unwrap_or(last.applied_at), last.id)
}

/// So many open or `decided` applications within the scope behind `after`, in the order of [`queue`] and [`decided`].
///
/// # Errors
/// The store failed.
pub fn page(
    tx: &mut Tx,
    decided: bool,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<Application>, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let after = after.map(|(at, id)| [at.into(), id.into()]);
    let query = if decided {
        let order = [Key::Down("decided_at"), Key::Down("id")];
        Query::from(&sql::application::DECIDED, args![district, from, to])
            .paged(order, after, limit)
    } else {
        let state = ApplicationState::Applied.code();
        let order = [Key::Up("applied_at"), Key::Up("id")];
        Query::from(&sql::application::QUEUE, args![district, state, from, to])
            .paged(order, after, limit)
    };
    let rows = tx.all(&query, &[])?;
    rows.iter().map(|row| read(tx.vault(), row)).collect()
}

/// Open applications within the scope, counted up to `most`.
///
/// # Errors
/// The store failed.
pub fn waiting(tx: &mut Tx, most: usize) -> Result<i64, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    Ok(tx
        .one(
            &sql::application::COUNT_OPEN,
            args![district, from, to, most],
        )?
        .get(0)?)
}

/// One application within the scope.
///
/// # Errors
/// [`MemberError::NotFound`].
pub fn get(tx: &mut Tx, id: ApplicationId) -> Result<Application, MemberError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::application::GET, args![district, id])?
        .ok_or(MemberError::NotFound)?;
    let application = read(tx.vault(), &row)?;
    if tx.actor().scope.covers(&application.org_path) {
        Ok(application)
    } else {
        Err(MemberError::NotFound)
    }
}

/// Says yes: the worker becomes a member from `on`. When the person is a member elsewhere, nothing is changed and
/// the answer says where; a transfer has to come first. `unit` is where the worker works as the union puts it; otherwise
/// what the worker wrote counts.
///
/// # Errors
/// [`MemberError::Forbidden`], [`MemberError::NotFound`]; [`MemberError::Refused`] when it was decided before or
/// the person may not join.
pub fn approve(
    tx: &mut Tx,
    permit: &Permit,
    id: ApplicationId,
    on: Option<Date>,
    unit: Option<&str>,
) -> Result<Admitted, MemberError> {
    permit.require(Capability::MembersApprove)?;
    let application = get(tx, id)?;
    still_open(&application)?;
    let on = on.unwrap_or_else(|| tx.today());
    if on > tx.today() {
        return Err(MemberError::Invalid {
            field: "on",
            message: "入会日期不能晚于今天".to_owned(),
        });
    }
    let draft = draft(tx, &application)?;
    let member = prepared(tx, &draft, tx.new_id())?;
    let evidence = format!("网上申请 {}", application.code);
    let unit = kernel::text::trim(unit.unwrap_or(&application.unit));
    let (employer, question) = match units::meant(tx, unit, application.org)? {
        Meant::Nobody => (None, None),
        Meant::One(employer) => (Some(employer), None),
        Meant::Asked(question) => (None, Some(question)),
    };
    let to = Admission::new(application.org, application.org_path.clone(), on)
        .employer(employer)
        .evidence(evidence);
    let admitted = admit(tx, &member, &to)?;
    match &admitted.outcome {
        Outcome::Elsewhere(union) => {
            let message = format!(
                "此人现在是“{union}”的会员，一人只能有一份会籍；请先办理转入，或请本人向原工会申请转会"
            );
            return Err(MemberError::refuse("member.elsewhere", message));
        }
        Outcome::OtherName(other) => {
            let message = format!(
                "{}。确系同一人改了名，请先在会员页“更正”姓名，再同意这份申请；不是同一人的，请不同意，并请申请人核对证件号码",
                other.told()
            );
            return Err(MemberError::refuse(OtherName::CODE, message));
        }
        Outcome::Refused(refusals) => return Err(MemberError::Refused(refusals.clone())),
        Outcome::New | Outcome::Unchanged | Outcome::Updated(_) | Outcome::Rejoined => {}
    }
    settle(
        tx,
        &application,
        ApplicationState::Approved,
        "",
        Some(admitted.id),
    )?;
    let district = *tx.district();
    tx.exec(
        &sql::application::SET_UNIT,
        args![district, id, unit, employer, question],
    )?;
    consents::give_from_application(tx, admitted.id, &application)?;
    tx.audit(
        Audit::of("application.approved", "application", id)
            .at(&application.org_path)
            .detail(json!({ "member": admitted.id, "on": on, "employer": employer, "question": question })),
    )?;
    Ok(admitted)
}

/// Says no, with a reason the worker will read.
///
/// # Errors
/// As [`approve`].
pub fn reject(
    tx: &mut Tx,
    permit: &Permit,
    id: ApplicationId,
    reason: &str,
) -> Result<(), MemberError> {
    permit.require(Capability::MembersApprove)?;
    let application = get(tx, id)?;
    let mut refusals = Refusals::new();
    require_words(
        &mut refusals,
        reason,
        "application.reason",
        "不同意的理由，申请人会看到",
    );
    refusals.into_result().map_err(MemberError::Refused)?;
    settle(
        tx,
        &application,
        ApplicationState::Rejected,
        reason.trim(),
        None,
    )?;
    tx.audit(
        Audit::of("application.rejected", "application", id)
            .at(&application.org_path)
            .why(reason.trim()),
    )?;
    Ok(())
}

fn still_open(application: &Application) -> Result<(), MemberError> {
    if application.state == ApplicationState::Applied {
        return Ok(());
    }
    let message = format!("这份申请“{}”，不能再办理", application.state.label());
    Err(MemberError::refuse("application.decided", message))
}

/// Closes an open application; refuses when somebody was faster.
pub(super) fn settle(
    tx: &mut Tx,
    application: &Application,
    to: ApplicationState,
    reason: &str,
    member: Option<MemberId>,
) -> Result<(), MemberError> {
    still_open(application)?;
    let (district, now, by) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let done = tx.exec(
        &sql::application::DECIDE,
        args![district, application.id, to.code(), now, by, reason, member],
    )?;
    if done == 1 {
        Ok(())
    } else {
        Err(MemberError::Stale)
    }
}

/// The application as a draft again, with its numbers in clear for the checks.
fn draft(tx: &mut Tx, application: &Application) -> Result<MemberDraft, MemberError> {
    let district = *tx.district();
    let row = tx.one(&sql::application::GET, args![district, application.id])?;
    let owner = MemberId::from(application.id.uuid());
    let text = |field: &str, at: usize| -> Result<String, MemberError> {
        Ok(open(tx.vault(), field, owner, row.bytes(at)?)?.unwrap_or_default())
    };
    Ok(MemberDraft {
        name: application.name.clone(),
        id_type: application.id_type.code().to_owned(),
        id_number: text(field::ID, 6)?,
        phone: text(field::PHONE, 8)?,
        sex: application.sex.label().to_owned(),
        birth_on: application
            .birth_on
            .map(|birth| birth.to_string())
            .unwrap_or_default(),
        job_title: application.job_title.clone().unwrap_or_default(),
        guardian: application
            .consent
            .get("guardian")
            .and_then(|text| text.as_str())
            .unwrap_or_default()
            .to_owned(),
        confirmed: true,
        ..Default::default()
    })
}
