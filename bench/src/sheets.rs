//! Promises about spreadsheets: import with every check, and export, against the bare libraries.

use std::process::Command;

use anyhow::Context;

use crate::district::{District, binary};
use crate::process::{self, Cost, median};
use crate::table::Row;
use crate::workbook;

/// Turns of each side.
const TURNS: usize = 3;
/// Importing may take so many times the floor.
const IMPORT_BAR: f64 = 2.5;
/// Most memory of an import, MB.
const IMPORT_MB: f64 = 350.0;
/// Exporting may take so many times the floor.
const EXPORT_BAR: f64 = 1.5;
/// Most memory of an export, MB.
const EXPORT_MB: f64 = 150.0;

fn floor(verb: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(verb);
    Ok(command)
}

fn medians(costs: &[Cost]) -> (f64, f64, f64) {
    let of = |pick: fn(&Cost) -> f64| median(&costs.iter().map(pick).collect::<Vec<_>>());
    (of(|c| c.wall), of(|c| c.cpu), of(|c| c.peak_mb))
}

/// Import with all checks, encryption and duplicate search against reading the file with calamine and
/// inserting the plain rows in SQLite. The last imported district stays for the export.
pub fn import(district: &District, rows: usize) -> anyhow::Result<Vec<Row>> {
    let file = district.file("members.xlsx");
    workbook::write(&file, rows, &district.units()?, 0)?;
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for turn in 0..TURNS {
        let mut bare = floor("floor-import")?;
        bare.arg(&file)
            .arg(district.file(&format!("floor-{turn}.db")));
        floors.push(process::run(&mut bare, &[])?.0);
        let copy = district.copy(&format!("import-{turn}"))?;
        let mut command = Command::new(binary());
        command
            .args(["import", "members", "--json", "--dir"])
            .arg(&copy)
            .arg(&file);
        ours.push(process::run(&mut command, &[1])?.0);
    }
    let ((wall, cpu, peak), (floor_wall, floor_cpu, _)) = (medians(&ours), medians(&floors));
    let ratio = wall / floor_wall;
    Ok(vec![
        Row::new(
            format!("import {rows} × 20 .xlsx: checks, encryption, duplicate search, durable"),
            format!("≤ {IMPORT_BAR} × calamine + plain SQLite insert"),
            format!(
                "{ratio:.2} × ({wall:.1} s, {cpu:.1} CPU s, against {floor_wall:.1} s, {floor_cpu:.1} CPU s)"
            ),
            ratio <= IMPORT_BAR,
        ),
        Row::new(
            "the same: peak memory",
            format!("≤ {IMPORT_MB} MB"),
            format!("{peak:.0} MB"),
            peak <= IMPORT_MB,
        ),
    ])
}

/// Export of every member against rust_xlsxwriter writing the same constants.
pub fn export(district: &District) -> anyhow::Result<Vec<Row>> {
    let dir = district.file(&format!("import-{}", TURNS - 1));
    let out = district.file("export.xlsx");
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let mut command = Command::new(binary());
        command
            .args(["export", "members", "--dir"])
            .arg(&dir)
            .arg("--out")
            .arg(&out);
        ours.push(process::run(&mut command, &[])?.0);
        let mut bare = floor("floor-export")?;
        bare.arg(&out).arg(district.file("floor.xlsx"));
        let seconds: f64 = process::run(&mut bare, &[])?
            .1
            .trim()
            .parse()
            .context("the floor printed no time")?;
        floors.push(seconds);
        std::fs::remove_file(&out)?;
    }
    let ((wall, cpu, peak), floor_wall) = (medians(&ours), median(&floors));
    let ratio = wall / floor_wall;
    Ok(vec![
        Row::new(
            "export every member .xlsx",
            format!("≤ {EXPORT_BAR} × rust_xlsxwriter writing the same constants"),
            format!("{ratio:.2} × ({wall:.1} s, {cpu:.1} CPU s, against {floor_wall:.1} s)"),
            ratio <= EXPORT_BAR,
        ),
        Row::new(
            "the same: peak memory",
            format!("≤ {EXPORT_MB} MB"),
            format!("{peak:.0} MB"),
            peak <= EXPORT_MB,
        ),
    ])
}
