//! 办件 cases: the list, opening one, one case as its page shows it, the verbs offered now and what each asks, and carrying one
//! out. The kind's definition says everything; there is one operation for every verb of every kind.

mod act;
mod card;
mod evidence;
mod list;
mod open;
mod verbs;

use super::operations::Operations;

pub(super) fn operations() -> Operations {
    Operations::new()
        .merge(list::operations())
        .merge(open::operations())
        .merge(card::operations())
        .merge(evidence::operations())
        .merge(verbs::operations())
        .merge(act::operations())
}
