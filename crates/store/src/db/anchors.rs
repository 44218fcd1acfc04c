//! The audit log's anchors from outside: written to the file beside the database, and checked against it.

use std::path::Path;

use kernel::DistrictCode;

use super::Db;
use crate::actor::Actor;
use crate::audit::anchor::{self, Wanting};
use crate::audit::verify;
use crate::error::StoreError;
use crate::{args, audit};

impl Db {
    /// Appends anchors to the file. The change is committed by now, so a full disk must not turn it into a
    /// failure: what is missing behind the file's last line is caught up with the next day's.
    pub(super) fn write_anchors(&self, anchors: &[anchor::Anchor]) {
        let (Some(path), Some(first)) = (&self.0.anchor_file, anchors.first()) else {
            return;
        };
        if let Err(fault) = self.append_anchors(path, first.district, Wanting::Behind(anchors)) {
            tracing::error!(code = fault.code(), file = %path.display(), "anchor file not written: {fault}");
        }
    }

    fn append_anchors(
        &self,
        path: &Path,
        district: DistrictCode,
        wanting: Wanting<'_>,
    ) -> Result<usize, StoreError> {
        // A loss of power must not take back a record that the file vouches for.
        self.wait_for_disk()?;
        let rows = self.read(&Actor::system(district), |tx| {
            tx.all(&anchor::LIST, args![district])?
                .iter()
                .map(anchor::Anchor::read)
                .collect::<Result<Vec<_>, _>>()
        })?;
        anchor::catch_up(path, &rows, wanting, &self.0.vault)
    }

    /// Appends to the anchor file the days that are anchored behind its last line: those a crash or a full disk kept
    /// from being written. Days missing further up are not filled in: somebody took them away, and that must stay to
    /// be seen. For the server's start; looking at a database never does this.
    ///
    /// # Errors
    /// The database or the file cannot be read, or the file cannot be written.
    pub fn catch_up_anchors(&self) -> Result<(), StoreError> {
        let Some(path) = &self.0.anchor_file else {
            return Ok(());
        };
        for (district, _) in self.districts()? {
            let added = self.append_anchors(path, district, Wanting::Behind(&[]))?;
            if added > 0 {
                tracing::warn!(%district, added, "the anchor file lacked its last days; appended");
            }
        }
        Ok(())
    }

    /// Writes every anchor of the database that the file lacks: into a new place after a restoration, or anew when
    /// the file is lost and no copy of it is left. How many.
    ///
    /// # Errors
    /// As [`Db::catch_up_anchors`].
    pub fn write_all_anchors(&self) -> Result<usize, StoreError> {
        let Some(path) = &self.0.anchor_file else {
            return Ok(0);
        };
        let mut added = 0;
        for (district, _) in self.districts()? {
            added += self.append_anchors(path, district, Wanting::All)?;
        }
        Ok(added)
    }

    /// Checks a district's log against its end, its anchors and the anchor file (审计核验). Only reads.
    ///
    /// # Errors
    /// Only when the database or the file cannot be read; a broken log is a result, not an error.
    pub fn verify_log(&self, district: DistrictCode) -> Result<verify::Report, StoreError> {
        let once = || {
            let file = self
                .anchor_file()
                .map(|path| anchor::read_file(path, self.vault()));
            let file = file.transpose()?;
            self.read(&Actor::system(district), |tx| {
                verify::verify(tx, file.as_ref())
            })
        };
        let report = once()?;
        // A day may have been anchored between the two looks; the file is written just after the commit.
        match &report.fault {
            Some(fault) if fault.is_about_anchors() => once(),
            _ => Ok(report),
        }
    }

    /// Records and anchors of districts that were never opened in this database: nobody here wrote them. The
    /// district's code and how many.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn foreign_records(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let nobody = DistrictCode::parse("000000")
            .map_err(|fault| StoreError::Refused(fault.to_string()))?;
        self.read(&Actor::system(nobody), |tx| {
            tx.all(&verify::FOREIGN, &[])?
                .iter()
                .map(|row| Ok((row.get(0)?, row.get(1)?)))
                .collect()
        })
    }

    /// Anchors the last day of a district's chain that had changes, if that day is over. Writing does the same
    /// by itself; this is for days on which nobody writes.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn anchor(&self, district: DistrictCode) -> Result<(), StoreError> {
        self.housekeep(&Actor::system(district), |tx| {
            let head = tx.load_head(&audit::HEAD)?;
            tx.anchor_past_day(head)
        })
    }
}
