//! Feeds by machine: how they stand, and who may pause one.

use axum::http::StatusCode;
use serde_json::json;

use super::{Api, json_of, towns};
use crate::testing::Site;

#[tokio::test]
async fn a_feed_is_paused_and_resumed_by_those_who_may() {
    let site = Site::new();
    let (mine, _) = towns(&site);
    site.account("district", "district_officer", Some(mine.id));
    site.account("town.a", "town_officer", Some(mine.id));
    let (district, town) = (site.session("district"), site.session("town.a"));
    let api = Api::new(&site);
    let feeds = json_of(&api.get("/api/feeds", &town).await);
    let name = feeds["items"][0]["name"].as_str().unwrap();
    let path = format!("/api/feeds/{name}");
    let past = json_of(&api.get(&format!("{path}/deliveries?limit=3"), &town).await);
    assert_eq!(past["items"], json!([]));
    let none = api.get("/api/feeds/nothing/deliveries", &town).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let why = json!({ "why": "对方系统升级", "until": "2026-12-31" });
    assert_eq!(
        api.post(&format!("{path}/pause"), &town, "f-0", &why)
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    let paused = api
        .does(&format!("{path}/pause"), &district, "f-1", why.clone())
        .await;
    assert_eq!(
        (&paused["freshness"], &paused["paused_until"]),
        (&json!("paused"), &json!("2026-12-31"))
    );
    assert_eq!(
        api.does(&format!("{path}/pause"), &district, "f-1", why.clone())
            .await,
        paused
    );
    let twice = api
        .post(&format!("{path}/pause"), &district, "f-2", &why)
        .await;
    assert!(
        twice.status.is_client_error(),
        "it stands once: {}",
        twice.body
    );
    let resumed = api
        .does(
            &format!("{path}/resume"),
            &district,
            "f-3",
            json!({ "why": "升级完成" }),
        )
        .await;
    assert_ne!(resumed["freshness"], "paused");
    let nothing = api
        .does(
            "/api/feeds/si_arrears/nothing-new",
            &district,
            "f-4",
            json!({ "as_of": "2026-11-20" }),
        )
        .await;
    assert_eq!(
        (&nothing["freshness"], &nothing["last_day"]),
        (&json!("live"), &json!("2026-11-20"))
    );
    api.every_write_of("/api/feeds");
}
