//! 工薪本首页: a month as a calendar, what was written in it, and what is owed so far.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::ids::MemberId;
use kernel::{Date, Fen, wages};
use serde::Deserialize;
use store::Tx;
use union::members::Permit;
use union::notebook::{self, Body, Entry, Ledger, Month, MonthAccount, NotebookError};

use super::super::frame::HallFrame;
use super::super::words;
use super::super::worker::Worker;
use super::mark;
use crate::shell::{App, Need, Problem, Query, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/hall/notebook", Need::Member, show)
}

#[derive(Deserialize, Default)]
struct Wanted {
    #[serde(default)]
    m: String,
    #[serde(default)]
    done: String,
}

/// One day of the calendar.
struct Day {
    number: i8,
    /// Where a tap leads; nowhere for days to come.
    href: String,
    /// 8, 8+2 or nothing.
    hours: String,
    /// What is said around the hours to who hears the page.
    words: &'static str,
    month: i8,
    is_today: bool,
}

/// One entry of the month, in words.
pub(super) struct Row {
    href: String,
    title: String,
    detail: String,
    value: String,
}

#[derive(Template)]
#[template(path = "hall/notebook/home.html")]
struct HomePage {
    frame: HallFrame,
    owner: String,
    month: Month,
    /// Weeks from Monday; days outside the month are empty.
    weeks: Vec<Vec<Option<Day>>>,
    rows: Vec<Row>,
    account: Option<MonthAccount>,
    owed: Fen,
    coming: Fen,
    has_terms: bool,
    has_any: bool,
    /// The day a new entry is offered for.
    day: Date,
    is_present: bool,
}

impl HomePage {
    fn hours(&self, minutes: &u32) -> String {
        wages::hours(*minutes)
    }
}

async fn show(
    State(app): State<App>,
    worker: Worker,
    jar: CookieJar,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let today = app.now().shanghai_date();
    let present = Month::of(today);
    let month = wanted.m.parse().unwrap_or(present).min(present);
    let (entries, ledger, owner) = worker.read(&app, load).await?;
    let flash = match wanted.done.as_str() {
        "kept" => Some("记好了"),
        "removed" => Some("已删除"),
        _ => None,
    };
    let frame = HallFrame::new(&app, &jar, true, "工薪本")
        .await?
        .tab("/hall")
        .flash(flash);
    let has_terms = entries
        .iter()
        .any(|entry| matches!(entry.body, Body::Terms(_)));
    let within = |entry: &&Entry| Month::of(entry.body.day()) == month;
    let rows: Vec<Row> = entries.iter().rev().filter(within).map(row).collect();
    let is_present = month == present;
    let view = HomePage {
        frame,
        owner,
        month,
        weeks: weeks(month, &entries, today),
        rows,
        account: ledger.months.into_iter().find(|one| one.month == month),
        owed: ledger.owed,
        coming: ledger.coming,
        has_terms,
        has_any: !entries.is_empty(),
        day: if is_present { today } else { month.first() },
        is_present,
    };
    Ok(page(StatusCode::OK, &view))
}

fn load(
    tx: &mut Tx,
    _: &Permit,
    id: MemberId,
) -> Result<(Vec<Entry>, Ledger, String), NotebookError> {
    let entries = notebook::entries(tx)?;
    let statement = notebook::draw_up(tx, None, None)?;
    Ok((entries, statement.ledger, mark(tx, id)))
}

/// The month as weeks from Monday.
fn weeks(month: Month, entries: &[Entry], today: Date) -> Vec<Vec<Option<Day>>> {
    let lead = usize::try_from(month.first().weekday().to_monday_zero_offset()).unwrap_or(0);
    let mut cells: Vec<Option<Day>> = (0..lead).map(|_| None).collect();
    for number in 1..=month.last().day() {
        cells.push(Some(day(month.day(number), entries, today)));
    }
    while !cells.len().is_multiple_of(7) {
        cells.push(None);
    }
    let mut weeks = Vec::new();
    let mut cells = cells.into_iter();
    loop {
        let week: Vec<Option<Day>> = cells.by_ref().take(7).collect();
        if week.is_empty() {
            return weeks;
        }
        weeks.push(week);
    }
}

fn day(day: Date, entries: &[Entry], today: Date) -> Day {
    let mut first = None;
    let (mut ordinary, mut overtime) = (0_u32, 0_u32);
    for entry in entries {
        if let Body::Work(work) = &entry.body
            && work.day == day
        {
            first = first.or(Some(entry.id));
            ordinary += work.ordinary;
            overtime += work.overtime;
        }
    }
    let href = match first {
        Some(id) => format!("/hall/notebook/entry/{id}"),
        None if day > today => String::new(),
        None => format!("/hall/notebook/add?kind=work&day={day}"),
    };
    let (hours, words) = match (first, overtime) {
        (None, _) => (String::new(), "没有记"),
        (_, 0) => (wages::hours(ordinary), "小时"),
        _ => (
            format!("{}+{}", wages::hours(ordinary), wages::hours(overtime)),
            "小时，加号后面是加班",
        ),
    };
    Day {
        number: day.day(),
        href,
        hours,
        words,
        month: day.month(),
        is_today: day == today,
    }
}

/// An entry as one line.
pub(super) fn row(entry: &Entry) -> Row {
    let short = |day: Date| format!("{} 月 {} 日", day.month(), day.day());
    let (title, detail, value) = match &entry.body {
        Body::Work(work) => {
            let mut value = format!("{} 小时", wages::hours(work.ordinary));
            if work.overtime > 0 {
                value.push_str(&format!("，加班 {}", wages::hours(work.overtime)));
            }
            (format!("{}出工", short(work.day)), work.note.clone(), value)
        }
        Body::Pay(pay) => (
            format!("{}收到钱", short(pay.day)),
            format!("{} 的工资 {}", pay.month.words(), pay.note),
            pay.amount.to_string(),
        ),
        Body::Terms(terms) => (
            format!("说好的工钱：{}", terms.employer),
            format!("{}起 {}", words::day(&terms.from), terms.job),
            format!("{} {}", terms.basis.label(), terms.amount),
        ),
        Body::Evidence(held) => ("手上的证据".to_owned(), held.note.clone(), String::new()),
        Body::Note(note) => (
            format!("{}备忘", short(note.day)),
            note.note.clone(),
            String::new(),
        ),
    };
    Row {
        href: format!("/hall/notebook/entry/{}", entry.id),
        title,
        detail,
        value,
    }
}
