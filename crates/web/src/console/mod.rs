//! 工作台 console: the desk of union staff. One file a page, named as the room it shows.

mod access;
mod search;

use crate::shell::Routes;

/// Routes of this face.
pub fn routes() -> Routes {
    Routes::new()
        .merge(access::routes())
        .merge(search::routes())
}
