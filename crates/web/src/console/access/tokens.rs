//! 机器令牌 machine tokens for the API (security administrator). The secret is shown once.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::TokenId;
use kernel::{Date, Instant};
use union::access::{self, AccessError, Capability, Post, TokenLine};

use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let grant = Need::Cap(Capability::PostsGrant);
    Routes::new()
        .get("/tokens", grant, list)
        .post("/tokens", grant, issue)
        .post("/tokens/{id}/end", grant, end)
}

#[derive(Template)]
#[template(path = "console/access/tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Vec<TokenLine>,
    secret: Option<String>,
    errors: FieldErrors,
    name: String,
    login: String,
    expires: String,
    now: Instant,
    most_days: i64,
}

async fn view(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    form: &Form,
    errors: FieldErrors,
    secret: Option<String>,
) -> Result<TokensPage, Problem> {
    let tokens = app.read(who, access::tokens).await?;
    let frame = Frame::new(app, who, jar, "接口令牌", "/accounts")
        .crumb("账号与岗位", "/accounts")
        .crumb("接口令牌", "");
    let [name, login, expires] = ["name", "login", "expires"].map(|f| form.text(f).to_owned());
    Ok(TokensPage {
        frame,
        tokens,
        secret,
        errors,
        name,
        login,
        expires,
        now: app.now(),
        most_days: app.policy().token_max_days,
    })
}

async fn list(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    Ok(page(
        StatusCode::OK,
        &view(
            &app,
            &who,
            &jar,
            &Form::default(),
            FieldErrors::none(),
            None,
        )
        .await?,
    ))
}

async fn issue(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let (worker, name, login) = (
        app.clone(),
        form.text("name").to_owned(),
        form.text("login").to_owned(),
    );
    let expires: Option<Date> = form.parsed("expires");
    let issued = app
        .write_first(&who, &form, move |tx| {
            let expires = expires.ok_or(AccessError::Invalid {
                field: "expires",
                message: "请填写到期日期，如 2027-06-30".into(),
            })?;
            let post = first_post(tx, &worker, &login)?;
            access::issue_token(
                tx,
                (worker.policy(), worker.roles()),
                &name,
                post.0,
                post.1.id,
                Instant::from_shanghai(expires, 23, 59),
            )
        })
        .await;
    match issued {
        Ok(None) => Err(Problem::new(
            StatusCode::CONFLICT,
            "token.shown_once",
            "这张表已经提交过，令牌只在签发时显示一次。没有记下的，请停用它再签发一个",
        )),
        Ok(Some(secret)) => Ok(page(
            StatusCode::OK,
            &view(
                &app,
                &who,
                &jar,
                &Form::default(),
                FieldErrors::none(),
                Some(secret),
            )
            .await?,
        )),
        Err(problem) if problem.status == StatusCode::UNPROCESSABLE_ENTITY => Ok(page(
            problem.status,
            &view(
                &app,
                &who,
                &jar,
                &form,
                FieldErrors::from_problem(&problem),
                None,
            )
            .await?,
        )),
        Err(problem) => Ok(problem.into_response()),
    }
}

/// The account with this sign-in name and its first present post.
fn first_post(
    tx: &mut store::Tx,
    app: &App,
    login: &str,
) -> Result<(kernel::ids::AccountId, Post), AccessError> {
    let unknown = || AccessError::Invalid {
        field: "login",
        message: "没有这个账号，或它没有在任的岗位".into(),
    };
    let account = access::account_by_name(tx, login)?.ok_or_else(unknown)?;
    let today = tx.today();
    let posts = access::posts_of(tx, app.roles(), account)?;
    let post = posts
        .into_iter()
        .find(|p| p.from_on <= today && p.to_on.is_none_or(|end| end >= today))
        .ok_or_else(unknown)?;
    Ok((account, post))
}

async fn end(
    State(app): State<App>,
    who: Who,
    Path(id): Path<TokenId>,
) -> Result<Redirect, Problem> {
    app.write(&who, move |tx| access::end_token(tx, id)).await?;
    Ok(Redirect::to("/tokens"))
}
