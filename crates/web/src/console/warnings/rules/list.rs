//! 规则列表: what is in force, what else holds here, every version, every publication; a draft is uploaded here.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::definitions::Definition;
use kernel::warning::RuleSet;
use store::Tx;
use union::access::Capability;
use union::arrears::publications::{self, Publication, PublicationState};
use union::arrears::{ArrearsError, Permit, rulesets};

use super::words::{place, state_badge};
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Posted, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/warnings/rules", super::READ, list)
        .post("/warnings/rules/try", super::PUBLISH, try_shipped)
        .post("/warnings/rules/upload", super::PUBLISH, upload)
}

/// One rule set that holds here today.
struct Choice {
    id: String,
    title: String,
    hash: String,
    source: String,
    in_force: bool,
    /// Only of use on past records.
    replays: bool,
}

/// One version of a rule set.
struct Version {
    title: String,
    hash: String,
    place: String,
    from: String,
    to: String,
    holds: bool,
    /// Only of use on past records.
    replays: bool,
}

#[derive(Template)]
#[template(path = "console/warnings/rules/list.html")]
struct ListPage {
    frame: Frame,
    force: Result<Arc<RuleSet>, String>,
    choices: Vec<Choice>,
    versions: Vec<Version>,
    history: Vec<Publication>,
    second: bool,
    may_publish: bool,
    form: Form,
    errors: FieldErrors,
}

struct Known {
    force: Result<Arc<RuleSet>, String>,
    choices: Vec<Choice>,
    versions: Vec<Version>,
    history: Vec<Publication>,
    second: bool,
}

async fn known(app: &App, who: &Who) -> Result<Known, Problem> {
    let permit = Permit::of(who);
    app.read(who, move |tx| {
        let today = tx.today();
        // A setting that names nothing is said on the page, where it can be mended.
        let force = rulesets::in_force(tx, today).map_err(|fault| fault.to_string());
        let now = force
            .as_ref()
            .map_or("", |rules| rules.reference().hash.as_str());
        let all = rulesets::versions();
        let here = rulesets::choices(tx, today);
        let mut choices = Vec::new();
        for (id, title) in here {
            let found = rulesets::choice(tx, &id)?;
            choices.push(Choice {
                in_force: found.hash == now,
                replays: replays(tx, &found.hash)?,
                hash: found.hash.clone(),
                source: found.header.source.clone(),
                id,
                title,
            });
        }
        let mut versions = Vec::new();
        for one in all {
            versions.push(version(tx, one)?);
        }
        Ok::<_, ArrearsError>(Known {
            history: publications::publications(tx, &permit)?,
            second: publications::needs_second(tx)?,
            force,
            choices,
            versions,
        })
    })
    .await
}

/// Whether a version is of use on past records only; one that does not hold together is not hidden.
fn replays(tx: &mut Tx, hash: &str) -> Result<bool, ArrearsError> {
    match rulesets::with_hash(tx, hash) {
        Ok(rules) => rulesets::only_replays(tx, &rules),
        Err(_) => Ok(false),
    }
}

fn version(tx: &mut Tx, one: &Definition) -> Result<Version, ArrearsError> {
    Ok(Version {
        replays: replays(tx, &one.hash)?,
        title: one.header.title.clone(),
        hash: one.hash.clone(),
        place: place(one.header.jurisdiction.as_str()),
        from: one.header.valid_from.to_string(),
        to: one
            .header
            .valid_to
            .map(|day| day.to_string())
            .unwrap_or_default(),
        holds: rulesets::choice(tx, &one.header.id).is_ok_and(|held| held.hash == one.hash),
    })
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    problem: Option<&Problem>,
) -> Result<Response, Problem> {
    let found = known(app, who).await?;
    let errors = problem.map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    let frame = Frame::new(app, who, jar, form_title("预警规则", &errors), "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb("预警规则", "");
    let drawn = ListPage {
        frame,
        force: found.force,
        choices: found.choices,
        versions: found.versions,
        history: found.history,
        second: found.second,
        may_publish: who.can(Capability::RulesPublish),
        form: Form::from_pairs(vec![("key".to_owned(), app.new_key())]),
        errors,
    };
    Ok(page(status, &drawn))
}

async fn list(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    draw(&app, &who, &jar, None).await
}

async fn try_shipped(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, id) = (Permit::of(&who), form.text("rule_set").to_owned());
    let result = app
        .write_once(&who, &form, move |tx| {
            publications::begin_shipped(tx, &permit, &id).map(|id| id.to_string())
        })
        .await;
    begun(&app, &who, &jar, result).await
}

async fn upload(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    posted: Posted<1>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    let file = posted.files.into_iter().next().map(|(_, file)| file);
    let result = app
        .write_once(&who, &posted.form, move |tx| {
            let wrong = |message: &str| ArrearsError::Invalid {
                field: "file",
                code: "rules.file",
                message: message.to_owned(),
            };
            let file = file.ok_or_else(|| wrong("请选择规则文件（.toml）"))?;
            let text = String::from_utf8(file.bytes)
                .map_err(|_| wrong("这不是 UTF-8 的文本文件，请用文本编辑器另存为 UTF-8"))?;
            publications::begin_draft(tx, &permit, &file.name, &text).map(|id| id.to_string())
        })
        .await;
    begun(&app, &who, &jar, result).await
}

async fn begun(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    result: Result<String, Problem>,
) -> Result<Response, Problem> {
    match result {
        Ok(id) => Ok(Redirect::to(&format!("/warnings/rules/p/{id}")).into_response()),
        Err(problem) if belongs_on_form(&problem) => draw(app, who, jar, Some(&problem)).await,
        Err(problem) => Err(problem),
    }
}

impl ListPage {
    /// The rule sets a desk can use, or those that only replay the past.
    fn choices_that(&self, replay: bool) -> Vec<&Choice> {
        let choices = self.choices.iter();
        choices.filter(|one| one.replays == replay).collect()
    }

    /// Their versions.
    fn versions_that(&self, replay: bool) -> Vec<&Version> {
        let versions = self.versions.iter();
        versions.filter(|one| one.replays == replay).collect()
    }

    fn badge(
        &self,
        state: impl std::borrow::Borrow<PublicationState>,
    ) -> (&'static str, &'static str) {
        state_badge(*state.borrow())
    }
}
