//! 导出预警清单: exactly the warnings on the screen as a file.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::arrears::{ArrearsError, WarningExport, desk};
use union::orgs;

use super::list::{Asked, chips};
use crate::console::exports::{self, ListFile, chosen, take};
use crate::shell::{App, Form, Need, Problem, Query, Routes, Who};

const LIST: ListFile = ListFile {
    name: "预警清单",
    what: "warnings",
    all: "处置中的全部预警",
    above: ("欠薪预警", "/warnings"),
};

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::ExportRun);
    Routes::new()
        .get("/exports/warnings", need, ask)
        .post("/exports/warnings", need, file)
}

async fn conditions(app: &App, who: &Who, asked: &Asked) -> Result<Vec<String>, Problem> {
    if !who.can(Capability::WarningRead) {
        return Err(Problem::not_found());
    }
    let (towns, levels) = app
        .read(who, |tx| {
            Ok::<_, ArrearsError>((orgs::towns(tx)?, desk::levels(tx)?))
        })
        .await?;
    let names: BTreeMap<_, _> = towns
        .into_iter()
        .map(|town| (town.org.id, town.short_name))
        .collect();
    let chips = chips(asked, &levels, &names);
    Ok(chips.into_iter().map(|(words, _)| words).collect())
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
        back: format!("/warnings{}", asked.query("")),
        conditions,
        pairs: asked
            .pairs()
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
    };
    Ok(LIST.ask((&app, &who, &jar), asked))
}

async fn file(State(app): State<App>, who: Who, form: Form) -> Result<Response, Problem> {
    let asked = Asked::of(&form);
    let conditions = conditions(&app, &who, &asked).await?;
    let request = WarningExport {
        filter: asked.filter(),
        in_words: LIST.in_words(&conditions),
        kind: chosen(&form),
    };
    let what = (LIST.name, request.kind);
    take(&app, &who, what, move |desk, actor, permit, out| {
        desk.export_warnings(actor, permit, &request, out)
    })
    .await
}
