//! 导出名单: exactly the list on the screen, streamed into .xlsx or .csv.
//!
//! Rows come from the same query as the list, one by one, while a second thread writes the file: memory stays
//! constant whatever the size. Every file carries who took it out, when, for which post and under which number,
//! above the list, in the page footer and as a document property; the log carries the filter and the count.
//! Numbers and names are masked. Whoever may see them in clear gives a reason, and each member can read it.

use std::collections::HashMap;
use std::io::{Seek, Write};

use kernel::PersonName;
use kernel::ids::{EmployerId, OrgId};
use serde::Serialize;
use serde_json::json;
use store::{Actor, Audit, Tx};

use super::desk::Desk;
use super::error::ExchangeError;
use super::rules::{self, Permit};
use super::sheet_out::{HandOver, Sheet, stream};
use crate::members::{self, Filter, Member, TakenOut, codes};
use crate::{employers, orgs};

/// Records entered in the log in one transaction.
const LOGGED: usize = 5_000;

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Excel
    Xlsx,
    /// Comma separated, UTF-8 with the mark that makes Excel read it right
    Csv,
}

impl FileKind {
    /// The kind that a file name asks for; Excel unless it ends in `.csv`.
    pub fn of(name: &str) -> Self {
        if name.to_ascii_lowercase().ends_with(".csv") {
            Self::Csv
        } else {
            Self::Xlsx
        }
    }

    /// For the HTTP header.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// Ending of the file name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

/// What is to be taken out.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// The filter of the list.
    pub filter: Filter,
    /// The filter in words, for the log.
    pub in_words: String,
    /// The file.
    pub kind: FileKind,
    /// In clear, for this reason; masked otherwise.
    pub reveal: Option<String>,
}

/// How an export went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Its number: DC-20261120-103105-3F2A.
    pub no: String,
    /// Rows in it.
    pub rows: u64,
    /// Numbers are masked.
    pub masked: bool,
}

/// The columns, in their order, with widths.
const COLUMNS: [(&str, u16); 25] = [
    ("姓名", 12),
    ("证件类型", 14),
    ("证件号码", 22),
    ("性别", 6),
    ("出生日期", 12),
    ("手机号码", 14),
    ("所属工会", 30),
    ("单位名称", 30),
    ("入会日期", 12),
    ("会籍状态", 10),
    ("工种", 12),
    ("民族", 8),
    ("学历", 12),
    ("政治面貌", 12),
    ("技术等级", 12),
    ("户籍类型", 12),
    ("就业状况", 10),
    ("农民工", 8),
    ("新就业形态", 10),
    ("困难职工", 8),
    ("劳模工匠", 8),
    ("医疗互助", 8),
    ("实名核验", 8),
    ("银行卡号", 24),
    ("会员卡号", 20),
];

type Cells = [String; COLUMNS.len()];

/// Everything a row refers to, read once.
struct Names {
    orgs: HashMap<OrgId, String>,
    employers: HashMap<EmployerId, String>,
}

impl Desk {
    /// Writes the list into `out`. Nothing may be shown to anybody before this has returned: by then the export
    /// stands in the log.
    ///
    /// # Errors
    /// [`ExchangeError::Forbidden`]; [`ExchangeError::Room`] without a reason worth the name; what the store or
    /// the file says.
    pub fn export_members(
        &self,
        actor: &Actor,
        permit: &Permit,
        request: &ExportRequest,
        out: &mut (impl Write + Seek + Send),
    ) -> Result<Exported, ExchangeError> {
        rules::may_export(permit, request.reveal.is_some())?;
        if let Some(reason) = &request.reveal {
            members::worth_the_name(reason).map_err(ExchangeError::room)?;
        }
        let sheet = Sheet::new(
            "会员名册",
            COLUMNS,
            &actor.label,
            self.db.clock().now(),
            self.db.new_id(),
        );
        let mut taken: Vec<TakenOut> = Vec::new();
        let (db, clear, into) = (&self.db, request.reveal.is_some(), &mut taken);
        let rows = stream(&sheet, request.kind, out, move |hand_over| {
            db.read(actor, |tx| {
                read_rows(tx, permit, request, clear, into, hand_over)
            })
        })?;
        let no = sheet.no;
        self.log(actor, request, &no, rows, &taken)?;
        Ok(Exported {
            no,
            rows,
            masked: request.reveal.is_none(),
        })
    }

    /// Enters the export, and for each record that went out in clear an entry its member can read.
    fn log(
        &self,
        actor: &Actor,
        request: &ExportRequest,
        no: &str,
        rows: u64,
        taken: &[TakenOut],
    ) -> Result<(), ExchangeError> {
        if let Some(reason) = &request.reveal {
            for chunk in taken.chunks(LOGGED) {
                self.db
                    .write(actor, |tx| {
                        members::note_taken_out(tx, chunk, reason, (no, rows))
                    })
                    .map_err(ExchangeError::room)?;
            }
        }
        self.db.write(actor, |tx| {
            let entry = Audit::of("export.members", "export", no);
            let entry = match actor.scope.path() {
                Some(path) => entry.at(path),
                None => entry,
            };
            let detail = json!({
                "filter": request.in_words, "rows": rows, "file": request.kind.ending(), "masked": request.reveal.is_none(),
            });
            tx.audit(entry.why(request.reveal.clone().unwrap_or_default()).detail(detail))?;
            Ok(())
        })
    }
}

fn read_rows(
    tx: &mut Tx,
    permit: &Permit,
    request: &ExportRequest,
    clear: bool,
    taken: &mut Vec<TakenOut>,
    hand_over: HandOver<'_, { COLUMNS.len() }>,
) -> Result<(), ExchangeError> {
    let names = Names {
        orgs: orgs::names_by_id(tx).map_err(ExchangeError::room)?,
        employers: employers::names_by_id(tx).map_err(ExchangeError::room)?,
    };
    if clear {
        return members::each_clear::<ExchangeError>(
            tx,
            permit,
            &request.filter,
            |member, numbers| {
                taken.push(TakenOut {
                    member: member.id,
                    path: member.org_path.clone(),
                    phone: !numbers.phone.is_empty(),
                    bank: !numbers.bank_card.is_empty(),
                });
                let mut row = cells(member, &names);
                let [name, _, id_number, ..] = &mut row;
                member.name.clone_into(name);
                numbers.id_number.clone_into(id_number);
                if let (Some(cell), Some(day)) = (row.get_mut(4), member.birth_on) {
                    *cell = day.to_string();
                }
                if let Some(phone) = row.get_mut(5) {
                    numbers.phone.clone_into(phone);
                }
                if let Some(card) = row.get_mut(23) {
                    numbers.bank_card.clone_into(card);
                }
                hand_over(row)
            },
        );
    }
    members::each::<ExchangeError>(tx, &request.filter, |member| {
        hand_over(cells(member, &names))
    })
}

/// One row, masked.
fn cells(member: &Member, names: &Names) -> Cells {
    let label = |coded: codes::CodedField, code: &Option<String>| {
        code.as_deref()
            .map(|code| coded.label_of(code))
            .unwrap_or_default()
    };
    let flag = |yes: bool| if yes { "是" } else { "否" }.to_owned();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let employer = member.employer.and_then(|id| names.employers.get(&id));
    [
        PersonName::parse(&member.name).map_or_else(|_| "*".to_owned(), |name| name.masked()),
        member.id_type.label().to_owned(),
        member.id_masked.clone(),
        member.sex.label().to_owned(),
        member
            .birth_on
            .map(|day| members::birth_beside(member.id_type, day))
            .unwrap_or_default(),
        text(&member.phone_masked),
        names.orgs.get(&member.org).cloned().unwrap_or_default(),
        employer.cloned().unwrap_or_default(),
        member.joined_on.to_string(),
        member.status.label().to_owned(),
        text(&member.job_title),
        label(codes::ETHNIC, &member.ethnic),
        label(codes::EDUCATION, &member.education),
        label(codes::POLITICS, &member.politics),
        label(codes::SKILL, &member.skill),
        label(codes::HOUSEHOLD, &member.household),
        label(codes::EMPLOYMENT, &member.employment),
        flag(member.groups.migrant),
        flag(member.groups.new_form),
        flag(member.groups.difficult),
        flag(member.groups.model_worker),
        flag(member.groups.mutual_aid),
        flag(member.real_name),
        text(&member.bank_masked),
        text(&member.card_no),
    ]
}
