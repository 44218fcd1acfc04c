//! 账单 statement: the notebook added up for some months, with who, when, how, on what ground, and a digest that
//! changes with any of it.

use kernel::definitions::Catalogue;
use kernel::ids::MemberId;
use kernel::wages::WageRules;
use kernel::{Calendar, Fen, Instant};
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};
use store::Tx;

use super::entry::{Body, Entry};
use super::ledger::Ledger;
use super::rules::NotebookRules;
use super::{Month, NotebookError, entries, reckon};
use crate::members;

/// A statement as it is shown, printed and frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The worker's name.
    pub worker: String,
    /// Whom the worker works for, in the worker's own words.
    pub employers: Vec<String>,
    /// First month.
    pub from: Month,
    /// Last month.
    pub to: Month,
    /// When it was drawn up, in milliseconds.
    pub made_at: i64,
    /// The account.
    pub ledger: Ledger,
    /// Owed for the months shown whose pay day has passed.
    pub owed: Fen,
}

impl Statement {
    /// The text that is sealed.
    ///
    /// # Errors
    /// [`NotebookError::Broken`], which cannot happen for a statement of ours.
    pub fn text(&self) -> Result<String, NotebookError> {
        serde_json::to_string(self).map_err(|fault| NotebookError::Broken(fault.to_string()))
    }

    /// SM3 of the text in hexadecimal, without the moment it was drawn up: the same content, the same digest, so
    /// that a paper and a union's copy can be laid side by side.
    ///
    /// # Errors
    /// As [`Statement::text`].
    pub fn digest(&self) -> Result<String, NotebookError> {
        let timeless = Self {
            made_at: 0,
            ..self.clone()
        };
        let digest = Sm3::digest(timeless.text()?.as_bytes());
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads a frozen statement.
    ///
    /// # Errors
    /// [`NotebookError::Broken`].
    pub fn read(text: &str) -> Result<Self, NotebookError> {
        serde_json::from_str(text).map_err(|fault| NotebookError::Broken(fault.to_string()))
    }

    /// When it was drawn up.
    pub fn made(&self) -> Instant {
        Instant::from_ms(self.made_at)
    }
}

/// Draws up the statement of the worker who acts, for the months from – to; all there are when not given.
///
/// # Errors
/// [`NotebookError::NotFound`] for whoever is no worker; [`NotebookError::Wages`].
pub fn draw_up(
    tx: &mut Tx,
    from: Option<Month>,
    to: Option<Month>,
) -> Result<Statement, NotebookError> {
    let owner = super::own::owner(tx)?;
    let entries = entries(tx)?;
    let worker = worker(tx, owner)?;
    let (district, today) = (*tx.district(), tx.today());
    let rules = NotebookRules::at(district, today)?;
    let wages = WageRules::of(Catalogue::in_force(), district, today);
    let mut ledger = reckon(&entries, rules, &wages, Calendar::national(), today)?;
    let present = Month::of(today);
    let from = from.or_else(|| ledger.months.first().map(|one| one.month));
    let from = from.unwrap_or(present);
    let to = to.unwrap_or(present).max(from);
    ledger
        .months
        .retain(|one| from <= one.month && one.month <= to);
    let sum = |due: bool| {
        let months = ledger.months.iter().filter(move |one| one.is_due == due);
        months.map(|one| one.owed).sum::<Fen>()
    };
    let (owed, coming) = (sum(true), sum(false));
    ledger.owed = owed;
    ledger.coming = coming;
    Ok(Statement {
        worker,
        employers: employers(&entries, from, to),
        from,
        to,
        made_at: tx.now().ms(),
        owed,
        ledger,
    })
}

fn worker(tx: &mut Tx, owner: MemberId) -> Result<String, NotebookError> {
    let member = members::get(tx, owner).map_err(NotebookError::room)?;
    Ok(member.name)
}

/// Employers of the agreements that touch the months shown, each once.
fn employers(entries: &[Entry], from: Month, to: Month) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for entry in entries {
        if let Body::Terms(terms) = &entry.body
            && Month::of(terms.from) <= to
            && terms.to.is_none_or(|end| Month::of(end) >= from)
            && !names.contains(&terms.employer)
        {
            names.push(terms.employer.clone());
        }
    }
    names
}
