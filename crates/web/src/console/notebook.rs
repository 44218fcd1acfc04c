//! 职工交来的账单: statements workers gave to a union, within the post's reach. Opening one is on record, and the
//! worker reads who looked.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::case_kind::CaseKind;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{self, Brief, Case, CaseError, CaseId};
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
    cases: HashMap<CaseId, Brief>,
    kind: &'static CaseKind,
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
    /// How its demand stands; nothing for what was given before demands were filed.
    fn stands(&self, item: &Shared) -> &str {
        let brief = item.share.case.and_then(|id| self.cases.get(&id));
        brief.map_or("", |brief| self.kind.state_title(&brief.state))
    }
    fn is_late(&self, item: &Shared) -> bool {
        let brief = item.share.case.and_then(|id| self.cases.get(&id));
        brief.is_some_and(|brief| brief.overdue > 0)
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
    /// Its demand, where the post may read it.
    case: Option<Case>,
}

/// The case a statement was given for, within the reach of whoever looks.
fn case_of(
    tx: &mut Tx,
    may: CapabilitySet,
    shared: &Shared,
) -> Result<Option<Case>, NotebookError> {
    let Some(id) = shared.share.case else {
        return Ok(None);
    };
    match cases::get(tx, may, id) {
        Ok(case) => Ok(Some(case)),
        Err(CaseError::NotFound) => Ok(None),
        Err(fault) => Err(NotebookError::room(fault)),
    }
}

/// How the demands of these statements stand, and what kind they are.
fn stand(
    tx: &mut Tx,
    items: &[Shared],
) -> Result<(HashMap<CaseId, Brief>, &'static CaseKind), CaseError> {
    let kind = cases::kind(cases::DEMAND, *tx.district(), tx.today())?;
    let ids: Vec<CaseId> = items.iter().filter_map(|item| item.share.case).collect();
    Ok((cases::briefs(tx, &ids)?, kind))
}

async fn list(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    let (items, purposes, (cases, kind)) = app
        .read(&who, move |tx| {
            let rules = NotebookRules::at(*tx.district(), tx.today())?;
            let items = notebook::shared_in_scope(tx, &permit)?;
            let stand = stand(tx, &items).map_err(NotebookError::room)?;
            Ok::<_, NotebookError>((items, rules.purposes.as_slice(), stand))
        })
        .await?;
    let frame = Frame::new(&app, &who, &jar, "职工交来的账单", "/wage-statements");
    let view = ListPage {
        frame,
        items,
        purposes,
        cases,
        kind,
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
    let (permit, may) = (Permit::of(&who), who.capabilities);
    // A write: looking is entered in the log.
    let (shared, statement, purpose, case) = app
        .write(&who, move |tx| {
            let rules = NotebookRules::at(*tx.district(), tx.today())?;
            let (shared, statement) = notebook::open(tx, &permit, id)?;
            let purpose = rules
                .purpose(&shared.share.purpose)
                .map_or_else(String::new, |purpose| purpose.title.clone());
            let case = case_of(tx, may, &shared)?;
            Ok::<_, NotebookError>((shared, statement, purpose, case))
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
        case,
    };
    Ok(page(StatusCode::OK, &view))
}
