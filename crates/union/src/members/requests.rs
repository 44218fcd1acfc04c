//! 个人信息请求 requests: a member asks for a copy, a correction or deletion (PIPL 44–50); staff answer in time.

use kernel::clocks::ClockRule;
use kernel::definitions::Catalogue;
use kernel::ids::{MemberId, RequestId};
use kernel::{Calendar, Date, Instant, OrgPath, Refusals};
use serde_json::json;
use store::{Audit, Key, Query, Row, StoreError, Tx, Vault, args};

use super::actions::require_words;
use super::rules::Permit;
use super::{Member, MemberError, MemberPolicy, Status, behalf, erasing, get, period, sql};
use crate::access::Capability;

/// Definition of the clock.
const CLOCK: &str = "clocks.personal_request";
/// The sealed column.
const DETAIL: &str = "member_request.detail_sealed";
/// Longest list shown.
const LONGEST: usize = 200;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    /// 要一份资料
    Export,
    /// 更正
    Correct,
    /// 删除
    Delete,
}

impl RequestKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Correct, Self::Export, Self::Delete];

    /// Stored form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Export => "export",
            Self::Correct => "correct",
            Self::Delete => "delete",
        }
    }

    /// From the stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Export => "要一份纸质资料",
            Self::Correct => "更正资料",
            Self::Delete => "删除资料",
        }
    }
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestState {
    /// 办理中
    Open,
    /// 已办结
    Done,
    /// 未同意
    Refused,
}

impl RequestState {
    /// Stored form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// From the stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Open, Self::Done, Self::Refused]
            .into_iter()
            .find(|state| state.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "办理中",
            Self::Done => "已办结",
            Self::Refused => "未同意",
        }
    }
}

/// 一件个人信息请求
#[derive(Debug, Clone)]
pub struct Request {
    /// Its id.
    pub id: RequestId,
    /// Whose.
    pub member: MemberId,
    /// The member's name.
    pub name: String,
    /// Where the member stands.
    pub member_status: Status,
    /// The union's path.
    pub org_path: OrgPath,
    /// What is asked.
    pub kind: RequestKind,
    /// What the member wrote.
    pub detail: String,
    /// Where it stands.
    pub state: RequestState,
    /// When it came.
    pub asked_at: Instant,
    /// Last day for the answer.
    pub due_on: Option<Date>,
    /// When it was answered.
    pub decided_at: Option<Instant>,
    /// By whom.
    pub decided_by: Option<String>,
    /// The answer, which the member reads.
    pub answer: Option<String>,
    /// Who asked for the member and how the member told them (代办); none when the member asked alone.
    pub behalf: Option<String>,
}

/// Asks. One open request of a kind at a time.
///
/// # Errors
/// [`MemberError::NotFound`] for anybody else's record; [`MemberError::Refused`].
pub fn ask(
    tx: &mut Tx,
    permit: &Permit,
    member: MemberId,
    kind: RequestKind,
    detail: &str,
) -> Result<RequestId, MemberError> {
    permit.require_own(member)?;
    let record = get(tx, member)?;
    let (district, now, id) = (*tx.district(), tx.now(), tx.new_id::<RequestId>());
    let mut refusals = Refusals::new();
    if kind == RequestKind::Correct {
        require_words(
            &mut refusals,
            detail,
            "request.detail",
            "要改哪一项、改成什么",
        );
    }
    let same = tx.opt(
        &sql::request::SAME_OPEN,
        args![district, member, kind.code()],
    )?;
    refusals.require(
        same.is_none(),
        "request.same_open",
        format!("您已提出“{}”，工会正在办，请等答复", kind.label()),
    );
    refusals.into_result().map_err(MemberError::Refused)?;
    let sealed = tx.vault().seal(DETAIL, &id.to_string(), detail.trim());
    let due = due_from(tx, tx.today())?;
    tx.exec(
        &sql::request::INSERT,
        args![
            district,
            id,
            member,
            record.org_path,
            kind.code(),
            sealed,
            now,
            due,
            behalf::label(tx)
        ],
    )?;
    let detail = json!({ "request": id, "kind": kind.code(), "due_on": due });
    tx.audit(
        Audit::of("request.asked", "member", member)
            .at(&record.org_path)
            .detail(detail),
    )?;
    Ok(id)
}

fn due_from(tx: &Tx, from: Date) -> Result<Option<Date>, MemberError> {
    let missing = || MemberError::Policy(format!("缺少期限定义 {CLOCK}"));
    let definition = Catalogue::in_force()
        .at(CLOCK, *tx.district(), from)
        .ok_or_else(missing)?;
    let rule = ClockRule::of(definition).map_err(MemberError::Policy)?;
    Ok(rule.due(Calendar::national(), from).map(|due| due.date))
}

/// Open requests within the scope, oldest first, at most 200.
///
/// # Errors
/// The store failed.
pub fn queue(tx: &mut Tx) -> Result<Vec<Request>, MemberError> {
    page(tx, false, None, LONGEST)
}

/// Answered requests within the scope, newest first, at most 200.
///
/// # Errors
/// The store failed.
pub fn decided(tx: &mut Tx) -> Result<Vec<Request>, MemberError> {
    page(tx, true, None, LONGEST)
}

/// Where a page begins: behind the moment and the id of the last request seen.
pub type After = (Instant, RequestId);

/// Where the page behind a request begins: an open one by its arrival, an answered one by its answer.
pub fn after(last: &Request) -> After {
    (last.decided_at.unwrap_or(last.asked_at), last.id)
}

/// So many open or `decided` requests within the scope behind `after`, in the order of [`queue`] and [`decided`].
///
/// # Errors
/// The store failed.
pub fn page(
    tx: &mut Tx,
    decided: bool,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<Request>, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let (statement, order) = if decided {
        let order = [Key::Down("r.decided_at"), Key::Down("r.id")];
        (&sql::request::DECIDED, order)
    } else {
        let order = [Key::Up("r.asked_at"), Key::Up("r.id")];
        (&sql::request::QUEUE, order)
    };
    let after = after.map(|(at, id)| [at.into(), id.into()]);
    let query = Query::from(statement, args![district, from, to]).paged(order, after, limit);
    let rows = tx.all(&query, &[])?;
    Ok(rows
        .iter()
        .map(|row| read(tx.vault(), row))
        .collect::<Result<_, _>>()?)
}

/// Open requests within the scope, counted up to `most`.
///
/// # Errors
/// The store failed.
pub fn waiting(tx: &mut Tx, most: usize) -> Result<i64, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    Ok(tx
        .one(&sql::request::COUNT_OPEN, args![district, from, to, most])?
        .get(0)?)
}

/// The requests of a member, newest first: for staff in scope, and for the member.
///
/// # Errors
/// [`MemberError::NotFound`].
pub fn of_member(tx: &mut Tx, member: MemberId) -> Result<Vec<Request>, MemberError> {
    get(tx, member)?;
    let district = *tx.district();
    let rows = tx.across("a member's own requests", |tx| {
        tx.all(&sql::request::OF_MEMBER, args![district, member])
    })?;
    Ok(rows
        .iter()
        .map(|row| read(tx.vault(), row))
        .collect::<Result<_, _>>()?)
}

/// One request within the scope.
///
/// # Errors
/// [`MemberError::NotFound`].
pub fn of(tx: &mut Tx, id: RequestId) -> Result<Request, MemberError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::request::GET, args![district, id])?
        .ok_or(MemberError::NotFound)?;
    let request = read(tx.vault(), &row)?;
    if tx.actor().scope.covers(&request.org_path) {
        Ok(request)
    } else {
        Err(MemberError::NotFound)
    }
}

/// Answers a request. `done` for a deletion erases what names the person, if the law lets us.
///
/// # Errors
/// [`MemberError::Forbidden`], [`MemberError::NotFound`]; [`MemberError::Refused`] with every reason, among them
/// that a current member's record is kept by duty and when it may be erased.
pub fn decide(
    tx: &mut Tx,
    permit: &Permit,
    id: RequestId,
    done: bool,
    answer: &str,
) -> Result<(), MemberError> {
    permit.require(Capability::MembersChange)?;
    let request = of(tx, id)?;
    let mut refusals = Refusals::new();
    require_words(&mut refusals, answer, "request.answer", "答复，本人会看到");
    refusals.require(
        request.state == RequestState::Open,
        "request.decided",
        format!("这件请求“{}”，不能再办理", request.state.label()),
    );
    refusals.into_result().map_err(MemberError::Refused)?;
    if done && request.kind == RequestKind::Delete {
        erase(tx, request.member)?;
    }
    let to = if done {
        RequestState::Done
    } else {
        RequestState::Refused
    };
    let (district, now, by) = (*tx.district(), tx.now(), tx.actor().label.clone());
    if tx.exec(
        &sql::request::DECIDE,
        args![district, id, to.code(), now, by, answer.trim()],
    )? == 0
    {
        return Err(MemberError::Stale);
    }
    let detail = json!({ "request": id, "kind": request.kind.code(), "state": to.code() });
    tx.audit(
        Audit::of("request.answered", "member", request.member)
            .at(&request.org_path)
            .why(answer.trim())
            .detail(detail),
    )?;
    Ok(())
}

/// When a record may be erased: two years (by policy) after the end of membership.
///
/// # Errors
/// [`MemberError::Refused`] while there is a membership.
pub fn erasable_from(tx: &mut Tx, member: &Member) -> Result<Date, MemberError> {
    if !matches!(
        member.status,
        Status::Left | Status::Expelled | Status::Deceased
    ) {
        let message = "在册会员的会籍资料按规定保存，不能删除；可先办理退会，或撤回不再同意的用途";
        return Err(MemberError::refuse("request.enrolled", message));
    }
    let years = MemberPolicy::at(*tx.district(), tx.today())?
        .retention
        .years_after_end;
    let end = period::of_member(tx, member.id)?
        .iter()
        .filter_map(|period| period.to_on)
        .max()
        .unwrap_or(member.joined_on);
    let later = Date::new(end.year().saturating_add(years), end.month(), end.day())
        .or_else(|_| Date::new(end.year().saturating_add(years), 3, 1));
    Ok(later.unwrap_or(end))
}

fn erase(tx: &mut Tx, id: MemberId) -> Result<(), MemberError> {
    let member = get(tx, id)?;
    let from = erasable_from(tx, &member)?;
    if tx.today() < from {
        let message = format!(
            "会籍资料依规保存到 {from}，在此之前不作他用但不能删除；请答复“未同意”并说明日期"
        );
        return Err(MemberError::refuse("request.retention", message));
    }
    erasing::person(tx, &member)
}

fn read(vault: &Vault, row: &Row) -> Result<Request, StoreError> {
    let id: RequestId = row.get(0)?;
    let detail = row
        .bytes(4)?
        .map(|sealed| vault.open(DETAIL, &id.to_string(), sealed))
        .transpose()?;
    Ok(Request {
        id,
        member: row.get(1)?,
        org_path: row.get(2)?,
        kind: RequestKind::from_code(row.text(3)?).ok_or(StoreError::Column {
            index: 3,
            wanted: "kind",
        })?,
        detail: detail.unwrap_or_default(),
        state: RequestState::from_code(row.text(5)?).ok_or(StoreError::Column {
            index: 5,
            wanted: "state",
        })?,
        asked_at: row.get(6)?,
        due_on: row.get(7)?,
        decided_at: row.get(8)?,
        decided_by: row.get(9)?,
        answer: row.get(10)?,
        name: row.get(11)?,
        member_status: Status::from_code(row.text(12)?).ok_or(StoreError::Column {
            index: 12,
            wanted: "status",
        })?,
        behalf: row.get(13)?,
    })
}
