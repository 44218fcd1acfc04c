//! 导出单位名单: exactly the employers on the screen as a file.

use std::io::{Seek, SeekFrom};

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::exchange::{EmployerExport, ExchangeError, FileKind};
use union::orgs;

use super::list::{Asked, chips, town_names};
use crate::console::imports::{desk, fault, permit, send, unnamed};
use crate::shell::{App, Form, Frame, Need, Problem, Query, Routes, Who, off_thread, page};

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::ExportRun);
    Routes::new()
        .get("/exports/employers", need, ask)
        .post("/exports/employers", need, take)
}

#[derive(Template)]
#[template(path = "console/employers/export.html")]
struct Ask {
    frame: Frame,
    asked: Asked,
    conditions: Vec<String>,
}

async fn in_words(app: &App, who: &Who, asked: &Asked) -> Result<Vec<String>, Problem> {
    let towns = app.read(who, orgs::towns).await?;
    let chips = chips(asked, &asked.filter(), &town_names(&towns));
    Ok(chips.into_iter().map(|(words, _)| words).collect())
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    if !who.can(Capability::EmployersRead) {
        return Err(Problem::not_found());
    }
    let asked = Asked::of(&Form::from_pairs(pairs));
    let conditions = in_words(&app, &who, &asked).await?;
    let frame = Frame::new(&app, &who, &jar, "导出单位名单", "/employers")
        .crumb("企业台账", "/employers")
        .crumb("导出单位名单", "");
    Ok(page(
        StatusCode::OK,
        &Ask {
            frame,
            asked,
            conditions,
        },
    ))
}

async fn take(State(app): State<App>, who: Who, form: Form) -> Result<Response, Problem> {
    let kind = if form.text("file") == "csv" {
        FileKind::Csv
    } else {
        FileKind::Xlsx
    };
    let asked = Asked::of(&form);
    let words = in_words(&app, &who, &asked).await?;
    let request = EmployerExport {
        filter: asked.filter(),
        in_words: if words.is_empty() {
            "全部单位".to_owned()
        } else {
            words.join("；")
        },
        kind,
    };
    let (desk, actor, permit) = (desk(&app), who.actor(), permit(&who));
    let folder = app.config().upload_dir.clone();
    let (exported, file) = off_thread(move || {
        let mut file = unnamed(&folder)?;
        let exported = desk.export_employers(&actor, &permit, &request, &mut file)?;
        file.seek(SeekFrom::Start(0)).map_err(fault)?;
        Ok::<_, ExchangeError>((exported, file))
    })
    .await?;
    Ok(send(&exported, "企业台账", kind, file))
}
