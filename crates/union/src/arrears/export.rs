//! 导出预警清单: the list of warnings on the screen, filter for filter, streamed like the roster's.

use std::io::{Seek, Write};

use kernel::codes::{CodeSet, CodeSetId, industry_division};
use store::{Actor, Tx};

use super::Permit;
use super::desk::{DeskFilter, DeskLine, page};
use crate::access::Capability;
use crate::cases::Stage;
use crate::exchange::{
    Desk, ExchangeError, Exported, FileKind, HandOver, Sheet, may_take_out, stream, time_limit,
};

/// Lines read at a time; one snapshot spans them all.
const PAGE: usize = 500;

const COLUMNS: [(&str, u16); 17] = [
    ("编号", 14),
    ("预警等级", 10),
    ("评分", 8),
    ("触红线", 8),
    ("单位与项目", 36),
    ("属地", 16),
    ("行业", 26),
    ("为什么", 40),
    ("涉及职工", 10),
    ("涉及金额（元）", 16),
    ("人数、金额来源", 32),
    ("基层", 10),
    ("镇街", 10),
    ("区级", 10),
    ("时限", 22),
    ("责任单位", 28),
    ("生成", 18),
];

/// What is to be taken out.
#[derive(Debug, Clone)]
pub struct WarningExport {
    /// The filter of the list.
    pub filter: DeskFilter,
    /// The filter in words, for the log.
    pub in_words: String,
    /// The file.
    pub kind: FileKind,
}

impl Desk {
    /// Writes the list of warnings into `out`. Nothing may be shown to anybody before this has returned: by then the
    /// export stands in the log.
    ///
    /// # Errors
    /// [`ExchangeError::Forbidden`]; what the store or the file says.
    pub fn export_warnings(
        &self,
        actor: &Actor,
        permit: &Permit,
        request: &WarningExport,
        out: &mut (impl Write + Seek + Send),
    ) -> Result<Exported, ExchangeError> {
        may_take_out(permit, Capability::WarningRead)?;
        let now = self.db().clock().now();
        let sheet = Sheet::new("预警清单", COLUMNS, &actor.label, now, self.db().new_id());
        let db = self.db();
        let rows = stream(&sheet, request.kind, out, move |hand_over| {
            db.read(actor, |tx| read_rows(tx, &request.filter, hand_over))
        })?;
        let took = (request.in_words.as_str(), request.kind);
        self.took_out(actor, "export.warnings", sheet.no, took, rows)
    }
}

fn read_rows(
    tx: &mut Tx,
    filter: &DeskFilter,
    hand_over: HandOver<'_, { COLUMNS.len() }>,
) -> Result<(), ExchangeError> {
    let mut after = None;
    loop {
        let lines = page(tx, filter, after, PAGE).map_err(ExchangeError::room)?;
        after = lines.last().map(DeskLine::after);
        let last = lines.len() < PAGE;
        for line in lines {
            hand_over(cells(line))?;
        }
        if last {
            return Ok(());
        }
    }
}

fn cells(line: DeskLine) -> [String; COLUMNS.len()] {
    let industry = industry_division(&line.industry)
        .and_then(|division| CodeSet::in_force(CodeSetId::Industry).label(division))
        .unwrap_or(&line.industry)
        .to_owned();
    let [village, town, district] = line.stages.map(|stage| {
        let said = match stage {
            Stage::NotYet => "未到达",
            Stage::On => "处置中",
            Stage::Done => "已完成",
            Stage::Missed => "曾超时",
            Stage::Late => "已超时",
        };
        said.to_owned()
    });
    let unknown = || "待核".to_owned();
    let known = line.people.value.is_some() || line.amount.value.is_some();
    let source = match line.verified_words() {
        words if words.is_empty() && known => "线索上报".to_owned(),
        words => words,
    };
    [
        line.no,
        line.level.label.clone(),
        line.score.to_string(),
        if line.red_line { "是" } else { "" }.to_owned(),
        line.subject_name,
        line.place,
        industry,
        line.reasons.join("、"),
        line.people
            .value
            .map_or_else(unknown, |people| people.to_string()),
        line.amount
            .value
            .map_or_else(unknown, |amount| amount.to_string()),
        source,
        village,
        town,
        district,
        time_limit(line.late_since, line.due),
        line.owner,
        line.opened_at.shanghai_text(),
    ]
}
