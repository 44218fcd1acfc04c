//! Random rule sets over random data: columns say what single evaluations say, unknowns included.

use proptest::prelude::*;

use super::super::*;
use crate::definitions::Definition;
use crate::warning::{Fact, Facts, MISSING, Scratch, Silence};

/// One row of a block: subject, step, and for each of two kinds the fields of a signal, if there is one.
type Row = (u32, i32, [Option<[i64; 2]>; 2]);

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (-3i64..8).prop_map(|n| format!("({n})")),
        1 => Just("4611686018427387904".to_owned()),
    ]
}

/// An integer expression over two names.
fn integer(a: &'static str, b: &'static str) -> BoxedStrategy<String> {
    let leaf = prop_oneof![Just(a.to_owned()), Just(b.to_owned()), number()];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            (inner.clone(), "[-+*/%]", inner.clone())
                .prop_map(|(x, op, y)| format!("({x} {op} {y})")),
            (inner.clone(), inner.clone(), "least|greatest|bitAnd|bitOr")
                .prop_map(|(x, y, f)| format!("math.{f}({x}, {y})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(x, y, z)| format!("({x} > {y} ? {z} : {x})")),
            inner.prop_map(|x| format!("math.abs({x})")),
        ]
    })
    .boxed()
}

/// A condition over two names.
fn truth(a: &'static str, b: &'static str) -> BoxedStrategy<String> {
    let compare = (integer(a, b), "<|<=|==|!=|>=|>", integer(a, b));
    let leaf = prop_oneof![
        4 => compare.prop_map(|(x, op, y)| format!("{x} {op} {y}")),
        1 => integer(a, b).prop_map(|x| format!("known({x})")),
        1 => integer(a, b).prop_map(|x| format!("{x} in [1, 2]")),
        1 => any::<bool>().prop_map(|x| x.to_string()),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), "&&|\\|\\|", inner.clone())
                .prop_map(|(x, op, y)| format!("({x} {op} {y})")),
            inner.clone().prop_map(|x| format!("!({x})")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(x, y, z)| format!("({x} ? {y} : {z})")),
        ]
    })
    .boxed()
}

fn feature(name: &'static str) -> impl Strategy<Value = String> {
    let aggregates = prop::sample::select(vec![
        "count",
        "count_where",
        "sum",
        "max",
        "min",
        "latest",
        "latest_known",
        "days_since",
        "distinct_days",
    ]);
    let window = prop_oneof![
        Just((0u16, 0u16)),
        (0u16..4, 0u16..5).prop_map(|(near, more)| (near, near + more))
    ];
    let parts = (
        aggregates,
        0usize..2,
        window,
        prop::option::of((1u16..6, any::<bool>())),
        prop::option::of(-2i64..3),
        integer("x", "y"),
        prop::option::of(truth("x", "y")),
    );
    parts.prop_map(move |(aggregate, kind, (near, far), hold, empty, of, filter)| {
        let mut text = format!(
            "[[feature]]\nname = \"{name}\"\ntitle = \"{name}\"\nsignal = \"kind{kind}\"\naggregate = \"{aggregate}\"\n"
        );
        if matches!(aggregate, "sum" | "max" | "min" | "latest" | "latest_known") {
            text += &format!("of = \"{of}\"\n");
        }
        match filter {
            Some(filter) => text += &format!("where = \"{filter}\"\n"),
            None if aggregate == "count_where" => text += "where = \"x > y\"\n",
            None => {}
        }
        let holds = !matches!(aggregate, "latest" | "latest_known" | "days_since");
        let keeps = !matches!(aggregate, "latest_known" | "days_since");
        match hold {
            Some((keep, true)) if keeps => text += &format!("window = [{near}, {far}]\nkeep = {keep}\n"),
            Some((more, false)) if holds => text += &format!("window = [0, {far}]\nhold = {}\n", far + more),
            _ => text += &format!("window = [{near}, {far}]\n"),
        }
        if let Some(empty) = empty {
            text += &format!("empty = {empty}\n");
        }
        text
    })
}

fn rule(code: &'static str) -> impl Strategy<Value = String> {
    let step = || (truth("p", "q"), 0i64..9);
    let parts = (
        prop::collection::vec(step(), 0..3),
        integer("p", "q"),
        prop::option::of(truth("p", "q")),
        prop::option::of((0u16..3, 0u16..3)),
        any::<bool>(),
    );
    parts.prop_map(move |(steps, points, red, decay, offset)| {
        let sign = if offset { -1 } else { 1 };
        let mut text =
            format!("[[rule]]\ncode = \"{code}\"\ntitle = \"{code}\"\nclause = \"样例\"\noffset = {offset}\n");
        if steps.is_empty() {
            text += &format!("points = \"{points}\"\n");
        } else {
            let steps: Vec<String> = steps
                .into_iter()
                .map(|(when, points)| format!("{{ when = \"{when}\", points = {} }}", sign * points))
                .collect();
            text += &format!("steps = [{}]\n", steps.join(", "));
        }
        if let Some(red) = red {
            text += &format!("red_line = \"{red}\"\n");
        }
        if let Some((half, more)) = decay {
            text += &format!("decay = {{ half_after = {half}, drop_after = {} }}\n", half + more);
        }
        text
    })
}

fn rule_set() -> impl Strategy<Value = RuleSet> {
    let parts = (
        feature("p"),
        feature("q"),
        rule("A"),
        rule("B"),
        rule("C"),
        any::<bool>(),
    );
    parts.prop_map(|(p, q, a, b, c, floor)| {
        let floor = if floor { "floor = 0\n" } else { "" };
        let text = format!(
            "id = \"rules.random\"\ntitle = \"样例\"\njurisdiction = \"CN\"\nvalid_from = 2026-01-01\nsource = \"样例\"\n\
             step = \"day\"\n{floor}\
             [[signal]]\nkind = \"kind0\"\nfields = [\"x\", \"y\"]\n[[signal]]\nkind = \"kind1\"\nfields = [\"x\", \"y\"]\n\
             {p}{q}{a}{b}{c}\
             [[rule]]\ncode = \"Z\"\ntitle = \"Z\"\nclause = \"样例\"\nsteps = [{{ when = \"p > q\", points = 2 }}]\n\
             [[level]]\nid = \"low\"\nlabel = \"低\"\nshape = \"ring\"\npattern = \"plain\"\nfrom = -3\n\
             [[level]]\nid = \"high\"\nlabel = \"高\"\nshape = \"square\"\npattern = \"solid\"\nfrom = 7\nred_line = true\n"
        );
        let definition = Definition::parse("rules/random.toml", &text).unwrap();
        RuleSet::read(&definition).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"))
    })
}

fn value() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => -5i64..10,
        1 => Just(MISSING),
        1 => prop::sample::select(vec![i64::MAX, i64::MIN + 1, 1 << 62]),
    ]
}

/// Rows in order; `gaps` lets steps be skipped and repeated.
fn rows(gaps: bool, values: BoxedStrategy<i64>, missing: bool) -> impl Strategy<Value = Vec<Row>> {
    let signal = move || {
        let values = [values.clone(), values.clone()];
        if missing {
            prop::option::weighted(0.7, values).boxed()
        } else {
            values.prop_map(Some).boxed()
        }
    };
    let forward = if gaps { 0i32..4 } else { 1..2 };
    let row = (prop::bool::weighted(0.15), forward, [signal(), signal()]);
    prop::collection::vec(row, 0..40).prop_map(|parts| {
        let (mut subject, mut step) = (0, 100);
        let next = parts.into_iter().map(|(fresh, forward, signals)| {
            (subject, step) = if fresh {
                (subject + 1, 90)
            } else {
                (subject, step + forward)
            };
            (subject, step, signals)
        });
        next.collect()
    })
}

struct Held {
    subjects: Vec<i64>,
    steps: Vec<i32>,
    present: [Vec<u8>; 2],
    fields: [[Vec<i64>; 2]; 2],
}

fn held(rows: &[Row]) -> Held {
    let field = |kind: usize, field: usize| {
        rows.iter()
            .map(|row| row.2[kind].map_or(7, |values| values[field]))
            .collect()
    };
    let present = |kind: usize| {
        rows.iter()
            .map(|row| u8::from(row.2[kind].is_some()))
            .collect()
    };
    Held {
        subjects: rows.iter().map(|row| i64::from(row.0)).collect(),
        steps: rows.iter().map(|row| row.1).collect(),
        present: [present(0), present(1)],
        fields: [[field(0, 0), field(0, 1)], [field(1, 0), field(1, 1)]],
    }
}

/// Compares every row that is the last of its step (and, when only those are wanted, of its subject).
fn compare(rules: &RuleSet, rows: &[Row], wanted: Wanted, live: &Liveness, always: bool) {
    let held = held(rows);
    let lanes = held
        .fields
        .each_ref()
        .map(|pair| pair.each_ref().map(|field| Lane::I64(field)));
    let signals: Vec<SignalLanes<'_>> = lanes
        .iter()
        .zip(&held.present)
        .map(|(fields, present)| SignalLanes {
            present: (!always).then_some(present.as_slice()),
            fields,
        })
        .collect();
    let block = Block {
        subject: Lane::I64(&held.subjects),
        step: Lane::I32(&held.steps),
        signals: &signals,
    };
    let plan = rules
        .columns(&[&[Width::I64; 2], &[Width::I64; 2]])
        .unwrap();
    let mut space = Workspace::default();
    // Twice, so that memory left over from a run is seen if it matters.
    plan.run(&block, live, Wanted::EveryRow, &mut space)
        .unwrap();
    let found = plan.run(&block, live, wanted, &mut space).unwrap();
    let mut scratch = Scratch::default();
    for (entry, place) in found.rows.iter().enumerate() {
        let (subject, step, _) = rows[*place as usize];
        let next = rows.get(*place as usize + 1);
        if next.is_some_and(|next| (next.0, next.1) == (subject, step)) {
            continue;
        }
        let facts: Vec<Fact<'_>> = rows
            .iter()
            .filter(|row| row.0 == subject)
            .flat_map(|row| {
                (0u16..)
                    .zip(&row.2)
                    .map(move |(kind, values)| (row.1, kind, values))
            })
            .filter_map(|(day, kind, values)| {
                values.as_ref().map(|values| Fact {
                    kind,
                    day,
                    arrived: day,
                    own: false,
                    values,
                })
            })
            .collect();
        let one = rules.score(Facts::new(&facts).unwrap(), step, live, &mut scratch);
        let columns = (
            found.score[entry],
            found.level[entry],
            found.red_line[entry],
            found.missing[entry],
        );
        let single = (
            one.score,
            one.level.map_or(0, |level| level as u8 + 1),
            u8::from(one.red_line),
            u8::from(one.missing),
        );
        assert_eq!(columns, single, "row {place}, {rules:#?}");
    }
}

fn wanted() -> impl Strategy<Value = Wanted> {
    prop::sample::select(vec![Wanted::EveryRow, Wanted::LastOfSubject])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Everything at once: absent signals, missing fields, overflow, gaps, several rows a step.
    #[test]
    fn rows_and_columns_agree(rules in rule_set(), rows in rows(true, value().boxed(), true), wanted in wanted()) {
        compare(&rules, &rows, wanted, &Liveness::all_live(), false);
    }

    /// A table without gaps, every value known: the paths the benchmark takes.
    #[test]
    fn dense_tables_agree(rules in rule_set(), rows in rows(false, (-5i64..10).boxed(), false), wanted in wanted()) {
        compare(&rules, &rows, wanted, &Liveness::all_live(), true);
    }

    /// One kind silent.
    #[test]
    fn silence_agrees(rules in rule_set(), rows in rows(true, (-5i64..10).boxed(), true), kind in 0u16..2) {
        compare(&rules, &rows, Wanted::EveryRow, &Liveness::all_live().with(kind, Silence::Stale), false);
    }
}
