//! A small district: a federation, two towns, a village, a factory.

use kernel::{Date, EmployerId, MemberId, OrgPath, Scope};
use store::Actor;
use store::testing::TestDb;

use crate::access::{CapabilitySet, Roles};
use crate::employers::{self, EmployerDraft};
use crate::members::{self, Admission, MemberDraft, MemberError, MemberPolicy};
use crate::orgs::{NewOrg, OrgError, OrgKind, OrgRef, create_active};

/// The unions of the small district.
pub(crate) struct District {
    pub federation: OrgRef,
    pub tangqi: OrgRef,
    pub qiaosi: OrgRef,
    pub village: OrgRef,
    pub factory: OrgRef,
}

/// Enter a union as the system.
pub(crate) fn enter(test: &TestDb, parent: Option<&OrgRef>, kind: OrgKind, name: &str) -> OrgRef {
    let new = NewOrg::new(parent.map(|org| org.id), kind, name);
    test.db
        .write(&system(), |tx| create_active(tx, &new))
        .unwrap()
}

/// Enter the small district.
pub(crate) fn district(test: &TestDb) -> District {
    let federation = enter(test, None, OrgKind::Federation, "临平区总工会");
    let tangqi = enter(test, Some(&federation), OrgKind::Town, "塘栖镇总工会");
    let qiaosi = enter(test, Some(&federation), OrgKind::Town, "乔司街道总工会");
    let village = enter(test, Some(&tangqi), OrgKind::Village, "塘北村工会联合会");
    let factory = enter(
        test,
        Some(&village),
        OrgKind::Single,
        "杭州锦禾制衣有限公司工会委员会",
    );
    District {
        federation,
        tangqi,
        qiaosi,
        village,
        factory,
    }
}

/// The program itself.
pub(crate) fn system() -> Actor {
    Actor::system(store::testing::district())
}

/// Somebody who sees one subtree.
pub(crate) fn officer_of(path: &OrgPath) -> Actor {
    let scope = Scope::system(store::testing::district()).narrowed(path);
    Actor {
        scope,
        label: "某干部 · 某工会".to_owned(),
        ..system()
    }
}

/// Read as somebody.
pub(crate) fn see<T>(
    test: &TestDb,
    who: &Actor,
    f: impl FnOnce(&mut store::Tx) -> Result<T, OrgError>,
) -> Result<T, OrgError> {
    test.db.read(who, f)
}

/// Write as somebody.
pub(crate) fn act<T>(
    test: &TestDb,
    who: &Actor,
    f: impl FnOnce(&mut store::Tx) -> Result<T, OrgError>,
) -> Result<T, OrgError> {
    test.db.write(who, f)
}

/// What a role of the shipped definition may do.
pub(crate) fn role(id: &str) -> CapabilitySet {
    let roles = Roles::parse(include_str!("../../../../../definitions/roles/roles.toml")).unwrap();
    roles.get(id).unwrap().capabilities
}

/// Somebody with an account of their own, who sees one subtree.
pub(crate) fn account_of(path: &OrgPath, number: u128) -> Actor {
    Actor {
        account: Some(uuid::Uuid::from_u128(number).into()),
        ..officer_of(path)
    }
}

/// A day, written as people read it.
pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// An employer in the area of a union.
pub(crate) fn employer(test: &TestDb, area: &OrgRef, name: &str, code: &str) -> EmployerId {
    let draft = EmployerDraft {
        name: name.into(),
        credit_code: code.into(),
        territory: Some(area.id),
        ..EmployerDraft::default()
    };
    test.db
        .write(&system(), |tx| employers::upsert(tx, &draft))
        .unwrap()
        .id
        .unwrap()
}

/// Citizens' numbers that can hardly exist (facts §3).
pub(crate) const IDS: [&str; 4] = [
    "330113199003070018",
    "330113198511170280",
    "33011319900307019X",
    "330185199202291122",
];

/// Somebody joins a union.
pub(crate) fn joins(
    test: &TestDb,
    org: &OrgRef,
    unit: Option<EmployerId>,
    id: &str,
    on: &str,
) -> MemberId {
    let draft = MemberDraft {
        name: "张三".into(),
        id_number: id.into(),
        ..MemberDraft::default()
    };
    test.db
        .write(&system(), |tx| {
            let policy = MemberPolicy::at(*tx.district(), tx.today())?;
            let prepared = members::prepare(tx.vault(), policy, tx.today(), &draft, tx.new_id())
                .map_err(MemberError::Faulty)?;
            let to = Admission::new(org.id, org.path.clone(), day(on)).employer(unit);
            members::admit(tx, &prepared, &to)
        })
        .unwrap()
        .id
}
