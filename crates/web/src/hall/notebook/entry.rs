//! 记一条: the form for a new entry, and the page of one that is there: change it, see its earlier edits, delete it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use serde::Deserialize;
use union::notebook::{
    self, Basis, DayIs, EntryId, Evidence, Fields, Kind, Month, NotebookError, NotebookRules,
};

use super::super::frame::HallFrame;
use super::super::words;
use super::super::worker::Worker;
use super::mark;
use crate::shell::{App, FieldErrors, Form, Need, Path, Problem, Query, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/notebook/add", Need::Member, add)
        .post("/hall/notebook/add", Need::Member, take)
        .get("/hall/notebook/entry/{id}", Need::Member, show)
        .post("/hall/notebook/entry/{id}", Need::Member, change)
        .post("/hall/notebook/entry/{id}/delete", Need::Member, delete)
}

/// Names of all fields of all kinds.
pub(super) const FIELDS: [&str; 17] = [
    "kind",
    "day",
    "hours",
    "overtime",
    "day_is",
    "month",
    "amount",
    "how",
    "to",
    "employer",
    "job",
    "basis",
    "pay_day",
    "pay_month",
    "written",
    "what",
    "note",
];

/// A form with what is in it.
pub(super) struct Sheet {
    /// What it records.
    pub kind: Kind,
    /// Begins the ids of its fields, so that several forms can stand on one page.
    pub prefix: &'static str,
    /// What is typed.
    pub fields: Fields,
    /// What is wrong.
    pub errors: FieldErrors,
    /// Kinds of evidence that can be chosen.
    pub evidence: &'static [Evidence],
}

impl Sheet {
    /// The field as typed.
    pub fn at(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
    /// Whether a choice is the one typed.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.at(name) == value
    }
    /// Choices of how a day counts.
    pub fn day_kinds(&self) -> [DayIs; 4] {
        DayIs::ALL
    }
    /// Choices of how pay is counted.
    pub fn bases(&self) -> [Basis; 3] {
        Basis::ALL
    }
    /// Whether this is the form for a kind.
    pub fn records(&self, code: &str) -> bool {
        self.kind.code() == code
    }
}

/// An empty form with the usual day's work already in it.
pub(super) fn blank(kind: Kind, day: Date) -> Fields {
    let mut fields = Fields::new();
    let mut put = |name: &str, value: &str| {
        fields.insert(name.to_owned(), value.to_owned());
    };
    put("kind", kind.code());
    put("day", &day.to_string());
    match kind {
        Kind::Work => put("hours", "8"),
        Kind::Pay => put("month", &Month::of(day).previous().to_string()),
        Kind::Terms => put("pay_month", "next"),
        Kind::Evidence | Kind::Note => {}
    }
    fields
}

#[derive(Template)]
#[template(path = "hall/notebook/add.html")]
struct AddPage {
    frame: HallFrame,
    owner: String,
    key: String,
    sheet: Sheet,
    kinds: [Kind; 5],
}

#[derive(Template)]
#[template(path = "hall/notebook/entry.html")]
struct EntryPage {
    frame: HallFrame,
    owner: String,
    id: EntryId,
    sheet: Sheet,
    edited: String,
    /// Earlier edits in words, newest first.
    earlier: Vec<(String, String)>,
}

#[derive(Deserialize, Default)]
struct Wanted {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    day: String,
}

/// What the rules offer, and whose notebook it is.
async fn before(
    app: &App,
    worker: &Worker,
) -> Result<(String, &'static NotebookRules, EntryId), Problem> {
    worker
        .read(app, |tx, _, id| {
            let rules = NotebookRules::at(*tx.district(), tx.today())?;
            Ok::<_, NotebookError>((mark(tx, id), rules, tx.new_id()))
        })
        .await
}

async fn draw_add(
    app: &App,
    worker: &Worker,
    jar: &CookieJar,
    typed: (Kind, Fields, FieldErrors, Option<String>),
) -> Result<Response, Problem> {
    let (kind, fields, errors, key) = typed;
    let (owner, rules, fresh) = before(app, worker).await?;
    let wrong = !errors.is_empty();
    let frame = HallFrame::new(app, jar, true, kind.label())
        .await?
        .tab("/hall")
        .back("/hall/notebook")
        .wrong(wrong);
    let view = AddPage {
        frame,
        owner,
        key: key.unwrap_or_else(|| fresh.to_string()),
        sheet: Sheet {
            kind,
            prefix: "f",
            fields,
            errors,
            evidence: &rules.evidence,
        },
        kinds: Kind::ALL,
    };
    Ok(page(status(wrong), &view))
}

fn status(wrong: bool) -> StatusCode {
    if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }
}

async fn add(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let kind = Kind::from_code(&wanted.kind).unwrap_or(Kind::Work);
    let today = app.now().shanghai_date();
    let day = wanted.day.parse().unwrap_or(today).min(today);
    let typed = (kind, blank(kind, day), FieldErrors::none(), None);
    draw_add(&app, &worker, &jar, typed).await
}

/// The fields of a form that an entry knows.
pub(super) fn fields_of(form: &Form) -> Fields {
    FIELDS
        .iter()
        .filter(|name| form.ticked(name))
        .map(|name| ((*name).to_owned(), form.text(name).to_owned()))
        .collect()
}

/// A failed write as messages beside fields; what is not the worker's to put right stays a problem.
pub(super) fn beside(problem: Problem) -> Result<FieldErrors, Problem> {
    let theirs = matches!(
        problem.status,
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT
    );
    if theirs {
        Ok(FieldErrors::from_problem(&problem))
    } else {
        Err(problem)
    }
}

fn month_of(fields: &Fields) -> String {
    let day = fields.get("day").map(|day| kernel::text::half_width(day));
    day.and_then(|day| day.get(..7).map(str::to_owned))
        .unwrap_or_default()
}

async fn take(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let fields = fields_of(&form);
    let kind = Kind::from_code(form.text("kind"))
        .ok_or_else(|| Problem::bad_request("表单不完整，请返回上一页重新打开"))?;
    let key: EntryId = form
        .parsed("key")
        .ok_or_else(|| Problem::bad_request("表单不完整，请返回上一页重新打开"))?;
    let sent = fields.clone();
    let kept = worker
        .write(&app, move |tx, _, _| notebook::add(tx, key, sent))
        .await;
    match kept {
        Ok(_) => {
            let to = format!("/hall/notebook?m={}&done=kept", month_of(&fields));
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => {
            let errors = beside(problem)?;
            let typed = (kind, fields, errors, Some(key.to_string()));
            draw_add(&app, &worker, &jar, typed).await
        }
    }
}

async fn draw_entry(
    app: &App,
    worker: &Worker,
    jar: &CookieJar,
    id: EntryId,
    typed: Option<(Fields, FieldErrors)>,
) -> Result<Response, Problem> {
    let (entry, before_edits, owner, rules) = worker
        .read(app, move |tx, _, member| {
            let rules = NotebookRules::at(*tx.district(), tx.today())?;
            let (entry, earlier) = (notebook::entry(tx, id)?, notebook::history(tx, id)?);
            Ok::<_, NotebookError>((entry, earlier, mark(tx, member), rules))
        })
        .await?;
    let wrong = typed.is_some();
    let (fields, errors) = typed.unwrap_or_else(|| (entry.body.fields(), FieldErrors::none()));
    let earlier = before_edits
        .into_iter()
        .map(|(at, body)| (words::moment(&at), summary(&body, rules)))
        .collect();
    let frame = HallFrame::new(app, jar, true, "这一条记录")
        .await?
        .tab("/hall")
        .back("/hall/notebook")
        .wrong(wrong);
    let view = EntryPage {
        frame,
        owner,
        id,
        sheet: Sheet {
            kind: entry.body.kind(),
            prefix: "f",
            fields,
            errors,
            evidence: &rules.evidence,
        },
        edited: words::moment(&entry.edited_at),
        earlier,
    };
    Ok(page(status(wrong), &view))
}

/// An earlier edit in one sentence.
fn summary(body: &notebook::Body, rules: &NotebookRules) -> String {
    let fields = body.fields();
    let shown = FIELDS
        .iter()
        .filter(|name| **name != "kind")
        .filter_map(|name| {
            let value = fields.get(*name).filter(|value| !value.is_empty())?;
            let value = match *name {
                "what" => rules
                    .evidence(value)
                    .map_or(value.clone(), |kind| kind.title.clone()),
                _ => value.clone(),
            };
            Some(format!("{}{value}", word(name)))
        });
    shown.collect::<Vec<_>>().join("，")
}

fn word(field: &str) -> &'static str {
    match field {
        "day" => "日期 ",
        "hours" => "上班小时 ",
        "overtime" => "加班小时 ",
        "month" => "所属月份 ",
        "amount" => "金额 ",
        "to" => "到 ",
        "employer" => "单位 ",
        "job" => "工种 ",
        "pay_day" => "发薪日 ",
        "note" => "备注 ",
        _ => "",
    }
}

async fn show(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id = id.parse().map_err(|_| Problem::not_found())?;
    draw_entry(&app, &worker, &jar, id, None).await
}

async fn change(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let id: EntryId = id.parse().map_err(|_| Problem::not_found())?;
    let fields = fields_of(&form);
    let sent = fields.clone();
    let kept = worker
        .write(&app, move |tx, _, _| {
            notebook::entry(tx, id)?;
            notebook::put(tx, id, sent)
        })
        .await;
    match kept {
        Ok(_) => {
            let to = format!("/hall/notebook?m={}&done=kept", month_of(&fields));
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => {
            let errors = beside(problem)?;
            draw_entry(&app, &worker, &jar, id, Some((fields, errors))).await
        }
    }
}

async fn delete(
    State(app): State<App>,
    worker: Worker,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    let id: EntryId = id.parse().map_err(|_| Problem::not_found())?;
    worker
        .write(&app, move |tx, _, _| {
            notebook::entry(tx, id)?;
            notebook::remove(tx, id)
        })
        .await?;
    Ok(Redirect::to("/hall/notebook?done=removed"))
}
