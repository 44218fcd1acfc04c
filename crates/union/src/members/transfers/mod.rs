//! 转会 transfers: a membership moves where the employment is (劳动关系在哪里，会籍就在哪里).
//!
//! The new union asks (提出), the old union issues (开具), the new union accepts (接收); the old union may also
//! begin by issuing. Whoever has to answer has a clock (`definitions/clocks/transfer-acceptance`); after its
//! last day the common superior is reminded, and may answer in the place of the union that did not. Until the
//! new union accepts, the member stays a member of the old one.

mod flow;
mod list;

pub use flow::{Side, TRANSFERS, TransferState, TransferStep, TransferVerb, transfer_step};
pub use list::{After, Queue, Waiting, count_open, get, of_member, page, queue, waiting};

use kernel::clocks::ClockRule;
use kernel::definitions::Catalogue;
use kernel::ids::{MemberId, OrgId, TransferId};
use kernel::{Calendar, Date, Instant, OrgPath, Refusals};
use serde_json::json;
use store::{Audit, Tx, args};

use super::actions::{Entry, close_period, enrol, must_take, open_period, require_words};
use super::rules::Permit;
use super::{Change, Member, MemberError, Reason, Status, period, sql};
use crate::access::Capability;
use crate::orgs;

/// Definition of the clock of whoever has to answer.
const CLOCK: &str = "clocks.transfer_acceptance";

/// 一次转会
#[derive(Debug, Clone)]
pub struct Transfer {
    /// Its id.
    pub id: TransferId,
    /// Who moves.
    pub member: MemberId,
    /// The member's name.
    pub name: String,
    /// The union left.
    pub from_org: OrgId,
    /// Its path.
    pub from_path: OrgPath,
    /// The union entered.
    pub to_org: OrgId,
    /// Its path.
    pub to_path: OrgPath,
    /// Where it stands.
    pub state: TransferState,
    /// When it began.
    pub requested_on: Date,
    /// Last day for the answer that is due now.
    pub due_on: Option<Date>,
    /// When the common superior was reminded.
    pub reminded_at: Option<Instant>,
    /// When it ended.
    pub decided_at: Option<Instant>,
    /// What was said last.
    pub note: String,
    /// Version of the member record.
    pub member_version: i64,
}

impl Transfer {
    /// Whether the last day has passed on `today`.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state.is_open() && self.due_on.is_some_and(|due| due < today)
    }
}

/// The new union asks for a member who is still elsewhere: the person is named by the blind index of the paper,
/// so nobody can browse other unions' members.
///
/// # Errors
/// [`MemberError::NotFound`] when nobody with this paper is a member elsewhere, or the union is outside the
/// scope; [`MemberError::Refused`] when a transfer is already open.
pub fn request(
    tx: &mut Tx,
    permit: &Permit,
    paper: &kernel::IdDocument,
    to: OrgId,
    note: &str,
    on_behalf: bool,
) -> Result<TransferId, MemberError> {
    permit.require(Capability::MembersChange)?;
    let to = orgs::get(tx, to).map_err(MemberError::room)?;
    let district = *tx.district();
    let index = tx
        .vault()
        .blind_index(super::prepare::index::ID, paper.number());
    let row = tx.across("a member of another union is asked for", |tx| {
        tx.opt(
            &sql::member::EXISTING,
            args![district, paper.kind().code(), index],
        )
    })?;
    let id: MemberId = row.ok_or_else(no_such_member)?.get(0)?;
    let member = tx.across("a member of another union is asked for", |tx| {
        super::read::unscoped(tx, id)
    })?;
    if !member.status.is_enrolled() {
        return Err(no_such_member());
    }
    begin_check(&member, to.id)?;
    if !on_behalf {
        return open(tx, &member, &to, TransferState::Requested, note);
    }
    let said = format!("{BEHALF}{}", note.trim());
    let said = said.trim_end_matches('；');
    let id = open(tx, &member, &to, TransferState::Requested, said)?;
    tx.audit(
        Audit::of("member.transfer_on_behalf", "member", member.id)
            .at(&member.org_path)
            .for_member(member.id)
            .detail(json!({ "transfer": id })),
    )?;
    Ok(id)
}

/// How a transfer begins that the worker asked for at the desk.
const BEHALF: &str = "代办：职工本人提出；";

fn no_such_member() -> MemberError {
    MemberError::refuse(
        "member.transfer_nobody",
        "没有查到此人在其他工会的在册会籍；可在“新增会员”直接办理入会，或请核对证件号码",
    )
}

/// The member asks to be moved; the old union then has to answer.
///
/// # Errors
/// [`MemberError::NotFound`] for anybody else's record; [`MemberError::Refused`] when it cannot begin now.
pub fn request_own(
    tx: &mut Tx,
    permit: &Permit,
    member: MemberId,
    to: OrgId,
    note: &str,
) -> Result<TransferId, MemberError> {
    permit.require_own(member)?;
    let to = orgs::named(tx, to).map_err(MemberError::room)?;
    let member = super::get(tx, member)?;
    begin_check(&member, to.id)?;
    let said = match super::behalf::label(tx) {
        Some(label) => format!("{BEHALF}{label}；{}", note.trim()),
        None => note.to_owned(),
    };
    open(
        tx,
        &member,
        &to,
        TransferState::Requested,
        said.trim_end_matches('；'),
    )
}

/// The old union lets a member go to another union. The member is 转出中 until the new union answers.
///
/// # Errors
/// [`MemberError::Stale`], [`MemberError::NotFound`], [`MemberError::Refused`].
pub fn issue_new(
    tx: &mut Tx,
    permit: &Permit,
    member: MemberId,
    to: OrgId,
    version: i64,
    note: &str,
) -> Result<TransferId, MemberError> {
    permit.require(Capability::MembersChange)?;
    let member = super::get(tx, member)?;
    if member.version != version {
        return Err(MemberError::Stale);
    }
    let to = orgs::named(tx, to).map_err(MemberError::room)?;
    begin_check(&member, to.id)?;
    let id = open(tx, &member, &to, TransferState::Issued, note)?;
    enrol(
        tx,
        member.id,
        (member.org, &member.org_path),
        Status::Transferring,
        member.status,
    )?;
    Ok(id)
}

/// A membership moves while there is one, also one that is kept (保留会籍): the new union's acceptance revives it.
fn begin_check(member: &Member, to: OrgId) -> Result<(), MemberError> {
    let mut refusals = Refusals::new();
    let instead = match member.status {
        Status::Active | Status::Kept => "",
        Status::Transferring => "已有一笔转会正在办理，请先办结或撤销",
        Status::Left => "请由现在单位的工会在“新增会员”直接办理入会",
        Status::Expelled => "请先在会员页办理“重新入会”",
        Status::Deceased => "如系误登记，请先在会员页更正",
        Status::Merged => "请打开合并后保留的那条记录办理",
    };
    let message = format!("现在是“{}”，不能转会；{instead}", member.status.label());
    refusals.require(instead.is_empty(), "member.transfer_not_now", message);
    refusals.require(
        member.org != to || !member.status.is_enrolled(),
        "member.transfer_same",
        match member.status {
            Status::Kept => "转入工会就是保留会籍的工会，请在会员页办理“恢复会籍”",
            _ => "转入工会就是现在的工会，请选择另一家",
        },
    );
    refusals.into_result().map_err(MemberError::Refused)
}

fn open(
    tx: &mut Tx,
    member: &Member,
    to: &orgs::OrgRef,
    state: TransferState,
    note: &str,
) -> Result<TransferId, MemberError> {
    must_take(tx, to.id)?;
    let (district, today, id) = (*tx.district(), tx.today(), tx.new_id::<TransferId>());
    let due = due_from(tx, today)?;
    let values = args![
        district,
        id,
        member.id,
        member.org,
        member.org_path,
        to.id,
        to.path,
        state.code(),
        today,
        due,
        note.trim()
    ];
    if tx.exec(&sql::transfer::INSERT, values)? == 0 {
        return Err(MemberError::refuse(
            "member.transfer_open",
            "此人已有一笔转会正在办理，请先办结或撤销",
        ));
    }
    let action = if state == TransferState::Issued {
        "member.transfer_issued"
    } else {
        "member.transfer_requested"
    };
    tx.audit(
        Audit::of(action, "member", member.id)
            .at(&member.org_path)
            .why(note.trim())
            .detail(json!({
                "transfer": id, "from": member.org, "to": to.id, "due_on": due,
            })),
    )?;
    Ok(id)
}

/// The last day for an answer that is asked for on `from`.
fn due_from(tx: &Tx, from: Date) -> Result<Option<Date>, MemberError> {
    let missing = || MemberError::Policy(format!("缺少期限定义 {CLOCK}"));
    let definition = Catalogue::in_force()
        .at(CLOCK, *tx.district(), from)
        .ok_or_else(missing)?;
    let rule = ClockRule::of(definition).map_err(MemberError::Policy)?;
    Ok(rule.due(Calendar::national(), from).map(|due| due.date))
}

/// What the form of an answer says.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What is done.
    pub verb: TransferVerb,
    /// From which day the new membership holds (accept only); today when empty.
    pub on: Option<Date>,
    /// What it rests on, or why not.
    pub note: String,
}

/// Answers a transfer: issue, refuse, accept or cancel, as the table allows to the side whose turn it is.
///
/// # Errors
/// [`MemberError::NotFound`] when neither side lies in the scope; [`MemberError::Refused`] with every reason.
pub fn answer(
    tx: &mut Tx,
    permit: &Permit,
    id: TransferId,
    form: &Answer,
) -> Result<(), MemberError> {
    permit.require(Capability::MembersApprove)?;
    let transfer = list::get(tx, id)?;
    let step =
        transfer_step(transfer.state, form.verb).ok_or_else(|| not_now(&transfer, form.verb))?;
    if !step.side.in_scope(tx, &transfer) {
        let message = format!("“{}”由{}办理", form.verb.label(), step.side.label());
        return Err(MemberError::refuse("member.transfer_other_side", message));
    }
    let mut refusals = Refusals::new();
    if step.needs_words {
        require_words(&mut refusals, &form.note, "member.transfer_note", "理由");
    }
    let on = form.on.unwrap_or_else(|| tx.today());
    refusals.require(
        on <= tx.today(),
        "member.change_in_future",
        "日期不能晚于今天",
    );
    refusals.into_result().map_err(MemberError::Refused)?;
    if matches!(form.verb, TransferVerb::Issue | TransferVerb::Accept) {
        must_take(tx, transfer.to_org)?;
    }
    move_to(tx, &transfer, step.to, &form.note)?;
    match form.verb {
        TransferVerb::Issue => {
            let stands = standing(tx, transfer.member)?;
            enrol(
                tx,
                transfer.member,
                (transfer.from_org, &transfer.from_path),
                Status::Transferring,
                stands,
            )?;
        }
        TransferVerb::Accept => accept(tx, &transfer, on, form.note.trim())?,
        TransferVerb::Refuse | TransferVerb::Cancel if transfer.state == TransferState::Issued => {
            let stands = standing(tx, transfer.member)?;
            enrol(
                tx,
                transfer.member,
                (transfer.from_org, &transfer.from_path),
                stands,
                Status::Transferring,
            )?;
        }
        TransferVerb::Refuse | TransferVerb::Cancel => {}
    }
    let path = if form.verb == TransferVerb::Accept {
        &transfer.to_path
    } else {
        &transfer.from_path
    };
    tx.audit(
        Audit::of(form.verb.action(), "member", transfer.member)
            .at(path)
            .why(form.note.trim())
            .detail(json!({
                "transfer": id, "from": transfer.from_org, "to": transfer.to_org, "on": on,
            })),
    )?;
    Ok(())
}

/// How a member stands at the old union beside the transfer: the open period says whether the membership is kept.
fn standing(tx: &mut Tx, member: MemberId) -> Result<Status, MemberError> {
    let periods = tx.across("the old union's period", |tx| period::of_member(tx, member))?;
    let open = periods.iter().find(|period| period.to_on.is_none());
    Ok(match open.map(|period| period.change_in) {
        Some(Change::Keep) => Status::Kept,
        _ => Status::Active,
    })
}

fn not_now(transfer: &Transfer, verb: TransferVerb) -> MemberError {
    let message = format!(
        "这笔转会“{}”，不能再“{}”",
        transfer.state.label(),
        verb.label()
    );
    MemberError::refuse("member.transfer_not_now", message)
}

fn move_to(
    tx: &mut Tx,
    transfer: &Transfer,
    to: TransferState,
    note: &str,
) -> Result<(), MemberError> {
    let (district, now, today) = (*tx.district(), tx.now(), tx.today());
    let due = if to.is_open() {
        due_from(tx, today)?
    } else {
        transfer.due_on
    };
    let decided = (!to.is_open()).then_some(now);
    let moved = tx.exec(
        &sql::transfer::MOVE,
        args![
            district,
            transfer.id,
            to.code(),
            due,
            decided,
            note.trim(),
            transfer.state.code()
        ],
    )?;
    if moved == 1 {
        Ok(())
    } else {
        Err(MemberError::Stale)
    }
}

/// One period ends and the next begins on the same day.
fn accept(tx: &mut Tx, transfer: &Transfer, on: Date, note: &str) -> Result<(), MemberError> {
    let entry = |change| Entry {
        member: transfer.member,
        on,
        change,
        reason: Reason::Employment,
        evidence: note,
    };
    close_period(tx, &entry(Change::TransferOut))?;
    open_period(
        tx,
        &entry(Change::TransferIn),
        transfer.to_org,
        &transfer.to_path,
    )?;
    enrol(
        tx,
        transfer.member,
        (transfer.to_org, &transfer.to_path),
        Status::Active,
        Status::Transferring,
    )?;
    orgs::adjust_member_count(tx, transfer.from_org, -1).map_err(MemberError::room)?;
    orgs::adjust_member_count(tx, transfer.to_org, 1).map_err(MemberError::room)
}

/// Ends whatever transfer of a member is open, because the membership itself ended.
pub(super) fn cancel_open(tx: &mut Tx, member: MemberId, note: &str) -> Result<(), MemberError> {
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(
        &sql::transfer::CANCEL_OPEN,
        args![district, member, now, note],
    )?;
    Ok(())
}
