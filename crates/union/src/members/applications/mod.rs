//! 入会申请 applications: a worker applies from a phone, the union approves or rejects with a reason.
//!
//! Membership counts from approval (facts §5). The public door never says whether a person is already a member:
//! whoever knows someone's number must not learn that from us; the union that decides is told.

mod decide;

pub use decide::{After, after, approve, decided, get, page, queue, reject, waiting};

use kernel::ids::{ApplicationId, EmployerId, MemberId, OrgId};
use kernel::{Date, IdType, Instant, OrgPath, Sex};
use serde_json::json;
use store::{Audit, Row, StoreError, Tx, Vault, args};

use super::actions::{must_take, prepared};
use super::behalf::Mandate;
use super::erasing::ERASED;
use super::prepare::index;
use super::read::{mask_number, open};
use super::rules::Permit;
use super::{FaultLevel, FieldFault, MemberDraft, MemberError, PreparedMember, sql};
use crate::access::Capability;
use crate::orgs;

/// Names of the sealed columns.
mod field {
    pub(super) const ID: &str = "application.id_sealed";
    pub(super) const PHONE: &str = "application.phone_sealed";
}

/// Letters of a receipt: none that can be taken for another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Length of a receipt: fifty bits that only our key can make.
const RECEIPT: usize = 10;
/// Longest note, in characters.
const LONGEST_NOTE: usize = 300;
/// Longest name of a unit, in characters, as the register has it.
const LONGEST_UNIT: usize = 120;
/// How notes told the unit before it had a place of its own.
const UNIT_IN_NOTE: &str = "单位：";

/// Where an application stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationState {
    /// 待审批
    Applied,
    /// 已同意
    Approved,
    /// 未同意
    Rejected,
    /// 已撤回
    Withdrawn,
}

impl ApplicationState {
    /// Every state.
    pub const ALL: [Self; 4] = [
        Self::Applied,
        Self::Approved,
        Self::Rejected,
        Self::Withdrawn,
    ];

    /// Stored form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// From the stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Applied => "待审批",
            Self::Approved => "已同意",
            Self::Rejected => "未同意",
            Self::Withdrawn => "已撤回",
        }
    }
}

/// 一份入会申请, numbers masked.
#[derive(Debug, Clone)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// The union applied to.
    pub org: OrgId,
    /// Its path.
    pub org_path: OrgPath,
    /// The employer, once the union has said so.
    pub employer: Option<EmployerId>,
    /// Name.
    pub name: String,
    /// Kind of paper.
    pub id_type: IdType,
    /// Its number, masked.
    pub id_masked: String,
    /// Phone, masked.
    pub phone_masked: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    pub birth_on: Option<Date>,
    /// 工种
    pub job_title: Option<String>,
    /// Where the worker works, as written.
    pub unit: String,
    /// What else the worker wrote.
    pub note: String,
    /// Where it stands.
    pub state: ApplicationState,
    /// Receipt, by which the worker asks.
    pub code: String,
    /// When it came.
    pub applied_at: Instant,
    /// When it was decided.
    pub decided_at: Option<Instant>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Why not, or a word with the yes.
    pub reason: Option<String>,
    /// The member it became.
    pub member: Option<MemberId>,
    /// Which texts were agreed to, and what was said about a guardian.
    pub consent: serde_json::Value,
}

impl Application {
    /// Who entered it for the worker (代办); none when the worker did.
    pub fn behalf(&self) -> Option<&str> {
        self.consent.get("behalf").and_then(|label| label.as_str())
    }
}

/// What the door's form says.
#[derive(Debug, Clone)]
pub struct ApplicationForm {
    /// The union applied to.
    pub org: OrgId,
    /// Name, paper, phone, job.
    pub draft: MemberDraft,
    /// Where the worker works, as the worker writes it.
    pub unit: String,
    /// Anything else worth saying.
    pub note: String,
    /// Version of the notice that was shown and agreed to.
    pub notice_version: String,
    /// Further purposes that were agreed to, each by itself.
    pub purposes: Vec<String>,
}

/// Takes an application and answers with its receipt. The same paper and phone at the same union, while the
/// first application is open, gets the first receipt again.
///
/// Runs as the program: the worker has no account yet.
///
/// # Errors
/// [`MemberError::Faulty`] with every fault of the form; [`MemberError::NotFound`] for an unknown union.
pub fn apply(tx: &mut Tx, form: &ApplicationForm) -> Result<String, MemberError> {
    take(tx, form, None)
}

/// As [`apply`], entered by staff for a worker who asked for it (代办). The union that decides and whoever holds the
/// receipt read who did it.
///
/// # Errors
/// As [`apply`]; [`MemberError::Forbidden`]; the union lies outside the scope; the wish is not written down.
pub fn apply_for(
    tx: &mut Tx,
    permit: &Permit,
    form: &ApplicationForm,
    mandate: &Mandate,
) -> Result<String, MemberError> {
    permit.require(Capability::MembersChange)?;
    orgs::get(tx, form.org).map_err(MemberError::room)?;
    let words = mandate.words(*tx.district(), tx.today())?;
    let label = format!("{}（{words}）", tx.actor().label);
    take(tx, form, Some(&label))
}

/// What is wrong with a form, all of it at once and without taking it: a page that misses something of its own says
/// both together.
///
/// # Errors
/// [`MemberError::Faulty`] with every fault.
pub fn check(tx: &mut Tx, form: &ApplicationForm) -> Result<(), MemberError> {
    checked(tx, form).map(|_| ())
}

/// The person of a form; every fault of the form otherwise.
fn checked(tx: &mut Tx, form: &ApplicationForm) -> Result<PreparedMember, MemberError> {
    let mut faults = Vec::new();
    let mut fault = |field, code, message: String| {
        faults.push(FieldFault {
            field,
            code,
            level: FaultLevel::Error,
            message,
            suggestion: String::new(),
        });
    };
    if kernel::text::trim(&form.draft.phone).is_empty() {
        let message = "请填手机号码，工会好与您联系".to_owned();
        fault("phone", "application.phone_missing", message);
    }
    if form.note.chars().count() > LONGEST_NOTE {
        let message = format!("说明最多 {LONGEST_NOTE} 字");
        fault("note", "application.note_long", message);
    }
    if form.unit.chars().count() > LONGEST_UNIT {
        let message = format!("单位名称最多 {LONGEST_UNIT} 字");
        fault("employer", "application.unit_long", message);
    }
    match prepared(tx, &form.draft, tx.new_id()) {
        Ok(member) if faults.is_empty() => Ok(member),
        Ok(_) => Err(MemberError::Faulty(faults)),
        Err(MemberError::Faulty(more)) => Err(MemberError::Faulty(
            more.into_iter().chain(faults).collect(),
        )),
        Err(other) => Err(other),
    }
}

fn take(tx: &mut Tx, form: &ApplicationForm, behalf: Option<&str>) -> Result<String, MemberError> {
    let org = orgs::named(tx, form.org).map_err(MemberError::room)?;
    let (district, now, id) = (*tx.district(), tx.now(), tx.new_id::<ApplicationId>());
    must_take(tx, org.id)?;
    let member = checked(tx, form)?;
    let (number, phone) = numbers(&form.draft)?;
    let phone_index = tx.vault().blind_index(index::PHONE, &phone);
    let same = args![
        district,
        member.id_type.code(),
        member.id_index,
        org.id,
        phone_index
    ];
    if let Some(first) = tx.opt(&sql::application::SAME, same)? {
        return Ok(first.get(0)?);
    }
    let code = receipt(tx.vault(), id);
    let row = id.to_string();
    let consent = json!({ "notice": form.notice_version, "purposes": form.purposes, "guardian": member.guardian, "at": now.ms(), "behalf": behalf });
    let employer: Option<EmployerId> = None;
    tx.exec(
        &sql::application::INSERT,
        args![
            district,
            id,
            org.id,
            org.path,
            employer,
            member.name.as_str(),
            member.id_type.code(),
            tx.vault().seal(field::ID, &row, &number),
            member.id_index,
            tx.vault().seal(field::PHONE, &row, &phone),
            phone_index,
            member.sex.code(),
            member.birth_on,
            member.job_title,
            form.note.trim(),
            code,
            now,
            consent,
            kernel::text::trim(&form.unit)
        ],
    )?;
    tx.audit(
        Audit::of("application.received", "application", id)
            .at(&org.path)
            .why(behalf.unwrap_or_default())
            .detail(json!({ "org": org.id })),
    )?;
    Ok(code)
}

/// The two numbers of a form that has passed the checks, normalised.
fn numbers(draft: &MemberDraft) -> Result<(String, String), MemberError> {
    let faulty = || MemberError::Invalid {
        field: "id_number",
        message: "证件号码或手机号码不对，请核对".to_owned(),
    };
    let document = match IdType::from_label(&draft.id_type) {
        Some(kind) => kernel::IdDocument::parse(kind, &draft.id_number),
        None => kernel::IdDocument::detect(&draft.id_number),
    };
    let phone = kernel::MobilePhone::parse(&draft.phone).map_err(|_| faulty())?;
    Ok((
        document.map_err(|_| faulty())?.number().to_owned(),
        phone.as_str().to_owned(),
    ))
}

/// A receipt that cannot be guessed from another.
fn receipt(vault: &Vault, id: ApplicationId) -> String {
    let signed = vault.sign("application.code", id.to_string().as_bytes());
    let letter = |byte: &u8| {
        LETTERS
            .get(usize::from(*byte % 32))
            .copied()
            .map_or('A', char::from)
    };
    signed.iter().take(RECEIPT).map(letter).collect()
}

/// What the worker sees who holds the receipt: no number, no phone.
///
/// # Errors
/// [`MemberError::NotFound`].
pub fn by_receipt(tx: &mut Tx, code: &str) -> Result<Application, MemberError> {
    let district = *tx.district();
    let code: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let row = tx
        .opt(&sql::application::BY_CODE, args![district, code])?
        .ok_or(MemberError::NotFound)?;
    read(tx.vault(), &row)
}

/// Takes an open application back.
///
/// # Errors
/// [`MemberError::NotFound`]; [`MemberError::Refused`] when it has been decided.
pub fn withdraw(tx: &mut Tx, code: &str) -> Result<(), MemberError> {
    let application = by_receipt(tx, code)?;
    decide::settle(
        tx,
        &application,
        ApplicationState::Withdrawn,
        "本人撤回",
        None,
    )?;
    tx.audit(
        Audit::of("application.withdrawn", "application", application.id)
            .at(&application.org_path)
            .why("本人撤回"),
    )?;
    Ok(())
}

/// Takes out what names a person (清除). An application keeps its receipt, its days and what became of it.
pub(super) fn clear(tx: &mut Tx, id: ApplicationId) -> Result<(), MemberError> {
    let (district, row) = (*tx.district(), id.to_string());
    let sealed = tx.vault().seal(field::ID, &row, "");
    let gone = tx.vault().blind_index(index::ID, &format!("erased:{row}"));
    tx.exec(
        &sql::application::CLEAR,
        args![district, id, ERASED, sealed, gone],
    )?;
    Ok(())
}

/// Reads the columns of `application_columns!`.
fn read(vault: &Vault, row: &Row) -> Result<Application, MemberError> {
    let id: ApplicationId = row.get(0)?;
    let id_type = IdType::from_code(row.text(5)?).ok_or(StoreError::Column {
        index: 5,
        wanted: "id_type",
    })?;
    let owner = MemberId::from(id.uuid());
    let number = open(vault, field::ID, owner, row.bytes(6)?)?.unwrap_or_default();
    let phone = open(vault, field::PHONE, owner, row.bytes(8)?)?.unwrap_or_default();
    let note: String = row.get(13)?;
    let (unit, note) = match row.get::<Option<String>>(22)? {
        Some(unit) => (unit, note),
        None => apart(&note),
    };
    Ok(Application {
        id,
        org: row.get(1)?,
        org_path: row.get(2)?,
        employer: row.get(3)?,
        name: row.get(4)?,
        id_type,
        id_masked: mask_number(id_type, &number),
        phone_masked: kernel::MobilePhone::parse(&phone)
            .map(|phone| phone.masked())
            .unwrap_or_default(),
        sex: Sex::from_code(row.get(10)?).unwrap_or(Sex::Unknown),
        birth_on: row.get(11)?,
        job_title: row.get(12)?,
        unit,
        note,
        state: ApplicationState::from_code(row.text(14)?).ok_or(StoreError::Column {
            index: 14,
            wanted: "state",
        })?,
        code: row.get(15)?,
        applied_at: row.get(16)?,
        decided_at: row.get(17)?,
        decided_by: row.get(18)?,
        reason: row.get(19)?,
        member: row.get(20)?,
        consent: row.get(21)?,
    })
}

/// The unit and the rest of a note that told both.
fn apart(note: &str) -> (String, String) {
    match note.strip_prefix(UNIT_IN_NOTE) {
        Some(told) => {
            let (unit, rest) = told.split_once('；').unwrap_or((told, ""));
            (unit.to_owned(), rest.to_owned())
        }
        None => (String::new(), note.to_owned()),
    }
}
