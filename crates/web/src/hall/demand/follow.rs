//! 我的这件事: where it stands, in sentences; who has it and until when; and what can still be said.
//!
//! Its own address is `/hall/demand/mine/…` for the worker whose it is, and `/hall/demand/case` for whoever holds the
//! code, which stands in a cookie for a quarter of an hour: a reload shows the page and sends nothing twice.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Instant;
use kernel::ids::CaseId;
use serde::Deserialize;
use union::cases::{self, CaseError, PublicCase};

use super::super::frame::HallFrame;
use super::super::words;
use super::super::worker::Worker;
use super::concerned;
use super::form::worker_of;
use super::say::What;
use crate::shell::{
    App, DEMAND_COOKIE, FieldErrors, Form, Need, Problem, Query, Routes, Who, cookie, page,
};

/// How long the cookie opens the page, in milliseconds.
const KEPT_MS: i64 = 15 * 60_000;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/demand/case", Need::Public, own)
        // Where a form was refused the address is the form's: opened by itself, it leads to the demand.
        .get("/hall/demand/say/{what}", Need::Public, back)
}

/// After an act.
#[derive(Deserialize, Default)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    /// What is said that was done.
    pub(super) fn said(&self) -> Said {
        Said {
            flash: What::of(&self.done).map(What::done),
            ..Said::default()
        }
    }
}

/// After an act: what to say, what was typed, what is wrong with it.
#[derive(Default)]
pub(super) struct Said {
    /// A message that it was done.
    pub flash: Option<&'static str>,
    /// The form that was not taken.
    pub form: Form,
    /// Why.
    pub errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "hall/demand/case.html")]
struct CasePage {
    frame: HallFrame,
    case: PublicCase,
    code: String,
    key: String,
    form: Form,
    errors: FieldErrors,
}

impl CasePage {
    /// Whether the person may do this now.
    fn may(&self, verb: &str) -> bool {
        self.case.may.iter().any(|one| one == verb)
    }

    /// Whether words can be added: of itself, or because papers were asked for.
    fn may_add(&self) -> bool {
        self.may("note") || self.may("supplement")
    }

    /// Something is asked of the person.
    fn waits_for_me(&self) -> bool {
        self.may("supplement")
    }

    /// The badge of the state.
    fn badge(&self) -> (&'static str, &'static str) {
        match (self.case.ended, self.case.state.as_str()) {
            (true, "refused") => ("lv lv-n", "s-none"),
            (true, _) => ("lv lv-g", "s-ok"),
            (false, _) if self.waits_for_me() => ("lv lv-y", "s-yel"),
            (false, _) => ("lv lv-b", "s-blu"),
        }
    }

    /// The badge's words.
    fn stands(&self) -> &'static str {
        match (self.case.ended, self.case.state.as_str()) {
            (true, _) => "办完了",
            (false, _) if self.waits_for_me() => "等您补材料",
            (false, "answered") => "已答复",
            (false, _) if self.case.fresh => "等待受理",
            (false, _) => "正在办",
        }
    }
}

/// A code as it is kept: letters and digits, large.
pub(super) fn plain(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_uppercase()).collect()
}

/// Refuses an address that looks codes up faster than people do.
pub(super) fn not_too_often(app: &App, peer: &SocketAddr) -> Result<(), Problem> {
    let who = format!("hall.demand {}", peer.ip());
    if app.limiter().allow(&who, app.now()) {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "hall.too_many",
        "查得太快了，请一分钟后再试",
    ))
}

/// The code of the demand somebody looks at, while the cookie holds.
fn kept(jar: &CookieJar, now: Instant) -> Option<String> {
    let (at, code) = jar.get(DEMAND_COOKIE)?.value().split_once('.')?;
    let age = now.ms().checked_sub(at.parse().ok()?)?;
    (0..=KEPT_MS).contains(&age).then(|| code.to_owned())
}

/// On to the demand's own address (303); `done` names what was done.
pub(super) async fn go_on(
    app: &App,
    jar: CookieJar,
    worker: Option<&Worker>,
    code: &str,
    done: &str,
) -> Result<Response, Problem> {
    let query = if done.is_empty() {
        String::new()
    } else {
        format!("?done={done}")
    };
    if let Some(worker) = worker
        && let Some(id) = own_case(app, worker, code).await?
    {
        return Ok(Redirect::to(&format!("/hall/demand/mine/{id}{query}")).into_response());
    }
    let value = format!("{}.{}", app.now().ms(), plain(code));
    let jar = jar.add(cookie(app, DEMAND_COOKIE, value));
    Ok((jar, Redirect::to(&format!("/hall/demand/case{query}"))).into_response())
}

/// The worker's own case of a code; a report is nobody's but the code's.
async fn own_case(app: &App, worker: &Worker, code: &str) -> Result<Option<CaseId>, Problem> {
    let code = code.to_owned();
    worker
        .read(app, move |tx, _, _| {
            let Some(id) = cases::by_receipt(tx, &code)? else {
                return Ok(None);
            };
            match cases::public_own(tx, id) {
                Ok(_) => Ok(Some(id)),
                Err(CaseError::NotFound) => Ok(None),
                Err(other) => Err(other),
            }
        })
        .await
}

/// The demand whose code the cookie holds; without one, where codes are typed.
async fn own(
    State(app): State<App>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let Some(code) = kept(&jar, app.now()) else {
        return Ok(Redirect::to("/hall/status").into_response());
    };
    let member = worker_of(who.as_ref()).is_some();
    match show(&app, &jar, member, &code, done.said()).await {
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            Ok(Redirect::to("/hall/status").into_response())
        }
        other => other,
    }
}

async fn back() -> Redirect {
    Redirect::to("/hall/demand/case")
}

/// The case of a code, with the tabs of a member or of a guest.
pub(super) async fn show(
    app: &App,
    jar: &CookieJar,
    member: bool,
    code: &str,
    said: Said,
) -> Result<Response, Problem> {
    let asked = code.to_owned();
    let case = app
        .read_as(concerned(app), move |tx| {
            cases::public_by_receipt(tx, &asked)
        })
        .await?;
    let wrong = !said.errors.is_empty();
    let frame = HallFrame::new(app, jar, member, "这件事办到哪了")
        .await?
        .tab(if member { "/hall" } else { "/hall/status" })
        .flash(said.flash)
        .wrong(wrong);
    let key = match said.form.key() {
        "" => app.new_key(),
        key => key.to_owned(),
    };
    let view = CasePage {
        frame,
        case,
        code: plain(code),
        key,
        form: said.form,
        errors: said.errors,
    };
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(page(status, &view))
}

/// The case of a code that was typed where people look up receipts of either kind; `None` when it is no case's.
pub(in crate::hall) async fn of_code(
    app: &App,
    jar: &CookieJar,
    member: bool,
    code: &str,
) -> Result<Option<Response>, Problem> {
    let asked = code.to_owned();
    let known = app
        .read_as(concerned(app), move |tx| {
            match cases::public_by_receipt(tx, &asked) {
                Ok(_) => Ok(true),
                Err(CaseError::NotFound) => Ok(false),
                Err(other) => Err(other),
            }
        })
        .await?;
    if known {
        show(app, jar, member, code, Said::default())
            .await
            .map(Some)
    } else {
        Ok(None)
    }
}
