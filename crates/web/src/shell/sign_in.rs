//! 登录: password, six digits, post, way out. The same door for staff and workers.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::PostId;
use serde::Deserialize;
use store::Actor;
use union::access::{self, AccessError, Level, Origin, Outcome, SignedIn, Stage};

use super::unsent::{self, Unsent};
use super::{
    App, FieldErrors, Form, Frame, Need, Problem, Query, Routes, SESSION_COOKIE, Who, cookie, oidc,
    page, session_cookie,
};

/// Routes of the door.
pub fn routes() -> Routes {
    Routes::new()
        .get("/", Need::Public, home)
        .get("/login", Need::Public, form)
        .post("/login", Need::Public, submit)
        .get("/login/code", Need::CodeDue, code_form)
        .post("/login/code", Need::CodeDue, code_submit)
        .post("/logout", Need::CodeDue, logout)
        .get("/posts/switch", Need::SignedIn, switch_form)
        .post("/posts/switch", Need::SignedIn, switch)
}

#[derive(Template)]
#[template(path = "shell/login.html")]
struct LoginPage {
    frame: Frame,
    login: String,
    next: String,
    errors: FieldErrors,
    outside: Option<String>,
    unsent: Option<Unsent>,
}

#[derive(Template)]
#[template(path = "shell/login_code.html")]
struct CodePage {
    frame: Frame,
    next: String,
    errors: FieldErrors,
    unsent: Option<Unsent>,
}

#[derive(Template)]
#[template(path = "shell/switch.html")]
struct SwitchPage {
    frame: Frame,
    posts: Vec<access::Post>,
    current: Option<PostId>,
}

/// Where to go after sign-in.
#[derive(Deserialize, Default)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// Where somebody is led whose second factor was taken off meanwhile.
pub(super) const FACTOR_REMOVED: &str = "/me?done=factor_off";

/// Only a path of this site; anything else leads home.
pub(super) fn local(next: &str) -> &str {
    let plain =
        next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if plain { next } else { "/" }
}

async fn home(who: Option<axum::Extension<Who>>) -> Redirect {
    match who {
        None => Redirect::to("/login"),
        Some(axum::Extension(who)) => Redirect::to(front_page(&who)),
    }
}

fn front_page(who: &SignedIn) -> &'static str {
    match &who.post {
        Some(post) if post.level != Level::Own => "/workbench",
        _ if who.member.is_some() => "/hall",
        _ => "/workbench",
    }
}

async fn form(State(app): State<App>, Query(next): Query<Next>) -> Result<Response, Problem> {
    let outside = oidc::button(&app).await?;
    let view = LoginPage {
        frame: Frame::bare(&app, "登录"),
        login: String::new(),
        next: next.next,
        errors: FieldErrors::none(),
        outside,
        unsent: None,
    };
    Ok(page(StatusCode::OK, &view))
}

/// The door for whoever sent a form and is not signed in any more.
pub(super) async fn with_unsent(app: &App, unsent: Unsent) -> Response {
    // Without the button of another door this one still opens.
    let outside = oidc::button(app).await.ok().flatten();
    let view = LoginPage {
        frame: Frame::bare(app, "登录过期了"),
        login: String::new(),
        next: String::new(),
        errors: FieldErrors::none(),
        outside,
        unsent: Some(unsent),
    };
    page(StatusCode::UNAUTHORIZED, &view)
}

async fn submit(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let address = peer.ip().to_string();
    if !app.limiter().allow(&address, app.now()) {
        return Err(Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "access.too_many",
            "登录尝试过多，请一分钟后再试",
        ));
    }
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let origin = Origin { address, agent };
    let (login, password) = (
        form.text("login").to_owned(),
        form.raw("password").to_owned(),
    );
    let (worker, name) = (app.clone(), login.clone());
    let outcome: Outcome = app
        .write_as(Actor::system(app.config().district), move |tx| {
            access::sign_in(tx, worker.policy(), &name, &password, &origin)
        })
        .await?;
    match outcome {
        Outcome::In {
            token,
            stage,
            keep_seconds,
            factor_removed,
        } => {
            let jar = jar.add(session_cookie(&app, token, keep_seconds));
            if let Some(unsent) = Unsent::of(&form) {
                let due = stage == Stage::CodeDue;
                let drawn = if due {
                    draw_code(&app, String::new(), None, Some(unsent))
                } else {
                    unsent::to_send(
                        &app,
                        unsent,
                        if factor_removed { FACTOR_REMOVED } else { "/" },
                    )
                };
                return Ok((jar, drawn).into_response());
            }
            let to = if stage == Stage::CodeDue {
                format!(
                    "/login/code?next={}",
                    super::form::encode(form.text("next"))
                )
            } else if factor_removed {
                FACTOR_REMOVED.to_owned()
            } else {
                local(form.text("next")).to_owned()
            };
            Ok((jar, Redirect::to(&to)).into_response())
        }
        Outcome::No(error) => login_again(&app, login, &form, &error).await,
    }
}

async fn login_again(
    app: &App,
    login: String,
    form: &Form,
    error: &AccessError,
) -> Result<Response, Problem> {
    let problem = Problem::from_room(error);
    let errors = FieldErrors::from_problem(&problem);
    let outside = oidc::button(app).await?;
    Ok(page(
        problem.status,
        &LoginPage {
            frame: Frame::bare(app, "错误：登录"),
            login,
            next: form.text("next").to_owned(),
            errors,
            outside,
            unsent: Unsent::of(form),
        },
    ))
}

async fn code_form(State(app): State<App>, Query(next): Query<Next>) -> Response {
    draw_code(&app, next.next, None, None)
}

fn draw_code(
    app: &App,
    next: String,
    problem: Option<&Problem>,
    unsent: Option<Unsent>,
) -> Response {
    let title = match problem {
        Some(_) => "错误：动态口令",
        None => "动态口令",
    };
    let view = CodePage {
        frame: Frame::bare(app, title),
        next,
        errors: problem.map_or_else(FieldErrors::none, FieldErrors::from_problem),
        unsent,
    };
    page(problem.map_or(StatusCode::OK, |one| one.status), &view)
}

async fn code_submit(State(app): State<App>, who: Who, form: Form) -> Result<Response, Problem> {
    let (worker, person, code) = (app.clone(), who.clone(), form.text("code").to_owned());
    let outcome = app
        .write_as(Actor::system(app.config().district), move |tx| {
            access::confirm_code(tx, worker.policy(), &person, &code)
        })
        .await?;
    app.sessions().forget_all();
    match outcome {
        Ok(()) => Ok(match Unsent::of(&form) {
            Some(unsent) => unsent::to_send(&app, unsent, "/"),
            None => Redirect::to(local(form.text("next"))).into_response(),
        }),
        Err(error) => {
            let (problem, next) = (Problem::from_room(&error), form.text("next").to_owned());
            Ok(draw_code(&app, next, Some(&problem), Unsent::of(&form)))
        }
    }
}

async fn logout(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let (account, session) = (who.account, who.session);
    app.write(&who, move |tx| access::end_session(tx, account, session))
        .await?;
    app.sessions().forget_all();
    let gone = cookie(&app, SESSION_COOKIE, String::new());
    Ok((jar.remove(gone), Redirect::to("/login")).into_response())
}

async fn switch_form(State(app): State<App>, who: Who, jar: CookieJar) -> Response {
    let frame = Frame::new(&app, &who, &jar, "切换岗位", "");
    page(
        StatusCode::OK,
        &SwitchPage {
            frame,
            posts: who.posts.clone(),
            current: who.post.as_ref().map(|p| p.id),
        },
    )
}

async fn switch(State(app): State<App>, who: Who, form: Form) -> Result<Redirect, Problem> {
    let post: PostId = form.parsed("post").ok_or_else(Problem::not_found)?;
    let person = who.clone();
    app.write(&who, move |tx| access::switch_post(tx, &person, post))
        .await?;
    app.sessions().forget_all();
    Ok(Redirect::to("/"))
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn sign_in_never_leads_to_another_site() {
        assert_eq!(local("/members?x=1"), "/members?x=1");
        for foreign in [
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "",
        ] {
            assert_eq!(local(foreign), "/");
        }
    }
}
