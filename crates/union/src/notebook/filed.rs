//! A statement given to a union becomes a demand (民呼我为) there: somebody answers for it until a day. The rules of
//! demands hold: the same matter again is the same case, routing and clocks are the kind's, and the log of the case names
//! no worker.

use kernel::MobilePhone;
use kernel::ids::{CaseId, MemberId};
use store::Tx;

use super::rules::Purpose;
use super::share::Share;
use super::statement::Statement;
use super::{NotebookError, sql};
use crate::cases::{self, NewCase, Reporter};
use crate::members::{self, Permit};
use crate::orgs::OrgRef;

/// The door it comes in by: the worker's phone.
const DOOR: &str = "hall";
/// Longest name of employers in a case, in characters.
const LONGEST: usize = 200;

/// Opens the demand of a statement at the union it is given to, or notes it on the open case of the same matter. No
/// figure of the statement goes into the case: it could not be taken back from there.
pub(super) fn file(
    tx: &mut Tx,
    owner: MemberId,
    purpose: &Purpose,
    receiver: &OrgRef,
    statement: &Statement,
) -> Result<CaseId, NotebookError> {
    let (name, phone) =
        members::own::contact(tx, &Permit::own(tx), owner).map_err(NotebookError::room)?;
    let phone = phone.filter(|phone| MobilePhone::parse(phone).is_ok());
    let mut fields = purpose.demand.clone();
    let asked = fields.remove("content").unwrap_or_default();
    let months = if statement.from == statement.to {
        statement.from.words()
    } else {
        format!("{} 至 {}", statement.from.words(), statement.to.words())
    };
    fields.insert(
        "content".to_owned(),
        format!("{asked}。从工薪本交来 {months} 的账单，算法和依据见账单。"),
    );
    let employers = statement.employers.join("、");
    if !employers.is_empty() {
        let employers = employers.chars().take(LONGEST).collect();
        fields.insert("employer".to_owned(), employers);
    }
    let kind =
        cases::kind(cases::DEMAND, *tx.district(), tx.today()).map_err(NotebookError::room)?;
    let new = NewCase {
        kind: cases::DEMAND.to_owned(),
        door: DOOR.to_owned(),
        place: Some(receiver.id),
        title: kind.own_line(&fields),
        fields,
        reporter: Some(Reporter {
            name,
            phone: phone.unwrap_or_default(),
            member: Some(owner),
        }),
        ..NewCase::default()
    };
    let filed = tx.as_concerned("the log of a case names no worker", |tx| {
        cases::open(tx, &new)
    });
    Ok(filed.map_err(NotebookError::room)?.id)
}

/// The file of the case says that the statement was taken back.
pub(super) fn note_back(tx: &mut Tx, share: &Share) -> Result<(), NotebookError> {
    let Some(case) = share.case else {
        return Ok(());
    };
    let day = share.shared_at.shanghai_date();
    let note = format!("{day} 交来的工薪账单已由本人收回，不能再打开");
    tx.as_concerned("the log of a case names no worker", |tx| {
        cases::taken_back(tx, case, &note)
    })
    .map_err(NotebookError::room)
}

/// The statements given for a case that lie within reach, the oldest first, also those taken back. What they say is
/// opened one by one, on record ([`super::open`]); whoever asks has the case from its own page.
///
/// # Errors
/// The store failed.
pub fn of_case(tx: &mut Tx, case: CaseId) -> Result<Vec<Share>, store::StoreError> {
    let district = *tx.district();
    let scope = tx.actor().scope.clone();
    let rows = tx.all(&sql::SHARES_FOR, store::args![district, case])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        found.push(super::share::read(row)?);
    }
    found.retain(|share| scope.covers(&share.org_path));
    Ok(found)
}
