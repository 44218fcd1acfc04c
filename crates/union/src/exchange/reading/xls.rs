//! .xls (Excel 97–2003, WPS .et): an OLE container with a stream of BIFF records.
//!
//! calamine loads such a book whole and lays every sheet out as a full rectangle, so two cells in opposite
//! corners of an empty sheet cost half a gigabyte, and a broken chain of sectors could run in circles.
//! Therefore the `cfb` crate opens the container (it checks the chains), the records are walked once here
//! to know the true extent, and calamine gets a fresh container that holds nothing but the checked stream.

use std::collections::BTreeSet;
use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader, SheetType, SheetVisible, Xls, XlsError};
use cfb::CompoundFile;

use super::cell::Cell;
use super::detect::Format;
use super::fault::FileFault;
use super::rows::{Sink, Stop};
use super::source::{ReadSeek, Source};
use super::workbook::Sheet;
use super::xlsx;

/// First bytes of an OLE container.
pub(crate) const SIGNATURE: [u8; 8] = *b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// Bytes of the record stream. 65,536 rows of twenty columns make about 25 MB.
const MAX_STREAM: u64 = 48 << 20;
/// Bytes of the table of shared strings.
const MAX_STRINGS: usize = 16 << 20;
/// Cells of all sheets together, and the area of the rectangles they span.
const MAX_CELLS: u64 = 2_500_000;
/// Columns that the format can have.
const MAX_COLUMN: u32 = 256;

/// An open book, loaded whole.
pub(crate) type Book = Xls<Cursor<Vec<u8>>>;
type Container = CompoundFile<Box<dyn ReadSeek>>;

fn open(source: &Source) -> Result<Container, FileFault> {
    let reader = source.open().map_err(|error| FileFault::from_io(&error))?;
    CompoundFile::open(reader).map_err(|_| FileFault::Damaged("文件结构有误".into()))
}

/// Tells what lives in an OLE container.
pub(crate) fn kind(source: &Source) -> Result<Format, FileFault> {
    let source = source.clone();
    super::rows::contained(move || {
        let container = open(&source)?;
        let has = |name: &str| container.is_stream(name);
        if has("EncryptedPackage") {
            Err(FileFault::Password)
        } else if has("Workbook") || has("Book") {
            Ok(Format::Xls)
        } else if has("WordDocument") {
            Err(FileFault::Disguised("Word 文档"))
        } else if has("PowerPoint Document") {
            Err(FileFault::Disguised("演示文稿"))
        } else {
            Err(FileFault::Unknown)
        }
    })
}

/// Opens the book once its records are known to fit.
pub(crate) fn book(source: &Source) -> Result<Book, FileFault> {
    let mut container = open(source)?;
    let name = if container.is_stream("Workbook") {
        "Workbook"
    } else {
        "Book"
    };
    let broken = |_| FileFault::Damaged("文件结构有误".into());
    let stream = container.open_stream(name).map_err(broken)?;
    if stream.len() > MAX_STREAM {
        return Err(FileFault::Bomb(format!("内容有 {} MB", stream.len() >> 20)));
    }
    let mut records = Vec::new();
    stream
        .take(MAX_STREAM)
        .read_to_end(&mut records)
        .map_err(broken)?;
    for at in prove(&records)? {
        // An unassigned record kind, which every reader skips.
        if let Some(kind) = records.get_mut(at..at + 2) {
            kind.copy_from_slice(&UNASSIGNED.to_le_bytes());
        }
    }
    let mut fresh = CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))
        .map_err(broken)?;
    fresh
        .create_stream(name)
        .and_then(|mut stream| stream.write_all(&records))
        .map_err(broken)?;
    drop(records);
    fresh.flush().map_err(broken)?;
    let mut bytes = fresh.into_inner();
    bytes.set_position(0);
    Xls::new(bytes).map_err(|error| fault(&error))
}

/// Lists the sheets.
pub(crate) fn sheets(source: &Source) -> Result<(Vec<Sheet>, Book), FileFault> {
    let book = book(source)?;
    let sheets = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let sheets = sheets.map(|sheet| Sheet {
        name: sheet.name.clone(),
        visible: sheet.visible == SheetVisible::Visible,
    });
    Ok((sheets.collect(), book))
}

/// Feeds every cell of a sheet to the sink.
pub(crate) fn read(mut book: Book, sheet: &str, sink: &mut Sink) -> Result<(), Stop> {
    if book.has_1904_epoch() {
        sink.epoch_1904()?;
    }
    let range = book.worksheet_range(sheet).map_err(|error| fault(&error))?;
    drop(book);
    let (top, left) = range.start().unwrap_or_default();
    sink.expect(range.end().map_or(0, |(bottom, _)| bottom + 1))?;
    for (row, column, data) in range.used_cells() {
        let at = (
            top + u32::try_from(row).unwrap_or(u32::MAX),
            left + u32::try_from(column).unwrap_or(u32::MAX),
        );
        sink.cell(at.0, at.1, value(data))?;
    }
    Ok(())
}

fn value(data: &Data) -> Cell {
    match data {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::text(text),
        Data::Float(number) => Cell::Number(*number),
        Data::Int(number) => Cell::Text(number.to_string()),
        Data::Bool(value) => Cell::Bool(*value),
        Data::DateTime(moment) => xlsx::date(moment),
        Data::Error(error) => Cell::Error(xlsx::error_text(error)),
        _ => Cell::Empty,
    }
}

fn fault(error: &XlsError) -> FileFault {
    match error {
        XlsError::Password => FileFault::Password,
        XlsError::WorksheetNotFound(_) => FileFault::NoSheet,
        _ => FileFault::Damaged(String::new()),
    }
}

/// Smallest rectangle around the cells of one substream.
#[derive(Default)]
struct Extent {
    cells: u64,
    rows: Option<(u32, u32)>,
    columns: Option<(u32, u32)>,
}

impl Extent {
    fn take(&mut self, row: u32, first: u32, last: u32) {
        self.cells += u64::from(last.saturating_sub(first)) + 1;
        let widen = |range: &mut Option<(u32, u32)>, from: u32, to: u32| {
            let (low, high) = range.unwrap_or((from, to));
            *range = Some((low.min(from), high.max(to)));
        };
        widen(&mut self.rows, row, row);
        widen(&mut self.columns, first, last);
    }

    fn area(&self) -> u64 {
        let side =
            |range: Option<(u32, u32)>| range.map_or(0, |(low, high)| u64::from(high - low) + 1);
        side(self.rows) * side(self.columns)
    }
}

/// Walks the records and refuses what would not fit or cannot be. Returns the places of the records that
/// state a sheet's extent: the reader reserves memory by them unseen, and they are wrong in broken files.
fn prove(stream: &[u8]) -> Result<Vec<usize>, FileFault> {
    let broken = |place: &str| FileFault::Damaged(place.to_owned());
    let (mut cells, mut area, mut strings) = (0, 0, 0);
    let (mut extent, mut stated) = (Extent::default(), Vec::new());
    let (mut begins, mut sheets) = (BTreeSet::new(), BTreeSet::new());
    let (mut at, mut last_kind) = (0, 0);
    while let Some((kind, data)) = record(stream, at) {
        match kind {
            BOF => {
                begins.insert(at);
                cells += extent.cells;
                area += extent.area();
                extent = Extent::default();
            }
            BOUND_SHEET => {
                let place = u32_at(data, 0)
                    .and_then(|place| usize::try_from(place).ok())
                    .ok_or_else(|| broken("工作表目录"))?;
                if !sheets.insert(place) {
                    return Err(broken("工作表目录"));
                }
            }
            DIMENSIONS => stated.push(at),
            // The text of a formula's result: one more cell in the reader's list.
            0x0207 => cells += 1,
            SST => strings += data.len(),
            CONTINUE if last_kind == SST => strings += data.len(),
            _ => {}
        }
        if let Some((row, first, last)) = cell_of(kind, data) {
            if last >= MAX_COLUMN || first > last {
                return Err(broken("单元格的位置"));
            }
            extent.take(row, first, last);
        }
        if kind != CONTINUE {
            last_kind = kind;
        }
        at += 4 + data.len();
    }
    cells += extent.cells;
    area += extent.area();
    if cells > MAX_CELLS || area > MAX_CELLS || strings > MAX_STRINGS {
        return Err(FileFault::Bomb("单元格过多".into()));
    }
    if sheets.iter().any(|sheet| !begins.contains(sheet)) {
        return Err(broken("工作表目录"));
    }
    Ok(stated)
}

const BOF: u16 = 0x0809;
const BOUND_SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const SST: u16 = 0x00FC;
const CONTINUE: u16 = 0x003C;
const UNASSIGNED: u16 = 0xFFFF;

/// The record at an offset: its kind and contents; `None` at the end of what is whole.
fn record(stream: &[u8], at: usize) -> Option<(u16, &[u8])> {
    let kind = u16_at(stream, at)?;
    let length = usize::from(u16_at(stream, at + 2)?);
    stream.get(at + 4..at + 4 + length).map(|data| (kind, data))
}

/// Row and columns that a cell record fills.
fn cell_of(kind: u16, data: &[u8]) -> Option<(u32, u32, u32)> {
    // Formula, Number, Label, BoolErr, RK, LabelSst, RString, MulRk.
    let many = kind == 0x00BD;
    if !many
        && !matches!(
            kind,
            0x0006 | 0x0203 | 0x0204 | 0x0205 | 0x027E | 0x00FD | 0x00D6
        )
    {
        return None;
    }
    let (row, first) = (u32::from(u16_at(data, 0)?), u32::from(u16_at(data, 2)?));
    let last = if many {
        u32::from(u16_at(data, data.len().checked_sub(2)?)?)
    } else {
        first
    };
    Some((row, first, last))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..at + 2)?
        .try_into()
        .ok()
        .map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at + 4)?
        .try_into()
        .ok()
        .map(u32::from_le_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rec(kind: u16, data: &[u8]) -> Vec<u8> {
        let length = u16::try_from(data.len()).unwrap();
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    }

    fn number(row: u16, column: u16) -> Vec<u8> {
        rec(
            0x0203,
            &[&row.to_le_bytes()[..], &column.to_le_bytes(), &[0; 10]].concat(),
        )
    }

    #[test]
    fn two_far_cells_are_a_bomb() {
        let near = [number(0, 0), number(9, 9)].concat();
        assert_eq!(prove(&near), Ok(vec![]));
        let far = [number(0, 0), number(65_535, 255)].concat();
        assert!(matches!(prove(&far), Err(FileFault::Bomb(_))));
    }

    #[test]
    fn impossible_places_are_damage() {
        assert!(matches!(prove(&number(0, 300)), Err(FileFault::Damaged(_))));
        let sheet = rec(BOUND_SHEET, &[99, 0, 0, 0, 0, 0, 1, 0, b'a']);
        assert!(matches!(prove(&sheet), Err(FileFault::Damaged(_))));
    }
}
