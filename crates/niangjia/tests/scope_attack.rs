//! The scope attack matrix: every registered route × every post × records within and without its scope, over HTTP.
//!
//! Nothing that exists only in a foreign town may appear in an answer, no route opens without its capability, and no
//! write reaches a foreign record. The list of routes is the program's own register, so a new page is attacked from
//! the day it is registered.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

mod common;
#[path = "scope_attack/compared.rs"]
mod compared;
mod described;
#[path = "scope_attack/named.rs"]
mod named;
#[path = "scope_attack/planted.rs"]
mod planted;
#[path = "scope_attack/roles.rs"]
mod roles;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use axum::http::Method;
use common::{Browser, Page, Place, Postgres, run_ok, texts};
use compared::foreign_rows;
use named::{NOBODY, Named};
use web::shell::{Need, RouteInfo, all_routes};

/// Routes that go on talking: their first word is read. They are asked as if nothing had been drawn yet, so there is
/// always one to be said.
const ENDLESS: [&str; 1] = ["/warnings/live"];
/// Routes about one's own session: attacking them would only sign the attacker out.
const OWN_SESSION: [&str; 7] = [
    "/logout",
    "/login",
    "/login/code",
    "/me/sessions/{id}/end",
    "/me/sessions/end-others",
    "/me/password",
    "/posts/switch",
];

/// What exists only outside a post's scope.
#[derive(Default)]
struct Foreign {
    /// Names of people that nobody within the scope bears.
    people: Vec<String>,
    /// Names of employers.
    employers: Vec<String>,
    /// Ids of members: lists mask names, and every row of one links to its record.
    records: BTreeSet<String>,
    /// Ids to attack with, by table.
    ids: BTreeMap<&'static str, String>,
    /// A record of each kind that addresses name.
    named: Named,
    /// Path of the foreign town.
    path: String,
}

/// One attacker.
struct Post {
    login: &'static str,
    /// The part of the tree it sees; none sees nothing of it.
    sees: Option<String>,
    /// A record of each kind within it.
    own: Option<Named>,
}

impl Post {
    fn of(database: &Path, login: &'static str) -> Self {
        let sees = SEEING
            .contains(&login)
            .then(|| path_of(database, login))
            .flatten();
        let own = sees.as_ref().map(|path| Named::below(database, path));
        Self { login, sees, own }
    }
}

/// Attackers that see a part of the tree.
const SEEING: [&str; 4] = ["zhenjie", "cunshe", "qiye", "jianzhi"];
/// All of them: the door's own stranger, posts of a town and below, and those that see nothing of the tree.
const ATTACKERS: [&str; 10] = [
    "", "zhenjie", "cunshe", "qiye", "jianzhi", "zhigong", "lvshi", "xitong", "anquan", "shenji",
];

fn one(database: &Path, sql: &str) -> Option<String> {
    texts(database, sql).into_iter().next()
}

/// Where a post stands: the path of its union.
fn path_of(database: &Path, login: &str) -> Option<String> {
    let sql = format!(
        "SELECT o.path FROM account a JOIN post p ON p.account_id = a.id JOIN org o ON o.id = p.org_id WHERE a.login = '{login}' ORDER BY p.from_on, p.id"
    );
    one(database, &sql)
}

/// Tables whose ids are tried in place of `{id}`, each with the column that says where the record hangs.
const TABLES: [(&str, &str); 12] = [
    ("org", "path"),
    ("employer", "org_path"),
    ("member", "org_path"),
    ("founding", "org_path"),
    ("committee", "org_path"),
    ("application", "org_path"),
    ("duplicate_pair", "org_path"),
    ("membership", "org_path"),
    ("letter", "org_path"),
    ("transfer", "from_path"),
    ("case_file", "org_path"),
    ("alert", "org_path"),
];

/// A town far from `sees`, and what only it has. Members who are on their way between the two places are left out:
/// both unions see a transfer.
fn foreign_to(database: &Path, sees: Option<&str>) -> Foreign {
    let own = sees.map_or_else(|| "~".to_owned(), |path| path.chars().take(8).collect());
    let town = format!(
        "SELECT path FROM org t WHERE kind = 'town' AND path <> '{own}' ORDER BY (SELECT count(*) FROM member m WHERE m.org_path LIKE t.path || '%') DESC, path LIMIT 1"
    );
    let path = one(database, &town).unwrap();
    let within =
        |column: &str, prefix: &str| format!("substr({column}, 1, {}) = '{prefix}'", prefix.len());
    let seen = sees.unwrap_or("~");
    let names = format!(
        "SELECT name FROM member WHERE {} AND length(name) >= 3 \
           AND name NOT IN (SELECT name FROM member WHERE {}) AND name NOT IN (SELECT name FROM officer) AND name NOT IN (SELECT name FROM account) \
           AND name NOT IN (SELECT m.name FROM transfer t JOIN member m ON m.id = t.member_id) \
           AND id NOT IN (SELECT left_id FROM duplicate_pair UNION SELECT right_id FROM duplicate_pair)",
        within("org_path", &path),
        within("org_path", seen),
    );
    let employers = format!(
        "SELECT name FROM employer WHERE {} AND name NOT IN (SELECT name FROM employer WHERE {})",
        within("org_path", &path),
        within("org_path", seen)
    );
    let mut ids = BTreeMap::new();
    for (table, column) in TABLES {
        // An alert is asked for by its number.
        let known_by = if table == "alert" { "no" } else { "id" };
        if let Some(id) = one(
            database,
            &format!(
                "SELECT {known_by} FROM {table} WHERE {} ORDER BY id DESC LIMIT 1",
                within(column, &path)
            ),
        ) {
            ids.insert(table, id);
        }
    }
    let records = format!(
        "SELECT id FROM member WHERE {} AND id NOT IN (SELECT member_id FROM transfer) \
           AND id NOT IN (SELECT left_id FROM duplicate_pair UNION SELECT right_id FROM duplicate_pair)",
        within("org_path", &path)
    );
    let mut records: BTreeSet<String> = texts(database, &records).into_iter().collect();
    let named = Named::below(database, &path);
    // What the attack asks for may be echoed.
    ids.get("member").map(|asked| records.remove(asked));
    Foreign {
        people: texts(database, &names),
        employers: texts(database, &employers),
        records,
        ids,
        named,
        path,
    }
}

/// A route's address with every parameter replaced: by the id, or by a word where words are taken.
fn address(info: &RouteInfo, id: &str) -> String {
    info.path
        .split('/')
        .map(|part| match part {
            "{what}" => "correct",
            part if part.starts_with('{') => id,
            part => part,
        })
        .collect::<Vec<_>>()
        .join("/")
}

/// Query parameters by which pages narrow their lists, all pointing at the foreign town.
fn foreign_query(foreign: &Foreign) -> String {
    foreign_pairs(foreign).join("&")
}

/// The same, one by one: the API refuses an address with a parameter it does not know.
fn foreign_pairs(foreign: &Foreign) -> Vec<String> {
    let id = |table| foreign.ids.get(table).cloned().unwrap_or_default();
    let person = foreign.people.first().cloned().unwrap_or_default();
    let pairs = [
        ("under", id("org")),
        ("org", id("org")),
        ("town", id("org")),
        ("union", id("org")),
        ("parent", id("org")),
        ("employer", id("employer")),
        ("member", id("member")),
        ("path", foreign.path.clone()),
        ("q", person.clone()),
        ("text", person),
    ];
    let encode = |text: &str| {
        text.bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() || b == b'-' {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect::<String>()
    };
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect()
}

/// A form that would make most writes succeed, if the scope let it.
fn foreign_form(foreign: &Foreign) -> Vec<(String, String)> {
    let id = |table| foreign.ids.get(table).cloned().unwrap_or_default();
    [
        ("org", id("org")),
        ("to", id("org")),
        ("heir", id("org")),
        ("parent", id("org")),
        ("union", id("org")),
        ("member", id("member")),
        ("kept", id("member")),
        ("employer", id("employer")),
        ("version", "1".to_owned()),
        ("on", "2026-11-19".to_owned()),
        ("from_on", "2026-11-19".to_owned()),
        ("to_on", "2026-11-19".to_owned()),
        ("effective_on", "2026-11-19".to_owned()),
        ("reason", "1".to_owned()),
        ("why", "攻击测试".to_owned()),
        ("note", "攻击测试".to_owned()),
        ("evidence", "攻击测试".to_owned()),
        ("name", "攻击测试工会".to_owned()),
        ("way", "present".to_owned()),
        ("said", "攻击测试".to_owned()),
        ("agreed", "1".to_owned()),
        ("detail", "攻击测试".to_owned()),
        ("field", "id_number".to_owned()),
        ("verb", "leave".to_owned()),
        ("kind", "single".to_owned()),
        ("term_years", "3".to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn ask(browser: &Browser, info: &RouteInfo, path: &str, form: &[(String, String)]) -> Page {
    if ENDLESS.contains(&info.path) {
        let sign = if path.contains('?') { '&' } else { '?' };
        let page = browser.first_word(&format!("{path}{sign}since=-1"));
        assert!(
            page.status != 200 || only_a_number(&page.body),
            "{path} says more than that something changed: {}",
            page.body
        );
        return page;
    }
    if info.method == Method::GET {
        return browser.get(path);
    }
    if info.path.starts_with("/api/") {
        let body = described::body(info, form);
        return browser
            .try_json(path, &format!("attack {path}"), &body)
            .unwrap();
    }
    let pairs: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(path, &pairs)
}

/// `event: changed`, `data:` and a number, and nothing else.
fn only_a_number(body: &str) -> bool {
    let mut lines = body.trim().lines();
    let number = |line: &str| {
        line.strip_prefix("data:")
            .is_some_and(|text| text.trim().parse::<i64>().is_ok())
    };
    lines.next() == Some("event: changed")
        && lines.next().is_some_and(number)
        && lines.next().is_none()
}

/// The first foreign thing an answer shows. What the attacker wrote into the address may be echoed. Names of unions
/// are public: they stand on the posters that people scan to join; most contain their employer's name.
fn leak<'f>(page: &Page, foreign: &'f Foreign) -> Option<&'f String> {
    let body = page
        .body
        .replace(foreign.people.first().map_or("\0", String::as_str), "");
    let employer = |name: &&String| {
        body.contains(name.as_str())
            && body
                .replace(&format!("{name}工会"), "")
                .contains(name.as_str())
    };
    foreign
        .people
        .iter()
        .skip(1)
        .find(|name| body.contains(name.as_str()))
        .or_else(|| foreign.employers.iter().find(employer))
        .or_else(|| {
            body.split(outside_id)
                .find_map(|id| foreign.records.get(id))
        })
}

/// What no id (UUID) is written with.
fn outside_id(sign: char) -> bool {
    !sign.is_ascii_hexdigit() && sign != '-'
}

/// Whether the door stayed shut: not signed in, or not allowed.
fn refused(page: &Page) -> bool {
    matches!(page.status, 401 | 403) || (page.status == 303 && page.location.starts_with("/login"))
}

fn matrix(place: &Place) {
    let database = place.database();
    // Nothing but the attack writes: clocks and evaluations stand still meanwhile.
    let server = place.serve_pages_only();
    let routes = all_routes();
    let posts = ATTACKERS.map(|login| Post::of(&database, login));
    let (mut asked, mut open) = (0, 0);
    for post in &posts {
        let foreign = foreign_to(&database, post.sees.as_deref());
        assert!(
            foreign.people.len() > 20 && foreign.employers.len() > 5,
            "{}: nothing foreign to look for",
            post.login
        );
        assert_eq!(
            foreign.named.missing(),
            [""; 0],
            "{}: nothing of these kinds lies in the foreign town",
            post.login
        );
        let browser = server.browser();
        if !post.login.is_empty() {
            browser.sign_in(post.login);
        }
        for info in routes
            .infos()
            .iter()
            .filter(|info| !OWN_SESSION.contains(&info.path))
        {
            asked += attack(&browser, post, info, &foreign, &mut open);
        }
    }
    println!(
        "{} routes × {} posts: {asked} requests, {open} answered with a page, 0 foreign rows",
        routes.infos().len(),
        posts.len()
    );
    assert!(
        open > 50,
        "almost nothing opened ({open}): the matrix does not test what it should"
    );
}

/// Attack one route; how many requests were made.
fn attack(
    browser: &Browser,
    post: &Post,
    info: &RouteInfo,
    foreign: &Foreign,
    open: &mut usize,
) -> usize {
    let form = foreign_form(foreign);
    let with_parameter = info.path.contains('{');
    let first = ask(browser, info, &address(info, NOBODY), &form);
    assert_ne!(
        first.status, 500,
        "{}: {} {}: {}",
        post.login, info.method, info.path, first.body
    );
    if post.login.is_empty() && info.need != Need::Public {
        assert!(
            refused(&first),
            "{} {} opens to nobody in particular: {}",
            info.method,
            info.path,
            first.status
        );
    }
    if refused(&first) {
        return 1;
    }
    let mut targets: Vec<String> = vec![format!(
        "{}?{}",
        address(info, NOBODY),
        foreign_query(foreign)
    )];
    if info.path.starts_with("/api/") {
        let pairs = foreign_pairs(foreign).into_iter();
        let first = address(info, NOBODY);
        targets.extend(pairs.map(|pair| format!("{first}?{pair}")));
    }
    if with_parameter {
        targets.extend(foreign.ids.values().map(|id| address(info, id)));
        targets.extend(named::addresses(info, &foreign.named, post.own.as_ref()));
    } else {
        targets.push(info.path.to_owned());
    }
    for target in &targets {
        let page = ask(browser, info, target, &form);
        assert_ne!(
            page.status, 500,
            "{}: {} {target}: {}",
            post.login, info.method, page.body
        );
        *open += usize::from(page.status == 200);
        if let Some(name) = leak(&page, foreign) {
            panic!(
                "{}: {} {target} shows “{name}” of a foreign town ({})",
                post.login, info.method, page.status
            );
        }
    }
    targets.len() + 1
}

/// The demo district, with a record of every kind in the town that the attackers find foreign.
fn attacked() -> Place {
    let place = Place::demo("1500", "500");
    let database = place.database();
    let sees = ATTACKERS
        .iter()
        .map(|login| Post::of(&database, login).sees);
    let towns: BTreeSet<String> = sees
        .map(|sees| foreign_to(&database, sees.as_deref()).path)
        .collect();
    let town = towns.first().unwrap();
    assert_eq!(
        towns.len(),
        1,
        "one town is foreign to all of them: {towns:?}"
    );
    planted::plant(&place, town);
    place
}

#[test]
fn no_post_sees_or_changes_what_is_foreign() {
    let place = attacked();
    let database = place.database();
    let before: BTreeSet<String> = foreign_rows(&database);
    matrix(&place);
    let after: BTreeSet<String> = foreign_rows(&database);
    let changed: Vec<_> = before.symmetric_difference(&after).take(5).collect();
    assert!(changed.is_empty(), "foreign rows changed: {changed:#?}");
}

#[test]
fn the_second_lock_holds_too() {
    let Some(postgres) = Postgres::new() else {
        return;
    };
    let place = attacked();
    run_ok(&["move", "--dir", place.text(), "--to", &postgres.url]);
    matrix(&place);
}

#[test]
fn a_leak_would_be_noticed() {
    let foreign = Foreign {
        people: vec!["被搜者".into(), "外镇人".into()],
        employers: vec!["杭州外镇有限公司".into()],
        records: ["019a2f10-0000-7000-8000-000000000001".into()].into(),
        ..Foreign::default()
    };
    let page = |body: &str| Page {
        status: 200,
        location: String::new(),
        body: body.to_owned(),
    };
    assert_eq!(
        leak(&page("<td>外镇人</td>"), &foreign),
        Some(&foreign.people[1])
    );
    assert_eq!(
        leak(&page("<td>杭州外镇有限公司</td>"), &foreign),
        Some(&foreign.employers[0])
    );
    let row = "<a href=\"/members/019a2f10-0000-7000-8000-000000000001?back=1\">外*人</a>";
    assert_eq!(leak(&page(row), &foreign), foreign.records.first());
    assert_eq!(
        leak(&page("没有找到“被搜者”"), &foreign),
        None,
        "what was typed may be echoed"
    );
    assert_eq!(
        leak(
            &page("<option>杭州外镇有限公司工会委员会</option>"),
            &foreign
        ),
        None,
        "names of unions are public"
    );
}

#[test]
fn within_the_scope_the_same_pages_do_show_people() {
    let place = Place::demo("800", "300");
    let own = path_of(&place.database(), "zhenjie").unwrap();
    let own = texts(
        &place.database(),
        &format!(
            "SELECT id FROM member WHERE substr(org_path, 1, {}) = '{own}' AND status = 'active'",
            own.len()
        ),
    );
    let server = place.serve();
    let browser = server.browser();
    let page = browser.sign_in("zhenjie").get("/api/members?limit=200");
    assert_eq!(page.status, 200, "{}", page.body);
    let shown = own.iter().filter(|id| page.body.contains(id.as_str()));
    assert!(shown.count() > 10, "{} people", own.len());
}
