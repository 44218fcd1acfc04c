//! What a daily report says.

use kernel::{Date, Fen, Instant};
use serde::{Deserialize, Serialize};

use crate::arrears::alerts::LevelView;
use crate::arrears::check_in::WeekMissed;

/// A list with its true length: long ones are cut, and say so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed<T> {
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub items: Vec<T>,
}

impl<T> Listed<T> {
    /// The first `most` of them.
    pub(super) fn new(mut items: Vec<T>, most: usize) -> Self {
        let count = items.len();
        items.truncate(most);
        Self { count, items }
    }

    /// Whether there are none. What a report does not speak of is not in its text either: one that was filed before
    /// the report knew the list keeps its digest.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many are not shown.
    pub fn more(&self) -> usize {
        self.count.saturating_sub(self.items.len())
    }
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            count: 0,
            items: Vec::new(),
        }
    }
}

/// How many stand at a level at the end of the day, and how many stood there a day before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelCount {
    /// The level.
    pub level: LevelView,
    /// At the end of the day.
    pub open: i64,
    /// At its beginning.
    pub before: i64,
}

/// An alert in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its number.
    pub no: String,
    /// The subject's name.
    pub name: String,
    /// The town it lies in.
    pub place: String,
    /// Its level then; the word people use.
    pub level: String,
    /// The level it had before, for what rose or fell.
    pub before: String,
    /// When it happened.
    pub at: Instant,
    /// Score then.
    pub score: i64,
    /// People concerned, as far as was known: as verified, else as reported.
    pub people: Option<i64>,
    /// Amount owed, as far as was known, in fen.
    pub amount: Option<i64>,
    /// The people were verified by then (已核实). What is not verified is not in the text: a report filed before this keeps
    /// its digest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub people_verified: bool,
    /// The amount was.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub amount_verified: bool,
    /// Words that came with it.
    pub note: String,
}

/// An alert that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The alert.
    pub item: Item,
    /// Evidence on file: kind in words, how many.
    pub evidence: Vec<(String, i64)>,
    /// Days from its first day to its last.
    pub days: i64,
}

/// A duty: missed, risen or due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockItem {
    /// The alert's number.
    pub no: String,
    /// The subject's name.
    pub name: String,
    /// The town it lies in.
    pub place: String,
    /// The alert's level then.
    pub level: String,
    /// What is due.
    pub duty: String,
    /// Who answers for it: desk, and the person where one is named.
    pub holder: String,
    /// Who answers since it rose; empty when nobody else does.
    pub then: String,
    /// When it was, or is, due; for what rose, when that was noticed.
    pub at: Instant,
}

/// A feed that was late.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedItem {
    /// Its title.
    pub title: String,
    /// Its last good time.
    pub last: Option<Instant>,
    /// Somebody paused it; else it is late.
    #[serde(default)]
    pub paused: bool,
}

/// What the season (攻坚季) has brought so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeasonItem {
    /// Its short name.
    pub short: String,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Option<Date>,
    /// Which day of it this is.
    pub day: i64,
    /// Alerts opened in it.
    pub opened: usize,
    /// Alerts that ended in it on evidence (销号).
    pub closed: usize,
    /// Alerts handed over in it (移交).
    #[serde(default, skip_serializing_if = "is_none")]
    pub handed_over: usize,
    /// Duties missed in it.
    pub missed: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// A day of the desk (欠薪预警处置日报).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Daily {
    /// The day.
    pub day: Date,
    /// Everything up to this moment is in it: the end of the day, or now while it is still today.
    pub upto: Instant,
    /// Levels, lowest first.
    pub levels: Vec<LevelCount>,
    /// People concerned by what stands, as far as was known: as verified, else as reported.
    pub people: i64,
    /// Amount owed by what stands, as far as was known, in fen.
    pub amount: i64,
    /// Of what stands, where either is verified.
    #[serde(default, skip_serializing_if = "is_none")]
    pub verified: usize,
    /// What was shown to be paid on the day, in fen.
    pub paid: i64,
    /// 新增
    pub opened: Listed<Item>,
    /// 升级
    pub risen: Listed<Item>,
    /// 降级
    pub fallen: Listed<Item>,
    /// 销号: ended on evidence.
    pub closed: Listed<Closed>,
    /// 移交: handed over to another office; nothing is solved by it, so the desk counts them apart.
    #[serde(default, skip_serializing_if = "Listed::is_empty")]
    pub handed_over: Listed<Closed>,
    /// Of those, false alarms.
    pub false_alarms: usize,
    /// 超时未办, oldest first.
    pub overdue: Listed<ClockItem>,
    /// 移交结果逾期未问: handed over, and nobody asked in time what became of it; oldest first.
    #[serde(default, skip_serializing_if = "Listed::is_empty")]
    pub unasked: Listed<ClockItem>,
    /// 超时上升
    pub climbed: Listed<ClockItem>,
    /// 红色预警还没有人社部门回执
    pub unpushed: Listed<Item>,
    /// 停更的数据源
    pub stale: Vec<FeedItem>,
    /// 次日到期
    pub due: Listed<ClockItem>,
    /// The season in force.
    pub season: Option<SeasonItem>,
    /// 上周没有填每周五问的单位. Whom a round is about is not kept as events: the copy on file is the one that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<WeekMissed>,
}

impl Daily {
    /// How many stand.
    pub fn open(&self) -> i64 {
        self.levels.iter().map(|level| level.open).sum()
    }

    /// How many stand at the level with this place from the top: 0 is the highest.
    pub fn from_top(&self, place: usize) -> i64 {
        self.levels
            .iter()
            .rev()
            .nth(place)
            .map_or(0, |level| level.open)
    }

    /// Amount owed.
    pub fn owed(&self) -> Fen {
        Fen(self.amount)
    }
}
