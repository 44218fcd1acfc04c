//! Which rows of a block belong to a subject, and which of them a window shows.

use super::super::rule_set::Window;
use super::{BlockFault, Lane};

/// The rows of a block in time.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// The step of each row.
    pub steps: Vec<i64>,
    /// The first row of each row's subject.
    pub starts: Vec<u32>,
    /// Rows whose results are wanted.
    pub wanted: Vec<u32>,
    /// Every subject has one row for every step between its first and its last: windows are counted in rows.
    pub dense: bool,
    subjects: Vec<i64>,
}

/// For each wanted row, the rows `from..to` a window shows.
#[derive(Debug, Default)]
pub(super) struct Span {
    /// The wanted rows.
    pub at: Vec<u32>,
    pub from: Vec<u32>,
    pub to: Vec<u32>,
    /// Each wanted row is shown itself and nothing else.
    pub own_row: bool,
}

impl Timeline {
    /// Reads subjects and steps.
    pub fn fill(
        &mut self,
        subject: Lane<'_>,
        step: Lane<'_>,
        last_only: bool,
    ) -> Result<(), BlockFault> {
        subject.decode(&mut self.subjects);
        step.decode(&mut self.steps);
        self.starts.clear();
        self.dense = true;
        let (mut start, mut before) = (0, None);
        for (row, (subject, step)) in (0u32..).zip(self.subjects.iter().zip(&self.steps)) {
            match before {
                Some((same, last)) if same == *subject => {
                    if *step < last {
                        return Err(BlockFault::NotInOrder);
                    }
                    self.dense &= step.wrapping_sub(last) == 1;
                }
                _ => start = row,
            }
            before = Some((*subject, *step));
            self.starts.push(start);
        }
        self.want(last_only);
        Ok(())
    }

    fn want(&mut self, last_only: bool) {
        let rows = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        self.wanted.clear();
        if last_only {
            let nexts = self.starts.iter().skip(1).copied().chain([rows]);
            let ends = (0u32..).zip(nexts).filter(|(row, next)| *next > *row);
            self.wanted.extend(ends.map(|(row, _)| row));
        } else {
            self.wanted.extend(0..rows);
        }
    }

    /// The rows a window shows at each wanted row.
    pub fn span(&self, window: Window, wanted: &[u32], span: &mut Span) {
        let (near, far) = (u32::from(window.near), u32::from(window.far));
        span.own_row = self.dense && near == 0 && far == 0 && wanted.len() == self.starts.len();
        span.at.clear();
        span.at.extend_from_slice(wanted);
        span.from.clear();
        span.to.clear();
        if self.dense {
            let start = |row: &u32| self.starts.get(*row as usize).copied().unwrap_or(*row);
            let bounds = wanted.iter().map(|row| (*row, start(row)));
            span.from.extend(
                bounds
                    .clone()
                    .map(|(row, start)| row.saturating_sub(far).max(start)),
            );
            span.to
                .extend(bounds.map(|(row, start)| (row + 1).saturating_sub(near).max(start)));
        } else {
            self.search(near, far, wanted, span);
        }
    }

    /// The same by steps: two marks that only move forward within a subject.
    fn search(&self, near: u32, far: u32, wanted: &[u32], span: &mut Span) {
        let step = |row: u32| self.steps.get(row as usize).copied().unwrap_or(i64::MAX);
        let (mut from, mut to) = (0, 0);
        for row in wanted {
            let start = self.starts.get(*row as usize).copied().unwrap_or(*row);
            (from, to) = (from.max(start), to.max(start));
            let now = step(*row);
            while from <= *row && step(from) < now.saturating_sub(i64::from(far)) {
                from += 1;
            }
            while to <= *row && step(to) <= now.saturating_sub(i64::from(near)) {
                to += 1;
            }
            span.from.push(from.min(to));
            span.to.push(to);
        }
    }
}
