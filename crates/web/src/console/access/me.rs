//! 我的账号: password, second factor, devices that are signed in.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::SessionId;
use serde::Deserialize;
use union::access::{self, SessionLine};
use union::codes;

use super::device::device;
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/me", Need::SignedIn, show)
        .post("/me/password", Need::SignedIn, password)
        .post("/me/totp", Need::SignedIn, begin_totp)
        .post("/me/totp/confirm", Need::SignedIn, finish_totp)
        .post("/me/sessions/{id}/end", Need::SignedIn, end_session)
        .post("/me/sessions/end-others", Need::SignedIn, end_others)
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

/// A second factor being set up: shown once.
struct TotpSetup {
    svg: String,
    secret: String,
    pending: String,
}

#[derive(Template)]
#[template(path = "console/access/me.html")]
struct MePage {
    frame: Frame,
    totp_on: bool,
    setup: Option<TotpSetup>,
    sessions: Vec<SessionLine>,
    identities: Vec<String>,
    outside: Option<String>,
    current: SessionId,
    errors: FieldErrors,
    must_change: bool,
    min_chars: usize,
}

async fn view(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    errors: FieldErrors,
    setup: Option<TotpSetup>,
    done: &str,
) -> Result<MePage, Problem> {
    let account = who.account;
    let (line, sessions, identities) = app
        .read(who, move |tx| -> Result<_, access::AccessError> {
            Ok((
                access::account(tx, account)?,
                access::sessions_of(tx, account)?,
                access::identities_of(tx, account)?,
            ))
        })
        .await?;
    let flash = match done {
        "password" => Some("口令已修改，其他设备已退出".to_owned()),
        "totp" => Some("动态口令已启用，下次登录须输入 6 位数字".to_owned()),
        "factor_off" => Some(
            "您的动态口令已被解除（丢了手机时由安全管理员办理）。不是您提出的，请马上修改口令并告诉系统管理员；需要时在下面重新设置"
                .to_owned(),
        ),
        "linked" => Some("统一登录已绑定，下次可直接用它登录".to_owned()),
        "unlinked" => Some("统一登录已解除绑定".to_owned()),
        "ended" => Some("已退出该设备".to_owned()),
        _ => None,
    };
    let title = if errors.is_empty() {
        "我的账号"
    } else {
        "错误：我的账号"
    };
    let frame = Frame::new(app, who, jar, title, "").flash(flash);
    Ok(MePage {
        frame,
        totp_on: line.totp_on,
        setup,
        sessions,
        identities,
        outside: crate::shell::oidc_button(app).await?,
        current: who.session,
        errors,
        must_change: who.must_change,
        min_chars: app.policy().password_min_chars,
    })
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    Ok(page(
        StatusCode::OK,
        &view(&app, &who, &jar, FieldErrors::none(), None, &done.done).await?,
    ))
}

async fn again(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    problem: Problem,
) -> Result<Response, Problem> {
    if problem.status != StatusCode::UNPROCESSABLE_ENTITY {
        return Err(problem);
    }
    let errors = FieldErrors::from_problem(&problem);
    Ok(page(
        problem.status,
        &view(app, who, jar, errors, None, "").await?,
    ))
}

async fn password(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    if form.raw("password") != form.raw("repeat") {
        let mut errors = FieldErrors::none();
        errors.add("repeat", "两次输入的新口令不一样");
        return Ok(page(
            StatusCode::UNPROCESSABLE_ENTITY,
            &view(&app, &who, &jar, errors, None, "").await?,
        ));
    }
    let (worker, person) = (app.clone(), who.clone());
    let (old, new) = (form.raw("old").to_owned(), form.raw("password").to_owned());
    let changed = app
        .write(&who, move |tx| {
            access::change_password(tx, worker.policy(), &person, &old, &new)
        })
        .await
        .and_then(|known| known.map_err(|wrong| Problem::from_room(&wrong)));
    match changed {
        Ok(()) => {
            app.sessions().forget_all();
            Ok(Redirect::to("/me?done=password").into_response())
        }
        Err(problem) => again(&app, &who, &jar, problem).await,
    }
}

async fn begin_totp(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let (worker, account) = (app.clone(), who.account);
    let password = form.raw("totp_password").to_owned();
    let begun = app
        .write(&who, move |tx| {
            access::begin_totp(tx, worker.policy(), account, &password)
        })
        .await;
    match begun {
        Ok(Err(wrong)) => again(&app, &who, &jar, Problem::from_room(&wrong)).await,
        Ok(Ok(setup)) => {
            let setup = Some(shown(setup));
            let view = view(&app, &who, &jar, FieldErrors::none(), setup, "").await?;
            Ok(page(StatusCode::OK, &view))
        }
        Err(problem) => again(&app, &who, &jar, problem).await,
    }
}

fn shown(setup: access::TotpSetup) -> TotpSetup {
    TotpSetup {
        svg: codes::qr_svg(&setup.address),
        secret: setup.secret,
        pending: setup.pending,
    }
}

async fn finish_totp(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let (account, code) = (who.account, form.text("code").to_owned());
    let pending = form.text("pending").to_owned();
    let kept = pending.clone();
    let finished = app
        .write(&who, move |tx| {
            access::finish_totp(tx, account, &kept, &code)
        })
        .await;
    let problem = match finished {
        Ok(()) => return Ok(Redirect::to("/me?done=totp").into_response()),
        Err(problem) if problem.status != StatusCode::UNPROCESSABLE_ENTITY => return Err(problem),
        Err(problem) => problem,
    };
    // The same picture and field again: the secret is in the person's phone already.
    let setup = app
        .read(&who, move |tx| access::pending_totp(tx, account, &pending))
        .await;
    let errors = FieldErrors::from_problem(&problem);
    let view = view(&app, &who, &jar, errors, setup.ok().map(shown), "").await?;
    Ok(page(problem.status, &view))
}

async fn end_session(
    State(app): State<App>,
    who: Who,
    Path(id): Path<SessionId>,
) -> Result<Redirect, Problem> {
    let account = who.account;
    app.write(&who, move |tx| access::end_session(tx, account, id))
        .await?;
    app.sessions().forget_all();
    Ok(Redirect::to("/me?done=ended"))
}

async fn end_others(State(app): State<App>, who: Who) -> Result<Redirect, Problem> {
    let (account, keep) = (who.account, who.session);
    app.write(&who, move |tx| {
        access::end_other_sessions(tx, account, keep)
    })
    .await?;
    app.sessions().forget_all();
    Ok(Redirect::to("/me?done=ended"))
}
