//! 会员名册: a page of members whose cost does not grow with the table.
//!
//! Without a search the page is read in the order of the union tree, starting behind the last row of the page
//! before (keyset). A search for a name, a sound or initials walks the index of that column instead, unless
//! the subtree is so small that walking it is cheaper. Counting is a separate question with a bound of its own.

mod filter;

pub use filter::{Filter, Group, Search, Standing};

use kernel::ids::{MemberId, OrgId};
use kernel::{Date, IdType, OrgPath, Sex};
use store::{Query, Row, StoreError, Tx, args};

use super::prepare::field;
use super::read::{mask_number, member_of, open};
use super::rules::Permit;
use super::{Change, Groups, Member, MemberError, Status, sql};
use crate::access::Capability;

/// A subtree of up to so many members is walked in its own order even when a name is searched.
const SMALL: usize = 2_000;
/// Largest page.
const LARGEST: usize = 200;
/// Rows a count looks at before it says "at least".
const LOOKED_AT: usize = 20_000;
/// Rows looked at for a page whose filters no index answers: first a few, then many, then no more.
const WINDOWS: [usize; 2] = [2_000, 20_000];

/// Which part of the list: the first page, or the one after or before a row that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Rows wanted, at most 200.
    pub size: usize,
    /// Behind this row.
    pub after: Option<MemberId>,
    /// In front of this row.
    pub before: Option<MemberId>,
}

impl Page {
    /// The first so many rows.
    pub fn first(size: usize) -> Self {
        Self {
            size,
            after: None,
            before: None,
        }
    }
}

/// One row of the list. The number is opened and masked for the rows shown only.
#[derive(Debug, Clone)]
pub struct MemberRow {
    /// Its id.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Kind of identity paper.
    pub id_type: IdType,
    /// Its number, masked.
    pub id_masked: String,
    /// Sex.
    pub sex: Sex,
    /// Date of birth.
    pub birth_on: Option<Date>,
    /// The union.
    pub org: OrgId,
    /// Its path.
    pub org_path: OrgPath,
    /// 工种
    pub job_title: Option<String>,
    /// Groups.
    pub groups: Groups,
    /// 实名
    pub real_name: bool,
    /// Where the member stands.
    pub status: Status,
    /// Joined on.
    pub joined_on: Date,
}

/// One page, and whether there is more on either side.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The rows.
    pub rows: Vec<MemberRow>,
    /// There are rows behind: ask for the page after this one.
    pub next: Option<MemberId>,
    /// There are rows in front: ask for the page before this one.
    pub prev: Option<MemberId>,
    /// The page is not full because so many records were looked at without a match; looking goes on behind this row.
    pub on: Option<MemberId>,
    /// How the rows follow one another.
    pub order: Order,
}

/// How many rows match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// So many.
    pub number: i64,
    /// Or more: the bound was reached.
    pub or_more: bool,
}

/// In which order a list is read, and so which index is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By the union tree.
    #[default]
    Path,
    /// By name.
    Name,
    /// By pinyin.
    Sound,
    /// By initials.
    Initials,
    /// One number: a handful of rows at most.
    Number,
}

/// A page of members within the scope.
///
/// # Errors
/// [`MemberError::Invalid`] for a part of a number; the store failed.
pub fn list(tx: &mut Tx, filter: &Filter, page: Page) -> Result<Listing, MemberError> {
    let order = order_for(tx, filter)?;
    let size = page.size.clamp(1, LARGEST);
    let backwards = page.before.is_some() && page.after.is_none();
    let start = match page.after.or(page.before) {
        Some(id) => place_of(tx, id, order)?,
        None => None,
    };
    let mut ask = Ask {
        filter,
        order,
        backwards,
        start: start.clone(),
        end: None,
        limit: size + 1,
    };
    let mut rows = Vec::new();
    let mut scanned_to = None;
    // Filters that no index answers are looked for in windows of growing size, so that a page without matches
    // costs the same in a district of any size; the reader may go on from where the last window ended.
    let windows: &[usize] = if order == Order::Path && filter.needs_scan() {
        &WINDOWS
    } else {
        &[usize::MAX]
    };
    for window in windows {
        ask.end = if *window == usize::MAX {
            None
        } else {
            edge_after(tx, &ask, *window)?
        };
        rows.extend(rows_of(tx, &ask)?);
        ask.limit = (size + 1).saturating_sub(rows.len());
        if ask.limit == 0 || ask.end.is_none() {
            scanned_to = None;
            break;
        }
        scanned_to = ask.end.as_ref().map(|edge| edge.id);
        ask.start = ask.end.take();
    }
    let more = rows.len() > size;
    rows.truncate(size);
    if backwards {
        rows.reverse();
    }
    let (first, last) = (
        rows.first().map(|row| row.id),
        rows.last().map(|row| row.id),
    );
    let on = if more { None } else { scanned_to };
    let (mut next, mut prev) = (last.filter(|_| more), first.filter(|_| start.is_some()));
    if backwards {
        (next, prev) = (last.filter(|_| start.is_some()), first.filter(|_| more));
    }
    Ok(Listing {
        next,
        prev,
        on,
        rows,
        order,
    })
}

/// One question about a part of the list.
struct Ask<'f> {
    filter: &'f Filter,
    order: Order,
    backwards: bool,
    /// Behind (or in front of) this row.
    start: Option<Edge>,
    /// No further than this row.
    end: Option<Edge>,
    limit: usize,
}

fn rows_of(tx: &mut Tx, ask: &Ask<'_>) -> Result<Vec<MemberRow>, MemberError> {
    let query = ranged(tx, &sql::list::ROWS, ask.filter, ask.order);
    let query = beyond(query, ask.order, ask.start.as_ref(), ask.backwards);
    let query = within(query, ask.end.as_ref(), ask.backwards);
    let query = ask.filter.narrow(query, tx.today());
    let query = ordered(query, ask.order, ask.backwards).and(" LIMIT ", ask.limit);
    let rows = tx.all(&query, &[])?;
    rows.iter().map(|row| row_of(tx, row)).collect()
}

/// The row so many places behind (or in front of) the start in the order of the tree, read from the index alone.
fn edge_after(tx: &mut Tx, ask: &Ask<'_>, window: usize) -> Result<Option<Edge>, MemberError> {
    let query = ranged(
        tx,
        &sql::list::EDGE,
        &Filter {
            search: Search::Nothing,
            ..ask.filter.clone()
        },
        Order::Path,
    );
    let query = beyond(query, Order::Path, ask.start.as_ref(), ask.backwards);
    let query = ordered(query, Order::Path, ask.backwards)
        .push(" LIMIT 1")
        .and(" OFFSET ", window);
    let row = tx.opt(&query, &[])?;
    Ok(row
        .map(|row| {
            Ok::<_, StoreError>(Edge {
                key: None,
                path: row.get(0)?,
                id: row.get(1)?,
            })
        })
        .transpose()?)
}

/// Only rows up to the end of the window.
fn within(query: Query, end: Option<&Edge>, backwards: bool) -> Query {
    let Some(edge) = end else { return query };
    let text = if backwards {
        " AND (m.org_path, m.id) >= ("
    } else {
        " AND (m.org_path, m.id) <= ("
    };
    query
        .push(text)
        .bind(edge.path.as_str())
        .push(", ")
        .bind(edge.id)
        .push(")")
}

/// Every matching record, whole and masked, in the order of the tree; any number of them in constant memory.
///
/// # Errors
/// What `f` or the store says.
pub fn each<E: From<StoreError> + From<MemberError>>(
    tx: &mut Tx,
    filter: &Filter,
    mut f: impl FnMut(&Member) -> Result<(), E>,
) -> Result<(), E> {
    let order = order_for(tx, filter)?;
    let query = filter.narrow(ranged(tx, &sql::list::WHOLE, filter, order), tx.today());
    let query = ordered(query, order, false);
    let vault = tx.vault();
    tx.each(&query, &[], |row| f(&member_of(vault, row)?))
}

/// The personal numbers of one record in clear.
#[derive(Clone, Default)]
pub struct Clear {
    /// 证件号码
    pub id_number: String,
    /// 手机号码
    pub phone: String,
    /// 银行卡号
    pub bank_card: String,
}

/// As [`each`], with the numbers in clear. Whoever calls it enters each record in the log with the reason
/// ([`super::note_taken_out`]) before anybody sees the list.
///
/// # Errors
/// [`MemberError::Forbidden`] without the capability; what `f` or the store says.
pub fn each_clear<E: From<StoreError> + From<MemberError>>(
    tx: &mut Tx,
    permit: &Permit,
    filter: &Filter,
    mut f: impl FnMut(&Member, &Clear) -> Result<(), E>,
) -> Result<(), E> {
    permit.require(Capability::MembersReveal)?;
    let order = order_for(tx, filter)?;
    let query = filter.narrow(ranged(tx, &sql::list::WHOLE, filter, order), tx.today());
    let query = ordered(query, order, false);
    let vault = tx.vault();
    tx.each(&query, &[], |row| {
        let member = member_of(vault, row)?;
        let number = |name: &str, at: usize| open(vault, name, member.id, row.bytes(at)?);
        let clear = Clear {
            id_number: number(field::ID, 8)?.unwrap_or_default(),
            phone: number(field::PHONE, 9)?.unwrap_or_default(),
            bank_card: number(field::BANK, 10)?.unwrap_or_default(),
        };
        f(&member, &clear)
    })
}

/// How many rows match, exactly as far as 20,000 records of the subtree reach; beyond that "at least". Never
/// counts further than `most`.
///
/// # Errors
/// The store failed.
pub fn count_up_to(tx: &mut Tx, filter: &Filter, most: usize) -> Result<Count, MemberError> {
    let order = order_for(tx, filter)?;
    let mut ask = Ask {
        filter,
        order,
        backwards: false,
        start: None,
        end: None,
        limit: most + 1,
    };
    if order == Order::Path && filter.needs_scan() {
        ask.end = edge_after(tx, &ask, LOOKED_AT)?;
    }
    let query = ranged(tx, &sql::list::COUNT, filter, order);
    let query = filter.narrow(within(query, ask.end.as_ref(), false), tx.today());
    let query = query.and(" LIMIT ", ask.limit).push(") AS found");
    let number: i64 = tx.one(&query, &[])?.get(0)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    Ok(Count {
        number: number.min(most),
        or_more: number > most || ask.end.is_some(),
    })
}

/// The half-open range of paths: the subtree asked for, never beyond the scope.
fn bounds(tx: &Tx, filter: &Filter) -> (String, String) {
    let scope = &tx.actor().scope;
    match &filter.within {
        Some(path) => scope.narrowed(path).range(),
        None => scope.range(),
    }
}

fn subtree_size(tx: &mut Tx, filter: &Filter, most: usize) -> Result<usize, MemberError> {
    let district = *tx.district();
    let (from, to) = bounds(tx, filter);
    let size: i64 = tx
        .one(&sql::list::SIZE, args![district, from, to, most])?
        .get(0)?;
    Ok(usize::try_from(size).unwrap_or(usize::MAX))
}

fn order_for(tx: &mut Tx, filter: &Filter) -> Result<Order, MemberError> {
    let by_index = match &filter.search {
        Search::Nothing => return Ok(Order::Path),
        Search::Paper(_) | Search::Phone(_) => return Ok(Order::Number),
        Search::PartOfNumber => {
            let message =
                "证件号码和手机号码须输入完整号码；也可按姓名、全拼或首字母查找".to_owned();
            return Err(MemberError::Invalid {
                field: "q",
                message,
            });
        }
        Search::Name(_) => Order::Name,
        Search::Letters(letters) => return letters_order(tx, filter, letters),
    };
    let whole = filter.within.is_none() && tx.actor().scope.is_district();
    let small = !whole && subtree_size(tx, filter, SMALL + 1)? <= SMALL;
    Ok(if small { Order::Path } else { by_index })
}

/// Letters can be a sound or initials. With a vowel in them they are a sound, if anybody has such a name.
fn letters_order(tx: &mut Tx, filter: &Filter, letters: &str) -> Result<Order, MemberError> {
    if !letters.contains(['a', 'e', 'i', 'o', 'u', 'v']) {
        return Ok(Order::Initials);
    }
    let district = *tx.district();
    let (from, to) = bounds(tx, filter);
    let found = tx.opt(
        &sql::list::SOUNDS,
        args![district, letters, up_to(letters), from, to],
    )?;
    Ok(if found.is_some() {
        Order::Sound
    } else {
        Order::Initials
    })
}

/// End of the half-open range of texts that begin with `text`.
fn up_to(text: &str) -> String {
    format!("{text}\u{10FFFF}")
}

/// The base with its range of paths and its range of the searched column.
fn ranged(tx: &Tx, base: &'static store::Statement, filter: &Filter, order: Order) -> Query {
    let district = *tx.district();
    let (from, to) = bounds(tx, filter);
    let query = Query::from(base, args![district]);
    let query = match (order, filter.entered) {
        (Order::Path, None) => query
            .and(" AND m.org_path >= ", from.as_str())
            .and(" AND m.org_path < ", to.as_str()),
        _ => query
            .and(" AND m.org_path || '' >= ", from.as_str())
            .and(" AND m.org_path || '' < ", to.as_str()),
    };
    let query = match filter.entered {
        Some(days) => entered(query, district, (from, to), days),
        None => query,
    };
    match (&filter.search, order) {
        (Search::Name(key), Order::Path) => query
            .and(" AND m.name_key || '' >= ", key.as_str())
            .and(" AND m.name_key || '' < ", up_to(key)),
        (Search::Name(key), _) => query
            .and(" AND m.name_key >= ", key.as_str())
            .and(" AND m.name_key < ", up_to(key)),
        (Search::Letters(key), Order::Initials) => query
            .and(" AND m.py_init >= ", key.as_str())
            .and(" AND m.py_init < ", up_to(key)),
        (Search::Letters(key), _) => query
            .and(" AND m.py_full >= ", key.as_str())
            .and(" AND m.py_full < ", up_to(key)),
        (Search::Paper(index), _) => query
            .push(" AND m.id_type IN ")
            .push(PAPERS)
            .and(" AND m.id_index = ", index.as_slice()),
        (Search::Phone(index), _) => query.and(" AND m.phone_index = ", index.as_slice()),
        (Search::Nothing | Search::PartOfNumber, _) => query,
    }
}

/// Only those whose membership in the range of places began by joining within these days: found by the periods of
/// the range, which hold the days in their index.
fn entered(
    query: Query,
    district: kernel::DistrictCode,
    (from, to): (String, String),
    (first, last): (Date, Date),
) -> Query {
    query
        .and(
            " AND m.id IN (SELECT p.member_id FROM membership p WHERE p.district = ",
            district,
        )
        .and(" AND p.org_path >= ", from)
        .and(" AND p.org_path < ", to)
        .and(" AND p.from_on >= ", first)
        .and(" AND p.from_on <= ", last)
        .and(" AND p.change_in = ", Change::Join.code())
        .push(")")
}

/// Every kind of paper, so that the unique index (kind, number) serves a search by number alone.
const PAPERS: &str = "('resident', 'hk_residence', 'mo_residence', 'tw_residence', 'hk_macau_permit', 'taiwan_permit', 'passport', 'foreign_permanent')";

/// Where a row stands in one order: the ordering column, its path, its id.
#[derive(Clone)]
struct Edge {
    key: Option<String>,
    path: String,
    id: MemberId,
}

fn place_of(tx: &mut Tx, id: MemberId, order: Order) -> Result<Option<Edge>, MemberError> {
    let district = *tx.district();
    let Some(row) = tx.opt(&sql::list::PLACE, args![district, id])? else {
        return Ok(None);
    };
    let key = match order {
        Order::Path | Order::Number => None,
        Order::Name => Some(row.get(1)?),
        Order::Sound => Some(row.get(2)?),
        Order::Initials => Some(row.get(3)?),
    };
    Ok(Some(Edge {
        key,
        path: row.get(0)?,
        id,
    }))
}

/// Only rows behind (or in front of) the edge, by comparing whole tuples in the order of the list.
fn beyond(query: Query, order: Order, edge: Option<&Edge>, backwards: bool) -> Query {
    let Some(edge) = edge.filter(|_| order != Order::Number) else {
        return query;
    };
    let query = match (order, backwards) {
        (Order::Path | Order::Number, false) => query.push(" AND (m.org_path, m.id) > ("),
        (Order::Path | Order::Number, true) => query.push(" AND (m.org_path, m.id) < ("),
        (Order::Name, false) => query.push(" AND (m.name_key, m.org_path, m.id) > ("),
        (Order::Name, true) => query.push(" AND (m.name_key, m.org_path, m.id) < ("),
        (Order::Sound, false) => query.push(" AND (m.py_full, m.org_path, m.id) > ("),
        (Order::Sound, true) => query.push(" AND (m.py_full, m.org_path, m.id) < ("),
        (Order::Initials, false) => query.push(" AND (m.py_init, m.org_path, m.id) > ("),
        (Order::Initials, true) => query.push(" AND (m.py_init, m.org_path, m.id) < ("),
    };
    let query = match &edge.key {
        Some(key) => query.bind(key.as_str()).push(", "),
        None => query,
    };
    query
        .bind(edge.path.as_str())
        .push(", ")
        .bind(edge.id)
        .push(")")
}

fn ordered(query: Query, order: Order, backwards: bool) -> Query {
    query.push(match (order, backwards) {
        // A handful of rows; an order no index has, so that the number's own index is walked.
        (Order::Number, _) => " ORDER BY m.created_at",
        (Order::Path, false) => " ORDER BY m.org_path, m.id",
        (Order::Path, true) => " ORDER BY m.org_path DESC, m.id DESC",
        (Order::Name, false) => " ORDER BY m.name_key, m.org_path, m.id",
        (Order::Name, true) => " ORDER BY m.name_key DESC, m.org_path DESC, m.id DESC",
        (Order::Sound, false) => " ORDER BY m.py_full, m.org_path, m.id",
        (Order::Sound, true) => " ORDER BY m.py_full DESC, m.org_path DESC, m.id DESC",
        (Order::Initials, false) => " ORDER BY m.py_init, m.org_path, m.id",
        (Order::Initials, true) => " ORDER BY m.py_init DESC, m.org_path DESC, m.id DESC",
    })
}

fn row_of(tx: &Tx, row: &Row) -> Result<MemberRow, MemberError> {
    let id: MemberId = row.get(0)?;
    let id_type = IdType::from_code(row.text(2)?).ok_or(StoreError::Column {
        index: 2,
        wanted: "id_type",
    })?;
    let number = open(tx.vault(), field::ID, id, row.bytes(3)?)?.unwrap_or_default();
    Ok(MemberRow {
        id,
        name: row.get(1)?,
        id_type,
        id_masked: mask_number(id_type, &number),
        sex: Sex::from_code(row.get(4)?).unwrap_or(Sex::Unknown),
        birth_on: row.get(5)?,
        org: row.get(6)?,
        org_path: row.get(7)?,
        job_title: row.get(8)?,
        groups: Groups {
            migrant: row.get(9)?,
            new_form: row.get(10)?,
            difficult: row.get(11)?,
            model_worker: row.get(12)?,
            mutual_aid: row.get(13)?,
        },
        real_name: row.get(14)?,
        status: Status::from_code(row.text(15)?).ok_or(StoreError::Column {
            index: 15,
            wanted: "status",
        })?,
        joined_on: row.get(16)?,
    })
}
