//! 导出办件清单: exactly the cases on the screen as a file.

use axum::extract::State;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::cases::CaseError;
use union::exchange::CaseExport;

use super::list::{Asked, readable};
use crate::console::exports::{ExportAsk, chosen, in_words, take};
use crate::shell::{App, Form, Frame, Need, Problem, Query, Routes, Who};

/// What the list is without conditions; it always has a view.
const ALL: &str = "全部办件";

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
    let frame = Frame::new(&app, &who, &jar, "导出办件清单", "/cases")
        .crumb("维权办件", "/cases")
        .crumb("导出办件清单", "");
    let ask = ExportAsk {
        frame,
        title: "导出办件清单",
        what: "cases",
        back: asked.here(),
        conditions,
        all: ALL,
        pairs: asked.pairs(),
    };
    Ok(ask.draw())
}

async fn file(State(app): State<App>, who: Who, form: Form) -> Result<Response, Problem> {
    let asked = Asked::of(&form);
    let conditions = conditions(&app, &who, &asked).await?;
    let request = CaseExport {
        filter: asked.filter(),
        may: who.capabilities,
        in_words: in_words(&conditions, ALL),
        kind: chosen(&form),
    };
    let what = ("办件清单", request.kind);
    take(&app, &who, what, move |desk, actor, permit, out| {
        desk.export_cases(actor, permit, &request, out)
    })
    .await
}
