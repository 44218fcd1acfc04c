//! 办理: one form for every verb. What it asks is what the kind's definition demands of that verb.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use kernel::case_kind::{Allowed, CaseKind, Effect, EvidenceKind, LetterDemand, Verb};
use kernel::ids::CaseId;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{
    self, Acted, Case, CaseError, CaseFilter, DeskChoice, FileBytes, HelperLine, LARGEST_FILE,
    PauseForm, PauseWaiting, Waiting,
};
use union::letters::{self, LetterLine};

use super::Input;
use super::back::back_to_case;
use super::boxes::{FILES, ending};
use super::typed;
use crate::console::words::{belongs_on_form, form_title};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Posted, Problem, Routes, Who, page};

/// Cases offered for a merge.
const OTHERS: usize = 50;

pub(super) fn routes() -> Routes {
    let act = Need::Cap(Capability::CasesAct);
    Routes::new().get("/cases/{id}/do/{verb}", act, ask).post(
        "/cases/{id}/do/{verb}",
        act,
        carry_out,
    )
}

/// What the form of one verb needs to know; the API answers the same.
pub(crate) struct Sheet {
    pub(crate) case: Case,
    pub(crate) allowed: Allowed,
    pub(crate) inputs: Vec<Input>,
    pub(crate) evidence: Vec<(String, String)>,
    pub(crate) demanded: Vec<String>,
    /// Boxes for evidence: the end of their names, and the kind that is missing.
    slots: Vec<Slot>,
    /// Letters the verb goes with.
    pub(crate) letters: Vec<Paper>,
    /// The roster, for verbs that name somebody on it.
    pub(crate) helpers: Option<Vec<HelperLine>>,
    /// Open cases of the same kind, for a merge: number and title.
    pub(crate) others: Vec<(String, String)>,
    pub(crate) closings: Vec<(String, String)>,
    pub(crate) desks: Vec<DeskChoice>,
    pub(crate) earlier: Vec<(String, String)>,
    pub(crate) clocks: Vec<(String, String)>,
    /// The extension that is decided on.
    pub(crate) waiting: Option<Waiting>,
    /// What the form of a pause begins with.
    pub(crate) pause: Option<PauseForm>,
    /// The pause that is decided on.
    pausing: Option<PauseWaiting>,
    /// What an issued letter tells fields of the verb.
    told: BTreeMap<String, String>,
}

/// One box for a piece of evidence.
struct Slot {
    /// Kind that is missing; empty for none.
    kind: String,
    /// Names of its fields.
    chosen: String,
    text: String,
    amount: String,
    file: String,
}

impl Slot {
    fn new(at: usize, kind: String) -> Self {
        let name = |what: &str| format!("{what}{}", ending(at));
        Self {
            kind,
            chosen: name("evidence"),
            text: name("evidence_text"),
            amount: name("evidence_amount"),
            file: name("file"),
        }
    }
}

/// A letter that the verb goes with: its title, where to draft it, and those that are there.
pub(crate) struct Paper {
    pub(crate) template: String,
    pub(crate) title: String,
    draft: String,
    pub(crate) there: Vec<LetterLine>,
}

#[derive(Template)]
#[template(path = "console/cases/act.html")]
struct ActPage {
    frame: Frame,
    sheet: Sheet,
    form: Form,
    errors: FieldErrors,
    largest_mb: usize,
}

/// Gathers it.
///
/// # Errors
/// Why the verb is not among the buttons; [`CaseError::NotFound`] out of reach.
pub(crate) fn sheet(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
    verb: &str,
) -> Result<Sheet, CaseError> {
    let case = cases::get(tx, may, id)?;
    let allowed = cases::buttons(tx, may, &case)
        .into_iter()
        .find(|one| one.verb.id() == verb)
        .ok_or_else(|| cases::why_not(tx, may, &case, verb))?;
    let kind = case.kind;
    let closes = matches!(allowed.effect, Effect::Close);
    let named = |list: &[EvidenceKind]| {
        let pairs = list.iter().map(|one| (one.id.clone(), one.title.clone()));
        pairs.collect::<Vec<_>>()
    };
    let closings: Vec<_> = kind
        .closing
        .iter()
        .filter(|_| closes)
        .map(|one| (one.code.clone(), one.title.clone()))
        .collect();
    let helpers = if allowed.roster {
        Some(cases::helpers(tx, may, id)?)
    } else {
        None
    };
    Ok(Sheet {
        evidence: named(&kind.evidence),
        demanded: allowed
            .evidence
            .iter()
            .map(|one| format!("{} 至少 {} 件", kind.evidence_title(&one.kind), one.least))
            .collect(),
        slots: slots(&case, &allowed, closes),
        letters: papers(tx, may, &case, &allowed)?,
        others: if matches!(allowed.effect, Effect::Merge) {
            same_kind(tx, may, &case)?
        } else {
            Vec::new()
        },
        closings: chosen(closings),
        desks: if allowed.needs_next && helpers.is_none() {
            offered(&case, allowed.effect, cases::choices(tx, &case)?)
        } else {
            Vec::new()
        },
        earlier: if matches!(allowed.effect, Effect::Return) {
            earlier(tx, &case, verb)?
        } else {
            Vec::new()
        },
        clocks: if matches!(allowed.effect, Effect::Extend) {
            running(tx, &case)
        } else {
            Vec::new()
        },
        waiting: match allowed.effect {
            Effect::Grant | Effect::Deny => cases::waiting(tx, &case)?,
            _ => None,
        },
        pause: match allowed.effect {
            Effect::Suspend => cases::pause_form(tx, &case),
            _ => None,
        },
        pausing: match allowed.effect {
            Effect::GrantPause | Effect::DenyPause => cases::pause_waiting(tx, &case)?,
            _ => None,
        },
        told: cases::told_by_letter(tx, may, &case, verb)?,
        inputs: inputs(kind, &allowed, closes),
        helpers,
        allowed,
        case,
    })
}

/// The desks a verb is about: 指派 names who answers at the present desk, 转办 gives it to another desk.
fn offered(case: &Case, effect: Effect, mut desks: Vec<DeskChoice>) -> Vec<DeskChoice> {
    let here = |desk: &DeskChoice| desk.org.to_string() == case.now.owner.org;
    match effect {
        Effect::Assign => desks.retain(here),
        Effect::Transfer => desks.retain(|desk| !here(desk)),
        _ => {}
    }
    desks
}

/// What the form asks: the fields of the verb, and, for an ending, those that one conclusion or another demands.
fn inputs(kind: &CaseKind, allowed: &Allowed, closes: bool) -> Vec<Input> {
    let mut names: Vec<(&str, bool)> = Vec::new();
    let mut add = |name, required| {
        if names.iter().all(|(known, _)| *known != name) {
            names.push((name, required));
        }
    };
    allowed.fields.iter().for_each(|name| add(name, true));
    allowed.may_fill.iter().for_each(|name| add(name, false));
    for closing in kind.closing.iter().filter(|_| closes) {
        closing.fields.iter().for_each(|name| add(name, false));
        if let Some(share) = &closing.share {
            add(&share.part, false);
            add(&share.of, false);
        }
    }
    names
        .into_iter()
        .filter_map(|(name, required)| Some(Input::of(kind.field(name)?, required)))
        .collect()
}

/// A conclusion is never chosen by itself: where there are several, somebody has to say which.
pub(in crate::console) fn chosen(mut closings: Vec<(String, String)>) -> Vec<(String, String)> {
    if closings.len() > 1 {
        closings.insert(0, (String::new(), "请选择".to_owned()));
    }
    closings
}

/// One box for each kind of evidence that is still missing, and at least one.
fn slots(case: &Case, allowed: &Allowed, closes: bool) -> Vec<Slot> {
    let on_file = |kind: &str| case.now.evidence.get(kind).copied().unwrap_or(0);
    let mut kinds: Vec<String> = allowed
        .evidence
        .iter()
        .filter(|one| on_file(&one.kind) < one.least)
        .map(|one| one.kind.clone())
        .collect();
    let least = if closes { 2 } else { 1 };
    kinds.resize(kinds.len().clamp(least, FILES), String::new());
    kinds
        .into_iter()
        .enumerate()
        .map(|(at, kind)| Slot::new(at, kind))
        .collect()
}

/// The letters of a verb, with those of the case that are there.
fn papers(
    tx: &mut Tx,
    may: CapabilitySet,
    case: &Case,
    allowed: &Allowed,
) -> Result<Vec<Paper>, CaseError> {
    if allowed.letters.is_empty() {
        return Ok(Vec::new());
    }
    let lines = cases::letters_of(tx, may, case.id)?;
    let paper = |id: &String| {
        let title = letters::template(tx, id).ok()?.title().to_owned();
        let there = lines.iter().filter(|line| line.template == *id);
        Some(Paper {
            template: id.clone(),
            title,
            draft: format!("/letters/new?case={}&template={id}", case.id),
            there: there.filter(|line| line.state.stands()).cloned().collect(),
        })
    };
    Ok(allowed.letters.iter().filter_map(paper).collect())
}

/// Open cases of the same kind that this post sees, to go into.
fn same_kind(
    tx: &mut Tx,
    may: CapabilitySet,
    case: &Case,
) -> Result<Vec<(String, String)>, CaseError> {
    let filter = CaseFilter {
        kind: Some(case.kind.id.clone()),
        open: Some(true),
        limit: OTHERS,
        ..CaseFilter::default()
    };
    let lines = cases::list(tx, may, &filter)?;
    Ok(lines
        .into_iter()
        .filter(|line| line.id != case.id)
        .map(|line| (line.no, line.title))
        .collect())
}

/// Where a return may go: the step before, an earlier desk, whoever started it.
fn earlier(tx: &mut Tx, case: &Case, verb: &str) -> Result<Vec<(String, String)>, CaseError> {
    let mut names = cases::Names::default();
    let mut out = Vec::new();
    if !case.now.trail.is_empty() {
        out.push(("previous".to_owned(), "上一步".to_owned()));
    }
    let row = case.kind.row(verb, &case.now.state);
    if row.is_some_and(|row| row.to_initiator.is_some()) {
        out.push(("initiator".to_owned(), "发起人（请补充）".to_owned()));
    }
    for owner in &case.now.trail {
        let words = names.owner(tx, owner)?;
        if out.iter().all(|(value, _)| *value != owner.org) {
            out.push((owner.org.clone(), words));
        }
    }
    Ok(out)
}

/// Clocks that still run and may be extended, with how much at most.
fn running(tx: &Tx, case: &Case) -> Vec<(String, String)> {
    let clocks = cases::extendable(tx, case).into_iter();
    clocks
        .map(|one| {
            let words = format!("{}（累计最多 {}）", one.title, one.most);
            (one.clock, words)
        })
        .collect()
}

async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    (id, verb): (CaseId, String),
    typed: Option<(Form, Problem)>,
) -> Result<Response, Problem> {
    let may = who.capabilities;
    let sheet = app.read(who, move |tx| sheet(tx, may, id, &verb)).await?;
    let (form, errors, status) = match typed {
        Some((form, problem)) => {
            let mut errors = located(&problem, &sheet);
            for slot in &sheet.slots {
                errors.files_gone(&slot.file, form.files(&slot.file));
            }
            (form, errors, problem.status)
        }
        None => (filled(&sheet), FieldErrors::none(), StatusCode::OK),
    };
    let title = sheet.allowed.title.clone();
    let frame = Frame::new(app, who, jar, form_title(&title, &errors), "/cases")
        .crumb("维权办件", "/cases")
        .crumb(sheet.case.no.clone(), format!("/cases/{id}"))
        .crumb(title, "");
    let largest_mb = LARGEST_FILE >> 20;
    Ok(page(
        status,
        &ActPage {
            frame,
            sheet,
            form,
            errors,
            largest_mb,
        },
    ))
}

/// The form as it begins: what is known already, and the version it was drawn from.
fn filled(sheet: &Sheet) -> Form {
    let known = sheet.inputs.iter().filter_map(|input| {
        let name = input.name.strip_prefix("field.")?;
        // A person's name is not shown by a form: what is left empty stays as it is.
        if sheet.case.kind.field(name).is_some_and(|one| one.person) {
            return None;
        }
        let known = sheet.told.get(name);
        let known = known.or_else(|| sheet.case.now.fields.get(name))?;
        Some((input.name.clone(), known.clone()))
    });
    let version = ("version".to_owned(), sheet.case.version.to_string());
    // 转办: where the routes of the kind lead, if that is above.
    let routed = sheet.routed().map(|org| ("next".to_owned(), org));
    let until = sheet.pause.as_ref().and_then(|pause| pause.usual);
    let until = until.map(|day| ("until".to_owned(), day.to_string()));
    Form::from_pairs(known.chain([version]).chain(until).chain(routed).collect())
}

/// Every refusal at the box that mends it.
pub(crate) fn located(problem: &Problem, sheet: &Sheet) -> FieldErrors {
    let clock = ("clock", !sheet.clocks.is_empty());
    let next = ("next", !sheet.desks.is_empty() || sheet.helpers.is_some());
    let boxes = [
        ("case.needs_note", ("note", true)),
        ("case.closing_code", ("closing", !sheet.closings.is_empty())),
        ("case.next_unnamed", next),
        ("case.next_elsewhere", next),
        ("case.no_desk", next),
        ("case.conflict", next),
        ("case.workload", next),
        ("case.not_on_roster", next),
        ("case.same_helper", next),
        ("case.no_previous", ("back_to", !sheet.earlier.is_empty())),
        ("case.never_there", ("back_to", !sheet.earlier.is_empty())),
        ("case.no_initiator", ("back_to", !sheet.earlier.is_empty())),
        ("case.extend_what", clock),
        ("case.not_extendable", clock),
        ("case.extension_long", ("extend_days", clock.1)),
        ("case.representatives", ("field.representatives", true)),
        ("case.pause_until", ("until", sheet.pause.is_some())),
        ("case.pause_long", ("until", sheet.pause.is_some())),
        ("case.call_whom", ("whom", sheet.asks_call())),
        (
            "case.evidence_missing",
            ("evidence", !sheet.evidence.is_empty()),
        ),
        ("case.same_twice", ("field.supervisor_two", true)),
    ];
    let there = boxes.into_iter().filter(|(_, (_, drawn))| *drawn);
    let boxes: Vec<_> = there.map(|(code, (name, _))| (code, name)).collect();
    super::located(problem, &sheet.inputs, &boxes, &[("case.merge_", "other")])
}

async fn ask(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(at): Path<(CaseId, String)>,
) -> Result<Response, Problem> {
    let (may, (id, verb)) = (who.capabilities, at.clone());
    let splits = app
        .read(&who, move |tx| {
            let case = cases::get(tx, may, id)?;
            let row = case.kind.row(&verb, &case.now.state);
            Ok::<_, CaseError>(row.is_some_and(|row| row.effect() == Effect::Split))
        })
        .await?;
    if splits {
        let (id, verb) = at;
        return Ok(Redirect::to(&format!("/cases/{id}/part/{verb}")).into_response());
    }
    match draw(&app, &who, &jar, at, None).await {
        Err(problem) => Err(back_to_case(&app, &who, id, problem).await),
        drawn => drawn,
    }
}

async fn carry_out(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path((id, verb)): Path<(CaseId, String)>,
    posted: Posted<{ FILES * (LARGEST_FILE >> 20) }>,
) -> Result<Response, Problem> {
    let (may, form) = (who.capabilities, posted.form.clone());
    let done = Verb::of(verb.clone());
    let result = app
        .write(&who, move |tx| {
            perform(tx, may, (id, &done), &posted.form, posted.files)
        })
        .await;
    match result {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{id}?done={verb}")).into_response()),
        Err(problem) if belongs_on_form(&problem) => {
            let typed = Some((form, problem.clone()));
            match draw(&app, &who, &jar, (id, verb), typed).await {
                // The verb is gone: somebody was faster. Why, is what the person must read.
                Err(gone) if gone.status.is_client_error() => {
                    Err(back_to_case(&app, &who, id, problem).await)
                }
                drawn => drawn,
            }
        }
        Err(problem) => Err(problem),
    }
}

/// Carries out a verb with what a form says: of the page, or of a machine that sends the same fields.
///
/// # Errors
/// As [`cases::act`]; a field that cannot be read.
pub(crate) fn perform(
    tx: &mut Tx,
    may: CapabilitySet,
    (id, verb): (CaseId, &Verb),
    form: &Form,
    files: Vec<(String, FileBytes)>,
) -> Result<Acted, CaseError> {
    let case = cases::get(tx, may, id)?;
    let input = typed::read(tx, may, &case, form, files)?;
    cases::act(tx, may, id, verb, &input)
}

impl Sheet {
    /// The desk to which the routes of the kind lead, among those that are offered; none for a case that has come up
    /// from there: to whom it goes back is for the person to say.
    fn routed(&self) -> Option<String> {
        let (case, kind) = (&self.case.now, self.case.kind);
        let level = kind.routed(&case.fields, &case.door, case.grade.as_deref());
        let desk = case.ladder.get(level)?;
        let passes = matches!(self.allowed.effect, Effect::Transfer) && level > case.owner.level;
        let offered = self.desks.iter().any(|one| one.org.to_string() == desk.org);
        (passes && offered).then(|| desk.org.clone())
    }

    fn merges(&self) -> bool {
        matches!(self.allowed.effect, Effect::Merge)
    }

    /// What the verb has to do with its letters, in words.
    fn letter_words(&self) -> &'static str {
        match self.allowed.letter {
            LetterDemand::Offered => "这一步可以附文书",
            LetterDemand::Drafts => "办理后自动生成文书草稿，请补齐后签发、送达",
            LetterDemand::Issued => "这一步要先签发文书",
            LetterDemand::Served => "这一步要先签发文书并登记送达，送达记录就是凭证",
        }
    }

    /// Whom the next owner's box asks for, and what comes of it.
    fn whom(&self) -> (&'static str, &'static str) {
        match self.allowed.effect {
            Effect::Assign => (
                "由谁承办",
                "只定承办人，仍由现在的承办单位负责；要交给别的单位，用“转办”",
            ),
            Effect::Transfer => (
                "转给哪个单位",
                "编号、时限和材料都跟着走；只换本单位的承办人，用“指派”",
            ),
            Effect::Consult => (
                "请谁协助",
                "承办单位和承办人不变；办结以前，这一件在对方的“我经办的”和工作台里",
            ),
            _ => ("转给谁", "编号、时限和材料都跟着走"),
        }
    }

    fn asks_call(&self) -> bool {
        matches!(self.allowed.effect, Effect::CallBack)
    }
}
