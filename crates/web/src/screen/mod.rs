//! 驾驶舱 screen: wall display and leader’s view. Every number opens to its records; none can be typed in.

#[cfg(test)]
mod figures_tests;
mod overview;
#[cfg(test)]
mod tests;
mod warnings;

use crate::shell::Routes;

/// Routes of this face.
pub fn routes() -> Routes {
    Routes::new()
        .merge(warnings::routes())
        .merge(overview::routes())
}
