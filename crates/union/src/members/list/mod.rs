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
use super::{Groups, Member, MemberError, Status, sql};

/// A subtree of up to so many members is walked in its own order even when a name is searched.
const SMALL: usize = 2_000;
/// Largest page.
const LARGEST: usize = 200;
/// Rows a count looks at before it says "at least".
const LOOKED_AT: usize = 20_000;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// By the union tree.
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
    let edge = match page.after.or(page.before) {
        Some(id) => place_of(tx, id, order)?,
        None => None,
    };
    let query = ranged(tx, &sql::list::ROWS, filter, order);
    let query = beyond(query, order, edge.as_ref(), backwards);
    let query = filter.narrow(query, tx.today());
    let query = ordered(query, order, backwards).and(" LIMIT ", size + 1);
    let rows = tx.all(&query, &[])?;
    let more = rows.len() > size;
    let mut shown = rows
        .iter()
        .take(size)
        .map(|row| row_of(tx, row))
        .collect::<Result<Vec<_>, _>>()?;
    if backwards {
        shown.reverse();
    }
    let (first, last) = (
        shown.first().map(|row| row.id),
        shown.last().map(|row| row.id),
    );
    let (has_next, has_prev) = if backwards {
        (edge.is_some(), more)
    } else {
        (more, edge.is_some())
    };
    Ok(Listing {
        next: last.filter(|_| has_next),
        prev: first.filter(|_| has_prev),
        rows: shown,
    })
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

/// How many rows match, exactly as far as 20,000 records of the subtree reach; beyond that "at least". Never
/// counts further than `most`.
///
/// # Errors
/// The store failed.
pub fn count_up_to(tx: &mut Tx, filter: &Filter, most: usize) -> Result<Count, MemberError> {
    let order = order_for(tx, filter)?;
    let query = filter.narrow(ranged(tx, &sql::list::COUNT, filter, order), tx.today());
    let query = query.and(" LIMIT ", most + 1).push(") AS found");
    // Rare marks have indexes of their own, so a bounded number of matches is found quickly; for everything else
    // the subtree itself is the bound.
    let bounded = subtree_size(tx, filter, LOOKED_AT + 1)? <= LOOKED_AT || is_indexed(filter);
    if !bounded {
        return count_first(tx, filter, most);
    }
    let number: i64 = tx.one(&query, &[])?.get(0)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    Ok(Count {
        number: number.min(most),
        or_more: number > most,
    })
}

/// Whether an index holds just the rows asked for.
fn is_indexed(filter: &Filter) -> bool {
    !matches!(filter.search, Search::Nothing)
        || filter.real_name == Some(false)
        || matches!(
            filter.groups.as_slice(),
            [Group::Difficult] | [Group::ModelWorker]
        )
        || matches!(filter.standing, Standing::Only(status) if status != Status::Active)
        || filter.employer.is_some()
        || filter.batch.is_some()
}

/// Counts within the first rows of a large subtree, and says that there are more.
fn count_first(tx: &mut Tx, filter: &Filter, most: usize) -> Result<Count, MemberError> {
    let listed = Filter {
        search: Search::Nothing,
        ..filter.clone()
    };
    let (from, _) = bounds(tx, &listed);
    let district = *tx.district();
    let edge = tx.opt(
        &sql::list::EDGE,
        args![district, from, bounds(tx, &listed).1, LOOKED_AT],
    )?;
    let query = ranged(tx, &sql::list::COUNT, &listed, Order::Path);
    let query = match edge {
        Some(row) => query.and(" AND m.org_path <= ", row.get::<String>(0)?),
        None => query,
    };
    let query = listed
        .narrow(query, tx.today())
        .and(" LIMIT ", most + 1)
        .push(") AS found");
    let number: i64 = tx.one(&query, &[])?.get(0)?;
    Ok(Count {
        number: number.min(i64::try_from(most).unwrap_or(i64::MAX)),
        or_more: true,
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
    let whole = filter.within.is_none()
        && tx
            .actor()
            .scope
            .path()
            .is_some_and(|path| path.depth() <= 1);
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
    let query = match order {
        Order::Path => query
            .and(" AND m.org_path >= ", from)
            .and(" AND m.org_path < ", to),
        _ => query
            .and(" AND m.org_path || '' >= ", from)
            .and(" AND m.org_path || '' < ", to),
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

/// Every kind of paper, so that the unique index (kind, number) serves a search by number alone.
const PAPERS: &str = "('resident', 'hk_residence', 'mo_residence', 'tw_residence', 'hk_macau_permit', 'taiwan_permit', 'passport', 'foreign_permanent')";

/// Where a row stands in one order: the ordering column, its path, its id.
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
    let Some(edge) = edge else { return query };
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
        (Order::Path | Order::Number, false) => " ORDER BY m.org_path, m.id",
        (Order::Path | Order::Number, true) => " ORDER BY m.org_path DESC, m.id DESC",
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
