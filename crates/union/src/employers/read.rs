//! Reading employers.

use kernel::{CreditCode, Date, EmployerId, OrgId};
use store::{Query, Row, StoreError, Tx, args};

use super::model::{Edge, EdgeKind, Employer, EmployerLine, EmployerRef, EmployerState, OtherName};
use super::naming::NameRules;
use super::{EmployerError, sql};
use crate::orgs;

/// Employers asked for in one statement.
const AMONG: usize = 300;

/// One employer within the caller's scope.
///
/// # Errors
/// [`EmployerError::NotFound`] when it does not exist or lies outside; the two are never told apart.
pub fn get(tx: &mut Tx, id: EmployerId) -> Result<EmployerRef, EmployerError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::REF, args![district, id])?
        .ok_or(EmployerError::NotFound)?;
    let employer = ref_of(&row)?;
    if tx.actor().scope.covers(&employer.org_path) {
        Ok(employer)
    } else {
        Err(EmployerError::NotFound)
    }
}

/// An employer whatever the scope: for the page of somebody who works there. Only the name and place come out.
///
/// # Errors
/// [`EmployerError::NotFound`] when there is none.
pub fn named(tx: &mut Tx, id: EmployerId) -> Result<EmployerRef, EmployerError> {
    let district = *tx.district();
    let row = tx.across("a member knows the own employer", |tx| {
        tx.opt(&sql::REF, args![district, id])
    })?;
    Ok(ref_of(&row.ok_or(EmployerError::NotFound)?)?)
}

/// One employer with everything on its card.
///
/// # Errors
/// [`EmployerError::NotFound`] when it does not exist or lies outside the scope.
pub fn card(tx: &mut Tx, id: EmployerId) -> Result<Employer, EmployerError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::GET, args![district, id])?
        .ok_or(EmployerError::NotFound)?;
    let employer = employer_of(&row)?;
    if tx.actor().scope.covers(&employer.org_path) {
        Ok(employer)
    } else {
        Err(EmployerError::NotFound)
    }
}

/// The cards of some employers by id; those outside the scope are left out.
///
/// # Errors
/// The store failed.
pub fn cards(
    tx: &mut Tx,
    ids: &[EmployerId],
) -> Result<std::collections::HashMap<EmployerId, Employer>, EmployerError> {
    let (district, scope) = (*tx.district(), tx.actor().scope.clone());
    let mut found = std::collections::HashMap::with_capacity(ids.len());
    for some in ids.chunks(AMONG) {
        let query =
            Query::from(&sql::AMONG, args![district]).and_in(" AND e.id IN ", some.iter().copied());
        for row in &tx.all(&query, &[])? {
            let employer = employer_of(row)?;
            if scope.covers(&employer.org_path) {
                found.insert(employer.id, employer);
            }
        }
    }
    Ok(found)
}

/// Names of the employers within scope by id, for lists that go out.
///
/// # Errors
/// The store failed.
pub fn names_by_id(
    tx: &mut Tx,
) -> Result<std::collections::HashMap<EmployerId, String>, EmployerError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::ALL_NAMES, args![district, from, to])?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Employers by what people write in a cell: credit code, another office's code, or name (also a former one).
/// Within the caller's scope; more than one answer means the text is ambiguous.
///
/// # Errors
/// The store failed.
pub fn find(tx: &mut Tx, text: &str) -> Result<Vec<EmployerRef>, EmployerError> {
    let scope = tx.actor().scope.clone();
    let mut found = find_anywhere(tx, text)?;
    found.retain(|employer| scope.covers(&employer.org_path));
    Ok(found)
}

/// The one employer of the district that a text means, whoever asks; none where it fits none or several. Only its id is
/// told, so that two writings can be compared.
///
/// # Errors
/// The store failed.
pub fn only(tx: &mut Tx, text: &str) -> Result<Option<EmployerId>, EmployerError> {
    let found = find_anywhere(tx, text)?;
    Ok(match found.as_slice() {
        [one] => Some(one.id),
        _ => None,
    })
}

/// As [`find`], whatever the scope: so that an employer of another town is not entered twice.
pub(super) fn find_anywhere(tx: &mut Tx, text: &str) -> Result<Vec<EmployerRef>, EmployerError> {
    tx.across("one employer is entered once in a district", |tx| {
        look_up(tx, text)
    })
}

fn look_up(tx: &mut Tx, text: &str) -> Result<Vec<EmployerRef>, EmployerError> {
    let district = *tx.district();
    let code = kernel::text::compact_code(text);
    if CreditCode::parse(&code).is_ok() {
        let found = refs(&tx.all(&sql::BY_CREDIT, args![district, code])?)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    if !code.is_empty() && code.is_ascii() {
        let found = refs(&tx.all(&sql::BY_OTHER_CODE, args![district, code])?)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let core = rules(tx)?.core(text);
    by_core(tx, &core)
}

/// The name rules of today.
pub(super) fn rules(tx: &Tx) -> Result<&'static NameRules, EmployerError> {
    Ok(NameRules::at(*tx.district(), tx.today())?)
}

/// Employers whose registered or former name has this core, whatever the scope.
pub(super) fn by_core(tx: &mut Tx, core: &str) -> Result<Vec<EmployerRef>, EmployerError> {
    if core.is_empty() {
        return Ok(Vec::new());
    }
    let district = *tx.district();
    let found = refs(&tx.all(&sql::BY_CORE, args![district, core])?)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let mut former = refs(&tx.all(&sql::BY_FORMER_CORE, args![district, core])?)?;
    former.dedup();
    Ok(former)
}

/// The links of an employer to unions, open ones first.
///
/// # Errors
/// [`EmployerError::NotFound`] when the employer lies outside the scope.
pub fn edges(tx: &mut Tx, employer: EmployerId) -> Result<Vec<Edge>, EmployerError> {
    get(tx, employer)?;
    edges_anywhere(tx, employer)
}

/// As [`edges`], whatever the scope: one employer has one union of its own in the whole district.
pub(crate) fn edges_anywhere(
    tx: &mut Tx,
    employer: EmployerId,
) -> Result<Vec<Edge>, EmployerError> {
    let district = *tx.district();
    let rows = tx.all(&sql::EDGES_OF_EMPLOYER, args![district, employer])?;
    with_unions(tx, &rows)
}

/// The employers a union covers now, at most `limit`, with how many there are in all.
///
/// # Errors
/// The union lies outside the scope, or the store failed.
pub fn covered_by(
    tx: &mut Tx,
    org: OrgId,
    limit: usize,
) -> Result<(Vec<Edge>, i64), EmployerError> {
    orgs::get(tx, org)?;
    let district = *tx.district();
    let total = tx
        .one(&sql::COUNT_EDGES_OF_ORG, args![district, org])?
        .get(0)?;
    let rows = tx.all(&sql::EDGES_OF_ORG, args![district, org, limit])?;
    Ok((with_unions(tx, &rows)?, total))
}

/// Counts of employees over time, oldest first: day, count, source.
///
/// # Errors
/// [`EmployerError::NotFound`] when the employer lies outside the scope.
pub fn headcounts(
    tx: &mut Tx,
    employer: EmployerId,
) -> Result<Vec<(Date, i64, String)>, EmployerError> {
    get(tx, employer)?;
    let district = *tx.district();
    let rows = tx.all(&sql::HEADCOUNTS, args![district, employer])?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .collect()
}

/// Codes of other offices: stored kind and code.
///
/// # Errors
/// The store failed.
pub fn codes(tx: &mut Tx, employer: EmployerId) -> Result<Vec<(String, String)>, EmployerError> {
    let district = *tx.district();
    let rows = tx.all(&sql::CODES, args![district, employer])?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Former names and aliases.
///
/// # Errors
/// The store failed.
pub fn other_names(tx: &mut Tx, employer: EmployerId) -> Result<Vec<OtherName>, EmployerError> {
    let district = *tx.district();
    let rows = tx.all(&sql::NAMES, args![district, employer])?;
    let read = |row: &Row| {
        Ok(OtherName {
            name: row.get(0)?,
            kind: row.get(1)?,
            from_on: row.get(2)?,
            to_on: row.get(3)?,
        })
    };
    rows.iter().map(read).collect()
}

fn refs(rows: &[Row]) -> Result<Vec<EmployerRef>, EmployerError> {
    rows.iter().map(|row| Ok(ref_of(row)?)).collect()
}

pub(super) fn ref_of(row: &Row) -> Result<EmployerRef, StoreError> {
    Ok(EmployerRef {
        id: row.get(0)?,
        name: row.get(1)?,
        credit_code: row.get(2)?,
        org_path: row.get(3)?,
    })
}

pub(super) fn state_at(row: &Row, index: usize) -> Result<EmployerState, StoreError> {
    EmployerState::from_id(row.text(index)?).ok_or(StoreError::Column {
        index,
        wanted: "EmployerState",
    })
}

pub(super) fn employer_of(row: &Row) -> Result<Employer, StoreError> {
    Ok(Employer {
        id: row.get(0)?,
        credit_code: row.get(1)?,
        name: row.get(2)?,
        region_code: row.get(3)?,
        town: row.get(4)?,
        org_path: row.get(5)?,
        industry_code: row.get(6)?,
        economic_type: row.get(7)?,
        headcount: row.get(8)?,
        headcount_source: row.get(9)?,
        headcount_on: row.get(10)?,
        state: state_at(row, 11)?,
        opened_on: row.get(12)?,
        closed_on: row.get(13)?,
        address: row.get(14)?,
        created_at: row.get(15)?,
        version: row.get(16)?,
    })
}

pub(super) fn line_of(row: &Row) -> Result<EmployerLine, StoreError> {
    Ok(EmployerLine {
        employer: ref_of(row)?,
        town: row.get(4)?,
        industry_code: row.get(5)?,
        headcount: row.get(6)?,
        state: state_at(row, 7)?,
        union: None,
    })
}

/// Links with the names of their unions, whatever the scope: who covers an employer is no secret.
fn with_unions(tx: &mut Tx, rows: &[Row]) -> Result<Vec<Edge>, EmployerError> {
    let mut edges = rows.iter().map(edge_of).collect::<Result<Vec<_>, _>>()?;
    let unions = orgs::refs_of(tx, edges.iter().map(|edge| edge.org))?;
    for edge in &mut edges {
        if let Some(union) = unions.get(&edge.org) {
            edge.org_name.clone_from(&union.name);
        }
    }
    Ok(edges)
}

pub(super) fn edge_of(row: &Row) -> Result<Edge, StoreError> {
    Ok(Edge {
        id: row.get(0)?,
        org: row.get(1)?,
        org_name: String::new(),
        employer: row.get(2)?,
        employer_name: row.get(3)?,
        kind: EdgeKind::from_id(row.text(4)?).ok_or(StoreError::Column {
            index: 4,
            wanted: "EdgeKind",
        })?,
        from_on: row.get(5)?,
        to_on: row.get(6)?,
    })
}
