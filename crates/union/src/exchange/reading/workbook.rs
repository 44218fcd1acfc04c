//! A spreadsheet of any readable format.

use std::sync::{Arc, Mutex, PoisonError};

use super::detect::{Format, detect};
use super::fault::FileFault;
use super::rows::{Rows, contained};
use super::source::Source;
use super::text::{self, TextForm};
use super::{ods, xls, xlsx};

/// One sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name on the tab; empty for a text file.
    pub name: String,
    /// Hidden sheets are not chosen unless they are asked for.
    pub visible: bool,
}

/// A spreadsheet that has been looked over and found harmless.
#[derive(Debug, Clone)]
pub struct Workbook {
    source: Source,
    format: Format,
    sheets: Vec<Sheet>,
    text: Option<TextForm>,
    /// The book as opened to list the sheets, for the first sheet that is read.
    opened: Arc<Mutex<Option<Opened>>>,
}

/// A book whose tables of strings and formats are loaded already.
pub(crate) enum Opened {
    Xlsx(Box<xlsx::Book>),
    Xls(Box<xls::Book>),
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

impl Workbook {
    /// Finds out what the file is, whether it can be read within bounds, and which sheets it has.
    ///
    /// # Errors
    /// [`FileFault`] with what is wrong and what to do.
    pub fn open(source: &Source) -> Result<Self, FileFault> {
        let format = detect(source)?;
        let own = source.clone();
        let (sheets, text, opened) = contained(move || {
            Ok(match format {
                Format::Xlsx => {
                    let (sheets, book) = xlsx::sheets(&own)?;
                    (sheets, None, Some(Opened::Xlsx(Box::new(book))))
                }
                Format::Xls => {
                    let (sheets, book) = xls::sheets(&own)?;
                    (sheets, None, Some(Opened::Xls(Box::new(book))))
                }
                Format::Ods => (ods::sheets(&own)?, None, None),
                Format::Text => (
                    vec![Sheet {
                        name: String::new(),
                        visible: true,
                    }],
                    Some(text::form(&own)?),
                    None,
                ),
            })
        })?;
        if sheets.is_empty() {
            return Err(FileFault::NoSheet);
        }
        Ok(Self {
            source: source.clone(),
            format,
            sheets,
            text,
            opened: Arc::new(Mutex::new(opened)),
        })
    }

    /// What the file is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What the file is, in words for the screen.
    pub fn describe(&self) -> String {
        match self.text {
            Some(form) => format!(
                "{}，{} 编码",
                self.format.label(),
                text::encoding_label(form.encoding)
            ),
            None => self.format.label().to_owned(),
        }
    }

    /// All sheets in their order, hidden ones too.
    pub fn sheets(&self) -> &[Sheet] {
        &self.sheets
    }

    /// Sheets worth looking at when none was named: the visible ones.
    pub fn candidates(&self) -> Vec<&str> {
        let visible = self.sheets.iter().filter(|sheet| sheet.visible);
        visible.map(|sheet| sheet.name.as_str()).collect()
    }

    /// The sheet with this name, ignoring blanks around it.
    ///
    /// # Errors
    /// [`FileFault::SheetNotFound`] with the names that are there.
    pub fn find(&self, wanted: &str) -> Result<&str, FileFault> {
        let wanted = kernel::text::trim(wanted);
        let found = self
            .sheets
            .iter()
            .find(|sheet| kernel::text::trim(&sheet.name) == wanted);
        found
            .map(|sheet| sheet.name.as_str())
            .ok_or_else(|| FileFault::SheetNotFound {
                wanted: wanted.to_owned(),
                found: self.sheets.iter().map(|sheet| sheet.name.clone()).collect(),
            })
    }

    /// Streams the rows of a sheet, blank ones left out.
    pub fn rows(&self, sheet: &str) -> Rows {
        let (source, sheet, format, text) = (
            self.source.clone(),
            sheet.to_owned(),
            self.format,
            self.text,
        );
        let opened = self
            .opened
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        Rows::start(move |sink| match (format, opened, text) {
            (Format::Xlsx, Some(Opened::Xlsx(book)), _) => xlsx::read(*book, &sheet, sink),
            (Format::Xlsx, _, _) => xlsx::read(xlsx::open(&source)?, &sheet, sink),
            (Format::Xls, Some(Opened::Xls(book)), _) => xls::read(*book, &sheet, sink),
            (Format::Xls, _, _) => xls::read(xls::book(&source)?, &sheet, sink),
            (Format::Ods, ..) => ods::read(&source, &sheet, sink),
            (Format::Text, _, Some(form)) => text::read(&source, form, sink),
            (Format::Text, _, None) => Err(FileFault::Unknown.into()),
        })
    }
}
