//! A union is founded by machine, step by step, and no step is skipped.

use axum::http::StatusCode;
use base64::Engine as _;
use serde_json::{Value, json};
use union::employers::{EmployerDraft, upsert};

use super::{Api, json_of, officers};
use crate::testing::Site;

/// A pdf of a paper.
fn scan(paper: &str) -> Value {
    let base64 = base64::engine::general_purpose::STANDARD.encode("%PDF-1.7 x");
    json!({ "paper": paper, "name": "申请书.pdf", "media": "application/pdf", "base64": base64 })
}

#[tokio::test]
async fn a_union_is_founded_step_by_step() {
    let site = Site::new();
    let ([mine, _], [a, b]) = officers(&site);
    site.account("chief", "town_officer", Some(mine.id));
    let chief = site.session("chief");
    let draft = EmployerDraft {
        name: "杭州锦禾制衣有限公司".into(),
        credit_code: "91330100799655058B".into(),
        territory: Some(mine.id),
        ..EmployerDraft::default()
    };
    let enter = |tx: &mut store::Tx| upsert(tx, &draft);
    site.test.db.write(&site.test.actor(), enter).unwrap();
    let api = Api::new(&site);
    let new = json!({ "kind": "single", "parent": mine.id.to_string(), "name": "杭州锦禾制衣有限公司工会委员会",
        "employers": "91330100799655058B", "members_expected": 40 });

    let foreign = api.post("/api/foundings", &b, "f-0", &new).await;
    assert_eq!(json_of(&foreign)["field"], "parent", "{}", foreign.body);
    for (field, value) in [
        ("parent", json!("没有的村")),
        ("employers", json!("没有的厂")),
        ("kind", json!("town")),
        ("name", json!("")),
    ] {
        let mut wrong = new.clone();
        wrong[field] = value;
        let told = json_of(&api.post("/api/foundings", &a, "f-1", &wrong).await);
        assert_eq!(
            (&told["status"], told["field"].as_str()),
            (&json!(422), Some(field)),
            "{told}"
        );
    }
    let opened = api.does("/api/foundings", &a, "f-2", new.clone()).await;
    assert_eq!(opened["state"], "draft");
    assert_eq!(api.does("/api/foundings", &a, "f-2", new).await, opened);
    let list = json_of(&api.get("/api/foundings?open=true&kind=single", &a).await);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    let none = json_of(&api.get("/api/foundings?state=approved", &a).await);
    assert_eq!(none["items"], json!([]));

    let path = format!("/api/foundings/{}", opened["id"].as_str().unwrap());
    assert_eq!(api.get(&path, &b).await.status, StatusCode::NOT_FOUND);
    let edit = json!({ "version": opened["version"], "members_expected": 45 });
    let foreign = api.post(&path, &b, "f-3", &edit).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.body);
    let unversioned = api
        .post(&path, &a, "f-3", &json!({ "members_expected": 45 }))
        .await;
    assert_eq!(json_of(&unversioned)["field"], "version");
    let edited = api.does(&path, &a, "f-4", edit.clone()).await;
    assert_eq!(api.does(&path, &a, "f-4", edit.clone()).await, edited);
    let stale = api.post(&path, &a, "f-5", &edit).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let card = json_of(&api.get(&path, &a).await);
    assert_eq!(
        (&card["members_expected"], &card["name"]),
        (&json!(45), &json!("杭州锦禾制衣有限公司工会委员会")),
        "the rest stays"
    );
    let submit = card["offers"].as_array().unwrap();
    let submit = submit.iter().find(|one| one["verb"] == "submit").unwrap();
    assert_eq!(submit["missing"][0]["id"], "request", "{card}");

    files(&site, &api, &path, [&a, &b]).await;
    steps(&api, &path, edited["version"].clone(), [&a, &b, &chief]).await;
    api.every_write_of("/api/foundings");
}

/// A scanned paper is added between the steps, taken along under a name of ours, and taken away again.
async fn files(site: &Site, api: &Api<'_>, path: &str, [a, b]: [&str; 2]) {
    let all = format!("{path}/files");
    let poem = json_of(&api.post(&all, a, "p-1", &scan("poem")).await);
    assert_eq!(
        (&poem["status"], &poem["field"]),
        (&json!(422), &json!("paper"))
    );
    let mut broken = scan("request");
    broken["base64"] = json!("*");
    let broken = json_of(&api.post(&all, a, "p-2", &broken).await);
    assert_eq!(broken["field"], "base64");
    let foreign = api.post(&all, b, "p-3", &scan("request")).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);

    // What came with a step stays; this comes after it.
    site.test.clock.advance(std::time::Duration::from_secs(1));
    let added = api.does(&all, a, "p-4", scan("request")).await;
    assert_eq!(api.does(&all, a, "p-4", scan("request")).await, added);
    let file = &added["items"][0];
    assert_eq!(
        (&file["paper"], &file["removable"]),
        (&json!("request"), &json!(true))
    );
    let card = json_of(&api.get(path, a).await);
    assert_eq!(card["files"], added["items"]);
    let one = format!("{all}/{}", file["id"].as_str().unwrap());
    assert_eq!(api.get(&one, b).await.status, StatusCode::NOT_FOUND);
    let saved = api.get(&one, a).await;
    assert_eq!(saved.body, "%PDF-1.7 x");
    let name = saved.headers["content-disposition"].to_str().unwrap();
    let named = format!("request-{}.pdf", file["id"].as_str().unwrap());
    assert!(
        name.ends_with(&named),
        "never under the name it came with: {name}"
    );
    site.account("keeper", "audit_admin", None);
    let keeper = site.session("keeper");
    let entered = api
        .get("/api/audit?action=founding.file_taken", &keeper)
        .await;
    assert_eq!(
        json_of(&entered)["items"].as_array().unwrap().len(),
        1,
        "{}",
        entered.body
    );

    let away = format!("{one}/remove");
    let foreign = api.post(&away, b, "p-5", &json!({})).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let gone = api.does(&away, a, "p-6", json!({})).await;
    assert_eq!(gone["items"], json!([]));
}

/// It is sent, with its paper, and agreed to by another.
async fn steps(api: &Api<'_>, path: &str, version: Value, [a, b, chief]: [&str; 3]) {
    let submit = format!("{path}/steps/submit");
    let bare = api
        .post(&submit, a, "s-1", &json!({ "version": version }))
        .await;
    assert_eq!(bare.status, StatusCode::CONFLICT, "{}", bare.body);
    assert!(bare.body.contains("还缺材料：建会申请书"), "{}", bare.body);
    for (field, body) in [
        (
            "papers",
            json!({ "version": version, "papers": { "poem": "x" } }),
        ),
        (
            "files",
            json!({ "version": version, "files": [scan("poem")] }),
        ),
    ] {
        let told = json_of(&api.post(&submit, a, "s-2", &body).await);
        assert_eq!(
            (&told["status"], told["field"].as_str()),
            (&json!(422), Some(field)),
            "{told}"
        );
    }
    let mut broken = scan("request");
    broken["base64"] = json!("*");
    let broken = json!({ "version": version, "files": [broken] });
    let broken = json_of(&api.post(&submit, a, "s-2", &broken).await);
    assert_eq!(broken["field"], "files.0.base64");
    let deed = json!({ "version": version, "files": [scan("request")] });
    let foreign = api.post(&submit, b, "s-3", &deed).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let none = api
        .post(&format!("{path}/steps/dance"), a, "s-3", &deed)
        .await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    let sent = api.does(&submit, a, "s-3", deed.clone()).await;
    assert_eq!(sent["state"], "submitted");
    assert_eq!(api.does(&submit, a, "s-3", deed).await, sent);

    let agree = format!("{path}/steps/approve_prep");
    let deed = json!({ "version": sent["version"] });
    let own = api.post(&agree, a, "s-4", &deed).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    assert!(own.body.contains("不能是同一个账号"), "{}", own.body);
    let early = format!("{path}/steps/approve");
    let early = api.post(&early, chief, "s-5", &deed).await;
    assert!(
        early.status == StatusCode::CONFLICT && early.body.contains("现在可以"),
        "{}",
        early.body
    );
    let agreed = api.does(&agree, chief, "s-6", deed.clone()).await;
    assert_eq!(agreed["state"], "prep_approved");
    let twice = api.post(&agree, chief, "s-7", &deed).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.body);
    let card = json_of(&api.get(path, chief).await);
    assert_eq!(card["steps"].as_array().unwrap().len(), 2, "{card}");
    elected(api, path, agreed["version"].clone(), [a, chief]).await;
}

/// The committee that is elected has the size that goes with the members, and its day is not to come.
async fn elected(api: &Api<'_>, path: &str, version: Value, [a, chief]: [&str; 2]) {
    let step = |verb: &str| format!("{path}/steps/{verb}");
    let begun = api
        .does(&step("begin"), a, "e-1", json!({ "version": version }))
        .await;
    let papers = json!({ "member_roll": "40 页", "candidate_list": "1 页" });
    let sent = json!({ "version": begun["version"], "members_now": 40, "papers": papers });
    let sent = api.does(&step("submit_candidates"), a, "e-2", sent).await;
    let agreed = json!({ "version": sent["version"] });
    let agreed = api
        .does(&step("approve_candidates"), chief, "e-3", agreed)
        .await;
    let held = |seats: usize, on: &str| {
        let one = |n: usize| {
            json!({ "name": "甲", "position": if n == 0 { "chair" } else { "member" }, "votes": 30,
                "contract_end": "2027-05-31" })
        };
        let elected: Vec<_> = (0..seats).map(one).collect();
        let papers = json!({ "meeting_notice": "1 页", "ballot_count": "1 页", "minutes": "2 页" });
        json!({ "version": agreed["version"], "papers": papers, "meeting":
            { "on": on, "due": 40, "present": 36, "term_years": 3, "elected": elected } })
    };
    let hold = step("hold_meeting");
    let few = api.post(&hold, a, "e-4", &held(2, "2026-11-02")).await;
    assert_eq!(few.status, StatusCode::CONFLICT, "{}", few.body);
    assert!(
        few.body
            .contains("会员 40 人，工会委员会应有 3～7 人，现当选 2 人"),
        "{}",
        few.body
    );
    let early = api.post(&hold, a, "e-5", &held(3, "2099-01-01")).await;
    assert!(
        early.status == StatusCode::CONFLICT && early.body.contains("不能晚于今天"),
        "{}",
        early.body
    );
    let done = api.does(&hold, a, "e-6", held(3, "2026-11-02")).await;
    assert_eq!(done["state"], "meeting_held");
}
