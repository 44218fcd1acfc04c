//! 覆盖率: the rates of a union and of those below it, in a month or now; freezing a month.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::OrgId;
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::coverage::{self, CoverageError, Edition, Freezing, Metric, Month, Rates, Targets};

use crate::figures::{self, Standing, View, rows_href, thousands};
use crate::shell::{App, Form, Frame, Need, Problem, Query, Routes, Who, page};

/// Ended months offered for freezing.
const OFFERED: usize = 12;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/coverage", Need::Cap(Capability::CoverageRead), show)
        .post(
            "/coverage/freeze",
            Need::Cap(Capability::CoverageFreeze),
            freeze,
        )
}

#[derive(Deserialize, Default)]
struct BoardQuery {
    #[serde(default)]
    org: Option<OrgId>,
    #[serde(default)]
    month: String,
    #[serde(default)]
    done: String,
}

/// One rate on a tile.
struct Tile {
    title: &'static str,
    href: String,
    standing: Standing,
    detail: String,
}

/// One union in the table.
struct Line {
    name: String,
    href: String,
    members: String,
    rates: Vec<(String, Standing, String)>,
}

/// One month on the line of development.
struct Point {
    label: String,
    href: String,
    rates: Vec<String>,
}

/// What was counted and why, under the figures.
struct Basis {
    title: String,
    source: String,
    note: String,
    should_from: u64,
}

#[derive(Template)]
#[template(path = "console/coverage/board.html")]
struct BoardPage {
    frame: Frame,
    org: String,
    edition: String,
    edition_title: String,
    counted_at: String,
    months: Vec<(String, String)>,
    tiles: Vec<Tile>,
    counts: Vec<(&'static str, String, &'static str)>,
    lines: Vec<Line>,
    points: Vec<Point>,
    basis: Option<Basis>,
    targets: Vec<(&'static str, u64)>,
    offered: Vec<(String, String)>,
    empty: bool,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(query): Query<BoardQuery>,
) -> Result<Response, Problem> {
    let edition = match query.month.as_str() {
        "" => None,
        text => Some(Edition::read(text)?),
    };
    let may_freeze = who.can(Capability::CoverageFreeze);
    let (view, basis, offered) = app
        .read(&who, move |tx| {
            let view = figures::view(tx, query.org, edition)?;
            let offered = if may_freeze { offered(tx)? } else { Vec::new() };
            Ok::<_, CoverageError>((view, basis(tx)?, offered))
        })
        .await?;
    let flash = match query.done.as_str() {
        "frozen" => Some("数据已冻结，以后不再变化".to_owned()),
        "already" => Some("这个月早已冻结，数据没有变化".to_owned()),
        _ => None,
    };
    let mut frame = Frame::new(&app, &who, &jar, "覆盖率", "/coverage").flash(flash);
    if let Some(view) = &view {
        frame = with_trail(frame, view);
    }
    Ok(page(StatusCode::OK, &draw(frame, view, basis, offered)))
}

/// The trail of unions above the title; the edition goes along.
pub(super) fn with_trail(mut frame: Frame, view: &View) -> Frame {
    let month = view.edition.stored();
    for (at, org) in view.trail.iter().enumerate() {
        let last = at + 1 == view.trail.len();
        let href = if last {
            String::new()
        } else {
            format!("/coverage?org={}&month={month}", org.id)
        };
        frame = frame.crumb(org.name.clone(), href);
    }
    frame
}

fn offered(tx: &mut Tx) -> Result<Vec<(String, String)>, CoverageError> {
    let frozen = coverage::months(tx, OFFERED * 2)?;
    let mut month = Month::of(tx.today());
    let mut open = Vec::new();
    for _ in 0..OFFERED {
        month = month.before();
        if frozen.iter().all(|(done, _)| *done != month) {
            open.push((month.to_string(), month.title()));
        }
    }
    Ok(open)
}

fn basis(tx: &mut Tx) -> Result<Basis, CoverageError> {
    let rule = Rates::at(*tx.district(), tx.today())?;
    let header = &rule.definition.header;
    Ok(Basis {
        title: header.title.clone(),
        source: header.source.clone(),
        note: header.note.clone().unwrap_or_default(),
        should_from: rule.body.should_from,
    })
}

fn draw(
    frame: Frame,
    view: Option<View>,
    basis: Basis,
    offered: Vec<(String, String)>,
) -> BoardPage {
    let Some(view) = view else {
        return BoardPage {
            frame,
            org: String::new(),
            edition: String::new(),
            edition_title: String::new(),
            counted_at: String::new(),
            months: Vec::new(),
            tiles: Vec::new(),
            counts: Vec::new(),
            lines: Vec::new(),
            points: Vec::new(),
            basis: Some(basis),
            targets: Vec::new(),
            offered,
            empty: true,
        };
    };
    let c = view.board.counts;
    let counts = vec![
        ("会员", thousands(c.members), "人"),
        ("基层工会", thousands(c.unions), "家"),
        ("覆盖单位", thousands(c.units), "家"),
        ("当月入会", thousands(c.joined), "人"),
        ("当月退出", thousands(c.gone), "人"),
    ];
    BoardPage {
        org: view.org.id.to_string(),
        edition: view.edition.stored(),
        edition_title: view.edition.title(),
        counted_at: view.board.at.shanghai_text(),
        months: view
            .months
            .iter()
            .map(|(month, _)| (month.to_string(), month.title()))
            .collect(),
        tiles: Metric::ALL
            .into_iter()
            .map(|metric| tile(&view, metric))
            .collect(),
        counts: if view.org.kind.is_territorial() {
            counts
        } else {
            Vec::new()
        },
        lines: lines(&view),
        points: view
            .trend
            .iter()
            .map(|(label, edition, board)| point(&view, label, *edition, board))
            .collect(),
        targets: Metric::ALL
            .into_iter()
            .map(|metric| (metric.title(), view.targets.of(metric)))
            .collect(),
        basis: Some(basis),
        offered,
        empty: false,
        frame,
    }
}

fn tile(view: &View, metric: Metric) -> Tile {
    let rate = view.board.rate(metric);
    Tile {
        title: metric.title(),
        href: rows_href(view.org.id, view.edition, metric),
        standing: Standing::of(rate, view.targets.of(metric)),
        detail: format!(
            "{} {} ÷ {} {}",
            metric.numerator(),
            thousands(rate.numerator),
            metric.denominator(),
            thousands(rate.denominator)
        ),
    }
}

fn lines(view: &View) -> Vec<Line> {
    let with_figures = view
        .below
        .iter()
        .filter_map(|(node, board)| Some((node, board.as_ref()?)));
    with_figures
        .map(|(node, board)| Line {
            name: node.org.name.clone(),
            href: format!(
                "/coverage?org={}&month={}",
                node.org.id,
                view.edition.stored()
            ),
            members: thousands(board.counts.members),
            rates: rates(view.targets, board, |metric| {
                rows_href(node.org.id, view.edition, metric)
            }),
        })
        .collect()
}

fn rates(
    targets: &Targets,
    board: &coverage::Board,
    href: impl Fn(Metric) -> String,
) -> Vec<(String, Standing, String)> {
    let one = |metric| {
        let rate = board.rate(metric);
        let parts = format!(
            "{} / {}",
            thousands(rate.numerator),
            thousands(rate.denominator)
        );
        (href(metric), Standing::of(rate, targets.of(metric)), parts)
    };
    Metric::ALL.into_iter().map(one).collect()
}

fn point(view: &View, label: &str, edition: Edition, board: &coverage::Board) -> Point {
    Point {
        label: label.to_owned(),
        href: format!("/coverage?org={}&month={}", view.org.id, edition.stored()),
        rates: Metric::ALL
            .into_iter()
            .map(|metric| board.rate(metric).to_string())
            .collect(),
    }
}

async fn freeze(State(app): State<App>, who: Who, form: Form) -> Result<Response, Problem> {
    let month: Month = form.text("month").parse()?;
    let done = app
        .write(&who, move |tx| coverage::freeze(tx, month))
        .await?;
    let done = match done {
        Freezing::Frozen => "frozen",
        Freezing::Already(_) => "already",
    };
    Ok(Redirect::to(&format!("/coverage?month={month}&done={done}")).into_response())
}
