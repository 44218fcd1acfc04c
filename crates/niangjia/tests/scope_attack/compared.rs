//! What no attack may change: every row of the towns that are foreign to all attackers, before and after.

use std::collections::BTreeSet;
use std::path::Path;

use super::common::{plain_rows, texts};
use super::{SEEING, path_of};

/// Every row that hangs in a part of the tree, and where: to see that nothing was written there.
fn rows_below(rows: &[String], path: &str) -> BTreeSet<String> {
    rows.iter()
        .filter(|row| {
            row.split('|')
                .any(|cell| cell.trim_matches('\'').starts_with(path) && cell.len() < 40)
        })
        .cloned()
        .collect()
}

/// The rows of the town that is foreign to every attacking post.
pub fn foreign_rows(database: &Path) -> BTreeSet<String> {
    let seen: Vec<String> = SEEING
        .iter()
        .filter_map(|login| path_of(database, login))
        .map(|path| path.chars().take(8).collect())
        .collect();
    let towns = texts(
        database,
        "SELECT path FROM org WHERE kind = 'town' ORDER BY path",
    );
    // The log of what the attackers tried is no foreign record, what they did on their own desks asks for work, and a
    // transfer belongs to both its towns. Everything else is compared, since no background work runs meanwhile.
    let own = ["audit_", "transfer|", "job|", "outbox|"];
    let rows: Vec<String> = plain_rows(database)
        .into_iter()
        .filter(|row| !own.iter().any(|table| row.starts_with(table)))
        .collect();
    let foreign: Vec<&String> = towns.iter().filter(|town| !seen.contains(town)).collect();
    let mut found: BTreeSet<String> = foreign
        .iter()
        .flat_map(|town| rows_below(&rows, town))
        .collect();
    let files = files_below(database, &foreign);
    found.extend(
        rows.into_iter()
            .filter(|row| row.split('|').any(|cell| files.contains(cell))),
    );
    for table in [
        "alert|",
        "alert_event|",
        "alert_score|",
        "alert_explanation|",
        "case_file|",
        "case_clock|",
        "case_event|",
        "case_evidence|",
        "founding_file|",
        "import_problem|",
        "member_request|",
    ] {
        let any = found.iter().any(|row| row.starts_with(table));
        assert!(any, "{table} nothing foreign to compare");
    }
    found
}

/// Tables with others below them that bear no place.
const FILES: [&str; 4] = ["alert", "case_file", "founding", "import_batch"];

/// Ids of the alerts, cases, foundings and imports that lie in these towns: scores, explanations and events bear them and no place.
fn files_below(database: &Path, towns: &[&String]) -> BTreeSet<String> {
    let of = |table: &str, town: &str| {
        let within = format!("substr(org_path, 1, {}) = '{town}'", town.len());
        texts(
            database,
            &format!("SELECT quote(id) FROM {table} WHERE {within}"),
        )
    };
    towns
        .iter()
        .flat_map(|town| FILES.map(|table| of(table, town)).concat())
        .collect()
}
