//! 总览: rates against targets, totals, towns, joins month by month. One level down the same page shows a town and
//! the unions below it. No personal data; every number leads to its rows.

use askama::Template;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Rate;
use kernel::ids::OrgId;
use union::access::{Capability, SignedIn};
use union::coverage::{Board, Metric, Month};
use union::orgs::{OrgNode, Sketch};

use crate::figures::{self, Standing, View, rows_href, tenths, thousands};
use crate::shell::{App, Need, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let read = Need::Cap(Capability::CoverageRead);
    Routes::new()
        .get("/screen", read, top)
        .get("/screen/map.json", read, map)
        .get("/screen/{org}", read, below)
}

/// A goal with its pace mark.
struct Goal {
    title: &'static str,
    href: String,
    width: String,
    bar: &'static str,
    shown: String,
    target: String,
    state: &'static str,
    word: &'static str,
}

/// A headline number.
struct Total {
    title: &'static str,
    value: String,
    unit: &'static str,
    below: String,
    href: String,
}

/// A town or a union of an area below.
struct Area {
    name: String,
    /// What the drawing of the district calls it; empty where it does not have it.
    drawn: &'static str,
    href: String,
    members: String,
    members_href: String,
    class: &'static str,
    rates: Vec<(String, Standing)>,
}

/// A union without figures of its own.
struct Basic {
    name: String,
    kind: &'static str,
    href: String,
    members: String,
    members_href: String,
}

/// A month of the line of development.
struct Joins {
    /// As the table says it: 11月（至今）.
    label: String,
    /// As the axis of the chart has room for it: 11月.
    short: String,
    href: String,
    joined: u64,
    gone: u64,
}

#[derive(Template)]
#[template(path = "screen/overview.html")]
struct OverviewPage {
    demo: bool,
    /// Whether the post may open the warnings.
    warnings: bool,
    title: String,
    day: String,
    time: String,
    counted_at: String,
    late: bool,
    path: Vec<(String, String)>,
    plan: String,
    pace: String,
    goals: Vec<Goal>,
    summary: [usize; 3],
    totals: Vec<Total>,
    areas: Vec<Area>,
    /// What stands beside the map of the areas; none where they are no map.
    map: Option<&'static str>,
    basics: Vec<Basic>,
    more_basics: Option<String>,
    joins: Vec<Joins>,
    empty: bool,
}

/// Unions listed one by one; the tree page has the others.
const MOST: usize = 14;
/// Figures older than this many minutes are marked as late: they are counted every ten.
const LATE_AFTER: i64 = 25;

async fn top(State(app): State<App>, who: Who) -> Result<Response, Problem> {
    show(app, who, None).await
}

async fn below(
    State(app): State<App>,
    who: Who,
    Path(org): Path<OrgId>,
) -> Result<Response, Problem> {
    show(app, who, Some(org)).await
}

/// Outlines of the towns for the map of rates, as GeoJSON.
async fn map(State(app): State<App>) -> Result<Json<serde_json::Value>, Problem> {
    let sketch = Sketch::at(app.config().district, app.now().shanghai_date());
    let map = sketch.map(|sketch| Json(sketch.geojson()));
    map.ok_or_else(Problem::not_found)
}

async fn show(app: App, who: Who, org: Option<OrgId>) -> Result<Response, Problem> {
    let view = app
        .read(&who, move |tx| figures::view(tx, org, None))
        .await?;
    Ok(page(StatusCode::OK, &draw(&app, &who, view)))
}

fn draw(app: &App, who: &SignedIn, view: Option<View>) -> OverviewPage {
    let now = app.now();
    let (date, text) = (now.shanghai_date(), now.shanghai_text());
    let mut body = OverviewPage {
        demo: app.config().demo,
        warnings: who.can(Capability::WarningRead),
        title: app.config().district_name.clone(),
        day: format!("{} 年 {} 月 {} 日", date.year(), date.month(), date.day()),
        time: text
            .split_once(' ')
            .map_or(String::new(), |(_, time)| time.to_owned()),
        counted_at: String::new(),
        late: false,
        path: Vec::new(),
        plan: String::new(),
        pace: String::new(),
        goals: Vec::new(),
        summary: [0; 3],
        totals: Vec::new(),
        areas: Vec::new(),
        map: None,
        basics: Vec::new(),
        more_basics: None,
        joins: Vec::new(),
        empty: true,
    };
    let Some(view) = view else { return body };
    body.title = view.org.name.clone();
    body.counted_at = view.board.at.shanghai_text();
    body.late = now.ms() - view.board.at.ms() > LATE_AFTER * 60_000;
    body.path = view
        .trail
        .iter()
        .map(|org| (org.name.clone(), format!("/screen/{}", org.id)))
        .collect();
    let pace = view.targets.pace(date);
    body.plan = format!(
        "{}（{}—{}）",
        view.targets.title_short, view.targets.from, view.targets.to
    );
    body.pace = tenths(pace);
    body.goals = goals(&view, who, pace);
    body.summary = ["done", "go", "late"]
        .map(|state| body.goals.iter().filter(|goal| goal.state == state).count());
    body.totals = totals(&view, who);
    let sketch = Sketch::at(app.config().district, date);
    body.areas = areas(&view, who, sketch);
    // Two towns of the drawing make a map; below a town there is none.
    let drawn = body.areas.iter().filter(|area| !area.drawn.is_empty());
    body.map = sketch
        .filter(|_| drawn.count() > 1)
        .map(|sketch| sketch.caption.as_str());
    let basics: Vec<_> = view
        .below
        .iter()
        .filter(|(_, board)| board.is_none())
        .collect();
    body.more_basics = (basics.len() > MOST).then(|| format!("/orgs/{}", view.org.id));
    body.basics = basics
        .iter()
        .take(MOST)
        .map(|(node, _)| basic(node, who))
        .collect();
    body.joins = view
        .trend
        .iter()
        .map(|(label, edition, board)| {
            let href = format!("/coverage?org={}&month={}", view.org.id, edition.stored());
            Joins {
                short: label.split('（').next().unwrap_or_default().to_owned(),
                label: label.clone(),
                href,
                joined: board.counts.joined,
                gone: board.counts.gone,
            }
        })
        .collect();
    body.empty = false;
    body
}

/// The roll of a union for who may read it, otherwise its card.
fn roll(who: &SignedIn, org: OrgId) -> String {
    filtered_roll(who, org, "")
}

/// As [`roll`], with more conditions of the roll.
fn filtered_roll(who: &SignedIn, org: OrgId, more: &str) -> String {
    if who.can(Capability::MembersRead) {
        format!("/members?org={org}{more}")
    } else {
        format!("/orgs/{org}")
    }
}

fn goals(view: &View, who: &SignedIn, pace: u32) -> Vec<Goal> {
    let rates = Metric::ALL.into_iter().map(|metric| {
        let (rate, target) = (view.board.rate(metric), view.targets.of(metric));
        // How much of the way to the target: 81% of a target of 90% is nine tenths.
        let way = Rate::new(
            rate.numerator.saturating_mul(100),
            rate.denominator.saturating_mul(target),
        );
        let reached = rate.at_least(target);
        let (title, href) = (metric.title(), rows_href(view.org.id, view.edition, metric));
        goal(
            view,
            title,
            href,
            (way, reached, pace),
            (rate.to_string(), format!("{target}%")),
        )
    });
    let mut goals: Vec<Goal> = rates.collect();
    if let Some(people) = view
        .targets
        .members
        .filter(|_| view.org.kind == union::orgs::OrgKind::Federation)
    {
        let way = Rate::new(view.board.real_name.numerator, people);
        let words = (
            thousands(view.board.real_name.numerator),
            format!("{} 人", thousands(people)),
        );
        goals.push(goal(
            view,
            "实名制会员",
            filtered_roll(who, view.org.id, "&r=yes"),
            (way, way.at_least(100), pace),
            words,
        ));
    }
    goals
}

fn goal(
    view: &View,
    title: &'static str,
    href: String,
    (way, reached, pace): (Rate, Option<bool>, u32),
    (shown, target): (String, String),
) -> Goal {
    let done = way.permille().unwrap_or(0);
    let close = done + view.targets.close_within * 10 >= pace;
    let (state, word, bar) = match reached {
        None => ("go", "不适用", "is-gry"),
        Some(true) => ("done", "✓ 已达成", "is-grn"),
        Some(false) if close => ("go", "● 冲刺", "is-blu"),
        Some(false) => ("late", "▼ 落后", "is-yel"),
    };
    Goal {
        title,
        href,
        width: tenths(done),
        bar,
        shown,
        target,
        state,
        word,
    }
}

fn totals(view: &View, who: &SignedIn) -> Vec<Total> {
    let (org, c) = (view.org.id, view.board.counts);
    let real_name = view.board.real_name;
    let month = Month::of(view.board.at.shanghai_date());
    let open = real_name.denominator.saturating_sub(real_name.numerator);
    let net = if c.joined >= c.gone {
        format!("净增 {}", thousands(c.joined - c.gone))
    } else {
        format!("净减 {}", thousands(c.gone - c.joined))
    };
    let mut totals = vec![Total {
        title: "会员",
        value: thousands(c.members),
        unit: "人",
        below: format!("其中待实名 {} 人", thousands(open)),
        href: roll(who, org),
    }];
    if view.org.kind.is_territorial() {
        totals.push(Total {
            title: "基层工会",
            value: thousands(c.unions),
            unit: "家",
            below: format!("覆盖单位 {} 家", thousands(c.units)),
            href: format!("/orgs/{org}/basic"),
        });
        totals.push(Total {
            title: "应建未建单位",
            value: thousands(
                view.board
                    .founded
                    .denominator
                    .saturating_sub(view.board.founded.numerator),
            ),
            unit: "家",
            below: format!("应建会 {} 家", thousands(view.board.founded.denominator)),
            href: format!(
                "{}&show=missing",
                rows_href(org, view.edition, Metric::Founded)
            ),
        });
        totals.push(Total {
            title: "本月入会",
            value: thousands(c.joined),
            unit: "人",
            below: format!("退出 {} 人，{net}", thousands(c.gone)),
            // Those who joined and left again within the month are counted, so all states are listed.
            href: filtered_roll(who, org, &format!("&s=all&in={month}")),
        });
    }
    totals
}

fn areas(view: &View, who: &SignedIn, sketch: Option<&'static Sketch>) -> Vec<Area> {
    let with: Vec<(&OrgNode, &Board)> = view
        .below
        .iter()
        .filter_map(|(node, board)| Some((node, board.as_ref()?)))
        .collect();
    let mut order: Vec<u32> = with
        .iter()
        .filter_map(|(_, board)| board.joined.permille())
        .collect();
    order.sort_unstable();
    let one = |(node, board): &(&OrgNode, &Board)| Area {
        name: node.short_name.clone(),
        drawn: sketch
            .and_then(|sketch| sketch.area_of(&node.org.name))
            .map_or("", union::orgs::Area::title),
        href: format!("/screen/{}", node.org.id),
        members: thousands(board.counts.members),
        members_href: roll(who, node.org.id),
        class: fifth(&order, board.joined),
        rates: Metric::ALL
            .into_iter()
            .map(|metric| {
                (
                    rows_href(node.org.id, view.edition, metric),
                    Standing::of(board.rate(metric), view.targets.of(metric)),
                )
            })
            .collect(),
    };
    with.iter().map(one).collect()
}

/// Which fifth of the places a rate lies in, the highest last: shades compare places with each other.
fn fifth(order: &[u32], rate: Rate) -> &'static str {
    let Some(permille) = rate.permille() else {
        return "";
    };
    let below = order.iter().filter(|one| **one < permille).count();
    match below * 5 / order.len().max(1) {
        0 => "q1",
        1 => "q2",
        2 => "q3",
        3 => "q4",
        _ => "q5",
    }
}

fn basic(node: &OrgNode, who: &SignedIn) -> Basic {
    Basic {
        name: node.org.name.clone(),
        kind: node.org.kind.title(),
        href: format!("/orgs/{}", node.org.id),
        members: thousands(u64::try_from(node.people()).unwrap_or(0)),
        members_href: if node.gathers() {
            format!("/orgs/industries/{}", node.org.id)
        } else {
            roll(who, node.org.id)
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_run_from_the_lowest_to_the_highest() {
        let order: Vec<u32> = (1..=10).map(|n| n * 100).collect();
        assert_eq!(fifth(&order, Rate::new(1, 10)), "q1");
        assert_eq!(fifth(&order, Rate::new(10, 10)), "q5");
        assert_eq!(fifth(&order, Rate::new(0, 0)), "", "no rate, no shade");
        assert_eq!(fifth(&[900], Rate::new(9, 10)), "q1");
    }
}
