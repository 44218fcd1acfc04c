//! 我的会员卡: the code that changes, and a button to change it where there is no script.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::ids::MemberId;
use store::Tx;
use union::members::card::{self, CardCode};
use union::members::{self, Member, MemberError, Permit};
use union::orgs;

use super::frame::HallFrame;
use super::words;
use super::worker::Worker;
use crate::shell::{App, Hx, Need, Problem, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/hall/card", Need::Member, show)
}

#[derive(Template)]
#[template(path = "hall/card.html", blocks = ["code"])]
struct CardPage {
    frame: HallFrame,
    member: Member,
    union: String,
    /// None where the membership does not hold: then `refusal` says why.
    code: Option<CardCode>,
    refusal: String,
    now: String,
    until: String,
}

async fn show(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Hx(htmx): Hx,
) -> Result<Response, Problem> {
    let (member, union, code, refusal) = worker.read(&app, read).await?;
    let frame = HallFrame::new(&app, &jar, true, "我的会员卡")
        .await?
        .tab("/hall/card");
    let until = code
        .as_ref()
        .map(|code| code.until.rfc3339())
        .unwrap_or_default();
    let view = CardPage {
        frame,
        member,
        union,
        code,
        refusal,
        now: app.now().rfc3339(),
        until,
    };
    Ok(if htmx {
        page(StatusCode::OK, &view.as_code())
    } else {
        page(StatusCode::OK, &view)
    })
}

fn read(
    tx: &mut Tx,
    permit: &Permit,
    id: MemberId,
) -> Result<(Member, String, Option<CardCode>, String), MemberError> {
    let member = members::get(tx, id)?;
    let union = orgs::named(tx, member.org).map_or_else(|_| String::new(), |org| org.name);
    match card::code(tx, permit, id) {
        Ok(code) => Ok((member, union, Some(code), String::new())),
        Err(MemberError::Refused(refusals)) => Ok((member, union, None, refusals.to_string())),
        Err(other) => Err(other),
    }
}
