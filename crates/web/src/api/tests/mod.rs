//! The API through the whole router. Every call is held against the description: its status must be told there, and
//! its answer must fit the schema told for it.

mod alerts;
mod cases;
mod committees;
mod feeds;
mod first;
mod foundings;
mod imports;
mod opening;
mod people;
mod register;
mod rooms;
mod strict;

use std::cell::RefCell;
use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use union::orgs::{NewOrg, OrgKind, OrgRef, create_active};

use super::check;
use super::openapi::document;
use crate::testing::{Answer, Site};

/// Beginnings of the addresses whose writes a test here calls, every one until it succeeds.
const WALKED: [&str; 16] = [
    "/api/alerts",
    "/api/applications",
    "/api/cases",
    "/api/committees",
    "/api/duplicates",
    "/api/employers",
    "/api/feeds",
    "/api/foundings",
    "/api/imports",
    "/api/matches",
    "/api/members",
    "/api/merges",
    "/api/orgs",
    "/api/requests",
    "/api/signals",
    "/api/transfers",
];

/// A federation with two towns.
fn towns(site: &Site) -> (OrgRef, OrgRef) {
    let make = |parent, kind, name: &str| {
        let new = NewOrg::new(parent, kind, name);
        site.test
            .db
            .write(&site.test.actor(), |tx| create_active(tx, &new))
            .unwrap()
    };
    let top = make(None, OrgKind::Federation, "测试区总工会");
    (
        make(Some(top.id), OrgKind::Town, "甲镇总工会"),
        make(Some(top.id), OrgKind::Town, "乙镇总工会"),
    )
}

/// The two towns with an officer in each: the towns, and the officers' sessions.
fn officers(site: &Site) -> ([OrgRef; 2], [String; 2]) {
    let (mine, other) = towns(site);
    site.account("town.a", "town_officer", Some(mine.id));
    site.account("town.b", "town_officer", Some(other.id));
    let sessions = ["town.a", "town.b"].map(|login| site.session(login));
    ([mine, other], sessions)
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

/// A machine that holds every answer against the description.
struct Api<'s> {
    site: &'s Site,
    document: Value,
    seen: RefCell<BTreeSet<(String, u16)>>,
}

impl<'s> Api<'s> {
    fn new(site: &'s Site) -> Self {
        Self {
            site,
            document: document("测试区总工会"),
            seen: RefCell::default(),
        }
    }

    async fn get(&self, path: &str, cookie: &str) -> Answer {
        let answer = self.site.get(path, cookie).await;
        self.told("get", path, &answer);
        answer
    }

    async fn post(&self, path: &str, cookie: &str, key: &str, body: &Value) -> Answer {
        let answer = self
            .site
            .ask(request(
                path,
                cookie,
                key,
                "application/json",
                &body.to_string(),
            ))
            .await;
        self.told("post", path, &answer);
        answer
    }

    /// Posts what must be done; its answer.
    async fn does(&self, path: &str, cookie: &str, key: &str, body: Value) -> Value {
        let answer = self.post(path, cookie, key, &body).await;
        assert!(answer.status.is_success(), "{path} {body}: {}", answer.body);
        json_of(&answer)
    }

    /// The pattern of an address in the description.
    fn pattern(&self, path: &str) -> String {
        let path = path.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |pattern: &str| {
            let pattern: Vec<&str> = pattern.split('/').collect();
            pattern.len() == parts.len()
                && pattern
                    .iter()
                    .zip(&parts)
                    .all(|(told, given)| told.starts_with('{') || told == given)
        };
        let paths = self.document["paths"].as_object().unwrap();
        let mut fitting: Vec<&String> = paths.keys().filter(|pattern| fits(pattern)).collect();
        fitting.sort_by_key(|pattern| pattern.matches('{').count());
        (*fitting
            .first()
            .unwrap_or_else(|| panic!("{path} is not described")))
        .clone()
    }

    fn told(&self, method: &str, path: &str, answer: &Answer) {
        let pattern = self.pattern(path);
        let operation = &self.document["paths"][&pattern][method];
        let status = answer.status.as_u16();
        let told = &operation["responses"][status.to_string()];
        assert!(
            told.is_object(),
            "{method} {path} answers {status}, which is not described: {}",
            answer.body
        );
        let kind = answer.headers["content-type"].to_str().unwrap();
        if told["content"]["*/*"].is_object() {
            // The bytes of a file: its test looks at them.
            assert!(answer.headers.contains_key("content-disposition"), "{path}");
            self.note(method, &pattern, status);
            return;
        }
        let schema = &told["content"][kind]["schema"];
        assert!(
            schema.is_object() || schema == &Value::Bool(true),
            "{method} {path} {status} answers {kind}"
        );
        let schema = whole(schema, &self.document["components"]["schemas"]);
        let found = check::faults(&schema, &json_of(answer));
        assert_eq!(found, [], "{method} {path} {status}: {}", answer.body);
        self.note(method, &pattern, status);
    }

    fn note(&self, method: &str, pattern: &str, status: u16) {
        let one = (format!("{method} {pattern}"), status);
        self.seen.borrow_mut().insert(one);
    }

    /// Every write below an address has been called, and has given every success it tells.
    fn every_write_of(&self, beginning: &str) {
        assert!(
            WALKED.contains(&beginning),
            "{beginning} is not in the list"
        );
        let seen = self.seen.borrow();
        for (path, operation) in writes(&self.document) {
            let of = path == beginning || path.starts_with(&format!("{beginning}/"));
            let told = operation["responses"].as_object().unwrap();
            for status in told.keys().filter(|status| of && status.starts_with('2')) {
                let one = (format!("post {path}"), status.parse().unwrap());
                assert!(
                    seen.contains(&one),
                    "nothing made {} answer {status}",
                    one.0
                );
            }
        }
    }
}

fn writes(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .filter_map(|(path, methods)| Some((path.clone(), methods.get("post")?)))
        .collect()
}

#[test]
fn every_write_is_called_by_a_test() {
    let document = document("测试区总工会");
    for (path, _) in writes(&document) {
        let walked = WALKED
            .iter()
            .any(|one| path == **one || path.starts_with(&format!("{one}/")));
        assert!(walked, "no test calls POST {path}");
    }
}

/// A schema with every reference replaced by what it leads to.
fn whole(schema: &Value, all: &Value) -> Value {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
        let name = name.trim_start_matches("#/components/schemas/");
        return whole(&all[name], all);
    }
    match schema {
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| (name.clone(), whole(value, all)))
            .collect(),
        Value::Array(list) => list.iter().map(|one| whole(one, all)).collect(),
        other => other.clone(),
    }
}

fn request(path: &str, cookie: &str, key: &str, kind: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .header("content-type", kind)
        .header("idempotency-key", key)
        .body(Body::from(body.to_owned()))
        .unwrap()
}
