//! 数据源: who delivers what on which legal ground, since when it has been silent, and what became of each delivery.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::Date;
use serde::Deserialize;
use union::access::Capability;
use union::arrears::{
    self, ArrearsError, DeliveryId, Feed, FeedState, Freshness, PastDelivery, Pause, Permit,
    RefusedRows,
};

use super::deliver::LARGEST_MB;
use crate::console::imports::download;
use crate::console::words::form_title;
use crate::shell::{
    App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, off_thread, page,
};

/// Deliveries listed on the page of a feed.
const FIRST: usize = 10;
/// And behind its link.
const DELIVERIES: usize = 60;
/// Refused rows listed on the page of a delivery; the spreadsheet has all of them.
const REFUSED: usize = 200;

pub(super) fn routes() -> Routes {
    let read = Need::Cap(Capability::WarningRead);
    let manage = Need::Cap(Capability::FeedsManage);
    Routes::new()
        .get("/warnings/feeds", read, show)
        .get("/warnings/feeds/{name}", read, one)
        .get("/warnings/feeds/{name}/template.xlsx", manage, template)
        .get("/warnings/feeds/refused/{id}", manage, refused)
        .get("/warnings/feeds/refused/{id}/rows.xlsx", manage, book)
}

#[derive(Template)]
#[template(path = "console/warnings/feeds.html")]
struct FeedsPage {
    frame: Frame,
    feeds: Vec<FeedState>,
    manages: bool,
}

#[derive(Template)]
#[template(path = "console/warnings/feed.html")]
struct FeedPage {
    frame: Frame,
    feed: FeedState,
    deliveries: Vec<PastDelivery>,
    pauses: Vec<Pause>,
    manages: bool,
    today: Date,
    largest_mb: usize,
    form: Form,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "console/warnings/refused.html")]
struct RefusedPage {
    frame: Frame,
    id: DeliveryId,
    rows: RefusedRows,
}

async fn show(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let feeds = app.read(&who, arrears::feed_states).await?;
    let frame = Frame::new(&app, &who, &jar, "数据源", "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb("数据源", "");
    let manages = who.can(Capability::FeedsManage);
    let drawn = FeedsPage {
        frame,
        feeds,
        manages,
    };
    Ok(page(StatusCode::OK, &drawn))
}

#[derive(Deserialize, Default)]
struct Done {
    /// The delivery that was just taken, or what was just done to the feed.
    #[serde(default)]
    done: String,
    /// Every delivery that is kept on the page is asked for.
    #[serde(default)]
    all: String,
}

async fn one(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(name): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let many = if done.all.is_empty() {
        FIRST
    } else {
        DELIVERIES
    };
    draw_so_many(&app, &who, &jar, (name, done.done, many), None).await
}

/// The one workbook to fill in (模板).
async fn template(State(app): State<App>, Path(name): Path<String>) -> Result<Response, Problem> {
    let (district, today) = (app.config().district, app.now().shanghai_date());
    let (bytes, title) = off_thread(move || {
        let mut all = Feed::all(district, today)?.into_iter();
        let feed = all.find(|one| one.name == name);
        let feed = feed.ok_or(ArrearsError::NotFound)?;
        Ok::<_, ArrearsError>((feed.template()?, feed.title))
    })
    .await?;
    Ok(download(bytes, &format!("{title}-模板.xlsx")))
}

/// The page of a feed: after a delivery with what became of it, after a refused form with the reason.
pub(super) async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (name, done): (String, String),
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    draw_so_many(app, who, jar, (name, done, FIRST), typed).await
}

async fn draw_so_many(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (name, done, many): (String, String, usize),
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let (feed, deliveries, pauses) = app
        .read(who, move |tx| {
            let mut known = arrears::feed_states(tx)?.into_iter();
            let feed = known.find(|one| one.registered.name == name);
            let feed = feed.ok_or(ArrearsError::NotFound)?;
            let deliveries = arrears::deliveries(tx, &feed.registered.name, many)?;
            let pauses = arrears::feed_pauses(tx, &feed.registered.name)?;
            Ok::<_, ArrearsError>((feed, deliveries, pauses))
        })
        .await?;
    let title = feed.registered.title.clone();
    let (form, problem) = match typed {
        Some((form, problem)) => (form, Some(problem)),
        None => (Form::from_pairs(Vec::new()), None),
    };
    let problem = problem.as_ref();
    let errors = problem.map_or_else(FieldErrors::none, FieldErrors::from_problem);
    let taken = deliveries.iter().find(|one| one.id.to_string() == done);
    let frame = Frame::new(app, who, jar, form_title(&title, &errors), "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb("数据源", "/warnings/feeds")
        .crumb(title, "")
        .flash(taken.map(said).or_else(|| changed(&done)));
    let view = FeedPage {
        frame,
        feed,
        deliveries,
        pauses,
        manages: who.can(Capability::FeedsManage),
        today: app.now().shanghai_date(),
        largest_mb: LARGEST_MB,
        form,
        errors,
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    Ok(page(status, &view))
}

/// What was just done to the feed.
fn changed(done: &str) -> Option<String> {
    let words = match done {
        "paused" => "已停用：期间不收它的文件，也不按它计分",
        "nothing" => "已记下：到那一天没有新情况，这个来源按时",
        "resumed" => "已恢复，今晚评估时重新计分",
        _ => return None,
    };
    Some(words.to_owned())
}

/// What became of a delivery, in one line.
fn said(delivery: &PastDelivery) -> String {
    let counts = &delivery.counts;
    let parts = [
        ("新增", counts.new),
        ("相同", counts.same),
        ("更正", counts.corrected),
        ("印证", counts.echo),
        ("更重而替代", counts.heavier),
        ("待比对", counts.waiting),
        ("退回", counts.refused),
    ];
    let parts = parts.iter().filter(|(_, count)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(word, count)| format!("{word} {count} 行"))
        .collect();
    let old = delivery
        .why_old()
        .map(|why| format!("。{why}，这个来源不因此算按时"));
    let (source, old) = (&delivery.source, old.unwrap_or_default());
    match parts.is_empty() {
        true => format!("已收下 {source}{old}"),
        false => format!("已收下 {source}：{}{old}", parts.join("，")),
    }
}

async fn refused(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<DeliveryId>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    let (rows, title) = app
        .read(&who, move |tx| {
            let rows = arrears::refused_rows(tx, &permit, id, REFUSED)?;
            let feed = Feed::named(*tx.district(), tx.today(), &rows.feed)?;
            Ok::<_, ArrearsError>((rows, feed.title))
        })
        .await?;
    let frame = Frame::new(&app, &who, &jar, "退回的行", "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb("数据源", "/warnings/feeds")
        .crumb(title, format!("/warnings/feeds/{}", rows.feed))
        .crumb("退回的行", "");
    Ok(page(StatusCode::OK, &RefusedPage { frame, id, rows }))
}

async fn book(
    State(app): State<App>,
    who: Who,
    Path(id): Path<DeliveryId>,
) -> Result<Response, Problem> {
    let permit = Permit::of(&who);
    let bytes = app
        .write(&who, move |tx| arrears::refused_book(tx, &permit, id))
        .await?;
    Ok(download(bytes, "退回的行.xlsx"))
}

/// Class of the badge and shape of a state.
fn badge(freshness: Freshness) -> (&'static str, &'static str) {
    match freshness {
        Freshness::Live => ("lv lv-g", "s-ok"),
        Freshness::Stale | Freshness::Paused => ("lv lv-y", "s-yel"),
        Freshness::NotConnected => ("lv lv-n", "s-none"),
    }
}

impl FeedsPage {
    /// The feeds that serve the desk, or those of past records.
    fn feeds_that(&self, history: bool) -> Vec<&FeedState> {
        let feeds = self.feeds.iter();
        feeds
            .filter(|one| one.registered.feed.history == history)
            .collect()
    }

    fn badge(&self, freshness: &Freshness) -> (&'static str, &'static str) {
        badge(*freshness)
    }

    fn last(&self, feed: &FeedState) -> String {
        feed.last_good
            .map_or_else(|| "还没有".to_owned(), |at| at.shanghai_text())
    }
}

impl FeedPage {
    /// Earlier deliveries stand behind a link.
    fn has_more(&self) -> bool {
        let shown = i64::try_from(self.deliveries.len()).unwrap_or(i64::MAX);
        shown < self.feed.deliveries && self.deliveries.len() <= FIRST
    }

    fn badge(&self) -> (&'static str, &'static str) {
        badge(self.feed.freshness)
    }

    fn last(&self) -> String {
        let last = self.feed.last_good;
        last.map_or_else(|| "还没有".to_owned(), |at| at.shanghai_text())
    }

    /// By when the next delivery is due, and what follows when it does not come.
    fn next(&self) -> String {
        let feed = &self.feed.registered.feed;
        if self.feed.pause.is_some() {
            return "停用期间不等，恢复以后再算".to_owned();
        }
        let Some(days) = feed.stale_after_days else {
            return "有事才报，没有到期日".to_owned();
        };
        let Some(last) = self.feed.fresh else {
            return format!("还没有接入；接入后超过 {days} 天没有新数据，就不计分");
        };
        let due = days_after(last.shanghai_date(), i64::from(days));
        if due < self.today {
            format!("应在 {due} 前，已逾期：这个来源现在不计分，它的沉默不当作没有事")
        } else {
            format!("{due} 前；过了还没来，就不计分")
        }
    }

    /// Why the last delivery did not make it fresh, when it did not.
    fn old(&self) -> Option<String> {
        let last = self.deliveries.first()?;
        let why = last.why_old()?;
        let known = self.feed.last_day;
        let until = known.map_or_else(String::new, |day| format!("；数据仍只说到 {day}"));
        Some(format!("上次{why}，不算更新{until}"))
    }

    /// How long a pause ran, or runs.
    fn spell(&self, pause: &Pause) -> String {
        let from = pause.from.shanghai_text();
        match (pause.ended, pause.until) {
            (Some(ended), _) => format!("{from} 到 {}", ended.shanghai_text()),
            (None, Some(day)) => format!("{from} 起，到 {day} 为止"),
            (None, None) => format!("{from} 起，恢复以前一直停用"),
        }
    }

    fn days(&self, delivery: &PastDelivery) -> String {
        let days = delivery.days;
        days.map_or_else(String::new, |(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first} 到 {last}")
            }
        })
    }
}

/// A day so many days later.
fn days_after(from: Date, days: i64) -> Date {
    (0..days).fold(from, |day, _| day.tomorrow().unwrap_or(day))
}
