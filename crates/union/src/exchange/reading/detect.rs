//! What a file really is, told by its first bytes and its inner names; the extension is not asked.
//! Management systems love to call a web page `.xls`.

use std::io::Read;

use super::container;
use super::fault::FileFault;
use super::source::Source;
use super::xls;

/// Largest file taken, in bytes. A full roll of a district (200,000 × 20) is 20 MB as .xlsx, 60 MB as text.
pub const MAX_FILE: u64 = 128 << 20;

/// The formats that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Excel 2007 and later, WPS.
    Xlsx,
    /// Excel 97–2003, WPS .et.
    Xls,
    /// OpenDocument: LibreOffice.
    Ods,
    /// Comma, semicolon or tab separated text.
    Text,
}

impl Format {
    /// How the format is called on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Xlsx => "Excel 工作簿（.xlsx）",
            Self::Xls => "Excel 97-2003 工作簿（.xls）",
            Self::Ods => "开放文档表格（.ods）",
            Self::Text => "文本表格（.csv）",
        }
    }
}

/// Looks at the first bytes and, for containers, at the names inside.
///
/// # Errors
/// [`FileFault`] naming what the file is instead.
pub fn detect(source: &Source) -> Result<Format, FileFault> {
    let mut reader = source.open().map_err(|error| FileFault::from_io(&error))?;
    let mut head = Vec::new();
    reader
        .by_ref()
        .take(4096)
        .read_to_end(&mut head)
        .map_err(|error| FileFault::from_io(&error))?;
    let size = reader
        .seek(std::io::SeekFrom::End(0))
        .map_err(|error| FileFault::from_io(&error))?;
    if size == 0 {
        return Err(FileFault::Empty);
    }
    if size > MAX_FILE {
        return Err(FileFault::TooLarge {
            megabytes: size.div_ceil(1 << 20),
            limit: MAX_FILE >> 20,
        });
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return container::kind(source);
    }
    if head.starts_with(&xls::SIGNATURE) {
        return xls::kind(source);
    }
    if let Some(name) = disguised(&head) {
        return Err(name);
    }
    let wide = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    if !wide && head.contains(&0) {
        return Err(FileFault::Unknown);
    }
    Ok(Format::Text)
}

/// First bytes of things that people send by mistake.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"%PDF", "PDF 文档"),
    (b"{\\rtf", "RTF 文档"),
    (b"\x89PNG", "图片"),
    (b"\xFF\xD8\xFF", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"\x09\x00\x04\x00", "三十年前的 Excel 格式"),
    (b"\x09\x02\x06\x00", "三十年前的 Excel 格式"),
    (b"\x09\x04\x06\x00", "三十年前的 Excel 格式"),
    (b"SQLite format 3", "数据库文件"),
];

/// First bytes of packed archives.
const ARCHIVES: &[&[u8]] = &[
    b"Rar!",
    b"7z\xBC\xAF\x27\x1C",
    b"\x1F\x8B",
    b"BZh",
    b"\xFD7zXZ",
];

fn disguised(head: &[u8]) -> Option<FileFault> {
    if ARCHIVES.iter().any(|mark| head.starts_with(mark)) {
        return Some(FileFault::Archive);
    }
    // "BM" alone may begin a text; a bitmap has zeros right after its size.
    let signature = SIGNATURES
        .iter()
        .find(|(mark, _)| head.starts_with(mark) && (*mark != b"BM" || head.contains(&0)));
    if let Some((_, name)) = signature {
        return Some(FileFault::Disguised(name));
    }
    let text = String::from_utf8_lossy(head);
    let text = text
        .trim_start_matches('\u{FEFF}')
        .trim_start()
        .to_ascii_lowercase();
    let starts = |marks: &[&str]| marks.iter().any(|mark| text.starts_with(mark));
    let name = if starts(&["<?xml"]) && text.contains("office:spreadsheet") {
        "Excel 2003 的 XML 表格"
    } else if starts(&[
        "<html",
        "<!doctype html",
        "<table",
        "<meta",
        "<head",
        "<style",
        "<script",
        "<div",
        "<tr",
    ]) || (starts(&["<?xml", "<!--"]) && text.contains("<html"))
    {
        "网页"
    } else if starts(&["mime-version:"]) {
        "单个文件的网页（.mht）"
    } else if starts(&["<?xml"]) {
        "XML 文件"
    } else {
        return None;
    };
    Some(FileFault::Disguised(name))
}
