//! The seam with the cases room: an alert's handling is a case. This room owns colour, score and what may close;
//! the case owns states, verbs, clocks, evidence and call-backs.

use std::collections::BTreeMap;

use kernel::warning::RuleSet;
use store::{Tx, args};

use super::model::{Alert, Verified};
use super::sql;
use crate::access::CapabilitySet;
use crate::arrears::ArrearsError;
use crate::cases::{self, NewCase, Regrade};
use crate::employers;
use crate::failure::{Kind, RoomError};
use crate::orgs;

/// The kind of case that handles an alert.
pub const CASE_KIND: &str = "cases.arrears_alert";
/// The field of the case that says why.
pub const CASE_REASON: &str = "reason";
/// What the case calls the link.
pub(super) const LINK: &str = "alert";

/// The grade of the case for a level: the one of the same name, else the one at the same distance from the top.
pub(super) fn grade_of(tx: &Tx, rules: &RuleSet, level: &str) -> Result<String, ArrearsError> {
    let kind = cases::kind(CASE_KIND, *tx.district(), tx.today())?;
    if kind.grade.iter().any(|grade| grade.id == level) {
        return Ok(level.to_owned());
    }
    let levels: Vec<&str> = rules
        .levels()
        .iter()
        .filter(|one| one.opens)
        .map(|one| one.id.as_str())
        .collect();
    let from_top = levels
        .iter()
        .rev()
        .position(|one| *one == level)
        .unwrap_or(0);
    let grade = kind.grade.iter().rev().nth(from_top).or(kind.grade.first());
    grade
        .map(|grade| grade.id.clone())
        .ok_or_else(|| ArrearsError::Definition(format!("办件类型 {CASE_KIND} 没有等级")))
}

/// Opens the case of an alert that has none. A case that cannot be opened (no desk yet) never holds up an alert: the
/// next evaluation tries again.
pub(super) fn ensure(tx: &mut Tx, rules: &RuleSet, alert: &mut Alert) -> Result<(), ArrearsError> {
    if alert.case.is_some() {
        return Ok(());
    }
    let Some(place) = place(tx, alert)? else {
        return Ok(());
    };
    let employer = super::subject_of(tx, alert.subject)?.employer;
    let code = match employer {
        Some(employer) => employers::named(tx, employer)?.credit_code,
        None => None,
    };
    let mut fields = BTreeMap::from([
        ("employer".to_owned(), alert.title.clone()),
        (CASE_REASON.to_owned(), alert.reasons.join("；")),
    ]);
    if let Some(code) = code {
        fields.insert("credit_code".to_owned(), code);
    }
    let new = NewCase {
        kind: CASE_KIND.to_owned(),
        door: LINK.to_owned(),
        place: Some(place.id),
        title: format!("{}：欠薪预警", alert.title),
        fields,
        grade: Some(grade_of(tx, rules, &alert.level)?),
        link: Some((LINK, alert.id.uuid())),
        respondent: employer,
        ..NewCase::default()
    };
    match cases::open(tx, &new) {
        Ok(opened) => {
            let district = *tx.district();
            tx.exec(&sql::SET_CASE, args![district, alert.id, opened.id])?;
            if alert.verified != Verified::default() {
                super::verified::keep(tx, alert.id, Verified::default())?;
            }
            (alert.case, alert.verified) = (Some(opened.id), Verified::default());
            Ok(())
        }
        Err(fault) if fault.kind() == Kind::Fault => Err(fault.into()),
        Err(fault) => {
            tracing::warn!(
                alert = alert.no,
                "the case of an alert could not be opened: {fault}"
            );
            Ok(())
        }
    }
}

/// The union of the area an alert lies in.
fn place(tx: &mut Tx, alert: &Alert) -> Result<Option<orgs::OrgRef>, ArrearsError> {
    match orgs::territory_of(tx, &alert.org_path)? {
        Some(org) => Ok(Some(org)),
        None => Ok(orgs::top(tx)?),
    }
}

/// The case follows the alert's level: its clocks are those of the response matrix, its reason is the one that holds now.
pub(super) fn regrade(tx: &mut Tx, rules: &RuleSet, alert: &Alert) -> Result<(), ArrearsError> {
    let Some(case) = alert.case else {
        return Ok(());
    };
    let reason = alert.reasons.join("；");
    let to = Regrade {
        grade: grade_of(tx, rules, &alert.level)?,
        note: format!("评分 {}：{reason}", alert.score),
        fields: BTreeMap::from([(CASE_REASON.to_owned(), reason)]),
    };
    match cases::regrade(tx, case, &to) {
        Err(fault) if fault.kind() == Kind::Fault => Err(fault.into()),
        // A case that was handed over or closed keeps its grade.
        Err(fault) => {
            tracing::warn!(
                alert = alert.no,
                "the case of an alert could not be regraded: {fault}"
            );
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// The case of an alert that goes on: opened again, with the level above watching, and at the alert's level now; where that
/// cannot be (it was handed over for good), a new one is opened.
pub(super) fn open_again(
    tx: &mut Tx,
    rules: &RuleSet,
    alert: &mut Alert,
) -> Result<(), ArrearsError> {
    if let Some(case) = alert.case {
        let note = format!("{} 又有新线索：{}", alert.no, alert.reasons.join("；"));
        let input = reopening(note);
        let every = crate::access::Capability::ALL.iter().copied().collect();
        match cases::act(tx, every, case, &cases::Verb::REOPEN, &input) {
            Err(fault) if fault.kind() == Kind::Fault => return Err(fault.into()),
            Err(fault) => {
                tracing::warn!(
                    alert = alert.no,
                    "the case of an alert could not be opened again: {fault}"
                );
                alert.case = None;
            }
            Ok(_) => return regrade(tx, rules, alert),
        }
    }
    ensure(tx, rules, alert)
}

/// The case of an alert that a person takes up again: opened again unless it goes on already, at the alert's level. Unlike
/// after a new signal, who may not is told so.
pub(super) fn take_up(
    tx: &mut Tx,
    rules: &RuleSet,
    alert: &Alert,
    (may, note): (CapabilitySet, &str),
) -> Result<(), ArrearsError> {
    let Some(case) = alert.case else {
        return ensure(tx, rules, &mut alert.clone());
    };
    let stands = cases::get_linked(tx, case)?;
    if stands.kind.rests(&stands.now.state) {
        cases::act(tx, may, case, &cases::Verb::REOPEN, &reopening(note))?;
    }
    regrade(tx, rules, alert)
}

fn reopening(note: impl Into<String>) -> cases::ActInput {
    cases::ActInput {
        room: Some("arrears"),
        ..cases::ActInput::note(note)
    }
}
