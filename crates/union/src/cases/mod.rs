//! 办件 cases: the one engine for everything that has a deadline.
//!
//! A case (办件) is one matter with one number: an arrears warning to handle, a worker's demand, a mediation, a
//! supervision, legal aid, a visit. What its kind asks, who answers at which level, which verbs lead where, which
//! clocks run and which evidence ends it stand in `definitions/cases`; the rules are applied by
//! [`kernel::case_kind`], and this room finds the desks, keeps the file and wakes when a clock runs out. Passing a
//! case on keeps its number, clocks and file. A missed clock stays missed and raises the responsible level by one;
//! nobody can edit it away. Who reported is sealed.

mod actions;
mod brief;
mod choices;
mod correct;
mod demand;
mod desks;
mod duty;
mod error;
mod evidence;
pub mod figures;
mod find;
pub(crate) mod follow;
mod helpers;
mod identity;
mod intake;
mod jobs;
mod keep;
mod kinds;
mod letters;
mod listed;
mod load;
mod matter;
mod merge;
mod model;
mod moves;
mod names;
mod outlived;
mod overtaken;
mod own;
pub mod past;
mod pausing;
mod public;
mod read;
mod retention;
mod roster;
mod season;
mod second;
mod sent;
pub mod sql;
#[cfg(test)]
pub(crate) mod tests;
mod unseal;
mod unsure;
mod written;

pub use crate::attachments::FileBytes;
pub use actions::{Acted, Regrade, act, hold_escalation, regrade, tick};
pub use brief::{Brief, LEVELS, Stage, briefs, late, late_since};
pub use choices::{DeskChoice, choices};
pub use demand::{DEMAND, own_kinds, taken_back};
pub use duty::{DutyShift, duty_hours, read as read_duty};
pub use error::CaseError;
pub use evidence::{evidence, evidence_file};
pub use find::{number, serial};
pub(crate) use follow::{Followed, back, follow};
pub use helpers::{HelperLine, NewHelper, helpers, note_client, set_helper};
pub use identity::{Opening, PartyLine, Revealed, masked, openings, parties, respondent, reveal};
pub use intake::{by_key, open};
pub use jobs::Clocks;
pub use kernel::case_kind::{
    Allowed, BackTo, CaseKind, ClockState, Confidentiality, Happened, Own, Unit, Verb,
};
pub use kernel::ids::{CaseClockId, CaseEventId, CaseEvidenceId, CaseId, CasePartyId};
pub use kinds::{kind, kinds};
pub use letters::{letter_answered, letter_facts, letters_of, told_by_letter};
pub use listed::{FirstClock, ListClocks};
pub use model::{
    ActInput, CallInput, Case, CaseFilter, CaseLine, CaseRef, ClockLine, EventLine, EvidenceLine,
    LARGEST_FILE, NewCase, NewEvidence, NextOwner, Reporter,
};
pub(crate) use moves::relocate;
pub use names::Names;
pub use outlived::Outlived;
pub use own::{Duty, duties, waits};
pub use pausing::{PauseForm, PauseWaiting, pause_form, pause_waiting};
pub use public::{
    PublicCase, PublicDue, PublicLine, by_receipt as public_by_receipt, own as public_own,
};
pub use read::{
    Extendable, LinkLine, Waiting, allowed_verbs, buttons, by_no, by_receipt, clocks, count,
    cursor, extendable, get, get_linked, lasting, links, list, note_view, of_link, of_member,
    receipt, timeline, waiting, why_not,
};
pub use retention::{
    Destroy, Disposal, DisposalItem, DisposalState, Retention, decide_disposal, disposal,
    disposals, keep_case, propose_disposal,
};
pub use roster::{RosterEntry, RosterLine, roster};
pub use season::{Announced, Standing, announce, announcements, season_at, seasons};
pub use sent::{Sent, sent, sent_by_receipt, verify};
pub use unseal::{RevealAsk, Sealing, ask_reveal, grant_reveal, sealing};
pub use unsure::{Units, unit_asked, waiting_for_unit};

/// Every statement of this room.
pub fn statements() -> Vec<&'static store::Statement> {
    [
        sql::ALL,
        past::sql::ALL,
        figures::sql::ALL,
        follow::sql::ALL,
    ]
    .concat()
}
