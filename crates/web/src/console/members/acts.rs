//! What is done to one member: changes of membership, issuing a transfer, revealing a number.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::MemberId;
use union::access::Capability;
use union::members::reveal::{self, Masked};
use union::members::{self, ChangeForm, Member, MemberError, Permit, Reason, Verb, transfers};
use union::orgs::{self, OrgNode};

use super::show::{Shown, draw};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, Who, page};

/// Unions offered for a search.
const OFFERED: usize = 20;

pub(super) fn routes() -> Routes {
    let enter = Need::Cap(Capability::MembersChange);
    let reveal = Need::Cap(Capability::MembersReveal);
    Routes::new()
        .post(
            "/members/{id}/change/{verb}",
            Need::Cap(Capability::MembersRead),
            change,
        )
        .get("/members/{id}/reveal/{field}", reveal, reveal_form)
        .post("/members/{id}/reveal/{field}", reveal, reveal_field)
        .get("/members/{id}/transfer", enter, transfer_form)
        .post("/members/{id}/transfer", enter, issue)
}

/// Whether a problem belongs beside the form rather than on a page of its own.
pub(in crate::console) fn beside_form(problem: &Problem) -> bool {
    matches!(
        problem.status,
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT
    )
}

async fn change(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, verb)): Path<(MemberId, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let verb = Verb::from_code(&verb).ok_or_else(Problem::not_found)?;
    let on: Option<Date> = form.parsed("on");
    let change = ChangeForm {
        verb,
        on: on.unwrap_or_else(|| app.now().shanghai_date()),
        reason: Reason::from_code(form.text("reason")),
        evidence: form.text("evidence").to_owned(),
        to: None,
        version: form.parsed("version").unwrap_or_default(),
    };
    let permit = Permit::of(&who);
    match app
        .write(&who, move |tx| members::change(tx, &permit, id, &change))
        .await
    {
        Ok(()) => Ok(Redirect::to(&format!("/members/{id}?done=changed")).into_response()),
        Err(problem) if beside_form(&problem) => {
            let shown = Shown {
                errors: FieldErrors::from_problem(&problem),
                verb: verb.code().to_owned(),
                typed: form,
                ..Default::default()
            };
            draw(&app, &who, &jar, id, problem.status, shown).await
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "console/members/reveal.html")]
struct RevealPage {
    frame: Frame,
    member: Member,
    what: Masked,
    reason: String,
    errors: FieldErrors,
}

async fn reveal_page(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: MemberId,
    what: Masked,
    reason: String,
    errors: FieldErrors,
) -> Result<RevealPage, Problem> {
    let member = app.read(who, move |tx| members::get(tx, id)).await?;
    let title = if errors.is_empty() {
        format!("查看{}", what.label())
    } else {
        format!("错误：查看{}", what.label())
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("会员名册", "/members")
        .crumb(member.name.clone(), format!("/members/{id}"))
        .crumb(format!("查看{}", what.label()), "");
    Ok(RevealPage {
        frame,
        member,
        what,
        reason,
        errors,
    })
}

async fn reveal_form(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, field)): Path<(MemberId, String)>,
) -> Result<Response, Problem> {
    let what = Masked::from_code(&field).ok_or_else(Problem::not_found)?;
    let view = reveal_page(
        &app,
        &who,
        &jar,
        id,
        what,
        String::new(),
        FieldErrors::none(),
    )
    .await?;
    Ok(page(StatusCode::OK, &view))
}

/// The number is drawn into the answer of this post and nowhere else: not into an address, not into a redirect.
async fn reveal_field(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, field)): Path<(MemberId, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let what = Masked::from_code(&field).ok_or_else(Problem::not_found)?;
    let (permit, reason) = (Permit::of(&who), form.text("reason").to_owned());
    let given = reason.clone();
    match app
        .write(&who, move |tx| {
            reveal::reveal(tx, &permit, id, what, &given)
        })
        .await
    {
        Ok(plain) => {
            let shown = Shown {
                number: Some((what.label(), plain)),
                ..Default::default()
            };
            draw(&app, &who, &jar, id, StatusCode::OK, shown).await
        }
        Err(problem) if beside_form(&problem) => {
            let view = reveal_page(
                &app,
                &who,
                &jar,
                id,
                what,
                reason,
                FieldErrors::from_problem(&problem),
            )
            .await?;
            Ok(page(problem.status, &view))
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "console/members/transfer_out.html")]
struct TransferPage {
    frame: Frame,
    member: Member,
    found: Vec<OrgNode>,
    wanted: String,
    to: String,
    note: String,
    errors: FieldErrors,
}

async fn transfer_page(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: MemberId,
    form: &Form,
    errors: FieldErrors,
) -> Result<TransferPage, Problem> {
    let wanted = form.text("union").to_owned();
    let asked = wanted.clone();
    let (member, found) = app
        .read(who, move |tx| -> Result<_, MemberError> {
            let found = if asked.is_empty() {
                Vec::new()
            } else {
                orgs::search_district(tx, &asked, OFFERED)
                    .map_err(|error| MemberError::Room(Box::new(error)))?
            };
            Ok((members::get(tx, id)?, found))
        })
        .await?;
    let title = if errors.is_empty() {
        "开具转会"
    } else {
        "错误：开具转会"
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("会员名册", "/members")
        .crumb(member.name.clone(), format!("/members/{id}"))
        .crumb("开具转会", "");
    Ok(TransferPage {
        frame,
        member,
        found,
        wanted,
        to: form.text("to").to_owned(),
        note: form.text("note").to_owned(),
        errors,
    })
}

async fn transfer_form(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MemberId>,
    axum::extract::Query(pairs): axum::extract::Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let view = transfer_page(
        &app,
        &who,
        &jar,
        id,
        &Form::from_pairs(pairs),
        FieldErrors::none(),
    )
    .await?;
    Ok(page(StatusCode::OK, &view))
}

async fn issue(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MemberId>,
    form: Form,
) -> Result<Response, Problem> {
    let Some(to) = form.parsed("to") else {
        let mut errors = FieldErrors::none();
        errors.add("union", "请先查找并选择转入的工会");
        let view = transfer_page(&app, &who, &jar, id, &form, errors).await?;
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view));
    };
    let (permit, note, version) = (
        Permit::of(&who),
        form.text("note").to_owned(),
        form.parsed("version").unwrap_or_default(),
    );
    match app
        .write_once(&who, &form, move |tx| {
            transfers::issue_new(tx, &permit, id, to, version, &note).map(drop)
        })
        .await
    {
        Ok(()) => Ok(Redirect::to(&format!("/members/{id}?done=issued")).into_response()),
        Err(problem) if beside_form(&problem) => {
            let view = transfer_page(
                &app,
                &who,
                &jar,
                id,
                &form,
                FieldErrors::from_problem(&problem),
            )
            .await?;
            Ok(page(problem.status, &view))
        }
        Err(problem) => Err(problem),
    }
}
