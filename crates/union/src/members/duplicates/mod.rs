//! 疑似重复 duplicates: two records that may be one person wait here until somebody looks.
//!
//! Deciding "two people" closes the pair for good. Merging keeps one record and lets the other live on in it:
//! the kept one gets what it lacks, the other's open period ends, and its paper leads to the kept record from
//! then on. Everything a merge changes is sealed beside it, so that it can be undone whole.

mod fields;
mod merge;

pub use fields::MergeField;
pub(super) use merge::one_person;
pub use merge::{Merge, kept_by, merge, merges_of, undo};

use kernel::ids::{DuplicateId, MemberId};
use kernel::{Instant, OrgPath, Refusals};
use serde::Deserialize;
use serde_json::json;
use store::{Audit, Key, Query, Row, StoreError, Tx, args};

use super::actions::require_words;
use super::rules::Permit;
use super::{Member, MemberError, get as member, sql};
use crate::access::Capability;

/// Longest list shown.
const LONGEST: usize = 100;

/// Where a pair stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairState {
    /// 待处理
    Open,
    /// 已合并
    Merged,
    /// 确认为两人
    Distinct,
}

impl PairState {
    /// Stored form.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Distinct => "distinct",
        }
    }

    /// From the stored form.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Open, Self::Merged, Self::Distinct]
            .into_iter()
            .find(|state| state.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "待处理",
            Self::Merged => "已合并",
            Self::Distinct => "确认为两人",
        }
    }
}

/// One reason why two records are alike, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What they share.
    pub text: &'static str,
    /// What it counts; may be negative.
    pub points: i64,
}

/// A pair in the queue.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Its id.
    pub id: DuplicateId,
    /// The older record.
    pub left: MemberId,
    /// The newer record.
    pub right: MemberId,
    /// Their names.
    pub names: [String; 2],
    /// Their unions' paths.
    pub paths: [OrgPath; 2],
    /// 0–100.
    pub score: i64,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Where it stands.
    pub state: PairState,
    /// When it was found.
    pub found_at: Instant,
    /// When it was decided.
    pub decided_at: Option<Instant>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Why so.
    pub why: Option<String>,
}

#[derive(Deserialize)]
struct Stored {
    code: String,
    points: i64,
}

/// What a likeness is called.
fn words(code: &str) -> &'static str {
    match code {
        "same_name_and_birth" => "姓名和出生日期相同",
        "same_sound_and_birth" => "姓名同音，出生日期相同",
        "near_sound_and_birth" => "姓名音近，出生日期相同",
        "same_phone_and_name" => "姓名和手机号相同",
        "same_phone" => "手机号相同",
        "same_employer" => "同一单位",
        "different_paper_kind" => "一个用身份证，一个用其他证件",
        "both_resident" => "两个身份证号都有效但不同",
        "near_number" => "证件号码只差一两位",
        _ => "其他相似之处",
    }
}

fn read(row: &Row) -> Result<Pair, StoreError> {
    let stored: Vec<Stored> = serde_json::from_str(row.text(4)?).unwrap_or_default();
    Ok(Pair {
        id: row.get(0)?,
        left: row.get(1)?,
        right: row.get(2)?,
        score: row.get(3)?,
        reasons: stored
            .iter()
            .map(|one| Reason {
                text: words(&one.code),
                points: one.points,
            })
            .collect(),
        state: PairState::from_code(row.text(5)?).ok_or(StoreError::Column {
            index: 5,
            wanted: "state",
        })?,
        found_at: row.get(6)?,
        decided_at: row.get(7)?,
        decided_by: row.get(8)?,
        why: row.get(9)?,
        names: [row.get(10)?, row.get(11)?],
        paths: [row.get(12)?, row.get(13)?],
    })
}

/// Open pairs of which both members lie within the scope, likeliest first, at most 100.
///
/// # Errors
/// The store failed.
pub fn queue(tx: &mut Tx) -> Result<Vec<Pair>, MemberError> {
    page(tx, false, None, LONGEST)
}

/// Decided pairs within the scope, newest first, at most 100.
///
/// # Errors
/// The store failed.
pub fn decided(tx: &mut Tx) -> Result<Vec<Pair>, MemberError> {
    page(tx, true, None, LONGEST)
}

/// Where a page begins: behind the score (open pairs) or the moment in milliseconds (decided ones) and the id of the last
/// pair seen.
pub type After = (i64, DuplicateId);

/// Where the page behind a pair begins.
pub fn after(last: &Pair) -> After {
    (last.decided_at.map_or(last.score, Instant::ms), last.id)
}

/// So many open or `decided` pairs within the scope behind `after`, in the order of [`queue`] and [`decided`].
///
/// # Errors
/// The store failed.
pub fn page(
    tx: &mut Tx,
    decided: bool,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<Pair>, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let (statement, order) = if decided {
        let order = [Key::Down("p.decided_at"), Key::Down("p.id")];
        (&sql::duplicate::DECIDED, order)
    } else {
        let order = [Key::Down("p.score"), Key::Up("p.id")];
        (&sql::duplicate::QUEUE, order)
    };
    let after = after.map(|(at, id)| [at.into(), id.into()]);
    let query = Query::from(statement, args![district, from, to]).paged(order, after, limit);
    let rows = tx.all(&query, &[])?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// Open pairs within the scope, counted up to `most`.
///
/// # Errors
/// The store failed.
pub fn waiting(tx: &mut Tx, most: usize) -> Result<i64, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    Ok(tx
        .one(&sql::duplicate::COUNT_OPEN, args![district, from, to, most])?
        .get(0)?)
}

/// A pair with both records side by side.
///
/// # Errors
/// [`MemberError::NotFound`] unless both members lie within the scope.
pub fn get(tx: &mut Tx, id: DuplicateId) -> Result<(Pair, Member, Member), MemberError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::duplicate::GET, args![district, id])?
        .ok_or(MemberError::NotFound)?;
    let pair = read(&row)?;
    let (left, right) = (member(tx, pair.left)?, member(tx, pair.right)?);
    Ok((pair, left, right))
}

/// Decides that these are two people. The pair is not asked about again.
///
/// # Errors
/// [`MemberError::Forbidden`], [`MemberError::NotFound`], [`MemberError::Refused`].
pub fn decide_distinct(
    tx: &mut Tx,
    permit: &Permit,
    id: DuplicateId,
    why: &str,
) -> Result<(), MemberError> {
    permit.require(Capability::DuplicatesDecide)?;
    let (pair, left, _) = get(tx, id)?;
    let mut refusals = Refusals::new();
    require_words(&mut refusals, why, "duplicate.why", "判断的依据");
    refusals.into_result().map_err(MemberError::Refused)?;
    settle(tx, &pair, PairState::Distinct, why.trim())?;
    let detail = json!({ "left": pair.left, "right": pair.right });
    tx.audit(
        Audit::of("duplicate.distinct", "duplicate_pair", id)
            .at(&left.org_path)
            .why(why.trim())
            .detail(detail),
    )?;
    Ok(())
}

/// Moves a pair that is still open; refuses when somebody was faster.
fn settle(tx: &mut Tx, pair: &Pair, to: PairState, why: &str) -> Result<(), MemberError> {
    if pair.state != PairState::Open {
        let message = format!("这一对“{}”，不能再处理", pair.state.label());
        return Err(MemberError::refuse("duplicate.decided", message));
    }
    let (district, now, by) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let done = tx.exec(
        &sql::duplicate::DECIDE,
        args![
            district,
            pair.id,
            to.code(),
            now,
            by,
            why,
            PairState::Open.code()
        ],
    )?;
    if done == 1 {
        Ok(())
    } else {
        Err(MemberError::Stale)
    }
}
