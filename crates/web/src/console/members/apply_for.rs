//! 代职工申请入会: the application of the hall, entered by staff for somebody who asked at the desk.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::IdType;
use kernel::ids::OrgId;
use union::access::Capability;
use union::members::applications;
use union::members::behalf::Way;
use union::members::consents::{ConsentTexts, Purpose};
use union::members::{MemberError, MemberPolicy, Permit};
use union::orgs::{self, OrgNode};

use super::acts::beside_form;
use super::behalf::mandate;
use crate::console::words::form_title;
use crate::hall::application;
use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Query, Routes, Who, page};

/// Unions offered by a search.
const OFFERED: usize = 20;

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::MembersChange);
    Routes::new()
        .get("/applications/new", need, show)
        .post("/applications/new", need, submit)
}

#[derive(Template)]
#[template(path = "console/members/apply_for.html")]
struct ApplyPage {
    frame: Frame,
    unions: Vec<OrgNode>,
    ways: &'static [Way],
    version: &'static str,
    notice: &'static [String],
    purposes: &'static [Purpose],
    form: Form,
    errors: FieldErrors,
    key: String,
    /// The receipt, once it is taken.
    receipt: String,
}

/// What the page shows besides the form.
#[derive(Default)]
struct Shown {
    problem: Option<Problem>,
    receipt: String,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    form: Form,
    shown: Shown,
) -> Result<Response, Problem> {
    let (wanted, org) = (form.text("union").to_owned(), form.parsed::<OrgId>("org"));
    let (unions, ways, texts) = app
        .read(who, move |tx| {
            let room = |error: orgs::OrgError| MemberError::Room(Box::new(error));
            let mut found = match wanted.as_str() {
                "" => Vec::new(),
                wanted => orgs::search(tx, wanted, OFFERED).map_err(room)?,
            };
            let own = match org {
                Some(org) => Some(org),
                None => orgs::top(tx).map_err(room)?.map(|org| org.id),
            };
            if let Some(own) = own.filter(|own| !found.iter().any(|node| node.org.id == *own)) {
                found.insert(0, orgs::node(tx, own).map_err(room)?);
            }
            let policy = MemberPolicy::at(*tx.district(), tx.today())?;
            let texts = ConsentTexts::at(*tx.district(), tx.today())?;
            Ok::<_, MemberError>((found, policy.behalf.as_slice(), texts))
        })
        .await?;
    let errors = shown
        .problem
        .as_ref()
        .map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let status = shown
        .problem
        .map_or(StatusCode::OK, |problem| problem.status);
    let frame = Frame::new(
        app,
        who,
        jar,
        form_title("代职工申请入会", &errors),
        "/members",
    )
    .crumb("会员名册", "/members")
    .crumb("入会申请", "/applications")
    .crumb("代职工申请", "");
    let key = match form.text("key") {
        "" => app.new_key(),
        key => key.to_owned(),
    };
    let view = ApplyPage {
        frame,
        unions,
        ways,
        version: &texts.version,
        notice: &texts.notice,
        purposes: &texts.purposes,
        form,
        errors,
        key,
        receipt: shown.receipt,
    };
    Ok(page(status, &view))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, Form::from_pairs(pairs), Shown::default()).await
}

async fn submit(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    if form.ticked("search") {
        return draw(&app, &who, &jar, form, Shown::default()).await;
    }
    let Some(org) = form.parsed::<OrgId>("org") else {
        return Err(Problem::bad_request("请选择申请加入的工会"));
    };
    let (permit, wish, application) = (Permit::of(&who), mandate(&form), application(&form, org));
    let taken = app
        .write_once(&who, &form, move |tx| {
            applications::apply_for(tx, &permit, &application, &wish)
        })
        .await;
    match taken {
        Ok(receipt) => {
            let shown = Shown {
                receipt,
                problem: None,
            };
            draw(&app, &who, &jar, Form::default(), shown).await
        }
        Err(problem) if beside_form(&problem) => {
            let shown = Shown {
                problem: Some(problem),
                receipt: String::new(),
            };
            draw(&app, &who, &jar, form, shown).await
        }
        Err(problem) => Err(problem),
    }
}
