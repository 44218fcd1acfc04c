//! 权限矩阵 the matrix of roles over HTTP: what a role's definition withholds is refused on every route, what it grants
//! is answered and shows the rows of its own part of the tree. A server that refuses everything fails here, and so does
//! one that lets a leader write.
//!
//! Both sides come from elsewhere: the routes from the program's register, what a role may do from its definition.
#![allow(clippy::indexing_slicing, reason = "what is looked up was found there")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::http::Method;
use union::access::{Capability, Role, Roles};
use web::shell::{Need, RouteInfo, Routes, all_routes};

use super::common::{Browser, Page, Place, Server, plain_rows, texts};
use super::named::NOBODY;
use super::{OWN_SESSION, TABLES, address, ask, foreign_form, foreign_to, path_of};

/// An account for each role of the definition; the first sees the whole district and most of what there is.
const LOGINS: [&str; 10] = [
    "quzong", "lingdao", "zhenjie", "cunshe", "qiye", "zhigong", "lvshi", "xitong", "anquan",
    "shenji",
];
/// Pages that a capability opens and a further rule may close: what they list is not for every post that comes so far,
/// or they must be told which rows are meant.
const CLOSED_FURTHER: [&str; 5] = [
    "/exports/cases",
    "/exports/warnings",
    "/cases/figures/rows",
    "/cases/retention",
    "/helpers",
];
/// Lists of the work that waits at the post itself: another post waits for other work.
const OWN_WORK: [&str; 4] = ["/cases", "/workbench", "/transfers", "/api/transfers"];
/// Pairs of members: who sees only one of the two is shown neither, and the union above both decides.
const PAIRS: [&str; 2] = ["/duplicates", "/api/duplicates"];
/// What a capability lets a post see listed.
const LISTED: [(Capability, &str); 4] = [
    (Capability::EmployersRead, "employer"),
    (Capability::MembersRead, "member"),
    (Capability::CasesRead, "case_file"),
    (Capability::WarningRead, "alert"),
];
/// Records of each table that a post asks for by name.
const OF_EACH: usize = 2;

/// Somebody at work.
struct Desk<'r> {
    login: &'static str,
    role: &'r Role,
    /// Whether the person is a member too.
    member: bool,
    /// The part of the tree the post sees.
    sees: Option<String>,
    browser: Browser,
}

impl<'r> Desk<'r> {
    fn of(login: &'static str, roles: &'r Roles, database: &Path, server: &Server) -> Self {
        let ask = |what: &str| {
            let sql = format!(
                "SELECT {what} FROM account a JOIN post p ON p.account_id = a.id WHERE a.login = '{login}'"
            );
            texts(database, &sql).remove(0)
        };
        let role = roles.get(&ask("p.role")).unwrap();
        let browser = server.browser();
        browser.sign_in(login);
        let sees = path_of(database, login).filter(|_| role.level.sees_tree());
        let member = ask("CASE WHEN a.member_id IS NULL THEN '' ELSE 'yes' END");
        Self {
            login,
            role,
            member: !member.is_empty(),
            sees,
            browser,
        }
    }

    /// Whether the route asks for something of a post, not only for somebody.
    fn for_posts(info: &RouteInfo) -> bool {
        !matches!(info.need, Need::Public | Need::CodeDue | Need::SignedIn)
    }

    /// Whether the definition of the role opens this route.
    fn holds(&self, info: &RouteInfo) -> bool {
        let has = |capability| self.role.capabilities.has(capability);
        match info.need {
            Need::Public | Need::CodeDue | Need::SignedIn => true,
            Need::Cap(capability) => has(capability),
            Need::Either(one, other) => has(one) || has(other),
            Need::Member => self.member,
        }
    }

    fn covers(&self, path: &str) -> bool {
        self.sees
            .as_ref()
            .is_some_and(|own| path.starts_with(own.as_str()))
    }

    fn says(&self, info: &RouteInfo, path: &str, page: &Page, what: &str) -> String {
        let Self { login, role, .. } = self;
        let (id, method) = (&role.id, &info.method);
        format!(
            "{login} ({id}): {method} {path}: {}, but {what}",
            page.status
        )
    }
}

/// The routes to ask, by method.
fn routes_of(routes: &Routes, reading: bool) -> impl Iterator<Item = &RouteInfo> {
    let asked = routes.infos().iter();
    asked.filter(move |info| {
        (info.method == Method::GET) == reading && !OWN_SESSION.contains(&info.path)
    })
}

/// The records of the tree by what their addresses call them, each with its place.
fn records(database: &Path) -> BTreeMap<String, (&'static str, String)> {
    let mut found = BTreeMap::new();
    for (table, column) in TABLES.iter().filter(|(table, _)| *table != "org") {
        let known_by = if *table == "alert" { "no" } else { "id" };
        let all = |what: &str| texts(database, &format!("SELECT {what} FROM {table} ORDER BY id"));
        let placed = all(known_by).into_iter().zip(all(column));
        found.extend(placed.map(|(id, path)| (id, (*table, path))));
    }
    found
}

/// The records an answer shows.
fn shown<'r, R>(page: &Page, records: &'r BTreeMap<String, R>) -> BTreeSet<&'r str> {
    let words = page
        .body
        .split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '-');
    words
        .filter_map(|word| records.get_key_value(word))
        .map(|(id, _)| id.as_str())
        .collect()
}

/// What the definition withholds is refused before anything else is looked at.
fn closed(desk: &Desk<'_>, routes: &Routes, faults: &mut Vec<String>) -> usize {
    let form = foreign_form(&super::Foreign::default());
    let every = [true, false]
        .into_iter()
        .flat_map(|reading| routes_of(routes, reading));
    let closed: Vec<_> = every.filter(|info| !desk.holds(info)).collect();
    for info in &closed {
        let path = address(info, NOBODY);
        let page = ask(&desk.browser, info, &path, &form);
        if page.status != 403 {
            faults.push(desk.says(info, &path, &page, "its role does not hold that"));
        }
    }
    closed.len()
}

/// What the definition grants is answered; lists show the same rows as the district's, as far as the post sees.
fn open(
    desks: &[Desk<'_>],
    routes: &Routes,
    records: &BTreeMap<String, (&'static str, String)>,
    faults: &mut Vec<String>,
) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut lists: BTreeMap<&'static str, BTreeSet<&'static str>> = BTreeMap::new();
    let pages = routes_of(routes, true).filter(|info| Desk::for_posts(info));
    for info in pages.filter(|info| !info.path.contains('{')) {
        let mut whole = BTreeSet::new();
        for desk in desks.iter().filter(|desk| desk.holds(info)) {
            let page = ask(&desk.browser, info, info.path, &[]);
            let further = CLOSED_FURTHER.contains(&info.path);
            if page.status != 200 && !(further && matches!(page.status, 403 | 404)) {
                faults.push(desk.says(info, info.path, &page, "its role holds that"));
            }
            let rows = shown(&page, records);
            let own_way = OWN_WORK.contains(&info.path) || PAIRS.contains(&info.path);
            if desk.login == LOGINS[0] && !own_way {
                whole.clone_from(&rows);
                // A committee's id stands where something can be done to it, not where it is listed.
                whole.retain(|id| records[*id].0 != "committee");
            }
            let own = |id: &&&str| desk.covers(&records[**id].1);
            if let Some(missing) = whole.iter().filter(own).find(|id| !rows.contains(**id)) {
                let (table, _) = records[*missing];
                faults.push(desk.says(
                    info,
                    info.path,
                    &page,
                    &format!("a {table} of its own is missing"),
                ));
            }
            for id in rows.iter().filter(own) {
                lists.entry(desk.login).or_default().insert(records[*id].0);
            }
        }
    }
    lists
}

/// Some records of each table within what each of these posts sees.
fn some_of_each<'r>(
    desks: &[Desk<'_>],
    records: &'r BTreeMap<String, (&'static str, String)>,
) -> Vec<&'r str> {
    let mut asked: BTreeSet<&str> = BTreeSet::new();
    for desk in desks.iter().filter(|desk| desk.sees.is_some()) {
        for (table, _) in TABLES {
            let own = records
                .iter()
                .filter(|(_, (of, path))| *of == table && desk.covers(path));
            asked.extend(own.map(|(id, _)| id.as_str()).take(OF_EACH));
        }
    }
    asked.into_iter().collect()
}

/// A record that the district's officer can open, every post that sees its place and holds the capability opens too.
fn own_records(
    desks: &[Desk<'_>],
    routes: &Routes,
    records: &BTreeMap<String, (&'static str, String)>,
    asked: &[&str],
    faults: &mut Vec<String>,
) -> usize {
    let (first, others) = desks.split_first().unwrap();
    let mut opened = 0;
    for info in routes_of(routes, true).filter(|info| info.path.contains('{') && first.holds(info))
    {
        for id in asked {
            let path = address(info, id);
            if ask(&first.browser, info, &path, &[]).status != 200 {
                continue;
            }
            let covering = |desk: &&Desk<'_>| desk.holds(info) && desk.covers(&records[*id].1);
            for desk in others.iter().filter(covering) {
                let page = ask(&desk.browser, info, &path, &[]);
                opened += 1;
                if page.status != 200 {
                    faults.push(desk.says(info, &path, &page, "the record is its own"));
                }
            }
        }
    }
    opened
}

/// A leader reads: no write but those to the own desk is done, whatever record it names, and no row changes. Most are
/// refused for the role (see [`closed`]); where seeing a union opens the way to its steps, each step refuses.
fn leader_writes(
    desk: &Desk<'_>,
    routes: &Routes,
    database: &Path,
    asked: &[&str],
    faults: &mut Vec<String>,
) -> usize {
    assert_eq!(desk.role.id, "leader");
    let rows = || -> BTreeSet<String> {
        let own = ["audit_", "session|", "idempotency|"];
        let rows = plain_rows(database).into_iter();
        rows.filter(|row| !own.iter().any(|table| row.starts_with(table)))
            .collect()
    };
    let form = foreign_form(&foreign_to(database, None));
    let before = rows();
    let mut tried = 0;
    for info in routes_of(routes, false).filter(|info| Desk::for_posts(info)) {
        let mut paths: BTreeSet<String> = [address(info, NOBODY)].into();
        paths.extend(asked.iter().map(|id| address(info, id)));
        for path in paths {
            let page = ask(&desk.browser, info, &path, &form);
            tried += 1;
            if !(400..500).contains(&page.status) {
                faults.push(desk.says(info, &path, &page, "a leader only reads"));
            }
        }
    }
    let changed: Vec<_> = before
        .symmetric_difference(&rows())
        .take(5)
        .cloned()
        .collect();
    assert!(changed.is_empty(), "the leader changed rows: {changed:#?}");
    tried
}

/// Posts of the district and of towns find every sort of record on some list, smaller ones what they surely have.
fn list_something(
    desks: &[Desk<'_>],
    lists: &BTreeMap<&'static str, BTreeSet<&'static str>>,
    faults: &mut Vec<String>,
) {
    for desk in desks {
        let Some(sees) = &desk.sees else { continue };
        for (capability, table) in LISTED {
            // Not every village has an alert that is open.
            let sure = table != "alert" || sees.len() <= 8;
            let listed = lists.get(desk.login).is_some_and(|of| of.contains(table));
            if sure && desk.role.capabilities.has(capability) && !listed {
                faults.push(format!("{}: no list shows any {table}", desk.login));
            }
        }
    }
}

#[test]
fn every_role_is_refused_what_it_lacks_and_answered_what_it_holds() {
    let place = Place::demo("1500", "500");
    let database = place.database();
    let server = place.serve_pages_only();
    let roles = Roles::parse(include_str!("../../../../definitions/roles/roles.toml")).unwrap();
    let desks = LOGINS.map(|login| Desk::of(login, &roles, &database, &server));
    let played: BTreeSet<&str> = desks.iter().map(|desk| desk.role.id.as_str()).collect();
    let defined: BTreeSet<&str> = roles.iter().map(|role| role.id.as_str()).collect();
    assert_eq!(played, defined, "a role that nobody plays");
    let routes = all_routes();
    let records = records(&database);
    let mut faults = Vec::new();
    let shut: Vec<usize> = desks
        .iter()
        .map(|desk| closed(desk, &routes, &mut faults))
        .collect();
    let lists = open(&desks, &routes, &records, &mut faults);
    list_something(&desks, &lists, &mut faults);
    let asked = some_of_each(&desks, &records);
    let opened = own_records(&desks, &routes, &records, &asked, &mut faults);
    let at_hand = some_of_each(&desks[1..2], &records);
    let tried = leader_writes(&desks[1], &routes, &database, &at_hand, &mut faults);
    println!(
        "refused by role {shut:?}; lists show {lists:#?}; {opened} own records opened; {tried} writes of a leader"
    );
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(
        opened > 100 && tried > 500,
        "almost nothing was asked: {opened} own records, {tried} writes of a leader"
    );
}
