//! 可办的动作: the verbs somebody may use on a case now, and what one of them asks.

use axum::Json;
use axum::extract::State;
use kernel::case_kind::{Allowed, Effect, FieldType};
use kernel::ids::CaseId;
use schemars::JsonSchema;
use serde::Serialize;
use union::access::Capability;
use union::cases::{self, CaseError};

use crate::api::operations::{Nothing, Operations};
use crate::console::cases::Input;
use crate::console::cases::act::{self, Paper, Sheet};
use crate::shell::{App, Need, Path, Problem, Who};

pub(super) fn operations() -> Operations {
    let act = Need::Cap(Capability::CasesAct);
    Operations::new()
        .get::<Nothing, VerbList, _, _>(
            "/api/cases/{id}/verbs",
            act,
            "这件现在可办的动作，与页面上的按钮相同",
            list,
        )
        .get::<Nothing, VerbForm, _, _>(
            "/api/cases/{id}/verbs/{verb}",
            act,
            "一个动作要填什么；现在不能办的答 409 与全部理由",
            form,
        )
        .also(&[409])
}

#[derive(Serialize, JsonSchema)]
struct VerbList {
    /// 办理时须带上
    version: i64,
    items: Vec<VerbItem>,
}

/// A verb offered now.
#[derive(Serialize, JsonSchema)]
struct VerbItem {
    verb: String,
    title: String,
    /// 办后的状态；空为不变
    to: Option<String>,
    needs_note: bool,
    needs_next: bool,
    /// 须写明 part：拆出的一件
    splits: bool,
}

impl From<&Allowed> for VerbItem {
    fn from(one: &Allowed) -> Self {
        Self {
            verb: one.verb.id().to_owned(),
            title: one.title.clone(),
            to: one.to.clone(),
            needs_note: one.needs_note,
            needs_next: one.needs_next,
            splits: one.effect == Effect::Split,
        }
    }
}

/// What a verb asks.
#[derive(Serialize, JsonSchema)]
struct VerbForm {
    #[serde(flatten)]
    item: VerbItem,
    /// 办理时须带上
    version: i64,
    fields: Vec<FieldForm>,
    /// 还须有的凭证，如 走访记录 至少 1 件
    demanded: Vec<String>,
    /// 可附的凭证种类
    evidence: Vec<Named>,
    letters: Vec<LetterForm>,
    /// 可选的下一承办单位与人
    desks: Vec<DeskForm>,
    /// 名册上可选的人
    helpers: Vec<Named>,
    /// 可退回到哪里
    back_to: Vec<Named>,
    /// 办结类型
    closings: Vec<Named>,
    /// 可延期的时限
    clocks: Vec<Named>,
    /// 可并入的办件：id 为编号
    others: Vec<Named>,
    /// 中止到哪一天的限度，以及出处
    pause: Option<String>,
}

/// A field.
#[derive(Serialize, JsonSchema)]
pub(super) struct FieldForm {
    name: String,
    title: String,
    help: String,
    required: bool,
    /// text、long、integer、money（元）、date、choice、flag（是/否）、phone
    #[serde(rename = "type")]
    kind: &'static str,
    choices: Vec<String>,
}

/// A value with its words.
#[derive(Serialize, JsonSchema)]
pub(super) struct Named {
    id: String,
    title: String,
}

/// A letter that goes with a verb.
#[derive(Serialize, JsonSchema)]
struct LetterForm {
    template: String,
    title: String,
    /// 本件已有的这种文书的编号
    there: Vec<String>,
}

/// A desk.
#[derive(Serialize, JsonSchema)]
struct DeskForm {
    org: String,
    name: String,
    level: String,
    people: Vec<Named>,
}

pub(super) fn named(pairs: Vec<(String, String)>) -> Vec<Named> {
    pairs
        .into_iter()
        .map(|(id, title)| Named { id, title })
        .collect()
}

impl From<Input> for FieldForm {
    fn from(one: Input) -> Self {
        let name = one.name.strip_prefix("field.").unwrap_or(&one.name);
        Self {
            name: name.to_owned(),
            kind: match one.kind {
                FieldType::Text => "text",
                FieldType::Long => "long",
                FieldType::Integer => "integer",
                FieldType::Money => "money",
                FieldType::Date => "date",
                FieldType::Choice => "choice",
                FieldType::Flag => "flag",
                FieldType::Phone => "phone",
            },
            choices: if one.is_choice() {
                let known = one.choices.into_iter().map(|(value, _)| value);
                known.filter(|value| !value.is_empty()).collect()
            } else {
                Vec::new()
            },
            title: one.title,
            help: one.help,
            required: !one.optional,
        }
    }
}

impl From<Paper> for LetterForm {
    fn from(one: Paper) -> Self {
        Self {
            template: one.template,
            title: one.title,
            there: one.there.iter().map(|line| line.id.to_string()).collect(),
        }
    }
}

impl From<Sheet> for VerbForm {
    fn from(sheet: Sheet) -> Self {
        let helpers = sheet.helpers.unwrap_or_default();
        let desks = sheet.desks.into_iter().map(|one| DeskForm {
            org: one.org.to_string(),
            name: one.name,
            level: one.level,
            people: named(
                one.people
                    .into_iter()
                    .map(|(account, name)| (account.to_string(), name))
                    .collect(),
            ),
        });
        Self {
            item: VerbItem::from(&sheet.allowed),
            version: sheet.case.version,
            fields: sheet.inputs.into_iter().map(FieldForm::from).collect(),
            demanded: sheet.demanded,
            evidence: named(sheet.evidence),
            letters: sheet.letters.into_iter().map(LetterForm::from).collect(),
            desks: desks.collect(),
            helpers: named(
                helpers
                    .into_iter()
                    .map(|one| {
                        (
                            one.account.to_string(),
                            format!("{} · {}", one.name, one.firm),
                        )
                    })
                    .collect(),
            ),
            back_to: named(sheet.earlier),
            closings: named(sheet.closings),
            clocks: named(sheet.clocks),
            others: named(sheet.others),
            pause: sheet.pause.map(|pause| pause.bounds),
        }
    }
}

async fn list(
    State(app): State<App>,
    who: Who,
    Path(id): Path<CaseId>,
) -> Result<Json<VerbList>, Problem> {
    let may = who.capabilities;
    let (version, buttons) = app
        .read(&who, move |tx| {
            let case = cases::get(tx, may, id)?;
            Ok::<_, CaseError>((case.version, cases::buttons(tx, may, &case)))
        })
        .await?;
    Ok(Json(VerbList {
        version,
        items: buttons.iter().map(VerbItem::from).collect(),
    }))
}

async fn form(
    State(app): State<App>,
    who: Who,
    Path((id, verb)): Path<(CaseId, String)>,
) -> Result<Json<VerbForm>, Problem> {
    let may = who.capabilities;
    let sheet = app
        .read(&who, move |tx| act::sheet(tx, may, id, &verb))
        .await?;
    Ok(Json(sheet.into()))
}
