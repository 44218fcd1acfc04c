//! 援助名册: lawyers and mediators who take cases, how many at a time, and whom they act for otherwise.
//!
//! Nobody gets a case against a client of theirs, and nobody gets more than was agreed. Both are looked at when the
//! page offers names and again when one is chosen.

use std::collections::BTreeMap;

use kernel::case_kind::CaseKind;
use kernel::ids::{AccountId, CaseId};
use kernel::{Date, Refusals};
use serde_json::json;
use store::{Audit, Tx, args};

use super::duty::{self, DutyShift};
use super::model::{ActInput, Case};
use super::{CaseError, desks, load, sql};
use crate::access::{self, Capability, CapabilitySet};
use crate::employers::NameRules;

/// Fields that name the other side, in the kinds that have rosters.
pub(super) const OTHER_SIDE: [&str; 2] = ["respondent", "employer"];

/// What the roster says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHelper {
    /// The account; it must hold a post beside the tree that handles cases.
    pub account: AccountId,
    /// Law firm or organisation.
    pub firm: String,
    /// Licence number.
    pub licence: String,
    /// What they are good at, in words.
    pub subjects: String,
    /// Open cases at a time.
    pub most_open: u32,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub to_on: Option<Date>,
    /// When on duty within the week; may be empty.
    pub duty: Vec<DutyShift>,
}

/// Somebody on the roster, for one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelperLine {
    /// The account.
    pub account: AccountId,
    /// Name of the person.
    pub name: String,
    /// Law firm or organisation.
    pub firm: String,
    /// What they are good at.
    pub subjects: String,
    /// Cases open now.
    pub open: u32,
    /// Open cases at a time.
    pub most_open: u32,
    /// The client of theirs that is the other side of the case.
    pub conflict: Option<String>,
    /// Hours on duty, in words; empty without fixed ones.
    pub duty: String,
    /// On duty at this moment.
    pub on_duty: bool,
}

impl HelperLine {
    /// Why this one cannot take the case.
    pub fn against(&self) -> Refusals {
        let mut refusals = Refusals::new();
        if let Some(client) = &self.conflict {
            refusals.add(
                "case.conflict",
                format!("{} 是「{client}」的代理人，须回避", self.name),
            );
        }
        refusals.require(
            self.open < self.most_open,
            "case.workload",
            format!(
                "{} 手上已有 {} 件（上限 {} 件）",
                self.name, self.open, self.most_open
            ),
        );
        refusals
    }
}

fn must_manage(may: CapabilitySet) -> Result<(), CaseError> {
    if may.has(Capability::CasesAssign) {
        Ok(())
    } else {
        Err(CaseError::Forbidden(Capability::CasesAssign.title()))
    }
}

/// Enters somebody on the roster, or corrects the entry (维护援助名册).
///
/// # Errors
/// The post may not, the account holds no post that handles cases, a field is not acceptable.
pub fn set_helper(tx: &mut Tx, may: CapabilitySet, new: &NewHelper) -> Result<(), CaseError> {
    must_manage(may)?;
    let mut refusals = Refusals::new();
    let serves = access::service_people(tx, Capability::CasesAct)?
        .iter()
        .any(|one| one.account == new.account);
    refusals.require(
        serves,
        "case.helper_post",
        "这个账号没有律师、调解员等服务岗位，请先由安全管理员授予",
    );
    refusals.require(
        new.most_open > 0,
        "case.helper_load",
        "同时办理的件数至少为 1",
    );
    refusals.require(
        !new.licence.trim().is_empty(),
        "case.helper_licence",
        "请填写执业证号或聘书编号",
    );
    refusals.require(
        new.to_on.is_none_or(|last| last >= new.from_on),
        "case.helper_days",
        "结束日期早于开始日期",
    );
    refusals.into_result()?;
    let district = *tx.district();
    tx.exec(
        &sql::SET_HELPER,
        args![
            district,
            new.account,
            new.firm.trim(),
            new.licence.trim(),
            new.subjects.trim(),
            new.most_open,
            new.from_on,
            new.to_on
        ],
    )?;
    duty::set(tx, new.account, &new.duty)?;
    tx.audit(
        Audit::of("case.helper_set", "account", new.account).detail(json!({
            "firm": new.firm, "most_open": new.most_open, "from_on": new.from_on, "to_on": new.to_on,
            "duty": duty::words(&new.duty),
        })),
    )?;
    Ok(())
}

/// Notes a client of somebody on the roster (登记利益冲突).
///
/// # Errors
/// The post may not, or the name is empty.
pub fn note_client(
    tx: &mut Tx,
    may: CapabilitySet,
    account: AccountId,
    name: &str,
) -> Result<(), CaseError> {
    // Lawyers declare their own clients.
    if tx.actor().account != Some(account) {
        must_manage(may)?;
    }
    let key = side_key(tx, name)?;
    if key.is_empty() {
        return Err(CaseError::refused(
            "case.client_name",
            "请写明代理的单位全称",
        ));
    }
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(
        &sql::NOTE_CLIENT,
        args![district, account, key, name.trim(), now],
    )?;
    tx.audit(
        Audit::of("case.client_noted", "account", account).detail(json!({ "client": name.trim() })),
    )?;
    Ok(())
}

/// A client's name as it is compared: without place, form and blanks.
fn side_key(tx: &Tx, name: &str) -> Result<String, CaseError> {
    let rules = NameRules::at(*tx.district(), tx.today())
        .map_err(|none| CaseError::Definition(none.to_string()))?;
    Ok(rules.core(name))
}

/// The roster as it stands for a case: who is on duty first, then the least busy; those who must stand aside last.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn helpers(
    tx: &mut Tx,
    may: CapabilitySet,
    case: CaseId,
) -> Result<Vec<HelperLine>, CaseError> {
    let case = load::visible(tx, may, case)?;
    roster(tx, &case)
}

fn roster(tx: &mut Tx, case: &Case) -> Result<Vec<HelperLine>, CaseError> {
    let (district, today) = (*tx.district(), tx.today());
    let mut sides = Vec::new();
    for name in OTHER_SIDE {
        if let Some(value) = case.now.fields.get(name) {
            sides.push(side_key(tx, value)?);
        }
    }
    let people = access::service_people(tx, desks::capability(case.kind)?)?;
    let load = loads(tx)?;
    let mut lines = Vec::new();
    for row in tx.all(&sql::HELPERS, args![district, today])? {
        let account: AccountId = row.get(0)?;
        let Some(person) = people.iter().find(|one| one.account == account) else {
            continue;
        };
        let clients = tx.all(&sql::CLIENTS, args![district, account])?;
        let mut conflict = None;
        for client in &clients {
            if sides
                .iter()
                .any(|side| side == client.text(0).unwrap_or(""))
            {
                conflict = Some(client.get(1)?);
            }
        }
        let shifts = duty::of(tx, account)?;
        lines.push(HelperLine {
            duty: duty::words(&shifts),
            on_duty: duty::covers(&shifts, tx.now()),
            account,
            name: person.name.clone(),
            firm: row.get(1)?,
            subjects: row.get(2)?,
            open: load.get(&account).copied().unwrap_or(0),
            most_open: row.get(3)?,
            conflict,
        });
    }
    lines.sort_by_key(|line| {
        (
            !line.against().is_empty(),
            !line.on_duty,
            line.open,
            line.account,
        )
    });
    Ok(lines)
}

/// Open cases by whoever answers for them.
pub(super) fn loads(tx: &mut Tx) -> Result<BTreeMap<AccountId, u32>, CaseError> {
    let district = *tx.district();
    let rows = tx.across("a lawyer's cases lie all over the district", |tx| {
        tx.all(&sql::LOAD, args![district])
    })?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Refuses a name that the roster does not allow, for verbs that ask it.
pub(super) fn check(
    tx: &mut Tx,
    case: &Case,
    kind: &CaseKind,
    verb: &str,
    input: &ActInput,
) -> Result<(), CaseError> {
    let asked = kind
        .row(verb, &case.now.state)
        .is_some_and(|row| row.roster);
    let Some(person) = input.next_owner.and_then(|next| next.person) else {
        return Ok(());
    };
    if !asked {
        return Ok(());
    }
    let lines = roster(tx, case)?;
    let Some(line) = lines.iter().find(|line| line.account == person) else {
        return Err(CaseError::refused(
            "case.not_on_roster",
            "这位人员不在援助名册上，请先登记",
        ));
    };
    let again = case.now.owner.person == Some(person.to_string());
    let mut refusals = line.against();
    refusals.require(!again, "case.same_helper", "现在就由这位律师办理");
    refusals.into_result().map_err(CaseError::Refused)
}
