//! 明细: the rows behind a figure, counted or left out, each with its reason.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::Rate;
use kernel::ids::OrgId;
use serde::Deserialize;
use union::access::Capability;
use union::coverage::{self, After, CoverageError, Edition, Item, Metric, Show, Subject};

use super::board::with_trail;
use crate::figures::{self, thousands};
use crate::shell::{App, Frame, Need, Problem, Query, Routes, Who, page};

/// Rows on one page.
const PAGE: usize = 50;

pub(super) fn routes() -> Routes {
    Routes::new().get("/coverage/items", Need::Cap(Capability::CoverageRead), show)
}

#[derive(Deserialize, Default)]
struct ItemsQuery {
    #[serde(default)]
    org: Option<OrgId>,
    #[serde(default)]
    month: String,
    #[serde(default)]
    metric: String,
    #[serde(default)]
    show: String,
    #[serde(default)]
    after: String,
}

/// One row.
struct Row {
    label: String,
    href: String,
    parts: String,
    share: String,
    note: String,
}

/// A tab: words, how many, address, whether it is open.
struct Tab {
    title: &'static str,
    count: String,
    href: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "console/coverage/items.html")]
struct ItemsPage {
    frame: Frame,
    title: String,
    shown: String,
    formula: String,
    metrics: Vec<Tab>,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    next: Option<String>,
    back: String,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(query): Query<ItemsQuery>,
) -> Result<Response, Problem> {
    let edition = match query.month.as_str() {
        "" => None,
        text => Some(Edition::read(text)?),
    };
    let metric = Metric::from_id(&query.metric).unwrap_or(Metric::Founded);
    let show = Show::from_id(&query.show);
    let after = after(&query.after);
    let (view, counts, mut items) = app
        .read(&who, move |tx| {
            let view = figures::view(tx, query.org, edition)?.ok_or(CoverageError::NotFound)?;
            let path = view.org.path.clone();
            let counts = coverage::item_counts(tx, view.edition, metric, &path)?;
            let items = coverage::items(
                tx,
                view.edition,
                metric,
                &path,
                Some(show),
                after.as_ref(),
                PAGE + 1,
            )?;
            Ok::<_, CoverageError>((view, counts, items))
        })
        .await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let address = |metric: Metric, show: Show| {
        format!(
            "{}&show={}",
            figures::rows_href(view.org.id, view.edition, metric),
            show.id()
        )
    };
    let next = items
        .last()
        .filter(|_| more)
        .map(|item| format!("{}&after={}", address(metric, show), place(item)));
    let rate = view.board.rate(metric);
    let tabs = Show::ALL.into_iter().zip(counts).map(|(one, count)| Tab {
        title: one.title(metric),
        count: thousands(count),
        href: address(metric, one),
        on: one == show,
    });
    let metrics = Metric::ALL.into_iter().map(|one| Tab {
        title: one.title(),
        count: view.board.rate(one).to_string(),
        href: address(one, Show::Counted),
        on: one == metric,
    });
    let frame = Frame::new(
        &app,
        &who,
        &jar,
        format!("{}明细", metric.title()),
        "/coverage",
    )
    .crumb("覆盖率", "/coverage");
    let body = ItemsPage {
        title: format!("{}明细", metric.title()),
        shown: format!("{} · {}", view.org.name, view.edition.title()),
        formula: formula(metric, rate),
        metrics: metrics.collect(),
        tabs: tabs.collect(),
        rows: items.iter().map(row).collect(),
        next,
        back: format!(
            "/coverage?org={}&month={}",
            view.org.id,
            view.edition.stored()
        ),
        frame: with_trail(frame, &view),
    };
    Ok(page(StatusCode::OK, &body))
}

fn formula(metric: Metric, rate: Rate) -> String {
    format!(
        "{} {} {unit} ÷ {} {} {unit} = {rate}",
        metric.numerator(),
        thousands(rate.numerator),
        metric.denominator(),
        thousands(rate.denominator),
        unit = metric.unit()
    )
}

fn row(item: &Item) -> Row {
    let rate = Rate::new(item.numerator, item.denominator);
    Row {
        label: item.label.clone(),
        href: match item.subject {
            Subject::Employer(id) => format!("/employers/{id}"),
            Subject::Org(id) => format!("/orgs/{id}"),
        },
        parts: format!(
            "{} / {}",
            thousands(item.numerator),
            thousands(item.denominator)
        ),
        share: if rate.is_over() {
            "超过 100%".to_owned()
        } else {
            rate.to_string()
        },
        note: item.note.clone(),
    }
}

/// Where a row stands, for the next page: `PATH.ID`.
fn place(item: &Item) -> String {
    let id = match item.subject {
        Subject::Employer(id) => id.to_string(),
        Subject::Org(id) => id.to_string(),
    };
    format!("{}.{id}", item.org_path.as_str())
}

fn after(text: &str) -> Option<After> {
    let (path, id) = text.split_once('.')?;
    Some(After {
        path: kernel::OrgPath::parse(path).ok()?.as_str().to_owned(),
        id: id.parse::<OrgId>().ok()?.uuid(),
    })
}
