//! The pages of the figures, the screen and the API, through the whole router.

use axum::http::StatusCode;
use kernel::ids::OrgId;
use union::coverage;
use union::employers::{self, EmployerDraft};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::testing::Site;

/// A federation with two towns, one employer each, today counted and October frozen.
struct Place {
    site: Site,
    town: OrgId,
    other: OrgId,
}

fn empty() -> (Site, OrgId, OrgId, OrgId) {
    let site = Site::new();
    let made = site.test.db.write(&site.test.actor(), |tx| {
        let root = create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))?.id;
        let town = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "东镇总工会"))?.id;
        let other = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "西镇总工会"))?.id;
        Ok::<_, OrgError>((root, town, other))
    });
    let (root, town, other) = made.unwrap();
    (site, root, town, other)
}

fn place() -> Place {
    let (site, root, town, other) = empty();
    for (area, name, code) in [
        (town, "东镇纺织厂", "91330100799655058B"),
        (other, "西镇机械厂", "9144030071526726XG"),
    ] {
        let draft = EmployerDraft {
            name: name.into(),
            credit_code: code.into(),
            territory: Some(area),
            headcount: Some(60),
            headcount_on: Some("2026-01-31".parse().unwrap()),
            source: "测试".into(),
            ..EmployerDraft::default()
        };
        site.test
            .db
            .write(&site.test.actor(), |tx| employers::upsert(tx, &draft))
            .unwrap();
    }
    coverage::refresh(&site.test.db, &site.test.actor()).unwrap();
    site.account("officer", "district_officer", Some(root));
    site.account("leader", "leader", Some(root));
    site.account("east", "town_officer", Some(town));
    Place { site, town, other }
}

#[tokio::test]
async fn before_anything_is_counted_the_pages_say_so() {
    let (site, root, ..) = empty();
    site.account("officer", "district_officer", Some(root));
    let cookie = site.session("officer");
    for (path, words) in [
        ("/coverage", "还没有这个月的数据"),
        ("/screen", "还没有数据"),
    ] {
        let answer = site.get(path, &cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert!(answer.body.contains(words), "{path}");
    }
    assert_eq!(
        site.get("/api/coverage", &cookie).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_month_is_frozen_from_the_page_once() {
    let Place { site, .. } = place();
    let cookie = site.session("officer");
    let done = site
        .post("/coverage/freeze", &cookie, "month=2026-10")
        .await;
    assert_eq!(
        done.location, "/coverage?month=2026-10&done=frozen",
        "{}",
        done.body
    );
    let again = site
        .post("/coverage/freeze", &cookie, "month=2026-10")
        .await;
    assert_eq!(again.location, "/coverage?month=2026-10&done=already");
    assert_eq!(
        site.post("/coverage/freeze", &cookie, "month=2026-11")
            .await
            .status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        site.post("/coverage/freeze", &cookie, "month=now")
            .await
            .status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let page = site.get("/coverage?month=2026-10", &cookie).await.body;
    assert!(
        page.contains("2026 年 10 月，") && page.contains("冻结") && page.contains("东镇总工会")
    );
    let town = site.session("east");
    assert_eq!(
        site.post("/coverage/freeze", &town, "month=2026-09")
            .await
            .status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn every_page_draws_and_numbers_open_to_rows() {
    let Place { site, town, .. } = place();
    let cookie = site.session("officer");
    let pages = [
        ("/coverage".to_owned(), "东镇总工会"),
        (format!("/coverage?org={town}&month=current"), "口径"),
        (
            "/coverage/items?metric=founded&show=missing".to_owned(),
            "东镇纺织厂",
        ),
        (
            "/coverage/items?metric=joined&show=left_out".to_owned(),
            "这一类没有记录",
        ),
        ("/screen".to_owned(), "/coverage/items?org="),
        (format!("/screen/{town}"), "下钻路径"),
    ];
    for (path, words) in pages {
        let answer = site.get(&path, &cookie).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert!(answer.body.contains(words), "{path} lacks {words}");
        assert!(
            !answer.body.contains("style=") && !answer.body.contains("<script>"),
            "{path}"
        );
    }
    // A leader sees no roll of members, so no number leads there.
    let screen = site.get("/screen", &site.session("leader")).await.body;
    assert!(!screen.contains("/members?") && screen.contains("/orgs/"));
    let api: serde_json::Value =
        serde_json::from_str(&site.get("/api/coverage", &cookie).await.body).unwrap();
    assert_eq!(
        (
            api["month"].as_str(),
            api["rates"][0]["denominator"].as_u64()
        ),
        (Some("current"), Some(2))
    );
    assert_eq!(api["below"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_town_sees_its_own_figures_only() {
    let Place { site, town, other } = place();
    let cookie = site.session("east");
    for path in [
        "/coverage",
        "/screen",
        "/coverage/items?metric=founded",
        "/api/coverage",
    ] {
        let body = site.get(path, &cookie).await.body;
        assert!(!body.contains("西镇"), "{path}");
    }
    for path in [
        format!("/coverage?org={other}"),
        format!("/screen/{other}"),
        format!("/coverage/items?org={other}"),
        format!("/api/coverage?org={other}"),
    ] {
        assert_eq!(
            site.get(&path, &cookie).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let own = site
        .get(
            &format!("/coverage/items?org={town}&metric=founded"),
            &cookie,
        )
        .await
        .body;
    assert!(own.contains("东镇纺织厂"));
}
