//! 文书保管: what stays of a document when the record it belongs to has been destroyed.
//!
//! A draft was never a document of the union and goes with the record. An issued text belongs to the organ's documents
//! archive and has a term of its own, in its template (`keep`), counted from 1 January after the year of issue; it stays
//! whole until then, and for good where the template names no term. Afterwards number, kind, organ, days and digest stay:
//! the register has no gap.

use kernel::Date;
use kernel::ids::LetterId;
use store::{Tx, args};
use uuid::Uuid;

use super::flow::LetterState;
use super::model::LetterLine;
use super::read::{self, sealed};
use super::{LetterError, sql, template};

/// What a destroyed document says.
pub(super) const GONE: &str = "（保管期满，内容已销毁）";

/// What became of the documents of a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Emptied {
    /// Their contents are gone.
    pub gone: u32,
    /// Their own term is not over: they stay whole.
    pub kept: u32,
}

/// The last day an issued document is kept; `None` for good, and for a template that is no longer known.
fn kept_through(tx: &Tx, line: &LetterLine) -> Option<Date> {
    let issued = line.issued_on?;
    let rule = template::at(&line.template, *tx.district(), issued).ok()?;
    let years = rule.body.keep.as_ref()?.years;
    Date::new(issued.year().checked_add(years)?, 12, 31).ok()
}

/// Empties the documents of a record that has just been destroyed, or was before (随件销毁). The room of the record has
/// made sure that two persons agreed.
///
/// # Errors
/// The store failed.
pub fn empty_of_record(tx: &mut Tx, kind: &str, id: Uuid) -> Result<Emptied, LetterError> {
    let today = tx.today();
    let mut done = Emptied::default();
    for line in read::of_record(tx, kind, id)? {
        let draft = matches!(line.state, LetterState::Draft | LetterState::Dropped);
        if draft || kept_through(tx, &line).is_some_and(|last| last < today) {
            done.gone += u32::from(empty(tx, line.id)?);
        } else {
            done.kept += 1;
        }
    }
    Ok(done)
}

/// Empties one; whether there was anything.
fn empty(tx: &mut Tx, id: LetterId) -> Result<bool, LetterError> {
    let (district, now) = (*tx.district(), tx.now());
    let nothing = tx
        .vault()
        .seal(sealed::CONTENT, &id.to_string(), "{\"values\":{}}");
    tx.across("the room of the record has made its own check", |tx| {
        let changed = tx.exec(&sql::EMPTY, args![district, id, nothing, now, GONE])?;
        tx.exec(&sql::EMPTY_DELIVERIES, args![district, id])?;
        Ok::<_, LetterError>(changed > 0)
    })
}

/// Records of a kind with an issued document whose own term is over, at most `most`: their room knows which of them have
/// been destroyed (文书保管期满).
///
/// # Errors
/// The store failed.
pub fn outlived(tx: &mut Tx, kind: &str, most: usize) -> Result<Vec<Uuid>, LetterError> {
    let (district, today) = (*tx.district(), tx.today());
    let mut found: Vec<Uuid> = Vec::new();
    for rule in super::templates(tx) {
        let Some(keep) = &rule.body.keep else {
            continue;
        };
        let year = today.year().checked_sub(keep.years);
        let Some(before) = year.and_then(|year| Date::new(year, 1, 1).ok()) else {
            continue;
        };
        let values = args![district, kind, rule.id(), before, most];
        for row in tx.all(&sql::OUTLIVED, values)? {
            found.push(row.get(0)?);
        }
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(most);
    Ok(found)
}
