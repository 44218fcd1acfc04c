//! 援助律师名册: who takes cases, how many they have, when they are on duty, whom they act for otherwise. Whoever assigns keeps
//! it; a lawyer sees the own line and declares the own clients.

mod list;
#[cfg(test)]
mod tests;

use crate::shell::Routes;

pub(super) fn routes() -> Routes {
    list::routes()
}
