//! The second lock: with hand-written SQL and no filter at all, a foreign district or path shows no row.
//! PostgreSQL only; the role of the tests owns the tables and is no superuser.
#![cfg(test)]

use kernel::{DistrictCode, MemberId, OrgPath, Scope};
use store::testing::{TestDb, district, other_district};
use store::{Actor, StoreError, Tx, args, statements};
use uuid::Uuid;

statements! {
    ORG = "INSERT INTO org (district, id, path, segment, next_child, level, kind, name, short_name, name_key, state, \
        legal_person, address, py_full, py_init, member_count, created_at, version) \
        VALUES ($1, $2, $3, '0001', 0, 1, 'town', 'a', 'a', 'a', 'active', 'none', '', '', '', 0, 0, 1)";
    MEMBER = "INSERT INTO member (district, id, org_id, org_path, name, name_key, py_full, py_init, sex, id_type, \
        id_sealed, id_index, migrant, new_form, difficult, model_worker, mutual_aid, real_name, status, joined_on, \
        created_at, updated_at, version) VALUES ($1, $2, $3, $4, 'a', 'a', 'a', 'a', 1, 'resident', $5, $6, FALSE, FALSE, \
        FALSE, FALSE, FALSE, TRUE, 'active', $7, 0, 0, 1)";
    REQUEST = "INSERT INTO member_request (district, id, member_id, org_path, kind, state, asked_at) \
        VALUES ($1, $2, $3, $4, 'export', 'open', 0)";
    // What nobody may write in this house: no district, no path.
    #[rollup("the attack of this test")]
    ALL_MEMBERS = "SELECT COUNT(*) FROM member";
    #[rollup("the attack of this test")]
    ALL_REQUESTS = "SELECT COUNT(*) FROM member_request";
    #[rollup("the attack of this test")]
    ALL_AUDIT = "SELECT COUNT(*) FROM audit_log";
    #[rollup("the attack of this test")]
    STEAL = "UPDATE member SET name = 'stolen'";
    #[rollup("the attack of this test")]
    DESTROY = "DELETE FROM member_request";
    #[rollup("the attack of this test")]
    ESCAPE = "UPDATE member SET org_path = '0009'";
}

fn path(number: u32) -> OrgPath {
    OrgPath::whole().child(number).unwrap()
}

/// One org with one member and one request at `number` of `district`.
fn member(test: &TestDb, district: DistrictCode, number: u32) -> MemberId {
    test.db
        .housekeep(&Actor::system(district), |tx| {
            let (org, id, path) = (tx.new_id::<Uuid>(), tx.new_id::<MemberId>(), path(number));
            let index = number.to_be_bytes().as_slice().to_vec();
            tx.exec(&ORG, args![district, org, path])?;
            tx.exec(
                &MEMBER,
                args![
                    district,
                    id,
                    org,
                    path,
                    index,
                    index,
                    jiff::civil::date(2020, 1, 1)
                ],
            )?;
            tx.exec(&REQUEST, args![district, tx.new_id::<Uuid>(), id, path])?;
            Ok::<_, StoreError>(id)
        })
        .unwrap()
}

fn actor(scope: Scope) -> Actor {
    Actor {
        scope,
        ..Actor::system(district())
    }
}

fn count(tx: &mut Tx, statement: &'static store::Statement) -> Result<i64, StoreError> {
    tx.one(statement, &[])?.get(0)
}

/// Three members here (paths 1, 2 and 10), two elsewhere.
fn prepared() -> Option<(TestDb, MemberId)> {
    let test = TestDb::postgres()?;
    let first = member(&test, district(), 1);
    member(&test, district(), 2);
    member(&test, district(), 10);
    member(&test, other_district(), 1);
    member(&test, other_district(), 3);
    Some((test, first))
}

#[test]
fn reading_stays_in_scope() {
    let Some((test, first)) = prepared() else {
        return;
    };
    let seen = |scope: Scope| {
        test.db
            .read(&actor(scope), |tx| {
                Ok::<_, StoreError>((count(tx, &ALL_MEMBERS)?, count(tx, &ALL_REQUESTS)?))
            })
            .unwrap()
    };
    assert_eq!(seen(Scope::system(district())), (3, 3));
    assert_eq!(seen(Scope::granted(district(), path(1))), (1, 1));
    assert_eq!(
        seen(Scope::granted(district(), path(3))),
        (0, 0),
        "a path of the other district"
    );
    assert_eq!(seen(Scope::nothing(district())), (0, 0));
    assert_eq!(
        seen(Scope::own(district(), first)),
        (1, 1),
        "the member's own record"
    );
    let nowhere = DistrictCode::parse("110101").unwrap();
    assert_eq!(seen(Scope::system(nowhere)), (0, 0));
    assert_eq!(ALL.len(), 9);
}

#[test]
fn changing_stays_in_scope() {
    let Some((test, first)) = prepared() else {
        return;
    };
    let changed = |scope: Scope| {
        test.db
            .housekeep(&actor(scope), |tx| {
                Ok::<_, StoreError>((tx.exec(&STEAL, &[])?, tx.exec(&DESTROY, &[])?))
            })
            .unwrap()
    };
    assert_eq!(changed(Scope::nothing(district())), (0, 0));
    assert_eq!(changed(Scope::own(district(), first)), (1, 1));
    assert_eq!(changed(Scope::granted(district(), path(2))), (1, 1));
    assert_eq!(
        changed(Scope::system(district())),
        (3, 1),
        "only what the others left"
    );
    assert_eq!(changed(Scope::system(other_district())), (2, 2));
}

#[test]
fn a_row_cannot_be_pushed_out_of_scope() {
    let Some((test, _)) = prepared() else { return };
    let push = |scope: Scope| test.db.housekeep(&actor(scope), |tx| tx.exec(&ESCAPE, &[]));
    assert!(
        push(Scope::granted(district(), path(2))).is_err(),
        "neither out of the subtree"
    );
    let id = Uuid::from_u128(7);
    let insert = test
        .db
        .housekeep(&actor(Scope::granted(district(), path(2))), |tx| {
            tx.exec(&REQUEST, args![other_district(), id, id, path(2)])
        });
    assert!(insert.is_err(), "nor into another district");
    assert_eq!(push(Scope::system(district())).unwrap(), 3);
}

#[test]
fn looking_across_is_said_and_ends() {
    let Some((test, _)) = prepared() else { return };
    let seen = test
        .db
        .read(&actor(Scope::granted(district(), path(1))), |tx| {
            let before = count(tx, &ALL_MEMBERS)?;
            let across = tx.across("a number exists once in the district", |tx| {
                count(tx, &ALL_MEMBERS)
            })?;
            Ok::<_, StoreError>((before, across, count(tx, &ALL_MEMBERS)?))
        });
    assert_eq!(seen.unwrap(), (1, 3, 1));
}

#[test]
fn the_log_takes_entries_about_others_but_shows_only_ones_own_part() {
    let Some((test, _)) = prepared() else { return };
    let desk = actor(Scope::granted(district(), path(1)));
    test.db
        .write(&desk, |tx| {
            tx.audit(store::Audit::of("a.b", "c", 1).at(&path(1)))?;
            tx.audit(store::Audit::of("a.b", "c", 2).at(&path(2)))?;
            tx.audit(store::Audit::of("a.b", "c", 3))
        })
        .unwrap();
    assert_eq!(test.db.read(&desk, |tx| count(tx, &ALL_AUDIT)).unwrap(), 1);
    let whole = test
        .db
        .read(&test.actor(), |tx| count(tx, &ALL_AUDIT))
        .unwrap();
    assert_eq!(whole, 4, "with the record that opened the district");
}

/// A connection that forgot to say who it is for sees nothing.
#[test]
fn without_bounds_there_is_nothing() {
    let Some((test, _)) = prepared() else { return };
    let mut client = postgres::Client::connect(test.url(), postgres::NoTls).unwrap();
    for table in store::schema::tables()
        .iter()
        .filter(|table| table.is_tenant())
    {
        let row = client
            .query_one(&format!("SELECT COUNT(*) FROM {}", table.name), &[])
            .unwrap();
        assert_eq!(row.get::<_, i64>(0), 0, "{}", table.name);
    }
    let role = client
        .query_one(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user",
            &[],
        )
        .unwrap();
    assert!(
        !role.get::<_, bool>(0),
        "the test's role is an ordinary one"
    );
}
