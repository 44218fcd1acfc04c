//! 双人开封: where a kind says so, a sealed reporter is opened only after a second person has agreed. Asking, agreeing and
//! opening are acts in the file; whether one may open follows from them.

use kernel::ids::{AccountId, CaseId, CasePartyId, OrgId};
use kernel::{Instant, Refusals};
use serde_json::json;
use store::{Audit, Tx, args};

use super::keep::{self, Act};
use super::model::Case;
use super::{CaseError, identity, load, read, sql};
use crate::access::{Capability, CapabilitySet};

/// Somebody asked for the second person's consent.
const ASK: &str = "@reveal_ask";
/// The second person agreed.
const GRANT: &str = "@reveal_grant";
/// It was opened: the consent is used up.
const OPENED: &str = "@reveal";

/// A wish to open an identity that has not been used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevealAsk {
    /// When.
    pub at: Instant,
    /// Who asked.
    pub account: Option<AccountId>,
    /// Who asked, with the post.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// Who agreed, with the post.
    pub granted_by: Option<String>,
}

/// How the seal of a case stands for whoever looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sealing {
    /// A second person must agree.
    pub second: bool,
    /// The wish that waits, or has been agreed to.
    pub ask: Option<RevealAsk>,
    /// The wish is the caller's own.
    pub mine: bool,
    /// The caller may agree to it.
    pub may_grant: bool,
}

impl Sealing {
    /// Whether the caller may open now, as far as the second person goes.
    pub fn is_open(&self) -> bool {
        !self.second
            || self.mine
                && self
                    .ask
                    .as_ref()
                    .is_some_and(|ask| ask.granted_by.is_some())
    }
}

/// How the seal stands (开封状态).
///
/// # Errors
/// [`CaseError::NotFound`] out of reach.
pub fn sealing(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<Sealing, CaseError> {
    let case = load::visible(tx, may, id)?;
    stands(tx, may, &case)
}

fn stands(tx: &mut Tx, may: CapabilitySet, case: &Case) -> Result<Sealing, CaseError> {
    let second = case.sealed_reporter && case.kind.needs_second(&case.now.fields);
    let mut ask: Option<RevealAsk> = None;
    if second {
        for line in read::events(tx, case)? {
            match line.verb.as_str() {
                ASK => {
                    ask = Some(RevealAsk {
                        at: line.at,
                        account: line.account,
                        actor: line.actor,
                        reason: line.note,
                        granted_by: None,
                    });
                }
                GRANT => {
                    if let Some(ask) = &mut ask {
                        ask.granted_by = Some(line.actor);
                    }
                }
                OPENED => ask = None,
                _ => {}
            }
        }
    }
    let own = tx.actor().account;
    let mine = ask
        .as_ref()
        .is_some_and(|ask| ask.account.is_some() && ask.account == own);
    let waits = ask.as_ref().is_some_and(|ask| ask.granted_by.is_none());
    Ok(Sealing {
        may_grant: waits && !mine && directs(tx, may, case),
        second,
        ask,
        mine,
    })
}

/// Whether the caller directs the case: the desk or a level above it, with the capability to assign.
fn directs(tx: &Tx, may: CapabilitySet, case: &Case) -> bool {
    let who = load::who(tx, case, false);
    let near = case
        .kind
        .relations(&case.now, &who)
        .iter()
        .any(|one| matches!(one.id(), "handler" | "desk" | "above"));
    near && may.has(Capability::CasesAssign)
}

/// Adds what is missing of the second person's consent.
pub(super) fn demand_second(
    tx: &mut Tx,
    case: &Case,
    refusals: &mut Refusals,
) -> Result<(), CaseError> {
    let seal = stands(tx, CapabilitySet::default(), case)?;
    refusals.require(
        seal.is_open(),
        "case.reveal_second",
        "打开举报人身份要另一人同意：请先写明理由提出申请，由本单位或上级负责指派督办的人同意后再打开",
    );
    Ok(())
}

/// Asks for the second person's consent (申请查看身份), with the reason that the reporter will read.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach; refused for whoever may not open it anyway, without a real reason, while
/// another wish waits, and where no second person is asked for.
pub fn ask_reveal(
    tx: &mut Tx,
    may: CapabilitySet,
    id: CaseId,
    party: CasePartyId,
    reason: &str,
) -> Result<(), CaseError> {
    let case = load::visible(tx, may, id)?;
    let district = *tx.district();
    let row = tx
        .opt(&sql::PARTY, args![district, id, party])?
        .ok_or(CaseError::NotFound)?;
    let secret: bool = row.get(8)?;
    let mut refusals = identity::against(tx, may, &case, secret, reason);
    let seal = stands(tx, may, &case)?;
    refusals.require(
        secret && seal.second,
        "case.reveal_alone",
        "这里不需要第二人同意，可以直接查看",
    );
    refusals.require(
        seal.ask.is_none(),
        "case.reveal_waits",
        "已有一份查看申请，请先办完那一份",
    );
    refusals.into_result()?;
    wait_for(tx, &case, keep::decider(&case.now))?;
    note(tx, &case, ASK, "case.reveal_asked", reason)
}

/// Agrees that the identity is opened (同意查看身份): somebody who directs the case and is not who asked.
///
/// # Errors
/// [`CaseError::NotFound`] out of reach; refused when nothing waits, and for whoever asked.
pub fn grant_reveal(tx: &mut Tx, may: CapabilitySet, id: CaseId) -> Result<(), CaseError> {
    let case = load::visible(tx, may, id)?;
    let seal = stands(tx, may, &case)?;
    let mut refusals = Refusals::new();
    let waits = seal
        .ask
        .as_ref()
        .is_some_and(|ask| ask.granted_by.is_none());
    refusals.require(waits, "case.reveal_none", "没有待同意的查看申请");
    refusals.require(
        !seal.mine,
        "case.same_person",
        "查看申请须由申请人以外的人同意",
    );
    refusals.require(
        directs(tx, may, &case),
        "case.reveal_who",
        "只有本单位或上级负责指派督办的人可以同意",
    );
    refusals.into_result()?;
    wait_for(tx, &case, None)?;
    note(tx, &case, GRANT, "case.reveal_granted", "")
}

/// On whose list it stands until somebody has agreed.
fn wait_for(tx: &mut Tx, case: &Case, desk: Option<OrgId>) -> Result<(), CaseError> {
    let district = *tx.district();
    tx.exec(&sql::WAIT_FOR_REVEAL, args![district, case.id, desk])?;
    Ok(())
}

fn note(
    tx: &mut Tx,
    case: &Case,
    verb: &'static str,
    audit: &'static str,
    reason: &str,
) -> Result<(), CaseError> {
    let act = Act {
        verb,
        note: reason,
        closing: None,
        audit,
        event: audit,
    };
    let state = &case.now.state;
    keep::event(tx, case.id, state, state, &act, &[])?;
    tx.audit(
        Audit::of(audit, "case", case.id)
            .at(&case.org_path)
            .why(reason.trim())
            .detail(json!({ "no": case.no })),
    )?;
    Ok(())
}
