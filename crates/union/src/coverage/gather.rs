//! What the other rooms know of a day, asked once each.

use kernel::Date;
use store::Tx;

use super::{CoverageError, Month};
use crate::employers::figures::{LinkOn, UnitOn, links_on, units_on};
use crate::members::tally::{InWork, Standing, standing_on};
use crate::orgs::figures::{OrgOn, orgs_on};
use kernel::OrgId;

/// Everything the figures are made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Ground {
    /// Every union of the district, in the order of the tree.
    pub orgs: Vec<OrgOn>,
    /// Every employer in business by then.
    pub units: Vec<UnitOn>,
    /// Which union covered which employer.
    pub links: Vec<LinkOn>,
    /// Members in work by employer and union.
    pub in_work: Vec<InWork>,
    /// Members and verified members by union.
    pub enrolled: Vec<(OrgId, u64, u64)>,
    /// Who joined in the month.
    pub joined: Vec<(OrgId, u64)>,
    /// Who left in the month.
    pub gone: Vec<(OrgId, u64)>,
}

/// The district as it stood on the evening of `on`, with what happened in that month up to then.
pub(super) fn ground(tx: &mut Tx, on: Date) -> Result<Ground, CoverageError> {
    let Standing {
        in_work,
        enrolled,
        joined,
        gone,
    } = standing_on(tx, Month::of(on).first(), on)?;
    Ok(Ground {
        orgs: orgs_on(tx, on)?,
        units: units_on(tx, on)?,
        links: links_on(tx, on)?,
        in_work,
        enrolled,
        joined,
        gone,
    })
}
