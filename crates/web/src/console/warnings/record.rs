//! 成绩单: arrears that were confirmed afterwards, and whether a warning was ahead of them. Misses are listed like hits.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use union::access::Capability;
use union::arrears::panel::{self, Record};

use super::ended_since;
use crate::shell::{App, Frame, Need, Problem, Query, Routes, Who, page};

/// The views: id and words.
const VIEWS: [(&str, &str); 3] = [("", "全部"), ("hit", "预警在先"), ("miss", "没有预警")];

pub(super) fn routes() -> Routes {
    Routes::new().get("/warnings/record", Need::Cap(Capability::WarningRead), show)
}

#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    of: String,
}

#[derive(Template)]
#[template(path = "console/warnings/record.html")]
struct RecordPage {
    frame: Frame,
    of: String,
    record: Record,
    hits: usize,
    misses: usize,
}

impl RecordPage {
    /// The alerts behind a figure.
    fn ended(&self, state: &str) -> String {
        ended_since(&self.record, state)
    }
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let mut record = app.read(&who, panel::record).await?;
    let (hits, misses) = (record.hits(), record.misses());
    match asked.of.as_str() {
        "hit" => record.judged.retain(|one| one.hit.is_some()),
        "miss" => record.judged.retain(|one| one.hit.is_none()),
        _ => {}
    }
    let frame = Frame::new(&app, &who, &jar, "预警成绩单", "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb("成绩单", "");
    let view = RecordPage {
        frame,
        of: asked.of,
        record,
        hits,
        misses,
    };
    Ok(page(StatusCode::OK, &view))
}
