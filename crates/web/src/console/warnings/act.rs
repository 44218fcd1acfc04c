//! What only a person decides about an alert: its fall, a lawful deferral, the push to the inspectorate, a merge, its end.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::case_kind::{CaseKind, Closing as Ending};
use store::Tx;
use union::access::Capability;
use union::arrears::alerts::{self, Alert, AlertState, Closing, Decision, Deferral, Merging, Push};
use union::arrears::{AlertId, ArrearsError, Permit};
use union::cases::{self, CaseError};

use crate::console::cases::{Input, chosen, fields, located, piece};
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{
    App, FieldErrors, Form, Frame, Need, Path, Problem, Routes, WayBack, Who, page,
};

pub(super) fn routes() -> Routes {
    let act = Need::Cap(Capability::WarningAct);
    Routes::new().get("/warnings/{no}/do/{act}", act, ask).post(
        "/warnings/{no}/do/{act}",
        act,
        carry_out,
    )
}

/// The decisions this room owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Fall,
    Keep,
    Defer,
    Push,
    Merge,
    Close,
    HandOver,
    Reopen,
}

impl Act {
    const ALL: [Self; 8] = [
        Self::Fall,
        Self::Keep,
        Self::Defer,
        Self::Push,
        Self::Merge,
        Self::Close,
        Self::HandOver,
        Self::Reopen,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Fall => "fall",
            Self::Keep => "keep",
            Self::Defer => "defer",
            Self::Push => "push",
            Self::Merge => "merge",
            Self::Close => "close",
            Self::HandOver => "hand_over",
            Self::Reopen => "reopen",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Fall => "确认降级",
            Self::Keep => "维持等级",
            Self::Defer => "登记依法延期",
            Self::Push => "推送人社部门",
            Self::Merge => "并入另一条",
            Self::Close => "销号",
            Self::HandOver => "移交有关部门",
            Self::Reopen => "重新处置",
        }
    }

    /// Whether the alert's level falls, ends or begins anew by it: at the highest level the district's to decide.
    fn ends(self) -> bool {
        matches!(
            self,
            Self::Fall | Self::Close | Self::HandOver | Self::Reopen
        )
    }

    fn help(self) -> &'static str {
        match self {
            Self::Fall => "降级后各级时限按新的等级计算。请写明依据。",
            Self::Keep => "规则建议降级，但您认为风险还在。请写明理由。",
            Self::Defer => {
                "单位暂时困难，与工会或者职工代表协商一致，可以依法延期。延期内逾期不升级，线索和评分照常。"
            }
            Self::Push => {
                "请把情况书面告知人社部门，并记下对方的回执编号；没有编号的，写接收人和时间。"
            }
            Self::Merge => {
                "同一件事有两条预警时，并入编号更早的一条，处置记录都保留。要选明两家单位是什么关系；没有关系的，是两件事，请分别处置。"
            }
            Self::Close => {
                "销号要有支付凭证（覆盖 95% 以上职工，其余逐人说明）、经办人以外的人回访两名职工，并且线索已经安静够久。误报不受安静期限制，会记入规则的成绩单。"
            }
            Self::HandOver => {
                "工会处理不了、要由有关部门依法处理的，写明交给谁、回执编号，并登记回执。移交以后预警了结，办件留着到期问清结果；有新线索，或者被退回，再重新处置。"
            }
            Self::Reopen => {
                "接收单位退回，或者发现事情没有了结的，重新处置：编号不变，办件接着办，时限从头算，上一级督办。"
            }
        }
    }
}

#[derive(Template)]
#[template(path = "console/warnings/act.html")]
struct ActPage {
    frame: Frame,
    act: Act,
    alert: Alert,
    closings: Vec<(String, String)>,
    evidence: Vec<(String, String)>,
    handover: Vec<Input>,
    merging: MergeChoice,
    form: Form,
    errors: FieldErrors,
}

/// What a merge may rest on, and what the house knows of it.
struct MergeChoice {
    /// Ids and words of the relations.
    relations: Vec<(String, String)>,
    /// When each is the right one.
    hint: String,
    /// The relation the house itself knows.
    known: &'static str,
    /// Alerts of which it does: number and subject.
    related: Vec<(String, String)>,
}

impl MergeChoice {
    fn of(tx: &mut Tx, alert: &Alert) -> Result<Self, ArrearsError> {
        let rules = alerts::merge_rules(tx)?;
        let relations = rules.relations.iter();
        let related = alerts::known_related(tx, alert)?.into_iter();
        let hints: Vec<String> = relations
            .clone()
            .map(|one| format!("{}：{}", one.title, one.hint))
            .collect();
        Ok(Self {
            relations: chosen(
                relations
                    .map(|one| (one.id.clone(), one.title.clone()))
                    .collect(),
            ),
            hint: hints.join("；"),
            known: &rules.known,
            related: related.map(|one| (one.no, one.title)).collect(),
        })
    }

    /// What the form begins with: the relation where the house knows it, and the other alert where there is only one.
    fn begins_with(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        if !self.related.is_empty() {
            pairs.push(("relation".to_owned(), self.known.to_owned()));
        }
        if let [(no, _)] = self.related.as_slice() {
            pairs.push(("into".to_owned(), no.clone()));
        }
        pairs
    }
}

struct Known {
    alert: Alert,
    /// Whether only the district may end it.
    at_top: bool,
    closings: Vec<(String, String)>,
    evidence: Vec<(String, String)>,
    /// What handing it over asks for.
    handover: Vec<Input>,
    merging: MergeChoice,
}

fn known(tx: &mut Tx, no: &str) -> Result<Known, ArrearsError> {
    let alert = alerts::by_no(tx, no)?;
    let kind = cases::kind(alerts::CASE_KIND, *tx.district(), tx.today())?;
    Ok(Known {
        at_top: alerts::at_top(tx, &alert)?,
        merging: MergeChoice::of(tx, &alert)?,
        alert,
        handover: handover(kind).map_or_else(Vec::new, |closing| {
            let fields = closing.fields.iter().filter_map(|name| kind.field(name));
            fields.map(|field| Input::of(field, true)).collect()
        }),
        closings: chosen(
            kind.closing
                .iter()
                .filter(|one| !one.handed_over)
                .map(|one| (one.code.clone(), one.title.clone()))
                .collect(),
        ),
        evidence: std::iter::once((String::new(), "不补交".to_owned()))
            .chain(
                kind.evidence
                    .iter()
                    .map(|one| (one.id.clone(), one.title.clone())),
            )
            .collect(),
    })
}

/// The conclusion by which a matter is handed over.
fn handover(kind: &CaseKind) -> Option<&Ending> {
    kind.closing.iter().find(|one| one.handed_over)
}

/// Every refusal of the case at the box that mends it.
fn errors_of(problem: &Problem, known: &Known) -> FieldErrors {
    let boxes = [
        ("case.evidence_missing", "evidence_text"),
        ("case.needs_note", "note"),
    ];
    located(problem, &known.handover, &boxes, &[])
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (no, act): (String, Act),
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let known = app.read(who, move |tx| known(tx, &no)).await?;
    if !offered(&known.alert).contains(&act) {
        return Err(not_now(act, &known.alert));
    }
    if act.ends() && known.at_top && !who.can(Capability::WarningCommand) {
        return Err(not_yours(act, &known.alert));
    }
    let (form, errors, status) = match typed {
        Some((form, problem)) if act == Act::HandOver => {
            let errors = errors_of(&problem, &known);
            (form, errors, problem.status)
        }
        Some((form, problem)) => (form, FieldErrors::from_problem(&problem), problem.status),
        None => {
            let mut pairs = vec![("version".to_owned(), known.alert.version.to_string())];
            pairs.extend(known.merging.begins_with());
            (Form::from_pairs(pairs), FieldErrors::none(), StatusCode::OK)
        }
    };
    let frame = Frame::new(app, who, jar, form_title(act.title(), &errors), "/warnings")
        .crumb("欠薪预警", "/warnings")
        .crumb(
            known.alert.no.clone(),
            format!("/warnings/{}", known.alert.no),
        )
        .crumb(act.title(), "");
    let drawn = ActPage {
        frame,
        act,
        alert: known.alert,
        closings: known.closings,
        evidence: known.evidence,
        handover: known.handover,
        merging: known.merging,
        form,
        errors,
    };
    Ok(page(status, &drawn))
}

/// What may be decided about an alert as it stands, in the order of the page.
fn offered(alert: &Alert) -> Vec<Act> {
    let stands = |act: &Act| match act {
        Act::Reopen => alert.state == AlertState::Closed,
        Act::Fall => alert.proposed.as_deref().is_some_and(|to| !to.is_empty()),
        Act::Keep => alert.proposed.is_some(),
        _ => true,
    };
    let open = alert.state == AlertState::Open;
    let all = Act::ALL.into_iter();
    all.filter(|act| (open || *act == Act::Reopen) && stands(act))
        .collect()
}

/// Told before anything is typed.
fn not_yours(act: Act, alert: &Alert) -> Problem {
    let message = format!(
        "{}是最高等级的预警，{}由区总工会办理",
        alert.no,
        act.title()
    );
    let back = WayBack {
        offered: Vec::new(),
        title: alert.no.clone(),
        href: format!("/warnings/{}", alert.no),
    };
    Problem::new(StatusCode::FORBIDDEN, "arrears.forbidden", message).leading_back(back)
}

/// Why an act has no form now, with the way back to the alert.
fn not_now(act: Act, alert: &Alert) -> Problem {
    let (code, message) = match (act, alert.state) {
        (Act::Reopen, state) => (
            "alert.not_ended",
            format!("这条预警{}，不用重新处置", state.title()),
        ),
        (_, AlertState::Open) if alert.proposed.is_some() => (
            "alert.close_instead",
            "规则建议解除预警：请核对销号条件后办理销号，不能直接降级".to_owned(),
        ),
        (_, AlertState::Open) => ("alert.nothing_proposed", "规则没有建议降级".to_owned()),
        (_, state) => (
            "alert.ended",
            format!("这条预警{}，不能再办理", state.title()),
        ),
    };
    let href = format!("/warnings/{}", alert.no);
    let acts = offered(alert).into_iter();
    let back = WayBack {
        offered: acts
            .map(|one| (one.title().to_owned(), format!("{href}/do/{}", one.word())))
            .collect(),
        title: alert.no.clone(),
        href,
    };
    Problem::new(StatusCode::CONFLICT, code, message).leading_back(back)
}

/// The decision of this name.
///
/// # Errors
/// There is none.
pub(crate) fn act_of(word: &str) -> Result<Act, Problem> {
    Act::ALL
        .into_iter()
        .find(|act| act.word() == word)
        .ok_or_else(Problem::not_found)
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((no, act)): Path<(String, String)>,
) -> Result<Response, Problem> {
    draw(&app, &who, &jar, (no, act_of(&act)?), None).await
}

async fn carry_out(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((no, act)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let act = act_of(&act)?;
    let (permit, sent, number) = (Permit::of(&who), form.clone(), no.clone());
    let result = app
        .write(&who, move |tx| decide(tx, &permit, act, &number, &sent))
        .await;
    match result {
        Ok(()) => Ok(Redirect::to(&format!("/warnings/{no}?done={}", act.word())).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            draw(&app, &who, &jar, (no, act), Some((form, problem))).await
        }
        Err(problem) => Err(problem),
    }
}

/// Carries out a decision with what a form says: of the page, or of a machine that sends the same fields.
///
/// # Errors
/// What the room refuses; a field that cannot be read.
pub(crate) fn decide(
    tx: &mut Tx,
    permit: &Permit,
    act: Act,
    no: &str,
    form: &Form,
) -> Result<(), ArrearsError> {
    let id = alerts::by_no(tx, no)?.id;
    let empty = left_empty(act, form);
    // One box that was left empty is told by the room itself; several are told together.
    if empty.len() > 1 {
        return Err(ArrearsError::Faulty(empty));
    }
    let decision = Decision {
        note: form.text("note").to_owned(),
        version: form.parsed("version"),
    };
    match act {
        Act::Fall => alerts::decide_fall(tx, permit, id, &decision),
        Act::Keep => alerts::keep(tx, permit, id, &decision),
        Act::Push => {
            let push = Push {
                office: form.text("office").to_owned(),
                acknowledgement: form.text("acknowledgement").to_owned(),
                decision,
            };
            alerts::push(tx, permit, id, &push)
        }
        Act::Defer => {
            let until = form.parsed("until").ok_or(ArrearsError::Invalid {
                field: "until",
                code: "alert.until",
                message: "请填写延期到哪一天".to_owned(),
            })?;
            let deferral = Deferral {
                until,
                document: form.text("document").to_owned(),
                decision,
            };
            alerts::defer(tx, permit, id, &deferral)
        }
        Act::Merge => {
            let merging = Merging {
                into: target(tx, form.text("into"))?,
                relation: form.text("relation").to_owned(),
                decision,
            };
            alerts::merge(tx, permit, id, &merging)
        }
        Act::Reopen => alerts::reopen(tx, permit, id, &decision),
        Act::HandOver => {
            let kind = cases::kind(alerts::CASE_KIND, *tx.district(), tx.today())?;
            let ending = handover(kind).ok_or(ArrearsError::NotFound)?;
            let closing = Closing {
                code: ending.code.clone(),
                fields: fields(form),
                evidence: receipt(ending, form),
                call: None,
                decision,
            };
            alerts::close(tx, permit, id, &closing)
        }
        Act::Close => {
            let closing = Closing {
                code: form.text("closing").to_owned(),
                fields: fields(form),
                evidence: evidence(form)?,
                call: None,
                decision,
            };
            alerts::close(tx, permit, id, &closing)
        }
    }
}

/// The alert that another becomes part of.
fn target(tx: &mut Tx, no: &str) -> Result<AlertId, ArrearsError> {
    match alerts::by_no(tx, no) {
        Ok(alert) => Ok(alert.id),
        Err(ArrearsError::NotFound) => Err(ArrearsError::Invalid {
            field: "into",
            code: "alert.merge_target",
            message: format!("“{no}”不是您能看到的预警编号，请照预警清单里的编号填写"),
        }),
        Err(fault) => Err(fault),
    }
}

/// The boxes of an act's form that must be filled in and are empty, in the order of the page.
fn left_empty(act: Act, form: &Form) -> Vec<(&'static str, String)> {
    let boxes: &[(&'static str, &str)] = match act {
        Act::Push => &[
            ("office", "请写明推送给哪个部门"),
            (
                "acknowledgement",
                "请写明对方回执编号；没有编号的，写接收人和时间",
            ),
        ],
        Act::Defer => &[
            ("until", "请填写延期到哪一天"),
            ("document", "请写明与工会或职工代表达成的协议"),
        ],
        Act::Merge => &[
            ("into", "请写明并入哪一条预警的编号"),
            ("relation", "请选择两条预警是什么关系"),
        ],
        Act::Close => &[("closing", "请选择销号的结论")],
        Act::HandOver => &[("evidence_text", "请写明移交回执")],
        Act::Fall | Act::Keep | Act::Reopen => &[],
    };
    let note = [("note", "请写明理由")];
    let asked = boxes.iter().chain(&note);
    let empty = asked.filter(|(name, _)| form.text(name).is_empty());
    empty
        .map(|(name, words)| (*name, (*words).to_owned()))
        .collect()
}

/// The receipt that the conclusion demands, in words: its name and where it is kept.
fn receipt(ending: &Ending, form: &Form) -> Vec<cases::NewEvidence> {
    let text = form.text("evidence_text").to_owned();
    let demanded = ending.evidence.first().filter(|_| !text.is_empty());
    let piece = demanded.map(|one| cases::NewEvidence {
        kind: one.kind.clone(),
        text,
        ..cases::NewEvidence::default()
    });
    piece.into_iter().collect()
}

/// Words and amount of a piece of evidence; files are handed in with the case.
fn evidence(form: &Form) -> Result<Vec<cases::NewEvidence>, CaseError> {
    Ok(piece(form, None)?.into_iter().collect())
}
