//! .xlsx through calamine's cell reader: one cell at a time, whatever the size of the sheet.

use std::io::BufReader;

use calamine::{
    CellErrorType, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError,
};
use kernel::Date;

use super::cell::{Cell, number_text};
use super::container;
use super::fault::FileFault;
use super::rows::{Sink, Stop};
use super::source::{ReadSeek, Source};
use super::workbook::Sheet;

/// An open book.
pub(crate) type Book = Xlsx<BufReader<Box<dyn ReadSeek>>>;

/// Opens a book that has been proven harmless.
pub(crate) fn open(source: &Source) -> Result<Book, FileFault> {
    let reader = source.open().map_err(|error| FileFault::from_io(&error))?;
    Xlsx::new(BufReader::with_capacity(64 << 10, reader)).map_err(|error| fault(&error, 0))
}

/// Proves the container harmless, then lists the sheets.
pub(crate) fn sheets(source: &Source) -> Result<(Vec<Sheet>, Book), FileFault> {
    container::prove(source)?;
    let book = open(source)?;
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
    let mut cells = book
        .worksheet_cells_reader(sheet)
        .map_err(|error| fault(&error, 0))?;
    let stated = cells.dimensions().end.0;
    if stated > 0 {
        sink.expect(stated + 1)?;
    }
    let mut row = 0;
    loop {
        let cell = match cells.next_cell() {
            Ok(Some(cell)) => cell,
            Ok(None) => return Ok(()),
            Err(error) => return Err(fault(&error, row + 1).into()),
        };
        let (at, column) = cell.get_position();
        row = at;
        sink.cell(at, column, value(cell.get_value()))?;
    }
}

fn value(data: &DataRef<'_>) -> Cell {
    match data {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) => Cell::text(text),
        DataRef::SharedString(text) => Cell::text(*text),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::Int(number) => Cell::Text(number.to_string()),
        DataRef::Bool(value) => Cell::Bool(*value),
        DataRef::DateTime(moment) => date(moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::text(text),
        DataRef::Error(error) => Cell::Error(error_text(error)),
    }
}

/// A serial day in a cell formatted as a date. Times without a day, durations and the day that never was
/// (1900-02-29) stay as text.
pub(crate) fn date(moment: &ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let within = (0.0..2_958_466.0).contains(&moment.as_f64());
    if !within || moment.is_duration() {
        return Cell::Text(number_text(moment.as_f64()));
    }
    if moment.as_f64() < 1.0 {
        return Cell::Text(format!("{hour:02}:{minute:02}:{second:02}"));
    }
    let date = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
    match date {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).map_or_else(
            |_| Cell::Text(format!("{year}-{month:02}-{day:02}")),
            Cell::Date,
        ),
        _ => Cell::Text(number_text(moment.as_f64())),
    }
}

/// A failed formula as the spreadsheet program shows it.
pub(crate) fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        _ => "#ERROR!",
    }
}

/// A calamine fault in our words; `row` is 0 while no row has been read.
fn fault(error: &XlsxError, row: u32) -> FileFault {
    let place = if row == 0 {
        String::new()
    } else {
        format!("第 {row} 行附近")
    };
    match error {
        XlsxError::Password => FileFault::Password,
        XlsxError::Zip(error) => container::fault(error),
        XlsxError::Io(error) => FileFault::from_io(error),
        XlsxError::NotAWorksheet(_) => FileFault::NoSheet,
        XlsxError::WorksheetNotFound(name) => {
            FileFault::Damaged(format!("工作表「{name}」的内容不在文件里"))
        }
        _ => FileFault::Damaged(place),
    }
}
