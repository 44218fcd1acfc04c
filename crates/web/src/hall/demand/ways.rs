//! What can be filed from the phone: 码上助 first, then every other kind whose definition has a `[hall]`.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use kernel::case_kind::{CaseKind, Own};
use union::cases;

use crate::shell::{App, Problem, encode};

/// Where the demand's form is; the others stand below it.
const HOME: &str = "/hall/demand";
/// What the ids of kinds begin with.
const CASES: &str = "cases.";

/// One way in.
#[derive(Clone)]
pub(in crate::hall) struct Way {
    pub href: String,
    pub title: &'static str,
    pub says: &'static str,
}

/// The address of a kind's form.
pub(super) fn path_of(kind: &CaseKind) -> String {
    if kind.id == cases::DEMAND {
        return HOME.to_owned();
    }
    let name = kind.id.strip_prefix(CASES).unwrap_or(&kind.id);
    format!("{HOME}/apply/{name}")
}

/// Where the phone keeps an empty form of the kind for want of a network.
pub(super) fn shell_of(kind: &CaseKind) -> String {
    match path_of(kind).strip_prefix(HOME) {
        Some(rest) => format!("{HOME}/offline{rest}"),
        None => format!("{HOME}/offline"),
    }
}

/// Every kind that workers file themselves, with how.
pub(super) fn kinds(app: &App) -> Vec<(&'static CaseKind, &'static Own)> {
    let kinds = cases::own_kinds(app.config().district, app.now().shanghai_date());
    kinds
        .into_iter()
        .filter_map(|kind| Some((kind, kind.hall.as_ref()?)))
        .collect()
}

/// The kind behind an address, which names it; the demand's own names none.
#[derive(Clone, Copy)]
pub(super) struct Filed {
    pub kind: &'static CaseKind,
    pub own: &'static Own,
}

impl FromRequestParts<App> for Filed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let named = RawPathParams::from_request_parts(parts, app).await.ok();
        let named = named.as_ref().and_then(|params| params.iter().next());
        let id = named.map_or_else(
            || cases::DEMAND.to_owned(),
            |(_, name)| format!("{CASES}{name}"),
        );
        let found = kinds(app).into_iter().find(|(kind, _)| kind.id == id);
        let (kind, own) = found.ok_or_else(Problem::not_found)?;
        Ok(Self { kind, own })
    }
}

/// The ways in besides this one; a scanned code goes along.
pub(in crate::hall) fn others(app: &App, than: &str, code: &str) -> Vec<Way> {
    let with = if code.is_empty() {
        String::new()
    } else {
        format!("?at={}", encode(code))
    };
    kinds(app)
        .into_iter()
        .filter(|(kind, _)| kind.id != than)
        .map(|(kind, own)| Way {
            href: format!("{}{with}", path_of(kind)),
            title: &own.title,
            says: &own.says,
        })
        .collect()
}
