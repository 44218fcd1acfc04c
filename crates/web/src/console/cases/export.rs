//! 导出办件清单: exactly the cases on the screen as a file.

use axum::extract::State;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::cases::CaseError;
use union::exchange::CaseExport;

use super::list::{Asked, readable};
use crate::console::exports::{self, ListFile, chosen, take};
use crate::shell::{App, Form, Need, Problem, Query, Routes, Who};

/// It always has a view, so `all` is never said.
const LIST: ListFile = ListFile {
    name: "办件清单",
    what: "cases",
    all: "全部办件",
    above: ("维权办件", "/cases"),
};

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::ExportRun);
    Routes::new()
        .get("/exports/cases", need, ask)
        .post("/exports/cases", need, file)
}

async fn conditions(app: &App, who: &Who, asked: &Asked) -> Result<Vec<String>, Problem> {
    if !who.can(Capability::CasesRead) {
        return Err(Problem::not_found());
    }
    let may = who.capabilities;
    let kinds = app
        .read(who, move |tx| Ok::<_, CaseError>(readable(tx, may)))
        .await?;
    Ok(asked.in_words(&kinds))
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let asked = Asked::of(&Form::from_pairs(pairs));
    let conditions = conditions(&app, &who, &asked).await?;
    let asked = exports::Asked {
        back: asked.here(),
        conditions,
        pairs: asked.pairs(),
    };
    Ok(LIST.ask((&app, &who, &jar), asked))
}

async fn file(State(app): State<App>, who: Who, form: Form) -> Result<Response, Problem> {
    let asked = Asked::of(&form);
    let conditions = conditions(&app, &who, &asked).await?;
    let request = CaseExport {
        filter: asked.filter(),
        may: who.capabilities,
        in_words: LIST.in_words(&conditions),
        kind: chosen(&form),
    };
    let what = (LIST.name, request.kind);
    take(&app, &who, what, move |desk, actor, permit, out| {
        desk.export_cases(actor, permit, &request, out)
    })
    .await
}
