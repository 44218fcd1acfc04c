//! Everything in the log has words.

use super::{ACTS, particulars, subject, title};

#[test]
fn a_change_reads_before_and_after_and_nothing_says_null() {
    let said = particulars(
        r#"{"state":["open","deregistered"],"closed_on":[null,"2025-10-08"],"org":null}"#,
    );
    assert_eq!(
        said,
        [
            ("终止日期".to_owned(), "空 → 2025-10-08".to_owned()),
            ("状态".to_owned(), "存续 → 注销".to_owned())
        ]
    );
    assert!(particulars("null").is_empty());
    assert!(particulars("not json").is_empty());
}

/// Rooms that name an act elsewhere than where they write it, and which acts those are. What stands as `audit: "…"` in a
/// source is found without this list.
const ELSEWHERE: &[(&str, &[&str])] = &[
    (
        "access/actions/accounts.rs",
        &["account.enabled", "account.disabled"],
    ),
    (
        "access/actions/sign_in.rs",
        &["access.failed", "access.locked"],
    ),
    (
        "arrears/alerts/file.rs",
        &[
            "alert.opened",
            "alert.raised",
            "alert.fall_proposed",
            "alert.fallen",
            "alert.kept",
            "alert.deferred",
            "alert.pushed",
            "alert.joined",
            "alert.merged",
            "alert.closed",
            "alert.reopened",
        ],
    ),
    (
        "arrears/publications.rs",
        &[
            "rules.tried",
            "rules.asked",
            "rules.published",
            "rules.refused",
            "rules.dropped",
        ],
    ),
    (
        "cases/retention.rs",
        &["case.disposal_agreed", "case.disposal_refused"],
    ),
    ("cases/season.rs", &["season.announced", "season.ended"]),
    (
        "cases/unseal.rs",
        &["case.reveal_asked", "case.reveal_granted"],
    ),
    (
        "exchange/export_employers.rs",
        &["export.employers", "export.warnings", "export.cases"],
    ),
    (
        "exchange/work.rs",
        &["import.checked", "import.finished", "import.undone"],
    ),
    (
        "letters/actions/mod.rs",
        &[
            "letter.drafted",
            "letter.edited",
            "letter.issued",
            "letter.served",
            "letter.answered",
            "letter.cancelled",
            "letter.dropped",
        ],
    ),
    (
        "members/accounts.rs",
        &[
            "member.account_opened",
            "member.account_linked",
            "member.account_reset",
        ],
    ),
    (
        "members/actions/change.rs",
        &[
            "member.kept",
            "member.resumed",
            "member.left",
            "member.expelled",
            "member.deceased",
            "member.rejoined",
            "member.reinstated",
        ],
    ),
    (
        "members/consents.rs",
        &["consent.given", "consent.withdrawn"],
    ),
    (
        "members/transfers/mod.rs",
        &[
            "member.transfer_requested",
            "member.transfer_on_behalf",
            "member.transfer_issued",
            "member.transferred",
            "member.transfer_refused",
            "member.transfer_cancelled",
        ],
    ),
    ("orgs/actions/card.rs", &["org.edited", "org.renamed"]),
    ("orgs/actions/life.rs", &["org.suspended", "org.resumed"]),
];

/// Every act that some crate writes has words, and what it is about: the log is read and searched by people.
#[test]
fn every_act_has_words() {
    let mut sources = Vec::new();
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["union", "store", "web", "niangjia"] {
        gather(&crates.join(name).join("src"), &mut sources);
    }
    let (mut seen, mut wordless, mut unnamed) = (0, Vec::new(), Vec::new());
    let call = ["Audit", "::of("].concat();
    for (path, source) in &sources {
        let literal = |text: &str| {
            let (code, _) = text.trim_start().strip_prefix('"')?.split_once('"')?;
            Some(code.to_owned())
        };
        for after in source.split(call.as_str()).skip(1) {
            let Some(code) = literal(after) else {
                let known = ELSEWHERE.iter().any(|(file, _)| path.ends_with(file));
                if !known && !after.starts_with("act.audit") && !path.contains("/tests") {
                    unnamed.push(path.clone());
                }
                continue;
            };
            seen += 1;
            let about = after.split(',').nth(1).and_then(literal);
            if let Some(about) = about.filter(|about| subject(about) == *about) {
                wordless.push(about);
            }
            wordless.extend((title(&code).is_empty()).then_some(code));
        }
        let own = path.ends_with("audit/tests.rs");
        for after in source.split("audit: ").skip(1).filter(|_| !own) {
            let code = literal(after).filter(|code| title(code).is_empty());
            wordless.extend(code);
        }
    }
    let elsewhere = ELSEWHERE.iter().flat_map(|(_, acts)| acts.iter());
    wordless.extend(
        elsewhere
            .filter(|code| title(code).is_empty())
            .map(|code| (*code).to_owned()),
    );
    // What only tests write.
    wordless.retain(|code| {
        !["test.", "crash"]
            .iter()
            .any(|begins| code.starts_with(begins))
    });
    assert!(
        seen > 100,
        "the sources are not read as they are written: {seen}"
    );
    assert!(wordless.is_empty(), "without words: {wordless:?}");
    assert!(
        unnamed.is_empty(),
        "name their acts in ELSEWHERE: {unnamed:?}"
    );
}

/// Every particular that is written as `json!({ "key": … })` for the log has a word. Rooms whose particulars are made up
/// elsewhere (the fields of a form, the changes of a card) are read by nobody's name but their own.
#[test]
fn every_particular_has_a_word() {
    let mut sources = Vec::new();
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["union", "store", "web"] {
        gather(&crates.join(name).join("src"), &mut sources);
    }
    let (mut seen, mut wordless) = (0, std::collections::BTreeSet::new());
    let program = sources.iter().filter(|(path, _)| !path.contains("test"));
    for (path, source) in program {
        let begins = [
            "detail(json!({",
            "detail(serde_json::json!({",
            "detail = json!({",
        ];
        for after in begins.iter().flat_map(|begin| source.split(begin).skip(1)) {
            let written = after.split("})").next().unwrap_or_default();
            let keys = written.split(',').filter_map(|pair| {
                let (key, _) = pair.trim().strip_prefix('"')?.split_once("\":")?;
                Some(key)
            });
            for key in keys {
                seen += 1;
                if super::words::word(key) == key {
                    wordless.insert(format!("{key} ({path})"));
                }
            }
        }
    }
    assert!(
        seen > 150,
        "the sources are not read as they are written: {seen}"
    );
    assert!(wordless.is_empty(), "without a word: {wordless:#?}");
}

#[test]
fn every_act_stands_in_the_group_of_its_beginning() {
    for group in ACTS {
        assert!(!group.title.is_empty() && group.begins.ends_with('.'));
        for (code, words) in group.acts {
            assert!(code.starts_with(group.begins), "{code}");
            assert_eq!(title(code), *words, "{code} stands there twice");
        }
    }
}

fn gather(folder: &std::path::Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            gather(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let source = std::fs::read_to_string(&path).expect("a source file");
            into.push((path.display().to_string(), source));
        }
    }
}
