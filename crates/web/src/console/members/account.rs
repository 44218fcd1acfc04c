//! 个人账号 of one member: opened, linked, given a new one-time password, by whoever keeps the roster. What is handed over
//! is drawn once, into the answer of the post that made it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{AccountId, MemberId};
use union::access::{self, Capability, WorkerAccount};
use union::members::accounts::{self, HandOver};
use union::members::{self, Member, MemberError, Permit};

use super::acts::beside_form;
use crate::console::words::form_title;
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::MembersChange);
    Routes::new()
        .get("/members/{id}/account", need, show)
        .post("/members/{id}/account", need, open)
        .post("/members/{id}/account/link", need, link)
        .post("/members/{id}/account/{account}/reset", need, reset)
}

#[derive(Template)]
#[template(path = "console/members/account.html")]
struct AccountPage {
    frame: Frame,
    member: Member,
    held: Vec<WorkerAccount>,
    may_hand_over: bool,
    given: Option<HandOver>,
    errors: FieldErrors,
    /// A name to begin with that says nothing about the person.
    login: String,
    /// The name of an account that is there already.
    known: String,
    /// The form that failed was the one for an account that is there already.
    linking: bool,
}

/// What the page shows besides the accounts.
#[derive(Default)]
struct Shown {
    given: Option<HandOver>,
    problem: Option<Problem>,
    typed: Form,
    linking: bool,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: MemberId,
    shown: Shown,
) -> Result<Response, Problem> {
    let worker = app.clone();
    let (member, may_hand_over, held, spare) = app
        .read(who, move |tx| {
            let member = members::get(tx, id)?;
            let may_hand_over = accounts::may_hand_over(tx, &member)?;
            Ok::<_, MemberError>((
                member,
                may_hand_over,
                accounts::of_member(tx, worker.roles(), id)?,
                access::spare_login(tx).map_err(MemberError::room)?,
            ))
        })
        .await?;
    let errors = shown
        .problem
        .as_ref()
        .map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let status = shown.problem.map_or(StatusCode::OK, |one| one.status);
    let typed = shown.typed.text("login").to_owned();
    let (login, known) = match (shown.linking, typed.is_empty()) {
        (true, _) => (spare, typed),
        (false, true) => (spare, typed),
        (false, false) => (typed, String::new()),
    };
    let frame = Frame::new(app, who, jar, form_title("个人账号", &errors), "/members")
        .crumb("会员名册", "/members")
        .crumb(member.name.clone(), format!("/members/{id}"))
        .crumb("个人账号", "");
    let view = AccountPage {
        frame,
        member,
        held,
        may_hand_over,
        given: shown.given,
        errors,
        login,
        known,
        linking: shown.linking,
    };
    Ok(page(status, &view))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MemberId>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, id, Shown::default()).await
}

/// Draws what was made, or why it was not.
async fn answer(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: MemberId,
    (form, made): (Form, Result<Option<HandOver>, Problem>),
) -> Result<Response, Problem> {
    let shown = match made {
        Ok(Some(given)) => {
            app.sessions().forget_all();
            Shown {
                given: Some(given),
                ..Shown::default()
            }
        }
        Ok(None) => {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "member.account_shown_once",
                "这张表已经提交过，一次性口令只显示一次。没有记下的，请回到会员页再给一个新的",
            ));
        }
        Err(problem) if beside_form(&problem) => Shown {
            problem: Some(problem),
            typed: form,
            ..Shown::default()
        },
        Err(problem) => return Err(problem),
    };
    draw(app, who, jar, id, shown).await
}

async fn open(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MemberId>,
    form: Form,
) -> Result<Response, Problem> {
    let (worker, permit, login) = (app.clone(), Permit::of(&who), form.text("login").to_owned());
    let made = app
        .write_first(&who, &form, move |tx| {
            let rules = (worker.policy(), worker.roles());
            accounts::open(tx, &permit, rules, id, &login)
        })
        .await;
    answer(&app, &who, &jar, id, (form, made)).await
}

async fn link(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MemberId>,
    form: Form,
) -> Result<Response, Problem> {
    let (worker, permit, login) = (app.clone(), Permit::of(&who), form.text("login").to_owned());
    let linked = app
        .write(&who, move |tx| {
            accounts::link(tx, &permit, worker.roles(), id, &login)
        })
        .await;
    match linked {
        Ok(()) => {
            app.sessions().forget_all();
            Ok(Redirect::to(&format!("/members/{id}?done=linked")).into_response())
        }
        Err(problem) if beside_form(&problem) => {
            let shown = Shown {
                problem: Some(problem),
                typed: form,
                linking: true,
                ..Shown::default()
            };
            draw(&app, &who, &jar, id, shown).await
        }
        Err(problem) => Err(problem),
    }
}

async fn reset(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, account)): Path<(MemberId, AccountId)>,
    form: Form,
) -> Result<Response, Problem> {
    let (worker, permit) = (app.clone(), Permit::of(&who));
    let made = app
        .write_first(&who, &form, move |tx| {
            let rules = (worker.policy(), worker.roles());
            accounts::reset(tx, &permit, rules, id, account)
        })
        .await;
    answer(&app, &who, &jar, id, (Form::default(), made)).await
}
