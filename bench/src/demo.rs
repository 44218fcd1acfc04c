//! demo: how long it takes to make the demo district.

use crate::district::command;
use crate::options::Options;
use crate::process::{Cost, run};
use crate::table::Row;

/// Members, employers, and the seconds it may take.
const SIZES: [(&str, &str, f64); 2] = [("20000", "2000", 20.0), ("200000", "8000", 120.0)];

/// Measure; once each, because the large one takes a minute or two.
///
/// # Errors
/// The district cannot be made.
pub fn measure(_: &Options) -> anyhow::Result<Vec<Row>> {
    SIZES
        .iter()
        .map(|(members, employers, bar)| {
            let cost = make(members, employers)?;
            Ok(Row::new(
                format!("demo district with {members} members"),
                format!("< {bar:.0} s"),
                format!(
                    "{:.1} s (CPU {:.1} s, {:.0} MB at most)",
                    cost.wall, cost.cpu, cost.peak_mb
                ),
                cost.wall < *bar,
            ))
        })
        .collect()
}

fn make(members: &str, employers: &str) -> anyhow::Result<Cost> {
    let folder = tempfile::tempdir_in(crate::district::home())?;
    let dir = folder.path().join("district");
    let dir = dir.to_string_lossy();
    let (cost, _) = run(
        &mut command(&[
            "demo",
            "--dir",
            &dir,
            "--members",
            members,
            "--employers",
            employers,
            "--no-serve",
        ])?,
        &[],
    )?;
    Ok(cost)
}
