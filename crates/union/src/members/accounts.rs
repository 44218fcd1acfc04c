//! 个人账号: whoever keeps the roster of an area opens the hall to its members. One account for one member, which opens the
//! own record and nothing else; the member reads who handed it out.

use kernel::Refusals;
use kernel::ids::{AccountId, MemberId};
use serde_json::json;
use store::{Audit, Tx};

use super::rules::Permit;
use super::{Member, MemberError, Status, get};
use crate::access::{self, AccessPolicy, Capability, Roles, WorkerAccount};
use crate::orgs;

/// What is handed over, once: nothing of it is kept in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// Sign-in name.
    pub login: String,
    /// One-time password; it opens nothing but the page to change it.
    pub password: String,
}

/// The accounts that open a member's record. More than one only after a merge.
///
/// # Errors
/// [`MemberError::NotFound`] outside the scope.
pub fn of_member(
    tx: &mut Tx,
    roles: &Roles,
    id: MemberId,
) -> Result<Vec<WorkerAccount>, MemberError> {
    get(tx, id)?;
    access::worker_accounts(tx, roles, id).map_err(MemberError::room)
}

/// Opens an account for a member (开通个人账号).
///
/// # Errors
/// [`MemberError::Forbidden`], [`MemberError::NotFound`]; [`MemberError::Refused`] for who may not
/// ([`may_hand_over`]), who has one or is no member any more; the sign-in name is taken or malformed.
pub fn open(
    tx: &mut Tx,
    permit: &Permit,
    (policy, roles): (&AccessPolicy, &Roles),
    id: MemberId,
    login: &str,
) -> Result<HandOver, MemberError> {
    let member = without_account(tx, permit, roles, id)?;
    let who = (id, member.name.as_str());
    let (_, password) =
        access::open_worker(tx, policy, roles, who, login).map_err(MemberError::room)?;
    note(tx, "member.account_opened", &member, login)?;
    Ok(HandOver {
        login: kernel::text::trim(login).to_owned(),
        password,
    })
}

/// Lets an account that the system administrator made earlier open this member's record (关联已有账号).
///
/// # Errors
/// As [`open`]; the account is not one that holds the post 职工 alone and opens no record yet.
pub fn link(
    tx: &mut Tx,
    permit: &Permit,
    roles: &Roles,
    id: MemberId,
    login: &str,
) -> Result<(), MemberError> {
    let member = without_account(tx, permit, roles, id)?;
    access::link_worker(tx, roles, id, login).map_err(MemberError::room)?;
    note(tx, "member.account_linked", &member, login)
}

/// Whether the caller may hand out or link a member's account: only from the union of the area upwards. Behind the account
/// lie the worker's notebook and complaints, and whoever sits in the employer's own union may not be able to refuse the
/// employer. It is so for every worker: a refusal for some would tell that there is something.
///
/// # Errors
/// The store failed.
pub fn may_hand_over(tx: &mut Tx, member: &Member) -> Result<bool, MemberError> {
    let area = orgs::territory_of(tx, &member.org_path).map_err(MemberError::room)?;
    let scope = &tx.actor().scope;
    Ok(area.is_some_and(|area| scope.covers(&area.path)))
}

fn must_hand_over(tx: &mut Tx, member: &Member) -> Result<(), MemberError> {
    if may_hand_over(tx, member)? {
        return Ok(());
    }
    Err(MemberError::refuse(
        "member.account_above",
        "账号里有职工的私人记录，由所在镇街或区总工会核对本人后开通、关联、给新口令，单位一级不能办",
    ))
}

/// Hands out a new one-time password for the account of this member, if it holds no other post.
///
/// # Errors
/// [`MemberError::Forbidden`], [`MemberError::NotFound`]; [`MemberError::Refused`] for who may not ([`may_hand_over`]),
/// the account of an officer and after a death.
pub fn reset(
    tx: &mut Tx,
    permit: &Permit,
    (policy, roles): (&AccessPolicy, &Roles),
    id: MemberId,
    account: AccountId,
) -> Result<HandOver, MemberError> {
    permit.require(Capability::MembersChange)?;
    let member = get(tx, id)?;
    if member.status == Status::Deceased {
        return Err(MemberError::refuse(
            "member.account_deceased",
            "本人已登记去世，账号不再交给别人",
        ));
    }
    must_hand_over(tx, &member)?;
    let (login, password) =
        access::reset_worker(tx, policy, roles, id, account).map_err(MemberError::room)?;
    note(tx, "member.account_reset", &member, &login)?;
    Ok(HandOver { login, password })
}

/// The member, whom an account may be opened for.
fn without_account(
    tx: &mut Tx,
    permit: &Permit,
    roles: &Roles,
    id: MemberId,
) -> Result<Member, MemberError> {
    permit.require(Capability::MembersChange)?;
    let member = get(tx, id)?;
    must_hand_over(tx, &member)?;
    let mut refusals = Refusals::new();
    refusals.require(
        member.status.is_enrolled(),
        "member.account_not_enrolled",
        format!("只给在册的会员开通个人账号，此人{}", member.status.label()),
    );
    refusals.require(
        of_member(tx, roles, id)?.is_empty(),
        "member.account_held",
        "此人已有个人账号。忘记口令的，在会员页上给这个账号新的一次性口令",
    );
    refusals.into_result().map_err(MemberError::Refused)?;
    Ok(member)
}

/// On record under the member, who reads it.
fn note(
    tx: &mut Tx,
    action: &'static str,
    member: &Member,
    login: &str,
) -> Result<(), MemberError> {
    let login = kernel::text::trim(login);
    tx.audit(
        Audit::of(action, "member", member.id)
            .at(&member.org_path)
            .detail(json!({ "login": login })),
    )?;
    Ok(())
}
