//! 直接导入: a file of the person at the keyboard, checked and taken in one pass (the command line).
//!
//! The file is read where it is and never copied. An import that broke off is found again by the file's
//! fingerprint and goes on after its last chunk. A file that breaks off half-way is taken back whole.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use kernel::ids::OrgId;
use serde::Serialize;
use store::{Actor, args};

use super::batch::{self, NewBatch};
use super::columns::Layout;
use super::depot::fingerprint;
use super::desk::{Desk, rows_below, short_name};
use super::error::ExchangeError;
use super::flow::Verb;
use super::mapping::Mapping;
use super::model::{Batch, BatchState, ImportKind, Problem, Tally};
use super::pass::{Pass, Work, run};
use super::reading::{FileFault, Source, Workbook};
use super::rules::{self, Permit};
use super::stage::{self, ProblemFilter};
use super::survey::{Headings, Survey, survey};
use super::work::{OnProgress, rows_of};
use super::{errors_book, sql};
use crate::orgs::{self, OrgRef};

/// Problem rows read at a time.
const PAGE: usize = 500;

/// What is to be imported.
#[derive(Debug, Clone)]
pub struct Request {
    /// The file.
    pub file: PathBuf,
    /// What it lists.
    pub kind: ImportKind,
    /// The union of rows that name none: credit code, name or id.
    pub org: Option<String>,
    /// The sheet, if not the first that looks right.
    pub sheet: Option<String>,
    /// Headings and the fields they fill, where the program would guess otherwise.
    pub wishes: BTreeMap<String, String>,
    /// Say what would happen and write nothing.
    pub dry_run: bool,
    /// Where to write the refused rows with their errors beside each cell.
    pub errors: Option<PathBuf>,
}

/// How an import went: one object for programs to read. Never holds a full personal number.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The file.
    pub file: String,
    /// What it is.
    pub format: String,
    /// The sheet that was read.
    pub sheet: String,
    /// Number of the batch; empty in a rehearsal.
    pub batch: String,
    /// Nothing was written.
    pub dry_run: bool,
    /// It went on after an earlier run that broke off.
    pub resumed: bool,
    /// Rows below the headings.
    pub rows: i64,
    /// Entered.
    pub new: i64,
    /// Changed.
    pub updated: i64,
    /// There already, the same.
    pub unchanged: i64,
    /// Not taken: errors and rows that a person must confirm.
    pub refused: i64,
    /// Of those, members of another union.
    pub elsewhere: i64,
    /// Headings that were left out.
    pub ignored_columns: Vec<String>,
    /// Employers that are not entered yet.
    pub unknown_employers: Vec<String>,
    /// What else the person should know.
    pub message: String,
    /// Why the list of refused rows could not be written, though the rows were taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errors_fault: Option<String>,
    /// Rows that were not taken.
    pub rows_refused: Vec<Refused>,
}

/// One row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Row number as the spreadsheet program shows it.
    pub row: u32,
    /// Heading of the field.
    pub field: String,
    /// Stable code.
    pub code: String,
    /// `error`, or `confirm` when a person may say it is right.
    pub level: &'static str,
    /// In words, with the remedy.
    pub message: String,
    /// Further faults of the same row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub further: Vec<String>,
}

/// A file that has been looked over and is ready to be read.
struct Ready {
    book: Workbook,
    layout: &'static Layout,
    digest: String,
    size: u64,
    survey: Survey,
    org: Option<OrgRef>,
}

impl Desk {
    /// Imports a file in one pass.
    ///
    /// # Errors
    /// [`ExchangeError::File`] when the file as a whole cannot be taken; then nothing of it stays.
    pub fn import_file(
        &self,
        actor: &Actor,
        permit: &Permit,
        request: &Request,
        progress: OnProgress<'_>,
    ) -> Result<Report, ExchangeError> {
        rules::may_import(permit, request.kind)?;
        let ready = self.look(actor, request)?;
        if request.dry_run {
            self.rehearse(actor, request, ready, progress)
        } else {
            self.take(actor, request, ready, progress)
        }
    }

    fn look(&self, actor: &Actor, request: &Request) -> Result<Ready, ExchangeError> {
        let layout = Layout::at(
            request.kind,
            actor.district,
            self.db.clock().now().shanghai_date(),
        )?;
        // Both read the whole file.
        let (digest, book) = std::thread::scope(|scope| {
            let digest = scope.spawn(|| fingerprint(&request.file));
            let book = Workbook::open(&Source::file(&request.file));
            (digest.join(), book)
        });
        let (size, digest) = digest.unwrap_or(Err(FileFault::Crashed))?;
        let book = book?;
        let by = Headings::Named(&request.wishes);
        let mut survey = survey(&book, layout, request.sheet.as_deref(), by)?;
        survey.mapping.apply(layout, &request.wishes)?;
        survey.mapping.check(layout)?;
        let org = request
            .org
            .as_deref()
            .map(|text| self.org_called(actor, text))
            .transpose()?;
        let names_org = ["org", "org_code"]
            .iter()
            .any(|field| survey.mapping.column_of(field).is_some());
        if request.kind == ImportKind::Members && org.is_none() && !names_org {
            return Err(ExchangeError::Invalid {
                field: "org",
                message: "名册里没有所属工会这一列；请用 --org 写明这些会员属于哪个工会（统一社会信用代码或名称）".into(),
            });
        }
        Ok(Ready {
            book,
            layout,
            digest,
            size,
            survey,
            org,
        })
    }

    fn org_called(&self, actor: &Actor, text: &str) -> Result<OrgRef, ExchangeError> {
        let invalid = |message: String| ExchangeError::Invalid {
            field: "org",
            message,
        };
        let found = self.db.read(actor, |tx| match text.parse::<OrgId>() {
            Ok(id) => orgs::get(tx, id).map(|org| vec![org]),
            Err(_) => orgs::find(tx, text),
        });
        let mut found = found.map_err(ExchangeError::room)?;
        match (found.pop(), found.is_empty()) {
            (Some(org), true) => Ok(org),
            (Some(_), false) => Err(invalid(format!(
                "有几个工会都叫“{text}”；请改用统一社会信用代码"
            ))),
            (None, _) => Err(invalid(format!(
                "找不到工会“{text}”；请核对统一社会信用代码或名称"
            ))),
        }
    }

    fn rehearse(
        &self,
        actor: &Actor,
        request: &Request,
        ready: Ready,
        progress: OnProgress<'_>,
    ) -> Result<Report, ExchangeError> {
        let Ready {
            book,
            layout,
            survey,
            org,
            ..
        } = ready;
        let Survey {
            sheet,
            mapping,
            rows,
            ..
        } = survey;
        let batch = self
            .db
            .read(actor, |tx| imagined(tx, request.kind, &mapping, org))?;
        let collected = RefCell::new(Vec::new());
        let mut work = Work {
            db: &self.db,
            actor,
            batch: &batch,
            layout,
            pass: Pass::Check,
            rehearsal: Some(&collected),
            progress,
        };
        let ended = run(&mut work, rows)?;
        let problems = collected.into_inner();
        if let Some(out) = &request.errors {
            errors_book::write(out, layout, &mapping, &problems)?;
        }
        let mut report = report(request, &book, (sheet, mapping), ended.progress.tally);
        report.unknown_employers = ended.unknown_employers;
        report.rows_refused = problems
            .iter()
            .map(|problem| refused(layout, problem))
            .collect();
        Ok(report)
    }

    fn take(
        &self,
        actor: &Actor,
        request: &Request,
        ready: Ready,
        progress: OnProgress<'_>,
    ) -> Result<Report, ExchangeError> {
        let broken_off = self.broken_off(actor, request, &ready)?;
        let (book, layout) = (ready.book.clone(), ready.layout);
        let resumed = broken_off.is_some();
        let (batch, rows) = match broken_off {
            Some(batch) => {
                let sheet = ready.survey.sheet.clone();
                (batch, rows_of(&book, &sheet)?)
            }
            None => self.begin(actor, request, ready)?,
        };
        let result = self.run_rows(&batch, actor, (Pass::Import, rows), progress);
        let unknown = result
            .as_ref()
            .map(|ended| ended.unknown_employers.clone())
            .unwrap_or_default();
        if let Err(error) = self.concluded(&batch, actor, result, Verb::Finish) {
            if let ExchangeError::File(fault) = &error {
                self.take_back(actor, &batch, fault)?;
            }
            return Err(error);
        }
        let batch = self.batch(actor, batch.id)?;
        let mut report = report(
            request,
            &book,
            (batch.sheet.clone(), batch.mapping.clone()),
            batch.tally,
        );
        report.batch.clone_from(&batch.no);
        report.resumed = resumed;
        report.unknown_employers = unknown;
        report.message.clone_from(&batch.message);
        report.rows_refused = self.refused_rows(actor, layout, &batch)?;
        // The rows are in: that a list of the others fails must not say that nothing was done.
        report.errors_fault = request.errors.as_ref().and_then(|out| {
            let written = self.write_errors(actor, batch.id, out);
            written.err().map(|fault| fault.to_string())
        });
        Ok(report)
    }

    /// An import of the same file that broke off: the program died, or the machine.
    fn broken_off(
        &self,
        actor: &Actor,
        request: &Request,
        ready: &Ready,
    ) -> Result<Option<Batch>, ExchangeError> {
        let nobody = kernel::ids::BatchId::from(uuid::Uuid::nil());
        let earlier = self.db.read(actor, |tx| {
            batch::same_file(tx, nobody, &ready.digest, request.kind)
        })?;
        let org = ready.org.as_ref().map(|org| org.id);
        Ok(earlier.into_iter().find(|batch| {
            batch.state == BatchState::Importing
                && batch.file_path.is_empty()
                && batch.finished_at.is_none()
                && batch.mapping == ready.survey.mapping
                && batch.sheet == ready.survey.sheet
                && batch.fallback() == org
        }))
    }

    fn begin(
        &self,
        actor: &Actor,
        request: &Request,
        ready: Ready,
    ) -> Result<(Batch, super::reading::Rows), ExchangeError> {
        let rows_total = rows_below(&ready.survey);
        let Ready {
            book,
            digest,
            size,
            survey,
            org,
            ..
        } = ready;
        let Survey {
            sheet,
            mapping,
            rows,
            ..
        } = survey;
        let id = self.db.new_id();
        let batch = self.db.write(actor, |tx| {
            let top = orgs::top(tx)
                .map_err(ExchangeError::room)?
                .ok_or(ExchangeError::NotFound)?;
            let new = NewBatch {
                id,
                kind: request.kind,
                org_default: org.is_some(),
                org: org.unwrap_or(top),
                file_name: short_name(&request.file.to_string_lossy()),
                file_size: i64::try_from(size).unwrap_or(i64::MAX),
                digest,
                file_path: String::new(),
                format: book.describe(),
                sheet,
                mapping,
                rows_total,
                state: BatchState::Importing,
            };
            let batch = batch::open(tx, new)?;
            said_before(tx, batch)
        })?;
        Ok((batch, rows))
    }

    /// Undoes what was taken before the file broke off.
    fn take_back(
        &self,
        actor: &Actor,
        batch: &Batch,
        fault: &FileFault,
    ) -> Result<(), ExchangeError> {
        let (district, id) = (actor.district, batch.id);
        self.db.write(actor, |tx| {
            let failed = batch::get(tx, id)?;
            batch::step(tx, &failed, Verb::Undo, "")?;
            tx.audit(
                store::Audit::of("import.undo_asked", "import_batch", id)
                    .at(&batch.org_path)
                    .why(fault.what()),
            )?;
            Ok::<_, ExchangeError>(())
        })?;
        self.run_undo(district, id, &mut |_| Ok(()))
    }

    fn refused_rows(
        &self,
        actor: &Actor,
        layout: &Layout,
        batch: &Batch,
    ) -> Result<Vec<Refused>, ExchangeError> {
        let mut rows = Vec::new();
        let mut filter = ProblemFilter::default();
        loop {
            let page = self
                .db
                .read(actor, |tx| stage::list(tx, batch.id, &filter, PAGE))?;
            let Some(last) = page.last() else {
                return Ok(rows);
            };
            filter.after = last.row;
            rows.extend(page.iter().map(|problem| refused(layout, problem)));
        }
    }
}

/// Notes on the batch that the same file came before.
fn said_before(tx: &mut store::Tx, mut batch: Batch) -> Result<Batch, ExchangeError> {
    let earlier = batch::same_file(tx, batch.id, &batch.digest, batch.kind)?;
    if let Some(before) = earlier
        .iter()
        .find(|before| before.state == BatchState::Done)
    {
        batch.message = format!(
            "这个文件在 {} 导入过（{}）；再导入一次只补上变化，不会重复登记",
            before.created_at.shanghai_text(),
            before.no
        );
        tx.exec(&sql::SAY, args![*tx.district(), batch.id, batch.message])?;
    }
    Ok(batch)
}

/// A batch that is only thought of.
fn imagined(
    tx: &mut store::Tx,
    kind: ImportKind,
    mapping: &Mapping,
    org: Option<OrgRef>,
) -> Result<Batch, ExchangeError> {
    let top = orgs::top(tx)
        .map_err(ExchangeError::room)?
        .ok_or(ExchangeError::NotFound)?;
    let (org_default, org, now) = (org.is_some(), org.unwrap_or(top), tx.now());
    Ok(Batch {
        id: tx.new_id(),
        no: "试算".into(),
        kind,
        org: org.id,
        scope_path: org.path.clone(),
        org_path: org.path,
        org_default,
        file_name: String::new(),
        file_size: 0,
        digest: String::new(),
        file_path: String::new(),
        format: String::new(),
        sheet: String::new(),
        mapping: mapping.clone(),
        state: BatchState::Checking,
        rows_total: 0,
        rows_done: 0,
        cursor: 0,
        tally: Tally::default(),
        open_problems: 0,
        ready_problems: 0,
        undone_rows: 0,
        message: String::new(),
        kept: true,
        account: None,
        post: None,
        actor: String::new(),
        phase_at: now,
        created_at: now,
        finished_at: None,
        undone_at: None,
    })
}

fn report(
    request: &Request,
    book: &Workbook,
    (sheet, mapping): (String, Mapping),
    tally: Tally,
) -> Report {
    Report {
        file: request.file.display().to_string(),
        format: book.describe(),
        sheet,
        batch: String::new(),
        dry_run: request.dry_run,
        resumed: false,
        rows: tally.rows(),
        new: tally.new,
        updated: tally.updated,
        unchanged: tally.unchanged,
        refused: tally.refused + tally.confirm,
        elsewhere: tally.elsewhere,
        ignored_columns: mapping.left_out().into_iter().map(str::to_owned).collect(),
        unknown_employers: Vec::new(),
        message: String::new(),
        errors_fault: None,
        rows_refused: Vec::new(),
    }
}

/// A problem row for the report. Messages never hold a full number, and cells are left out.
fn refused(layout: &Layout, problem: &Problem) -> Refused {
    let first = problem.first();
    let code = first.map(|fault| fault.code.clone()).unwrap_or_default();
    Refused {
        row: problem.row,
        field: first
            .map(|fault| layout.title(&fault.field).to_owned())
            .unwrap_or_default(),
        code,
        level: problem.level().id(),
        message: first.map(|fault| fault.message.clone()).unwrap_or_default(),
        further: problem
            .faults
            .iter()
            .skip(1)
            .map(|fault| format!("{}：{}", layout.title(&fault.field), fault.message))
            .collect(),
    }
}
