//! Stories at the door, on both databases.

mod passwords;
mod posts;

use kernel::ids::AccountId;
use store::testing::TestDb;
use store::{Actor, Tx};

use super::*;

/// The definitions that ship.
fn roles() -> Roles {
    Roles::parse(include_str!("../../../../../definitions/roles/roles.toml")).unwrap()
}

fn policy() -> AccessPolicy {
    AccessPolicy::parse(include_str!(
        "../../../../../definitions/access/policy.toml"
    ))
    .unwrap()
}

const PASSWORD: &str = "白墙黑瓦临平山下的人家";

fn new_account(login: &str) -> NewAccount {
    NewAccount {
        login: login.into(),
        name: "演示甲".into(),
        password: PASSWORD.into(),
        keep_password: true,
        member: None,
    }
}

fn write<T>(
    test: &TestDb,
    f: impl FnOnce(&mut Tx) -> Result<T, AccessError>,
) -> Result<T, AccessError> {
    test.db.write(&test.actor(), f)
}

fn account(test: &TestDb, login: &str) -> AccountId {
    write(test, |tx| {
        create_account(tx, &policy(), &new_account(login))
    })
    .unwrap()
}

/// Try to sign in; the token when it worked.
fn try_in(test: &TestDb, login: &str, password: &str) -> Result<String, AccessError> {
    match write(test, |tx| {
        sign_in(tx, &policy(), login, password, &Origin::default())
    })? {
        Outcome::In { token, .. } => Ok(token),
        Outcome::No(error) => Err(error),
    }
}

fn who(test: &TestDb, token: &str) -> Option<SignedIn> {
    let read = |tx: &mut Tx| resume(tx, &policy(), &roles(), token);
    test.db.read(&test.actor(), read).unwrap()
}

fn as_actor(test: &TestDb, id: AccountId) -> Actor {
    Actor {
        account: Some(id),
        ..test.actor()
    }
}
