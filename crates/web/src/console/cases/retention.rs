//! 到期销毁: cases whose time is up, listed by the night; one person proposes, another agrees.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::ids::{CaseDisposalId, CaseId};
use union::access::Capability;
use union::arrears::check_in::WeeklyRules;
use union::cases::{self, CaseError, Disposal, DisposalItem, DisposalState};

use crate::console::words::{answered, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let command = Need::Cap(Capability::CasesAssign);
    Routes::new()
        .get("/cases/retention", command, list)
        .get("/cases/retention/{id}", command, one)
        .post("/cases/retention/{id}/propose", command, propose)
        .post("/cases/retention/{id}/decide", command, decide)
        .post("/cases/retention/{id}/keep/{case}", command, keep)
}

#[derive(Template)]
#[template(path = "console/cases/retention.html")]
struct ListPage {
    frame: Frame,
    lists: Vec<Disposal>,
    kinds: Vec<(String, u32)>,
    photo_years: u32,
}

#[derive(Template)]
#[template(path = "console/cases/retention_one.html")]
struct OnePage {
    frame: Frame,
    list: Disposal,
    items: Vec<DisposalItem>,
    own: bool,
    form: Form,
    errors: FieldErrors,
}

async fn list(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (lists, kinds, photo_years) = app
        .read(&who, move |tx| {
            let kinds = cases::kinds(*tx.district(), tx.today()).into_iter();
            let kinds = kinds.map(|kind| (kind.title.clone(), kind.retention_years));
            let weekly = WeeklyRules::at(*tx.district(), tx.today());
            let photo_years = weekly.map_or(0, |rules| rules.photos.keep.years);
            let lists = cases::disposals(tx, may)?;
            Ok::<_, CaseError>((lists, kinds.collect(), photo_years))
        })
        .await?;
    let frame = Frame::new(&app, &who, &jar, "到期销毁", "/cases")
        .crumb("维权办件", "/cases")
        .crumb("到期销毁", "");
    Ok(page(
        StatusCode::OK,
        &ListPage {
            frame,
            lists,
            kinds,
            photo_years,
        },
    ))
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: CaseDisposalId,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let (list, items) = app
        .read(who, move |tx| cases::disposal(tx, may, id))
        .await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => (Form::default(), FieldErrors::none(), StatusCode::OK),
    };
    let frame = Frame::new(app, who, jar, form_title("到期销毁清单", &errors), "/cases")
        .crumb("维权办件", "/cases")
        .crumb("到期销毁", "/cases/retention")
        .crumb("清单", "");
    let drawn = OnePage {
        frame,
        own: list.proposed_by == Some(who.account),
        list,
        items,
        form,
        errors,
    };
    Ok(page(status, &drawn))
}

async fn one(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<CaseDisposalId>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, id, None).await
}

async fn propose(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<CaseDisposalId>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, why) = (who.capabilities, form.text("why").to_owned());
    let result = app
        .write(&who, move |tx| cases::propose_disposal(tx, may, id, &why))
        .await;
    back(&app, &who, &jar, id, form, result).await
}

async fn decide(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<CaseDisposalId>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, agree) = (who.capabilities, form.text("agree") == "yes");
    let why = form.text("why").to_owned();
    let result = app
        .write(&who, move |tx| {
            cases::decide_disposal(tx, may, id, agree, &why)
        })
        .await;
    back(&app, &who, &jar, id, form, result).await
}

async fn keep(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, case)): Path<(CaseDisposalId, CaseId)>,
    form: Form,
) -> Result<Response, Problem> {
    let (may, until) = (who.capabilities, form.parsed("until"));
    let why = form.text("why").to_owned();
    let result = app
        .write(&who, move |tx| {
            cases::keep_case(tx, may, (id, case), until, &why)
        })
        .await;
    back(&app, &who, &jar, id, form, result).await
}

async fn back(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: CaseDisposalId,
    form: Form,
    result: Result<(), Problem>,
) -> Result<Response, Problem> {
    let on = result.map(|()| format!("/cases/retention/{id}"));
    Ok(answered(on, |problem| draw(app, who, jar, id, Some((form, problem)))).await)
}

impl OnePage {
    fn stands(&self, state: &str) -> bool {
        self.list.state.id() == state
    }

    fn open(&self) -> bool {
        matches!(
            self.list.state,
            DisposalState::Collected | DisposalState::Proposed
        )
    }
}
