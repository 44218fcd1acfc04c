//! Programs run and measured from outside: wall clock, CPU seconds, peak memory.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Clock ticks a second in /proc/PID/stat; Linux has used 100 on every architecture we build for.
const TICKS: f64 = 100.0;

/// What a run cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// Seconds from start to end.
    pub wall: f64,
    /// User and system CPU seconds.
    pub cpu: f64,
    /// Peak resident memory, MB (10^6 bytes).
    pub peak_mb: f64,
}

/// CPU seconds a living (or just ended) process has used, all threads.
pub fn cpu_seconds(pid: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold blanks: fields are counted from the closing bracket.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS)
}

/// A `Vm…` line of /proc/PID/status in MB.
pub fn memory_mb(pid: u32, line: &str) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kb: f64 = text
        .lines()
        .find(|l| l.starts_with(line))?
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()?;
    Some(kb * 1024.0 / 1e6)
}

fn ended(pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return true;
    };
    text.rsplit_once(')')
        .is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'))
}

/// Run a program to its end. Its standard output is returned; a bad exit is an error unless listed in `accept`.
pub fn run(command: &mut Command, accept: &[i32]) -> anyhow::Result<(Cost, String)> {
    let name = format!("{command:?}");
    let out = tempfile::tempfile()?;
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(out.try_clone()?)
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    let stderr = child.stderr.take();
    let reader = std::thread::spawn(move || {
        stderr
            .map(|s| std::io::read_to_string(s).unwrap_or_default())
            .unwrap_or_default()
    });
    let mut cost = watch(&mut child);
    cost.wall = started.elapsed().as_secs_f64();
    let status = child.wait()?;
    let errors = reader.join().unwrap_or_default();
    if !status.success() && !status.code().is_some_and(|c| accept.contains(&c)) {
        bail!(
            "{name} ended with {status}: {}",
            errors.lines().rev().take(5).collect::<Vec<_>>().join(" | ")
        );
    }
    Ok((cost, read_all(out)?))
}

/// Poll until it is a zombie: its accounts are still readable then, and vanish when it is reaped.
fn watch(child: &mut Child) -> Cost {
    let pid = child.id();
    let mut cost = Cost::default();
    loop {
        if let Some(peak) = memory_mb(pid, "VmHWM:") {
            cost.peak_mb = cost.peak_mb.max(peak);
        }
        if ended(pid) {
            cost.cpu = cpu_seconds(pid).unwrap_or(0.0);
            return cost;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn read_all(mut file: fs::File) -> anyhow::Result<String> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(0))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

/// A server that is ended when the value is dropped.
pub struct Server {
    child: Child,
    /// `127.0.0.1:PORT`
    pub address: String,
}

impl Server {
    /// Start a program that prints `listening on http://ADDRESS` as its first such line.
    ///
    /// # Errors
    /// It cannot be started, or ends before it listens.
    pub fn start(command: &mut Command) -> anyhow::Result<Self> {
        use std::io::{BufRead, BufReader};
        let name = format!("{command:?}");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let stdout = child.stdout.take().context("no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next().transpose()? {
            if let Some((_, address)) = line.split_once("listening on http://") {
                // Keep reading, so that the server never blocks on a full pipe.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self {
                    child,
                    address: address.trim().to_owned(),
                });
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        bail!("{name} ended before it listened")
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// CPU seconds it has used so far.
    pub fn cpu(&self) -> f64 {
        cpu_seconds(self.pid()).unwrap_or(0.0)
    }

    /// Resident memory now, MB.
    pub fn resident_mb(&self) -> f64 {
        memory_mb(self.pid(), "VmRSS:").unwrap_or(0.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The middle of the values; 0 of none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
}
