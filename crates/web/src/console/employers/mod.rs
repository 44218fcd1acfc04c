//! 企业台账: the list, a unit's card, entering and correcting, the match queue.

pub(crate) mod entry;
mod export;
pub(super) mod list;
mod matches;
mod matters;
pub(crate) mod show;
#[cfg(test)]
mod tests;

use kernel::Date;
use union::employers::EmployerError;

use crate::shell::{Form, Routes};

pub(super) use list::conditions;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(list::routes())
        .merge(export::routes())
        .merge(entry::routes())
        .merge(matches::routes())
        .merge(show::routes())
}

/// The day a field names; one that cannot be read is refused there.
fn read_day(sent: &Form, field: &'static str) -> Result<Option<Date>, EmployerError> {
    sent.day(field).map_err(|message| EmployerError::Invalid {
        field,
        code: "employer.day",
        message,
    })
}
