//! 处置日报: what a day brought, as the end of the day saw it. Any past day says the same again; one that is on file
//! shows its digest. It prints on plain A4, and becomes a numbered document by one button.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::{Date, Fen, Instant};
use store::Tx;
use union::access::Capability;
use union::arrears::ArrearsError;
use union::arrears::alerts::verified_words;
use union::arrears::check_in::{TownMissed, WeekMissed};
use union::arrears::daily::{self, ClockItem, Closed, Daily, Filed, Item, Listed};

use super::look::Tone;
use crate::console::words::thousands;
use crate::shell::{App, Form, Frame, Need, Path, Problem, Routes, Who, page};

/// Days on file listed beside the report.
const SHELF: usize = 14;
const READ: Need = Need::Cap(Capability::WarningRead);
/// Who works on cases or issues documents may draft one.
const WRITE: Need = Need::Either(Capability::CasesAct, Capability::DocumentsIssue);

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/warnings/daily", READ, today)
        .get("/warnings/daily/{date}", READ, show)
        .post("/warnings/daily/{date}/letter", WRITE, letter)
}

/// How the report came to be.
struct Standing {
    /// When it was put on file, and its digest.
    filed: Option<(String, String)>,
    /// Whether what happened still gives the same report.
    same: bool,
}

/// A list of clocks: anchor, title, what is in it, what stands there when it is empty.
type Clocks<'d> = (
    &'static str,
    &'static str,
    &'d Listed<ClockItem>,
    &'static str,
);

/// A list of ended alerts: anchor, title, what is in it, what stands there when it is empty, false alarms among them.
type Ends<'d> = (
    &'static str,
    &'static str,
    &'d Listed<Closed>,
    &'static str,
    Option<usize>,
);

#[derive(Template)]
#[template(path = "console/warnings/daily.html")]
struct DailyPage {
    frame: Frame,
    daily: Daily,
    standing: Standing,
    is_today: bool,
    before: Date,
    after: Option<Date>,
    shelf: Vec<(Date, String)>,
    may_write: bool,
    key: String,
}

async fn today(State(app): State<App>, who: Who, jar: CookieJar) -> Result<Response, Problem> {
    let day = app.now().shanghai_date();
    draw(app, who, jar, day).await
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(date): Path<String>,
) -> Result<Response, Problem> {
    // An address that is no date is no page.
    let day = date.parse().map_err(|_| Problem::not_found())?;
    draw(app, who, jar, day).await
}

struct Found {
    daily: Daily,
    filed: Option<Filed>,
    same: bool,
    shelf: Vec<(Date, Instant)>,
}

fn gather(tx: &mut Tx, day: Date) -> Result<Found, ArrearsError> {
    let filed = daily::filed(tx, day)?;
    let now = daily::of_day(tx, day)?;
    // What is on file holds; that it can be read again from what happened is shown beside it.
    let same = match &filed {
        Some(filed) => filed.is_borne_out_by(&now)?,
        None => true,
    };
    Ok(Found {
        daily: filed.as_ref().map_or(now, |filed| filed.daily.clone()),
        same,
        filed,
        shelf: daily::days(tx, tx.today(), SHELF)?,
    })
}

async fn draw(app: App, who: Who, jar: CookieJar, day: Date) -> Result<Response, Problem> {
    let found = app.read(&who, move |tx| gather(tx, day)).await?;
    app.write(&who, move |tx| daily::viewed(tx, day)).await?;
    let today = app.now().shanghai_date();
    let title = format!("处置日报 {day}");
    let view = DailyPage {
        frame: Frame::new(&app, &who, &jar, title, "/warnings")
            .crumb("欠薪预警", "/warnings")
            .crumb("处置日报", ""),
        standing: Standing {
            filed: found
                .filed
                .map(|filed| (filed.at.shanghai_text(), filed.digest)),
            same: found.same,
        },
        daily: found.daily,
        is_today: day == today,
        before: day.yesterday().unwrap_or(day),
        after: day.tomorrow().ok().filter(|next| *next <= today),
        shelf: found
            .shelf
            .into_iter()
            .map(|(day, at)| (day, at.shanghai_text()))
            .collect(),
        may_write: who.can(Capability::CasesAct) || who.can(Capability::DocumentsIssue),
        key: app.new_key(),
    };
    Ok(page(StatusCode::OK, &view))
}

async fn letter(
    State(app): State<App>,
    who: Who,
    Path(date): Path<String>,
    form: Form,
) -> Result<Response, Problem> {
    if !who.can(Capability::WarningRead) {
        return Err(Problem::forbidden(Capability::WarningRead.title()));
    }
    let day: Date = date.parse().map_err(|_| Problem::not_found())?;
    let id = app
        .write_once(&who, &form, move |tx| daily::draft_letter(tx, day))
        .await?;
    Ok(Redirect::to(&format!("/letters/{id}/edit")).into_response())
}

/// One line of figures: label, number, unit, address.
struct Tile {
    label: String,
    value: String,
    detail: String,
    tone: Tone,
    anchor: &'static str,
}

impl DailyPage {
    fn tiles(&self) -> Vec<Tile> {
        let daily = &self.daily;
        let levels = daily.levels.iter().rev().map(|row| Tile {
            label: format!("{}色在册", row.level.label),
            value: thousands(row.open),
            detail: match row.open - row.before {
                0 => "与当日零时持平".to_owned(),
                more if more > 0 => format!("比当日零时 +{more}"),
                less => format!("比当日零时 {less}"),
            },
            tone: Tone::of(&row.level),
            anchor: "#opened",
        });
        let add = |label: &str, count: usize, detail: String, anchor| Tile {
            label: label.to_owned(),
            value: count.to_string(),
            detail,
            tone: Tone::Plain,
            anchor,
        };
        let risen = format!("升级 {}，降级 {}", daily.risen.count, daily.fallen.count);
        let closed = format!("其中误报 {}", daily.false_alarms);
        let climbed = format!("当日超时上升 {}", daily.climbed.count);
        // What most days have none of is told where there is some; the lists below always say so.
        let handed = (daily.handed_over.count > 0).then(|| {
            let later = "到期问结果".to_owned();
            add("当日移交", daily.handed_over.count, later, "#handed")
        });
        let unasked = (daily.unasked.count > 0).then(|| {
            let open = "结果还没有问清".to_owned();
            add("移交逾期未问", daily.unasked.count, open, "#unasked")
        });
        let unanswered = daily.unanswered.as_ref().map(|week| {
            let all = format!("应填 {} 家", thousands(week.total));
            let missed = usize::try_from(week.missed).unwrap_or(usize::MAX);
            add("上周五问没填", missed, all, "#unanswered")
        });
        levels
            .chain([
                add("当日新增", daily.opened.count, risen, "#opened"),
                add("当日销号", daily.closed.count, closed, "#closed"),
            ])
            .chain(handed)
            .chain([add("超时未办", daily.overdue.count, climbed, "#overdue")])
            .chain(unasked)
            .chain(unanswered)
            .chain([add(
                "次日到期",
                daily.due.count,
                "请提前安排".to_owned(),
                "#due",
            )])
            .collect()
    }

    fn items(&self) -> Vec<(&'static str, &'static str, &Listed<Item>, &'static str)> {
        vec![
            ("opened", "新增预警", &self.daily.opened, "当日没有新增"),
            ("risen", "升级", &self.daily.risen, "当日没有升级"),
            ("fallen", "降级", &self.daily.fallen, "当日没有降级"),
            (
                "unpushed",
                "红色预警还没有人社部门回执",
                &self.daily.unpushed,
                "红色预警都有回执",
            ),
        ]
    }

    /// What ended: anchor, title, what is in it, what stands there when it is empty, and how many of it were false alarms.
    fn ended(&self) -> [Ends<'_>; 2] {
        let daily = &self.daily;
        [
            (
                "closed",
                "销号",
                &daily.closed,
                "当日没有销号",
                Some(daily.false_alarms),
            ),
            (
                "handed",
                "移交有关部门",
                &daily.handed_over,
                "当日没有移交",
                None,
            ),
        ]
    }

    /// What is late, and who answers for it.
    fn late(&self) -> [Clocks<'_>; 3] {
        let daily = &self.daily;
        [
            (
                "overdue",
                "超时未办和责任人",
                &daily.overdue,
                "没有超时未办的事项",
            ),
            (
                "unasked",
                "已移交，逾期没有问清结果",
                &daily.unasked,
                "移交的都按期问过",
            ),
            (
                "climbed",
                "当日超时上升",
                &daily.climbed,
                "当日没有超时上升",
            ),
        ]
    }

    /// What is due next.
    fn coming(&self) -> [Clocks<'_>; 1] {
        [("due", "次日到期", &self.daily.due, "次日没有到期事项")]
    }

    /// Those of a town, or of the district, that were not checked in the week, on the page of the round.
    fn round(&self, week: &WeekMissed, town: Option<&TownMissed>) -> String {
        let of = town.map_or_else(String::new, |one| format!("&town={}", one.town));
        format!("/sentinel?week={}&only=due{of}", week.week)
    }

    /// The employers of a town that are named, and that there are more.
    fn named(&self, town: &TownMissed) -> String {
        let names = town.names.join("、");
        if usize::try_from(town.missed).is_ok_and(|missed| missed > town.names.len()) {
            format!("{names} 等")
        } else {
            names
        }
    }

    fn concerns(&self, item: &Item) -> String {
        let people = item
            .people
            .map_or_else(|| "人数待核".to_owned(), |people| format!("{people} 人"));
        let verified = verified_words(item.people_verified, item.amount_verified);
        let amount = item.amount.map_or_else(
            || "金额待核".to_owned(),
            |amount| format!("{} 元", Fen(amount)),
        );
        if verified.is_empty() {
            format!("{people}，{amount}")
        } else {
            format!("{people}，{amount}（{verified}）")
        }
    }

    fn level(&self, item: &Item) -> String {
        if item.before.is_empty() || item.before == item.level {
            format!("{} {}", item.level, item.score)
        } else {
            format!("{}→{} {}", item.before, item.level, item.score)
        }
    }

    fn evidence(&self, closed: &Closed) -> String {
        if closed.evidence.is_empty() {
            return "没有凭证".to_owned();
        }
        let pieces = closed.evidence.iter();
        let words = pieces.map(|(kind, count)| format!("{kind} {count} 份"));
        words.collect::<Vec<_>>().join("、")
    }

    fn at(&self, at: &Instant) -> String {
        at.shanghai_text()
    }

    /// When a clock runs out: 24:00 of its last day.
    fn until(&self, at: &Instant) -> String {
        at.deadline_text()
    }

    fn yuan(&self, fen: &i64) -> String {
        Fen(*fen).to_string()
    }
}
