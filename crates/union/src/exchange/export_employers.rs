//! 导出单位名单: the employer list on the screen, filter for filter, streamed like the roster's.

use std::collections::HashMap;
use std::io::{Seek, Write};

use kernel::codes::{CodeSet, CodeSetId, industry_division};
use kernel::ids::OrgId;
use serde_json::json;
use store::{Actor, Audit, Tx};

use super::desk::Desk;
use super::error::ExchangeError;
use super::export::{Exported, FileKind};
use super::rules::{self, Permit};
use super::sheet_out::{HandOver, Sheet, stream};
use crate::employers::EmployerLine;
use crate::employers::list::{After, Filter, list};
use crate::orgs;

/// Lines read at a time; one snapshot spans them all.
const PAGE: usize = 500;

const COLUMNS: [(&str, u16); 7] = [
    ("单位名称", 36),
    ("统一社会信用代码", 22),
    ("属地", 16),
    ("行业", 26),
    ("职工人数", 10),
    ("覆盖的工会", 36),
    ("状态", 8),
];

/// What is to be taken out.
#[derive(Debug, Clone)]
pub struct EmployerExport {
    /// The filter of the list.
    pub filter: Filter,
    /// The filter in words, for the log.
    pub in_words: String,
    /// The file.
    pub kind: FileKind,
}

impl Desk {
    /// Writes the list of employers into `out`. Nothing may be shown to anybody before this has returned: by then
    /// the export stands in the log.
    ///
    /// # Errors
    /// [`ExchangeError::Forbidden`]; what the store or the file says.
    pub fn export_employers(
        &self,
        actor: &Actor,
        permit: &Permit,
        request: &EmployerExport,
        out: &mut (impl Write + Seek + Send),
    ) -> Result<Exported, ExchangeError> {
        rules::may_export_employers(permit)?;
        let now = self.db.clock().now();
        let sheet = Sheet::new("企业台账", COLUMNS, &actor.label, now, self.db.new_id());
        let db = &self.db;
        let rows = stream(&sheet, request.kind, out, move |hand_over| {
            db.read(actor, |tx| read_rows(tx, &request.filter, hand_over))
        })?;
        let took = (request.in_words.as_str(), request.kind);
        self.took_out(actor, "export.employers", sheet.no, took, rows)
    }

    /// Enters into the log that a list was taken out: which, by its filter in words, into what file, how many rows.
    ///
    /// # Errors
    /// The store failed.
    pub(crate) fn took_out(
        &self,
        actor: &Actor,
        action: &'static str,
        no: String,
        (in_words, kind): (&str, FileKind),
        rows: u64,
    ) -> Result<Exported, ExchangeError> {
        self.db.write(actor, |tx| {
            let entry = Audit::of(action, "export", &no);
            let entry = match actor.scope.path() {
                Some(path) => entry.at(path),
                None => entry,
            };
            let detail = json!({ "filter": in_words, "rows": rows, "file": kind.ending() });
            tx.audit(entry.detail(detail))?;
            Ok::<_, ExchangeError>(())
        })?;
        Ok(Exported {
            no,
            rows,
            masked: true,
        })
    }
}

fn read_rows(
    tx: &mut Tx,
    filter: &Filter,
    hand_over: HandOver<'_, { COLUMNS.len() }>,
) -> Result<(), ExchangeError> {
    let towns: HashMap<OrgId, String> = orgs::towns(tx)
        .map_err(ExchangeError::room)?
        .into_iter()
        .map(|town| (town.org.id, town.short_name))
        .collect();
    let mut after = None;
    loop {
        let lines = list(tx, filter, after, PAGE).map_err(ExchangeError::room)?;
        after = lines.last().map(|last| After {
            headcount: last.headcount,
            id: last.employer.id,
        });
        let last = lines.len() < PAGE;
        for line in lines {
            hand_over(cells(line, &towns))?;
        }
        if last {
            return Ok(());
        }
    }
}

fn cells(line: EmployerLine, towns: &HashMap<OrgId, String>) -> [String; COLUMNS.len()] {
    let industry = industry_division(&line.industry_code)
        .and_then(|division| CodeSet::in_force(CodeSetId::Industry).label(division))
        .unwrap_or(&line.industry_code)
        .to_owned();
    [
        line.employer.name,
        line.employer.credit_code.unwrap_or_default(),
        line.town
            .and_then(|town| towns.get(&town).cloned())
            .unwrap_or_default(),
        industry,
        line.headcount.to_string(),
        line.union.unwrap_or_else(|| "未建会".to_owned()),
        line.state.title().to_owned(),
    ]
}
