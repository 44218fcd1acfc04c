//! No look-ahead: what lies after a day, in whatever order, changes nothing that was shown by then.

use proptest::prelude::*;

use super::*;

/// Openings and rises with their level, and calm days, each by employer.
pub(super) type Shown = (Vec<(i32, String, usize)>, Vec<(i32, String)>);

/// What was shown by a day, by employer: openings and rises, and calm days.
pub(super) fn shown_by(day: i32, rules: &RuleSet, claims: &[(&str, i32)]) -> Shown {
    let history = history(rules, claims);
    let played = played(rules, &history);
    let key = |subject: u32| history.key(subject).to_owned();
    let entries = played.entries.iter().filter(|entry| entry.day <= day);
    let calm = played.calm.iter().filter(|(calm, _)| *calm <= day);
    (
        entries
            .map(|entry| (entry.day, key(entry.subject), entry.level))
            .collect(),
        calm.map(|(day, subject)| (*day, key(*subject))).collect(),
    )
}

const EMPLOYERS: [&str; 4] = ["A-1", "A-2", "B-1", "B-2"];

fn claims() -> impl Strategy<Value = Vec<(usize, i32)>> {
    prop::collection::vec((0..EMPLOYERS.len(), 0..400i32), 0..120)
}

fn named(claims: &[(usize, i32)]) -> Vec<(&'static str, i32)> {
    claims
        .iter()
        .map(|(who, day)| (EMPLOYERS[*who], *day))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_future_changes_nothing_that_was_shown(past in claims(), future in claims(), other in claims(), t in 50..350i32) {
        let rules = rules("rules.claims_handmade");
        let past: Vec<_> = past.into_iter().filter(|(_, day)| *day <= t).collect();
        let with = |later: &[(usize, i32)]| {
            // Mixed in and in reverse: the order in which rows are read is not the order in which they arrived.
            let later = later.iter().filter(|(_, day)| *day > t);
            let mut all: Vec<_> = later.chain(&past).copied().collect();
            all.reverse();
            shown_by(t, &rules, &named(&all))
        };
        let shown = with(&future);
        prop_assert_eq!(&shown, &with(&other));
        prop_assert_eq!(&shown, &with(&[]));
    }
}

#[test]
fn a_signal_counts_from_the_day_it_arrived_not_from_the_day_it_speaks_about() {
    let rules = rules("rules.claims_handmade");
    let mut collector = Collector::wanting(&[&rules], &[]);
    let who = collector.subject(Who::default());
    let (first, late) = (number("2019-06-01"), number("2019-06-20"));
    for _ in 0..2 {
        collector.take(who, ("wage_claim", false), (first, first, None), |_| None);
    }
    for day in [first + 1, first + 2] {
        collector.take(who, ("wage_claim", false), (day, late, None), |_| None);
    }
    let played = played(&rules, &collector.finish());
    let days: Vec<i32> = played.alerts.iter().map(|alert| alert.day).collect();
    assert_eq!(
        days,
        [late],
        "four claims on three days, known on the twentieth"
    );
}
