//! Ground floor of Niangjia (娘家): the rules that need nothing but their arguments.
//!
//! Identity numbers, money, civil time and deadlines, names, the union tree's paths, scope, refusals and
//! the reviewable definitions. Nothing here reads a file, a database, the network or the system clock, so
//! every rule can be tested in microseconds and means the same on every machine.

pub mod bank_card;
pub mod calendar;
pub mod case_kind;
pub mod check;
pub mod citizen_id;
pub mod clock;
pub mod clocks;
pub mod codes;
pub mod credit_code;
pub mod deadline;
pub mod definitions;
pub mod district;
pub mod duty;
pub mod id_document;
pub mod ids;
pub mod money;
pub mod org_path;
pub mod person_name;
pub mod phone;
pub mod pinyin;
mod rare_char;
pub mod ratio;
pub mod refusal;
pub mod region;
pub mod scope;
pub mod tenure;
pub mod text;
pub mod wages;
pub mod warning;

pub use bank_card::BankCard;
pub use calendar::Calendar;
pub use citizen_id::CitizenId;
pub use clock::{Clock, FixedClock, Instant};
pub use codes::Sex;
pub use credit_code::CreditCode;
pub use deadline::{DayType, Deadline, Due, Period};
pub use district::DistrictCode;
pub use id_document::{IdDocument, IdType};
pub use ids::*;
pub use jiff::civil::Date;
pub use money::Fen;
pub use org_path::OrgPath;
pub use person_name::PersonName;
pub use phone::MobilePhone;
pub use ratio::Rate;
pub use refusal::{Refusal, Refusals};
pub use scope::Scope;
