//! The first rooms through the whole router: scope, paging, one answer for one key.

use axum::http::StatusCode;
use serde_json::json;
use union::orgs::{NewOrg, OrgError, OrgKind, OrgRef, create_active};

use super::{Api, json_of, officers, towns};
use crate::testing::{Answer, Site};

async fn enter(
    api: &Api<'_>,
    cookie: &str,
    key: &str,
    org: &OrgRef,
    name: &str,
    number: &str,
) -> Answer {
    let body = json!({ "org": org.id.to_string(), "fields": { "name": name, "id_number": number, "joined_on": "2026-03-02" } });
    api.post("/api/members", cookie, key, &body).await
}

#[tokio::test]
async fn a_member_is_entered_once_and_seen_by_the_right_town_only() {
    let site = Site::new();
    let ([mine, other], [a, b]) = officers(&site);
    let api = Api::new(&site);

    let first = enter(&api, &a, "k-1", &mine, "演示子", "330113199003070018").await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let again = enter(&api, &a, "k-1", &mine, "演示子", "330113199003070018").await;
    assert_eq!(
        json_of(&again)["id"],
        json_of(&first)["id"],
        "the second arrival gets the first answer"
    );
    let reused = enter(&api, &a, "k-1", &mine, "演示丑", "330113198511170280").await;
    assert_eq!(
        (reused.status, json_of(&reused)["code"].as_str()),
        (StatusCode::CONFLICT, Some("store.key_reused"))
    );
    let foreign = enter(&api, &a, "k-2", &other, "演示丑", "330113198511170280").await;
    assert_eq!(
        foreign.status,
        StatusCode::NOT_FOUND,
        "another town's union is not there"
    );
    let wrong = enter(&api, &a, "k-3", &mine, "演示寅", "330113199003070016").await;
    assert_eq!(
        (wrong.status, json_of(&wrong)["field"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("id_number"))
    );

    let seen = json_of(&api.get("/api/members", &a).await);
    assert_eq!(seen["items"].as_array().unwrap().len(), 1);
    assert_eq!(seen["items"][0]["id_masked"], "330113********0018");
    assert_eq!(
        json_of(&api.get("/api/members", &b).await)["items"],
        json!([])
    );
    let id = json_of(&first)["id"].as_str().unwrap().to_owned();
    assert_eq!(
        api.get(&format!("/api/members/{id}"), &a).await.status,
        StatusCode::OK
    );
    assert_eq!(
        api.get(&format!("/api/members/{id}"), &b).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        api.get("/api/members?q=330113199003070018", &a)
            .await
            .status,
        StatusCode::BAD_REQUEST
    );
    let same = enter(&api, &a, "k-4", &mine, "演示子", "330113199003070018").await;
    assert_eq!(
        (same.status, json_of(&same)["outcome"].as_str()),
        (StatusCode::OK, Some("unchanged"))
    );
    let elsewhere = enter(&api, &b, "k-5", &other, "演示子", "330113199003070018").await;
    assert_eq!(
        (elsewhere.status, json_of(&elsewhere)["code"].as_str()),
        (StatusCode::CONFLICT, Some("member.elsewhere"))
    );
    // The number of one person with the name of another: a question with an answer of its own.
    let named = enter(&api, &a, "k-6", &mine, "王五", "330113199003070018").await;
    assert_eq!(
        (named.status, json_of(&named)["code"].as_str()),
        (StatusCode::CONFLICT, Some("member.other_name"))
    );
    assert!(named.body.contains("演*子") && named.body.contains("renamed"));
    let body = json!({
        "org": mine.id.to_string(),
        "fields": { "name": "王五", "id_number": "330113199003070018" },
        "renamed": true,
    });
    let renamed = api.post("/api/members", &a, "k-7", &body).await;
    assert_eq!(
        (renamed.status, json_of(&renamed)["outcome"].as_str()),
        (StatusCode::OK, Some("updated")),
        "{}",
        renamed.body
    );
}

#[tokio::test]
async fn the_tree_begins_at_ones_own_union() {
    let site = Site::new();
    let (mine, other) = towns(&site);
    site.account("town.a", "town_officer", Some(mine.id));
    let cookie = site.session("town.a");
    let api = Api::new(&site);
    let card = json_of(&api.get(&format!("/api/orgs/{}", mine.id), &cookie).await);
    assert_eq!(card["path"], json!(["测试区总工会", "甲镇总工会"]));
    assert_eq!(
        api.get(&format!("/api/orgs/{}", other.id), &cookie)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        json_of(&api.get("/api/orgs", &cookie).await)["items"],
        json!([])
    );
}

#[tokio::test]
async fn a_signal_is_entered_once_and_its_alert_is_seen_by_the_right_desk_only() {
    let site = Site::new();
    let (mine, other) = towns(&site);
    site.account("town.a", "town_officer", Some(mine.id));
    site.account("town.b", "town_officer", Some(other.id));
    site.account("chair.a", "enterprise_chair", Some(mine.id));
    let (a, b, chair) = (
        site.session("town.a"),
        site.session("town.b"),
        site.session("chair.a"),
    );
    let api = Api::new(&site);
    let draft = union::employers::EmployerDraft {
        name: "杭州锦禾制衣有限公司".into(),
        territory: Some(mine.id),
        ..union::employers::EmployerDraft::default()
    };
    let employer = site
        .test
        .db
        .write(&site.test.actor(), |tx| {
            union::employers::upsert(tx, &draft)
        })
        .unwrap()
        .id
        .unwrap();
    let send = async |cookie: &str, key: &str, days: i64| {
        let body = json!({ "employer": employer.to_string(), "kind": "wage_overdue", "day": "2026-11-19",
            "fields": { "days": days, "workers": 12 } });
        api.post("/api/signals", cookie, key, &body).await
    };
    let first = send(&a, "s-1", 31).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    assert_eq!(json_of(&first)["outcome"], "new");
    let again = send(&a, "s-1", 31).await;
    assert_eq!(json_of(&again), json_of(&first), "one answer for one key");
    assert_eq!(send(&a, "s-1", 32).await.status, StatusCode::CONFLICT);
    assert_eq!(
        send(&a, "s-2", -1).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    // What is to blame is named, and nothing doubtful is kept.
    let long = "九".repeat(10_000);
    for (key, field, change) in [
        ("w-1", "days", json!({ "fields": { "days": -1 } })),
        ("w-2", "kind", json!({ "kind": "no_such_kind" })),
        ("w-3", "kind", json!({ "kind": "wage_claim" })),
        ("w-4", "day", json!({ "day": "1900-01-01" })),
        ("w-5", "day", json!({ "day": "2999-01-01" })),
        ("w-6", "reference", json!({ "reference": long })),
        (
            "w-7",
            "form",
            json!({ "kind": "debt_notice", "fields": { "form": "跑路" } }),
        ),
        ("w-8", "days", json!({ "fields": { "days": "三十一" } })),
    ] {
        let mut body = json!({ "employer": employer.to_string(), "kind": "wage_overdue", "day": "2026-11-19",
            "fields": { "days": 31, "workers": 12 } });
        let changed = body.as_object_mut().unwrap();
        changed.extend(change.as_object().unwrap().clone());
        let no = api.post("/api/signals", &a, key, &body).await;
        assert_eq!(no.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", no.body);
        let no = json_of(&no);
        assert_eq!(
            (&no["field"], &no["errors"][0]["field"]),
            (&json!(field), &json!(field)),
            "{no}"
        );
    }
    assert_eq!(send(&b, "s-3", 31).await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(&chair, "s-4", 31).await.status, StatusCode::FORBIDDEN);

    let evaluate = union::arrears::alerts::run;
    evaluate(
        &site.test.db,
        &site.test.actor(),
        union::arrears::alerts::Who::All,
    )
    .unwrap();
    let seen = json_of(&api.get("/api/alerts", &a).await);
    assert_eq!(seen["items"][0]["level"], "red", "{seen}");
    assert_eq!(
        json_of(&api.get("/api/alerts", &b).await)["items"],
        json!([])
    );
    let no = seen["items"][0]["no"].as_str().unwrap();
    let path = format!("/api/alerts/{no}/explanation");
    assert_eq!(json_of(&api.get(&path, &a).await)["score"], 35);
    assert_eq!(api.get(&path, &b).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        api.get("/api/alerts", &chair).await.status,
        StatusCode::FORBIDDEN
    );
    api.every_write_of("/api/signals");
}

#[tokio::test]
async fn employers_and_unions_page_by_key_with_and_without_words() {
    let site = Site::new();
    let (mine, _) = towns(&site);
    site.account("town.a", "town_officer", Some(mine.id));
    let cookie = site.session("town.a");
    let api = Api::new(&site);
    let names = [
        "杭州甲纺织有限公司",
        "杭州乙纺织有限公司",
        "杭州丙纺织有限公司",
        "纺织",
    ];
    let made = site.test.db.write(&site.test.actor(), |tx| {
        for (headcount, name) in (10..).zip(names) {
            let draft = union::employers::EmployerDraft {
                name: name.into(),
                headcount: Some(headcount),
                territory: Some(mine.id),
                ..union::employers::EmployerDraft::default()
            };
            union::employers::upsert(tx, &draft).unwrap();
        }
        for name in ["甲一联合工会", "甲二联合工会", "甲三联合工会"] {
            let new = NewOrg::new(Some(mine.id), OrgKind::Joint, name);
            create_active(tx, &new)?;
        }
        Ok::<_, OrgError>(())
    });
    made.unwrap();
    for (path, wanted) in [
        ("/api/employers?limit=1", 4),
        ("/api/employers?limit=3", 4),
        ("/api/employers?limit=1&q=%E7%BA%BA%E7%BB%87", 4),
        ("/api/orgs?limit=1", 3),
        ("/api/orgs?limit=2&q=%E8%81%94%E5%90%88", 3),
    ] {
        let whole = json_of(
            &api.get(
                &path
                    .replace("limit=1", "limit=200")
                    .replace("limit=2&", "limit=200&")
                    .replace("limit=3", "limit=200"),
                &cookie,
            )
            .await,
        );
        assert!(whole["next"].is_null(), "{whole}");
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let page = json_of(&api.get(&format!("{path}{next}"), &cookie).await);
            seen.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(after) = page["next"].as_str() else {
                break;
            };
            next = format!("&after={after}");
        }
        assert_eq!(seen.len(), wanted, "{path}: {seen:?}");
        assert_eq!(&seen, whole["items"].as_array().unwrap(), "{path}");
    }
    let no = api.get("/api/employers?after=x", &cookie).await;
    assert_eq!(no.status, StatusCode::BAD_REQUEST);
    assert_eq!(json_of(&no)["field"], "after");
}
