//! Months, metrics, figures, items.

use std::fmt;
use std::str::FromStr;

use kernel::{Date, Instant, OrgId, OrgPath, Rate};

/// A calendar month, `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// The month a day lies in.
    pub fn of(day: Date) -> Self {
        Self { year: day.year(), month: day.month() }
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        // A month made from a date or a checked text exists.
        Date::new(self.year, self.month, 1).unwrap_or(Date::ZERO)
    }

    /// Its last day: the cut-off of its figures (截止日).
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// So many months earlier.
    #[must_use]
    pub fn back(self, months: i32) -> Self {
        let span = jiff::Span::new().try_months(-months);
        span.and_then(|span| self.first_day().checked_add(span)).map_or(self, Self::of)
    }

    /// For headings: 2026年11月.
    pub fn words(self) -> String {
        format!("{}年{}月", self.year, self.month)
    }

    /// For the axis of a chart: 11月, with the year in January.
    pub fn short(self) -> String {
        if self.month == 1 { format!("{}年1月", self.year) } else { format!("{}月", self.month) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year, self.month))
    }
}

/// The text is no month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("月份应写作 2026-11")]
pub struct MonthFault;

impl FromStr for Month {
    type Err = MonthFault;
    fn from_str(text: &str) -> Result<Self, MonthFault> {
        let (year, month) = text.split_once('-').ok_or(MonthFault)?;
        if year.len() != 4 || month.len() != 2 {
            return Err(MonthFault);
        }
        let (year, month) = (year.parse().map_err(|_| MonthFault)?, month.parse().map_err(|_| MonthFault)?);
        Date::new(year, month, 1).map(Self::of).map_err(|_| MonthFault)
    }
}

/// What is measured (指标).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// 组建率: employers covered ÷ employers that should be.
    Founded,
    /// 入会率: members in work of covered employers ÷ their employees.
    Joined,
    /// 实名率: members with a verified identity ÷ members.
    RealName,
    /// 当月入会: people who joined in the month, beside the members at its end. A count, not a rate.
    Joins,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Founded, Self::Joined, Self::RealName, Self::Joins];
    /// Those that are rates.
    pub const RATES: [Self; 3] = [Self::Founded, Self::Joined, Self::RealName];

    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Self::Founded => "founded",
            Self::Joined => "joined",
            Self::RealName => "real_name",
            Self::Joins => "joins",
        }
    }

    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::Founded => "工会组建率",
            Self::Joined => "职工入会率",
            Self::RealName => "实名率",
            Self::Joins => "当月入会",
        }
    }

    /// What numerator and denominator count.
    pub fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Founded => ("已建会（含联合覆盖）单位", "应建会单位"),
            Self::Joined => ("在岗会员", "职工"),
            Self::RealName => ("实名会员", "会员"),
            Self::Joins => ("当月入会", "月末会员"),
        }
    }

    /// The metric with this stored form.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.id() == id)
    }
}

/// One frozen figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The month.
    pub month: Month,
    /// The union it is for, with all below it.
    pub org: OrgId,
    /// What is measured.
    pub metric: Metric,
    /// Numerator and denominator as counted.
    pub rate: Rate,
    /// The definition it was computed by: id, place and fingerprint.
    pub definition: String,
    /// When it was written.
    pub frozen_at: Instant,
}

impl Figure {
    /// Whether the month was still running when the figure was written: 暂计.
    pub fn is_provisional(&self) -> bool {
        self.frozen_at.shanghai_date() <= self.month.last_day()
    }
}

/// Who stands behind a share of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An employer.
    Employer(kernel::EmployerId),
    /// A union.
    Org(OrgId),
}

impl Subject {
    /// Stored kind.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Employer(_) => "employer",
            Self::Org(_) => "org",
        }
    }

    /// Stored id.
    pub fn id(self) -> uuid::Uuid {
        match self {
            Self::Employer(id) => id.uuid(),
            Self::Org(id) => id.uuid(),
        }
    }
}

/// One row behind a figure (明细).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is measured.
    pub metric: Metric,
    /// Who it is.
    pub subject: Subject,
    /// Its name at the time.
    pub label: String,
    /// Where it was filed.
    pub org_path: OrgPath,
    /// Its share of the numerator and the denominator.
    pub share: Rate,
    /// Why it counts, does not, or is doubtful.
    pub note: String,
}
