//! 可编辑文稿: a paper as an Office Open XML document (ISO/IEC 29500), laid out by GB/T 9704-2012 as the print page is.
//!
//! The package has the six parts such a document needs and no more; measures are twentieths of a point (twips).

mod parts;
mod text;

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use super::paper::Paper;

/// What browsers are told the file is.
pub const MIME: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// The document as a file. The same paper gives the same bytes.
///
/// # Errors
/// The package grew beyond what a zip can hold, which no paper does.
pub fn write(paper: &Paper) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let body = text::document(paper);
    let odd = parts::footer(true);
    let even = parts::footer(false);
    let files: [(&str, &str); 8] = [
        ("[Content_Types].xml", parts::CONTENT_TYPES),
        ("_rels/.rels", parts::PACKAGE_RELS),
        ("word/document.xml", &body),
        ("word/_rels/document.xml.rels", parts::DOCUMENT_RELS),
        ("word/styles.xml", parts::STYLES),
        ("word/settings.xml", parts::SETTINGS),
        ("word/footer1.xml", &odd),
        ("word/footer2.xml", &even),
    ];
    for (name, content) in files {
        // The zip's own time is left at its zero: two downloads of one document are equal.
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        zip.start_file(name, options)?;
        zip.write_all(content.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}
