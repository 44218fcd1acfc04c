//! 办件清单: what my desk must do, most urgent first.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::Instant;
use kernel::ids::CaseId;
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{self, CaseError, CaseFilter, CaseLine, ListClocks, Names};

use super::badge;
use crate::console::search::personal;
use crate::console::words::{CaseTime, thousands};
use crate::shell::{App, Form, Frame, Need, Problem, Query, Routes, Who, encode, page};

/// Lines of one page.
const PAGE: usize = 50;
/// The views of the list: id, words.
const VIEWS: [(&str, &str); 6] = [
    ("", "本单位待办"),
    ("mine", "我经办的"),
    ("overdue", "已超时"),
    ("watched", "督办中"),
    ("ended", "已办结"),
    ("all", "范围内全部"),
];

pub(super) fn routes() -> Routes {
    Routes::new().get("/cases", Need::Cap(Capability::CasesRead), show)
}

#[derive(Deserialize, Default, Clone)]
pub(super) struct Asked {
    #[serde(default)]
    view: String,
    #[serde(default)]
    kind: String,
    /// Number, employer, matter, or the name of the person concerned.
    #[serde(default)]
    q: String,
    /// Somebody's number was looked for and is not kept.
    #[serde(default)]
    number: String,
    /// `moment.id` of the last line seen.
    #[serde(default)]
    after: String,
}

impl Asked {
    /// Reads the fields of an address or of a form that carries them along.
    pub(super) fn of(form: &Form) -> Self {
        let text = |name| form.text(name).to_owned();
        Self {
            view: text("view"),
            kind: text("kind"),
            // Nobody's own number is carried along.
            q: Some(text("q")).filter(|q| !personal(q)).unwrap_or_default(),
            ..Self::default()
        }
    }

    /// What is on the list, as an address or a form carries it along.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        vec![
            ("view", self.view.clone()),
            ("kind", self.kind.clone()),
            ("q", self.q.clone()),
        ]
    }

    /// The list itself, from its beginning.
    pub(super) fn here(&self) -> String {
        self.href(&self.view)
    }

    /// The same list as a file.
    fn file(&self) -> String {
        self.here().replacen("/cases?", "/exports/cases?", 1)
    }

    /// What is on the list, in words.
    pub(super) fn in_words(&self, kinds: &[(String, String)]) -> Vec<String> {
        let view = VIEWS.iter().find(|(id, _)| *id == self.view);
        let kind = kinds.iter().find(|(id, _)| *id == self.kind);
        let mut words: Vec<String> = view
            .map(|(_, words)| (*words).to_owned())
            .into_iter()
            .collect();
        words.extend(kind.map(|(_, title)| title.clone()));
        if !self.q.is_empty() {
            words.push(format!("「{}」", self.q));
        }
        words
    }

    pub(super) fn filter(&self) -> CaseFilter {
        let open = match self.view.as_str() {
            "ended" => Some(false),
            "all" => None,
            _ => Some(true),
        };
        CaseFilter {
            kind: Some(self.kind.clone()).filter(|kind| !kind.is_empty()),
            text: self.q.clone(),
            open,
            my_desk: self.view.is_empty(),
            mine: self.view == "mine",
            overdue: self.view == "overdue",
            watched: self.view == "watched",
            after: self.after(),
            limit: PAGE + 1,
            ..CaseFilter::default()
        }
    }

    fn after(&self) -> Option<(i64, CaseId)> {
        let (due, id) = self.after.split_once('.')?;
        Some((due.parse().ok()?, id.parse().ok()?))
    }

    /// What is said where somebody's number was looked for.
    fn said(&self) -> Option<String> {
        let words = "办件不按证件号、手机号查，号码也不会留在网址里。请用编号、单位或姓名查找";
        (!self.number.is_empty()).then(|| words.to_owned())
    }

    /// Whether this is the list of a desk or a person, on which a case stands with their own clock.
    fn own(&self) -> bool {
        matches!(self.view.as_str(), "" | "mine")
    }

    fn href(&self, view: &str) -> String {
        let (kind, words) = (encode(&self.kind), encode(&self.q));
        format!("/cases?view={view}&kind={kind}&q={words}")
    }

    /// What this list is ordered by.
    fn order(&self) -> &'static str {
        match self.view.as_str() {
            "overdue" => "超时最久的在前",
            _ if self.own() => "已超时的在前，再按时限",
            _ => "时限最早的在前",
        }
    }
}

/// One case in the list.
struct Line {
    id: CaseId,
    no: String,
    title: String,
    kind: String,
    state: String,
    badge: (&'static str, &'static str),
    alarm: bool,
    suspended: bool,
    owner: String,
    place: String,
    /// What the first clock asks for, where only clocks of one's own desk are shown.
    duty: String,
    due: Option<CaseTime>,
    opened: String,
}

#[derive(Template)]
#[template(path = "console/cases/list.html")]
struct ListPage {
    frame: Frame,
    asked: Asked,
    kinds: Vec<(String, String)>,
    lines: Vec<Line>,
    /// How many there are on all pages.
    total: i64,
    next: Option<String>,
    may_open: bool,
    may_roster: bool,
    may_export: bool,
    /// Now, for a print.
    printed: String,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    if personal(&asked.q) {
        // Somebody's number does not stay in the address, and finds nothing here.
        let to = format!(
            "/cases?view={}&kind={}&number=1",
            encode(&asked.view),
            encode(&asked.kind)
        );
        return Ok(Redirect::to(&to).into_response());
    }
    let (filter, may, now) = (asked.filter(), who.capabilities, app.now());
    let (lines, total, more, kinds) = app
        .read(&who, move |tx| {
            let mut found = cases::list(tx, may, &filter)?;
            let total = cases::count(tx, may, &filter)?;
            let more = found.len() > PAGE;
            found.truncate(PAGE);
            let after = found.last().filter(|_| more).map(cases::cursor);
            let mut names = Names::default();
            let waits = cases::waits(tx, &found)?;
            let clocks = ListClocks::of(tx, &filter, &found)?;
            let lines = found
                .into_iter()
                .map(|line| {
                    let waits = waits.get(&line.id).copied();
                    drawn(tx, &mut names, (line, &clocks), (now, waits))
                })
                .collect::<Result<Vec<_>, _>>()?;
            Ok::<_, CaseError>((lines, total, after, readable(tx, may)))
        })
        .await?;
    let next = more.map(|(due, id)| format!("{}&after={due}.{id}", asked.href(&asked.view)));
    let drawn = ListPage {
        frame: Frame::new(&app, &who, &jar, "维权办件", "/cases")
            .crumb("工作", "")
            .crumb("维权办件", "")
            .flash(asked.said()),
        kinds,
        lines,
        total,
        next,
        may_open: who.can(Capability::CasesAct),
        may_roster: who.can(Capability::CasesAssign),
        may_export: who.can(Capability::ExportRun),
        printed: now.shanghai_text(),
        asked,
    };
    Ok(page(StatusCode::OK, &drawn))
}

/// Kinds this post may read: id and title.
pub(crate) fn readable(tx: &Tx, may: CapabilitySet) -> Vec<(String, String)> {
    cases::kinds(*tx.district(), tx.today())
        .into_iter()
        .filter(|kind| Capability::from_id(&kind.read).is_some_and(|one| may.has(one)))
        .map(|kind| (kind.id.clone(), kind.title.clone()))
        .collect()
}

fn drawn(
    tx: &mut Tx,
    names: &mut Names,
    (line, clocks): (CaseLine, &ListClocks),
    (now, waits): (Instant, Option<&str>),
) -> Result<Line, CaseError> {
    let first = clocks.first(&line);
    let kind = cases::kind(&line.kind, *tx.district(), tx.today())?;
    Ok(Line {
        place: names.org(tx, line.place)?,
        owner: names.desk(tx, line.owner, line.handler)?,
        state: kind.state_title(&line.state).to_owned(),
        badge: badge(kind, &line.state),
        kind: kind.title.clone(),
        duty: waits.map_or(first.title, str::to_owned),
        due: CaseTime::new(now, first.next, (first.missed, first.since)),
        opened: line.opened_at.shanghai_text(),
        id: line.id,
        no: line.no,
        title: line.title,
        alarm: line.alarm,
        suspended: line.suspended,
    })
}
