//! 组织架构: the tree, a union's card, its committees, foundings, changes.

mod basic;
pub(crate) mod changes;
mod committees;
pub(crate) mod entry;
mod founding_files;
pub(crate) mod founding_form;
mod founding_list;
pub(crate) mod founding_show;
mod industries;
pub(in crate::console) mod pick;
mod show;
mod terms;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use industries::section_name;

use crate::shell::{Form, Routes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(show::routes())
        .merge(entry::routes())
        .merge(industries::routes())
        .merge(basic::routes())
        .merge(terms::routes())
        .merge(founding_list::routes())
        .merge(founding_form::routes())
        .merge(founding_show::routes())
        .merge(changes::routes())
        .merge(committees::routes())
}

/// A form filled from a record, as if somebody had typed it.
fn filled(pairs: Vec<(&str, String)>) -> Form {
    Form::from_pairs(
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// A day as date inputs want it; empty when there is none.
fn day(date: Option<kernel::Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}
