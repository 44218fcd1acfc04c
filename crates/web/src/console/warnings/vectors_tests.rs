//! TV-A1 … TV-A5 through the pages: what was seen is entered by the form, the night computes, and the desk shows colour,
//! points and why.

use axum::http::StatusCode;
use store::jobs::{Handlers, run_jobs_until_idle};
use union::arrears::Permit;
use union::arrears::alerts::{Evaluate, Who, run};
use union::arrears::intake::{Request, import_file};

use super::tests::place;
use crate::shell::encode;
use crate::testing::Site;

const FIRM: &str = "东镇纺织厂";

/// What somebody saw: kind, day, fields.
type Seen<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// The four leads of TV-A1: 10 + 5 + 10 + 5 = 30 points.
const FOUR: [Seen<'static>; 5] = [
    ("si_arrears", "2026-11-05", &[("months", "2")]),
    (
        "utility_use",
        "2026-10-01",
        &[("kwh", "5500"), ("kwh_last_year", "10000")],
    ),
    (
        "utility_use",
        "2026-11-01",
        &[("kwh", "4400"), ("kwh_last_year", "8000")],
    ),
    ("debt_notice", "2026-11-10", &[("form", "1")]),
    ("tension", "2026-11-18", &[("felt", "1")]),
];

/// Enters leads by the form of the desk and lets what follows run.
async fn saw(site: &Site, leads: &[Seen<'_>]) {
    let cookie = site.session("east");
    for (at, (kind, day, fields)) in leads.iter().enumerate() {
        let mut form = format!(
            "key=k-{kind}-{day}-{at}&employer={}&day={day}&verified=yes",
            encode(FIRM)
        );
        for (name, value) in *fields {
            form += &format!("&field.{name}={value}");
        }
        let taken = site
            .post(&format!("/warnings/leads/new?kind={kind}"), &cookie, &form)
            .await;
        assert_eq!(
            taken.status,
            StatusCode::SEE_OTHER,
            "{kind}: {}",
            taken.body
        );
    }
    run_jobs_until_idle(&site.test.db, &Handlers::default().with(Evaluate)).unwrap();
}

/// The desk, and the page of its only alert.
async fn alert(site: &Site) -> String {
    let cookie = site.session("east");
    let list = site.get("/warnings", &cookie).await.body;
    let at = list
        .find("/warnings/QX")
        .unwrap_or_else(|| panic!("no alert: {list}"));
    let href: String = list[at..].chars().take_while(|sign| *sign != '"').collect();
    site.get(&href, &cookie).await.body
}

/// The page shows this colour and these points.
fn shows(page: &str, colour: &str, points: u32) {
    assert!(
        page.contains(&format!("为什么是{colour}色")),
        "not {colour}: {page}"
    );
    assert!(
        page.contains(&format!("<div class=\"big\">{points}<small>")),
        "not {points} points: {page}"
    );
}

fn stand_on(site: &Site, day: &str) {
    let day = day.parse().unwrap();
    site.test
        .clock
        .set(kernel::Instant::from_shanghai(day, 9, 0));
}

#[tokio::test]
async fn tv_a1_four_leads_make_thirty_points_and_yellow() {
    let site = place();
    saw(&site, &FOUR).await;
    let page = alert(&site).await;
    shows(&page, "黄", 30);
    assert!(!page.contains("红线："), "{page}");
}

#[tokio::test]
async fn tv_a2_an_owner_who_cannot_be_reached_makes_red_at_the_same_points() {
    let site = place();
    saw(&site, &FOUR).await;
    site.test.clock.advance(std::time::Duration::from_secs(60));
    saw(&site, &[("owner_lost", "2026-11-19", &[("hours", "26")])]).await;
    let page = alert(&site).await;
    shows(&page, "红", 30);
    assert!(page.contains("红线："), "{page}");
}

#[tokio::test]
async fn tv_a3_a_deferral_takes_points_off_until_it_runs_out() {
    let site = place();
    let leads: [Seen<'_>; 2] = [
        (
            "wage_overdue",
            "2026-11-15",
            &[("days", "20"), ("workers", "8")],
        ),
        ("complaint", "2026-11-16", &[("people", "4")]),
    ];
    saw(&site, &leads).await;
    shows(&alert(&site).await, "黄", 30);
    // A deferral is what a person decides, on the page of the alert; its five points come off, and a person agrees to the fall.
    decide(
        &site,
        "defer",
        &[
            ("until", "2026-11-25"),
            ("document", "延期支付协议"),
            ("note", "与职工代表协商一致"),
        ],
    )
    .await;
    run_jobs_until_idle(&site.test.db, &Handlers::default().with(Evaluate)).unwrap();
    shows(&alert(&site).await, "黄", 25);
    decide(&site, "fall", &[("note", "协议在卷")]).await;
    shows(&alert(&site).await, "蓝", 25);
    stand_on(&site, "2026-11-30");
    saw(
        &site,
        &[(
            "wage_overdue",
            "2026-11-30",
            &[("days", "35"), ("workers", "8")],
        )],
    )
    .await;
    shows(&alert(&site).await, "黄", 45);
}

/// Decides about the only alert on its page, as the district.
async fn decide(site: &Site, act: &str, fields: &[(&str, &str)]) {
    let cookie = site.session("officer");
    let list = site.get("/warnings", &cookie).await.body;
    let at = list.find("/warnings/QX").unwrap();
    let href: String = list[at..].chars().take_while(|sign| *sign != '"').collect();
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)));
    let form = pairs.collect::<Vec<_>>().join("&");
    let done = site.post(&format!("{href}/do/{act}"), &cookie, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{act}: {}", done.body);
}

#[tokio::test]
async fn tv_a4_twelve_workers_unpaid_for_31_days_cross_the_red_line() {
    let site = place();
    saw(
        &site,
        &[(
            "wage_overdue",
            "2026-11-20",
            &[("days", "31"), ("workers", "12")],
        )],
    )
    .await;
    let page = alert(&site).await;
    shows(&page, "红", 35);
    assert!(page.contains("红线："), "{page}");
}

#[tokio::test]
async fn tv_a5_a_list_that_is_late_for_everyone_is_marked_and_not_scored() {
    let site = place();
    stand_on(&site, "2026-09-01");
    let file = site.test.folder.path().join("社保.csv");
    std::fs::write(&file, format!("单位名称,月份,欠费月数\n{FIRM},2026-08,3\n")).unwrap();
    let request = Request {
        file,
        feed: "si_arrears".into(),
        ..Request::default()
    };
    import_file(
        &site.test.db,
        &site.test.actor(),
        &Permit::program(),
        &request,
        &mut |_| {},
    )
    .unwrap();
    stand_on(&site, "2026-11-20");
    let leads: [Seen<'_>; 2] = [
        ("debt_notice", "2026-11-10", &[("form", "1")]),
        ("tension", "2026-11-18", &[("felt", "1")]),
    ];
    saw(&site, &leads).await;
    run(&site.test.db, &site.test.actor(), Who::All).unwrap();
    let page = alert(&site).await;
    shows(&page, "蓝", 15);
    assert!(
        page.contains("数据缺口")
            && page.contains("停用的数据源")
            && page.contains("没有按时来数据，停更期间不计分")
            && page.contains("社会保险欠费清单"),
        "{page}"
    );
    let feeds = site
        .get("/warnings/feeds", &site.session("officer"))
        .await
        .body;
    assert!(feeds.contains("逾期未更新"), "{feeds}");
}
