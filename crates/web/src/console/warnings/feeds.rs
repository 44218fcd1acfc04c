//! 数据源: who delivers what on which legal ground, and since when it has been silent.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use union::access::Capability;
use union::arrears::{self, FeedState, Freshness};

use crate::shell::{App, Frame, Need, Problem, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/warnings/feeds", Need::Cap(Capability::WarningRead), show)
}

#[derive(Template)]
#[template(path = "console/warnings/feeds.html")]
struct FeedsPage {
    frame: Frame,
    feeds: Vec<FeedState>,
}

async fn show(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let feeds = app.read(&who, arrears::feed_states).await?;
    let frame = Frame::new(&app, &who, &jar, "数据源", "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb("数据源", "");
    Ok(page(StatusCode::OK, &FeedsPage { frame, feeds }))
}

impl FeedsPage {
    fn badge(&self, freshness: &Freshness) -> (&'static str, &'static str) {
        match freshness {
            Freshness::Live => ("lv lv-g", "s-ok"),
            Freshness::Stale => ("lv lv-y", "s-yel"),
            Freshness::NotConnected => ("lv lv-n", "s-none"),
        }
    }

    fn last(&self, feed: &FeedState) -> String {
        feed.last_good
            .map_or_else(|| "还没有".to_owned(), |at| at.shanghai_text())
    }
}
