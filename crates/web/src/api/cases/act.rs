//! 办理: one operation for every verb. The fields are those of the page's form, and the page's own function reads them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::Date;
use kernel::case_kind::Verb;
use kernel::ids::{AccountId, CaseId, OrgId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{Acted, CaseError, FileBytes, LARGEST_FILE};

use crate::api::asked::{Sent, body_field, done};
use crate::api::check::Id;
use crate::api::operations::Operations;
use crate::console::cases::act;
use crate::console::cases::boxes::{FILES, ending};
use crate::console::cases::part;
use crate::shell::{App, FieldErrors, Form, Need, Path, Problem, Who};

/// Room for the files of one body, which base64 makes a third larger, and for the rest.
const LARGEST_MB: usize = (FILES * (LARGEST_FILE >> 20) * 4) / 3 + 1;

pub(super) fn operations() -> Operations {
    Operations::new().post::<Deed, DeedDone, _, _>(
        "/api/cases/{id}/verbs/{verb}",
        Need::Cap(Capability::CasesAct),
        "办理一个动作；不能办的答 409 与全部理由，栏目不合要求的答 422",
        &[200],
        carry_out,
    )
}

/// What comes with a verb. What it asks is told by GET of the same address.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Deed {
    /// 所依据的版本；他人先办过的答 409
    version: i64,
    /// 办理说明
    #[serde(default)]
    note: String,
    /// 栏目名与文字值
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// 下一承办
    next: Option<Next>,
    /// previous、initiator，或某个单位的编号
    back_to: Option<String>,
    /// 办结类型代码
    closing: Option<String>,
    /// 要延期的时限
    clock: Option<String>,
    /// 延长多少，单位随时限
    #[schemars(range(min = 1, max = 3650))]
    extend_days: Option<u32>,
    /// 中止到哪一天，含当天
    #[schemars(with = "Option<String>")]
    until: Option<Date>,
    /// 并入哪一件：编号
    other: Option<String>,
    /// 两件写的事项或单位不一样，经办人确认是同一件事
    #[serde(default)]
    same: bool,
    /// 回访
    call: Option<CallBack>,
    /// 凭证，最多 3 件
    #[serde(default)]
    #[schemars(length(max = 3))]
    evidence: Vec<Piece>,
    /// 拆出的一件
    part: Option<Part>,
}

/// The next owner.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Next {
    /// 单位编号；不填为现承办单位
    #[schemars(with = "Option<Id>")]
    org: Option<OrgId>,
    /// 账号编号；不填由该单位决定
    #[schemars(with = "Option<Id>")]
    person: Option<AccountId>,
}

/// A call-back.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CallBack {
    /// 回访了谁，如 工人一
    #[schemars(length(min = 1))]
    whom: String,
    /// 问题解决了
    solved: bool,
    /// 满意
    satisfied: bool,
}

/// A piece of evidence.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Piece {
    /// 凭证种类
    kind: String,
    #[serde(default)]
    text: String,
    /// 元
    amount: Option<String>,
    file: Option<Paper>,
}

/// A file; checked as on the page.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Paper {
    name: String,
    /// 如 image/jpeg
    media: String,
    /// 内容，标准 base64；收照片、PDF、OFD、Word、Excel、WPS、录音、视频，按内容核对
    base64: String,
}

/// A case that is split off.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// 办件类型
    kind: String,
    door: String,
    title: String,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

/// Where the case stands.
#[derive(Serialize, JsonSchema)]
struct DeedDone {
    state: String,
    version: i64,
    /// 拆出的一件的编号
    opened: Option<String>,
}

impl From<Acted> for DeedDone {
    fn from(acted: Acted) -> Self {
        Self {
            state: acted.state,
            version: acted.version,
            opened: acted.opened.map(|one| one.id.to_string()),
        }
    }
}

/// The same as the page's form would bring.
struct Posted {
    form: Form,
    files: Vec<(String, FileBytes)>,
    /// Kind of the case that is split off.
    part: Option<String>,
}

fn posted(deed: Deed) -> Result<Posted, Problem> {
    let mut pairs = vec![
        ("version".to_owned(), deed.version.to_string()),
        ("note".to_owned(), deed.note),
    ];
    let mut put = |name: &str, value: Option<String>| {
        pairs.extend(value.map(|value| (name.to_owned(), value)));
    };
    put("back_to", deed.back_to);
    put("closing", deed.closing);
    put("clock", deed.clock);
    put("extend_days", deed.extend_days.map(|n| n.to_string()));
    put("until", deed.until.map(|day| day.to_string()));
    put("other", deed.other);
    put("same", deed.same.then(|| "yes".to_owned()));
    put("next", deed.next.map(next));
    let answer = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    if let Some(call) = deed.call {
        put("whom", Some(call.whom));
        put("solved", Some(answer(call.solved)));
        put("satisfied", Some(answer(call.satisfied)));
    }
    let part = deed.part.map(|part| {
        put("door", Some(part.door));
        put("title", Some(part.title));
        (part.kind, part.fields)
    });
    let mut files = Vec::new();
    for (at, piece) in deed.evidence.into_iter().enumerate() {
        let end = ending(at);
        put(&format!("evidence{end}"), Some(piece.kind));
        put(&format!("evidence_text{end}"), Some(piece.text));
        put(&format!("evidence_amount{end}"), piece.amount);
        if let Some(paper) = piece.file {
            files.push((format!("file{end}"), file(paper, at)?));
        }
    }
    let (part, fields) = match part {
        Some((kind, fields)) => (Some(kind), fields),
        None => (None, deed.fields),
    };
    for (name, value) in fields {
        put(&format!("field.{name}"), Some(value));
    }
    Ok(Posted {
        form: Form::from_pairs(pairs),
        files,
        part,
    })
}

fn next(next: Next) -> String {
    let text = |id: Option<String>| id.unwrap_or_default();
    let org = text(next.org.map(|id| id.to_string()));
    match next.person {
        Some(person) => format!("{org}/{person}"),
        None => org,
    }
}

fn file(paper: Paper, at: usize) -> Result<FileBytes, Problem> {
    let bytes = STANDARD.decode(paper.base64).map_err(|_| {
        let name = format!("evidence.{at}.file.base64");
        let words = format!("{name} 不是完整的 base64");
        body_field(&name, words)
    })?;
    Ok(FileBytes {
        name: paper.name,
        media: paper.media,
        bytes,
    })
}

fn perform(
    tx: &mut Tx,
    may: CapabilitySet,
    at: (CaseId, &Verb),
    posted: Posted,
) -> Result<Acted, CaseError> {
    match posted.part {
        Some(kind) => part::perform(tx, may, at, kind, &posted.form),
        None => act::perform(tx, may, at, &posted.form, posted.files),
    }
}

async fn carry_out(
    State(app): State<App>,
    who: Who,
    Path((id, verb)): Path<(CaseId, String)>,
    Sent { body, once }: Sent<Deed, LARGEST_MB>,
) -> Result<Response, Problem> {
    let (may, done_with) = (who.capabilities, Verb::of(verb.clone()));
    let posted = posted(body)?;
    let result = once
        .write(&app, &who, move |tx| {
            let acted = perform(tx, may, (id, &done_with), posted)?;
            Ok::<_, CaseError>(done(StatusCode::OK, &DeedDone::from(acted)))
        })
        .await;
    match result {
        Err(problem) if problem.status == StatusCode::CONFLICT => {
            Err(named(&app, &who, (id, verb), problem).await)
        }
        other => other,
    }
}

/// A refusal with the fields that mend it. The rules speak of all at once; where the verb is offered and every reason
/// is a field's, it is the fields that are wrong.
async fn named(app: &App, who: &Who, (id, verb): (CaseId, String), problem: Problem) -> Problem {
    let may = who.capabilities;
    let sheet = app
        .read(who, move |tx| act::sheet(tx, may, id, &verb))
        .await;
    let sheet = match sheet {
        Ok(sheet) => sheet,
        // Its kind knows no such verb.
        Err(gone) if gone.status == StatusCode::NOT_FOUND => return gone,
        Err(_) => return problem,
    };
    let located = act::located(&problem, &sheet);
    at_fields(problem, &located, told)
}

/// A refusal with the fields that mend it, as the body calls them; where every reason is a field's, it is the fields
/// that are wrong.
pub(super) fn at_fields(
    mut problem: Problem,
    located: &FieldErrors,
    told: fn(&str) -> String,
) -> Problem {
    let all = located.all();
    let fields: Box<[(Cow<'static, str>, String)]> = all
        .iter()
        .filter(|(field, _)| !field.is_empty())
        .map(|(field, message)| (told(field).into(), message.clone()))
        .collect();
    if fields.len() == all.len() && !problem.refusals.is_empty() {
        problem.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    if fields.len() == all.len() {
        problem.field = fields.first().map(|(field, _)| field.to_string());
    }
    problem.fields = fields;
    problem
}

/// A field of the form as the body calls it.
fn told(field: &str) -> String {
    match field.strip_prefix("field.") {
        Some(name) => format!("fields.{name}"),
        None if matches!(field, "whom" | "solved" | "satisfied") => format!("call.{field}"),
        None => field.to_owned(),
    }
}
