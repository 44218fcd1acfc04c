//! The warning panel through the whole router: counts that open to lists, no company without being asked for, nothing
//! for a foreign town.

use axum::http::StatusCode;
use kernel::ids::OrgId;
use store::jobs::{Handlers, run_jobs_until_idle};
use union::employers::{self, EmployerDraft};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::shell::encode;
use crate::testing::Site;

/// Two towns, a leader, an officer in each, and a factory in the first that owes wages.
async fn place() -> Site {
    let site = Site::new();
    let made = site.test.db.write(&site.test.actor(), |tx| {
        let root = create_active(tx, &NewOrg::new(None, OrgKind::Federation, "临平区总工会"))?.id;
        let town = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "塘栖镇总工会"))?.id;
        let other = create_active(
            tx,
            &NewOrg::new(Some(root), OrgKind::Town, "乔司街道总工会"),
        )?
        .id;
        Ok::<_, OrgError>((root, town, other))
    });
    let (root, town, other): (OrgId, OrgId, OrgId) = made.unwrap();
    site.account("officer", "district_officer", Some(root));
    site.account("leader", "leader", Some(root));
    site.account("east", "town_officer", Some(town));
    site.account("west", "town_officer", Some(other));
    site.account("system", "system_admin", None);
    let draft = EmployerDraft {
        name: "锦禾制衣有限公司".into(),
        credit_code: "91330100799655058B".into(),
        territory: Some(town),
        source: "测试".into(),
        ..EmployerDraft::default()
    };
    site.test
        .db
        .write(&site.test.actor(), |tx| employers::upsert(tx, &draft))
        .unwrap();
    let day = site.app.now().shanghai_date();
    let form = format!(
        "key=k&employer={}&day={day}&field.days=35&field.workers=12&verified=yes",
        encode("锦禾制衣有限公司")
    );
    let cookie = site.session("east");
    let taken = site
        .post("/warnings/leads/new?kind=wage_overdue", &cookie, &form)
        .await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let handlers = Handlers::default().with(union::arrears::alerts::Evaluate);
    run_jobs_until_idle(&site.test.db, &handlers).unwrap();
    site
}

fn entries(site: &Site, action: &str) -> usize {
    let filter = union::audit::AuditFilter {
        action: action.into(),
        ..Default::default()
    };
    let found = site.test.db.read(&site.test.actor(), |tx| {
        union::audit::search(tx, &filter, 50)
    });
    found.unwrap().len()
}

/// Addresses of the page's own links that lead to lists.
fn lists(body: &str) -> Vec<String> {
    let links = body
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let mut found: Vec<String> = links
        .filter(|href| href.starts_with("/warnings"))
        .map(|href| href.replace("&#38;", "&").replace("&amp;", "&"))
        .collect();
    found.sort();
    found.dedup();
    found
}

#[tokio::test]
async fn every_number_of_the_panel_opens_to_its_records() {
    let site = place().await;
    let leader = site.session("leader");
    let panel = site.get("/screen/warnings", &leader).await;
    assert_eq!(panel.status, StatusCode::OK);
    for words in [
        "塘栖镇：红色 1 家",
        "▲1",
        "乔司街道：没有预警",
        "url(#w-red)",
        "近 12 周在册",
        "示意图，不作划界依据",
    ] {
        assert!(panel.body.contains(words), "{words}: {}", panel.body);
    }
    let lists = lists(&panel.body);
    assert!(lists.len() > 20, "{lists:?}");
    for list in lists {
        let answer = site.get(&list, &leader).await;
        assert_eq!(answer.status, StatusCode::OK, "{list}: {}", answer.body);
    }
    let red = site.get("/warnings?level=red", &leader).await;
    assert!(red.body.contains("锦禾制衣有限公司"));
    assert!(
        site.get("/screen", &leader)
            .await
            .body
            .contains("/screen/warnings")
    );
}

#[tokio::test]
async fn the_wall_names_no_company_until_it_is_asked_for_and_that_is_logged() {
    let site = place().await;
    let leader = site.session("leader");
    let panel = site.get("/screen/warnings", &leader).await;
    assert!(!panel.body.contains("锦禾"), "{}", panel.body);
    assert_eq!(entries(&site, "screen.names_shown"), 0);
    let named = site.get("/screen/warnings?names=yes", &leader).await;
    assert!(named.body.contains("锦禾制衣有限公司"));
    assert_eq!(entries(&site, "screen.names_shown"), 1);
}

#[tokio::test]
async fn a_foreign_town_sees_an_empty_wall_and_who_reads_no_warnings_sees_none() {
    let site = place().await;
    let west = site.session("west");
    for path in [
        "/screen/warnings",
        "/screen/warnings?names=yes",
        "/warnings/record",
    ] {
        let page = site.get(path, &west).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            !page.body.contains("锦禾") && !page.body.contains("塘栖"),
            "{path}: {}",
            page.body
        );
    }
    assert!(
        site.get("/screen/warnings", &west)
            .await
            .body
            .contains("现在没有预警")
    );
    let system = site.session("system");
    for path in [
        "/screen/warnings",
        "/warnings/daily",
        "/warnings/season",
        "/warnings/record",
        "/cases/figures",
    ] {
        assert_eq!(
            site.get(path, &system).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_rates_of_the_towns_stand_on_a_map_whose_data_is_a_table() {
    let site = place().await;
    union::coverage::refresh(&site.test.db, &site.test.actor()).unwrap();
    let leader = site.session("leader");
    let page = site.get("/screen", &leader).await.body;
    assert!(
        page.contains("kind=\"map\"") && page.contains("示意图，不作划界依据"),
        "{page}"
    );
    let map = site.get("/screen/map.json", &leader).await;
    assert_eq!(map.status, StatusCode::OK);
    let map: serde_json::Value = serde_json::from_str(&map.body).unwrap();
    let features = map["features"].as_array().unwrap();
    let on_map = |name: &str| features.iter().any(|one| one["properties"]["name"] == name);
    for town in ["塘栖镇", "乔司街道"] {
        assert!(
            page.contains(&format!("data-name=\"{town}\"")),
            "{town}: {page}"
        );
        assert!(on_map(town), "{town}: {map}");
    }
    let system = site.session("system");
    let closed = site.get("/screen/map.json", &system).await;
    assert_eq!(closed.status, StatusCode::FORBIDDEN);
}
