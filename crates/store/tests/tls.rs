//! The way to a server on another machine is protected, and its certificate is checked.
#![cfg(test)]

use std::sync::Arc;

use store::testing::{TestDb, vault};
use store::{Db, RandomIds, StoreConfig, StoreError};

fn open(test: &TestDb, options: &str) -> Result<Db, StoreError> {
    let config = StoreConfig::new(format!("{}?{options}", test.url()));
    Db::open(
        &config,
        vault(),
        test.clock.clone(),
        Arc::new(RandomIds::default()),
    )
}

#[test]
fn a_certificate_is_asked_for_and_checked() {
    let Some(test) = TestDb::postgres() else {
        return;
    };
    let Ok(root) = std::env::var("NIANGJIA_TEST_PG_ROOT") else {
        println!(
            "skipped: NIANGJIA_TEST_PG_ROOT is not set (scripts/test-postgres sets it when openssl is installed)"
        );
        return;
    };
    let db = open(&test, &format!("sslmode=require&sslrootcert={root}")).unwrap();
    assert_eq!(db.districts().unwrap().len(), 2);
    // The same server, but nobody vouches for it: no connection, and nothing sent in clear.
    let fault = open(&test, "sslmode=require").unwrap_err();
    assert!(
        matches!(fault, StoreError::Database(_) | StoreError::Unavailable(_)),
        "{fault:?}"
    );
}
