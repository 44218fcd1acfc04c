//! 查看明文 reveal: one field, with a reason, on record; and what the member may read about it.

use kernel::Instant;
use kernel::ids::MemberId;
use kernel::{OrgPath, Refusals};
use serde_json::{Value, json};
use store::{Audit, Tx, args};

use super::actions::require_words;
use super::duplicates::one_person;
use super::prepare::field;
use super::read::open;
use super::rules::Permit;
use super::{MemberError, get, sql};
use crate::access::Capability;
use crate::audit::{self, AuditFilter};

/// Shortest reason, in characters: the member will read it.
const SHORTEST_REASON: usize = 4;
/// Longest list of openings.
const LONGEST: i64 = 100;

/// A field that is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masked {
    /// 证件号码
    Paper,
    /// 手机号码
    Phone,
    /// 银行卡号
    Bank,
}

impl Masked {
    /// Every masked field.
    pub const ALL: [Self; 3] = [Self::Paper, Self::Phone, Self::Bank];

    /// Part of the address and of the log.
    pub fn code(self) -> &'static str {
        match self {
            Self::Paper => "id_number",
            Self::Phone => "phone",
            Self::Bank => "bank_card",
        }
    }

    /// From the address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Paper => "证件号码",
            Self::Phone => "手机号码",
            Self::Bank => "银行卡号",
        }
    }
}

/// Opens one field. The reason is kept, and the member reads it.
///
/// # Errors
/// [`MemberError::Forbidden`], [`MemberError::NotFound`]; [`MemberError::Refused`] without a reason worth the
/// name; [`MemberError::Invalid`] when the field is empty.
pub fn reveal(
    tx: &mut Tx,
    permit: &Permit,
    id: MemberId,
    what: Masked,
    reason: &str,
) -> Result<String, MemberError> {
    permit.require(Capability::MembersReveal)?;
    let member = get(tx, id)?;
    worth_the_name(reason)?;
    let district = *tx.district();
    let row = tx.one(&sql::member::GET, args![district, id])?;
    let (name, at) = match what {
        Masked::Paper => (field::ID, 8),
        Masked::Phone => (field::PHONE, 9),
        Masked::Bank => (field::BANK, 10),
    };
    let plain = open(tx.vault(), name, id, row.bytes(at)?)?;
    let plain = plain.ok_or_else(|| MemberError::Invalid {
        field: "field",
        message: format!("没有登记{}", what.label()),
    })?;
    let detail = json!({ "field": what.code() });
    tx.audit(
        Audit::of("member.revealed", "member", id)
            .at(&member.org_path)
            .why(reason.trim())
            .detail(detail),
    )?;
    Ok(plain)
}

/// A record that went out in clear with a list.
#[derive(Debug, Clone)]
pub struct TakenOut {
    /// Whose.
    pub member: MemberId,
    /// Where it is filed.
    pub path: OrgPath,
    /// Whether the list tells a phone number; the number of the paper it always tells.
    pub phone: bool,
    /// Whether it tells a bank card.
    pub bank: bool,
}

/// Enters that somebody took these records out in clear, so that each member can read it: by which list of how many
/// people, and which numbers it tells of them.
///
/// # Errors
/// [`MemberError::Refused`] without a reason worth the name; the store failed.
pub fn note_taken_out(
    tx: &mut Tx,
    taken: &[TakenOut],
    reason: &str,
    (list, rows): (&str, u64),
) -> Result<(), MemberError> {
    worth_the_name(reason)?;
    for one in taken {
        let fields = [
            Some(Masked::Paper),
            one.phone.then_some(Masked::Phone),
            one.bank.then_some(Masked::Bank),
        ];
        let fields: Vec<&str> = fields.into_iter().flatten().map(Masked::code).collect();
        let detail = json!({ "fields": fields, "list": list, "rows": rows });
        tx.audit(
            Audit::of("member.revealed", "member", one.member)
                .at(&one.path)
                .why(reason.trim())
                .detail(detail),
        )?;
    }
    Ok(())
}

/// Refuses a reason that says nothing: the member will read it.
///
/// # Errors
/// [`MemberError::Refused`].
pub fn worth_the_name(reason: &str) -> Result<(), MemberError> {
    let mut refusals = Refusals::new();
    require_words(
        &mut refusals,
        reason,
        "member.reveal_reason",
        "查看的理由，本人会看到",
    );
    let enough = reason.trim().chars().count() >= SHORTEST_REASON;
    refusals.require(
        enough,
        "member.reveal_reason_short",
        format!("理由至少 {SHORTEST_REASON} 个字，例如“核对入会申请”"),
    );
    refusals.into_result().map_err(MemberError::Refused)
}

/// Notes that somebody opened the record's page; once a day for each account. Answers whether a note was made.
///
/// # Errors
/// [`MemberError::NotFound`] outside the scope.
pub fn note_opened(tx: &mut Tx, id: MemberId) -> Result<bool, MemberError> {
    let member = get(tx, id)?;
    if was_noted(tx, id)? {
        return Ok(false);
    }
    tx.audit(Audit::of("member.opened", "member", id).at(&member.org_path))?;
    Ok(true)
}

/// Whether today's opening by this account is on record already.
///
/// # Errors
/// The store failed.
pub fn was_noted(tx: &mut Tx, id: MemberId) -> Result<bool, MemberError> {
    let Some(account) = tx.actor().account else {
        return Ok(true);
    };
    let filter = AuditFilter {
        action: "member.opened".to_owned(),
        subject_kind: "member".to_owned(),
        subject_id: id.to_string(),
        account: Some(account),
        from: Some(tx.today()),
        ..Default::default()
    };
    let found = tx.across("one's own earlier note", |tx| audit::search(tx, &filter, 1))?;
    Ok(!found.is_empty())
}

/// One line of 谁看过我的资料.
#[derive(Debug, Clone)]
pub struct Opening {
    /// When.
    pub at: Instant,
    /// Who, with post.
    pub actor: String,
    /// What was done, in words.
    pub what: String,
    /// The reason given.
    pub why: String,
}

/// Who opened a record and what they saw, newest first: for staff in scope, and for the member.
///
/// # Errors
/// [`MemberError::NotFound`] outside the scope.
pub fn openings(tx: &mut Tx, id: MemberId) -> Result<Vec<Opening>, MemberError> {
    get(tx, id)?;
    let mut lines = Vec::new();
    for record in one_person(tx, id)? {
        for action in [
            "member.opened",
            "member.revealed",
            "member.exported",
            "member.card_checked",
            "notebook.viewed",
            "member.account_opened",
            "member.account_linked",
            "member.account_reset",
        ] {
            let filter = AuditFilter {
                action: action.to_owned(),
                subject_kind: "member".to_owned(),
                subject_id: record.to_string(),
                ..Default::default()
            };
            lines.extend(tx.across("a member may know who looked", |tx| {
                audit::search(tx, &filter, LONGEST)
            })?);
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.seq));
    Ok(lines
        .into_iter()
        .map(|line| Opening {
            at: line.at,
            what: words(&line.action, &line.detail),
            actor: line.actor,
            why: line.why,
        })
        .collect())
}

/// What others did in a member's place because the member asked (代办), newest first: for the member and for staff in
/// scope.
///
/// # Errors
/// [`MemberError::NotFound`].
pub fn done_for(tx: &mut Tx, id: MemberId) -> Result<Vec<Opening>, MemberError> {
    get(tx, id)?;
    let mut lines = Vec::new();
    for record in one_person(tx, id)? {
        let filter = AuditFilter {
            subject_kind: "member".to_owned(),
            subject_id: record.to_string(),
            on_behalf: true,
            ..Default::default()
        };
        lines.extend(
            tx.across("a member may know what was done in their place", |tx| {
                audit::search(tx, &filter, LONGEST)
            })?,
        );
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.seq));
    Ok(lines
        .into_iter()
        .map(|line| Opening {
            at: line.at,
            what: audit::title(&line.action).to_owned(),
            actor: line.actor,
            why: line.why,
        })
        .collect())
}

fn words(action: &str, detail: &str) -> String {
    let detail: Value = serde_json::from_str(detail).unwrap_or_default();
    let field = detail.get("field").and_then(Value::as_str);
    match (action, field.and_then(Masked::from_code)) {
        ("member.revealed", _) if detail.get("list").is_some() => taken_out(&detail),
        ("member.revealed", Some(field)) => format!("查看了完整的{}", field.label()),
        ("member.exported", _) => "导出了资料".to_owned(),
        ("member.card_checked", _) => "核验了会员码".to_owned(),
        ("member.account_opened" | "member.account_linked" | "member.account_reset", _) => {
            audit::title(action).to_owned()
        }
        ("notebook.viewed", _) => "看了您交给工会的工薪账单".to_owned(),
        _ => "打开了资料页（号码不显示全）".to_owned(),
    }
}

/// A list that tells numbers in clear: which of them, in which list, of how many people.
fn taken_out(detail: &Value) -> String {
    let codes = detail.get("fields").and_then(Value::as_array);
    let codes = codes.into_iter().flatten().filter_map(Value::as_str);
    let fields: Vec<&str> = codes
        .filter_map(Masked::from_code)
        .map(Masked::label)
        .collect();
    // Entered before it was noted which.
    let fields = if fields.is_empty() {
        "号码".to_owned()
    } else {
        fields.join("、")
    };
    let list = detail
        .get("list")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match detail.get("rows").and_then(Value::as_u64) {
        Some(rows) => {
            format!("导出了含明文的名单，其中本人的{fields}没有遮盖（名单 {list}，共 {rows} 人）")
        }
        None => format!("导出了含明文的名单，其中本人的{fields}没有遮盖（名单 {list}）"),
    }
}
