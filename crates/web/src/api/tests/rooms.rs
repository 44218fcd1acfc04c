//! Applications, transfers, changes of membership and duplicates by machine.

use axum::http::StatusCode;
use serde_json::{Value, json};
use union::access::AccessError;
use union::members::{MemberDraft, applications};
use union::orgs::OrgRef;

use super::{Api, json_of, towns};
use crate::testing::Site;

/// Two towns with an officer each, and the district's officer.
struct Desks {
    mine: OrgRef,
    other: OrgRef,
    a: String,
    b: String,
    district: String,
}

fn desks(site: &Site) -> Desks {
    let (mine, other) = towns(site);
    let find = |tx: &mut store::Tx| union::orgs::find(tx, "测试区总工会");
    let top = site.test.db.read(&site.test.actor(), find).unwrap();
    site.account("town.a", "town_officer", Some(mine.id));
    site.account("town.b", "town_officer", Some(other.id));
    site.account("district", "district_officer", Some(top[0].id));
    Desks {
        a: site.session("town.a"),
        b: site.session("town.b"),
        district: site.session("district"),
        mine,
        other,
    }
}

async fn member(api: &Api<'_>, cookie: &str, key: &str, org: &OrgRef, fields: Value) -> String {
    let body = json!({ "org": org.id.to_string(), "fields": fields });
    let done = api.does("/api/members", cookie, key, body).await;
    done["id"].as_str().unwrap().to_owned()
}

async fn items(api: &Api<'_>, path: &str, cookie: &str) -> Vec<Value> {
    let answer = api.get(path, cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    json_of(&answer)["items"].as_array().unwrap().clone()
}

fn apply(site: &Site, org: &OrgRef, name: &str, number: &str) {
    let form = applications::ApplicationForm {
        org: org.id,
        draft: MemberDraft {
            name: name.into(),
            id_number: number.into(),
            phone: "13900000001".into(),
            ..MemberDraft::default()
        },
        unit: String::new(),
        note: "缝纫车间".into(),
        notice_version: "t".into(),
        purposes: vec!["notify".into()],
    };
    site.write(|tx| {
        applications::apply(tx, &form).map_err(|error| AccessError::Invalid {
            field: "form",
            message: error.to_string(),
        })
    });
}

#[tokio::test]
async fn applications_are_answered_by_their_own_union() {
    let site = Site::new();
    let d = desks(&site);
    let api = Api::new(&site);
    apply(&site, &d.mine, "演示子", "330113199003070018");
    apply(&site, &d.mine, "演示丑", "330113198511170280");
    assert!(items(&api, "/api/applications", &d.b).await.is_empty());
    let queue = items(&api, "/api/applications", &d.a).await;
    assert_eq!(
        (queue.len(), &queue[0]["name_masked"]),
        (2, &json!("演*子"))
    );
    let first = json_of(&api.get("/api/applications?limit=1", &d.a).await);
    let next = first["next"].as_str().unwrap();
    let rest = json_of(
        &api.get(&format!("/api/applications?limit=1&after={next}"), &d.a)
            .await,
    );
    assert_eq!(
        (&first["items"][0], &rest["items"][0]),
        (&queue[0], &queue[1])
    );
    assert!(rest["next"].is_null(), "{rest}");
    let path = |at: usize, act: &str| {
        let id = queue[at]["id"].as_str().unwrap();
        format!("/api/applications/{id}/{act}")
    };
    let foreign = api.post(&path(0, "approve"), &d.b, "p-1", &json!({})).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let yes = api
        .does(
            &path(0, "approve"),
            &d.a,
            "p-2",
            json!({ "on": "2026-11-18" }),
        )
        .await;
    assert_eq!(yes["outcome"], "new");
    assert_eq!(
        api.does(
            &path(0, "approve"),
            &d.a,
            "p-2",
            json!({ "on": "2026-11-18" })
        )
        .await,
        yes
    );
    let again = api.post(&path(0, "approve"), &d.a, "p-3", &json!({})).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    let silent = api
        .post(&path(1, "reject"), &d.a, "p-4", &json!({ "reason": "" }))
        .await;
    assert!(silent.status.is_client_error(), "{}", silent.body);
    let no = api
        .does(
            &path(1, "reject"),
            &d.a,
            "p-5",
            json!({ "reason": "不在本会范围" }),
        )
        .await;
    assert_eq!(no["state"], "rejected");
    assert!(items(&api, "/api/applications", &d.a).await.is_empty());
    assert_eq!(
        items(&api, "/api/applications?decided=true", &d.a)
            .await
            .len(),
        2
    );
    api.every_write_of("/api/applications");
}

#[tokio::test]
async fn members_leave_and_move_as_on_the_pages() {
    let site = Site::new();
    let d = desks(&site);
    let api = Api::new(&site);
    let fields =
        json!({ "name": "演示子", "id_number": "330113199003070018", "joined_on": "2026-03-02" });
    let id = member(&api, &d.a, "m-1", &d.mine, fields.clone()).await;
    member(&api, &d.a, "m-1b", &d.mine, fields).await;
    let card = json_of(&api.get(&format!("/api/members/{id}"), &d.a).await);
    let version = card["version"].as_i64().unwrap();

    // Issued by one side, answered by the other.
    let out = format!("/api/members/{id}/transfer");
    let body = json!({ "to": d.other.id.to_string(), "version": version });
    assert_eq!(
        api.post(&out, &d.b, "t-1", &body).await.status,
        StatusCode::NOT_FOUND
    );
    let begun = api.does(&out, &d.a, "t-2", body.clone()).await;
    assert_eq!(
        api.does(&out, &d.a, "t-2", body).await,
        begun,
        "one transfer for one key"
    );
    let transfer = format!("/api/transfers/{}", begun["id"].as_str().unwrap());
    assert_eq!(
        items(&api, "/api/transfers?queue=issued", &d.a).await.len(),
        1
    );
    assert_eq!(
        items(&api, "/api/transfers", &d.b).await[0]["name_masked"],
        "演*子"
    );
    let turn = api
        .post(&format!("{transfer}/accept"), &d.a, "t-3", &json!({}))
        .await;
    assert_eq!(
        turn.status,
        StatusCode::CONFLICT,
        "not the old union's turn: {}",
        turn.body
    );
    let verb = api
        .post(&format!("{transfer}/dance"), &d.b, "t-3", &json!({}))
        .await;
    assert_eq!(verb.status, StatusCode::NOT_FOUND);
    let moved = api
        .does(&format!("{transfer}/accept"), &d.b, "t-4", json!({}))
        .await;
    assert_eq!(moved["state"], "accepted");
    assert_eq!(
        api.get(&format!("/api/members/{id}"), &d.a).await.status,
        StatusCode::NOT_FOUND
    );

    // Asked for by the number of the paper; the other side gives a reason for its no.
    let ask =
        json!({ "to": d.mine.id.to_string(), "id_number": "330113199003070018", "note": "调岗" });
    let wrong = json!({ "to": d.mine.id.to_string(), "id_number": "330113199003070016" });
    let wrong = api.post("/api/transfers", &d.a, "t-5", &wrong).await;
    assert_eq!(json_of(&wrong)["field"], "id_number", "{}", wrong.body);
    let asked = api.does("/api/transfers", &d.a, "t-6", ask).await;
    let asked = format!("/api/transfers/{}", asked["id"].as_str().unwrap());
    let refused = api
        .does(
            &format!("{asked}/refuse"),
            &d.b,
            "t-7",
            json!({ "note": "仍在岗" }),
        )
        .await;
    assert_eq!(refused["state"], "refused");

    // What they agree to is written down for them.
    super::people::consents(&api, (&d.b, &d.a), &id).await;
    // And leaves.
    let version = json_of(&api.get(&format!("/api/members/{id}"), &d.b).await)["version"].clone();
    let leave = format!("/api/members/{id}/changes/leave");
    let body = json!({ "version": version, "reason": "5", "evidence": "本人书面申请" });
    assert_eq!(
        api.post(&leave, &d.a, "l-1", &body).await.status,
        StatusCode::NOT_FOUND
    );
    let bad = json!({ "version": version, "reason": "99" });
    assert_eq!(
        json_of(&api.post(&leave, &d.b, "l-2", &bad).await)["field"],
        "reason"
    );
    let left = api.does(&leave, &d.b, "l-3", body.clone()).await;
    assert_eq!(left["status"], "left");
    let stale = api.post(&leave, &d.b, "l-4", &body).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.body);
    api.every_write_of("/api/members");
    api.every_write_of("/api/transfers");
}

#[tokio::test]
async fn two_records_are_one_person_or_two() {
    let site = Site::new();
    let d = desks(&site);
    let api = Api::new(&site);
    let resident =
        json!({ "name": "陈静", "id_number": "330113199003070018", "joined_on": "2026-03-02" });
    let passport = |number: &str| {
        json!({ "name": "陈静", "id_type": "护照", "id_number": number, "birth_on": "1990-03-07",
            "joined_on": "2026-03-02" })
    };
    let kept = member(&api, &d.a, "d-1", &d.mine, resident).await;
    member(&api, &d.a, "d-2", &d.mine, passport("E12345678")).await;
    let pairs = items(&api, "/api/duplicates", &d.district).await;
    assert_eq!(
        (pairs.len(), &pairs[0]["names_masked"][0]),
        (1, &json!("陈*"))
    );
    assert!(!pairs[0]["reasons"].as_array().unwrap().is_empty());
    assert!(items(&api, "/api/duplicates", &d.b).await.is_empty());
    let pair = format!("/api/duplicates/{}", pairs[0]["id"].as_str().unwrap());
    let body = json!({ "keep": kept, "take": ["job_title"], "why": "换了证件" });
    assert_eq!(
        api.post(&format!("{pair}/merge"), &d.b, "d-3", &body)
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let merged = api
        .does(&format!("{pair}/merge"), &d.a, "d-4", body.clone())
        .await;
    assert_eq!(
        api.does(&format!("{pair}/merge"), &d.a, "d-4", body).await,
        merged
    );
    let undo = format!("/api/merges/{}/undo", merged["merge"].as_str().unwrap());
    assert_eq!(
        api.post(&undo, &d.b, "d-5", &json!({ "why": "看错了" }))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let undone = api
        .does(&undo, &d.a, "d-6", json!({ "why": "看错了" }))
        .await;
    assert_eq!(undone["kept"], json!(kept));
    let apart = api
        .does(
            &format!("{pair}/distinct"),
            &d.a,
            "d-7",
            json!({ "why": "是两个人" }),
        )
        .await;
    assert_eq!(apart["state"], "distinct");
    assert_eq!(
        items(&api, "/api/duplicates?decided=true", &d.a)
            .await
            .len(),
        1
    );
    api.every_write_of("/api/duplicates");
    api.every_write_of("/api/merges");
}

#[tokio::test]
async fn every_queue_goes_on_behind_any_place_and_refuses_what_is_none() {
    let site = Site::new();
    let d = desks(&site);
    let api = Api::new(&site);
    let id = "0192e53c-0000-7000-8000-000000000001";
    for path in [
        format!("/api/transfers?queue=accept&limit=1&after=2026-01-01_{id}"),
        format!("/api/transfers?queue=overdue&limit=1&after=2026-01-01_{id}"),
        format!("/api/applications?decided=true&limit=1&after=1790000000000_{id}"),
        format!("/api/duplicates?limit=1&after=80_{id}"),
        format!("/api/duplicates?decided=true&limit=1&after=1790000000000_{id}"),
    ] {
        assert!(items(&api, &path, &d.district).await.is_empty(), "{path}");
    }
    for path in ["/api/transfers", "/api/applications", "/api/duplicates"] {
        let no = api
            .get(&format!("{path}?after=nonsense"), &d.district)
            .await;
        assert_eq!(no.status, StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(json_of(&no)["field"], "after", "{path}");
    }
}
