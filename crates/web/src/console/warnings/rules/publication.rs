//! 试算与发布: who would change colour today, town by town, before anybody puts the rules in force.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::ids::RulePublicationId;
use kernel::warning::RuleSet;
use union::access::Capability;
use union::arrears::alerts::{self, Changed, LevelView};
use union::arrears::publications::{self, Movement, Publication, PublicationState};
use union::arrears::{ArrearsError, Permit, rulesets};

use super::words::{self, Difference, state_badge};
use crate::console::warnings::look::Tone;
use crate::console::words::{answered, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Path, Problem, Routes, Who, page};

/// Changes that are listed; the counts are of all.
const SHOWN: usize = 300;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/warnings/rules/p/{id}", super::READ, show)
        .post("/warnings/rules/p/{id}/submit", super::PUBLISH, submit)
        .post("/warnings/rules/p/{id}/decide", super::PUBLISH, decide)
        .post("/warnings/rules/p/{id}/drop", super::PUBLISH, give_up)
}

/// One side of a change.
struct Side {
    label: String,
    badge: &'static str,
    shape: &'static str,
    score: i64,
}

/// One subject that would change colour.
struct Line {
    name: String,
    town: String,
    now: Side,
    then: Side,
    why: Vec<String>,
}

/// How many would change in a town.
struct Town {
    name: String,
    counts: Movement,
}

#[derive(Template)]
#[template(path = "console/warnings/rules/publication.html")]
struct PublicationPage {
    frame: Frame,
    one: Publication,
    title_now: String,
    now_hash: String,
    total: Movement,
    towns: Vec<Town>,
    lines: Vec<Line>,
    differences: Vec<Difference>,
    second: bool,
    may_publish: bool,
    own: bool,
    form: Form,
    errors: FieldErrors,
}

/// What the page needs of the store.
struct Found {
    one: Publication,
    title_now: String,
    now_hash: String,
    changes: Vec<Changed>,
    ranks: (BTreeMap<String, Level>, BTreeMap<String, Level>),
    differences: Vec<Difference>,
    second: bool,
}

/// Rank, word and look of a level.
#[derive(Clone)]
struct Level {
    rank: usize,
    label: String,
    badge: &'static str,
    shape: &'static str,
}

fn levels(set: &RuleSet) -> BTreeMap<String, Level> {
    let one = |(rank, level): (usize, &kernel::warning::Level)| {
        let view = LevelView {
            id: level.id.clone(),
            label: level.label.clone(),
            shape: level.shape.clone(),
            pattern: level.pattern.clone(),
            rank: i64::try_from(rank).unwrap_or(i64::MAX),
        };
        let tone = Tone::of(&view);
        let found = Level {
            // Levels of two rule sets are compared from the top: the highest is the highest.
            rank: set.levels().len() - rank,
            label: level.label.clone(),
            badge: tone.badge(),
            shape: tone.shape(),
        };
        (level.id.clone(), found)
    };
    set.levels().iter().enumerate().map(one).collect()
}

async fn load(app: &App, who: &Who, id: RulePublicationId) -> Result<Found, Problem> {
    let permit = Permit::of(who);
    app.read(who, move |tx| {
        let (one, set) = publications::publication(tx, &permit, id)?;
        let today = tx.today();
        let force = rulesets::in_force(tx, today)?;
        let changes = match one.state {
            PublicationState::Draft | PublicationState::Waiting => alerts::dry_run(tx, &set)?,
            _ => Vec::new(),
        };
        Ok::<_, ArrearsError>(Found {
            title_now: force.title().to_owned(),
            now_hash: force.reference().hash.clone(),
            ranks: (levels(&force), levels(&set)),
            differences: words::differences(&force, &set),
            second: publications::needs_second(tx)?,
            one,
            changes,
        })
    })
    .await
}

impl Found {
    fn count(&self, change: &Changed, into: &mut Movement) {
        let rank = |side: &Option<String>, of: &BTreeMap<String, Level>| {
            side.as_ref()
                .and_then(|id| of.get(id))
                .map(|level| level.rank)
        };
        let now = rank(&change.now.0, &self.ranks.0);
        let then = rank(&change.then.0, &self.ranks.1);
        match (now, then) {
            (None, _) => into.new += 1,
            (_, None) => into.gone += 1,
            (Some(now), Some(then)) if then < now => into.up += 1,
            (Some(now), Some(then)) if then > now => into.down += 1,
            _ => into.renamed += 1,
        }
    }

    fn total(&self) -> Movement {
        let mut all = Movement::default();
        self.changes
            .iter()
            .for_each(|one| self.count(one, &mut all));
        all
    }

    fn towns(&self) -> Vec<Town> {
        let mut towns: BTreeMap<&str, Movement> = BTreeMap::new();
        for change in &self.changes {
            self.count(change, towns.entry(&change.town).or_default());
        }
        let mut all: Vec<Town> = towns
            .into_iter()
            .map(|(name, counts)| Town {
                name: name.to_owned(),
                counts,
            })
            .collect();
        all.sort_by_key(|town| std::cmp::Reverse(town.counts.all()));
        all
    }

    fn lines(&self) -> Vec<Line> {
        let side = |side: &(Option<String>, i64), of: &BTreeMap<String, Level>| {
            let level = side.0.as_ref().and_then(|id| of.get(id));
            Side {
                label: level.map_or_else(|| "无".to_owned(), |level| level.label.clone()),
                badge: level.map_or("lv-n", |level| level.badge),
                shape: level.map_or("", |level| level.shape),
                score: side.1,
            }
        };
        self.changes
            .iter()
            .take(SHOWN)
            .map(|one| Line {
                name: one.name.clone(),
                town: one.town.clone(),
                now: side(&one.now, &self.ranks.0),
                then: side(&one.then, &self.ranks.1),
                why: one.why.clone(),
            })
            .collect()
    }
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: RulePublicationId,
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let found = load(app, who, id).await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => (Form::default(), FieldErrors::none(), StatusCode::OK),
    };
    let title = format!("试算：{}", found.one.title);
    let frame = Frame::new(app, who, jar, form_title(&title, &errors), "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb("预警规则", "/warnings/rules")
        .crumb(found.one.title.clone(), "");
    let drawn = PublicationPage {
        frame,
        total: found.total(),
        towns: found.towns(),
        lines: found.lines(),
        second: found.second,
        may_publish: who.can(Capability::RulesPublish),
        own: found.one.asked_by == Some(who.account),
        differences: found.differences,
        title_now: found.title_now,
        now_hash: found.now_hash,
        one: found.one,
        form,
        errors,
    };
    Ok(page(status, &drawn))
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<RulePublicationId>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, id, None).await
}

async fn submit(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<RulePublicationId>,
    form: Form,
) -> Result<Response, Problem> {
    // Counted before the write: a dry run of a large district must not hold up those who work.
    let total = load(&app, &who, id).await?.total();
    let (permit, note) = (Permit::of(&who), form.text("note").to_owned());
    let result = app
        .write(&who, move |tx| {
            publications::submit(tx, &permit, id, &note, total).map(drop)
        })
        .await;
    back(&app, &who, &jar, id, form, result).await
}

async fn decide(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<RulePublicationId>,
    form: Form,
) -> Result<Response, Problem> {
    let (permit, agree) = (Permit::of(&who), form.text("agree") == "yes");
    let why = form.text("why").to_owned();
    let result = app
        .write(&who, move |tx| {
            publications::confirm(tx, &permit, id, agree, &why)
        })
        .await;
    back(&app, &who, &jar, id, form, result).await
}

async fn give_up(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<RulePublicationId>,
    form: Form,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    let result = app
        .write(&who, move |tx| publications::give_up(tx, &permit, id))
        .await;
    back(&app, &who, &jar, id, form, result).await
}

async fn back(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: RulePublicationId,
    form: Form,
    result: Result<(), Problem>,
) -> Result<Response, Problem> {
    let on = result.map(|()| format!("/warnings/rules/p/{id}"));
    Ok(answered(on, |problem| draw(app, who, jar, id, Some((form, problem)))).await)
}

impl PublicationPage {
    fn badge(
        &self,
        state: impl std::borrow::Borrow<PublicationState>,
    ) -> (&'static str, &'static str) {
        state_badge(*state.borrow())
    }

    fn stands(&self, state: &str) -> bool {
        self.one.state.id() == state
    }

    fn shown_all(&self) -> bool {
        self.total.all() <= self.lines.len()
    }
}
