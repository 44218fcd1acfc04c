//! 我的待办: what waits for a desk in this room, each counted only so far as a number on a tile needs.

use store::Tx;

use super::rules::Permit;
use super::transfers;
use super::{MemberError, applications, duplicates, requests};
use crate::access::Capability;

/// Tiles say "99+" beyond this.
pub const MOST: usize = 99;

/// Counts of the queues within the scope; zero where the post may not decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Desk {
    /// 入会申请
    pub applications: i64,
    /// 转会
    pub transfers: transfers::Waiting,
    /// 疑似重复
    pub duplicates: i64,
    /// 个人信息请求
    pub requests: i64,
}

/// What waits.
///
/// # Errors
/// The store failed.
pub fn desk(tx: &mut Tx, permit: &Permit) -> Result<Desk, MemberError> {
    let mut desk = Desk::default();
    if permit.allows(Capability::MembersApprove) {
        desk.applications = applications::waiting(tx, MOST + 1)?;
        desk.transfers = transfers::waiting(tx)?;
    }
    if permit.allows(Capability::DuplicatesDecide) {
        desk.duplicates = duplicates::waiting(tx, MOST + 1)?;
    }
    if permit.allows(Capability::MembersChange) {
        desk.requests = requests::waiting(tx, MOST + 1)?;
    }
    Ok(desk)
}
