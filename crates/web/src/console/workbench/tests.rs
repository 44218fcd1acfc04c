//! The order and the words of the workbench.

use crate::testing::Site;
use union::orgs::{NewOrg, OrgKind, create_active};

fn tree(site: &Site) -> kernel::ids::OrgId {
    let new = NewOrg::new(None, OrgKind::Federation, "测试区总工会");
    site.test
        .db
        .write(&site.test.actor(), |tx| create_active(tx, &new))
        .unwrap()
        .id
}

#[tokio::test]
async fn everybody_lands_on_a_page_that_fits_the_post() {
    let site = Site::new();
    let root = tree(&site);
    for (login, role, org, words) in [
        (
            "officer",
            "district_officer",
            Some(root),
            "今天没有等您办的事",
        ),
        ("leader", "leader", Some(root), "今天没有等您办的事"),
        ("machine", "system_admin", None, "账号与岗位"),
        ("auditor", "audit_admin", None, "审计日志"),
        ("lawyer", "lawyer", None, "现在没有分派给您的事"),
    ] {
        site.account(login, role, org);
        let answer = site.get("/workbench", &site.session(login)).await;
        assert_eq!(answer.status, 200, "{login}: {}", answer.body);
        assert!(answer.body.contains(words), "{login}: {}", answer.body);
    }
    assert_eq!(
        site.get("/workbench", "").await.location,
        "/login?next=/workbench"
    );
}

#[tokio::test]
async fn a_post_is_offered_only_the_queues_it_may_decide() {
    let site = Site::new();
    let root = tree(&site);
    site.account("leader", "leader", Some(root));
    site.account("officer", "district_officer", Some(root));
    let leader = site.get("/workbench", &site.session("leader")).await.body;
    let officer = site.get("/workbench", &site.session("officer")).await.body;
    for queue in [
        "/transfers",
        "/applications",
        "/orgs/foundings?open=1",
        "/duplicates",
    ] {
        assert!(!leader.contains(queue), "{queue}");
        assert!(officer.contains(queue), "{queue}");
    }
}
