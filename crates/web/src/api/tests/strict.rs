//! What is not understood is refused in words that name it; nothing is guessed and nothing is ignored.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use union::access;

use super::{Api, json_of, request, towns};
use crate::testing::Site;

/// Keywords of a schema that the checker understands, and those that only tell.
const KEYWORDS: [&str; 24] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "allOf",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "format",
    "$ref",
    "description",
    "default",
    "title",
    "$defs",
    "examples",
    "unevaluatedProperties",
];

fn keywords(schema: &Value, found: &mut Vec<String>) {
    let Some(schema) = schema.as_object() else {
        return;
    };
    for (name, value) in schema {
        found.push(name.clone());
        match name.as_str() {
            "properties" => value
                .as_object()
                .unwrap()
                .values()
                .for_each(|one| keywords(one, found)),
            "anyOf" | "oneOf" | "allOf" => value
                .as_array()
                .unwrap()
                .iter()
                .for_each(|one| keywords(one, found)),
            "items" | "additionalProperties" => keywords(value, found),
            _ => {}
        }
    }
}

#[test]
fn the_checker_knows_every_word_of_our_schemas() {
    let document = super::document("测试区总工会");
    let mut found = Vec::new();
    for schema in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .values()
    {
        keywords(schema, &mut found);
    }
    assert!(found.len() > 200, "{}", found.len());
    let unknown: Vec<_> = found
        .iter()
        .filter(|one| !KEYWORDS.contains(&one.as_str()))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// A site with a district's clerk who may read everything; the cookie.
fn clerk(site: &Site) -> String {
    let (town, _) = towns(site);
    site.account("clerk", "district_officer", Some(town.id));
    site.session("clerk")
}

/// Every list of the API refuses what it does not know, and names it with what would be accepted.
#[tokio::test]
async fn no_list_ignores_what_it_does_not_know() {
    let site = Site::new();
    let cookie = clerk(&site);
    site.account("audit", "audit_admin", None);
    let auditor = site.session("audit");
    let api = Api::new(&site);
    let paths = api.document["paths"].as_object().unwrap().clone();
    let (mut lists, mut limits, mut choices) = (0, 0, 0);
    for (path, methods) in &paths {
        let mut parameters = methods["get"]["parameters"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        parameters.retain(|one| one["in"] == "query");
        if parameters.is_empty() {
            continue;
        }
        let parts = path.split('/').map(|part| match part.starts_with('{') {
            true => "00000000-0000-7000-8000-000000000000",
            false => part,
        });
        let path = parts.collect::<Vec<_>>().join("/");
        let cookie = if path == "/api/audit" {
            &auditor
        } else {
            &cookie
        };
        let refused = async |query: String, name: &str, words: &[&str]| {
            let answer = api.get(&format!("{path}?{query}"), cookie).await;
            let told = json_of(&answer);
            assert_eq!(
                answer.status,
                StatusCode::BAD_REQUEST,
                "{path}?{query}: {told}"
            );
            assert_eq!(
                (told["code"].as_str(), told["field"].as_str()),
                (Some("api.parameter"), Some(name))
            );
            for word in words {
                assert!(
                    told["detail"].as_str().unwrap().contains(word),
                    "{word}: {told}"
                );
            }
        };
        lists += 1;
        let names: Vec<&str> = parameters
            .iter()
            .filter_map(|one| one["name"].as_str())
            .collect();
        refused("zzz=1".into(), "zzz", &names).await;
        for one in &parameters {
            let name = one["name"].as_str().unwrap();
            refused(format!("{name}=1&{name}=1"), name, &["两次"]).await;
            refused(format!("{name}=%00"), name, &[]).await;
            let schema = super::whole(&one["schema"], &api.document["components"]["schemas"]);
            let known = super::check::choices(&schema);
            if !known.is_empty() {
                choices += 1;
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                refused(format!("{name}=zzz"), name, &known).await;
            }
            if name == "limit" {
                limits += 1;
                for bad in ["0", "-1", "1000000", "x", ""] {
                    refused(format!("limit={bad}"), "limit", &[]).await;
                }
            }
            if matches!(one["schema"]["format"].as_str(), Some("uuid" | "date")) {
                refused(format!("{name}=zzz"), name, &["应为"]).await;
            }
        }
    }
    assert!(
        lists >= 14 && limits >= 8 && choices >= 7,
        "{lists} {limits} {choices}"
    );
    for (query, words) in [
        ("/api/alerts?level=zzz", "只能是 blue、yellow、red"),
        ("/api/letters?template=zzz", "letters."),
        ("/api/coverage?month=zzz", "2026-10"),
    ] {
        let answer = api.get(query, &cookie).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.body);
        assert!(answer.body.contains(words), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_body_is_json_or_it_is_refused() {
    let site = Site::new();
    let cookie = clerk(&site);
    let org = "00000000-0000-7000-8000-000000000000";
    let body = json!({ "org": org, "fields": {} }).to_string();
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
    ] {
        let answer = site
            .ask(request("/api/members", &cookie, "k", kind, &body))
            .await;
        let told = json_of(&answer);
        assert_eq!(
            (answer.status.as_u16(), told["code"].as_str()),
            (415, Some("api.media_type")),
            "{kind}"
        );
    }
    for kind in ["application/json", "Application/JSON; charset=utf-8"] {
        let answer = site
            .ask(request("/api/members", &cookie, "k", kind, &body))
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.body);
    }
    let wrong = [
        (400, "{", "api.not_json", None, "第 1 行第 1 个字符"),
        (422, "[]", "api.field", Some(""), "应为 JSON 对象"),
        (
            422,
            r#"{"fields":{}}"#,
            "api.field",
            Some("org"),
            "org 必填",
        ),
        (
            422,
            r#"{"org":"x","fields":{}}"#,
            "api.field",
            Some("org"),
            "应为编号",
        ),
        (
            422,
            r#"{"org":"00000000-0000-7000-8000-000000000000","fields":{"name":7}}"#,
            "api.field",
            Some("fields.name"),
            "应为文字",
        ),
        (
            422,
            r#"{"org":"00000000-0000-7000-8000-000000000000","fields":{"nom":"x"}}"#,
            "api.field",
            Some("fields.nom"),
            "id_number",
        ),
        (
            422,
            r#"{"org":"00000000-0000-7000-8000-000000000000","fields":{},"x":1}"#,
            "api.field",
            Some("x"),
            "可填",
        ),
    ];
    for (status, body, code, field, words) in wrong {
        let answer = site
            .ask(request(
                "/api/members",
                &cookie,
                "k",
                "application/json",
                body,
            ))
            .await;
        let told = json_of(&answer);
        assert_eq!(
            (answer.status.as_u16(), told["code"].as_str()),
            (status, Some(code)),
            "{body}: {told}"
        );
        assert_eq!(told["field"].as_str(), field, "{body}: {told}");
        let detail = told["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{body}: {told}");
        for english in ["expected", "missing", "invalid", "unknown", "EOF"] {
            assert!(!detail.contains(english), "serde speaks: {detail}");
        }
    }
    let keyless = Request::post("/api/members")
        .header("cookie", &cookie)
        .header("content-type", "application/json")
        .body(Body::from(body))
        .unwrap();
    let answer = site.ask(keyless).await;
    assert_eq!(
        (answer.status.as_u16(), json_of(&answer)["code"].as_str()),
        (400, Some("api.key"))
    );
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let site = Site::new();
    let cookie = clerk(&site);
    let ask = async |method: &str, path: &str| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", &cookie)
            .header("sec-fetch-site", "same-origin")
            .body(Body::empty())
            .unwrap();
        site.ask(request).await
    };
    let answer = ask("DELETE", "/api/members").await;
    assert_eq!(
        answer.status,
        StatusCode::METHOD_NOT_ALLOWED,
        "{}",
        answer.body
    );
    assert_eq!(answer.headers["allow"], "GET,HEAD,POST");
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(json_of(&answer)["code"], "method_not_allowed");
    assert_eq!(ask("PUT", "/api/me").await.headers["allow"], "GET,HEAD");
    let page = ask("GET", "/logout").await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(page.headers["allow"], "POST");
    assert!(
        page.body.contains("<html") && page.body.contains("Allow"),
        "{}",
        page.body
    );
    assert_eq!(
        ask("GET", "/api/nothing").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_submission_from_another_site_is_refused_in_words() {
    let site = Site::new();
    let cookie = clerk(&site);
    let ask = async |path: &str| {
        let request = Request::post(path)
            .header("cookie", &cookie)
            .header("sec-fetch-site", "cross-site")
            .header("content-type", "application/json")
            .body(Body::from("{}"))
            .unwrap();
        site.ask(request).await
    };
    let machine = ask("/api/members").await;
    assert_eq!(
        (machine.status.as_u16(), json_of(&machine)["code"].as_str()),
        (403, Some("cross_site"))
    );
    assert_eq!(machine.headers["content-type"], "application/problem+json");
    let page = ask("/orgs/new").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.body.contains("<html") && page.body.contains("别的网站"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn the_scheme_of_a_token_is_written_in_any_case() {
    let site = Site::new();
    let (town, _) = towns(&site);
    let account = site.account("machine", "town_officer", Some(town.id));
    let token = site.write(|tx| {
        let roles = site.app.roles();
        let posts = access::posts_of(tx, roles, account)?;
        let until = tx.now().plus(std::time::Duration::from_secs(3_600));
        access::issue_token(
            tx,
            (site.app.policy(), roles),
            "测试",
            account,
            posts[0].id,
            until,
        )
    });
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let request = Request::get("/api/me")
            .header("authorization", format!("{scheme} {token}"))
            .body(Body::empty())
            .unwrap();
        assert_eq!(site.ask(request).await.status, StatusCode::OK, "{scheme}");
    }
    let request = Request::get("/api/me")
        .header("authorization", format!("Basic {token}"))
        .body(Body::empty())
        .unwrap();
    let answer = site.ask(request).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(
        answer.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Bearer")
    );
}

/// A body that an operation takes: every required field of its schema with something of its type.
fn example(schema: &Value) -> Value {
    if let Some(first) = schema["anyOf"].get(0).or(schema["oneOf"].get(0)) {
        return example(first);
    }
    if let Some(first) = schema["enum"].get(0).or(schema.get("const")) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str());
    match kind.unwrap_or("object") {
        "string" => match schema["format"].as_str() {
            Some("uuid") => json!("00000000-0000-7000-8000-000000000000"),
            Some("date") => json!("2026-01-19"),
            _ => json!("文字"),
        },
        "integer" => json!(1),
        "boolean" => json!(true),
        "array" => json!([]),
        _ => {
            let required = schema["required"].as_array().into_iter().flatten();
            required
                .filter_map(Value::as_str)
                .map(|name| (name.to_owned(), example(&schema["properties"][name])))
                .collect()
        }
    }
}

/// What does not exist is not found, whether it could be an id or not: one answer over all operations.
#[tokio::test]
async fn no_address_tells_an_id_that_is_malformed_from_one_that_is_nobodys() {
    let site = Site::new();
    let (town, _) = towns(&site);
    let find = |tx: &mut store::Tx| union::orgs::find(tx, "测试区总工会");
    let top = site.test.db.read(&site.test.actor(), find).unwrap()[0].id;
    let posts = [
        ("district", "district_officer", Some(top)),
        ("town", "town_officer", Some(town.id)),
        ("chair", "enterprise_chair", Some(town.id)),
        ("audit", "audit_admin", None),
        ("system", "system_admin", None),
    ];
    let cookies = posts.map(|(login, role, org)| {
        site.account(login, role, org);
        site.session(login)
    });
    let api = Api::new(&site);
    let mut asked = 0;
    let mut wrong = Vec::new();
    for (path, methods) in api.document["paths"].as_object().unwrap() {
        if !path.contains('{') {
            continue;
        }
        for (method, operation) in methods.as_object().unwrap() {
            assert_eq!(
                operation["responses"]["400"].is_object(),
                method == "post"
                    || operation["parameters"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .any(|one| one["in"] == "query"),
                "{method} {path}: an address alone is never a bad request"
            );
            let body = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = super::whole(body, &api.document["components"]["schemas"]);
            let body = example(&body);
            // Neither an id, nor text, nor a number that fits, nor one that is anybody's.
            for bad in ["zzz", "%FF", "-1", "99999999999999999999", "%00"] {
                let parts = path.split('/').map(|part| match part.starts_with('{') {
                    true => bad,
                    false => part,
                });
                let at = parts.collect::<Vec<_>>().join("/");
                let mut answer = None;
                for cookie in &cookies {
                    let one = match method.as_str() {
                        "get" => site.get(&at, cookie).await,
                        _ => {
                            let text = body.to_string();
                            site.ask(request(&at, cookie, "m-1", "application/json", &text))
                                .await
                        }
                    };
                    let allowed = one.status != StatusCode::FORBIDDEN;
                    answer = Some(one);
                    if allowed {
                        break;
                    }
                }
                let answer = answer.unwrap();
                asked += 1;
                if answer.status != StatusCode::NOT_FOUND {
                    wrong.push(format!("{method} {at}: {} {}", answer.status, answer.body));
                    continue;
                }
                api.told(method, &at, &answer);
                let told = json_of(&answer);
                assert!(
                    told["detail"].as_str().unwrap().contains("没有找到"),
                    "{method} {at}: {told}"
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 150, "{asked}");
}
