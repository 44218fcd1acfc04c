//! 导出办件清单: the list of cases on the screen, filter for filter, streamed like the roster's. As on the screen it names
//! what a case is about and who answers for it, never who reported it.

use std::io::{Seek, Write};

use kernel::Instant;
use store::{Actor, Tx};

use super::desk::Desk;
use super::error::ExchangeError;
use super::export::{Exported, FileKind};
use super::rules::{self, Permit};
use super::sheet_out::{HandOver, Sheet, stream, time_limit};
use crate::access::{Capability, CapabilitySet};
use crate::cases::{self, CaseError, CaseFilter, CaseLine, FirstClock, ListClocks, Names};

/// Lines read at a time; one snapshot spans them all.
const PAGE: usize = 200;

const COLUMNS: [(&str, u16); 13] = [
    ("编号", 16),
    ("事项", 40),
    ("类型", 14),
    ("状态", 14),
    ("等级", 8),
    ("属地", 28),
    ("承办单位", 28),
    ("承办人", 12),
    ("收到", 18),
    ("要办的", 20),
    ("时限", 22),
    ("提示", 16),
    ("办结", 18),
];

/// What is to be taken out.
#[derive(Debug, Clone)]
pub struct CaseExport {
    /// The filter of the list.
    pub filter: CaseFilter,
    /// What the post may read.
    pub may: CapabilitySet,
    /// The filter in words, for the log.
    pub in_words: String,
    /// The file.
    pub kind: FileKind,
}

impl Desk {
    /// Writes the list of cases into `out`. Nothing may be shown to anybody before this has returned: by then the export
    /// stands in the log.
    ///
    /// # Errors
    /// [`ExchangeError::Forbidden`]; what the store or the file says.
    pub fn export_cases(
        &self,
        actor: &Actor,
        permit: &Permit,
        request: &CaseExport,
        out: &mut (impl Write + Seek + Send),
    ) -> Result<Exported, ExchangeError> {
        rules::may_take_out(permit, Capability::CasesRead)?;
        let now = self.db.clock().now();
        let sheet = Sheet::new("办件清单", COLUMNS, &actor.label, now, self.db.new_id());
        let db = &self.db;
        let rows = stream(&sheet, request.kind, out, move |hand_over| {
            db.read(actor, |tx| read_rows(tx, request, hand_over))
        })?;
        let took = (request.in_words.as_str(), request.kind);
        self.took_out(actor, "export.cases", sheet.no, took, rows)
    }
}

fn read_rows(
    tx: &mut Tx,
    request: &CaseExport,
    hand_over: HandOver<'_, { COLUMNS.len() }>,
) -> Result<(), ExchangeError> {
    let mut names = Names::default();
    let mut filter = CaseFilter {
        limit: PAGE,
        after: None,
        ..request.filter.clone()
    };
    loop {
        let lines = cases::list(tx, request.may, &filter).map_err(ExchangeError::room)?;
        let clocks = ListClocks::of(tx, &filter, &lines).map_err(ExchangeError::room)?;
        filter.after = lines.last().map(cases::cursor);
        let last = lines.len() < PAGE;
        for line in lines {
            hand_over(cells(tx, &mut names, line, &clocks).map_err(ExchangeError::room)?)?;
        }
        if last {
            return Ok(());
        }
    }
}

fn cells(
    tx: &mut Tx,
    names: &mut Names,
    line: CaseLine,
    clocks: &ListClocks,
) -> Result<[String; COLUMNS.len()], CaseError> {
    let kind = cases::kind(&line.kind, *tx.district(), tx.today())?;
    let first = clocks.first(&line);
    let limit = time(&first);
    let marks = [(line.alarm, "催问未答"), (line.suspended, "中止")];
    let marks: Vec<&str> = marks
        .into_iter()
        .filter(|(on, _)| *on)
        .map(|(_, words)| words)
        .collect();
    let grade = line.grade.as_deref();
    Ok([
        line.no,
        line.title,
        kind.title.clone(),
        kind.state_title(&line.state).to_owned(),
        grade.map_or_else(String::new, |grade| kind.grade_title(grade).to_owned()),
        names.org(tx, line.place)?,
        names.org(tx, line.owner)?,
        names.person(tx, line.handler)?,
        line.opened_at.shanghai_text(),
        first.title,
        limit,
        marks.join("、"),
        line.ended_at
            .map(Instant::shanghai_text)
            .unwrap_or_default(),
    ])
}

/// As on the list: the next date first, then how many are late.
fn time(first: &FirstClock) -> String {
    let next = first.next.map(|_| time_limit(None, first.next));
    let late = match (first.missed, first.since) {
        (..=0, _) => None,
        (1, since) => Some(time_limit(since, None)),
        (missed, since) => Some(format!("{missed} 项超时，最早 {}", time_limit(since, None))),
    };
    next.into_iter().chain(late).collect::<Vec<_>>().join("；")
}
