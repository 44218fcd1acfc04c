//! 我的资料: the own record, masked as everywhere; a copy to take away, for people and for machines.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use kernel::ids::MemberId;
use store::Tx;
use union::employers;
use union::members::codes::{self, CodedField};
use union::members::{self, Member, MemberError, Permit, own};
use union::orgs;

use super::frame::HallFrame;
use super::words;
use super::worker::Worker;
use crate::shell::{App, Need, Problem, Routes, page};

pub(super) fn routes() -> Routes {
    Routes::new()
        .get("/hall/data", Need::Member, show)
        .get("/hall/data/copy", Need::Member, copy)
        .post("/hall/data/copy.json", Need::Member, json)
        .post("/hall/data/copy.csv", Need::Member, csv)
}

/// One membership period in words.
struct Span {
    union: String,
    from: String,
    to: String,
    how: &'static str,
}

#[derive(Template)]
#[template(path = "hall/data.html")]
struct DataPage {
    frame: HallFrame,
    lines: Vec<(&'static str, String)>,
    spans: Vec<Span>,
}

#[derive(Template)]
#[template(path = "hall/copy.html")]
struct CopyPage {
    frame: HallFrame,
}

async fn show(State(app): State<App>, worker: Worker, jar: CookieJar) -> Result<Response, Problem> {
    let (lines, spans) = worker.read(&app, read).await?;
    let frame = HallFrame::new(&app, &jar, true, "我的资料")
        .await?
        .tab("/hall/data");
    Ok(page(
        StatusCode::OK,
        &DataPage {
            frame,
            lines,
            spans,
        },
    ))
}

type Record = (Vec<(&'static str, String)>, Vec<Span>);

fn read(tx: &mut Tx, _: &Permit, id: MemberId) -> Result<Record, MemberError> {
    let member = members::get(tx, id)?;
    let union = name_of(tx, member.org);
    let employer = match member.employer {
        Some(employer) => employers::named(tx, employer)
            .map(|employer| employer.name)
            .unwrap_or_default(),
        None => String::new(),
    };
    let mut spans = Vec::new();
    for period in members::periods(tx, id)? {
        spans.push(Span {
            union: name_of(tx, period.org),
            from: words::day(&period.from_on),
            to: period.to_on.as_ref().map(words::day).unwrap_or_default(),
            how: period.change_in.label(),
        });
    }
    Ok((lines(&member, union, employer), spans))
}

fn name_of(tx: &mut Tx, org: kernel::ids::OrgId) -> String {
    orgs::named(tx, org).map_or_else(|_| String::new(), |org| org.name)
}

/// What is on record, in the order people ask for it; empty ones are said to be empty.
fn lines(member: &Member, union: String, employer: String) -> Vec<(&'static str, String)> {
    let coded = |field: CodedField, code: &Option<String>| {
        code.as_deref()
            .map(|code| field.label_of(code))
            .unwrap_or_default()
    };
    let groups = [
        (member.groups.migrant, "农民工"),
        (member.groups.new_form, "新就业形态"),
        (member.groups.difficult, "困难职工"),
        (member.groups.model_worker, "劳模工匠"),
        (member.groups.mutual_aid, "参加医疗互助"),
    ];
    let groups: Vec<&str> = groups
        .iter()
        .filter(|(yes, _)| *yes)
        .map(|(_, label)| *label)
        .collect();
    vec![
        ("姓名", member.name.clone()),
        ("性别", member.sex.label().to_owned()),
        (
            "出生日期",
            member.birth_on.as_ref().map(words::day).unwrap_or_default(),
        ),
        (member.id_type.label(), member.id_masked.clone()),
        ("手机号码", member.phone_masked.clone().unwrap_or_default()),
        ("银行卡号", member.bank_masked.clone().unwrap_or_default()),
        ("所在工会", union),
        ("工作单位", employer),
        ("会籍", member.status.label().to_owned()),
        ("入会日期", words::day(&member.joined_on)),
        ("会员卡号", member.card_no.clone().unwrap_or_default()),
        ("工种", member.job_title.clone().unwrap_or_default()),
        ("民族", coded(codes::ETHNIC, &member.ethnic)),
        ("学历", coded(codes::EDUCATION, &member.education)),
        ("政治面貌", coded(codes::POLITICS, &member.politics)),
        ("技术等级", coded(codes::SKILL, &member.skill)),
        ("户籍类型", coded(codes::HOUSEHOLD, &member.household)),
        ("就业状况", coded(codes::EMPLOYMENT, &member.employment)),
        ("群体", groups.join("、")),
    ]
}

async fn copy(State(app): State<App>, _: Worker, jar: CookieJar) -> Result<Response, Problem> {
    let frame = HallFrame::new(&app, &jar, true, "下载我的资料")
        .await?
        .tab("/hall/data")
        .back("/hall/data");
    Ok(page(StatusCode::OK, &CopyPage { frame }))
}

async fn json(State(app): State<App>, worker: Worker) -> Result<Response, Problem> {
    let copy = worker.write(&app, own::export).await?;
    let text = serde_json::to_string_pretty(&copy).map_err(|fault| Problem::fault(&fault))?;
    Ok(file(
        "application/json; charset=utf-8",
        "my-record.json",
        text,
    ))
}

async fn csv(State(app): State<App>, worker: Worker) -> Result<Response, Problem> {
    let copy = worker.write(&app, own::export).await?;
    Ok(file(
        "text/csv; charset=utf-8",
        "my-record.csv",
        own::to_csv(&copy),
    ))
}

fn file(kind: &'static str, name: &str, text: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    (
        [
            (CONTENT_TYPE, kind.to_owned()),
            (CONTENT_DISPOSITION, disposition),
        ],
        text,
    )
        .into_response()
}
