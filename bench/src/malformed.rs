//! malformed: every broken or odd workbook of the shared collection sent in as a roll. Each must be answered with a
//! message, never with a crash, in little memory.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::district::{District, command};
use crate::options::Options;
use crate::process::run;
use crate::table::Row;

/// Peak memory of each, MB.
const BAR_MB: f64 = 300.0;
/// The whole file was refused, some rows were, none was.
const ANSWERS: [i32; 3] = [0, 1, 2];

/// Measure.
///
/// # Errors
/// A workbook ended the program, or was answered without a word.
pub fn measure(_: &Options) -> anyhow::Result<Vec<Row>> {
    let (what, bar) = (
        "malformed workbooks, peak memory of each",
        format!("< {BAR_MB:.0} MB and a clear message"),
    );
    let Some(folder) = collection() else {
        let why = "set NIANGJIA_SHARED to the folder that holds data/xlsx".to_owned();
        return Ok(vec![Row::skipped(what, bar, why)]);
    };
    let copy = District::of(2_000, 200, 1)?.copy()?;
    let union = copy
        .district
        .texts("SELECT id FROM org WHERE kind = 'single' ORDER BY id LIMIT 1")?
        .pop()
        .context("no union")?;
    let (mut files, mut worst, mut slowest) = (0, (0.0_f64, String::new()), 0.0_f64);
    for file in workbooks(&folder)? {
        let text = file.to_str().context("path")?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let dir = copy.district.text();
        let args = [
            "import", "members", text, "--dir", dir, "--org", &union, "--json",
        ];
        let (cost, out) =
            run(&mut command(&args)?, &ANSWERS).with_context(|| name.clone().into_owned())?;
        let answer: serde_json::Value = serde_json::from_str(out.trim())
            .with_context(|| format!("{name} was answered with {out:?}"))?;
        let message = answer.pointer("/error/message").or(answer.get("message"));
        anyhow::ensure!(
            message.is_some_and(serde_json::Value::is_string),
            "{name}: {answer}"
        );
        if cost.peak_mb > worst.0 {
            worst = (cost.peak_mb, name.into_owned());
        }
        slowest = slowest.max(cost.wall);
        files += 1;
    }
    anyhow::ensure!(files > 0, "no workbook in {}", folder.display());
    let measured = format!(
        "{:.0} MB at most ({}), {files} workbooks, slowest {slowest:.2} s",
        worst.0, worst.1
    );
    Ok(vec![Row::new(what, bar, measured, worst.0 < BAR_MB)])
}

/// The folder of workbooks, if the environment names it.
fn collection() -> Option<PathBuf> {
    let shared = std::env::var_os("NIANGJIA_SHARED").map(|dir| PathBuf::from(dir).join("data"));
    let folder = shared
        .or_else(|| std::env::var_os("NIANGJIA_DATA").map(PathBuf::from))?
        .join("xlsx");
    folder.is_dir().then_some(folder)
}

fn workbooks(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() && path.extension().is_none_or(|ending| ending != "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
