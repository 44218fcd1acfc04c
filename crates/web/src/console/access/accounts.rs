//! 账号 accounts: the list, and a new one (system administrator).

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use union::access::{self, AccountLine, Capability, NewAccount, Post};

use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Query, Routes, Who, page};

/// Lines on one page of the list.
const PAGE: i64 = 50;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/accounts", Need::Cap(Capability::AccessRead), list)
        .get(
            "/accounts/new",
            Need::Cap(Capability::AccountsManage),
            new_form,
        )
        .post(
            "/accounts/new",
            Need::Cap(Capability::AccountsManage),
            create,
        )
}

#[derive(Deserialize, Default)]
struct ListQuery {
    #[serde(default)]
    k: String,
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "console/access/accounts.html")]
struct ListPage {
    frame: Frame,
    keyword: String,
    lines: Vec<(AccountLine, Vec<Post>)>,
    next: Option<String>,
    may_create: bool,
}

async fn list(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let (keyword, after) = (query.k.clone(), query.after);
    let most = usize::try_from(PAGE).unwrap_or_default();
    let worker = app.clone();
    let (lines, more) = app
        .read(&who, move |tx| {
            let mut lines = access::accounts(tx, &query.k, &after, PAGE + 1)?;
            let more = lines.len() > most;
            lines.truncate(most);
            let posts = access::posts_of_each(tx, worker.roles(), &lines)?;
            let lines: Vec<_> = lines.into_iter().zip(posts).collect();
            Ok::<_, access::AccessError>((lines, more))
        })
        .await?;
    let next = more
        .then(|| lines.last().map(|(line, _)| line.login.clone()))
        .flatten();
    let frame = Frame::new(&app, &who, &jar, "账号与岗位", "/accounts");
    let may_create = who.can(Capability::AccountsManage);
    Ok(page(
        StatusCode::OK,
        &ListPage {
            frame,
            keyword,
            lines,
            next,
            may_create,
        },
    ))
}

#[derive(Template)]
#[template(path = "console/access/account_new.html")]
struct NewPage {
    frame: Frame,
    errors: FieldErrors,
    login: String,
    name: String,
}

fn new_page(app: &App, who: &Who, jar: &CookieJar, form: &Form, errors: FieldErrors) -> NewPage {
    let title = if errors.is_empty() {
        "新建账号"
    } else {
        "错误：新建账号"
    };
    let frame = Frame::new(app, who, jar, title, "/accounts")
        .crumb("账号与岗位", "/accounts")
        .crumb("新建账号", "");
    NewPage {
        frame,
        errors,
        login: form.text("login").to_owned(),
        name: form.text("name").to_owned(),
    }
}

async fn new_form(State(app): State<App>, who: Who, jar: CookieJar) -> Response {
    page(
        StatusCode::OK,
        &new_page(&app, &who, &jar, &Form::default(), FieldErrors::none()),
    )
}

async fn create(State(app): State<App>, who: Who, jar: CookieJar, form: Form) -> Response {
    let new = NewAccount {
        login: form.text("login").to_owned(),
        name: form.text("name").to_owned(),
        password: form.raw("password").to_owned(),
        keep_password: false,
        member: None,
    };
    let policy = app.policy().clone();
    match app
        .write_once(&who, &form, move |tx| {
            access::create_account(tx, &policy, &new)
        })
        .await
    {
        Ok(id) => Redirect::to(&format!("/accounts/{id}?done=created")).into_response(),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => page(
            problem.status,
            &new_page(&app, &who, &jar, &form, FieldErrors::from_problem(&problem)),
        ),
        Err(problem) => problem.into_response(),
    }
}
