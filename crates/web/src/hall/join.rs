//! 加入工会, in two steps: find the union, fill in the form. Open to anyone.
//!
//! The page never says whether somebody is a member already. What was typed stays on the page when something is
//! wrong, and the same form sent twice gets the first receipt.

use std::net::SocketAddr;

use askama::Template;
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::IdType;
use kernel::ids::{ApplicationId, OrgId};
use serde::Deserialize;
use store::{Actor, Answer, StoreError, Tx};
use union::members::applications::{self, ApplicationForm};
use union::members::consents::{ConsentTexts, Purpose};
use union::members::doors::{self, Door};
use union::members::{FaultLevel, FieldFault, MemberDraft, MemberError};

use super::frame::HallFrame;
use crate::shell::{App, FieldErrors, Form, Need, Problem, Query, Routes, off_thread, page};

/// Longest key of a form; ours have 36 characters.
pub(super) const LONGEST_KEY: usize = 64;
/// Who the answers of this door are kept for.
const DOOR: &str = "hall.join";
/// Fields of the draft that the form asks for.
const FIELDS: [&str; 8] = [
    "name",
    "id_type",
    "id_number",
    "phone",
    "sex",
    "birth_on",
    "job_title",
    "guardian",
];

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/join", Need::Public, find)
        .get("/hall/join/form", Need::Public, form)
        .post("/hall/join/form", Need::Public, submit)
}

/// The door's actor in the log.
pub(super) fn applicant(app: &App) -> Actor {
    Actor {
        label: "申请人（网上）".to_owned(),
        ..Actor::system(app.config().district)
    }
}

/// Refuses an address that sends forms faster than people do.
pub(super) fn not_too_often(app: &App, peer: &SocketAddr) -> Result<(), Problem> {
    if app
        .limiter()
        .allow(&format!("{DOOR} {}", peer.ip()), app.now())
    {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "hall.too_many",
        "提交得太快了，请一分钟后再试",
    ))
}

#[derive(Deserialize, Default)]
struct Search {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "hall/join_find.html")]
struct FindPage {
    frame: HallFrame,
    q: String,
    doors: Vec<Door>,
}

async fn find(
    State(app): State<App>,
    jar: CookieJar,
    Query(search): Query<Search>,
) -> Result<Response, Problem> {
    let q = search.q.trim().to_owned();
    let text = q.clone();
    let doors = app
        .read_as(Actor::system(app.config().district), move |tx| {
            doors::find(tx, &text)
        })
        .await?;
    let frame = HallFrame::new(&app, &jar, false, "加入工会")
        .await?
        .tab("/hall/join");
    Ok(page(StatusCode::OK, &FindPage { frame, q, doors }))
}

#[derive(Deserialize, Default)]
struct Chosen {
    #[serde(default)]
    org: String,
}

/// What the form shows besides the fields.
struct Sheet {
    door: Door,
    texts: &'static ConsentTexts,
    key: String,
}

#[derive(Template)]
#[template(path = "hall/join_form.html")]
struct FormPage {
    frame: HallFrame,
    door: Door,
    version: &'static str,
    notice: &'static [String],
    purposes: &'static [Purpose],
    id_types: [IdType; 8],
    key: String,
    form: Form,
    errors: FieldErrors,
    /// Something is unusual: the applicant is asked whether it is right.
    doubtful: bool,
}

#[derive(Template)]
#[template(path = "hall/receipt.html")]
struct ReceiptPage {
    frame: HallFrame,
    code: String,
}

/// The union and the texts of today, with a fresh key.
fn sheet(tx: &mut Tx, org: OrgId) -> Result<Sheet, MemberError> {
    Ok(Sheet {
        door: doors::of(tx, org)?,
        texts: ConsentTexts::at(*tx.district(), tx.today())?,
        key: tx.new_id::<ApplicationId>().to_string(),
    })
}

async fn load(app: &App, org: &str) -> Result<Sheet, Problem> {
    let org: OrgId = org.trim().parse().map_err(|_| Problem::not_found())?;
    app.read_as(Actor::system(app.config().district), move |tx| {
        sheet(tx, org)
    })
    .await
}

async fn draw(
    app: &App,
    jar: &CookieJar,
    sheet: Sheet,
    form: Form,
    faults: Faults,
) -> Result<Response, Problem> {
    let Faults { errors, doubtful } = faults;
    let wrong = !errors.is_empty();
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let frame = HallFrame::new(app, jar, false, "加入工会")
        .await?
        .tab("/hall/join")
        .back("/hall/join")
        .wrong(wrong);
    let typed = form.text("key");
    let key = if typed.is_empty() {
        sheet.key
    } else {
        typed.to_owned()
    };
    let view = FormPage {
        frame,
        door: sheet.door,
        version: &sheet.texts.version,
        notice: &sheet.texts.notice,
        purposes: &sheet.texts.purposes,
        id_types: IdType::ALL,
        key,
        form,
        errors,
        doubtful,
    };
    Ok(page(status, &view))
}

async fn form(
    State(app): State<App>,
    jar: CookieJar,
    Query(chosen): Query<Chosen>,
) -> Result<Response, Problem> {
    let sheet = load(&app, &chosen.org).await?;
    draw(&app, &jar, sheet, Form::default(), Faults::default()).await
}

/// What is wrong with a form.
#[derive(Default)]
struct Faults {
    errors: FieldErrors,
    doubtful: bool,
}

impl Faults {
    fn one(field: &str, message: impl Into<String>) -> Self {
        let mut errors = FieldErrors::none();
        errors.add(field, message);
        Self {
            errors,
            doubtful: false,
        }
    }

    fn of(faults: &[FieldFault]) -> Self {
        let mut out = Self::default();
        // In the order of the page, so that the first complaint is about the first field.
        let place = |fault: &&FieldFault| FIELDS.iter().position(|name| *name == fault.field);
        let mut faults: Vec<&FieldFault> = faults.iter().collect();
        faults.sort_by_key(|fault| place(fault).unwrap_or(FIELDS.len()));
        for fault in faults {
            out.errors.add(fault.field, fault.message.clone());
            out.doubtful |= fault.level == FaultLevel::Confirm;
        }
        out
    }
}

/// How a sent form ended.
enum Sent {
    Taken(String),
    Wrong(Faults),
}

async fn submit(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    not_too_often(&app, &peer)?;
    let sheet = load(&app, form.text("org")).await?;
    let mut faults = missing(&form, &sheet.texts.version);
    if !faults.errors.is_empty() {
        if faults.errors.of("").is_none() {
            faults = faults_of_all(&app, &form, sheet.door.org.id, faults).await?;
        }
        return draw(&app, &jar, sheet, form, faults).await;
    }
    let (worker, actor) = (app.clone(), applicant(&app));
    let (key, content) = (form.text("key").to_owned(), content(&form));
    let application = application(&form, sheet.door.org.id);
    let sent = off_thread(move || {
        let taken = worker.db().write(&actor, |tx| {
            // Kept for a week to tell a repetition from another form: keyed, for it stands for an identity number.
            let content = tx.vault().blind_index(DOOR, &content);
            tx.once(DOOR, &key, &content, |tx| {
                let code = applications::apply(tx, &application)?;
                Ok::<_, MemberError>(Answer::new(200, serde_json::json!({ "code": code })))
            })
        });
        sort_out(taken)
    });
    match sent.await? {
        Sent::Taken(code) => {
            let frame = HallFrame::new(&app, &jar, false, "申请已提交")
                .await?
                .tab("/hall/join");
            Ok(page(StatusCode::OK, &ReceiptPage { frame, code }))
        }
        Sent::Wrong(faults) => draw(&app, &jar, sheet, form, faults).await,
    }
}

/// What is wrong with the person on the form, before what the form itself misses: all at once, in the order of the
/// page. Nothing is taken.
async fn faults_of_all(
    app: &App,
    form: &Form,
    org: OrgId,
    missing: Faults,
) -> Result<Faults, Problem> {
    let application = application(form, org);
    let found = app
        .read_as(applicant(app), move |tx| {
            match applications::check(tx, &application) {
                Err(MemberError::Faulty(faults)) => Ok(faults),
                other => other.map(|()| Vec::new()),
            }
        })
        .await?;
    let mut all = Faults::of(&found);
    for (field, message) in missing.errors.all() {
        all.errors.add(field, message.clone());
    }
    Ok(all)
}

/// What the applicant can put right becomes a message beside its field; the rest stays an error.
fn sort_out(taken: Result<Answer, MemberError>) -> Result<Sent, MemberError> {
    match taken {
        Ok(answer) => Ok(Sent::Taken(
            answer
                .body
                .get("code")
                .and_then(|code| code.as_str())
                .unwrap_or_default()
                .to_owned(),
        )),
        Err(MemberError::Faulty(faults)) => Ok(Sent::Wrong(Faults::of(&faults))),
        Err(MemberError::Invalid { field, message }) => {
            Ok(Sent::Wrong(Faults::one(field, message)))
        }
        Err(MemberError::Store(StoreError::KeyReused)) => Ok(Sent::Wrong(Faults::one(
            "",
            "这张表已经交过一次。要改内容，请凭回执号撤回，再重新填一张",
        ))),
        Err(other) => Err(other),
    }
}

/// What the form itself asks for before anything is looked at.
fn missing(form: &Form, version: &str) -> Faults {
    let key = form.text("key");
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Faults::one("", "表单不完整，请返回上一步重新打开");
    }
    if !form.ticked("read") || form.text("version") != version {
        return Faults::one("read", "请先看“谁会看到您的资料”，再勾选“我看过了”");
    }
    Faults::default()
}

/// What a form describes: that of the door, or that of staff who fill it in for a worker.
pub(crate) fn application(form: &Form, org: OrgId) -> ApplicationForm {
    let mut draft = MemberDraft {
        confirmed: form.ticked("confirmed"),
        ..MemberDraft::default()
    };
    for field in FIELDS {
        draft.set(field, form.text(field));
    }
    ApplicationForm {
        org,
        draft,
        unit: form.text("employer").to_owned(),
        note: form.text("note").to_owned(),
        notice_version: form.text("version").to_owned(),
        purposes: form.all("purpose").to_vec(),
    }
}

/// The form as one text: what must be the same for a second arrival to be the same submission.
fn content(form: &Form) -> String {
    let mut parts: Vec<&str> = vec![
        form.text("org"),
        form.text("employer"),
        form.text("note"),
        form.text("version"),
    ];
    parts.extend(FIELDS.map(|field| form.text(field)));
    parts.extend(form.all("purpose").iter().map(String::as_str));
    parts.join("\u{1F}")
}
