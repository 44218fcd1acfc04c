//! The roster over HTTP: whoever assigns keeps it, a lawyer sees the own line and no other.

use axum::http::StatusCode;
use union::orgs::{NewOrg, OrgKind, create_active};

use crate::testing::Site;

#[tokio::test]
async fn the_roster_is_kept_by_who_assigns_and_each_lawyer_sees_one_line() {
    let site = Site::new();
    let root = site
        .test
        .db
        .write(&site.test.actor(), |tx| {
            create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))
        })
        .unwrap()
        .id;
    site.account("officer", "district_officer", Some(root));
    site.account("sentinel", "sentinel", Some(root));
    let one = site.account("one", "lawyer", None);
    let two = site.account("two", "lawyer", None);
    let (officer, lawyer) = (site.session("officer"), site.session("one"));
    let list = site.get("/helpers", &officer).await;
    assert!(
        list.body.contains("演示one") && list.body.contains("演示two"),
        "{}",
        list.body
    );
    assert!(
        list.body.contains("值班时间：工作日 08:30–12:00"),
        "{}",
        list.body
    );
    let form =
        "firm=某律师事务所&licence=13301&subjects=劳动报酬&most_open=3&from_on=2026-01-01&duty=";
    let bad = site
        .post(&format!("/helpers/{one}"), &officer, &format!("{form}周八"))
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        bad.body.contains("读不懂") && bad.body.contains("某律师事务所"),
        "{}",
        bad.body
    );
    let set = site
        .post(
            &format!("/helpers/{one}"),
            &officer,
            &format!("{form}周一 09:00-11:30"),
        )
        .await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.body);
    let list = site.get("/helpers", &officer).await;
    assert!(
        list.body.contains("周一 09:00-11:30") && list.body.contains("0 / 3"),
        "{}",
        list.body
    );
    // A lawyer sees the own line only, changes nothing of it, and declares the own clients.
    let own = site.get("/helpers", &lawyer).await;
    assert!(
        own.body.contains("演示one") && !own.body.contains("演示two"),
        "{}",
        own.body
    );
    assert_eq!(
        site.get(&format!("/helpers/{two}"), &lawyer).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        site.post(&format!("/helpers/{one}"), &lawyer, form)
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    let noted = site
        .post(&format!("/helpers/{one}/clients"), &lawyer, "client=某公司")
        .await;
    assert_eq!(noted.status, StatusCode::SEE_OTHER, "{}", noted.body);
    let foreign = site
        .post(&format!("/helpers/{two}/clients"), &lawyer, "client=某公司")
        .await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    assert!(
        site.get(&format!("/helpers/{one}"), &lawyer)
            .await
            .body
            .contains("某公司")
    );
    let sentinel = site.session("sentinel");
    assert_eq!(
        site.get("/helpers", &sentinel).await.status,
        StatusCode::FORBIDDEN
    );
}
