//! 销号还差什么: every condition of facts §8.4 that is in force for an alert, conclusion by conclusion, met or not, with the
//! step that meets it. Quiet days are of this room; evidence, payment and call-backs are of the case.

use kernel::case_kind::{Closing, Condition, Terms};
use kernel::warning::RuleSet;
use kernel::{Date, Refusal};
use store::Tx;

use super::actions::{in_force, level_of, not_quiet};
use super::model::{Alert, AlertState};
use crate::arrears::ArrearsError;
use crate::arrears::feeds::back;
use crate::cases::{self, Case};

/// What must be true before an alert may end by some conclusions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToClose {
    /// The conclusions that demand the same: code and title.
    pub conclusions: Vec<(String, String)>,
    /// Who must do it at the alert's level, when that is not the desk that answers.
    pub by: Option<String>,
    /// The conditions, in order.
    pub conditions: Vec<Condition>,
}

impl ToClose {
    /// Whether everything is there.
    pub fn met(&self) -> bool {
        self.conditions.iter().all(Condition::met)
    }
}

/// What an open alert still lacks, for every conclusion by which the union's own work ends it.
///
/// # Errors
/// The rule set in force does not hold together; the store failed.
pub fn to_close(tx: &mut Tx, alert: &Alert) -> Result<Vec<ToClose>, ArrearsError> {
    let Some(case) = alert.case.filter(|_| alert.state == AlertState::Open) else {
        return Ok(Vec::new());
    };
    let case = cases::get_linked(tx, case)?;
    let rules = in_force(tx)?;
    let quiet = quiet(tx, &rules, alert);
    let own = case.kind.closing.iter().filter(|one| !one.handed_over);
    let mut found: Vec<ToClose> = Vec::new();
    for closing in own {
        let one = of(&case, &closing.under(terms(&rules)), quiet.as_ref());
        let alike = |other: &&mut ToClose| other.conditions == one.conditions && other.by == one.by;
        match found.iter_mut().find(alike) {
            Some(other) => other.conclusions.extend(one.conclusions),
            None => found.push(one),
        }
    }
    Ok(found)
}

/// What a rule set demands before its alerts end: share paid, people called back.
pub fn terms(rules: &RuleSet) -> Terms {
    let policy = rules.policy();
    Terms {
        percent: policy.paid_percent,
        calls: policy.callbacks,
    }
}

fn of(case: &Case, closing: &Closing, quiet: Option<&Condition>) -> ToClose {
    let mut conditions = case.kind.conditions(&case.now, closing);
    // Whom a wrong signal brought here need not wait.
    conditions.extend(quiet.filter(|_| !closing.false_alarm).cloned());
    let grade = case.now.grade.as_deref().unwrap_or_default();
    let level = closing.level_by_grade.get(grade);
    ToClose {
        conclusions: vec![(closing.code.clone(), closing.title.clone())],
        by: level.map(|level| case.kind.relation_title(level).to_owned()),
        conditions,
    }
}

/// No new signal for the days of the level (线索安静).
fn quiet(tx: &Tx, rules: &RuleSet, alert: &Alert) -> Option<Condition> {
    let level = level_of(rules, alert)?;
    let days = i64::from(level.quiet_days);
    let against: Vec<Refusal> = not_quiet(tx, rules, alert);
    let last: Option<Date> = alert.last_signal_at.map(|at| at.shanghai_date());
    let stands = match last {
        None => "没有线索".to_owned(),
        Some(last) => {
            let from = back(last, -days);
            format!("最近一条线索 {last}，{from} 起满足")
        }
    };
    Some(Condition {
        title: format!("连续 {days} 天没有新线索（{}色）", level.label),
        stands,
        against,
        step: None,
    })
}
