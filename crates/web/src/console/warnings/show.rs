//! One alert: its colour with every reason, who must act until when, what is known, what was decided.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::case_kind::{Closing, Condition};
use kernel::warning::RuleSet;
use kernel::{Date, Fen, Instant};
use serde::Deserialize;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::arrears::alerts::{self, AlertEvent, AlertState, EventKind, Figure, ToClose};
use union::arrears::desk;
use union::arrears::{self, AlertPage, ArrearsError, SignalLine};
use union::cases::{self, Case, CaseError, CaseKind, Stage};
use union::orgs;

use super::look::Tone;
use super::why::{Why, why};
use crate::console::orgs::section_name;
use crate::console::words::{Remaining, thousands};
use crate::shell::{App, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/warnings/{no}", Need::Cap(Capability::WarningRead), show)
}

#[derive(Deserialize, Default)]
struct Done {
    #[serde(default)]
    done: String,
}

/// One level of desks with its clocks.
struct StageLine {
    title: String,
    class: &'static str,
    mark: &'static str,
    said: &'static str,
    tag: &'static str,
    clocks: Vec<(String, String, &'static str)>,
}

/// What one conclusion, or several that demand the same, still lack.
struct ToCloseView {
    conclusions: String,
    by: Option<String>,
    missing: usize,
    conditions: Vec<ConditionView>,
}

/// One condition, and the next step towards it: words, and where this post can take it.
struct ConditionView {
    title: String,
    stands: String,
    met: bool,
    step: String,
    href: Option<String>,
}

impl ToCloseView {
    fn of(one: &ToClose, case: Option<&str>, offered: &[String]) -> Self {
        let titles: Vec<&str> = one
            .conclusions
            .iter()
            .map(|(_, title)| title.as_str())
            .collect();
        Self {
            conclusions: titles.join("、"),
            by: one.by.clone(),
            missing: one.conditions.iter().filter(|one| !one.met()).count(),
            conditions: one
                .conditions
                .iter()
                .map(|one| ConditionView::of(one, case, offered))
                .collect(),
        }
    }
}

impl ConditionView {
    fn of(one: &Condition, case: Option<&str>, offered: &[String]) -> Self {
        let step = one.step.as_ref().filter(|_| !one.met());
        let mine = step.filter(|step| offered.contains(&step.verb));
        let href = mine
            .zip(case)
            .map(|(step, case)| format!("{case}/do/{}", step.verb));
        Self {
            title: one.title.clone(),
            stands: one.stands.clone(),
            met: one.met(),
            step: match step {
                None => String::new(),
                Some(step) if href.is_some() => step.title.clone(),
                Some(step) if step.now => format!("下一步：{}（{}）", step.title, step.who),
                Some(step) => format!("先办前面的步骤，再{}", step.title),
            },
            href,
        }
    }
}

struct EventEntry {
    at: String,
    title: String,
    actor: String,
    note: String,
    class: &'static str,
}

/// One fact of the head of the page; a figure opens to what it was taken from.
struct Meta {
    title: &'static str,
    value: String,
    /// What it was taken from: the case that verified it, or the signals that reported it.
    href: Option<String>,
    /// The desk verified it.
    verified: bool,
    /// What the sources reported, beside a verified figure.
    reported: Option<String>,
}

impl Meta {
    fn plain(title: &'static str, value: String) -> Self {
        Self {
            title,
            value,
            href: None,
            verified: false,
            reported: None,
        }
    }

    fn figure<T: Copy>(
        title: &'static str,
        figure: Figure<T>,
        case: Option<&str>,
        words: impl Fn(T) -> String,
    ) -> Self {
        let from = match (figure.verified, case) {
            (true, case) => case.map(|href| format!("{href}#facts")),
            (false, _) => figure.value.map(|_| "#signals".to_owned()),
        };
        Self {
            title,
            value: figure.value.map_or_else(|| "待核".to_owned(), &words),
            href: from,
            verified: figure.verified,
            reported: figure.beside().map(words),
        }
    }
}

#[derive(Template)]
#[template(path = "console/warnings/show.html")]
struct ShowPage {
    frame: Frame,
    view: AlertPage,
    tone: Tone,
    meta: Vec<Meta>,
    notices: Vec<String>,
    why: Why,
    trend: Vec<(String, i64)>,
    events: Vec<EventEntry>,
    stages: Vec<StageLine>,
    due: Option<Remaining>,
    to_close: Vec<ToCloseView>,
    unit: Vec<(&'static str, String)>,
    /// The number of the case that handles it, and where it stands.
    case: Option<(String, String)>,
    /// Cases that signals come from and this post may see: number and address.
    sources: BTreeMap<String, String>,
    employer_href: Option<String>,
    /// Where the answer of the office that took it is noted: words and address.
    answer: Option<(String, String)>,
    /// Nothing of ours is due any more: what stands there is history.
    over: bool,
    state: String,
    may_act: bool,
    /// Whether this post may lower, close and hand it over, or take it up again: at the highest level the district does.
    may_end: bool,
    may_reopen: bool,
}

struct Gathered {
    today: Date,
    at_top: bool,
    case_no: Option<String>,
    /// Cases that signals come from and this post may see: number and address.
    sources: BTreeMap<String, String>,
    view: AlertPage,
    rules: std::sync::Arc<RuleSet>,
    place: String,
    stages: Vec<StageLine>,
    due: Option<Instant>,
    kind: &'static CaseKind,
    /// Steps of the case that this post may take now.
    offered: Vec<String>,
    /// How it ended, in words.
    ending: Option<&'static Closing>,
    /// Who took it over, and what came of it.
    handed: Option<Handed>,
    over: bool,
}

/// An alert that another office has.
struct Handed {
    /// `移交单位：人社部门，移交回执编号：12 号`
    to: String,
    /// What it answered, once it did.
    answered: String,
    /// While it has not: the step that notes it, and whether this post may take it.
    waits: Option<(String, String, bool)>,
}

fn gather(
    tx: &mut Tx,
    may: CapabilitySet,
    no: &str,
    now: Instant,
) -> Result<Gathered, ArrearsError> {
    let view = arrears::alert_page(tx, no)?;
    let trail = orgs::path_names(tx, &view.alert.org_path)?;
    let case = match view.alert.case {
        Some(case) => Some(cases::get(tx, may, case)?),
        None => None,
    };
    let over = case
        .as_ref()
        .is_some_and(|case| case.kind.rests(&case.now.state));
    let (stages, due) = match &case {
        Some(case) => stages(tx, may, case, now)?,
        None => (Vec::new(), None),
    };
    let kind = cases::kind(alerts::CASE_KIND, *tx.district(), tx.today())?;
    let ending = kind.closing(&view.alert.closed_code);
    let handed = match (&case, ending.filter(|one| one.handed_over)) {
        (Some(case), Some(ending)) => Some(handed(tx, may, case, ending)),
        _ => None,
    };
    let offered = case.as_ref().map_or_else(Vec::new, |case| {
        let buttons = cases::buttons(tx, may, case).into_iter();
        buttons.map(|one| one.verb.id().to_owned()).collect()
    });
    Ok(Gathered {
        today: tx.today(),
        offered,
        at_top: alerts::at_top(tx, &view.alert)?,
        sources: sources(tx, may, &view)?,
        case_no: case.as_ref().map(|case| case.no.clone()),
        kind,
        ending,
        handed,
        over,
        rules: arrears::rulesets::with_hash(tx, &view.alert.rule_hash)?,
        place: trail
            .into_iter()
            .skip(1)
            .map(|org| org.name)
            .collect::<Vec<_>>()
            .join(" / "),
        view,
        stages,
        due,
    })
}

fn handed(tx: &Tx, may: CapabilitySet, case: &Case, ending: &Closing) -> Handed {
    let said = |names: &[String]| {
        let fields = names.iter().filter_map(|name| {
            let title = &case.kind.field(name)?.title;
            Some(format!("{title}：{}", case.now.fields.get(name)?))
        });
        fields.collect::<Vec<_>>().join("，")
    };
    let to = ending.to.as_deref().unwrap_or_default();
    let step = case.kind.answer_of_office(to);
    let waits = step.filter(|_| case.now.state == to).map(|row| {
        let buttons = cases::buttons(tx, may, case);
        let offered = buttons.iter().any(|one| one.verb.id() == row.id);
        let href = format!("/cases/{}/do/{}", case.id, row.id);
        (row.title().to_owned(), href, offered)
    });
    Handed {
        to: said(&ending.fields),
        answered: match (&waits, step) {
            (None, Some(row)) => said(&row.fields),
            _ => String::new(),
        },
        waits,
    }
}

/// The cases that signals come from, as far as this post may see them.
fn sources(
    tx: &mut Tx,
    may: CapabilitySet,
    view: &AlertPage,
) -> Result<BTreeMap<String, String>, ArrearsError> {
    let mut found = BTreeMap::new();
    for no in view.signals.iter().filter_map(|line| line.case_no.clone()) {
        match cases::by_no(tx, may, &no) {
            Ok(case) => drop(found.insert(no, format!("/cases/{}", case.id))),
            Err(CaseError::NotFound | CaseError::Forbidden(_)) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(found)
}

/// The clocks of the case, level by level; the post may read the alert and so its case.
fn stages(
    tx: &mut Tx,
    may: CapabilitySet,
    case: &Case,
    now: Instant,
) -> Result<(Vec<StageLine>, Option<Instant>), ArrearsError> {
    let (id, over) = (case.id, case.ended_at.is_some());
    let brief = cases::briefs(tx, &[id])?.remove(&id);
    let lines = cases::clocks(tx, may, id)?;
    let reached = brief.as_ref().map_or(&[][..], |brief| &brief.stages);
    let out = case
        .kind
        .level
        .iter()
        .enumerate()
        .map(|(at, level)| {
            let (class, mark, said, tag) = match reached.get(at).copied().unwrap_or_default() {
                Stage::NotYet => ("", "·", "未到达", ""),
                Stage::On => ("on", "…", "进行中", "tag-p"),
                Stage::Done => ("ok", "✓", "已完成", "tag-g"),
                Stage::Missed => ("", "–", "曾超时", ""),
                Stage::Late => ("late", "!", "已超时", "tag-r"),
            };
            let clocks = lines.iter().filter(|line| line.clock.owner.level == at);
            StageLine {
                title: level.title.clone(),
                class,
                mark,
                said,
                tag,
                clocks: clocks
                    .map(|line| {
                        let (words, tone) = crate::console::cases::clock_words(line, now, over);
                        (line.clock.title.clone(), words, tone)
                    })
                    .collect(),
            }
        })
        .collect();
    let first = brief.and_then(|brief| brief.late_since.or(brief.next_due));
    Ok((out, first))
}

impl ShowPage {
    /// The case a signal comes from, where this post may see it.
    fn source(&self, line: &SignalLine) -> Option<(&String, &String)> {
        self.sources.get_key_value(line.case_no.as_ref()?)
    }
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(no): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let (may, now) = (who.capabilities, app.now());
    let found = app.read(&who, move |tx| gather(tx, may, &no, now)).await?;
    let id = found.view.alert.id;
    app.write(&who, move |tx| desk::viewed(tx, id)).await?;
    let alert = &found.view.alert;
    let tone = Tone::of(&found.view.level);
    let frame = Frame::new(&app, &who, &jar, alert.title.clone(), "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb(alert.no.clone(), "")
        .flash(said(&done.done));
    let open = alert.state == AlertState::Open;
    let may_end = !found.at_top || who.can(Capability::WarningCommand);
    let case_href = alert
        .case
        .filter(|_| who.can(Capability::CasesRead))
        .map(|case| format!("/cases/{case}"));
    let view = ShowPage {
        frame,
        tone,
        meta: meta(&found, case_href.as_deref()),
        notices: notices(&found),
        state: match found.ending {
            Some(ending) if ending.handed_over => ending.title.clone(),
            Some(ending) if alert.state == AlertState::Closed => {
                format!("{}：{}", alert.state.title(), ending.title)
            }
            _ => alert.state.title().to_owned(),
        },
        why: why(&found.view, &found.rules, tone),
        trend: found
            .view
            .scores
            .iter()
            .map(|(day, score, _)| (day.to_string(), *score))
            .collect(),
        events: found
            .view
            .events
            .iter()
            .rev()
            .map(|event| entry(&found.rules, found.kind, event))
            .collect(),
        due: found
            .due
            .filter(|_| open || found.handed.is_some())
            .map(|due| Remaining::new(now, due)),
        to_close: found
            .view
            .to_close
            .iter()
            .map(|one| ToCloseView::of(one, case_href.as_deref(), &found.offered))
            .collect(),
        unit: unit(&found.view),
        case: alert
            .case
            .zip(found.case_no.clone())
            .filter(|_| who.can(Capability::CasesRead))
            .map(|(case, no)| (no, format!("/cases/{case}"))),
        sources: found.sources,
        employer_href: found
            .view
            .employer
            .as_ref()
            .filter(|_| who.can(Capability::EmployersRead))
            .map(|one| format!("/employers/{}", one.id)),
        answer: found
            .handed
            .as_ref()
            .and_then(|one| one.waits.as_ref())
            .filter(|(.., offered)| *offered && who.can(Capability::CasesAct))
            .map(|(title, href, _)| (title.clone(), href.clone())),
        over: found.over,
        may_act: who.can(Capability::WarningAct) && open,
        may_end,
        may_reopen: who.can(Capability::WarningAct) && may_end && alert.state == AlertState::Closed,
        stages: found.stages,
        view: found.view,
    };
    Ok(page(StatusCode::OK, &view))
}

fn said(done: &str) -> Option<String> {
    let words = match done {
        "fall" => "已确认降级，时限随新的等级重新计算",
        "keep" => "已维持等级",
        "defer" => "已登记依法延期，延期内逾期不升级，线索和评分照常",
        "push" => "已登记推送人社部门",
        "merge" => "已合并",
        "close" => "已销号",
        "hand_over" => "已移交，预警了结；到期要问清结果，在办件里登记",
        "reopen" => "已重新处置，时限从现在起算，上一级督办",
        _ => return None,
    };
    Some(words.to_owned())
}

fn meta(found: &Gathered, case: Option<&str>) -> Vec<Meta> {
    let alert = &found.view.alert;
    let mut out = vec![Meta::plain("属地", found.place.clone())];
    if let Some(letter) = alert.industry.get(..1) {
        out.push(Meta::plain("行业", section_name(letter).to_owned()));
    }
    let people = |people: i64| format!("{people} 人");
    out.push(Meta::figure(
        "涉及职工",
        alert.people_figure(),
        case,
        people,
    ));
    let yuan = |amount: Fen| format!("{amount} 元");
    out.push(Meta::figure("涉及金额", alert.amount_figure(), case, yuan));
    out.push(Meta::plain("生成", alert.opened_at.shanghai_text()));
    out
}

/// What a reader must know before the reasons.
fn notices(found: &Gathered) -> Vec<String> {
    let alert = &found.view.alert;
    let mut out = vec!["预警只是提示有风险，不是认定欠薪。怎样处置由人判断，不得对外公布，也不得告知单位是谁反映的。".to_owned()];
    match alert.proposed.as_deref() {
        Some("") => out.push("按现有线索，规则建议解除预警。请核对销号条件后办理销号。".to_owned()),
        Some(_) => out.push(
            "按现有线索，规则建议降级。请核对后在“更多操作”里确认降级或者维持等级。".to_owned(),
        ),
        None => {}
    }
    if let Some(day) = alert.deferral_until {
        let document = &alert.deferral_doc;
        out.push(if day < found.today {
            format!("依法延期支付已于 {day} 到期（{document}），逾期照常升级。")
        } else {
            format!("已登记依法延期支付至 {day}（{document}），延期内逾期不升级。")
        });
    }
    if let Some(handed) = &found.handed {
        let to = &handed.to;
        let then = match (&handed.waits, found.due) {
            (None, _) if handed.answered.is_empty() => "工会不再计时".to_owned(),
            (None, _) => format!("接收单位已经答复：{}", handed.answered),
            (Some(_), Some(due)) => {
                let last = due.last_day();
                format!("接收单位还没有答复，{last} 以前问清结果并登记")
            }
            (Some(_), None) => "接收单位还没有答复，请尽快问清结果并登记".to_owned(),
        };
        out.push(format!(
            "这件事已交给有关部门依法处理（{to}）。{then}。有新线索会自动接着办这一条；被退回的，请“重新处置”。"
        ));
    }
    if let Some(at) = alert.pushed_at {
        out.push(format!(
            "已于 {} 推送{}，回执 {}。",
            at.shanghai_text(),
            alert.push_office,
            alert.push_ack
        ));
    }
    out
}

fn entry(rules: &RuleSet, kind: &CaseKind, event: &AlertEvent) -> EventEntry {
    let label = |id: &str| match rules.levels().iter().find(|level| level.id == id) {
        Some(level) => format!("{}色", level.label),
        None => id.to_owned(),
    };
    let title = match event.kind {
        EventKind::Opened => format!("生成预警，评分 {}", event.score),
        EventKind::Raised => format!("升级到{}，评分 {}", label(&event.to), event.score),
        EventKind::Closed if alerts::was_handed_over(kind, event) => "移交".to_owned(),
        kind => kind.title().to_owned(),
    };
    let class = match event.kind {
        EventKind::Raised => "late sys",
        EventKind::Opened | EventKind::FallProposed => "sys",
        EventKind::Closed => "ok",
        _ => "on",
    };
    EventEntry {
        at: event.at.shanghai_text(),
        title,
        actor: event.actor.clone(),
        note: alerts::in_words(kind, event),
        class,
    }
}

fn unit(view: &AlertPage) -> Vec<(&'static str, String)> {
    let Some(employer) = &view.employer else {
        return vec![("名称", view.subject.name.clone())];
    };
    vec![
        (
            "信用代码",
            employer
                .credit_code
                .clone()
                .unwrap_or_else(|| "没有登记".to_owned()),
        ),
        ("职工", format!("{} 人", thousands(employer.headcount))),
        ("状态", employer.state.title().to_owned()),
        ("地址", employer.address.clone()),
    ]
}
