//! 答五问: the questions about one employer, each with two large buttons; and what was answered this week already.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::EmployerId;
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::arrears::check_in::{self, Answers, CheckIn, CheckedIn, Photo, Place, WeeklyRules};
use union::arrears::{ArrearsError, CheckInPhotoId, Permit};

use super::super::look::Tone;
use super::mark;
use super::round::said;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{
    App, FieldErrors, Form, Frame, Need, Path, Posted, Problem, Query, Routes, Who, page, to_save,
    to_see,
};

pub(super) fn routes() -> Routes {
    let enter = Need::Cap(Capability::SignalsEnter);
    Routes::new()
        .get("/sentinel/{employer}", enter, ask)
        .post("/sentinel/{employer}", enter, take)
        .get("/sentinel/photos/{id}", enter, photo)
        .get(
            "/warnings/photos/{id}",
            Need::Cap(Capability::WarningRead),
            picture,
        )
}

/// Photographs of one form together, in MB (a technical bound; the definition says how many and how large each).
pub(super) const PHOTOS_MB: usize = 20;
/// Name of the number that belongs to a question.
const MORE: &str = "_more";
/// Name of the box of photographs.
pub(super) const PHOTO: &str = "photo";

/// The questions with what is answered.
pub(super) struct Sheet {
    /// The questions.
    pub rules: &'static WeeklyRules,
    /// What is typed.
    pub form: Form,
    /// What is wrong.
    pub errors: FieldErrors,
}

impl Sheet {
    /// Whether a question is answered so.
    pub fn is(&self, field: &str, answer: &str) -> bool {
        self.form.text(field) == answer
    }

    /// The number typed with a question.
    pub fn more(&self, field: &str) -> &str {
        self.form.text(&format!("{field}{MORE}"))
    }

    /// The message beside a question.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.errors.of(field)
    }

    /// For the box of photographs: `.jpg,.png`, with every image first, so that a phone offers its camera.
    pub fn accept(&self) -> String {
        let endings = self.rules.photos.endings.iter();
        let dotted: Vec<String> = endings.map(|one| format!(".{one}")).collect();
        format!("image/*,{}", dotted.join(","))
    }

    /// A field of the page itself.
    pub fn text(&self, field: &str) -> &str {
        self.form.text(field)
    }
}

/// What a form or a phone says, read by the questions' fields.
pub(super) fn read(
    rules: &WeeklyRules,
    text: impl Fn(&str) -> String,
    (key, employer, answered_on): (String, EmployerId, Date),
) -> Result<CheckIn, ArrearsError> {
    let mut answers = Answers::default();
    for question in &rules.questions {
        let yes = match text(&question.field).as_str() {
            "yes" => true,
            "no" => false,
            _ => continue,
        };
        answers.said.insert(question.field.clone(), yes);
        let typed = text(&format!("{}{MORE}", question.field));
        let more = question.follow.is_some() || question.also.is_some();
        if yes && more && !typed.is_empty() {
            let number = typed.parse().map_err(|_| ArrearsError::Invalid {
                field: "numbers",
                code: "check_in.number",
                message: format!("“{}”应为整数，不知道就空着", question.title()),
            })?;
            answers.numbers.insert(question.field.clone(), number);
        }
    }
    Ok(CheckIn {
        key,
        employer,
        answered_on,
        answers,
        as_last_week: text("same") == "1",
        note: text("note"),
    })
}

#[derive(Deserialize, Default)]
struct Wanted {
    #[serde(default)]
    same: String,
}

#[derive(Template)]
#[template(path = "console/sentinel/form.html")]
struct FormPage {
    frame: Frame,
    owner: String,
    place: Place,
    sheet: Sheet,
    alert: Option<(Tone, String, String)>,
    key: String,
}

impl FormPage {
    fn said(&self, answers: &Answers) -> String {
        said(self.sheet.rules, answers)
    }

    fn photos(&self, one: &CheckedIn) -> &[Photo] {
        self.place.photos.get(&one.id).map_or(&[], Vec::as_slice)
    }

    fn kb(&self, photo: &Photo) -> i64 {
        photo.kb()
    }
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    employer: EmployerId,
    (same, typed): (bool, Option<(Form, Problem)>),
) -> Result<Response, Problem> {
    let (owner, rules, place) = app
        .read(who, move |tx| {
            let rules = WeeklyRules::at(*tx.district(), tx.today())?;
            Ok::<_, ArrearsError>((mark(tx), rules, check_in::place(tx, employer)?))
        })
        .await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => {
            let mut errors = FieldErrors::from_problem(&problem);
            errors.files_gone(PHOTO, form.files(PHOTO));
            (form, errors, problem.status)
        }
        None => (
            begun(&place, same && place.may_repeat),
            FieldErrors::none(),
            StatusCode::OK,
        ),
    };
    let title = form_title(&place.employer.name, &errors);
    let frame = Frame::new(app, who, jar, title, "/sentinel")
        .crumb("每周五问", "/sentinel")
        .crumb(place.employer.name.clone(), "");
    let seen = who.can(Capability::WarningRead);
    let alert = place.alert.as_ref().filter(|_| seen);
    let alert =
        alert.map(|(alert, level)| (Tone::of(level), level.label.clone(), alert.no.clone()));
    let key = match form.text("key") {
        "" => frame.key.clone(),
        key => key.to_owned(),
    };
    let view = FormPage {
        frame,
        owner,
        place,
        sheet: Sheet {
            rules,
            form,
            errors,
        },
        alert,
        key,
    };
    Ok(page(status, &view))
}

/// An empty form, or last week's answers to be looked at before they are sent (同上周).
fn begun(place: &Place, same: bool) -> Form {
    let mut pairs = Vec::new();
    if let Some(last) = place.last.as_ref().filter(|_| same) {
        pairs.push(("same".to_owned(), "1".to_owned()));
        for (field, yes) in &last.answers.said {
            let answer = if *yes { "yes" } else { "no" };
            pairs.push((field.clone(), answer.to_owned()));
        }
    }
    Form::from_pairs(pairs)
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(employer): Path<EmployerId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, employer, (wanted.same == "1", None)).await
}

async fn take(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(employer): Path<EmployerId>,
    posted: Posted<PHOTOS_MB>,
) -> Result<Response, Problem> {
    let (form, photos) = (posted.form, posted.files);
    let (permit, sent, key) = (Permit::of(&who), form.clone(), form.key().to_owned());
    let taken = app
        .write(&who, move |tx: &mut Tx| {
            let rules = WeeklyRules::at(*tx.district(), tx.today())?;
            let about = (key, employer, tx.today());
            let form = read(rules, |field| sent.text(field).to_owned(), about)?;
            let checked = check_in::check_in(tx, &permit, &form)?;
            for (_, photo) in photos.iter().filter(|(name, _)| name == PHOTO) {
                check_in::add_photo(tx, &permit, &form.key, photo)?;
            }
            Ok::<_, ArrearsError>(checked)
        })
        .await;
    match taken {
        Ok(checked) => {
            let to = format!("/sentinel?done={}", checked.outcome.code());
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, employer, (false, Some((form, problem)))).await
        }
        Err(problem) => Err(problem),
    }
}

/// A photograph, to save: what somebody sends is never shown in the program's name.
async fn photo(
    State(app): State<App>,
    who: Who,
    Path(id): Path<CheckInPhotoId>,
) -> Result<Response, Problem> {
    // Opening one is logged.
    let file = app.write(&who, move |tx| check_in::photo(tx, id)).await?;
    Ok(to_save(file))
}

/// A photograph on the page of an alert, small in its row and large by itself.
async fn picture(
    State(app): State<App>,
    who: Who,
    Path(id): Path<CheckInPhotoId>,
) -> Result<Response, Problem> {
    // Showing one is opening it, and logged.
    let file = app.write(&who, move |tx| check_in::photo(tx, id)).await?;
    Ok(to_see(file))
}

/// Answers that are blank, for the page that the phone keeps.
pub(super) fn blank(rules: &'static WeeklyRules) -> Sheet {
    Sheet {
        rules,
        form: Form::default(),
        errors: FieldErrors::none(),
    }
}
