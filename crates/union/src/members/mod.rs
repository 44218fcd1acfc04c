//! 会员 members: who belongs to which union, since when, and what happened to the membership.
//!
//! A member (会员) is a real person with an identity paper; one person has one record and, at any time, at
//! most one open membership (会籍). Memberships are dated periods and are never overwritten: joining, keeping,
//! transferring, leaving, expulsion and death open or close one, each with a date, a reason, what it rests on
//! and who did it. Applications (入会申请), transfers (转会), suspected duplicates (疑似重复) and requests
//! about one's own data (个人信息请求) are queues with clocks. Identity numbers, phones and bank cards are
//! sealed; seeing one in clear needs a reason, and the member can read who looked.

pub mod accounts;
mod actions;
mod admit;
pub mod applications;
pub mod behalf;
pub mod card;
pub mod codes;
pub mod consents;
mod dates;
mod desk;
pub mod doors;
mod draft;
pub mod duplicates;
mod erasing;
mod error;
pub mod figures;
mod flow;
mod follow;
mod jobs;
pub mod list;
mod model;
mod moves;
pub mod own;
mod period;
mod policy;
mod prepare;
mod read;
pub mod requests;
pub mod reveal;
mod rules;
pub mod sql;
pub mod tally;
pub mod transfers;
pub mod undo;
mod units;

pub use actions::{ChangeForm, change, correct, draft_of, enter, home_is_gone};
pub use admit::{admit, admit_many, judge_many};
pub use dates::{age_on, birth_beside, birth_year, parse_date, parse_month_or_date};
pub use desk::{Desk, desk};
pub use draft::{DraftField, FaultLevel, FieldFault, MemberDraft};
pub use erasing::{ApplicationRetention, clear_old};
pub use error::MemberError;
pub use flow::{STEPS, Step, Verb, step_for, steps_from};
pub(crate) use follow::{Followed, back, follow};
pub use jobs::{TransferClock, remind_overdue};
pub use list::{
    Clear, Count, Filter, Group, Listing, MemberRow, Order, Page, Search, Standing, count_up_to,
    each, each_clear, list,
};
pub use model::*;
pub use moves::{hand_over, last_joined, relocate};
pub use period::periods;
pub use policy::{KIND, MemberPolicy};
pub use prepare::{PreparedMember, prepare};
pub use read::{get, masked_name};
pub use reveal::{TakenOut, note_taken_out, worth_the_name};
pub use rules::Permit;
pub use transfers::TRANSFERS;
pub use units::{MemberUnits, set_unit, unit_named, unit_of, unit_written};

#[cfg(test)]
mod tests;
