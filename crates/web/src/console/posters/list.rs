//! The posters within scope, and the form for a new one.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use store::Tx;
use union::employers;
use union::posters::{self, NewPoster, Poster, PosterError, PosterId, Standing};

use super::ACT;
use crate::console::orgs::pick;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/posters", ACT, list)
        .get("/posters/new", ACT, ask)
        .post("/posters/new", ACT, make)
}

#[derive(Template)]
#[template(path = "console/posters/list.html")]
struct ListPage {
    frame: Frame,
    posters: Vec<Poster>,
    today: Date,
}

impl ListPage {
    fn standing(&self, poster: &Poster) -> Standing {
        poster.standing(self.today)
    }

    fn badge(&self, poster: &Poster) -> (&'static str, &'static str) {
        badge(poster.standing(self.today))
    }
}

#[derive(Template)]
#[template(path = "console/posters/new.html")]
struct NewPage {
    frame: Frame,
    form: Form,
    errors: FieldErrors,
    /// Unions to choose the place from.
    places: Vec<String>,
}

async fn list(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let posters = app.read(&who, posters::list).await?;
    let frame = Frame::new(&app, &who, &jar, "二维码海报", "/cases")
        .crumb("维权办件", "/cases")
        .crumb("二维码海报", "");
    let today = app.now().shanghai_date();
    let view = ListPage {
        frame,
        posters,
        today,
    };
    Ok(page(StatusCode::OK, &view))
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (form, errors): (Form, FieldErrors),
    status: StatusCode,
) -> Result<Response, Problem> {
    let places = app.read(who, pick::places).await?;
    let frame = Frame::new(app, who, jar, form_title("制作海报", &errors), "/cases")
        .crumb("维权办件", "/cases")
        .crumb("二维码海报", "/posters")
        .crumb("制作海报", "");
    Ok(page(
        status,
        &NewPage {
            frame,
            form,
            errors,
            places,
        },
    ))
}

async fn ask(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let own = who.post.as_ref().map(|post| post.org_name.clone());
    let form = Form::from_pairs(vec![
        ("key".to_owned(), app.new_key()),
        ("place".to_owned(), own.unwrap_or_default()),
    ]);
    let typed = (form, FieldErrors::none());
    draw(&app, &who, &jar, typed, StatusCode::OK).await
}

fn invalid(field: &'static str, message: String) -> PosterError {
    PosterError::Invalid {
        field,
        code: "poster.field",
        message,
    }
}

/// The form as the room wants it: an employer's poster hangs in the area of the employer.
fn read(tx: &mut Tx, form: &Form) -> Result<NewPoster, PosterError> {
    let named = form.text("employer");
    let employer = if named.is_empty() {
        None
    } else {
        let found = employers::find(tx, named)?;
        match found.as_slice() {
            [one] => Some(one.id),
            [] => {
                let message = format!("没有找到「{named}」，请填写全称或统一社会信用代码");
                return Err(invalid("employer", message));
            }
            several => {
                let message = format!("「{named}」有 {} 家，请填写统一社会信用代码", several.len());
                return Err(invalid("employer", message));
            }
        }
    };
    let org = match (employer, form.text("place")) {
        (Some(_), _) => None,
        (None, place) => Some(
            pick::union(tx, place)?
                .map_err(|message| invalid("place", message))?
                .id,
        ),
    };
    let valid_to = match form.text("valid_to") {
        "" => None,
        typed => Some(typed.parse().map_err(|_| {
            invalid(
                "valid_to",
                "日期请写成 2026-11-20；长期有效就空着".to_owned(),
            )
        })?),
    };
    Ok(NewPoster {
        org,
        employer,
        spot: form.text("spot").to_owned(),
        valid_to,
    })
}

async fn make(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let sent = form.clone();
    let made = app
        .write_once(&who, &form, move |tx| {
            let new = read(tx, &sent)?;
            posters::make(tx, &new).map(|poster| poster.id)
        })
        .await;
    match made {
        Ok(id) => {
            let id: PosterId = id;
            Ok(Redirect::to(&format!("/posters/{id}?done=made")).into_response())
        }
        Err(problem) if belongs_on_form(&problem) => {
            let typed = (form, FieldErrors::from_problem(&problem));
            draw(&app, &who, &jar, typed, problem.status).await
        }
        Err(problem) => Err(problem),
    }
}

/// Class and shape of the badge of a standing.
pub(super) fn badge(standing: Standing) -> (&'static str, &'static str) {
    match standing {
        Standing::Good => ("lv lv-g", "s-ok"),
        Standing::Expired => ("lv lv-y", "s-yel"),
        Standing::Revoked => ("lv lv-n", "s-none"),
    }
}
