//! API: the same actions as the pages, for mini-programs and departments. Errors are RFC 9457.

use crate::shell::Routes;

/// Routes of this face.
pub fn routes() -> Routes {
    Routes::new()
}
