//! A small district with people in posts.

use kernel::ids::AccountId;
use kernel::{Instant, Scope};
use store::Actor;
use store::testing::TestDb;

use crate::access::{self, AccessPolicy, CapabilitySet, NewAccount, NewPost, Roles};
use crate::cases::{ActInput, Acted, Case, CaseError, CaseId, CaseRef, NewCase, Verb};
use crate::cases::{act, get, open};
use crate::orgs::OrgRef;
use crate::orgs::tests::support::{District, day, district, officer_of, role, system};

/// Somebody at work.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) actor: Actor,
    pub(crate) may: CapabilitySet,
}

/// The small district: a sentinel in the village, two officers in the town, one in the other town, two in the
/// district, a lawyer.
pub(crate) struct House {
    pub(crate) district: District,
    pub(crate) jia: Person,
    pub(crate) yi: Person,
    pub(crate) yi2: Person,
    pub(crate) other: Person,
    pub(crate) bing: Person,
    pub(crate) ding: Person,
    pub(crate) lawyer: Person,
}

fn person(test: &TestDb, login: &str, role_id: &str, at: Option<&OrgRef>) -> Person {
    let roles = Roles::in_force(store::testing::district(), day("2026-11-01")).unwrap();
    let policy = AccessPolicy::parse(include_str!(
        "../../../../../definitions/access/policy.toml"
    ))
    .unwrap();
    let new = NewAccount {
        login: format!("user-{login}"),
        name: login.to_owned(),
        password: "Tu-8-laternen".to_owned(),
        keep_password: true,
        member: None,
    };
    let account = test
        .db
        .write(&system(), |tx| {
            let account = access::create_account(tx, &policy, &new)?;
            let post = NewPost {
                account,
                role: role_id.to_owned(),
                org: at.map(|org| org.id),
                from_on: day("2026-01-01"),
            };
            access::grant_post(tx, roles, &post)?;
            Ok::<_, access::AccessError>(account)
        })
        .unwrap();
    let actor = match at {
        Some(org) => Actor {
            account: Some(account),
            label: format!("{login} · {}", org.name),
            ..officer_of(&org.path)
        },
        None => Actor {
            scope: Scope::nothing(store::testing::district()),
            account: Some(account),
            label: login.to_owned(),
            ..system()
        },
    };
    Person {
        account,
        actor,
        may: role(role_id),
    }
}

/// Builds it.
pub(crate) fn house(test: &TestDb) -> House {
    let d = district(test);
    House {
        jia: person(test, "jia", "sentinel", Some(&d.village)),
        yi: person(test, "yi", "town_officer", Some(&d.tangqi)),
        yi2: person(test, "yi2", "town_officer", Some(&d.tangqi)),
        other: person(test, "other", "town_officer", Some(&d.qiaosi)),
        bing: person(test, "bing", "district_officer", Some(&d.federation)),
        ding: person(test, "ding", "district_officer", Some(&d.federation)),
        lawyer: person(test, "lawyer", "lawyer", None),
        district: d,
    }
}

/// Puts the hands of the clock at a moment like `2026-11-20 09:30`.
pub(crate) fn at(test: &TestDb, text: &str) {
    test.clock.set(moment(text));
}

/// A moment.
pub(crate) fn moment(text: &str) -> Instant {
    kernel::duty::moment(text).unwrap()
}

/// An arrears alert at the factory.
pub(crate) fn alert(house: &House, grade: &str, link: u128) -> NewCase {
    NewCase {
        kind: "cases.arrears_alert".to_owned(),
        door: "alert".to_owned(),
        place: Some(house.district.factory.id),
        title: "某制衣有限公司".to_owned(),
        fields: [("employer".to_owned(), "某制衣有限公司".to_owned())].into(),
        grade: Some(grade.to_owned()),
        link: Some(("alert", uuid::Uuid::from_u128(link))),
        ..NewCase::default()
    }
}

/// Opens as the program.
pub(crate) fn opened(test: &TestDb, new: &NewCase) -> CaseRef {
    test.db.write(&system(), |tx| open(tx, new)).unwrap()
}

/// Acts as somebody.
pub(crate) fn does(
    test: &TestDb,
    who: &Person,
    case: CaseId,
    verb: &str,
    input: &ActInput,
) -> Result<Acted, CaseError> {
    test.db.write(&who.actor, |tx| {
        act(tx, who.may, case, &Verb::of(verb), input)
    })
}

/// Sees as somebody.
pub(crate) fn sees(test: &TestDb, who: &Person, case: CaseId) -> Result<Case, CaseError> {
    test.db.read(&who.actor, |tx| get(tx, who.may, case))
}

/// Runs what is due.
pub(crate) fn work(test: &TestDb) {
    let handlers = store::jobs::Handlers::default().with(crate::cases::Clocks);
    store::jobs::run_jobs_until_idle(&test.db, &handlers).unwrap();
}
