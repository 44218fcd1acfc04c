//! 工资发放月报: what the enterprise says about a month's wages, on one page: the form, what was reported, what was
//! corrected. Who the workers are is never asked, and nothing about warnings is shown to an employer.

mod form;
mod show;
#[cfg(test)]
mod tests;

use crate::shell::Routes;

pub(super) use show::missing;

pub(super) fn routes() -> Routes {
    show::routes()
}
