//! 更正资料: the record as it should be. Personal numbers are empty in the form; an empty one stays as it is.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::MemberId;
use union::access::Capability;
use union::members::{self, Member, MemberDraft, MemberError, Permit};

use super::acts::beside_form;
use super::enter::{Choice, choices, draft_from, flags};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::MembersChange);
    Routes::new().get("/members/{id}/correct", need, show).post(
        "/members/{id}/correct",
        need,
        submit,
    )
}

#[derive(Template)]
#[template(path = "console/members/correct.html")]
struct CorrectPage {
    frame: Frame,
    member: Member,
    draft: MemberDraft,
    choices: Vec<Choice>,
    flags: Vec<(&'static str, &'static str, bool)>,
    /// The employer's name, or what was typed.
    unit: String,
    version: i64,
    why: String,
    errors: FieldErrors,
}

/// What was typed and could not be kept.
struct Typed {
    draft: MemberDraft,
    unit: String,
    version: i64,
    why: String,
}

async fn load(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: MemberId,
    typed: Option<Typed>,
    errors: FieldErrors,
) -> Result<CorrectPage, Problem> {
    let (member, unit) = app
        .read(who, move |tx| {
            let member = members::get(tx, id)?;
            let unit = members::unit_of(tx, member.employer)?;
            Ok::<_, MemberError>((member, unit))
        })
        .await?;
    let Typed {
        draft,
        unit,
        version,
        why,
    } = typed.unwrap_or_else(|| Typed {
        draft: unnumbered(&member),
        unit,
        version: member.version,
        why: String::new(),
    });
    let title = if errors.is_empty() {
        "更正资料"
    } else {
        "错误：更正资料"
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("会员名册", "/members")
        .crumb(member.name.clone(), format!("/members/{id}"))
        .crumb("更正资料", "");
    Ok(CorrectPage {
        frame,
        choices: choices(&draft),
        flags: flags(&draft),
        member,
        draft,
        unit,
        version,
        why,
        errors,
    })
}

/// The record as the form begins with it: no number, and no birth date where the number is made of it.
fn unnumbered(member: &Member) -> MemberDraft {
    let mut draft = members::draft_of(member);
    if member.id_type.has_citizen_form() {
        draft.birth_on.clear();
    }
    draft
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MemberId>,
) -> Result<Response, Problem> {
    Ok(page(
        StatusCode::OK,
        &load(&app, &who, &jar, id, None, FieldErrors::none()).await?,
    ))
}

async fn submit(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MemberId>,
    form: Form,
) -> Result<Response, Problem> {
    let mut draft = draft_from(&form);
    draft.confirmed = true;
    let (version, why): (i64, String) = (
        form.parsed("version").unwrap_or_default(),
        form.text("why").to_owned(),
    );
    let unit = form
        .names()
        .any(|name| name == "employer")
        .then(|| form.text("employer").to_owned());
    let (permit, new, reason, works) = (Permit::of(&who), draft.clone(), why.clone(), unit.clone());
    match app
        .write(&who, move |tx| {
            members::correct(tx, &permit, id, &new, version, &reason)?;
            match works {
                Some(works) => members::set_unit(tx, &permit, id, &works, &reason),
                None => Ok(()),
            }
        })
        .await
    {
        Ok(()) => Ok(Redirect::to(&format!("/members/{id}?done=corrected")).into_response()),
        Err(problem) if beside_form(&problem) => {
            let errors = FieldErrors::from_problem(&problem);
            let typed = Typed {
                draft,
                unit: unit.unwrap_or_default(),
                version,
                why,
            };
            let view = load(&app, &who, &jar, id, Some(typed), errors).await?;
            Ok(page(problem.status, &view))
        }
        Err(problem) => Err(problem),
    }
}
