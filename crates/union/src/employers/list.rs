//! The list of employers and the two lists that live from the data.

use std::collections::BTreeMap;

use kernel::{Date, EmployerId, OrgId};
use store::{Key, Query, Tx, Value, args};

use super::model::{EdgeKind, EmployerLine, EmployerRef, EmployerState};
use super::naming::plain;
use super::{EmployerError, read, sql};
use crate::orgs;

/// Whether a union covers the employer today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered {
    /// Some union does.
    Yes,
    /// None does.
    No,
}

/// What a list of employers is narrowed to. Empty fields narrow nothing.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name, beginning of pinyin, or a whole code.
    pub text: String,
    /// Only what lies at or below this union; it must lie in the scope, or nothing is found.
    pub within: Option<kernel::OrgPath>,
    /// One town or zone.
    pub town: Option<OrgId>,
    /// Section letter or the beginning of an industry code.
    pub industry: String,
    /// One state.
    pub state: Option<EmployerState>,
    /// At least so many employees.
    pub headcount_from: Option<i64>,
    /// At most so many employees.
    pub headcount_to: Option<i64>,
    /// Covered today or not.
    pub covered: Option<Covered>,
}

/// Where a page of the list begins: behind this employer, in order of size and then of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct After {
    /// Employees of the last one seen.
    pub headcount: i64,
    /// The last one seen.
    pub id: EmployerId,
}

/// Employers within scope, the largest first, behind `after`.
///
/// # Errors
/// The store failed.
pub fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<EmployerLine>, EmployerError> {
    let after = after.map(|after| [after.headcount.into(), after.id.into()]);
    let order = [Key::Down("e.headcount"), Key::Up("e.id")];
    let query = narrowed(tx, &sql::LIST, args![], filter)?;
    let rows = tx.all(&query.paged(order, after, limit), args![])?;
    let mut lines = rows
        .iter()
        .map(read::line_of)
        .collect::<Result<Vec<_>, _>>()?;
    name_unions(tx, &mut lines)?;
    Ok(lines)
}

/// Employers within scope by what people type into a search box: a code or a whole name first, then every name that
/// has the text in it or whose pinyin begins with it, the largest first. The look-up of the list of employers, a page
/// of it at most.
///
/// # Errors
/// The store failed.
pub fn search(tx: &mut Tx, text: &str, limit: usize) -> Result<Vec<EmployerRef>, EmployerError> {
    let mut found = read::find(tx, text)?;
    if bare(&plain(text)).is_empty() || found.len() >= limit {
        found.truncate(limit);
        return Ok(found);
    }
    let filter = Filter {
        text: text.to_owned(),
        ..Filter::default()
    };
    for line in list(tx, &filter, None, limit)? {
        if found.len() < limit && found.iter().all(|one| one.id != line.employer.id) {
            found.push(line.employer);
        }
    }
    Ok(found)
}

/// As [`search`], page by page, and every employer when nothing is typed: so many behind `after`, and where the next page
/// begins; none at the end.
///
/// # Errors
/// The store failed.
pub fn page(
    tx: &mut Tx,
    text: &str,
    after: Option<After>,
    limit: usize,
) -> Result<(Vec<EmployerRef>, Option<After>), EmployerError> {
    let text = text.trim();
    let mut exact = match text.is_empty() {
        true => Vec::new(),
        false => read::find(tx, text)?,
    };
    exact.truncate(limit);
    let mut items = match after {
        None => exact.clone(),
        Some(_) => Vec::new(),
    };
    if !text.is_empty() && bare(&plain(text)).is_empty() {
        return Ok((items, None));
    }
    let filter = Filter {
        text: text.to_owned(),
        ..Filter::default()
    };
    // Those that fit exactly stood on the first page and are not told again.
    let mut last = after.unwrap_or(After {
        headcount: i64::MAX,
        id: EmployerId::from(uuid::Uuid::nil()),
    });
    for line in list(tx, &filter, after, limit + exact.len() + 1)? {
        let here = After {
            headcount: line.headcount,
            id: line.employer.id,
        };
        if exact.iter().all(|one| one.id != here.id) {
            if items.len() >= limit {
                return Ok((items, Some(last)));
            }
            items.push(line.employer);
        }
        last = here;
    }
    Ok((items, None))
}

/// How many employers the filter leaves within scope.
///
/// # Errors
/// The store failed.
pub fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, EmployerError> {
    let query = narrowed(tx, &sql::LIST_COUNT, args![], filter)?;
    Ok(tx.one(&query, args![])?.get(0)?)
}

/// How many employers the filter leaves within scope, and how many of them have at least `size` employees.
///
/// # Errors
/// The store failed.
pub fn count_larger(tx: &mut Tx, filter: &Filter, size: i64) -> Result<(i64, i64), EmployerError> {
    let query = narrowed(tx, &sql::LIST_SIZES, args![size], filter)?;
    let row = tx.one(&query, args![])?;
    Ok((row.get(0)?, row.get(1)?))
}

/// The filter's conditions; `more` is what `base` binds beside the district and the range of places.
fn narrowed(
    tx: &mut Tx,
    base: &store::Statement,
    more: &[Value],
    filter: &Filter,
) -> Result<Query, EmployerError> {
    let scope = match &filter.within {
        Some(path) => tx.actor().scope.narrowed(path),
        None => tx.actor().scope.clone(),
    };
    let (from, to) = scope.range();
    let bound = [args![tx.district(), from, to], more].concat();
    let mut query = Query::from(base, &bound)
        .and_opt(" AND e.town_org_id = ", filter.town)
        .and_opt(" AND e.state = ", filter.state.map(EmployerState::id))
        .and_opt(" AND e.headcount >= ", filter.headcount_from)
        .and_opt(" AND e.headcount <= ", filter.headcount_to);
    let industry = bare(&filter.industry).to_uppercase();
    if !industry.is_empty() {
        query = query.and(" AND e.industry_code LIKE ", format!("{industry}%"));
    }
    query = by_text(query, &filter.text);
    Ok(match filter.covered {
        Some(covered) => by_cover(query, covered, tx.today(), &orgs::suspended(tx)?),
        None => query,
    })
}

fn by_text(query: Query, text: &str) -> Query {
    let code = kernel::text::compact_code(text);
    let name = bare(&plain(text));
    if name.is_empty() {
        return query;
    }
    // The core of a name lacks place and form, so a part of the full name is looked for in the full name.
    let like = format!("%{}%", bare(kernel::text::trim(text)));
    // Pinyin is kept in small letters, and one of the databases tells them from capitals.
    let sound = name.to_ascii_lowercase();
    query
        .and(" AND (e.credit_code = ", code)
        .and(" OR e.name LIKE ", like)
        .and(" OR e.name_key LIKE ", format!("%{name}%"))
        .and(" OR e.py_init LIKE ", format!("{sound}%"))
        .and(" OR e.py_full LIKE ", format!("{sound}%"))
        .push(")")
}

/// A union that has paused covers nobody meanwhile.
fn by_cover(query: Query, covered: Covered, today: Date, suspended: &[OrgId]) -> Query {
    let query = match covered {
        Covered::Yes => query.push(" AND EXISTS"),
        Covered::No => query.push(" AND NOT EXISTS"),
    };
    let mut query = query
        .push(" (SELECT 1 FROM coverage_edge c WHERE c.district = e.district AND c.employer_id = e.id")
        .and(" AND c.from_on <= ", today)
        .and(" AND (c.to_on IS NULL OR c.to_on >= ", today)
        .push(")");
    if !suspended.is_empty() {
        query = query.and_in(" AND c.org_id NOT IN ", suspended.iter().copied());
    }
    query.push(")")
}

/// Without the two signs that mean something in `LIKE`.
fn bare(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|c| !matches!(c, '%' | '_'))
        .collect()
}

/// Name the union that covers each employer today; its own before a joint one before others.
fn name_unions(tx: &mut Tx, lines: &mut [EmployerLine]) -> Result<(), EmployerError> {
    let (district, today) = (*tx.district(), tx.today());
    let query = Query::from(&sql::EDGES_ON, args![district, today]).and_in(
        " AND employer_id IN ",
        lines.iter().map(|line| line.employer.id),
    );
    let mut best: BTreeMap<EmployerId, (EdgeKind, OrgId)> = BTreeMap::new();
    let suspended = orgs::suspended(tx)?;
    for row in tx.all(&query, args![])? {
        let (employer, org): (EmployerId, OrgId) = (row.get(0)?, row.get(1)?);
        if suspended.contains(&org) {
            continue;
        }
        let kind = EdgeKind::from_id(row.text(2)?).unwrap_or(EdgeKind::Regional);
        let entry = best.entry(employer).or_insert((kind, org));
        *entry = (*entry).min((kind, org));
    }
    let names = orgs::refs_of(tx, best.values().map(|(_, org)| *org))?;
    for line in lines {
        let union = best
            .get(&line.employer.id)
            .and_then(|(_, org)| names.get(org));
        line.union = union.map(|org| org.name.clone());
    }
    Ok(())
}
