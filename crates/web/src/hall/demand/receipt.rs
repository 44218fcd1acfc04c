//! 回执: the code, its QR, and a page to print that proves what was sent and when. It has no other way out than to say
//! that the code is noted: whoever gave no phone cannot be told it again.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use store::Tx;
use union::cases::{self, CaseError, PublicCase, Sent};

use super::super::frame::HallFrame;
use super::super::words;
use super::form::worker_of;
use super::{concerned, follow, site_address};
use crate::shell::{App, Form, Need, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .post("/hall/demand/receipt", Need::Public, again)
        .post("/hall/demand/noted", Need::Public, noted)
}

#[derive(Template)]
#[template(path = "hall/demand/receipt.html")]
struct ReceiptPage {
    frame: HallFrame,
    code: String,
    qr: String,
    case: PublicCase,
    sent: Option<Sent>,
    /// The box was not ticked.
    missing: bool,
}

impl ReceiptPage {
    /// In groups of four, as it is read aloud.
    fn groups(&self) -> String {
        let letters: Vec<char> = self.code.chars().collect();
        let groups: Vec<String> = letters
            .chunks(4)
            .map(|four| four.iter().collect())
            .collect();
        groups.join(" ")
    }
}

fn gather(tx: &mut Tx, code: &str) -> Result<(PublicCase, Option<Sent>), CaseError> {
    Ok((
        cases::public_by_receipt(tx, code)?,
        cases::sent_by_receipt(tx, code)?,
    ))
}

/// The receipt of a code. In the QR the code stands behind a #, which browsers do not send to anybody.
pub(super) async fn draw(
    app: &App,
    jar: &CookieJar,
    headers: &HeaderMap,
    code: &str,
    missing: Option<()>,
) -> Result<Response, Problem> {
    let asked = code.to_owned();
    let (case, sent) = app
        .read_as(concerned(app), move |tx| gather(tx, &asked))
        .await?;
    let code = follow::plain(code);
    let address = site_address(app, headers).await?;
    let mut frame = HallFrame::new(app, jar, false, "回执")
        .await?
        .wrong(missing.is_some());
    frame.tabs = &[];
    frame.back = "";
    let view = ReceiptPage {
        frame,
        qr: union::codes::qr_svg(&format!("{address}/hall/status#{code}")),
        code,
        case,
        sent,
        missing: missing.is_some(),
    };
    let status = if missing.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(page(status, &view))
}

/// The receipt once more, for whoever has the code: to print it, or after the page's script sent the form.
async fn again(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    follow::not_too_often(&app, &peer)?;
    draw(&app, &jar, &headers, form.text("code"), None).await
}

/// On from the receipt, once it is noted.
async fn noted(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    who: Option<axum::Extension<Who>>,
    jar: CookieJar,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Problem> {
    follow::not_too_often(&app, &peer)?;
    if !form.ticked("noted") {
        return draw(&app, &jar, &headers, form.text("code"), Some(())).await;
    }
    // A code that is none leads nowhere.
    let asked = form.text("code").to_owned();
    app.read_as(concerned(&app), move |tx| {
        cases::public_by_receipt(tx, &asked).map(drop)
    })
    .await?;
    let worker = worker_of(who.as_ref());
    follow::go_on(&app, jar, worker.as_ref(), form.text("code"), "").await
}
