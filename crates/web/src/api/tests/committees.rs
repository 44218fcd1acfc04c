//! Committees are registered and changed by machine, as on their pages.

use axum::http::StatusCode;
use serde_json::json;

use super::{Api, json_of, officers};
use crate::testing::Site;

#[tokio::test]
async fn a_committee_takes_office_lasts_longer_and_its_officers_come_and_go() {
    let site = Site::new();
    let ([mine, _], [a, b]) = officers(&site);
    let api = Api::new(&site);
    let all = format!("/api/orgs/{}/committees", mine.id);
    assert_eq!(
        json_of(&api.get(&all, &a).await)["items"],
        json!([]),
        "none yet"
    );
    assert_eq!(api.get(&all, &b).await.status, StatusCode::NOT_FOUND);
    site.account("reader", "leader", Some(mine.id));
    let reader = site.session("reader");

    let new = json!({ "org": mine.id.to_string(), "kind": "committee", "term_years": 5, "from_on": "2022-01-01",
        "officers": [{ "name": "甲", "position": "chair", "full_time": true, "contract_end": "2023-12-31" }] });
    let foreign = api.post("/api/committees", &b, "c-0", &new).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.body);
    let barred = api.post("/api/committees", &reader, "c-0", &new).await;
    assert_eq!(barred.status, StatusCode::FORBIDDEN, "{}", barred.body);
    for (field, value) in [
        ("from_on", json!("2099-01-01")),
        ("kind", json!("choir")),
        ("from_on", json!("2026-13-40")),
    ] {
        let mut wrong = new.clone();
        wrong[field] = value;
        let told = json_of(&api.post("/api/committees", &a, "c-1", &wrong).await);
        assert_eq!(
            (&told["status"], told["field"].as_str()),
            (&json!(422), Some(field)),
            "{told}"
        );
    }
    let stands = api.does("/api/committees", &a, "c-2", new.clone()).await;
    assert_eq!(api.does("/api/committees", &a, "c-2", new).await, stands);
    assert_eq!(
        (&stands["to_on"], &stands["officers"][0]["protected_until"]),
        (&json!("2027-01-01"), &json!("2032-01-01"))
    );

    let path = format!("/api/committees/{}", stands["id"].as_str().unwrap());
    let longer = json!({ "to_on": "2027-06-01", "note": "总工〔2026〕20号" });
    let extend = format!("{path}/extend");
    let foreign = api.post(&extend, &b, "c-3", &longer).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.body);
    let extended = api.does(&extend, &a, "c-4", longer).await;
    assert_eq!(extended["extended_to"], "2027-06-01");

    let second =
        json!({ "officer": { "name": "乙", "position": "member" }, "from_on": "2026-06-01" });
    let officers = format!("{path}/officers");
    let foreign = api.post(&officers, &b, "c-5", &second).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.body);
    let joined = api.does(&officers, &a, "c-6", second).await;
    let list = joined["officers"].as_array().unwrap();
    let second = list.iter().find(|one| one["name"] == "乙").unwrap();
    let retire = format!("{officers}/{}/retire", second["id"].as_str().unwrap());
    let leaves = |on: &str| json!({ "to_on": on, "note": "调离" });
    let foreign = api.post(&retire, &b, "c-7", &leaves("2026-09-30")).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.body);
    let late = api.post(&retire, &a, "c-8", &leaves("2035-01-01")).await;
    assert_eq!(
        json_of(&late)["status"],
        json!(422),
        "a day to come: {}",
        late.body
    );
    let left = api.does(&retire, &a, "c-9", leaves("2026-09-30")).await;
    let list = left["officers"].as_array().unwrap();
    assert!(
        list.iter()
            .any(|one| one["name"] == "乙" && one["to_on"] == "2026-09-30"),
        "{left}"
    );
    let read = json_of(&api.get(&all, &reader).await);
    assert_eq!(read["items"][0], left, "whoever reads the page reads it");
    api.every_write_of("/api/committees");
}
