//! 组织 orgs: the union tree from the district federation down to a group of a branch.
//!
//! A union (工会组织) hangs below exactly one other; a second link (行业归口) gathers unions of one trade, so
//! the tree has a territory view and an industry view. Basic unions come into being through the founding flow
//! (建会), which the level above must approve (Trade Union Law art. 12), or are entered directly when they
//! already exist. Committees (委员会) have terms with reminders before they end. Unions move, change their
//! names, pause and end; their history is only ever added to, and a dissolved union hands over its members
//! and employers to a union that is named.

mod actions;
pub mod committee;
mod days;
mod error;
pub mod figures;
pub mod flow;
pub mod founding;
mod intake;
pub mod jobs;
mod kind;
mod model;
mod names;
mod read;
mod sketch;
pub mod sql;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use actions::relocate;
pub use actions::{
    CardEdit, Estate, adjust_member_count, check_name, contact, create_active, dissolve, edit_card,
    estate, resume, set_legal_person, suspend, transfer_to,
};
pub use error::OrgError;
pub use intake::against_intake;
pub use kind::OrgKind;
pub use model::*;
pub(crate) use read::root_path;
pub use read::{
    Industry, basic_within, by_section, card, children, dissolved_children, find, get, history,
    industries, industry_children, living_names, named, names_by_id, node, of_kinds, of_section,
    page, path_names, refs_of, search, search_district, suspended, territory_of, top, town_of,
    towns,
};
pub use sketch::{Area, MAPS_KIND, Point, Sketch};

use kernel::definitions::Kind;
use store::Statement;

/// Every statement of this room.
pub fn statements() -> Vec<&'static Statement> {
    [
        sql::ALL,
        committee::sql::ALL,
        founding::sql::ALL,
        figures::sql::ALL,
    ]
    .concat()
}

/// How `niangjia definitions` checks and tests the files of this room.
pub const KIND: Kind = Kind {
    folder: "orgs",
    check: |definition| match definition.header.id.as_str() {
        founding::ID => founding::check(definition),
        committee::ID => committee::check(definition),
        other => vec![format!("组织规则中没有名为 {other} 的定义")],
    },
    test: |definition, test, _| match definition.header.id.as_str() {
        founding::ID => founding::test(definition, test),
        _ => committee::test(definition, test),
    },
};
