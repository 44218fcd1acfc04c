//! 工作台 workbench: the first screen after sign-in. What I must do today: what is late or due first, the gravest of a day
//! before the rest.

mod casework;
mod task;
#[cfg(test)]
mod tests;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::Date;
use store::Tx;
use union::access::{Capability, Level, SignedIn};
use union::arrears::{self, ArrearsError, check_in, desk, publications};
use union::cases::{self, CaseError};
use union::coverage::{self, CoverageError, Metric, Rates, Targets};
use union::employers::list::{Covered, Filter};
use union::members::{self, Permit};
use union::orgs::flow::Side;
use union::orgs::{OrgError, committee, founding};
use union::{employers, orgs};

use self::task::{Task, Weight, end_of};
use super::warnings::look::Tone;
use super::words::{Bar, Deadline, count};
use crate::shell::{App, Frame, Need, Problem, Routes, Who, page};

/// Cases, foundings and terms drawn one by one; the rest is a number with a link.
const LINES: usize = 12;

pub(super) fn routes() -> Routes {
    Routes::new().get("/workbench", Need::Cap(Capability::Workbench), show)
}

/// A number on top that leads to its rows.
struct Tile {
    label: String,
    value: i64,
    unit: &'static str,
    detail: String,
    href: String,
    class: &'static str,
    shape: &'static str,
}

/// A rate in the rail.
struct RateLine {
    title: &'static str,
    shown: String,
    bar: Bar,
    detail: String,
    href: String,
}

#[derive(Default)]
struct Desk {
    tasks: Vec<Task>,
    tiles: Vec<Tile>,
    rates: Vec<RateLine>,
    month: String,
    watched: Vec<Tile>,
    /// The season in force (攻坚季): its short name and what the banner says.
    season: Option<(&'static str, &'static str)>,
}

impl Desk {
    /// Together with what was gathered meanwhile: its tasks and tiles come after these.
    fn beside(mut self, other: Self) -> Self {
        self.tasks.extend(other.tasks);
        self.tiles.extend(other.tiles);
        Self {
            rates: other.rates,
            month: other.month,
            watched: other.watched,
            ..self
        }
    }
}

#[derive(Template)]
#[template(path = "console/workbench.html")]
struct Page {
    frame: Frame,
    desk: Desk,
    today: String,
    has_tree: bool,
    shortcuts: Vec<(&'static str, &'static str, &'static str, &'static str)>,
}

async fn show(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let has_tree = !who.scope.is_nothing();
    let (one, other) = (who.clone(), who.clone());
    let mut desk = if has_tree {
        // At the same time: each is a few hundred pages of the file after a start.
        let (todo, unions) = tokio::try_join!(
            app.read(&who, move |tx| todo(tx, &one)),
            app.read(&who, move |tx| unions(tx, &other)),
        )?;
        todo.beside(unions)
    } else {
        app.read(&who, move |tx| todo(tx, &one)).await?
    };
    let today = app.now().shanghai_date();
    desk.tasks.sort_by_cached_key(|task| task.key(today));
    let frame = Frame::new(&app, &who, &jar, "工作台", "/workbench");
    let shortcuts = shortcuts(&who);
    let today = super::words::long_date(app.now().shanghai_date());
    Ok(page(
        StatusCode::OK,
        &Page {
            frame,
            desk,
            today,
            has_tree,
            shortcuts,
        },
    ))
}

/// Where a post without a part of the tree goes from here.
fn shortcuts(who: &SignedIn) -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    [
        (
            Capability::AccountsManage,
            "/accounts",
            "key",
            "账号与岗位",
            "新建账号、停用、重置口令",
        ),
        (
            Capability::PostsGrant,
            "/accounts",
            "id-badge-2",
            "授予岗位",
            "授予与免去岗位、结束登录、接口令牌",
        ),
        (
            Capability::SettingsChange,
            "/settings",
            "settings",
            "系统设置",
            "本区名称、登录方式等",
        ),
        (
            Capability::AuditRead,
            "/audit",
            "list-check",
            "审计日志",
            "查询谁在何时做了什么，核对封存",
        ),
        (
            Capability::CoverageRead,
            "/coverage",
            "chart-bar",
            "覆盖率",
            "组建率、入会率、实名率",
        ),
    ]
    .into_iter()
    .filter(|(need, ..)| who.can(*need))
    .map(|(_, href, icon, title, detail)| (href, icon, title, detail))
    .collect()
}

/// What is read beside it, as much again: terms, units without a union, rates.
fn unions(tx: &mut Tx, who: &SignedIn) -> Result<Desk, CoverageError> {
    let mut desk = Desk::default();
    terms(tx, who, &mut desk)?;
    units(tx, who, &mut desk)?;
    if who.can(Capability::CoverageRead) {
        rates(tx, &mut desk)?;
    }
    Ok(desk)
}

/// Everything somebody waits for, with its deadline where it has one.
fn todo(tx: &mut Tx, who: &SignedIn) -> Result<Desk, ArrearsError> {
    let (mut desk, now, has_tree) = (Desk::default(), tx.now(), !who.scope.is_nothing());
    if who.can(Capability::CasesRead) {
        casework::gather(tx, who, &mut desk)?;
    }
    if who.can(Capability::WarningRead) {
        let colours = colours(tx)?;
        desk.tiles.splice(0..0, colours);
    }
    if has_tree {
        foundings(tx, who, &mut desk)?;
        people(tx, who, &mut desk)?;
        desk.tasks.extend(regular(tx, who)?);
    }
    desk.tasks.extend(to_confirm(tx, who)?);
    if who.can(Capability::WarningRead) {
        let season = cases::season_at(tx, now)?;
        desk.season = season.map(|one| (one.season.short.as_str(), one.season.banner.as_str()));
    }
    Ok(desk)
}

/// Open warnings by their colour (三色), the worst first; each opens to its list.
fn colours(tx: &mut Tx) -> Result<Vec<Tile>, ArrearsError> {
    let tally = desk::tally(tx)?;
    let tiles = desk::levels(tx)?.into_iter().rev().map(|level| {
        let found = tally.levels.iter().find(|(one, ..)| one.id == level.id);
        let (count, since) = found.map_or((0, 0), |(_, count, since)| (*count, *since));
        let tone = Tone::of(&level);
        let (label, detail) = (
            format!("{}色预警", level.label),
            format!("昨日以来 +{since}"),
        );
        let href = format!("/warnings?level={}", level.id);
        Tile {
            class: if count > 0 { tone.tile() } else { "" },
            shape: tone.shape(),
            ..Tile::new(label, count, "家", detail, &href)
        }
    });
    Ok(tiles.collect())
}

/// Rule sets that wait for this person as the second one.
fn to_confirm(tx: &mut Tx, who: &SignedIn) -> Result<Vec<Task>, ArrearsError> {
    let today = tx.today();
    let waiting = publications::to_confirm(tx, &arrears::Permit::of(who))?;
    let tasks = waiting.into_iter().map(|one| {
        let href = format!("/warnings/rules/p/{}", one.id);
        let mut task = Task::today(format!("「{}」等您确认", one.title), "", &href, today);
        task.detail = format!("预警规则 · {} 提交发布", one.asked_label);
        task
    });
    Ok(tasks.collect())
}

/// What returns every week and every month: the sentinel's round, the enterprise's pay report.
fn regular(tx: &mut Tx, who: &SignedIn) -> Result<Vec<Task>, ArrearsError> {
    let today = tx.today();
    let mut tasks = Vec::new();
    // Larger desks see the round in the menu; walking it is the work of the village, park or building.
    let walks = who
        .post
        .as_ref()
        .is_some_and(|post| post.level == Level::Village);
    if walks && who.can(Capability::SignalsEnter) {
        let round = check_in::round(tx, &check_in::RoundAsk::default())?;
        let left = round.total - round.checked;
        if left > 0 {
            tasks.push(Task {
                title: format!("本周还有 {left} 家没查"),
                detail: format!("每周五问 · 已查 {} / {}", round.checked, round.total),
                href: "/sentinel".to_owned(),
                deadline: Some(Deadline::new(today, round.until, false)),
                order: end_of(round.until),
                weight: Weight::Usual,
            });
        }
    }
    if who.can(Capability::PayReportFile) {
        for (employer, month) in super::payreport::missing(tx)? {
            let href = format!("/pay-reports?employer={}&month={month}", employer.id);
            let title = format!("{}工资月报还没填", month.title());
            let mut task = Task::today(title, "", &href, today);
            task.detail = format!("月报 · {}", employer.name);
            tasks.push(task);
        }
    }
    Ok(tasks)
}

fn foundings(tx: &mut Tx, who: &SignedIn, desk: &mut Desk) -> Result<(), CaseError> {
    let sides = [
        (Capability::OrgsApprove, Side::Superior),
        (Capability::OrgsFound, Side::Applicant),
    ];
    let (mut all, mut late) = (0, 0);
    for (need, side) in sides {
        if !who.can(need) {
            continue;
        }
        let lines: Vec<Task> = founding::waiting(tx, side, LINES)?
            .into_iter()
            .map(|line| founding_task(line, tx.today()))
            .collect();
        let overdue = |task: &&Task| task.deadline.as_ref().is_some_and(|one| one.late);
        late += i64::try_from(lines.iter().filter(overdue).count()).unwrap_or(0);
        let counts = founding::counts(tx)?;
        let waiting: i64 = counts
            .iter()
            .filter(|(state, _)| state.waits_for() == Some(side))
            .map(|(_, count)| count)
            .sum();
        all += waiting;
        let href = "/orgs/foundings?open=1";
        desk.tasks.extend(task::folded(
            lines,
            (
                format!("建会待办 {} 件", count(waiting)),
                "建会".to_owned(),
                href,
            ),
        ));
    }
    if who.can(Capability::OrgsApprove) || who.can(Capability::OrgsFound) {
        let detail = if late > 0 {
            format!("{late} 件已超时")
        } else {
            "按时限排列".to_owned()
        };
        desk.tiles.push(
            Tile::new("建会待办", all, "件", detail, "/orgs/foundings?open=1").alarming(late > 0),
        );
    }
    Ok(())
}

fn founding_task(line: founding::FoundingLine, today: Date) -> Task {
    let due = line.due;
    Task {
        title: line.name,
        detail: format!("建会 · {} · {}", line.state.title(), line.parent_name),
        href: format!("/orgs/foundings/{}", line.id),
        order: end_of(due.map_or(today, |due| due.date)),
        deadline: due.map(|due| Deadline::new(today, due.date, due.provisional)),
        weight: Weight::Usual,
    }
}

fn terms(tx: &mut Tx, who: &SignedIn, desk: &mut Desk) -> Result<(), OrgError> {
    if !who.can(Capability::OrgsRead) {
        return Ok(());
    }
    let today = tx.today();
    let (terms, all, overdue) = committee::ending(tx, LINES)?;
    let lines: Vec<Task> = terms
        .into_iter()
        .map(|term| Task {
            title: term.org_name,
            detail: format!("换届 · {} · {} 届满", term.kind.title(), term.ends_on),
            href: format!("/orgs/{}", term.org),
            deadline: Some(Deadline::new(today, term.ends_on, false)),
            order: end_of(term.ends_on),
            weight: Weight::Reminder,
        })
        .collect();
    let says = if overdue > 0 {
        format!("换届 · {overdue} 个已超期，其余半年内届满")
    } else {
        "换届 · 半年内届满".to_owned()
    };
    let one = (format!("换届提醒 {} 件", count(all)), says, "/orgs/terms");
    desk.tasks.extend(task::folded(lines, one));
    let detail = if overdue > 0 {
        format!("{overdue} 个已超期")
    } else {
        "半年内届满".to_owned()
    };
    desk.tiles
        .push(Tile::new("换届提醒", all, "个", detail, "/orgs/terms").alarming(overdue > 0));
    Ok(())
}

/// The queues of the members room, one line each: no personal data on the first screen.
fn people(tx: &mut Tx, who: &SignedIn, desk: &mut Desk) -> Result<(), CaseError> {
    let permit = Permit::of(who);
    let waiting = members::desk(tx, &permit)?;
    let today = tx.today();
    if who.can(Capability::MembersApprove) {
        let transfers = waiting.transfers;
        let oldest = transfers.oldest_due;
        let moving = transfers.to_accept + transfers.to_issue;
        if moving > 0 {
            let detail = format!(
                "转会 · 待接收 {}，待开具 {}",
                count(transfers.to_accept),
                count(transfers.to_issue)
            );
            desk.tasks.push(Task {
                title: format!("{} 件转会待办", count(moving)),
                detail,
                href: "/transfers".to_owned(),
                deadline: oldest.map(|due| Deadline::new(today, due, false)),
                order: end_of(oldest.unwrap_or(today)),
                weight: Weight::Usual,
            });
        }
        if waiting.applications > 0 {
            desk.tasks.push(Task::today(
                format!("{} 份入会申请待审批", count(waiting.applications)),
                "入会",
                "/applications",
                today,
            ));
        }
        let detail = format!(
            "待接收 {}，待开具 {}",
            count(transfers.to_accept),
            count(transfers.to_issue)
        );
        desk.tiles.push(Tile::new(
            "入会申请",
            waiting.applications,
            "份",
            "待审批".to_owned(),
            "/applications",
        ));
        desk.tiles.push(
            Tile::new("转会", moving, "件", detail, "/transfers").alarming(transfers.overdue > 0),
        );
    }
    if waiting.requests > 0 {
        desk.tasks.push(Task::today(
            format!("{} 件个人信息请求待答复", count(waiting.requests)),
            "个人信息",
            "/requests",
            today,
        ));
    }
    if who.can(Capability::DuplicatesDecide) {
        if waiting.duplicates > 0 {
            desk.tasks.push(Task::today(
                format!("{} 对疑似重复待核对", count(waiting.duplicates)),
                "会员",
                "/duplicates",
                today,
            ));
        }
        desk.tiles.push(Tile::new(
            "疑似重复",
            waiting.duplicates,
            "对",
            "合并可撤销".to_owned(),
            "/duplicates",
        ));
    }
    Ok(())
}

fn units(tx: &mut Tx, who: &SignedIn, desk: &mut Desk) -> Result<(), CoverageError> {
    if !who.can(Capability::EmployersRead) {
        return Ok(());
    }
    if who.can(Capability::EmployersChange) {
        let (open, since) = employers::waiting(tx)?;
        if open > 0 {
            let since = since.map_or(tx.today(), |at| at.shanghai_date());
            let mut task = Task::today(
                format!("{open} 个单位名称待比对"),
                "企业",
                "/employers/matches",
                tx.today(),
            );
            task.detail = format!("企业 · 最早 {since} 提出");
            desk.tasks.push(task);
        }
    }
    let rules = Rates::at(*tx.district(), tx.today())?.body;
    let uncovered = Filter {
        state: Some(employers::EmployerState::Open),
        headcount_from: i64::try_from(rules.should_from).ok(),
        covered: Some(Covered::No),
        ..Filter::default()
    };
    let watch = i64::try_from(rules.watch_from).unwrap_or(i64::MAX);
    let (should, watched) = employers::list::count_larger(tx, &uncovered, watch)?;
    for (from, missing, label) in [
        (rules.should_from, should, "未建会"),
        (rules.watch_from, watched, "重点关注"),
    ] {
        let href = format!("/employers?state=open&from={from}&cover=no");
        desk.watched.push(Tile::new(
            label,
            missing,
            "家",
            format!("职工 {from} 人以上，尚无工会"),
            &href,
        ));
    }
    Ok(())
}

fn rates(tx: &mut Tx, desk: &mut Desk) -> Result<(), CoverageError> {
    let Some(top) = orgs::top(tx)? else {
        return Ok(());
    };
    let Some((edition, board)) = coverage::latest(tx, &top.path)? else {
        return Ok(());
    };
    let targets = Targets::at(*tx.district(), tx.today())?.body;
    for metric in Metric::ALL {
        let (rate, target) = (board.rate(metric), targets.of(metric));
        let reached = rate.at_least(target);
        desk.rates.push(RateLine {
            title: metric.title(),
            shown: rate.to_string(),
            bar: Bar::of(rate, reached),
            detail: match reached {
                Some(true) => format!("已达到目标 {target}%"),
                Some(false) => format!("目标 {target}%，未达到"),
                None => "没有可统计的对象".to_owned(),
            },
            href: format!(
                "/coverage/items?org={}&month={}&metric={}",
                top.id,
                edition.stored(),
                metric.id()
            ),
        });
    }
    desk.month = format!("{}，{} 统计", edition.title(), board.at.shanghai_text());
    Ok(())
}

impl Tile {
    fn new(
        label: impl Into<String>,
        value: i64,
        unit: &'static str,
        detail: String,
        href: &str,
    ) -> Self {
        Self {
            label: label.into(),
            value,
            unit,
            detail,
            href: href.to_owned(),
            class: "",
            shape: "",
        }
    }

    fn alarming(mut self, late: bool) -> Self {
        if late {
            (self.class, self.shape) = ("is-red", "s-red");
        }
        self
    }
}
