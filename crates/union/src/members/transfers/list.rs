//! The queues of transfers, and one of them.

use kernel::Date;
use kernel::ids::{MemberId, TransferId};
use store::{Key, Query, Row, StoreError, Tx, args};

use super::{Side, Transfer, TransferState};
use crate::members::{MemberError, sql};

/// Longest list shown.
const LONGEST: usize = 200;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queue {
    /// 待我接收: issued to a union in scope
    ToAccept,
    /// 待我开具: asked of a union in scope
    ToIssue,
    /// 我提出的: asked for by a union in scope, waiting for the other
    Asked,
    /// 我开具的: issued by a union in scope, waiting for the other
    Issued,
    /// 超期: the last day has passed and the common superior has been reminded
    Overdue,
}

impl Queue {
    /// Every list, in the order of the tabs.
    pub const ALL: [Self; 5] = [
        Self::ToAccept,
        Self::ToIssue,
        Self::Asked,
        Self::Issued,
        Self::Overdue,
    ];

    /// Part of the address.
    pub fn code(self) -> &'static str {
        match self {
            Self::ToAccept => "accept",
            Self::ToIssue => "issue",
            Self::Asked => "asked",
            Self::Issued => "issued",
            Self::Overdue => "overdue",
        }
    }

    /// From the address; the first list otherwise.
    pub fn from_code(code: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|queue| queue.code() == code)
            .unwrap_or(Self::ToAccept)
    }

    /// Words on the tab.
    pub fn label(self) -> &'static str {
        match self {
            Self::ToAccept => "待接收",
            Self::ToIssue => "待开具",
            Self::Asked => "已提出转入",
            Self::Issued => "已开具转出",
            Self::Overdue => "超期",
        }
    }
}

/// One list, oldest first, at most 200.
///
/// # Errors
/// The store failed.
pub fn queue(tx: &mut Tx, which: Queue) -> Result<Vec<Transfer>, MemberError> {
    page(tx, which, None, LONGEST)
}

/// Where a page of a list begins: behind the day and the id of the last transfer seen.
pub type After = (Date, TransferId);

impl Queue {
    /// Where the page behind a transfer begins.
    pub fn after(self, last: &Transfer) -> After {
        let on = match self {
            Self::Overdue => last.due_on.unwrap_or(last.requested_on),
            _ => last.requested_on,
        };
        (on, last.id)
    }
}

/// So many of a list behind `after`, in the same order.
///
/// # Errors
/// The store failed.
pub fn page(
    tx: &mut Tx,
    which: Queue,
    after: Option<After>,
    limit: usize,
) -> Result<Vec<Transfer>, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let after = after.map(|(on, id)| [on.into(), id.into()]);
    let (statement, state) = match which {
        Queue::ToAccept => (&sql::transfer::ENTERING, TransferState::Issued),
        Queue::ToIssue => (&sql::transfer::LEAVING, TransferState::Requested),
        Queue::Asked => (&sql::transfer::ENTERING, TransferState::Requested),
        Queue::Issued => (&sql::transfer::LEAVING, TransferState::Issued),
        Queue::Overdue => {
            let order = [Key::Up("t.due_on"), Key::Up("t.id")];
            let query = Query::from(&sql::transfer::OVERDUE, args![district, from, to])
                .paged(order, after, limit);
            return rows(tx, |tx| tx.all(&query, &[]));
        }
    };
    let order = [Key::Up("t.requested_on"), Key::Up("t.id")];
    let query =
        Query::from(statement, args![district, state.code(), from, to]).paged(order, after, limit);
    rows(tx, |tx| tx.all(&query, &[]))
}

/// The member's name is shown to both unions, wherever the record lies.
fn rows(
    tx: &mut Tx,
    ask: impl FnOnce(&mut Tx) -> Result<Vec<Row>, StoreError>,
) -> Result<Vec<Transfer>, MemberError> {
    let rows = tx.across("both unions see a transfer", ask)?;
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// One transfer, when either side lies in the scope or it is the member's own.
///
/// # Errors
/// [`MemberError::NotFound`].
pub fn get(tx: &mut Tx, id: TransferId) -> Result<Transfer, MemberError> {
    let district = *tx.district();
    let row = tx.across("both unions see a transfer", |tx| {
        tx.opt(&sql::transfer::GET, args![district, id])
    })?;
    let transfer = read(&row.ok_or(MemberError::NotFound)?)?;
    let seen = Side::From.in_scope(tx, &transfer)
        || Side::To.in_scope(tx, &transfer)
        || tx.actor().scope.member() == Some(transfer.member);
    if seen {
        Ok(transfer)
    } else {
        Err(MemberError::NotFound)
    }
}

/// The transfers of a member, newest first. The member must be within reach.
///
/// # Errors
/// [`MemberError::NotFound`].
pub fn of_member(tx: &mut Tx, member: MemberId) -> Result<Vec<Transfer>, MemberError> {
    crate::members::get(tx, member)?;
    let district = *tx.district();
    rows(tx, |tx| {
        tx.all(&sql::transfer::OF_MEMBER, args![district, member])
    })
}

/// What waits for the unions in scope, as numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    /// 待接收
    pub to_accept: i64,
    /// 待开具
    pub to_issue: i64,
    /// 超期
    pub overdue: i64,
    /// The first last day of those to accept and to issue.
    pub oldest_due: Option<Date>,
}

/// Counts the lists that ask something of the scope, from the index of states alone.
///
/// # Errors
/// The store failed.
pub fn waiting(tx: &mut Tx) -> Result<Waiting, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    let mut count = |statement, state: TransferState| -> Result<(i64, Option<Date>), StoreError> {
        let row = tx.one(statement, args![district, state.code(), &from, &to])?;
        Ok((row.get(0)?, row.get(1)?))
    };
    let (to_accept, accept_by) = count(&sql::transfer::COUNT_ENTERING, TransferState::Issued)?;
    let (to_issue, issue_by) = count(&sql::transfer::COUNT_LEAVING, TransferState::Requested)?;
    let overdue = tx.one(&sql::transfer::COUNT_OVERDUE, args![district, from, to])?;
    Ok(Waiting {
        to_accept,
        to_issue,
        overdue: overdue.get(0)?,
        oldest_due: accept_by.into_iter().chain(issue_by).min(),
    })
}

/// Open transfers that touch the scope, counted up to `most`.
///
/// # Errors
/// The store failed.
pub fn count_open(tx: &mut Tx, most: usize) -> Result<i64, MemberError> {
    let district = *tx.district();
    let (from, to) = tx.actor().scope.range();
    Ok(tx
        .one(&sql::transfer::COUNT_OPEN, args![district, from, to, most])?
        .get(0)?)
}

fn read(row: &Row) -> Result<Transfer, StoreError> {
    Ok(Transfer {
        id: row.get(0)?,
        member: row.get(1)?,
        from_org: row.get(2)?,
        from_path: row.get(3)?,
        to_org: row.get(4)?,
        to_path: row.get(5)?,
        state: TransferState::from_code(row.text(6)?).ok_or(StoreError::Column {
            index: 6,
            wanted: "state",
        })?,
        requested_on: row.get(7)?,
        due_on: row.get(8)?,
        reminded_at: row.get(9)?,
        decided_at: row.get(10)?,
        note: row.get(11)?,
        name: row.get(12)?,
        member_version: row.get(13)?,
    })
}
