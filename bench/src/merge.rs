//! merge: two records of one person become one, and two again, with 200,000 members around them.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use kernel::{Clock, DistrictCode, FixedClock};
use store::{Actor, Db, RandomIds, StoreConfig, Vault};
use union::members::{Permit, duplicates};

use crate::district::District;
use crate::export::employers;
use crate::options::Options;
use crate::process::median;
use crate::table::Row;

/// Each, in seconds.
const BAR: f64 = 1.0;
/// Pairs tried.
const PAIRS: usize = 7;

/// Measure.
///
/// # Errors
/// A merge or its undoing was refused.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Row>> {
    let copy = District::of(options.members, employers(options.members), 24)?.copy()?;
    let district = &copy.district;
    let today = district
        .texts("SELECT MAX(joined_on) FROM member")?
        .pop()
        .context("no members")?;
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::on(today.parse().context("a date")?));
    let config = StoreConfig::new(format!("sqlite:{}", district.database().display()));
    let db = Db::open(
        &config,
        Vault::from_file(&district.keys())?,
        clock,
        Arc::new(RandomIds::default()),
    )?;
    let code: DistrictCode = district
        .texts("SELECT code FROM district")?
        .pop()
        .context("no district")?
        .parse()?;
    let actor = Actor::system(code);
    let pairs = db.read(&actor, duplicates::queue)?;
    let (mut merges, mut undos) = (Vec::new(), Vec::new());
    for pair in pairs.iter().take(PAIRS * 2) {
        let begun = Instant::now();
        let merged = db.write(&actor, |tx| {
            duplicates::merge(tx, &Permit::program(), pair.id, pair.left, &[], "基准测试")
        });
        // Whoever is on the way to another union cannot be merged now.
        let Ok(merge) = merged else { continue };
        merges.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        db.write(&actor, |tx| {
            duplicates::undo(tx, &Permit::program(), merge, "基准测试")
        })?;
        undos.push(begun.elapsed().as_secs_f64());
    }
    anyhow::ensure!(!merges.is_empty(), "no pair could be merged");
    let worst = |times: &[f64]| times.iter().copied().fold(0.0, f64::max);
    Ok([("merge of two records", merges), ("undoing it", undos)]
        .into_iter()
        .map(|(what, times)| {
            let measured = format!(
                "median {:.1} ms, worst {:.1} ms of {}",
                median(&times) * 1e3,
                worst(&times) * 1e3,
                times.len()
            );
            Row::new(
                format!("{what}, {} members", options.members),
                format!("≤ {BAR} s"),
                measured,
                worst(&times) <= BAR,
            )
        })
        .collect())
}
