//! Deliveries on screen, and a signal whose employer only a person can tell: from the file to the colour.

use axum::http::{StatusCode, header};
use kernel::ids::OrgId;
use store::Actor;
use store::jobs::{Handlers, run_jobs_until_idle};
use union::arrears::Permit;
use union::arrears::intake::{Request, SignalReport, import_file};
use union::employers::{self, EmployerDraft};
use union::orgs::{NewOrg, OrgError, OrgKind, create_active};

use crate::testing::Site;

fn place() -> Site {
    let site = Site::new();
    let made = site.test.db.write(&site.test.actor(), |tx| {
        let root = create_active(tx, &NewOrg::new(None, OrgKind::Federation, "测试区总工会"))?.id;
        let town = create_active(tx, &NewOrg::new(Some(root), OrgKind::Town, "东镇总工会"))?.id;
        Ok::<_, OrgError>((root, town))
    });
    let (root, town) = made.unwrap();
    site.account("officer", "district_officer", Some(root));
    site.account("east", "town_officer", Some(town));
    firm(&site, town, "杭州锦禾制衣有限公司", "91330100799655058B");
    firm(&site, town, "杭州锦荷制衣有限公司", "");
    site
}

fn firm(site: &Site, town: OrgId, name: &str, code: &str) {
    let draft = EmployerDraft {
        name: name.into(),
        credit_code: code.into(),
        territory: Some(town),
        headcount: Some(60),
        headcount_on: Some("2026-01-31".parse().unwrap()),
        source: "测试".into(),
        ..EmployerDraft::default()
    };
    let actor = site.test.actor();
    let entered = site
        .test
        .db
        .write(&actor, |tx| employers::upsert(tx, &draft))
        .unwrap();
    // Two names alike: the second waits for a person too, and is entered as new.
    if let employers::UpsertOutcome::Queued(question) = entered.outcome {
        let answer = employers::Answer::New(Some(town));
        let decided = site
            .test
            .db
            .write(&actor, |tx| employers::decide(tx, question, answer));
        decided.unwrap();
    }
}

fn import(site: &Site, text: &str) -> SignalReport {
    let file = site.test.folder.path().join("社保.csv");
    std::fs::write(&file, text).unwrap();
    let request = Request {
        file,
        feed: "si_arrears".into(),
        ..Request::default()
    };
    let actor = Actor {
        label: "命令行".into(),
        ..site.test.actor()
    };
    import_file(
        &site.test.db,
        &actor,
        &Permit::program(),
        &request,
        &mut |_| {},
    )
    .unwrap()
}

const HEAD: &str = "统一社会信用代码,单位名称,月份,欠费月数\n";

fn link(body: &str, start: &str) -> String {
    let at = body
        .find(start)
        .unwrap_or_else(|| panic!("no {start}: {body}"));
    body[at..].chars().take_while(|sign| *sign != '"').collect()
}

#[tokio::test]
async fn an_uncertain_name_waits_for_a_person_and_then_counts() {
    let site = place();
    let report = import(
        &site,
        &format!("{HEAD},杭州锦和制衣,2026-10,3\n,杭州锦和制衣,2026-09,3\n"),
    );
    assert_eq!((report.new, report.waiting), (0, 2), "{report:?}");
    let officer = site.session("officer");
    let feed = site.get("/warnings/feeds/si_arrears", &officer).await.body;
    assert!(
        feed.contains("社保.csv") && feed.contains("href=\"/employers/matches\">2</a>"),
        "{feed}"
    );
    let list = site.get("/employers/matches", &officer).await.body;
    let question = link(&list, "/employers/matches/0");
    let page = site.get(&question, &officer).await.body;
    for words in [
        "有 2 条欠薪线索等这个答案",
        "杭州锦禾制衣有限公司",
        "data-pick",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let found = site.test.db.read(&site.test.actor(), |tx| {
        employers::find(tx, "91330100799655058B")
    });
    let employer = found.unwrap().remove(0).id;
    let decided = site
        .post(
            &question,
            &officer,
            &format!("answer={employer}&then=next&union="),
        )
        .await;
    assert_eq!(
        decided.location, "/employers/matches?done=matched",
        "{}",
        decided.body
    );
    let handlers = Handlers::default()
        .with(union::arrears::Matched)
        .with(union::arrears::alerts::Evaluate);
    run_jobs_until_idle(&site.test.db, &handlers).unwrap();
    let desk = site.get("/warnings", &site.session("east")).await.body;
    assert!(desk.contains("杭州锦禾制衣有限公司"), "{desk}");
    let again = site
        .post(&question, &officer, "answer=dismiss&union=")
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT, "answered once");
}

#[tokio::test]
async fn refused_rows_are_named_and_taken_out_by_who_manages_feeds_alone() {
    let site = place();
    import(
        &site,
        &format!("{HEAD}91330100799655058B,杭州锦禾制衣有限公司,2026-10,-2\n"),
    );
    let (officer, east) = (site.session("officer"), site.session("east"));
    let feed = site.get("/warnings/feeds/si_arrears", &officer).await.body;
    let rows = link(&feed, "/warnings/feeds/refused/");
    let page = site.get(&rows, &officer).await.body;
    assert!(
        page.contains("欠缴月数") && page.contains("下载表格") && !page.contains("锦禾"),
        "{page}"
    );
    let book = site.get(&format!("{rows}/rows.xlsx"), &officer).await;
    assert_eq!(book.status, StatusCode::OK);
    assert!(
        book.headers[header::CONTENT_DISPOSITION]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let filter = union::audit::AuditFilter {
        action: "feed.refused_taken".into(),
        ..Default::default()
    };
    let log = site.test.db.read(&site.test.actor(), |tx| {
        union::audit::search(tx, &filter, 9)
    });
    assert_eq!(log.unwrap().len(), 1, "taking them out is on record");
    let theirs = site.get("/warnings/feeds/si_arrears", &east).await;
    assert!(
        theirs.status == StatusCode::OK && !theirs.body.contains("/refused/"),
        "{}",
        theirs.body
    );
    for path in [rows.clone(), format!("{rows}/rows.xlsx")] {
        assert_eq!(site.get(&path, &east).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(
        site.get("/warnings/feeds/nothing", &officer).await.status,
        StatusCode::NOT_FOUND
    );
}

/// Somebody of the union heard of moving plans: ten points, from a source that is never late.
fn rumour(site: &Site) {
    let actor = site.test.actor();
    let entered = site.test.db.write(&actor, |tx| {
        let employer = employers::find(tx, "91330100799655058B")?.remove(0).id;
        let lead = union::arrears::Lead {
            key: "rumour".into(),
            about: union::arrears::LeadAbout::Employer(employer),
            kind: "debt_notice".into(),
            day: tx.today(),
            fields: vec![("form".to_owned(), 3)],
            verified: true,
            reference: String::new(),
        };
        union::arrears::enter_signal(tx, &Permit::program(), &lead)
    });
    entered.unwrap();
}

/// Days after which what was 20 points is 10: with the rumour's ten still enough for a colour, if it were scored.
const LATER: u64 = 46;

#[tokio::test]
async fn a_late_feed_says_so_and_raises_nothing() {
    let site = place();
    import(
        &site,
        &format!("{HEAD}91330100799655058B,杭州锦禾制衣有限公司,2026-10,3\n"),
    );
    rumour(&site);
    let later = std::time::Duration::from_secs(LATER * 86_400);
    site.test.clock.advance(later);
    let evaluate = |site: &Site| {
        let actor = site.test.actor();
        union::arrears::alerts::run(&site.test.db, &actor, union::arrears::alerts::Who::All)
            .unwrap()
    };
    evaluate(&site);
    let officer = site.session("officer");
    let feed = site.get("/warnings/feeds/si_arrears", &officer).await.body;
    assert!(
        feed.contains("逾期未更新") && feed.contains("已逾期：这个来源现在不计分"),
        "{feed}"
    );
    assert!(
        site.get("/warnings", &officer)
            .await
            .body
            .contains("现在没有预警")
    );
    // The same figures once the office says that there is nothing new: sending them again does not say so.
    let said = site.test.db.write(&site.test.actor(), |tx| {
        let today = tx.today();
        union::arrears::nothing_new(tx, &Permit::program(), "si_arrears", today)
    });
    said.unwrap();
    evaluate(&site);
    let desk = site.get("/warnings", &officer).await.body;
    assert!(desk.contains("杭州锦禾制衣有限公司"), "{desk}");
}

/// Sends a text as a file on the page of a feed.
async fn send(
    site: &Site,
    cookie: &str,
    feed: &str,
    name: &str,
    text: &str,
) -> crate::testing::Answer {
    let path = format!("/warnings/feeds/{feed}/deliver");
    site.post_files(&path, cookie, &[], &[("file", name, text.as_bytes())])
        .await
}

/// How many observations of the list stand.
fn counted(site: &Site) -> usize {
    let read = site.test.db.read(&site.test.actor(), |tx| {
        union::arrears::deliveries(tx, "si_arrears", 60)
    });
    let all = read.unwrap();
    usize::try_from(all.iter().map(|one| one.counts.new).sum::<i64>()).unwrap()
}

#[tokio::test]
async fn a_bad_file_on_the_page_says_what_is_wrong_and_leaves_nothing() {
    let site = place();
    let officer = site.session("officer");
    let page = site.get("/warnings/feeds/si_arrears", &officer).await.body;
    assert!(
        page.contains("送一份表格") && page.contains("欠缴月数（必填）"),
        "{page}"
    );
    for (name, text, words) in [
        ("a.csv", "姓名,证件\n某,1\n某,2\n", "单位名称"),
        (
            "b.csv",
            "单位名称,月份\n杭州锦禾制衣有限公司,2026-10\n",
            "欠缴月数",
        ),
        ("c.csv", "", "href=\"#f-file\""),
        ("d.xlsx", "PK\u{3}\u{4}不是表格", "href=\"#f-file\""),
    ] {
        let refused = send(&site, &officer, "si_arrears", name, text).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{name}: {}",
            refused.body
        );
        for words in [words, "错误：", "href=\"#f-file\""] {
            assert!(
                refused.body.contains(words),
                "{name} does not say {words}: {}",
                refused.body
            );
        }
    }
    assert_eq!(counted(&site), 0, "a file refused whole leaves nothing");
    let none = site
        .post("/warnings/feeds/si_arrears/deliver", &officer, "")
        .await;
    assert!(none.body.contains("请选择要送的表格文件"), "{}", none.body);
    // What enterprises report by form comes by no file; a list nobody knows is not there.
    let by_hand = send(&site, &officer, "pay_reports", "p.csv", HEAD).await;
    assert!(
        by_hand.status == StatusCode::UNPROCESSABLE_ENTITY && by_hand.body.contains("不从表格导入"),
        "{}",
        by_hand.body
    );
    assert!(
        !site
            .get("/warnings/feeds/pay_reports", &officer)
            .await
            .body
            .contains("送一份表格")
    );
    let east = site.session("east");
    assert_eq!(
        send(&site, &east, "si_arrears", "e.csv", HEAD).await.status,
        StatusCode::FORBIDDEN
    );
    let left = std::fs::read_dir(&site.app.config().upload_dir);
    assert_eq!(left.map_or(0, Iterator::count), 0, "no file stays behind");
}

#[tokio::test]
async fn bad_rows_are_told_apart_and_the_good_ones_count_once_however_often_they_come() {
    let site = place();
    let officer = site.session("officer");
    let own = "91330100799655058B,杭州锦禾制衣有限公司";
    let text = format!(
        "{HEAD}{own},2026-10,-2\n{own},2099-01,2\n{own},2026-10,很多\n,从没听说过的某某公司,2026-10,2\n{own},2026-07,3\n"
    );
    let taken = send(&site, &officer, "si_arrears", "十月欠费.csv", &text).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    let page = site.get(&taken.location, &officer).await.body;
    for words in [
        "已收下",
        "十月欠费.csv",
        "新增 1 行",
        "待比对 1 行",
        "退回 3 行",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let rows = site
        .get(&link(&page, "/warnings/feeds/refused/"), &officer)
        .await
        .body;
    for words in ["是负数", "还没有到", "不是整数"] {
        assert!(rows.contains(words), "{words}: {rows}");
    }
    let waits = site.get("/employers/matches", &officer).await.body;
    assert!(waits.contains("从没听说过的某某公司"), "{waits}");
    // Ten times the same row, and ten times the same file.
    let ten = format!("{HEAD}{}", format!("{own},2026-06,2\n").repeat(10));
    for time in 0..10 {
        let again = send(&site, &officer, "si_arrears", "重复.csv", &ten).await;
        let page = site.get(&again.location, &officer).await.body;
        let words = if time == 0 {
            "新增 1 行，相同 9 行"
        } else {
            "重复.csv：相同 10 行"
        };
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(counted(&site), 2, "one of the first file, one of the ten");
}

#[tokio::test]
async fn the_template_of_a_feed_is_taken_back_as_it_is() {
    let site = place();
    let (officer, east) = (site.session("officer"), site.session("east"));
    let path = "/warnings/feeds/si_arrears/template.xlsx";
    let page = site.get("/warnings/feeds/si_arrears", &officer).await.body;
    assert!(page.contains(path) && page.contains("下载模板"), "{page}");
    let book = axum::body::to_bytes(site.stream(path, &officer).await, usize::MAX);
    let book = book.await.unwrap();
    assert!(book.starts_with(b"PK"), "a workbook");
    let sent = [("file", "模板.xlsx", &book[..])];
    let taken = site
        .post_files("/warnings/feeds/si_arrears/deliver", &officer, &[], &sent)
        .await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    assert_eq!(site.get(path, &east).await.status, StatusCode::FORBIDDEN);
    for none in ["pay_reports", "nothing"] {
        let path = format!("/warnings/feeds/{none}/template.xlsx");
        let found = site.get(&path, &officer).await.status;
        assert_eq!(found, StatusCode::NOT_FOUND, "{none}");
    }
}

#[tokio::test]
async fn a_feed_is_paused_and_resumed_on_its_page_with_a_reason() {
    let site = place();
    let row = "91330100799655058B,杭州锦禾制衣有限公司,2026-10,3\n";
    import(&site, &format!("{HEAD}{row}"));
    rumour(&site);
    let (officer, east) = (site.session("officer"), site.session("east"));
    let (page, pause) = (
        "/warnings/feeds/si_arrears",
        "/warnings/feeds/si_arrears/pause",
    );
    let bare = site.post(pause, &officer, "why=&until=2026-12-31").await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["请写明理由", "href=\"#f-why\"", "value=\"2026-12-31\""] {
        assert!(bare.body.contains(words), "{words}: {}", bare.body);
    }
    let odd = site.post(pause, &officer, "why=x&until=明天").await;
    assert!(odd.body.contains("href=\"#f-until\""), "{}", odd.body);
    let theirs = site.get(page, &east).await.body;
    assert!(
        !theirs.contains("/pause\"") && !theirs.contains("/template.xlsx"),
        "{theirs}"
    );
    let refused = site.post(pause, &east, "why=x&until=").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let why = crate::shell::encode("对方换系统，数据对不上");
    let paused = site
        .post(pause, &officer, &format!("why={why}&until="))
        .await;
    assert_eq!(
        paused.location,
        format!("{page}?done=paused"),
        "{}",
        paused.body
    );
    let shown = site.get(page, &officer).await.body;
    for words in ["已停用，暂不计分", "对方换系统，数据对不上", "恢复使用"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(
        !shown.contains("送一份表格"),
        "no file is asked for meanwhile"
    );
    let sent = send(
        &site,
        &officer,
        "si_arrears",
        "a.csv",
        &format!("{HEAD}{row}"),
    )
    .await;
    assert!(
        sent.status == StatusCode::UNPROCESSABLE_ENTITY && sent.body.contains("恢复以后再送"),
        "{}",
        sent.body
    );
    let twice = site
        .post(pause, &officer, &format!("why={why}&until="))
        .await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    let evaluate = |site: &Site| {
        let actor = site.test.actor();
        union::arrears::alerts::run(&site.test.db, &actor, union::arrears::alerts::Who::All)
            .unwrap()
    };
    evaluate(&site);
    let desk = site.get("/warnings", &officer).await.body;
    assert!(
        desk.contains("已停用，期间不计分") && desk.contains("现在没有预警"),
        "{desk}"
    );
    let resume = format!("{page}/resume");
    let bare = site.post(&resume, &officer, "why=").await;
    assert!(bare.body.contains("href=\"#f-why\""), "{}", bare.body);
    let why = crate::shell::encode("已核对一致");
    let resumed = site.post(&resume, &officer, &format!("why={why}")).await;
    assert_eq!(
        resumed.location,
        format!("{page}?done=resumed"),
        "{}",
        resumed.body
    );
    evaluate(&site);
    let desk = site.get("/warnings", &officer).await.body;
    assert!(desk.contains("杭州锦禾制衣有限公司"), "{desk}");
    let shown = site.get(page, &officer).await.body;
    assert!(
        shown.contains("恢复：已核对一致") && shown.contains("送一份表格"),
        "{shown}"
    );
}

#[tokio::test]
async fn an_old_file_makes_no_feed_fresh_and_the_page_says_why() {
    let site = place();
    let page = "/warnings/feeds/si_arrears";
    let officer = site.session("officer");
    let row = "91330100799655058B,杭州锦禾制衣有限公司,2026-10,3\n";
    let file = format!("{HEAD}{row}");
    send(&site, &officer, "si_arrears", "十月.csv", &file).await;
    site.test
        .clock
        .advance(std::time::Duration::from_secs(70 * 86_400));
    // Nobody stays signed in that long.
    let (officer, east) = (site.session("officer"), site.session("east"));
    let again = send(&site, &officer, "si_arrears", "十月.csv", &file).await;
    let shown = site.get(&again.location, &officer).await.body;
    for words in [
        "逾期未更新，暂不计分",
        "相同 1 行",
        "送来的是旧数据，没有说到新的日子",
        "不算更新；数据仍只说到 2026-10-31",
        "没有新情况：到哪一天",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let nothing = format!("{page}/nothing");
    let odd = site.post(&nothing, &officer, "as_of=昨天").await;
    assert!(odd.body.contains("href=\"#f-as_of\""), "{}", odd.body);
    let refused = site.post(&nothing, &east, "as_of=2026-10-31").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let today = site.app.now().shanghai_date();
    let said = site
        .post(&nothing, &officer, &format!("as_of={today}"))
        .await;
    assert_eq!(
        said.location,
        format!("{page}?done=nothing"),
        "{}",
        said.body
    );
    let shown = site.get(&said.location, &officer).await.body;
    assert!(
        shown.contains("到那一天没有新情况") && !shown.contains("逾期未更新"),
        "{shown}"
    );
}
