//! Every kind of case from its beginning to its end through the forms of the console, as the people of the different
//! posts: the button stands on the page of who may and not of who may not, a refusal names the box and the remedy and
//! keeps what was typed, re-routing keeps number, clocks and file. A kind's walk fails when a verb of the kind was never
//! carried out. On SQLite always, on PostgreSQL where a server is named.

mod alert;
mod beside;
mod common;
mod demand;
mod legal_aid;
mod mediation;
mod paper;
mod retention;
mod sealed;
mod supervision;
mod vectors;
mod visit;
mod world;

use std::collections::BTreeSet;

/// The kinds that are walked, one file each.
const WALKED: [&str; 6] = [
    alert::KIND,
    demand::KIND,
    legal_aid::KIND,
    mediation::KIND,
    supervision::KIND,
    visit::KIND,
];

#[test]
fn every_kind_that_ships_is_walked() {
    let (place, day) = (store::testing::district(), "2026-11-20".parse().unwrap());
    let ships: BTreeSet<&str> = union::cases::kinds(place, day)
        .into_iter()
        .map(|kind| kind.id.as_str())
        .collect();
    assert_eq!(ships, BTreeSet::from(WALKED));
}
