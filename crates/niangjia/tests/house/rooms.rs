//! Which rooms may call which: of two, one knows the other.

use super::{SHARED_READS, Source, code, is_test, report, sources, words};

/// Pairs of rooms that call each other, each with its reason. No further pair may: of two rooms one knows the other, which
/// takes what it needs by a trait, an event or a job.
const KNOW_EACH_OTHER: &[(&str, &str, &str)] = &[
    (
        "access",
        "orgs",
        "a post lies in a union, and a union is closed with its posts",
    ),
    (
        "employers",
        "orgs",
        "a union covers employers, and a move of a union takes them along",
    ),
    (
        "members",
        "notebook",
        "a notebook is a member's, and a request for one's data holds it",
    ),
    (
        "members",
        "orgs",
        "a member belongs to a union, and a union counts and hands over its members",
    ),
];

/// Rooms that the program text of a file of `room` names by `crate::other` or `use crate::{other, …}`.
fn rooms_named<'r>(room: &str, text: &str, rooms: &'r [String]) -> Vec<&'r str> {
    let body = code(text);
    let mut found = Vec::new();
    for after in body.split("crate::").skip(1) {
        // A path ends at the first character that belongs to none; a list ends with its bracket.
        let named = match after.strip_prefix('{') {
            Some(list) => list.split("};").next().unwrap_or_default(),
            None => after
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .next()
                .unwrap_or_default(),
        };
        let named = words(named);
        let known = rooms
            .iter()
            .filter(|other| *other != room && named.iter().any(|(_, word)| word == other));
        found.extend(known.map(String::as_str));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Which room names which, over all files that are no tests.
fn room_imports() -> Vec<(String, String)> {
    let files = sources("crates/union/src", &[".rs"]);
    let inside = |f: &Source| {
        let path = f.path.trim_start_matches("crates/union/src/").to_owned();
        path.split_once('/').map(|(room, _)| room.to_owned())
    };
    let mut rooms: Vec<String> = files.iter().filter_map(inside).collect();
    rooms.sort_unstable();
    rooms.dedup();
    let mut edges = Vec::new();
    for file in files.iter().filter(|f| !is_test(&f.path)) {
        let Some(room) = inside(file) else { continue };
        let named = rooms_named(&room, &file.text, &rooms);
        edges.extend(
            named
                .into_iter()
                .map(|other| (room.clone(), other.to_owned())),
        );
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

#[test]
fn of_two_rooms_one_knows_the_other() {
    let edges = room_imports();
    assert!(edges.len() > 10, "the rooms' imports are found: {edges:?}");
    let both = |a: &str, b: &str| {
        let has = |from: &str, to: &str| edges.iter().any(|(x, y)| x == from && y == to);
        has(a, b) && has(b, a)
    };
    let allowed = |a: &str, b: &str| {
        let mut pairs = KNOW_EACH_OTHER.iter();
        pairs.any(|(x, y, _)| (*x, *y) == (a, b) || (*x, *y) == (b, a))
    };
    let circles: Vec<String> = edges
        .iter()
        .filter(|(a, b)| a < b && both(a, b) && !allowed(a, b))
        .map(|(a, b)| format!("{a} and {b}"))
        .collect();
    report("two rooms that call each other:", &circles);
    let idle: Vec<String> = KNOW_EACH_OTHER
        .iter()
        .filter(|(a, b, _)| !both(a, b))
        .map(|(a, b, _)| format!("{a} and {b}"))
        .collect();
    report("take these out of KNOW_EACH_OTHER:", &idle);
}

#[test]
fn a_made_up_circle_of_rooms_is_seen() {
    let rooms = ["arrears", "cases", "orgs"].map(str::to_owned);
    for text in [
        "use crate::arrears::{ArrearsError, check_in};",
        "use crate::{access, arrears, orgs};",
        "fn f() { crate::arrears::look() }",
    ] {
        assert!(
            rooms_named("cases", text, &rooms).contains(&"arrears"),
            "{text}"
        );
    }
    for text in [
        "// use crate::arrears::look;",
        "use crate::cases::arrears;",
        "const ROOM: &str = \"arrears\";",
    ] {
        assert!(
            !rooms_named("cases", text, &rooms).contains(&"arrears"),
            "{text}"
        );
    }
}

#[test]
fn every_shared_read_is_still_needed() {
    let idle = |(room, table, _): &&(&str, &str, &str)| {
        let files = sources(&format!("crates/union/src/{room}"), &[".rs"]);
        let reads = [format!("FROM {table} "), format!("JOIN {table} ")];
        !files
            .iter()
            .any(|f| reads.iter().any(|r| code(&f.text).contains(r)))
    };
    let idle: Vec<String> = SHARED_READS
        .iter()
        .filter(idle)
        .map(|(room, table, _)| format!("{room} no longer reads {table}"))
        .collect();
    report("take these out of SHARED_READS:", &idle);
}
