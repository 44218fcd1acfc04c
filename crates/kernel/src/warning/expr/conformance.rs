//! The official conformance vectors of CEL, as far as our part of the language goes. Runs when `NIANGJIA_SHARED`
//! names the folder of test data (`data/cel/*.textproto`); they are not ours to keep here.
//!
//! What our part does not know (text, doubles, unsigned numbers, lists, macros) must be refused in words when the
//! rule set is read. What it takes must answer exactly as the vectors say; an error is *unknown*.

use super::*;

/// One vector: what is asked, and what the answer is as far as our types go.
struct Vector {
    name: String,
    expr: String,
    expects: Expects,
}

#[derive(Debug, PartialEq, Clone, Copy)]
enum Expects {
    /// A whole number, or a truth value as 0 and 1.
    Number(i64),
    /// An error: overflow, division by zero.
    Fault,
    /// A value of a type our part of the language does not have.
    Other,
}

/// Lines of a test in the text form of protocol buffers. The files keep one field on a line; a string may go on.
fn vectors(text: &str) -> Vec<Vector> {
    let mut found: Vec<Vector> = Vec::new();
    for part in text.split("\n  test {").skip(1) {
        let value = |key: &str| part.split_once(key).map(|(_, rest)| rest.trim_start());
        let number = |key: &str| {
            // The last one is the answer; a vector that binds names (even `true`) gives their values before it.
            let text = part.rsplit_once(key)?.1.trim_start();
            let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-')?;
            Some(text[..end].to_owned())
        };
        let Some(expr) = value("expr:").map(quoted) else {
            continue;
        };
        let integer = number(" int64_value:").map(|text| Expects::Number(text.parse().unwrap()));
        let truth = number(" bool_value:").map(|text| Expects::Number((text == "true").into()));
        // An operation on the wrong type is not for an answer: it is refused when the rule set is read.
        let fault = part.contains("eval_error") && !part.contains("no_such_overload");
        let fault = fault.then_some(Expects::Fault);
        found.push(Vector {
            name: value("name:").map(quoted).unwrap_or_default(),
            expr,
            expects: integer.or(truth).or(fault).unwrap_or(Expects::Other),
        });
    }
    found
}

/// A string in either kind of quotes, with the escapes that occur.
fn quoted(text: &str) -> String {
    let quote = text.chars().next().unwrap();
    let (mut out, mut rest) = (String::new(), text[1..].chars());
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => break,
            },
            c if c == quote => break,
            c => out.push(c),
        }
    }
    out
}

/// The answer, or that the expression was refused.
fn answer(text: &str) -> Result<Option<i64>, String> {
    let mut builder = Builder::new([""; 0]);
    let node = builder
        .add(text, Type::Int)
        .or_else(|_| builder.add(text, Type::Bool))?;
    let mut results = Vec::new();
    builder.finish().run(|_| None, &mut results);
    Ok(results[node.index()])
}

#[test]
fn the_official_vectors_are_answered_or_refused_never_answered_wrong() {
    let Some(shared) = std::env::var_os("NIANGJIA_SHARED") else {
        println!("left out: NIANGJIA_SHARED names no folder of test data");
        return;
    };
    let folder = std::path::PathBuf::from(shared).join("data/cel");
    let (mut taken, mut refused, mut wrong) = (0, 0, Vec::new());
    let mut refused_integer_math = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for one in vectors(&text) {
            let found = answer(&one.expr);
            let right = match (&found, one.expects) {
                (Ok(found), Expects::Number(number)) => *found == Some(number),
                (Ok(found), Expects::Fault) => found.is_none(),
                (Ok(_), Expects::Other) => false,
                (Err(message), _) => !message.is_empty(),
            };
            match found {
                Ok(_) => taken += 1,
                Err(_) => refused += 1,
            }
            if !right {
                wrong.push(format!("{}: {} gave {found:?}", one.name, one.expr));
            }
            let whole = path.ends_with("integer_math.textproto") && !one.expr.contains('u');
            if whole && found.is_err() && one.expects != Expects::Other {
                refused_integer_math.push(one.expr);
            }
        }
    }
    println!("{taken} answered, {refused} refused");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(taken >= 40, "{taken} answered, {refused} refused");
    assert!(
        refused_integer_math.is_empty(),
        "whole numbers are our part: {refused_integer_math:#?}"
    );
}
