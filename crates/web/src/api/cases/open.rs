//! 登记办件: a case comes in by machine, entered by staff for somebody. What a kind asks is told beside it.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::case_kind::CaseKind;
use kernel::ids::{CaseId, OrgId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::{self, CaseError};
use union::orgs;

use super::act::at_fields;
use super::verbs::{FieldForm, Named, named};
use crate::api::asked::{Sent, done};
use crate::api::check::Id;
use crate::api::operations::{Nothing, Operations};
use crate::console::cases::intake;
use crate::shell::{App, Form, Need, Problem, Who};

pub(super) fn operations() -> Operations {
    let act = Need::Cap(Capability::CasesAct);
    Operations::new()
        .get::<Nothing, KindList, _, _>(
            "/api/case-kinds",
            act,
            "岗位可以登记的办件类型：从哪里来、要填什么",
            kinds,
        )
        .post::<NewMatter, Opened, _, _>(
            "/api/cases",
            act,
            "登记一件办件（代办）；同一事项已在办的，记在原件上（200）",
            &[201, 200],
            open,
        )
}

#[derive(Serialize, JsonSchema)]
struct KindList {
    items: Vec<KindItem>,
}

/// A kind of case.
#[derive(Serialize, JsonSchema)]
struct KindItem {
    id: String,
    title: String,
    /// 从哪里来
    doors: Vec<Named>,
    fields: Vec<FieldForm>,
}

impl From<&'static CaseKind> for KindItem {
    fn from(kind: &'static CaseKind) -> Self {
        let doors = kind.door.iter();
        let doors = doors.map(|one| (one.id.clone(), one.title.clone()));
        Self {
            id: kind.id.clone(),
            title: kind.title.clone(),
            doors: named(doors.collect()),
            fields: intake::asked(kind)
                .into_iter()
                .map(FieldForm::from)
                .collect(),
        }
    }
}

async fn kinds(State(app): State<App>, who: Who) -> Result<Json<KindList>, Problem> {
    let may = who.capabilities;
    let kinds = app
        .read(&who, move |tx| {
            let offered = intake::offered(tx, may).into_iter();
            offered
                .map(|(id, _)| cases::kind(&id, *tx.district(), tx.today()))
                .collect::<Result<Vec<_>, CaseError>>()
        })
        .await?;
    Ok(Json(KindList {
        items: kinds.into_iter().map(KindItem::from).collect(),
    }))
}

/// A matter that staff enter for somebody.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewMatter {
    /// 办件类型编号，见 /api/case-kinds
    kind: String,
    /// 从哪里来，该类型的一种
    door: String,
    /// 事发地工会编号
    #[schemars(with = "Id")]
    place: OrgId,
    /// 是什么事，一句话；不写当事人姓名
    title: String,
    /// 栏目名与文字值
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// 反映人；加密保存
    reporter: Option<Person>,
    /// 本人怎样同意代填；写了反映人就要写
    #[schemars(extend("enum" = consents()))]
    consent: Option<String>,
}

/// Whoever told of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Person {
    #[serde(default)]
    name: String,
    /// 手机号
    #[serde(default)]
    phone: String,
}

fn consents() -> Vec<Option<&'static str>> {
    let known = intake::CONSENTS.into_iter().map(Some);
    known.chain([None]).collect()
}

/// What became of it.
#[derive(Serialize, JsonSchema)]
struct Opened {
    id: String,
    no: String,
    /// 同一事项已在办：本次内容记在原件上
    again: bool,
    /// 回执编号，交给本人查进度；原件不在管理范围内的没有
    receipt: Option<String>,
}

/// The same as the page's form would bring.
fn form_of(body: &NewMatter) -> Form {
    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut pairs = vec![text("door", &body.door), text("title", &body.title)];
    if let Some(person) = &body.reporter {
        pairs.extend([text("reporter", &person.name), text("phone", &person.phone)]);
    }
    pairs.extend(body.consent.as_deref().map(|one| text("consent", one)));
    let fields = body.fields.iter();
    pairs.extend(fields.map(|(name, value)| text(&format!("field.{name}"), value)));
    Form::from_pairs(pairs)
}

async fn open(
    State(app): State<App>,
    who: Who,
    Sent { body, once }: Sent<NewMatter>,
) -> Result<Response, Problem> {
    let (may, form) = (who.capabilities, form_of(&body));
    let (kind, place) = (body.kind.clone(), body.place);
    let enter = move |tx: &mut Tx| {
        let place = orgs::get(tx, place)?.id;
        let new = intake::new_case(tx, may, (kind, place), &form)?;
        let case = cases::open(tx, &new)?;
        let status = if case.again {
            StatusCode::OK
        } else {
            StatusCode::CREATED
        };
        let opened = Opened {
            id: case.id.to_string(),
            no: case.no,
            again: case.again,
            receipt: None,
        };
        Ok::<_, CaseError>(done(status, &opened))
    };
    let beside = move |tx: &mut Tx, body: &mut Value| hand_out(tx, may, body);
    match once.write_beside(&app, &who, enter, beside).await {
        Err(problem) => Err(located(&app, &who, body.kind, problem).await),
        done => done,
    }
}

/// The receipt is a secret, so it is not kept with the answer.
fn hand_out(tx: &mut Tx, may: CapabilitySet, body: &mut Value) -> Result<(), CaseError> {
    let id = body.get("id").and_then(Value::as_str);
    let Some(id) = id.and_then(|id| id.parse::<CaseId>().ok()) else {
        return Ok(());
    };
    let receipt = match cases::receipt(tx, may, id) {
        Ok(receipt) => Value::String(receipt),
        Err(CaseError::NotFound) => Value::Null,
        Err(error) => return Err(error),
    };
    if let Some(body) = body.as_object_mut() {
        body.insert("receipt".to_owned(), receipt);
    }
    Ok(())
}

/// A refusal with the fields that mend it.
async fn located(app: &App, who: &Who, kind: String, problem: Problem) -> Problem {
    if !problem.status.is_client_error() || problem.status == StatusCode::NOT_FOUND {
        return problem;
    }
    let kind = app
        .read(who, move |tx| {
            cases::kind(&kind, *tx.district(), tx.today())
        })
        .await;
    let Ok(kind) = kind else {
        return problem;
    };
    let errors = intake::located(&problem, &intake::asked(kind));
    at_fields(problem, &errors, told)
}

/// A box of the page as the body calls it.
fn told(field: &str) -> String {
    match (field.strip_prefix("field."), field) {
        (Some(name), _) => format!("fields.{name}"),
        (None, "reporter") => "reporter.name".to_owned(),
        (None, "phone") => "reporter.phone".to_owned(),
        (None, other) => other.to_owned(),
    }
}
