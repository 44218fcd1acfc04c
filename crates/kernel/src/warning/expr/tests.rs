use super::program::Op;
use super::*;
use proptest::prelude::*;

/// What `text` answers with `a`, `b`, `c` given; unknown is `None`.
fn answer(text: &str, inputs: [Option<i64>; 3]) -> Option<i64> {
    let mut builder = Builder::new(["a", "b", "c"]);
    let node = builder
        .add(text, Type::Int)
        .or_else(|_| builder.add(text, Type::Bool))
        .unwrap();
    let mut results = Vec::new();
    builder
        .finish()
        .run(|index| inputs[usize::from(index)], &mut results);
    results[node.index()]
}

fn fault(text: &str) -> String {
    Builder::new(["a", "b", "c"])
        .add(text, Type::Bool)
        .unwrap_err()
}

#[test]
fn arithmetic_is_cels() {
    let given = [Some(7), Some(-2), None];
    for (text, expected) in [
        ("a + b * 3", Some(1)),
        ("a / b", Some(-3)),
        ("a % b", Some(1)),
        ("-a % 2", Some(-1)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775807 + 1", None),
        ("-(-9223372036854775807 - 1)", None),
        ("math.abs(-9223372036854775808)", None),
        ("-9223372036854775808 / -1", None),
        ("-9223372036854775808 % -1", None),
        ("a / 0", None),
        ("a % (b + 2)", None),
        ("math.bitAnd(a, 6)", Some(6)),
        ("math.bitOr(a, 8)", Some(15)),
        ("math.least(a, b, 3)", Some(-2)),
        ("math.greatest(a)", Some(7)),
        ("a > 5 ? a : b", Some(7)),
        ("0x10 + a", Some(23)),
    ] {
        assert_eq!(answer(text, given), expected, "{text}");
    }
}

#[test]
fn unknown_is_neither_zero_nor_false() {
    let given = [Some(1), Some(0), None];
    for (text, expected) in [
        ("c", None),
        ("c == 0", None),
        ("c != 0", None),
        ("c * 0", None),
        ("c == c", None),
        ("c > 0 && b == 1", Some(0)),
        ("b == 1 && c > 0", Some(0)),
        ("c > 0 && a == 1", None),
        ("c > 0 || a == 1", Some(1)),
        ("a == 1 || 1 / b > 0", Some(1)),
        ("c > 0 || b == 1", None),
        ("!(c > 0)", None),
        ("c > 0 ? 1 : 1", None),
        ("a == 1 ? 5 : c", Some(5)),
        ("c in [1, 2]", None),
        ("a in [3, 1]", Some(1)),
        ("a in [b, c]", None),
        ("known(c)", Some(0)),
        ("known(a) && !known(1 / b)", Some(1)),
        ("known(c) && c > 3", Some(0)),
    ] {
        assert_eq!(answer(text, given), expected, "{text}");
    }
}

#[test]
fn what_is_not_supported_is_said() {
    for (text, hint) in [
        ("a", "结果应为是否"),
        ("a > 1.5", "整数"),
        ("a == \"x\"", "整数"),
        ("d > 1", "没有名为“d”"),
        ("a && b > 0", "给的是整数"),
        ("(a > 0) + 1 > 0", "给的是是否"),
        ("(a > 0) == b", "给的是整数"),
        ("a in []", "不能为空"),
        ("a in b", "列表"),
        ("[1, 2].all(x, x > a)", "循环"),
        ("a.b > 0", "点"),
        ("size([1]) > 0", "列表"),
        ("has(a.b)", "点"),
        ("a.startsWith(b)", "不支持"),
        ("math.sqrt(a) > 1", "math.sqrt"),
        ("a > 0 ? 1 : true", "一样"),
        ("a >", "写法有误"),
        ("人数 > 3", "写法有误"),
        ("", "写法有误"),
        ("1u > 0u", "整数"),
    ] {
        let found = fault(text);
        assert!(found.contains(hint), "{text}: {found}");
    }
}

#[test]
fn length_and_depth_are_bounded() {
    assert!(fault(&format!("a{} > 0", " + 1".repeat(300))).contains("1024 字节"));
    assert!(fault(&format!("a{} > 0", " + b".repeat(200))).contains("嵌套"));
    for (open, close) in [
        ("(", ")"),
        ("-(", ")"),
        ("[", "]"),
        ("math.abs(", ")"),
        ("(a > 0 ? a : ", ")"),
    ] {
        for depth in [13, 60] {
            let text = format!("{}a{} > 0", open.repeat(depth), close.repeat(depth));
            assert!(fault(&text).contains("括号嵌套"), "{text}");
        }
    }
    let deepest = format!(
        "{}a{} > 0",
        "(".repeat(MAX_BRACKETS),
        ")".repeat(MAX_BRACKETS)
    );
    assert!(Builder::new(["a"]).add(&deepest, Type::Bool).is_ok());
    assert!(fault(&format!("{}a > 0", "a > 0 ? a : ".repeat(60))).contains("写法有误"));
    let many = format!("a{} > 0", " + 1".repeat(60));
    assert!(Builder::new(["a"]).add(&many, Type::Bool).is_ok());
}

#[test]
fn equal_parts_are_computed_once() {
    let mut builder = Builder::new(["a"]);
    let one = builder.add("a * 100 > 5", Type::Bool).unwrap();
    let two = builder.add("5 < a * 100", Type::Bool).unwrap();
    assert_eq!(one, two);
    builder.add("2 * 3 + a > 0", Type::Bool).unwrap();
    let program = builder.finish();
    assert!(
        program.ops().contains(&Op::Const(6)),
        "constants are folded"
    );
    assert_eq!(program.inputs_of(one), [0]);
}

/// Random expressions over `a` and `b`.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (-20i64..20).prop_map(|n| if n < 0 {
            format!("({n})")
        } else {
            n.to_string()
        }),
        prop_oneof![Just("a"), Just("b")].prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), "[-+*/%]", inner.clone())
                .prop_map(|(x, op, y)| format!("({x} {op} {y})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(x, y, z)| format!("({x} < {y} ? {z} : {x})")),
            (inner.clone(), inner.clone())
                .prop_map(|(x, y)| format!("({x} in [{y}, 1] ? 7 : {y})")),
        ]
    })
}

/// The same through the `cel` crate's own interpreter, which answers overflow and division by zero with errors.
fn by_the_crate(text: &str, a: i64, b: i64) -> Option<i64> {
    let mut context = cel::Context::default();
    context.add_variable_from_value("a", a);
    context.add_variable_from_value("b", b);
    match cel::Program::compile(text).unwrap().execute(&context) {
        Ok(cel::Value::Int(value)) => Some(value),
        Ok(cel::Value::Bool(value)) => Some(i64::from(value)),
        Ok(other) => panic!("{text}: {other:?}"),
        Err(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    /// With everything known, an answer is the one of the reference interpreter of the same crate.
    #[test]
    fn answers_are_those_of_the_cel_crate(text in expression(), a in any::<i64>(), b in -9i64..9) {
        prop_assume!(text.len() < MAX_LENGTH);
        prop_assert_eq!(answer(&text, [Some(a), Some(b), None]), by_the_crate(&text, a, b), "{}", text);
    }

    /// Whatever an expression answers lies within its bounds, for inputs within theirs and for unknown ones.
    #[test]
    fn answers_lie_within_their_bounds(
        text in expression(),
        a in prop::option::of((-40i64..40, 0i64..9, 0i64..9)),
        b in prop::option::of((any::<i64>(), 0i64..9, 0i64..9)),
        heard in any::<[bool; 2]>(),
    ) {
        prop_assume!(text.len() < MAX_LENGTH);
        let around = |of: Option<(i64, i64, i64)>| {
            of.map(|(value, under, over)| Bounds::new((value.saturating_sub(under), value.saturating_add(over))))
        };
        let of = |of: Option<(i64, i64, i64)>, heard: bool| of.filter(|_| heard).map(|(value, ..)| value);
        let mut builder = Builder::new(["a", "b", "c"]);
        // The truth of an expression's parts is within bounds too.
        let texts = [text.clone(), format!("{text} < 5 || !({text} != b && a <= {text})")];
        let nodes = [builder.add(&texts[0], Type::Int), builder.add(&texts[1], Type::Bool)];
        prop_assume!(nodes.iter().all(Result::is_ok));
        let program = builder.finish();
        let (mut answers, mut bounds) = (Vec::new(), Vec::new());
        program.run(|index| [of(a, heard[0]), of(b, heard[1]), None][usize::from(index)], &mut answers);
        let every = program.needed_by(nodes.into_iter().map(Result::unwrap));
        program.bound(&every, |index| [around(a), around(b), None][usize::from(index)], &mut bounds);
        for node in every {
            let (answer, bounds) = (answers[node.index()], bounds[node.index()]);
            let Some(answer) = answer.map(i128::from) else { continue };
            let inside = bounds.is_some_and(|one| (one.low..=one.high).contains(&answer));
            prop_assert!(inside, "{text}: {answer} in {bounds:?}");
        }
    }
}
