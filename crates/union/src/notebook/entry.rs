//! 记录 entries: what a worker writes, read from plain fields as a form or the phone sends them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::wages::{self, DayClass, Pay};
use kernel::{Fen, Instant, text};
use serde::{Deserialize, Serialize};

use super::Month;
use super::rules::NotebookRules;

kernel::id_type!(EntryId, "工薪本记录");
store::id_value!(EntryId);

/// Fields by name, as typed.
pub type Fields = BTreeMap<String, String>;
/// What is wrong with which field.
type Faults = Vec<(&'static str, String)>;

/// The day's last minute.
const DAY_MINUTES: u32 = 24 * 60;
/// Earliest day an entry may be about: nothing older can be claimed or proven here.
const EARLIEST: Date = jiff::civil::date(2000, 1, 1);
/// The most one amount may be: ten million yuan; more is a typing mistake.
const MOST: Fen = Fen(1_000_000_000);

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// 出工
    Work,
    /// 收到工资
    Pay,
    /// 约定工资
    Terms,
    /// 手上的证据
    Evidence,
    /// 备忘
    Note,
}

impl Kind {
    /// Every kind, the most used first.
    pub const ALL: [Self; 5] = [
        Self::Work,
        Self::Pay,
        Self::Terms,
        Self::Evidence,
        Self::Note,
    ];

    /// Stored and sent form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Pay => "pay",
            Self::Terms => "terms",
            Self::Evidence => "evidence",
            Self::Note => "note",
        }
    }

    /// From the code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Work => "记出工",
            Self::Pay => "记收到的钱",
            Self::Terms => "记说好的工钱",
            Self::Evidence => "记手上的证据",
            Self::Note => "记一句话",
        }
    }
}

/// How a day is looked at for its pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayIs {
    /// 按日历
    #[default]
    Auto,
    /// 平日, by the worker's own shift plan
    Weekday,
    /// 休息日
    RestDay,
    /// 法定休假日
    Holiday,
}

impl DayIs {
    /// Every choice.
    pub const ALL: [Self; 4] = [Self::Auto, Self::Weekday, Self::RestDay, Self::Holiday];

    /// Sent form.
    pub fn code(self) -> &'static str {
        self.class().map_or("auto", DayClass::code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        self.class().map_or("按日历算", DayClass::label)
    }

    /// The class the worker chose, if one was chosen.
    pub fn class(self) -> Option<DayClass> {
        match self {
            Self::Auto => None,
            Self::Weekday => Some(DayClass::Weekday),
            Self::RestDay => Some(DayClass::RestDay),
            Self::Holiday => Some(DayClass::Holiday),
        }
    }
}

/// A day's work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Which day.
    pub day: Date,
    /// Minutes of ordinary work.
    pub ordinary: u32,
    /// Minutes beyond.
    pub overtime: u32,
    /// What kind of day.
    pub day_is: DayIs,
    /// Anything else.
    pub note: String,
}

/// Pay that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// When.
    pub day: Date,
    /// For which month.
    pub month: Month,
    /// How much.
    pub amount: Fen,
    /// cash, transfer or other.
    pub how: String,
    /// Anything else.
    pub note: String,
}

/// By what pay is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// 按月
    Month,
    /// 按天
    Day,
    /// 按小时
    Hour,
}

impl Basis {
    /// Every basis.
    pub const ALL: [Self; 3] = [Self::Month, Self::Day, Self::Hour];

    /// Sent form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Day => "day",
            Self::Hour => "hour",
        }
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Month => "每月",
            Self::Day => "每天",
            Self::Hour => "每小时",
        }
    }
}

/// What was agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Since when.
    pub from: Date,
    /// Until when, if it has ended.
    pub to: Option<Date>,
    /// Whom one works for, in the worker's words.
    pub employer: String,
    /// As what.
    pub job: String,
    /// By what pay is counted.
    pub basis: Basis,
    /// How much.
    pub amount: Fen,
    /// The day of the month pay is due; none was agreed when empty.
    pub pay_day: Option<i8>,
    /// It is due in the month after the work.
    pub next_month: bool,
    /// In writing.
    pub written: bool,
    /// Anything else.
    pub note: String,
}

impl Terms {
    /// The pay for calculating.
    pub fn pay(&self) -> Pay {
        match self.basis {
            Basis::Month => Pay::Monthly(self.amount),
            Basis::Day => Pay::Daily(self.amount),
            Basis::Hour => Pay::Hourly(self.amount),
        }
    }
}

/// Evidence at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Noted on this day.
    pub day: Date,
    /// Id of its kind in the rules.
    pub what: String,
    /// Where it is kept, what it shows.
    pub note: String,
}

/// A sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// About which day.
    pub day: Date,
    /// The sentence.
    pub note: String,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    /// 出工
    Work(Work),
    /// 收到工资
    Pay(Received),
    /// 约定工资
    Terms(Terms),
    /// 手上的证据
    Evidence(Held),
    /// 备忘
    Note(Note),
}

impl Body {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Work(_) => Kind::Work,
            Self::Pay(_) => Kind::Pay,
            Self::Terms(_) => Kind::Terms,
            Self::Evidence(_) => Kind::Evidence,
            Self::Note(_) => Kind::Note,
        }
    }

    /// The day it stands under.
    pub fn day(&self) -> Date {
        match self {
            Self::Work(work) => work.day,
            Self::Pay(pay) => pay.day,
            Self::Terms(terms) => terms.from,
            Self::Evidence(held) => held.day,
            Self::Note(note) => note.day,
        }
    }

    /// Back into fields, to be changed in a form.
    pub fn fields(&self) -> Fields {
        let mut fields = Fields::new();
        let mut put = |name: &str, value: String| {
            fields.insert(name.to_owned(), value);
        };
        put("kind", self.kind().code().to_owned());
        put("day", self.day().to_string());
        match self {
            Self::Work(work) => {
                put("hours", wages::hours(work.ordinary));
                put("overtime", wages::hours(work.overtime));
                put("day_is", work.day_is.code().to_owned());
                put("note", work.note.clone());
            }
            Self::Pay(pay) => {
                put("month", pay.month.to_string());
                put("amount", pay.amount.plain());
                put("how", pay.how.clone());
                put("note", pay.note.clone());
            }
            Self::Terms(terms) => {
                let end = terms.to.map(|day| day.to_string()).unwrap_or_default();
                put("to", end);
                put("employer", terms.employer.clone());
                put("job", terms.job.clone());
                put("basis", terms.basis.code().to_owned());
                put("amount", terms.amount.plain());
                let day = terms.pay_day.map(|day| day.to_string()).unwrap_or_default();
                put("pay_day", day);
                let when = if terms.next_month { "next" } else { "same" };
                put("pay_month", when.to_owned());
                put("written", if terms.written { "yes" } else { "" }.to_owned());
                put("note", terms.note.clone());
            }
            Self::Evidence(held) => {
                put("what", held.what.clone());
                put("note", held.note.clone());
            }
            Self::Note(note) => put("note", note.note.clone()),
        }
        fields
    }
}

/// One entry as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The phone's key.
    pub id: EntryId,
    /// When the worker last edited it.
    pub edited_at: Instant,
    /// When that edit arrived.
    pub received_at: Instant,
    /// What it says.
    pub body: Body,
}

/// Reads fields into an entry's body. Empty fields take their defaults; what cannot be read is named, all of it.
///
/// # Errors
/// Each faulty field with a message that says what would be taken.
pub fn read_body(fields: &Fields, rules: &NotebookRules, today: Date) -> Result<Body, Faults> {
    let mut reader = Reader {
        fields,
        words: rules.limits.words,
        today,
        faults: Vec::new(),
    };
    let Some(kind) = Kind::from_code(reader.text("kind")) else {
        return Err(vec![("kind", "不知道要记什么，请返回重新选".to_owned())]);
    };
    let body = match kind {
        Kind::Work => Body::Work(reader.work()),
        Kind::Pay => Body::Pay(reader.pay()),
        Kind::Terms => Body::Terms(reader.terms()),
        Kind::Evidence => Body::Evidence(reader.held(rules)),
        Kind::Note => Body::Note(reader.sentence()),
    };
    if reader.faults.is_empty() {
        Ok(body)
    } else {
        Err(reader.faults)
    }
}

/// Reads fields and remembers what was wrong.
struct Reader<'f> {
    fields: &'f Fields,
    words: usize,
    today: Date,
    faults: Faults,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .map_or("", |value| text::trim(value.as_str()))
    }

    fn wrong(&mut self, field: &'static str, message: impl Into<String>) {
        self.faults.push((field, message.into()));
    }

    fn words(&mut self, field: &'static str) -> String {
        let found: String = self
            .text(field)
            .chars()
            .filter(|c| !c.is_control() || *c == '\n')
            .collect();
        if found.chars().count() > self.words {
            let most = self.words;
            self.wrong(field, format!("最多写 {most} 个字"));
        }
        found
    }

    fn day(&mut self, field: &'static str) -> Date {
        let found = text::half_width(self.text(field)).parse::<Date>().ok();
        match found {
            Some(day) if day >= EARLIEST && self.text(field).chars().count() == 10 => day,
            _ => {
                self.wrong(field, "日期请写成 2026-11-03 的样子");
                self.today
            }
        }
    }

    fn past(&mut self, field: &'static str) -> Date {
        let day = self.day(field);
        if day > self.today {
            self.wrong(field, "这一天还没到，到了再记");
        }
        day
    }

    fn minutes(&mut self, field: &'static str, name: &str) -> u32 {
        if self.text(field).is_empty() {
            return 0;
        }
        match wages::minutes(self.text(field)).filter(|minutes| *minutes <= DAY_MINUTES) {
            Some(minutes) => minutes,
            None => {
                self.wrong(field, format!("{name}写小时数，例如 8 或 1.5，一天最多 24"));
                0
            }
        }
    }

    fn money(&mut self, field: &'static str, name: &str) -> Fen {
        match Fen::parse_yuan(self.text(field)) {
            Ok(amount) if amount > Fen::ZERO && amount <= MOST => amount,
            Ok(amount) if amount > MOST => {
                self.wrong(field, format!("{name}太大了，请核对"));
                amount
            }
            Ok(amount) => {
                self.wrong(field, format!("{name}要大于零"));
                amount
            }
            Err(fault) => {
                self.wrong(field, format!("{name}：{fault}"));
                Fen::ZERO
            }
        }
    }

    fn work(&mut self) -> Work {
        let day = self.past("day");
        let (ordinary, overtime) = (
            self.minutes("hours", "上班时间"),
            self.minutes("overtime", "加班时间"),
        );
        if ordinary + overtime == 0 {
            self.wrong("hours", "写一下做了几个小时");
        } else if ordinary + overtime > DAY_MINUTES {
            self.wrong("overtime", "一天加起来超过 24 小时，请核对");
        }
        let code = self.text("day_is");
        let day_is = DayIs::ALL.into_iter().find(|one| one.code() == code);
        Work {
            day,
            ordinary,
            overtime,
            day_is: day_is.unwrap_or_default(),
            note: self.words("note"),
        }
    }

    fn pay(&mut self) -> Received {
        let day = self.past("day");
        let month = match self.text("month") {
            "" => Month::of(day).previous(),
            text => Month::typed(text).unwrap_or_else(|| {
                self.wrong("month", "是哪个月的工资，请写成 2026-10 的样子");
                Month::of(day)
            }),
        };
        let how = match self.text("how") {
            known @ ("cash" | "transfer") => known,
            _ => "other",
        };
        let how = how.to_owned();
        Received {
            day,
            month,
            amount: self.money("amount", "收到的钱"),
            how,
            note: self.words("note"),
        }
    }

    fn terms(&mut self) -> Terms {
        let from = self.day("day");
        let to = if self.text("to").is_empty() {
            None
        } else {
            Some(self.day("to"))
        };
        if to.is_some_and(|to| to < from) {
            self.wrong("to", "结束的日子早于开始的日子");
        }
        let code = self.text("basis");
        let basis = Basis::ALL.into_iter().find(|one| one.code() == code);
        let basis = basis.unwrap_or_else(|| {
            self.wrong("basis", "工钱是按月、按天还是按小时，请选一个");
            Basis::Month
        });
        let employer = self.words("employer");
        if employer.is_empty() {
            self.wrong("employer", "写一下在哪里上班，写老板或工地的名字也行");
        }
        let pay_day = match self.text("pay_day") {
            "" => None,
            text => match text.parse::<i8>() {
                Ok(day) if (1..=31).contains(&day) => Some(day),
                _ => {
                    self.wrong("pay_day", "发工资的日子写 1 到 31 的数，没说好就空着");
                    None
                }
            },
        };
        Terms {
            from,
            to,
            employer,
            job: self.words("job"),
            basis,
            amount: self.money("amount", "工钱"),
            pay_day,
            next_month: self.text("pay_month") != "same",
            written: !self.text("written").is_empty(),
            note: self.words("note"),
        }
    }

    fn held(&mut self, rules: &NotebookRules) -> Held {
        let what = self.text("what").to_owned();
        if rules.evidence(&what).is_none() {
            self.wrong("what", "选一下是哪一种证据");
        }
        Held {
            day: if self.text("day").is_empty() {
                self.today
            } else {
                self.past("day")
            },
            what,
            note: self.words("note"),
        }
    }

    fn sentence(&mut self) -> Note {
        let note = self.words("note");
        if note.is_empty() {
            self.wrong("note", "写一句要记的话");
        }
        Note {
            day: self.past("day"),
            note,
        }
    }
}
