//! The raw columns of workload W: one little-endian file each, rows ordered by employer and month.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use anyhow::Context;
use kernel::warning::{Lane, Width};

/// Months of every employer.
pub const MONTHS: usize = 24;
/// Subject, step, then the fields of the rule set in its order.
pub const COLUMNS: [(&str, Width); 10] = [
    ("ent", Width::U32),
    ("m", Width::U8),
    ("headcount", Width::U32),
    ("payroll", Width::U32),
    ("arrears", Width::U32),
    ("si_unpaid", Width::U32),
    ("complaints", Width::U16),
    ("cases", Width::U16),
    ("power", Width::U32),
    ("flags", Width::U8),
];

/// Bytes of a row.
pub fn size(width: Width) -> usize {
    match width {
        Width::U8 => 1,
        Width::U16 => 2,
        Width::U32 | Width::I32 => 4,
        Width::I64 => 8,
    }
}

/// Open column files.
pub struct Files {
    columns: Vec<File>,
    /// Employers in them.
    pub employers: usize,
}

/// Some rows of every column, as read.
#[derive(Default)]
pub struct Buffers(pub Vec<Vec<u8>>);

impl Files {
    /// Opens the ten files of a folder.
    ///
    /// # Errors
    /// One is missing or has another number of rows than the others.
    pub fn open(dir: &Path) -> anyhow::Result<Self> {
        let mut columns = Vec::new();
        let mut employers = None;
        for (name, width) in COLUMNS {
            let path = dir.join(format!("{name}.bin"));
            let file = File::open(&path).with_context(|| format!("no {}", path.display()))?;
            let rows = usize::try_from(file.metadata()?.len())? / size(width);
            let found = rows / MONTHS;
            anyhow::ensure!(
                *employers.get_or_insert(found) == found,
                "{name}.bin has {rows} rows"
            );
            columns.push(file);
        }
        Ok(Self {
            columns,
            employers: employers.unwrap_or(0),
        })
    }

    /// Reads whole employers `from..from + count` with ordinary reads.
    ///
    /// # Errors
    /// The files are shorter.
    pub fn read(&self, from: usize, count: usize, into: &mut Buffers) -> anyhow::Result<()> {
        into.0.resize_with(COLUMNS.len(), Vec::new);
        for ((file, (_, width)), buffer) in self.columns.iter().zip(COLUMNS).zip(&mut into.0) {
            let row = size(width);
            buffer.resize(count * MONTHS * row, 0);
            file.read_exact_at(buffer, u64::try_from(from * MONTHS * row)?)?;
        }
        Ok(())
    }
}

impl Buffers {
    /// Rows `from..from + count` of every column.
    pub fn lanes(&self, from: usize, count: usize) -> Vec<Lane<'_>> {
        let columns = self.0.iter().zip(COLUMNS);
        columns
            .map(|(bytes, (_, width))| {
                let row = size(width);
                let part = bytes
                    .get(from * row..(from + count) * row)
                    .unwrap_or_default();
                match width {
                    Width::U8 => Lane::U8(part),
                    Width::U16 => Lane::U16(part),
                    _ => Lane::U32(part),
                }
            })
            .collect()
    }

    /// Only the last `months` of every employer.
    pub fn tails(&self, months: usize, into: &mut Self) {
        into.0.resize_with(COLUMNS.len(), Vec::new);
        for ((bytes, (_, width)), tail) in self.0.iter().zip(COLUMNS).zip(&mut into.0) {
            let row = size(width);
            tail.clear();
            for employer in bytes.chunks_exact(MONTHS * row) {
                tail.extend_from_slice(employer.get((MONTHS - months) * row..).unwrap_or_default());
            }
        }
    }
}
