//! 本周走访: whom to check this week, how far the round is, and what the answers became.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use union::access::Capability;
use union::arrears::ArrearsError;
use union::arrears::check_in::{self, Answers, Place, Round, WeeklyRules};

use super::super::look::Tone;
use super::mark;
use crate::shell::{App, Frame, Need, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/sentinel", Need::Cap(Capability::SignalsEnter), show)
}

#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "console/sentinel/round.html")]
struct RoundPage {
    frame: Frame,
    owner: String,
    rules: &'static WeeklyRules,
    round: Round,
    text: String,
    sees_alerts: bool,
}

/// What is said after answers arrived.
fn flash(done: &str) -> Option<String> {
    let words = match done {
        "kept" => "记好了",
        "anew" => "记好了，以您最后一次答的为准",
        "unchanged" => "这次填报已经收到过，没有重复计算",
        "also" => "记好了。这家本周别人也查过，两份都留着，见下面“本周已查”",
        _ => return None,
    };
    Some(words.to_owned())
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let text = asked.q.trim().to_owned();
    let wanted = text.clone();
    let (owner, rules, round) = app
        .read(&who, move |tx| {
            let rules = WeeklyRules::at(*tx.district(), tx.today())?;
            Ok::<_, ArrearsError>((mark(tx), rules, check_in::round(tx, &wanted)?))
        })
        .await?;
    let frame = Frame::new(&app, &who, &jar, "每周五问", "/sentinel").flash(flash(&asked.done));
    let sees_alerts = who.can(Capability::WarningRead);
    Ok(page(
        StatusCode::OK,
        &RoundPage {
            frame,
            owner,
            rules,
            round,
            text,
            sees_alerts,
        },
    ))
}

impl RoundPage {
    /// The answers of last week in a few words.
    fn last(&self, place: &Place) -> String {
        match &place.last {
            Some(last) => format!("上周：{}", said(self.rules, &last.answers)),
            None => "上周没有查".to_owned(),
        }
    }

    /// What the phone keeps of last week's answers, where they may be taken over.
    fn repeat(&self, place: &Place) -> &'static str {
        if place.may_repeat { "1" } else { "" }
    }

    fn said(&self, answers: &Answers) -> String {
        said(self.rules, answers)
    }

    fn tone(&self, place: &Place) -> Option<(Tone, String, String)> {
        let (alert, level) = place.alert.as_ref().filter(|_| self.sees_alerts)?;
        Some((Tone::of(level), level.label.clone(), alert.no.clone()))
    }

    /// Fields that two people answered differently, in words.
    fn disputed(&self, place: &Place) -> String {
        let asked = self.rules.questions.iter();
        let asked = asked.filter(|one| place.disputed.contains(&one.field));
        asked.map(|one| one.title()).collect::<Vec<_>>().join("、")
    }
}

/// Answers in words: what is worrying, or that nothing is.
pub(super) fn said(rules: &WeeklyRules, answers: &Answers) -> String {
    if answers.worried() {
        rules.in_words(answers)
    } else {
        format!("都{}", rules.no)
    }
}
