//! A rule set in the small: windows, unknowns, arrival, decay, what would lower it, and stable bytes.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::Date;
use crate::definitions::{Catalogue, Definition};

const SMALL: &str = r#"
id = "rules.small"
title = "样例"
jurisdiction = "CN"
valid_from = 2026-01-01
source = "样例"
step = "day"
[[signal]]
kind = "claim"
fields = ["people", "amount"]
[[signal]]
kind = "visit"
fields = ["calm"]
[[feature]]
name = "people_30"
title = "30 日人数"
signal = "claim"
aggregate = "sum"
of = "people"
window = [0, 29]
[[feature]]
name = "each"
title = "人均金额"
signal = "claim"
aggregate = "max"
of = "amount / people"
window = [0, 29]
[[feature]]
name = "calm"
title = "走访平静"
signal = "visit"
aggregate = "latest"
of = "calm"
window = [0, 9]
[[rule]]
code = "A"
title = "人数"
clause = "一"
decay = { half_after = 10, drop_after = 20 }
steps = [{ when = "people_30 >= 1", points = 5 }, { when = "people_30 >= 3", points = 11 }]
red_line = "people_30 >= 10"
[[rule]]
code = "B"
title = "金额"
clause = "二"
steps = [{ when = "each > 1000", points = 10 }]
[[rule]]
code = "C"
title = "平静"
clause = "三"
offset = true
steps = [{ when = "calm == 1", points = -4 }]
[[level]]
id = "watch"
label = "蓝"
shape = "circle"
pattern = "dots"
from = 10
[[level]]
id = "red"
label = "红"
shape = "square"
pattern = "solid"
from = 100
red_line = true
"#;

fn small() -> RuleSet {
    RuleSet::read(&Definition::parse("rules/small.toml", SMALL).unwrap()).unwrap()
}

/// Faults of the sample with one piece of text replaced.
fn faults(from: &str, to: &str) -> Vec<String> {
    assert!(SMALL.contains(from), "{from}");
    let text = SMALL.replacen(from, to, 1);
    RuleSet::read(&Definition::parse("rules/small.toml", &text).unwrap()).unwrap_err()
}

/// The least and the most of each field of a kind.
fn spread(facts: &[Fact<'_>], kind: u16) -> Vec<(i64, i64)> {
    let of_kind = || facts.iter().filter(|fact| fact.kind == kind);
    let width = of_kind().map(|fact| fact.values.len()).max().unwrap_or(0);
    let field = |at: usize| {
        let said = || {
            of_kind()
                .map(|fact| fact.values[at])
                .filter(|one| *one != MISSING)
        };
        (
            said().min().unwrap_or(i64::MAX),
            said().max().unwrap_or(i64::MIN),
        )
    };
    (0..width).map(field).collect()
}

/// The sample where a visit may give points, though never enough alone.
fn small_with_points_for_visits() -> RuleSet {
    let text = SMALL
        .replace("offset = true\n", "")
        .replace("points = -4", "points = 8");
    RuleSet::read(&Definition::parse("rules/small.toml", &text).unwrap()).unwrap()
}

fn day(month: i8, day: i8) -> i32 {
    day_number(date(2026, month, day))
}

const TODAY: Date = date(2026, 6, 30);

fn claim(day: i32, values: &[i64; 2]) -> Fact<'_> {
    Fact {
        kind: 0,
        day,
        arrived: day,
        own: false,
        values,
    }
}

#[test]
fn points_add_up_and_say_where_they_come_from() {
    let facts = [claim(day(6, 25), &[2, 5000]), claim(day(6, 26), &[1, 100])];
    let found = small().evaluate(Facts::new(&facts).unwrap(), TODAY, &Liveness::all_live());
    assert_eq!((found.score, found.level), (21, Some(0)));
    assert_eq!(found.rules[0].step, Some(1));
    assert_eq!(found.rules[0].fades_on, Some(date(2026, 7, 6)));
    assert_eq!(found.features[1].value, Some(2500));
    // Nobody has visited: the offset is not known, and says so.
    assert_eq!(
        found.rules[2].known,
        Known::Unknown(vec!["calm".to_owned()])
    );
    assert_eq!(found.missing[0].why, Unknown::NoSignal);
    assert_eq!(found.missing[0].rules, ["C"]);
    let lower: Vec<_> = found
        .lower
        .iter()
        .map(|one| (one.code.as_str(), one.score, one.level))
        .collect();
    assert_eq!(
        lower,
        [("A", 10, Some(0)), ("B", 11, Some(0)), ("C", 17, Some(0))]
    );
    assert!(found.lower[2].earn);
}

#[test]
fn a_signal_counts_from_the_day_it_arrived() {
    let late = Fact {
        arrived: day(7, 2),
        ..claim(day(6, 25), &[3, 0])
    };
    let facts = [late];
    let facts = Facts::new(&facts).unwrap();
    let score = |day| small().score(facts, day, &Liveness::all_live(), &mut Scratch::default());
    assert_eq!(score(day(7, 1)).score, 0);
    assert_eq!(score(day(7, 2)).score, 11);
    // The window is counted from the day it is about; the arrival only opens the door.
    assert_eq!(
        score(day(7, 24)).score,
        0,
        "29 days after it, dropped by decay"
    );
}

#[test]
fn windows_and_decay_end_where_they_say() {
    let facts = [claim(day(6, 1), &[3, 0])];
    let facts = Facts::new(&facts).unwrap();
    let score = |day| {
        small()
            .score(facts, day, &Liveness::all_live(), &mut Scratch::default())
            .score
    };
    assert_eq!(score(day(5, 31)), 0);
    assert_eq!(score(day(6, 1)), 11);
    assert_eq!(score(day(6, 10)), 11);
    assert_eq!(score(day(6, 11)), 5, "half of 11, towards zero");
    assert_eq!(score(day(6, 20)), 5);
    assert_eq!(score(day(6, 21)), 0);
    assert_eq!(
        small()
            .evaluate(facts, date(2026, 6, 30), &Liveness::all_live())
            .features[0]
            .value,
        Some(3)
    );
    assert_eq!(
        small()
            .evaluate(facts, date(2026, 7, 1), &Liveness::all_live())
            .features[0]
            .value,
        Some(0)
    );
}

#[test]
fn a_red_line_raises_whatever_the_score() {
    let facts = [claim(day(6, 30), &[12, 0])];
    let found = small().evaluate(Facts::new(&facts).unwrap(), TODAY, &Liveness::all_live());
    assert_eq!((found.score, found.level), (11, Some(1)));
    assert_eq!(found.red_line, ["A"]);
    let without = &found.lower[0];
    assert_eq!(
        (without.code.as_str(), without.score, without.level),
        ("A", 0, None)
    );
}

#[test]
fn unknown_never_scores_and_never_hides() {
    let missing = [claim(day(6, 30), &[MISSING, 5000])];
    let found = small().evaluate(Facts::new(&missing).unwrap(), TODAY, &Liveness::all_live());
    assert_eq!((found.score, found.level), (0, None));
    assert_eq!(found.features[0].why, Some(Unknown::NoValue));
    let stale = Liveness::all_live().with(0, Silence::Stale);
    let facts = [claim(day(6, 30), &[12, 50_000])];
    let found = small().evaluate(Facts::new(&facts).unwrap(), TODAY, &stale);
    assert_eq!((found.score, found.level), (0, None));
    assert_eq!(found.features[0].value, None);
    assert!(
        found
            .missing
            .iter()
            .any(|one| one.feature == "people_30" && one.why == Unknown::Stale)
    );
    let huge = [
        claim(day(6, 29), &[i64::MAX, 0]),
        claim(day(6, 30), &[1, 0]),
    ];
    let found = small().evaluate(Facts::new(&huge).unwrap(), TODAY, &Liveness::all_live());
    assert_eq!(
        found.features[0].value, None,
        "a sum beyond 64 bits is unknown, not wrapped"
    );
    let divided = [claim(day(6, 30), &[0, 50])];
    let found = small().evaluate(Facts::new(&divided).unwrap(), TODAY, &Liveness::all_live());
    assert_eq!(
        (found.features[0].value, found.features[1].value),
        (Some(0), None)
    );
}

#[test]
fn an_explanation_is_the_same_bytes_and_changes_with_its_inputs() {
    let facts = [claim(day(3, 1), &[1, 1]), claim(day(6, 25), &[2, 5000])];
    let facts = Facts::new(&facts).unwrap();
    let explain = |source: &dyn Fn(usize) -> String| {
        small().explain(facts, TODAY, &Liveness::all_live(), source)
    };
    let first = explain(&|place| format!("线索 {place}"));
    let second = explain(&|place| format!("线索 {place}"));
    assert_eq!(first, second);
    assert_eq!(first.digest.len(), 64);
    assert_ne!(first.digest, explain(&|_| "别处".to_owned()).digest);
    let page: serde_json::Value = serde_json::from_str(&first.json).unwrap();
    assert_eq!(
        page["signals"].as_array().unwrap().len(),
        1,
        "old signals are not evidence"
    );
    assert_eq!(page["signals"][0]["source"], "线索 1");
    assert_eq!(page["features"][0]["signals"], serde_json::json!([0]));
    assert_eq!(page["rules"][1]["when"], "each > 1000");
    assert_eq!(page["rule_set"]["hash"], small().reference().hash);
    assert_eq!(page["level"]["label"], "蓝");
}

#[test]
fn an_explanation_tells_what_counted_and_names_the_rest() {
    let facts = [claim(day(6, 25), &[1, 500])];
    let facts = Facts::new(&facts).unwrap();
    let told = small().explain(facts, TODAY, &Liveness::all_live(), &|_| "线索".to_owned());
    let page: serde_json::Value = serde_json::from_str(&told.json).unwrap();
    let each = |list: &str, key: &str| -> Vec<String> {
        let list = page[list].as_array().unwrap().iter();
        list.map(|one| one[key].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(each("rules", "code"), ["A"]);
    assert_eq!(
        page["silent"],
        serde_json::json!(["B"]),
        "answered, and nothing given"
    );
    assert_eq!(
        each("features", "name"),
        ["people_30", "each"],
        "what a fact speaks to is told"
    );
    let calm = serde_json::json!([{ "title": "走访平静", "feature": "calm", "why": "no_signal", "rules": ["C"] }]);
    assert_eq!(page["missing"], calm);
}

#[test]
fn a_file_that_is_wrong_is_explained() {
    for (from, to, hint) in [
        (
            "signal = \"visit\"",
            "signal = \"visits\"",
            "没有列出线索 visits",
        ),
        ("of = \"people\"", "of = \"persons\"", "persons"),
        ("of = \"people\"\n", "", "要写 of"),
        ("window = [0, 29]", "window = [29, 0]", "近端"),
        ("window = [0, 29]", "window = [0, 9000]", "3660"),
        ("window = [0, 29]", "window = [0, 29]\nhold = 10", "hold"),
        (
            "when = \"each > 1000\"",
            "when = \"eaches > 1000\"",
            "eaches",
        ),
        ("when = \"each > 1000\"", "when = \"each\"", "是否"),
        ("points = -4", "points = 4", "减分项"),
        ("points = 10", "points = -10", "减分项"),
        ("clause = \"二\"", "clause = \"\"", "clause"),
        ("code = \"B\"", "code = \"A\"", "写了两次"),
        ("name = \"each\"", "name = \"Each\"", "小写"),
        ("from = 100", "from = 10", "从低到高"),
        ("red_line = true", "red_line = false", "红线"),
        (
            "{ when = \"calm == 1\", points = -4 }",
            "{ when = \"people_30 == 1\", points = -4 }",
            "没有规则用到",
        ),
        ("fields = [\"calm\"]", "", "fields"),
        ("half_after = 10", "half_after = 30", "half_after"),
        ("aggregate = \"latest\"", "aggregate = \"median\"", "median"),
        ("step = \"day\"", "step = \"week\"", "week"),
        ("title = \"平静\"", "titel = \"平静\"", "titel"),
    ] {
        let found = faults(from, to).join("；");
        assert!(found.contains(hint), "{to}: {found}");
    }
}

#[test]
fn every_fault_of_a_file_is_reported() {
    let text = SMALL
        .replace("each > 1000", "nothing > 1")
        .replace("window = [0, 9]", "window = [9, 0]");
    let found = RuleSet::read(&Definition::parse("rules/small.toml", &text).unwrap()).unwrap_err();
    assert!(found.len() >= 2, "{found:?}");
}

#[test]
fn a_fault_of_type_is_told_with_its_line_and_hides_no_other() {
    let text = SMALL
        .replace("points = -4", "points = \"四\"")
        .replace("window = [0, 9]", "window = [9, 0]");
    let line = 1 + text
        .lines()
        .position(|line| line.contains("\"四\""))
        .unwrap();
    let found = RuleSet::read(&Definition::parse("rules/small.toml", &text).unwrap()).unwrap_err();
    assert_eq!(found.len(), 2, "{found:?}");
    let typed = found.first().unwrap();
    assert!(
        typed.contains(&format!("第 {line} 行"))
            && typed.contains("应写整数")
            && typed.contains("文字"),
        "{typed}"
    );
    assert!(
        found.iter().any(|fault| fault.contains("window")),
        "{found:?}"
    );
}

#[test]
fn a_colour_that_would_fall_by_itself_is_refused() {
    let text = format!("{SMALL}[policy]\nfall_after_check = false\npaid_percent = 101\n");
    let found = RuleSet::read(&Definition::parse("rules/small.toml", &text).unwrap()).unwrap_err();
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn schemas_refuse_what_cannot_be_true() {
    let schema = SignalSchema::find(Catalogue::embedded(), "wage_overdue").unwrap();
    let faults = |pairs: &[(&str, i64)]| {
        let values = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value))
            .collect();
        schema
            .faults(&values)
            .into_iter()
            .map(|fault| fault.to_string())
            .collect::<Vec<_>>()
    };
    assert!(faults(&[("days", 3)]).is_empty());
    let found = faults(&[("amount", -1), ("people", 3)]);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(SignalSchema::all(Catalogue::embedded()).len(), 23);
}

#[test]
fn an_outline_says_who_need_not_be_asked() {
    let rules = small();
    let live = Liveness::all_live();
    let as_of = day(6, 30);
    let opens = |rules: &RuleSet, kind: u16, facts: &[Fact<'_>], signals, fields: &[(i64, i64)]| {
        let ceiling = rules.ceiling(&[kind], as_of, &live);
        let outline = Outline { signals, fields };
        let facts = Facts::new(facts).unwrap();
        ceiling.may_open(facts, |_| Some(outline), &mut Scratch::default())
    };
    let unsaid = (i64::MAX, i64::MIN);
    // Claims of 1 to 2 people, at most 1 fen each; of no amount that is said; of too many people.
    assert!(!opens(&rules, 0, &[], 1, &[(1, 2), (1, 1)]));
    assert!(!opens(&rules, 0, &[], 1, &[(2, 2), unsaid]));
    assert!(opens(&rules, 0, &[], 2, &[(1, 2), (1, 1)]), "twice two");
    assert!(opens(&rules, 0, &[], 1, &[(1, 2), (1, 1001)]));
    assert!(!opens(&rules, 0, &[], 0, &[unsaid, unsaid]));
    // A visit gives nothing; where it does, it lifts somebody with five points.
    let facts = [claim(as_of, &[1, 0])];
    let visits = small_with_points_for_visits();
    assert!(!opens(&rules, 1, &facts, 1, &[(0, 1)]));
    assert!(opens(&visits, 1, &facts, 1, &[(0, 9)]));
    assert!(!opens(&visits, 1, &[], 1, &[(0, 9)]), "never enough alone");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Whoever opens an alert may open one by the ceiling, whichever kinds are in outline.
    #[test]
    fn the_ceiling_is_never_too_low(
        claims in prop::collection::vec((0i32..60, 0i64..12, 0i64..5000, any::<bool>()), 0..4),
        visits in prop::collection::vec((0i32..60, 0i64..3), 0..3),
        kinds in prop::sample::subsequence(vec![0u16, 1], 1..=2),
        as_of in 0i32..60,
    ) {
        let rules = small_with_points_for_visits();
        let claims = claims.iter().map(|(day, people, amount, told)| {
            (*day, 0, vec![*people, if *told { *amount } else { MISSING }])
        });
        let visits = visits.iter().map(|(day, calm)| (*day, 1, vec![*calm]));
        let mut all: Vec<(i32, u16, Vec<i64>)> = claims.chain(visits).collect();
        all.sort_by_key(|row| row.0);
        let (live, mut scratch) = (Liveness::all_live(), Scratch::default());
        let facts: Vec<Fact<'_>> = all
            .iter()
            .map(|(day, kind, values)| Fact { kind: *kind, day: *day, arrived: *day, own: false, values })
            .collect();
        let told: Vec<Fact<'_>> = facts.iter().copied().filter(|fact| !kinds.contains(&fact.kind)).collect();
        let fields: Vec<Vec<(i64, i64)>> = kinds.iter().map(|kind| spread(&facts, *kind)).collect();
        let outlines: Vec<Outline<'_>> = kinds.iter().zip(&fields).map(|(kind, fields)| {
            let signals = facts.iter().filter(|fact| fact.kind == *kind).count();
            Outline { signals: u32::try_from(signals).unwrap(), fields }
        }).collect();
        let opens = rules.score(Facts::new(&facts).unwrap(), as_of, &live, &mut scratch).level.is_some();
        let ceiling = rules.ceiling(&kinds, as_of, &live);
        let may = ceiling.may_open(Facts::new(&told).unwrap(), |kind| outlines.get(kind).copied(), &mut scratch);
        prop_assert!(may || !opens);
    }

    /// Nothing that arrives after a day changes what that day's evaluation says.
    #[test]
    fn no_look_ahead(
        rows in prop::collection::vec((0i32..60, 0i32..80, 1i64..5, 0i64..5000), 0..12),
        extra in prop::collection::vec((0i32..60, 1i64..5), 0..6),
        as_of in 0i32..80,
    ) {
        let rules = small();
        let mut known: Vec<(i32, i32, [i64; 2])> =
            rows.iter().map(|(day, late, people, amount)| (*day, day + late, [*people, *amount])).collect();
        let score = |rows: &mut Vec<(i32, i32, [i64; 2])>| {
            rows.sort_by_key(|row| row.0);
            let facts: Vec<Fact<'_>> = rows
                .iter()
                .map(|(day, arrived, values)| Fact { kind: 0, day: *day, arrived: *arrived, own: false, values })
                .collect();
            rules.score(Facts::new(&facts).unwrap(), as_of, &Liveness::all_live(), &mut Scratch::default())
        };
        let before = score(&mut known);
        known.extend(extra.iter().map(|(day, people)| (*day, as_of + 1, [*people, 9999])));
        prop_assert_eq!(score(&mut known), before);
    }
}
