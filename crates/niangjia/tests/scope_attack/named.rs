//! What each parameter of an address names: a record of a kind, or a word. Each gets an id of its own kind that lies in
//! the foreign town, and what hangs below a record is also asked for below a record of one's own.

use std::collections::BTreeMap;
use std::path::Path;

use web::shell::RouteInfo;

use super::common::texts;

/// No record has this id.
pub const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// What a parameter names.
#[derive(Clone, Copy)]
enum Means {
    /// A record of this kind, see [`KINDS`].
    A(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
    /// Something of the whole district: whoever may do it at all does it everywhere.
    Anybodys,
}
use Means::{A, Anybodys, Word};

/// A kind of record that hangs somewhere in the tree.
struct Kind {
    name: &'static str,
    /// What addresses call it by.
    id: &'static str,
    /// The record above it, where the address names that first.
    above: &'static str,
    /// Where it is found; the column between bars says where it hangs.
    from: &'static str,
}

const fn kind(name: &'static str, id: &'static str, from: &'static str) -> Kind {
    Kind {
        name,
        id,
        above: "",
        from,
    }
}

const fn below(
    name: &'static str,
    id: &'static str,
    above: &'static str,
    from: &'static str,
) -> Kind {
    Kind {
        name,
        id,
        above,
        from,
    }
}

const KINDS: &[Kind] = &[
    kind("org", "id", "org WHERE |path|"),
    kind("employer", "id", "employer WHERE |org_path|"),
    kind("member", "id", "member WHERE |org_path|"),
    kind("application", "id", "application WHERE |org_path|"),
    kind("transfer", "id", "transfer WHERE |from_path|"),
    kind("alert", "no", "alert WHERE |org_path|"),
    kind("case", "id", "case_file WHERE |org_path|"),
    kind("committee", "id", "committee WHERE |org_path|"),
    kind("duplicate", "id", "duplicate_pair WHERE |org_path|"),
    kind(
        "merge",
        "g.id",
        "merge_log g JOIN member m ON m.id = g.kept_id WHERE |m.org_path|",
    ),
    kind("match", "id", "employer_match WHERE |org_path|"),
    kind("request", "id", "member_request WHERE |org_path|"),
    kind("founding", "id", "founding WHERE |org_path|"),
    kind("letter", "id", "letter WHERE |org_path|"),
    kind("import", "id", "import_batch WHERE |org_path|"),
    kind("poster", "id", "poster WHERE |org_path|"),
    kind(
        "entry",
        "e.id",
        "notebook_entry e JOIN member m ON m.id = e.owner_id WHERE |m.org_path|",
    ),
    kind("share", "id", "notebook_share WHERE |org_path|"),
    kind(
        "photo",
        "p.id",
        "check_in_photo p JOIN check_in c ON c.id = p.check_in_id WHERE |c.org_path|",
    ),
    kind(
        "disposal",
        "i.disposal_id",
        "case_disposal_item i JOIN case_file f ON f.id = i.case_id WHERE |f.org_path|",
    ),
    below(
        "evidence",
        "e.id",
        "e.case_id",
        "case_evidence e JOIN case_file f ON f.id = e.case_id WHERE e.file_name IS NOT NULL AND |f.org_path|",
    ),
    below(
        "party",
        "p.id",
        "p.case_id",
        "case_party p JOIN case_file f ON f.id = p.case_id WHERE |f.org_path|",
    ),
    below(
        "officer",
        "o.id",
        "o.committee_id",
        "officer o JOIN committee c ON c.id = o.committee_id WHERE |c.org_path|",
    ),
    below(
        "edge",
        "e.id",
        "e.employer_id",
        "coverage_edge e JOIN employer u ON u.id = e.employer_id WHERE e.to_on IS NULL AND |u.org_path|",
    ),
    below(
        "file",
        "f.id",
        "f.founding_id",
        "founding_file f JOIN founding g ON g.id = f.founding_id WHERE |g.org_path|",
    ),
    below(
        "row",
        "CAST(p.row_no AS TEXT)",
        "p.batch_id",
        "import_problem p JOIN import_batch b ON b.id = p.batch_id WHERE |b.org_path|",
    ),
    below(
        "worker",
        "a.id",
        "a.member_id",
        "account a JOIN member m ON m.id = a.member_id WHERE |m.org_path|",
    ),
    below(
        "listed",
        "i.case_id",
        "i.disposal_id",
        "case_disposal_item i JOIN case_file f ON f.id = i.case_id WHERE |f.org_path|",
    ),
];

const MEMBER: Means = Word(&[
    "keep",
    "resume",
    "leave",
    "expel",
    "decease",
    "rejoin",
    "reinstate",
]);
const TRANSFER: Means = Word(&["issue", "accept", "refuse", "cancel"]);
const ORG: Means = Word(&["edit", "move", "suspend", "resume", "dissolve"]);
const FOUNDING: Means = Word(&["submit", "approve", "return", "register"]);
const CASE: Means = Word(&[
    "accept", "assign", "note", "close", "transfer", "extend", "split", "merge",
]);
const ALERT: Means = Word(&[
    "lower",
    "keep",
    "extend",
    "push",
    "merge",
    "close",
    "hand_over",
    "reopen",
]);
const CONSENT: Means = Word(&["notify", "care"]);

/// Every parameter by the address up to it.
const MEANS: &[(&str, Means)] = &[
    ("/accounts/{id}", Anybodys),
    ("/accounts/{id}/posts/{post}", Anybodys),
    ("/api/alerts/{no}", A("alert")),
    ("/api/alerts/{no}/acts/{act}", ALERT),
    ("/api/applications/{id}", A("application")),
    ("/api/cases/{id}", A("case")),
    ("/api/cases/{id}/evidence/{piece}", A("evidence")),
    ("/api/cases/{id}/verbs/{verb}", CASE),
    ("/api/committees/{id}", A("committee")),
    ("/api/committees/{id}/officers/{officer}", A("officer")),
    ("/api/duplicates/{id}", A("duplicate")),
    ("/api/employers/{id}", A("employer")),
    ("/api/employers/{id}/links/{link}", A("edge")),
    ("/api/feeds/{name}", Anybodys),
    ("/api/foundings/{id}", A("founding")),
    ("/api/foundings/{id}/files/{file}", A("file")),
    ("/api/foundings/{id}/steps/{verb}", FOUNDING),
    ("/api/imports/{id}", A("import")),
    ("/api/imports/{id}/problems/{row}", A("row")),
    ("/api/letters/{id}", A("letter")),
    ("/api/matches/{id}", A("match")),
    ("/api/members/{id}", A("member")),
    ("/api/members/{id}/changes/{verb}", MEMBER),
    ("/api/members/{id}/consents/{purpose}", CONSENT),
    ("/api/merges/{id}", A("merge")),
    ("/api/orgs/{id}", A("org")),
    ("/api/orgs/{id}/acts/{act}", ORG),
    ("/api/requests/{id}", A("request")),
    ("/api/transfers/{id}", A("transfer")),
    ("/api/transfers/{id}/{verb}", TRANSFER),
    ("/applications/{id}", A("application")),
    ("/assets/{name}", Word(&["x.css"])),
    ("/cases/retention/{id}", A("disposal")),
    ("/cases/retention/{id}/keep/{case}", A("listed")),
    ("/cases/{id}", A("case")),
    ("/cases/{id}/do/{verb}", CASE),
    ("/cases/{id}/evidence/{piece}", A("evidence")),
    ("/cases/{id}/identity/{party}", A("party")),
    ("/cases/{id}/part/{verb}", Word(&["split"])),
    ("/duplicates/{id}", A("duplicate")),
    ("/employers/matches/{id}", A("match")),
    ("/employers/{id}", A("employer")),
    ("/employers/{id}/unlink/{edge}", A("edge")),
    ("/exports/{what}", Word(&["members", "employers"])),
    ("/hall/consents/{purpose}", CONSENT),
    ("/hall/demand/apply/{matter}", Word(&["help", "arrears"])),
    ("/hall/demand/mine/{id}", A("case")),
    (
        "/hall/demand/offline/apply/{matter}",
        Word(&["help", "arrears"]),
    ),
    ("/hall/demand/say/{what}", Word(&["idea", "complaint"])),
    ("/hall/notebook/entry/{id}", A("entry")),
    ("/hall/notebook/share/{id}", A("share")),
    (
        "/hall/requests/{kind}",
        Word(&["export", "correct", "delete"]),
    ),
    ("/helpers/{account}", Anybodys),
    ("/imports/template/{kind}", Word(&["members", "employers"])),
    ("/imports/{id}", A("import")),
    ("/imports/{id}/rows/{row}", A("row")),
    ("/letters/{id}", A("letter")),
    ("/me/sessions/{id}", Anybodys),
    ("/members/{id}", A("member")),
    ("/members/{id}/account/{account}", A("worker")),
    (
        "/members/{id}/behalf/{what}",
        Word(&["correct", "export", "delete", "transfer", "consent"]),
    ),
    ("/members/{id}/change/{verb}", MEMBER),
    (
        "/members/{id}/return/{verb}",
        Word(&["rejoin", "reinstate"]),
    ),
    (
        "/members/{id}/reveal/{field}",
        Word(&["id_number", "phone", "bank_card"]),
    ),
    ("/merges/{id}", A("merge")),
    ("/orgs/committees/{id}", A("committee")),
    ("/orgs/committees/{id}/officers/{officer}", A("officer")),
    ("/orgs/foundings/{id}", A("founding")),
    ("/orgs/foundings/{id}/files/{file}", A("file")),
    ("/orgs/foundings/{id}/{verb}", FOUNDING),
    ("/orgs/industries/{id}", A("org")),
    ("/orgs/sections/{letter}", Word(&["C", "E"])),
    ("/orgs/{id}", A("org")),
    ("/posters/{id}", A("poster")),
    ("/prefs/{name}", Word(&["density"])),
    ("/prefs/{name}/{value}", Word(&["compact"])),
    ("/q/{code}", Word(&["nothing"])),
    ("/requests/{id}", A("request")),
    ("/saved/{list}", Word(&["members", "employers"])),
    ("/saved/{list}/{id}", Anybodys),
    ("/screen/{org}", A("org")),
    ("/sentinel/photos/{id}", A("photo")),
    ("/sentinel/{employer}", A("employer")),
    ("/tokens/{id}", Anybodys),
    ("/transfers/{id}", A("transfer")),
    ("/transfers/{id}/{verb}", TRANSFER),
    ("/wage-statements/{id}", A("share")),
    ("/warnings/daily/{date}", Word(&["2026-11-19"])),
    ("/warnings/feeds/refused/{id}", Anybodys),
    ("/warnings/feeds/{name}", Anybodys),
    ("/warnings/photos/{id}", A("photo")),
    ("/warnings/rules/p/{id}", Anybodys),
    ("/warnings/rules/set/{hash}", Anybodys),
    ("/warnings/{no}", A("alert")),
    ("/warnings/{no}/do/{act}", ALERT),
];

/// A record: its id, and that of the one above it.
#[derive(Clone, Default)]
struct Record {
    id: String,
    above: String,
}

/// A record of each kind in a part of the tree, as far as there is one.
#[derive(Default)]
pub struct Named(BTreeMap<&'static str, Record>);

impl Named {
    /// What lies below a path.
    pub fn below(database: &Path, path: &str) -> Self {
        let mut found = BTreeMap::new();
        for kind in KINDS {
            let mut parts = kind.from.split('|');
            let (before, column) = (parts.next().unwrap(), parts.next().unwrap());
            let within = format!("{before}substr({column}, 1, {}) = '{path}'", path.len());
            let first = |what: &str| {
                let sql = format!(
                    "SELECT {what} FROM {within} ORDER BY {} DESC LIMIT 1",
                    kind.id
                );
                texts(database, &sql).into_iter().next()
            };
            let above = (!kind.above.is_empty())
                .then(|| first(kind.above))
                .flatten();
            if let Some(id) = first(kind.id) {
                let above = above.unwrap_or_default();
                found.insert(kind.name, Record { id, above });
            }
        }
        Self(found)
    }

    /// Kinds of which there is no record here.
    pub fn missing(&self) -> Vec<&'static str> {
        let kinds = KINDS.iter().map(|kind| kind.name);
        kinds.filter(|name| !self.0.contains_key(name)).collect()
    }

    fn id(&self, kind: &str) -> Option<&str> {
        self.0.get(kind).map(|record| record.id.as_str())
    }
}

fn meant(path: &str) -> Means {
    let found = MEANS.iter().find(|(known, _)| *known == path);
    found
        .unwrap_or_else(|| panic!("{path}: say in scope_attack/named.rs what this names"))
        .1
}

/// The addresses of a route with what lies in the foreign town, and with what hangs there below a record of one's own.
pub fn addresses(info: &RouteInfo, foreign: &Named, own: Option<&Named>) -> Vec<String> {
    // Each way of filling the address so far: the text, and the kind that was named last.
    let mut ways: Vec<(String, &str)> = vec![(String::new(), "")];
    let mut known = String::new();
    for part in info.path.split('/').skip(1) {
        known = format!("{known}/{part}");
        if !part.starts_with('{') {
            for (text, _) in &mut ways {
                text.push('/');
                text.push_str(part);
            }
            continue;
        }
        let mut next = Vec::new();
        for (text, named) in &ways {
            match meant(&known) {
                Word(words) => {
                    next.extend(words.iter().map(|word| (format!("{text}/{word}"), *named)))
                }
                Anybodys => next.push((format!("{text}/{NOBODY}"), *named)),
                A(kind) => {
                    let Some(record) = foreign.0.get(kind) else {
                        continue;
                    };
                    let id = &record.id;
                    let above = foreign.id(named).unwrap_or_default();
                    if record.above.is_empty() {
                        next.push((format!("{text}/{id}"), kind));
                        continue;
                    }
                    // What is asked for hangs below the record before it …
                    let true_above = text.replacen(above, &record.above, 1);
                    next.push((format!("{true_above}/{id}"), kind));
                    // … or is said to hang below one of the attacker's own.
                    if let Some(mine) = own.and_then(|own| own.id(named)) {
                        let mine = text.replacen(above, mine, 1);
                        next.push((format!("{mine}/{id}"), kind));
                    }
                }
            }
        }
        ways = next;
    }
    ways.into_iter().map(|(text, _)| text).collect()
}

#[test]
fn every_parameter_is_known_and_each_gets_an_id_of_its_own_kind() {
    for info in web::shell::all_routes().infos() {
        let mut known = String::new();
        for part in info.path.split('/').skip(1) {
            known = format!("{known}/{part}");
            if part.starts_with('{')
                && let A(kind) = meant(&known)
            {
                assert!(KINDS.iter().any(|one| one.name == kind), "{known}: {kind}");
            }
        }
    }
    let of = |evidence: &str, case: &str, above: &str| {
        let record = |id: &str, above: &str| Record {
            id: id.into(),
            above: above.into(),
        };
        let all = [
            ("evidence", record(evidence, above)),
            ("case", record(case, "")),
        ];
        Named(all.into_iter().collect())
    };
    let (foreign, own) = (
        of("piece", "another", "its"),
        of("own-piece", "mine", "mine"),
    );
    let routes = web::shell::all_routes();
    let info = routes
        .infos()
        .iter()
        .find(|info| info.path == "/api/cases/{id}/evidence/{piece}")
        .unwrap();
    assert_eq!(
        addresses(info, &foreign, Some(&own)),
        [
            "/api/cases/its/evidence/piece",
            "/api/cases/mine/evidence/piece"
        ]
    );
}
