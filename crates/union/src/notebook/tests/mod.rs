//! Tests of the notebook: what wins when edits meet, what is owed, and who sees nothing.

mod filing;
mod following;
mod privacy;
mod reckoning;
mod syncing;

use kernel::ids::MemberId;
use kernel::{Scope, SeededIds};
use store::testing::{TestDb, district};
use store::{Actor, Tx};

use super::*;
use crate::members::{self, Admission, MemberDraft, MemberError, MemberPolicy};
use crate::orgs::{self, NewOrg, OrgKind, OrgRef};

/// A federation with a town, a basic union in it, and another town.
struct Tree {
    federation: OrgRef,
    town: OrgRef,
    shop: OrgRef,
    elsewhere: OrgRef,
}

fn plant(test: &TestDb) -> Tree {
    let make = |tx: &mut Tx, above, kind, name: &str| {
        orgs::create_active(tx, &NewOrg::new(above, kind, name))
    };
    test.db
        .write(&test.actor(), |tx| {
            let federation = make(tx, None, OrgKind::Federation, "甲区总工会")?;
            let town = make(tx, Some(federation.id), OrgKind::Town, "东镇总工会")?;
            let shop = make(tx, Some(town.id), OrgKind::Single, "东镇纺织厂工会")?;
            let elsewhere = make(tx, Some(federation.id), OrgKind::Town, "西镇总工会")?;
            Ok::<_, orgs::OrgError>(Tree {
                federation,
                town,
                shop,
                elsewhere,
            })
        })
        .unwrap()
}

fn join(test: &TestDb, org: &OrgRef, name: &str, id_number: &str) -> MemberId {
    let draft = MemberDraft {
        name: name.into(),
        id_number: id_number.into(),
        ..Default::default()
    };
    test.db
        .write(&test.actor(), |tx| {
            let policy = MemberPolicy::at(*tx.district(), tx.today())?;
            let ready = members::prepare(tx.vault(), policy, tx.today(), &draft, tx.new_id())
                .map_err(MemberError::Faulty)?;
            let admission = Admission::new(org.id, org.path.clone(), tx.today());
            Ok::<_, MemberError>(members::admit(tx, &ready, &admission)?.id)
        })
        .unwrap()
}

fn zhang(test: &TestDb, tree: &Tree) -> MemberId {
    join(test, &tree.shop, "张三", "330113199003070018")
}

/// The worker, as the hall lets them act.
fn own(member: MemberId) -> Actor {
    Actor {
        scope: Scope::own(district(), member),
        label: "张三 · 本人".into(),
        ..Actor::system(district())
    }
}

/// A post over a part of the tree.
fn officer(org: &OrgRef) -> Actor {
    Actor {
        scope: Scope::granted(district(), org.path.clone()),
        label: "测试员".into(),
        ..Actor::system(district())
    }
}

fn key(number: u64) -> EntryId {
    let ids = SeededIds::new(number);
    kernel::IdSource::next(&ids, kernel::Instant::from_ms(1)).into()
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn work(day: &str, hours: &str, overtime: &str) -> Fields {
    fields(&[
        ("kind", "work"),
        ("day", day),
        ("hours", hours),
        ("overtime", overtime),
    ])
}

fn monthly(from: &str, amount: &str) -> Fields {
    fields(&[
        ("kind", "terms"),
        ("day", from),
        ("employer", "东镇工地"),
        ("basis", "month"),
        ("amount", amount),
        ("pay_day", "15"),
    ])
}

fn pay(day: &str, month: &str, amount: &str) -> Fields {
    fields(&[
        ("kind", "pay"),
        ("day", day),
        ("month", month),
        ("amount", amount),
    ])
}

fn keep(test: &TestDb, member: MemberId, number: u64, fields: Fields) -> Outcome {
    test.db
        .write(&own(member), |tx| put(tx, key(number), fields))
        .unwrap()
}

fn read(test: &TestDb, member: MemberId) -> Vec<Entry> {
    test.db.read(&own(member), entries).unwrap()
}
