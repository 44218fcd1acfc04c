//! 办件统计: what came, what ended, whether in time, what people said, by town or by desk. Every figure opens to its
//! cases; what is seen can be taken along as a file.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::OrgId;
use kernel::{Date, Rate};
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::figures::{
    By, Counted, FigureAsk, FigureSheet, Figures, Measure, figure_rows, figures, figures_exported,
};
use union::cases::{self, CaseError, Names};
use union::orgs::{OrgKind, OrgRef};

use super::list::readable;
use crate::console::words::thousands;
use crate::shell::{App, Frame, Need, Problem, Query, Routes, Who, encode, page};

/// Longest list behind a figure; a longer one says so.
const MOST: usize = 500;
/// What stands in an address for matters that lie with no town.
const ELSEWHERE: &str = "none";

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::CasesRead);
    Routes::new()
        .get("/cases/figures", need, sheet)
        .get("/cases/figures/rows", need, rows)
        .get("/cases/figures.csv", need, export)
}

/// What the address says; read leniently, since people edit addresses.
#[derive(Deserialize, Default, Clone)]
struct Asked {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    by: String,
    /// The group of a list: a union, `none`, or nothing for all.
    #[serde(default)]
    group: String,
    /// The figure of a list.
    #[serde(default)]
    of: String,
}

impl Asked {
    /// This year up to today, where nothing else is said.
    fn ask(&self, today: Date) -> FigureAsk {
        let january = Date::new(today.year(), 1, 1).unwrap_or(today);
        let from = self.from.parse().unwrap_or(january);
        let to = self.to.parse().unwrap_or(today);
        FigureAsk {
            from: from.min(to),
            to: to.max(from),
            kind: Some(self.kind.clone()).filter(|kind| !kind.is_empty()),
            by: if self.by == "desk" {
                By::Desk
            } else {
                By::Town
            },
        }
    }

    fn query(&self, ask: &FigureAsk) -> String {
        let by = if ask.by == By::Desk { "desk" } else { "town" };
        let kind = encode(&self.kind);
        format!("from={}&to={}&kind={kind}&by={by}", ask.from, ask.to)
    }
}

/// One figure in a row.
struct Cell {
    shown: String,
    href: String,
    said: String,
    late: bool,
}

/// One town or desk.
struct Row {
    name: String,
    /// What somebody who adds up must know of it.
    note: &'static str,
    cells: Vec<Cell>,
}

#[derive(Template)]
#[template(path = "console/cases/figures.html")]
struct SheetPage {
    frame: Frame,
    ask: FigureAsk,
    asked: Asked,
    query: String,
    kinds: Vec<(String, String)>,
    by_desk: bool,
    total: Row,
    rows: Vec<Row>,
}

/// A case in the list behind a figure.
struct Line {
    id: String,
    no: String,
    title: String,
    kind: String,
    desk: String,
    opened: String,
    ended: String,
    took: String,
    missed: i64,
    calls: String,
}

#[derive(Template)]
#[template(path = "console/cases/figure_rows.html")]
struct RowsPage {
    frame: Frame,
    title: String,
    back: String,
    count: usize,
    lines: Vec<Line>,
}

/// The row of what lies in no town.
const NO_TOWN: &str = "不在镇街的";

/// Heads of the columns behind the name.
const HEADS: [&str; 9] = [
    "新收",
    "办结",
    "按期率",
    "办理天数（中位）",
    "在办",
    "超时未办",
    "满意率",
    "不满意",
    "重开",
];

async fn gather(app: &App, who: &Who, ask: &FigureAsk) -> Result<FigureSheet, Problem> {
    let (ask, may) = (ask.clone(), who.capabilities);
    app.read(who, move |tx| figures(tx, may, &ask)).await
}

async fn sheet(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let ask = asked.ask(app.now().shanghai_date());
    let found = gather(&app, &who, &ask).await?;
    let may = who.capabilities;
    let kinds = app
        .read(&who, move |tx| Ok::<_, CaseError>(readable(tx, may)))
        .await?;
    let query = asked.query(&ask);
    let rows = found.groups.iter().map(|(org, figures)| {
        let (name, group) = match org {
            Some(org) => (org.name.clone(), org.id.to_string()),
            None => (NO_TOWN.to_owned(), ELSEWHERE.to_owned()),
        };
        Row {
            note: note(org.as_ref()),
            ..row(name, &group, &query, figures)
        }
    });
    let view = SheetPage {
        frame: Frame::new(&app, &who, &jar, "办件统计", "/cases")
            .crumb("维权办件", "/cases")
            .crumb("统计", ""),
        total: row("合计".to_owned(), "", &query, &found.total),
        rows: rows.collect(),
        by_desk: ask.by == By::Desk,
        kinds,
        query,
        ask,
        asked,
    };
    Ok(page(StatusCode::OK, &view))
}

/// Who stands beside the towns without being one, in words.
fn note(org: Option<&OrgRef>) -> &'static str {
    match org {
        None => "如行业工会、区直单位；单列一行，不算进任何镇街",
        Some(org) if org.kind == OrgKind::Industry => "行业工会，不属于哪个镇街；只算它自己承办的",
        Some(_) => "",
    }
}

fn row(name: String, group: &str, query: &str, figures: &Figures) -> Row {
    let href = |measure: Measure| {
        format!(
            "/cases/figures/rows?{query}&group={group}&of={}",
            measure.id()
        )
    };
    let cell = |head: &str, shown: String, measure: Measure, late: bool| Cell {
        said: format!("{name} {head} {shown}"),
        shown,
        href: href(measure),
        late,
    };
    let [
        opened,
        closed,
        rate,
        days,
        open,
        overdue,
        happy,
        unhappy,
        again,
    ] = HEADS;
    let of = |measure| figures.of(measure);
    let count = |measure: Measure| thousands(of(measure));
    let cells = vec![
        cell(opened, count(Measure::Opened), Measure::Opened, false),
        cell(closed, count(Measure::Closed), Measure::Closed, false),
        cell(
            rate,
            Rate::of(of(Measure::OnTime), of(Measure::Closed)).to_string(),
            Measure::OnTime,
            false,
        ),
        cell(days, tenths(figures.median), Measure::Closed, false),
        cell(open, count(Measure::Open), Measure::Open, false),
        cell(
            overdue,
            count(Measure::Overdue),
            Measure::Overdue,
            of(Measure::Overdue) > 0,
        ),
        cell(
            happy,
            Rate::of(figures.satisfied, figures.calls).to_string(),
            Measure::Called,
            false,
        ),
        cell(
            unhappy,
            count(Measure::Unsatisfied),
            Measure::Unsatisfied,
            false,
        ),
        cell(again, count(Measure::Reopened), Measure::Reopened, false),
    ];
    Row {
        name,
        note: "",
        cells,
    }
}

fn tenths(tenths: Option<i64>) -> String {
    tenths.map_or_else(|| "—".to_owned(), |n| format!("{}.{}", n / 10, n % 10))
}

async fn rows(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let ask = asked.ask(app.now().shanghai_date());
    let measure = Measure::from_id(&asked.of).ok_or_else(Problem::not_found)?;
    let group = match asked.group.as_str() {
        "" => None,
        ELSEWHERE => Some(None),
        id => Some(Some(id.parse::<OrgId>().map_err(|_| Problem::not_found())?)),
    };
    let (may, wanted) = (who.capabilities, ask.clone());
    let (count, lines) = app
        .read(&who, move |tx| list(tx, may, &wanted, group, measure))
        .await?;
    let title = format!("{}（{} 至 {}）", measure.title(), ask.from, ask.to);
    let view = RowsPage {
        frame: Frame::new(&app, &who, &jar, title.clone(), "/cases")
            .crumb("维权办件", "/cases")
            .crumb("统计", "/cases/figures")
            .crumb(measure.title(), ""),
        back: format!("/cases/figures?{}", asked.query(&ask)),
        title,
        count,
        lines,
    };
    Ok(page(StatusCode::OK, &view))
}

fn list(
    tx: &mut Tx,
    may: CapabilitySet,
    ask: &FigureAsk,
    group: Option<Option<OrgId>>,
    measure: Measure,
) -> Result<(usize, Vec<Line>), CaseError> {
    let found = figure_rows(tx, may, ask, group, measure)?;
    let (count, mut names) = (found.len(), Names::default());
    let lines = found.iter().take(MOST);
    let lines = lines
        .map(|case| line(tx, &mut names, case))
        .collect::<Result<_, _>>()?;
    Ok((count, lines))
}

fn line(tx: &mut Tx, names: &mut Names, case: &Counted) -> Result<Line, CaseError> {
    let kind = cases::kind(&case.kind, *tx.district(), tx.today())?;
    let (calls, satisfied) = case.calls;
    Ok(Line {
        id: case.id.to_string(),
        no: case.no.clone(),
        title: case.title.clone(),
        kind: kind.title.clone(),
        desk: names.org(tx, case.desk)?,
        opened: case.opened_at.shanghai_text(),
        ended: case
            .ended_at
            .map(|at| at.shanghai_text())
            .unwrap_or_default(),
        took: case.tenths().map(|n| tenths(Some(n))).unwrap_or_default(),
        missed: case.missed,
        calls: if calls == 0 {
            "没有回访".to_owned()
        } else {
            format!("满意 {satisfied} / {calls}")
        },
    })
}

/// The sheet as it is seen, for a spreadsheet program; taking it along is logged.
async fn export(
    State(app): State<App>,
    who: Who,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let ask = asked.ask(app.now().shanghai_date());
    let found = gather(&app, &who, &ask).await?;
    let (wanted, rows) = (ask.clone(), found.groups.len());
    app.write(&who, move |tx| figures_exported(tx, &wanted, rows))
        .await?;
    // The mark at the beginning tells spreadsheet programs that this is UTF-8.
    let mut out = String::from("\u{FEFF}");
    let first = if ask.by == By::Desk {
        "承办单位"
    } else {
        "镇街"
    };
    write_line(&mut out, first, HEADS.iter().map(|head| (*head).to_owned()));
    let all = (None, "合计".to_owned(), &found.total);
    let groups = found.groups.iter().map(|(org, figures)| {
        let name = org.as_ref().map_or(NO_TOWN, |org| &org.name);
        (org.as_ref(), name.to_owned(), figures)
    });
    for (_, name, figures) in groups.chain([all]) {
        let cells = row(name.clone(), "", "", figures).cells.into_iter();
        write_line(&mut out, &name, cells.map(|cell| cell.shown));
    }
    let mut response = out.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    let name = encode(&format!("办件统计 {} 至 {}.csv", ask.from, ask.to));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{name}")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// One line; a cell is quoted, and one that a spreadsheet program would take for a formula is made harmless.
fn write_line(out: &mut String, first: &str, cells: impl Iterator<Item = String>) {
    let safe = |cell: &str| {
        let guard = if cell.starts_with(['=', '+', '-', '@']) {
            "'"
        } else {
            ""
        };
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    };
    out.push_str(&safe(first));
    for cell in cells {
        out.push(',');
        out.push_str(&safe(&cell));
    }
    out.push_str("\r\n");
}
