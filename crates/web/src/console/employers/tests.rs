//! The pages over HTTP: what they show, refuse and keep.

use kernel::ids::EmployerId;
use union::employers::{EmployerDraft, upsert};
use union::orgs::{NewOrg, OrgKind, OrgRef, create_active};

use crate::testing::Site;

struct District {
    site: Site,
    factory: OrgRef,
    unit: EmployerId,
    clerk: String,
    stranger: String,
}

fn district() -> District {
    let site = Site::new();
    let enter = |parent: Option<&OrgRef>, kind, name: &str| {
        let new = NewOrg::new(parent.map(|org| org.id), kind, name);
        site.test
            .db
            .write(&site.test.actor(), |tx| create_active(tx, &new))
            .unwrap()
    };
    let root = enter(None, OrgKind::Federation, "测试区总工会");
    let tangqi = enter(Some(&root), OrgKind::Town, "塘栖镇总工会");
    let qiaosi = enter(Some(&root), OrgKind::Town, "乔司街道总工会");
    let factory = enter(
        Some(&tangqi),
        OrgKind::Single,
        "杭州锦禾制衣有限公司工会委员会",
    );
    let draft = EmployerDraft {
        name: "杭州锦禾制衣有限公司".into(),
        credit_code: "91330100799655058B".into(),
        territory: Some(tangqi.id),
        headcount: Some(120),
        industry_code: "C1819".into(),
        ..EmployerDraft::default()
    };
    let unit = site
        .test
        .db
        .write(&site.test.actor(), |tx| upsert(tx, &draft))
        .unwrap()
        .id
        .unwrap();
    site.account("clerk", "town_officer", Some(tangqi.id));
    site.account("stranger", "town_officer", Some(qiaosi.id));
    let (clerk, stranger) = (site.session("clerk"), site.session("stranger"));
    District {
        site,
        factory,
        unit,
        clerk,
        stranger,
    }
}

#[tokio::test]
async fn the_two_lists_live_from_the_data() {
    let d = district();
    let watched = "/employers?state=open&from=100&cover=no";
    let page = d.site.get(watched, &d.clerk).await.body;
    assert!(
        page.contains("杭州锦禾制衣有限公司")
            && page.contains("25 人以上未建会")
            && page.contains("移除条件：未建会"),
        "{page}"
    );
    let linked = d
        .site
        .post(
            &format!("/employers/{}/link", d.unit),
            &d.clerk,
            "union=杭州锦禾制衣有限公司工会委员会&from_on=2026-01-01",
        )
        .await;
    assert_eq!(
        linked.location,
        format!("/employers/{}?done=linked", d.unit),
        "{}",
        linked.body
    );
    let page = d.site.get(watched, &d.clerk).await.body;
    assert!(
        page.contains("本条件下没有单位") && page.contains("清除条件"),
        "{page}"
    );
    let covered = d
        .site
        .get("/employers?cover=yes&k=jinhe", &d.clerk)
        .await
        .body;
    assert!(
        covered.contains("杭州锦禾制衣有限公司工会委员会"),
        "{covered}"
    );
    let card = d
        .site
        .get(&format!("/employers/{}", d.unit), &d.clerk)
        .await
        .body;
    assert!(
        card.contains("单独建会")
            && card.contains("纺织服装、服饰业（C1819）")
            && card.contains("120"),
        "{card}"
    );
    assert!(
        d.site
            .get(&format!("/orgs/{}", d.factory.id), &d.clerk)
            .await
            .body
            .contains(&format!("/employers/{}", d.unit))
    );
}

#[tokio::test]
async fn another_towns_desk_finds_nothing() {
    let d = district();
    let list = d.site.get("/employers", &d.stranger).await.body;
    assert!(
        list.contains("还没有登记单位") && !list.contains("锦禾"),
        "{list}"
    );
    for path in [
        format!("/employers/{}", d.unit),
        format!("/employers/{}/edit", d.unit),
    ] {
        assert_eq!(d.site.get(&path, &d.stranger).await.status, 404, "{path}");
    }
    let link = d
        .site
        .post(
            &format!("/employers/{}/link", d.unit),
            &d.stranger,
            "union=乔司街道",
        )
        .await;
    assert!(
        !link.body.contains("锦禾") && link.status.as_u16() >= 400,
        "{} {}",
        link.status,
        link.body
    );
    let again = d
        .site
        .post(
            "/employers/new",
            &d.stranger,
            "name=杭州锦禾制衣有限公司&credit_code=91330100799655058B",
        )
        .await;
    assert_eq!(
        again.status, 409,
        "it is known, but not whose it is: {}",
        again.body
    );
}

#[tokio::test]
async fn a_form_says_what_is_wrong_and_keeps_what_was_typed() {
    let d = district();
    assert_eq!(d.site.get("/employers/new", &d.clerk).await.status, 200);
    let wrong = d
        .site
        .post(
            "/employers/new",
            &d.clerk,
            "name=某厂&credit_code=91330100799655058X&headcount=30",
        )
        .await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.body.contains("value=\"91330100799655058X\"")
            && wrong.body.contains("href=\"#f-credit_code\"")
            && wrong.body.contains("<title>错误："),
        "{}",
        wrong.body
    );
    let letters = d
        .site
        .post("/employers/new", &d.clerk, "name=某厂&headcount=三十")
        .await;
    assert!(
        letters.status == 422 && letters.body.contains("职工人数应为整数"),
        "{}",
        letters.body
    );
    let edit = format!("/employers/{}/edit", d.unit);
    assert!(
        d.site
            .get(&edit, &d.clerk)
            .await
            .body
            .contains("value=\"杭州锦禾制衣有限公司\"")
    );
    let fields = "version=1&name=杭州锦禾服饰有限公司&credit_code=91330100799655058B&headcount=120&industry_code=C1819&state=open";
    let saved = d.site.post(&edit, &d.clerk, fields).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let card = d.site.get(&saved.location, &d.clerk).await.body;
    assert!(card.contains("已保存") && card.contains("曾用名"), "{card}");
    assert_eq!(
        d.site.post(&edit, &d.clerk, fields).await.status,
        409,
        "an edit made on an older version"
    );
}

#[tokio::test]
async fn a_resembling_name_is_decided_by_a_person() {
    let d = district();
    let asked = d
        .site
        .post(
            "/employers/new",
            &d.clerk,
            "name=杭州锦和制衣有限公司&headcount=88&address=新址2号",
        )
        .await;
    assert!(
        asked.location.starts_with("/employers/matches/"),
        "{} {}",
        asked.location,
        asked.body
    );
    let address = asked.location.split('?').next().unwrap().to_owned();
    let question = d.site.get(&address, &d.clerk).await.body;
    assert!(
        question.contains("定下来就一并写进那家单位") && question.contains("新址2号"),
        "{question}"
    );
    assert!(
        d.site
            .get("/employers/matches", &d.clerk)
            .await
            .body
            .contains("杭州锦和制衣有限公司")
    );
    let bench = d.site.get("/workbench", &d.clerk).await.body;
    assert!(bench.contains("1 个单位名称待比对"), "{bench}");
    assert_eq!(d.site.get(&address, &d.stranger).await.status, 404);
    assert_eq!(d.site.post(&address, &d.clerk, "").await.status, 422);
    let decided = d
        .site
        .post(&address, &d.clerk, &format!("answer={}", d.unit))
        .await;
    assert_eq!(
        decided.location,
        format!("/employers/{}?done=matched", d.unit),
        "{}",
        decided.body
    );
    assert_eq!(
        d.site
            .post(&address, &d.clerk, "answer=dismiss")
            .await
            .status,
        409
    );
    assert!(
        d.site
            .get(&address, &d.clerk)
            .await
            .body
            .contains("这条比对已处理")
    );
    let known = d
        .site
        .post("/employers/new", &d.clerk, "name=杭州锦和制衣有限公司")
        .await;
    assert_eq!(
        known.location,
        format!("/employers/{}?done=unchanged", d.unit)
    );
    assert!(
        d.site
            .get("/employers/matches", &d.clerk)
            .await
            .body
            .contains("没有待比对的单位名称")
    );
}

#[tokio::test]
async fn the_search_of_the_head_finds_what_the_list_finds() {
    let place = district();
    for typed in [
        "锦禾",
        "制衣有限",
        "jhzy",
        "JHZY",
        "jinhe",
        "91330100799655058B",
        "杭州锦禾制衣有限公司",
    ] {
        let typed = crate::shell::encode(typed);
        for path in ["/employers?k=", "/search?q=", "/api/employers?q="] {
            let path = format!("{path}{typed}");
            let found = place.site.get(&path, &place.clerk).await;
            assert!(
                found.body.contains("杭州锦禾制衣有限公司"),
                "{path}: {}",
                found.body
            );
            assert!(
                found.body.contains(&place.unit.to_string()),
                "{path}: {}",
                found.body
            );
            let foreign = place.site.get(&path, &place.stranger).await.body;
            assert!(
                !foreign.contains("锦禾制衣有限公司</a>"),
                "{path}: {foreign}"
            );
            assert!(
                !foreign.contains(&place.unit.to_string()),
                "{path}: {foreign}"
            );
        }
    }
    for nothing in ["%", "_", "锦 禾 禾"] {
        let path = format!("/api/employers?q={}", crate::shell::encode(nothing));
        let found = place.site.get(&path, &place.clerk).await.body;
        assert_eq!(found, "{\"items\":[],\"next\":null}", "{nothing}");
    }
}
