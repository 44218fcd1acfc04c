//! A case is opened by machine as at the desk: once, within reach, with every box named; its papers go out.

use axum::http::StatusCode;
use serde_json::{Value, json};
use union::cases;

use super::{Api, json_of, officers};
use crate::testing::Site;

/// A mediation at a union, as a window would enter it.
fn mediation(place: kernel::ids::OrgId) -> Value {
    json!({
        "kind": "cases.mediation", "door": "window", "place": place.to_string(), "title": "一家制衣厂欠薪",
        "fields": { "applicant": "演示甲", "respondent": "杭州锦禾制衣有限公司", "subject": "劳动报酬",
            "claim": "欠三个月工资", "oral": "是", "claimed": "3000" },
        "reporter": { "name": "演示甲", "phone": "13812341234" },
        "consent": "本人在场，当面同意代填",
    })
}

/// The same with one field of the body changed.
fn but(mut body: Value, pointer: &str, value: Value) -> Value {
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

#[tokio::test]
async fn a_case_is_opened_once_and_hands_out_its_receipt() {
    let site = Site::new();
    let ([mine, _], [a, b]) = officers(&site);
    let api = Api::new(&site);
    let kinds = json_of(&api.get("/api/case-kinds", &a).await);
    let ids: Vec<&str> = kinds["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert!(
        ids.contains(&"cases.mediation") && !ids.contains(&"cases.arrears_alert"),
        "{ids:?}"
    );

    let new = mediation(mine.id);
    let foreign = api.post("/api/cases", &b, "o-0", &new).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.body);
    let first = api.does("/api/cases", &a, "o-1", new.clone()).await;
    assert!(first["no"].as_str().unwrap().starts_with("TJ"), "{first}");
    assert_eq!(first["again"], json!(false));
    let receipt = first["receipt"].as_str().unwrap().to_owned();
    let told = site
        .test
        .db
        .read(&site.test.actor(), |tx| {
            cases::public_by_receipt(tx, &receipt)
        })
        .unwrap();
    assert_eq!(json!(told.no), first["no"], "the receipt opens this case");

    // The network sent it twice; then somebody else used the key.
    assert_eq!(api.does("/api/cases", &a, "o-1", new.clone()).await, first);
    let other = but(new.clone(), "/title", json!("另一件事"));
    let reused = api.post("/api/cases", &a, "o-1", &other).await;
    assert_eq!(json_of(&reused)["code"], "store.key_reused");
    let list = json_of(&api.get("/api/cases", &a).await);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");

    // The same matter by another door is noted on the open case.
    let again = but(new, "/door", json!("phone"));
    let again = api.does("/api/cases", &a, "o-2", again).await;
    assert_eq!(
        (&again["id"], &again["again"], &again["receipt"]),
        (&first["id"], &json!(true), &json!(receipt))
    );
}

#[tokio::test]
async fn the_receipt_is_not_kept_with_the_answer() {
    let site = Site::new();
    let (mine, _) = super::towns(&site);
    let account = site.account("town.a", "town_officer", Some(mine.id));
    let a = site.session("town.a");
    let api = Api::new(&site);
    let opened = api.does("/api/cases", &a, "o-1", mediation(mine.id)).await;
    let kept = site
        .test
        .db
        .read(&site.test.actor(), |tx| {
            tx.answered(&account.to_string(), "o-1")
        })
        .unwrap()
        .unwrap();
    assert_eq!(kept.body["id"], opened["id"]);
    assert_eq!(kept.body["receipt"], json!(null), "{}", kept.body);
}

#[tokio::test]
async fn what_is_wrong_with_a_new_case_is_named() {
    let site = Site::new();
    let ([mine, _], [a, _]) = officers(&site);
    let api = Api::new(&site);
    let new = || mediation(mine.id);
    let wrong = [
        ("kind", but(new(), "/kind", json!("cases.none"))),
        ("kind", but(new(), "/kind", json!("cases.arrears_alert"))),
        ("door", but(new(), "/door", json!("backdoor"))),
        ("title", but(new(), "/title", json!(" "))),
        ("fields.claim", but(new(), "/fields/claim", json!(""))),
        (
            "fields.claimed",
            but(new(), "/fields/claimed", json!("三千")),
        ),
        (
            "reporter.phone",
            but(new(), "/reporter/phone", json!("123")),
        ),
        ("consent", but(new(), "/consent", json!(null))),
        ("consent", but(new(), "/consent", json!("想必同意"))),
        ("place", but(new(), "/place", json!("甲镇"))),
        (
            "fields.nothing",
            but(new(), "/fields", json!({ "nothing": 1 })),
        ),
    ];
    for (field, body) in wrong {
        let answer = api.post("/api/cases", &a, "w-1", &body).await;
        let told = json_of(&answer);
        assert_eq!(
            (answer.status.as_u16(), told["field"].as_str()),
            (422, Some(field)),
            "{body}: {told}"
        );
        assert_eq!(told["errors"][0]["field"], json!(field), "{told}");
    }
    let list = json_of(&api.get("/api/cases", &a).await);
    assert_eq!(list["items"], json!([]), "nothing was opened");
}

#[tokio::test]
async fn a_piece_of_evidence_goes_out_and_that_is_entered() {
    let site = Site::new();
    let ([mine, _], [a, b]) = officers(&site);
    site.account("audit", "audit_admin", None);
    let auditor = site.session("audit");
    let api = Api::new(&site);
    let opened = api.does("/api/cases", &a, "e-1", mediation(mine.id)).await;
    let (id, no) = (
        opened["id"].as_str().unwrap(),
        opened["no"].as_str().unwrap(),
    );
    let case = format!("/api/cases/{id}");
    let version = json_of(&api.get(&case, &a).await)["version"].clone();
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode("%PDF-1.7 口述");
    let deed = json!({ "version": version, "evidence": [
        { "kind": "application", "text": "口头申请笔录",
          "file": { "name": "演示甲的笔录.pdf", "media": "text/html", "base64": base64 } },
        { "kind": "application", "text": "没有附件的一条" } ] });
    api.does(&format!("{case}/verbs/accept"), &a, "e-2", deed)
        .await;
    let card = json_of(&api.get(&case, &a).await);
    let pieces = card["evidence"].as_array().unwrap();
    let with = |file: bool| {
        let piece = pieces.iter().find(|one| one["file"].is_string() == file);
        piece.unwrap()["id"].as_str().unwrap().to_owned()
    };
    let (piece, without) = (with(true), with(false));

    let file = api.get(&format!("{case}/evidence/{piece}"), &a).await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.body);
    assert_eq!(file.body, "%PDF-1.7 口述");
    assert_eq!(file.headers["content-type"], "application/pdf");
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    assert_eq!(
        file.headers["content-disposition"].to_str().unwrap(),
        format!("attachment; filename*=UTF-8''{no}-{piece}.pdf"),
        "no name of a person travels"
    );
    let taken = async || {
        let log = api
            .get("/api/audit?action=case.evidence_taken", &auditor)
            .await;
        json_of(&log)["items"].as_array().unwrap().clone()
    };
    let log = taken().await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(
        (&log[0]["subject_kind"], log[0]["subject_id"].as_str()),
        (&json!("case"), Some(id))
    );

    // Somebody else's, without a file, of another case, of nobody.
    let other = but(mediation(mine.id), "/fields/respondent", json!("别家公司"));
    let other = api.does("/api/cases", &a, "e-3", other).await;
    let other = other["id"].as_str().unwrap();
    for (cookie, path) in [
        (&b, format!("{case}/evidence/{piece}")),
        (&a, format!("{case}/evidence/{without}")),
        (&a, format!("/api/cases/{other}/evidence/{piece}")),
        (&a, format!("{case}/evidence/{id}")),
    ] {
        let answer = api.get(&path, cookie).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(taken().await.len(), 1, "what was refused was not taken");
}
