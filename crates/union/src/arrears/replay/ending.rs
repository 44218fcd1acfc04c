//! 坏结局 endings: what the warning should have been ahead of. One file each in `definitions/endings`.

use std::collections::BTreeMap;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::warning::{date_of, day_number};
use kernel::{Date, DistrictCode};
use serde::Deserialize;

use super::history::History;
use crate::arrears::ArrearsError;

const FOLDER: &str = "endings";

/// How `niangjia definitions` checks and tests these files.
pub const KIND: Kind = Kind {
    folder: FOLDER,
    check,
    test,
};

/// What counts as a bad ending, and how far ahead a warning may stand.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// Short name, for tables and for `--ending`.
    pub short: String,
    /// The kind of signal whose days make it up.
    pub signal: String,
    /// Only signals whose fields have these values make it up; the others, and those that do not say, are passed over.
    #[serde(default)]
    pub only: BTreeMap<String, i64>,
    /// Signals of one day count once: one inspection may be announced in several rows.
    #[serde(default)]
    pub per_day: bool,
    /// When it is reached.
    pub reached: Reached,
    /// An alert hits when it opens at most so many days before the first signal of the case, and no later than the
    /// day the case is reached. Colours are judged by the cases reached within as many days.
    pub horizon_days: i32,
    /// The kind of signal the simple ways of doing it count: last year's offenders, complaints only.
    pub complaints: String,
    /// What people call one of these.
    #[serde(default = "complaint")]
    pub word: String,
    /// The rule set of the third simple way: months owed. Absent where such records cannot exist.
    #[serde(default)]
    pub months_owed: Option<String>,
    /// Plain counters of complaints with published figures; the first is the one to beat.
    #[serde(default)]
    pub counter: Vec<Counter>,
    /// What it takes to beat the first counter.
    #[serde(default)]
    pub beat: Option<Beat>,
    /// Id of the definition without `endings.`.
    #[serde(skip)]
    pub id: String,
    /// Chinese title.
    #[serde(skip)]
    pub title: String,
}

fn complaint() -> String {
    "投诉".to_owned()
}

/// So many signals within so many days.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Reached {
    /// How many signals.
    pub count: usize,
    /// Days from the first to the last of them, both counted as dates: 30 takes in the same day a month on.
    pub within_days: i32,
}

/// 简单计数: so many complaints within so many days open an alert, and again after so many days without that.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// How many complaints.
    pub count: usize,
    /// Days from the first to the last of them.
    pub within_days: i32,
    /// It opens anew when more than so many days lie between two runs.
    pub quiet_days: i32,
}

/// What it takes to beat a counter: one of the two, each at no less recall.
#[derive(Debug, Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Beat {
    /// With no more alerts, the precision is at least so many per cent of the counter's.
    pub precision_percent: usize,
    /// The alerts are at most so many per cent of the counter's.
    pub alerts_percent: usize,
}

/// One case: a cluster of signals that became a bad ending. Days are [`day_number`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Day of its first signal.
    pub first: i32,
    /// Day on which it became a bad ending.
    pub reached: i32,
    /// Day of its last signal.
    pub last: i32,
    /// How many signals it has.
    pub claims: usize,
}

/// The cases of every subject that has one, in order of time.
pub type Cases = BTreeMap<u32, Vec<Case>>;

impl Ending {
    /// Every ending that holds at a place on a day, by id.
    ///
    /// # Errors
    /// [`ArrearsError::Definition`].
    pub fn all(district: DistrictCode, day: Date) -> Result<Vec<Self>, ArrearsError> {
        let catalogue = Catalogue::in_force();
        let mut ids: Vec<&str> = catalogue
            .of_kind(FOLDER)
            .map(|definition| definition.header.id.as_str())
            .collect();
        ids.dedup();
        let definitions = ids.iter().filter_map(|id| catalogue.at(id, district, day));
        definitions.map(Self::read).collect()
    }

    fn read(definition: &Definition) -> Result<Self, ArrearsError> {
        let mut ending: Self = definition.body().map_err(ArrearsError::Definition)?;
        ending.title.clone_from(&definition.header.title);
        let id = definition.header.id.as_str();
        ending.id = id.strip_prefix("endings.").unwrap_or(id).to_owned();
        Ok(ending)
    }

    /// The cases among the days of one subject's signals, which are ordered. Greedy: the first run of enough signals
    /// close enough together begins a case; every signal up to so many days after its first belongs to it; the
    /// search goes on behind it.
    pub fn cases(&self, days: &[i32]) -> Vec<Case> {
        let (mut cases, mut rest) = (Vec::new(), days);
        let Reached { count, within_days } = self.reached;
        while let Some(start) = rest.windows(count.max(1)).position(|run| {
            let ends = run.first().zip(run.last());
            ends.is_some_and(|(first, last)| last - first <= within_days)
        }) {
            let cluster = rest.get(start..).unwrap_or_default();
            let Some((&first, &reached)) = cluster.first().zip(cluster.get(count.max(1) - 1))
            else {
                break;
            };
            let size = cluster.partition_point(|day| *day <= first + within_days);
            let last = cluster.get(size.saturating_sub(1)).copied();
            cases.push(Case {
                first,
                reached,
                last: last.unwrap_or(reached),
                claims: size,
            });
            rest = cluster.get(size..).unwrap_or_default();
        }
        cases
    }

    /// The kinds of signal a replay against it needs, and the fields of them.
    pub fn kinds(&self) -> [(&str, Vec<&str>); 2] {
        let fields = self.only.keys().map(String::as_str).collect();
        [(&self.signal, fields), (&self.complaints, Vec::new())]
    }

    /// The days that make it up, by subject, each list ordered.
    pub(super) fn days_in(&self, history: &History) -> BTreeMap<u32, Vec<i32>> {
        let mut days = history.days_of(&self.signal, &self.only);
        if self.per_day {
            days.values_mut().for_each(Vec::dedup);
        }
        days
    }

    /// The cases of everybody in a history.
    pub fn cases_of(&self, history: &History) -> Cases {
        let days = self.days_in(history).into_iter();
        let cases = days.map(|(subject, days)| (subject, self.cases(&days)));
        cases.filter(|(_, cases)| !cases.is_empty()).collect()
    }
}

impl Case {
    /// Whether an alert that opens on this day is ahead of the case, or there on the very day.
    pub(in crate::arrears) fn hit_by(&self, day: i32, horizon: i32) -> bool {
        (self.first - horizon..=self.reached).contains(&day)
    }
}

fn check(definition: &Definition) -> Vec<String> {
    let ending: Ending = match definition.body() {
        Ok(ending) => ending,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    if ending.reached.count == 0 || ending.reached.within_days < 0 || ending.horizon_days < 1 {
        faults.push("reached.count 和 horizon_days 应大于零，within_days 不为负".to_owned());
    }
    let bad = |one: &Counter| one.count == 0 || one.within_days < 0 || one.quiet_days < 0;
    if ending.counter.iter().any(bad) {
        faults.push("counter 的 count 应大于零，within_days 和 quiet_days 不为负".to_owned());
    }
    let catalogue = Catalogue::in_force();
    for (kind, fields) in ending.kinds() {
        let Some(schema) = kernel::warning::SignalSchema::find(catalogue, kind) else {
            faults.push(format!("没有名为“{kind}”的线索种类"));
            continue;
        };
        let known = |name: &str| schema.fields.iter().any(|field| field.name == name);
        let unknown = fields.into_iter().filter(|field| !known(field));
        faults.extend(unknown.map(|field| format!("线索“{kind}”没有字段“{field}”")));
    }
    faults
}

/// Days (`2019-01-01 x9` is nine signals) and the cases they make: first, reached, last, how many.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    #[serde(default)]
    name: String,
    days: Vec<String>,
    cases: Vec<String>,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let (ending, test): (Ending, Test) = (definition.body()?, read_test(table)?);
    let mut days = Vec::new();
    for text in &test.days {
        let (date, times) = text.split_once(" x").unwrap_or((text, "1"));
        let date: Date = date.parse().map_err(|_| format!("{text} 不是日期"))?;
        let times: usize = times.parse().map_err(|_| format!("{text} 的件数看不懂"))?;
        days.extend(std::iter::repeat_n(day_number(date), times));
    }
    days.sort_unstable();
    if ending.per_day {
        days.dedup();
    }
    let say = |case: &Case| {
        let days = [case.first, case.reached, case.last].map(|day| date_of(day).to_string());
        format!("{} {}", days.join(" "), case.claims)
    };
    let found: Vec<String> = ending.cases(&days).iter().map(say).collect();
    expect_equal(&test.name, &test.cases.join("；"), &found.join("；"))
}
