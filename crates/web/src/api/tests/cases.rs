//! Casework by machine: what the page shows, what the page offers, what the page refuses.

use axum::http::StatusCode;
use serde_json::{Value, json};
use union::cases::{self, NewCase, Reporter};

use super::{Api, json_of, officers, towns};
use crate::testing::Site;

/// A mediation in the first town, by its officer; its id.
fn mediation(site: &Site, place: kernel::ids::OrgId, title: &str) -> String {
    // Two applications of one person against one respondent would be one matter.
    let respondent = format!("{title}有限公司");
    let fields = [
        ("applicant", "演示甲"),
        ("respondent", respondent.as_str()),
        ("subject", "劳动报酬"),
        ("claim", "欠工资"),
        ("oral", "是"),
        ("claimed", "3000"),
    ];
    let new = NewCase {
        kind: "cases.mediation".into(),
        door: "window".into(),
        place: Some(place),
        title: title.into(),
        fields: fields
            .map(|(name, value)| (name.into(), value.into()))
            .into(),
        reporter: Some(Reporter {
            name: "演示子".into(),
            phone: "13812341234".into(),
            member: None,
        }),
        ..NewCase::default()
    };
    site.test
        .db
        .write(&site.test.actor(), |tx| cases::open(tx, &new))
        .unwrap()
        .id
        .to_string()
}

fn file(name: &str, text: &str) -> Value {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(text);
    json!({ "name": name, "media": "text/plain", "base64": base64 })
}

#[tokio::test]
async fn a_case_is_handled_as_on_its_page() {
    let site = Site::new();
    let ([mine, _], [a, b]) = officers(&site);
    let api = Api::new(&site);
    let (id, second) = (
        mediation(&site, mine.id, "调解申请甲"),
        mediation(&site, mine.id, "调解申请乙"),
    );

    // The list, page by page, and only where it may be seen.
    let first = json_of(&api.get("/api/cases?kind=cases.mediation&limit=1", &a).await);
    let next = first["next"].as_str().unwrap();
    let rest = json_of(
        &api.get(&format!("/api/cases?limit=1&after={next}"), &a)
            .await,
    );
    let seen = [&first["items"][0]["id"], &rest["items"][0]["id"]];
    assert!(
        seen.contains(&&json!(id)) && seen.contains(&&json!(second)),
        "{seen:?}"
    );
    assert_eq!(
        json_of(&api.get("/api/cases", &b).await)["items"],
        json!([])
    );
    for path in ["", "/verbs", "/verbs/accept"] {
        let foreign = api.get(&format!("/api/cases/{id}{path}"), &b).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{path}");
    }

    // The card: masked as on the page.
    let card = api.get(&format!("/api/cases/{id}"), &a).await;
    assert!(
        !card.body.contains("13812341234") && !card.body.contains("演示子"),
        "{}",
        card.body
    );
    let card = json_of(&card);
    assert_eq!(card["people"][0]["name"], "演*子");
    assert!(
        card["verbs"].as_array().unwrap().contains(&json!("accept")),
        "{card}"
    );

    // What accepting asks; without it, the fields are named.
    let form = json_of(&api.get(&format!("/api/cases/{id}/verbs/accept"), &a).await);
    assert!(
        form["demanded"][0].as_str().unwrap().contains("至少 1 件"),
        "{form}"
    );
    let version = form["version"].as_i64().unwrap();
    let act = format!("/api/cases/{id}/verbs/accept");
    let bare = api
        .post(&act, &a, "c-1", &json!({ "version": version }))
        .await;
    let told = json_of(&bare);
    assert_eq!(
        (bare.status.as_u16(), &told["field"]),
        (422, &json!("evidence")),
        "{told}"
    );
    let deed = json!({ "version": version, "evidence": [
        { "kind": "application", "text": "口头申请笔录", "file": file("笔录.pdf", "%PDF-1.7 申请人口述") } ] });
    let foreign = api.post(&act, &b, "c-1", &deed).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    // A program is none of the files that are taken, whatever it is called; what is taken stands in the answer.
    for name in ["工具.exe", "笔录.pdf", "笔录"] {
        let program = json!({ "version": version, "evidence": [
            { "kind": "application", "text": "口头申请笔录", "file": file(name, "MZ\u{1}") } ] });
        let refused = api.post(&act, &a, "c-0", &program).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{name}");
        assert!(refused.body.contains("是程序") && refused.body.contains("能收的有：照片"));
    }

    // Done once, whatever the network does.
    let done = api.does(&act, &a, "c-2", deed.clone()).await;
    assert_eq!(api.does(&act, &a, "c-2", deed.clone()).await, done);
    let card = json_of(&api.get(&format!("/api/cases/{id}"), &a).await);
    assert_eq!(
        (&card["state"], &card["version"]),
        (&done["state"], &done["version"])
    );
    assert_eq!(card["evidence"].as_array().unwrap().len(), 1);
    assert_eq!(card["evidence"][0]["file"], "笔录.pdf");
    let elsewhere = format!("/api/cases/{second}/verbs/accept");
    let reused = api.post(&elsewhere, &a, "c-2", &deed).await;
    assert_eq!(
        json_of(&reused)["code"],
        "store.key_reused",
        "another case is other content"
    );

    // Somebody was faster; not offered now; no such verb.
    let gone = api.get(&act, &a).await;
    assert_eq!(gone.status, StatusCode::CONFLICT, "{}", gone.body);
    let stale = api.post(&act, &a, "c-3", &deed).await;
    assert_eq!(
        (stale.status.as_u16(), &json_of(&stale)["code"]),
        (409, &json!("case.stale"))
    );
    let again = api
        .post(&act, &a, "c-4", &json!({ "version": done["version"] }))
        .await;
    let told = json_of(&again);
    assert_eq!(again.status, StatusCode::CONFLICT, "{told}");
    assert!(!told["refusals"].as_array().unwrap().is_empty(), "{told}");
    let nothing = format!("/api/cases/{id}/verbs/dance");
    let nothing = api
        .post(&nothing, &a, "c-5", &json!({ "version": 1 }))
        .await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    let broken = json!({ "version": done["version"], "evidence": [{ "kind": "application",
        "file": { "name": "x.txt", "media": "text/plain", "base64": "*" } }] });
    let broken = api.post(&act, &a, "c-6", &broken).await;
    assert_eq!(json_of(&broken)["field"], "evidence.0.file.base64");

    // A part goes on as a case of its own.
    let card = json_of(&api.get(&format!("/api/cases/{second}"), &a).await);
    let deed = json!({ "version": card["version"], "evidence": [{ "kind": "application", "text": "口头申请笔录" }] });
    let accepted = api.does(&elsewhere, &a, "c-7", deed).await;
    let part = json!({ "version": accepted["version"], "note": "另有一人", "part": { "kind": "cases.mediation",
        "door": "window", "title": "拆出一件", "fields": { "applicant": "演示丙", "respondent": "杭州锦禾制衣有限公司",
        "subject": "劳动报酬", "claim": "欠工资", "oral": "是", "claimed": "1000" } } });
    let split = api
        .does(&format!("/api/cases/{second}/verbs/split"), &a, "c-8", part)
        .await;
    let opened = split["opened"].as_str().unwrap();
    let card = json_of(&api.get(&format!("/api/cases/{opened}"), &a).await);
    assert_eq!(card["links"][0]["id"], json!(second), "{card}");
    let new = json!({ "kind": "cases.mediation", "door": "window", "place": mine.id.to_string(), "title": "调解申请丙",
        "fields": { "applicant": "演示丁", "respondent": "调解申请丙有限公司", "subject": "劳动报酬", "claim": "欠工资",
            "oral": "是" },
        "reporter": { "phone": "13812341235" }, "consent": "本人来电，电话里同意代填" });
    for key in ["c-9", "c-10"] {
        api.does("/api/cases", &a, key, new.clone()).await;
    }
    api.every_write_of("/api/cases");
}

#[tokio::test]
async fn a_sealed_reporter_stays_sealed() {
    let site = Site::new();
    let (mine, _) = towns(&site);
    site.account("town.a", "town_officer", Some(mine.id));
    let a = site.session("town.a");
    let top = site.test.db.read(&site.test.actor(), union::orgs::top);
    let top = top.unwrap().map(|org| org.id);
    site.account("district", "district_officer", top);
    let above = site.session("district");
    let api = Api::new(&site);
    let new = NewCase {
        kind: "cases.demand".into(),
        door: "window".into(),
        place: Some(mine.id),
        title: "举报一家企业".into(),
        fields: [
            ("type", "举报"),
            ("subject", "其他"),
            ("content", "长期不签劳动合同"),
        ]
        .map(|(name, value)| (name.into(), value.into()))
        .into(),
        reporter: Some(Reporter {
            name: "演示子".into(),
            phone: "13812341234".into(),
            member: None,
        }),
        ..NewCase::default()
    };
    let id = site
        .test
        .db
        .write(&site.test.actor(), |tx| cases::open(tx, &new))
        .unwrap()
        .id;
    let below = api.get(&format!("/api/cases/{id}"), &a).await;
    assert_eq!(below.status, StatusCode::NOT_FOUND, "{}", below.body);
    let card = json_of(&api.get(&format!("/api/cases/{id}"), &above).await);
    let reporter = &card["people"][0];
    assert_eq!(
        (&reporter["sealed"], &reporter["name"], &reporter["phone"]),
        (&json!(true), &json!(null), &json!(null))
    );
}
