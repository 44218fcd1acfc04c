//! What the program may be built from, by `deny.toml`: licences, sources and crates that are kept out. `cargo deny` reads the
//! same file and asks for advisories too, where it is installed and the network reaches them.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use super::{report, root};

/// The rules of `deny.toml` that are looked at here.
struct Rules {
    licences: BTreeSet<String>,
    /// A crate that is kept out, and those that may bring it all the same.
    banned: Vec<(String, Vec<String>)>,
}

fn rules(text: &str) -> Rules {
    let deny: toml::Table = text.parse().unwrap();
    let strings = |value: Option<&toml::Value>| -> Vec<String> {
        let list = value.and_then(toml::Value::as_array);
        let texts = list.into_iter().flatten().filter_map(toml::Value::as_str);
        texts.map(ToOwned::to_owned).collect()
    };
    let banned = deny["bans"]["deny"].as_array().unwrap().iter();
    Rules {
        licences: strings(deny["licenses"].get("allow")).into_iter().collect(),
        banned: banned
            .map(|one| {
                let name = one["crate"].as_str().unwrap().to_owned();
                (name, strings(one.get("wrappers")))
            })
            .collect(),
    }
}

/// Whether an SPDX expression can be met by the licences allowed; the old slash between licences means OR.
fn met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    either(&mut words, allowed) && words.next().is_none()
}

type Words<'t> = std::iter::Peekable<std::str::SplitWhitespace<'t>>;

fn either(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut holds = both(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        holds |= both(words, allowed);
    }
    holds
}

fn both(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut holds = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        holds &= one(words, allowed);
    }
    holds
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.next() else {
        return false;
    };
    if word == "(" {
        return either(words, allowed) && words.next() == Some(")");
    }
    // An exception only permits more, but it is a licence of its own: it has to be allowed by name.
    let Some(exception) = words.next_if_eq(&"WITH").and_then(|_| words.next()) else {
        return allowed.contains(word);
    };
    allowed.contains(&format!("{word} WITH {exception}"))
}

/// What `cargo metadata` says that the rules do not allow.
fn faults(metadata: &Value, rules: &Rules) -> Vec<String> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let mut faults = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let (name, source) = (text(package, "name"), text(package, "source"));
        if source.is_empty() {
            continue;
        }
        if !source.starts_with("registry+https://github.com/rust-lang/crates.io-index") {
            faults.push(format!("{name} comes from {source}"));
        }
        let licence = text(package, "license");
        if !met(&licence, &rules.licences) {
            faults.push(format!("{name} is under {licence:?}"));
        }
    }
    faults
}

/// Who brings a crate that is kept out and may not, by what `cargo tree` says of who needs it: the crate first, then those
/// that need it, each with its version behind.
fn bringers(tree: &str, wrappers: &[String]) -> Vec<String> {
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    let mut others: Vec<String> = names.skip(1).map(ToOwned::to_owned).collect();
    others.retain(|name| !name.is_empty() && !wrappers.contains(name));
    others.dedup();
    others
}

/// What a program says, or else its complaint.
fn said(program: &str, args: &[&str]) -> Result<String, String> {
    let mut command = Command::new(program);
    let out = command.args(args).current_dir(root()).output().unwrap();
    if out.status.success() {
        return Ok(String::from_utf8(out.stdout).unwrap());
    }
    Err(String::from_utf8_lossy(&out.stderr).into_owned())
}

/// What is built on this machine: the packages of other systems need not be here.
fn metadata() -> Value {
    let version = said("rustc", &["-vV"]).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let asked = ["metadata", "--format-version", "1", "--locked", "--offline"];
    let only = ["--filter-platform", host.unwrap()];
    let told = said(env!("CARGO"), &[&asked[..], &only[..]].concat()).unwrap();
    serde_json::from_str(&told).unwrap()
}

/// Those who need a crate; nothing when it is not there.
fn tree_above(name: &str) -> String {
    let args = [
        "tree",
        "--locked",
        "--offline",
        "--workspace",
        "--prefix",
        "none",
        "--depth",
        "1",
        "--invert",
        name,
    ];
    match said(env!("CARGO"), &args) {
        Ok(tree) => tree,
        Err(complaint) if complaint.contains("did not match any packages") => String::new(),
        Err(complaint) => panic!("cargo tree: {complaint}"),
    }
}

#[test]
fn the_program_is_built_from_what_it_may_be_built_from() {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap().len();
    assert!(packages > 100, "only {packages} packages were looked at");
    let rules = rules(&text);
    report("crates that may not be used", &faults(&metadata, &rules));
    for (banned, wrappers) in &rules.banned {
        let brought = bringers(&tree_above(banned), wrappers);
        report(&format!("{banned} is kept out, and brought by"), &brought);
    }
}

#[test]
fn a_crate_that_may_not_be_used_is_noticed() {
    let rules = rules(
        "[licenses]\nallow = [\"MIT\", \"Zlib\"]\n[bans]\ndeny = [{ crate = \"old\", wrappers = [\"kept\"] }]",
    );
    for (expression, holds) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("", false),
        ("GPL-3.0 OR MIT", true),
        ("MIT/GPL-3.0", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR Zlib) AND MIT", true),
        ("MIT WITH Some-exception", false),
        ("OR MIT", false),
    ] {
        assert_eq!(met(expression, &rules.licences), holds, "{expression}");
    }
    let index = "registry+https://github.com/rust-lang/crates.io-index";
    let package = |source: &str, licence: &str| serde_json::json!({ "name": "new", "source": source, "license": licence });
    let metadata = serde_json::json!({ "packages": [
        package(index, "MIT"),
        package(index, "GPL-3.0"),
        package("git+https://example.org/far", "MIT"),
    ] });
    let expected = [
        "new is under \"GPL-3.0\"",
        "new comes from git+https://example.org/far",
    ];
    assert_eq!(faults(&metadata, &rules), expected);
    let (_, wrappers) = &rules.banned[0];
    let tree = "old v1.0.0\nkept v2.0.0\nnew v3.0.0 (*)\n";
    assert_eq!(bringers(tree, wrappers), ["new"]);
    assert!(bringers("", wrappers).is_empty());
}
