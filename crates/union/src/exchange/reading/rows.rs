//! The stream of rows. A thread of its own reads the file and sends rows in batches through a short
//! channel, so memory stays constant, reading overlaps with checking, and a panic inside a reading library
//! becomes a [`FileFault`] instead of ending the program.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use super::cell::{Cell, Row};
use super::fault::FileFault;

/// Columns taken. A roll has twenty; the rest is someone's notes.
pub const MAX_COLUMNS: u32 = 256;
/// Rows taken: what one .xlsx sheet can hold.
pub const MAX_ROWS: u32 = 1_048_576;
/// Bytes in one cell: three times the 32,767 characters that Excel allows.
pub(crate) const MAX_CELL: usize = 100_000;
/// Rows sent together: enough to make the channel cheap, little enough to keep memory low.
const BATCH: usize = 256;
/// Batches under way between the reading thread and its taker.
const UNDER_WAY: usize = 8;

/// What the reading thread says.
pub(crate) enum Message {
    /// Days are counted from 1904-01-01 (old Macintosh workbooks).
    Epoch1904,
    /// About so many rows are to come.
    Expected(u32),
    /// Some rows, in file order.
    Rows(Vec<Row>),
    /// The file cannot be read further.
    Fault(FileFault),
}

/// Why reading stopped early.
pub(crate) enum Stop {
    /// The file is at fault.
    Fault(FileFault),
    /// Nobody listens any more.
    Gone,
}

impl From<FileFault> for Stop {
    fn from(fault: FileFault) -> Self {
        Self::Fault(fault)
    }
}

/// Collects cells into rows and rows into batches, and keeps the limits. Each format feeds one.
pub(crate) struct Sink {
    out: SyncSender<Message>,
    batch: Vec<Row>,
    row: Row,
    rows: u32,
    width: usize,
}

impl Sink {
    fn new(out: SyncSender<Message>) -> Self {
        Self {
            out,
            batch: Vec::with_capacity(BATCH),
            row: Row::default(),
            rows: 0,
            width: 8,
        }
    }

    /// Says that serial days count from 1904.
    pub(crate) fn epoch_1904(&mut self) -> Result<(), Stop> {
        self.out.send(Message::Epoch1904).map_err(|_| Stop::Gone)
    }

    /// Says about how many rows are to come; files may state it wrongly.
    pub(crate) fn expect(&mut self, rows: u32) -> Result<(), Stop> {
        self.out
            .send(Message::Expected(rows.min(MAX_ROWS)))
            .map_err(|_| Stop::Gone)
    }

    /// Takes the cell at 0-based `row`, `column`. Cells come row by row; within a row in any order.
    pub(crate) fn cell(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), Stop> {
        if cell.is_empty() {
            return Ok(());
        }
        let number = row.saturating_add(1);
        if column >= MAX_COLUMNS {
            return Err(FileFault::TooManyColumns {
                row: number,
                limit: MAX_COLUMNS,
            }
            .into());
        }
        if matches!(&cell, Cell::Text(text) if text.len() > MAX_CELL) {
            return Err(FileFault::CellTooLong { row: number }.into());
        }
        if self.row.number != number {
            self.end_row()?;
            self.row.number = number;
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if self.row.cells.is_empty() {
            self.row.cells.reserve(self.width);
        }
        while self.row.cells.len() < column {
            self.row.cells.push(Cell::Empty);
        }
        match self.row.cells.get_mut(column) {
            Some(place) => *place = cell,
            None => self.row.cells.push(cell),
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), Stop> {
        if self.row.cells.is_empty() {
            return Ok(());
        }
        self.rows += 1;
        if self.rows > MAX_ROWS {
            return Err(FileFault::TooManyRows(MAX_ROWS).into());
        }
        self.width = self.row.cells.len();
        self.batch.push(std::mem::take(&mut self.row));
        if self.batch.len() >= BATCH {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), Stop> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.out.send(Message::Rows(batch)).map_err(|_| Stop::Gone)
    }

    fn finish(mut self, ended: Result<(), Stop>) {
        // Rows read before a fault still count: the message names the place, the preview shows them.
        let ended = match ended {
            Ok(()) => self.end_row().and_then(|()| self.flush()),
            Err(Stop::Fault(fault)) => self
                .end_row()
                .and_then(|()| self.flush())
                .and(Err(Stop::Fault(fault))),
            Err(Stop::Gone) => Err(Stop::Gone),
        };
        if let Err(Stop::Fault(fault)) = ended {
            let _ = self.out.send(Message::Fault(fault));
        }
    }
}

/// Rows of one sheet, in file order, blank rows left out.
pub struct Rows {
    inbox: Option<Receiver<Message>>,
    waiting: VecDeque<Row>,
    epoch_1904: bool,
    expected: Option<u32>,
    fault: Option<FileFault>,
    thread: Option<JoinHandle<()>>,
}

impl Rows {
    /// Runs `read` on a thread of its own.
    pub(crate) fn start(read: impl FnOnce(&mut Sink) -> Result<(), Stop> + Send + 'static) -> Self {
        let (out, inbox) = sync_channel(UNDER_WAY);
        let thread = thread::Builder::new()
            .name(READER_THREAD.into())
            .stack_size(8 << 20)
            .spawn(move || {
                let mut sink = Sink::new(out);
                let ended = catch_unwind(AssertUnwindSafe(|| read(&mut sink)));
                sink.finish(ended.unwrap_or(Err(Stop::Fault(FileFault::Crashed))));
            });
        let (thread, fault) = match thread {
            Ok(thread) => (Some(thread), None),
            Err(error) => (None, Some(FileFault::Unreadable(error.to_string()))),
        };
        Self {
            inbox: Some(inbox),
            waiting: VecDeque::new(),
            epoch_1904: false,
            expected: None,
            fault,
            thread,
        }
    }

    /// Whether serial days count from 1904-01-01. Known once the first row has come.
    pub fn epoch_1904(&self) -> bool {
        self.epoch_1904
    }

    /// About how many rows the sheet has, headings included, where the file says so.
    pub fn expected(&self) -> Option<u32> {
        self.expected
    }

    /// The first rows without taking them: at least `count` where there are so many.
    pub fn head(&mut self, count: usize) -> &[Row] {
        while self.waiting.len() < count {
            if !self.receive() {
                break;
            }
        }
        let filled = self.waiting.make_contiguous();
        filled.get(..count.min(filled.len())).unwrap_or_default()
    }

    /// The next rows, as many as are at hand; `None` at the end.
    ///
    /// # Errors
    /// [`FileFault`] when the file turns out to be broken further on; nothing comes after it.
    pub fn next_batch(&mut self) -> Result<Option<Vec<Row>>, FileFault> {
        while self.waiting.is_empty() && self.receive() {}
        if !self.waiting.is_empty() {
            return Ok(Some(self.waiting.drain(..).collect()));
        }
        self.fault.clone().map_or(Ok(None), Err)
    }

    /// The fault met so far, if any.
    pub fn fault(&self) -> Option<&FileFault> {
        self.fault.as_ref()
    }

    /// Waits for one message; false when there will be no more.
    fn receive(&mut self) -> bool {
        let Some(message) = self.inbox.as_ref().and_then(|inbox| inbox.recv().ok()) else {
            return false;
        };
        match message {
            Message::Epoch1904 => self.epoch_1904 = true,
            Message::Expected(rows) => self.expected = Some(rows),
            Message::Rows(rows) => self.waiting.extend(rows),
            Message::Fault(fault) => self.fault = Some(fault),
        }
        true
    }
}

impl Iterator for Rows {
    type Item = Result<Row, FileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.waiting.is_empty() && self.receive() {}
        self.waiting
            .pop_front()
            .map(Ok)
            .or_else(|| self.fault.take().map(Err))
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").finish_non_exhaustive()
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        // The reader notices at its next batch that nobody listens, and ends.
        drop(self.inbox.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Name of reading threads; the program's panic hook stays silent for it, since panics there are answered.
pub const READER_THREAD: &str = "spreadsheet";

/// Runs a short piece of reading where a panic becomes a fault.
pub(crate) fn contained<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, FileFault> + Send + 'static,
) -> Result<T, FileFault> {
    let thread = thread::Builder::new()
        .name(READER_THREAD.into())
        .stack_size(8 << 20)
        .spawn(move || catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(FileFault::Crashed)));
    let thread = thread.map_err(|error| FileFault::Unreadable(error.to_string()))?;
    thread.join().unwrap_or(Err(FileFault::Crashed))
}
