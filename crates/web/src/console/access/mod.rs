//! Pages about who may come in: accounts, posts, roles, tokens, the audit log, one's own account.

mod account;
mod accounts;
mod audit;
mod device;
mod me;
mod prefs;
mod roles;
mod settings;
mod tokens;

#[cfg(test)]
mod tests;

use crate::shell::Routes;

/// Routes of these pages.
pub fn routes() -> Routes {
    Routes::new()
        .merge(accounts::routes())
        .merge(account::routes())
        .merge(roles::routes())
        .merge(tokens::routes())
        .merge(audit::routes())
        .merge(me::routes())
        .merge(prefs::routes())
        .merge(settings::routes())
}
