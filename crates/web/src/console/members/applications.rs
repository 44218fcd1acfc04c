//! 入会申请: who asks to join, yes or no.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::ApplicationId;
use serde::Deserialize;
use union::access::Capability;
use union::members::applications::{self, Application, ApplicationState};
use union::members::{MemberError, Permit};

use super::acts::beside_form;
use super::names::{Names, masked};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let decide = Need::Cap(Capability::MembersApprove);
    Routes::new()
        .get("/applications", Need::Cap(Capability::MembersRead), list)
        .get(
            "/applications/{id}",
            Need::Cap(Capability::MembersRead),
            show,
        )
        .post("/applications/{id}/approve", decide, approve)
        .post("/applications/{id}/reject", decide, reject)
}

#[derive(Deserialize, Default)]
struct Tab {
    #[serde(default)]
    tab: String,
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "console/members/applications.html")]
struct ListPage {
    frame: Frame,
    items: Vec<Application>,
    names: Names,
    decided: bool,
    may_enter: bool,
}

impl ListPage {
    fn masked(&self, name: &str) -> String {
        masked(name)
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
                applications::decided(tx)?
            } else {
                applications::queue(tx)?
            };
            let names = Names::of(tx, items.iter().map(|item| &item.org_path))?;
            Ok((items, names))
        })
        .await?;
    let flash = match tab.done.as_str() {
        "rejected" => Some("已答复“不同意”，申请人凭查询码可看到理由。".to_owned()),
        _ => None,
    };
    let frame = Frame::new(&app, &who, &jar, "入会申请", "/members")
        .crumb("会员名册", "/members")
        .crumb("入会申请", "")
        .flash(flash);
    Ok(page(
        StatusCode::OK,
        &ListPage {
            frame,
            items,
            names,
            decided,
            may_enter: who.can(Capability::MembersChange),
        },
    ))
}

#[derive(Template)]
#[template(path = "console/members/application.html")]
struct ShowPage {
    frame: Frame,
    item: Application,
    union: String,
    open: bool,
    may_decide: bool,
    errors: FieldErrors,
    typed: Form,
    today: Date,
}

impl ShowPage {
    /// Where the worker works: as it was typed here, else as the worker wrote it.
    fn unit(&self) -> &str {
        if self.typed.names().any(|name| name == "employer") {
            self.typed.text("employer")
        } else {
            &self.item.unit
        }
    }

    /// Birth, as far as it may stand beside the masked number.
    fn birth(&self) -> Option<String> {
        let birth = self.item.birth_on?;
        Some(union::members::birth_beside(self.item.id_type, birth))
    }
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: ApplicationId,
    status: StatusCode,
    errors: FieldErrors,
    typed: Form,
) -> Result<Response, Problem> {
    let (item, names) = app
        .read(who, move |tx| -> Result<_, MemberError> {
            let item = applications::get(tx, id)?;
            let names = Names::of(tx, [&item.org_path])?;
            Ok((item, names))
        })
        .await?;
    let title = if errors.is_empty() {
        "入会申请"
    } else {
        "错误：入会申请"
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("入会申请", "/applications")
        .crumb(item.name.clone(), "");
    let view = ShowPage {
        frame,
        union: names.union(&item.org_path).to_owned(),
        open: item.state == ApplicationState::Applied,
        may_decide: who.can(Capability::MembersApprove),
        item,
        errors,
        typed,
        today: app.now().shanghai_date(),
    };
    Ok(page(status, &view))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<ApplicationId>,
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

async fn approve(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<ApplicationId>,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, on): (Permit, Option<Date>) = (Permit::of(&who), form.parsed("on"));
    let unit = form
        .names()
        .any(|name| name == "employer")
        .then(|| form.text("employer").to_owned());
    match app
        .write(&who, move |tx| {
            applications::approve(tx, &permit, id, on, unit.as_deref())
        })
        .await
    {
        Ok(admitted) => {
            Ok(Redirect::to(&format!("/members/{}?done=entered", admitted.id)).into_response())
        }
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

async fn reject(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<ApplicationId>,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, reason) = (Permit::of(&who), form.text("reason").to_owned());
    match app
        .write(&who, move |tx| {
            applications::reject(tx, &permit, id, &reason)
        })
        .await
    {
        Ok(()) => Ok(Redirect::to("/applications?done=rejected").into_response()),
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
