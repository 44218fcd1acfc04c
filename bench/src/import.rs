//! import: 200,000 × 20 columns with every check, against reading the file and inserting the plain rows.

use anyhow::Context;

use crate::district::{District, command, floor};
use crate::options::Options;
use crate::process::{Cost, median, run};
use crate::table::Row;
use crate::workbook::{self, Unit};

/// Time over the floor's.
const BAR: f64 = 2.5;
/// Peak memory, MB.
const BAR_MB: f64 = 350.0;

/// Measure.
///
/// # Errors
/// A run failed or took other rows than it should.
pub fn measure(options: &Options) -> anyhow::Result<Vec<Row>> {
    let template = District::of(2_000, 6_000, 1)?;
    let units = units(&template)?;
    let folder = tempfile::tempdir_in(crate::district::home())?;
    let file = folder.path().join("members.xlsx");
    eprintln!("… workbook of {} rows, {} units", options.rows, units.len());
    workbook::write(&file, options.rows, &units, 0)?;
    let text = file.to_str().context("path")?;
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for round in 0..options.rounds {
        let copy = template.copy()?;
        let (cost, out) = run(
            &mut command(&[
                "import",
                "members",
                text,
                "--dir",
                copy.district.text(),
                "--json",
            ])?,
            &[1],
        )?;
        check(&out, options.rows)?;
        ours.push(cost);
        let database = folder.path().join(format!("floor-{round}.db"));
        let (cost, _) = run(
            &mut floor(&["floor-import", text, database.to_str().context("path")?])?,
            &[],
        )?;
        floors.push(cost);
        std::fs::remove_file(&database)?;
    }
    Ok(vec![time_row(options, &ours, &floors), memory_row(&ours)])
}

fn time_row(options: &Options, ours: &[Cost], floors: &[Cost]) -> Row {
    let walls = |costs: &[Cost]| median(&costs.iter().map(|c| c.wall).collect::<Vec<_>>());
    let cpus = |costs: &[Cost]| median(&costs.iter().map(|c| c.cpu).collect::<Vec<_>>());
    let ratios: Vec<f64> = ours
        .iter()
        .zip(floors)
        .map(|(a, b)| a.wall / b.wall)
        .collect();
    let ratio = median(&ratios);
    Row::new(
        format!("import {} × 20 columns .xlsx, SQLite", options.rows),
        format!("≤ {BAR} × (calamine + plain insert)"),
        format!(
            "{ratio:.2} × ({:.2} s against {:.2} s; CPU {:.2} s against {:.2} s, ratio {:.2})",
            walls(ours),
            walls(floors),
            cpus(ours),
            cpus(floors),
            cpus(ours) / cpus(floors)
        ),
        ratio <= BAR,
    )
}

fn memory_row(ours: &[Cost]) -> Row {
    let peak = ours.iter().map(|c| c.peak_mb).fold(0.0, f64::max);
    Row::new(
        "import, peak memory",
        format!("≤ {BAR_MB:.0} MB"),
        format!("{peak:.0} MB"),
        peak <= BAR_MB,
    )
}

/// Unions with the employers they cover.
fn units(district: &District) -> anyhow::Result<Vec<Unit>> {
    let rows = district.texts(
        "SELECT o.name || '|' || e.credit_code || '|' || e.name FROM coverage_edge c JOIN org o ON o.id = c.org_id JOIN employer e ON e.id = c.employer_id \
         WHERE c.kind IN ('own', 'joint') AND o.kind IN ('single', 'joint') AND c.to_on IS NULL ORDER BY e.credit_code LIMIT 5000",
    )?;
    let unit = |row: &String| {
        let mut parts = row.split('|').map(ToOwned::to_owned);
        Some(Unit {
            union: parts.next()?,
            code: parts.next()?,
            employer: parts.next()?,
        })
    };
    Ok(rows.iter().filter_map(unit).collect())
}

/// The right rows must have been taken, or the time means nothing.
fn check(out: &str, rows: usize) -> anyhow::Result<()> {
    let report: serde_json::Value =
        serde_json::from_str(out.trim()).context("the report is no JSON")?;
    let count = |name: &str| {
        report
            .get(name)
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0)
    };
    let (new, refused) = (count("new"), count("refused"));
    let expected = rows as u64 * 97 / 100;
    anyhow::ensure!(
        new >= expected && refused > 0,
        "imported {new} of {rows} rows, refused {refused}: {}",
        out.chars().take(600).collect::<String>()
    );
    Ok(())
}
