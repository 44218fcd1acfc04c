//! Points learned from a small history: never negative, the same each time, and an ordinary rule set comes out.

use kernel::definitions::Definition;

use super::*;
use crate::arrears::replay::train::{Learned, Lesson, Named, Training};

/// Waves of many employers in two places: those that go on for days become cases, those of one day do not.
fn waves() -> Vec<(String, i32)> {
    let start = number("2015-01-01");
    let mut claims = Vec::new();
    for employer in 0..60 {
        let name = format!("{}-{employer}", if employer % 3 == 0 { "A" } else { "B" });
        let begins = start + 20 * employer;
        let days: &[i32] = if employer % 2 == 0 {
            &[0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22]
        } else {
            &[0, 0, 0, 40, 40, 40]
        };
        claims.extend(days.iter().map(|after| (name.clone(), begins + after)));
    }
    claims
}

fn learn(claims: &[(String, i32)]) -> Result<Learned, crate::arrears::ArrearsError> {
    let training = Training::named(district(), day("2026-11-20"), "claims").unwrap();
    let (candidates, workload) = (rules(&training.candidates), rules(&training.lowest.of));
    let claims: Vec<(&str, i32)> = claims
        .iter()
        .map(|(who, day)| (who.as_str(), *day))
        .collect();
    let history = history(&candidates, &claims);
    let named = Named {
        id: "rules.learned".into(),
        title: "学到的".into(),
        source: "测试".into(),
    };
    Lesson {
        training: &training,
        candidates: &candidates,
        workload: &workload,
        ending: &ending("10in90"),
        history: &history,
        named: &named,
    }
    .learn()
}

#[test]
fn an_ordinary_rule_set_comes_out_and_more_claims_never_lower_a_score() {
    let learned = learn(&waves()).unwrap();
    let definition = Definition::parse("rules/learned.toml", &learned.text).unwrap();
    let rules = RuleSet::read(&definition).unwrap();
    assert!(!rules.rules().is_empty(), "{:?}", learned.weights);
    assert!(
        rules.rules().iter().all(|rule| rule.steps[0].points > 0),
        "{}",
        learned.text
    );
    assert!(
        rules.rules().iter().all(|rule| rule.code != "T0"),
        "the gate gets no points"
    );
    assert!(
        learned.from.is_sorted_by(|a, b| a < b),
        "{:?}",
        learned.from
    );
    assert_eq!(learned.left_out.len(), 2, "each place is left out once");
    assert_eq!(
        learned.text,
        learn(&waves()).unwrap().text,
        "the same history gives the same file"
    );
}

#[test]
fn a_history_without_an_ending_teaches_nothing() {
    let calm: Vec<_> = waves()
        .into_iter()
        .filter(|(name, _)| name.ends_with('1'))
        .collect();
    let refused = learn(&calm).unwrap_err();
    assert!(refused.to_string().contains("没有可学的日子"), "{refused}");
}
