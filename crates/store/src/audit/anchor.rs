//! Daily anchors: the end of the chain on each day that had changes, in the database and in a signed file.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use kernel::{Date, DistrictCode};

use super::chain::Hash;
use crate::error::StoreError;
use crate::row::Row;
use crate::vault::Vault;
use crate::{files, hex};

crate::statements! {
    /// One day's anchor; a day is anchored once.
    pub(crate) INSERT = "INSERT INTO audit_anchor (district, day, seq, hash) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (district, day) DO NOTHING";
    /// Every anchor of a district.
    pub LIST = "SELECT district, day, seq, hash FROM audit_anchor WHERE district = $1 ORDER BY day";
}

/// What the signature is for.
const PURPOSE: &str = "audit.anchor";

/// The end of a chain on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The tenant.
    pub district: DistrictCode,
    /// The civil day that ended.
    pub day: Date,
    /// Its last record.
    pub seq: i64,
    /// That record's hash.
    pub hash: Hash,
}

impl Anchor {
    /// Reads a row of [`LIST`].
    ///
    /// # Errors
    /// [`StoreError::Column`] when a column is not what it should be.
    pub fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            district: row.get(0)?,
            day: row.get(1)?,
            seq: row.get(2)?,
            hash: row.get(3)?,
        })
    }

    fn text(&self) -> String {
        format!(
            "{} {} {} {}",
            self.district,
            self.day,
            self.seq,
            hex::encode(&self.hash)
        )
    }

    /// The file's line: `district day seq hash signature`.
    fn line(&self, vault: &Vault) -> String {
        let text = self.text();
        format!(
            "{text} {}\n",
            hex::encode(&vault.sign(PURPOSE, text.as_bytes()))
        )
    }

    /// Reads a line; `None` when it is malformed or not signed by us.
    fn parse(line: &str, vault: &Vault) -> Option<Self> {
        let (text, signature) = line.trim_end().rsplit_once(' ')?;
        if !vault.verify(PURPOSE, text.as_bytes(), &hex::decode(signature)?) {
            return None;
        }
        let mut words = text.split(' ');
        Some(Self {
            district: words.next()?.parse().ok()?,
            day: words.next()?.parse().ok()?,
            seq: words.next()?.parse().ok()?,
            hash: hex::decode(words.next()?)?.try_into().ok()?,
        })
    }
}

/// The anchors of a file, and the numbers of lines that are not ours or were altered.
#[derive(Debug, Default)]
pub struct AnchorFile {
    /// There is no such file.
    pub absent: bool,
    /// Well-signed anchors in file order.
    pub anchors: Vec<Anchor>,
    /// Line numbers, from 1, of the others.
    pub bad_lines: Vec<usize>,
}

/// Reads an anchor file; a missing file has no anchors.
///
/// # Errors
/// [`StoreError::File`] when it exists and cannot be read.
pub fn read_file(path: &Path, vault: &Vault) -> Result<AnchorFile, StoreError> {
    let Some(text) = text_of(path)? else {
        return Ok(AnchorFile {
            absent: true,
            ..AnchorFile::default()
        });
    };
    let mut file = AnchorFile::default();
    for (number, line) in text.lines().enumerate() {
        match Anchor::parse(line, vault) {
            Some(anchor) => file.anchors.push(anchor),
            None => file.bad_lines.push(number + 1),
        }
    }
    Ok(file)
}

fn text_of(path: &Path) -> Result<Option<String>, StoreError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(StoreError::file(path)(fault)),
    }
}

/// The lines of one district by the day they state. A signature is checked only when its day is asked about: a start
/// must not take longer with every day the district has lived.
struct Lines<'a> {
    by_day: BTreeMap<Date, Vec<&'a str>>,
    vault: &'a Vault,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str, district: DistrictCode, vault: &'a Vault) -> Self {
        let mut by_day: BTreeMap<Date, Vec<&str>> = BTreeMap::new();
        for line in text.lines() {
            let mut words = line.split(' ');
            let ours = words.next() == Some(district.as_str());
            if let (true, Some(Ok(day))) = (ours, words.next().map(str::parse)) {
                by_day.entry(day).or_default().push(line);
            }
        }
        Self { by_day, vault }
    }

    /// Whether a line that we signed states this day.
    fn has(&self, day: Date) -> bool {
        let mut lines = self.by_day.get(&day).into_iter().flatten();
        lines.any(|line| Anchor::parse(line, self.vault).is_some())
    }

    /// The latest day of a line that we signed.
    fn last(&self) -> Option<Date> {
        let mut days = self.by_day.keys().rev().copied();
        days.find(|day| self.has(*day))
    }
}

/// Appends anchors durably.
pub(crate) fn append(path: &Path, anchors: &[Anchor], vault: &Vault) -> Result<(), StoreError> {
    if anchors.is_empty() {
        return Ok(());
    }
    let is_new = !path.exists();
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(StoreError::file(path))?;
    let text: String = anchors.iter().map(|anchor| anchor.line(vault)).collect();
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_data())
        .map_err(StoreError::file(path))?;
    if is_new {
        files::sync_folder(path)
    } else {
        Ok(())
    }
}

/// Which anchors a file that lacks some is to be given.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanting<'a> {
    /// The days behind its last line, and these that were made just now. A file without any line gets these, or the
    /// very first anchor of a district; no more, since then it was lost and not late.
    Behind(&'a [Anchor]),
    /// All.
    All,
}

/// Appends anchors of `rows`, all of one district, that the file lacks. How many.
pub(crate) fn catch_up(
    path: &Path,
    rows: &[Anchor],
    wanting: Wanting<'_>,
    vault: &Vault,
) -> Result<usize, StoreError> {
    let Some(first) = rows.first() else {
        return Ok(0);
    };
    let text = text_of(path)?.unwrap_or_default();
    let lines = Lines::of(&text, first.district, vault);
    let last = lines.last();
    let wanted = |row: &Anchor| match wanting {
        Wanting::All => true,
        Wanting::Behind(fresh) => {
            fresh.contains(row) || last.map_or(rows.len() == 1, |last| row.day > last)
        }
    };
    let missing: Vec<Anchor> = rows
        .iter()
        .filter(|row| wanted(row) && !lines.has(row.day))
        .cloned()
        .collect();
    append(path, &missing, vault)?;
    Ok(missing.len())
}
