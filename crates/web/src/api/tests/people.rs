//! What a person has to decide, by machine: names that resemble known employers, what members ask about their own data,
//! what they agree to.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{Api, json_of, officers};
use crate::shell::encode;
use crate::testing::Site;

async fn page(api: &Api<'_>, path: &str, cookie: &str) -> Value {
    let answer = api.get(path, cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    json_of(&answer)
}

fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}

#[tokio::test]
async fn a_name_that_resembles_known_ones_is_decided_once() {
    let site = Site::new();
    let ([mine, other], [a, b]) = officers(&site);
    site.account("leader", "leader", Some(mine.id));
    let leader = site.session("leader");
    let api = Api::new(&site);
    let town = mine.id.to_string();
    let known = json!({ "name": "杭州锦禾制衣有限公司", "credit_code": "91330100799655058B", "territory": town });
    let known = api.does("/api/employers", &a, "m-0", known).await;
    let mut asked = Vec::new();
    for (n, name) in ["杭州锦和制衣有限公司", "杭州锦禾制衣厂", "杭州锦禾制衣店"]
        .into_iter()
        .enumerate()
    {
        let body = json!({ "name": name, "territory": town, "headcount": 88, "headcount_on": "2026-01-31" });
        let queued = api
            .does("/api/employers", &a, &format!("m-1{n}"), body)
            .await;
        asked.push(format!(
            "/api/matches/{}",
            queued["question"].as_str().unwrap()
        ));
    }
    let first = page(&api, "/api/matches?limit=2", &a).await;
    let next = first["next"].as_str().unwrap().to_owned();
    let rest = page(&api, &format!("/api/matches?limit=2&after={next}"), &a).await;
    assert_eq!(
        (items(&first).len(), items(&rest).len(), &rest["next"]),
        (2, 1, &Value::Null)
    );
    assert_eq!(items(&first)[0]["candidates"][0]["id"], known["id"]);
    assert!(items(&page(&api, "/api/matches", &b).await).is_empty());
    assert_eq!(
        api.get("/api/matches", &leader).await.status,
        StatusCode::FORBIDDEN
    );
    let card = page(&api, &asked[0], &a).await;
    assert_eq!((&card["open"], &card["area"]), (&json!(true), &json!(town)));
    assert!(card["brings"].to_string().contains("88 人"), "{card}");
    assert_eq!(api.get(&asked[0], &b).await.status, StatusCode::NOT_FOUND);

    let answer = |n: usize| format!("{}/answer", asked[n]);
    let is = json!({ "answer": "is", "employer": known["id"] });
    for (key, body, field) in [
        ("m-20", json!({ "answer": "is" }), "employer"),
        (
            "m-21",
            json!({ "answer": "dismiss", "employer": known["id"] }),
            "employer",
        ),
        (
            "m-22",
            json!({ "answer": "dismiss", "union": town }),
            "union",
        ),
        ("m-23", json!({ "answer": "perhaps" }), "answer"),
    ] {
        let no = api.post(&answer(0), &a, key, &body).await;
        assert_eq!(
            (no.status, &json_of(&no)["field"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(field))
        );
    }
    assert_eq!(
        api.post(&answer(0), &b, "m-24", &is).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        api.post(&answer(0), &leader, "m-25", &is).await.status,
        StatusCode::FORBIDDEN
    );
    let settled = api.does(&answer(0), &a, "m-26", is.clone()).await;
    assert_eq!(settled["employer"], known["id"]);
    assert_eq!(
        api.does(&answer(0), &a, "m-26", is.clone()).await,
        settled,
        "the same key, the same answer"
    );
    assert_eq!(
        api.post(&answer(0), &a, "m-27", &is).await.status,
        StatusCode::CONFLICT
    );
    // A new one at a union of one's own, never at another's.
    let foreign = json!({ "answer": "new", "union": other.id.to_string() });
    let foreign = api.post(&answer(1), &a, "m-28", &foreign).await;
    assert!(foreign.status.is_client_error(), "{}", foreign.body);
    let new = api
        .does(
            &answer(1),
            &a,
            "m-29",
            json!({ "answer": "new", "union": town }),
        )
        .await;
    assert!(new["employer"].is_string() && new["employer"] != known["id"]);
    let gone = api
        .does(&answer(2), &a, "m-30", json!({ "answer": "dismiss" }))
        .await;
    assert_eq!(gone["employer"], Value::Null);
    assert!(items(&page(&api, "/api/matches", &a).await).is_empty());
    let card = page(&api, &asked[0], &a).await;
    assert_eq!(
        (&card["open"], &card["employer"]),
        (&json!(false), &known["id"])
    );
    api.every_write_of("/api/matches");
}

/// The member's wish as the page's form says it.
fn wish(key: &str, detail: &str) -> String {
    format!(
        "key={key}&way=present&agreed=1&said={}&detail={}",
        encode("本人持身份证到窗口"),
        encode(detail)
    )
}

#[tokio::test]
async fn what_members_ask_about_their_own_data_is_answered() {
    let site = Site::new();
    let ([mine, _], [a, b]) = officers(&site);
    site.account("leader", "leader", Some(mine.id));
    let leader = site.session("leader");
    let api = Api::new(&site);
    let fields =
        json!({ "name": "张小明", "id_number": "330113199003070018", "joined_on": "2026-03-02" });
    let body = json!({ "org": mine.id.to_string(), "fields": fields });
    let member = api.does("/api/members", &a, "r-0", body).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (what, detail) in [
        ("correct", "手机号改成13812345678"),
        ("export", ""),
        ("delete", ""),
    ] {
        let asked = site
            .post(
                &format!("/members/{member}/behalf/{what}"),
                &a,
                &wish(what, detail),
            )
            .await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    }
    let first = page(&api, "/api/requests?limit=2", &a).await;
    let next = first["next"].as_str().unwrap().to_owned();
    let rest = page(&api, &format!("/api/requests?limit=2&after={next}"), &a).await;
    assert_eq!(
        (items(&first).len(), items(&rest).len(), &rest["next"]),
        (2, 1, &Value::Null)
    );
    let all: Vec<&Value> = items(&first).iter().chain(items(&rest)).collect();
    assert!(
        all.iter().all(|one| one["name_masked"] == "张*明"
            && one["member"] == json!(member)
            && one["on_behalf"] == json!(true)),
        "{all:?}"
    );
    assert!(items(&page(&api, "/api/requests", &b).await).is_empty());
    assert_eq!(
        api.get("/api/requests", &leader).await.status,
        StatusCode::FORBIDDEN
    );
    let of = |kind: &str| {
        let one = all.iter().find(|one| one["kind"] == kind).unwrap();
        format!("/api/requests/{}", one["id"].as_str().unwrap())
    };
    let (correct, delete) = (of("correct"), of("delete"));
    assert_eq!(api.get(&correct, &b).await.status, StatusCode::NOT_FOUND);
    let card = page(&api, &correct, &a).await;
    assert_eq!(
        card["detail_masked"], "手机号改成138******78",
        "a machine is told no number"
    );

    let done = json!({ "result": "done", "answer": "已改好" });
    let answer = format!("{correct}/answer");
    assert_eq!(
        api.post(&answer, &b, "r-1", &done).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        api.post(&answer, &leader, "r-2", &done).await.status,
        StatusCode::FORBIDDEN
    );
    let silent = json!({ "result": "done", "answer": "" });
    assert_eq!(
        api.post(&answer, &a, "r-3", &silent).await.status,
        StatusCode::CONFLICT
    );
    let stands = api.does(&answer, &a, "r-4", done.clone()).await;
    assert_eq!(stands["state"], "done");
    assert_eq!(api.does(&answer, &a, "r-4", done.clone()).await, stands);
    assert_eq!(
        api.post(&answer, &a, "r-5", &done).await.status,
        StatusCode::CONFLICT
    );
    // Who is a member is not erased, by machine as little as on the page.
    assert_eq!(page(&api, &delete, &a).await["erasable_from"], Value::Null);
    let answer = format!("{delete}/answer");
    let no = json_of(&api.post(&answer, &a, "r-6", &done).await);
    assert_eq!(no["code"], "request.enrolled", "{no}");
    let refused = json!({ "result": "refused", "answer": "在册会员的资料依规保存，可来电 0571-8612345 询问" });
    assert_eq!(
        api.does(&answer, &a, "r-7", refused).await["state"],
        "refused"
    );
    let answered = page(&api, "/api/requests?decided=true", &a).await;
    assert_eq!(items(&answered).len(), 2);
    assert_eq!(items(&answered)[0]["state"], "refused", "the latest first");
    let behind = "/api/requests?after=nonsense";
    assert_eq!(json_of(&api.get(behind, &a).await)["field"], "after");
    api.every_write_of("/api/requests");
}

/// A member's consents are read, recorded and withdrawn, with the wish written down; `b` looks after the member, `a` does
/// not.
pub(super) async fn consents(api: &Api<'_>, (b, a): (&str, &str), member: &str) {
    let path = format!("/api/members/{member}/consents");
    let read = |page: &Value| {
        let lines = items(page).iter();
        lines.filter(|line| line["given_at"].is_string()).count()
    };
    let before = page(api, &path, b).await;
    assert_eq!(read(&before), 0);
    let purpose = items(&before)[0]["purpose"].as_str().unwrap();
    let (give, withdraw) = (
        format!("{path}/{purpose}/give"),
        format!("{path}/{purpose}/withdraw"),
    );
    let wish = json!({ "way": "present", "said": "本人持身份证到窗口", "agreed": true });
    assert_eq!(api.get(&path, a).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        api.post(&give, a, "c-1", &wish).await.status,
        StatusCode::NOT_FOUND
    );
    let silent = json!({ "way": "present", "said": "本人持身份证到窗口", "agreed": false });
    let silent = json_of(&api.post(&give, b, "c-2", &silent).await);
    assert_eq!(silent["code"], "behalf.agreed", "{silent}");
    let unknown = format!("{path}/nothing/give");
    assert_eq!(
        api.post(&unknown, b, "c-3", &wish).await.status,
        StatusCode::NOT_FOUND
    );
    let given = api.does(&give, b, "c-4", wish.clone()).await;
    assert_eq!(given["given"], json!(true));
    assert_eq!(api.does(&give, b, "c-4", wish.clone()).await, given);
    assert_eq!(read(&page(api, &path, b).await), 1);
    let back = api.does(&withdraw, b, "c-5", wish).await;
    assert_eq!(back["given"], json!(false));
    assert_eq!(read(&page(api, &path, b).await), 0);
    let seen = format!("/members/{member}");
    let seen = api.site.get(&seen, b).await.body;
    assert!(
        seen.contains("代办"),
        "the member's own list says who did it: {seen}"
    );
}
