//! 权限 access: who may come in, for which post, and how far they see.
//!
//! An account (账号) is a person's key; a post (岗位) is a role at one union. One account may hold
//! several posts; exactly one is active in a session and scopes never merge. A role (角色) is a
//! definition file: a name and a set of capabilities. Three administrators stay apart: the system
//! administrator runs the machine, the security administrator grants posts, the audit administrator
//! reads the log, and no account holds two of them (GB/T 22239-2019, three separate roles).
//!
//! This is the only room that makes a `Scope`; an account without an active post sees nothing.

mod actions;
mod capability;
mod error;
mod kinds;
mod lockout;
mod model;
mod password;
mod roles;
pub mod sql;
mod totp;

#[cfg(test)]
mod tests;

pub use actions::*;
pub use capability::{Capability, CapabilitySet};
pub use error::AccessError;
pub use kinds::{POLICY_KIND, ROLES_KIND};
pub use lockout::{AccessPolicy, needs_second};
pub use model::*;
use password::spare_name;
pub use password::{hash_password, one_time_password, verify_password};
pub use roles::{Level, Role, Roles};
pub use totp::TotpSecret;
