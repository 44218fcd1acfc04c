//! 代办: what a member may do alone in the hall, done by staff because the member asked. How they asked, and that they
//! agreed, is written down first; the member reads who did it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::MemberId;
use store::Tx;
use union::access::Capability;
use union::members::behalf::{self, Mandate, Way};
use union::members::consents::{self, ConsentLine};
use union::members::requests::{self, RequestKind};
use union::members::{self, Member, MemberError, MemberPolicy, Permit, transfers};
use union::orgs::{self, OrgNode};

use super::acts::beside_form;
use crate::console::words::form_title;
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

/// Unions offered by a search.
const OFFERED: usize = 20;

/// What may be done: part of the address, and words.
const SERVICES: [(&str, &str); 5] = [
    ("correct", "更正资料"),
    ("export", "要一份纸质资料"),
    ("delete", "删除资料"),
    ("transfer", "转会"),
    ("consent", "同意和撤回"),
];

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::MembersChange);
    Routes::new()
        .get("/members/{id}/behalf/{what}", need, show)
        .post("/members/{id}/behalf/{what}", need, carry_out)
}

#[derive(Template)]
#[template(path = "console/members/behalf.html")]
struct BehalfPage {
    frame: Frame,
    member: Member,
    what: String,
    title: &'static str,
    services: [(&'static str, &'static str); 5],
    ways: &'static [Way],
    consents: Vec<ConsentLine>,
    found: Vec<OrgNode>,
    form: Form,
    errors: FieldErrors,
    key: String,
}

fn service(what: &str) -> Result<&'static str, Problem> {
    let known = SERVICES.iter().find(|(id, _)| *id == what);
    known
        .map(|(_, title)| *title)
        .ok_or_else(Problem::not_found)
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (id, what): (MemberId, String),
    form: Form,
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let title = service(&what)?;
    let wanted = form.text("union").to_owned();
    let (member, consents, found, ways) = app
        .read(who, move |tx| {
            let found = match wanted.as_str() {
                "" => Vec::new(),
                wanted => orgs::search_district(tx, wanted, OFFERED)
                    .map_err(|error| MemberError::Room(Box::new(error)))?,
            };
            let policy = MemberPolicy::at(*tx.district(), tx.today())?;
            Ok::<_, MemberError>((
                members::get(tx, id)?,
                consents::of_member(tx, id)?,
                found,
                policy.behalf.as_slice(),
            ))
        })
        .await?;
    let errors = problem
        .as_ref()
        .map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    let heading = form_title(&format!("代办：{title}"), &errors);
    let frame = Frame::new(app, who, jar, heading, "/members")
        .crumb("会员名册", "/members")
        .crumb(member.name.clone(), format!("/members/{id}"))
        .crumb("代办", "");
    let key = match form.text("key") {
        "" => app.new_key(),
        key => key.to_owned(),
    };
    let view = BehalfPage {
        frame,
        member,
        what,
        title,
        services: SERVICES,
        ways,
        consents,
        found,
        form,
        errors,
        key,
    };
    Ok(page(status, &view))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(at): Path<(MemberId, String)>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, at, Form::from_pairs(pairs), None).await
}

/// What the form says about the worker's wish.
pub(super) fn mandate(form: &Form) -> Mandate {
    Mandate {
        way: form.text("way").to_owned(),
        said: form.text("said").to_owned(),
        agreed: form.ticked("agreed"),
    }
}

async fn carry_out(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, what)): Path<(MemberId, String)>,
    form: Form,
) -> Result<Response, Problem> {
    service(&what)?;
    let today = app.now().shanghai_date();
    let done = match mandate(&form).actor(who.actor(), id, today) {
        Ok(actor) => {
            let (permit, what, typed) = (Permit::of(&who), what.clone(), form.clone());
            app.write_once_as(actor, &form, move |tx| act(tx, &permit, id, &what, &typed))
                .await
        }
        Err(error) => Err(Problem::from_room(&error)),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/members/{id}?done=behalf")).into_response()),
        Err(problem) if beside_form(&problem) => {
            draw(&app, &who, &jar, (id, what), form, Some(problem)).await
        }
        Err(problem) => Err(problem),
    }
}

/// Does what was asked as the worker would in the hall.
fn act(
    tx: &mut Tx,
    permit: &Permit,
    id: MemberId,
    what: &str,
    form: &Form,
) -> Result<(), MemberError> {
    let permit = behalf::permit(tx, permit, id)?;
    let invalid = |field, message: &str| MemberError::Invalid {
        field,
        message: message.to_owned(),
    };
    if let Some(kind) = RequestKind::from_code(what) {
        return requests::ask(tx, &permit, id, kind, form.text("detail")).map(drop);
    }
    if what == "transfer" {
        let to = form
            .parsed("to")
            .ok_or_else(|| invalid("union", "请先查找并选择转入的工会"))?;
        return transfers::request_own(tx, &permit, id, to, form.text("detail")).map(drop);
    }
    // `give:notify`, `withdraw:notify`: the purpose and what the worker wants.
    match form.text("consent").split_once(':') {
        Some(("give", purpose)) => consents::set(tx, &permit, id, purpose, true),
        Some(("withdraw", purpose)) => consents::set(tx, &permit, id, purpose, false),
        _ => Err(invalid("consent", "请选择要同意或撤回的用途")),
    }
}
