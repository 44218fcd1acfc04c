//! Forms: what the person typed is never lost, and every field says what is wrong beside itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Problem;

/// Messages beside fields, and above the form those that belong to none.
#[derive(Debug, Clone, Default)]
pub struct FieldErrors {
    list: Vec<(String, String)>,
}

impl FieldErrors {
    /// Nothing wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// From a problem with or without a field.
    pub fn from_problem(problem: &Problem) -> Self {
        if !problem.fields.is_empty() {
            let list = problem.fields.iter();
            return Self {
                list: list
                    .map(|(field, message)| (field.clone().into_owned(), message.clone()))
                    .collect(),
            };
        }
        let field = problem.field.clone().unwrap_or_default();
        if problem.refusals.is_empty() {
            return Self {
                list: vec![(field, problem.message.clone())],
            };
        }
        Self {
            list: problem
                .refusals
                .iter()
                .map(|r| (field.clone(), r.message.clone()))
                .collect(),
        }
    }

    /// Add one.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.list.push((field.to_owned(), message.into()));
    }

    /// Files do not stay in a form that is drawn again with its faults: whoever chose some must hear it, or the form goes
    /// without them the next time.
    pub fn files_gone(&mut self, field: &str, chosen: usize) {
        if chosen > 0 && !self.is_empty() {
            let message = format!("刚才选的 {chosen} 个文件没有留在页面上，请重新选一次");
            self.add(field, message);
        }
    }

    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The message beside a field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.list
            .iter()
            .find(|(f, _)| f == field)
            .map(|(_, message)| message.as_str())
    }

    /// All, for the summary on top: (field or empty, message).
    pub fn all(&self) -> &[(String, String)] {
        &self.list
    }
}

/// A submitted form as text fields; repeated fields keep their order.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: BTreeMap<String, Vec<String>>,
}

impl Form {
    /// From the pairs axum decoded.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            fields.entry(name).or_default().push(value);
        }
        Self { fields }
    }

    /// From the query of an address, with or without its question mark; nothing where it cannot be read.
    pub fn from_query(query: &str) -> Self {
        let address = format!("/?{}", query.trim_start_matches('?'));
        let pairs = address
            .parse::<axum::http::Uri>()
            .ok()
            .and_then(|uri| axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).ok())
            .map(|axum::extract::Query(pairs)| pairs)
            .unwrap_or_default();
        Self::from_pairs(pairs)
    }

    /// A field as typed, without outer space; empty when it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(|v| v.first())
            .map_or("", |v| v.trim())
    }

    /// Whether a field holds this value: which option of a list is chosen.
    pub fn holds(&self, name: &str, value: impl AsRef<str>) -> bool {
        self.text(name) == value.as_ref()
    }

    /// A field exactly as typed (passwords).
    pub fn raw(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(|v| v.first())
            .map_or("", String::as_str)
    }

    /// Names of all fields that came.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The key a form carries, so that the same submission twice is one; empty on forms that create nothing.
    pub fn key(&self) -> &str {
        self.text("key")
    }

    /// Everything that was typed, for telling a repeated submission from another one under the same key.
    pub fn content(&self) -> String {
        let mut out = String::new();
        for (name, values) in self.fields.iter().filter(|(name, _)| *name != "key") {
            for value in values {
                let _ = writeln!(out, "{name}={}", encode(value));
            }
        }
        out
    }

    /// A ticked box.
    pub fn ticked(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// All values of a repeated field.
    pub fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }

    /// How many files came in a box of a form that may carry some: of each its digest is among the fields.
    pub fn files(&self, name: &str) -> usize {
        self.all(&format!("{name}.digest")).len()
    }

    /// A day as it was typed; none when the box was left empty.
    ///
    /// # Errors
    /// What would be taken: a day nobody can read is never another day.
    pub fn day(&self, name: &str) -> Result<Option<kernel::Date>, String> {
        match kernel::text::half_width(self.text(name)).as_ref() {
            "" => Ok(None),
            text => match text.parse() {
                Ok(day) => Ok(Some(day)),
                Err(_) => Err("这个日期读不出来，请写成 2026-11-03 的样子".to_owned()),
            },
        }
    }

    /// A field parsed as anything that parses (ids, dates, numbers).
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }
}

impl<S: Send + Sync> axum::extract::FromRequest<S> for Form {
    type Rejection = Problem;
    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Problem> {
        let axum::Form(pairs) = axum::Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|_| Problem::bad_request("表单内容读不出来，请返回重新填写"))?;
        if pairs.iter().any(|(_, value)| value.contains('\0')) {
            return Err(Problem::from_store(&store::StoreError::Nul));
        }
        Ok(Self::from_pairs(pairs))
    }
}

/// Percent-encode a value for a query string.
pub fn encode(value: &str) -> String {
    value
        .bytes()
        .fold(String::with_capacity(value.len()), |mut out, b| {
            if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~' | b'/') {
                out.push(char::from(b));
            } else {
                let _ = write!(out, "%{b:02X}");
            }
            out
        })
}
