//! 我的资料: everything the union holds about one member, for that member, in forms a machine can read (PIPL 45).

use kernel::ids::MemberId;
use serde_json::{Value as Json, json};
use store::{Audit, Tx, args};

use super::prepare::field;
use super::read::open;
use super::rules::Permit;
use super::{MemberError, codes, consents, get, period, requests, sql, transfers};
use crate::orgs;

/// The whole record with its numbers in clear, as JSON. On record: the member reads that they took it.
///
/// # Errors
/// [`MemberError::NotFound`] for anybody else's record.
pub fn export(tx: &mut Tx, permit: &Permit, id: MemberId) -> Result<Json, MemberError> {
    permit.require_own(id)?;
    let member = get(tx, id)?;
    let district = *tx.district();
    let row = tx.one(&sql::member::GET, args![district, id])?;
    let clear = |tx: &Tx, name: &str, at: usize| -> Result<Option<String>, MemberError> {
        Ok(open(tx.vault(), name, id, row.bytes(at)?)?)
    };
    let label = |coded: codes::CodedField, code: &Option<String>| {
        code.as_deref().map(|code| coded.label_of(code))
    };
    let union = tx
        .across("the member's own union", |tx| orgs::named(tx, member.org))
        .map_err(MemberError::room)?
        .name;
    let record = json!({
        "姓名": member.name, "性别": member.sex.label(), "出生日期": member.birth_on,
        "证件类型": member.id_type.label(), "证件号码": clear(tx, field::ID, 8)?,
        "手机号码": clear(tx, field::PHONE, 9)?, "银行卡号": clear(tx, field::BANK, 10)?,
        "民族": label(codes::ETHNIC, &member.ethnic), "学历": label(codes::EDUCATION, &member.education),
        "政治面貌": label(codes::POLITICS, &member.politics), "技术等级": label(codes::SKILL, &member.skill),
        "户籍类型": label(codes::HOUSEHOLD, &member.household), "就业状况": label(codes::EMPLOYMENT, &member.employment),
        "工种": member.job_title, "农民工": member.groups.migrant, "新就业形态": member.groups.new_form,
        "困难职工": member.groups.difficult, "劳模工匠": member.groups.model_worker, "医疗互助": member.groups.mutual_aid,
        "实名": member.real_name, "会籍状态": member.status.label(), "工会": union, "入会日期": member.joined_on,
        "会员卡号": member.card_no,
    });
    let whole = json!({
        "资料": record,
        "会籍": periods(tx, id)?,
        "转会": transfers_of(tx, id)?,
        "同意": consents_of(tx, id)?,
        "请求": requests_of(tx, id)?,
        "导出时间": tx.now().rfc3339(),
    });
    tx.audit(
        Audit::of("member.exported", "member", id)
            .at(&member.org_path)
            .why("本人导出"),
    )?;
    Ok(whole)
}

/// Name and phone of the member, in clear, for what the member files under the own name: only for the member, and
/// never for a page.
///
/// # Errors
/// [`MemberError::NotFound`] for anybody else's record.
pub fn contact(
    tx: &mut Tx,
    permit: &Permit,
    id: MemberId,
) -> Result<(String, Option<String>), MemberError> {
    permit.require_own(id)?;
    let member = get(tx, id)?;
    let district = *tx.district();
    let row = tx.one(&sql::member::GET, args![district, id])?;
    let phone = open(tx.vault(), field::PHONE, id, row.bytes(9)?)?;
    Ok((member.name, phone))
}

/// The record itself as two columns of CSV, with the mark that makes spreadsheets read UTF-8.
pub fn to_csv(export: &Json) -> String {
    let mut out = String::from("\u{FEFF}项目,内容\r\n");
    let record = export.get("资料").and_then(Json::as_object);
    for (name, value) in record.into_iter().flatten() {
        let text = match value {
            Json::Null => String::new(),
            Json::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        out.push_str(&format!("{},{}\r\n", quoted(name), quoted(&text)));
    }
    out
}

/// Quoted always; a leading sign is kept from being read as a formula.
fn quoted(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    format!("\"{}\"", guarded.replace('"', "\"\""))
}

fn periods(tx: &mut Tx, id: MemberId) -> Result<Vec<Json>, MemberError> {
    let mut out = Vec::new();
    for period in period::of_member(tx, id)? {
        let union = tx
            .across("the member's own unions", |tx| orgs::named(tx, period.org))
            .map_err(MemberError::room)?
            .name;
        out.push(json!({
            "工会": union, "起": period.from_on, "止": period.to_on, "开始方式": period.change_in.label(),
            "结束方式": period.change_out.map(|change| change.label()), "原因": period.reason.label(), "依据": period.evidence,
        }));
    }
    Ok(out)
}

fn transfers_of(tx: &mut Tx, id: MemberId) -> Result<Vec<Json>, MemberError> {
    let of = transfers::of_member(tx, id)?;
    Ok(of
        .iter()
        .map(|one| json!({ "提出": one.requested_on, "状态": one.state.label(), "说明": one.note }))
        .collect())
}

fn consents_of(tx: &mut Tx, id: MemberId) -> Result<Vec<Json>, MemberError> {
    let of = consents::of_member(tx, id)?;
    Ok(of.iter().map(|line| json!({ "用途": line.purpose.title, "同意时间": line.given_at.map(|at| at.rfc3339()) })).collect())
}

fn requests_of(tx: &mut Tx, id: MemberId) -> Result<Vec<Json>, MemberError> {
    let of = requests::of_member(tx, id)?;
    Ok(of.iter().map(|one| json!({ "请求": one.kind.label(), "内容": one.detail, "状态": one.state.label(), "答复": one.answer })).collect())
}
