//! The door, the locks and the headers, through the whole router.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use union::access::Capability;

use super::{Need, all_routes};
use crate::testing::{PASSWORD, Site};

#[tokio::test]
async fn sign_in_works_without_scripts_and_keeps_what_was_typed() {
    let site = Site::new();
    site.account("audit.a", "audit_admin", None);
    let wrong = site.post("/login", "", "login=audit.a&password=x").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("value=\"audit.a\"") && wrong.body.contains("账号或口令不正确"));
    let form = format!(
        "login=audit.a&next=/audit&password={}",
        super::form::encode(PASSWORD)
    );
    let right = site.post("/login", "", &form).await;
    assert_eq!(
        (right.status, right.location.as_str()),
        (StatusCode::SEE_OTHER, "/audit")
    );
    let page = site.get("/audit", &right.cookie).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("审计日志") && page.body.contains("access.signed_in"));
    let out = site.post("/logout", &right.cookie, "").await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(
        site.get("/audit", &right.cookie).await.location,
        "/login?next=/audit"
    );
}

/// A form as a browser sends it from a page.
fn from_a_page(path: &str, cookie: &str, kind: &str, body: &str) -> Request<Body> {
    Request::post(path)
        .header("cookie", cookie)
        .header("content-type", kind)
        .header("accept", "text/html,application/xhtml+xml")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

const PLAIN: &str = "application/x-www-form-urlencoded";

/// The value of the hidden field in which it goes on, ready to be sent.
fn carried(page: &str) -> String {
    let begins = "name=\"unsent\" value=\"";
    let from = page.find(begins).map(|at| at + begins.len()).unwrap();
    let rest = &page[from..];
    let value = &rest[..rest.find('"').unwrap()];
    let value = value.replace("&#34;", "\"").replace("&#38;", "&");
    super::form::encode(&value.replace("&#60;", "<").replace("&#62;", ">"))
}

#[tokio::test]
async fn what_was_typed_outlives_the_session() {
    let site = Site::new();
    site.account("audit.a", "audit_admin", None);
    let typed = format!(
        "key=k1&note={}&day=2026-11-03",
        super::form::encode("老板说“下月” <b>&发\n第二行")
    );
    let path = "/hall/notebook/add?kind=note";
    let gone = site.ask(from_a_page(path, "", PLAIN, &typed)).await;
    assert_eq!(gone.status, StatusCode::UNAUTHORIZED);
    assert!(
        gone.body.contains("登录过期了") && gone.body.contains("老板说“下月” &#60;b&#62;&#38;发")
    );
    let unsent = carried(&gone.body);
    let wrong = format!("login=audit.a&password=x&unsent={unsent}");
    let wrong = site.post("/login", "", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        carried(&wrong.body),
        unsent,
        "a wrong password loses nothing"
    );
    let right = format!(
        "login=audit.a&password={}&unsent={unsent}",
        super::form::encode(PASSWORD)
    );
    let right = site.post("/login", "", &right).await;
    assert_eq!(right.status, StatusCode::OK);
    assert!(!right.cookie.is_empty() && right.body.contains("刚才填的还在"));
    for held in [
        "action=\"/hall/notebook/add?kind=note\"",
        "name=\"key\" value=\"k1\"",
        "name=\"day\" value=\"2026-11-03\"",
        "name=\"note\" value=\"老板说“下月” &#60;b&#62;&#38;发\n第二行\"",
    ] {
        assert!(right.body.contains(held), "{held}: {}", right.body);
    }
    assert_eq!(
        site.get("/audit", &right.cookie).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn what_is_carried_through_the_door_is_words_for_this_site_alone() {
    let site = Site::new();
    site.account("audit.a", "audit_admin", None);
    // Words beside photographs come along, the photographs do not, and it is said.
    let body = "--X\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n夜里有车\r\n\
                --X\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\nbytes\r\n--X--\r\n";
    let id = "/sentinel/0191d1f0-0000-7000-8000-000000000001";
    let files = from_a_page(id, "", "multipart/form-data; boundary=X", body);
    let files = site.ask(files).await;
    assert!(files.body.contains("夜里有车") && files.body.contains("选好的 1 个文件没有带过来"));
    // Passwords are nowhere repeated; scripts that send by themselves hear what they heard before.
    let secret = from_a_page("/me/password", "", PLAIN, "old=a&password=b&repeat=b");
    let secret = site.ask(secret).await;
    assert_eq!(
        (secret.status, secret.location.as_str()),
        (StatusCode::SEE_OTHER, "/login")
    );
    let script = site.post("/hall/notebook/add", "", "note=x").await;
    assert_eq!(script.location, "/login");
    // No page of ours says so much: nobody gets a flood back.
    let part = "--X\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n夜\r\n";
    let flood = format!("{}--X--\r\n", part.repeat(2_001));
    for (kind, body) in [
        ("multipart/form-data; boundary=X", flood),
        (PLAIN, format!("note={}", "x".repeat(600_000))),
    ] {
        let flood = site.ask(from_a_page(id, "", kind, &body)).await;
        assert_eq!(flood.location, "/login", "{kind}");
    }
    // What says that it goes elsewhere goes nowhere.
    for to in [
        "https://evil.example/",
        "//evil.example",
        "/logout",
        "/login",
    ] {
        let unsent = format!("{{\"to\":\"{to}\",\"pairs\":[[\"a\",\"b\"]],\"files\":0}}");
        let form = format!(
            "login=audit.a&password={}&unsent={}",
            super::form::encode(PASSWORD),
            super::form::encode(&unsent)
        );
        let answer = site.post("/login", "", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{to}");
    }
}

#[tokio::test]
async fn behind_a_proxy_a_session_shows_where_its_caller_is() {
    let site = Site::new();
    site.account("audit.a", "audit_admin", None);
    let form = format!("login=audit.a&password={}", super::form::encode(PASSWORD));
    let request = Request::post("/login")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("x-forwarded-for", "6.6.6.6, 203.0.113.9")
        .body(Body::from(form))
        .unwrap();
    let signed_in = site.ask(request).await;
    let page = site.get("/me", &signed_in.cookie).await;
    assert!(page.body.contains("203.0.113.9") && !page.body.contains("127.0.0.1"));
    assert!(
        !page.body.contains("6.6.6.6"),
        "what the caller wrote is not believed"
    );
}

#[tokio::test]
async fn a_foreign_site_cannot_post_and_headers_are_on_every_answer() {
    let site = Site::new();
    site.account("audit.a", "audit_admin", None);
    let cookie = site.session("audit.a");
    let request = Request::post("/logout")
        .header("cookie", &cookie)
        .header("sec-fetch-site", "cross-site")
        .body(Body::empty())
        .unwrap();
    let foreign = site.ask(request).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert_eq!(
        site.get("/audit", &cookie).await.status,
        StatusCode::OK,
        "still signed in"
    );
    for answer in [
        foreign,
        site.get("/login", "").await,
        site.get("/nowhere", "").await,
    ] {
        let csp = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(csp.contains("default-src 'self'") && !csp.contains("unsafe"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

/// Every route that wants a capability refuses a signed-in person without it, and sends a stranger to
/// the door; machines get RFC 9457 instead.
#[tokio::test]
async fn every_lock_holds() {
    let site = Site::new();
    site.account("lawyer.a", "lawyer", None);
    site.account("auditor.a", "audit_admin", None);
    let (lawyer, auditor) = (site.session("lawyer.a"), site.session("auditor.a"));
    let routes = all_routes();
    let locked = routes
        .infos()
        .iter()
        .filter(|r| matches!(r.need, Need::Cap(c) if c != Capability::Workbench));
    let mut tried = 0;
    for route in locked {
        // The lawyer handles cases and the auditor reads the log; neither does the other.
        let cookie = match route.need {
            Need::Cap(Capability::AuditRead) => &lawyer,
            _ => &auditor,
        };
        let id = "0191d1f0-0000-7000-8000-000000000001";
        let path: String = route
            .path
            .split('/')
            .map(|p| if p.starts_with('{') { id } else { p })
            .collect::<Vec<_>>()
            .join("/");
        let request = |cookie: &str| {
            Request::builder()
                .method(route.method.clone())
                .uri(&path)
                .header("cookie", cookie)
                .header("sec-fetch-site", "same-origin")
                .body(Body::empty())
                .unwrap()
        };
        assert_eq!(
            site.ask(request(cookie)).await.status,
            StatusCode::FORBIDDEN,
            "{} {path} without the capability",
            route.method
        );
        let stranger = site.ask(request("")).await;
        let expected = if path.starts_with("/api/") {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::SEE_OTHER
        };
        assert_eq!(
            stranger.status, expected,
            "{} {path} as a stranger",
            route.method
        );
        tried += 1;
    }
    assert!(tried >= 15, "only {tried} locked routes were walked");
}

#[tokio::test]
async fn machines_get_problems_and_people_get_pages() {
    let site = Site::new();
    let machine = site.get("/api/me", "").await;
    assert_eq!(machine.headers["content-type"], "application/problem+json");
    let problem: serde_json::Value = serde_json::from_str(&machine.body).unwrap();
    assert_eq!(
        (problem["status"].as_u64(), problem["code"].as_str()),
        (Some(401), Some("sign_in_first"))
    );
    let person = site.get("/nowhere", "").await;
    assert_eq!(person.status, StatusCode::NOT_FOUND);
    assert!(person.body.contains("没有找到这个页面") && person.body.starts_with("<!doctype html>"));
}

#[tokio::test]
async fn the_pages_of_the_administrators_draw() {
    let site = Site::new();
    for role in ["system_admin", "security_admin", "audit_admin"] {
        site.account(role, role, None);
    }
    let pages = [
        ("system_admin", "/accounts"),
        ("system_admin", "/accounts/new"),
        ("system_admin", "/settings"),
        ("security_admin", "/accounts"),
        ("security_admin", "/roles"),
        ("security_admin", "/tokens"),
        ("audit_admin", "/audit?action=post."),
        ("audit_admin", "/me"),
    ];
    for (role, path) in pages {
        let page = site.get(path, &site.session(role)).await;
        assert_eq!(page.status, StatusCode::OK, "{role} {path}: {}", page.body);
        assert!(
            !page.body.contains("style=") && !page.body.contains("<script>"),
            "{path} is free of inline code"
        );
    }
}

#[tokio::test]
async fn a_handed_over_password_opens_only_the_page_to_change_it() {
    let site = Site::new();
    let id = site.account("audit.a", "audit_admin", None);
    site.write(|tx| union::access::reset_password(tx, site.app.policy(), id, PASSWORD));
    let cookie = site.session("audit.a");
    assert_eq!(site.get("/audit", &cookie).await.location, "/me");
    assert!(site.get("/me", &cookie).await.body.contains("请先修改口令"));
    let new = super::form::encode("换成自己记得住的一句话");
    let form = format!(
        "old={}&password={new}&repeat={new}",
        super::form::encode(PASSWORD)
    );
    assert_eq!(
        site.post("/me/password", &cookie, &form).await.location,
        "/me?done=password"
    );
    assert_eq!(site.get("/audit", &cookie).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_like_everything_else() {
    let site = Site::new();
    site.account("audit.a", "audit_admin", None);
    let cookie = site.session("audit.a");
    for path in ["/api/audit?limit=many", "/accounts/not-an-id", "/orgs/%ff"] {
        let answer = site.get(path, &cookie).await;
        assert!(answer.status.is_client_error(), "{path}");
        let expected = if path.starts_with("/api") {
            "application/problem+json"
        } else {
            "text/html; charset=utf-8"
        };
        assert_eq!(answer.headers["content-type"], expected, "{path}");
    }
}

/// What is no id is nobody's: no page tells it from one.
#[tokio::test]
async fn an_address_that_leads_nowhere_is_never_a_bad_request() {
    let site = Site::new();
    let union = site.union();
    let posts = [
        ("officer.a", "district_officer", Some(union)),
        ("system.a", "system_admin", None),
        ("safety.a", "security_admin", None),
        ("auditor.a", "audit_admin", None),
    ];
    let cookies = posts.map(|(login, role, org)| {
        site.account(login, role, org);
        site.session(login)
    });
    let (mut reached, mut wrong) = (0, Vec::new());
    let routes = all_routes();
    let pages = routes.infos().iter().filter(|route| {
        route.method == Method::GET && route.path.contains('{') && !route.path.starts_with("/api/")
    });
    for route in pages {
        for bad in ["zzz", "%FF", "%00"] {
            let parts = route.path.split('/');
            let parts: Vec<&str> = parts
                .map(|p| if p.starts_with('{') { bad } else { p })
                .collect();
            let path = parts.join("/");
            for cookie in &cookies {
                let status = site.get(&path, cookie).await.status;
                reached += usize::from(status == StatusCode::NOT_FOUND);
                if status == StatusCode::BAD_REQUEST || status.is_server_error() {
                    wrong.push(format!("{path} {status}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(reached > 100, "the accounts reach the pages: {reached}");
}

#[test]
fn no_route_changes_anything_on_get() {
    let acts = ["/delete", "/end", "/disable", "/enable", "/undo", "/merge"];
    for route in all_routes().infos() {
        let looks_like_an_act = acts.iter().any(|a| route.path.ends_with(a));
        assert!(
            !(looks_like_an_act && route.method == Method::GET),
            "{} must be a POST",
            route.path
        );
    }
}

/// Everything a server answers to bytes sent over one connection, which this side ends after the last of them.
async fn over_one_connection(site: &Site, requests: Vec<String>) -> String {
    use std::io::{Read as _, Write as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = crate::router(site.app.clone(), crate::routes())
        .into_make_service_with_connect_info::<std::net::SocketAddr>();
    let server = tokio::spawn(async move { axum::serve(listener, service).await });
    let told = tokio::task::spawn_blocking(move || {
        let mut socket = std::net::TcpStream::connect(address).unwrap();
        for request in requests {
            socket.write_all(request.as_bytes()).unwrap();
        }
        let mut told = String::new();
        socket.read_to_string(&mut told).unwrap();
        told
    });
    let told = told.await.unwrap();
    server.abort();
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_refused_before_its_body_is_read_leaves_the_connection_usable() {
    let site = Site::new();
    let refused = "POST /api/members HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n";
    let next = "{}GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    // The head alone first: the no is decided before the body is there.
    let told = over_one_connection(&site, vec![refused.to_owned(), next.to_owned()]).await;
    let statuses: Vec<&str> = told
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| &answer[..3])
        .collect();
    assert_eq!(statuses, ["401", "200"], "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_leaves_a_long_body_unread_says_that_the_connection_ends() {
    let site = Site::new();
    let long = 64 << 20;
    let refused =
        format!("POST /api/members HTTP/1.1\r\nHost: a\r\nContent-Length: {long}\r\n\r\n");
    let told = over_one_connection(&site, vec![refused]).await;
    assert!(told.starts_with("HTTP/1.1 401"), "{told}");
    assert!(told.to_lowercase().contains("connection: close"), "{told}");
}
