//! Reads every registered statement and refuses the ones that could leave their district, or that only one
//! database understands.
//!
//! The reading is simple and strict: it understands the SQL this house writes, and what it does not understand
//! it refuses. On PostgreSQL a second check asks the planner itself (`testing::plan_faults`).

mod binding;
mod token;

use crate::statement::Statement;
use token::{Token, tokens};

/// One thing wrong with one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintFault {
    /// The statement.
    pub statement: &'static str,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl std::fmt::Display for LintFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.statement, self.message)
    }
}

/// Checks statements; an empty list is a clean bill.
///
/// Every tenant table in a statement must have its district bound to a parameter: `district = $1`, or, in
/// joins, `b.district = a.district`. A statement tagged `#[rollup("why")]` may span districts.
pub fn check(statements: &[&'static Statement]) -> Vec<LintFault> {
    let mut faults = Vec::new();
    for statement in statements {
        let mut say = |message: String| {
            faults.push(LintFault {
                statement: statement.name,
                message,
            })
        };
        let tokens = match tokens(statement.sql) {
            Ok(tokens) => tokens,
            Err(message) => {
                say(message);
                continue;
            }
        };
        portable(&tokens, &mut say);
        parameters(&tokens, &mut say);
        match statement.rollup {
            None => binding::check(&tokens, &mut say),
            Some(why) if why.trim().is_empty() => say("the rollup tag needs a reason".to_owned()),
            Some(_) => {}
        }
    }
    faults
}

/// Words and signs that one of the databases lacks, or that take time and chance away from the program.
const FOREIGN: [(&str, &str); 22] = [
    ("NOW", "bind the transaction's now()"),
    ("CURRENT_TIMESTAMP", "bind the transaction's now()"),
    ("CURRENT_DATE", "bind the transaction's today()"),
    ("CURRENT_TIME", "bind the transaction's now()"),
    ("LOCALTIMESTAMP", "bind the transaction's now()"),
    ("CLOCK_TIMESTAMP", "bind the transaction's now()"),
    ("DATETIME", "do date arithmetic in Rust"),
    ("STRFTIME", "do date arithmetic in Rust"),
    ("JULIANDAY", "do date arithmetic in Rust"),
    ("INTERVAL", "do date arithmetic in Rust"),
    ("RANDOM", "bind a value made in Rust"),
    ("NEXTVAL", "bind an id made in Rust"),
    ("GEN_RANDOM_UUID", "bind an id made in Rust"),
    ("ILIKE", "compare a folded column"),
    ("GLOB", "use LIKE on a folded column, or a range"),
    ("REGEXP", "filter in Rust"),
    ("MERGE", "use INSERT … ON CONFLICT"),
    ("ROLLUP", "group plainly and fold in Rust"),
    ("CUBE", "group plainly and fold in Rust"),
    ("REPLACE", "use INSERT … ON CONFLICT"),
    ("IFNULL", "use COALESCE"),
    ("AVG", "use SUM and COUNT: no floats"),
];

fn portable(tokens: &[Token<'_>], say: &mut impl FnMut(String)) {
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Word(word) => {
                if let Some((_, instead)) = FOREIGN
                    .iter()
                    .find(|(foreign, _)| foreign.eq_ignore_ascii_case(word))
                {
                    say(format!("{word} is not portable: {instead}"));
                }
            }
            Token::Sign("::") => {
                say("`::` is not portable: use CAST, or bind the right type".to_owned())
            }
            Token::Sign("*") => {
                let before = at.checked_sub(1).and_then(|before| tokens.get(before));
                let selected = before.is_some_and(|t| {
                    t.is("SELECT") || *t == Token::Sign(",") || *t == Token::Sign(".")
                });
                if selected {
                    say("`SELECT *` breaks when a column is added: list the columns".to_owned());
                }
            }
            _ => {}
        }
    }
}

/// `$1 … $n` without a gap: a missing number is a value nobody reads.
fn parameters(tokens: &[Token<'_>], say: &mut impl FnMut(String)) {
    let used: std::collections::BTreeSet<usize> = tokens
        .iter()
        .filter_map(|token| {
            if let Token::Parameter(n) = token {
                Some(*n)
            } else {
                None
            }
        })
        .collect();
    let count = used.iter().next_back().copied().unwrap_or(0);
    if let Some(gap) = (1..=count).find(|n| !used.contains(n)) {
        say(format!("${gap} is never used though ${count} is"));
    }
}

#[cfg(test)]
mod tests;
