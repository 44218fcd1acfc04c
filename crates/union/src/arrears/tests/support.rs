//! A district with two towns, a few employers, and files of feeds.

use std::path::PathBuf;

use kernel::{EmployerId, Instant};
use store::Actor;
use store::testing::TestDb;

use crate::arrears::intake::{Request, SignalReport, import_file};
use crate::arrears::signals::{self, Replayed};
use crate::arrears::{ArrearsError, Permit};
use crate::orgs::tests::support as orgs;
pub(in crate::arrears) use crate::orgs::tests::support::{day, officer_of, role, system};

/// The small district with two employers.
pub(in crate::arrears) struct District {
    pub(in crate::arrears) unions: orgs::District,
    /// 锦禾制衣 in Tangqi, with a credit code.
    pub(in crate::arrears) factory: EmployerId,
}

/// Its credit code.
pub(in crate::arrears) const CODE: &str = "913301000000471164";

pub(in crate::arrears) fn district(test: &TestDb) -> District {
    let unions = orgs::district(test);
    let factory = orgs::employer(test, &unions.tangqi, "杭州锦禾制衣有限公司", CODE);
    orgs::employer(test, &unions.qiaosi, "杭州云栖木作有限公司", "");
    District { unions, factory }
}

/// Writes a file into the test's folder.
pub(in crate::arrears) fn file(test: &TestDb, name: &str, text: &str) -> PathBuf {
    let path = test.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Imports it.
pub(in crate::arrears) fn import(test: &TestDb, feed: &str, path: PathBuf) -> SignalReport {
    try_import(test, feed, path).unwrap()
}

pub(in crate::arrears) fn try_import(
    test: &TestDb,
    feed: &str,
    path: PathBuf,
) -> Result<SignalReport, ArrearsError> {
    let request = Request {
        file: path,
        feed: feed.into(),
        ..Request::default()
    };
    import_file(
        &test.db,
        &system(),
        &Permit::program(),
        &request,
        &mut |_| {},
    )
}

/// Everything that counts, as `kind day fields`.
pub(in crate::arrears) fn counted(test: &TestDb) -> Vec<String> {
    all(test, &system())
        .iter()
        .map(|one| format!("{} {} {}", one.kind, one.day, one.fields))
        .collect()
}

pub(in crate::arrears) fn all(test: &TestDb, actor: &Actor) -> Vec<Replayed> {
    let mut found = Vec::new();
    test.db
        .read(actor, |tx| {
            signals::replay(
                tx,
                &[],
                Instant::from_ms(0),
                Instant::from_ms(i64::MAX),
                |one| {
                    if one.ended.is_none() {
                        found.push(one);
                    }
                    Ok(())
                },
            )
        })
        .unwrap();
    found
}
