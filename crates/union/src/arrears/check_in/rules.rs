//! What the sentinel is asked every week and what a yes means: `definitions/sentinel`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode};
use serde::Deserialize;

use super::Answers;
use crate::arrears::feed::Once;
use crate::arrears::kinds;
use crate::arrears::model::Fields;
use crate::attachments;
use crate::rulebook::{NoRule, Rulebook};

/// How `niangjia definitions check|test` reads the folder `sentinel`.
pub const KIND: Kind = Kind {
    folder: "sentinel",
    check,
    test,
};

/// Kind of signal the answers are as they stand.
pub(super) const SIGNAL: &str = "sentinel_check";

static BOOK: LazyLock<Rulebook<WeeklyRules>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "sentinel.weekly"));

/// The weekly questions with their limits (每周五问).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeeklyRules {
    /// Oldest answers taken, in days: a phone may lie in a drawer, but later nobody can act on them.
    pub oldest_days: i64,
    /// Longest note, in characters.
    pub words: usize,
    /// Check-ins sent at once.
    pub batch: usize,
    /// Employers drawn on one page.
    pub shown: usize,
    /// Employers with at least so many people stand on the weekly list.
    pub headcount_from: i64,
    /// How many weeks in a row the answers of the week before may be taken over (同上周).
    pub same_in_a_row: usize,
    /// The word on the button that says all is well.
    pub no: String,
    /// The word on the button that says it is not.
    pub yes: String,
    /// Photographs that may come along.
    pub photos: PhotoRule,
    /// The questions in order.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
}

/// Photographs of one check-in (照片).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoRule {
    /// At most so many.
    pub most: i64,
    /// Largest, in MB.
    pub largest_mb: usize,
    /// Endings that are taken, in lower case without the dot.
    pub endings: Vec<String>,
    /// How long they are kept.
    pub keep: PhotoKeep,
}

/// How long photographs are kept (保管期限); then two persons agree to their destruction.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhotoKeep {
    /// Years from the day they came.
    pub years: u32,
    /// Where the number comes from.
    pub source: String,
}

impl PhotoKeep {
    /// Photographs that came before this day have been kept long enough on a day.
    pub fn before(&self, today: Date) -> Option<Date> {
        jiff::Span::new()
            .try_years(self.years)
            .and_then(|years| today.checked_sub(years))
            .ok()
    }
}

impl PhotoRule {
    /// Largest, in bytes.
    pub fn largest(&self) -> usize {
        self.largest_mb << 20
    }

    fn faults(&self) -> Vec<String> {
        let unknown = self
            .endings
            .iter()
            .filter(|one| !attachments::is_known(one));
        let mut faults: Vec<String> = unknown
            .map(|ending| format!("照片类型 {ending} 无法按内容核对"))
            .collect();
        if self.keep.years == 0 || self.keep.source.trim().is_empty() {
            faults.push("照片的保管期至少 1 年，并写明依据".to_owned());
        }
        let most = attachments::LARGEST >> 20;
        if !(1..=most).contains(&self.largest_mb) || self.most < 1 || self.endings.is_empty() {
            faults.push(format!(
                "照片大小应为 1 到 {most} MB，张数至少为 1，类型至少一种"
            ));
        }
        faults
    }
}

/// One question; yes is the worrying answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Field of the signal it fills.
    pub field: String,
    /// The question in plain words.
    pub ask: String,
    /// How to find out.
    pub hint: String,
    /// What a yes is worth besides, as an observation of another kind.
    #[serde(default)]
    pub files: Option<Files>,
    /// A number asked for after a yes.
    #[serde(default)]
    pub follow: Option<Follow>,
    /// A box to tick after a yes. Ticked it is kept as the number 1.
    #[serde(default)]
    pub also: Option<Also>,
}

/// What else may be seen with a yes, an observation of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    /// What was seen, in plain words.
    pub ask: String,
    /// What it is worth.
    pub files: Files,
    /// Its values once it is seen no more: filed by the next week's answers that do not say it.
    pub over: BTreeMap<String, i64>,
}

/// An observation that follows from a yes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Kind of signal.
    pub kind: String,
    /// What makes two of them one event.
    pub once: Once,
    /// Its values when nothing more is known.
    pub fields: BTreeMap<String, i64>,
}

/// A number that may be given with a yes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// Field of the filed observation it fills.
    pub field: String,
    /// The question.
    pub ask: String,
    /// What to do when it is not known.
    pub hint: String,
    /// Its unit in words.
    pub unit: String,
    /// Largest number that can be true.
    pub max: i64,
}

impl WeeklyRules {
    /// The version that holds for a district on a day.
    ///
    /// # Errors
    /// No version does.
    pub fn at(district: DistrictCode, day: Date) -> Result<&'static Self, NoRule> {
        Ok(BOOK.at(district, day)?.body)
    }

    /// Fingerprint of the version that holds: pages kept on phones are fetched anew when it changes.
    ///
    /// # Errors
    /// No version does.
    pub fn fingerprint(district: DistrictCode, day: Date) -> Result<&'static str, NoRule> {
        Ok(&BOOK.at(district, day)?.definition.hash)
    }

    /// What answers mean besides, each kind of observation once.
    pub(super) fn files(&self, answers: &Answers) -> Vec<(&Files, Fields)> {
        let mut found: Vec<(&Files, Fields)> = Vec::new();
        for question in self.questions.iter().filter(|one| answers.yes(&one.field)) {
            let Some(files) = &question.files else {
                continue;
            };
            let number = question.follow.as_ref().and_then(|follow| {
                let number = answers.numbers.get(&question.field)?;
                Some((follow.field.clone(), *number))
            });
            let given = files.fields.clone().into_iter().chain(number);
            let fields = Fields::new(given);
            if found.iter().all(|(known, _)| known.kind != files.kind) {
                found.push((files, fields));
            }
        }
        found.extend(self.seen(answers).map(|also| {
            let given = also.files.fields.clone();
            (&also.files, Fields::new(given))
        }));
        found
    }

    /// What was ticked besides.
    fn seen(&self, answers: &Answers) -> impl Iterator<Item = &Also> {
        let questions = self.questions.iter();
        questions.filter_map(|one| one.also.as_ref().filter(|_| answers.ticked(&one.field)))
    }

    /// What was ticked before and is ticked no more: the same kind with what it says now.
    pub(super) fn over(&self, before: &Answers, now: &Answers) -> Vec<(&Files, Fields)> {
        let still: Vec<&str> = self
            .seen(now)
            .map(|also| also.files.kind.as_str())
            .collect();
        self.seen(before)
            .filter(|also| !still.contains(&also.files.kind.as_str()))
            .map(|also| (&also.files, Fields::new(also.over.clone())))
            .collect()
    }

    /// The yes answers in the words of the signal's fields: `工资没有按时发 10 天、职工情绪不稳`; empty when all is well.
    pub fn in_words(&self, answers: &Answers) -> String {
        let words = self.questions.iter().filter(|one| answers.yes(&one.field));
        let words = words.map(|one| {
            let number = answers.numbers.get(&one.field).zip(one.follow.as_ref());
            let also = one.also.as_ref().filter(|_| answers.ticked(&one.field));
            match (number, also) {
                (Some((number, follow)), _) => {
                    format!("{} {number} {}", one.title(), follow.unit)
                }
                (None, Some(also)) => format!("{}（{}）", one.title(), also.ask),
                (None, None) => one.title(),
            }
        });
        words.collect::<Vec<_>>().join("、")
    }
}

impl Question {
    /// What people call the observation: the title of the signal's field.
    pub fn title(&self) -> String {
        let schema = kinds::schema(SIGNAL);
        let field = schema.and_then(|one| one.fields.iter().find(|field| field.name == self.field));
        field.map_or_else(|| self.ask.clone(), |field| field.title.clone())
    }
}

fn check(definition: &Definition) -> Vec<String> {
    let rules: WeeklyRules = match definition.body() {
        Ok(rules) => rules,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let asked: Vec<&str> = rules
        .questions
        .iter()
        .map(|one| one.field.as_str())
        .collect();
    let known: Vec<&str> = kinds::schema(SIGNAL).map_or_else(Vec::new, |one| one.names().collect());
    if asked != known {
        faults.push(format!("[[question]] 应依次为 {known:?}，实为 {asked:?}"));
    }
    if rules.oldest_days < 7 || rules.words == 0 || rules.batch == 0 || rules.shown == 0 {
        faults.push("oldest_days 至少 7；words、batch、shown 不能为零".to_owned());
    }
    faults.extend(rules.photos.faults());
    for question in &rules.questions {
        faults.extend(question_faults(question));
    }
    faults
}

fn question_faults(question: &Question) -> Vec<String> {
    let mut faults = Vec::new();
    if let Some(files) = &question.files {
        let fields = Fields::new(files.fields.clone());
        let wrong = kinds::faults(&files.kind, &fields).into_iter();
        faults.extend(wrong.map(|fault| format!("{}：{}", question.field, fault.message)));
    }
    if let Some(also) = &question.also {
        for values in [&also.files.fields, &also.over] {
            let wrong = kinds::faults(&also.files.kind, &Fields::new(values.clone())).into_iter();
            faults.extend(wrong.map(|fault| format!("{}：{}", question.field, fault.message)));
        }
        if question.follow.is_some() {
            faults.push(format!("{} 不能既有 follow 又有 also", question.field));
        }
    }
    if let Some(follow) = &question.follow {
        let kind = question
            .files
            .as_ref()
            .and_then(|one| kinds::schema(&one.kind));
        if !kind.is_some_and(|kind| kind.names().any(|name| name == follow.field)) {
            faults.push(format!("{} 的 follow 没有可填的栏目", question.field));
        }
    }
    faults
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    yes: Vec<String>,
    #[serde(default)]
    numbers: BTreeMap<String, i64>,
    files: Vec<String>,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let (rules, test): (WeeklyRules, Test) = (definition.body()?, read_test(table)?);
    let answers = Answers {
        said: test.yes.into_iter().map(|field| (field, true)).collect(),
        numbers: test.numbers,
    };
    let found: Vec<String> = rules
        .files(&answers)
        .iter()
        .map(|(files, fields)| format!("{} {}", files.kind, fields.text()))
        .collect();
    expect_equal("线索", &test.files.join("；"), &found.join("；"))
}
