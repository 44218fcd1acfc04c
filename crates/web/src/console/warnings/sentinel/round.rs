//! 本周走访: whom to check this week, how far the round is, and what the answers became.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::Date;
use serde::Deserialize;
use union::access::Capability;
use union::arrears::ArrearsError;
use union::arrears::check_in::{self, Answers, Place, Round, RoundAsk, WeeklyRules};
use union::orgs::{self, OrgNode};

use super::super::look::Tone;
use super::mark;
use crate::shell::{App, Frame, Need, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    // Who reads the warnings follows the report of a day to those that were missed; only who may answer answers.
    let need = Need::Either(Capability::SignalsEnter, Capability::WarningRead);
    Routes::new().get("/sentinel", need, show)
}

#[derive(Deserialize, Default)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    town: String,
    /// A day of the week that is looked at.
    #[serde(default)]
    week: String,
    /// `due` those not checked, `done` the others.
    #[serde(default)]
    only: String,
    #[serde(default)]
    done: String,
}

impl Asked {
    fn ask(&self) -> RoundAsk {
        RoundAsk {
            text: self.q.trim().to_owned(),
            town: self.town.parse().ok(),
            week: self.week.parse().ok(),
            checked: match self.only.as_str() {
                "due" => Some(false),
                "done" => Some(true),
                _ => None,
            },
        }
    }
}

/// Weeks that are offered, the present one first.
const WEEKS: i8 = 8;

/// Mondays of the last weeks, the newest first.
fn weeks(today: Date) -> Vec<Date> {
    let present = check_in::monday(today);
    let back = |weeks: i8| present.checked_sub(jiff::Span::new().weeks(weeks)).ok();
    (0..WEEKS).filter_map(back).collect()
}

#[derive(Template)]
#[template(path = "console/sentinel/round.html")]
struct RoundPage {
    frame: Frame,
    owner: String,
    rules: &'static WeeklyRules,
    round: Round,
    ask: RoundAsk,
    /// The week is the present one.
    present: bool,
    /// This post answers for employers.
    may_answer: bool,
    /// What is listed can be answered.
    answers: bool,
    /// What cannot opens to the employer's card, for whoever may read it.
    opens_cards: bool,
    weeks: Vec<Date>,
    towns: Vec<OrgNode>,
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
    let ask = asked.ask();
    let wanted = ask.clone();
    let (owner, rules, round, towns) = app
        .read(&who, move |tx| {
            let rules = WeeklyRules::at(*tx.district(), tx.today())?;
            let round = check_in::round(tx, &wanted)?;
            Ok::<_, ArrearsError>((mark(tx), rules, round, orgs::towns(tx)?))
        })
        .await?;
    let weeks = weeks(app.now().shanghai_date());
    let present = weeks.first() == Some(&round.week);
    let may_answer = who.can(Capability::SignalsEnter);
    let frame = Frame::new(&app, &who, &jar, "每周五问", "/sentinel").flash(flash(&asked.done));
    let sees_alerts = who.can(Capability::WarningRead);
    Ok(page(
        StatusCode::OK,
        &RoundPage {
            frame,
            owner,
            rules,
            present,
            may_answer,
            answers: present && may_answer,
            opens_cards: who.can(Capability::EmployersRead),
            round,
            ask,
            weeks,
            towns,
            sees_alerts,
        },
    ))
}

impl RoundPage {
    /// Something narrows the list.
    fn narrowed(&self) -> bool {
        let ask = &self.ask;
        !ask.text.is_empty() || ask.town.is_some() || ask.checked.is_some() || !self.present
    }

    fn town_chosen(&self, town: &OrgNode) -> bool {
        self.ask.town == Some(town.org.id)
    }

    /// `本周` or the days of another.
    fn week(&self) -> String {
        if self.present {
            "本周".to_owned()
        } else {
            format!("{} 那一周", self.round.week)
        }
    }

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
