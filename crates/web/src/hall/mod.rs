//! 职工大厅 hall: the worker’s phone. Plain sentences, large type, works without scripts.

use crate::shell::Routes;

/// Routes of this face.
pub fn routes() -> Routes {
    Routes::new()
}
