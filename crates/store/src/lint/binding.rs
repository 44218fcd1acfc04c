//! Is the district of every tenant table bound?
//!
//! A statement is cut into blocks: the outermost one and one for each parenthesised `SELECT`. In a block, every
//! tenant table (under its alias) must be tied to a parameter by equalities of `district` columns that hold for
//! the whole block: conjuncts of `WHERE` and `ON`, not parts of an `OR` or of something negated. Inner blocks may
//! lean on aliases of the blocks around them.

use std::collections::BTreeMap;

use super::token::Token;
use crate::schema;

/// One alias in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// A tenant table: must be bound.
    Tenant,
    /// A reference table, a derived table or a common table expression, whose own block is checked.
    Other,
}

/// One side of an equality.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Side<'s> {
    Parameter,
    /// `alias.district`, or plain `district` (`None`).
    District(Option<&'s str>),
    Else,
}

/// A query and the aliases it can see.
struct Scope<'s> {
    /// Aliases of this block.
    own: BTreeMap<&'s str, Source>,
    /// Aliases of outer blocks that are bound there.
    outer: Vec<&'s str>,
    /// Names of common table expressions.
    ctes: Vec<&'s str>,
}

/// Checks a whole statement.
pub(super) fn check(tokens: &[Token<'_>], say: &mut impl FnMut(String)) {
    block(tokens, &[], &[], say);
}

/// Checks one block and the blocks inside it.
fn block<'s>(
    tokens: &[Token<'s>],
    outer: &[&'s str],
    ctes: &[&'s str],
    say: &mut dyn FnMut(String),
) {
    // `a UNION b`: two blocks that see nothing of each other.
    if let Some(at) = top_level(tokens).find(|at| is_set_operator(tokens, *at)) {
        let all = tokens.get(at + 1).is_some_and(|token| token.is("ALL"));
        block(tokens.get(..at).unwrap_or_default(), outer, ctes, say);
        block(
            tokens.get(at + 1 + usize::from(all)..).unwrap_or_default(),
            outer,
            ctes,
            say,
        );
        return;
    }
    let mut ctes = ctes.to_vec();
    if tokens.first().is_some_and(|token| token.is("WITH")) {
        ctes.extend(cte_names(tokens));
    }
    let own = sources(tokens, &ctes);
    let scope = Scope {
        own,
        outer: outer.to_vec(),
        ctes,
    };
    inserted(tokens, say);
    updated(tokens, say);
    let bound = bound_aliases(tokens, &scope, say);
    for (alias, source) in &scope.own {
        if *source == Source::Tenant && !bound.contains(alias) {
            say(format!(
                "{alias}: its district is not bound; write `{alias}.district = $1` (or join on it)"
            ));
        }
    }
    let mut visible = scope.outer.clone();
    visible.extend(scope.own.keys());
    for inner in inner_blocks(tokens) {
        block(inner, &visible, &scope.ctes, say);
    }
}

/// Positions outside any parenthesis.
fn top_level<'t>(tokens: &'t [Token<'_>]) -> impl Iterator<Item = usize> + 't {
    let mut depth = 0_i32;
    tokens.iter().enumerate().filter_map(move |(at, token)| {
        if *token == Token::Sign(")") {
            depth -= 1;
        }
        let outside = depth == 0;
        if *token == Token::Sign("(") {
            depth += 1;
        }
        outside.then_some(at)
    })
}

fn is_set_operator(tokens: &[Token<'_>], at: usize) -> bool {
    tokens.get(at).is_some_and(|token| {
        ["UNION", "INTERSECT", "EXCEPT"]
            .iter()
            .any(|word| token.is(word))
    })
}

/// Names defined by `WITH [RECURSIVE] a AS (…), b (x, y) AS (…)`.
fn cte_names<'s>(tokens: &[Token<'s>]) -> Vec<&'s str> {
    let mut names = Vec::new();
    let places: Vec<usize> = top_level(tokens).collect();
    for (index, at) in places.iter().enumerate() {
        let Some(Token::Word(name)) = tokens.get(*at) else {
            continue;
        };
        let next = places.get(index + 1).and_then(|at| tokens.get(*at));
        let before = index
            .checked_sub(1)
            .and_then(|index| places.get(index))
            .and_then(|at| tokens.get(*at));
        let begins =
            before.is_some_and(|t| t.is("WITH") || t.is("RECURSIVE") || *t == Token::Sign(","));
        let defined = next.is_some_and(|t| t.is("AS") || *t == Token::Sign("("));
        if begins && defined && !name.eq_ignore_ascii_case("RECURSIVE") {
            names.push(*name);
        }
        if name.eq_ignore_ascii_case("SELECT") {
            break;
        }
    }
    names
}

/// The tables this block reads or changes, by alias.
fn sources<'s>(tokens: &[Token<'s>], ctes: &[&'s str]) -> BTreeMap<&'s str, Source> {
    let mut found = BTreeMap::new();
    let places: Vec<usize> = top_level(tokens).collect();
    let at = |index: usize| places.get(index).and_then(|at| tokens.get(*at)).copied();
    let mut in_from = false;
    for index in 0..places.len() {
        let Some(token) = at(index) else { continue };
        let opens = ["FROM", "JOIN", "UPDATE"].iter().any(|word| token.is(word));
        // `DO UPDATE SET` and `FOR UPDATE` name no table.
        let named = index
            .checked_sub(1)
            .and_then(at)
            .is_none_or(|before| !before.is("DO") && !before.is("FOR"));
        if opens && named {
            in_from = true;
        } else if ENDS_FROM.iter().any(|word| token.is(word)) {
            in_from = false;
            continue;
        } else if !(in_from && token == Token::Sign(",")) {
            continue;
        }
        if !in_from {
            continue;
        }
        match at(index + 1) {
            Some(Token::Word(name)) => {
                let (alias, _) = alias(name, at(index + 2), at(index + 3));
                let tenant = schema::table(name).is_some_and(schema::Table::is_tenant)
                    && !ctes.contains(&name);
                found.insert(
                    alias,
                    if tenant {
                        Source::Tenant
                    } else {
                        Source::Other
                    },
                );
            }
            // A derived table: `( … ) [AS] alias`.
            Some(Token::Sign("(")) => {
                if let (alias, true) = alias("", at(index + 3), at(index + 4)) {
                    found.insert(alias, Source::Other);
                }
            }
            _ => {}
        }
    }
    found
}

/// Keywords after which commas no longer separate tables.
const ENDS_FROM: [&str; 9] = [
    "WHERE",
    "SET",
    "ON",
    "GROUP",
    "ORDER",
    "LIMIT",
    "VALUES",
    "RETURNING",
    "SELECT",
];
/// Words that may follow a table name without being its alias.
const NO_ALIAS: [&str; 17] = [
    "WHERE",
    "SET",
    "ON",
    "GROUP",
    "ORDER",
    "LIMIT",
    "JOIN",
    "LEFT",
    "INNER",
    "CROSS",
    "RIGHT",
    "FULL",
    "FOR",
    "RETURNING",
    "HAVING",
    "USING",
    "OFFSET",
];

/// The alias behind a table name, and whether one was given.
fn alias<'s>(name: &'s str, next: Option<Token<'s>>, after: Option<Token<'s>>) -> (&'s str, bool) {
    let word = match next {
        Some(token) if token.is("AS") => after,
        other => other,
    };
    match word {
        Some(Token::Word(alias)) if !NO_ALIAS.iter().any(|no| no.eq_ignore_ascii_case(alias)) => {
            (alias, true)
        }
        _ => (name, false),
    }
}

/// `INSERT` names its columns, district among them, and gives it a parameter or a selected column.
fn inserted(tokens: &[Token<'_>], say: &mut dyn FnMut(String)) {
    let Some(into) =
        top_level(tokens).find(|at| tokens.get(*at).is_some_and(|token| token.is("INTO")))
    else {
        return;
    };
    let Some(Token::Word(name)) = tokens.get(into + 1) else {
        return;
    };
    if !schema::table(name).is_some_and(schema::Table::is_tenant) {
        return;
    }
    let columns = list(tokens, into + 2);
    let Some(position) = columns
        .iter()
        .position(|item| matches!(item, [token] if token.is("district")))
    else {
        say(format!(
            "INSERT INTO {name} must name its columns, `district` among them"
        ));
        return;
    };
    let Some(values) =
        top_level(tokens).find(|at| tokens.get(*at).is_some_and(|token| token.is("VALUES")))
    else {
        return;
    };
    let tuple = list(tokens, values + 1);
    if !matches!(tuple.get(position), Some([Token::Parameter(_)])) {
        say(format!(
            "INSERT INTO {name}: the district must be a parameter"
        ));
    }
}

/// A district is never changed: a row that moves is inserted there and deleted here.
fn updated(tokens: &[Token<'_>], say: &mut dyn FnMut(String)) {
    let places: Vec<usize> = top_level(tokens).collect();
    let mut in_set = false;
    for (index, at) in places.iter().enumerate() {
        let Some(token) = tokens.get(*at) else {
            continue;
        };
        if token.is("SET") {
            in_set = true;
        } else if token.is("WHERE") || token.is("FROM") || token.is("RETURNING") {
            in_set = false;
        }
        let starts = token.is("SET") || *token == Token::Sign(",");
        let next = places.get(index + 1).and_then(|at| tokens.get(*at));
        if in_set && starts && next.is_some_and(|token| token.is("district")) {
            say("a district is never changed: insert there, delete here".to_owned());
        }
    }
}

/// The items of the parenthesised list that begins at `open`.
fn list<'t, 's>(tokens: &'t [Token<'s>], open: usize) -> Vec<&'t [Token<'s>]> {
    if tokens.get(open) != Some(&Token::Sign("(")) {
        return Vec::new();
    }
    let inside = parenthesised(tokens, open);
    let mut cuts: Vec<usize> = top_level(inside)
        .filter(|at| inside.get(*at) == Some(&Token::Sign(",")))
        .collect();
    cuts.push(inside.len());
    let mut from = 0;
    let mut items = Vec::new();
    for cut in cuts {
        items.extend(inside.get(from..cut));
        from = cut + 1;
    }
    items
}

/// What stands between the parenthesis at `open` and its partner.
fn parenthesised<'t, 's>(tokens: &'t [Token<'s>], open: usize) -> &'t [Token<'s>] {
    let mut depth = 0_i32;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign("(") => depth += 1,
            Token::Sign(")") => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return tokens.get(open + 1..at).unwrap_or_default();
        }
    }
    tokens.get(open + 1..).unwrap_or_default()
}

/// The blocks directly inside this one: parenthesised text that begins with `SELECT` or `WITH`, at any depth of
/// other parentheses; and the arms of a CTE that changes rows.
fn inner_blocks<'t, 's>(tokens: &'t [Token<'s>]) -> Vec<&'t [Token<'s>]> {
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let begins = tokens.get(at + 1).is_some_and(|token| {
            ["SELECT", "WITH", "UPDATE", "DELETE", "INSERT"]
                .iter()
                .any(|word| token.is(word))
        });
        if tokens.get(at) == Some(&Token::Sign("(")) && begins {
            let inside = parenthesised(tokens, at);
            blocks.push(inside);
            at += inside.len() + 1;
        }
        at += 1;
    }
    blocks
}

/// One conjunct `left = right` of a condition.
struct Equality<'s> {
    left: Side<'s>,
    right: Side<'s>,
    /// In the `ON` of a `LEFT JOIN` it says nothing about the rows of the left side, only about this alias.
    only: Option<&'s str>,
}

/// Aliases of this block whose district follows from a parameter.
fn bound_aliases<'s>(
    tokens: &[Token<'s>],
    scope: &Scope<'s>,
    say: &mut dyn FnMut(String),
) -> Vec<&'s str> {
    let tenants: Vec<&str> = scope
        .own
        .iter()
        .filter(|(_, s)| **s == Source::Tenant)
        .map(|(alias, _)| *alias)
        .collect();
    let mut bound: Vec<&str> = scope.outer.clone();
    bound.extend(
        scope
            .own
            .iter()
            .filter(|(_, source)| **source == Source::Other)
            .map(|(alias, _)| *alias),
    );
    let equalities = equalities(tokens, say);
    loop {
        let before = bound.len();
        for Equality { left, right, only } in &equalities {
            for (one, other) in [(left, right), (right, left)] {
                let target = match (one, tenants.as_slice()) {
                    (Side::District(Some(alias)), _) => *alias,
                    (Side::District(None), [single]) => *single,
                    _ => continue,
                };
                let follows = match other {
                    Side::Parameter => true,
                    Side::District(Some(alias)) => bound.contains(alias),
                    Side::District(None) | Side::Else => false,
                };
                let concerned =
                    only.is_none_or(|only| only == target) && scope.own.contains_key(target);
                if follows && concerned && !bound.contains(&target) {
                    bound.push(target);
                }
            }
        }
        if bound.len() == before {
            return bound;
        }
    }
}

/// A condition being collected.
#[derive(Default)]
struct Condition<'s> {
    tokens: Vec<Token<'s>>,
    only: Option<&'s str>,
}

/// Equalities that hold for every row of the block: top-level conjuncts behind `WHERE` and `ON`.
fn equalities<'s>(tokens: &[Token<'s>], say: &mut dyn FnMut(String)) -> Vec<Equality<'s>> {
    let mut found = Vec::new();
    let mut open: Option<Condition<'s>> = None;
    let mut left_joined = None;
    let places: Vec<usize> = top_level(tokens).collect();
    let at = |index: usize| places.get(index).and_then(|at| tokens.get(*at)).copied();
    for index in 0..places.len() {
        let Some(token) = at(index) else { continue };
        if token.is("RIGHT") || token.is("FULL") || token.is("NATURAL") || token.is("USING") {
            say("write INNER or LEFT JOIN … ON".to_owned());
        }
        if token.is("JOIN") {
            let before = |back: usize| index.checked_sub(back).and_then(at);
            let is_left = before(1).is_some_and(|t| t.is("LEFT"))
                || (before(1).is_some_and(|t| t.is("OUTER"))
                    && before(2).is_some_and(|t| t.is("LEFT")));
            left_joined =
                joined_alias([at(index + 1), at(index + 2), at(index + 3), at(index + 4)])
                    .filter(|_| is_left);
        }
        if token.is("WHERE") || token.is("ON") {
            let only = if token.is("ON") { left_joined } else { None };
            finish(
                open.replace(Condition {
                    tokens: Vec::new(),
                    only,
                }),
                &mut found,
                say,
            );
        } else if ENDS_CONDITION.iter().any(|word| token.is(word)) {
            finish(open.take(), &mut found, say);
        } else if let Some(condition) = &mut open {
            condition.tokens.push(token);
        }
    }
    finish(open, &mut found, say);
    found
}

/// The alias of what follows `JOIN`: a table, or a derived table in parentheses.
fn joined_alias<'s>(next: [Option<Token<'s>>; 4]) -> Option<&'s str> {
    match next {
        [Some(Token::Word(name)), as_or_alias, after, _] => Some(alias(name, as_or_alias, after).0),
        [Some(Token::Sign("(")), _, as_or_alias, after] => Some(alias("", as_or_alias, after).0),
        _ => None,
    }
}

/// Keywords that end a condition.
const ENDS_CONDITION: [&str; 14] = [
    "JOIN",
    "LEFT",
    "INNER",
    "CROSS",
    "RIGHT",
    "FULL",
    "GROUP",
    "ORDER",
    "LIMIT",
    "HAVING",
    "RETURNING",
    "FOR",
    "SET",
    "DO",
];

/// Cuts a condition at `AND` and reads the equalities. `BETWEEN` brings an `AND` of its own, which only yields a
/// piece that is no equality of districts.
fn finish<'s>(
    condition: Option<Condition<'s>>,
    found: &mut Vec<Equality<'s>>,
    say: &mut dyn FnMut(String),
) {
    let Some(Condition { tokens, only }) = condition else {
        return;
    };
    if tokens.iter().any(|token| token.is("OR")) {
        say("put OR in parentheses, so that the district holds for both sides".to_owned());
        return;
    }
    for piece in tokens.split(|token| token.is("AND")) {
        let Some(at) = piece.iter().position(|token| *token == Token::Sign("=")) else {
            continue;
        };
        let (left, right) = (
            piece.get(..at).unwrap_or_default(),
            piece.get(at + 1..).unwrap_or_default(),
        );
        found.push(Equality {
            left: side(left),
            right: side(right),
            only,
        });
    }
}

fn side<'s>(tokens: &[Token<'s>]) -> Side<'s> {
    match tokens {
        [Token::Parameter(_)] => Side::Parameter,
        [name] if name.is("district") => Side::District(None),
        [Token::Word(alias), Token::Sign("."), name] if name.is("district") => {
            Side::District(Some(alias))
        }
        _ => Side::Else,
    }
}
