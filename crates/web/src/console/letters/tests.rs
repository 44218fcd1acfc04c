//! The pages over HTTP: what they show, refuse and keep; the structure of the printed page.

use axum::http::header;
use kernel::ids::LetterId;
use union::letters::{self, Edit, LetterError, NewLetter, Signing};
use union::orgs::{NewOrg, OrgKind, OrgRef, create_active};

use crate::testing::Site;

struct Desk {
    site: Site,
    town: OrgRef,
    clerk: String,
    sentinel: String,
    stranger: String,
    chair: String,
}

fn desk() -> Desk {
    let site = Site::new();
    let enter = |parent: Option<&OrgRef>, kind, name: &str| {
        let new = NewOrg::new(parent.map(|org| org.id), kind, name);
        site.test
            .db
            .write(&site.test.actor(), |tx| create_active(tx, &new))
            .unwrap()
    };
    let root = enter(None, OrgKind::Federation, "临平区总工会");
    let town = enter(Some(&root), OrgKind::Town, "塘栖镇总工会");
    let other = enter(Some(&root), OrgKind::Town, "乔司街道总工会");
    let village = enter(Some(&town), OrgKind::Village, "塘北村工会联合会");
    let factory = enter(
        Some(&village),
        OrgKind::Single,
        "杭州锦禾制衣有限公司工会委员会",
    );
    for (login, role, org) in [
        ("clerk", "town_officer", &town),
        ("sentinel", "sentinel", &village),
        ("stranger", "town_officer", &other),
        ("chair", "enterprise_chair", &factory),
    ] {
        site.account(login, role, Some(org.id));
    }
    let session = |login: &str| site.session(login);
    let (clerk, sentinel, stranger, chair) = (
        session("clerk"),
        session("sentinel"),
        session("stranger"),
        session("chair"),
    );
    Desk {
        site,
        town,
        clerk,
        sentinel,
        stranger,
        chair,
    }
}

const FULL: [(&str, &str); 8] = [
    ("employer", "杭州岚桥建筑劳务有限公司"),
    ("place", "塘栖运河湾安置房项目"),
    ("as_of", "2026-11-19"),
    (
        "facts",
        "你单位未支付46名职工2026年9月全月、10月上半月工资，合计138.6万元。",
    ),
    ("advice", "请足额支付所欠工资，补足工资专用账户。"),
    ("fix_by", "2026-11-25"),
    ("contact", "演示经办人"),
    ("phone", "0571-00000000"),
];

impl Desk {
    fn write<T>(&self, f: impl FnOnce(&mut store::Tx) -> Result<T, LetterError>) -> T {
        self.site.test.db.write(&self.site.test.actor(), f).unwrap()
    }

    fn draft(&self, template: &str, typed: &[(&str, &str)]) -> LetterId {
        let new = NewLetter {
            typed: typed
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            ..NewLetter::new(template, self.town.id)
        };
        self.write(|tx| letters::draft(tx, &new))
    }

    fn issued(&self) -> LetterId {
        let id = self.draft("letters.supervision_notice", &FULL);
        let typed = vec![
            ("attachments".to_owned(), "名单\n余额说明".to_owned()),
            ("copy_to".to_owned(), "塘栖镇人民政府".to_owned()),
        ];
        self.write(|tx| letters::edit(tx, id, 1, &Edit { typed, body: None }));
        let signing = Signing {
            signer: "甲".into(),
            post: String::new(),
        };
        self.write(|tx| letters::issue(tx, id, 2, &signing));
        id
    }
}

#[tokio::test]
async fn a_document_goes_through_its_life_on_the_pages() {
    let desk = desk();
    let site = &desk.site;
    let new = site.get("/letters/new", &desk.sentinel).await;
    assert!(
        new.status == 200
            && new.body.contains("工会劳动法律监督意见书")
            && new.body.contains("塘栖镇总工会")
    );
    let form = format!(
        "template=letters.supervision_notice&organ={}&case=",
        desk.town.id
    );
    let made = site.post("/letters/new", &desk.sentinel, &form).await;
    assert_eq!(made.status, 303, "{}", made.body);
    let edit = made.location.clone();
    let id = edit
        .trim_start_matches("/letters/")
        .trim_end_matches("/edit")
        .to_owned();
    let page = site.get(&edit, &desk.sentinel).await;
    assert!(
        page.body.contains("核实情况") && page.body.contains("name=\"version\" value=\"1\""),
        "{}",
        page.body
    );
    // A wrong date comes back beside its field; the other words stay.
    let wrong = site
        .post(
            &edit,
            &desk.sentinel,
            "version=1&facts=写过的事实&as_of=上周",
        )
        .await;
    assert!(
        wrong.status == 422
            && wrong.body.contains("写过的事实")
            && wrong.body.contains("href=\"#f-as_of\""),
        "{}",
        wrong.body
    );
    let typed: Vec<String> = FULL
        .iter()
        .map(|(name, text)| format!("{name}={}", crate::shell::encode(text)))
        .collect();
    let saved = site
        .post(
            &edit,
            &desk.sentinel,
            &format!("version=1&{}", typed.join("&")),
        )
        .await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let shown = site.get(&format!("/letters/{id}"), &desk.sentinel).await;
    assert!(
        shown.body.contains("演示sentinel")
            && shown.body.contains("填写")
            && !shown.body.contains("签发并编号"),
        "a sentinel does not issue"
    );
    let forbidden = site
        .post(
            &format!("/letters/{id}/issue"),
            &desk.sentinel,
            "version=2&signer=甲",
        )
        .await;
    assert_eq!(forbidden.status, 403);
    // The town issues it, serves it, and sees the days that are left.
    let refused = site
        .post(
            &format!("/letters/{id}/issue"),
            &desk.clerk,
            "version=2&signer=",
        )
        .await;
    assert!(
        refused.status == 409 && refused.body.contains("请填写签发人姓名"),
        "{}",
        refused.body
    );
    let issued = site
        .post(
            &format!("/letters/{id}/issue"),
            &desk.clerk,
            "version=2&signer=甲",
        )
        .await;
    assert_eq!(
        (issued.status.as_u16(), issued.location.as_str()),
        (303, format!("/letters/{id}?done=issued").as_str()),
        "{}",
        issued.body
    );
    let served = site
        .post(
            &format!("/letters/{id}/serve"),
            &desk.clerk,
            "version=3&method=left&receiver=前台&on=2026-11-20&refused=1&note=见证人两名",
        )
        .await;
    assert_eq!(served.status, 303, "{}", served.body);
    let page = site.get(&format!("/letters/{id}"), &desk.clerk).await;
    for words in [
        "塘总工监提〔2026〕1号",
        "留置送达，拒收",
        "剩 5 天",
        "核对一致",
        "登记答复",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let list = site.get("/letters?k=岚桥&state=served", &desk.clerk).await;
    assert!(list.body.contains("1 份") && list.body.contains("塘总工监提〔2026〕1号"));
    let api = site.get("/api/letters", &desk.clerk).await;
    assert!(
        api.body.contains("\"reply_due_on\":\"2026-11-25\""),
        "{}",
        api.body
    );
    let card = site.get(&format!("/api/letters/{id}"), &desk.clerk).await;
    assert!(
        card.body.contains("\"refused\":true") && card.body.contains("一、核实情况"),
        "{}",
        card.body
    );
    let void = site
        .post(
            &format!("/letters/{id}/cancel"),
            &desk.clerk,
            "version=4&why=另行发文",
        )
        .await;
    assert_eq!(void.status, 303);
    let numbers = site.get("/letters/numbers", &desk.clerk).await;
    assert!(
        numbers.body.contains("另行发文") && numbers.body.contains("已用到 1 号"),
        "{}",
        numbers.body
    );
}

#[tokio::test]
async fn another_town_sees_nothing_and_an_enterprise_has_no_door() {
    let desk = desk();
    let id = desk.issued();
    for path in ["", "/print", "/docx", "/edit", "/text"] {
        let answer = desk
            .site
            .get(&format!("/letters/{id}{path}"), &desk.stranger)
            .await;
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(
        desk.site
            .get(&format!("/api/letters/{id}"), &desk.stranger)
            .await
            .status,
        404
    );
    let list = desk.site.get("/letters", &desk.stranger).await;
    assert!(list.status == 200 && !list.body.contains("岚桥") && !list.body.contains("塘总工"));
    let post = desk
        .site
        .post(
            &format!("/letters/{id}/cancel"),
            &desk.stranger,
            "version=3&why=攻击",
        )
        .await;
    assert_eq!(post.status, 404);
    for path in [
        "/letters".to_owned(),
        "/letters/new".to_owned(),
        format!("/letters/{id}/print"),
    ] {
        assert_eq!(
            desk.site.get(&path, &desk.chair).await.status,
            403,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_printed_page_has_the_elements_of_the_standard_in_their_order() {
    let desk = desk();
    let id = desk.issued();
    let page = desk
        .site
        .get(&format!("/letters/{id}/print"), &desk.clerk)
        .await;
    assert_eq!(page.status, 200);
    let order = [
        "class=\"mast\">塘栖镇总工会",
        "class=\"no\">塘总工监提〔2026〕1号",
        "<h1>工会劳动法律监督提示函</h1>",
        "class=\"to\">杭州岚桥建筑劳务有限公司：",
        "<p class=\"lv1\"><b>一、核实情况</b></p>",
        "二、整改建议",
        "三、后续措施",
        "附件：1.名单",
        "2.余额说明",
        "class=\"seal\"><p>塘栖镇总工会</p><p>2026年11月20日</p>",
        "（联系人：演示经办人　电话：0571-00000000）",
        "抄送：塘栖镇人民政府。",
        "2026年11月20日印发",
    ];
    let mut rest = page.body.as_str();
    for part in order {
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("{part} is missing or out of order in\n{}", page.body));
        rest = &rest[at + part.len()..];
    }
    assert!(!page.body.contains(" style=") && !page.body.contains("class=\"mark\""));
    let file = desk
        .site
        .get(&format!("/letters/{id}/docx"), &desk.clerk)
        .await;
    assert!(
        file.body.starts_with("PK")
            && file.headers[header::CONTENT_DISPOSITION]
                .to_str()
                .unwrap()
                .ends_with(".docx")
    );
    let log = desk.site.test.db.read(&desk.site.test.actor(), |tx| {
        union::audit::search(
            tx,
            &union::audit::AuditFilter {
                action: "letter.opened".into(),
                ..Default::default()
            },
            10,
        )
    });
    assert_eq!(log.unwrap().len(), 2, "print and download are logged");
}

#[tokio::test]
async fn a_draft_and_a_void_document_say_so_on_paper_and_people_are_masked_on_screen() {
    let desk = desk();
    let agreement = desk.draft(
        "letters.mediation_agreement",
        &[("worker", "张三丰"), ("worker_id", "330113199003070018")],
    );
    let page = desk
        .site
        .get(&format!("/letters/{agreement}"), &desk.clerk)
        .await;
    assert!(
        !page.body.contains("330113199003070018") && !page.body.contains("张三丰"),
        "{}",
        page.body
    );
    assert!(page.body.contains("330113********0018") && page.body.contains("张**"));
    let paper = desk
        .site
        .get(&format!("/letters/{agreement}/print"), &desk.clerk)
        .await;
    assert!(paper.body.contains("330113199003070018") && paper.body.contains(">草稿</div>"));
    let id = desk.issued();
    desk.write(|tx| letters::cancel(tx, id, 3, "作废"));
    let void = desk
        .site
        .get(&format!("/letters/{id}/print"), &desk.clerk)
        .await;
    assert!(void.body.contains(">作废</div>"));
}

#[tokio::test]
async fn the_body_is_put_in_other_words_and_back() {
    let desk = desk();
    let id = desk.draft("letters.supervision_notice", &FULL);
    let words = "version=1&body=一、有关情况%0A你单位拖欠工资。%0A二、建议%0A尽快支付。";
    assert_eq!(
        desk.site
            .post(&format!("/letters/{id}/text"), &desk.clerk, words)
            .await
            .status,
        303
    );
    let page = desk.site.get(&format!("/letters/{id}"), &desk.clerk).await;
    assert!(
        page.body.contains("正文已改写") && page.body.contains("<b>一、有关情况</b>"),
        "{}",
        page.body
    );
    assert_eq!(
        desk.site
            .post(
                &format!("/letters/{id}/text"),
                &desk.clerk,
                "version=2&body=x&back=1"
            )
            .await
            .status,
        303
    );
    let page = desk.site.get(&format!("/letters/{id}"), &desk.clerk).await;
    assert!(!page.body.contains("正文已改写") && page.body.contains("一、核实情况"));
}

#[tokio::test]
async fn numbers_used_on_paper_and_codes_are_set_by_who_issues() {
    let desk = desk();
    let form = format!(
        "organ={}&series=监提&year=2026&up_to=30&why=启用前以纸质发出",
        desk.town.id
    );
    assert_eq!(
        desk.site
            .post("/letters/numbers", &desk.sentinel, &form)
            .await
            .status,
        403
    );
    let done = desk.site.post("/letters/numbers", &desk.clerk, &form).await;
    assert_eq!(done.status, 303, "{}", done.body);
    desk.issued();
    let page = desk.site.get(&done.location, &desk.clerk).await;
    assert!(
        page.body.contains("1–30")
            && page.body.contains("启用前以纸质发出")
            && page.body.contains("塘总工监提〔2026〕31号"),
        "{}",
        page.body
    );
    let again = desk.site.post("/letters/numbers", &desk.clerk, &form).await;
    assert!(
        again.status == 422 && again.body.contains("已用到 31 号"),
        "{}",
        again.body
    );
    let taken = desk
        .site
        .post(
            "/letters/organs",
            &desk.clerk,
            &format!("organ={}&code=乔总工", desk.town.id),
        )
        .await;
    assert!(
        taken.status == 422 && taken.body.contains("已是其他工会"),
        "{}",
        taken.body
    );
    assert_eq!(
        desk.site
            .post(
                "/letters/organs",
                &desk.clerk,
                &format!("organ={}&code=塘工", desk.town.id)
            )
            .await
            .status,
        303
    );
    assert!(
        desk.site
            .get("/letters/organs", &desk.clerk)
            .await
            .body
            .contains("<b>塘工</b>")
    );
}
