//! .ods, streamed. calamine loads every sheet of an OpenDocument file whole, so the one XML part that
//! matters is read here with `quick-xml` directly: a cell repeated a million times costs nothing.

use std::io::{self, BufRead, BufReader, Read};

use kernel::Date;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::cell::Cell;
use super::container;
use super::fault::FileFault;
use super::rows::{MAX_COLUMNS, Sink, Stop};
use super::source::Source;
use super::workbook::Sheet;

/// Bytes of one XML piece.
const MAX_PIECE: u64 = 4 << 20;
/// Times a filled row is repeated before the file counts as broken.
const MAX_REPEAT: u32 = 10_000;

/// A buffered reader that refuses to deliver more than [`MAX_PIECE`] bytes without being told to go on.
struct Measured<R> {
    inner: R,
    left: u64,
}

impl<R: BufRead> Read for Measured<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.inner.read(out)
    }
}

impl<R: BufRead> BufRead for Measured<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(TOO_LONG));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self
            .left
            .saturating_sub(u64::try_from(amount).unwrap_or(u64::MAX));
        self.inner.consume(amount);
    }
}

const TOO_LONG: &str = "piece too long";

/// The events of one part.
struct Xml<R> {
    reader: Reader<Measured<R>>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Xml<R> {
    fn new(inner: R) -> Self {
        let mut reader = Reader::from_reader(Measured {
            inner,
            left: MAX_PIECE,
        });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        Self {
            reader,
            buffer: Vec::new(),
        }
    }

    fn next(&mut self) -> Result<Event<'_>, FileFault> {
        self.buffer.clear();
        self.reader.get_mut().left = MAX_PIECE;
        self.reader
            .read_event_into(&mut self.buffer)
            .map_err(|error| match error {
                quick_xml::Error::Io(error) if error.to_string().contains(TOO_LONG) => {
                    FileFault::Bomb("有一段超过 4 MB".into())
                }
                quick_xml::Error::Io(error) => FileFault::from_io(&error),
                _ => FileFault::Damaged("内容有误".into()),
            })
    }
}

/// An attribute's value, unescaped, by its name without prefix check.
fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.as_ref() == name)?;
    Some(
        quick_xml::escape::unescape(&found.value)
            .map_or_else(|_| found.value.to_string(), |text| text.into_owned()),
    )
}

fn with_part<T>(
    source: &Source,
    name: &str,
    read: impl FnOnce(Xml<BufReader<&mut dyn Read>>) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let mut zip = container::open(source)?;
    let mut part = zip
        .by_name(name)
        .map_err(|error| container::fault(&error))?;
    let part: &mut dyn Read = &mut part;
    read(Xml::new(BufReader::with_capacity(64 << 10, part)))
}

/// Lists the sheets; a sheet is hidden by the style it refers to.
pub(crate) fn sheets(source: &Source) -> Result<Vec<Sheet>, FileFault> {
    let result = with_part(source, "META-INF/manifest.xml", |mut xml| {
        loop {
            match xml.next()? {
                Event::Start(start) if start.local_name().as_ref() == "encryption-data" => {
                    return Err(FileFault::Password.into());
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    });
    let listed = result.and_then(|()| with_part(source, "content.xml", |xml| Ok(list(xml)?)));
    listed.map_err(|stop| match stop {
        Stop::Fault(fault) => fault,
        Stop::Gone => FileFault::Crashed,
    })
}

fn list<R: BufRead>(mut xml: Xml<R>) -> Result<Vec<Sheet>, FileFault> {
    let (mut sheets, mut hidden, mut style) = (Vec::new(), Vec::new(), String::new());
    loop {
        match xml.next()? {
            Event::Start(start) => match start.name().as_ref() {
                "style:style" => style = attribute(&start, "style:name").unwrap_or_default(),
                "style:table-properties"
                    if attribute(&start, "table:display").as_deref() == Some("false") =>
                {
                    hidden.push(style.clone());
                }
                "table:table" => {
                    let shown = attribute(&start, "table:style-name")
                        .is_none_or(|name| !hidden.contains(&name));
                    let name = attribute(&start, "table:name").unwrap_or_default();
                    sheets.push(Sheet {
                        name,
                        visible: shown,
                    });
                }
                _ => {}
            },
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

/// Feeds every cell of a sheet to the sink.
pub(crate) fn read(source: &Source, sheet: &str, sink: &mut Sink) -> Result<(), Stop> {
    with_part(source, "content.xml", |mut xml| {
        loop {
            match xml.next()? {
                Event::Start(start)
                    if start.name().as_ref() == "table:table"
                        && attribute(&start, "table:name").as_deref() == Some(sheet) =>
                {
                    return table(&mut xml, sink);
                }
                Event::Eof => return Err(FileFault::Damaged("工作表不见了".into()).into()),
                _ => {}
            }
        }
    })
}

fn table<R: BufRead>(xml: &mut Xml<R>, sink: &mut Sink) -> Result<(), Stop> {
    let mut row = 0_u32;
    loop {
        match xml.next()? {
            Event::Start(start) if start.name().as_ref() == "table:table-row" => {
                let times = repeated(&start, "table:number-rows-repeated");
                let cells = cells_of(xml, row)?;
                if !cells.is_empty() && times > MAX_REPEAT {
                    return Err(
                        FileFault::Bomb(format!("第 {} 行重复了 {times} 次", row + 1)).into(),
                    );
                }
                for copy in 0..if cells.is_empty() { 0 } else { times } {
                    for (column, cell) in &cells {
                        sink.cell(row.saturating_add(copy), *column, cell.clone())?;
                    }
                }
                row = row.saturating_add(times);
            }
            Event::End(end) if end.name().as_ref() == "table:table" => return Ok(()),
            Event::Eof => return Err(FileFault::Damaged(format!("第 {} 行附近", row + 1)).into()),
            _ => {}
        }
    }
}

fn repeated(start: &BytesStart<'_>, name: &str) -> u32 {
    attribute(start, name)
        .and_then(|times| times.parse().ok())
        .unwrap_or(1)
}

/// The filled cells of one row.
fn cells_of<R: BufRead>(xml: &mut Xml<R>, row: u32) -> Result<Vec<(u32, Cell)>, Stop> {
    let (mut cells, mut column) = (Vec::new(), 0_u32);
    loop {
        let (typed, times) = match xml.next()? {
            Event::Start(start)
                if matches!(
                    start.name().as_ref(),
                    "table:table-cell" | "table:covered-table-cell"
                ) =>
            {
                (
                    typed_value(&start),
                    repeated(&start, "table:number-columns-repeated"),
                )
            }
            Event::End(end) if end.name().as_ref() == "table:table-row" => return Ok(cells),
            Event::Eof => return Err(FileFault::Damaged(format!("第 {} 行附近", row + 1)).into()),
            _ => continue,
        };
        let text = text_of(xml, row)?;
        let cell = typed.unwrap_or_else(|| Cell::text(text));
        if !cell.is_empty() {
            if column.saturating_add(times) > MAX_COLUMNS {
                return Err(FileFault::TooManyColumns {
                    row: row + 1,
                    limit: MAX_COLUMNS,
                }
                .into());
            }
            cells.extend((column..column + times).map(|place| (place, cell.clone())));
        }
        column = column.saturating_add(times);
    }
}

/// A value stated in attributes; text content is not needed for these.
fn typed_value(start: &BytesStart<'_>) -> Option<Cell> {
    if attribute(start, "calcext:value-type").as_deref() == Some("error") {
        return Some(Cell::Error("#ERROR!"));
    }
    match attribute(start, "office:value-type")?.as_str() {
        "float" | "percentage" | "currency" => {
            let number = attribute(start, "office:value")?
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())?;
            Some(Cell::Number(number))
        }
        "date" => {
            let text = attribute(start, "office:date-value")?;
            let day = text.get(..10).and_then(|day| day.parse::<Date>().ok());
            Some(day.map_or(Cell::text(text), Cell::Date))
        }
        "boolean" => Some(Cell::Bool(
            attribute(start, "office:boolean-value")? == "true",
        )),
        "string" => attribute(start, "office:string-value").map(Cell::text),
        _ => None,
    }
}

/// The text of a cell: its paragraphs, without notes.
fn text_of<R: BufRead>(xml: &mut Xml<R>, row: u32) -> Result<String, Stop> {
    let (mut text, mut depth, mut notes, mut paragraphs) = (String::new(), 1_u32, 0_u32, 0_u32);
    loop {
        if text.len() > super::rows::MAX_CELL {
            return Err(FileFault::CellTooLong { row: row + 1 }.into());
        }
        match xml.next()? {
            Event::Start(start) => {
                depth += 1;
                match start.name().as_ref() {
                    "office:annotation" => notes = depth,
                    _ if notes > 0 => {}
                    "text:p" => {
                        if paragraphs > 0 {
                            text.push('\n');
                        }
                        paragraphs += 1;
                    }
                    "text:s" => text.push(' '),
                    "text:tab" => text.push('\t'),
                    "text:line-break" => text.push('\n'),
                    _ => {}
                }
            }
            Event::End(_) => {
                if depth == notes {
                    notes = 0;
                }
                depth -= 1;
                if depth == 0 {
                    return Ok(text);
                }
            }
            Event::Text(piece) if notes == 0 => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(name) if notes == 0 => text.push_str(&entity(&name)),
            Event::CData(piece) if notes == 0 => text.push_str(&piece.xml10_content()),
            Event::Eof => return Err(FileFault::Damaged(format!("第 {} 行附近", row + 1)).into()),
            _ => {}
        }
    }
}

fn entity(name: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(c)) = name.resolve_char_ref() {
        return c.to_string();
    }
    quick_xml::escape::unescape(&format!("&{};", name.xml10_content()))
        .map(|text| text.into_owned())
        .unwrap_or_default()
}
