//! What the linter lets pass and what it stops.

use super::*;

fn faults(sql: &'static str) -> Vec<String> {
    let statement: &'static Statement = Box::leak(Box::new(Statement::new("S", sql, None)));
    check(&[statement])
        .into_iter()
        .map(|fault| fault.message)
        .collect()
}

#[track_caller]
fn clean(sql: &'static str) {
    assert_eq!(faults(sql), Vec::<String>::new(), "{sql}");
}

#[track_caller]
fn stopped(sql: &'static str, because: &str) {
    let found = faults(sql);
    assert!(
        found.iter().any(|message| message.contains(because)),
        "{sql}\n{found:?}"
    );
}

#[test]
fn bound_statements_pass() {
    clean("SELECT name FROM member WHERE district = $1 AND id = $2");
    clean("SELECT m.name FROM member m WHERE $1 = m.district AND m.id = $2");
    clean(
        "SELECT m.name, o.name FROM member AS m JOIN org o ON o.district = m.district AND o.id = m.org_id WHERE m.district = $1",
    );
    clean(
        "SELECT m.name FROM member m LEFT JOIN employer e ON e.district = $1 AND e.id = m.employer_id WHERE m.district = $1",
    );
    clean(
        "SELECT m.name FROM member m, org o WHERE m.district = $1 AND o.district = m.district AND o.id = m.org_id",
    );
    clean(
        "SELECT name FROM org WHERE district = $1 AND (state = 'active' OR state = 'draft') ORDER BY path LIMIT $2",
    );
    clean(
        "SELECT name FROM member m WHERE m.district = $1 AND EXISTS (SELECT 1 FROM membership s WHERE s.district = m.district AND s.member_id = m.id)",
    );
    clean("UPDATE member SET name = $3 WHERE district = $1 AND id = $2");
    clean("DELETE FROM session WHERE district = $1 AND expires_at < $2");
    clean(
        "INSERT INTO setting (district, name, value) VALUES ($1, $2, $3) ON CONFLICT (district, name) DO UPDATE SET value = excluded.value",
    );
    clean(
        "WITH RECURSIVE up AS (SELECT district, id, parent_id FROM org WHERE district = $1 AND id = $2 UNION ALL \
        SELECT o.district, o.id, o.parent_id FROM org o JOIN up ON o.district = up.district AND o.id = up.parent_id) SELECT id FROM up",
    );
    clean("SELECT COUNT(*) FROM (SELECT id FROM member WHERE district = $1) AS m");
    clean("SELECT code FROM district ORDER BY code");
    clean(
        "INSERT INTO setting (district, name, value) SELECT district, $2, value FROM setting WHERE district = $1 AND name = $3",
    );
}

#[test]
fn unbound_statements_are_stopped() {
    let because = "district is not bound";
    stopped("SELECT name FROM member WHERE id = $1", because);
    stopped("SELECT name FROM member", because);
    stopped("UPDATE member SET name = $2 WHERE id = $1", because);
    stopped("DELETE FROM session WHERE expires_at < $1", because);
    stopped(
        "SELECT m.name FROM member m JOIN org o ON o.id = m.org_id WHERE m.district = $1",
        because,
    );
    stopped(
        "SELECT m.name FROM member m, org o WHERE m.district = $1 AND o.id = m.org_id",
        because,
    );
    stopped(
        "SELECT m.name FROM member m WHERE m.district = $1 AND EXISTS (SELECT 1 FROM membership s WHERE s.member_id = m.id)",
        because,
    );
    stopped("SELECT name FROM member WHERE district <> $1", because);
    stopped("SELECT name FROM member WHERE district = '330113'", because);
    stopped("SELECT name FROM member WHERE NOT (district = $1)", because);
    stopped(
        "SELECT name FROM member WHERE (district = $1 OR id = $2)",
        because,
    );
    stopped(
        "SELECT name FROM org WHERE district = $1 UNION SELECT name FROM employer WHERE id = $2",
        because,
    );
    stopped(
        "SELECT a.name FROM org a JOIN org b ON a.district = b.district WHERE a.id = $1",
        because,
    );
    stopped(
        "SELECT x.name FROM member x JOIN org o ON o.district = $1 WHERE o.id = $2",
        because,
    );
    stopped(
        "WITH x AS (SELECT id FROM member WHERE id = $1) SELECT id FROM x",
        because,
    );
    stopped(
        "SELECT district FROM member WHERE district = district",
        because,
    );
    stopped(
        "SELECT m.name FROM member m LEFT JOIN org o ON m.district = $1 AND o.district = $1",
        because,
    );
    stopped(
        "SELECT m.name FROM member m LEFT JOIN org o ON o.district = $1 AND m.district = o.district",
        because,
    );
}

#[test]
fn other_dangers_are_stopped() {
    stopped(
        "SELECT name FROM member WHERE district = $1 OR id = $2",
        "OR in parentheses",
    );
    stopped(
        "INSERT INTO setting VALUES ($1, $2, $3)",
        "name its columns",
    );
    stopped(
        "INSERT INTO setting (district, name, value) VALUES ('330113', $1, $2)",
        "must be a parameter",
    );
    stopped(
        "INSERT INTO setting (name, district, value) VALUES ($1, 'x', $2)",
        "must be a parameter",
    );
    stopped(
        "UPDATE member SET name = $2, district = $3 WHERE district = $1",
        "never changed",
    );
    stopped("SELECT * FROM org WHERE district = $1", "list the columns");
    stopped(
        "SELECT o.* FROM org o WHERE o.district = $1",
        "list the columns",
    );
    stopped(
        "UPDATE job SET run_at = now() WHERE district = $1",
        "not portable",
    );
    stopped(
        "SELECT id::text FROM org WHERE district = $1",
        "not portable",
    );
    stopped(
        "SELECT name FROM org WHERE district = $1 AND id = $3",
        "$2 is never used",
    );
    stopped("SELECT name FROM org WHERE district = ?1", "$1");
    stopped(
        "SELECT \"name\" FROM org WHERE district = $1",
        "plain names",
    );
    stopped(
        "SELECT name FROM org WHERE district = $1; DROP TABLE org",
        "one statement",
    );
    stopped("SELECT name FROM org WHERE name = 'x", "does not end");
    clean(
        "SELECT COUNT(*), SUM(2 * level) FROM org WHERE district = $1 AND name <> 'now() -- it''s fine; ::'",
    );
}

#[test]
fn a_rollup_needs_its_reason() {
    static WITHOUT: Statement = Statement::new("S", "SELECT COUNT(*) FROM member", Some(" "));
    static WITH: Statement = Statement::new(
        "S",
        "SELECT COUNT(*) FROM member",
        Some("provincial figures"),
    );
    assert_eq!(check(&[&WITHOUT]).len(), 1);
    assert_eq!(check(&[&WITH]), []);
}

#[test]
fn our_own_statements_are_clean() {
    let own = crate::own_statements();
    assert!(own.len() > 25);
    assert_eq!(check(&own), []);
}
