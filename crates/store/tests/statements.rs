//! The store's own statements, and that the planner check can fail.
#![cfg(test)]

use store::testing::{TestDb, check_statements};

#[test]
fn our_own_statements_are_clean_on_both_databases() {
    check_statements(&store::own_statements());
}

store::statements! {
    UNBOUND = "SELECT m.name FROM member m JOIN org o ON o.id = m.org_id WHERE m.district = $1";
    UNKNOWN = "SELECT unknown_one FROM member WHERE district = $1";
}

#[test]
#[should_panic(expected = "UNBOUND")]
fn an_unbound_statement_is_named() {
    check_statements(ALL);
}

#[test]
#[should_panic(expected = "UNKNOWN: SQLite: no such column: unknown_one")]
fn an_unknown_column_is_named() {
    check_statements(ALL);
}

/// Without the linter in front: the planner alone sees it too.
#[test]
fn the_planner_sees_an_unbound_district() {
    let Some(test) = TestDb::postgres_partitioned() else {
        return;
    };
    let faults = store::testing::plan_faults(&test, ALL);
    let named: Vec<_> = faults
        .iter()
        .map(|fault| (fault.statement, fault.message.contains("several parts")))
        .collect();
    assert_eq!(named, [("UNBOUND", true), ("UNKNOWN", false)]);
}
