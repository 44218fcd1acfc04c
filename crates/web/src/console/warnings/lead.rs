//! 人工登记线索: what somebody of the union saw or was told. It counts at once, once however often it is sent.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::warning::{Field, SignalSchema};
use kernel::{EmployerId, Fen};
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::arrears::kinds::FEN;
use union::arrears::signals::Taken;
use union::arrears::{self, ArrearsError, Fields, Lead, LeadAbout, Permit};

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
    let said = Taken::from_id(&chosen.done).map(became);
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

/// What became of a lead.
fn became(taken: Taken) -> String {
    let words = match taken {
        Taken::New => "已登记，几秒内完成评分",
        Taken::Same => "这条线索已经登记过，内容一样，没有重复计",
        Taken::Corrected => "已更正：工会先前登记的同一件事，现在以这次的内容为准，几秒内重新评分",
        Taken::Amended => "已更正工会先前登记的；同一件事其他来源报得更重，仍以那一份为准",
        Taken::Echo => "已登记为印证：同一件事其他来源已报，仍以那一份为准，只计一次",
        Taken::TakesOver => {
            "已登记，现在以这一份为准：同一件事其他来源先报的那一份改作印证，几秒内重新评分"
        }
        Taken::Waiting => "已登记，等单位比对以后再计",
    };
    words.to_owned()
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
        Ok(entered) => {
            let to = format!("/warnings/leads/new?done={}", entered.taken.id());
            Ok(Redirect::to(&to).into_response())
        }
        Err(mut problem) if belongs_on_form(&problem) => {
            // A value's own field: on this page it has another name.
            let of_kind = |field: &str| schema.field(field).is_some();
            for (field, _) in problem
                .fields
                .iter_mut()
                .filter(|(field, _)| of_kind(field))
            {
                *field = name_of(field).into();
            }
            if let Some(field) = problem.field.take_if(|field| of_kind(field)) {
                problem.field = Some(name_of(&field));
            }
            Ok(draw(&app, &who, &jar, &chosen, Some((form, problem))))
        }
        Err(problem) => Err(problem),
    }
}

/// The lead as the form tells it, or everything that is wrong with it at once.
fn read(tx: &mut Tx, schema: &'static SignalSchema, form: &Form) -> Result<Lead, ArrearsError> {
    let mut faults: Vec<(&'static str, String)> = Vec::new();
    let employer = employer(tx, form)?.map_err(|message| faults.push(("employer", message)));
    let day = form.parsed("day");
    if day.is_none() {
        faults.push(("day", "请填写是哪一天的事".to_owned()));
    }
    let Values { fields, unread } = values(schema, form);
    let reference = form.text("reference").to_owned();
    let known = Fields::new(fields.iter().cloned());
    let names: Vec<&str> = unread.iter().map(|(name, _)| *name).collect();
    let said = arrears::lead_faults(tx, &schema.kind, day, (&known, &names), &reference)?;
    faults.extend(unread);
    faults.extend(said.into_iter().map(|(field, _, message)| (field, message)));
    match (employer, day) {
        (Ok(employer), Some(day)) if faults.is_empty() => Ok(Lead {
            key: form.text("key").to_owned(),
            about: LeadAbout::Employer(employer),
            kind: schema.kind.clone(),
            day,
            fields,
            verified: form.ticked("verified"),
            reference,
        }),
        _ => Err(ArrearsError::Faulty(faults)),
    }
}

/// The employer the form names, or what is wrong with the name.
fn employer(tx: &mut Tx, form: &Form) -> Result<Result<EmployerId, String>, ArrearsError> {
    let (found, faults) = pick::units(tx, form.text("employer"))?;
    let one = || "请填写一个单位的全称或统一社会信用代码".to_owned();
    Ok(match (found.as_slice(), faults.into_iter().next()) {
        ([one], None) => Ok(*one),
        (_, Some(message)) => Err(message),
        _ => Err(one()),
    })
}

/// The values of a form.
#[derive(Default)]
struct Values {
    /// Those that could be read.
    fields: Vec<(String, i64)>,
    /// Those that could not, each with what would be accepted.
    unread: Vec<(&'static str, String)>,
}

fn values(schema: &'static SignalSchema, form: &Form) -> Values {
    let mut found = Values::default();
    for field in &schema.fields {
        let typed = form.text(&name_of(&field.name));
        if typed.is_empty() {
            continue;
        }
        let (value, wanted) = if field.is_choice() {
            (field.value(typed), "请从列表中选择")
        } else if field.unit == FEN {
            let fen = Fen::parse_yuan(typed).ok();
            (fen.map(|fen| fen.0), "应为金额（元）")
        } else {
            (kernel::text::half_width(typed).parse().ok(), "应为整数")
        };
        match value {
            Some(value) => found.fields.push((field.name.clone(), value)),
            None => found
                .unread
                .push((field.name.as_str(), format!("「{}」{wanted}", field.title))),
        }
    }
    found
}

/// Name of a value in the form, so that no field of a kind can collide with one of the page.
fn name_of(field: &str) -> String {
    format!("field.{field}")
}

impl LeadPage {
    /// The choices of a field for a list, by their words; nothing is chosen by itself.
    fn choices(&self, field: &Field) -> Vec<(String, String)> {
        let none = (String::new(), "请选择".to_owned());
        let words = field.choices.iter().map(|one| one.title.clone());
        let pairs = words.map(|word| (word.clone(), word));
        std::iter::once(none).chain(pairs).collect()
    }

    /// What a box asks for: `填多少天；不知道就空着，不要填 0`.
    fn hint(&self, field: &Field) -> String {
        let unit = if field.unit == FEN {
            "元"
        } else {
            field.unit.as_str()
        };
        match (field.is_choice(), field.required) {
            (true, true) => String::new(),
            (true, false) => "不知道就不选".to_owned(),
            (false, true) => format!("单位：{unit}"),
            (false, false) => format!("单位：{unit}。不知道就空着，不要填 0"),
        }
    }
}
