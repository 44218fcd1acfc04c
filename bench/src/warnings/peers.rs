//! The peers: DuckDB and Polars from PyPI, in a virtual environment of their own, run by the reference script that
//! also generates the data.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde::Deserialize;

use super::files::{COLUMNS, MONTHS, size};
use super::ours::Found;
use crate::process;

const PACKAGES: [&str; 4] = ["duckdb", "polars", "pyarrow", "numpy"];

/// The reference script with the Python that can run it.
pub struct Peers {
    python: PathBuf,
    script: PathBuf,
    data: PathBuf,
}

/// One run of a peer, as its script reports it.
#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    /// Seconds of the job, without starting Python.
    pub median_s: f64,
    /// CPU seconds of the job.
    pub median_cpu_s: f64,
    /// Peak resident memory, MiB.
    pub max_rss_mb: f64,
    /// The peer's version.
    #[serde(default)]
    pub version: String,
    /// W1's answer.
    #[serde(flatten)]
    pub found: Option<Found>,
    /// W2's answer.
    #[serde(default)]
    pub checksum23: Option<u64>,
}

/// The script, or why there is none.
pub fn script() -> Result<PathBuf, String> {
    let shared = std::env::var("NIANGJIA_SHARED").unwrap_or_else(|_| "../shared".to_owned());
    let script = Path::new(&shared).join("bench/warnings_ref.py");
    if script.is_file() {
        Ok(script)
    } else {
        Err(format!(
            "{} is not there; NIANGJIA_SHARED names its folder",
            script.display()
        ))
    }
}

impl Peers {
    /// Prepares Python and data below `home`, unless an earlier run did.
    ///
    /// # Errors
    /// Python, its packages or the data cannot be had.
    pub fn prepare(script: PathBuf, home: &Path, employers: usize) -> anyhow::Result<Self> {
        let venv = home.join("venv");
        let python = venv.join("bin/python");
        let imports = PACKAGES
            .map(|package| format!("import {package}"))
            .join("; ");
        let works = |python: &Path| {
            let tried = Command::new(python).args(["-c", &imports]).output();
            tried.is_ok_and(|output| output.status.success())
        };
        if !works(&python) {
            println!("installing {} into {}", PACKAGES.join(", "), venv.display());
            process::run(Command::new("python3").args(["-m", "venv"]).arg(&venv), &[])?;
            let install = ["-m", "pip", "install", "--quiet"];
            process::run(Command::new(&python).args(install).args(PACKAGES), &[])?;
        }
        let data = home.join(format!("w{employers}"));
        let peers = Self {
            python,
            script,
            data,
        };
        if !peers.complete(employers) {
            println!(
                "generating {employers} employers into {}",
                peers.data.display()
            );
            fs::create_dir_all(&peers.data)?;
            let count = employers.to_string();
            let mut command = peers.command("gen");
            command
                .args(["--enterprises", &count, "--raw", "--out"])
                .arg(&peers.data);
            process::run(&mut command, &[])?;
        }
        Ok(peers)
    }

    /// The folder with `signals.parquet` and the raw columns.
    pub fn data(&self) -> &Path {
        &self.data
    }

    fn complete(&self, employers: usize) -> bool {
        let length = |name: &str| fs::metadata(self.data.join(name)).map_or(0, |file| file.len());
        let whole = |(name, width): &(&str, _)| {
            length(&format!("{name}.bin")) == (employers * MONTHS * size(*width)) as u64
        };
        length("signals.parquet") > 0 && COLUMNS.iter().all(whole)
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(&self.script).arg(verb);
        command
    }

    /// One run of one job by one peer.
    ///
    /// # Errors
    /// It failed, or said nothing that can be read.
    pub fn run(&self, peer: &str, job: &str) -> anyhow::Result<Report> {
        let mut command = self.command(peer);
        command
            .args(["--runs", "1", "--job", job, "--threads", "2", "--dir"])
            .arg(&self.data);
        let (_, text) = process::run(&mut command, &[])?;
        let line = text.lines().last().context("the peer said nothing")?;
        Ok(serde_json::from_str(line)?)
    }
}
