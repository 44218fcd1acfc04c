//! One case: what it is, who answers until when, what was done, and the verbs this person may use now.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::case_kind::{Allowed, CaseKind, Confidentiality, Happened};
use kernel::ids::CaseId;
use kernel::{Date, Instant};
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::arrears::alerts;
use union::cases::{
    self, Case, CaseError, EventLine, EvidenceLine, Names, PartyLine, PauseWaiting, Waiting,
};

use super::alert::AlertBeside;
use super::beside::Beside;
use super::clocks::Clocks;
use super::steps::Steps;
use super::{badge, shown};
use crate::shell::{App, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/cases/{id}", Need::Cap(Capability::CasesRead), show)
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

/// One entry of the file.
pub(crate) struct Entry {
    pub moment: Instant,
    at: String,
    pub title: String,
    pub actor: String,
    pub on_behalf: bool,
    pub note: String,
    pub followed: Vec<String>,
    class: &'static str,
}

pub(crate) struct Piece {
    pub line: EvidenceLine,
    pub kind: String,
    at: String,
    href: String,
}

/// Everything the page shows.
pub(crate) struct File {
    pub case: Case,
    pub state: String,
    pub badge: (&'static str, &'static str),
    pub grade: String,
    pub owner: String,
    pub place: String,
    pub watch: String,
    pub clocks: Clocks,
    fields: Vec<(String, String)>,
    pub entries: Vec<Entry>,
    pub pieces: Vec<Piece>,
    pub beside: Beside,
    pub alert: Option<AlertBeside>,
    pub buttons: Vec<Allowed>,
    pub steps: Steps,
    /// An extension that waits for an answer.
    waiting: Option<Waiting>,
    /// A pause that waits for an answer.
    pausing: Option<PauseWaiting>,
    /// The last day of the pause that is on.
    paused: Option<Date>,
    /// Dates that outlive the case: what, and when.
    lasting: Vec<(String, String)>,
    opened: String,
    ended: String,
}

#[derive(Template)]
#[template(path = "console/cases/show.html")]
struct ShowPage {
    frame: Frame,
    file: File,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<CaseId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let (may, now) = (who.capabilities, app.now());
    let file = app.read(&who, move |tx| gather(tx, may, id, now)).await?;
    if file.case.kind.confidentiality != Confidentiality::Internal {
        let case = file.case.clone();
        app.write(&who, move |tx| cases::note_view(tx, &case))
            .await?;
    }
    let frame = Frame::new(&app, &who, &jar, file.case.title.clone(), "/cases")
        .crumb("维权办件", "/cases")
        .crumb(file.case.no.clone(), "")
        .flash(said(&done.done, &file.case));
    Ok(page(StatusCode::OK, &ShowPage { frame, file }))
}

fn said(done: &str, case: &Case) -> Option<String> {
    let words = match done {
        "" => return None,
        "opened" => "已登记，时限从现在起算".to_owned(),
        "again" => "这件事已经登记过，这次反映已记入同一件".to_owned(),
        verb => {
            let row = case.kind.verb.iter().find(|row| row.id == verb)?;
            format!("已{}", row.title())
        }
    };
    Some(words)
}

/// Reads the whole file of a case.
pub(crate) fn gather(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
    now: Instant,
) -> Result<File, CaseError> {
    let case = cases::get(tx, may, id)?;
    let mut names = Names::default();
    let clock_lines = cases::clocks(tx, may, id)?;
    let clocks = Clocks::of(tx, &mut names, &case, (&clock_lines, now))?;
    let timeline = cases::timeline(tx, may, id)?;
    let mut entries = Vec::with_capacity(timeline.len());
    for event in timeline.iter().rev() {
        entries.push(entry(tx, &mut names, case.kind, event)?);
    }
    let pieces = cases::evidence(tx, may, id)?
        .into_iter()
        .map(|line| Piece {
            kind: case.kind.evidence_title(&line.kind).to_owned(),
            at: line.added_at.shanghai_text(),
            href: format!("/cases/{id}/evidence/{}", line.id),
            line,
        })
        .collect();
    let buttons = cases::buttons(tx, may, &case);
    let desk = tx.actor().scope.path().cloned();
    let beside = Beside::of(tx, may, &case)?;
    let alert = AlertBeside::of(tx, may, &case)?;
    Ok(File {
        state: case.kind.state_title(&case.now.state).to_owned(),
        badge: badge(case.kind, &case.now.state),
        grade: case
            .now
            .grade
            .as_deref()
            .map(|grade| case.kind.grade_title(grade).to_owned())
            .unwrap_or_default(),
        owner: names.owner(tx, &case.now.owner)?,
        place: names.org(tx, case.place)?,
        watch: match &case.now.watch {
            Some(watch) => names.owner(tx, watch)?,
            None => String::new(),
        },
        fields: fields(&case, &beside.people, alert.is_some()),
        steps: Steps::of(&case, &clock_lines, &buttons, desk.as_ref()),
        buttons,
        waiting: cases::waiting(tx, &case)?,
        pausing: cases::pause_waiting(tx, &case)?,
        paused: case.kind.paused_until(&case.now),
        lasting: cases::lasting(tx, &case)
            .into_iter()
            .map(|date| (date.title, date.at.deadline_text()))
            .collect(),
        opened: case.opened_at.shanghai_text(),
        ended: case
            .ended_at
            .map(Instant::shanghai_text)
            .unwrap_or_default(),
        beside,
        alert,
        clocks,
        entries,
        pieces,
        case,
    })
}

/// The fields that are filled in, under their titles, in the order of the definition.
/// Beside its alert, which says why as of now, the reason the case was last told stands in its trail alone.
fn fields(case: &Case, people: &[PartyLine], of_alert: bool) -> Vec<(String, String)> {
    case.kind
        .field
        .iter()
        .filter(|field| !of_alert || field.name != alerts::CASE_REASON)
        .filter_map(|field| {
            let value = case.now.fields.get(&field.name)?;
            Some((field.title.clone(), shown(field, value, people)))
        })
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn entry(
    tx: &mut Tx,
    names: &mut Names,
    kind: &CaseKind,
    event: &EventLine,
) -> Result<Entry, CaseError> {
    let mut followed = Vec::new();
    for one in &event.happened {
        followed.extend(sentence(tx, names, kind, one)?);
    }
    let missed = event
        .happened
        .iter()
        .any(|one| matches!(one, Happened::Breached { .. }));
    let class = match (
        missed,
        event.verb.starts_with('@'),
        kind.is_ended(&event.to_state),
    ) {
        (true, ..) => "late sys",
        (_, true, _) => "sys",
        (.., true) => "ok",
        _ => "",
    };
    Ok(Entry {
        moment: event.at,
        at: event.at.shanghai_text(),
        title: event.title.clone(),
        actor: event.actor.clone(),
        on_behalf: event.on_behalf,
        note: event.note.clone(),
        followed,
        class,
    })
}

fn clock_title<'k>(kind: &'k CaseKind, rule: &'k str) -> &'k str {
    kind.clock(rule).map_or(rule, |rule| rule.title.as_str())
}

/// What followed from an act, as a sentence; clocks that began or ended stand in their own list.
fn sentence(
    tx: &mut Tx,
    names: &mut Names,
    kind: &CaseKind,
    one: &Happened,
) -> Result<Option<String>, CaseError> {
    let words = match one {
        Happened::State { from, to } => {
            format!("{} → {}", kind.state_title(from), kind.state_title(to))
        }
        Happened::Owner { to, why, .. } => {
            let owner = names.owner(tx, to)?;
            if why == "climbed" {
                format!("逾期未办，责任升到 {owner}")
            } else if why == "review" {
                format!("请求上一级复查，现由 {owner} 办理")
            } else {
                format!("现由 {owner} 承办")
            }
        }
        Happened::Breached { title, owner, .. } => {
            format!("「{title}」超时，责任单位 {}", names.owner(tx, owner)?)
        }
        Happened::Alarm { unanswered } => format!("当事人连续 {unanswered} 次催问没有答复"),
        Happened::Grade { from, to } => {
            format!(
                "等级由{}变为{}",
                kind.grade_title(from),
                kind.grade_title(to)
            )
        }
        Happened::Watched { by } => format!("{} 督办", names.owner(tx, by)?),
        Happened::PauseAsked { until } => format!("申请中止到 {until}"),
        Happened::PauseDenied { until } => format!("不中止（申请到 {until}）"),
        Happened::PausedUntil { until } => format!("中止到 {until}，到期提醒恢复"),
        Happened::Paused { .. } => "时限停算".to_owned(),
        Happened::Resumed { .. } => "时限恢复计算".to_owned(),
        Happened::Asked { clock, by } => format!("申请把「{}」延长 {by}", clock_title(kind, clock)),
        Happened::Denied { clock, by } => {
            format!("「{}」不延长（申请 {by}）", clock_title(kind, clock))
        }
        Happened::Extended { clock, by, due } => {
            let until = due.map(|due| Instant::from_ms(due).deadline_text());
            let until = until.map_or_else(String::new, |due| format!("，到 {due}"));
            format!("「{}」延长 {by}{until}", clock_title(kind, clock))
        }
        Happened::Called {
            whom,
            solved,
            satisfied,
        } => {
            let solved = if *solved { "解决了" } else { "没有解决" };
            let satisfied = if *satisfied { "满意" } else { "不满意" };
            format!("回访 {whom}：{solved}，{satisfied}")
        }
        Happened::Consulted { person } => {
            format!("请 {} 协助（加签）", names.person(tx, person.parse().ok())?)
        }
        Happened::Started { .. } | Happened::Ended { .. } => return Ok(None),
    };
    Ok(Some(words))
}
