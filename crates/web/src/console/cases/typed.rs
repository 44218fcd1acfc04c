//! 填写的内容: what the form of a verb says, read box by box.

use std::collections::BTreeMap;

use kernel::Date;
use kernel::case_kind::{BackTo, Unit};
use kernel::ids::CaseId;
use store::Tx;
use union::access::CapabilitySet;
use union::cases::{self, ActInput, CallInput, Case, CaseError, FileBytes};

use super::boxes::{next_owner, pieces};
use crate::shell::Form;

/// The fields of the kind among those of a form, as typed; empty ones are not stated.
pub(in crate::console) fn fields(form: &Form) -> BTreeMap<String, String> {
    form.names()
        .filter_map(|name| {
            Some((
                name.strip_prefix("field.")?.to_owned(),
                form.text(name).to_owned(),
            ))
        })
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

/// What a form asks for, with every fault of its boxes at once.
///
/// # Errors
/// [`CaseError::Invalid`] or [`CaseError::Faulty`]: boxes that cannot be read; the store failed.
pub(super) fn read(
    tx: &mut Tx,
    may: CapabilitySet,
    case: &Case,
    form: &Form,
    files: Vec<(String, FileBytes)>,
) -> Result<ActInput, CaseError> {
    let text = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    let mut faults = Faults::default();
    let other = match form.text("other") {
        "" => None,
        no => faults.of(into(tx, may, no))?,
    };
    let evidence = faults.of(pieces(form, files))?;
    let extend_by = faults.of(extension(tx, case, form))?;
    let call = faults.of(call(form))?;
    let until = faults.of(until(form))?;
    faults.told()?;
    Ok(ActInput {
        note: form.text("note").to_owned(),
        next_owner: next_owner(form.text("next")),
        back_to: match form.text("back_to") {
            "" | "previous" => BackTo::Previous,
            "initiator" => BackTo::Initiator,
            desk => BackTo::Desk(desk.to_owned()),
        },
        evidence: evidence.unwrap_or_default(),
        other,
        same: form.holds("same", "yes"),
        fields: fields(form),
        closing_code: text("closing"),
        clock: text("clock"),
        extend_by: extend_by.flatten(),
        call: call.flatten(),
        until: until.flatten(),
        version: form.parsed("version"),
        ..ActInput::default()
    })
}

/// What could not be read of a form: told together, each at its box.
#[derive(Default)]
struct Faults(Vec<CaseError>);

impl Faults {
    /// What was read; a fault of a box is kept and reading goes on.
    fn of<T>(&mut self, read: Result<T, CaseError>) -> Result<Option<T>, CaseError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(fault @ (CaseError::Invalid { .. } | CaseError::Faulty(_))) => {
                self.0.push(fault);
                Ok(None)
            }
            Err(fault) => Err(fault),
        }
    }

    /// One fault keeps its code; several are told together.
    fn told(mut self) -> Result<(), CaseError> {
        match (self.0.len(), self.0.pop()) {
            (_, None) => Ok(()),
            (1, Some(only)) => Err(only),
            (_, Some(last)) => {
                self.0.push(last);
                let all = self.0.into_iter().flat_map(|fault| match fault {
                    CaseError::Invalid { field, message, .. } => vec![(field, message)],
                    CaseError::Faulty(faults) => faults,
                    _ => Vec::new(),
                });
                Err(CaseError::Faulty(all.collect()))
            }
        }
    }
}

/// How much an extension asks for: a number, in the unit that the chosen clock is extended in.
fn extension(tx: &Tx, case: &Case, form: &Form) -> Result<Option<(u32, Unit)>, CaseError> {
    let typed = form.text("extend_days");
    if typed.is_empty() {
        return Ok(None);
    }
    let many = typed.parse().map_err(|_| CaseError::Invalid {
        field: "extend_days",
        code: "case.extend_days",
        message: "「延长多久」请填整数，例如 5".to_owned(),
    })?;
    let clocks = cases::extendable(tx, case);
    let clock = clocks.iter().find(|one| form.holds("clock", &one.clock));
    Ok(clock.map(|one| (many, one.most.unit)))
}

/// The last day of a pause.
fn until(form: &Form) -> Result<Option<Date>, CaseError> {
    match form.text("until") {
        "" => Ok(None),
        typed => typed.parse().map(Some).map_err(|_| CaseError::Invalid {
            field: "until",
            code: "case.pause_until",
            message: "「中止到哪一天」请填日期，例如 2026-12-18".to_owned(),
        }),
    }
}

/// A call-back as the form tells it. What the person said is never supposed: both answers are asked for.
fn call(form: &Form) -> Result<Option<CallInput>, CaseError> {
    let answer = |field: &'static str, about: &str| match form.text(field) {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(CaseError::Invalid {
            field,
            code: "case.call_answer",
            message: format!("请选择回访对象说的：{about}"),
        }),
    };
    let whom = form.text("whom").to_owned();
    if whom.is_empty() {
        return Ok(None);
    }
    let mut faults = Faults::default();
    let solved = faults.of(answer("solved", "解决了还是没解决"))?;
    let satisfied = faults.of(answer("satisfied", "满意还是不满意"))?;
    faults.told()?;
    Ok(Some(CallInput {
        whom,
        solved: solved == Some(true),
        satisfied: satisfied == Some(true),
    }))
}

/// The case a merge goes into, by its number.
fn into(tx: &mut Tx, may: CapabilitySet, no: &str) -> Result<CaseId, CaseError> {
    match cases::by_no(tx, may, no) {
        Ok(case) => Ok(case.id),
        Err(CaseError::NotFound) => Err(CaseError::Invalid {
            field: "other",
            code: "case.merge_where",
            message: format!("没有找到编号为 {no} 的办件，请核对编号"),
        }),
        Err(fault) => Err(fault),
    }
}
