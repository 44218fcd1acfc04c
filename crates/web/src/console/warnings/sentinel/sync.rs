//! 补送: what a phone answered without a network arrives here, all of it at once. Each check-in is taken for itself, so
//! that one that cannot be taken holds up no other.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::Date;
use kernel::ids::EmployerId;
use serde::{Deserialize, Serialize};
use union::access::Capability;
use union::arrears::check_in::{self, Checked, WeeklyRules};
use union::arrears::{ArrearsError, Permit};

use super::form::{PHOTO, PHOTOS_MB, read};
use super::mark;
use crate::shell::{App, Need, Posted, Problem, Routes, Who};

pub(super) fn routes() -> Routes {
    let enter = Need::Cap(Capability::SignalsEnter);
    Routes::new()
        .post("/sentinel/sync", enter, sync)
        .post("/sentinel/photo", enter, photo)
}

#[derive(Deserialize)]
struct Batch {
    /// Whose answers the phone kept.
    owner: String,
    entries: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    /// The phone's key of this check-in.
    id: String,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Answered {
    entries: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    id: String,
    outcome: &'static str,
    faults: Vec<Fault>,
}

#[derive(Serialize)]
struct Fault {
    field: String,
    message: String,
}

async fn sync(
    State(app): State<App>,
    who: Who,
    Json(batch): Json<Batch>,
) -> Result<Json<Answered>, Problem> {
    let (owner, most) = app
        .read(&who, |tx| {
            let rules = WeeklyRules::at(*tx.district(), tx.today())?;
            Ok::<_, ArrearsError>((mark(tx), rules.batch))
        })
        .await?;
    if owner != batch.owner {
        return Err(other_owner());
    }
    if batch.entries.len() > most {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "check_in.batch",
            format!("一次最多送 {most} 家，请分几次送"),
        ));
    }
    let mut entries = Vec::with_capacity(batch.entries.len());
    for line in batch.entries {
        let id = line.id.clone();
        let (outcome, faults) = match one(&app, &who, line).await {
            Ok(checked) => (checked.outcome.code(), Vec::new()),
            Err(problem) => ("faulty", faults(problem)?),
        };
        entries.push(Answer {
            id,
            outcome,
            faults,
        });
    }
    Ok(Json(Answered { entries }))
}

/// A photograph of a check-in that has arrived, one at a time: a weak network carries small parcels. Sent twice, it is
/// one.
async fn photo(
    State(app): State<App>,
    who: Who,
    mut posted: Posted<PHOTOS_MB>,
) -> Result<Json<Answer>, Problem> {
    let id = posted.form.text("id").to_owned();
    let owner = app.read(&who, |tx| Ok::<_, ArrearsError>(mark(tx))).await?;
    if owner != posted.form.text("owner") {
        return Err(other_owner());
    }
    let (permit, key, file) = (Permit::of(&who), id.clone(), posted.file());
    let taken = app
        .write(&who, move |tx| {
            let file = file.ok_or_else(|| ArrearsError::Invalid {
                field: PHOTO,
                code: "check_in.no_photo",
                message: "没有收到照片，请重新选".to_owned(),
            })?;
            check_in::add_photo(tx, &permit, &key, &file)
        })
        .await;
    let (outcome, faults) = match taken {
        Ok(()) => ("kept", Vec::new()),
        Err(problem) => ("faulty", faults(problem)?),
    };
    Ok(Json(Answer {
        id,
        outcome,
        faults,
    }))
}

fn other_owner() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "check_in.other_owner",
        "这些是另一个人（或另一个岗位）在这部手机上答的，要他本人用那个岗位登录后才能送出",
    )
}

async fn one(app: &App, who: &Who, line: Line) -> Result<Checked, Problem> {
    let permit = Permit::of(who);
    app.write(who, move |tx| {
        let rules = WeeklyRules::at(*tx.district(), tx.today())?;
        let text = |field: &str| {
            let typed = line.fields.get(field).map_or("", |text| text.trim());
            typed.to_owned()
        };
        let missing = |field, message: &str| ArrearsError::Invalid {
            field,
            code: "check_in.incomplete",
            message: message.to_owned(),
        };
        let employer: EmployerId = text("employer")
            .parse()
            .map_err(|_| missing("employer", "没有写明是哪家单位，请重新答"))?;
        let day: Date = text("answered_on")
            .parse()
            .map_err(|_| missing("answered_on", "没有写明是哪一天答的，请重新答"))?;
        let form = read(rules, text, (line.id.clone(), employer, day))?;
        check_in::check_in(tx, &permit, &form)
    })
    .await
}

/// What the phone shows beside an entry it has to keep; faults of the server are tried again instead.
fn faults(problem: Problem) -> Result<Vec<Fault>, Problem> {
    let theirs = matches!(
        problem.status,
        StatusCode::UNPROCESSABLE_ENTITY | StatusCode::CONFLICT | StatusCode::NOT_FOUND
    );
    if !theirs {
        return Err(problem);
    }
    let fields = problem.fields.iter();
    let mut faults: Vec<Fault> = fields
        .map(|(field, message)| Fault {
            field: field.clone().into_owned(),
            message: message.clone(),
        })
        .collect();
    if faults.is_empty() {
        faults.push(Fault {
            field: problem.field.clone().unwrap_or_default(),
            message: problem.message,
        });
    }
    Ok(faults)
}
