//! 预警规则: the rule sets in words, who would change colour under others, and putting them in force.

mod list;
mod publication;
mod said;
mod show;
#[cfg(test)]
mod tests;
pub(super) mod words;

use union::access::Capability;

use crate::shell::{Need, Routes};

/// Reading the rules: whoever reads warnings must be able to see by what they are made.
const READ: Need = Need::Cap(Capability::WarningRead);
/// Trying and publishing.
const PUBLISH: Need = Need::Cap(Capability::RulesPublish);

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(list::routes())
        .merge(show::routes())
        .merge(publication::routes())
}
