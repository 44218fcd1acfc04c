//! Pages of this room.

use crate::shell::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
}
