//! 数据源 feeds: who delivers which signals, on what legal ground, in which columns, and how late is too late.
//! One file each in `definitions/feeds`.

use std::collections::{BTreeMap, HashMap};
use std::sync::{LazyLock, Mutex, PoisonError};

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode};
use serde::Deserialize;

use super::ArrearsError;
use super::cells;
use super::model::{Quality, SubjectKind};
use crate::exchange::columns::{Column, Reads};
use crate::exchange::{Layout, template_of};

/// Folder of the definitions and first word of their ids.
const FOLDER: &str = "feeds";
/// Width of a column in the template, in characters.
const WIDTH: u16 = 16;
/// Name of the sheet to fill in.
const SHEET: &str = "数据";

/// How `niangjia definitions` checks and tests these files.
pub const KIND: Kind = Kind {
    folder: FOLDER,
    check,
    test,
};

/// How often a feed is due (频率).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frequency {
    /// 每日
    Day,
    /// 每周
    Week,
    /// 每月
    Month,
    /// Whenever something happens; silence says nothing.
    Event,
    /// A collection of past records, delivered once.
    Once,
}

impl Frequency {
    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::Day => "每日",
            Self::Week => "每周",
            Self::Month => "每月",
            Self::Event => "随时",
            Self::Once => "一次性",
        }
    }
}

/// What makes two rows the same event (同一事件): whoever reports it, it counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Once {
    /// The same subject and kind in the same month.
    Month,
    /// The same subject and kind on the same day.
    Day,
    /// The source's own number.
    Reference,
    /// The row: the second row of a number in one file is an event of its own. For collections that give several
    /// people's matters one number, or none.
    Row,
}

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Read {
    /// A number with a meaning in every digit.
    Code,
    /// Text.
    Text,
    /// A day.
    Day,
    /// A month; its last day is meant.
    Month,
    /// A whole number.
    Count,
    /// An amount in yuan, kept in fen.
    Yuan,
    /// Yes (1) or no (0).
    Flag,
    /// One of the listed words.
    Words,
}

/// What a row says besides the values of its signal. The other columns fill fields of the signal.
pub(super) const PLACES: [&str; 9] = [
    "employer",
    "employer_code",
    "project",
    "outside",
    "place",
    "industry",
    "day",
    "month",
    "reference",
];

/// One column of a feed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedColumn {
    /// What it fills: `employer`, `employer_code`, `project`, `outside`, `place`, `industry`, `day`, `month`,
    /// `reference`, or a field of the signal.
    pub field: String,
    /// The heading in the template and in messages.
    pub title: String,
    /// Other headings that mean the same.
    #[serde(default)]
    pub names: Vec<String>,
    /// How its cells are read.
    pub reads: Read,
    /// No row can be taken without it.
    #[serde(default)]
    pub required: bool,
    /// What a blank cell means; without it, a blank is unknown.
    #[serde(default)]
    pub blank: Option<i64>,
    /// The words that are understood and their numbers (`reads = "words"`).
    #[serde(default)]
    pub words: BTreeMap<String, i64>,
    /// Whether numbers below zero make sense.
    #[serde(default)]
    pub negative: bool,
    /// Numbers above this are known dirt of the source and count as unknown.
    #[serde(default)]
    pub unknown_above: Option<i64>,
    /// A cell nobody can read is unknown and does not keep the row out: for columns a source fills carelessly and
    /// nothing hangs on.
    #[serde(default)]
    pub forgiving: bool,
    /// What is accepted, in one line.
    #[serde(default)]
    pub hint: String,
}

/// A registered feed (数据源).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// The office that delivers.
    pub owner: String,
    /// The clause that allows it.
    pub legal_basis: String,
    /// How often it is due.
    pub frequency: Frequency,
    /// Days after its last delivery from which it is stale; never when absent.
    #[serde(default)]
    pub stale_after_days: Option<u16>,
    /// Kind of the signals it brings.
    pub signal: String,
    /// Whom its rows are about.
    pub about: About,
    /// What makes two rows one event.
    pub once: Once,
    /// How sure its rows are.
    pub quality: Certainty,
    /// Past records: a row is taken as known since its own day, so that history can be replayed.
    #[serde(default)]
    pub history: bool,
    /// The union's own channel (工会自有渠道): the score sheet says what it adds to what the offices send.
    #[serde(default)]
    pub own: bool,
    /// The first day from which the collection is complete; earlier rows are scattered and are refused.
    #[serde(default, with = "kernel::definitions::toml_date::option")]
    pub since: Option<Date>,
    /// Values every row has.
    #[serde(default)]
    pub fixed: BTreeMap<String, i64>,
    /// The columns, in the order of the template. Feeds filled by hand or by the program have none.
    #[serde(rename = "column", default)]
    pub columns: Vec<FeedColumn>,
}

/// Whom the rows of a feed are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Employers of the register.
    Employer,
    /// Construction projects.
    Project,
    /// Outside employers, known by number.
    Outside,
}

impl About {
    /// The kind of subject.
    pub fn kind(self) -> SubjectKind {
        match self {
            Self::Employer => SubjectKind::Employer,
            Self::Project => SubjectKind::Project,
            Self::Outside => SubjectKind::Outside,
        }
    }
}

/// How sure a feed's rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Somebody says so.
    Reported,
    /// An office's records.
    Record,
    /// Seen by somebody of the union.
    Verified,
}

impl Certainty {
    /// As kept with each signal.
    pub fn quality(self) -> Quality {
        match self {
            Self::Reported => Quality::Reported,
            Self::Record => Quality::Record,
            Self::Verified => Quality::Verified,
        }
    }
}

/// A feed with its name and the definition it comes from.
#[derive(Debug, Clone)]
pub struct Registered {
    /// Name: the definition's id without `feeds.`.
    pub name: String,
    /// Chinese title.
    pub title: String,
    /// What it is.
    pub feed: Feed,
}

impl Feed {
    /// The feed called `name` (with or without `feeds.`) that holds at a place on a day.
    ///
    /// # Errors
    /// [`ArrearsError::Invalid`] naming the feeds there are; [`ArrearsError::Definition`].
    pub fn named(
        district: DistrictCode,
        day: Date,
        name: &str,
    ) -> Result<Registered, ArrearsError> {
        // The name of its file means the same.
        let name = name.trim().replace('-', "_");
        let short = name.strip_prefix("feeds.").unwrap_or(&name);
        let found = Catalogue::in_force().at(&format!("{FOLDER}.{short}"), district, day);
        let Some(definition) = found else {
            let known: Vec<String> = Self::all(district, day)?
                .into_iter()
                .map(|one| format!("{}（{}）", one.name, one.title))
                .collect();
            return Err(ArrearsError::invalid(
                "feed",
                "feed.unknown",
                format!("没有名为“{short}”的数据源；可用：{}", known.join("、")),
            ));
        };
        registered(definition)
    }

    /// Every feed that holds at a place on a day, by name.
    ///
    /// # Errors
    /// [`ArrearsError::Definition`].
    pub fn all(district: DistrictCode, day: Date) -> Result<Vec<Registered>, ArrearsError> {
        let catalogue = Catalogue::in_force();
        let mut ids: Vec<&str> = catalogue
            .of_kind(FOLDER)
            .map(|definition| definition.header.id.as_str())
            .collect();
        ids.dedup();
        ids.into_iter()
            .filter_map(|id| catalogue.at(id, district, day))
            .map(registered)
            .collect()
    }

    /// The column that fills a field.
    pub fn column(&self, field: &str) -> Option<&FeedColumn> {
        self.columns.iter().find(|column| column.field == field)
    }

    /// As the spreadsheet reader wants to know it.
    pub fn layout(&self) -> Layout {
        let columns: Vec<Column> = self.columns.iter().map(FeedColumn::column).collect();
        Layout {
            least: columns
                .iter()
                .filter(|column| column.required)
                .count()
                .clamp(1, 2),
            keep_days: 0,
            columns,
        }
    }
}

impl FeedColumn {
    fn column(&self) -> Column {
        Column {
            field: self.field.clone(),
            title: self.title.clone(),
            names: self.names.clone(),
            reads: match self.reads {
                Read::Code => Reads::Code,
                Read::Day | Read::Month => Reads::Date,
                _ => Reads::Text,
            },
            required: self.required,
            width: WIDTH,
            hint: self.hint_or_default(),
        }
    }

    /// The words a cell may say, in the order of their numbers.
    pub(super) fn known_words(&self) -> Vec<&str> {
        let mut words: Vec<(i64, &str)> = self
            .words
            .iter()
            .map(|(word, at)| (*at, word.as_str()))
            .collect();
        words.sort_unstable();
        words.into_iter().map(|(_, word)| word).collect()
    }

    /// What is accepted: as the definition says it, else as the way of reading does.
    fn hint_or_default(&self) -> String {
        if !self.hint.is_empty() {
            return self.hint.clone();
        }
        match self.reads {
            Read::Code => "文本格式，一位不少".to_owned(),
            Read::Text => "文字".to_owned(),
            Read::Day => "日期，例如 2026-10-31".to_owned(),
            Read::Month => "月份，例如 2026-10".to_owned(),
            Read::Count => "整数".to_owned(),
            Read::Yuan => "金额，单位：元".to_owned(),
            Read::Flag => "是、否".to_owned(),
            Read::Words => format!("从这些里选：{}", self.known_words().join("、")),
        }
    }

    /// The words a cell may say, where they are few enough for a list.
    fn offers(&self) -> Option<Vec<String>> {
        match self.reads {
            Read::Flag => Some(vec!["是".to_owned(), "否".to_owned()]),
            Read::Words => {
                let words: Vec<String> =
                    self.known_words().into_iter().map(str::to_owned).collect();
                let long: usize = words.iter().map(|word| word.chars().count() + 1).sum();
                // Excel takes at most 255 characters in such a list.
                (long <= 255).then_some(words)
            }
            _ => None,
        }
    }
}

impl Registered {
    /// The one workbook to fill in (模板), with the feed's columns, as an .xlsx file.
    ///
    /// # Errors
    /// It has no columns: people fill it in on screen; the workbook could not be written.
    pub fn template(&self) -> Result<Vec<u8>, ArrearsError> {
        if self.feed.columns.is_empty() {
            return Err(ArrearsError::NotFound);
        }
        let offers = |field: &str, _| self.feed.column(field).and_then(FeedColumn::offers);
        Ok(template_of(SHEET, &self.feed.layout(), &offers)?)
    }
}

/// Feeds by the fingerprint of their definition: each version is read once.
static READ: LazyLock<Mutex<HashMap<String, Registered>>> = LazyLock::new(Mutex::default);

fn registered(definition: &Definition) -> Result<Registered, ArrearsError> {
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = read.get(&definition.hash) {
        return Ok(known.clone());
    }
    let feed = feed_of(definition).map_err(ArrearsError::Definition)?;
    let registered = Registered {
        name: short_name(definition).to_owned(),
        title: definition.header.title.clone(),
        feed,
    };
    read.insert(definition.hash.clone(), registered.clone());
    Ok(registered)
}

/// A feed as its definition has it; a column of words that names none understands the choices of its field.
fn feed_of(definition: &Definition) -> Result<Feed, String> {
    let mut feed: Feed = definition.body()?;
    let Some(schema) = super::kinds::schema(&feed.signal) else {
        return Ok(feed);
    };
    for column in &mut feed.columns {
        if column.reads == Read::Words && column.words.is_empty() {
            let choices = schema
                .field(&column.field)
                .map(|field| field.choices.iter());
            let words = choices.into_iter().flatten();
            column.words = words.map(|one| (one.title.clone(), one.value)).collect();
        }
    }
    Ok(feed)
}

fn short_name(definition: &Definition) -> &str {
    let id = definition.header.id.as_str();
    id.strip_prefix("feeds.").unwrap_or(id)
}

fn check(definition: &Definition) -> Vec<String> {
    let feed = match feed_of(definition) {
        Ok(feed) => feed,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let regular = matches!(
        feed.frequency,
        Frequency::Day | Frequency::Week | Frequency::Month
    );
    if regular && feed.stale_after_days.is_none() {
        faults.push("定期交付的数据源须写明 stale_after_days".to_owned());
    }
    if feed.history && feed.frequency != Frequency::Once {
        faults.push("只有一次性的历史数据才能写 history = true".to_owned());
    }
    if !feed.columns.is_empty() {
        faults.extend(column_faults(&feed));
    }
    faults.extend(super::kinds::field_faults(&feed));
    faults
}

fn column_faults(feed: &Feed) -> Vec<String> {
    let mut faults = Vec::new();
    let has = |field: &str| feed.column(field).is_some();
    let subject = match feed.about {
        About::Employer => has("employer") || has("employer_code"),
        About::Project => has("project"),
        About::Outside => has("outside"),
    };
    if !subject {
        faults.push(
            "没有一列说明是哪个单位（employer、employer_code、project 或 outside）".to_owned(),
        );
    }
    if !has("day") && !has("month") {
        faults.push("没有日期列（day 或 month）".to_owned());
    }
    if feed.once == Once::Reference && !has("reference") {
        faults.push("once = \"reference\" 须有 reference 列".to_owned());
    }
    for column in &feed.columns {
        if column.reads == Read::Words && column.words.is_empty() {
            faults.push(format!("列“{}”没有写 words", column.title));
        }
        let same = feed.columns.iter().filter(|one| one.field == column.field);
        if same.count() > 1 {
            faults.push(format!("有两列都填 {}", column.field));
        }
    }
    faults.dedup();
    faults
}

/// One `[[test]]`: the cells of a row by column, and what is read from it, or the code it is refused with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    /// The day the row arrives.
    today: String,
    /// Cells by field.
    row: BTreeMap<String, String>,
    /// `2026-10-31 {"months":2}`, or the refusal's code.
    reads: String,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let (feed, test): (Feed, Test) = (feed_of(definition)?, read_test(table)?);
    if feed.columns.is_empty() {
        return Ok(());
    }
    let today: Date = test
        .today
        .parse()
        .map_err(|_| "today 不是日期".to_owned())?;
    let found = match cells::read_row(&feed, today, |field| {
        test.row.get(field).cloned().unwrap_or_default()
    }) {
        Ok(row) => format!("{} {}", row.day, row.fields.text()),
        Err(faults) => faults
            .first()
            .map(|fault| fault.code.clone())
            .unwrap_or_default(),
    };
    expect_equal("读出", &test.reads, &found)
}
