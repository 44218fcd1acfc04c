//! Stories of the room on both databases. The rules of the kinds have their own stories in `definitions/cases`.

mod alarms;
mod definitions;
mod demands;
mod disputes;
mod figures;
mod finding;
mod kept;
mod matters;
mod overtaken;
mod retention;
pub(crate) mod support;
mod unsure;
mod verbs;
