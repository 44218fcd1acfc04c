//! 导入线索: a file of a feed, taken in row by row. What cannot be taken is named with its row, field and remedy; what
//! is about an employer nobody knows waits in the match queue; nothing is lost, and sending a file again is harmless.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;
use std::path::Path;

use kernel::{Instant, MatchId, OrgPath};
use store::{Actor, Db, StoreError, Tx};

use super::cells::{self, RowSays};
use super::feed::{About, Feed, Once, Registered};
use super::feeds::{self, Counts, Delivery};
use super::intake_rows::{Cells, Chunks, Headed};
use super::model::{SubjectId, SubjectKind};
use super::signals::{self, Mark, NewSignal, Taken, Whom};
use super::subjects::{self, SubjectDraft};
use super::{ArrearsError, Permit, alerts, kinds, refused};
use crate::access::Capability;
use crate::exchange::reading::{FileFault, MAX_FILE, Row, Source, Workbook};
use crate::exchange::{
    Headings, Layout, Mapping, Problem, ProblemState, RowFault, Survey, survey, write_errors_book,
};
use crate::{employers, orgs};

pub use super::intake_report::{RefusedCount, RefusedRow, Request, SignalReport};

/// First bytes of a gzip file.
const GZIP: [u8; 2] = [0x1F, 0x8B];
/// Rows named in a report one by one; all of them are in the errors book.
const NAMED: usize = 1_000;

/// Ends a transaction without keeping it.
enum Ended {
    /// It was a rehearsal.
    Rehearsed,
    /// It failed.
    Failed(ArrearsError),
}

impl From<StoreError> for Ended {
    fn from(fault: StoreError) -> Self {
        Self::Failed(fault.into())
    }
}

impl From<ArrearsError> for Ended {
    fn from(fault: ArrearsError) -> Self {
        Self::Failed(fault)
    }
}

/// Imports a file of a feed; `progress` hears how many rows are done.
///
/// # Errors
/// [`ArrearsError::File`] when the file as a whole cannot be taken, [`ArrearsError::Invalid`] for an unknown feed;
/// then nothing of it stays.
pub fn import_file(
    db: &Db,
    actor: &Actor,
    permit: &Permit,
    request: &Request,
    progress: &mut dyn FnMut(i64),
) -> Result<SignalReport, ArrearsError> {
    super::rules::require(permit, Capability::SignalsEnter)?;
    let today = db.clock().today();
    let registered = Feed::named(actor.district, today, &request.feed)?;
    if registered.feed.columns.is_empty() {
        return Err(ArrearsError::invalid(
            "feed",
            "feed.by_hand",
            format!("“{}”由系统内填报产生，不从表格导入", registered.title),
        ));
    }
    db.read(actor, |tx| super::pauses::must_run(tx, &registered))?;
    let layout = registered.feed.layout();
    let book = Workbook::open(&source(&request.file)?)?;
    let found = survey(&book, &layout, request.sheet.as_deref(), Headings::Known)?;
    found.mapping.check(&layout)?;
    let mut work = Work::new(db, actor, request, registered);
    work.report.format = book.describe();
    work.report.sheet.clone_from(&found.sheet);
    work.report.ignored_columns = found
        .mapping
        .left_out()
        .into_iter()
        .map(str::to_owned)
        .collect();
    work.run(found, &layout, progress)?;
    Ok(work.report)
}

/// The bytes of a file, unpacked when they are packed.
fn source(path: &Path) -> Result<Source, ArrearsError> {
    let mut file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut head = [0; 2];
    let read = file.read(&mut head).map_err(|error| unreadable(&error))?;
    if read < head.len() || head != GZIP {
        return Ok(Source::file(path));
    }
    let file = std::fs::File::open(path).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    flate2::read::MultiGzDecoder::new(file)
        .take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| FileFault::Damaged(error.to_string()))?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(FileFault::Bomb("解压后过大".to_owned()).into());
    }
    Ok(Source::memory(bytes))
}

fn unreadable(error: &std::io::Error) -> FileFault {
    FileFault::Unreadable(error.to_string())
}

/// What is wrong with a row that says something else than an earlier one.
fn contradiction(first: u32) -> RowFault {
    let said = format!(
        "与第 {first} 行说的是同一家单位、同一期的同一件事，内容却不一样；请核对后只留一行"
    );
    cells::row_fault("signal.contradiction", said)
}

/// A row that can be taken.
struct Ready {
    row: Row,
    says: RowSays,
}

/// An import under way.
struct Work<'a> {
    db: &'a Db,
    actor: &'a Actor,
    request: &'a Request,
    registered: Registered,
    report: SignalReport,
    problems: Vec<Problem>,
    known: HashMap<String, Found>,
    /// Whose desk each place of the file is; none where that is not certain.
    places: HashMap<String, Option<OrgPath>>,
    /// How often each number of a source stood in the file so far ([`Once::Row`]).
    seen: HashMap<(String, String), u32>,
    /// Which row of the file spoke of an event first, and what it said.
    said: HashMap<Mark, (u32, Mark)>,
}

/// What a writing of an employer leads to.
#[derive(Clone)]
enum Found {
    /// One employer.
    Subject(SubjectId, OrgPath),
    /// A question in the queue.
    Asked(MatchId, OrgPath),
}

impl<'a> Work<'a> {
    fn new(db: &'a Db, actor: &'a Actor, request: &'a Request, registered: Registered) -> Self {
        let report = SignalReport {
            file: request.file.display().to_string(),
            feed: registered.name.clone(),
            dry_run: request.dry_run,
            ..SignalReport::default()
        };
        Self {
            db,
            actor,
            request,
            registered,
            report,
            problems: Vec::new(),
            known: HashMap::new(),
            places: HashMap::new(),
            seen: HashMap::new(),
            said: HashMap::new(),
        }
    }

    fn run(
        &mut self,
        found: Survey,
        layout: &Layout,
        progress: &mut dyn FnMut(i64),
    ) -> Result<(), ArrearsError> {
        let (db, actor, dry) = (self.db, self.actor, self.request.dry_run);
        let source = self
            .request
            .file
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let mapping = found.mapping.clone();
        let mut rows = Chunks::new(found, layout);
        if dry {
            let rehearsed = db.write(actor, |tx| {
                let mut delivery = feeds::begin(tx, &self.registered.name, &source)?;
                while let Some(chunk) = rows.next()? {
                    self.take(tx, &mut delivery, chunk)?;
                    progress(delivery.counts().rows());
                }
                self.count(&delivery);
                Err::<(), Ended>(Ended::Rehearsed)
            });
            if let Err(Ended::Failed(fault)) = rehearsed {
                return Err(fault);
            }
        } else {
            let mut delivery = self.begin(&source, &mapping)?;
            while let Some(chunk) = rows.next()? {
                let (count, told) = (chunk.1.len(), self.problems.len());
                db.write(actor, |tx| {
                    self.take(tx, &mut delivery, chunk)?;
                    let back = self.problems.get(told..).unwrap_or_default();
                    refused::keep(tx, delivery.id, back)?;
                    refused::note(tx, &delivery, count)
                })?;
                progress(delivery.counts().rows());
            }
            db.write(actor, |tx| {
                feeds::finish(tx, &delivery)?;
                // Past records are for replays: nobody acts on them today.
                if !self.registered.feed.history {
                    alerts::jobs::ask(tx, delivery.begun)?;
                }
                Ok::<_, ArrearsError>(())
            })?;
            self.count(&delivery);
            self.report.delivery = delivery.id.to_string();
        }
        self.tell_problems(layout, &mapping)
    }

    fn begin(&self, source: &str, mapping: &Mapping) -> Result<Delivery, ArrearsError> {
        self.db.write(self.actor, |tx| {
            let delivery = feeds::begin(tx, &self.registered.name, source)?;
            refused::remember(tx, delivery.id, mapping)?;
            Ok(delivery)
        })
    }

    fn count(&mut self, delivery: &Delivery) {
        let Counts {
            new,
            same,
            corrected,
            echo,
            waiting,
            refused,
            heavier,
        } = delivery.counts();
        self.report.rows = delivery.counts().rows();
        self.report.new = new;
        self.report.unchanged = same;
        self.report.corrected = corrected;
        self.report.confirmed = echo;
        self.report.took_over = heavier;
        self.report.waiting = waiting;
        self.report.refused = refused;
    }

    /// One chunk of rows, in the transaction's hands.
    fn take(
        &mut self,
        tx: &mut Tx,
        delivery: &mut Delivery,
        (fields, chunk): (&Headed, Vec<Cells>),
    ) -> Result<(), ArrearsError> {
        let today = tx.today();
        let mut ready = Vec::with_capacity(chunk.len());
        for cells in chunk {
            let read = match cells.faults.is_empty() {
                true => cells::read_row(&self.registered.feed, today, |field| {
                    fields.text(&cells, field)
                }),
                false => Err(cells.faults.clone()),
            };
            let read = read.and_then(|says| {
                let faults = kinds::faults(&self.registered.feed.signal, &says.fields);
                if faults.is_empty() {
                    Ok(says)
                } else {
                    Err(faults)
                }
            });
            let fault = match &read {
                Ok(says) => self.nowhere(tx, says)?,
                Err(_) => None,
            };
            match (read, fault) {
                (Ok(says), None) => ready.push(Ready {
                    row: cells.row,
                    says,
                }),
                (Ok(_), Some(fault)) => self.problem(delivery, &cells.row, vec![fault]),
                (Err(faults), _) => self.problem(delivery, &cells.row, faults),
            }
        }
        let whom = self.whom(tx, &ready)?;
        let (mut news, mut from) = (Vec::with_capacity(ready.len()), Vec::new());
        for (one, (about, path)) in ready.iter().zip(whom) {
            let reference = self.reference(one);
            let new = self.signal(tx.now(), one, reference, about, path);
            match self.contradicted(delivery, one.row.number, &new) {
                Some(first) => self.problem(delivery, &one.row, vec![contradiction(first)]),
                None => {
                    news.push(new);
                    from.push(one);
                }
            }
        }
        let outcomes = signals::take_many(tx, delivery, &news)?;
        debug_assert_eq!(outcomes.len(), news.len());
        for (one, outcome) in from.into_iter().zip(outcomes) {
            if outcome == Taken::Waiting {
                self.unknown(&one.says);
            }
        }
        Ok(())
    }

    /// The earlier row of this file that says something else about the same event. Which of the two holds only the
    /// sender knows; were the second a correction of the first, every further delivery of the file would be two.
    /// Past records are different: there a later row is what became known later.
    fn contradicted(&mut self, delivery: &Delivery, row: u32, new: &NewSignal) -> Option<u32> {
        if self.registered.feed.history {
            return None;
        }
        let said = new.said();
        let event = self.said.entry(new.mark(&delivery.feed));
        let (first, before) = *event.or_insert((row, said));
        (before != said).then_some(first)
    }

    fn problem(&mut self, delivery: &mut Delivery, row: &Row, faults: Vec<RowFault>) {
        delivery.refuse(1);
        self.problems.push(Problem {
            row: row.number,
            state: ProblemState::Open,
            cells: row.cells.iter().map(|cell| cell.display()).collect(),
            added: BTreeMap::new(),
            faults,
            confirmed: false,
        });
    }

    fn unknown(&mut self, says: &RowSays) {
        let writing = [says.name.as_str(), says.code.as_str()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let list = &mut self.report.unknown_employers;
        if list.len() < NAMED && !list.contains(&writing) {
            list.push(writing);
        }
    }

    /// What the source calls the row; the second row of a number gets an ordinal when each row is an event.
    fn reference(&mut self, ready: &Ready) -> String {
        let says = &ready.says;
        if says.reference.is_empty() {
            return format!("第{}行", ready.row.number);
        }
        if self.registered.feed.once != Once::Row {
            return says.reference.clone();
        }
        let seen = (writing(says), says.reference.clone());
        let count = self.seen.entry(seen).or_default();
        *count += 1;
        match *count {
            1 => says.reference.clone(),
            ordinal => format!("{}（{ordinal}）", says.reference),
        }
    }

    fn signal(
        &self,
        now: Instant,
        ready: &Ready,
        reference: String,
        about: Whom,
        org_path: OrgPath,
    ) -> NewSignal {
        let feed = &self.registered.feed;
        let says = &ready.says;
        NewSignal {
            about,
            kind: feed.signal.clone(),
            day: says.day,
            arrived: if feed.history {
                Instant::from_shanghai(says.day, 12, 0)
            } else {
                now
            },
            fields: says.fields.clone(),
            quality: feed.quality.quality(),
            reference,
            known_as: None,
            once: feed.once,
            org_path,
        }
    }

    /// Whom each row is about.
    fn whom(&mut self, tx: &mut Tx, ready: &[Ready]) -> Result<Vec<(Whom, OrgPath)>, ArrearsError> {
        if self.registered.feed.about == About::Employer {
            return self.employers(tx, ready);
        }
        let root = orgs::root_path()?;
        let mut drafts = Vec::with_capacity(ready.len());
        for one in ready {
            drafts.push(match self.registered.feed.about {
                About::Project => self.project(&one.says, &root),
                _ => outside(&one.says, &root),
            });
        }
        if self.registered.feed.history {
            for (draft, one) in drafts.iter_mut().zip(ready) {
                draft.told_on = Some(one.says.day);
            }
        }
        let ids = subjects::ensure(tx, &drafts)?;
        Ok(ids
            .into_iter()
            .zip(drafts)
            .map(|(id, draft)| (Whom::Known(id), draft.org_path))
            .collect())
    }

    /// A project lies on the desk of the union its `place` names; one without a place lies on the district's.
    fn project(&self, says: &RowSays, root: &OrgPath) -> SubjectDraft {
        let path = self.places.get(&says.place).cloned().flatten();
        let mut draft = SubjectDraft::project(&says.name, path.unwrap_or_else(|| root.clone()));
        draft.place.clone_from(&says.place);
        draft.industry.clone_from(&says.industry);
        draft
    }

    /// What is wrong with a row whose project lies where no union is known: on the district's desk nobody of the town
    /// would see it.
    fn nowhere(&mut self, tx: &mut Tx, says: &RowSays) -> Result<Option<RowFault>, ArrearsError> {
        if self.registered.feed.about != About::Project || says.place.is_empty() {
            return Ok(None);
        }
        if !self.places.contains_key(&says.place) {
            let found = orgs::find(tx, &says.place)?;
            let only = match found.as_slice() {
                [only] => Some(only.path.clone()),
                _ => None,
            };
            self.places.insert(says.place.clone(), only);
        }
        let known = self.places.get(&says.place).is_some_and(Option::is_some);
        Ok((!known).then(|| {
            let said = format!(
                "“{}”不是本区哪一个镇街总工会的名称，也可能对得上几个；请照组织架构里的名称或简称写，由区里直接管的空着",
                says.place
            );
            RowFault {
                field: "place".to_owned(),
                ..cells::row_fault("signal.place", said)
            }
        }))
    }

    fn employers(
        &mut self,
        tx: &mut Tx,
        ready: &[Ready],
    ) -> Result<Vec<(Whom, OrgPath)>, ArrearsError> {
        let mut drafts: Vec<SubjectDraft> = Vec::new();
        for one in ready {
            let writing = writing(&one.says);
            if !self.known.contains_key(&writing) {
                let (found, draft) = self.employer(tx, &one.says)?;
                drafts.extend(draft);
                self.known.insert(writing, found);
            }
        }
        subjects::ensure(tx, &drafts)?;
        let place = |one: &Ready| {
            let writing = writing(&one.says);
            match self.known.get(&writing)? {
                Found::Subject(id, path) => Some((Whom::Known(*id), path.clone())),
                Found::Asked(question, path) => {
                    Some((Whom::Asked(*question, writing), path.clone()))
                }
            }
        };
        ready
            .iter()
            .map(|one| place(one).ok_or(ArrearsError::NotFound))
            .collect()
    }

    /// The employer a row means: by its code, else by its name; a question when that is not certain, as when the code is
    /// one employer's and the name another's.
    fn employer(
        &self,
        tx: &mut Tx,
        says: &RowSays,
    ) -> Result<(Found, Option<SubjectDraft>), ArrearsError> {
        let find = |tx: &mut Tx, text: &str| match text.is_empty() {
            true => Ok(Vec::new()),
            false => employers::find(tx, text),
        };
        let (coded, named) = (find(tx, &says.code)?, find(tx, &says.name)?);
        let only = match (coded.as_slice(), named.as_slice()) {
            ([one], []) | ([], [one]) => Some(one),
            ([one], named) => named.iter().find(|other| other.id == one.id),
            (several, [one]) => several.iter().find(|other| other.id == one.id),
            _ => None,
        };
        if let Some(only) = only {
            let draft = SubjectDraft::employer(only);
            let found = Found::Subject(only.id.uuid().into(), only.org_path.clone());
            return Ok((found, Some(draft)));
        }
        let source = format!("线索：{}", self.registered.title);
        let question = employers::ask_for(tx, &says.name, &says.code, &source)?;
        let path = employers::question(tx, question)?.org_path;
        Ok((Found::Asked(question, path), None))
    }

    fn tell_problems(&mut self, layout: &Layout, mapping: &Mapping) -> Result<(), ArrearsError> {
        if let Some(out) = &self.request.errors
            && !self.problems.is_empty()
        {
            write_errors_book(out, layout, mapping, &self.problems)?;
        }
        self.report.rows_refused = self
            .problems
            .iter()
            .take(NAMED)
            .map(|problem| RefusedRow::of(layout, problem))
            .collect();
        self.report.refused_by = RefusedCount::of(layout, &self.problems);
        Ok(())
    }
}

fn outside(says: &RowSays, root: &OrgPath) -> SubjectDraft {
    SubjectDraft {
        kind: SubjectKind::Outside,
        key: if says.code.is_empty() {
            says.name.clone()
        } else {
            says.code.clone()
        },
        name: says.name.clone(),
        employer: None,
        org_path: root.clone(),
        place: says.place.clone(),
        industry: says.industry.clone(),
        told_on: None,
    }
}

/// What a row writes of its employer: rows that write the same mean the same.
fn writing(says: &RowSays) -> String {
    format!("{}\u{1F}{}", says.code, says.name)
}
