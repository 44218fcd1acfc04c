//! SQL as named, registered texts, so that a test can read every one of them.

use std::sync::OnceLock;

use crate::value::Value;

/// One hand-written statement, portable between both databases: `$1`, `$2`… mark its values.
///
/// Declared with [`statements!`](crate::statements). Every statement on a tenant table binds `district`
/// (`lint` proves it), except roll-ups, which say why.
#[derive(Debug)]
pub struct Statement {
    /// Its name in the source, for errors and the linter.
    pub name: &'static str,
    /// The text.
    pub sql: &'static str,
    /// Why it may span districts, if it may.
    pub rollup: Option<&'static str>,
    ready: OnceLock<Ready>,
}

/// What is worked out once per statement.
#[derive(Debug)]
struct Ready {
    lite: String,
    writes: bool,
}

impl Statement {
    /// Used by [`statements!`](crate::statements).
    pub const fn new(name: &'static str, sql: &'static str, rollup: Option<&'static str>) -> Self {
        Self {
            name,
            sql,
            rollup,
            ready: OnceLock::new(),
        }
    }

    fn ready(&self) -> &Ready {
        self.ready.get_or_init(|| Ready {
            lite: question_marks(self.sql),
            writes: writes(self.sql),
        })
    }

    /// Whether it changes rows.
    pub fn writes(&self) -> bool {
        self.ready().writes
    }
}

/// Declares statements and, for the tests that read them all, `ALL`.
///
/// ```
/// store::statements! {
///     /// One account.
///     pub GET_ACCOUNT = "SELECT login, name FROM account WHERE district = $1 AND id = $2";
///     /// Districts of this database.
///     #[rollup("the tenant list itself")]
///     pub DISTRICTS = "SELECT code FROM district ORDER BY code";
/// }
/// assert_eq!(ALL.len(), 2);
/// ```
#[macro_export]
macro_rules! statements {
    ($( $(#[doc = $doc:literal])* $(#[rollup($why:literal)])? $vis:vis $name:ident = $sql:expr; )*) => {
        $(
            $(#[doc = $doc])*
            $vis static $name: $crate::Statement =
                $crate::Statement::new(stringify!($name), $sql, $crate::__rollup!($($why)?));
        )*
        /// Every statement of this module, for the linter and the tests on both databases.
        pub static ALL: &[&$crate::Statement] = &[$(&$name),*];
    };
}

/// The optional tag of one statement.
#[doc(hidden)]
#[macro_export]
macro_rules! __rollup {
    () => {
        None
    };
    ($why:literal) => {
        Some($why)
    };
}

/// A statement whose filters are chosen at run time. Text comes from the source only (`&'static str`); what
/// people type is always bound.
///
/// ```
/// # use store::{Query, args};
/// # store::statements! { pub LIST = "SELECT id FROM org WHERE district = $1"; }
/// let town: Option<&str> = None;
/// let query = Query::from(&LIST, args!["330113"])
///     .and(" AND state = ", "active")
///     .and_opt(" AND region_code = ", town)
///     .push(" ORDER BY path LIMIT ").bind(50_i64);
/// assert_eq!(query.sql(), "SELECT id FROM org WHERE district = $1 AND state = $2 ORDER BY path LIMIT $3");
/// ```
#[derive(Debug, Clone)]
pub struct Query {
    name: &'static str,
    writes: bool,
    pg: String,
    lite: String,
    args: Vec<Value>,
}

/// A column of an order; see [`Query::paged`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The smallest first.
    Up(&'static str),
    /// The largest first.
    Down(&'static str),
}

impl Query {
    /// Its text for SQLite.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn lite(&self) -> &str {
        &self.lite
    }

    /// Begins with a registered statement and its values.
    pub fn from(base: &Statement, args: &[Value]) -> Self {
        let ready = base.ready();
        Self {
            name: base.name,
            writes: ready.writes,
            pg: base.sql.to_owned(),
            lite: ready.lite.clone(),
            args: args.to_vec(),
        }
    }

    /// Appends text.
    #[must_use]
    pub fn push(mut self, text: &'static str) -> Self {
        self.pg.push_str(text);
        self.lite.push_str(text);
        self
    }

    /// Appends text that names values bound already.
    fn named(mut self, text: &'static str) -> Self {
        self.pg.push_str(text);
        self.lite.push_str(&question_marks(text));
        self
    }

    /// Appends a bound value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.args.push(value.into());
        let number = self.args.len().to_string();
        self.pg.push('$');
        self.pg.push_str(&number);
        self.lite.push('?');
        self.lite.push_str(&number);
        self
    }

    /// Appends text and a bound value: `.and(" AND sex = ", 1)`.
    #[must_use]
    pub fn and(self, text: &'static str, value: impl Into<Value>) -> Self {
        self.push(text).bind(value)
    }

    /// As [`Query::and`] when there is a value; nothing otherwise.
    #[must_use]
    pub fn and_opt<T: Into<Value>>(self, text: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.and(text, value),
            None => self,
        }
    }

    /// Appends text and a list in parentheses: `.and_in(" AND id IN ", ids)`. An empty list matches nothing.
    #[must_use]
    pub fn and_in<T: Into<Value>>(
        self,
        text: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        let mut query = self.push(text).push("(");
        let mut first = true;
        for value in values {
            query = if first {
                query.bind(value)
            } else {
                query.push(", ").bind(value)
            };
            first = false;
        }
        if first {
            query.push("NULL)")
        } else {
            query.push(")")
        }
    }

    /// Orders by these columns, begins behind the row that has the values `after` in them, and ends after `limit` rows
    /// (keyset paging). The last column tells rows apart. A column may name values the beginning has bound (`$2`).
    #[must_use]
    pub fn paged<const N: usize>(
        mut self,
        order: [Key; N],
        after: Option<[Value; N]>,
        limit: usize,
    ) -> Self {
        if let Some(after) = after {
            let ends = after.len().saturating_mul(2).saturating_sub(1);
            for (place, (key, value)) in order.iter().zip(after).enumerate() {
                let (column, sign) = match *key {
                    Key::Up(column) => (column, " > "),
                    Key::Down(column) => (column, " < "),
                };
                self = self.push(" AND (").named(column).and(sign, value.clone());
                if place + 1 < N {
                    self = self.push(" OR (").named(column).and(" = ", value);
                }
            }
            self = (0..ends).fold(self, |query, _| query.push(")"));
        }
        let mut before = " ORDER BY ";
        for key in order {
            self = match key {
                Key::Up(column) => self.push(before).named(column),
                Key::Down(column) => self.push(before).named(column).push(" DESC"),
            };
            before = ", ";
        }
        self.and(" LIMIT ", limit)
    }

    /// The text as PostgreSQL will get it, for tests.
    pub fn sql(&self) -> &str {
        &self.pg
    }

    /// The values so far.
    pub fn args(&self) -> &[Value] {
        &self.args
    }
}

/// A statement or a query, ready to be asked.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'q> {
    pub(crate) name: &'static str,
    pub(crate) pg: &'q str,
    pub(crate) lite: &'q str,
    pub(crate) writes: bool,
    /// A query's own values; then the caller gives none.
    pub(crate) own: &'q [Value],
}

impl<'q> Ask<'q> {
    /// The values to bind: the query's own, or the caller's.
    pub(crate) fn args<'a>(&self, given: &'a [Value]) -> &'a [Value]
    where
        'q: 'a,
    {
        if given.is_empty() { self.own } else { given }
    }
}

impl<'q> From<&'q Statement> for Ask<'q> {
    fn from(statement: &'q Statement) -> Self {
        let ready = statement.ready();
        Self {
            name: statement.name,
            pg: statement.sql,
            lite: &ready.lite,
            writes: ready.writes,
            own: &[],
        }
    }
}

impl<'q> From<&'q Query> for Ask<'q> {
    fn from(query: &'q Query) -> Self {
        Self {
            name: query.name,
            pg: &query.pg,
            lite: &query.lite,
            writes: query.writes,
            own: &query.args,
        }
    }
}

/// `$1` → `?1` outside of quotes. SQLite takes `$1` for a name and searches its names one by one; `?1` is a
/// number (9,000 parameters: 255 ms against 2 ms).
fn question_marks(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut quoted = false;
    let mut chars = sql.chars().peekable();
    while let Some(c) = chars.next() {
        quoted ^= c == '\'';
        let parameter = c == '$' && !quoted && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if parameter { '?' } else { c });
    }
    out
}

/// Whether a statement changes rows: its first word says so, or, behind `WITH`, a word within.
fn writes(sql: &str) -> bool {
    let mut words = sql
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    let is_write = |word: &str| {
        ["INSERT", "UPDATE", "DELETE"]
            .iter()
            .any(|w| w.eq_ignore_ascii_case(word))
    };
    match words.next() {
        Some(first) if first.eq_ignore_ascii_case("WITH") => words.any(is_write),
        Some(first) => is_write(first),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_numbers_but_texts_stay() {
        assert_eq!(
            question_marks("SELECT '$1', $1 FROM t WHERE a = $12"),
            "SELECT '$1', ?1 FROM t WHERE a = ?12"
        );
    }

    #[test]
    fn writing_statements_are_known() {
        assert!(writes(" insert INTO t VALUES ($1)"));
        assert!(writes("WITH x AS (SELECT 1) UPDATE t SET a = 1"));
        assert!(!writes("WITH x AS (SELECT 1) SELECT * FROM x"));
        assert!(!writes("SELECT updated_at FROM t"));
    }

    #[test]
    fn an_empty_list_matches_nothing() {
        statements! { LIST = "SELECT id FROM org WHERE district = $1"; }
        let query =
            Query::from(&LIST, crate::args!["330113"]).and_in(" AND id IN ", Vec::<String>::new());
        assert!(query.sql().ends_with("IN (NULL)"));
        let query = Query::from(&LIST, crate::args!["330113"]).and_in(" AND id IN ", ["a", "b"]);
        assert!(query.sql().ends_with("IN ($2, $3)"));
        assert_eq!(query.args().len(), 3);
        assert_eq!(ALL.len(), 1);
    }

    #[test]
    fn a_page_begins_behind_the_row_before_it() {
        statements! { LIST = "SELECT id FROM org WHERE district = $1"; }
        let text = |query: Query| query.sql().split_once("$1").unwrap().1.to_owned();
        let list = || Query::from(&LIST, crate::args!["330113"]);
        let order = [Key::Down("rank"), Key::Up("id")];
        assert_eq!(
            text(list().paged(order, None, 50)),
            " ORDER BY rank DESC, id LIMIT $2"
        );
        let second = list().paged(order, Some([7.into(), "a".into()]), 50);
        assert_eq!(second.args(), crate::args!["330113", 7, 7, "a", 50]);
        assert_eq!(
            text(second),
            " AND (rank < $2 OR (rank = $3 AND (id > $4))) ORDER BY rank DESC, id LIMIT $5"
        );
        let one = list().paged([Key::Up("id")], Some(["a".into()]), 50);
        assert_eq!(text(one), " AND (id > $2) ORDER BY id LIMIT $3");
        assert_eq!(ALL.len(), 1);
    }
}
