//! Unions and employers entered and changed by machine.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Api, json_of, officers, towns};
use crate::testing::Site;

async fn card(api: &Api<'_>, path: &str, cookie: &str) -> Value {
    let answer = api.get(path, cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    json_of(&answer)
}

#[tokio::test]
async fn employers_are_entered_once_and_changed_field_by_field() {
    let site = Site::new();
    let ([mine, _], [a, b]) = officers(&site);
    let api = Api::new(&site);
    let new = json!({ "name": "杭州锦禾制衣有限公司", "credit_code": "91330100799655058B",
        "territory": mine.id.to_string(), "headcount": 120, "headcount_on": "2026-01-31", "address": "东湖路 1 号" });
    let foreign = api.post("/api/employers", &b, "e-0", &new).await;
    assert_eq!(json_of(&foreign)["field"], "territory", "{}", foreign.body);
    let first = api.does("/api/employers", &a, "e-1", new.clone()).await;
    assert_eq!(first["outcome"], "created");
    assert_eq!(
        api.does("/api/employers", &a, "e-1", new.clone()).await,
        first
    );
    let again = api.does("/api/employers", &a, "e-2", new).await;
    assert_eq!(
        (&again["id"], &again["outcome"]),
        (&first["id"], &json!("unchanged"))
    );
    let nameless = api
        .post("/api/employers", &a, "e-3", &json!({ "headcount": 3 }))
        .await;
    assert_eq!(
        nameless.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        nameless.body
    );
    let alike = json!({ "name": "杭州锦禾制衣厂", "territory": mine.id.to_string() });
    let alike = api.does("/api/employers", &a, "e-4", alike).await;
    assert_eq!(
        (&alike["outcome"], &alike["id"]),
        (&json!("queued"), &json!(null)),
        "{alike}"
    );

    let path = format!("/api/employers/{}", first["id"].as_str().unwrap());
    assert_eq!(api.get(&path, &b).await.status, StatusCode::NOT_FOUND);
    let before = card(&api, &path, &a).await;
    let edit = json!({ "version": before["version"], "address": "东湖路 2 号" });
    assert_eq!(
        api.post(&path, &b, "e-5", &edit).await.status,
        StatusCode::NOT_FOUND
    );
    let unversioned = api.post(&path, &a, "e-6", &json!({ "address": "" })).await;
    assert_eq!(json_of(&unversioned)["field"], "version");
    let saved = api.does(&path, &a, "e-7", edit.clone()).await;
    let after = card(&api, &path, &a).await;
    assert_eq!(
        (&after["address"], &after["version"]),
        (&json!("东湖路 2 号"), &saved["version"])
    );
    assert_eq!(
        (&after["headcount"], &after["name"]),
        (&before["headcount"], &before["name"]),
        "the rest stays"
    );
    assert_eq!(
        api.post(&path, &a, "e-8", &edit).await.status,
        StatusCode::CONFLICT
    );
    api.every_write_of("/api/employers");
}

#[tokio::test]
async fn unions_are_entered_and_changed_by_those_who_may() {
    let site = Site::new();
    let (mine, _) = towns(&site);
    let find = |tx: &mut store::Tx| union::orgs::find(tx, "测试区总工会");
    let top = site.test.db.read(&site.test.actor(), find).unwrap();
    site.account("district", "district_officer", Some(top[0].id));
    site.account("town.a", "town_officer", Some(mine.id));
    let (district, town) = (site.session("district"), site.session("town.a"));
    let api = Api::new(&site);
    let new =
        json!({ "parent": mine.id.to_string(), "kind": "joint", "name": "甲镇快递行业联合工会" });
    assert_eq!(
        api.post("/api/orgs", &town, "o-0", &new).await.status,
        StatusCode::FORBIDDEN
    );
    let first = api.does("/api/orgs", &district, "o-1", new.clone()).await;
    assert_eq!(
        api.does("/api/orgs", &district, "o-1", new.clone()).await,
        first
    );
    let kind = json!({ "parent": mine.id.to_string(), "kind": "club", "name": "x" });
    let kind = json_of(&api.post("/api/orgs", &district, "o-2", &kind).await);
    assert_eq!(kind["field"], "kind");
    assert!(kind["detail"].as_str().unwrap().contains("joint"), "{kind}");

    let path = format!("/api/orgs/{}", first["id"].as_str().unwrap());
    let before = card(&api, &path, &district).await;
    let edit = json!({ "version": before["version"], "short_name": "甲镇快递", "note": "改简称" });
    let edited = api
        .does(&format!("{path}/acts/edit"), &district, "o-3", edit.clone())
        .await;
    let after = card(&api, &path, &district).await;
    assert_eq!(
        (&after["short_name"], &after["name"]),
        (&json!("甲镇快递"), &before["name"]),
        "the rest stays"
    );
    let stale = api
        .post(&format!("{path}/acts/edit"), &district, "o-4", &edit)
        .await;
    assert_eq!(json_of(&stale)["code"], "org.stale");
    let none = api
        .post(&format!("{path}/acts/dance"), &district, "o-5", &edit)
        .await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let pause = json!({ "version": edited["version"], "note": "暂无会员" });
    let paused = api
        .does(&format!("{path}/acts/suspend"), &district, "o-6", pause)
        .await;
    assert_eq!(paused["state"], "suspended");
    let late = api
        .post(
            &format!("{path}/acts/suspend"),
            &district,
            "o-7",
            &json!({ "version": paused["version"], "note": "再停" }),
        )
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
    api.every_write_of("/api/orgs");
}
