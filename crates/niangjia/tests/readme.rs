//! What the readmes and the handbook say is true: the commands they name are there, all commands are named, and
//! every link leads somewhere.
#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// The commands the program itself lists.
fn commands() -> BTreeSet<String> {
    let help = Command::new(env!("CARGO_BIN_EXE_niangjia"))
        .arg("--help")
        .output()
        .unwrap();
    let text = String::from_utf8(help.stdout).unwrap();
    let listed = text.split("Commands:").nth(1).unwrap();
    let listed: BTreeSet<String> = listed
        .lines()
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    assert!(listed.len() > 10, "{text}");
    listed
}

/// Words that follow `niangjia ` in code of a text.
fn named(text: &str) -> BTreeSet<String> {
    text.split("niangjia ")
        .skip(1)
        .filter_map(|rest| {
            let word: String = rest
                .chars()
                .take_while(|c| c.is_ascii_lowercase() || *c == '-')
                .collect();
            (!word.is_empty() && !word.starts_with('-')).then_some(word)
        })
        .collect()
}

#[test]
fn the_readmes_name_every_command_and_no_other() {
    let there = commands();
    for file in ["README.md", "README.zh-CN.md"] {
        let text = read(&root().join(file));
        let table: BTreeSet<String> = text
            .lines()
            .filter(|line| line.starts_with("| `niangjia "))
            .flat_map(named)
            .collect();
        assert_eq!(table, there, "{file}");
    }
}

#[test]
fn the_handbook_names_only_commands_that_are_there() {
    let there = commands();
    let mut pages: Vec<PathBuf> = std::fs::read_dir(root().join("docs/handbook"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    pages.extend(
        ["docs/security.md", "docs/performance.md", "CONTRIBUTING.md"]
            .map(|page| root().join(page)),
    );
    let mut seen = 0;
    for page in &pages {
        for line in read(page)
            .lines()
            .filter(|line| line.contains('`') || line.starts_with("niangjia "))
        {
            for word in named(line) {
                assert!(there.contains(&word), "{}: niangjia {word}", page.display());
                seen += 1;
            }
        }
    }
    assert!(
        seen > 10,
        "only {seen} commands found: has the way of writing them changed?"
    );
}

#[test]
fn every_link_of_the_readmes_and_the_handbook_leads_somewhere() {
    let mut pages = vec![
        root().join("README.md"),
        root().join("README.zh-CN.md"),
        root().join("CONTRIBUTING.md"),
    ];
    for folder in ["docs", "docs/handbook", "docs/adr"] {
        pages.extend(
            std::fs::read_dir(root().join(folder))
                .unwrap()
                .map(|entry| entry.unwrap().path()),
        );
    }
    let mut seen = 0;
    for page in pages
        .iter()
        .filter(|page| page.extension().is_some_and(|end| end == "md"))
    {
        for link in read(page)
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = link.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.contains(' ') {
                continue;
            }
            let at = page.parent().unwrap().join(target);
            assert!(at.exists(), "{}: {link}", page.display());
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} links found");
}
