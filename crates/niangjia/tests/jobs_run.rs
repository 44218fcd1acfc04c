//! A clock nobody winds: every handler of a job that a room declares runs in the binary.
#![cfg(test)]

use std::fs;
use std::path::Path;

struct Source {
    path: String,
    text: String,
}

/// Every Rust file below `folder`, its path counted from there.
fn gather(root: &Path, folder: &Path, into: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(root, &path, into);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            into.push(Source {
                path: path
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/"),
                text: fs::read_to_string(&path).unwrap(),
            });
        }
    }
}

/// Handlers that `text` declares: `impl JobHandler for Refresh` → `Refresh`.
fn handlers_in(text: &str) -> Vec<&str> {
    text.split("impl JobHandler for ")
        .skip(1)
        .filter_map(|rest| rest.split([' ', '<', '{']).next())
        .collect()
}

/// Whether a registration mentions the handler by name.
fn registers(text: &str, handler: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == handler)
}

/// What stands between `from` and the end of that item.
fn item<'a>(text: &'a str, from: &str) -> &'a str {
    let rest = text
        .split(from)
        .nth(1)
        .unwrap_or_else(|| panic!("no {from}"));
    rest.split("\n}").next().unwrap_or_default()
}

#[test]
fn a_forgotten_handler_would_be_found() {
    let told = "impl JobHandler for Refresh {\n}\nimpl JobHandler for MonthEnd {";
    assert_eq!(handlers_in(told), ["Refresh", "MonthEnd"]);
    assert!(registers(".with(union::coverage::Refresh)", "Refresh"));
    assert!(!registers(".with(union::coverage::RefreshAll)", "Refresh"));
}

/// By name in `background.rs`, through the exchange's `handlers`, or as one of the store's own.
#[test]
fn every_job_handler_runs_in_the_binary() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap();
    let mut all = Vec::new();
    gather(&root, &root.join("crates"), &mut all);
    let text_of = |path: &str| {
        let found = all.iter().find(|source| source.path == path);
        found.map_or_else(|| panic!("{path} has moved"), |source| source.text.as_str())
    };
    let background = text_of("crates/niangjia/src/background.rs");
    let own = item(
        text_of("crates/store/src/jobs/mod.rs"),
        "impl Default for Handlers",
    );
    let exchange = item(
        text_of("crates/union/src/exchange/jobs.rs"),
        "pub fn handlers",
    );
    assert!(background.contains("exchange::handlers"));
    let (mut found, mut forgotten) = (0, Vec::new());
    for source in all.iter().filter(|source| source.path.contains("/src/")) {
        for handler in handlers_in(&source.text) {
            found += 1;
            let place = match source.path.as_str() {
                path if path.starts_with("crates/store/") => own,
                path if path.starts_with("crates/union/src/exchange/") => exchange,
                _ => background,
            };
            if !registers(place, handler) {
                forgotten.push(format!("{}: {handler}", source.path));
            }
        }
    }
    assert!(forgotten.is_empty(), "jobs that never run: {forgotten:?}");
    assert!(
        found >= 9,
        "only {found} handlers: has the trait been renamed?"
    );
}
