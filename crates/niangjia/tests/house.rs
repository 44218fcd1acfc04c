//! The law of the house as tests (docs/architecture.md): direction of imports, whose tables are whose, who may make
//! a scope, how long a file may be, what a template may hold. Each rule is a plain function over text, and each
//! has a test with a made-up breach, so that a rule which stopped looking would be noticed.

#[path = "house/licences.rs"]
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails loudly"
)]
mod licences;
#[path = "house/rooms.rs"]
mod rooms;
#[path = "house/text.rs"]
mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use text::{code, is_test, words};

/// Crates from the ground floor up; each may use only those before it.
const FLOORS: [&str; 5] = ["kernel", "store", "union", "web", "niangjia"];
/// Reads of another room's table that are allowed, each with its reason. Writes never are.
const SHARED_READS: &[(&str, &str, &str)] = &[];
/// Tables made by a later step of the schema, whose file is named after its matter, and their rooms.
const LATER_TABLES: &[(&str, &str)] = &[
    ("founding_file", "orgs"),
    ("employer_before", "employers"),
    ("arrears_daily", "arrears"),
    ("signal_pack", "arrears"),
    ("pay_report_earlier", "arrears"),
    ("feed_refused", "arrears"),
    ("rule_publication", "arrears"),
    ("case_disposal", "cases"),
    ("case_disposal_item", "cases"),
    ("case_helper_duty", "cases"),
];
/// A file longer than this is asking to be two.
const LONGEST_FILE: usize = 600;

/// A file of the repository: path from the root with forward slashes, and its text.
struct Source {
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file under `folder` whose name ends in one of `endings`, in order; built and fetched folders are left out.
fn sources(folder: &str, endings: &[&str]) -> Vec<Source> {
    fn walk(at: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(at).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", "dist", "var", "shots", ".git"]
                    .contains(&name.as_str())
                {
                    walk(&path, endings, found);
                }
            } else if endings.iter().any(|e| name.ends_with(e)) {
                found.push(path);
            }
        }
    }
    let (root, mut found) = (root(), Vec::new());
    walk(&root.join(folder), endings, &mut found);
    found.sort();
    let relative = |p: &Path| {
        p.strip_prefix(&root)
            .unwrap_or(p)
            .to_string_lossy()
            .replace('\\', "/")
    };
    found
        .iter()
        .filter_map(|p| {
            Some(Source {
                path: relative(p),
                text: fs::read_to_string(p).ok()?,
            })
        })
        .collect()
}

/// Crates named in a Cargo.toml or by a path such as `union::orgs` that stand above `floor`.
fn upward(floor: usize, text: &str, manifest: bool) -> Vec<String> {
    let above = FLOORS.get(floor + 1..).unwrap_or_default();
    if manifest {
        let named = |line: &&str| {
            above
                .iter()
                .any(|c| line.starts_with(&format!("{c}.")) || line.starts_with(&format!("{c} ")))
        };
        return text.lines().filter(named).map(str::to_owned).collect();
    }
    let body = code(text);
    let starts_path = |from: usize, word: &str| {
        body.get(from + word.len()..)
            .is_some_and(|rest| rest.starts_with("::"))
            && !body.get(..from).is_some_and(|b| b.ends_with("::"))
    };
    words(&body)
        .into_iter()
        .filter(|(from, w)| above.contains(w) && starts_path(*from, w))
        .map(|(_, w)| format!("{w}::"))
        .collect()
}

/// Table → room, from the names of the migrations (`0003_orgs.sql` creates the tables of `orgs`) or [`LATER_TABLES`].
fn owners(migrations: &[Source]) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for file in migrations {
        let room = file
            .path
            .rsplit('/')
            .next()
            .and_then(|n| n.split_once('_'))
            .map_or("", |(_, n)| n.trim_end_matches(".sql"));
        let all = words(&file.text);
        for three in all.windows(3) {
            if let [(_, "CREATE"), (_, "TABLE"), (_, table)] = three {
                let later = LATER_TABLES.iter().find(|(name, _)| name == table);
                owners
                    .entry((*table).to_owned())
                    .or_insert_with(|| later.map_or(room, |(_, room)| room).to_owned());
            }
        }
    }
    owners
}

/// Tables of other rooms that the SQL in a file of `room` touches. Foundation tables (jobs, settings, audit) are
/// store's to share.
fn foreign_tables(room: &str, text: &str, owners: &BTreeMap<String, String>) -> Vec<String> {
    let body = code(text);
    let all = words(&body);
    let mut found = Vec::new();
    for three in all.windows(3) {
        let [
            (_, before),
            (_, verb @ ("FROM" | "JOIN" | "INTO" | "UPDATE")),
            (_, table),
        ] = three
        else {
            continue;
        };
        let Some(owner) = owners.get(*table) else {
            continue;
        };
        let reads = matches!(*verb, "FROM" | "JOIN") && *before != "DELETE";
        let shared = reads
            && SHARED_READS
                .iter()
                .any(|(r, t, _)| *r == room && t == table);
        if owner != room && owner != "foundation" && !shared {
            found.push(format!("{verb} {table} (of {owner})"));
        }
    }
    found
}

/// What a template may not hold: the content policy would block it, or it would only work with script.
fn template_faults(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let mut faults = Vec::new();
    for (at, _) in lower.match_indices('<') {
        let tag = lower
            .get(at..)
            .and_then(|t| t.split('>').next())
            .unwrap_or_default();
        if tag.starts_with("<script") && !tag.contains(" src=") {
            faults.push("inline <script>".to_owned());
        }
        if tag.starts_with("<style") {
            faults.push("inline <style>".to_owned());
        }
        for attribute in tag.split_whitespace().skip(1) {
            let name = attribute.split('=').next().unwrap_or_default();
            if name == "style"
                || name.starts_with("hx-on")
                || (name.starts_with("on") && attribute.contains('=') && name.len() > 3)
            {
                faults.push(format!("attribute {name}"));
            }
        }
        if tag.contains("javascript:") {
            faults.push("javascript: address".to_owned());
        }
    }
    faults
}

/// Class names in a template, with what the template language puts between them taken out. A name that is only
/// begun (`lv-{{ kind }}`) is left out: its end is not known here.
fn classes(template: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let close = match from.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            _ => "",
        };
        let skip = if close.is_empty() {
            1
        } else {
            from.find(close).map_or(from.len(), |end| end + 2)
        };
        plain.push(if close == "}}" { '\u{0}' } else { ' ' });
        rest = from.get(skip..).unwrap_or_default();
    }
    plain.push_str(rest);
    let lists = plain
        .split("class=\"")
        .skip(1)
        .filter_map(|after| after.split('"').next());
    lists
        .flat_map(str::split_whitespace)
        .filter(|name| !name.contains('\u{0}'))
        .map(str::to_owned)
        .collect()
}

fn report(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{rule}\n  {}", breaches.join("\n  "));
}

#[test]
fn imports_go_one_way() {
    let mut breaches = Vec::new();
    for (floor, name) in FLOORS.iter().enumerate() {
        let files = sources(&format!("crates/{name}"), &[".rs", "Cargo.toml"]);
        assert!(!files.is_empty(), "no files of crate {name} found");
        for file in files {
            let manifest = file.path.ends_with("Cargo.toml");
            breaches.extend(
                upward(floor, &file.text, manifest)
                    .into_iter()
                    .map(|b| format!("{}: {b}", file.path)),
            );
        }
    }
    report(
        "kernel ← store ← union ← web ← niangjia, never back:",
        &breaches,
    );
}

#[test]
fn a_room_reads_only_its_own_tables() {
    let migrations = sources("crates/store/migrations", &[".sql"]);
    let owners = owners(&migrations);
    let mut breaches = Vec::new();
    for file in sources("crates/union/src", &[".rs"])
        .iter()
        .filter(|f| !is_test(&f.path))
    {
        let room = file
            .path
            .trim_start_matches("crates/union/src/")
            .split(['/', '.'])
            .next()
            .unwrap_or_default();
        breaches.extend(
            foreign_tables(room, &file.text, &owners)
                .into_iter()
                .map(|t| format!("{}: {t}", file.path)),
        );
    }
    report(
        "a room calls another room's functions, never its tables:",
        &breaches,
    );
}

#[test]
fn sql_stays_below_the_web() {
    let holds_sql = |f: &&Source| !is_test(&f.path) && code(&f.text).contains("statements!");
    let breaches: Vec<String> = ["crates/web/src", "crates/niangjia/src"]
        .iter()
        .flat_map(|f| sources(f, &[".rs"]))
        .collect::<Vec<_>>()
        .iter()
        .filter(holds_sql)
        .map(|f| f.path.clone())
        .collect();
    report(
        "SQL is written in rooms (union) and in store only:",
        &breaches,
    );
}

#[test]
fn only_access_makes_a_scope() {
    let allowed = |path: &str| {
        path.starts_with("crates/union/src/access/")
            || path == "crates/kernel/src/scope.rs"
            || path == "crates/store/src/actor.rs"
            || is_test(path)
    };
    let makes = |f: &&Source| {
        let body = code(&f.text);
        // The whole district belongs to the program itself: its nightly work, and store's own bookkeeping.
        body.contains("Scope::granted(")
            || body.contains("Scope::own(")
            || (body.contains("Scope::system(") && !f.path.starts_with("crates/store/src/"))
    };
    let breaches: Vec<String> = sources("crates", &[".rs"])
        .iter()
        .filter(|f| !allowed(&f.path))
        .filter(makes)
        .map(|f| f.path.clone())
        .collect();
    report(
        "Scope::granted and Scope::own are called in union::access (and by store's system actor):",
        &breaches,
    );
}

#[test]
fn no_file_is_too_long() {
    let mut files = Vec::new();
    for folder in ["crates", "bench", "tests", "web-assets", "scripts"] {
        files.extend(sources(
            folder,
            &[".rs", ".html", ".css", ".js", ".mjs", ".sql"],
        ));
    }
    let long = |f: &Source| {
        (f.text.lines().count() > LONGEST_FILE)
            .then(|| format!("{}: {} lines", f.path, f.text.lines().count()))
    };
    report(
        "a file of more than 600 lines is asking to be two:",
        &files.iter().filter_map(long).collect::<Vec<_>>(),
    );
}

#[test]
fn templates_hold_no_script_and_no_style() {
    let templates = sources("crates/web/templates", &[".html"]);
    let breaches: Vec<String> = templates
        .iter()
        .flat_map(|f| {
            template_faults(&f.text)
                .into_iter()
                .map(|b| format!("{}: {b}", f.path))
        })
        .collect();
    report("the content policy is default-src 'self':", &breaches);
}

#[test]
fn every_class_in_a_template_has_a_style() {
    let styles: String = sources("web-assets/css", &[".css"])
        .into_iter()
        // The score page carries its own.
        .chain(sources("crates/web/src/score", &[".css"]))
        .map(|f| f.text)
        .collect();
    let defined = |name: &str| {
        styles.split(&format!(".{name}")).skip(1).any(|after| {
            !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        })
    };
    let mut breaches = Vec::new();
    for file in sources("crates/web/templates", &[".html"]) {
        let unknown = classes(&file.text).into_iter().filter(|c| !defined(c));
        breaches.extend(unknown.map(|c| format!("{}: {c}", file.path)));
    }
    report(
        "a class that no style knows (web-assets/README.md lists them):",
        &breaches,
    );
}

#[test]
fn every_route_goes_through_the_register() {
    let raw = |f: &&Source| {
        let body = code(&f.text);
        body.contains(".route(") || body.contains("axum::routing") || body.contains("Router::new(")
    };
    let breaches: Vec<String> = sources("crates/web/src", &[".rs"])
        .iter()
        .filter(|f| !f.path.starts_with("crates/web/src/shell/") && !is_test(&f.path))
        .filter(raw)
        .map(|f| f.path.clone())
        .collect();
    report(
        "a route is registered with the permission it needs, through shell::routes:",
        &breaches,
    );
}

#[test]
fn nothing_is_left_to_do_later() {
    let marks = ["todo!(", "unimplemented!(", "TODO", "FIXME", "XXX"];
    let files = ["crates", "bench", "web-assets/src", "web-assets/css"]
        .iter()
        .flat_map(|f| sources(f, &[".rs", ".html", ".js", ".css", ".sql"]))
        .filter(|f| !f.path.ends_with("tests/house.rs"));
    let breaches: Vec<String> = files
        .flat_map(|f| {
            marks
                .iter()
                .filter(|m| f.text.contains(**m))
                .map(|m| format!("{}: {m}", f.path))
                .collect::<Vec<_>>()
        })
        .collect();
    report(
        "unfinished work is an issue, not a mark in the code:",
        &breaches,
    );
}

#[test]
fn links_in_the_documents_lead_somewhere() {
    let mut documents = sources("docs", &[".md"]);
    documents.extend(
        [
            "README.md",
            "README.zh-CN.md",
            "CONTRIBUTING.md",
            "web-assets/README.md",
        ]
        .iter()
        .filter_map(|p| {
            Some(Source {
                path: (*p).to_owned(),
                text: fs::read_to_string(root().join(p)).ok()?,
            })
        }),
    );
    let mut breaches = Vec::new();
    for document in &documents {
        let folder = root()
            .join(&document.path)
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default();
        for link in document
            .text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = link.split('#').next().unwrap_or_default();
            if !target.is_empty()
                && !link.contains("://")
                && !link.starts_with("mailto:")
                && !folder.join(target).exists()
            {
                breaches.push(format!("{}: {link}", document.path));
            }
        }
    }
    report("a link leads nowhere:", &breaches);
}

/// The rules themselves, each with a breach made up for it.
mod rules_can_fail {
    use super::*;

    #[test]
    fn an_upward_import_is_seen() {
        assert_eq!(
            upward(1, "use union::orgs;\nlet x = web::page();", false),
            ["union::", "web::"]
        );
        assert_eq!(
            upward(1, "union.workspace = true\nkernel.workspace = true", true),
            ["union.workspace = true"]
        );
        assert!(
            upward(
                1,
                "// union::orgs may call this\nuse kernel::Fen; let a = crate::union::b;",
                false
            )
            .is_empty()
        );
        assert!(upward(4, "use web::serve;", false).is_empty());
    }

    #[test]
    fn a_foreign_table_is_seen() {
        let migrations = [
            ("m/0003_orgs.sql", "CREATE TABLE org (district {text})"),
            ("m/0001_foundation.sql", "CREATE TABLE job (id {id})"),
        ];
        let owners = owners(&migrations.map(|(path, text)| Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }));
        assert_eq!(
            foreign_tables(
                "members",
                "\"SELECT 1 FROM org WHERE district = $1\"",
                &owners
            ),
            ["FROM org (of orgs)"]
        );
        assert_eq!(
            foreign_tables(
                "employers",
                "\"SET x\", \"UPDATE org SET name = $1\", \"SELECT 1 FROM org\", \"DELETE FROM org\"",
                &owners
            ),
            [
                "UPDATE org (of orgs)",
                "FROM org (of orgs)",
                "FROM org (of orgs)"
            ]
        );
        assert!(foreign_tables("orgs", "\"UPDATE org SET name = $1\"", &owners).is_empty());
        assert!(foreign_tables("members", "\"INSERT INTO job VALUES ($1)\"", &owners).is_empty());
        assert!(
            foreign_tables(
                "members",
                "// SELECT FROM org\nfn a() {}\n#[cfg(test)]\nmod tests { /* FROM org */ }",
                &owners
            )
            .is_empty()
        );
        // What follows a test module that is only named is looked at.
        assert!(
            !foreign_tables(
                "members",
                "#[cfg(test)]\nmod tests;\nconst A: &str = \"SELECT 1 FROM org\";",
                &owners
            )
            .is_empty()
        );
    }

    #[test]
    fn class_names_are_read_through_the_template_language() {
        let template = "<p class=\"fld{% if errors.of(\"x\").is_some() %} bad{% endif %}\"><i class=\"lv lv-{{ kind }}\">";
        assert_eq!(classes(template), ["fld", "bad", "lv"]);
    }

    #[test]
    fn a_template_fault_is_seen() {
        assert_eq!(
            template_faults("<p style=\"color:red\">"),
            ["attribute style"]
        );
        assert_eq!(
            template_faults("<script>alert(1)</script>"),
            ["inline <script>"]
        );
        assert_eq!(
            template_faults("<a href=\"javascript:x()\" onclick=\"x()\">"),
            ["attribute onclick", "javascript: address"]
        );
        assert_eq!(
            template_faults("<div hx-on:click=\"x\">"),
            ["attribute hx-on:click"]
        );
        assert!(template_faults("<script src=\"{{ asset(\"app.js\") }}\" defer></script><input name=\"on\" data-style=\"x\">").is_empty());
    }
}
