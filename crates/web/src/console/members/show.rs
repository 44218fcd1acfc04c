//! 会员 one member: who it is, what happened to the membership, who opened the record.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum_extra::extract::CookieJar;
use kernel::Date;
use kernel::ids::MemberId;
use serde::Deserialize;
use union::access::{Capability, Roles};
use union::members::accounts;
use union::members::duplicates::{self, Merge};
use union::members::requests::{self, Request};
use union::members::reveal::{self, Masked, Opening};
use union::members::transfers::{self, Transfer};
use union::members::{self, Change, Member, MemberError, Permit, Status, Step, codes};
use union::{employers, orgs};

use super::names::Names;
use super::roster::{Badge, badge};
use crate::shell::{App, FieldErrors, Form, Frame, Need, Path, Problem, Query, Routes, Who, page};

pub(super) fn routes() -> Routes {
    Routes::new().get("/members/{id}", Need::Cap(Capability::MembersRead), show)
}

/// What an act left to be said.
#[derive(Deserialize, Default)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

fn done_message(done: &str) -> Option<String> {
    let text = match done {
        "changed" => "已办理，会籍变动已记入下方时间线。",
        "corrected" => "已更正。",
        "linked" => "已关联个人账号，本人现在可以用它打开自己的会员卡和资料。",
        "behalf" => "已代为提交，本人在职工大厅看得到是谁代办的。",
        "entered" => "已登记为会员。",
        "updated" => "此人已在册，已更新资料。",
        "unchanged" => "此人已在册，资料没有变化。",
        "rejoined" => "已重新入会。",
        "issued" => "已开具转会，等待转入工会接收。",
        "merged" => "已合并。如合并有误，可在下方撤销。",
        "undone" => "已撤销合并，两条记录恢复原样。",
        _ => return None,
    };
    Some(text.to_owned())
}

/// A step of the timeline.
pub(super) struct Event {
    class: &'static str,
    on: Date,
    what: String,
    reason: String,
    evidence: String,
    actor: String,
}

/// A line of the details: label and value.
pub(super) type Detail = (&'static str, String);

/// A masked field with its reveal link.
pub(super) struct Number {
    label: &'static str,
    code: &'static str,
    masked: String,
}

#[derive(Template)]
#[template(path = "console/members/show.html")]
pub(super) struct ShowPage {
    frame: Frame,
    member: Member,
    badge: Badge,
    age: String,
    union: String,
    town: String,
    numbers: Vec<Number>,
    details: Vec<Detail>,
    tags: Vec<&'static str>,
    events: Vec<Event>,
    transfers: Vec<Transfer>,
    names: Names,
    requests: Vec<Request>,
    openings: Vec<Opening>,
    merges: Vec<Merge>,
    steps: Vec<&'static Step>,
    /// The own union has been dissolved: who comes back chooses another.
    gone: bool,
    /// Whether the member can open the own record.
    has_account: bool,
    may_correct: bool,
    may_transfer: bool,
    may_reveal: bool,
    may_decide: bool,
    shown: Option<(&'static str, String)>,
    errors: FieldErrors,
    verb: String,
    typed: Form,
    today: Date,
}

impl ShowPage {
    fn open(&self, verb: &str) -> bool {
        self.verb == verb
    }
    fn was(&self, name: &str) -> &str {
        self.typed.text(name)
    }
}

/// What the record's page needs, read in one snapshot.
struct Loaded {
    member: Member,
    employer: String,
    names: Names,
    events: Vec<Event>,
    transfers: Vec<Transfer>,
    requests: Vec<Request>,
    openings: Vec<Opening>,
    merges: Vec<Merge>,
    has_account: bool,
    gone: bool,
    noted: bool,
}

/// What the page shows besides the record: an act that failed, or a number just revealed.
#[derive(Default)]
pub(super) struct Shown {
    pub flash: Option<String>,
    pub errors: FieldErrors,
    pub verb: String,
    pub typed: Form,
    pub number: Option<(&'static str, String)>,
}

async fn show(
    State(app): State<App>,
    who: Who,
    jar: CookieJar,
    Path(id): Path<MemberId>,
    Query(done): Query<Done>,
) -> Result<Response, Problem> {
    let shown = Shown {
        flash: done_message(&done.done),
        ..Default::default()
    };
    draw(&app, &who, &jar, id, StatusCode::OK, shown).await
}

/// Draws the page of a member.
pub(super) async fn draw(
    app: &App,
    who: &Who,
    jar: &CookieJar,
    id: MemberId,
    status: StatusCode,
    shown: Shown,
) -> Result<Response, Problem> {
    let worker = app.clone();
    let loaded = app
        .read(who, move |tx| load(tx, worker.roles(), id))
        .await?;
    if !loaded.noted {
        // The member reads who opened the record: once a day for each account.
        app.write(who, move |tx| reveal::note_opened(tx, id))
            .await?;
    }
    Ok(page(status, &view(app, who, jar, loaded, shown)))
}

fn load(tx: &mut store::Tx, roles: &Roles, id: MemberId) -> Result<Loaded, MemberError> {
    let member = members::get(tx, id)?;
    let room = |error: orgs::OrgError| MemberError::Room(Box::new(error));
    let mut events = Vec::new();
    for period in members::periods(tx, id)? {
        let union = orgs::named(tx, period.org).map_err(room)?.name;
        let out = match (period.to_on, period.change_out) {
            (Some(on), Some(change)) => {
                let class = if matches!(change, Change::TransferOut | Change::Keep) {
                    "on"
                } else {
                    "late"
                };
                Some(Event {
                    class,
                    on,
                    what: format!("{} · {union}", change.label()),
                    reason: period.reason.label().to_owned(),
                    evidence: period.evidence.clone(),
                    actor: period.actor.clone(),
                })
            }
            _ => None,
        };
        let closed = out.is_some();
        events.extend(out);
        events.push(Event {
            class: "ok",
            on: period.from_on,
            what: format!("{} · {union}", period.change_in.label()),
            reason: if closed {
                String::new()
            } else {
                period.reason.label().to_owned()
            },
            evidence: if closed {
                String::new()
            } else {
                period.evidence
            },
            actor: if closed { String::new() } else { period.actor },
        });
    }
    let employer = match member.employer {
        Some(employer) => employers::get(tx, employer)
            .map(|employer| employer.name)
            .unwrap_or_default(),
        None => members::unit_written(tx, id)?
            .map(|written| format!("{written}（本人所写，尚未与企业台账对上）"))
            .unwrap_or_default(),
    };
    let transfers = transfers::of_member(tx, id)?;
    let mut paths = vec![&member.org_path];
    paths.extend(
        transfers
            .iter()
            .flat_map(|transfer| [&transfer.from_path, &transfer.to_path]),
    );
    let names = Names::of(tx, paths)?;
    Ok(Loaded {
        names,
        employer,
        events,
        transfers,
        requests: requests::of_member(tx, id)?,
        openings: reveal::openings(tx, id)?,
        merges: duplicates::merges_of(tx, id)?,
        has_account: !accounts::of_member(tx, roles, id)?.is_empty(),
        gone: members::home_is_gone(tx, &member)?,
        noted: reveal::was_noted(tx, id)?,
        member,
    })
}

fn view(app: &App, who: &Who, jar: &CookieJar, loaded: Loaded, shown: Shown) -> ShowPage {
    let permit = Permit::of(who);
    let member = loaded.member;
    let today = app.now().shanghai_date();
    let title = if shown.errors.is_empty() {
        member.name.clone()
    } else {
        format!("错误：{}", member.name)
    };
    let frame = Frame::new(app, who, jar, title, "/members")
        .crumb("会员名册", "/members")
        .crumb(member.name.clone(), "")
        .flash(shown.flash);
    let steps = members::steps_from(member.status)
        .filter(|step| permit.allows(step.need))
        .collect();
    ShowPage {
        frame,
        badge: badge(member.status, member.real_name),
        age: member
            .birth_on
            .map(|birth| format!("{} 岁", members::age_on(birth, today)))
            .unwrap_or_default(),
        union: loaded.names.union(&member.org_path).to_owned(),
        town: loaded.names.town(&member.org_path).to_owned(),
        numbers: numbers(&member),
        details: details(&member, loaded.employer),
        tags: tags(&member),
        events: loaded.events,
        transfers: loaded.transfers,
        names: loaded.names,
        requests: loaded.requests,
        openings: loaded.openings,
        merges: loaded.merges,
        steps,
        gone: loaded.gone,
        has_account: loaded.has_account,
        may_correct: who.can(Capability::MembersChange) && member.status != Status::Merged,
        may_transfer: who.can(Capability::MembersChange)
            && matches!(member.status, Status::Active | Status::Kept),
        may_reveal: who.can(Capability::MembersReveal),
        may_decide: who.can(Capability::DuplicatesDecide),
        shown: shown.number,
        errors: shown.errors,
        verb: shown.verb,
        typed: shown.typed,
        today,
        member,
    }
}

fn numbers(member: &Member) -> Vec<Number> {
    let number = |what: Masked, masked: Option<&String>| {
        masked
            .filter(|masked| !masked.is_empty())
            .map(|masked| Number {
                label: what.label(),
                code: what.code(),
                masked: masked.clone(),
            })
    };
    [
        number(Masked::Paper, Some(&member.id_masked)),
        number(Masked::Phone, member.phone_masked.as_ref()),
        number(Masked::Bank, member.bank_masked.as_ref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn details(member: &Member, employer: String) -> Vec<Detail> {
    let code = |coded: codes::CodedField, code: &Option<String>| {
        code.as_deref()
            .map(|code| coded.label_of(code))
            .unwrap_or_default()
    };
    let all = [
        ("证件类型", member.id_type.label().to_owned()),
        (
            "出生",
            member
                .birth_on
                .map(|birth| members::birth_beside(member.id_type, birth))
                .unwrap_or_default(),
        ),
        ("用人单位", employer),
        ("工种", member.job_title.clone().unwrap_or_default()),
        ("技术等级", code(codes::SKILL, &member.skill)),
        ("就业状况", code(codes::EMPLOYMENT, &member.employment)),
        ("学历", code(codes::EDUCATION, &member.education)),
        ("民族", code(codes::ETHNIC, &member.ethnic)),
        ("政治面貌", code(codes::POLITICS, &member.politics)),
        ("户籍类型", code(codes::HOUSEHOLD, &member.household)),
        ("入会日期", member.joined_on.to_string()),
        ("会员卡号", member.card_no.clone().unwrap_or_default()),
        ("登记时间", member.created_at.shanghai_text()),
    ];
    all.into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect()
}

fn tags(member: &Member) -> Vec<&'static str> {
    let groups = member.groups;
    let marks = [
        (groups.migrant, "农民工"),
        (groups.new_form, "新就业形态"),
        (groups.difficult, "困难职工"),
        (groups.model_worker, "劳模工匠"),
        (groups.mutual_aid, "医疗互助"),
    ];
    marks
        .into_iter()
        .filter(|(is, _)| *is)
        .map(|(_, words)| words)
        .collect()
}
