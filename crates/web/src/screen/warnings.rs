//! 欠薪预警大屏: how many warnings of which colour, where, for how long, and how the desks keep their time. It renews
//! itself when an alert changes. It names no person, and a company only to who may read warnings and asks for it.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Instant, Rate};
use serde::Deserialize;
use union::access::Capability;
use union::arrears::panel::{self, Panel};
use union::orgs::Sketch;

use crate::console::warnings::{ended_since, ended_this_month, look::Tone};
use crate::console::{section_name, thousands};
use crate::figures::tenths;
use crate::shell::{App, Need, Problem, Query, Routes, Who, page};
use crate::town_map::TownMap;

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

pub(super) fn routes() -> Routes {
    Routes::new().get("/screen/warnings", Need::Cap(Capability::WarningRead), show)
}

#[derive(Deserialize, Default)]
struct Asked {
    /// `yes` shows the names of companies.
    #[serde(default)]
    names: String,
}

/// A colour with its count.
struct Count {
    tone: Tone,
    label: String,
    open: String,
    since: i64,
    href: String,
}

/// One week of the trend.
struct WeekRow {
    label: String,
    href: String,
    counts: Vec<i64>,
}

/// An alert that has stood for long.
struct OldRow {
    tone: Tone,
    level: String,
    place: String,
    name: String,
    days: String,
    href: String,
    no: String,
}

/// A level of desks.
struct DeskRow {
    title: String,
    rate: String,
    width: String,
    overdue: i64,
    href: String,
    detail: String,
    class: &'static str,
}

#[derive(Template)]
#[template(path = "screen/warnings.html")]
struct WarningsPage {
    demo: bool,
    coverage: bool,
    title: String,
    day: String,
    time: String,
    pulse: i64,
    named: bool,
    season: Option<String>,
    counts: Vec<Count>,
    open: String,
    closed: String,
    false_alarms: i64,
    handed: String,
    closed_href: String,
    handed_href: String,
    people: String,
    wan: String,
    overdue: i64,
    /// Label, colour and pattern of each level, highest first.
    levels: Vec<(String, &'static str, String)>,
    map: TownMap,
    weeks: Vec<WeekRow>,
    oldest: Vec<OldRow>,
    desks: Vec<DeskRow>,
    stale: Vec<(String, String)>,
    hits: usize,
    misses: usize,
    ended: i64,
    false_ended: i64,
    false_href: String,
    ended_href: String,
    latest: String,
}

async fn show(
    State(app): State<App>,
    who: Who,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let named = asked.names == "yes";
    if named {
        app.write(&who, panel::names_shown).await?;
    }
    let (found, sketch) = app
        .read(&who, |tx| {
            let sketch = Sketch::at(*tx.district(), tx.today());
            Ok::<_, union::arrears::ArrearsError>((panel::panel(tx)?, sketch))
        })
        .await?;
    let drawn = draw(&app, &who, &found, sketch, named);
    Ok(page(StatusCode::OK, &drawn))
}

fn draw(app: &App, who: &Who, found: &Panel, sketch: Option<&Sketch>, named: bool) -> WarningsPage {
    let now = app.now();
    let (date, text) = (now.shanghai_date(), now.shanghai_text());
    let open: i64 = found.tally.levels.iter().map(|(_, open, _)| open).sum();
    WarningsPage {
        demo: app.config().demo,
        coverage: who.can(Capability::CoverageRead),
        title: app.config().district_name.clone(),
        day: format!("{} 年 {} 月 {} 日", date.year(), date.month(), date.day()),
        time: text
            .split_once(' ')
            .map_or(String::new(), |(_, time)| time.to_owned()),
        pulse: found.pulse,
        named,
        season: found.season.as_ref().map(|one| one.season.banner.clone()),
        counts: counts(found),
        open: thousands(open),
        closed: thousands(found.tally.closed_this_month),
        false_alarms: found.tally.false_alarms_this_month,
        handed: thousands(found.tally.handed_over_this_month),
        closed_href: ended_this_month(&found.tally, "closed"),
        handed_href: ended_this_month(&found.tally, "handed"),
        people: thousands(found.tally.people),
        wan: thousands(found.tally.amount.0 / 1_000_000),
        overdue: found.tally.overdue,
        levels: found
            .levels
            .iter()
            .rev()
            .map(|level| {
                let tone = Tone::of(level).short();
                (level.label.clone(), tone, level.pattern.clone())
            })
            .collect(),
        map: TownMap::new(sketch, &found.levels, &found.towns, &found.names),
        weeks: weeks(found),
        oldest: oldest(found, now, named),
        desks: desks(found),
        stale: stale(found),
        hits: found.record.hits(),
        misses: found.record.misses(),
        ended: found.record.closed,
        false_ended: found.record.false_alarms,
        false_href: ended_since(&found.record, "false"),
        ended_href: ended_since(&found.record, "closed"),
        latest: format!("{text} 有变化即更新"),
    }
}

fn counts(found: &Panel) -> Vec<Count> {
    let of = |id: &str| {
        let row = found.tally.levels.iter().find(|(level, ..)| level.id == id);
        row.map_or((0, 0), |(_, open, since)| (*open, *since))
    };
    let one = |level: &union::arrears::alerts::LevelView| {
        let (open, since) = of(&level.id);
        Count {
            tone: Tone::of(level),
            label: format!("{}色", level.label),
            open: thousands(open),
            since,
            href: format!("/warnings?level={}", level.id),
        }
    };
    found.levels.iter().rev().map(one).collect()
}

fn weeks(found: &Panel) -> Vec<WeekRow> {
    let one = |week: &panel::Week| WeekRow {
        label: format!("{}-{:02}", week.to.month(), week.to.day()),
        href: format!("/warnings/daily/{}", week.to),
        counts: week.counts.iter().rev().copied().collect(),
    };
    found.weeks.iter().map(one).collect()
}

fn oldest(found: &Panel, now: Instant, named: bool) -> Vec<OldRow> {
    let one = |old: &panel::Old| {
        let tone = Tone::of(&old.level);
        let industry = section_name(old.industry.get(..1).unwrap_or_default());
        OldRow {
            tone,
            level: old.level.label.clone(),
            place: old.place.clone(),
            name: match (named, industry) {
                (true, _) => old.name.clone(),
                (false, "") => "某单位".to_owned(),
                (false, industry) => format!("某单位（{industry}）"),
            },
            days: match (now.ms() - old.opened.ms()) / DAY_MS {
                0 => "今天".to_owned(),
                days => format!("{days} 天"),
            },
            href: format!("/warnings/{}", old.no),
            no: old.no.clone(),
        }
    };
    found.oldest.iter().map(one).collect()
}

fn desks(found: &Panel) -> Vec<DeskRow> {
    let one = |desk: &union::cases::past::LevelKept| {
        let all = desk.met + desk.missed;
        let kept = Rate::of(desk.met, all);
        let width = tenths(kept.permille().unwrap_or(0));
        DeskRow {
            title: desk.title.clone(),
            rate: if all == 0 {
                "没有到期的".to_owned()
            } else {
                kept.to_string()
            },
            width,
            overdue: desk.overdue,
            href: format!("/warnings?state=overdue&desk={}", desk.level),
            detail: format!(
                "今年按期 {} 项，超时 {} 项",
                thousands(desk.met),
                thousands(desk.missed)
            ),
            class: if desk.overdue > 0 { "is-yel" } else { "is-blu" },
        }
    };
    found.desks.iter().map(one).collect()
}

fn stale(found: &Panel) -> Vec<(String, String)> {
    let silent = found.stale.iter();
    silent
        .map(|feed| (feed.title.clone(), feed.words()))
        .collect()
}
