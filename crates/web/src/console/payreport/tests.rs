//! The monthly pay report through the whole router.

use axum::http::StatusCode;
use kernel::ids::{EmployerId, OrgId};
use union::employers::{self, EmployerDraft};
use union::orgs;

use crate::shell::encode;
use crate::testing::{Answer, Site};

/// An enterprise union with its own employer, and another employer in the same town.
fn place() -> (Site, String, EmployerId, EmployerId) {
    let site = Site::new();
    let chair = site.union();
    let own = employer(&site, chair, "东镇纺织厂");
    let town = site.test.db.read(&site.test.actor(), |tx| {
        let org = orgs::find(tx, "东镇总工会")?.remove(0);
        Ok::<_, orgs::OrgError>(org.id)
    });
    let other = employer(&site, town.unwrap(), "东镇木器厂");
    site.account("chair", "enterprise_chair", Some(chair));
    let cookie = site.session("chair");
    (site, cookie, own, other)
}

fn employer(site: &Site, area: OrgId, name: &str) -> EmployerId {
    let draft = EmployerDraft {
        name: name.into(),
        territory: Some(area),
        headcount: Some(60),
        headcount_on: Some("2026-01-31".parse().unwrap()),
        source: "测试".into(),
        ..EmployerDraft::default()
    };
    let made = site
        .test
        .db
        .write(&site.test.actor(), |tx| employers::upsert(tx, &draft));
    made.unwrap().id.unwrap()
}

async fn send(
    site: &Site,
    cookie: &str,
    employer: EmployerId,
    key: &str,
    more: &[(&str, &str)],
) -> Answer {
    let mut fields = vec![
        ("month", "2026-10"),
        ("headcount", "60"),
        ("paid_heads", "60"),
        ("payable", "360,000.50"),
        ("paid", "360000.50"),
        ("due_on", "2026-11-15"),
        ("paid_on", "2026-11-14"),
        ("reason", ""),
        ("months_owed", ""),
        ("expected_on", ""),
        ("note", ""),
    ];
    for (name, value) in more {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    let fields = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)));
    let body = format!(
        "key={key}&employer={employer}&{}",
        fields.collect::<Vec<_>>().join("&")
    );
    site.post("/pay-reports", cookie, &body).await
}

#[tokio::test]
async fn a_missing_month_is_called_for_reported_and_corrected() {
    let (site, cookie, own, _) = place();
    let bench = site.get("/workbench", &cookie).await.body;
    assert!(bench.contains("2026 年 10 月工资月报还没填"), "{bench}");
    let page = site.get("/pay-reports", &cookie).await;
    assert!(
        page.body.contains("2026 年 10 月的月报还没有填"),
        "{}",
        page.body
    );
    for asked in ["姓名\"", "name=\"name\"", "id_number", "身份证"] {
        assert!(
            !page.body.contains(asked),
            "who the workers are is never asked: {asked}"
        );
    }
    let sent = send(&site, &cookie, own, "k1", &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    assert_eq!(
        send(&site, &cookie, own, "k1", &[]).await.status,
        StatusCode::SEE_OTHER,
        "sent twice"
    );
    let page = site.get(&sent.location, &cookie).await;
    for words in ["按时发足", "360,000.50", "已收到"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(!page.body.contains("还没有填。"));
    assert!(
        !site
            .get("/workbench", &cookie)
            .await
            .body
            .contains("工资月报还没填")
    );
    let short = [
        ("paid", "300000"),
        ("paid_heads", "50"),
        ("reason", "turnover"),
        ("paid_on", ""),
    ];
    let correct = site
        .get(
            &format!("/pay-reports?employer={own}&month=2026-10"),
            &cookie,
        )
        .await;
    assert!(
        correct.body.contains("更正这个月") && correct.body.contains("value=\"360,000.50\""),
        "{}",
        correct.body
    );
    let sent = send(&site, &cookie, own, "k2", &short).await;
    let page = site.get(&sent.location, &cookie).await;
    for words in [
        "未发足",
        "60,000.50",
        "资金周转困难",
        "第 2 次",
        "更正以前填的（1）",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
}

#[tokio::test]
async fn what_cannot_be_true_is_said_beside_its_field_and_nothing_typed_is_lost() {
    let (site, cookie, own, _) = place();
    let wrong = [
        ("month", "2027-01"),
        ("payable", "-5"),
        ("headcount", "很多"),
        ("due_on", "明天"),
    ];
    let answer = send(&site, &cookie, own, "k1", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in [
        "错误：",
        "应发人数应为整数，填的是“很多”",
        "请填写约定的发薪日",
        "value=\"很多\"",
    ] {
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
    }
    for (change, words) in [
        (("month", "2027-01"), "这个月还没有到"),
        (("payable", "-5"), "应发工资不能是负数"),
        (("paid", "999999999"), "已发工资应在 0 和应发工资之间"),
        (("payable", "一万"), "应发工资应为金额"),
    ] {
        let answer = send(&site, &cookie, own, "k2", &[change]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
    }
    assert!(
        site.get("/pay-reports", &cookie)
            .await
            .body
            .contains("还没有填过")
    );
}

#[tokio::test]
async fn another_employer_and_other_posts_are_shut_out() {
    let (site, cookie, _, other) = place();
    let answer = send(&site, &cookie, other, "k1", &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let foreign = site
        .get(&format!("/pay-reports?employer={other}"), &cookie)
        .await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    site.account("auditor", "audit_admin", None);
    assert_eq!(
        site.get("/pay-reports", &site.session("auditor"))
            .await
            .status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        site.get("/pay-reports", "").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn ten_times_the_same_report_is_one_report() {
    let (site, cookie, own, _) = place();
    for _ in 0..10 {
        let sent = send(&site, &cookie, own, "k1", &[]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    }
    let page = site.get("/pay-reports", &cookie).await.body;
    assert!(
        page.contains("按时发足") && !page.contains("更正以前填的"),
        "{page}"
    );
    let unknown = EmployerId::from(uuid::Uuid::from_u128(7));
    let nobody = send(&site, &cookie, unknown, "k2", &[]).await;
    assert_eq!(
        nobody.status,
        StatusCode::NOT_FOUND,
        "an employer nobody knows"
    );
}
