//! 依法延期支付: agreed with the union or the workers' representatives, no longer than the law allows.

use kernel::{Date, Refusal};
use store::{Tx, args};

use super::actions::{Decision, begin, changed, refusal, said, settled};
use super::model::EventKind;
use super::{file, sql};
use crate::arrears::entry::{self, One, once_of};
use crate::arrears::feeds::back;
use crate::arrears::model::{AlertId, Fields, Quality};
use crate::arrears::subjects::SubjectDraft;
use crate::arrears::{ArrearsError, Permit, kinds};
use crate::cases;

/// The kind of signal an agreement on a deferral leaves; nobody enters it without one.
pub(in crate::arrears) const DEFERRAL: &str = "lawful_deferral";

/// A lawful deferral (依法延期支付): agreed with the union or the workers' representatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferral {
    /// Last day of the deferral.
    pub until: Date,
    /// The agreement it rests on: number or where it is kept.
    pub document: String,
    /// Reason and version.
    pub decision: Decision,
}

/// Records a lawful deferral: missed clocks raise nothing until then; signals and colours go on. However often it is
/// agreed anew, the days are counted from the first agreement.
///
/// # Errors
/// Forbidden; out of reach; no agreement; longer than the law allows.
pub fn defer(
    tx: &mut Tx,
    permit: &Permit,
    id: AlertId,
    deferral: &Deferral,
) -> Result<(), ArrearsError> {
    let alert = begin(tx, permit, id, &deferral.decision)?;
    let today = tx.today();
    let document = kernel::text::trim(&deferral.document);
    let days = today
        .until(deferral.until)
        .map_or(0, |span| i64::from(span.get_days()));
    let mut refusals = Vec::new();
    if document.is_empty() {
        refusals.push(refusal(
            "alert.no_agreement",
            "请写明与工会或职工代表达成的协议",
        ));
    }
    if days < 1 {
        refusals.push(refusal("alert.deferral_past", "延期到期日应在今天之后"));
    }
    refusals.extend(too_long(tx, id, deferral.until)?);
    settled(refusals)?;
    let subject = super::subject_of(tx, alert.subject)?;
    let once = once_of(tx, DEFERRAL)?;
    let one = One {
        draft: SubjectDraft::of(&subject),
        kind: DEFERRAL,
        day: today,
        fields: Fields::new([("days", days)]),
        quality: Quality::Verified,
        reference: document,
        once,
    };
    entry::by_hand(tx, "延期支付", &one)?;
    let (district, now) = (*tx.district(), tx.now());
    changed(tx.exec(
        &sql::DEFERRED,
        args![district, id, deferral.until, document, now, alert.version],
    )?)?;
    if let Some(case) = alert.case {
        let note = format!("{document}；{}", deferral.decision.note);
        cases::hold_escalation(tx, case, Some(deferral.until), &note)?;
    }
    let note = format!("延期至 {}，依据：{document}", deferral.until);
    file::note(tx, &alert, &said(EventKind::Deferred, &alert, &note))
}

/// What stands against a deferral until a day: counted from the first agreement since the alert was opened, it may not
/// be longer than `signals/lawful-deferral.toml` says.
fn too_long(tx: &mut Tx, alert: AlertId, until: Date) -> Result<Option<Refusal>, ArrearsError> {
    let schema = kinds::schema(DEFERRAL);
    let most = schema
        .and_then(|schema| schema.field("days"))
        .map(|field| field.max);
    let most = most.ok_or_else(|| ArrearsError::Definition(format!("没有线索种类 {DEFERRAL}")))?;
    let mut first = None;
    for event in file::events(tx, alert)? {
        match event.kind {
            EventKind::Opened | EventKind::Reopened => first = None,
            EventKind::Deferred if first.is_none() => first = Some(event.at.shanghai_date()),
            _ => {}
        }
    }
    let begun = first.unwrap_or(tx.today());
    let last = back(begun, -most);
    if until <= last {
        return Ok(None);
    }
    let from = match first {
        Some(first) => format!("这条预警已于 {first} 第一次登记延期，再次延期也从那一天算起"),
        None => format!("延期从今天（{begun}）算起"),
    };
    Ok(Some(refusal(
        "alert.deferral_too_long",
        format!("{from}，合计最长 {most} 天，最迟到 {last}"),
    )))
}
