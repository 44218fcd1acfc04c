//! From a row of a list of employers to a draft, and the pass over such a list.

use std::sync::mpsc::sync_channel;
use std::thread;

use kernel::{Date, text};
use store::Tx;

use super::columns::{Column, Layout};
use super::error::ExchangeError;
use super::fields::text_of;
use super::mapping::Mapping;
use super::model::{Level, Problem, RowFault, Tally};
use super::pass::{self, Chunk, Ended, Entry, Mark, Pass, Work};
use super::places::{PlaceTexts, Places};
use super::reading::{Row, Rows};
use super::stage;
use crate::employers::{self, CodeKind, EmployerDraft, EmployerState, UpsertOutcome};
use crate::failure::RoomError;
use crate::members::parse_date;
use crate::orgs::OrgRef;

/// Rows written in one transaction: each may ask for likenesses.
const CHUNK: usize = 500;

/// Reads rows by a mapping.
pub(super) struct EmployerRows {
    columns: Vec<(usize, &'static Column)>,
    epoch_1904: bool,
}

impl EmployerRows {
    pub(super) fn new(layout: &'static Layout, mapping: &Mapping, epoch_1904: bool) -> Self {
        let columns = mapping
            .columns
            .iter()
            .filter_map(|one| Some((one.column, layout.column(&one.field)?)));
        Self {
            columns: columns.collect(),
            epoch_1904,
        }
    }

    /// The cells of a row as a draft and the text that names its territory, or what is wrong with the cells.
    pub(super) fn draft(&self, row: &Row) -> (EmployerDraft, PlaceTexts, Vec<RowFault>) {
        let (mut draft, mut places, mut faults) =
            (EmployerDraft::default(), PlaceTexts::default(), Vec::new());
        for (at, column) in &self.columns {
            match text_of(column, row.cell(*at), self.epoch_1904) {
                Ok(text) if text.is_empty() => {}
                Ok(text) if column.field == "territory" => places.org = text.into_owned(),
                Ok(text) => {
                    if let Err(message) = set(&mut draft, &column.field, &text) {
                        faults.push(fault(
                            &column.field,
                            "cell.unreadable",
                            format!("{}{message}", column.title),
                        ));
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        if draft.name.is_empty() && !faults.iter().any(|fault| fault.field == "name") {
            faults.push(fault(
                "name",
                "employer.name",
                "没有写单位名称；请填写营业执照上的全称".into(),
            ));
        }
        (draft, places, faults)
    }
}

fn fault(field: &str, code: &str, message: String) -> RowFault {
    RowFault {
        field: field.into(),
        code: code.into(),
        level: Level::Error,
        message,
        suggestion: String::new(),
    }
}

/// Sets one field; what is wrong with its text otherwise.
fn set(draft: &mut EmployerDraft, field: &str, value: &str) -> Result<(), String> {
    let code = |draft: &mut EmployerDraft, kind| draft.other_codes.push((kind, value.to_owned()));
    match field {
        "name" => value.clone_into(&mut draft.name),
        "credit_code" => value.clone_into(&mut draft.credit_code),
        "registration_code" => code(draft, CodeKind::Registration),
        "organisation_code" => code(draft, CodeKind::Organisation),
        "tax_code" => code(draft, CodeKind::Tax),
        "insurance_code" => code(draft, CodeKind::Insurance),
        "former_name" => draft.former_names.extend(
            value
                .split(['、', ';', '；'])
                .map(|name| text::trim(name).to_owned())
                .filter(|name| !name.is_empty()),
        ),
        "region_code" => value.clone_into(&mut draft.region_code),
        "industry_code" => value.clone_into(&mut draft.industry_code),
        "economic_type" => value.clone_into(&mut draft.economic_type),
        "headcount" => draft.headcount = Some(whole(value)?),
        "headcount_source" => value.clone_into(&mut draft.headcount_source),
        "headcount_on" => draft.headcount_on = Some(day(value)?),
        "state" => draft.state = Some(state(value)?),
        "opened_on" => draft.opened_on = Some(day(value)?),
        "closed_on" => draft.closed_on = Some(day(value)?),
        "address" => value.clone_into(&mut draft.address),
        _ => {}
    }
    Ok(())
}

fn whole(value: &str) -> Result<i64, String> {
    let plain: String = value
        .chars()
        .map(text::half_width_char)
        .filter(|c| !matches!(c, ',' | ' ' | '人'))
        .collect();
    plain
        .parse()
        .map_err(|_| format!("“{value}”不是整数；请只填数字"))
}

fn day(value: &str) -> Result<Date, String> {
    parse_date(value).ok_or_else(|| format!("“{value}”读不懂；请写成 2015-06-01 这样"))
}

/// States as the registers write them.
fn state(value: &str) -> Result<EmployerState, String> {
    let begins = |words: &[&str]| words.iter().any(|word| value.starts_with(word));
    if begins(&["存续", "在营", "开业", "正常", "在业"]) {
        Ok(EmployerState::Open)
    } else if begins(&["注销"]) {
        Ok(EmployerState::Deregistered)
    } else if begins(&["吊销"]) {
        Ok(EmployerState::Revoked)
    } else if begins(&["空壳"]) {
        Ok(EmployerState::Shell)
    } else {
        Err(format!("“{value}”读不懂；可填：存续、注销、吊销、空壳"))
    }
}

/// The pass over a list of employers.
pub(super) fn pass(work: &mut Work<'_>, rows: Rows) -> Result<Ended, ExchangeError> {
    let fallback = pass::fallback(work)?;
    let mut places = Places::new(work.db.clone(), work.actor.clone(), fallback);
    let expected = pass::expected(work.batch, &rows);
    let (out, inbox) = sync_channel(2);
    thread::scope(|scope| {
        let (batch, layout) = (work.batch, work.layout);
        let feeder = thread::Builder::new()
            .name("import-prepare".into())
            .spawn_scoped(scope, move || {
                let mut rows = rows;
                let reader = EmployerRows::new(layout, &batch.mapping, rows.epoch_1904());
                loop {
                    let chunk = match rows.next_batch() {
                        Ok(Some(more)) => prepare(&reader, &batch.mapping, &mut places, more),
                        Ok(None) => return,
                        Err(fault) => Err(fault.into()),
                    };
                    let ended = chunk.is_err();
                    for part in split(chunk) {
                        if out.send(part).is_err() {
                            return;
                        }
                    }
                    if ended {
                        return;
                    }
                }
            });
        let feeder = feeder.map_err(|error| ExchangeError::Depot(error.to_string()))?;
        let written = pass::write_all(work, inbox, expected, take);
        let _ = feeder.join();
        Ok(Ended {
            progress: written?,
            unknown_employers: Vec::new(),
        })
    })
}

fn split(
    chunk: Result<Chunk<EmployerDraft>, ExchangeError>,
) -> Vec<Result<Chunk<EmployerDraft>, ExchangeError>> {
    let mut rest = match chunk {
        Ok(rest) => rest,
        Err(error) => return vec![Err(error)],
    };
    let mut parts = Vec::new();
    while rest.len() > CHUNK {
        let later = rest.split_off(CHUNK);
        parts.push(Ok(std::mem::replace(&mut rest, later)));
    }
    parts.push(Ok(rest));
    parts
}

fn prepare(
    reader: &EmployerRows,
    mapping: &Mapping,
    places: &mut Places,
    rows: Vec<Row>,
) -> Result<Chunk<EmployerDraft>, ExchangeError> {
    let rows: Vec<Row> = rows
        .into_iter()
        .filter(|row| pass::is_data(mapping, row))
        .collect();
    let drafts: Vec<_> = rows.iter().map(|row| reader.draft(row)).collect();
    places.learn(drafts.iter().map(|(_, texts, _)| texts))?;
    let entries = rows.into_iter().zip(drafts).map(|(row, drafted)| Entry {
        ready: settled(places, drafted),
        row,
    });
    Ok(entries.collect())
}

/// A draft with its territory, or everything that is wrong with the row.
pub(super) fn settled(
    places: &Places,
    drafted: (EmployerDraft, PlaceTexts, Vec<RowFault>),
) -> Result<EmployerDraft, Vec<RowFault>> {
    let (mut draft, texts, mut faults) = drafted;
    match territory(places, &texts) {
        Ok(org) => draft.territory = org.map(|org| org.id),
        Err(fault) => faults.push(fault),
    }
    if faults.is_empty() {
        Ok(draft)
    } else {
        Err(faults)
    }
}

/// The union of the area: as the row says, else the one chosen for the file, else the top of the scope.
fn territory(places: &Places, texts: &PlaceTexts) -> Result<Option<OrgRef>, RowFault> {
    match places.org(texts) {
        Ok(org) => Ok(Some(org.clone())),
        Err(_) if texts.org.is_empty() => Ok(None),
        Err(fault) => Err(RowFault {
            field: "territory".into(),
            ..fault
        }),
    }
}

fn take(work: &Work<'_>, chunk: Chunk<EmployerDraft>, mark: Mark) -> Result<Tally, ExchangeError> {
    match work.pass {
        Pass::Import => work.db.write(work.actor, |tx| {
            let (tally, problems) = enter(tx, work, chunk)?;
            pass::advance(tx, work, mark, tally, &problems)?;
            Ok(tally)
        }),
        Pass::Check => {
            // The same rules in the same order, and then nothing is kept: what one row enters, the next may find.
            let mut result = None;
            let rehearsal = work.db.write(work.actor, |tx| {
                result = Some(enter(tx, work, chunk)?);
                Err::<(), ExchangeError>(ExchangeError::Stopped)
            });
            let (tally, problems) = match (rehearsal, result) {
                (Err(ExchangeError::Stopped), Some(result)) => result,
                (Err(error), _) => return Err(error),
                (Ok(()), _) => return Err(ExchangeError::Stopped),
            };
            pass::note(work, mark, tally, problems)?;
            Ok(tally)
        }
    }
}

fn enter(
    tx: &mut Tx,
    work: &Work<'_>,
    chunk: Chunk<EmployerDraft>,
) -> Result<(Tally, Vec<Problem>), ExchangeError> {
    let (mut tally, mut problems) = (Tally::default(), Vec::new());
    for entry in chunk {
        let faults = match entry.ready {
            Ok(mut draft) => {
                draft.batch = Some(work.batch.id);
                work.batch.evidence().clone_into(&mut draft.source);
                match upsert(tx, &draft)? {
                    Ok(outcome) => {
                        count(&mut tally, outcome);
                        continue;
                    }
                    Err(faults) => faults,
                }
            }
            Err(faults) => faults,
        };
        problems.push(pass::counted(
            &mut tally,
            stage::problem(&entry.row, faults),
        ));
    }
    Ok((tally, problems))
}

/// Enters one employer. What the room refuses is a fault of the row; anything else is an error.
pub(super) fn upsert(
    tx: &mut Tx,
    draft: &EmployerDraft,
) -> Result<Result<UpsertOutcome, Vec<RowFault>>, ExchangeError> {
    match employers::upsert(tx, draft) {
        Ok(done) => Ok(Ok(done.outcome)),
        Err(error)
            if matches!(
                error.kind(),
                crate::failure::Kind::Invalid
                    | crate::failure::Kind::Refused
                    | crate::failure::Kind::Missing
            ) =>
        {
            Ok(Err(vec![fault(
                error.field().unwrap_or_default(),
                error.code(),
                error.to_string(),
            )]))
        }
        Err(error) => Err(ExchangeError::room(error)),
    }
}

/// Counts a row that is taken. One that waits for a person to match it has arrived and changes nothing yet.
pub(super) fn count(tally: &mut Tally, outcome: UpsertOutcome) {
    match outcome {
        UpsertOutcome::Created => tally.new += 1,
        UpsertOutcome::Updated => tally.updated += 1,
        UpsertOutcome::Unchanged | UpsertOutcome::Queued(_) => tally.unchanged += 1,
    }
}
