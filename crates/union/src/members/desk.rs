//! 我的待办: what waits for a desk in this room, each counted only so far as a number on a tile needs.

use kernel::Date;
use store::Tx;

use super::rules::Permit;
use super::transfers::{self, Queue};
use super::{MemberError, applications, duplicates, requests};
use crate::access::Capability;

/// Tiles say "99+" beyond this.
pub const MOST: usize = 99;

/// Counts of the queues within the scope; zero where the post may not decide.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Desk {
    /// 入会申请
    pub applications: i64,
    /// 待接收的转会
    pub to_accept: i64,
    /// 待开具的转会
    pub to_issue: i64,
    /// 超期的转会
    pub overdue: i64,
    /// The first last day of the transfers to accept and to issue.
    pub oldest_due: Option<Date>,
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
    let size = |list: Vec<transfers::Transfer>| i64::try_from(list.len()).unwrap_or(i64::MAX);
    if permit.allows(Capability::MembersApprove) {
        desk.applications = applications::waiting(tx, MOST + 1)?;
        let accept = transfers::queue(tx, Queue::ToAccept)?;
        let issue = transfers::queue(tx, Queue::ToIssue)?;
        let open = accept.iter().chain(&issue);
        desk.oldest_due = open.filter_map(|one| one.due_on).min();
        (desk.to_accept, desk.to_issue) = (size(accept), size(issue));
        desk.overdue = size(transfers::queue(tx, Queue::Overdue)?);
    }
    if permit.allows(Capability::DuplicatesDecide) {
        desk.duplicates = duplicates::waiting(tx, MOST + 1)?;
    }
    if permit.allows(Capability::MembersChange) {
        desk.requests = requests::waiting(tx, MOST + 1)?;
    }
    Ok(desk)
}
