//! export: the whole roll as .xlsx, against rust_xlsxwriter writing the same constants.

use anyhow::Context;

use crate::district::{District, command, floor};
use crate::options::Options;
use crate::process::{median, run};
use crate::table::Row;

/// Time over the floor's.
const BAR: f64 = 1.5;
/// Peak memory, MB.
const BAR_MB: f64 = 150.0;

/// Measure.
///
/// # Errors
/// A run failed.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Row>> {
    let district = District::of(options.members, employers(options.members), 24)?;
    let folder = tempfile::tempdir_in(crate::district::home())?;
    let (out, copy) = (
        folder.path().join("ours.xlsx"),
        folder.path().join("floor.xlsx"),
    );
    let (out_text, copy_text) = (
        out.to_str().context("path")?,
        copy.to_str().context("path")?,
    );
    let (mut walls, mut floors, mut cpus, mut floor_cpus, mut peak) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), 0.0_f64);
    for _ in 0..options.rounds {
        let _ = std::fs::remove_file(&out);
        let (cost, _) = run(
            &mut command(&[
                "export",
                "members",
                "--dir",
                district.text(),
                "--out",
                out_text,
            ])?,
            &[],
        )?;
        walls.push(cost.wall);
        cpus.push(cost.cpu);
        peak = peak.max(cost.peak_mb);
        // The floor reads the cells first and times the writing alone.
        let (_, told) = run(&mut floor(&["floor-export", out_text, copy_text])?, &[])?;
        let mut numbers = told
            .split_whitespace()
            .filter_map(|n| n.parse::<f64>().ok());
        floors.push(numbers.next().context("the floor told no time")?);
        floor_cpus.push(numbers.next().context("the floor told no CPU time")?);
    }
    let ratio = median(
        &walls
            .iter()
            .zip(&floors)
            .map(|(a, b)| a / b)
            .collect::<Vec<_>>(),
    );
    let (wall, floor, cpu, floor_cpu) = (
        median(&walls),
        median(&floors),
        median(&cpus),
        median(&floor_cpus),
    );
    Ok(vec![
        Row::new(
            format!("export of {} members .xlsx", options.members),
            format!("≤ {BAR} × rust_xlsxwriter with the same constants"),
            format!(
                "{ratio:.2} × ({wall:.2} s against {floor:.2} s; CPU {cpu:.2} s against {floor_cpu:.2} s, ratio {:.2})",
                cpu / floor_cpu
            ),
            ratio <= BAR,
        ),
        Row::new(
            "export, peak memory",
            format!("≤ {BAR_MB:.0} MB"),
            format!("{peak:.0} MB"),
            peak <= BAR_MB,
        ),
    ])
}

/// Employers that suit so many members.
pub fn employers(members: usize) -> usize {
    (members / 10).min(2_000).max(members / 25)
}
