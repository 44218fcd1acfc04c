//! A roll comes in by machine: once, within scope, with every problem named, and goes out again.

use axum::http::StatusCode;
use base64::Engine as _;
use serde_json::{Value, json};
use store::{Handlers, run_jobs_until_idle};
use union::exchange::{Desk, handlers};

use super::{Api, json_of, officers};
use crate::testing::Site;

const ROLL: &str = "姓名,证件号码,手机号,所属工会\n\
    张小明,330113199003070018,13812341234,甲镇总工会\n\
    王芳,330113199003070017,,甲镇总工会\n";

fn run_jobs(site: &Site) {
    let desk = Desk::new(site.app.db().clone(), site.app.config().upload_dir.clone());
    run_jobs_until_idle(
        site.app.db(),
        &Handlers::default().with_all(handlers(&desk)),
    )
    .unwrap();
}

fn roll(text: &str) -> Value {
    let base64 = base64::engine::general_purpose::STANDARD.encode(text);
    json!({ "kind": "members", "file_name": "名册.csv", "base64": base64 })
}

#[tokio::test]
async fn a_roll_comes_in_and_goes_out() {
    let site = Site::new();
    let (_, [a, b]) = officers(&site);
    let api = Api::new(&site);
    let broken = json!({ "kind": "members", "file_name": "x.csv", "base64": "*" });
    let broken = api.post("/api/imports", &a, "i-0", &broken).await;
    assert_eq!(json_of(&broken)["field"], "base64");
    let batch = api.does("/api/imports", &a, "i-1", roll(ROLL)).await;
    assert_eq!(batch["columns"][1]["field"], "id_number", "{batch}");
    let again = api.does("/api/imports", &a, "i-1", roll(ROLL)).await;
    assert_eq!(again["id"], batch["id"], "one batch for one key");
    let reused = api
        .post(
            "/api/imports",
            &a,
            "i-1",
            &roll("姓名,证件号码\n李强,330113199003070018\n"),
        )
        .await;
    assert_eq!(reused.status, StatusCode::CONFLICT, "{}", reused.body);

    let path = format!("/api/imports/{}", batch["id"].as_str().unwrap());
    for below in ["", "/problems"] {
        let foreign = api.get(&format!("{path}{below}"), &b).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{below}");
    }
    assert_eq!(
        json_of(&api.get("/api/imports", &b).await)["items"],
        json!([])
    );
    let foreign = api
        .post(&format!("{path}/check"), &b, "i-2", &json!({}))
        .await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let odd = json!({ "columns": { "工号": "name" } });
    let odd = api.post(&format!("{path}/check"), &a, "i-2", &odd).await;
    assert!(
        odd.status.is_client_error() && odd.body.contains("工号"),
        "{}",
        odd.body
    );
    let wish = json!({ "columns": { "手机号": "" } });
    let checking = api.does(&format!("{path}/check"), &a, "i-3", wish).await;
    assert_eq!(checking["state"], "checking");
    run_jobs(&site);
    let checked = json_of(&api.get(&path, &a).await);
    assert_eq!(
        (
            &checked["state"],
            &checked["new"],
            &checked["open_problems"]
        ),
        (&json!("checked"), &json!(1), &json!(1)),
        "{checked}"
    );
    let answer = api.get(&format!("{path}/problems?limit=1"), &a).await;
    assert!(!answer.body.contains("330113199003070017"), "masked");
    let rows = json_of(&answer);
    assert_eq!(
        (
            &rows["items"][0]["row"],
            &rows["items"][0]["faults"][0]["field"]
        ),
        (&json!(3), &json!("id_number"))
    );
    let rest = json_of(&api.get(&format!("{path}/problems?after=3"), &a).await);
    assert_eq!(rest["items"], json!([]));

    let foreign = api
        .post(&format!("{path}/confirm"), &b, "i-4", &json!({}))
        .await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let sent = api
        .does(&format!("{path}/confirm"), &a, "i-5", json!({}))
        .await;
    assert_eq!(sent["state"], "importing");
    assert_eq!(
        api.does(&format!("{path}/confirm"), &a, "i-5", json!({}))
            .await,
        sent
    );
    run_jobs(&site);
    let twice = api
        .post(&format!("{path}/confirm"), &a, "i-6", &json!({}))
        .await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.body);
    let list = json_of(&api.get("/api/members", &a).await);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let silent = api
        .post(&format!("{path}/undo"), &a, "i-7", &json!({ "why": "" }))
        .await;
    assert_eq!(json_of(&silent)["field"], "why", "{}", silent.body);
    api.does(
        &format!("{path}/undo"),
        &a,
        "i-8",
        json!({ "why": "传错了文件" }),
    )
    .await;
    run_jobs(&site);
    let undone = json_of(&api.get(&path, &a).await);
    assert_eq!(undone["state"], "undone", "{undone}");
    assert_eq!(
        json_of(&api.get("/api/members", &a).await)["items"],
        json!([])
    );
    api.every_write_of("/api/imports");
}
