//! 规则全文: one version in words, beside another one where asked.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::warning::RuleSet;
use serde::Deserialize;
use union::arrears::publications::{self, PublicationState};
use union::arrears::{ArrearsError, Permit, alerts, rulesets};
use union::cases;

use super::words::{self, Difference, FeatureLine, LevelLine, Response as Due, RuleLine, place};
use crate::shell::{App, Frame, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/warnings/rules/set/{hash}", super::READ, show)
}

#[derive(Deserialize, Default)]
struct Asked {
    /// Fingerprint of the version to compare with.
    #[serde(default)]
    than: String,
}

/// A rule set as a page draws it.
pub(super) struct Readable {
    pub(super) set: Arc<RuleSet>,
    pub(super) levels: Vec<LevelLine>,
    pub(super) features: Vec<FeatureLine>,
    pub(super) rules: Vec<RuleLine>,
    pub(super) grades: Vec<String>,
    pub(super) matrix: Vec<Due>,
    pub(super) closings: Vec<(String, Vec<String>)>,
}

impl Readable {
    pub(super) fn of(set: Arc<RuleSet>, kind: &cases::CaseKind) -> Self {
        let (grades, matrix) = words::matrix(kind, &set);
        Self {
            levels: words::levels(&set),
            features: words::features(&set),
            rules: words::rules(&set),
            grades,
            matrix,
            closings: words::closings(kind, &set),
            set,
        }
    }

    /// The step in words.
    pub(super) fn step(&self) -> &'static str {
        match self.set.step() {
            kernel::warning::Step::Day => "按天",
            kernel::warning::Step::Month => "按月",
        }
    }
}

#[derive(Template)]
#[template(path = "console/warnings/rules/show.html")]
struct ShowPage {
    frame: Frame,
    readable: Readable,
    /// Versions it can be compared with: fingerprint and words.
    others: Vec<(String, String)>,
    than: String,
    than_words: String,
    differences: Option<Vec<Difference>>,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(hash): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (permit, than) = (Permit::of(&who), asked.than.clone());
    let found = app
        .read(&who, move |tx| {
            let mut others: Vec<(String, String)> = rulesets::versions()
                .into_iter()
                .map(|one| {
                    let words = format!("{}（{} 起）", one.header.title, one.header.valid_from);
                    (one.hash.clone(), words)
                })
                .collect();
            for one in publications::publications(tx, &permit)? {
                if one.uploaded && one.state == PublicationState::Published {
                    let words =
                        format!("{}（{} 上传发布）", one.title, one.asked_at.shanghai_date());
                    others.push((one.hash, words));
                }
            }
            // Only what can be reached from the list is read; a made-up fingerprint finds nothing.
            if others.iter().all(|(one, _)| *one != hash) {
                return Err(ArrearsError::NotFound);
            }
            let set = rulesets::with_hash(tx, &hash)?;
            let other = match others.iter().any(|(one, _)| *one == than) {
                true => Some(rulesets::with_hash(tx, &than)?),
                false => None,
            };
            let kind = cases::kind(alerts::CASE_KIND, *tx.district(), tx.today())?;
            others.retain(|(one, _)| *one != hash);
            Ok::<_, ArrearsError>((Readable::of(set, kind), others, other))
        })
        .await?;
    let (readable, others, other) = found;
    let differences = other.map(|other| words::differences(&other, &readable.set));
    let than_words = others.iter().find(|(one, _)| *one == asked.than);
    let frame = Frame::new(&app, &who, &jar, readable.set.title(), "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb("预警规则", "/warnings/rules")
        .crumb(readable.set.title(), "");
    let drawn = ShowPage {
        frame,
        than_words: than_words
            .map(|(_, words)| words.clone())
            .unwrap_or_default(),
        than: asked.than,
        readable,
        others,
        differences,
    };
    Ok(page(StatusCode::OK, &drawn))
}

impl ShowPage {
    /// Title of the grade at a place of the table.
    fn grade(&self, at: &usize) -> &str {
        self.readable.grades.get(*at).map_or("", String::as_str)
    }
}
