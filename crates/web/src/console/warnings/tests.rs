//! The desk through the whole router: a lead becomes a colour on the right desk, explained, and on no other.

use axum::http::StatusCode;
use kernel::ids::OrgId;
use store::jobs::{Handlers, run_jobs_until_idle};
use union::employers::{self, EmployerDraft};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::shell::encode;
use crate::testing::Site;

/// A district with two towns, an officer in each, and a factory in the east.
pub(super) fn place() -> Site {
    let site = Site::new();
    let made = site.test.db.write(&site.test.actor(), |tx| {
        let root = create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))?.id;
        let town = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "东镇总工会"))?.id;
        let other = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "西镇总工会"))?.id;
        let chair = create_active(
            tx,
            &NewOrg::new(Some(town), OrgKind::Single, "东镇纺织厂工会"),
        )?
        .id;
        Ok::<_, OrgError>((root, town, other, chair))
    });
    let (root, town, other, chair) = made.unwrap();
    site.account("officer", "district_officer", Some(root));
    site.account("east", "town_officer", Some(town));
    site.account("west", "town_officer", Some(other));
    site.account("chair", "enterprise_chair", Some(chair));
    factory(&site, town);
    site
}

fn factory(site: &Site, town: OrgId) {
    let draft = EmployerDraft {
        name: "东镇纺织厂".into(),
        credit_code: "91330100799655058B".into(),
        territory: Some(town),
        headcount: Some(60),
        headcount_on: Some("2026-01-31".parse().unwrap()),
        source: "测试".into(),
        ..EmployerDraft::default()
    };
    site.test
        .db
        .write(&site.test.actor(), |tx| employers::upsert(tx, &draft))
        .unwrap();
}

/// Enters a lead of wages overdue by `days` for `workers` people and lets the evaluation run.
pub(super) async fn lead(site: &Site, cookie: &str, days: u32, workers: u32) {
    let day = site.app.now().shanghai_date();
    let form = format!(
        "key=k-{days}&employer={}&day={day}&field.days={days}&field.workers={workers}&verified=yes",
        encode("东镇纺织厂")
    );
    let taken = site
        .post("/warnings/leads/new?kind=wage_overdue", cookie, &form)
        .await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let handlers = Handlers::default().with(union::arrears::alerts::Evaluate);
    run_jobs_until_idle(&site.test.db, &handlers).unwrap();
}

fn no_of(list: &str) -> String {
    let at = list.find("/warnings/QX").unwrap();
    list[at..].chars().take_while(|sign| *sign != '"').collect()
}

#[tokio::test]
async fn a_lead_becomes_a_colour_on_its_own_desk_and_on_no_other() {
    let site = place();
    let (east, west) = (site.session("east"), site.session("west"));
    assert!(
        site.get("/warnings", &east)
            .await
            .body
            .contains("现在没有预警")
    );
    lead(&site, &east, 35, 12).await;
    let list = site.get("/warnings", &east).await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(
        list.body.contains("东镇纺织厂") && list.body.contains("触红线"),
        "{}",
        list.body
    );
    let href = no_of(&list.body);
    for path in ["/warnings", "/warnings?state=closed", "/warnings?level=red"] {
        assert!(
            !site.get(path, &west).await.body.contains("东镇纺织厂"),
            "{path}"
        );
    }
    assert_eq!(site.get(&href, &west).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        site.get(&format!("{href}/do/keep"), &west).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn an_employer_never_sees_that_it_is_watched() {
    let site = place();
    lead(&site, &site.session("east"), 35, 12).await;
    let chair = site.session("chair");
    for path in [
        "/warnings",
        "/warnings/QX2026-00001",
        "/warnings/feeds",
        "/warnings/leads/new",
        "/warnings/live",
    ] {
        assert_eq!(
            site.get(path, &chair).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_page_says_why_and_every_look_at_it_is_in_the_log() {
    let site = place();
    let east = site.session("east");
    lead(&site, &east, 35, 12).await;
    let href = no_of(&site.get("/warnings", &east).await.body);
    let page = site.get(&href, &east).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in [
        "为什么是红色",
        "红线：",
        "怎样降级",
        "数据缺口",
        "不是认定欠薪",
        "35 天",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    // What lowers the colour stands first; what only takes points off says so under a heading of its own.
    let how = page.body.split("怎样降级").nth(1).unwrap();
    let how = how.split("</div>").next().unwrap();
    let (first, rest) = how.split_once("能减分，但还不能降级").unwrap_or((how, ""));
    assert!(!first.contains("仍是"), "{how}");
    assert!(
        first.contains("降为") || first.contains("解除") || first.contains("哪一项都不够"),
        "{how}"
    );
    assert!(!rest.contains("降为") && !rest.contains("解除"), "{how}");
    let actor = site.test.actor();
    let filter = union::audit::AuditFilter {
        action: "alert.viewed".into(),
        ..Default::default()
    };
    let looks = site
        .test
        .db
        .read(&actor, |tx| union::audit::search(tx, &filter, 10))
        .unwrap();
    assert_eq!(looks.len(), 1);
}

#[tokio::test]
async fn closing_names_everything_that_stands_against_it_and_keeps_what_was_typed() {
    let site = place();
    let officer = site.session("officer");
    lead(&site, &site.session("east"), 35, 12).await;
    let href = no_of(&site.get("/warnings", &officer).await.body);
    let form = format!("closing=turnover&note={}", encode("说是付清了"));
    let refused = site
        .post(&format!("{href}/do/close"), &officer, &form)
        .await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(refused.body.contains("没有新线索才能销号") && refused.body.contains("说是付清了"));
    let push = format!(
        "office={}&note={}",
        encode("劳动保障监察大队"),
        encode("书面告知")
    );
    let bare = site.post(&format!("{href}/do/push"), &officer, &push).await;
    assert!(bare.body.contains("请写明对方回执编号"), "{}", bare.body);
}

#[tokio::test]
async fn only_the_district_is_offered_the_end_of_a_red_alert_and_no_conclusion_is_chosen_for_it() {
    let site = place();
    let (officer, town) = (site.session("officer"), site.session("east"));
    lead(&site, &town, 35, 12).await;
    let href = no_of(&site.get("/warnings", &officer).await.body);
    let close = format!("{href}/do/close");
    let page = site.get(&href, &town).await.body;
    assert!(
        !page.contains(&close) && page.contains("由区总工会办理"),
        "{page}"
    );
    assert!(
        page.contains(&format!("{href}/do/push")),
        "the rest is the town's"
    );
    let told = site.get(&close, &town).await;
    assert_eq!(told.status, StatusCode::FORBIDDEN, "{}", told.body);
    assert!(
        told.body.contains("由区总工会办理"),
        "before anything is typed"
    );
    assert!(site.get(&href, &officer).await.body.contains(&close));
    let form = site.get(&close, &officer).await.body;
    assert!(form.contains(">请选择</option>"), "{form}");
    let empty = site.post(&close, &officer, "closing=&note=x").await;
    assert!(empty.body.contains("请选择销号原因"), "{}", empty.body);
}

#[tokio::test]
async fn a_choice_is_chosen_by_its_word_from_a_list() {
    let site = place();
    let east = site.session("east");
    let day = site.app.now().shanghai_date();
    let path = "/warnings/leads/new?kind=debt_notice";
    let form = site.get(path, &east).await.body;
    assert!(
        form.contains("<option value=\"搬迁传闻\">搬迁传闻</option>")
            && !form.contains("3 搬迁传闻"),
        "{form}"
    );
    let sent = |choice: &str| {
        format!(
            "key=c-{choice}&employer={}&day={day}&field.form={}",
            encode("东镇纺织厂"),
            encode(choice)
        )
    };
    let unknown = site.post(path, &east, &sent("跑路")).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unknown.body.contains("「情形」请从列表中选择"),
        "{}",
        unknown.body
    );
    for choice in ["搬迁传闻", "3"] {
        let taken = site.post(path, &east, &sent(choice)).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    }
}

#[tokio::test]
async fn a_bad_lead_says_what_is_wrong_and_changes_nothing() {
    let site = place();
    let east = site.session("east");
    let day = site.app.now().shanghai_date();
    for (form, words) in [
        (
            format!(
                "key=a&employer={}&day={day}&field.days=20&field.workers=3",
                encode("没有这家厂")
            ),
            "没有找到单位",
        ),
        (
            format!(
                "key=b&employer={}&day=2099-01-01&field.days=20&field.workers=3",
                encode("东镇纺织厂")
            ),
            "errsum",
        ),
        (
            format!(
                "key=c&employer={}&day={day}&field.days=x",
                encode("东镇纺织厂")
            ),
            "应为整数",
        ),
        (
            format!(
                "key=d&employer={}&day={day}&field.days=-4&field.workers=3",
                encode("东镇纺织厂")
            ),
            "errsum",
        ),
        // Every box that is wrong is told at once.
        (
            format!("key=e&employer={}&day=&field.days=x", encode("没有这家厂")),
            "没有找到单位",
        ),
        ("key=f&day=&field.days=x".to_owned(), "请填写是哪一天的事"),
        (
            "key=g&day=&field.days=x".to_owned(),
            "「已拖欠天数」应为整数",
        ),
    ] {
        let answer = site
            .post("/warnings/leads/new?kind=wage_overdue", &east, &form)
            .await;
        assert!(
            matches!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT
            ),
            "{form}: {}",
            answer.status
        );
        assert!(answer.body.contains(words), "{words}: {}", answer.body);
    }
    assert!(
        site.get("/warnings", &east)
            .await
            .body
            .contains("现在没有预警")
    );
}

#[tokio::test]
async fn an_open_page_is_told_of_a_new_alert() {
    use tokio_stream::StreamExt as _;
    let site = place();
    let east = site.session("east");
    let body = site.stream("/warnings/live?since=0", &east).await;
    let mut frames = body.into_data_stream();
    lead(&site, &east, 35, 12).await;
    let frame = frames.next().await.unwrap().unwrap();
    let text = String::from_utf8(frame.to_vec()).unwrap();
    assert!(text.contains("event: changed"), "{text}");
}

#[tokio::test]
async fn a_desk_below_the_towns_has_its_own_view_without_an_empty_map() {
    let site = place();
    let town = site
        .test
        .db
        .read(&site.test.actor(), union::orgs::towns)
        .unwrap()[0]
        .org
        .id;
    let made = site.test.db.write(&site.test.actor(), |tx| {
        create_active(
            tx,
            &NewOrg::new(Some(town), OrgKind::Village, "东村工会联合会"),
        )
    });
    site.account("village", "sentinel", Some(made.unwrap().id));
    for (login, has_map) in [("village", false), ("east", true)] {
        let cookie = site.session(login);
        for page in ["/warnings", "/screen/warnings"] {
            let answer = site.get(page, &cookie).await;
            assert_eq!(
                answer.status,
                StatusCode::OK,
                "{login} {page}: {}",
                answer.body
            );
            assert_eq!(answer.body.contains("镇街分布"), has_map, "{login} {page}");
            assert_eq!(
                answer.body.contains("<svg class=\"sketch\""),
                has_map,
                "{login} {page}"
            );
        }
        let list = site.get("/warnings", &cookie).await.body;
        assert_eq!(
            list.contains("name=\"town\""),
            has_map,
            "{login}: nothing to choose from"
        );
    }
}

/// What stands between two marks.
fn between<'a>(text: &'a str, from: &str, to: char) -> &'a str {
    let (_, rest) = text
        .split_once(from)
        .unwrap_or_else(|| panic!("no {from} in {text}"));
    rest.split(to).next().unwrap_or_default()
}

#[tokio::test]
async fn warning_case_and_employer_lead_to_each_other_and_are_found_by_number() {
    let site = place();
    let (east, west) = (site.session("east"), site.session("west"));
    lead(&site, &east, 35, 12).await;
    let list = site.get("/warnings", &east).await.body;
    let warning = no_of(&list);
    let page = site.get(&warning, &east).await.body;
    let case = format!(
        "/cases/{}",
        between(&page, "class=\"num\" href=\"/cases/", '"')
    );
    let unit = format!(
        "/employers/{}",
        between(&page, "<a href=\"/employers/", '"')
    );
    let file = site.get(&case, &east).await.body;
    assert!(
        file.contains(&format!("href=\"{warning}\"")) && file.contains(&format!("href=\"{unit}\"")),
        "{file}"
    );
    let card = site.get(&unit, &east).await.body;
    assert!(
        card.contains(&format!("href=\"{warning}\"")) && card.contains(&format!("href=\"{case}\"")),
        "{card}"
    );
    // The employer's own chair sees the card and nothing of it.
    let own = site.get(&unit, &site.session("chair")).await;
    assert!(
        !own.body.contains("/warnings/QX") && !own.body.contains("在办的预警和办件"),
        "{}",
        own.body
    );
    // By number, however it is typed, in one step; by name in a list; from elsewhere not at all.
    let case_no = between(&page, "class=\"num\" href=\"/cases/", '<')
        .rsplit('>')
        .next()
        .unwrap()
        .to_owned();
    let warning_no = warning.trim_start_matches("/warnings/").to_owned();
    for (no, href) in [(&case_no, &case), (&warning_no, &warning)] {
        for typed in [no.clone(), no.to_lowercase(), no.replace('-', "－")] {
            let asked = format!("/search?q={}", encode(&typed));
            assert_eq!(site.get(&asked, &east).await.location, *href, "{typed}");
            let foreign = site.get(&asked, &west).await;
            assert!(
                foreign.status == StatusCode::OK && !foreign.body.contains(href.as_str()),
                "{typed}: {}",
                foreign.body
            );
        }
    }
    let named = site
        .get(&format!("/search?q={}", encode("纺织厂")), &east)
        .await
        .body;
    assert!(named.contains(&case) && named.contains(&warning), "{named}");
    let listed = format!("/cases?view=all&q={}", encode("纺织厂"));
    let listed = site.get(&listed, &east).await.body;
    assert!(
        listed.contains(&case) && listed.contains("共 1 件，本页 1 件"),
        "{listed}"
    );
    let none = site.get("/cases?view=all&q=XX2026-00009", &east).await.body;
    assert!(none.contains("没有找到「XX2026-00009」"), "{none}");
    let phone = site.get("/cases?view=all&q=13800001111", &east).await;
    assert!(
        phone.status == StatusCode::SEE_OTHER && !phone.location.contains("138"),
        "{}",
        phone.location
    );
    assert!(
        site.get(&phone.location, &east)
            .await
            .body
            .contains("不按证件号、手机号查")
    );
}

#[tokio::test]
async fn the_lists_go_out_as_they_stand_marked_and_logged() {
    let site = place();
    let (east, west) = (site.session("east"), site.session("west"));
    lead(&site, &east, 35, 12).await;
    for (what, action) in [("warnings", "export.warnings"), ("cases", "export.cases")] {
        let list = format!("/{what}{}", if what == "cases" { "?view=all" } else { "" });
        let shown = site.get(&list, &east).await.body;
        assert!(shown.contains(&format!("/exports/{what}")), "{shown}");
        let path = format!("/exports/{what}");
        let ask = site.get(&format!("{path}?view=all"), &east).await.body;
        assert!(ask.contains("导出的就是清单上现在的这些"), "{ask}");
        let file = site.post(&path, &east, "file=csv&view=all").await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.body);
        assert!(
            file.body.contains("东镇纺织厂") && file.body.contains("演示east"),
            "{}",
            file.body
        );
        if what == "warnings" {
            let marked = file.body.contains("人数、金额来源") && file.body.contains("线索上报");
            assert!(marked, "{}", file.body);
        }
        let narrowed = site
            .post(&path, &east, "file=csv&view=ended&state=closed")
            .await;
        assert!(!narrowed.body.contains("东镇纺织厂"), "{}", narrowed.body);
        let foreign = site.post(&path, &west, "file=csv&view=all").await;
        assert!(!foreign.body.contains("东镇纺织厂"), "{}", foreign.body);
        let chair = site.session("chair");
        let refused = site.post(&path, &chair, "file=csv").await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.body);
        let logged = site.test.db.read(&site.test.actor(), |tx| {
            let filter = union::audit::AuditFilter {
                action: action.into(),
                ..Default::default()
            };
            union::audit::search(tx, &filter, 10)
        });
        assert_eq!(logged.unwrap().len(), 3, "{action}");
    }
}

#[tokio::test]
async fn the_form_says_truthfully_what_became_of_a_lead() {
    let site = place();
    let east = site.session("east");
    let day = site.app.now().shanghai_date();
    let enter = async |key: &str, days: u32| {
        let form = format!(
            "key={key}&employer={}&day={day}&field.days={days}&field.workers=3&verified=yes",
            encode("东镇纺织厂")
        );
        let path = "/warnings/leads/new?kind=wage_overdue";
        let taken = site.post(path, &east, &form).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
        site.get(&taken.location, &east).await.body
    };
    let first = enter("a", 9).await;
    assert!(first.contains("已登记，几秒内完成评分"), "{first}");
    let same = enter("b", 9).await;
    assert!(same.contains("没有重复计"), "{same}");
    let head = "统一社会信用代码,单位名称,日期,拖欠天数,涉及人数";
    let file = format!("{head}\n91330100799655058B,东镇纺织厂,{day},20,3\n");
    let officer = site.session("officer");
    let sent = [("file", "拖欠.csv", file.as_bytes())];
    let path = "/warnings/feeds/wage_overdue/deliver";
    let sent = site.post_files(path, &officer, &[], &sent).await;
    let page = site.get(&sent.location, &officer).await.body;
    assert!(page.contains("更重而替代 1 行"), "{page}");
    let weaker = enter("c", 5).await;
    assert!(weaker.contains("仍以那一份为准"), "{weaker}");
    let graver = enter("d", 40).await;
    assert!(graver.contains("现在以这次的内容为准"), "{graver}");
}
