//! 同步: what a phone wrote without a network arrives here, all of it at once.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kernel::Instant;
use serde::{Deserialize, Serialize};
use union::notebook::{self, Change, EntryId, Fields, NotebookError, Outcome, Sent};

use super::super::worker::Worker;
use super::mark;
use crate::shell::{App, Need, Problem, Routes};

pub(super) fn routes() -> Routes {
    Routes::new().post("/hall/notebook/sync", Need::Member, sync)
}

#[derive(Deserialize)]
struct Batch {
    /// Whose notebook the phone wrote into.
    owner: String,
    entries: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    id: EntryId,
    /// Milliseconds, by the phone's clock.
    edited_at: i64,
    #[serde(default)]
    remove: bool,
    #[serde(default)]
    fields: Fields,
}

#[derive(Serialize)]
struct Answers {
    entries: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    id: EntryId,
    outcome: &'static str,
    faults: Vec<Fault>,
}

#[derive(Serialize)]
struct Fault {
    field: &'static str,
    message: String,
}

async fn sync(
    State(app): State<App>,
    worker: Worker,
    Json(batch): Json<Batch>,
) -> Result<Json<Answers>, Problem> {
    let owner = batch.owner;
    let sent: Vec<Sent> = batch.entries.into_iter().map(sent).collect();
    let outcomes = worker
        .write(&app, move |tx, _, member| {
            if mark(tx, member) != owner {
                return Ok::<_, NotebookError>(None);
            }
            // Nothing may have changed: then there is nothing to enter in the log, and nothing to refuse.
            notebook::sync(tx, sent).map(Some)
        })
        .await?;
    let outcomes: Vec<(EntryId, Outcome)> = outcomes.ok_or_else(|| {
        Problem::new(
            StatusCode::CONFLICT,
            "notebook.other_owner",
            "这些记录是另一个人在这部手机上写的，要他本人登录后才能送出",
        )
    })?;
    let entries = outcomes.into_iter().map(answer).collect();
    Ok(Json(Answers { entries }))
}

fn sent(line: Line) -> Sent {
    Sent {
        id: line.id,
        edited_at: Instant::from_ms(line.edited_at),
        change: if line.remove {
            Change::Remove
        } else {
            Change::Put(line.fields)
        },
    }
}

fn answer((id, outcome): (EntryId, Outcome)) -> Answer {
    let code = outcome.code();
    let faults = match outcome {
        Outcome::Faulty(faults) => faults
            .into_iter()
            .map(|(field, message)| Fault { field, message })
            .collect(),
        _ => Vec::new(),
    };
    Answer {
        id,
        outcome: code,
        faults,
    }
}
