//! 转会: asked, issued, accepted, each with its clock.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::{OrgId, TransferId};
use kernel::{Date, IdDocument, IdType};
use serde::Deserialize;
use union::access::Capability;
use union::members::transfers::{self, Answer, Queue, Transfer, TransferStep, TransferVerb};
use union::members::{MemberError, Permit};
use union::orgs::{self, OrgNode};

use super::acts::beside_form;
use super::names::{Names, masked};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

/// Unions offered.
const OFFERED: usize = 20;

pub(super) fn routes() -> Routes {
    let (read, enter) = (
        Need::Cap(Capability::MembersRead),
        Need::Cap(Capability::MembersChange),
    );
    Routes::new()
        .get("/transfers", read, list)
        .get("/transfers/new", enter, ask_form)
        .post("/transfers/new", enter, ask)
        .get("/transfers/{id}", read, show)
        .post(
            "/transfers/{id}/{verb}",
            Need::Cap(Capability::MembersApprove),
            answer,
        )
}

#[derive(Deserialize, Default)]
struct Tab {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "console/members/transfers.html")]
struct ListPage {
    frame: Frame,
    queue: Queue,
    items: Vec<Transfer>,
    names: Names,
    may_ask: bool,
    today: Date,
}

impl ListPage {
    fn masked(&self, name: &str) -> String {
        masked(name)
    }
    fn is(&self, queue: &Queue) -> bool {
        self.queue == *queue
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(tab): Query<Tab>,
) -> Result<Response, Problem> {
    let queue = Queue::from_code(&tab.tab);
    let (items, names) = app
        .read(&who, move |tx| -> Result<_, MemberError> {
            let items = transfers::queue(tx, queue)?;
            let names = Names::of(
                tx,
                items
                    .iter()
                    .flat_map(|item| [&item.from_path, &item.to_path]),
            )?;
            Ok((items, names))
        })
        .await?;
    let flash = match tab.done.as_str() {
        "asked" => Some("已向原工会提出转入，等待对方开具。".to_owned()),
        "answered" => Some("已办理。".to_owned()),
        _ => None,
    };
    let frame = Frame::new(&app, &who, &jar, "转会", "/members")
        .crumb("会员名册", "/members")
        .crumb("转会", "")
        .flash(flash);
    let may_ask = who.can(Capability::MembersChange);
    Ok(page(
        StatusCode::OK,
        &ListPage {
            frame,
            queue,
            items,
            names,
            may_ask,
            today: app.now().shanghai_date(),
        },
    ))
}

#[derive(Template)]
#[template(path = "console/members/transfer.html")]
struct ShowPage {
    frame: Frame,
    item: Transfer,
    names: Names,
    steps: Vec<&'static TransferStep>,
    errors: FieldErrors,
    typed: Form,
    today: Date,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: TransferId,
    status: StatusCode,
    errors: FieldErrors,
    typed: Form,
) -> Result<Response, Problem> {
    let scope = who.scope.clone();
    let (item, names) = app
        .read(who, move |tx| -> Result<_, MemberError> {
            let item = transfers::get(tx, id)?;
            let names = Names::of(tx, [&item.from_path, &item.to_path])?;
            Ok((item, names))
        })
        .await?;
    let may = who.can(Capability::MembersApprove);
    let mine = |step: &TransferStep| match step.side {
        transfers::Side::From => scope.covers(&item.from_path),
        transfers::Side::To => scope.covers(&item.to_path),
    };
    let steps = union::members::TRANSFERS
        .iter()
        .filter(|step| may && step.from == item.state && mine(step))
        .collect();
    let title = if errors.is_empty() {
        "转会"
    } else {
        "错误：转会"
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("转会", "/transfers")
        .crumb(item.name.clone(), "");
    Ok(page(
        status,
        &ShowPage {
            frame,
            item,
            names,
            steps,
            errors,
            typed,
            today: app.now().shanghai_date(),
        },
    ))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<TransferId>,
) -> Result<Response, Problem> {
    draw(
        &app,
        &who,
        &jar,
        id,
        StatusCode::OK,
        FieldErrors::none(),
        Form::default(),
    )
    .await
}

async fn answer(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, verb)): Path<(TransferId, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let verb = TransferVerb::from_code(&verb).ok_or_else(Problem::not_found)?;
    let said = Answer {
        verb,
        on: form.parsed("on"),
        note: form.text("note").to_owned(),
    };
    let permit = Permit::of(&who);
    match app
        .write(&who, move |tx| transfers::answer(tx, &permit, id, &said))
        .await
    {
        Ok(()) => Ok(Redirect::to("/transfers?done=answered").into_response()),
        Err(problem) if beside_form(&problem) => {
            draw(
                &app,
                &who,
                &jar,
                id,
                problem.status,
                FieldErrors::from_problem(&problem),
                form,
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "console/members/transfer_in.html")]
struct AskPage {
    frame: Frame,
    unions: Vec<OrgNode>,
    wanted: String,
    org: String,
    id_type: String,
    note: String,
    on_behalf: bool,
    errors: FieldErrors,
}

async fn ask_page(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    form: &Form,
    errors: FieldErrors,
) -> Result<AskPage, Problem> {
    let (wanted, org): (String, Option<OrgId>) =
        (form.text("union").to_owned(), form.parsed("org"));
    let asked = wanted.clone();
    let unions = app
        .read(who, move |tx| -> Result<_, MemberError> {
            let room = |error: orgs::OrgError| MemberError::Room(Box::new(error));
            let mut found = if asked.is_empty() {
                Vec::new()
            } else {
                orgs::search(tx, &asked, OFFERED).map_err(room)?
            };
            let own = match org {
                Some(org) => Some(org),
                None => orgs::top(tx).map_err(room)?.map(|org| org.id),
            };
            if let Some(own) = own
                && !found.iter().any(|node| node.org.id == own)
            {
                found.insert(0, orgs::node(tx, own).map_err(room)?);
            }
            Ok(found)
        })
        .await?;
    let title = if errors.is_empty() {
        "提出转入"
    } else {
        "错误：提出转入"
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("转会", "/transfers")
        .crumb("提出转入", "");
    let org = org.map(|org| org.to_string()).unwrap_or_default();
    Ok(AskPage {
        frame,
        unions,
        wanted,
        org,
        id_type: form.text("id_type").to_owned(),
        note: form.text("note").to_owned(),
        on_behalf: form.text("asked_by") == "worker",
        errors,
    })
}

async fn ask_form(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    Ok(page(
        StatusCode::OK,
        &ask_page(&app, &who, &jar, &Form::default(), FieldErrors::none()).await?,
    ))
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    if form.ticked("search") {
        return Ok(page(
            StatusCode::OK,
            &ask_page(&app, &who, &jar, &form, FieldErrors::none()).await?,
        ));
    }
    let paper = match IdType::from_label(form.text("id_type")) {
        Some(kind) => IdDocument::parse(kind, form.text("id_number")),
        None => IdDocument::detect(form.text("id_number")),
    };
    let mut errors = FieldErrors::none();
    let paper = paper
        .map_err(|fault| errors.add("id_number", format!("{fault}；请对照本人出示的证件")))
        .ok();
    let (Some(paper), Some(to)) = (paper, form.parsed::<OrgId>("org")) else {
        return Ok(page(
            StatusCode::UNPROCESSABLE_ENTITY,
            &ask_page(&app, &who, &jar, &form, errors).await?,
        ));
    };
    let on_behalf = form.text("asked_by") == "worker";
    let (permit, note) = (Permit::of(&who), form.text("note").to_owned());
    match app
        .write_once(&who, &form, move |tx| {
            transfers::request(tx, &permit, &paper, to, &note, on_behalf).map(drop)
        })
        .await
    {
        Ok(()) => Ok(Redirect::to("/transfers?tab=asked&done=asked").into_response()),
        Err(problem) if beside_form(&problem) => {
            let view =
                ask_page(&app, &who, &jar, &form, FieldErrors::from_problem(&problem)).await?;
            Ok(page(problem.status, &view))
        }
        Err(problem) => Err(problem),
    }
}
