//! Every statement of every room at once: bound to its district, understood by both databases, and listed.

#[test]
fn all_rooms_statements_are_clean_on_both_databases() {
    store::testing::check_statements(&crate::statements());
}

/// A room that is forgotten in the list escapes the linter: every block of statements in the sources must be there.
#[test]
fn every_block_of_statements_is_in_the_list() {
    let listed = crate::statements();
    let known = |(name, begins): (&str, &str)| {
        listed
            .iter()
            .any(|one| one.name == name && one.sql.starts_with(begins))
    };
    let (mut seen, mut forgotten) = (0, Vec::new());
    for file in sources(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = std::fs::read_to_string(&file).unwrap();
        for block in text.split("store::statements! {\n").skip(1) {
            let block = block.split("\n}\n").next().unwrap();
            for statement in block.lines().filter_map(begins) {
                seen += 1;
                if !known(statement) {
                    forgotten.push(format!("{}: {}", file.display(), statement.0));
                }
            }
        }
    }
    assert!(
        seen > 400,
        "the sources are not read as they are written: {seen}"
    );
    assert!(
        forgotten.is_empty(),
        "not in union::statements():\n{}",
        forgotten.join("\n")
    );
}

/// `pub NAME = "SELECT …` → `NAME` and how its text begins.
fn begins(line: &str) -> Option<(&str, &str)> {
    let (before, after) = line.split_once(" = ")?;
    let name = before.trim().rsplit(' ').next()?;
    let word = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let after = after.strip_prefix("concat!(").unwrap_or(after);
    let text = after.strip_prefix('"')?.split(['"', '\\']).next()?;
    (!name.is_empty() && name.chars().all(word)).then_some((name, text))
}

fn sources(folder: std::path::PathBuf) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "tests") {
                found.extend(sources(path));
            }
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// Statements about small tables, and those that read a table as a whole because they are about all of it.
const WHOLE: &[&str] = &[
    // A line a district, a machine, a lawyer, a feed, a rule set, a setting, a day, a month, a series of letters.
    "HEAD",
    "TOKENS",
    "HELPERS",
    "ROSTER",
    "FEEDS",
    "PUBLISHED_TEXT",
    "ALL_SET",
    "LAST",
    "SERIES",
    "COUNT_OF_DAY",
    "COLLECTING",
    "PAUSED_BY",
    // All of it is wanted, or the few unions that ever paused.
    "COUNTS",
    "SUBJECTS",
    "PAUSES",
    // Once when a person is erased: what imports kept of before is filed by batch.
    "FORGET_MEMBER",
    // Once when a part of the tree moves or a union is dissolved.
    "MOVE_IMAGES",
    "BEFORE",
    "OPEN_OF_ORG",
];

/// A statement that names some rows finds them by an index: SQLite takes a district for a handful of rows and would
/// rather walk all of them in the order that is asked for.
#[test]
fn no_statement_walks_a_district_to_find_some_rows() {
    let test = store::testing::TestDb::sqlite();
    let mut walks = Vec::new();
    for one in crate::statements() {
        // Some are not whole before their filters are added.
        let Some(plan) = test.plan_if_whole(one.sql) else {
            continue;
        };
        let walk =
            |line: &&String| line.contains("sqlite_autoindex") && line.ends_with("(district=?)");
        walks.extend(
            plan.iter()
                .filter(walk)
                .map(|line| format!("{}: {line}", one.name)),
        );
    }
    walks.retain(|walk| {
        !WHOLE
            .iter()
            .any(|known| walk.starts_with(&format!("{known}:")))
    });
    assert!(walks.is_empty(), "{}", walks.join("\n"));
}
