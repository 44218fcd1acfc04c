//! The rows of a delivered file as texts, field by field.

use super::ArrearsError;
use crate::exchange::columns::Column;
use crate::exchange::reading::Row;
use crate::exchange::{Layout, Mapping, RowFault, Survey, text_of};

/// Rows taken in one transaction.
const CHUNK: usize = 2_000;

/// Which column of the file fills which field.
pub(super) struct Headed(Vec<(usize, Column)>);

impl Headed {
    fn of(layout: &Layout, mapping: &Mapping) -> Self {
        let filled = mapping.columns.iter().filter_map(|one| {
            let column = layout.column(&one.field)?;
            Some((one.column, column.clone()))
        });
        Self(filled.collect())
    }

    fn cells(&self, row: Row, epoch_1904: bool) -> Cells {
        let (mut texts, mut faults) = (Vec::with_capacity(self.0.len()), Vec::new());
        for (place, column) in &self.0 {
            match text_of(column, row.cell(*place), epoch_1904) {
                Ok(text) => texts.push(text.into_owned()),
                Err(fault) => {
                    texts.push(String::new());
                    faults.push(fault);
                }
            }
        }
        Cells { row, texts, faults }
    }

    /// What a row says of a field; empty where the file has no such column.
    pub(super) fn text(&self, cells: &Cells, field: &str) -> String {
        self.0
            .iter()
            .zip(&cells.texts)
            .find(|((_, column), _)| column.field == field)
            .map(|(_, text)| text.clone())
            .unwrap_or_default()
    }
}

/// One row as texts, in the order of [`Headed`].
pub(super) struct Cells {
    pub(super) row: Row,
    texts: Vec<String>,
    pub(super) faults: Vec<RowFault>,
}

/// The rows below the headings, chunk by chunk.
pub(super) struct Chunks {
    found: Survey,
    headed: Headed,
    waiting: Vec<Cells>,
    ended: bool,
}

impl Chunks {
    pub(super) fn new(found: Survey, layout: &Layout) -> Self {
        let headed = Headed::of(layout, &found.mapping);
        Self {
            found,
            headed,
            waiting: Vec::new(),
            ended: false,
        }
    }

    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// The file breaks off.
    pub(super) fn next(&mut self) -> Result<Option<(&Headed, Vec<Cells>)>, ArrearsError> {
        while self.waiting.len() < CHUNK && !self.ended {
            let Some(batch) = self.found.rows.next_batch()? else {
                self.ended = true;
                break;
            };
            let epoch = self.found.rows.epoch_1904();
            let header = self.found.mapping.header_row;
            for row in batch.into_iter().filter(|row| row.number > header) {
                self.waiting.push(self.headed.cells(row, epoch));
            }
        }
        if self.waiting.is_empty() {
            return Ok(None);
        }
        let rest = self.waiting.split_off(self.waiting.len().min(CHUNK));
        let chunk = std::mem::replace(&mut self.waiting, rest);
        Ok(Some((&self.headed, chunk)))
    }
}
