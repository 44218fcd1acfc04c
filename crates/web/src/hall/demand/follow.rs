//! 我的这件事: where it stands, in sentences; who has it and until when; and what can still be said.

use std::net::SocketAddr;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::cases::{self, CaseError, PublicCase};

use super::super::frame::HallFrame;
use super::super::words;
use super::concerned;
use crate::shell::{App, FieldErrors, Form, Problem, page};

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

    /// The badge of the state.
    fn badge(&self) -> (&'static str, &'static str) {
        match (self.case.ended, self.case.state.as_str()) {
            (true, "refused") => ("lv lv-n", "s-none"),
            (true, _) => ("lv lv-g", "s-ok"),
            (false, "returned") => ("lv lv-y", "s-yel"),
            (false, _) => ("lv lv-b", "s-blu"),
        }
    }

    /// The badge's words.
    fn stands(&self) -> &'static str {
        match (self.case.ended, self.case.state.as_str()) {
            (true, _) => "办完了",
            (false, "returned") => "等您补材料",
            (false, "answered") => "已答复",
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

/// The case of a code.
pub(super) async fn show(
    app: &App,
    jar: &CookieJar,
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
    let frame = HallFrame::new(app, jar, false, "这件事办到哪了")
        .await?
        .tab("/hall/status")
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
        show(app, jar, code, Said::default()).await.map(Some)
    } else {
        Ok(None)
    }
}
