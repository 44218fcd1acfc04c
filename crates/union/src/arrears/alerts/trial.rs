//! 发布前试算: who would change colour if other rules were in force, seen from the colours that stand. An alert keeps its
//! colour while sources are silent or a person keeps it; only what the other rules themselves change is a change.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::warning::{RuleSet, Scratch};
use store::{Tx, args};

use super::evaluate::Ground;
use super::model::{Alert, alert_of};
use super::recompute::{self, Changed, Towns};
use super::sql;
use crate::arrears::known;
use crate::arrears::model::SubjectId;
use crate::arrears::{ArrearsError, rulesets};

/// So many reasons are told of one change.
const REASONS: usize = 3;

/// Says who would change colour today if other rules were in force; writes nothing. Whoever has an open alert stands at
/// its colour, whatever the rules in force say of today; where both rule sets say the same of it, publishing changes
/// nothing. Whose alert has ended, and of whom nothing new became known since, has no colour by any rules.
///
/// # Errors
/// The rules in force do not hold together; the store failed.
pub fn dry_run(tx: &mut Tx, draft: &Arc<RuleSet>) -> Result<Vec<Changed>, ArrearsError> {
    let open = open(tx)?;
    let mut computed: BTreeMap<SubjectId, Changed> = BTreeMap::new();
    for one in recompute::dry_run(tx, draft)? {
        computed.insert(one.subject, one);
    }
    let now = tx.now();
    let subjects: Vec<SubjectId> = open.iter().map(|alert| alert.subject).collect();
    let (force, other) = (Ground::at(tx, now)?, Ground::with(tx, draft.clone(), now)?);
    let force = levels(tx, &force, &subjects)?;
    let other = levels(tx, &other, &subjects)?;
    let mut towns = Towns::default();
    for alert in open {
        let told = computed.remove(&alert.subject);
        let of = |all: &Levels| all.get(&alert.subject).cloned().unwrap_or((None, 0));
        let (base, then) = (of(&force), of(&other));
        if base.0 == then.0 || then.0.as_deref() == Some(alert.level.as_str()) {
            continue;
        }
        let (town, why) = match told {
            Some(told) => (told.town, told.why),
            None => (towns.of(tx, &alert.org_path)?, first(&alert.reasons)),
        };
        let change = Changed {
            subject: alert.subject,
            name: alert.title,
            now: (Some(alert.level), alert.score),
            then,
            town,
            why,
        };
        computed.insert(change.subject, change);
    }
    Ok(computed.into_values().collect())
}

/// Every open alert of the district.
fn open(tx: &mut Tx) -> Result<Vec<Alert>, ArrearsError> {
    let district = *tx.district();
    let rows = tx.across("other rules would be those of the whole district", |tx| {
        tx.all(&sql::OPEN_ALL, args![district])
    })?;
    rows.iter().map(|row| Ok(alert_of(row)?)).collect()
}

/// Level, if one that opens alerts is reached, and score.
type Levels = BTreeMap<SubjectId, (Option<String>, i64)>;

/// What rules say of subjects with an open alert. As when alerts are settled, silence lowers nothing: sources that went
/// late or were paused are taken at their last word where that gives more.
fn levels(tx: &mut Tx, ground: &Ground, subjects: &[SubjectId]) -> Result<Levels, ArrearsError> {
    let (now, today) = (tx.now(), tx.today());
    let (rules, mut found) = (&ground.rules, Levels::new());
    let mut scratch = Scratch::default();
    known::each(tx, rules, Some(subjects), now, |subject, known| {
        let [live, word] = ground.heard(known, today, &mut scratch)?.map(|score| {
            let level = rulesets::opening(rules, score.level);
            let (rank, id) = level.map(|(rank, level)| (rank, level.id.clone())).unzip();
            (rank, (id, score.score))
        });
        let said = if word.0 > live.0 { word.1 } else { live.1 };
        found.insert(subject, said);
        Ok(())
    })?;
    Ok(found)
}

fn first(reasons: &[String]) -> Vec<String> {
    reasons.iter().take(REASONS).cloned().collect()
}
