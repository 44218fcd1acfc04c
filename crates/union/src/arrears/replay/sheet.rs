//! 成绩单 the score sheet: what the figures are.
//!
//! - **hit** (命中): an alert that opened at most the ending's horizon before the first signal of a case, and no later
//!   than the day the case was reached. On that very day it still hits, with no lead.
//! - **precision** (准确率): hits of all alerts. **recall** (查全率): cases with a hit of all cases; an alert that was
//!   open from earlier does not count, but is shown as **covered** (已在册).
//! - **lead** (提前量): days from the alert to the day the case was reached, over the hits.
//! - **to come** (尚未到来): the share of the case's signals that came after the alert, the mean over the hits.
//! - **P(case | colour)**: of the days on which an alert opened at a colour or rose to it, how many saw a case reached
//!   within the horizon.
//! - **a day ahead** (提前一天以上): precision and recall once more with alerts of the very day counted as too late.
//! - **counters** (简单计数): counters with published figures, counted in exactly the same way.

use kernel::Date;
use kernel::definitions::DefinitionRef;
use serde::Serialize;

use super::share::Share;

/// All of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreSheet {
    /// Version of this layout.
    pub format: u8,
    /// First day that counts: the first day of the period on which anything arrived.
    pub from: Date,
    /// Last day that counts.
    pub to: Date,
    /// Weeks from the first to the last.
    pub weeks: f64,
    /// Signals that arrived in the period.
    pub signals: usize,
    /// Subjects anything is known of.
    pub subjects: usize,
    /// How many signals of each kind.
    pub kinds: Vec<KindCount>,
    /// What the rule sets are held against.
    pub endings: Vec<EndingFacts>,
    /// One sheet a rule set.
    pub rule_sets: Vec<RuleSheet>,
}

/// How many signals of a kind arrived in the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// The kind.
    pub kind: String,
    /// How many.
    pub signals: usize,
    /// Whether only the union brings it.
    pub own: bool,
}

/// An ending and what is known about it whatever the rules are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndingFacts {
    /// Short name.
    pub short: String,
    /// Chinese title.
    pub title: String,
    /// An alert hits from so many days before a case began.
    pub horizon_days: i32,
    /// What people call one of the signals the simple ways count: a complaint (投诉), a penalty (处罚).
    pub word: String,
    /// Cases reached in the period.
    pub cases: usize,
    /// What complaints alone cannot foresee.
    pub ceiling: Ceiling,
    /// What else was known before, by kind: what other signals could add.
    pub known_before: Vec<KnownBefore>,
    /// Plain counters of complaints, as published; the first is the one to beat.
    pub counters: Vec<CounterFigures>,
}

/// How often a kind of signal stood before the first cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KnownBefore {
    /// The kind.
    pub kind: String,
    /// Its Chinese title.
    pub title: String,
    /// Whether only the union brings it.
    pub own: bool,
    /// How many days back.
    pub within_days: i32,
    /// Of the first cases, those with such a signal that arrived before the day the case was reached.
    pub first_cases: Share,
    /// The same of those about which nobody had complained before the case began.
    pub without_complaint: Share,
    /// Of all subjects, those with such a signal at any time: what chance would give at most.
    pub subjects: Share,
}

/// A plain counter and how good it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CounterFigures {
    /// In words.
    pub title: String,
    /// So many complaints.
    pub count: usize,
    /// Within so many days.
    pub within_days: i32,
    /// Anew after so many quiet days.
    pub quiet_days: i32,
    /// Alerts it opened.
    pub alerts: usize,
    /// Hits of all alerts.
    pub precision: Share,
    /// Cases hit of all cases.
    pub recall: Share,
    /// The same, at least a day ahead.
    pub a_day_ahead: Ahead,
    /// Median days ahead, over the hits.
    pub median_lead: Option<f64>,
    /// Share still to come, per cent.
    pub to_come_pct: Option<f64>,
}

/// A rule set beside the counter it has to beat.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Against {
    /// The counter, in words.
    pub counter: String,
    /// With no more alerts, the precision must be at least so many per cent of the counter's at no less recall…
    pub precision_percent: usize,
    /// … or at no less recall the alerts at most so many per cent.
    pub alerts_percent: usize,
    /// Everywhere.
    pub all: Versus,
    /// At each place with a case, on its own.
    pub places: Vec<Versus>,
    /// Everywhere but at each of these places.
    pub without_place: Vec<Versus>,
}

/// A rule set's scores with other quiet days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuietDays {
    /// Days without a hot one after which an alert lets go.
    pub quiet_days: i32,
    /// Whether these are the rule set's own.
    pub own: bool,
    /// Hits of all alerts.
    pub precision: Share,
    /// Cases hit of all cases.
    pub recall: Share,
    /// Cases hit, or with an alert open from earlier.
    pub covered: Share,
    /// Median days ahead.
    pub median_lead: Option<f64>,
}

/// Two sets of alerts held against the same cases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Versus {
    /// The place; empty for everywhere.
    pub place: String,
    /// Cases.
    pub cases: usize,
    /// The rule set's precision.
    pub precision: Share,
    /// Its recall.
    pub recall: Share,
    /// The counter's precision.
    pub counter_precision: Share,
    /// Its recall.
    pub counter_recall: Share,
    /// Enough precision for no more alerts, at no less recall.
    pub beats_by_precision: bool,
    /// Few enough alerts at no less recall.
    pub beats_by_workload: bool,
}

/// What complaints alone cannot foresee.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ceiling {
    /// First cases of a subject.
    pub first_cases: usize,
    /// Of these, without any complaint before the case began.
    pub nothing_before: Share,
    /// Of all cases, those that arrived whole on one day: no rule has a lead there.
    pub whole_on_one_day: Share,
    /// The same of the first cases.
    pub first_whole_on_one_day: Share,
    /// Median days from the first signal of a first case to the day it was reached.
    pub median_days_from_first: Option<f64>,
    /// How many complaints `some` below means.
    pub some: usize,
    /// Of the first cases, those with complaints on file so many days ahead.
    pub on_file: Vec<OnFile>,
}

/// What was on file some days before the case was reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OnFile {
    /// How many days before.
    pub days_before: i32,
    /// At least one complaint.
    pub one: Share,
    /// Enough complaints for a rule to go by.
    pub some: Share,
}

/// The sheet of one rule set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleSheet {
    /// Exactly this text.
    pub rule_set: DefinitionRef,
    /// What people call it.
    pub title: String,
    /// Days without a hot one after which an alert lets go.
    pub quiet_days: u32,
    /// Its levels, lowest first.
    pub levels: Vec<kernel::warning::Level>,
    /// Its rules as written.
    pub rules: Vec<RuleLine>,
    /// Signals it read.
    pub signals: usize,
    /// Alerts that opened in the period.
    pub alerts: usize,
    /// Held against each ending.
    pub endings: Vec<EndingSheet>,
    /// Every alert that opened in the period, with what came of it.
    pub alert_list: Vec<AlertLine>,
}

/// A rule as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleLine {
    /// Its code.
    pub code: String,
    /// What people call it.
    pub title: String,
    /// Why it is there.
    pub clause: String,
    /// Its conditions with their points.
    pub steps: Vec<(String, i64)>,
    /// Its red line.
    pub red_line: Option<String>,
}

/// One alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertLine {
    /// About whom.
    pub employer: String,
    /// Where.
    pub place: String,
    /// The day it opened.
    pub day: Date,
    /// Its level then.
    pub opened_at: String,
    /// The highest it reached.
    pub level: String,
    /// Its score when it opened.
    pub score: i64,
    /// Codes of the rules that gave points.
    pub rules: Vec<String>,
    /// Short names of the endings it was ahead of.
    pub hits: Vec<String>,
}

/// A rule set against an ending.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndingSheet {
    /// The figures.
    #[serde(flatten)]
    pub figures: Figures,
    /// What the colours mean.
    pub colours: Colours,
    /// Beside the plain counter to beat; none where the ending names none.
    pub against: Option<Against>,
    /// The same scores with other quiet days.
    pub quiet: Vec<QuietDays>,
    /// Three simple ways with as much work.
    pub baselines: Vec<Baseline>,
    /// The same rules without the signals only the union brings; none where there are no such signals.
    pub without_own: Option<WithoutOwn>,
}

/// Alerts against an ending.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Short name of the ending.
    pub ending: String,
    /// Its Chinese title.
    pub title: String,
    /// Hits of all alerts.
    pub precision: Share,
    /// Cases hit of all cases.
    pub recall: Share,
    /// The same when an alert of the very day on which the case was reached is no hit.
    pub a_day_ahead: Ahead,
    /// Both in one figure, per cent.
    pub f1: Option<f64>,
    /// The same for the first case of each subject.
    pub recall_first_case: Share,
    /// Cases hit, or with an alert open from earlier.
    pub covered: Share,
    /// Median days ahead, over the hits.
    pub median_lead: Option<f64>,
    /// Days ahead, over the hits.
    pub lead_days: Vec<Bucket>,
    /// Share of a case's signals that came after the alert, mean over the hits, per cent.
    pub to_come_pct: Option<f64>,
    /// Alerts that hit nothing, a week, all desks together.
    pub false_alarms_per_week: f64,
    /// Alerts a week: the work.
    pub alerts_per_week: f64,
    /// Most alerts in one week, all desks together.
    pub busiest_week: usize,
    /// By place: each is a desk.
    pub by_place: Vec<Group>,
    /// By industry as reported.
    pub by_industry: Vec<Group>,
    /// Everywhere but one place.
    pub without_place: Vec<Without>,
    /// By year.
    pub by_year: Vec<Year>,
    /// Every case no alert was ahead of.
    pub missed: Vec<Missed>,
}

/// Precision and recall when an alert must come at least a day before the case is reached.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ahead {
    /// Hits of all alerts.
    pub precision: Share,
    /// Cases hit of all cases.
    pub recall: Share,
}

/// How many hits had such a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// Fewest days.
    pub from: i32,
    /// Most days; none: no end.
    pub to: Option<i32>,
    /// Hits.
    pub alerts: usize,
}

/// The figures of a place or an industry.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Its name; empty when not reported.
    pub name: String,
    /// Alerts.
    pub alerts: usize,
    /// Alerts that were ahead of a case.
    pub hits: usize,
    /// Cases.
    pub cases: usize,
    /// Cases an alert was ahead of.
    pub found: usize,
    /// Alerts a week of its own time of record: the work of its desk.
    pub alerts_per_week: Option<f64>,
    /// Of these, alerts that hit nothing.
    pub false_alarms_per_week: Option<f64>,
    /// Median days ahead.
    pub median_lead: Option<f64>,
}

/// The figures everywhere but in one place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Without {
    /// The place left out.
    pub place: String,
    /// Hits of all alerts.
    pub precision: Share,
    /// Cases hit of all cases.
    pub recall: Share,
    /// Median days ahead.
    pub median_lead: Option<f64>,
}

/// The figures of a year: alerts by the day they opened, cases by the day they were reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Year {
    /// The year.
    pub year: i16,
    /// Alerts.
    pub alerts: usize,
    /// Alerts that were ahead of a case.
    pub hits: usize,
    /// Cases.
    pub cases: usize,
    /// Cases an alert was ahead of.
    pub found: usize,
}

/// A case no alert was ahead of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// Whose.
    pub employer: String,
    /// Where.
    pub place: String,
    /// Day of its first signal.
    pub first: Date,
    /// Day it was reached.
    pub reached: Date,
    /// How many signals.
    pub claims: usize,
    /// An alert was open from earlier, or nothing fired in time.
    pub why: &'static str,
}

/// What the colours mean.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Colours {
    /// Days on which something arrived and there was neither an alert nor a reason for one.
    pub calm: Share,
    /// The levels that open alerts, lowest first.
    pub colours: Vec<Colour>,
    /// From calm to the highest, each interval lies wholly above the one before: by entries.
    pub rising_and_disjoint: bool,
    /// The same with entries in the middle of a reached case left out.
    pub rising_and_disjoint_case_still_ahead: bool,
    /// The same by openings.
    pub rising_and_disjoint_openings: bool,
}

/// What a colour means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Colour {
    /// Id of the level.
    pub id: String,
    /// The word people use.
    pub label: String,
    /// The shape beside the colour.
    pub shape: String,
    /// Its pattern in black and white.
    pub pattern: String,
    /// Its least score.
    pub from: i64,
    /// Of the days an alert opened at it or rose to it, those with a case within the horizon.
    pub entries: Share,
    /// The same, entries in the middle of a reached case left out, only later cases counted.
    pub entries_case_still_ahead: Share,
    /// Of the days an alert opened at it.
    pub openings: Share,
}

/// A simple way of doing it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Baseline {
    /// Its name for programs.
    pub id: &'static str,
    /// Its Chinese name.
    pub title: String,
    /// What it does.
    pub how: String,
    /// Why it cannot be computed on this history.
    pub why_not: Option<String>,
    /// Its alerts.
    pub alerts: Option<usize>,
    /// Hits of all alerts.
    pub precision: Option<Share>,
    /// Cases hit of all cases.
    pub recall: Option<Share>,
    /// Median days ahead.
    pub median_lead: Option<f64>,
    /// Share still to come, per cent.
    pub to_come_pct: Option<f64>,
    /// Precision and recall when the whole year counts.
    pub whole_year: Option<[Share; 2]>,
}

/// The same rules without the signals only the union brings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WithoutOwn {
    /// The kinds left out.
    pub kinds: Vec<String>,
    /// Hits of all alerts.
    pub precision: Share,
    /// Cases hit of all cases.
    pub recall: Share,
    /// Median days ahead.
    pub median_lead: Option<f64>,
    /// Cases the desk was ahead of only thanks to these signals.
    pub cases_lost: usize,
}
