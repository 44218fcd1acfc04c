//! A document's page: the paper, where its words come from, deliveries, and the verbs that can follow.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::LetterId;
use serde::Deserialize;
use union::access::Capability;
use union::cases;
use union::letters::{
    self, Answer, Letter, LetterError, LetterState, Method, NewDelivery, Outcome, Paper, Signing,
    Verb,
};
use union::orgs::committee;

use super::badge;
use crate::console::words::{Deadline, belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/letters/{id}", super::READ, show)
        .post("/letters/{id}/issue", super::ISSUE, issue)
        .post("/letters/{id}/serve", super::WRITE, serve)
        .post("/letters/{id}/answer", super::WRITE, answer)
        .post("/letters/{id}/cancel", super::ISSUE, cancel)
        .post("/letters/{id}/drop", super::WRITE, give_up)
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

/// One field with its value as the screen may show it, and where it came from.
struct Source {
    title: &'static str,
    value: String,
    lineage: String,
}

#[derive(Template)]
#[template(path = "console/letters/show.html")]
struct ShowPage {
    frame: Frame,
    letter: Letter,
    paper: Paper,
    sources: Vec<Source>,
    missing: Vec<&'static str>,
    form: Form,
    errors: FieldErrors,
    today: Date,
    case: Option<(String, String)>,
    may_write: bool,
    may_issue: bool,
    signers: Vec<(String, String)>,
    methods: Vec<(&'static str, &'static str)>,
    outcomes: Vec<(&'static str, &'static str)>,
}

impl ShowPage {
    fn can(&self, verb: &str) -> bool {
        let Some(verb) = Verb::from_id(verb) else {
            return false;
        };
        let may = match verb {
            Verb::Issue | Verb::Cancel => self.may_issue,
            _ => self.may_write,
        };
        may && self.letter.line.verbs().contains(&verb)
    }

    fn acts(&self) -> bool {
        ["issue", "serve", "answer", "cancel", "drop"]
            .iter()
            .any(|verb| self.can(verb))
    }

    /// The answer a served document waits for.
    fn due(&self) -> Option<Deadline> {
        let due = self
            .letter
            .line
            .reply_due
            .filter(|_| self.letter.line.state == LetterState::Served)?;
        Some(Deadline::new(self.today, due.date, due.provisional))
    }

    fn source(&self) -> &'static str {
        self.letter
            .rule
            .map_or("", |rule| &rule.definition.header.source)
    }
}

/// What a page needs of the store.
struct Found {
    letter: Letter,
    today: Date,
    chairs: Vec<String>,
    case: Option<(String, String)>,
}

async fn load(app: &App, who: &Who, id: LetterId) -> Result<Found, Problem> {
    let may = who.capabilities;
    app.read(who, move |tx| {
        let letter = letters::get(tx, id)?;
        let chairs = committee::current_chairs(tx, letter.line.organ).unwrap_or_default();
        let link = letter.line.link.clone().filter(|link| link.kind == "case");
        // A case this post may not see stays unnamed.
        let case = link.and_then(|link| cases::get(tx, may, link.id.into()).ok());
        Ok::<_, LetterError>(Found {
            today: tx.today(),
            chairs,
            case: case.map(|case| (case.no, case.title)),
            letter,
        })
    })
    .await
}

fn sources(letter: &Letter) -> Vec<Source> {
    let fields = letter.rule.map_or(&[][..], |rule| &rule.body.field);
    let row = |field: &'static letters::Field| {
        let held = letter
            .values
            .get(&field.name)
            .filter(|held| !held.value.is_empty())?;
        Some(Source {
            title: &field.title,
            value: letters::shown(field, &held.value),
            lineage: held.lineage(),
        })
    };
    fields.iter().filter_map(row).collect()
}

/// Posts that may sign this kind of document; none when anyone with the capability may.
fn signers(letter: &Letter) -> Vec<(String, String)> {
    let posts = letter.rule.map_or(&[][..], |rule| &rule.body.signer);
    posts
        .iter()
        .map(|post| (post.clone(), post.clone()))
        .collect()
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: LetterId,
    flash: Option<String>,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let Found {
        letter,
        today,
        chairs,
        case,
    } = load(app, who, id).await?;
    let errors = typed
        .as_ref()
        .map_or_else(FieldErrors::none, |(_, problem)| {
            FieldErrors::from_problem(problem)
        });
    let status = typed
        .as_ref()
        .map_or(StatusCode::OK, |(_, problem)| problem.status);
    let form = typed.map_or_else(
        || {
            let signer = chairs.first().cloned().unwrap_or_default();
            let pairs = [("signer", signer), ("on", today.to_string())];
            Form::from_pairs(pairs.map(|(name, value)| (name.to_owned(), value)).to_vec())
        },
        |(form, _)| form,
    );
    let drafting = letter.line.state == LetterState::Draft;
    let missing = letter
        .rule
        .filter(|_| drafting)
        .map_or_else(Vec::new, |rule| letters::missing(rule.body, &letter.values));
    let frame = Frame::new(
        app,
        who,
        jar,
        form_title(&letter.line.title, &errors),
        "/letters",
    )
    .crumb("文书", "/letters")
    .crumb(
        letter
            .line
            .number
            .clone()
            .unwrap_or_else(|| letter.line.title.clone()),
        "",
    )
    .flash(flash);
    let drawn = ShowPage {
        frame,
        paper: letter.masked_paper(),
        sources: sources(&letter),
        missing: missing.into_iter().map(|(_, title)| title).collect(),
        form,
        errors,
        today,
        case,
        may_write: who.can(Capability::CasesAct) || who.can(Capability::DocumentsIssue),
        may_issue: who.can(Capability::DocumentsIssue),
        signers: signers(&letter),
        methods: Method::ALL
            .iter()
            .map(|one| (one.id(), one.title()))
            .collect(),
        outcomes: Outcome::ALL
            .iter()
            .map(|one| (one.id(), one.title()))
            .collect(),
        letter,
    };
    Ok(page(status, &drawn))
}

fn said(done: &str) -> Option<String> {
    let words = match done {
        "saved" => "已保存",
        "issued" => "已签发并编号，文稿不再改变",
        "served" => "已登记送达",
        "answered" => "已登记答复",
        "cancelled" => "已作废，号码保留",
        "dropped" => "草稿已弃用",
        _ => return None,
    };
    Some(words.to_owned())
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, id, said(&done.done), None).await
}

/// Back to the page with its success, or with what stands against it and what was typed.
async fn finish(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: LetterId,
    form: Form,
    result: Result<(), Problem>,
    done: &str,
) -> Result<Response, Problem> {
    match result {
        Ok(()) => Ok(Redirect::to(&format!("/letters/{id}?done={done}")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw(app, who, jar, id, None, Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}

fn version(form: &Form) -> i64 {
    form.parsed("version").unwrap_or(0)
}

async fn issue(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
    form: Form,
) -> Result<Response, Problem> {
    let (version, signing) = (
        version(&form),
        Signing {
            signer: form.text("signer").to_owned(),
            post: form.text("post").to_owned(),
        },
    );
    let result = app
        .write(&who, move |tx| {
            letters::issue(tx, id, version, &signing).map(drop)
        })
        .await;
    finish(&app, &who, &jar, id, form, result, "issued").await
}

/// A day typed in a form.
fn day(form: &Form) -> Result<Date, LetterError> {
    form.parsed("on").ok_or_else(|| LetterError::Invalid {
        field: "on",
        code: "letter.day",
        message: "请填写日期，如 2026-11-20".to_owned(),
    })
}

async fn serve(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
    form: Form,
) -> Result<Response, Problem> {
    let sent = form.clone();
    let result = app
        .write(&who, move |tx| {
            let new = NewDelivery {
                method: Method::from_id(sent.text("method")).unwrap_or(Method::Direct),
                receiver: sent.text("receiver").to_owned(),
                refused: sent.ticked("refused"),
                on: day(&sent)?,
                note: sent.text("note").to_owned(),
            };
            letters::serve(tx, id, version(&sent), &new).map(drop)
        })
        .await;
    finish(&app, &who, &jar, id, form, result, "served").await
}

async fn answer(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
    form: Form,
) -> Result<Response, Problem> {
    let (sent, may) = (form.clone(), who.capabilities);
    let result = app
        .write(&who, move |tx| {
            let new = Answer {
                on: day(&sent)?,
                outcome: Outcome::from_id(sent.text("outcome")).unwrap_or(Outcome::Accepted),
                summary: sent.text("summary").to_owned(),
            };
            letters::answer(tx, id, version(&sent), &new)?;
            // What the letter was for goes on with the answer.
            let line = letters::get(tx, id)?.line;
            cases::letter_answered(tx, may, &line).map(drop)
        })
        .await;
    finish(&app, &who, &jar, id, form, result, "answered").await
}

async fn cancel(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
    form: Form,
) -> Result<Response, Problem> {
    let (version, why) = (version(&form), form.text("why").to_owned());
    let result = app
        .write(&who, move |tx| letters::cancel(tx, id, version, &why))
        .await;
    finish(&app, &who, &jar, id, form, result, "cancelled").await
}

async fn give_up(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<LetterId>,
    form: Form,
) -> Result<Response, Problem> {
    let (version, why) = (version(&form), form.text("why").to_owned());
    let result = app
        .write(&who, move |tx| letters::drop_draft(tx, id, version, &why))
        .await;
    finish(&app, &who, &jar, id, form, result, "dropped").await
}
