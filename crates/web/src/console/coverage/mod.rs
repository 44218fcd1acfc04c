//! Pages of the figures: what was reached, month by month, and the rows behind every number.

mod board;
mod items;
#[cfg(test)]
mod tests;

use crate::shell::Routes;

/// Routes of these pages.
pub fn routes() -> Routes {
    Routes::new().merge(board::routes()).merge(items::routes())
}
