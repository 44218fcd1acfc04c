//! 错误表: a workbook of the rows that were not taken, with what is wrong beside each cell. Corrected there, it
//! can be imported again: the columns of this program's remarks are not recognised as data.

use std::collections::BTreeSet;
use std::path::Path;

use kernel::ids::BatchId;
use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet};
use serde_json::json;
use store::{Actor, Audit};

use super::batch;
use super::columns::{Layout, Reads};
use super::desk::Desk;
use super::error::ExchangeError;
use super::mapping::Mapping;
use super::model::{Level, Problem, ProblemState};
use super::stage::{self, ProblemFilter};

/// Problem rows read at a time.
const PAGE: usize = 500;

/// Writes the workbook of some rows to a file.
pub(crate) fn write(
    out: &Path,
    layout: &Layout,
    mapping: &Mapping,
    problems: &[Problem],
) -> Result<(), ExchangeError> {
    Ok(book_of(layout, mapping, problems)?.save(out)?)
}

/// The workbook of some rows, to be handed out.
pub(crate) fn bytes(
    layout: &Layout,
    mapping: &Mapping,
    problems: &[Problem],
) -> Result<Vec<u8>, ExchangeError> {
    Ok(book_of(layout, mapping, problems)?.save_to_buffer()?)
}

fn book_of(
    layout: &Layout,
    mapping: &Mapping,
    problems: &[Problem],
) -> Result<Workbook, ExchangeError> {
    let mut book = Workbook::new();
    let mut sheet = Sheet::begin(
        book.add_worksheet_with_constant_memory()?,
        layout,
        mapping,
        &faulty(problems),
    )?;
    problems.iter().try_for_each(|problem| sheet.row(problem))?;
    Ok(book)
}

fn faulty(problems: &[Problem]) -> BTreeSet<String> {
    problems
        .iter()
        .flat_map(|problem| {
            let faults = problem.faults.iter().map(|fault| &fault.field);
            faults.chain(problem.added.keys()).cloned()
        })
        .collect()
}

impl Desk {
    /// The rows of a batch that wait for someone, as a workbook. Their numbers stand in it as they were uploaded, so
    /// that they can be put right there; taking it along is entered.
    ///
    /// # Errors
    /// [`ExchangeError::NotFound`]; [`ExchangeError::Writing`].
    pub fn errors_book(&self, actor: &Actor, id: BatchId) -> Result<Vec<u8>, ExchangeError> {
        let mut book = Workbook::new();
        let rows = self.fill(actor, id, &mut book)?;
        let bytes = book.save_to_buffer()?;
        self.db.write(actor, |tx| {
            let batch = batch::get(tx, id)?;
            tx.audit(
                Audit::of("import.errors_taken", "import_batch", id)
                    .at(&batch.org_path)
                    .detail(json!({ "rows": rows })),
            )?;
            Ok::<_, ExchangeError>(bytes)
        })
    }

    /// As [`Desk::errors_book`], into a file.
    pub(super) fn write_errors(
        &self,
        actor: &Actor,
        id: BatchId,
        out: &Path,
    ) -> Result<(), ExchangeError> {
        let mut book = Workbook::new();
        self.fill(actor, id, &mut book)?;
        book.save(out)?;
        Ok(())
    }

    /// Writes the rows; how many they are.
    fn fill(
        &self,
        actor: &Actor,
        id: BatchId,
        book: &mut Workbook,
    ) -> Result<usize, ExchangeError> {
        let batch = self.batch(actor, id)?;
        let layout = Layout::at(
            batch.kind,
            actor.district,
            self.db.clock().now().shanghai_date(),
        )?;
        let mut fields = BTreeSet::new();
        self.each_page(actor, id, |page| {
            fields.extend(faulty(page));
            Ok(())
        })?;
        let mut sheet = Sheet::begin(
            book.add_worksheet_with_constant_memory()?,
            layout,
            &batch.mapping,
            &fields,
        )?;
        let mut rows = 0;
        self.each_page(actor, id, |page| {
            rows += page.len();
            page.iter().try_for_each(|problem| sheet.row(problem))
        })?;
        Ok(rows)
    }

    fn each_page(
        &self,
        actor: &Actor,
        id: BatchId,
        mut f: impl FnMut(&[Problem]) -> Result<(), ExchangeError>,
    ) -> Result<(), ExchangeError> {
        let mut filter = ProblemFilter {
            state: Some(ProblemState::Open),
            ..ProblemFilter::default()
        };
        loop {
            let page = self.db.read(actor, |tx| {
                batch::get(tx, id)?;
                Ok::<_, ExchangeError>(stage::list(tx, id, &filter, PAGE)?)
            })?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            filter.after = last.row;
            f(&page)?;
        }
    }
}

/// A column of the workbook.
enum Place {
    /// A column of the file.
    Cell {
        column: usize,
        field: String,
        code: bool,
    },
    /// A field the file has no column for: what was added to it here, or room to fill it in.
    Added { field: String },
    /// What is wrong with the cell before it.
    Remark { field: String },
}

/// The sheet while it is written.
struct Sheet<'b> {
    sheet: &'b mut Worksheet,
    places: Vec<Place>,
    next: u32,
    plain: Format,
    error: Format,
    doubt: Format,
    remark: Format,
}

impl<'b> Sheet<'b> {
    fn begin(
        sheet: &'b mut Worksheet,
        layout: &Layout,
        mapping: &Mapping,
        faulty: &BTreeSet<String>,
    ) -> Result<Self, ExchangeError> {
        sheet.set_name("问题行")?;
        sheet.set_freeze_panes(1, 1)?;
        let text = || Format::new().set_num_format("@");
        let mut this = Self {
            sheet,
            places: vec![],
            next: 1,
            plain: text(),
            error: text()
                .set_background_color(Color::RGB(0x00FD_ECEB))
                .set_font_color(Color::RGB(0x00B4_161C)),
            doubt: text()
                .set_background_color(Color::RGB(0x00FF_F5DB))
                .set_font_color(Color::RGB(0x007A_4A00)),
            remark: Format::new()
                .set_font_color(Color::RGB(0x00B4_161C))
                .set_text_wrap()
                .set_align(FormatAlign::Top),
        };
        for one in &mapping.columns {
            let code = layout
                .column(&one.field)
                .is_some_and(|column| matches!(column.reads, Reads::Code | Reads::Date));
            this.places.push(Place::Cell {
                column: one.column,
                field: one.field.clone(),
                code,
            });
            if !one.field.is_empty() && faulty.contains(&one.field) {
                this.places.push(Place::Remark {
                    field: one.field.clone(),
                });
            }
        }
        // What concerns the row, or a field the file has no column for, stands at the end.
        let placed = |field: &str| mapping.column_of(field).is_some();
        let rest: Vec<&String> = faulty
            .iter()
            .filter(|field| field.is_empty() || !placed(field))
            .collect();
        for field in rest {
            if layout.column(field).is_some() {
                this.places.push(Place::Added {
                    field: field.clone(),
                });
            }
            this.places.push(Place::Remark {
                field: field.clone(),
            });
        }
        this.headings(layout, mapping)?;
        Ok(this)
    }

    fn headings(&mut self, layout: &Layout, mapping: &Mapping) -> Result<(), ExchangeError> {
        let bold = Format::new()
            .set_bold()
            .set_background_color(Color::RGB(0x00E9_F0F8));
        self.sheet.set_column_width(0, 8)?;
        self.sheet.write_with_format(0, 0, "原行号", &bold)?;
        for (at, place) in (1..).zip(&self.places) {
            let (title, width) = match place {
                Place::Cell { column, field, .. } => {
                    let heading = mapping
                        .columns
                        .iter()
                        .find(|one| one.column == *column)
                        .map(|one| one.heading.clone());
                    (
                        heading.unwrap_or_default(),
                        layout.column(field).map_or(14, |column| column.width),
                    )
                }
                Place::Added { field } => (
                    layout.title(field).to_owned(),
                    layout.column(field).map_or(14, |column| column.width),
                ),
                Place::Remark { field } if field.is_empty() => ("⚠ 本行的问题".to_owned(), 40),
                Place::Remark { field } => (format!("⚠ {}的问题", layout.title(field)), 40),
            };
            self.sheet.set_column_width(at, width)?;
            self.sheet.write_with_format(0, at, title, &bold)?;
        }
        Ok(())
    }

    fn row(&mut self, problem: &Problem) -> Result<(), ExchangeError> {
        let row = self.next;
        self.next += 1;
        self.sheet.write(row, 0, problem.row)?;
        for (at, place) in (1..).zip(&self.places) {
            match place {
                Place::Cell {
                    column,
                    field,
                    code,
                } => {
                    let text = problem
                        .cells
                        .get(*column)
                        .map(String::as_str)
                        .unwrap_or_default();
                    let fault = problem
                        .faults
                        .iter()
                        .find(|fault| !field.is_empty() && fault.field == *field);
                    let format = match fault.map(|fault| fault.level) {
                        Some(Level::Error) => Some(&self.error),
                        Some(Level::Confirm) => Some(&self.doubt),
                        None => code.then_some(&self.plain),
                    };
                    match format {
                        Some(format) => {
                            self.sheet.write_string_with_format(row, at, text, format)?
                        }
                        None => self.sheet.write_string(row, at, text)?,
                    };
                }
                Place::Added { field } => {
                    let text = problem.added.get(field).map_or("", String::as_str);
                    self.sheet
                        .write_string_with_format(row, at, text, &self.plain)?;
                }
                Place::Remark { field } => {
                    let about = |name: &str| {
                        if name == field {
                            true
                        } else {
                            field.is_empty() && name.is_empty()
                        }
                    };
                    let remarks: Vec<&str> = problem
                        .faults
                        .iter()
                        .filter(|fault| about(&fault.field))
                        .map(|fault| fault.message.as_str())
                        .collect();
                    if !remarks.is_empty() {
                        self.sheet.write_string_with_format(
                            row,
                            at,
                            remarks.join("；"),
                            &self.remark,
                        )?;
                    }
                }
            }
        }
        Ok(())
    }
}
