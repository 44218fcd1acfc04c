//! 代办 over HTTP: only with the wish written down, and the worker reads who did it.

use axum::http::StatusCode;

use crate::shell::encode;
use crate::testing::Site;

const WISH: &str = "way=present&said=本人持身份证到窗口&agreed=1";

fn form(text: &str) -> String {
    text.split('&')
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            format!("{name}={}", encode(value))
        })
        .collect::<Vec<_>>()
        .join("&")
}

#[tokio::test]
async fn staff_act_for_a_worker_and_the_worker_reads_who() {
    let site = Site::new();
    let union = site.union();
    let member = site.member(union, "张小明", "330113199003070018");
    let town = site.write(|tx| Ok(union::orgs::top(tx).unwrap().unwrap().id));
    site.account("town", "town_officer", Some(town));
    site.account("lawyer", "lawyer", Some(town));
    site.worker("zhang", member);
    let (town, lawyer, zhang) = (
        site.session("town"),
        site.session("lawyer"),
        site.session("zhang"),
    );
    let at = |what: &str| format!("/members/{member}/behalf/{what}");
    for what in ["correct", "export", "delete", "transfer", "consent"] {
        let page = site.get(&at(what), &town).await;
        assert_eq!(page.status, StatusCode::OK, "{what}");
        assert!(page.body.contains("您在替 张小明 办"), "{what}");
    }
    assert_eq!(site.get(&at("nothing"), &town).await.status, 404);
    assert_eq!(site.get(&at("correct"), &lawyer).await.status, 403);

    let silent = form("key=k1&detail=手机号改成新的&way=present&said=到窗口");
    let refused = site.post(&at("correct"), &town, &silent).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(
        refused.body.contains("本人知情并同意")
            && refused.body.contains("手机号改成新的</textarea>"),
        "what was typed stays: {}",
        refused.body
    );
    let asked = form(&format!("key=k1&detail=手机号改成新的&{WISH}"));
    let done = site.post(&at("correct"), &town, &asked).await;
    assert_eq!(
        done.location,
        format!("/members/{member}?done=behalf"),
        "{}",
        done.body
    );
    let twice = site.post(&at("correct"), &town, &asked).await;
    assert_eq!(twice.location, done.location, "the same form twice is one");
    let consent = form(&format!("key=k2&consent=give:notify&{WISH}"));
    assert_eq!(site.post(&at("consent"), &town, &consent).await.status, 303);

    let mine = site.get("/hall/requests", &zhang).await.body;
    assert!(
        mine.contains("代办（当面提出：本人持身份证到窗口）") && mine.contains("代您写的"),
        "{mine}"
    );
    assert!(
        !mine.contains("演示town"),
        "the post, not the officer's name"
    );
    let seen = site.get("/hall/seen", &zhang).await.body;
    assert!(
        seen.contains("替您办过的事") && seen.contains("代办：同意"),
        "{seen}"
    );
    let desk = site.get("/requests", &town).await.body;
    assert!(desk.contains("代办</span>"), "{desk}");
}

#[tokio::test]
async fn an_application_is_filled_in_at_the_desk() {
    let site = Site::new();
    let union = site.union();
    let top = site.write(|tx| Ok(union::orgs::top(tx).unwrap().unwrap().id));
    site.account("town", "town_officer", Some(top));
    let town = site.session("town");
    let page = site.get("/applications/new", &town).await;
    assert!(
        page.body.contains("name=\"agreed\"") && page.body.contains("谁会看到资料"),
        "{}",
        page.body
    );
    let person = format!(
        "key=k1&org={union}&version=x&name=张小明&id_type=resident&id_number=330113199003070018&phone=13812341234"
    );
    let refused = site.post("/applications/new", &town, &form(&person)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(refused.body.contains("怎么提出"), "{}", refused.body);
    let whole = form(&format!("{person}&{WISH}"));
    let taken = site.post("/applications/new", &town, &whole).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.body);
    let receipt = taken
        .body
        .split("<b class=\"num\">")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .unwrap();
    let status = site
        .post("/hall/status", "", &format!("code={receipt}"))
        .await
        .body;
    assert!(
        status.contains("谁填的") && status.contains("代办（当面提出"),
        "{status}"
    );
    let queue = site.get("/applications", &town).await.body;
    assert!(
        queue.contains("代办</span>") && queue.contains("/applications/new"),
        "{queue}"
    );
}
