//! 一件办件: what its page shows, masked as there; a sealed reporter stays sealed. Looking at a restricted case is
//! entered.

use axum::Json;
use axum::extract::State;
use kernel::Instant;
use kernel::case_kind::{ClockState, Confidentiality};
use kernel::ids::CaseId;
use schemars::JsonSchema;
use serde::Serialize;
use union::access::Capability;
use union::cases;

use crate::api::operations::{Nothing, Operations};
use crate::console::cases::beside::Given;
use crate::console::cases::clocks::Clock;
use crate::console::cases::show::{self, File};
use crate::console::cases::shown;
use crate::shell::{App, Need, Path, Problem, Who};

pub(super) fn operations() -> Operations {
    Operations::new().get::<Nothing, CaseCard, _, _>(
        "/api/cases/{id}",
        Need::Cap(Capability::CasesRead),
        "一件办件：栏目、时限、经过、凭证、文书（脱敏）；受限的每次查看留痕",
        card,
    )
}

/// A case as its page shows it.
#[derive(Serialize, JsonSchema)]
struct CaseCard {
    id: String,
    no: String,
    kind: String,
    kind_title: String,
    title: String,
    state: String,
    state_title: String,
    grade: Option<String>,
    /// 承办单位与承办人
    owner: String,
    /// 事发地工会
    place: String,
    /// 督办单位
    watched_by: Option<String>,
    /// 办理动作须带上它
    version: i64,
    opened_at: String,
    ended_at: Option<String>,
    /// 办结类型代码
    closing: Option<String>,
    fields: Vec<FieldItem>,
    people: Vec<PersonItem>,
    clocks: Vec<ClockItem>,
    /// 经过，新的在前
    timeline: Vec<EventItem>,
    evidence: Vec<EvidenceItem>,
    letters: Vec<PaperItem>,
    /// 职工为这件事交来的工薪账单；内容在页面上打开，打开留痕
    wage_statements: Vec<StatementItem>,
    links: Vec<LinkItem>,
    /// 现在可办的动作，各自要求见 verbs
    verbs: Vec<String>,
}

/// A field that is filled in.
#[derive(Serialize, JsonSchema)]
struct FieldItem {
    name: String,
    title: String,
    /// 手机号脱敏
    value: String,
}

/// Somebody the case is about.
#[derive(Serialize, JsonSchema)]
struct PersonItem {
    /// reporter、respondent……
    role: String,
    /// 如 反映人、举报人（已密封）
    label: String,
    /// 脱敏；密封的没有
    name: Option<String>,
    /// 脱敏；密封的没有
    phone: Option<String>,
    sealed: bool,
    /// respondent：企业编号；名称还在核对的没有
    employer: Option<String>,
}

/// A clock.
#[derive(Serialize, JsonSchema)]
struct ClockItem {
    title: String,
    /// running、paused、met、breached、done_late、void
    state: &'static str,
    owner: String,
    /// 到期时间，RFC 3339
    due: Option<String>,
    words: String,
}

/// One act.
#[derive(Serialize, JsonSchema)]
struct EventItem {
    at: String,
    title: String,
    actor: String,
    on_behalf: bool,
    note: String,
    followed: Vec<String>,
}

/// A piece of evidence.
#[derive(Serialize, JsonSchema)]
struct EvidenceItem {
    id: String,
    kind: String,
    kind_title: String,
    text: String,
    /// 元
    amount: Option<String>,
    file: Option<String>,
    /// 字节
    size: Option<i64>,
    /// SM3
    digest: Option<String>,
    at: String,
}

/// A letter of the case; see `/api/letters/{id}`.
#[derive(Serialize, JsonSchema)]
struct PaperItem {
    id: String,
    template: String,
    title: String,
    number: Option<String>,
    state: &'static str,
}

/// A worker's statement given for it.
#[derive(Serialize, JsonSchema)]
struct StatementItem {
    id: String,
    given_at: String,
    /// 本人收回的时间；收回后打不开
    withdrawn_at: Option<String>,
}

/// A case it belongs with.
#[derive(Serialize, JsonSchema)]
struct LinkItem {
    id: String,
    no: String,
    title: String,
    /// merged_into、split_from、led_to
    kind: String,
    /// 本件是被并入、被拆出、引出对方的一方
    from_here: bool,
}

fn state(of: ClockState) -> &'static str {
    match of {
        ClockState::Running => "running",
        ClockState::Paused => "paused",
        ClockState::Met => "met",
        ClockState::Breached => "breached",
        ClockState::DoneLate => "done_late",
        ClockState::Void => "void",
    }
}

fn fields(case: &cases::Case, people: &[cases::PartyLine]) -> Vec<FieldItem> {
    let all = case.kind.field.iter();
    all.filter_map(|field| {
        let value = shown(field, case.now.fields.get(&field.name)?, people);
        (!value.is_empty()).then(|| FieldItem {
            name: field.name.clone(),
            title: field.title.clone(),
            value,
        })
    })
    .collect()
}

impl From<File> for CaseCard {
    fn from(file: File) -> Self {
        let case = file.case;
        Self {
            fields: fields(&case, &file.beside.people),
            people: file.beside.people.into_iter().map(person).collect(),
            clocks: file.clocks.all.into_iter().map(clock).collect(),
            timeline: file.entries.into_iter().map(event).collect(),
            evidence: file.pieces.into_iter().map(evidence).collect(),
            wage_statements: file.beside.statements.into_iter().map(statement).collect(),
            letters: file.beside.letters.into_iter().map(paper).collect(),
            links: file
                .beside
                .links
                .into_iter()
                .map(|(one, _)| link(one))
                .collect(),
            verbs: file
                .buttons
                .iter()
                .map(|one| one.verb.id().to_owned())
                .collect(),
            id: case.id.to_string(),
            no: case.no,
            kind: case.kind.id.clone(),
            kind_title: case.kind.title.clone(),
            title: case.title,
            state: case.now.state,
            state_title: file.state,
            grade: case.now.grade,
            owner: file.owner,
            place: file.place,
            watched_by: Some(file.watch).filter(|name| !name.is_empty()),
            version: case.version,
            opened_at: case.opened_at.rfc3339(),
            ended_at: case.ended_at.map(Instant::rfc3339),
            closing: case.closing,
        }
    }
}

fn person(one: cases::PartyLine) -> PersonItem {
    PersonItem {
        role: one.role,
        label: one.label,
        name: one.name,
        phone: one.phone,
        sealed: one.secret,
        employer: one.employer.map(|id| id.to_string()),
    }
}

fn clock(one: Clock) -> ClockItem {
    ClockItem {
        title: one.title,
        state: state(one.state),
        owner: one.owner,
        due: one.due.map(Instant::rfc3339),
        words: one.words,
    }
}

fn event(one: show::Entry) -> EventItem {
    EventItem {
        at: one.moment.rfc3339(),
        title: one.title,
        actor: one.actor,
        on_behalf: one.on_behalf,
        note: one.note,
        followed: one.followed,
    }
}

fn evidence(one: show::Piece) -> EvidenceItem {
    EvidenceItem {
        id: one.line.id.to_string(),
        kind: one.line.kind,
        kind_title: one.kind,
        text: one.line.text,
        amount: one.line.amount.map(kernel::Fen::plain),
        file: one.line.file,
        size: one.line.size,
        digest: one.line.digest,
        at: one.line.added_at.rfc3339(),
    }
}

fn paper(one: union::letters::LetterLine) -> PaperItem {
    PaperItem {
        id: one.id.to_string(),
        template: one.template,
        title: one.title,
        number: one.number,
        state: one.state.id(),
    }
}

fn statement(one: Given) -> StatementItem {
    StatementItem {
        id: one.share.id.to_string(),
        given_at: one.share.shared_at.rfc3339(),
        withdrawn_at: one.share.withdrawn_at.map(Instant::rfc3339),
    }
}

fn link(one: cases::LinkLine) -> LinkItem {
    LinkItem {
        id: one.id.to_string(),
        no: one.no,
        title: one.title,
        kind: one.kind,
        from_here: one.from_here,
    }
}

async fn card(
    State(app): State<App>,
    who: Who,
    Path(id): Path<CaseId>,
) -> Result<Json<CaseCard>, Problem> {
    let (may, now) = (who.capabilities, app.now());
    let file = app
        .read(&who, move |tx| show::gather(tx, may, id, now))
        .await?;
    if file.case.kind.confidentiality != Confidentiality::Internal {
        let case = file.case.clone();
        app.write(&who, move |tx| cases::note_view(tx, &case))
            .await?;
    }
    Ok(Json(file.into()))
}
