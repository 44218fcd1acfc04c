//! Reading the tree: one union, its children, its trail, search.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CreditCode, OrgId, OrgPath};
use store::{Query, Row, StoreError, Tx, args};

use super::model::{HistoryKind, HistoryLine, LegalPerson, Org, OrgNode, OrgRef, OrgState};
use super::{OrgError, OrgKind, names, sql};

/// One union within the caller's scope.
///
/// # Errors
/// [`OrgError::NotFound`] when it does not exist or lies outside; the two are never told apart.
pub fn get(tx: &mut Tx, id: OrgId) -> Result<OrgRef, OrgError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::REF, args![district, id])?
        .ok_or(OrgError::NotFound)?;
    let org = ref_of(&row)?;
    if tx.actor().scope.covers(&org.path) {
        Ok(org)
    } else {
        Err(OrgError::NotFound)
    }
}

/// One union with everything on its card.
///
/// # Errors
/// [`OrgError::NotFound`] when it does not exist or lies outside the scope.
pub fn card(tx: &mut Tx, id: OrgId) -> Result<Org, OrgError> {
    let district = *tx.district();
    let row = tx
        .opt(&sql::GET, args![district, id])?
        .ok_or(OrgError::NotFound)?;
    let org = org_of(&row)?;
    if tx.actor().scope.covers(&org.path) {
        Ok(org)
    } else {
        Err(OrgError::NotFound)
    }
}

/// A union whatever the scope: for names of unions above one's own and for the flow between levels. Only the
/// name and place come out, which every member of the district may know.
///
/// # Errors
/// [`OrgError::NotFound`] when there is none.
pub fn named(tx: &mut Tx, id: OrgId) -> Result<OrgRef, OrgError> {
    let district = *tx.district();
    ref_of(
        &tx.opt(&sql::REF, args![district, id])?
            .ok_or(OrgError::NotFound)?,
    )
}

/// Living unions of some kinds below a place, whatever the scope: desks to which work can be handed by name.
///
/// # Errors
/// The store failed.
pub fn of_kinds<'a>(
    tx: &mut Tx,
    kinds: impl IntoIterator<Item = &'a str>,
    below: &OrgPath,
) -> Result<Vec<OrgRef>, OrgError> {
    let (from, to) = below.range();
    let query = Query::from(&sql::NAMES, args![*tx.district()])
        .and_in(" AND kind IN ", kinds)
        .and(" AND path >= ", from)
        .and(" AND path < ", to)
        .push(" AND state <> 'dissolved' ORDER BY path");
    let rows = tx.across("work is handed on to other desks by name", |tx| {
        tx.all(&query, &[])
    })?;
    rows.iter().map(ref_of).collect()
}

/// Short forms of many unions at once, whatever the scope: names for lists of other rooms.
///
/// # Errors
/// The store failed.
pub fn refs_of(
    tx: &mut Tx,
    ids: impl IntoIterator<Item = OrgId>,
) -> Result<BTreeMap<OrgId, OrgRef>, OrgError> {
    let wanted: BTreeSet<OrgId> = ids.into_iter().collect();
    let district = *tx.district();
    let mut found = BTreeMap::new();
    let wanted: Vec<OrgId> = wanted.into_iter().collect();
    for chunk in wanted.chunks(500) {
        let query =
            Query::from(&sql::NAMES, args![district]).and_in(" AND id IN ", chunk.iter().copied());
        for org in refs(&tx.all(&query, args![])?)? {
            found.insert(org.id, org);
        }
    }
    Ok(found)
}

/// The topmost union the caller sees: where the tree on the page begins. `None` with an empty scope.
///
/// # Errors
/// The store failed.
pub fn top(tx: &mut Tx) -> Result<Option<OrgRef>, OrgError> {
    let Some(path) = tx.actor().scope.path().cloned() else {
        return Ok(None);
    };
    // The whole district begins at its federation, the first child of nothing.
    let path = if path.depth() == 0 {
        root_path()?
    } else {
        path
    };
    let district = *tx.district();
    tx.opt(&sql::BY_PATH, args![district, path])?
        .as_ref()
        .map(ref_of)
        .transpose()
}

/// Place of the district federation.
pub(crate) fn root_path() -> Result<OrgPath, OrgError> {
    OrgPath::whole()
        .child(1)
        .map_err(|fault| OrgError::Definition(fault.to_string()))
}

/// Unions by what people write in a cell: credit code, full name or short name, in that order of trust. Only
/// within the caller's scope and only living ones; more than one answer means the text is ambiguous.
///
/// # Errors
/// The store failed.
pub fn find(tx: &mut Tx, text: &str) -> Result<Vec<OrgRef>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    if let Ok(code) = CreditCode::parse(text) {
        return refs(&tx.all(&sql::BY_CREDIT, args![district, code.as_str(), from, to])?);
    }
    let key = names::key(text);
    if key.is_empty() {
        return Ok(Vec::new());
    }
    let found = refs(&tx.all(&sql::BY_NAME, args![district, key, from, to])?)?;
    if !found.is_empty() {
        return Ok(found);
    }
    refs(&tx.all(
        &sql::BY_SHORT_NAME,
        args![district, kernel::text::trim(text), from, to],
    )?)
}

/// Names of all living unions within scope, to tell which one a misspelt name means.
///
/// # Errors
/// The store failed.
pub fn living_names(tx: &mut Tx) -> Result<Vec<String>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::LIVING_NAMES, args![district, from, to])?;
    rows.iter().map(|row| Ok(row.get(0)?)).collect()
}

/// Names of all unions of the district by id, for lists that go out. Names are no secret.
///
/// # Errors
/// The store failed.
pub fn names_by_id(tx: &mut Tx) -> Result<std::collections::HashMap<OrgId, String>, OrgError> {
    let district = *tx.district();
    let rows = tx.across("names of unions are no secret", |tx| {
        tx.all(&sql::ALL_NAMES, args![district])
    })?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Living unions whose name contains the text, or whose pinyin or initials begin with it, within scope.
///
/// # Errors
/// The store failed.
pub fn search(tx: &mut Tx, text: &str, limit: usize) -> Result<Vec<OrgNode>, OrgError> {
    let range = tx.actor().scope.range();
    search_between(tx, text, range, limit)
}

/// As [`search`], in the whole district: where a member is transferred to, or a worker wants to join. Names of
/// unions are no secret.
///
/// # Errors
/// The store failed.
pub fn search_district(tx: &mut Tx, text: &str, limit: usize) -> Result<Vec<OrgNode>, OrgError> {
    search_between(tx, text, OrgPath::whole().range(), limit)
}

/// Smallest text behind a path: a path followed by it stands behind the path itself and before everything below it.
const BEHIND: char = '!';

/// A page of [`search`], or of [`children`] of `under`: so many in the order of the tree behind the union `after`.
///
/// # Errors
/// [`OrgError::NotFound`] when `after` lies outside the scope. The store failed.
pub fn page(
    tx: &mut Tx,
    text: Option<&str>,
    under: Option<OrgId>,
    after: Option<OrgId>,
    limit: usize,
) -> Result<Vec<OrgNode>, OrgError> {
    let (mut from, to) = tx.actor().scope.range();
    if let Some(after) = after {
        from = format!("{}{BEHIND}", get(tx, after)?.path);
    }
    if let Some(text) = text {
        return search_between(tx, text, (from, to), limit);
    }
    let under = match under {
        Some(id) => Some(id),
        None => top(tx)?.map(|top| top.id),
    };
    let Some(under) = under else {
        return Ok(Vec::new());
    };
    let district = *tx.district();
    let mut found = nodes(&tx.all(&sql::CHILDREN, args![district, under, from, to])?)?;
    // The children of one union: some hundreds at most.
    found.truncate(limit);
    Ok(found)
}

fn search_between(
    tx: &mut Tx,
    text: &str,
    (from, to): (String, String),
    limit: usize,
) -> Result<Vec<OrgNode>, OrgError> {
    let key: String = names::key(text)
        .chars()
        .filter(|c| !matches!(c, '%' | '_'))
        .collect();
    if key.is_empty() {
        return Ok(Vec::new());
    }
    let district = *tx.district();
    let rows = tx.all(
        &sql::SEARCH,
        args![
            district,
            from,
            to,
            format!("%{key}%"),
            format!("{key}%"),
            limit
        ],
    )?;
    nodes(&rows)
}

/// One union as a node with its sums.
///
/// # Errors
/// [`OrgError::NotFound`] when it does not exist or lies outside the scope.
pub fn node(tx: &mut Tx, id: OrgId) -> Result<OrgNode, OrgError> {
    get(tx, id)?;
    let district = *tx.district();
    node_of(
        &tx.opt(&sql::NODE, args![district, id])?
            .ok_or(OrgError::NotFound)?,
    )
}

/// The living unions directly below one, within scope.
///
/// # Errors
/// The store failed.
pub fn children(tx: &mut Tx, parent: OrgId) -> Result<Vec<OrgNode>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    nodes(&tx.all(&sql::CHILDREN, args![district, parent, from, to])?)
}

/// The dissolved unions that hung directly below one, within scope.
///
/// # Errors
/// The store failed.
pub fn dissolved_children(tx: &mut Tx, parent: OrgId) -> Result<Vec<OrgNode>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    nodes(&tx.all(&sql::DISSOLVED_CHILDREN, args![district, parent, from, to])?)
}

/// The towns and zones within scope: the rows of every table "by town".
///
/// # Errors
/// The store failed.
pub fn towns(tx: &mut Tx) -> Result<Vec<OrgNode>, OrgError> {
    // Each town's members are summed over its subtree: read when something changed.
    tx.remember("orgs.towns", |tx| {
        let district = *tx.district();
        let (from, to) = tx.actor().scope.range();
        nodes(&tx.all(&sql::TOWNS, args![district, from, to])?)
    })
}

/// The unions at `path` and above it, from the district federation down: the trail on every page. Names of
/// unions above one's own scope are no secret.
///
/// # Errors
/// The store failed.
pub fn path_names(tx: &mut Tx, path: &OrgPath) -> Result<Vec<OrgRef>, OrgError> {
    let district = *tx.district();
    let query = Query::from(&sql::NAMES, args![district])
        .and_in(" AND path IN ", path.lineage().collect::<Vec<_>>())
        .push(" ORDER BY path");
    refs(&tx.all(&query, args![])?)
}

/// Unions that have paused, whatever the scope: they cover nobody meanwhile.
///
/// # Errors
/// The store failed.
pub fn suspended(tx: &mut Tx) -> Result<Vec<OrgId>, OrgError> {
    let district = *tx.district();
    tx.all(&sql::SUSPENDED, args![district])?
        .iter()
        .map(|row| Ok(row.get(0)?))
        .collect()
}

/// The town or zone at or above `path`, if any.
///
/// # Errors
/// The store failed.
pub fn town_of(tx: &mut Tx, path: &OrgPath) -> Result<Option<OrgRef>, OrgError> {
    Ok(path_names(tx, path)?
        .into_iter()
        .find(|org| org.kind.is_town()))
}

/// The deepest union of an area at or above `path`: where something belongs when its own union is gone.
///
/// # Errors
/// The store failed.
pub fn territory_of(tx: &mut Tx, path: &OrgPath) -> Result<Option<OrgRef>, OrgError> {
    Ok(path_names(tx, path)?
        .into_iter()
        .rev()
        .find(|org| org.kind.is_territorial()))
}

/// An industry federation with what it gathers (行业视图).
#[derive(Debug, Clone)]
pub struct Industry {
    /// The federation.
    pub org: OrgRef,
    /// Its short name.
    pub short_name: String,
    /// Its industry code, if stated.
    pub industry_code: Option<String>,
    /// Living unions that belong to it.
    pub unions: i64,
    /// Their members.
    pub members: i64,
}

/// The industry federations within scope.
///
/// # Errors
/// The store failed.
pub fn industries(tx: &mut Tx) -> Result<Vec<Industry>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::INDUSTRIES, args![district, from, to])?;
    let read = |row: &Row| {
        Ok(Industry {
            org: ref_of(row)?,
            short_name: row.get(4)?,
            industry_code: row.get(5)?,
            unions: row.get(6)?,
            members: row.get(7)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The unions an industry federation gathers, within scope, at most `limit`.
///
/// # Errors
/// The store failed.
pub fn industry_children(
    tx: &mut Tx,
    federation: OrgId,
    limit: usize,
) -> Result<Vec<OrgNode>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    nodes(&tx.all(
        &sql::INDUSTRY_CHILDREN,
        args![district, federation, from, to, limit],
    )?)
}

/// Basic unions and members by industry section letter (GB/T 4754: A–T; empty where none is stated).
///
/// # Errors
/// The store failed.
pub fn by_section(tx: &mut Tx) -> Result<Vec<(String, i64, i64)>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let rows = tx.all(&sql::BY_SECTION, args![district, from, to])?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .collect()
}

/// Basic unions of one section after the place `after`, within scope.
///
/// # Errors
/// The store failed.
pub fn of_section(
    tx: &mut Tx,
    section: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<OrgNode>, OrgError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    nodes(&tx.all(
        &sql::OF_SECTION,
        args![district, after, from, to, section, limit],
    )?)
}

/// The basic unions (基层工会) at work at or below a union, of any depth, after the place `after`, and how many there
/// are in all: the rows behind that figure.
///
/// # Errors
/// The union lies outside the scope, or the store failed.
pub fn basic_within(
    tx: &mut Tx,
    org: OrgId,
    after: &str,
    limit: usize,
) -> Result<(Vec<OrgNode>, i64), OrgError> {
    let (district, (from, to)) = (*tx.district(), get(tx, org)?.path.range());
    let count = tx
        .one(
            &sql::BASIC_COUNT,
            args![district, from.as_str(), to.as_str()],
        )?
        .get(0)?;
    let rows = tx.all(&sql::BASIC, args![district, after, from, to, limit])?;
    Ok((nodes(&rows)?, count))
}

/// What happened to a union, newest first.
///
/// # Errors
/// [`OrgError::NotFound`] when it lies outside the scope.
pub fn history(tx: &mut Tx, id: OrgId) -> Result<Vec<HistoryLine>, OrgError> {
    get(tx, id)?;
    let district = *tx.district();
    let rows = tx.all(&sql::HISTORY, args![district, id])?;
    rows.iter().map(history_of).collect()
}

fn history_of(row: &Row) -> Result<HistoryLine, OrgError> {
    Ok(HistoryLine {
        at: row.get(0)?,
        effective_on: row.get(1)?,
        title: HistoryKind::title_of(row.text(2)?),
        before: in_words(&row.get(3)?),
        after: in_words(&row.get(4)?),
        note: row.get(5)?,
        actor: row.get(6)?,
    })
}

/// `{"名称":"甲","上级":"乙"}` → `名称：甲；上级：乙`. History keeps its words so that it stays readable when
/// the unions it names are gone.
fn in_words(value: &serde_json::Value) -> String {
    let Some(object) = value.as_object() else {
        return String::new();
    };
    let words = object.iter().map(|(name, value)| match value.as_str() {
        Some(text) => format!("{name}：{text}"),
        None => format!("{name}：{value}"),
    });
    words.collect::<Vec<_>>().join("；")
}

fn refs(rows: &[Row]) -> Result<Vec<OrgRef>, OrgError> {
    rows.iter().map(ref_of).collect()
}

fn nodes(rows: &[Row]) -> Result<Vec<OrgNode>, OrgError> {
    rows.iter().map(node_of).collect()
}

pub(crate) fn kind_at(row: &Row, index: usize) -> Result<OrgKind, StoreError> {
    OrgKind::from_id(row.text(index)?).ok_or(StoreError::Column {
        index,
        wanted: "OrgKind",
    })
}

pub(crate) fn state_at(row: &Row, index: usize) -> Result<OrgState, StoreError> {
    OrgState::from_id(row.text(index)?).ok_or(StoreError::Column {
        index,
        wanted: "OrgState",
    })
}

pub(crate) fn ref_of(row: &Row) -> Result<OrgRef, OrgError> {
    Ok(OrgRef {
        id: row.get(0)?,
        path: row.get(1)?,
        name: row.get(2)?,
        kind: kind_at(row, 3)?,
    })
}

fn node_of(row: &Row) -> Result<OrgNode, OrgError> {
    Ok(OrgNode {
        org: ref_of(row)?,
        short_name: row.get(4)?,
        state: state_at(row, 5)?,
        member_count: row.get(6)?,
        members_within: row.get(7)?,
        children: row.get(8)?,
        gathered: row.get(9)?,
    })
}

fn org_of(row: &Row) -> Result<Org, OrgError> {
    Ok(Org {
        id: row.get(0)?,
        parent: row.get(1)?,
        path: row.get(2)?,
        kind: kind_at(row, 3)?,
        name: row.get(4)?,
        short_name: row.get(5)?,
        credit_code: row.get(6)?,
        region_code: row.get(7)?,
        industry_code: row.get(8)?,
        industry_parent: row.get(9)?,
        state: state_at(row, 10)?,
        founded_on: row.get(11)?,
        planned_end_on: row.get(12)?,
        ended_on: row.get(13)?,
        approval_no: row.get(14)?,
        legal_person: LegalPerson::from_id(row.text(15)?),
        address: row.get(16)?,
        member_count: row.get(17)?,
        created_at: row.get(18)?,
        version: row.get(19)?,
    })
}
