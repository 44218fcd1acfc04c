//! Months, rates, counts and the rows behind them.

use std::fmt;
use std::str::FromStr;

use kernel::{Date, Instant, OrgId, OrgPath, Rate};

use super::CoverageError;
use crate::orgs::OrgRef;

/// A calendar month (统计月份).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first: Date,
}

impl Month {
    /// The month a day lies in.
    pub fn of(day: Date) -> Self {
        Self {
            first: day.first_of_month(),
        }
    }

    /// Its first day.
    pub fn first(self) -> Date {
        self.first
    }

    /// Its last day: the cut-off (统计时点) is that evening.
    pub fn last(self) -> Date {
        self.first.last_of_month()
    }

    /// The month before.
    pub fn before(self) -> Self {
        Self::of(self.first.yesterday().unwrap_or(self.first))
    }

    /// The month after.
    pub fn after(self) -> Self {
        Self::of(self.last().tomorrow().unwrap_or(self.first))
    }

    /// For the axis of a chart: 10月, with the year in January.
    pub fn short(self) -> String {
        let (year, month) = (self.first.year(), self.first.month());
        if month == 1 {
            format!("{year}年1月")
        } else {
            format!("{month}月")
        }
    }

    /// For headings: 2026 年 10 月.
    pub fn title(self) -> String {
        format!("{} 年 {} 月", self.first.year(), self.first.month())
    }
}

/// Stored form and part of addresses: `2026-10`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Month {
    type Err = CoverageError;

    fn from_str(text: &str) -> Result<Self, CoverageError> {
        let text = text.trim();
        let wrong = || CoverageError::NotAMonth(text.to_owned());
        let (year, month) = text
            .split_once('-')
            .filter(|(y, m)| y.len() == 4 && m.len() == 2)
            .ok_or_else(wrong)?;
        let (year, month) = (
            year.parse().map_err(|_| wrong())?,
            month.parse().map_err(|_| wrong())?,
        );
        Date::new(year, month, 1).map(Self::of).map_err(|_| wrong())
    }
}

/// Which figures: today's, or those frozen for a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edition {
    /// As last counted (实时).
    Current,
    /// As frozen.
    Month(Month),
}

impl Edition {
    /// Stored form and part of addresses.
    pub fn stored(self) -> String {
        match self {
            Self::Current => "current".to_owned(),
            Self::Month(month) => month.to_string(),
        }
    }

    /// From the stored form; nothing at all means today's.
    ///
    /// # Errors
    /// [`CoverageError::NotAMonth`].
    pub fn read(text: &str) -> Result<Self, CoverageError> {
        match text.trim() {
            "" | "current" => Ok(Self::Current),
            month => month.parse().map(Self::Month),
        }
    }

    /// For headings.
    pub fn title(self) -> String {
        match self {
            Self::Current => "最新".to_owned(),
            Self::Month(month) => month.title(),
        }
    }
}

/// The three rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// 组建率: units covered ÷ units that should be covered.
    Founded,
    /// 入会率: members in work ÷ employees, of covered units.
    Joined,
    /// 实名率: verified members ÷ members.
    RealName,
}

impl Metric {
    /// All three, in the order of the page.
    pub const ALL: [Self; 3] = [Self::Founded, Self::Joined, Self::RealName];

    /// Stored form and part of addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Founded => "founded",
            Self::Joined => "joined",
            Self::RealName => "real_name",
        }
    }

    /// The one with this stored form.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.id() == id)
    }

    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::Founded => "组建率",
            Self::Joined => "入会率",
            Self::RealName => "实名率",
        }
    }

    /// What the numerator counts.
    pub fn numerator(self) -> &'static str {
        match self {
            Self::Founded => "已建会单位",
            Self::Joined => "在职会员",
            Self::RealName => "已实名会员",
        }
    }

    /// What the denominator counts.
    pub fn denominator(self) -> &'static str {
        match self {
            Self::Founded => "应建会单位",
            Self::Joined => "已建会单位职工",
            Self::RealName => "会员",
        }
    }

    /// Unit of both.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Founded => "家",
            Self::Joined | Self::RealName => "人",
        }
    }
}

/// Counts beside the rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Members at the end of the month.
    pub members: u64,
    /// Basic unions at work (基层工会).
    pub unions: u64,
    /// Units covered (覆盖单位), whatever their size.
    pub units: u64,
    /// People who joined in the month.
    pub joined: u64,
    /// People who left, were expelled or died in the month.
    pub gone: u64,
}

/// The figures of one union of an area, for everything at or below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Board {
    /// The union.
    pub org: OrgId,
    /// Where it hung when the figures were kept.
    pub org_path: OrgPath,
    /// 组建率.
    pub founded: Rate,
    /// 入会率.
    pub joined: Rate,
    /// 实名率.
    pub real_name: Rate,
    /// Counts.
    pub counts: Counts,
    /// When they were counted.
    pub at: Instant,
    /// Fingerprint of the definition that said what to count.
    pub definition: String,
}

impl Board {
    /// Before anything is counted.
    pub fn nothing(org: &OrgRef) -> Self {
        let none = Rate::new(0, 0);
        let at = Instant::from_ms(0);
        Self {
            org: org.id,
            org_path: org.path.clone(),
            founded: none,
            joined: none,
            real_name: none,
            counts: Counts::default(),
            at,
            definition: String::new(),
        }
    }

    /// One of the three rates.
    pub fn rate(&self, metric: Metric) -> Rate {
        match metric {
            Metric::Founded => self.founded,
            Metric::Joined => self.joined,
            Metric::RealName => self.real_name,
        }
    }
}

/// Whom a row behind a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An employer.
    Employer(kernel::EmployerId),
    /// A union.
    Org(OrgId),
}

/// A row behind a figure (明细).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Whom it is about.
    pub subject: Subject,
    /// Its name then.
    pub label: String,
    /// Where it hung then.
    pub org_path: OrgPath,
    /// Its share of the numerator.
    pub numerator: u64,
    /// Its share of the denominator; zero with a zero numerator for what was left out.
    pub denominator: u64,
    /// How it was counted, or why it was not.
    pub note: String,
}

/// Which rows behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Show {
    /// All that count in the denominator or the numerator.
    #[default]
    Counted,
    /// Those that lack something: no union, not all joined, not all verified.
    Missing,
    /// Those above 100%: the headcount is wrong (人数待核).
    Over,
    /// Those left out, with the reason.
    LeftOut,
}

impl Show {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Counted, Self::Missing, Self::Over, Self::LeftOut];

    /// Part of addresses.
    pub fn id(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Missing => "missing",
            Self::Over => "over",
            Self::LeftOut => "left_out",
        }
    }

    /// From an address; everything counted when unknown.
    pub fn from_id(id: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|show| show.id() == id)
            .unwrap_or_default()
    }

    /// Words on the tab, by rate.
    pub fn title(self, metric: Metric) -> &'static str {
        match (self, metric) {
            (Self::Counted, _) => "计入统计",
            (Self::Missing, Metric::Founded) => "应建未建",
            (Self::Missing, Metric::Joined) => "未全部入会",
            (Self::Missing, Metric::RealName) => "未全部实名",
            (Self::Over, _) => "超过 100%，人数待核",
            (Self::LeftOut, _) => "未计入",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_and_follow_each_other() {
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(
            (
                december.to_string().as_str(),
                december.last().to_string().as_str()
            ),
            ("2026-12", "2026-12-31")
        );
        assert_eq!(december.after().to_string(), "2027-01");
        assert_eq!(december.after().before(), december);
        for wrong in ["2026-13", "2026-1", "26-10", "", "2026-10-01", "abcd-ef"] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
        assert_eq!(
            Edition::read("current").unwrap(),
            Edition::read("").unwrap()
        );
    }
}
