//! The daily report, the season and the figures through the whole router.

use axum::http::StatusCode;
use store::jobs::{Handlers, run_jobs_until_idle};
use union::arrears::daily::DailyReports;

use super::tests::{lead, place};
use crate::shell::encode;
use crate::testing::Site;

/// The first thing behind a marker, up to a quote.
fn after<'b>(body: &'b str, mark: &str) -> &'b str {
    let rest = body
        .split(mark)
        .nth(1)
        .unwrap_or_else(|| panic!("{mark}: {body}"));
    rest.split('"').next().unwrap()
}

fn pass_a_night(site: &Site) {
    site.test
        .clock
        .advance(std::time::Duration::from_secs(24 * 3600));
    run_jobs_until_idle(&site.test.db, &Handlers::default().with(DailyReports)).unwrap();
}

#[tokio::test]
async fn the_report_of_a_day_is_on_file_in_the_morning_and_says_that_it_holds() {
    let site = place();
    let (east, officer) = (site.session("east"), site.session("officer"));
    lead(&site, &east, 35, 12).await;
    let day = site.app.now().shanghai_date();
    let live = site.get("/warnings/daily", &officer).await;
    assert_eq!(live.status, StatusCode::OK);
    for words in [
        "东镇纺织厂",
        "今天还没有过完",
        "12 人",
        "红色预警还没有人社部门回执",
    ] {
        assert!(live.body.contains(words), "{words}: {}", live.body);
    }
    pass_a_night(&site);
    let officer = site.session("officer");
    let filed = site.get(&format!("/warnings/daily/{day}"), &officer).await;
    assert!(
        filed.body.contains("按事件重算，结果一致") && filed.body.contains("东镇纺织厂"),
        "{}",
        filed.body
    );
    let west = site.session("west");
    let foreign = site.get(&format!("/warnings/daily/{day}"), &west).await;
    assert_eq!(foreign.status, StatusCode::OK);
    assert!(
        !foreign.body.contains("东镇") && !foreign.body.contains("校验码"),
        "{}",
        foreign.body
    );
    for wrong in ["/warnings/daily/yesterday", "/warnings/daily/2026-13-01"] {
        assert_eq!(
            site.get(wrong, &officer).await.status,
            StatusCode::NOT_FOUND,
            "{wrong}"
        );
    }
    let future = site.get("/warnings/daily/2099-01-01", &officer).await;
    assert_eq!(future.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(future.body.contains("还没有到"));
}

#[tokio::test]
async fn one_button_makes_a_document_of_it_once() {
    let site = place();
    let officer = site.session("officer");
    lead(&site, &site.session("east"), 35, 12).await;
    let day = site.app.now().shanghai_date();
    let page = site.get("/warnings/daily", &officer).await;
    let key = after(&page.body, "name=\"key\" value=\"").to_owned();
    let send = async || {
        site.post(
            &format!("/warnings/daily/{day}/letter"),
            &officer,
            &format!("key={key}"),
        )
        .await
    };
    let made = send().await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    assert_eq!(
        send().await.location,
        made.location,
        "pressed twice, drafted once"
    );
    let draft = site.get(&made.location, &officer).await;
    assert!(
        draft.body.contains("东镇纺织厂") && draft.body.contains("处置日报的红色件数"),
        "{}",
        draft.body
    );
}

#[tokio::test]
async fn a_season_is_announced_by_the_district_and_shows_on_every_desk() {
    let site = place();
    let (officer, east) = (site.session("officer"), site.session("east"));
    assert!(!site.get("/warnings", &east).await.body.contains("年末攻坚"));
    let page = site.get("/warnings/season", &officer).await;
    assert!(
        page.body.contains("还没有发布启动") && page.body.contains("12 小时"),
        "{}",
        page.body
    );
    let key = after(&page.body, "name=\"key\" value=\"").to_owned();
    let form = |note: &str| {
        format!(
            "key={key}&season=seasons.year_end&act=begin&note={}",
            encode(note)
        )
    };
    let refused = site.post("/warnings/season", &officer, &form(" ")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("请写明依据"));
    let not_theirs = site
        .post("/warnings/season", &east, &form("镇里决定"))
        .await;
    assert_eq!(not_theirs.status, StatusCode::FORBIDDEN);
    let done = site
        .post("/warnings/season", &officer, &form("主席办公会议决定"))
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    for path in ["/warnings", "/screen/warnings", "/warnings/daily"] {
        let body = site.get(path, &east).await.body;
        assert!(body.contains("年末"), "{path}: {body}");
    }
    let page = site.get("/warnings/season", &east).await;
    assert!(page.body.contains("主席办公会议决定") && page.body.contains("正在执行"));
    assert!(
        !page.body.contains("提前结束</button>"),
        "a town cannot end it"
    );
}

#[tokio::test]
async fn figures_open_to_their_cases_and_go_out_as_seen() {
    let site = place();
    let (officer, west) = (site.session("officer"), site.session("west"));
    lead(&site, &site.session("east"), 35, 12).await;
    let sheet = site.get("/cases/figures", &officer).await;
    assert_eq!(sheet.status, StatusCode::OK);
    assert!(sheet.body.contains("东镇总工会 新收 1"), "{}", sheet.body);
    let row = sheet
        .body
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let row = row.map(|href| href.replace("&#38;", "&").replace("&amp;", "&"));
    let opened: Vec<String> = row.filter(|href| href.ends_with("of=opened")).collect();
    let lists = site.get(opened.first().unwrap(), &officer).await;
    assert!(lists.body.contains("东镇纺织厂"), "{}", lists.body);
    let file = site.get("/cases/figures.csv?by=desk", &officer).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(
        file.body.starts_with("\u{FEFF}\"承办单位\",\"新收\""),
        "{}",
        file.body
    );
    assert!(file.body.contains("\"合计\",\"1\""));
    let foreign = site.get("/cases/figures", &west).await;
    assert!(
        foreign.body.contains("合计 新收 0") && !foreign.body.contains("东镇"),
        "{}",
        foreign.body
    );
    let nothing = site
        .get("/cases/figures/rows?of=everything", &officer)
        .await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_leader_follows_the_report_to_those_who_missed_the_questions_of_the_week() {
    let site = place();
    let top = site
        .test
        .db
        .read(&site.test.actor(), union::orgs::top)
        .unwrap();
    site.account("leader", "leader", top.map(|org| org.id));
    let leader = site.session("leader");
    let report = site.get("/warnings/daily", &leader).await;
    for words in [
        "上周没有填每周五问的单位",
        "应填 1 家，没填 1 家",
        "东镇纺织厂",
    ] {
        assert!(report.body.contains(words), "{words}: {}", report.body);
    }
    let href = after(&report.body, "href=\"/sentinel").replace("&amp;", "&");
    let href = href.replace("&#38;", "&");
    assert!(href.contains("only=due"), "{href}");
    let round = site.get(&format!("/sentinel{href}"), &leader).await;
    assert_eq!(round.status, StatusCode::OK, "{}", round.body);
    assert!(round.body.contains("东镇纺织厂") && !round.body.contains("data-place"));
    // The present week is read as well, and answered by who may.
    let now = site.get("/sentinel", &leader).await;
    assert!(now.body.contains("东镇纺织厂") && !now.body.contains("href=\"/sentinel/0"));
    let east = site.session("east");
    let theirs = site.get("/sentinel", &east).await;
    let form = after(&theirs.body, "href=\"/sentinel/").to_owned();
    let refused = site.get(&format!("/sentinel/{form}"), &leader).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        site.get("/sentinel", &site.session("chair")).await.status,
        StatusCode::FORBIDDEN
    );
}
