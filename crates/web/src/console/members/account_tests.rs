//! 个人账号 over HTTP: from the member's page to the worker's own card, and no further.

use axum::http::StatusCode;
use union::orgs;

use crate::shell::encode;
use crate::testing::Site;

/// The two things that are handed over, as the page shows them.
fn handed(body: &str) -> (String, String) {
    let mut codes = body.split("<code class=\"secret\">").skip(1);
    let mut next = || {
        let rest = codes.next().expect("something is handed over");
        rest.split('<').next().unwrap().to_owned()
    };
    (next(), next())
}

#[tokio::test]
async fn a_worker_gets_an_account_and_opens_the_own_card() {
    let site = Site::new();
    let union = site.union();
    let member = site.member(union, "张小明", "330113199003070018");
    site.account("chair", "enterprise_chair", Some(union));
    site.account("sentinel", "sentinel", Some(union));
    let (chair, sentinel) = (site.session("chair"), site.session("sentinel"));
    let at = format!("/members/{member}/account");
    assert_eq!(site.get(&at, &sentinel).await.status, 403);
    let before = site.get(&format!("/members/{member}"), &chair).await.body;
    assert!(before.contains("个人账号 <b>没有") && before.contains(&at));
    // Who sits in the employer's own union may send the worker to the town, and no more.
    let sent = site.get(&at, &chair).await.body;
    assert!(sent.contains("单位一级不能办") && !sent.contains("name=\"login\""));
    let denied = site.post(&at, &chair, "key=c0&login=zg-ming").await;
    assert!(denied.body.contains("单位一级不能办") && !denied.body.contains("class=\"secret\""));
    let area = |tx: &mut store::Tx| {
        let here = orgs::get(tx, union)?;
        orgs::territory_of(tx, &here.path)
    };
    let area = site.test.db.read(&site.test.actor(), area).unwrap();
    site.account("town", "town_officer", area.map(|one| one.id));
    let town = site.session("town");
    let form = site.get(&at, &town).await.body;
    assert!(form.contains("value=\"zg-"), "a name that says nothing");
    let refused = site
        .post(&at, &town, "key=k0&login=330113199003070018")
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let opened = site.post(&at, &town, "key=k1&login=zg-ming").await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.body);
    let (login, password) = handed(&opened.body);
    assert_eq!(login, "zg-ming");
    let twice = site.post(&at, &town, "key=k1&login=zg-ming").await;
    assert!(
        twice.status == StatusCode::CONFLICT && !twice.body.contains(&password),
        "shown once: {}",
        twice.body
    );
    let second = site.post(&at, &town, "key=k2&login=zg-two").await;
    assert!(second.body.contains("此人已有个人账号"), "{}", second.body);
    let after = site.get(&format!("/members/{member}"), &chair).await.body;
    assert!(after.contains("个人账号 <b>已开通"));

    // The worker: in with the one-time password, which opens nothing but the page to change it.
    let enter = format!("login=zg-ming&password={}&next=/", encode(&password));
    let came = site.post("/login", "", &enter).await;
    let worker = came.cookie.clone();
    assert_eq!(
        site.get("/hall/card", &worker).await.location,
        "/hall/password"
    );
    let own = encode("一间有桂花树的院子里");
    let change = format!("old={}&password={own}&repeat={own}", encode(&password));
    let changed = site.post("/hall/password", &worker, &change).await;
    assert_eq!(changed.location, "/hall/settings?done=password");
    let card = site.get("/hall/card", &worker).await;
    assert!(
        card.status == StatusCode::OK && card.body.contains("张小明"),
        "{}",
        card.body
    );
    let seen = site.get("/hall/seen", &worker).await.body;
    assert!(
        seen.contains("开通个人账号") && !seen.contains("演示town"),
        "{seen}"
    );

    // Forgotten: not the chair, who sits in the employer's own union, but the town gives a new one, and the worker is out
    // until it is used.
    let page = site.get(&at, &chair).await.body;
    assert!(page.contains("单位一级不能给") && !page.contains("/reset\""));
    let page = site.get(&at, &town).await.body;
    let reset = page
        .split("action=\"")
        .find(|part| part.contains("/reset\""))
        .and_then(|part| part.split('"').next())
        .expect("a way to reset");
    let denied = site.post(reset, &chair, "key=k3").await;
    assert!(denied.body.contains("单位一级不能办") && !denied.body.contains("class=\"secret\""));
    let given = site.post(reset, &town, "key=k4").await;
    assert_ne!(handed(&given.body).1, password);
    assert!(
        site.get("/hall/card", &worker)
            .await
            .location
            .starts_with("/login")
    );
}
