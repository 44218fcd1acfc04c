//! Making, finding and withdrawing posters.

use kernel::Refusals;
use kernel::ids::{OrgId, PosterId};
use serde_json::json;
use store::{Audit, Row, Tx, args};

use super::model::{NewPoster, Poster, Standing};
use super::{PosterError, sql};
use crate::employers::{self, EmployerRef};
use crate::orgs::{self, OrgRef};
use crate::relocation::Relocation;

/// Kind of blind index of a code.
const CODE: &str = "poster.code";
/// Letters of a code: none is read for another, none needs more room in a QR.
const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Length of a code: 30¹² is beyond trying.
const LENGTH: usize = 12;
/// Longest words for where it hangs, in characters.
const LONGEST_SPOT: usize = 40;
/// Longest list.
const MOST: i64 = 500;

/// The code of a poster, made from its id and a key.
fn code(tx: &Tx, id: PosterId) -> String {
    let mac = tx.vault().derive(CODE, id.to_string().as_bytes());
    mac.iter()
        .take(LENGTH)
        .filter_map(|byte| LETTERS.get(usize::from(*byte) % LETTERS.len()))
        .map(|byte| char::from(*byte))
        .collect()
}

/// Makes a poster (制作海报) for a union within reach, or for an employer within reach and the union of its area.
///
/// # Errors
/// [`PosterError::Invalid`] for a place out of reach or missing, words that are too long, a last day that is over.
pub fn make(tx: &mut Tx, new: &NewPoster) -> Result<Poster, PosterError> {
    let employer = new.employer.map(|id| employers::get(tx, id)).transpose()?;
    let org = place(tx, new, employer.as_ref())?;
    let spot = kernel::text::trim(&new.spot).to_owned();
    if spot.chars().count() > LONGEST_SPOT {
        return Err(invalid("spot", format!("张贴位置最多 {LONGEST_SPOT} 字")));
    }
    if new.valid_to.is_some_and(|last| last < tx.today()) {
        return Err(invalid("valid_to", "有效期不能早于今天；长期有效就空着"));
    }
    let (district, now, id): (_, _, PosterId) = (*tx.district(), tx.now(), tx.new_id());
    let index = tx.vault().blind_index(CODE, &code(tx, id));
    let by = tx.actor().label.clone();
    let employer_id = employer.as_ref().map(|one| one.id);
    tx.exec(
        &sql::INSERT,
        args![
            district,
            id,
            index,
            org.id,
            org.path,
            employer_id,
            spot,
            new.valid_to,
            now,
            by
        ],
    )?;
    tx.audit(
        Audit::of("poster.made", "poster", id)
            .at(&org.path)
            .detail(json!({ "org": org.id, "employer": employer_id, "spot": spot })),
    )?;
    get(tx, id)
}

fn invalid(field: &'static str, message: impl Into<String>) -> PosterError {
    PosterError::Invalid {
        field,
        code: "poster.field",
        message: message.into(),
    }
}

/// The union that is named, or the one of the employer's area.
fn place(
    tx: &mut Tx,
    new: &NewPoster,
    employer: Option<&EmployerRef>,
) -> Result<OrgRef, PosterError> {
    if let Some(id) = new.org {
        return Ok(orgs::get(tx, id)?);
    }
    let Some(employer) = employer else {
        return Err(invalid("place", "请写明贴在哪个工会的地方，或贴在哪家单位"));
    };
    let above = orgs::path_names(tx, &employer.org_path)?;
    above
        .last()
        .cloned()
        .ok_or_else(|| invalid("employer", "这家单位还没有属地，请在企业台账补上"))
}

/// One poster within reach.
///
/// # Errors
/// [`PosterError::NotFound`]; whether it does not exist or lies outside is never told apart.
pub fn get(tx: &mut Tx, id: PosterId) -> Result<Poster, PosterError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::GET, args![district, id])?
        .ok_or(PosterError::NotFound)?;
    let poster = read(tx, &row)?;
    if tx.actor().scope.covers(&poster.org_path) {
        Ok(poster)
    } else {
        Err(PosterError::NotFound)
    }
}

/// The posters within reach, newest first, at most 500.
///
/// # Errors
/// The store failed.
pub fn list(tx: &mut Tx) -> Result<Vec<Poster>, PosterError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::LIST, args![district, from, to, MOST])?;
    rows.iter().map(|row| read(tx, row)).collect()
}

fn read(tx: &mut Tx, row: &Row) -> Result<Poster, PosterError> {
    let (id, org): (PosterId, OrgId) = (row.get(0)?, row.get(1)?);
    let employer: Option<kernel::EmployerId> = row.get(3)?;
    let employer_name = match employer {
        Some(id) => employers::named(tx, id)?.name,
        None => String::new(),
    };
    Ok(Poster {
        id,
        code: code(tx, id),
        org,
        org_name: orgs::named(tx, org)?.name,
        org_path: row.get(2)?,
        employer,
        employer_name,
        spot: row.get(4)?,
        valid_to: row.get(5)?,
        uses: row.get(6)?,
        made_at: row.get(7)?,
        made_by: row.get(8)?,
        revoked_at: row.get(9)?,
        revoked_by: row.get(10)?,
        revoked_why: row.get(11)?,
    })
}

/// What a scanned code leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// A poster in use: the place is known.
    Known(Box<Poster>),
    /// Its last day is over, or it was withdrawn: the form opens without the place.
    Over(Standing),
    /// No poster of this district: of another one, or never made.
    Foreign,
}

/// What a code leads to, for whoever scans it.
///
/// # Errors
/// The store failed.
pub fn by_code(tx: &mut Tx, typed: &str) -> Result<Spot, PosterError> {
    let code: String = typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .take(LENGTH + 1)
        .collect();
    let (district, index) = (*tx.district(), tx.vault().blind_index(CODE, &code));
    let row = tx.across("the code is the permit to know its place", |tx| {
        tx.opt(&sql::BY_CODE, args![district, index])
    })?;
    let Some(row) = row else {
        return Ok(Spot::Foreign);
    };
    let poster = read(tx, &row)?;
    Ok(match poster.standing(tx.today()) {
        Standing::Good => Spot::Known(Box::new(poster)),
        over => Spot::Over(over),
    })
}

/// Counts a case that came by it; the case's own entry in the log is enough.
///
/// # Errors
/// The store failed.
pub fn note_use(tx: &mut Tx, id: PosterId) -> Result<(), PosterError> {
    let district = *tx.district();
    tx.across("whoever scans has no place in the tree", |tx| {
        tx.exec(&sql::USE, args![district, id])
    })?;
    Ok(())
}

/// Withdraws a poster (停用): its code no longer says where it hangs. For good; a new one is made in its stead.
///
/// # Errors
/// [`PosterError::NotFound`] out of reach; refused when it is withdrawn already or no reason is given.
pub fn revoke(tx: &mut Tx, id: PosterId, why: &str) -> Result<(), PosterError> {
    let poster = get(tx, id)?;
    let why = kernel::text::trim(why);
    if why.is_empty() || why.chars().count() > LONGEST_SPOT * 5 {
        return Err(invalid("why", "请写明停用的原因（200 字以内）"));
    }
    let (district, now, by) = (*tx.district(), tx.now(), tx.actor().label.clone());
    let changed = tx.exec(&sql::REVOKE, args![district, id, now, by, why])?;
    if changed == 0 {
        return Err(PosterError::Refused(Refusals::one(
            "poster.revoked",
            "这张海报已经停用",
        )));
    }
    tx.audit(
        Audit::of("poster.revoked", "poster", id)
            .at(&poster.org_path)
            .why(why)
            .detail(json!({ "org": poster.org, "employer": poster.employer })),
    )?;
    Ok(())
}

/// A part of the tree moves: its posters go along.
///
/// # Errors
/// The store failed.
pub(crate) fn relocate(tx: &mut Tx, relocation: Relocation<'_>) -> Result<(), PosterError> {
    let values = relocation.values(tx);
    tx.exec(&sql::MOVE, &values)?;
    Ok(())
}
