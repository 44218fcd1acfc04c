//! A batch: its progress while it is at work, its problem rows when it waits, what came of it when it is done.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::BatchId;
use union::exchange::screen::{self, CellView};
use union::exchange::{
    Batch, BatchState, ImportKind, KindCount, Layout, Level, Overview, Problem as BadRow,
    ProblemFilter, ProblemState, Verb, allows,
};
use union::members::OtherName;

use super::words::{self, Pace, Step, steps, thousands};
use super::{IMPORT, desk, permit};
use crate::shell::{
    App, Form, Frame, Hx, Path, Problem, Query, Routes, Who, encode, off_thread, page,
};

/// Problem rows on one page.
const ROWS: usize = 30;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/imports/{id}", IMPORT, show)
        .get("/imports/{id}/progress", IMPORT, progress)
        .get("/imports/{id}/rows/{row}", IMPORT, row)
        .get("/imports/{id}/errors.xlsx", IMPORT, errors)
}

/// Which problem rows are shown, as the address says it.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    filter: ProblemFilter,
}

impl Wanted {
    pub(super) fn read(form: &Form) -> Self {
        let level = match form.text("level") {
            "error" => Some(Level::Error),
            "confirm" => Some(Level::Confirm),
            _ => None,
        };
        let code = Some(form.text("code"))
            .filter(|code| !code.is_empty())
            .map(str::to_owned);
        let state = match form.text("state") {
            "all" => None,
            "fixed" => Some(ProblemState::Fixed),
            "dropped" => Some(ProblemState::Dropped),
            _ => Some(ProblemState::Open),
        };
        Self {
            filter: ProblemFilter {
                level,
                code,
                state,
                suggested: false,
                after: form.parsed("after").unwrap_or(0),
            },
        }
    }

    /// The address's fields, without paging when `first`.
    pub(super) fn address(&self, first: bool) -> String {
        let mut out = String::new();
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() {
                let _ = write!(
                    out,
                    "{}{name}={}",
                    if out.is_empty() { "?" } else { "&" },
                    encode(value)
                );
            }
        };
        add("level", self.filter.level.map_or("", Level::id));
        add("code", self.filter.code.as_deref().unwrap_or(""));
        add(
            "state",
            match self.filter.state {
                None => "all",
                Some(ProblemState::Open) => "",
                Some(state) => state.id(),
            },
        );
        if !first && self.filter.after > 0 {
            add("after", &self.filter.after.to_string());
        }
        out
    }

    fn at(&self, after: u32) -> String {
        Self {
            filter: ProblemFilter {
                after,
                ..self.filter.clone()
            },
        }
        .address(false)
    }
}

/// One problem row, ready to draw.
struct Line {
    row: u32,
    cells: Vec<CellView>,
    message: String,
    further: Vec<String>,
    error: bool,
    state: ProblemState,
    suggests: bool,
    confirm: &'static str,
}

/// A line of the list by kind.
struct KindLine {
    words: &'static str,
    error: bool,
    open: i64,
    href: String,
}

#[derive(Template)]
#[template(path = "console/imports/show.html", blocks = ["work"])]
struct Show {
    frame: Frame,
    batch: Batch,
    steps: Vec<Step>,
    pace: Pace,
    doing: &'static str,
    kinds: Vec<KindLine>,
    lines: Vec<Line>,
    titles: Vec<String>,
    wanted: Wanted,
    next: Option<String>,
    before: Vec<Batch>,
    suggested: i64,
    can_confirm: bool,
    can_check: bool,
    can_cancel: bool,
    can_undo: bool,
    workable: bool,
    keep_days: u16,
}

impl Show {
    fn figure(&self, number: impl std::borrow::Borrow<i64>) -> String {
        thousands(*number.borrow())
    }
    fn ready(&self) -> i64 {
        let fixed = self.batch.ready_problems;
        if self.batch.state == BatchState::Done {
            fixed
        } else {
            self.batch.tally.taken() + fixed
        }
    }
    /// Every row that could be taken says what is known already.
    fn changes_nothing(&self) -> bool {
        let tally = &self.batch.tally;
        self.batch.ready_problems == 0 && tally.taken() > 0 && tally.taken() == tally.unchanged
    }
    fn level(&self) -> &'static str {
        self.wanted.filter.level.map_or("", Level::id)
    }
    fn open_rows(&self) -> bool {
        self.wanted.filter.state == Some(ProblemState::Open)
    }
    fn address(&self) -> String {
        self.wanted.address(false)
    }
    fn rules(&self) -> &'static [&'static str] {
        words::rules(self.batch.kind)
    }
    fn result_href(&self) -> String {
        format!("/members?batch={}", self.batch.id)
    }
    fn doubtful(&self) -> bool {
        self.lines.iter().any(|line| !line.confirm.is_empty())
    }
    /// Rows that are confirmed one by one only: whose name holds is asked of each person.
    fn one_by_one(&self) -> bool {
        let code = self.wanted.filter.code.as_deref();
        code.is_some_and(|code| code.split(',').any(|code| code == OtherName::CODE))
    }
    fn is_members(&self) -> bool {
        self.batch.kind == ImportKind::Members
    }
    /// Parts of the bar, in hundredths of its width.
    fn bar(&self) -> [(i64, i64, &'static str); 3] {
        let tally = self.batch.tally;
        let all = tally.rows().max(1);
        let good = tally.taken() * 1000 / all;
        let doubt = tally.confirm * 1000 / all;
        [
            (0, good, "is-grn"),
            (good, doubt, "is-yel"),
            (good + doubt, 1000 - good - doubt, "is-red"),
        ]
    }
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    hx: Hx,
    Path(id): Path<BatchId>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let wanted = Wanted::read(&Form::from_pairs(pairs));
    let view = load(&app, &who, &jar, id, wanted).await?;
    if view.batch.state == BatchState::Uploaded && !hx.0 {
        return Ok(Redirect::to(&format!("/imports/{id}/map")).into_response());
    }
    Ok(if hx.0 {
        page(StatusCode::OK, &view.as_work())
    } else {
        page(StatusCode::OK, &view)
    })
}

/// The progress on its own; once the work is done, the whole page.
async fn progress(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    hx: Hx,
    Path(id): Path<BatchId>,
) -> Result<Response, Problem> {
    if !hx.0 {
        return Ok(Redirect::to(&format!("/imports/{id}")).into_response());
    }
    let view = load(&app, &who, &jar, id, Wanted::read(&Form::default())).await?;
    Ok(page(StatusCode::OK, &view.as_work()))
}

async fn load(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: BatchId,
    wanted: Wanted,
) -> Result<Show, Problem> {
    let (desk, actor, filter) = (desk(app), who.actor(), wanted.filter.clone());
    let overview = off_thread(move || desk.overview(&actor, id, &filter, ROWS + 1)).await?;
    let Overview {
        batch,
        kinds,
        mut problems,
        layout,
        same_file,
    } = overview;
    let more = problems.len() > ROWS;
    problems.truncate(ROWS);
    let next = problems
        .last()
        .filter(|_| more)
        .map(|last| wanted.at(last.row));
    let views: Vec<Vec<CellView>> = problems
        .iter()
        .map(|problem| screen::cells(batch.kind, layout, &batch.mapping, problem))
        .collect();
    let fields = shown_fields(batch.kind, layout, &views);
    let titles = fields
        .iter()
        .map(|field| layout.title(field).to_owned())
        .collect();
    let lines = problems
        .into_iter()
        .zip(views)
        .map(|(problem, cells)| line(&batch, layout, problem, cells, &fields))
        .collect();
    let title = match batch.kind {
        ImportKind::Members => "导入会员",
        ImportKind::Employers => "导入单位",
    };
    let frame = Frame::new(app, who, jar, title, "/imports")
        .crumb("组织与会员", "")
        .crumb("数据导入", "/imports")
        .crumb(batch.no.clone(), "");
    let kept = batch.kept;
    Ok(Show {
        frame,
        steps: steps(batch.state),
        pace: words::pace(&batch, app.now()),
        doing: words::doing(batch.state),
        suggested: kinds.iter().map(|kind| kind.suggested).sum(),
        kinds: kinds
            .into_iter()
            .filter(|kind| kind.open > 0)
            .fold(Vec::new(), |lines, kind| kind_line(id, lines, &kind)),
        lines,
        titles,
        wanted,
        next,
        before: same_file
            .into_iter()
            .filter(|before| before.state == BatchState::Done)
            .take(1)
            .collect(),
        can_confirm: allows(batch.state, Verb::Confirm),
        can_check: allows(batch.state, Verb::Check) && batch.state != BatchState::Uploaded,
        can_cancel: allows(batch.state, Verb::Cancel),
        can_undo: kept
            && allows(batch.state, Verb::Undo)
            && (batch.tally.new > 0
                || (batch.kind == ImportKind::Members && batch.tally.updated > 0)),
        workable: kept && matches!(batch.state, BatchState::Checked | BatchState::Done),
        keep_days: layout.keep_days,
        batch,
    })
}

/// Columns of the table: the usual ones, and those in which something is wrong on this page. The problem and what may be
/// done about it stand behind the first.
fn shown_fields(kind: ImportKind, layout: &Layout, views: &[Vec<CellView>]) -> Vec<String> {
    let usual: &[&str] = match kind {
        ImportKind::Members => &["name", "id_number", "phone", "org", "joined_on"],
        ImportKind::Employers => &["name", "credit_code", "headcount", "territory", "state"],
    };
    // A field the file has no column for stands only in the rows that want it.
    let any = |field: &str, wanted: fn(&CellView) -> bool| {
        let mut cells = views.iter().flatten();
        cells.any(|cell| cell.field == field && wanted(cell))
    };
    let faulty = |field: &str| any(field, |cell| cell.fault.is_some());
    let shown = |field: &str| faulty(field) || usual.contains(&field) && any(field, |_| true);
    let fields = layout.columns.iter().map(|column| column.field.clone());
    let mut fields: Vec<String> = fields.filter(|field| shown(field)).collect();
    // Whose row it is, then what is to be done, which no screen may cut off; what is right stands at the end.
    fields.sort_by_key(|field| (field != "name", !faulty(field)));
    fields
}

fn line(
    batch: &Batch,
    layout: &Layout,
    problem: BadRow,
    cells: Vec<CellView>,
    fields: &[String],
) -> Line {
    let cell = |field: &String| {
        let known = cells.iter().find(|cell| cell.field == *field).cloned();
        known.unwrap_or_else(|| CellView {
            field: field.clone(),
            title: layout.title(field).to_owned(),
            shown: String::new(),
            fault: None,
        })
    };
    let first = problem.first();
    let named = |fault: &union::exchange::RowFault| fault.message.clone();
    let open = problem.state == ProblemState::Open && batch.kept;
    Line {
        row: problem.row,
        message: first.map(named).unwrap_or_default(),
        further: problem.faults.iter().skip(1).map(named).collect(),
        error: problem.level() == Level::Error,
        suggests: open
            && problem
                .faults
                .iter()
                .any(|fault| !fault.suggestion.is_empty()),
        confirm: if open {
            words::confirm_word(&problem)
        } else {
            ""
        },
        state: problem.state,
        cells: fields.iter().map(cell).collect(),
    }
}

/// Adds a kind of problem: codes that are told in the same words, as seriously, are one line with their sum, which opens
/// to the rows of them all.
fn kind_line(id: BatchId, mut lines: Vec<KindLine>, kind: &KindCount) -> Vec<KindLine> {
    let (words, error) = (words::kind_of(&kind.code), kind.level == Level::Error);
    let same = |line: &&mut KindLine| line.words == words && line.error == error;
    if let Some(line) = lines.iter_mut().find(same) {
        line.open += kind.open;
        line.href.push_str(&encode(&format!(",{}", kind.code)));
    } else {
        lines.push(KindLine {
            words,
            error,
            open: kind.open,
            href: format!("/imports/{id}?code={}", encode(&kind.code)),
        });
    }
    lines.sort_by_key(|line| (std::cmp::Reverse(line.error), std::cmp::Reverse(line.open)));
    lines
}

#[derive(Template)]
#[template(path = "console/imports/row.html")]
struct RowPage {
    frame: Frame,
    batch: Batch,
    problem: BadRow,
    cells: Vec<CellView>,
    address: String,
    confirm: &'static str,
}

/// One row as a form: how a row is put right without script, and the place for its rarer fields.
async fn row(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, row)): Path<(BatchId, u32)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let address = Wanted::read(&Form::from_pairs(pairs)).address(false);
    let (desk, actor) = (desk(&app), who.actor());
    let (batch, problem, layout) = off_thread(move || desk.problem(&actor, id, row)).await?;
    let frame = Frame::new(&app, &who, &jar, format!("第 {row} 行"), "/imports")
        .crumb("数据导入", "/imports")
        .crumb(batch.no.clone(), format!("/imports/{id}{address}"))
        .crumb(format!("第 {row} 行"), "");
    let mut cells = screen::cells(batch.kind, layout, &batch.mapping, &problem);
    show_faulty(&app, &who, &batch, row, &mut cells).await?;
    let confirm = words::confirm_word(&problem);
    Ok(page(
        StatusCode::OK,
        &RowPage {
            frame,
            batch,
            problem,
            cells,
            address,
            confirm,
        },
    ))
}

/// A number that fails its check is shown whole in its own input: nobody can correct digits that are hidden.
async fn show_faulty(
    app: &App,
    who: &Who,
    batch: &Batch,
    row: u32,
    cells: &mut [CellView],
) -> Result<(), Problem> {
    let workable = batch.kept && matches!(batch.state, BatchState::Checked | BatchState::Done);
    let wrong = |cell: &&mut CellView| {
        let code = cell.fault.as_ref().map(|fault| fault.code.as_str());
        cell.field == "id_number" && code.is_some_and(|code| code.starts_with("id."))
    };
    if let Some(cell) = cells.iter_mut().find(wrong)
        && workable
    {
        let (desk, actor, permit, id) = (desk(app), who.actor(), permit(who), batch.id);
        let number = off_thread(move || desk.faulty_number(&actor, &permit, id, row)).await?;
        if let Some(number) = number {
            cell.shown = number;
        }
    }
    Ok(())
}

/// The rows that wait, as a workbook with what is wrong beside each cell.
async fn errors(
    State(app): State<App>,
    who: Who,
    Path(id): Path<BatchId>,
) -> Result<Response, Problem> {
    let (desk, actor) = (desk(&app), who.actor());
    let (no, bytes) = off_thread(move || {
        Ok::<_, union::exchange::ExchangeError>((
            desk.batch(&actor, id)?.no,
            desk.errors_book(&actor, id)?,
        ))
    })
    .await?;
    Ok(super::upload::download(bytes, &format!("{no}-问题行.xlsx")))
}
