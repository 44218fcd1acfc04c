//! 撤回导入: taking back what a batch brought.
//!
//! New records go, unless something has happened to them since: a transfer, a consent, a decision. Records that
//! the batch changed are put back to their sealed image from before, unless somebody has changed them again.
//! Whatever stays is named with its reason; nothing is undone by half.

use std::collections::{BTreeMap, HashMap};

use kernel::ids::{BatchId, EmployerId, MemberId, OrgId};
use kernel::{OrgPath, person_name, pinyin};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Audit, Query, Row, Statement, StoreError, Tx, args};

use super::prepare::{field, index};
use super::read::open;
use super::{Admission, MemberError, Status, sql};
use crate::orgs;

/// Records taken back in one transaction.
const CHUNK: i64 = 400;
/// Where an image is sealed.
const IMAGE: &str = "member_before.image_sealed";

/// A record that stays as it is, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Whose.
    pub member: MemberId,
    /// Why.
    pub why: &'static str,
}

/// What one step of undoing did.
#[derive(Debug, Clone, Default)]
pub struct Undone {
    /// Records removed or put back.
    pub rows: u64,
    /// Records that stay as they are.
    pub kept: Vec<Kept>,
    /// Where to go on; none when all are through.
    pub next: Option<MemberId>,
}

/// Everything a record says that an import may change.
#[derive(Serialize, Deserialize)]
struct Image {
    org: OrgId,
    path: OrgPath,
    employer: Option<EmployerId>,
    name: String,
    phone: Option<String>,
    bank: Option<String>,
    codes: [Option<String>; 6],
    job_title: Option<String>,
    flags: [bool; 6],
    status: String,
    card_no: Option<String>,
}

impl Image {
    /// Reads the columns of `sql::undo::IMAGE`, opening the sealed numbers: they are sealed again with the rest.
    fn read(tx: &Tx, id: MemberId, row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            org: row.get(0)?,
            path: row.get(1)?,
            employer: row.get(2)?,
            name: row.get(3)?,
            phone: open(tx.vault(), field::PHONE, id, row.bytes(4)?)?,
            bank: open(tx.vault(), field::BANK, id, row.bytes(5)?)?,
            codes: [
                row.get(6)?,
                row.get(7)?,
                row.get(8)?,
                row.get(9)?,
                row.get(10)?,
                row.get(11)?,
            ],
            job_title: row.get(12)?,
            flags: [
                row.get(13)?,
                row.get(14)?,
                row.get(15)?,
                row.get(16)?,
                row.get(17)?,
                row.get(18)?,
            ],
            status: row.get(19)?,
            card_no: row.get(20)?,
        })
    }
}

/// Does `change` to a record, keeping the image from before when it belongs to a batch.
pub(super) fn remembered<T>(
    tx: &mut Tx,
    id: MemberId,
    to: &Admission,
    change: impl FnOnce(&mut Tx) -> Result<T, MemberError>,
) -> Result<T, MemberError> {
    let Some(batch) = to.batch else {
        return change(tx);
    };
    let district = *tx.district();
    tx.across("a returning member may come from another union", |tx| {
        let row = tx.one(&sql::undo::IMAGE, args![district, id])?;
        let image = serde_json::to_string(&Image::read(tx, id, &row)?)
            .map_err(|error| StoreError::Database(error.to_string()))?;
        let sealed = tx.vault().seal(IMAGE, &format!("{batch}/{id}"), &image);
        tx.exec(
            &sql::undo::REMEMBER,
            args![district, batch, id, to.org_path, sealed],
        )
    })?;
    let done = change(tx)?;
    tx.exec(&sql::undo::SETTLED, args![district, batch, id])?;
    Ok(done)
}

/// Removes the next records that the batch entered, from `after` on.
///
/// # Errors
/// The store failed.
pub fn remove_new(tx: &mut Tx, batch: BatchId, after: MemberId) -> Result<Undone, MemberError> {
    let district = *tx.district();
    let rows = tx.across("the records of a batch, wherever they are now", |tx| {
        tx.all(&sql::undo::ENTERED, args![district, batch, after, CHUNK])
    })?;
    let mut entered: BTreeMap<MemberId, (OrgId, OrgPath)> = BTreeMap::new();
    let mut why: HashMap<MemberId, &'static str> = HashMap::new();
    for row in &rows {
        let (id, version): (MemberId, i64) = (row.get(0)?, row.get(3)?);
        entered.insert(id, (row.get(1)?, row.get(2)?));
        if version != 1 || row.text(4)? != Status::Active.code() {
            why.insert(id, "导入之后被修改过");
        }
    }
    let next =
        (i64::try_from(rows.len()) == Ok(CHUNK)).then(|| entered.keys().next_back().copied());
    note_traces(tx, batch, &entered, &mut why)?;
    let gone: Vec<MemberId> = entered
        .keys()
        .copied()
        .filter(|id| !why.contains_key(id))
        .collect();
    remove(tx, batch, &entered, &gone)?;
    let kept = why
        .into_iter()
        .map(|(member, why)| Kept { member, why })
        .collect();
    Ok(Undone {
        rows: gone.len().try_into().unwrap_or(u64::MAX),
        kept,
        next: next.flatten(),
    })
}

/// Finds what has happened to the records since they were entered.
fn note_traces(
    tx: &mut Tx,
    batch: BatchId,
    entered: &BTreeMap<MemberId, (OrgId, OrgPath)>,
    why: &mut HashMap<MemberId, &'static str>,
) -> Result<(), MemberError> {
    let traces: [(&Statement, bool, &'static str); 7] = [
        (&sql::undo::LATER_PERIODS, true, "会籍已有后续变化"),
        (&sql::undo::TRANSFERS, false, "办过转会"),
        (&sql::undo::CONSENTS, false, "本人已签同意书"),
        (&sql::undo::REQUESTS, false, "本人提过个人信息请求"),
        (&sql::undo::DECIDED_RIGHT, false, "疑似重复已作判定"),
        (&sql::undo::DECIDED_LEFT, false, "疑似重复已作判定"),
        (&sql::undo::ABSORBED, false, "已有其他记录并入"),
    ];
    let district = *tx.district();
    for (statement, with_batch, reason) in traces {
        let base = if with_batch {
            Query::from(statement, args![district, batch])
        } else {
            Query::from(statement, args![district])
        };
        let query = base.and_in("", entered.keys().copied());
        let found = tx.across("the records of a batch, wherever they are now", |tx| {
            tx.all(&query, &[])
        })?;
        for row in found {
            why.entry(row.get(0)?).or_insert(reason);
        }
    }
    Ok(())
}

fn remove(
    tx: &mut Tx,
    batch: BatchId,
    entered: &BTreeMap<MemberId, (OrgId, OrgPath)>,
    gone: &[MemberId],
) -> Result<(), MemberError> {
    if gone.is_empty() {
        return Ok(());
    }
    let district = *tx.district();
    let statements = [
        &sql::undo::DROP_PAIRS_RIGHT,
        &sql::undo::DROP_PAIRS_LEFT,
        &sql::undo::DROP_PERIODS,
        &sql::undo::DROP_MEMBERS,
    ];
    for statement in statements {
        let query = Query::from(statement, args![district]).and_in("", gone.iter().copied());
        tx.across("the records of a batch, wherever they are now", |tx| {
            tx.exec(&query, &[])
        })?;
    }
    let mut fewer: BTreeMap<OrgId, i64> = BTreeMap::new();
    for (org, _) in gone.iter().filter_map(|id| entered.get(id)) {
        *fewer.entry(*org).or_default() -= 1;
    }
    for (org, delta) in fewer {
        orgs::adjust_member_count(tx, org, delta).map_err(MemberError::room)?;
    }
    let detail = json!({ "removed": gone.len(), "first": gone.first(), "last": gone.last() });
    tx.audit(Audit::of("member.import_undone", "import_batch", batch).detail(detail))?;
    Ok(())
}

/// Puts the next records back that the batch changed, from `after` on.
///
/// # Errors
/// The store failed, or an image does not open.
pub fn restore_changed(
    tx: &mut Tx,
    batch: BatchId,
    after: MemberId,
) -> Result<Undone, MemberError> {
    let district = *tx.district();
    let rows = tx.all(&sql::undo::IMAGES, args![district, batch, after, CHUNK])?;
    let mut undone = Undone::default();
    for row in &rows {
        let id: MemberId = row.get(0)?;
        let sealed: Vec<u8> = row.get(1)?;
        let image = tx.vault().open(IMAGE, &format!("{batch}/{id}"), &sealed)?;
        let image: Image = serde_json::from_str(&image)
            .map_err(|error| StoreError::Database(error.to_string()))?;
        if restore(tx, batch, id, image, row.get(2)?)? {
            undone.rows += 1;
        } else {
            undone.kept.push(Kept {
                member: id,
                why: "导入之后又被修改过",
            });
        }
        tx.exec(&sql::undo::FORGET, args![district, batch, id])?;
        undone.next = Some(id);
    }
    if i64::try_from(rows.len()) != Ok(CHUNK) {
        undone.next = None;
    }
    if undone.rows > 0 {
        let detail = json!({ "restored": undone.rows });
        tx.audit(Audit::of("member.import_undone", "import_batch", batch).detail(detail))?;
    }
    Ok(undone)
}

fn restore(
    tx: &mut Tx,
    batch: BatchId,
    id: MemberId,
    image: Image,
    version: i64,
) -> Result<bool, MemberError> {
    let (district, now, row) = (*tx.district(), tx.now(), id.to_string());
    let vault = tx.vault();
    let phone = image
        .phone
        .as_ref()
        .map(|phone| vault.seal(field::PHONE, &row, phone));
    let phone_index = image
        .phone
        .as_ref()
        .map(|phone| vault.blind_index(index::PHONE, phone));
    let bank = image
        .bank
        .as_ref()
        .map(|bank| vault.seal(field::BANK, &row, bank));
    let Image {
        org,
        path,
        employer,
        name,
        codes,
        job_title,
        flags,
        status,
        card_no,
        ..
    } = image;
    let [ethnic, education, politics, skill, household, employment] = codes;
    let [
        migrant,
        new_form,
        difficult,
        model_worker,
        mutual_aid,
        real_name,
    ] = flags;
    let key = person_name::match_key(&name);
    let (full, initials) = (pinyin::full(&name), pinyin::initials(&name));
    let before = tx.across("the record as it is now", |tx| {
        tx.opt(&sql::undo::IMAGE, args![district, id])
    })?;
    let Some(before) = before else {
        return Ok(false);
    };
    let (at, was): (OrgId, String) = (before.get(0)?, before.get(19)?);
    let back = tx.across("a record may go back to another union", |tx| {
        tx.exec(
            &sql::undo::RESTORE,
            args![
                district,
                id,
                org,
                path,
                employer,
                name,
                key,
                full,
                initials,
                phone,
                phone_index,
                bank,
                ethnic,
                education,
                politics,
                skill,
                household,
                employment,
                job_title,
                migrant,
                new_form,
                difficult,
                model_worker,
                mutual_aid,
                real_name,
                status,
                card_no,
                now,
                version
            ],
        )
    })?;
    if back == 0 {
        return Ok(false);
    }
    // Whoever had left and came back with the batch has left again.
    if was != status {
        let dropped = tx.exec(&sql::undo::DROP_PERIOD, args![district, batch, id])?;
        if dropped > 0 {
            orgs::adjust_member_count(tx, at, -1).map_err(MemberError::room)?;
        }
    }
    Ok(true)
}

/// Drops the images of a batch: its time for undoing is over.
///
/// # Errors
/// The store failed.
pub fn forget(tx: &mut Tx, batch: BatchId) -> Result<u64, MemberError> {
    let district = *tx.district();
    Ok(tx.exec(&sql::undo::FORGET_ALL, args![district, batch])?)
}
