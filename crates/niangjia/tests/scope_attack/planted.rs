//! What the demo district has none of, or none in the town that is attacked: one record of every kind that an address
//! can name, so that no route is asked for what is not there anyway.
//!
//! The import is a real one. The rest are copies of the demo's rows, hung into the town under ids of their own: whoever
//! got at one would get at a row like any other.

use super::common::{Place, niangjia, texts};

/// A copied row: its table and what is different about it. `{id}` is its own id, `{town}` the path of the town.
const COPIES: &[(&str, &str)] = &[
    (
        "founding",
        "id = {id}, name = '外镇新厂工会', parent_id = {org}, org_path = {town}, org_id = NULL",
    ),
    (
        "founding_file",
        "id = {id}, founding_id = (SELECT id FROM founding WHERE name = '外镇新厂工会')",
    ),
    (
        "letter",
        "id = {id}, place_id = {org}, org_path = {town}, series = 'XX', number = 'XX-1', link_id = NULL",
    ),
    (
        "employer_match",
        "id = {id}, raw_name = '外镇制衣', org_path = {town}",
    ),
    (
        "duplicate_pair",
        "id = {id}, left_id = {member}, right_id = {other}, org_path = {town}, state = 'open'",
    ),
    (
        "merge_log",
        "id = {id}, kept_id = {member}, absorbed_id = {other}, undone_at = NULL",
    ),
    (
        "poster",
        "id = {id}, code_index = randomblob(32), org_id = {org}, org_path = {town}, employer_id = NULL",
    ),
    (
        "account",
        "id = {id}, login = 'waizhen', login_folded = 'waizhen', name = '外镇职工', member_id = {member}",
    ),
    (
        "notebook_entry",
        "id = {id}, owner_id = {member}, body_sealed = NULL",
    ),
];

/// A file on a piece of evidence that is there. The case stays a real one: who may see it is decided by what it says, so
/// it is opened whoever asks.
const FILE: &str = "UPDATE case_evidence SET file_name = '外镇凭证.pdf', file_type = 'application/pdf', file_size = 64, \
     digest = randomblob(32), file_sealed = randomblob(92) WHERE case_id = {case}";

/// A row of a table that is empty in the demo: its columns and their values.
const FIRSTS: &[(&str, &str, &str)] = &[
    (
        "member_request",
        "district, id, member_id, org_path, kind, detail_sealed, state, asked_at",
        "(SELECT code FROM district), {id}, {member}, {town}, 'correct', NULL, 'open', 1790000000000",
    ),
    (
        "notebook_share",
        "district, id, member_id, org_id, org_path, purpose, text_version, statement_sealed, digest, shared_at",
        "(SELECT code FROM district), {id}, {member}, {org}, {town}, 'arrears', '1', NULL, 'x', 1790000000000",
    ),
    (
        "check_in_photo",
        "district, id, check_in_id, file_name, file_type, file_size, digest, file_sealed, added_at",
        "(SELECT code FROM district), {id}, {check_in}, 'x.jpg', 'image/jpeg', 64, randomblob(32), randomblob(92), 1790000000000",
    ),
    (
        "case_disposal",
        "district, id, state, collected_at, proposed_label, decided_label, why",
        "(SELECT code FROM district), {id}, 'collected', 1790000000000, '', '', ''",
    ),
    (
        "case_disposal_item",
        "district, disposal_id, case_id, state, kept_why",
        "(SELECT code FROM district), (SELECT id FROM case_disposal), {case}, 'listed', ''",
    ),
];

/// The id of the row that is planted as the `n`-th: no two kinds share one, or a route for the one would find the other.
fn id(n: usize) -> String {
    format!("X'019A2F100000700080000000000000{n:02X}'")
}

/// Plants them below a town.
pub fn plant(place: &Place, town: &str) {
    import(place, town);
    let database = place.database();
    let db = rusqlite::Connection::open(&database).unwrap();
    let here = |n: usize, sql: &str| {
        let first = |table: &str, column: &str, nth: usize| {
            format!(
                "(SELECT id FROM {table} WHERE substr({column}, 1, {}) = '{town}' ORDER BY id LIMIT 1 OFFSET {nth})",
                town.len()
            )
        };
        sql.replace("{id}", &id(n))
            .replace("{town}", &format!("'{town}'"))
            .replace("{org}", &first("org", "path", 0))
            .replace("{member}", &first("member", "org_path", 0))
            .replace("{other}", &first("member", "org_path", 1))
            .replace("{case}", &first("case_file", "org_path", 0))
            .replace("{check_in}", &first("check_in", "org_path", 0))
    };
    for (n, (table, sets)) in COPIES.iter().enumerate() {
        let sql = format!(
            "CREATE TEMP TABLE made AS SELECT * FROM {table} LIMIT 1; UPDATE made SET {}; \
             INSERT INTO {table} SELECT * FROM made; DROP TABLE made;",
            here(n, sets)
        );
        db.execute_batch(&sql)
            .unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    db.execute_batch(&here(0, FILE)).unwrap();
    for (n, (table, columns, values)) in FIRSTS.iter().enumerate() {
        let sql = format!(
            "INSERT INTO {table} ({columns}) VALUES ({})",
            here(COPIES.len() + n, values)
        );
        db.execute_batch(&sql)
            .unwrap_or_else(|error| panic!("{table}: {error}"));
    }
}

/// A roll of the town with a row that waits to be mended.
fn import(place: &Place, town: &str) {
    let roll = place.dir.join("roll.csv");
    let rows = "姓名,证件号码,入会日期\n王芳,330113199003070017,2020-01-01\n";
    std::fs::write(&roll, rows).unwrap();
    let org = format!("SELECT id FROM org WHERE path = '{town}'");
    let org = texts(&place.database(), &org).remove(0);
    let roll = roll.to_str().unwrap();
    let file = [
        "import",
        "members",
        roll,
        "--dir",
        place.text(),
        "--org",
        &org,
    ];
    // The one row is wrong, and says so.
    let said = niangjia(&file).output().unwrap();
    assert_eq!(said.status.code(), Some(1), "{said:?}");
}
