//! The order and the words of the workbench.

use kernel::{Date, Instant};
use store::jobs::{Handlers, run_jobs_until_idle};
use union::cases::{self, NewCase};
use union::orgs::committee::{self, CommitteeKind, NewCommittee};
use union::orgs::{NewOrg, OrgKind, OrgRef, create_active};

use crate::testing::Site;

fn tree(site: &Site) -> kernel::ids::OrgId {
    let new = NewOrg::new(None, OrgKind::Federation, "测试区总工会");
    site.test
        .db
        .write(&site.test.actor(), |tx| create_active(tx, &new))
        .unwrap()
        .id
}

#[tokio::test]
async fn everybody_lands_on_a_page_that_fits_the_post() {
    let site = Site::new();
    let root = tree(&site);
    for (login, role, org, words) in [
        (
            "officer",
            "district_officer",
            Some(root),
            "今天没有等您办的事",
        ),
        ("leader", "leader", Some(root), "今天没有等您办的事"),
        ("machine", "system_admin", None, "账号与岗位"),
        ("auditor", "audit_admin", None, "审计日志"),
        ("lawyer", "lawyer", None, "现在没有分派给您的事"),
    ] {
        site.account(login, role, org);
        let answer = site.get("/workbench", &site.session(login)).await;
        assert_eq!(answer.status, 200, "{login}: {}", answer.body);
        assert!(answer.body.contains(words), "{login}: {}", answer.body);
    }
    assert_eq!(
        site.get("/workbench", "").await.location,
        "/login?next=/workbench"
    );
}

#[tokio::test]
async fn a_post_is_offered_only_the_queues_it_may_decide() {
    let site = Site::new();
    let root = tree(&site);
    site.account("leader", "leader", Some(root));
    site.account("officer", "district_officer", Some(root));
    let leader = site.get("/workbench", &site.session("leader")).await.body;
    let officer = site.get("/workbench", &site.session("officer")).await.body;
    for queue in [
        "/transfers",
        "/applications",
        "/orgs/foundings?open=1",
        "/duplicates",
    ] {
        assert!(!leader.contains(queue), "{queue}");
        assert!(officer.contains(queue), "{queue}");
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Elected on a day, for five years.
fn elect(site: &Site, org: &OrgRef, from_on: &str) {
    let elected = NewCommittee {
        kind: CommitteeKind::Committee,
        term_years: 5,
        from_on: day(from_on),
        officers: Vec::new(),
    };
    site.test
        .db
        .write(&site.test.actor(), |tx| {
            committee::install(tx, org.id, &elected, "选举")
        })
        .unwrap();
}

/// A warning to look after.
fn warning(site: &Site, place: &OrgRef, title: &str, grade: &str) {
    let new = NewCase {
        kind: "cases.arrears_alert".to_owned(),
        door: "alert".to_owned(),
        place: Some(place.id),
        title: title.to_owned(),
        fields: [("employer".to_owned(), title.to_owned())].into(),
        link: Some((
            "alert",
            uuid::Uuid::from_u128(1 + u128::from(grade == "blue")),
        )),
        grade: Some(grade.to_owned()),
        ..NewCase::default()
    };
    site.test
        .db
        .write(&site.test.actor(), |tx| cases::open(tx, &new))
        .unwrap();
}

#[tokio::test]
async fn the_workbench_has_one_order_by_what_is_due_and_how_grave_it_is() {
    let site = Site::new();
    let clock = &site.test.clock;
    clock.set(Instant::from_shanghai(day("2026-10-12"), 9, 0));
    let root = tree(&site);
    let below = |parent, kind, name: &str| {
        let new = NewOrg::new(Some(parent), kind, name);
        let made = site
            .test
            .db
            .write(&site.test.actor(), |tx| create_active(tx, &new));
        made.unwrap()
    };
    let town = below(root, OrgKind::Town, "东镇总工会");
    let village = below(town.id, OrgKind::Village, "东村工会联合会");
    let shop = below(town.id, OrgKind::Single, "东镇纺织厂工会");
    let mill = below(town.id, OrgKind::Single, "东镇面粉厂工会");
    site.account("east", "town_officer", Some(town.id));
    // The village has a day to call and does not: from the 14th it is the town's, and late.
    elect(&site, &shop, "2021-10-07");
    warning(&site, &village, "早先的预警", "blue");
    elect(&site, &mill, "2021-10-14");
    clock.set(Instant::from_shanghai(day("2026-10-14"), 9, 0));
    run_jobs_until_idle(&site.test.db, &Handlers::default().with(cases::Clocks)).unwrap();
    // The town has hours for this one, and the whole day for the term that ends today.
    warning(&site, &town, "今天的预警", "yellow");
    elect(&site, &town, "2022-01-10");
    let bench = site.get("/workbench", &site.session("east")).await.body;
    let at = |words: &str| {
        bench
            .find(words)
            .unwrap_or_else(|| panic!("{words}: {bench}"))
    };
    // What is late or due today: the graver warning, the other, then what is only a reminder; then what comes later.
    let order = [
        "今天的预警",
        "早先的预警",
        "东镇纺织厂工会",
        "东镇面粉厂工会",
        "2027-01-",
    ];
    let places: Vec<usize> = order.into_iter().map(at).collect();
    assert!(places.is_sorted(), "{order:?} stand at {places:?}: {bench}");
}

#[tokio::test]
async fn a_long_run_of_reminders_is_one_line_and_every_colour_a_tile() {
    let site = Site::new();
    let clock = &site.test.clock;
    clock.set(Instant::from_shanghai(day("2026-10-14"), 9, 0));
    let root = tree(&site);
    site.account("officer", "district_officer", Some(root));
    for shop in ["一厂工会", "二厂工会", "三厂工会", "四厂工会"] {
        let new = NewOrg::new(Some(root), OrgKind::Single, shop);
        let made = site
            .test
            .db
            .write(&site.test.actor(), |tx| create_active(tx, &new))
            .unwrap();
        elect(&site, &made, "2021-10-07");
    }
    let bench = site.get("/workbench", &site.session("officer")).await.body;
    assert!(bench.contains("换届提醒 4 件"), "{bench}");
    assert!(
        bench.contains("4 个已超期") && !bench.contains("一厂工会"),
        "{bench}"
    );
    for (colour, words) in [
        ("red", "红色预警"),
        ("yellow", "黄色预警"),
        ("blue", "蓝色预警"),
    ] {
        assert!(
            bench.contains(&format!("/warnings?level={colour}")) && bench.contains(words),
            "{bench}"
        );
    }
}
