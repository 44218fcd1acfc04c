//! The rules over HTTP: who reads, who tries, who puts in force.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::testing::{Answer, Site};

const TEXT: &str = include_str!("../../../../../../definitions/rules/composite.toml");

fn site() -> Site {
    let site = Site::new();
    let made = site.test.db.write(&site.test.actor(), |tx| {
        let root = create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))?.id;
        let town = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "东镇总工会"))?.id;
        Ok::<_, OrgError>((root, town))
    });
    let (root, town) = made.unwrap();
    site.account("first", "district_officer", Some(root));
    site.account("second", "district_officer", Some(root));
    site.account("town", "town_officer", Some(town));
    site.account("lawyer", "lawyer", None);
    site
}

async fn upload(site: &Site, cookie: &str, text: &str) -> Answer {
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"draft.toml\"\r\nContent-Type: text/plain\r\n\r\n{text}\r\n--x--\r\n"
    );
    let request = Request::post("/warnings/rules/upload")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body))
        .unwrap();
    site.ask(request).await
}

#[tokio::test]
async fn whoever_reads_warnings_reads_the_rules_and_nobody_else() {
    let site = site();
    let town = site.session("town");
    let list = site.get("/warnings/rules", &town).await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    assert!(
        list.body.contains("现行") && !list.body.contains("上传并试算"),
        "{}",
        list.body
    );
    // What only replays the past is kept apart, and nobody is offered to put it before a live desk.
    let officer = site.session("first");
    let offered = site.get("/warnings/rules", &officer).await.body;
    let (live, replay) = offered.split_once("历史回放用").unwrap();
    assert!(
        live.contains("试算</button>") && !live.contains("集中申诉预警"),
        "{live}"
    );
    assert!(
        replay.contains("集中申诉预警") && !replay.contains("试算</button>"),
        "{replay}"
    );
    assert!(
        !offered.contains("<small>rules."),
        "no id stands for a title: {offered}"
    );
    let feeds = site.get("/warnings/feeds", &officer).await.body;
    let (live, replay) = feeds.split_once("历史回放用").unwrap();
    assert!(
        live.contains("欠薪诉求清单") && !live.contains("（回放）"),
        "{live}"
    );
    assert!(replay.contains("公开欠薪申诉记录（回放）"), "{replay}");
    assert!(
        !feeds.contains("<small>public_") && !feeds.contains("<small>wage_"),
        "{feeds}"
    );
    let at = list.body.find("/warnings/rules/set/").unwrap();
    let href: String = list.body[at..].chars().take_while(|c| *c != '"').collect();
    let page = site.get(&href, &town).await;
    for words in ["响应时限", "销号条件", "出处", "≥"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let other = list.body.rfind("/warnings/rules/set/").unwrap();
    let other: String = list.body[other + 20..]
        .chars()
        .take_while(|c| *c != '"')
        .collect();
    let compared = site.get(&format!("{href}?than={other}"), &town).await;
    assert!(compared.body.contains("的差别"), "{}", compared.body);
    assert_eq!(
        site.get("/warnings/rules/set/abc", &town).await.status,
        StatusCode::NOT_FOUND
    );
    let lawyer = site.session("lawyer");
    assert_eq!(
        site.get("/warnings/rules", &lawyer).await.status,
        StatusCode::FORBIDDEN
    );
    let tried = site
        .post(
            "/warnings/rules/try",
            &town,
            "key=k1&rule_set=rules.weighted",
        )
        .await;
    assert_eq!(tried.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_draft_is_tried_submitted_and_confirmed_by_somebody_else() {
    let site = site();
    let (first, second) = (site.session("first"), site.session("second"));
    let wrong = TEXT.replacen("{ when = \"", "{ when = \"nowhere_30 > 0 && ", 1);
    let refused = upload(&site, &first, &wrong).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(
        refused.body.contains("nowhere_30") && refused.body.contains("行附近"),
        "{}",
        refused.body
    );
    let none = upload(&site, &first, "").await;
    assert!(none.status.is_client_error(), "{}", none.status);
    let begun = upload(
        &site,
        &first,
        &TEXT.replacen("title = \"", "title = \"（试行）", 1),
    )
    .await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    let page = site.get(&begun.location, &first).await;
    assert!(
        page.body.contains("谁的颜色都不变") && page.body.contains("（试行）"),
        "{}",
        page.body
    );
    let silent = site
        .post(&format!("{}/submit", begun.location), &first, "note=")
        .await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = site
        .post(
            &format!("{}/submit", begun.location),
            &first,
            "note=按新通知",
        )
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    // Whoever may confirm finds it among the day's work; who asked for it, and who may not publish, does not.
    let told = async |cookie: &str| {
        let page = site.get("/workbench", cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        page.body.contains(&begun.location) && page.body.contains("等您确认")
    };
    assert!(told(&second).await);
    assert!(!told(&first).await && !told(&site.session("town")).await);
    let own = site
        .post(&format!("{}/decide", begun.location), &first, "agree=yes")
        .await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    let agreed = site
        .post(&format!("{}/decide", begun.location), &second, "agree=yes")
        .await;
    assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.body);
    assert!(!told(&second).await, "decided: nothing waits any more");
    let list = site.get("/warnings/rules", &second).await;
    assert!(
        list.body.contains("（试行）") && list.body.contains("已发布"),
        "{}",
        list.body
    );
}
