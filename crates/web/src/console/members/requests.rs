//! 个人信息请求: copies, corrections and deletions that members asked for, each with its last day.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::RequestId;
use serde::Deserialize;
use union::access::Capability;
use union::members::requests::{self, Request, RequestKind, RequestState};
use union::members::{self, MemberError, Permit};

use super::acts::beside_form;
use super::names::{Names, masked};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::MembersChange);
    Routes::new()
        .get("/requests", need, list)
        .get("/requests/{id}", need, show)
        .post("/requests/{id}", need, decide)
}

#[derive(Deserialize, Default)]
struct Tab {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "console/members/requests.html")]
struct ListPage {
    frame: Frame,
    items: Vec<Request>,
    names: Names,
    decided: bool,
    today: Date,
}

impl ListPage {
    fn masked(&self, name: &str) -> String {
        masked(name)
    }
    fn late(&self, item: &Request) -> bool {
        item.state == RequestState::Open && item.due_on.is_some_and(|due| due < self.today)
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(tab): Query<Tab>,
) -> Result<Response, Problem> {
    let decided = tab.tab == "decided";
    let (items, names) = app
        .read(&who, move |tx| -> Result<_, MemberError> {
            let items = if decided {
                requests::decided(tx)?
            } else {
                requests::queue(tx)?
            };
            let names = Names::of(tx, items.iter().map(|item| &item.org_path))?;
            Ok((items, names))
        })
        .await?;
    let flash = (tab.done == "answered").then(|| "已答复，本人可以看到。".to_owned());
    let frame = Frame::new(&app, &who, &jar, "个人信息请求", "/members")
        .crumb("会员名册", "/members")
        .crumb("个人信息请求", "")
        .flash(flash);
    Ok(page(
        StatusCode::OK,
        &ListPage {
            frame,
            items,
            names,
            decided,
            today: app.now().shanghai_date(),
        },
    ))
}

#[derive(Template)]
#[template(path = "console/members/request.html")]
struct ShowPage {
    frame: Frame,
    item: Request,
    union: String,
    open: bool,
    deletes: bool,
    erasable: Result<Date, String>,
    answer: String,
    errors: FieldErrors,
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: RequestId,
    status: StatusCode,
    errors: FieldErrors,
    answer: String,
) -> Result<Response, Problem> {
    let (item, names, erasable) = app
        .read(who, move |tx| -> Result<_, MemberError> {
            let item = requests::of(tx, id)?;
            let member = members::get(tx, item.member)?;
            let erasable = requests::erasable_from(tx, &member).map_err(|error| error.to_string());
            let names = Names::of(tx, [&item.org_path])?;
            Ok((item, names, erasable))
        })
        .await?;
    let title = if errors.is_empty() {
        item.kind.label().to_owned()
    } else {
        format!("错误：{}", item.kind.label())
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("个人信息请求", "/requests")
        .crumb(item.name.clone(), "");
    let view = ShowPage {
        frame,
        union: names.union(&item.org_path).to_owned(),
        open: item.state == RequestState::Open,
        deletes: item.kind == RequestKind::Delete,
        erasable,
        item,
        answer,
        errors,
    };
    Ok(page(status, &view))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<RequestId>,
) -> Result<Response, Problem> {
    draw(
        &app,
        &who,
        &jar,
        id,
        StatusCode::OK,
        FieldErrors::none(),
        String::new(),
    )
    .await
}

async fn decide(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<RequestId>,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, done, answer) = (
        Permit::of(&who),
        form.text("decision") == "done",
        form.text("answer").to_owned(),
    );
    let given = answer.clone();
    match app
        .write(&who, move |tx| {
            requests::decide(tx, &permit, id, done, &given)
        })
        .await
    {
        Ok(()) => Ok(Redirect::to("/requests?done=answered").into_response()),
        Err(problem) if beside_form(&problem) => {
            draw(
                &app,
                &who,
                &jar,
                id,
                problem.status,
                FieldErrors::from_problem(&problem),
                answer,
            )
            .await
        }
        Err(problem) => Err(problem),
    }
}
