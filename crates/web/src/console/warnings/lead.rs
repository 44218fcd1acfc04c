//! 人工登记线索: what somebody of the union saw or was told. It counts at once, once however often it is sent.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Fen;
use kernel::warning::SignalSchema;
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::arrears::{self, ArrearsError, Lead, LeadAbout, Permit};

use crate::console::orgs::pick;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let enter = Need::Cap(Capability::SignalsEnter);
    Routes::new()
        .get("/warnings/leads/new", enter, ask)
        .post("/warnings/leads/new", enter, take)
}

#[derive(Deserialize, Default)]
struct Chosen {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    employer: String,
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "console/warnings/lead.html")]
struct LeadPage {
    frame: Frame,
    kinds: Vec<&'static SignalSchema>,
    kind: Option<&'static SignalSchema>,
    form: Form,
    errors: FieldErrors,
}

/// Kinds of the table of signals (facts §8.4, S1–S13); the kinds of public records come from files alone.
fn by_hand() -> impl Iterator<Item = &'static SignalSchema> {
    arrears::kinds::schemas().filter(|schema| schema.code.is_some())
}

/// Unit under which the definitions keep amounts.
const FEN: &str = "分";

fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    chosen: &Chosen,
    typed: Option<(Form, Problem)>,
) -> Response {
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => {
            let pairs = vec![
                ("key".to_owned(), app.new_key()),
                ("employer".to_owned(), chosen.employer.clone()),
                ("day".to_owned(), app.now().shanghai_date().to_string()),
            ];
            (Form::from_pairs(pairs), FieldErrors::none(), StatusCode::OK)
        }
    };
    let said = (chosen.done == "taken")
        .then(|| "已登记，几秒内完成评分；同一件事重复登记只算一次".to_owned());
    let drawn = LeadPage {
        frame: Frame::new(app, who, jar, form_title("登记线索", &errors), "/warnings")
            .crumb("欠薪预警", "/warnings")
            .crumb("登记线索", "")
            .flash(said),
        kinds: by_hand().collect(),
        kind: by_hand().find(|schema| schema.kind == chosen.kind),
        form,
        errors,
    };
    page(status, &drawn)
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(chosen): Query<Chosen>,
) -> Response {
    draw(&app, &who, &jar, &chosen, None)
}

async fn take(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(chosen): Query<Chosen>,
    form: Form,
) -> Result<Response, Problem> {
    let schema = by_hand()
        .find(|schema| schema.kind == chosen.kind)
        .ok_or_else(Problem::not_found)?;
    let (permit, sent) = (Permit::of(&who), form.clone());
    let result = app
        .write(&who, move |tx| {
            let lead = read(tx, schema, &sent)?;
            arrears::enter_signal(tx, &permit, &lead)
        })
        .await;
    match result {
        Ok(_) => Ok(Redirect::to("/warnings/leads/new?done=taken").into_response()),
        Err(mut problem) if belongs_on_form(&problem) => {
            // A value's own field: on this page it has another name.
            let of_kind = |field: &String| schema.fields.iter().any(|one| one.name == *field);
            if let Some(field) = problem.field.take_if(|field| of_kind(field)) {
                problem.field = Some(name_of(&field));
            }
            Ok(draw(&app, &who, &jar, &chosen, Some((form, problem))))
        }
        Err(problem) => Err(problem),
    }
}

fn read(tx: &mut Tx, schema: &SignalSchema, form: &Form) -> Result<Lead, ArrearsError> {
    let wrong = |field: &'static str, code: &'static str, message: String| ArrearsError::Invalid {
        field,
        code,
        message,
    };
    let (found, faults) = pick::units(tx, form.text("employer"))?;
    let employer = match (found.as_slice(), faults.into_iter().next()) {
        ([one], None) => *one,
        (_, Some(message)) => return Err(wrong("employer", "lead.employer", message)),
        _ => {
            let message = "请填写一个单位的全称或统一社会信用代码".to_owned();
            return Err(wrong("employer", "lead.employer", message));
        }
    };
    let mut fields = Vec::new();
    for field in &schema.fields {
        let typed = form.text(&name_of(&field.name));
        if typed.is_empty() {
            continue;
        }
        let value = if field.unit == FEN {
            Fen::parse_yuan(typed).ok().map(|fen| fen.0)
        } else {
            typed.parse().ok()
        };
        let value = value.ok_or_else(|| {
            wrong(
                "fields",
                "lead.value",
                format!("「{}」应为数字", field.title),
            )
        })?;
        fields.push((field.name.clone(), value));
    }
    Ok(Lead {
        key: form.text("key").to_owned(),
        about: LeadAbout::Employer(employer),
        kind: schema.kind.clone(),
        day: form
            .parsed("day")
            .ok_or_else(|| wrong("day", "lead.day", "请填写是哪一天的事".to_owned()))?,
        fields,
        verified: form.ticked("verified"),
        reference: form.text("reference").to_owned(),
    })
}

/// Name of a value in the form, so that no field of a kind can collide with one of the page.
fn name_of(field: &str) -> String {
    format!("field.{field}")
}

impl LeadPage {
    fn typed(&self, field: &str) -> &str {
        self.form.text(&name_of(field))
    }

    fn unit<'a>(&self, unit: &'a str) -> &'a str {
        if unit == FEN { "元" } else { unit }
    }
}
