//! 常用筛选: the conditions on screen under a name of one's own, on the roster and the list of employers.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::ids::SavedFilterId;
use union::exchange::saved;

use super::{employers, members};
use crate::shell::{App, Form, Need, Path, Problem, Routes, Who};

pub(super) fn routes() -> Routes {
    Routes::new()
        .post("/saved/{list}", Need::SignedIn, save)
        .post("/saved/{list}/{id}/remove", Need::SignedIn, remove)
}

/// The lists that can be narrowed.
#[derive(Debug, Clone, Copy)]
enum List {
    Members,
    Employers,
}

impl List {
    fn of(name: &str) -> Result<Self, Problem> {
        match name {
            "members" => Ok(Self::Members),
            "employers" => Ok(Self::Employers),
            _ => Err(Problem::not_found()),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::Employers => "employers",
        }
    }

    /// The conditions of an address, read and written again by the page itself: unknown fields and the place in
    /// the list fall away, and a number somebody put there by hand becomes its blind index.
    fn conditions(self, app: &App, query: &str) -> String {
        let form = Form::from_query(query);
        match self {
            Self::Members => members::Wanted::read(app, &form).query(),
            Self::Employers => employers::conditions(&form),
        }
    }
}

async fn save(
    State(app): State<App>,
    who: Who,
    Path(list): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    let list = List::of(&list)?;
    let query = list.conditions(&app, form.text("query"));
    let back = format!("/{}{query}", list.name());
    let (account, name) = (who.account, form.text("name").to_owned());
    app.write(&who, move |tx| {
        saved::save(tx, account, list.name(), &name, &query)
    })
    .await?;
    Ok(Redirect::to(&back).into_response())
}

async fn remove(
    State(app): State<App>,
    who: Who,
    Path((list, id)): Path<(String, SavedFilterId)>,
) -> Result<Response, Problem> {
    let list = List::of(&list)?;
    let account = who.account;
    app.write(&who, move |tx| saved::remove(tx, account, id))
        .await?;
    Ok(Redirect::to(&format!("/{}", list.name())).into_response())
}
