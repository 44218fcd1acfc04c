//! What a person decides about an alert. The rules only propose; every decision bears a name and a reason.

use std::collections::BTreeMap;

use kernel::case_kind::Closing as Ending;
use kernel::ids::CaseId;
use kernel::warning::{Level, RuleSet};
use kernel::{Refusal, Refusals};
use store::{Tx, args};

use super::file::{self, Said};
use super::model::{Alert, AlertState, EventKind};
use super::settle::tell;
use super::to_close::terms;
use super::{handling, sql};
use crate::access::{Capability, CapabilitySet};
use crate::arrears::feeds::back;
use crate::arrears::model::AlertId;
use crate::arrears::rules::require;
use crate::arrears::{ArrearsError, Permit, rulesets};
use crate::cases::{self, ActInput, CallInput, NewEvidence, Verb};

/// Longest reason, in characters.
const LONGEST: usize = 500;
/// The case's verb for handing it over (移交).
const HAND_OVER: &str = "hand_over";

/// A decision about an alert, with the version of the page it was made on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// The reason.
    pub note: String,
    /// Version of the alert the page was drawn from; none does not ask.
    pub version: Option<i64>,
}

/// Follows the proposal: the colour falls (确认降级), and the clocks follow.
///
/// # Errors
/// Forbidden; out of reach; nothing is proposed, or nothing would be left (then the alert is closed, not lowered).
pub fn decide_fall(
    tx: &mut Tx,
    permit: &Permit,
    id: AlertId,
    decision: &Decision,
) -> Result<(), ArrearsError> {
    let alert = begin(tx, permit, id, decision)?;
    let rules = in_force(tx)?;
    command_at_top(permit, &rules, &alert)?;
    let Some(wanted) = alert.proposed.clone() else {
        return Err(refuse("alert.nothing_proposed", "规则没有建议降级"));
    };
    let place = rules.levels().iter().position(|level| level.id == wanted);
    let Some(rank) = place.and_then(|place| i64::try_from(place).ok()) else {
        let message = "规则建议解除预警：请核对销号条件后办理销号，不能直接降级";
        return Err(refuse("alert.close_instead", message));
    };
    let after = Alert {
        level: wanted.clone(),
        rank,
        ..alert.clone()
    };
    decided(tx, &alert, &after)?;
    let said = Said {
        kind: EventKind::Fallen,
        from: &alert.level,
        to: &wanted,
        note: &decision.note,
        explanation: Some(&alert.explanation),
    };
    file::note(tx, &after, &said)?;
    handling::regrade(tx, &rules, &after)
}

/// Keeps the level against the proposal (维持等级); it is not proposed again until something changes.
///
/// # Errors
/// As [`decide_fall`].
pub fn keep(
    tx: &mut Tx,
    permit: &Permit,
    id: AlertId,
    decision: &Decision,
) -> Result<(), ArrearsError> {
    let alert = begin(tx, permit, id, decision)?;
    let Some(wanted) = alert.proposed.clone() else {
        return Err(refuse("alert.nothing_proposed", "规则没有建议降级"));
    };
    decided(tx, &alert, &alert)?;
    let said = Said {
        kind: EventKind::Kept,
        from: &alert.level,
        to: &wanted,
        note: &decision.note,
        explanation: None,
    };
    file::note(tx, &alert, &said)
}

fn decided(tx: &mut Tx, before: &Alert, after: &Alert) -> Result<(), ArrearsError> {
    let (district, now) = (*tx.district(), tx.now());
    changed(tx.exec(
        &sql::DECIDED,
        args![
            district,
            before.id,
            after.level,
            after.rank,
            now,
            before.version
        ],
    )?)
}

/// A push to the labour inspectorate (推送人社部门).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Which office.
    pub office: String,
    /// Its acknowledgement number; without one, who took it and when.
    pub acknowledgement: String,
    /// Reason and version.
    pub decision: Decision,
}

/// Records that the labour inspectorate was told, with its acknowledgement.
///
/// # Errors
/// Forbidden; out of reach; no office or acknowledgement; the case refuses.
pub fn push(tx: &mut Tx, permit: &Permit, id: AlertId, push: &Push) -> Result<(), ArrearsError> {
    let alert = begin(tx, permit, id, &push.decision)?;
    let (office, number) = (
        kernel::text::trim(&push.office),
        kernel::text::trim(&push.acknowledgement),
    );
    let mut refusals = Vec::new();
    if office.is_empty() {
        refusals.push(refusal("alert.no_office", "请写明推送给哪个部门"));
    }
    if number.is_empty() {
        refusals.push(refusal(
            "alert.no_acknowledgement",
            "请写明对方回执编号；没有编号的，写接收人和时间",
        ));
    }
    settled(refusals)?;
    let (district, now) = (*tx.district(), tx.now());
    changed(tx.exec(
        &sql::PUSHED,
        args![district, id, now, office, number, alert.version],
    )?)?;
    if let Some(case) = alert.case {
        let input = ActInput {
            note: push.decision.note.clone(),
            fields: BTreeMap::from([("hrss_no".to_owned(), number.to_owned())]),
            ..ActInput::default()
        };
        cases::act(tx, may(permit), case, &Verb::of("push_hrss"), &input)?;
    }
    let note = format!("{office}，回执 {number}");
    file::note(tx, &alert, &said(EventKind::Pushed, &alert, &note))
}

/// How an alert shall end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Closing {
    /// Closing code of the case kind: turnover, orders, shutdown, malicious, no_arrears, false_alarm, handed_over.
    pub code: String,
    /// Fields of the case filled in last: `workers`, `workers_paid`.
    pub fields: BTreeMap<String, String>,
    /// Evidence that comes with it.
    pub evidence: Vec<NewEvidence>,
    /// A last call-back.
    pub call: Option<CallInput>,
    /// Reason and version.
    pub decision: Decision,
}

/// Ends an alert (销号) on the conditions of §8.4: quiet for the level's days, wages shown to be paid, workers called
/// back by somebody else, reason coded. A false alarm needs no quiet; it goes to the score sheet of the rules. Nor does
/// one that is handed to an office that must act on it (移交): who took it and under which number stands for the rest.
///
/// # Errors
/// Everything that stands against it.
pub fn close(
    tx: &mut Tx,
    permit: &Permit,
    id: AlertId,
    closing: &Closing,
) -> Result<(), ArrearsError> {
    let alert = begin(tx, permit, id, &closing.decision)?;
    let rules = in_force(tx)?;
    command_at_top(permit, &rules, &alert)?;
    let ending = ending(tx, &closing.code)?;
    let against = if ending.false_alarm || ending.handed_over {
        Vec::new()
    } else {
        not_quiet(tx, &rules, &alert)
    };
    settled(against)?;
    let Some(case) = alert.case else {
        return Err(refuse("alert.no_case", "预警还没有处置件，不能销号"));
    };
    let input = ActInput {
        note: closing.decision.note.clone(),
        fields: closing.fields.clone(),
        evidence: closing.evidence.clone(),
        closing_code: Some(closing.code.clone()),
        call: closing.call.clone(),
        room: Some("arrears"),
        terms: terms(&rules),
        ..ActInput::default()
    };
    if !is_there(tx, case, ending)? {
        let verb = if ending.handed_over {
            Verb::of(HAND_OVER)
        } else {
            Verb::CLOSE
        };
        cases::act(tx, may(permit), case, &verb, &input)?;
    }
    end(tx, &alert, (AlertState::Closed, &closing.code))?;
    // What a handed-over alert came to, the office that took it will find.
    if !ending.handed_over {
        feedback(tx, &alert, &closing.code, ending.false_alarm)?;
    }
    let note = format!("{}：{}", closing.code, closing.decision.note);
    file::note(tx, &alert, &said(EventKind::Closed, &alert, &note))
}

/// Whether the case was handed over by itself before alerts were: then only the alert still has to end.
fn is_there(tx: &mut Tx, case: CaseId, ending: &Ending) -> Result<bool, ArrearsError> {
    let to = ending.to.as_deref();
    Ok(ending.handed_over && to == Some(cases::get_linked(tx, case)?.now.state.as_str()))
}

/// Takes up again an alert that had ended (重新处置): the office it was handed to sent it back, or the matter was not over.
/// Its number and its case go on, the clocks begin anew, the level above watches.
///
/// # Errors
/// Forbidden; out of reach; it has not ended, went into another, or the subject has another open one; the case refuses.
pub fn reopen(
    tx: &mut Tx,
    permit: &Permit,
    id: AlertId,
    decision: &Decision,
) -> Result<(), ArrearsError> {
    require(permit, Capability::WarningAct)?;
    let alert = file::get(tx, id)?;
    if alert.state != AlertState::Closed {
        let message = format!("这条预警{}，不用重新处置", alert.state.title());
        return Err(refuse("alert.not_ended", message));
    }
    if let Some(other) = file::open_of(tx, alert.subject)? {
        let message = format!("这家单位已有处置中的预警 {}，请在那一条办理", other.no);
        return Err(refuse("alert.open_already", message));
    }
    reasoned(&alert, decision)?;
    let rules = in_force(tx)?;
    command_at_top(permit, &rules, &alert)?;
    let (district, now) = (*tx.district(), tx.now());
    changed(tx.exec(&sql::OPEN_AGAIN, args![district, id, now])?)?;
    let note = &decision.note;
    handling::take_up(tx, &rules, &alert, (may(permit), note))?;
    file::note(tx, &alert, &said(EventKind::Reopened, &alert, note))?;
    tell(tx, "alert.opened", &alert)
}

/// What of this room still stands against closing; the case names the rest.
///
/// # Errors
/// The rule set in force does not hold together.
pub fn against_closing(tx: &mut Tx, alert: &Alert) -> Result<Refusals, ArrearsError> {
    let rules = in_force(tx)?;
    Ok(Refusals(not_quiet(tx, &rules, alert)))
}

pub(super) fn not_quiet(tx: &Tx, rules: &RuleSet, alert: &Alert) -> Vec<Refusal> {
    let quiet = level_of(rules, alert).map_or(0, |level| i64::from(level.quiet_days));
    let Some(last) = alert.last_signal_at else {
        return Vec::new();
    };
    let last = last.shanghai_date();
    if last <= back(tx.today(), quiet) {
        return Vec::new();
    }
    vec![refusal(
        "alert.not_quiet",
        format!("{last} 还有新线索，须连续 {quiet} 天没有新线索才能销号"),
    )]
}

/// The conclusion with a closing code: whether it blames the rule, whether it hands the matter over.
pub(super) fn ending(tx: &Tx, code: &str) -> Result<&'static Ending, ArrearsError> {
    let kind = cases::kind(handling::CASE_KIND, *tx.district(), tx.today())?;
    kind.closing(code).ok_or_else(|| {
        let known: Vec<&str> = kind
            .closing
            .iter()
            .map(|closing| closing.title.as_str())
            .collect();
        ArrearsError::invalid(
            "closing",
            "alert.closing_code",
            format!("请选择销号原因：{}", known.join("、")),
        )
    })
}

pub(super) fn end(
    tx: &mut Tx,
    alert: &Alert,
    (state, code): (AlertState, &str),
) -> Result<(), ArrearsError> {
    let (district, now) = (*tx.district(), tx.now());
    changed(tx.exec(
        &sql::ENDED_NOW,
        args![district, alert.id, state.id(), now, code, alert.version],
    )?)
}

/// Every rule that ever had a part in the alert gets its verdict: the score sheet of the rules.
fn feedback(tx: &mut Tx, alert: &Alert, code: &str, false_alarm: bool) -> Result<(), ArrearsError> {
    let (district, now) = (*tx.district(), tx.now());
    let mut parts: BTreeMap<String, i64> = BTreeMap::new();
    let said = file::events(tx, alert.id)?;
    for digest in said.into_iter().filter_map(|event| event.explanation) {
        let kept = file::explanation(tx, alert.id, &digest)?;
        let Some(explained) = super::Explained::read(&kept.body) else {
            continue;
        };
        for (rule, points) in explained.took_part() {
            let most = parts.entry(rule.to_owned()).or_insert(points);
            *most = (*most).max(points);
        }
    }
    let verdict = if false_alarm { "false" } else { "true" };
    for (rule, points) in parts {
        tx.exec(
            &sql::PUT_FEEDBACK,
            args![
                district,
                alert.id,
                rule,
                alert.rule_set,
                alert.rule_hash,
                points,
                verdict,
                code,
                now
            ],
        )?;
    }
    Ok(())
}

/// How often each rule of a set had a part in a true and in a false alert: code, true, false.
///
/// # Errors
/// The store failed.
pub fn rule_scores(tx: &mut Tx, rule_set: &str) -> Result<Vec<(String, i64, i64)>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.all(&sql::FEEDBACK, args![district, rule_set])?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .collect()
}

/// The checks every decision begins with.
pub(super) fn begin(
    tx: &mut Tx,
    permit: &Permit,
    id: AlertId,
    decision: &Decision,
) -> Result<Alert, ArrearsError> {
    require(permit, Capability::WarningAct)?;
    let alert = file::get(tx, id)?;
    if alert.state != AlertState::Open {
        let message = format!("这条预警{}，不能再办理", alert.state.title());
        return Err(refuse("alert.ended", message));
    }
    reasoned(&alert, decision)?;
    Ok(alert)
}

/// Nobody was faster, and there is a reason.
fn reasoned(alert: &Alert, decision: &Decision) -> Result<(), ArrearsError> {
    if decision
        .version
        .is_some_and(|version| version != alert.version)
    {
        return Err(ArrearsError::Stale);
    }
    let words = decision.note.trim().chars().count();
    if words == 0 || words > LONGEST {
        return Err(ArrearsError::invalid(
            "note",
            "alert.no_reason",
            format!("请写明理由，最多 {LONGEST} 个字"),
        ));
    }
    Ok(())
}

/// Whether it is at the highest level: that it falls, ends or begins anew is decided by the district.
///
/// # Errors
/// The rule set in force does not hold together.
pub fn at_top(tx: &mut Tx, alert: &Alert) -> Result<bool, ArrearsError> {
    Ok(is_top(&*in_force(tx)?, alert))
}

fn is_top(rules: &RuleSet, alert: &Alert) -> bool {
    let top = rules.levels().last();
    top.is_some_and(|level| level.id == alert.level)
}

fn command_at_top(permit: &Permit, rules: &RuleSet, alert: &Alert) -> Result<(), ArrearsError> {
    if is_top(rules, alert) {
        require(permit, Capability::WarningCommand)?;
    }
    Ok(())
}

pub(super) fn level_of<'r>(rules: &'r RuleSet, alert: &Alert) -> Option<&'r Level> {
    rules.levels().iter().find(|level| level.id == alert.level)
}

pub(super) fn in_force(tx: &mut Tx) -> Result<std::sync::Arc<RuleSet>, ArrearsError> {
    let today = tx.today();
    rulesets::in_force(tx, today)
}

/// The capabilities of a permit, as the cases room asks for them.
pub(super) fn may(permit: &Permit) -> CapabilitySet {
    Capability::ALL
        .iter()
        .copied()
        .filter(|one| permit.allows(*one))
        .collect()
}

pub(super) fn said<'a>(kind: EventKind, alert: &'a Alert, note: &'a str) -> Said<'a> {
    Said {
        kind,
        from: &alert.level,
        to: &alert.level,
        note,
        explanation: None,
    }
}

/// A conditional change that touched no row: somebody was faster.
pub(super) fn changed(rows: u64) -> Result<(), ArrearsError> {
    if rows == 1 {
        Ok(())
    } else {
        Err(ArrearsError::Stale)
    }
}

pub(super) fn refusal(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal {
        code,
        message: message.into(),
    }
}

pub(super) fn refuse(code: &'static str, message: impl Into<String>) -> ArrearsError {
    ArrearsError::Refused(Refusals(vec![refusal(code, message)]))
}

pub(super) fn settled(refusals: Vec<Refusal>) -> Result<(), ArrearsError> {
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(ArrearsError::Refused(Refusals(refusals)))
    }
}
