//! 二维码海报: where the codes of 码上助 hang, a sheet to print, a code to put into one's own design, and an end to it.

mod list;
mod paper;
mod show;

use union::access::Capability;

use crate::shell::{Need, Routes};

/// Whoever answers cases makes the posters that bring them.
const ACT: Need = Need::Cap(Capability::CasesAct);

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(list::routes())
        .merge(show::routes())
        .merge(paper::routes())
}
