//! 重新入会、更正去世登记 of someone whose union has been dissolved: where they belong now is chosen first.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::MemberId;
use union::access::Capability;
use union::members::{self, ChangeForm, Member, MemberError, Permit, Reason, Step, Verb};
use union::orgs::{self, OrgNode, OrgState};

use super::beside_form;
use crate::console::words::form_title;
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, Who, page};

/// Unions offered for a search.
const OFFERED: usize = 20;

pub(super) fn routes() -> Routes {
    // The flow table asks for the capability of each step.
    let need = Need::Cap(Capability::MembersRead);
    Routes::new()
        .get("/members/{id}/return/{verb}", need, form_page)
        .post("/members/{id}/return/{verb}", need, come_back)
}

#[derive(Template)]
#[template(path = "console/members/return.html")]
struct ReturnPage {
    frame: Frame,
    member: Member,
    step: &'static Step,
    /// Name of the union that is no more.
    home: String,
    /// What became of it: who took over what it had.
    became: Vec<String>,
    found: Vec<OrgNode>,
    form: Form,
    errors: FieldErrors,
    today: Date,
}

/// What the page needs, read in one snapshot.
struct Loaded {
    member: Member,
    home: String,
    became: Vec<String>,
    found: Vec<OrgNode>,
    gone: bool,
}

fn load(tx: &mut store::Tx, id: MemberId, wanted: &str) -> Result<Loaded, MemberError> {
    let room = |error: orgs::OrgError| MemberError::Room(Box::new(error));
    let member = members::get(tx, id)?;
    let home = orgs::named(tx, member.org).map_err(room)?.name;
    let gone = members::home_is_gone(tx, &member)?;
    let became = orgs::history(tx, member.org).map_err(room)?;
    let became = became
        .into_iter()
        .take(2)
        .map(|line| format!("{} {}：{}", line.effective_on, line.title, line.after))
        .collect();
    // Those the post looks after: nobody gives a membership at someone else's union.
    let mut found = if wanted.is_empty() {
        Vec::new()
    } else {
        orgs::search(tx, wanted, OFFERED).map_err(room)?
    };
    found.retain(|node| matches!(node.state, OrgState::Active | OrgState::Preparing));
    Ok(Loaded {
        member,
        home,
        became,
        found,
        gone,
    })
}

/// The page; after a refusal with its reasons. Where there is nobody to come back here, the refusal itself, or the
/// member's own page.
async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (id, verb): (MemberId, Verb),
    form: Form,
    problem: Option<Problem>,
) -> Result<Response, Problem> {
    let wanted = form.text("union").to_owned();
    let loaded = app.read(who, move |tx| load(tx, id, &wanted)).await?;
    let step = members::step_for(loaded.member.status, verb).filter(|step| step.returns());
    let Some(step) = step.filter(|_| loaded.gone) else {
        // At a union that is still there it is done on the member's own page.
        let home = Redirect::to(&format!("/members/{id}")).into_response();
        return problem.map_or(Ok(home), Err);
    };
    if !Permit::of(who).allows(step.need) {
        return Err(Problem::forbidden(step.need.title()));
    }
    let what = verb.label();
    let errors = problem
        .as_ref()
        .map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let frame = Frame::new(app, who, jar, form_title(what, &errors), "/members")
        .crumb("会员名册", "/members")
        .crumb(loaded.member.name.clone(), format!("/members/{id}"))
        .crumb(what, "");
    let view = ReturnPage {
        frame,
        member: loaded.member,
        step,
        home: loaded.home,
        became: loaded.became,
        found: loaded.found,
        form,
        errors,
        today: app.now().shanghai_date(),
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    Ok(page(status, &view))
}

async fn form_page(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, verb)): Path<(MemberId, String)>,
    axum::extract::Query(pairs): axum::extract::Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let verb = Verb::from_code(&verb).ok_or_else(Problem::not_found)?;
    draw(&app, &who, &jar, (id, verb), Form::from_pairs(pairs), None).await
}

async fn come_back(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, verb)): Path<(MemberId, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let verb = Verb::from_code(&verb).ok_or_else(Problem::not_found)?;
    let Some(to) = form.parsed("to") else {
        let problem = Problem::from_room(&MemberError::Invalid {
            field: "union",
            message: "请先查找并选择现在加入的工会".to_owned(),
        });
        return draw(&app, &who, &jar, (id, verb), form, Some(problem)).await;
    };
    let change = ChangeForm {
        verb,
        on: form
            .parsed("on")
            .unwrap_or_else(|| app.now().shanghai_date()),
        reason: Reason::from_code(form.text("reason")),
        evidence: form.text("evidence").to_owned(),
        to: Some(to),
        version: form.parsed("version").unwrap_or_default(),
    };
    let permit = Permit::of(&who);
    match app
        .write_once(&who, &form, move |tx| {
            members::change(tx, &permit, id, &change)
        })
        .await
    {
        Ok(()) => Ok(Redirect::to(&format!("/members/{id}?done=changed")).into_response()),
        Err(problem) if beside_form(&problem) => {
            draw(&app, &who, &jar, (id, verb), form, Some(problem)).await
        }
        Err(problem) => Err(problem),
    }
}
