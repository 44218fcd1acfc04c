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

/// Two wrong check digits, and a union whose name is nearly one that there is.
const WRONG: &str = "姓名,证件号码,手机号,入会日期,所属工会\n\
    张小明,330113199003070018,13812341234,2020-01-01,甲镇总工会\n\
    王芳,330113199003070017,,2020-01-01,甲镇总工会\n\
    李强,330113199003070016,,2020-01-01,甲镇总工会\n\
    赵敏,330113199003070026,,2020-01-01,甲镇总工回\n";

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
    rows_are_put_right(&site, &api, [&a, &b]).await;
    api.every_write_of("/api/imports");
}

/// A batch whose rows need somebody: one is mended, one left out and taken up again; then it is stopped.
async fn rows_are_put_right(site: &Site, api: &Api<'_>, [a, b]: [&str; 2]) {
    let batch = api.does("/api/imports", a, "r-1", roll(WRONG)).await;
    let path = format!("/api/imports/{}", batch["id"].as_str().unwrap());
    let early = json!({ "do": "drop" });
    let early = api
        .post(&format!("{path}/problems/3"), a, "r-2", &early)
        .await;
    assert!(early.status.is_client_error(), "{}", early.body);
    let check = format!("{path}/check");
    let checking = api.does(&check, a, "r-3", json!({})).await;
    run_jobs(site);
    assert_eq!(
        api.does(&check, a, "r-3", json!({})).await,
        checking,
        "the first answer, though it is checked by now"
    );
    let rows = json_of(&api.get(&format!("{path}/problems"), a).await);
    assert_eq!(rows["items"].as_array().unwrap().len(), 3, "{rows}");

    let row = format!("{path}/problems/3");
    let mend = json!({ "do": "edit", "fields": { "id_number": "330113199003070034" } });
    for (cookie, path) in [(b, &row), (a, &format!("{path}/problems/99"))] {
        let foreign = api.post(path, cookie, "r-4", &mend).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{}", foreign.body);
    }
    for (field, body) in [
        ("do", json!({ "do": "eat" })),
        ("fields", json!({ "do": "edit" })),
        (
            "fields",
            json!({ "do": "drop", "fields": { "name": "王芳" } }),
        ),
        (
            "fields.shoe_size",
            json!({ "do": "edit", "fields": { "shoe_size": "42" } }),
        ),
    ] {
        let told = json_of(&api.post(&row, a, "r-5", &body).await);
        assert_eq!(
            (&told["status"], told["field"].as_str()),
            (&json!(422), Some(field)),
            "{told}"
        );
    }
    let still = json!({ "do": "edit", "fields": { "id_number": "330113199003070035" } });
    let still = api.does(&row, a, "r-6", still).await;
    assert_eq!(
        (&still["state"], &still["faults"][0]["field"]),
        (&json!("open"), &json!("id_number")),
        "{still}"
    );
    let mended = api.does(&row, a, "r-7", mend.clone()).await;
    assert_eq!(
        (&mended["state"], &mended["row"]),
        (&json!("fixed"), &json!(3))
    );
    assert_eq!(mended["faults"], json!([]));
    assert_eq!(api.does(&row, a, "r-7", mend).await, mended);
    let last = format!("{path}/problems/4");
    for (key, deed, state) in [("r-8", "drop", "dropped"), ("r-9", "reopen", "open")] {
        let done = api.does(&last, a, key, json!({ "do": deed })).await;
        assert_eq!(done["state"], state, "{done}");
    }

    let problems = format!("{path}/problems");
    for body in [
        json!({ "do": "confirm" }),
        json!({ "do": "suggestions", "code": "x" }),
    ] {
        let told = json_of(&api.post(&problems, a, "r-10", &body).await);
        assert_eq!(told["field"], "code", "{told}");
    }
    let suggest = json!({ "do": "suggestions" });
    let foreign = api.post(&problems, b, "r-11", &suggest).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let taken = api.does(&problems, a, "r-11", suggest.clone()).await;
    assert_eq!(taken["ready"], json!(1), "{rows}");
    assert_eq!(api.does(&problems, a, "r-11", suggest).await, taken);
    let ready = json_of(&api.get(&path, a).await)["ready_problems"].clone();
    assert_eq!(ready, json!(2));

    let cancel = format!("{path}/cancel");
    let foreign = api.post(&cancel, b, "r-12", &json!({})).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let stopped = api.does(&cancel, a, "r-12", json!({})).await;
    assert_eq!(stopped["state"], "cancelled");
    assert_eq!(api.does(&cancel, a, "r-12", json!({})).await, stopped);
    let twice = api.post(&cancel, a, "r-13", &json!({})).await;
    assert_eq!(twice.status, StatusCode::CONFLICT, "{}", twice.body);
    let late = json!({ "do": "drop" });
    let late = api.post(&row, a, "r-14", &late).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.body);
}
