//! The way back from a refusal to the case it was about.

use axum::http::StatusCode;
use kernel::case_kind::Allowed;
use kernel::ids::CaseId;
use union::access::Capability;
use union::arrears::alerts;
use union::cases::{self, CaseError};

use crate::shell::{App, Problem, WayBack, Who};

/// A refusal that has no form to stand on leads back to the case, with the verbs that are offered there now.
pub(super) async fn back_to_case(app: &App, who: &Who, id: CaseId, problem: Problem) -> Problem {
    if problem.status != StatusCode::CONFLICT {
        return problem;
    }
    let (may, warnings) = (who.capabilities, who.can(Capability::WarningRead));
    let found = app.read(who, move |tx| {
        let case = cases::get(tx, may, id)?;
        let buttons = cases::buttons(tx, may, &case).into_iter();
        let at = |one: Allowed| (one.title, format!("/cases/{id}/do/{}", one.verb));
        let mut offered: Vec<(String, String)> = buttons.map(at).collect();
        if let Some((_, alert)) = case.link.filter(|(kind, _)| warnings && kind == "alert")
            && let Ok(alert) = alerts::get(tx, alert.into())
        {
            offered.push(("预警页面".to_owned(), format!("/warnings/{}", alert.no)));
        }
        Ok::<_, CaseError>(WayBack {
            title: case.no,
            href: format!("/cases/{id}"),
            offered,
        })
    });
    match found.await {
        Ok(back) => problem.leading_back(back),
        // Out of sight by now: then there is nowhere to go back to.
        Err(_) => problem,
    }
}
