//! 欠薪预警大屏: how many warnings of which colour, where, for how long, and how the desks keep their time. It renews
//! itself when an alert changes. It names no person, and a company only to who may read warnings and asks for it.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Instant;
use serde::Deserialize;
use union::access::Capability;
use union::arrears::panel::{self, Panel};
use union::orgs::{Area, Sketch};

use crate::console::warnings::look::Tone;
use crate::console::{section_name, thousands};
use crate::shell::{App, Need, Problem, Routes, Who, page};

/// Towns in a row of the plain map, where a district has no drawing.
const IN_A_ROW: usize = 4;
/// Size of one tile of the plain map.
const TILE: (f64, f64) = (25.0, 18.0);
/// From so many of the highest colour on a town is drawn stronger.
const MANY: i64 = 2;
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

/// A town on the map and in the table.
struct Town {
    name: String,
    href: String,
    said: String,
    /// Signs and counts, worst first.
    marks: String,
    /// Pattern of its fill.
    fill: &'static str,
    points: String,
    /// Its name in the drawing.
    drawn: String,
    label: (f64, f64),
    counts: Vec<String>,
    total: i64,
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
    people: String,
    wan: String,
    overdue: i64,
    levels: Vec<(String, &'static str)>,
    towns: Vec<Town>,
    view: String,
    note: String,
    weeks: Vec<WeekRow>,
    oldest: Vec<OldRow>,
    desks: Vec<DeskRow>,
    stale: Vec<(String, String)>,
    hits: usize,
    misses: usize,
    ended: i64,
    false_ended: i64,
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
    let towns = towns(found, sketch);
    let (width, height) = size(sketch, towns.len());
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
        people: thousands(found.tally.people),
        wan: thousands(found.tally.amount.0 / 1_000_000),
        overdue: found.tally.overdue,
        levels: found
            .levels
            .iter()
            .rev()
            .map(|level| (level.label.clone(), Tone::of(level).short()))
            .collect(),
        towns,
        view: format!("0 0 {width} {height}"),
        note: sketch.map_or_else(
            || "按镇街排列，不表示位置".to_owned(),
            |sketch| sketch.caption.clone(),
        ),
        weeks: weeks(found),
        oldest: oldest(found, now, named),
        desks: desks(found),
        stale: stale(found),
        hits: found.record.hits(),
        misses: found.record.misses(),
        ended: found.record.closed,
        false_ended: found.record.false_alarms,
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

/// Units of the drawing, or of the plain tiles that stand in for one.
fn size(sketch: Option<&Sketch>, towns: usize) -> (f64, f64) {
    sketch.map_or_else(
        || {
            let rows = u32::try_from(towns.div_ceil(IN_A_ROW)).unwrap_or(1);
            let across = u32::try_from(IN_A_ROW).unwrap_or(1);
            (f64::from(across) * TILE.0, f64::from(rows) * TILE.1)
        },
        |sketch| (sketch.width, sketch.height),
    )
}

fn towns(found: &Panel, sketch: Option<&Sketch>) -> Vec<Town> {
    let one = |(at, (org, counts)): (usize, &(union::orgs::OrgRef, Vec<i64>))| {
        let short = found.names.get(&org.id).unwrap_or(&org.name);
        let area = match sketch {
            Some(sketch) => sketch.area_of(&org.name).cloned(),
            None => Some(tile(at, short)),
        };
        let standing = found.levels.iter().zip(counts).rev();
        let standing: Vec<_> = standing.filter(|(_, count)| **count > 0).collect();
        let words = standing
            .iter()
            .map(|(level, n)| format!("{}色 {n} 家", level.label));
        let marks = standing
            .iter()
            .map(|(level, n)| format!("{}{n}", Tone::of(level).sign()));
        let words: Vec<String> = words.collect();
        Town {
            said: if words.is_empty() {
                "没有预警".to_owned()
            } else {
                words.join("，")
            },
            marks: marks.collect::<Vec<_>>().join(" "),
            fill: standing
                .first()
                .map_or("calm", |(level, n)| fill(Tone::of(level), **n)),
            points: area.as_ref().map(Area::points).unwrap_or_default(),
            drawn: area
                .as_ref()
                .map(|area| area.short.clone())
                .filter(|short| !short.is_empty())
                .unwrap_or_else(|| short.clone()),
            label: area.map_or((0.0, 0.0), |area| area.label),
            href: format!("/warnings?town={}", org.id),
            counts: counts.iter().rev().map(thousands).collect(),
            total: counts.iter().sum(),
            name: short.clone(),
        }
    };
    found.towns.iter().enumerate().map(one).collect()
}

/// Pattern of a town by its worst colour; the strongest where several stand.
fn fill(tone: Tone, count: i64) -> &'static str {
    match tone {
        Tone::Red if count >= MANY => "red2",
        other => other.short(),
    }
}

/// One tile of the plain map.
fn tile(at: usize, name: &str) -> Area {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(0));
    let (left, top) = (
        number(at % IN_A_ROW) * TILE.0,
        number(at / IN_A_ROW) * TILE.1,
    );
    let (right, bottom) = (left + TILE.0 - 1.0, top + TILE.1 - 1.0);
    Area {
        name: name.to_owned(),
        short: String::new(),
        label: (left + TILE.0 / 2.0 - 0.5, top + TILE.1 / 2.0 - 1.5),
        outline: vec![(left, top), (right, top), (right, bottom), (left, bottom)],
    }
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
        let permille = if all == 0 { 0 } else { desk.met * 1000 / all };
        let width = format!("{}.{}", permille / 10, permille % 10);
        DeskRow {
            title: desk.title.clone(),
            rate: if all == 0 {
                "没有到期的".to_owned()
            } else {
                format!("{width}%")
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
    let one = |(title, last): &(String, Option<Instant>)| {
        let words = match last {
            Some(at) => format!("停在 {}", at.shanghai_date()),
            None => "还没有数据".to_owned(),
        };
        (title.clone(), words)
    };
    found.stale.iter().map(one).collect()
}
