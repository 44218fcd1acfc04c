//! 办件统计: what came, what ended, whether in time, how long it took, what people said, by town or by desk. One rule
//! says which case counts for which figure, for the number and for the list behind it.

use std::collections::BTreeMap;

use kernel::ids::{CaseId, OrgId};
use kernel::{Date, Instant, OrgPath};
use store::{Query, Row, Tx, args};

use super::CaseError;
use super::load::from_json;
use super::model::Progress;
use super::read;
use crate::access::CapabilitySet;
use crate::orgs::{self, OrgRef};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

pub mod sql {
    //! Statements of the figures.
    store::statements! {
        /// Cases that came or ended between two moments or are open now; kinds and places are appended.
        pub COUNTED = "SELECT f.id, f.no, f.kind, f.title, f.org_path, f.desk_id, f.opened_at, f.ended_at, f.reopened, f.overdue, f.alarm, f.progress,
              (SELECT COUNT(*) FROM case_clock c WHERE c.district = f.district AND c.case_id = f.id AND c.breached = $4)
            FROM case_file f WHERE f.district = $1
              AND ((f.opened_at >= $2 AND f.opened_at < $3) OR (f.ended_at >= $2 AND f.ended_at < $3) OR f.ended_at IS NULL)";
    }
}

/// By what the figures are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum By {
    /// By the town the matter lies in (镇街).
    #[default]
    Town,
    /// By the desk that answers (承办单位).
    Desk,
}

/// One figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// 新收
    Opened,
    /// 办结
    Closed,
    /// 按期办结: ended without ever missing a clock of ours.
    OnTime,
    /// 逾期办结
    Late,
    /// 在办
    Open,
    /// 超时未办
    Overdue,
    /// 回访: ended ones that were called back.
    Called,
    /// 不满意
    Unsatisfied,
    /// 重开
    Reopened,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Opened,
        Self::Closed,
        Self::OnTime,
        Self::Late,
        Self::Open,
        Self::Overdue,
        Self::Called,
        Self::Unsatisfied,
        Self::Reopened,
    ];

    /// As addresses name it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Closed => "closed",
            Self::OnTime => "on_time",
            Self::Late => "late",
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Called => "called",
            Self::Unsatisfied => "unsatisfied",
            Self::Reopened => "reopened",
        }
    }

    /// Chinese term.
    pub fn title(self) -> &'static str {
        match self {
            Self::Opened => "新收",
            Self::Closed => "办结",
            Self::OnTime => "按期办结",
            Self::Late => "逾期办结",
            Self::Open => "在办",
            Self::Overdue => "超时未办",
            Self::Called => "已回访",
            Self::Unsatisfied => "不满意",
            Self::Reopened => "重开",
        }
    }

    /// The one an address names.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.id() == id)
    }
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureAsk {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub to: Date,
    /// One kind; none is every kind the post may read.
    pub kind: Option<String>,
    /// Layout.
    pub by: By,
}

/// A case that counts for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Its id.
    pub id: CaseId,
    /// Its number.
    pub no: String,
    /// Id of its kind.
    pub kind: String,
    /// One line.
    pub title: String,
    /// Where the matter lies.
    pub org_path: OrgPath,
    /// Desk that answers.
    pub desk: OrgId,
    /// When it came.
    pub opened_at: Instant,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// How often it was opened again.
    pub reopened: i64,
    /// Whether something is overdue now.
    pub overdue: bool,
    /// Clocks of ours it ever missed.
    pub missed: i64,
    /// Call-backs, and how many of them were satisfied.
    pub calls: (i64, i64),
}

impl Counted {
    /// How long it took, in tenths of a day; none while it is open.
    pub fn tenths(&self) -> Option<i64> {
        let ended = self.ended_at?;
        Some((ended.ms() - self.opened_at.ms()).max(0) * 10 / DAY_MS)
    }

    /// Whether it counts for a figure of a period.
    fn counts(&self, measure: Measure, from: Instant, to: Instant) -> bool {
        let within = |at: Instant| from <= at && at < to;
        let (came, ended) = (within(self.opened_at), self.ended_at.is_some_and(within));
        match measure {
            Measure::Opened => came,
            Measure::Closed => ended,
            Measure::OnTime => ended && self.missed == 0,
            Measure::Late => ended && self.missed > 0,
            Measure::Open => self.ended_at.is_none(),
            Measure::Overdue => self.ended_at.is_none() && self.overdue,
            Measure::Called => ended && self.calls.0 > 0,
            Measure::Unsatisfied => ended && self.calls.1 < self.calls.0,
            Measure::Reopened => (came || ended) && self.reopened > 0,
        }
    }
}

/// The figures of one town, one desk, or all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// How many cases count for each measure, in the order of [`Measure::ALL`].
    pub counts: [i64; Measure::ALL.len()],
    /// The median of how long the ended ones took, in tenths of a day.
    pub median: Option<i64>,
    /// Call-backs in ended cases.
    pub calls: i64,
    /// Of those, satisfied.
    pub satisfied: i64,
}

impl Figures {
    /// One of the counts.
    pub fn of(&self, measure: Measure) -> i64 {
        let at = Measure::ALL.iter().position(|one| *one == measure);
        at.and_then(|at| self.counts.get(at).copied()).unwrap_or(0)
    }

    fn sum<'c>(cases: impl Iterator<Item = &'c Counted>, from: Instant, to: Instant) -> Self {
        let (mut figures, mut lengths) = (Self::default(), Vec::new());
        for case in cases {
            for (count, measure) in figures.counts.iter_mut().zip(Measure::ALL) {
                *count += i64::from(case.counts(measure, from, to));
            }
            if case.counts(Measure::Closed, from, to) {
                lengths.extend(case.tenths());
                figures.calls += case.calls.0;
                figures.satisfied += case.calls.1;
            }
        }
        figures.median = median(lengths);
        figures
    }
}

/// The middle one; of an even number the mean of the two in the middle.
fn median(mut lengths: Vec<i64>) -> Option<i64> {
    lengths.sort_unstable();
    let upper = *lengths.get(lengths.len() / 2)?;
    if lengths.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *lengths.get(lengths.len() / 2 - 1)?;
    Some((lower + upper) / 2)
}

/// Figures laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureSheet {
    /// All within scope.
    pub total: Figures,
    /// By town or desk; none stands for matters that lie with no town.
    pub groups: Vec<(Option<OrgRef>, Figures)>,
}

/// The figures within scope.
///
/// # Errors
/// The store failed.
pub fn figures(tx: &mut Tx, may: CapabilitySet, ask: &FigureAsk) -> Result<FigureSheet, CaseError> {
    let (from, to) = ends(ask);
    let cases = counted(tx, may, ask)?;
    let groups = grouped(tx, ask.by, &cases)?;
    Ok(FigureSheet {
        total: Figures::sum(cases.iter(), from, to),
        groups: groups
            .into_iter()
            .map(|(org, of)| (org, Figures::sum(of.into_iter(), from, to)))
            .collect(),
    })
}

/// The cases behind one figure: of one town or desk (`Some(None)` for those with no town), or of all.
///
/// # Errors
/// The store failed.
pub fn figure_rows(
    tx: &mut Tx,
    may: CapabilitySet,
    ask: &FigureAsk,
    group: Option<Option<OrgId>>,
    measure: Measure,
) -> Result<Vec<Counted>, CaseError> {
    let (from, to) = ends(ask);
    let cases = counted(tx, may, ask)?;
    let mut found: Vec<Counted> = match group {
        None => cases,
        Some(wanted) => grouped(tx, ask.by, &cases)?
            .into_iter()
            .find(|(org, _)| org.as_ref().map(|org| org.id) == wanted)
            .map(|(_, of)| of.into_iter().cloned().collect())
            .unwrap_or_default(),
    };
    found.retain(|case| case.counts(measure, from, to));
    Ok(found)
}

/// The moments a period begins and ends at.
fn ends(ask: &FigureAsk) -> (Instant, Instant) {
    let after = ask.to.tomorrow().unwrap_or(ask.to);
    (
        Instant::from_shanghai(ask.from, 0, 0),
        Instant::from_shanghai(after, 0, 0),
    )
}

fn counted(tx: &mut Tx, may: CapabilitySet, ask: &FigureAsk) -> Result<Vec<Counted>, CaseError> {
    let (district, (from, to)) = (*tx.district(), ends(ask));
    let (low, high) = tx.actor().scope.range();
    let kinds = read::readable(tx, may, ask.kind.as_deref());
    let query = Query::from(&sql::COUNTED, args![district, from, to, true])
        .and_in(" AND f.kind IN ", kinds)
        .and(" AND f.org_path >= ", low)
        .and(" AND f.org_path < ", high)
        .push(" ORDER BY f.opened_at, f.id");
    let rows = tx.all(&query, &[])?;
    rows.iter().map(one).collect()
}

fn one(row: &Row) -> Result<Counted, CaseError> {
    let progress: Progress = from_json(row.text(11)?)?;
    let satisfied = progress.calls.iter().filter(|call| call.satisfied).count();
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Ok(Counted {
        id: row.get(0)?,
        no: row.get(1)?,
        kind: row.get(2)?,
        title: row.get(3)?,
        org_path: row.get(4)?,
        desk: row.get(5)?,
        opened_at: row.get(6)?,
        ended_at: row.get(7)?,
        reopened: row.get(8)?,
        overdue: row.get::<i64>(9)? > 0 || row.get(10)?,
        missed: row.get(12)?,
        calls: (number(progress.calls.len()), number(satisfied)),
    })
}

/// The cases of one town or desk; of none, when the union is out of sight.
type Group<'c> = (Option<OrgRef>, Vec<&'c Counted>);

/// Cases by town or desk, in the order of the tree; towns without a case stand there with none.
fn grouped<'c>(tx: &mut Tx, by: By, cases: &'c [Counted]) -> Result<Vec<Group<'c>>, CaseError> {
    let mut groups: Vec<Group<'c>> = match by {
        By::Town => {
            let towns = orgs::towns(tx)?.into_iter();
            towns.map(|town| (Some(town.org), Vec::new())).collect()
        }
        By::Desk => {
            let desks: BTreeMap<_, _> = orgs::refs_of(tx, cases.iter().map(|case| case.desk))?;
            let mut desks: Vec<OrgRef> = desks.into_values().collect();
            desks.sort_by(|a, b| a.path.cmp(&b.path));
            desks
                .into_iter()
                .map(|desk| (Some(desk), Vec::new()))
                .collect()
        }
    };
    let mut elsewhere = Vec::new();
    for case in cases {
        let home = groups.iter_mut().find(|(org, _)| {
            org.as_ref().is_some_and(|org| match by {
                By::Town => case.org_path.is_within(&org.path),
                By::Desk => case.desk == org.id,
            })
        });
        match home {
            Some((_, of)) => of.push(case),
            None => elsewhere.push(case),
        }
    }
    if !elsewhere.is_empty() {
        groups.push((None, elsewhere));
    }
    Ok(groups)
}

/// Enters an export of the figures into the log.
///
/// # Errors
/// The store failed.
pub fn figures_exported(tx: &mut Tx, ask: &FigureAsk, rows: usize) -> Result<(), CaseError> {
    let detail =
        serde_json::json!({ "from": ask.from, "to": ask.to, "kind": ask.kind, "rows": rows });
    tx.audit(store::Audit::of("case.figures_exported", "case", "figures").detail(detail))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_even_number_is_between_two() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![30]), Some(30));
        assert_eq!(median(vec![50, 10, 30]), Some(30));
        assert_eq!(median(vec![10, 40, 20, 30]), Some(25));
    }
}
