//! Writing a month: refreshed while it runs, frozen once it is over.

use kernel::{Date, Instant, Refusals};
use serde_json::json;
use store::{Audit, Tx, args, values};

use super::compute::{Computed, compute};
use super::model::{Metric, Month};
use super::rulings::RateRules;
use super::{CoverageError, sql};
use crate::access::{Capability, CapabilitySet};
use crate::relocation::Relocation;

/// Freeze a month by hand (冻结月度数据). A running month is written as 暂计 and may be written again; a month
/// that was frozen after its end stays as it is.
///
/// # Errors
/// The post may not freeze; the month lies in the future or is frozen already; the store failed.
pub fn freeze(tx: &mut Tx, may: CapabilitySet, month: Month) -> Result<Written, CoverageError> {
    let mut against = Refusals::new();
    against.require(may.has(Capability::CoverageFreeze), "coverage.freeze_side", "您现在的岗位没有「冻结月度数据」的权限");
    against.require(month <= Month::of(tx.today()), "coverage.future", format!("{}还没有开始", month.words()));
    if let Some(at) = frozen_for_good(tx, month)? {
        against.add("coverage.frozen", format!("{}已于 {} 冻结，不能重算；口径有误请在备注中说明后由下月更正", month.words(), at.shanghai_date()));
    }
    against.into_result().map_err(CoverageError::Refused)?;
    write(tx, month, "手工冻结")
}

/// Nightly: write the running month as 暂计, and freeze the one before if that has not been done.
///
/// # Errors
/// The store failed, or a definition is missing.
pub fn refresh(tx: &mut Tx) -> Result<Vec<Month>, CoverageError> {
    let running = Month::of(tx.today());
    let mut written = Vec::new();
    for month in [running.back(1), running] {
        if month == running || frozen_for_good(tx, month)?.is_none() {
            write(tx, month, "夜间统计")?;
            written.push(month);
        }
    }
    Ok(written)
}

/// When a month was frozen after its end, if it was.
fn frozen_for_good(tx: &mut Tx, month: Month) -> Result<Option<Instant>, CoverageError> {
    let district = *tx.district();
    let at: Option<Instant> = tx.one(&sql::FROZEN_AT, args![district, month.to_string()])?.get(0)?;
    Ok(at.filter(|at| at.shanghai_date() > month.last_day()))
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The month.
    pub month: Month,
    /// Its cut-off: the last day, or today while it runs.
    pub cut_off: Date,
    /// Figures written.
    pub figures: u64,
    /// Items written.
    pub items: u64,
}

fn write(tx: &mut Tx, month: Month, why: &str) -> Result<Written, CoverageError> {
    let cut_off = month.last_day().min(tx.today());
    let rules = RateRules::at(*tx.district(), cut_off)?;
    let definition = rules.reference();
    let definition = format!("{}@{}#{}", definition.id, definition.jurisdiction, definition.hash);
    // Figures of the district are made of all its records, whoever asks for them.
    let written = tx.across("monthly figures are made of the whole district", |tx| {
        let computed = compute(tx, rules.body, month.first_day(), cut_off)?;
        replace(tx, month, cut_off, &definition, &computed)
    })?;
    let detail = json!({ "month": month.to_string(), "cut_off": cut_off, "definition": definition, "figures": written.figures, "items": written.items });
    tx.audit(Audit::of("coverage.frozen", "coverage", month).why(why).detail(detail))?;
    Ok(written)
}

fn replace(tx: &mut Tx, month: Month, cut_off: Date, definition: &str, computed: &Computed) -> Result<Written, CoverageError> {
    let (district, now, name) = (*tx.district(), tx.now(), month.to_string());
    tx.exec(&sql::CLEAR_FIGURES, args![district, name])?;
    tx.exec(&sql::CLEAR_ITEMS, args![district, name])?;
    let mut figures = Vec::new();
    for area in &computed.areas {
        for metric in Metric::ALL {
            let rate = computed.sums.get(&(area.path.clone(), metric)).copied().unwrap_or(kernel::Rate::new(0, 0));
            figures.push(values![
                district,
                name.clone(),
                area.id,
                area.path.clone(),
                metric.id(),
                stored(rate.numerator),
                stored(rate.denominator),
                definition,
                now
            ]);
        }
    }
    let figures = tx.insert_many(&sql::INSERT_FIGURE, figures)?;
    let rows = computed.items.iter().map(|item| {
        values![
            district,
            name.clone(),
            item.metric.id(),
            item.subject.kind(),
            item.subject.id(),
            item.label.clone(),
            item.org_path.clone(),
            stored(item.share.numerator),
            stored(item.share.denominator),
            item.note.clone()
        ]
    });
    let items = tx.insert_many(&sql::INSERT_ITEM, rows)?;
    Ok(Written { month, cut_off, figures, items })
}

fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A subtree moved: its figures and items are seen by whoever is responsible now.
///
/// # Errors
/// The store failed.
pub(crate) fn relocate(tx: &mut Tx, relocation: Relocation<'_>) -> Result<(), CoverageError> {
    let values = relocation.values(tx);
    tx.exec(&sql::MOVE_FIGURES, &values)?;
    tx.exec(&sql::MOVE_ITEMS, &values)?;
    Ok(())
}
