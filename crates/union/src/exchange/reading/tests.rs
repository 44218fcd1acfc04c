use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::sync::Arc;

use calamine::{Data, Reader, open_workbook_auto};
use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// Folder with the malformed workbooks, when this machine has them (see docs/testing).
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("NIANGJIA_DATA")?).join("xlsx");
    assert!(folder.is_dir(), "NIANGJIA_DATA has no folder xlsx");
    Some(folder)
}

#[derive(Deserialize)]
struct Listed {
    file: String,
    bytes: u64,
}

fn listed() -> Vec<(Listed, PathBuf)> {
    let Some(folder) = folder() else {
        return Vec::new();
    };
    let manifest = std::fs::read_to_string(folder.join("MANIFEST.json")).unwrap();
    let listed: Vec<Listed> = serde_json::from_str(&manifest).unwrap();
    assert_eq!(listed.len(), 49);
    listed
        .into_iter()
        .map(|one| {
            let path = folder.join(&one.file);
            (one, path)
        })
        .collect()
}

fn all_rows(source: &Source) -> Result<Vec<(String, Vec<Row>)>, FileFault> {
    let book = Workbook::open(source)?;
    let sheets = book.sheets().iter();
    sheets
        .map(|sheet| {
            Ok((
                sheet.name.clone(),
                book.rows(&sheet.name).collect::<Result<_, _>>()?,
            ))
        })
        .collect()
}

#[test]
fn every_workbook_is_read_or_refused_in_words() {
    for (one, path) in listed() {
        let expected = match one.file.as_str() {
            "calamine__pass_protected.xlsx" => Some(FileFault::Password.code()),
            _ => None,
        };
        match all_rows(&Source::file(&path)) {
            Ok(_) => assert_eq!(expected, None, "{}", one.file),
            Err(fault) => {
                assert_eq!(Some(fault.code()), expected, "{}: {fault}", one.file);
                assert!(fault.to_string().contains("请"), "a remedy: {fault}");
            }
        }
        assert!(one.bytes > 0);
    }
}

#[test]
fn cells_agree_with_the_reading_library() {
    for (one, path) in listed() {
        let Ok(mut book) = open_workbook_auto(&path) else {
            continue;
        };
        let ours =
            all_rows(&Source::file(&path)).unwrap_or_else(|fault| panic!("{}: {fault}", one.file));
        for (name, rows) in ours {
            let range = book.worksheet_range(&name).unwrap();
            let (top, left) = range.start().unwrap_or_default();
            for (row, column, data) in range.used_cells() {
                let at = (
                    usize::try_from(top).unwrap() + row + 1,
                    usize::try_from(left).unwrap() + column,
                );
                let ours = rows
                    .iter()
                    .find(|row| row.number as usize == at.0)
                    .map_or(&Cell::Empty, |row| row.cell(at.1));
                let same = match (data, ours) {
                    (Data::Float(a), Cell::Number(b)) => a == b,
                    (Data::Float(a), Cell::Text(b)) => b.parse() == Ok(*a),
                    (Data::Int(a), Cell::Text(b)) => a.to_string() == *b,
                    (Data::Bool(a), Cell::Bool(b)) => a == b,
                    (Data::String(a), Cell::Text(b)) => a == b || one.file.ends_with(".ods"),
                    (Data::String(a), Cell::Empty) => a.trim().is_empty(),
                    (
                        Data::DateTime(_) | Data::DateTimeIso(_) | Data::DurationIso(_),
                        Cell::Date(_) | Cell::Text(_),
                    ) => true,
                    (Data::Error(_), Cell::Error(_)) => true,
                    _ => false,
                };
                assert!(
                    same,
                    "{} {name} row {} column {}: {data:?} and {ours:?}",
                    one.file, at.0, at.1
                );
            }
        }
    }
}

#[test]
fn dates_are_days_whatever_the_epoch() {
    let Some(folder) = folder() else { return };
    for (file, sheet) in [
        ("calamine__date.xlsx", "Sheet1"),
        ("calamine__date.xls", "Sheet1"),
        ("calamine__date_1904.xlsx", "Sheet1"),
    ] {
        let book = Workbook::open(&Source::file(&folder.join(file))).unwrap();
        let mut rows = book.rows(sheet);
        let first = rows.head(1).first().cloned().unwrap();
        assert_eq!(
            first.cell(0),
            &Cell::Date(kernel::Date::constant(2021, 1, 1)),
            "{file}"
        );
        assert_eq!(rows.epoch_1904(), file.contains("1904"), "{file}");
    }
}

/// A small book with everything in it, written by the library we export with.
fn small_book(rows: u32) -> Arc<[u8]> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in ["姓名", "证件号码", "手机号"].iter().enumerate() {
        sheet
            .write(0, u16::try_from(column).unwrap(), *heading)
            .unwrap();
    }
    for row in 1..=rows {
        sheet.write(row, 0, format!("张{row}")).unwrap();
        sheet.write(row, 1, f64::from(row)).unwrap();
        sheet.write(row, 2, "13800138000").unwrap();
    }
    book.save_to_buffer().unwrap().into()
}

#[test]
fn the_head_can_be_seen_without_taking_it() {
    let book = Workbook::open(&Source::memory(small_book(1000))).unwrap();
    let mut rows = book.rows("Sheet1");
    assert_eq!(
        rows.head(2).first().unwrap().cell(0),
        &Cell::Text("姓名".into())
    );
    assert_eq!(rows.head(5000).len(), 1001);
    let mut numbers = Vec::new();
    while let Some(batch) = rows.next_batch().unwrap() {
        numbers.extend(batch.iter().map(|row| row.number));
    }
    assert_eq!(numbers, (1..=1001).collect::<Vec<_>>());
}

#[test]
fn a_listener_may_leave_early() {
    let book = Workbook::open(&Source::memory(small_book(20_000))).unwrap();
    let mut rows = book.rows("Sheet1");
    assert!(rows.next().unwrap().is_ok());
    drop(rows);
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn refused(bytes: Vec<u8>) -> FileFault {
    all_rows(&Source::memory(bytes)).expect_err("should be refused")
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let long_text = [
        b"<worksheet><sheetData><row><c t=\"str\"><v>".to_vec(),
        vec![b'a'; 6 << 20],
        b"</v></c></row></sheetData></worksheet>".to_vec(),
    ]
    .concat();
    let hidden = [
        b"<worksheet a='".to_vec(),
        b"<\">".repeat(2 << 20),
        b"'><sheetData/></worksheet>".to_vec(),
    ]
    .concat();
    let strings = [
        b"<sst>".to_vec(),
        b"<si/>".repeat(6 << 20),
        b"</sst>".to_vec(),
    ]
    .concat();
    for (part, content) in [
        ("xl/worksheets/sheet1.xml", long_text),
        ("xl/worksheets/sheet1.xml", hidden),
        ("xl/sharedStrings.xml", strings),
    ] {
        let fault = refused(zipped(&[
            ("xl/workbook.xml", b"<workbook/>"),
            (part, &content),
        ]));
        assert_eq!(fault.code(), "file.bomb", "{part}: {fault}");
    }
    let lying = b"<sst uniqueCount=\"99999999999\"><si><t>a</t></si></sst>";
    assert_eq!(
        refused(zipped(&[
            ("xl/workbook.xml", b""),
            ("xl/sharedStrings.xml", lying)
        ]))
        .code(),
        "file.damaged"
    );
}

#[test]
fn an_endless_ods_row_is_refused_and_blank_ones_cost_nothing() {
    let book = |rows: &str| {
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table table:name=\"表\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
        );
        let mime = b"application/vnd.oasis.opendocument.spreadsheet";
        zipped(&[
            ("mimetype", mime),
            ("META-INF/manifest.xml", b"<manifest/>"),
            ("content.xml", content.as_bytes()),
        ])
    };
    let cell = |value: &str, times: u32| {
        format!(
            "<table:table-cell table:number-columns-repeated=\"{times}\" office:value-type=\"string\"><text:p>{value}</text:p></table:table-cell>"
        )
    };
    let row = |cells: &str, times: u32| {
        format!("<table:table-row table:number-rows-repeated=\"{times}\">{cells}</table:table-row>")
    };
    assert_eq!(
        refused(book(&row(&cell("a", 1), 1_000_000))).code(),
        "file.bomb"
    );
    assert_eq!(
        refused(book(&row(&cell("a", 16_384), 1))).code(),
        "file.too_many_columns"
    );
    let fine = book(&format!(
        "{}{}{}",
        row(&cell("甲", 2), 2),
        row(
            "<table:table-cell table:number-columns-repeated=\"16384\"/>",
            1_000_000
        ),
        row(&cell("a&amp;b<text:s/>c", 1), 1)
    ));
    let sheets = all_rows(&Source::memory(fine)).unwrap();
    let rows = &sheets[0].1;
    assert_eq!(
        rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        [1, 2, 1_000_003]
    );
    assert_eq!(rows[0].cells, vec![Cell::Text("甲".into()); 2]);
    assert_eq!(rows[2].cell(0), &Cell::Text("a&b c".into()));
}

#[test]
fn disguises_are_named() {
    for (bytes, code, word) in [
        (b"".to_vec(), "file.empty", "空"),
        (b"<html><table><tr><td>x".to_vec(), "file.disguised", "网页"),
        (b"%PDF-1.7".to_vec(), "file.disguised", "PDF"),
        (b"Rar!\x1A\x07".to_vec(), "file.archive", "解压"),
        (zipped(&[("a.xlsx", b"x")]), "file.archive", "解压"),
        (zipped(&[("word/document.xml", b"<a/>")]), "file.disguised", "Word"),
        (zipped(&[("xl/workbook.bin", b"")]), "file.disguised", "xlsb"),
        (b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">".to_vec(), "file.disguised", "2003"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 broken".to_vec(), "file.damaged", "损坏"),
        (b"PK\x03\x04 broken".to_vec(), "file.damaged", "损坏"),
        (b"\x00\x01\x02".to_vec(), "file.unknown", "认不出"),
    ] {
        let fault = refused(bytes);
        assert_eq!(fault.code(), code, "{fault}");
        assert!(fault.to_string().contains(word), "{fault}");
    }
}

#[test]
fn text_rows_have_the_numbers_a_spreadsheet_shows() {
    let text = "姓名,备注\n张三,\"一行\n两行\"\n李四,\n\n王五,x";
    for text in [
        text.to_owned(),
        format!("{text}\n"),
        text.replace('\n', "\r\n"),
        text.replace('\n', "\r"),
    ] {
        let sheets = all_rows(&Source::memory(text.as_bytes())).unwrap();
        let numbered: Vec<_> = sheets[0]
            .1
            .iter()
            .map(|row| (row.number, row.cell(0).display()))
            .collect();
        assert_eq!(
            numbered,
            [
                (1, "姓名".into()),
                (2, "张三".into()),
                (3, "李四".into()),
                (5, "王五".into())
            ],
            "{text:?}"
        );
    }
}

#[test]
fn an_open_quote_is_found_before_memory_runs_out() {
    let text = format!(
        "姓名,备注\n张三,\"没有结束\n{}",
        "李四,好\n".repeat(1_000_000)
    );
    assert_eq!(refused(text.into_bytes()), FileFault::Quote { line: 2 });
}

#[test]
fn an_open_quote_in_a_small_file_swallows_nothing() {
    for (text, line) in [
        ("姓名,备注\n张三,好\n李四,\"没有结束\n王五,好\n", 3),
        ("姓名,备注\n张三,\"", 2),
        ("\"姓名,备注\n张三,好", 1),
        // It closes at the next stray mark, with a row in between.
        (
            "姓名,手机,备注\n张三,1,\"高\n李四,2,好\n王五,3,\"矮\n赵六,4,好\n",
            2,
        ),
    ] {
        assert_eq!(refused(text.into()), FileFault::Quote { line }, "{text:?}");
    }
    // Breaks and doubled quotes inside a closed one are part of the cell, at the very end too.
    for text in [
        "姓名,备注\n张三,\"两\n行\n\"",
        "姓名,备注\n5\",\"说\"\"好\"\"\"\n",
    ] {
        Workbook::open(&Source::memory(text.as_bytes())).unwrap();
    }
}

/// Small workbooks to damage: one of each format where the folder is at hand.
fn victims() -> Vec<Vec<u8>> {
    let mut victims: Vec<Vec<u8>> = vec![
        small_book(20).to_vec(),
        "姓名,证件号码\n张三,\"330\"\n".as_bytes().to_vec(),
    ];
    let small = listed().into_iter().filter(|(one, _)| one.bytes < 20_000);
    victims.extend(small.map(|(_, path)| std::fs::read(path).unwrap()));
    victims
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_shrink_iters: 50, ..ProptestConfig::default() })]
    #[test]
    fn damage_never_panics(which in 0usize..60, cut in 0.0f64..1.3, flips in prop::collection::vec((0.0f64..1.0, any::<u8>()), 0..6)) {
        thread_local! { static VICTIMS: Vec<Vec<u8>> = victims(); }
        let mut bytes = VICTIMS.with(|victims| victims[which % victims.len()].clone());
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small file")]
        let place = |part: f64, length: usize| ((length as f64 * part) as usize).min(length.saturating_sub(1));
        if cut < 1.0 {
            let at = place(cut, bytes.len());
            bytes.truncate(at);
        }
        for (part, byte) in flips {
            let at = place(part, bytes.len());
            if let Some(target) = bytes.get_mut(at) {
                *target = byte;
            }
        }
        if let Err(fault) = all_rows(&Source::memory(bytes)) {
            prop_assert!(fault.to_string().contains("请"));
        }
    }
}
