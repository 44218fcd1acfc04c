//! 新增会员: one member typed in at the desk, under the same checks as an import.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Refusals;
use kernel::ids::OrgId;
use serde_json::json;
use store::idempotency::Answer;
use union::access::Capability;
use union::members::{
    self, Admission, FaultLevel, MemberDraft, MemberError, OtherName, Outcome, Permit, codes,
};
use union::orgs::{self, OrgNode};

use super::acts::beside_form;
use crate::shell::{App, FieldErrors, Form, Frame, Need, Problem, Query, Routes, Who, page};

/// Unions offered for a search.
const OFFERED: usize = 20;

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::MembersChange);
    Routes::new()
        .get("/members/new", need, form_page)
        .post("/members/new", need, submit)
}

/// A select with its values and the chosen one.
pub(super) struct Choice {
    pub(super) field: &'static str,
    pub(super) label: &'static str,
    pub(super) values: Vec<(String, bool)>,
}

/// The coded fields as selects.
pub(super) fn choices(draft: &MemberDraft) -> Vec<Choice> {
    codes::ALL
        .iter()
        .map(|coded| {
            let given = draft.get(coded.field);
            let values = coded
                .values()
                .iter()
                .map(|(_, label)| (label.to_owned(), label == given))
                .collect();
            Choice {
                field: coded.field,
                label: coded.label,
                values,
            }
        })
        .collect()
}

/// The group flags: field, words, whether ticked.
pub(super) fn flags(draft: &MemberDraft) -> Vec<(&'static str, &'static str, bool)> {
    [
        ("migrant", "农民工"),
        ("new_form", "新就业形态"),
        ("difficult", "困难职工"),
        ("model_worker", "劳模工匠"),
        ("mutual_aid", "参加医疗互助"),
    ]
    .map(|(field, words)| (field, words, draft.get(field) == "是"))
    .to_vec()
}

/// The draft a posted form describes. A box that is not ticked is a no.
pub(super) fn draft_from(form: &Form) -> MemberDraft {
    let mut draft = MemberDraft {
        confirmed: form.ticked("confirmed"),
        ..Default::default()
    };
    for field in MemberDraft::FIELDS {
        draft.set(field.name, form.text(field.name));
    }
    for (field, ..) in flags(&draft) {
        draft.set(field, if form.ticked(field) { "是" } else { "否" });
    }
    draft
}

#[derive(Template)]
#[template(path = "console/members/new.html")]
struct NewPage {
    frame: Frame,
    draft: MemberDraft,
    choices: Vec<Choice>,
    flags: Vec<(&'static str, &'static str, bool)>,
    unions: Vec<OrgNode>,
    /// What was typed to look for a union, and looked for.
    wanted: String,
    /// How many unions that found, when it has just been looked for.
    found: Option<usize>,
    org: String,
    /// The employer, as typed.
    unit: String,
    key: String,
    /// What the person may say in spite of what is told: nothing, or that it is right.
    word: Word,
    errors: FieldErrors,
}

/// What the form asks the person at the desk to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// Nothing: the form is empty, or it has errors.
    None,
    /// 信息无误: the doubts are unfounded.
    Right,
    /// 确认改名: the number stands under another name, and this one holds.
    Renamed,
}

impl NewPage {
    /// Nothing was found: as long as the name stands there, it is looked for again.
    fn found_any(&self) -> bool {
        self.found != Some(0)
    }
    fn bad(&self, field: &str) -> bool {
        self.errors.of(field).is_some()
    }
}

async fn load(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    form: &Form,
    draft: MemberDraft,
    errors: FieldErrors,
    word: Word,
) -> Result<NewPage, Problem> {
    let (wanted, org): (String, Option<OrgId>) =
        (form.text("union").to_owned(), form.parsed("org"));
    let (asked, fresh) = (wanted.clone(), looks_up(form));
    let (unions, found) = app
        .read(who, move |tx| -> Result<_, MemberError> {
            let room = |error: orgs::OrgError| MemberError::Room(Box::new(error));
            let mut found = if asked.is_empty() {
                Vec::new()
            } else {
                orgs::search(tx, &asked, OFFERED).map_err(room)?
            };
            let count = found.len();
            let own = match org {
                Some(org) => Some(org),
                None => orgs::top(tx).map_err(room)?.map(|org| org.id),
            };
            if let Some(own) = own
                && !found.iter().any(|node| node.org.id == own)
            {
                // What was just looked for stands first; the one that was chosen before, last.
                let at = if fresh { count } else { 0 };
                found.insert(at, orgs::node(tx, own).map_err(room)?);
            }
            Ok((found, count))
        })
        .await?;
    let org = org
        .filter(|_| !fresh)
        .map(|org| org.to_string())
        .or_else(|| unions.first().map(|node| node.org.id.to_string()))
        .unwrap_or_default();
    let title = if errors.is_empty() {
        "新增会员"
    } else {
        "错误：新增会员"
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("会员名册", "/members")
        .crumb("新增会员", "");
    let key = match form.text("key") {
        "" => frame.key.clone(),
        key => key.to_owned(),
    };
    let (choices, flags) = (choices(&draft), flags(&draft));
    Ok(NewPage {
        frame,
        draft,
        choices,
        flags,
        unions,
        found: fresh.then_some(found),
        wanted,
        org,
        unit: form.text("employer").to_owned(),
        key,
        word,
        errors,
    })
}

async fn form_page(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let form = Form::from_pairs(pairs);
    let view = load(
        &app,
        &who,
        &jar,
        &form,
        MemberDraft::default(),
        FieldErrors::none(),
        Word::None,
    )
    .await?;
    Ok(page(StatusCode::OK, &view))
}

/// Whether a union is to be looked for: the button says so, or a name stands in the field that nobody has looked for yet.
/// The person would otherwise join the union that was chosen before.
fn looks_up(form: &Form) -> bool {
    let typed = form.text("union");
    form.ticked("search") || !typed.is_empty() && typed != form.text("looked")
}

/// What the desk is told after a submission.
enum Said {
    At(String),
    No(FieldErrors, Word),
}

async fn submit(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    form: Form,
) -> Result<Response, Problem> {
    let draft = draft_from(&form);
    if looks_up(&form) {
        let view = load(
            &app,
            &who,
            &jar,
            &form,
            draft,
            FieldErrors::none(),
            Word::None,
        )
        .await?;
        return Ok(page(StatusCode::OK, &view));
    }
    let said = enter(&app, &who, &form, &draft).await?;
    match said {
        Said::At(address) => Ok(Redirect::to(&address).into_response()),
        Said::No(errors, word) => {
            let view = load(&app, &who, &jar, &form, draft, errors, word).await?;
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view))
        }
    }
}

async fn enter(app: &App, who: &Who, form: &Form, draft: &MemberDraft) -> Result<Said, Problem> {
    let Some(org) = form.parsed::<OrgId>("org") else {
        let mut errors = FieldErrors::none();
        errors.add("org", "请选择所属工会");
        return Ok(Said::No(errors, Word::None));
    };
    if let Some((errors, word)) = faults(app, draft) {
        return Ok(Said::No(errors, word));
    }
    let renamed = form.ticked("renamed");
    let (permit, account, key) = (
        Permit::of(who),
        who.account.to_string(),
        form.text("key").to_owned(),
    );
    let (draft, unit) = (draft.clone(), form.text("employer").to_owned());
    let done = app
        .write(who, move |tx| -> Result<Answer, MemberError> {
            let content: String = MemberDraft::FIELDS.iter().map(|field| draft.get(field.name)).chain([unit.as_str()]).collect::<Vec<_>>().join("\n");
            let hash = tx.vault().sign("form", content.as_bytes());
            tx.once(&account, &key, &hash, |tx| {
                let org = orgs::get(tx, org).map_err(|error| MemberError::Room(Box::new(error)))?;
                let to = Admission::new(org.id, org.path, tx.today()).evidence("窗口登记").renamed(renamed).employer(members::unit_named(tx, &unit)?);
                let admitted = members::enter(tx, &permit, &draft, &to)?;
                let word = match admitted.outcome {
                    Outcome::New => "entered",
                    Outcome::Unchanged => "unchanged",
                    Outcome::Updated(_) => "updated",
                    Outcome::Rejoined => "rejoined",
                    Outcome::Elsewhere(union) => {
                        let message = format!("此人现在是“{union}”的会员，一人只能有一份会籍。请在“转会”页提出转入，由原工会开具");
                        return Err(MemberError::Refused(Refusals::one("member.elsewhere", message)));
                    }
                    Outcome::OtherName(other) => return Err(MemberError::Refused(other_name(&other))),
                    Outcome::Refused(refusals) => return Err(MemberError::Refused(refusals)),
                };
                Ok(Answer::new(303, json!({ "at": format!("/members/{}?done={word}", admitted.id) })))
            })
        })
        .await;
    match done {
        Ok(answer) => Ok(Said::At(
            answer
                .body
                .get("at")
                .and_then(|at| at.as_str())
                .unwrap_or("/members")
                .to_owned(),
        )),
        Err(problem) if beside_form(&problem) => {
            let word = if problem.code == OtherName::CODE {
                Word::Renamed
            } else {
                Word::None
            };
            Ok(Said::No(FieldErrors::from_problem(&problem), word))
        }
        Err(problem) => Err(problem),
    }
}

/// The question which of two names holds, with what there is to do.
fn other_name(other: &OtherName) -> Refusals {
    let remedy = match &other.elsewhere {
        None => "号码或姓名填错的，请改正；确系同一人改了名，请在下面勾选后再登记".to_owned(),
        Some(union) => format!(
            "此人现在是“{union}”的会员。号码填错的，请改正；确系同一人，请在下面勾选后再登记，按提示办理转会"
        ),
    };
    Refusals::one(OtherName::CODE, format!("{}。{remedy}", other.told()))
}

/// Checks the draft before anything is written, to tell errors from doubts that may be confirmed.
fn faults(app: &App, draft: &MemberDraft) -> Option<(FieldErrors, Word)> {
    let today = app.now().shanghai_date();
    let policy = members::MemberPolicy::at(app.config().district, today).ok()?;
    let nobody = kernel::ids::MemberId::from(uuid::Uuid::nil());
    let faults = members::prepare(app.db().vault(), policy, today, draft, nobody).err()?;
    let mut errors = FieldErrors::none();
    for fault in &faults {
        let hint = if fault.suggestion.is_empty() {
            String::new()
        } else {
            format!("（可填 {}）", fault.suggestion)
        };
        errors.add(fault.field, format!("{}{hint}", fault.message));
    }
    let doubts = faults
        .iter()
        .all(|fault| fault.level == FaultLevel::Confirm);
    Some((errors, if doubts { Word::Right } else { Word::None }))
}
