//! An .xlsx written in one go: a library makes everything that is not a row, the rows flow straight into the
//! compressed file.
//!
//! The library alone would first write all rows to a temporary file and compress that once the last has come. Here
//! reading, wording and compressing run side by side, nothing waits on the disk, and memory does not grow.

use std::io::{Cursor, Read, Seek, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rust_xlsxwriter::{DocProperties, Format, Workbook};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::error::ExchangeError;
use super::sheet_out::Sheet;

/// Rows of one sheet; Excel ends at 1,048,576.
const SHEET: u32 = 1_000_000;
/// Rows above the list: the line that says whose it is, and the headings.
const ABOVE: u32 = 2;
/// Parts that are the same however many sheets there are. They come first, so that programs which look at the first
/// bytes see what it is.
const FIRST: [&str; 2] = ["_rels/.rels", "docProps/core.xml"];

/// What the wording thread hands over.
enum Piece {
    /// Rows of the present sheet.
    Rows(Vec<u8>),
    /// The rows to come belong to the next one.
    NextSheet,
}

/// Writes the rows as they come; answers how many there were.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write<const N: usize>(
    rows: Receiver<Vec<[String; N]>>,
    file: &Sheet<N>,
    out: &mut (impl Write + Seek),
) -> Result<u64, ExchangeError> {
    thread::scope(|scope| {
        let (send, pieces) = sync_channel(4);
        let wording = thread::Builder::new()
            .name("export-word".into())
            .spawn_scoped(scope, move || word(rows, &send, SHEET));
        let wording = wording.map_err(writing)?;
        let written = compress(pieces, file, out);
        // The receiver is gone by now: after a failure the wording ends at its next piece.
        let rows = wording.join().map_err(|_| ExchangeError::Stopped)?;
        written.map(|()| rows)
    })
}

/// Puts rows into words until no more come or nobody listens; how many there were.
fn word<const N: usize>(
    rows: Receiver<Vec<[String; N]>>,
    out: &SyncSender<Piece>,
    last: u32,
) -> u64 {
    let letters: Vec<String> = (0..N).map(column).collect();
    let (mut all, mut number) = (0, ABOVE);
    for batch in rows {
        let mut text = Vec::with_capacity(batch.len() * N * 64);
        for cells in batch {
            if number == last {
                let full = std::mem::take(&mut text);
                if out.send(Piece::Rows(full)).is_err() || out.send(Piece::NextSheet).is_err() {
                    return all;
                }
                number = ABOVE;
            }
            number += 1;
            all += 1;
            row(&mut text, number, &letters, &cells);
        }
        if out.send(Piece::Rows(text)).is_err() {
            return all;
        }
    }
    all
}

/// One row. Everything is text: `=1+1` in a name stays a name.
fn row(out: &mut Vec<u8>, number: u32, letters: &[String], cells: &[String]) {
    let number = number.to_string();
    let mut put = |part: &str| out.extend_from_slice(part.as_bytes());
    put("<row r=\"");
    put(&number);
    put("\">");
    for (letter, text) in letters.iter().zip(cells) {
        if text.is_empty() {
            continue;
        }
        put("<c r=\"");
        put(letter);
        put(&number);
        put("\" t=\"inlineStr\"><is><t");
        let blank = |c: char| matches!(c, '\t' | '\n' | ' ');
        if text.starts_with(blank) || text.ends_with(blank) {
            put(" xml:space=\"preserve\"");
        }
        put(">");
        put(&escaped(text));
        put("</t></is></c>");
    }
    put("</row>");
}

/// `A`, `B`, … `AA`.
fn column(index: usize) -> String {
    let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
    match index / 26 {
        0 => letter(index).to_string(),
        more => format!("{}{}", column(more - 1), letter(index)),
    }
}

/// As Excel writes it: signs with a meaning in XML, and those that XML cannot hold.
fn escaped(text: &str) -> std::borrow::Cow<'_, str> {
    let odd = |c: char| matches!(c, '&' | '<' | '>' | '\u{FFFE}' | '\u{FFFF}') || unprintable(c);
    if !text.contains(odd) && !text.contains("_x") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A text that looks like such a sign keeps its letters.
            '_' if text.get(at..).is_some_and(looks_escaped) => out.push_str("_x005F_"),
            c if odd(c) => out.push_str(&format!("_x{:04X}_", u32::from(c))),
            c => out.push(c),
        }
    }
    out.into()
}

fn unprintable(c: char) -> bool {
    c < ' ' && !matches!(c, '\t' | '\n')
}

fn looks_escaped(text: &str) -> bool {
    text.strip_prefix("_x").is_some_and(|rest| {
        rest.get(..4)
            .is_some_and(|four| four.bytes().all(|b| b.is_ascii_hexdigit()))
            && rest.get(4..5) == Some("_")
    })
}

fn compress<const N: usize>(
    pieces: Receiver<Piece>,
    file: &Sheet<N>,
    out: &mut (impl Write + Seek),
) -> Result<(), ExchangeError> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let mut zip = ZipWriter::new(out);
    let frame = parts(file, 2)?;
    for (name, bytes) in frame
        .iter()
        .filter(|(name, _)| FIRST.contains(&name.as_str()))
    {
        zip.start_file(name, options).map_err(writing)?;
        zip.write_all(bytes).map_err(writing)?;
    }
    let mut sheets = 1;
    let mut end = begin(&mut zip, options, &frame, sheets)?;
    for piece in pieces {
        match piece {
            Piece::Rows(text) => zip.write_all(&text).map_err(writing)?,
            Piece::NextSheet => {
                zip.write_all(end.as_bytes()).map_err(writing)?;
                sheets += 1;
                end = begin(&mut zip, options, &frame, sheets)?;
            }
        }
    }
    zip.write_all(end.as_bytes()).map_err(writing)?;
    for (name, bytes) in parts(file, sheets)? {
        if !FIRST.contains(&name.as_str()) && !name.starts_with("xl/worksheets/sheet") {
            zip.start_file(&name, options).map_err(writing)?;
            zip.write_all(&bytes).map_err(writing)?;
        }
    }
    zip.finish().map_err(writing)?;
    Ok(())
}

/// Begins a sheet: what stands before its rows is written, what stands behind them is returned.
fn begin<W: Write + Seek>(
    zip: &mut ZipWriter<W>,
    options: SimpleFileOptions,
    frame: &[(String, Vec<u8>)],
    sheet: usize,
) -> Result<String, ExchangeError> {
    // The first sheet is the one shown; all others look like the second.
    let like = format!("xl/worksheets/sheet{}.xml", sheet.min(2));
    let text = frame
        .iter()
        .find(|(name, _)| *name == like)
        .and_then(|(_, bytes)| std::str::from_utf8(bytes).ok())
        .and_then(|text| text.split_once("</sheetData>"));
    let (before, behind) = text.ok_or_else(|| writing(like))?;
    zip.start_file(format!("xl/worksheets/sheet{sheet}.xml"), options)
        .map_err(writing)?;
    zip.write_all(without_size(before).as_bytes())
        .map_err(writing)?;
    Ok(format!("</sheetData>{behind}"))
}

/// How many rows there are is not known yet, and need not be said.
fn without_size(text: &str) -> String {
    match text.split_once("<dimension ") {
        Some((before, rest)) => {
            let behind = rest.split_once("/>").map_or("", |(_, behind)| behind);
            format!("{before}{behind}")
        }
        None => text.to_owned(),
    }
}

/// Every part of the workbook as if it had so many sheets without a row.
fn parts<const N: usize>(
    file: &Sheet<N>,
    sheets: usize,
) -> Result<Vec<(String, Vec<u8>)>, ExchangeError> {
    let mut book = Workbook::new();
    let properties = DocProperties::new()
        .set_title(file.title)
        .set_author(&file.label)
        .set_comment(&file.mark)
        .set_custom_property("导出编号", file.no.as_str())
        .set_custom_property("导出人", file.label.as_str());
    book.set_properties(&properties);
    for _ in 0..sheets {
        headings(&mut book, file)?;
    }
    let bytes = book.save_to_buffer()?;
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(writing)?;
    (0..zip.len())
        .map(|index| {
            let mut part = zip.by_index(index).map_err(writing)?;
            let mut bytes = Vec::new();
            part.read_to_end(&mut bytes).map_err(writing)?;
            let name = part.name().map_err(writing)?.into_owned();
            Ok((name, bytes))
        })
        .collect()
}

fn headings<const N: usize>(book: &mut Workbook, file: &Sheet<N>) -> Result<(), ExchangeError> {
    // The mode in which the library writes texts in their place, as the rows do.
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_freeze_panes(ABOVE, 1)?;
    sheet.set_footer(format!(
        "&L{}&R第 &P 页，共 &N 页",
        file.mark.replace('&', "&&")
    ));
    sheet.set_landscape();
    sheet.write_string(0, 0, &file.mark)?;
    let bold = Format::new().set_bold();
    for (column, (title, width)) in (0_u16..).zip(file.columns) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(1, column, title, &bold)?;
    }
    Ok(())
}

fn writing(fault: impl std::fmt::Display) -> ExchangeError {
    ExchangeError::Writing(fault.to_string())
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx};

    use super::*;

    fn sheet() -> Sheet<3> {
        Sheet {
            title: "名册",
            columns: [("姓名", 10), ("号码", 20), ("备注", 30)],
            no: "DC-1".to_owned(),
            mark: "DC-1 · 测试 & 核对".to_owned(),
            label: "测试员".to_owned(),
        }
    }

    fn written(rows: Vec<[String; 3]>) -> Vec<u8> {
        let (send, inbox) = sync_channel(1);
        let mut out = Cursor::new(Vec::new());
        thread::scope(|scope| {
            scope.spawn(move || {
                rows.chunks(2)
                    .for_each(|two| send.send(two.to_vec()).unwrap())
            });
            write(inbox, &sheet(), &mut out).unwrap()
        });
        out.into_inner()
    }

    #[test]
    fn what_is_written_is_read_again_letter_by_letter() {
        let odd = [
            "=1+1",
            "<b>&amp;",
            " 前后有空格 ",
            "a\nb\tc",
            "_x000D_",
            "a_xy",
            "\u{1}控制",
            "𠮷田",
            "",
            "00123",
            "_x005F_",
            "__x0041_",
        ];
        let rows: Vec<[String; 3]> = odd
            .iter()
            .map(|text| [(*text).to_owned(), String::new(), "末".to_owned()])
            .collect();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(written(rows))).unwrap();
        let range = book.worksheet_range("Sheet1").unwrap();
        assert_eq!(
            range.get((0, 0)),
            Some(&Data::String("DC-1 · 测试 & 核对".to_owned()))
        );
        assert_eq!(range.get((1, 1)), Some(&Data::String("号码".to_owned())));
        for (row, text) in odd.iter().enumerate() {
            let found = range.get((row + 2, 0)).map(ToString::to_string);
            assert_eq!(found.as_deref(), Some(*text), "row {row}");
            assert_eq!(
                range.get((row + 2, 2)),
                Some(&Data::String("末".to_owned()))
            );
        }
    }

    #[test]
    fn a_list_without_a_row_is_a_workbook_too() {
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(written(Vec::new()))).unwrap();
        assert_eq!(book.worksheet_range("Sheet1").unwrap().height(), 2);
    }

    #[test]
    fn rows_beyond_a_sheet_go_on_in_the_next() {
        let (send, inbox) = sync_channel(8);
        let rows: Vec<[String; 3]> = (0..5)
            .map(|n| [n.to_string(), String::new(), String::new()])
            .collect();
        send.send(rows).unwrap();
        drop(send);
        let (out, pieces) = sync_channel(8);
        assert_eq!(word(inbox, &out, ABOVE + 2), 5);
        drop(out);
        let mut file = Cursor::new(Vec::new());
        compress(pieces, &sheet(), &mut file).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(file).unwrap();
        assert_eq!(book.sheet_names(), ["Sheet1", "Sheet2", "Sheet3"]);
        let cell = |book: &mut Xlsx<_>, name: &str, row: usize| {
            let range = book.worksheet_range(name).unwrap();
            range.get((row, 0)).map(ToString::to_string)
        };
        assert_eq!(cell(&mut book, "Sheet2", 3).as_deref(), Some("3"));
        assert_eq!(cell(&mut book, "Sheet3", 2).as_deref(), Some("4"));
        assert_eq!(cell(&mut book, "Sheet3", 3), None);
    }

    #[test]
    fn columns_have_letters() {
        let names: Vec<String> = [0, 25, 26, 51, 52, 701].map(column).into();
        assert_eq!(names, ["A", "Z", "AA", "AZ", "BA", "ZZ"]);
    }
}
