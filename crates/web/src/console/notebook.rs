//! 职工交来的账单: statements workers gave to a union, within the post's reach. Opening one is on record, and the
//! worker reads who looked.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::members::Permit;
use union::notebook::{self, NotebookError, NotebookRules, Purpose, ShareId, Shared, Statement};

use super::members::masked;
use crate::hall::words;
use crate::shell::{App, Frame, Need, Path, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    let need = Need::Cap(Capability::MembersReveal);
    Routes::new()
        .get("/wage-statements", need, list)
        .get("/wage-statements/{id}", need, show)
}

#[derive(Template)]
#[template(path = "console/notebook/statements.html")]
struct ListPage {
    frame: Frame,
    items: Vec<Shared>,
    purposes: &'static [Purpose],
}

impl ListPage {
    fn masked(&self, name: &str) -> String {
        masked(name)
    }
    fn purpose(&self, id: &str) -> &str {
        self.purposes
            .iter()
            .find(|purpose| purpose.id == id)
            .map_or("", |purpose| purpose.title.as_str())
    }
}

#[derive(Template)]
#[template(path = "console/notebook/statement.html")]
struct StatementPage {
    frame: Frame,
    shared: Shared,
    statement: Statement,
    digest: String,
    purpose: String,
}

async fn list(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    let (items, purposes) = app
        .read(&who, move |tx| {
            let rules = NotebookRules::at(*tx.district(), tx.today())?;
            let items = notebook::shared_in_scope(tx, &permit)?;
            Ok::<_, NotebookError>((items, rules.purposes.as_slice()))
        })
        .await?;
    let frame = Frame::new(&app, &who, &jar, "职工交来的账单", "/wage-statements");
    let view = ListPage {
        frame,
        items,
        purposes,
    };
    Ok(page(StatusCode::OK, &view))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: ShareId = id.parse().map_err(|_| Problem::not_found())?;
    let permit = Permit::of(&who);
    // A write: looking is entered in the log.
    let (shared, statement, purpose) = app
        .write(&who, move |tx| {
            let rules = NotebookRules::at(*tx.district(), tx.today())?;
            let (shared, statement) = notebook::open(tx, &permit, id)?;
            let purpose = rules
                .purpose(&shared.share.purpose)
                .map_or_else(String::new, |purpose| purpose.title.clone());
            Ok::<_, NotebookError>((shared, statement, purpose))
        })
        .await?;
    let frame = Frame::new(&app, &who, &jar, "工薪账单", "/wage-statements")
        .crumb("职工交来的账单", "/wage-statements")
        .crumb("工薪账单", "");
    let digest = shared.share.digest.clone();
    let view = StatementPage {
        frame,
        shared,
        statement,
        digest,
        purpose,
    };
    Ok(page(StatusCode::OK, &view))
}
