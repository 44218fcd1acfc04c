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
    covered(&site, &api, &path, (mine.id, [&a, &b])).await;
    api.every_write_of("/api/employers");
}

/// A joint union begins to cover the employer at this address, once, and ceases to.
async fn covered(
    site: &Site,
    api: &Api<'_>,
    path: &str,
    (town, [a, b]): (kernel::ids::OrgId, [&str; 2]),
) {
    let joint = union::orgs::NewOrg::new(
        Some(town),
        union::orgs::OrgKind::Joint,
        "甲镇制衣行业联合工会",
    );
    let plant = |tx: &mut store::Tx| union::orgs::create_active(tx, &joint);
    let joint = site.test.db.write(&site.test.actor(), plant).unwrap();
    let links = format!("{path}/links");
    let body = json!({ "union": joint.id.to_string(), "from_on": "2026-02-01" });
    let foreign = api.post(&links, b, "l-0", &body).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.body);
    let wrong = json!({ "union": town.to_string() });
    let wrong = json_of(&api.post(&links, a, "l-1", &wrong).await);
    assert_eq!(
        (&wrong["status"], &wrong["field"]),
        (&json!(422), &json!("union")),
        "a town covers nobody: {wrong}"
    );
    let linked = api.does(&links, a, "l-2", body.clone()).await;
    assert_eq!(api.does(&links, a, "l-2", body.clone()).await, linked);
    let known = api.post(&links, a, "l-3", &body).await;
    assert_eq!(
        (known.status, json_of(&known)["id"].clone()),
        (StatusCode::OK, linked["id"].clone()),
        "it covers already"
    );
    let now = card(api, path, a).await;
    let cover = &now["covered_by"][0];
    assert_eq!(
        (
            &cover["id"],
            &cover["org_id"],
            &cover["kind"],
            &cover["from_on"]
        ),
        (
            &linked["id"],
            &json!(joint.id.to_string()),
            &json!("joint"),
            &json!("2026-02-01")
        )
    );

    let end = format!("{links}/{}/end", linked["id"].as_str().unwrap());
    let body = json!({ "to_on": "2026-03-31", "why": "单位搬离" });
    let other = json!({ "name": "乙镇别家公司", "territory": town.to_string() });
    let other = api.does("/api/employers", a, "l-4", other).await;
    let other = end.replace(
        path,
        &format!("/api/employers/{}", other["id"].as_str().unwrap()),
    );
    for (cookie, path) in [(b, &end), (a, &other)] {
        let foreign = api.post(path, cookie, "l-5", &body).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{path}");
    }
    let early = json!({ "to_on": "2026-01-01" });
    let early = json_of(&api.post(&end, a, "l-6", &early).await);
    assert_eq!(early["field"], "to_on", "{early}");
    let ended = api.does(&end, a, "l-7", body.clone()).await;
    assert_eq!(api.does(&end, a, "l-7", body.clone()).await, ended);
    let twice = api.post(&end, a, "l-8", &body).await;
    assert_eq!(
        (twice.status, json_of(&twice)["code"].clone()),
        (StatusCode::CONFLICT, json!("employer.edge_ended"))
    );
    let after = card(api, path, a).await;
    assert_eq!(after["covered_by"][0]["to_on"], "2026-03-31");
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
