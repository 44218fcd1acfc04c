//! Reading figures and the rows behind them.

use std::collections::BTreeMap;

use kernel::{Instant, OrgId, OrgPath, Rate};
use store::{Query, Row, StoreError, Tx, args};

use super::model::{Figure, Item, Metric, Month, Subject};
use super::{CoverageError, sql};
use crate::orgs::{self, OrgNode};

/// The months with figures within scope, newest first, and when each was written.
///
/// # Errors
/// The store failed.
pub fn months(tx: &mut Tx) -> Result<Vec<(Month, Instant)>, CoverageError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::MONTHS, args![district, from, to])?;
    rows.iter().map(|row| Ok((month_at(row, 0)?, row.get(1)?))).collect()
}

/// The newest month with figures within scope.
///
/// # Errors
/// The store failed.
pub fn latest_month(tx: &mut Tx) -> Result<Option<Month>, CoverageError> {
    Ok(months(tx)?.first().map(|(month, _)| *month))
}

/// The figures of one union in a month, by metric.
///
/// # Errors
/// The union lies outside the scope, or the store failed.
pub fn figures(tx: &mut Tx, org: OrgId, month: Month) -> Result<BTreeMap<Metric, Figure>, CoverageError> {
    Ok(series(tx, org, month, month)?.into_iter().map(|figure| (figure.metric, figure)).collect())
}

/// The figures of one union from one month to another, both included, oldest first.
///
/// # Errors
/// The union lies outside the scope, or the store failed.
pub fn series(tx: &mut Tx, org: OrgId, from: Month, to: Month) -> Result<Vec<Figure>, CoverageError> {
    orgs::get(tx, org)?;
    let district = *tx.district();
    let rows = tx.all(&sql::SERIES, args![district, org, from.to_string(), to.to_string()])?;
    Ok(rows.iter().map(figure_of).collect::<Result<_, _>>()?)
}

/// One line of a table by union: the union and its figures of the month.
pub type TownLine = (OrgNode, BTreeMap<Metric, Figure>);

/// The unions of areas directly below one (the towns of a district, the villages of a town) with their figures
/// of a month: the drill-down. A union without unions of areas below gives no line.
///
/// # Errors
/// The union lies outside the scope, or the store failed.
pub fn towns(tx: &mut Tx, below: OrgId, month: Month) -> Result<Vec<TownLine>, CoverageError> {
    let parent = orgs::get(tx, below)?;
    let district = *tx.district();
    let (from, to) = tx.actor().scope.narrowed(&parent.path).range();
    let mut by_org: BTreeMap<OrgId, BTreeMap<Metric, Figure>> = BTreeMap::new();
    for row in tx.all(&sql::FIGURES, args![district, month.to_string(), from, to])? {
        let figure = figure_of(&row)?;
        by_org.entry(figure.org).or_default().insert(figure.metric, figure);
    }
    let children = orgs::children(tx, below)?;
    let areas = children.into_iter().filter(|node| node.org.kind.is_territorial());
    Ok(areas.map(|node| { let figures = by_org.remove(&node.org.id).unwrap_or_default(); (node, figures) }).collect())
}

/// Which items of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ItemFilter {
    /// All of them.
    #[default]
    All,
    /// Those that reach their whole share.
    Reached,
    /// Those that fall short: what would raise the figure.
    Short,
    /// Those above 100 %: a wrong head-count.
    Over,
    /// Those without a denominator: 不适用.
    Without,
}

impl ItemFilter {
    /// All of them, with the words of the tabs.
    pub const ALL: [(Self, &'static str, &'static str); 5] = [
        (Self::All, "all", "全部"),
        (Self::Short, "short", "未达到"),
        (Self::Reached, "reached", "已达到"),
        (Self::Over, "over", "超过100%"),
        (Self::Without, "without", "不适用"),
    ];

    /// From the word in the address; anything unknown is all.
    pub fn from_id(id: &str) -> Self {
        Self::ALL.iter().find(|(_, word, _)| *word == id).map_or(Self::All, |(filter, ..)| *filter)
    }

    fn narrow(self, query: Query) -> Query {
        match self {
            Self::All => query,
            Self::Reached => query.push(" AND denominator > 0 AND numerator >= denominator"),
            Self::Short => query.push(" AND denominator > 0 AND numerator < denominator"),
            Self::Over => query.push(" AND denominator > 0 AND numerator > denominator"),
            Self::Without => query.push(" AND denominator = 0"),
        }
    }
}

/// A page of the rows behind a figure, by name, behind `after`; with how many there are and their sums.
#[derive(Debug, Clone)]
pub struct Items {
    /// The rows.
    pub items: Vec<Item>,
    /// How many the filter leaves.
    pub count: i64,
    /// Sum of their shares; of all rows it is the figure itself.
    pub sum: Rate,
}

/// The rows behind a union's figure.
///
/// # Errors
/// The union lies outside the scope, or the store failed.
pub fn items(
    tx: &mut Tx,
    org: OrgId,
    month: Month,
    metric: Metric,
    filter: ItemFilter,
    after: Option<(OrgPath, uuid::Uuid)>,
    limit: usize,
) -> Result<Items, CoverageError> {
    let union = orgs::get(tx, org)?;
    let district = *tx.district();
    let (from, to) = tx.actor().scope.narrowed(&union.path).range();
    let base = args![district, month.to_string(), metric.id(), from, to].to_vec();
    let sums = tx.one(&filter.narrow(Query::from(&sql::ITEM_SUMS, &base)), args![])?;
    let mut query = filter.narrow(Query::from(&sql::ITEMS, &base));
    if let Some((path, id)) = after {
        query = query
            .and(" AND (org_path > ", path.clone())
            .and(" OR (org_path = ", path)
            .and(" AND subject_id > ", id)
            .push("))");
    }
    let rows = tx.all(&query.and(" ORDER BY org_path, subject_id LIMIT ", limit), args![])?;
    let items = rows.iter().map(item_of).collect::<Result<_, _>>()?;
    Ok(Items { items, count: sums.get(0)?, sum: Rate::new(sums.get(1)?, sums.get(2)?) })
}

/// Whether the figures of a union add up from their rows (复核): metric, as kept, as added up.
///
/// # Errors
/// The union lies outside the scope, or the store failed.
pub fn check(tx: &mut Tx, org: OrgId, month: Month) -> Result<Vec<(Metric, Rate, Rate)>, CoverageError> {
    let kept = figures(tx, org, month)?;
    let mut out = Vec::new();
    for metric in Metric::RATES {
        let Some(figure) = kept.get(&metric) else { continue };
        let added = items(tx, org, month, metric, ItemFilter::All, None, 1)?.sum;
        out.push((metric, figure.rate, added));
    }
    Ok(out)
}

fn month_at(row: &Row, index: usize) -> Result<Month, StoreError> {
    row.text(index)?.parse().map_err(|_| StoreError::Column { index, wanted: "Month" })
}

fn metric_at(row: &Row, index: usize) -> Result<Metric, StoreError> {
    Metric::from_id(row.text(index)?).ok_or(StoreError::Column { index, wanted: "Metric" })
}

fn figure_of(row: &Row) -> Result<Figure, StoreError> {
    Ok(Figure {
        month: month_at(row, 0)?,
        org: row.get(1)?,
        metric: metric_at(row, 2)?,
        rate: Rate::new(row.get(3)?, row.get(4)?),
        definition: row.get(5)?,
        frozen_at: row.get(6)?,
    })
}

fn item_of(row: &Row) -> Result<Item, StoreError> {
    let id: uuid::Uuid = row.get(2)?;
    let subject = match row.text(1)? {
        "org" => Subject::Org(id.into()),
        _ => Subject::Employer(id.into()),
    };
    Ok(Item {
        metric: metric_at(row, 0)?,
        subject,
        label: row.get(3)?,
        org_path: row.get(4)?,
        share: Rate::new(row.get(5)?, row.get(6)?),
        note: row.get(7)?,
    })
}
