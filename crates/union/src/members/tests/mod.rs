//! Tests of the members room: what drafts are refused for, and stories on both databases.

mod accounts;
mod admitting;
mod behalf;
mod doors;
mod erasing;
mod listing;
mod measuring;
mod moving;
mod naughty;
mod own;
mod preparing;
mod stories;
mod units;

use kernel::ids::{MemberId, OrgId};
use kernel::{Date, OrgPath};
use store::Tx;
use store::testing::TestDb;

use super::*;
use crate::orgs::{self, NewOrg, OrgKind, OrgRef};

/// Citizens' numbers that can hardly exist (facts §3): valid check digits, born before the district code was.
const IDS: [&str; 6] = [
    "330113199003070018",
    "330113198511170280",
    "33011319900307019X",
    "330185199202291122",
    "11010519491231002X",
    "330125198001010012",
];

fn day(year: i16, month: i8, day: i8) -> Date {
    jiff::civil::date(year, month, day)
}

/// A federation with two towns and one basic union in each.
struct Tree {
    town_a: OrgRef,
    shop_a: OrgRef,
    shop_b: OrgRef,
}

fn plant(test: &TestDb) -> Tree {
    test.db
        .write(&test.actor(), |tx| {
            let district =
                orgs::create_active(tx, &NewOrg::new(None, OrgKind::Federation, "甲区总工会"))?;
            let town = |tx: &mut Tx, name: &str| {
                orgs::create_active(tx, &NewOrg::new(Some(district.id), OrgKind::Town, name))
            };
            let (town_a, town_b) = (town(tx, "东镇总工会")?, town(tx, "西镇总工会")?);
            let shop_a = orgs::create_active(
                tx,
                &NewOrg::new(Some(town_a.id), OrgKind::Single, "东镇纺织厂工会"),
            )?;
            let shop_b = orgs::create_active(
                tx,
                &NewOrg::new(Some(town_b.id), OrgKind::Single, "西镇机械厂工会"),
            )?;
            Ok::<_, orgs::OrgError>(Tree {
                town_a,
                shop_a,
                shop_b,
            })
        })
        .unwrap()
}

fn draft(name: &str, id_number: &str) -> MemberDraft {
    MemberDraft {
        name: name.into(),
        id_number: id_number.into(),
        ..Default::default()
    }
}

/// Prepares a draft inside a transaction.
fn prepared(tx: &Tx, draft: &MemberDraft) -> Result<PreparedMember, MemberError> {
    let policy = MemberPolicy::at(*tx.district(), tx.today())?;
    let id: MemberId = tx.new_id();
    prepare(tx.vault(), policy, tx.today(), draft, id).map_err(MemberError::Faulty)
}

/// Joins one person to one union on 2020-01-01.
fn join(tx: &mut Tx, org: &OrgRef, draft: &MemberDraft) -> Result<Admitted, MemberError> {
    let member = prepared(tx, draft)?;
    admit(
        tx,
        &member,
        &Admission::new(org.id, org.path.clone(), day(2020, 1, 1)),
    )
}

fn own_count(tx: &mut Tx, org: OrgId) -> i64 {
    orgs::card(tx, org).unwrap().member_count
}

/// An actor who sees one subtree, as access would make it.
fn officer(test: &TestDb, path: &OrgPath) -> store::Actor {
    let mut actor = test.actor();
    actor.scope = actor.scope.narrowed(path);
    actor.label = "测试员".into();
    actor
}

/// A citizen's number with a right check digit: region, birth date, sequence below 1000.
fn resident(region: &str, birth: Date, sequence: u16) -> String {
    let digits = format!(
        "{region}{:04}{:02}{:02}{sequence:03}",
        birth.year(),
        birth.month(),
        birth.day()
    );
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits
        .bytes()
        .zip(weights)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let check = b"10X98765432"[usize::try_from(sum % 11).unwrap()];
    format!("{digits}{}", char::from(check))
}
