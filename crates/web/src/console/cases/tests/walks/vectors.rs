//! TV-D1 and the day vectors that clocks of cases keep, through the pages (docs/vectors.md lists all).

use axum::http::StatusCode;
use kernel::ids::CaseId;
use union::cases;

use super::world::{World, errors, from};
use super::{mediation, paper, supervision};

/// The last day of a running clock.
fn last_day(world: &World, id: CaseId, clock: &str) -> String {
    let due = world.dues(id)[clock];
    // A day ends at midnight.
    due.minus(std::time::Duration::from_millis(1))
        .shanghai_date()
        .to_string()
}

/// A matter sent from a phone at the public door.
fn sent(world: &World, kind: &str) -> CaseId {
    let town = world.org("塘栖镇总工会").to_string();
    let fields = [
        ("key", kind),
        ("step", "2"),
        ("type", kind),
        ("subject", "困难帮扶"),
        ("content", "事情的经过"),
        ("place", town.as_str()),
        ("name", "王师傅"),
        ("phone", "13800001111"),
    ];
    let receipt = world.post("", "/hall/demand", &fields);
    assert_eq!(receipt.status, StatusCode::OK, "{}", errors(&receipt));
    let (_, code) = receipt.body.split_once("data-receipt=\"").unwrap();
    let code = code.split_once('"').unwrap().0;
    let actor = world.site.test.actor();
    world
        .site
        .test
        .db
        .read(&actor, |tx| cases::by_receipt(tx, code))
        .unwrap()
        .unwrap()
}

#[test]
fn t1_t7_and_t9_run_in_matters_of_the_public_door() {
    for (vector, moment, kind, clock, last) in [
        ("T9", "2025-08-04 09:00", "建议", "petition", "2025-10-09"),
        ("T7", "2025-09-20 09:00", "投诉", "notice", "2025-10-09"),
        ("T1", "2025-09-26 09:00", "求助", "help", "2025-10-10"),
    ] {
        from(super::demand::KIND, moment, |world| {
            assert_eq!(last_day(world, sent(world, kind), clock), last, "{vector}");
        });
    }
}

#[test]
fn t8_fifteen_days_of_mediation_end_after_the_holiday() {
    from(mediation::KIND, "2026-02-02 09:00", |world| {
        let id = mediation::accepted(world, 1);
        assert_eq!(last_day(world, id, "mediation_end"), "2026-02-24", "T8");
        world.at("2026-02-24 16:00");
        assert!(
            world.page("east", id).contains("征询对方意见"),
            "the last day is a day"
        );
        world.at("2026-02-25 08:00");
        assert!(world.page("east", id).contains("到期终止"), "T8");
    });
}

#[test]
fn t4_and_t5_run_in_a_supervision() {
    from(supervision::KIND, "2026-02-10 09:00", |world| {
        let id = supervision::accepted(world, 1);
        world.does("east", id, "investigate", &supervision::TWO);
        let letter = paper::draft(
            world,
            "east",
            id,
            "serve_opinion",
            "letters.supervision_opinion",
        );
        let number = paper::issue(world, "east", &letter);
        paper::serve(world, "east", &letter, "店长");
        let fields = [
            ("field.findings", "月加班超过三十六小时"),
            ("field.opinion_no", number.as_str()),
            ("field.served_on", "2026-02-10"),
            ("field.served_how", "直接送达"),
            ("field.receiver", "店长"),
        ];
        world.does("east", id, "serve_opinion", &fields);
        assert_eq!(last_day(world, id, "reply"), "2026-03-09", "T4");
        world.at("2026-02-13 09:00");
        let id = supervision::open(world, 2);
        assert_eq!(last_day(world, id, "refusal"), "2026-02-27", "T5");
        world.at("2026-02-28 00:01");
        assert!(
            world.page("officer", id).contains("责任升到 临平区总工会"),
            "T5"
        );
    });
}

#[test]
fn tv_d1_an_agreement_of_1_april_is_confirmed_by_6_may() {
    from(mediation::KIND, "2026-04-01 09:00", |world| {
        let id = mediation::signed(world, 1, "2026-04-20", "否");
        assert_eq!(
            last_day(world, id, "confirmation"),
            "2026-05-06",
            "TV-D1, T10"
        );
        assert!(world.page("east", id).contains("双方共同申请司法确认"));
        assert!(
            !world.buttons("east", id).contains("apply_order"),
            "enforcement needs a default"
        );
        world.at("2026-04-21 08:00");
        assert!(world.page("east", id).contains("未按期履行"));
        assert!(
            world.buttons("east", id).contains("apply_order"),
            "TV-D1: now it may be enforced"
        );
        world.does(
            "east",
            id,
            "confirm",
            &[
                ("field.court", "临平区人民法院"),
                ("evidence", "filing"),
                ("evidence_text", "受理通知书"),
            ],
        );
        world.at("2026-05-07 08:00");
        assert!(
            !world
                .page("east", id)
                .contains("「双方共同申请司法确认」超时"),
            "asked for in time"
        );
    });
}
