//! Alerts by machine: one card, its explanation, and what only a person decides.

use axum::http::StatusCode;
use serde_json::json;
use union::employers::{self, EmployerDraft};

use super::{Api, json_of, officers};
use crate::testing::Site;

#[tokio::test]
async fn an_alert_is_decided_as_on_its_page() {
    let site = Site::new();
    let ([mine, _], [a, b]) = officers(&site);
    let api = Api::new(&site);
    let draft = EmployerDraft {
        name: "杭州锦禾制衣有限公司".into(),
        territory: Some(mine.id),
        ..EmployerDraft::default()
    };
    let employer = site
        .test
        .db
        .write(&site.test.actor(), |tx| employers::upsert(tx, &draft))
        .unwrap();
    let employer = employer.id.unwrap().to_string();
    let signal = json!({ "employer": employer, "kind": "wage_overdue", "day": "2026-11-19",
        "fields": { "days": 31, "workers": 12 } });
    api.does("/api/signals", &a, "s-1", signal).await;
    union::arrears::alerts::run(
        &site.test.db,
        &site.test.actor(),
        union::arrears::alerts::Who::All,
    )
    .unwrap();
    let list = json_of(
        &api.get(&format!("/api/alerts?state=open&under={}", mine.id), &a)
            .await,
    );
    let no = list["items"][0]["no"].as_str().unwrap();
    let path = format!("/api/alerts/{no}");
    assert_eq!(
        json_of(&api.get("/api/alerts?state=closed", &a).await)["items"],
        json!([])
    );
    assert_eq!(api.get(&path, &b).await.status, StatusCode::NOT_FOUND);
    let card = json_of(&api.get(&path, &a).await);
    assert_eq!(
        (&card["level"], &card["employer"]),
        (&json!("red"), &json!(employer))
    );
    assert!(
        !card["against_closing"].as_array().unwrap().is_empty(),
        "{card}"
    );
    let kept = json_of(&api.get(&format!("{path}/explanation"), &a).await);
    assert_eq!(kept["score"], card["score"]);

    let act = |word: &str| format!("{path}/acts/{word}");
    let push = json!({ "version": card["version"], "note": "已电话告知", "office": "区人社局劳动监察大队",
        "acknowledgement": "HZ-12" });
    assert_eq!(
        api.post(&act("push"), &b, "d-1", &push).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        api.post(&act("dance"), &a, "d-1", &push).await.status,
        StatusCode::NOT_FOUND
    );
    let keep = api
        .post(
            &act("keep"),
            &a,
            "d-2",
            &json!({ "version": card["version"], "note": "风险还在" }),
        )
        .await;
    assert_eq!(
        keep.status,
        StatusCode::CONFLICT,
        "no fall was proposed: {}",
        keep.body
    );
    assert!(!json_of(&keep)["detail"].as_str().unwrap().is_empty());
    let done = api.does(&act("push"), &a, "d-3", push.clone()).await;
    assert_eq!(api.does(&act("push"), &a, "d-3", push.clone()).await, done);
    let stale = api.post(&act("push"), &a, "d-4", &push).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
    let defer =
        json!({ "version": done["version"], "note": "与职工代表协商一致", "document": "延期协议" });
    let bare = api.post(&act("defer"), &a, "d-5", &defer).await;
    assert_eq!(
        (bare.status.as_u16(), &json_of(&bare)["field"]),
        (422, &json!("until")),
        "{}",
        bare.body
    );
    let card = json_of(&api.get(&path, &a).await);
    assert_eq!(card["push_acknowledgement"], "HZ-12");
    assert_eq!(
        card["events"].as_array().unwrap().last().unwrap()["kind"],
        "pushed"
    );
    api.every_write_of("/api/alerts");
}
