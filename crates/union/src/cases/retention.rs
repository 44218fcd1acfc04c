//! 保管期限: when a kind's years are over, the night lists the case, and beside the cases the photographs of weekly rounds
//! whose own term is over. One person proposes the list, another agrees; then what was
//! written, who it was about and what was handed in are destroyed. Number, kind, dates, desks and clocks stay, because
//! they say how the union worked and name nobody. A case that is still needed is left out, with a reason and a day.

use kernel::case_kind::CaseKind;
use kernel::ids::{AccountId, CaseDisposalId, CaseEventId, CaseEvidenceId, CaseId};
use kernel::{Date, Instant, Refusals};
use serde_json::json;
use store::jobs::{Job, JobFault, JobHandler, NewJob};
use store::{Actor, Audit, Db, Row, Tx, args};

use super::keep::{self, Act, NOTE};
use super::load::{FIELDS, to_json};
use super::model::Progress;
use super::outlived::{self, Outlived};
use super::{CaseError, evidence, intake, kinds, load, sql};
use crate::access::{Capability, CapabilitySet};
use crate::failure::{Kind, RoomError};
use crate::orgs::flow::terms;

/// Kind of the nightly look.
const LOOK: &str = "cases.retention";
/// Kind of the job after an agreement.
const DESTROY: &str = "cases.destroy";
/// Cases taken in one go.
const CHUNK: usize = 500;
/// Photographs destroyed in one go.
const PHOTOS: usize = 100;
/// Cases shown of one list.
const SHOWN: usize = 1_000;
/// Longest reason, in characters.
const LONGEST: usize = 500;
/// What a destroyed case is called.
const GONE: &str = "（保管期满，内容已销毁）";

terms! {
    /// Where a list stands (清单状态).
    DisposalState {
        /// The night adds to it.
        Collected = "collected", "待提出";
        /// Somebody proposed it; somebody else decides.
        Proposed = "proposed", "待第二人同意";
        /// Agreed; being destroyed.
        Approved = "approved", "已同意，正在销毁";
        /// Destroyed.
        Done = "done", "已销毁";
        /// Not agreed; its cases go on.
        Refused = "refused", "未同意";
    }
}

/// A list of cases whose time is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposal {
    /// Its id.
    pub id: CaseDisposalId,
    /// Where it stands.
    pub state: DisposalState,
    /// When the night began it.
    pub collected_at: Instant,
    /// Who proposed it.
    pub proposed_by: Option<AccountId>,
    /// With the post.
    pub proposed_label: String,
    /// When.
    pub proposed_at: Option<Instant>,
    /// Who decided, with the post.
    pub decided_label: String,
    /// When.
    pub decided_at: Option<Instant>,
    /// What was said by both.
    pub why: String,
    /// When all of it was destroyed.
    pub done_at: Option<Instant>,
    /// Cases that are to be destroyed.
    pub listed: i64,
    /// Cases left out.
    pub kept: i64,
    /// Cases destroyed.
    pub destroyed: i64,
    /// Photographs of weekly rounds on it, as last counted.
    pub photos: i64,
    /// They came before this day.
    pub photos_before: Option<Date>,
}

/// One case of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisposalItem {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub no: String,
    /// Id of its kind.
    pub kind: String,
    /// Its line.
    pub title: String,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Until when it is left out.
    pub kept_until: Option<Date>,
    /// Why.
    pub kept_why: String,
    /// Destroyed.
    pub destroyed: bool,
}

/// Whoever decides about files: assigns, and answers for the whole district.
fn must_command(tx: &Tx, may: CapabilitySet) -> Result<(), CaseError> {
    if may.has(Capability::CasesAssign) && tx.actor().scope.is_district() {
        Ok(())
    } else {
        Err(CaseError::Forbidden("办件到期销毁（区级）"))
    }
}

/// The lists, newest first (销毁清单).
///
/// # Errors
/// The post may not.
pub fn disposals(tx: &mut Tx, may: CapabilitySet) -> Result<Vec<Disposal>, CaseError> {
    must_command(tx, may)?;
    let query = store::Query::from(&sql::DISPOSALS, args![*tx.district()]);
    let rows = tx.all(&query.push(" ORDER BY d.id DESC LIMIT 100"), &[])?;
    rows.iter().map(disposal_of).collect()
}

/// One list with its cases, the oldest ending first.
///
/// # Errors
/// The post may not; no such list.
pub fn disposal(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseDisposalId,
) -> Result<(Disposal, Vec<DisposalItem>), CaseError> {
    must_command(tx, may)?;
    let list = get(tx, id)?;
    let district = *tx.district();
    let rows = tx.all(&sql::DISPOSAL_ITEMS, args![district, id, SHOWN])?;
    let items = rows.iter().map(item_of).collect::<Result<_, _>>()?;
    Ok((list, items))
}

fn get(tx: &mut Tx, id: CaseDisposalId) -> Result<Disposal, CaseError> {
    let query = store::Query::from(&sql::DISPOSALS, args![*tx.district()]).and(" AND d.id = ", id);
    let row = tx.opt(&query, &[])?.ok_or(CaseError::NotFound)?;
    disposal_of(&row)
}

fn disposal_of(row: &Row) -> Result<Disposal, CaseError> {
    let state: String = row.get(1)?;
    Ok(Disposal {
        id: row.get(0)?,
        state: DisposalState::from_id(&state)
            .ok_or_else(|| CaseError::Definition(format!("销毁清单状态 {state} 不认识")))?,
        collected_at: row.get(2)?,
        proposed_by: row.get(3)?,
        proposed_label: row.get(4)?,
        proposed_at: row.get(5)?,
        decided_label: row.get(6)?,
        decided_at: row.get(7)?,
        why: row.get(8)?,
        done_at: row.get(9)?,
        listed: row.get(10)?,
        kept: row.get(11)?,
        destroyed: row.get(12)?,
        photos: row.get(13)?,
        photos_before: row.get(14)?,
    })
}

fn item_of(row: &Row) -> Result<DisposalItem, CaseError> {
    Ok(DisposalItem {
        case: row.get(0)?,
        no: row.get(1)?,
        kind: row.get(2)?,
        title: row.get(3)?,
        ended_at: row.get(4)?,
        destroyed: row.text(5)? == "destroyed",
        kept_until: row.get(6)?,
        kept_why: row.get(7)?,
    })
}

fn reason(why: &str) -> Result<&str, CaseError> {
    let why = why.trim();
    if why.is_empty() || why.chars().count() > LONGEST {
        return Err(CaseError::Invalid {
            field: "why",
            code: "case.disposal_why",
            message: format!("请写明理由，最多 {LONGEST} 个字"),
        });
    }
    Ok(why)
}

fn must_stand(list: &Disposal, state: DisposalState) -> Result<(), CaseError> {
    if list.state == state {
        return Ok(());
    }
    let message = format!("这份清单现在是“{}”，请刷新页面", list.state.title());
    Err(CaseError::refused("case.disposal_state", message))
}

/// Leaves a case out until a day (暂不销毁): a law suit, an appeal, an investigation still needs it.
///
/// # Errors
/// The post may not; no reason; a day that is not to come; the list is destroyed already.
pub fn keep_case(
    tx: &mut Tx,
    may: CapabilitySet,
    (id, case): (CaseDisposalId, CaseId),
    until: Option<Date>,
    why: &str,
) -> Result<(), CaseError> {
    must_command(tx, may)?;
    let (why, list) = (reason(why)?, get(tx, id)?);
    let open = matches!(
        list.state,
        DisposalState::Collected | DisposalState::Proposed
    );
    if !open {
        must_stand(&list, DisposalState::Collected)?;
    }
    let until = until
        .filter(|day| *day > tx.today())
        .ok_or(CaseError::Invalid {
            field: "until",
            code: "case.disposal_until",
            message: "请填写保留到哪一天，要晚于今天".to_owned(),
        })?;
    let district = *tx.district();
    if tx.exec(&sql::KEEP_ITEM, args![district, id, case, until, why])? == 0 {
        return Err(CaseError::Stale);
    }
    tx.audit(
        Audit::of("case.kept", "case", case)
            .why(why)
            .detail(json!({ "list": id, "until": until.to_string() })),
    )?;
    Ok(())
}

/// Proposes a list (提出销毁).
///
/// # Errors
/// The post may not; no reason; nothing is on it; it was proposed already.
pub fn propose_disposal(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseDisposalId,
    why: &str,
) -> Result<(), CaseError> {
    must_command(tx, may)?;
    let (why, list) = (reason(why)?, get(tx, id)?);
    must_stand(&list, DisposalState::Collected)?;
    if list.listed == 0 && list.photos == 0 {
        return Err(CaseError::refused(
            "case.disposal_empty",
            "清单上没有要销毁的办件和照片",
        ));
    }
    let (district, now) = (*tx.district(), tx.now());
    let (by, label) = (tx.actor().account, tx.actor().label.clone());
    let changed = tx.exec(&sql::PROPOSE, args![district, id, by, label, now, why])?;
    if changed == 0 {
        return Err(CaseError::Stale);
    }
    tx.audit(
        Audit::of("case.disposal_proposed", "case_disposal", id)
            .why(why)
            .detail(json!({ "cases": list.listed, "photos": list.photos })),
    )?;
    Ok(())
}

/// The second person agrees, and the contents are destroyed; or does not, and the cases go on (同意销毁、不同意).
///
/// # Errors
/// The post may not; it is the one who proposed; nothing waits.
pub fn decide_disposal(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseDisposalId,
    agree: bool,
    why: &str,
) -> Result<(), CaseError> {
    must_command(tx, may)?;
    let list = get(tx, id)?;
    must_stand(&list, DisposalState::Proposed)?;
    let own = tx.actor().account;
    let mut refusals = Refusals::new();
    refusals.require(
        own.is_some() && own != list.proposed_by,
        "case.same_person",
        "销毁须由提出人以外的人同意",
    );
    refusals.into_result()?;
    let why = if agree { why.trim() } else { reason(why)? };
    let state = if agree {
        DisposalState::Approved
    } else {
        DisposalState::Refused
    };
    let (district, now, label) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let said = if why.is_empty() {
        String::new()
    } else {
        format!("；{why}")
    };
    let changed = tx.exec(
        &sql::DECIDE_DISPOSAL,
        args![district, id, state.id(), label, now, said],
    )?;
    if changed == 0 {
        return Err(CaseError::Stale);
    }
    let action = if agree {
        tx.enqueue(NewJob::new(DESTROY, json!({ "list": id.to_string() })))?;
        "case.disposal_agreed"
    } else {
        tx.exec(&sql::RELEASE_ITEMS, args![district, id])?;
        "case.disposal_refused"
    };
    tx.audit(
        Audit::of(action, "case_disposal", id)
            .why(why)
            .detail(json!({ "cases": list.listed })),
    )?;
    Ok(())
}

/// Lists every night what is due; a night without the program is made up for by the next one, because the day that is
/// compared stands on the case and not in the job.
#[derive(Debug, Default)]
pub struct Retention {
    photos: Option<&'static dyn Outlived>,
}

impl Retention {
    /// With the photographs that another room keeps.
    pub fn beside(photos: &'static dyn Outlived) -> Self {
        Self {
            photos: Some(photos),
        }
    }
}

impl JobHandler for Retention {
    fn kind(&self) -> &'static str {
        LOOK
    }

    fn daily(&self) -> Option<(i8, i8)> {
        Some((3, 10))
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let actor = job.actor();
        let some = |tx: &mut Tx| collect(tx, self.photos);
        while db.write(&actor, some).map_err(|fault| settle(&fault))? == CHUNK {
            job.renew(db)?;
        }
        Ok(())
    }
}

/// Puts some cases whose time is up on the open list; how many.
fn collect(tx: &mut Tx, photos: Option<&dyn Outlived>) -> Result<usize, CaseError> {
    let (district, today) = (*tx.district(), tx.today());
    let mut found: Vec<CaseId> = Vec::new();
    for kind in kinds::kinds(district, today) {
        let Some(before) = ended_before(kind, today) else {
            continue;
        };
        let room = CHUNK - found.len();
        let values = args![district, kind.id, before, today, room];
        for row in tx.all(&sql::TIME_IS_UP, values)? {
            found.push(row.get(0)?);
        }
        if found.len() == CHUNK {
            break;
        }
    }
    letters_outlived(tx, &mut found)?;
    let photos = photos.map(|kept| outlived::photos(tx, kept));
    let photos = photos.transpose()?.flatten();
    if found.is_empty() && photos.is_none() {
        return Ok(0);
    }
    let list: CaseDisposalId = match tx.opt(&sql::COLLECTING, args![district])? {
        Some(row) => row.get(0)?,
        None => {
            let (id, now): (CaseDisposalId, _) = (tx.new_id(), tx.now());
            tx.exec(&sql::COLLECT, args![district, id, now])?;
            id
        }
    };
    for case in &found {
        tx.exec(&sql::COLLECT_ITEM, args![district, list, case])?;
    }
    let mut more = 0;
    if let Some((count, before)) = photos {
        more = tx.exec(&sql::COLLECT_PHOTOS, args![district, list, before, count])?;
    }
    if !found.is_empty() || more > 0 {
        let count = photos.map_or(0, |(count, _)| count);
        tx.audit(
            Audit::of("case.disposal_listed", "case_disposal", list)
                .detail(json!({ "cases": found.len(), "photos": count })),
        )?;
    }
    Ok(found.len())
}

/// Adds the destroyed cases of which a letter had a longer term that is over now: they are listed once more.
fn letters_outlived(tx: &mut Tx, found: &mut Vec<CaseId>) -> Result<(), CaseError> {
    let (district, today) = (*tx.district(), tx.today());
    for id in super::letters::outlived(tx, CHUNK)? {
        if found.len() == CHUNK {
            break;
        }
        let destroyed = tx.opt(&sql::IS_DESTROYED, args![district, id])?.is_some();
        let waits = tx.opt(&sql::WAITS, args![district, id, today])?.is_some();
        if destroyed && !waits {
            found.push(id);
        }
    }
    Ok(())
}

/// Cases of a kind that ended before this moment have been kept long enough: the whole day of the end counts.
fn ended_before(kind: &CaseKind, today: Date) -> Option<Instant> {
    let years = i16::try_from(kind.retention_years).ok()?;
    let year = today.year().checked_sub(years)?;
    // 29 February: the last day of that month in a common year.
    let day = Date::new(year, today.month(), today.day())
        .or_else(|_| Date::new(year, today.month(), today.day() - 1))
        .ok()?;
    Some(Instant::from_shanghai(day, 0, 0))
}

/// Destroys what two persons have agreed on, case by case.
#[derive(Debug, Default)]
pub struct Destroy {
    photos: Option<&'static dyn Outlived>,
}

impl Destroy {
    /// With the photographs that another room keeps.
    pub fn beside(photos: &'static dyn Outlived) -> Self {
        Self {
            photos: Some(photos),
        }
    }
}

impl JobHandler for Destroy {
    fn kind(&self) -> &'static str {
        DESTROY
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        let id = job.payload.get("list").and_then(|id| id.as_str());
        let id: CaseDisposalId = id
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| JobFault::give_up("销毁任务没有写明清单"))?;
        let actor = job.actor();
        loop {
            let some = agreed(db, &actor, id).map_err(|fault| settle(&fault))?;
            for case in &some {
                db.write(&actor, |tx| empty(tx, id, *case))
                    .map_err(|fault| settle(&fault))?;
            }
            if some.len() < CHUNK {
                break;
            }
            job.renew(db)?;
        }
        if let Some(photos) = self.photos {
            while db
                .write(&actor, |tx| empty_photos(tx, id, photos))
                .map_err(|fault| settle(&fault))?
            {
                job.renew(db)?;
            }
        }
        db.write(&actor, |tx| finish(tx, id))
            .map_err(|fault| settle(&fault))
    }
}

/// Destroys some of the photographs of a list that was agreed on; whether there may be more.
fn empty_photos(tx: &mut Tx, id: CaseDisposalId, photos: &dyn Outlived) -> Result<bool, CaseError> {
    let list = get(tx, id)?;
    let agreed = list.state == DisposalState::Approved;
    let Some(before) = list.photos_before.filter(|_| agreed) else {
        return Ok(false);
    };
    let gone = photos.destroy(tx, before, PHOTOS)?;
    Ok(gone == PHOTOS)
}

/// The cases that are still to be destroyed; nothing unless the list was agreed on.
fn agreed(db: &Db, actor: &Actor, id: CaseDisposalId) -> Result<Vec<CaseId>, CaseError> {
    db.read(actor, |tx| {
        if get(tx, id)?.state != DisposalState::Approved {
            return Ok(Vec::new());
        }
        let district = *tx.district();
        let rows = tx.all(&sql::TO_DESTROY, args![district, id, CHUNK])?;
        Ok(rows
            .iter()
            .map(|row| row.get(0))
            .collect::<Result<_, _>>()?)
    })
}

fn finish(tx: &mut Tx, id: CaseDisposalId) -> Result<(), CaseError> {
    let (district, now) = (*tx.district(), tx.now());
    if tx.exec(&sql::DISPOSAL_DONE, args![district, id, now])? == 0 {
        return Ok(());
    }
    let list = get(tx, id)?;
    tx.audit(
        Audit::of("case.disposal_done", "case_disposal", id)
            .detail(json!({ "destroyed": list.destroyed, "kept": list.kept })),
    )?;
    Ok(())
}

/// Destroys the contents of one case. The record that it was done, and by whose agreement, stays.
fn empty(tx: &mut Tx, list: CaseDisposalId, id: CaseId) -> Result<(), CaseError> {
    let district = *tx.district();
    if tx.exec(&sql::ITEM_DONE, args![district, list, id])? == 0 {
        return Ok(());
    }
    let case = load::whole(tx, id)?;
    let (now, row) = (tx.now(), id.to_string());
    let nothing = tx.vault().seal(FIELDS, &row, "{}");
    // The receipt opens nothing any more.
    let receipt = intake::receipt_index(tx, &format!("destroyed {row}"));
    let progress = to_json(&Progress::default())?;
    tx.exec(
        &sql::EMPTY_FILE,
        args![district, id, GONE, receipt, nothing, progress, now],
    )?;
    tx.exec(&sql::EMPTY_PARTIES, args![district, id, "（已销毁）"])?;
    tx.exec(&sql::FORGET_UNIT, args![district, id])?;
    super::sent::empty(tx, id)?;
    for event in tx.all(&sql::EVENT_IDS, args![district, id])? {
        let event: CaseEventId = event.get(0)?;
        let note = tx.vault().seal(NOTE, &event.to_string(), "");
        tx.exec(&sql::EMPTY_EVENT, args![district, event, note, "[]"])?;
    }
    for piece in tx.all(&sql::EVIDENCE_IDS, args![district, id])? {
        let piece: CaseEvidenceId = piece.get(0)?;
        let text = evidence::sealed_text(tx, piece, "");
        tx.exec(&sql::EMPTY_EVIDENCE, args![district, piece, text])?;
    }
    let act = Act {
        verb: "@destroyed",
        note: "",
        closing: None,
        audit: "case.destroyed",
        event: "case.destroyed",
    };
    let letters = super::letters::destroyed(tx, id)?;
    let state = &case.now.state;
    keep::event(tx, id, state, state, &act, &[])?;
    tx.audit(Audit::of(act.audit, "case", id).at(&case.org_path).detail(json!({
        "no": case.no, "kind": case.kind.id, "list": list, "letters": letters.gone, "letters_kept": letters.kept,
    })))?;
    Ok(())
}

/// Refuses acts in a case whose contents are gone.
pub(super) fn must_be_there(tx: &mut Tx, id: CaseId) -> Result<(), CaseError> {
    let district = *tx.district();
    match tx.opt(&sql::IS_DESTROYED, args![district, id])? {
        None => Ok(()),
        Some(_) => Err(CaseError::refused(
            "case.destroyed",
            "这件事项保管期满，内容已经销毁，不能再办理；有新情况请另行登记",
        )),
    }
}

fn settle(fault: &CaseError) -> JobFault {
    match fault.kind() {
        Kind::Fault => JobFault::again(fault.to_string()),
        _ => JobFault::give_up(fault.to_string()),
    }
}
