//! 三色欠薪预警台: the list of alerts, worst first, with the figures, the towns and the clocks around it.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::{HeaderValue, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::ids::OrgId;
use kernel::{Date, Fen, Instant};
use serde::Deserialize;
use store::Tx;
use union::access::Capability;
use union::arrears::alerts::{AlertState, Figure, LevelView};
use union::arrears::desk::{self, After, DeskFilter, DeskLine, EndedHow, Tally};
use union::arrears::panel::Record;
use union::arrears::{self, ArrearsError};
use union::cases::{self, Stage, Standing};
use union::coverage::Month;
use union::orgs::{self, OrgNode, OrgRef, Sketch};

use super::look::Tone;
use crate::console::employers::list::SECTIONS;
use crate::console::orgs::section_name;
use crate::console::words::{Remaining, thousands};
use crate::shell::{App, Form, Frame, Need, Problem, Query, Routes, Who, encode, page};
use crate::town_map::TownMap;

/// Lines of one page.
const PAGE: usize = 50;
/// What may be asked for of the handling.
const STATES: [(&str, &str); 7] = [
    ("", "处置中"),
    ("overdue", "已超时"),
    ("proposed", "建议降级"),
    ("closed", "已销号"),
    ("false", "误报"),
    ("handed", "已移交"),
    ("merged", "已合并"),
];
/// What each of the three levels is called in a dot.
const DESKS: [(&str, &str); cases::LEVELS] = [("基", "基层"), ("镇", "镇街"), ("区", "区级")];

pub(super) fn routes() -> Routes {
    Routes::new().get("/warnings", Need::Cap(Capability::WarningRead), show)
}

/// What the address says; read leniently, since people edit addresses.
#[derive(Deserialize, Default, Clone)]
pub(super) struct Asked {
    #[serde(default)]
    k: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    town: String,
    #[serde(default)]
    industry: String,
    #[serde(default)]
    state: String,
    /// With `state=closed`, `false` or `handed`: the month in which they ended, `2026-11`.
    #[serde(default)]
    month: String,
    /// With the same: they ended on this day or later, `2025-11-21`.
    #[serde(default)]
    since: String,
    /// With `state=overdue`: the level of desks that missed it, 0 for the lowest.
    #[serde(default)]
    desk: String,
    /// `rank.score.id` of the last line seen.
    #[serde(default)]
    after: String,
}

impl Asked {
    /// Reads the fields of an address or of a form that carries them along.
    pub(super) fn of(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            k: text("k"),
            level: text("level"),
            town: text("town"),
            industry: text("industry"),
            state: text("state"),
            month: text("month"),
            since: text("since"),
            desk: text("desk"),
            after: String::new(),
        }
    }

    pub(super) fn filter(&self) -> DeskFilter {
        let month = self.month.parse::<Month>().ok();
        DeskFilter {
            text: self.k.trim().to_owned(),
            level: Some(self.level.clone()).filter(|level| !level.is_empty()),
            town: self.town.parse().ok(),
            industry: self.industry.trim().to_owned(),
            state: match self.state.as_str() {
                "closed" | "false" | "handed" => AlertState::Closed,
                "merged" => AlertState::Merged,
                _ => AlertState::Open,
            },
            ended: match self.state.as_str() {
                "closed" => Some(EndedHow::Closed),
                "false" => Some(EndedHow::FalseAlarm),
                "handed" => Some(EndedHow::HandedOver),
                _ => None,
            },
            ended_from: month.map(Month::first).or(self.since.parse().ok()),
            ended_before: month.map(|month| month.after().first()),
            overdue: self.state == "overdue",
            late_at: self.desk.parse().ok().filter(|level| *level < DESKS.len()),
            proposed: self.state == "proposed",
            ..DeskFilter::default()
        }
    }

    fn after(&self) -> Option<After> {
        let mut parts = self.after.splitn(3, '.');
        Some(After {
            rank: parts.next()?.parse().ok()?,
            score: parts.next()?.parse().ok()?,
            id: parts.next()?.parse::<arrears::AlertId>().ok()?,
        })
    }

    pub(super) fn pairs(&self) -> [(&'static str, &str); 8] {
        [
            ("k", &self.k),
            ("level", &self.level),
            ("town", &self.town),
            ("industry", &self.industry),
            ("state", &self.state),
            ("month", &self.month),
            ("since", &self.since),
            ("desk", &self.desk),
        ]
    }

    /// The query without one condition, with its question mark.
    pub(super) fn query(&self, without: &str) -> String {
        let kept: Vec<_> = self
            .pairs()
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && *name != without)
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if kept.is_empty() {
            String::new()
        } else {
            format!("?{}", kept.join("&"))
        }
    }
}

/// A number on top that opens to its rows.
struct Tile {
    label: String,
    value: String,
    unit: &'static str,
    detail: String,
    href: String,
    tone: Tone,
}

/// One alert in the list.
struct Line {
    no: String,
    name: String,
    place: String,
    section: &'static str,
    level: Arc<LevelView>,
    tone: Tone,
    score: i64,
    red_line: bool,
    reasons: String,
    note: String,
    people: Figure<i64>,
    amount: Figure<Fen>,
    /// Which of the two the desk verified, and what the sources reported instead.
    verified: String,
    /// Class and character of each level's dot, and what they say.
    dots: [(&'static str, &'static str); cases::LEVELS],
    said: String,
    due: Option<Remaining>,
    owner: String,
}

#[derive(Template)]
#[template(path = "console/warnings/list.html", blocks = ["rows"])]
struct ListPage {
    frame: Frame,
    asked: Asked,
    edition: String,
    pulse: i64,
    stale: Vec<String>,
    season: Option<Standing>,
    tiles: Vec<Tile>,
    chips: Vec<(String, String)>,
    levels: Vec<LevelView>,
    towns: Vec<OrgNode>,
    map: TownMap,
    lines: Vec<Line>,
    next: Option<String>,
    may_enter: bool,
    may_export: bool,
}

struct Found {
    lines: Vec<DeskLine>,
    levels: Vec<LevelView>,
    tally: Tally,
    by_town: Vec<(OrgRef, Vec<i64>)>,
    towns: Vec<OrgNode>,
    sketch: Option<&'static Sketch>,
    stale: Vec<String>,
    season: Option<Standing>,
    edition: String,
    pulse: i64,
}

fn gather(tx: &mut Tx, filter: &DeskFilter, after: Option<After>) -> Result<Found, ArrearsError> {
    let rules = arrears::rulesets::in_force(tx, tx.today())?;
    let silent = arrears::silent_feeds(tx)?.into_iter();
    let stale = silent
        .map(|feed| format!("「{}」{}，期间不计分", feed.title, feed.words()))
        .collect();
    Ok(Found {
        // The pulse is read first: what changes while the rest is read is told again by the live page.
        pulse: desk::pulse(tx)?,
        lines: desk::page(tx, filter, after, PAGE + 1)?,
        levels: desk::levels(tx)?,
        tally: desk::tally(tx)?,
        by_town: desk::by_town(tx)?,
        towns: orgs::towns(tx)?,
        sketch: Sketch::at(*tx.district(), tx.today()),
        edition: format!("{} · 数据截至 {}", rules.title(), tx.now().shanghai_text()),
        season: cases::season_at(tx, tx.now())?,
        stale,
    })
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let frame = Frame::new(&app, &who, &jar, "欠薪预警", "/warnings")
        .crumb("工作", "")
        .crumb("欠薪预警", "");
    let may = (
        who.can(Capability::SignalsEnter),
        who.can(Capability::ExportRun),
    );
    // The filter form asks for the rows alone; a live page asks for the whole desk and takes what changed.
    let rows_only = headers
        .get("hx-target")
        .is_some_and(|target| target.as_bytes().ends_with(b"rows"));
    // Drawn on the thread that read it: what is written from fifty lines then never leaves that thread.
    let mut response = app
        .read(&who, move |tx| {
            let found = gather(tx, &asked.filter(), asked.after())?;
            let view = ListPage::of(found, asked, (frame, may), tx.now());
            Ok::<_, ArrearsError>(if rows_only {
                page(StatusCode::OK, &view.as_rows())
            } else {
                page(StatusCode::OK, &view)
            })
        })
        .await?;
    response
        .headers_mut()
        .insert(VARY, HeaderValue::from_static("hx-target"));
    Ok(response)
}

/// The figures on top; every one opens to its rows.
fn tiles(tally: &Tally) -> Vec<Tile> {
    let mut tiles: Vec<Tile> = tally
        .levels
        .iter()
        // The worst first, as everywhere on this page.
        .rev()
        .map(|(level, count, since)| Tile {
            label: format!("{}色预警", level.label),
            value: thousands(count),
            unit: "家",
            detail: format!("昨日以来 +{since}"),
            href: format!("/warnings?level={}", level.id),
            tone: Tone::of(level),
        })
        .collect();
    let late = if tally.overdue > 0 {
        Tone::Red
    } else {
        Tone::Plain
    };
    let mut add = |label: &str, value: String, unit, detail: String, href: &str, tone| {
        tiles.push(Tile {
            label: label.to_owned(),
            value,
            unit,
            detail,
            href: href.to_owned(),
            tone,
        });
    };
    let wan = tally.amount.0 / 1_000_000;
    add(
        "处置超时",
        thousands(tally.overdue),
        "件",
        "逾期自动升一级责任".to_owned(),
        "/warnings?state=overdue",
        late,
    );
    add(
        "涉及职工",
        thousands(tally.people),
        "人",
        "已核实的按核实数".to_owned(),
        "/warnings",
        Tone::Plain,
    );
    add(
        "涉及金额",
        thousands(wan),
        "万元",
        "已核实的按核实数".to_owned(),
        "/warnings",
        Tone::Plain,
    );
    add(
        "本月销号",
        thousands(tally.closed_this_month),
        "件",
        format!("其中误报 {} 件", tally.false_alarms_this_month),
        &ended_this_month(tally, "closed"),
        Tone::Plain,
    );
    add(
        "本月移交",
        thousands(tally.handed_over_this_month),
        "件",
        "交给有关部门，到期问结果".to_owned(),
        &ended_this_month(tally, "handed"),
        Tone::Plain,
    );
    tiles
}

/// The rows behind a figure of this month.
pub(crate) fn ended_this_month(tally: &Tally, state: &str) -> String {
    let month = tally.month.map(|month| format!("&month={month}"));
    format!("/warnings?state={state}{}", month.unwrap_or_default())
}

/// The rows behind a figure of the record: those that ended in its time.
pub(crate) fn ended_since(record: &Record, state: &str) -> String {
    let since = record.since.map(|day| format!("&since={day}"));
    format!("/warnings?state={state}{}", since.unwrap_or_default())
}

pub(super) fn chips(
    asked: &Asked,
    levels: &[LevelView],
    towns: &BTreeMap<OrgId, String>,
) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut add = |name: &str, words: String| {
        if !words.is_empty() {
            out.push((words, format!("/warnings{}", asked.query(name))));
        }
    };
    add("k", asked.k.clone());
    add(
        "level",
        levels
            .iter()
            .find(|level| level.id == asked.level)
            .map(|level| format!("{}色", level.label))
            .unwrap_or_default(),
    );
    add(
        "town",
        asked
            .town
            .parse()
            .ok()
            .and_then(|id: OrgId| towns.get(&id).cloned())
            .unwrap_or_default(),
    );
    add(
        "industry",
        if asked.industry.is_empty() {
            String::new()
        } else {
            section_name(&asked.industry).to_owned()
        },
    );
    add(
        "state",
        if asked.state.is_empty() {
            String::new()
        } else {
            state_words(&asked.state).to_owned()
        },
    );
    let month = asked.month.parse::<Month>().ok();
    add(
        "month",
        month
            .map(|month| format!("{}了结", month.title()))
            .unwrap_or_default(),
    );
    let since = asked.since.parse::<Date>().ok();
    add(
        "since",
        since
            .map(|day| format!("{day} 以来了结"))
            .unwrap_or_default(),
    );
    let desk = asked.desk.parse::<usize>().ok();
    add(
        "desk",
        desk.and_then(|level| DESKS.get(level))
            .map(|(_, said)| format!("{said}超时"))
            .unwrap_or_default(),
    );
    out
}

fn state_words(state: &str) -> &'static str {
    STATES
        .iter()
        .find(|(value, _)| *value == state)
        .map_or("", |(_, words)| words)
}

fn drawn(line: DeskLine, now: Instant) -> Line {
    let mut note = Vec::new();
    if let Some(level) = &line.proposed {
        note.push(if level.id.is_empty() {
            "规则建议解除".to_owned()
        } else {
            format!("规则建议降为{}色", level.label)
        });
    }
    if let Some(day) = line.deferral_until {
        note.push(if day < now.shanghai_date() {
            format!("依法延期已于 {day} 到期")
        } else {
            format!("依法延期至 {day}")
        });
    }
    Line {
        tone: Tone::of(&line.level),
        verified: line.verified_words(),
        level: line.level,
        place: line.place,
        section: section_name(line.industry.get(..1).unwrap_or_default()),
        reasons: line
            .reasons
            .into_iter()
            .take(3)
            .collect::<Vec<_>>()
            .join("、"),
        note: note.join("；"),
        people: line.people,
        amount: line.amount,
        said: said(line.stages),
        dots: dots(line.stages),
        due: Remaining::of_case(now, line.late_since, line.due),
        owner: line.owner,
        no: line.no,
        name: line.subject_name,
        score: line.score,
        red_line: line.red_line,
    }
}

/// Class and character of each level's dot.
fn dots(stages: [Stage; cases::LEVELS]) -> [(&'static str, &'static str); cases::LEVELS] {
    let mut dots = DESKS.map(|(mark, _)| ("", mark));
    for ((class, mark), stage) in dots.iter_mut().zip(stages) {
        (*class, *mark) = match stage {
            Stage::NotYet => ("", *mark),
            Stage::On => ("on", *mark),
            Stage::Done => ("ok", "✓"),
            Stage::Missed => ("", "–"),
            Stage::Late => ("late", "!"),
        };
    }
    dots
}

/// The same in words: 基层处置中，镇街未到达，区级未到达.
fn said(stages: [Stage; cases::LEVELS]) -> String {
    let mut words = String::new();
    for (stage, (_, desk)) in stages.into_iter().zip(DESKS) {
        if !words.is_empty() {
            words.push('，');
        }
        words.push_str(desk);
        words.push_str(match stage {
            Stage::NotYet => "未到达",
            Stage::On => "处置中",
            Stage::Done => "已完成",
            Stage::Missed => "曾超时",
            Stage::Late => "已超时",
        });
    }
    words
}

impl ListPage {
    fn of(
        mut found: Found,
        asked: Asked,
        (frame, (may_enter, may_export)): (Frame, (bool, bool)),
        now: Instant,
    ) -> Self {
        let more = found.lines.len() > PAGE;
        found.lines.truncate(PAGE);
        let next = found.lines.last().filter(|_| more).map(|last| {
            let base = asked.query("");
            let sign = if base.is_empty() { "?" } else { "&" };
            let After { rank, score, id } = last.after();
            format!("/warnings{base}{sign}after={rank}.{score}.{id}")
        });
        let names: BTreeMap<OrgId, String> = found
            .towns
            .iter()
            .map(|town| (town.org.id, town.short_name.clone()))
            .collect();
        let lines = found.lines.into_iter().map(|line| drawn(line, now));
        Self {
            frame,
            edition: found.edition,
            pulse: found.pulse,
            stale: found.stale,
            season: found.season,
            tiles: tiles(&found.tally),
            chips: chips(&asked, &found.levels, &names),
            map: TownMap::new(found.sketch, &found.levels, &found.by_town, &names),
            lines: lines.collect(),
            towns: found.towns,
            levels: found.levels,
            next,
            may_enter,
            may_export,
            asked,
        }
    }

    fn town_chosen(&self, town: &OrgNode) -> bool {
        self.asked.town == town.org.id.to_string()
    }
}
