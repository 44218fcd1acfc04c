//! What the person adds: words and papers, 没解决, a judgement, 不办了. Each by the receipt's code, in a form.

use std::net::SocketAddr;

use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use serde_json::json;
use store::{Answer, StoreError};
use union::access::CapabilitySet;
use union::cases::{self, ActInput, CaseError, FileBytes, Verb};

use super::super::join::LONGEST_KEY;
use super::follow::{self, Said};
use super::form::{faults, is_theirs, worker_of};
use super::posted::{PHOTO, Posted};
use super::{concerned, send, wants_json};
use crate::shell::{App, FieldErrors, Form, Need, Path, Problem, Routes, Who};

pub(super) fn routes() -> Routes {
    Routes::new().post("/hall/demand/say/{what}", Need::Public, say)
}

/// Longest words of one addition, in characters.
const LONGEST: usize = 2_000;
/// Who the answers of these forms are kept for.
const DOOR: &str = "hall.demand.say";

/// What can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// Words and papers.
    Add,
    /// 没解决
    Again,
    /// Solved? Satisfied?
    Rate,
    /// 不办了
    Withdraw,
}

impl What {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "add" => Self::Add,
            "again" => Self::Again,
            "rate" => Self::Rate,
            "withdraw" => Self::Withdraw,
            _ => return None,
        })
    }

    /// The verb of the kind; papers that were asked for are a step of their own.
    fn verb(self, may: &[String]) -> &'static str {
        match self {
            Self::Add if may.iter().any(|one| one == "supplement") => "supplement",
            Self::Add => "note",
            Self::Again => "reopen",
            Self::Rate => "rate",
            Self::Withdraw => "withdraw",
        }
    }

    pub(super) fn done(self) -> &'static str {
        match self {
            Self::Add => "已经送到，承办的人会看到",
            Self::Again => "已经重新办理，上一级工会也在盯着",
            Self::Rate => "谢谢您，评价已经记下",
            Self::Withdraw => "已经撤回，不再办理",
        }
    }

    /// What is missing, in words of this page.
    fn missing(self, form: &Form, files: &[FileBytes], errors: &mut FieldErrors) {
        let note = form.text("note");
        if note.chars().count() > LONGEST {
            errors.add("note", format!("一次最多 {LONGEST} 字，其余可以再补一次"));
        }
        match self {
            Self::Add if note.is_empty() && files.is_empty() => {
                errors.add("note", "请写几句，或选几张照片");
            }
            Self::Again if note.is_empty() => {
                errors.add("note", "请写一句：还有什么没解决");
            }
            Self::Rate => {
                if form.text("solved").is_empty() {
                    errors.add("solved", "请选一项：事情解决了没有");
                }
                if form.text("satisfied").is_empty() {
                    errors.add("satisfied", "请选一项：满意不满意");
                }
            }
            _ => {}
        }
    }
}

fn input(what: What, form: &Form, files: Vec<FileBytes>) -> ActInput {
    let mut input = ActInput {
        receipt: Some(form.text("code").to_owned()),
        evidence: send::papers(files),
        ..ActInput::default()
    };
    form.text("note").clone_into(&mut input.note);
    if what == What::Rate {
        for (field, name) in [("own_solved", "solved"), ("own_satisfied", "satisfied")] {
            input
                .fields
                .insert(field.to_owned(), form.text(name).to_owned());
        }
    } else if input.note.is_empty() {
        input.note = match what {
            What::Add => "补交照片".to_owned(),
            _ => String::new(),
        };
    }
    input
}

/// Carries it out; the same form twice is one act.
async fn act(app: &App, what: What, posted: Posted) -> Result<(), Problem> {
    app.write_as(concerned(app), move |tx| {
        let form = &posted.form;
        let case = cases::public_by_receipt(tx, form.text("code"))?;
        let verb = Verb::of(what.verb(&case.may));
        let input = input(what, form, posted.files);
        let content = tx.vault().sign("form", form.content().as_bytes());
        tx.once::<CaseError>(DOOR, form.key(), &content, |tx| {
            cases::act(tx, CapabilitySet::default(), case.id, &verb, &input)?;
            Ok(Answer::new(200, json!({})))
        })
        .map(|_| ())
        .or_else(|fault| match fault {
            // Heard before and changed since: the first is on file, and the page shows it.
            CaseError::Store(StoreError::KeyReused) => Ok(()),
            other => Err(other),
        })
    })
    .await
}

async fn say(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
    headers: HeaderMap,
    Path(name): Path<String>,
    posted: Posted,
) -> Result<Response, Problem> {
    follow::not_too_often(&app, &peer)?;
    let what = What::of(&name).ok_or_else(Problem::not_found)?;
    let worker = worker_of(who.as_ref());
    let (json, form) = (wants_json(&headers), posted.form.clone());
    if form.key().is_empty() || form.key().chars().count() > LONGEST_KEY {
        return Err(Problem::bad_request("表单不完整，请返回上一页重新打开"));
    }
    let (mut errors, chosen) = (posted.faults.clone(), posted.files.len());
    what.missing(&form, &posted.files, &mut errors);
    if errors.is_empty() {
        match act(&app, what, posted).await {
            Ok(()) if json => return Ok(Json(json!({ "done": what.done() })).into_response()),
            Ok(()) => {
                return follow::go_on(&app, jar, worker.as_ref(), form.text("code"), &name).await;
            }
            Err(problem) if is_theirs(&problem) => errors = FieldErrors::from_problem(&problem),
            Err(problem) => return Err(problem),
        }
    }
    if json {
        return Ok(faults(&errors, &[]));
    }
    errors.files_gone(PHOTO, chosen);
    let code = form.text("code").to_owned();
    let said = Said {
        flash: None,
        form,
        errors,
    };
    follow::show(&app, &jar, worker.is_some(), &code, said).await
}
