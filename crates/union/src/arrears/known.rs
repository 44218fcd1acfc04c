//! What is known about a subject at a moment, as the rules read it.

use std::fmt::Write as _;

use kernel::warning::{Fact, Facts, MISSING, RuleSet, Step, day_number};
use kernel::{Date, DistrictCode, Fen, Instant};
use store::{Query, Row, StoreError, Tx, args};

use super::feeds::{back, is_own};
use super::model::SubjectId;
use super::{ArrearsError, sql};

/// Subjects asked for in one statement.
const SUBJECTS: usize = 300;
/// Kinds whose reports say how many people are concerned and how much is owed, however old they are.
const SPOKEN: [&str; 2] = ["wage_overdue", "complaint"];
/// Days in the longest month.
const LONGEST_MONTH: i64 = 31;

/// One observation with where its values lie.
#[derive(Debug, Clone, Copy)]
struct Line {
    kind: u16,
    day: i32,
    /// When it became known.
    at: Instant,
    own: bool,
    from: usize,
    to: usize,
    /// Where its source ends; it begins where that of the line before ends.
    source: usize,
}

/// Everything known about one subject; the buffers are used again for the next.
#[derive(Debug, Clone, Default)]
pub struct Known {
    lines: Vec<Line>,
    values: Vec<i64>,
    /// The sources of all lines, one behind the other.
    sources: String,
    people: Option<i64>,
    amount: Option<Fen>,
}

impl Known {
    /// Hands the facts to `f`.
    ///
    /// # Errors
    /// The rows came out of order, which is a fault of the statement.
    pub fn with<T>(&self, f: impl FnOnce(Facts<'_>) -> T) -> Result<T, ArrearsError> {
        let facts: Vec<Fact<'_>> = self
            .lines
            .iter()
            .map(|line| Fact {
                kind: line.kind,
                day: line.day,
                arrived: day_number(line.at.shanghai_date()),
                own: line.own,
                values: self.values.get(line.from..line.to).unwrap_or_default(),
            })
            .collect();
        let facts =
            Facts::new(&facts).map_err(|fault| ArrearsError::Definition(fault.to_string()))?;
        Ok(f(facts))
    }

    /// Where the fact at a place comes from: `feed|quality|signal|reference`.
    pub fn source(&self, place: usize) -> String {
        let end = |place: usize| self.lines.get(place).map_or(0, |line| line.source);
        let from = place.checked_sub(1).map_or(0, end);
        let source = self.sources.get(from..end(place));
        source.unwrap_or_default().to_owned()
    }

    /// When the newest of the facts at some places became known.
    pub fn newest_of(&self, places: &[usize]) -> Option<Instant> {
        let lines = places.iter().filter_map(|place| self.lines.get(*place));
        lines.map(|line| line.at).max()
    }

    /// How many people it concerns, as far as the newest report says.
    pub fn people(&self) -> Option<i64> {
        self.people
    }

    /// How much is owed, as far as the newest report says.
    pub fn amount(&self) -> Option<Fen> {
        self.amount
    }

    fn clear(&mut self) {
        self.lines.clear();
        self.values.clear();
        self.sources.clear();
        (self.people, self.amount) = (None, None);
    }

    fn read(&mut self, rules: &RuleSet, row: &Row, sources: bool) -> Result<(), StoreError> {
        let kind = row.text(2)?;
        let Some(number) = rules.kind(kind) else {
            return Ok(());
        };
        let Some(signal) = rules.signals().get(usize::from(number)) else {
            return Ok(());
        };
        let (from, text) = (self.values.len(), row.text(5)?);
        for name in &signal.fields {
            self.values.push(value_in(text, name).unwrap_or(MISSING));
        }
        if sources {
            self.concerns(kind, text);
            let (feed, quality, reference) = (row.text(6)?, row.get::<i64>(8)?, row.text(7)?);
            let signal = row.get::<uuid::Uuid>(1)?;
            // Writing into a string cannot fail.
            let _ = write!(self.sources, "{feed}|{quality}|{signal}|{reference}");
        }
        self.lines.push(Line {
            kind: number,
            day: day_number(row.get(3)?),
            at: row.get(4)?,
            own: is_own(row.text(6)?),
            from,
            to: self.values.len(),
            source: self.sources.len(),
        });
        Ok(())
    }

    /// Rows come by day, so the last one that says something is the newest.
    fn concerns(&mut self, kind: &str, text: &str) {
        match kind {
            "wage_overdue" => {
                self.people = value_in(text, "workers").or(self.people);
                self.amount = value_in(text, "amount").map(Fen).or(self.amount);
            }
            "complaint" if self.people.is_none() => self.people = value_in(text, "people"),
            _ => {}
        }
    }
}

/// The value of a field in the canonical text of [`Fields`](super::Fields), without building a map: this is read for
/// every signal of a district.
fn value_in(text: &str, name: &str) -> Option<i64> {
    let inside = text.strip_prefix('{')?.strip_suffix('}')?;
    inside.split(',').find_map(|pair| {
        let (key, value) = pair.split_once(':')?;
        let key = key.strip_prefix('"')?.strip_suffix('"')?;
        (key == name).then(|| value.parse().ok())?
    })
}

/// The first day that can matter to a rule set evaluated on a day.
pub(super) fn first_day(rules: &RuleSet, on: Date) -> Date {
    let decay = rules
        .rules()
        .iter()
        .filter_map(|rule| rule.decay.map(|decay| decay.drop_after))
        .max()
        .unwrap_or(0);
    let steps = i64::from(rules.reach().max(decay)) + 1;
    match rules.step() {
        Step::Day => back(on, steps),
        Step::Month => back(on, steps * LONGEST_MONTH),
    }
}

/// The first day on which a signal of a kind can matter; `None` when no feature reads the kind.
pub(super) fn first_day_of(rules: &RuleSet, kind: u16, on: Date) -> Option<Date> {
    let steps = i64::from(rules.reach_of(kind)?) + 1;
    Some(match rules.step() {
        Step::Day => back(on, steps),
        Step::Month => back(on, steps * LONGEST_MONTH),
    })
}

/// Hands each subject with what was known about it at a moment to `f`, by id. `who` narrows it to some.
///
/// # Errors
/// The store or `f` failed.
pub(super) fn each(
    tx: &mut Tx,
    rules: &RuleSet,
    who: Option<&[SubjectId]>,
    at: Instant,
    mut f: impl FnMut(SubjectId, &Known) -> Result<(), ArrearsError>,
) -> Result<(), ArrearsError> {
    let district = *tx.district();
    let about = |who: Option<&[SubjectId]>| about((district, at), rules, who);
    let asks: Vec<Query> = match who {
        None => vec![about(None)],
        Some(some) => some
            .chunks(SUBJECTS)
            .map(|some| about(Some(some)))
            .collect(),
    };
    let sources = who.is_some();
    for ask in asks {
        let (mut known, mut current) = (Known::default(), None);
        tx.each(&ask, &[], |row| {
            let subject: SubjectId = row.get(0)?;
            if let Some(done) = current.filter(|known| *known != subject) {
                f(done, &known)?;
                known.clear();
            }
            current = Some(subject);
            Ok::<_, ArrearsError>(known.read(rules, row, sources)?)
        })?;
        if let Some(last) = current {
            f(last, &known)?;
        }
    }
    Ok(())
}

/// What was known at a moment that can matter to a rule set, subject by subject. How far back each kind is looked at is
/// said to the index: of what some rule looks at for years, a desk has little, and of head counts it has many.
fn about(
    (district, at): (DistrictCode, Instant),
    rules: &RuleSet,
    who: Option<&[SubjectId]>,
) -> Query {
    let first = first_day(rules, at.shanghai_date());
    let query = Query::from(&sql::KNOWN_AT, args![district, at, first]);
    let query = match who {
        None => query.push(" AND subject_id IS NOT NULL"),
        Some(some) => query.and_in(" AND subject_id IN ", some.iter().copied()),
    };
    let spans = (0_u16..)
        .zip(rules.signals())
        .filter_map(|(number, signal)| {
            let spoken = SPOKEN.contains(&signal.kind.as_str()).then_some(first);
            let since = spoken.or_else(|| first_day_of(rules, number, at.shanghai_date()))?;
            Some((signal.kind.clone(), since))
        });
    // An empty sum is false: nothing is known to rules that read nothing.
    let mut query = query.push(" AND (1 = 0");
    for (kind, since) in spans {
        query = query.and(" OR kind = ", kind).and(" AND day >= ", since);
    }
    query.push(") ORDER BY subject_id, day, id")
}

/// What was known about one subject at a moment, with the sources.
///
/// # Errors
/// The store failed.
pub(super) fn of(
    tx: &mut Tx,
    rules: &RuleSet,
    subject: SubjectId,
    at: Instant,
) -> Result<Known, ArrearsError> {
    let mut found = Known::default();
    each(tx, rules, Some(&[subject]), at, |_, known| {
        found.clone_from(known);
        Ok(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Clock as _;

    use crate::arrears::{Fields, rulesets};

    #[test]
    fn some_subjects_are_found_by_their_index() {
        let test = store::testing::TestDb::sqlite();
        let who: Vec<SubjectId> = (0..200).map(|n| uuid::Uuid::from_u128(n).into()).collect();
        let text = include_str!("../../../../definitions/rules/composite.toml");
        let rules = rulesets::draft("rules/composite.toml", text).unwrap();
        let moment = (store::testing::district(), test.clock.now());
        for some in [1, 200] {
            let plan = test.plan_of(&about(moment, &rules, who.get(..some)));
            assert!(
                plan.iter().any(|step| step.contains("subject_id=?")),
                "{plan:?}"
            );
        }
    }

    #[test]
    fn values_are_found_in_the_canonical_text() {
        let fields = Fields::new([("days", 31), ("amount", -9_600_000), ("day", 7)]);
        for name in ["days", "amount", "day", "workers"] {
            assert_eq!(value_in(&fields.text(), name), fields.get(name), "{name}");
        }
        assert_eq!(value_in("{}", "days"), None);
    }
}
