//! 建会流程: the founding of a basic union as a table (domain facts §4).
//!
//! Screens draw their buttons from [`FLOW`], the server answers 409 from it, and the handbook's diagram is
//! drawn from it. What a step needs besides the right state (papers, numbers, posts) stands in `rules.rs` and
//! in `definitions/orgs/founding*.toml`.

/// Declares a closed set with stored ids and Chinese terms.
macro_rules! terms {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $id:literal, $title:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item])* $variant),* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Stored form.
            pub fn id(self) -> &'static str { match self { $(Self::$variant => $id),* } }
            /// Chinese term.
            pub fn title(self) -> &'static str { match self { $(Self::$variant => $title),* } }
            /// The one with this stored id.
            pub fn from_id(id: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.id() == id) }
        }
    };
}
pub(crate) use terms;

terms! {
    /// Where a founding stands (建会状态).
    FoundingState {
        /// Being written.
        Draft = "draft", "草稿";
        /// Sent to the union above.
        Submitted = "submitted", "已申请";
        /// Sent back with a reason.
        Returned = "returned", "已退回";
        /// The union above agrees to the preparation.
        PrepApproved = "prep_approved", "批复筹备";
        /// The preparing group admits members.
        Preparing = "preparing", "发展会员";
        /// Candidates sent to the union above.
        CandidatesSubmitted = "candidates_submitted", "候选人待批";
        /// Candidates agreed to.
        CandidatesApproved = "candidates_approved", "候选人已批";
        /// The meeting has elected.
        MeetingHeld = "meeting_held", "已选举";
        /// The result was reported.
        ResultSubmitted = "result_submitted", "结果待批";
        /// Approved: the union exists.
        Approved = "approved", "批复成立";
        /// Has applied to be a legal person.
        LegalPersonApplied = "legal_person_applied", "申请法人登记";
        /// Registered as a legal person.
        Registered = "registered", "已登记法人";
        /// At work; the founding is complete.
        Active = "active", "正常运行";
        /// The union was suspended later.
        Suspended = "suspended", "停止活动";
        /// Given up, or the union was dissolved later.
        Dissolved = "dissolved", "已终止";
    }
}

terms! {
    /// What can be done with a founding.
    Verb {
        /// Send to the union above.
        Submit = "submit", "提交申请";
        /// Send back with a reason.
        Return = "return", "退回补正";
        /// Agree to the preparation.
        ApprovePrep = "approve_prep", "批复筹备";
        /// Begin to admit members.
        Begin = "begin", "开始发展会员";
        /// Send the candidates to the union above.
        SubmitCandidates = "submit_candidates", "报送候选人";
        /// Agree to the candidates.
        ApproveCandidates = "approve_candidates", "同意候选人";
        /// Record the meeting and its vote.
        HoldMeeting = "hold_meeting", "登记选举会议";
        /// Report the result.
        SubmitResult = "submit_result", "报送选举结果";
        /// Approve: the union comes into being.
        Approve = "approve", "批复成立";
        /// Apply to be a legal person.
        ApplyLegalPerson = "apply_legal_person", "申请法人登记";
        /// Register as a legal person.
        Register = "register", "登记法人";
        /// Begin to work.
        Activate = "activate", "正式运行";
        /// Give the founding up.
        Abandon = "abandon", "终止筹建";
        /// The union is suspended.
        Suspend = "suspend", "停止活动";
        /// The union resumes.
        Resume = "resume", "恢复活动";
        /// The union is dissolved.
        Dissolve = "dissolve", "撤销";
    }
}

/// Whose step it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who founds: the preparing group, or staff for it.
    Applicant,
    /// The union above (工会法第十二条).
    Superior,
    /// Follows from the union's own life (the pages of the union, not of the founding).
    Union,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Transition {
    /// From this state …
    pub from: FoundingState,
    /// … by this verb …
    pub verb: Verb,
    /// … to this one.
    pub to: FoundingState,
    /// Done by.
    pub side: Side,
    /// A note must say why.
    pub reason: bool,
}

const fn row(from: FoundingState, verb: Verb, to: FoundingState, side: Side) -> Transition {
    Transition {
        from,
        verb,
        to,
        side,
        reason: false,
    }
}

const fn with_reason(from: FoundingState, verb: Verb, to: FoundingState, side: Side) -> Transition {
    Transition {
        from,
        verb,
        to,
        side,
        reason: true,
    }
}

use FoundingState as S;
use Verb as V;

/// The whole flow. Every other change of state is refused.
pub const FLOW: &[Transition] = &[
    row(S::Draft, V::Submit, S::Submitted, Side::Applicant),
    row(S::Returned, V::Submit, S::Submitted, Side::Applicant),
    row(
        S::Submitted,
        V::ApprovePrep,
        S::PrepApproved,
        Side::Superior,
    ),
    with_reason(S::Submitted, V::Return, S::Returned, Side::Superior),
    row(S::PrepApproved, V::Begin, S::Preparing, Side::Applicant),
    row(
        S::Preparing,
        V::SubmitCandidates,
        S::CandidatesSubmitted,
        Side::Applicant,
    ),
    row(
        S::CandidatesSubmitted,
        V::ApproveCandidates,
        S::CandidatesApproved,
        Side::Superior,
    ),
    with_reason(
        S::CandidatesSubmitted,
        V::Return,
        S::Preparing,
        Side::Superior,
    ),
    row(
        S::CandidatesApproved,
        V::HoldMeeting,
        S::MeetingHeld,
        Side::Applicant,
    ),
    row(
        S::MeetingHeld,
        V::SubmitResult,
        S::ResultSubmitted,
        Side::Applicant,
    ),
    row(S::ResultSubmitted, V::Approve, S::Approved, Side::Superior),
    with_reason(
        S::ResultSubmitted,
        V::Return,
        S::CandidatesApproved,
        Side::Superior,
    ),
    row(
        S::Approved,
        V::ApplyLegalPerson,
        S::LegalPersonApplied,
        Side::Applicant,
    ),
    row(S::Approved, V::Activate, S::Active, Side::Applicant),
    row(
        S::LegalPersonApplied,
        V::Register,
        S::Registered,
        Side::Superior,
    ),
    with_reason(
        S::LegalPersonApplied,
        V::Return,
        S::Approved,
        Side::Superior,
    ),
    row(S::Registered, V::Activate, S::Active, Side::Applicant),
    with_reason(S::Draft, V::Abandon, S::Dissolved, Side::Applicant),
    with_reason(S::Returned, V::Abandon, S::Dissolved, Side::Applicant),
    with_reason(S::PrepApproved, V::Abandon, S::Dissolved, Side::Applicant),
    with_reason(S::Preparing, V::Abandon, S::Dissolved, Side::Applicant),
    with_reason(
        S::CandidatesApproved,
        V::Abandon,
        S::Dissolved,
        Side::Applicant,
    ),
    with_reason(S::Active, V::Suspend, S::Suspended, Side::Union),
    with_reason(S::Suspended, V::Resume, S::Active, Side::Union),
    with_reason(S::Approved, V::Dissolve, S::Dissolved, Side::Union),
    with_reason(
        S::LegalPersonApplied,
        V::Dissolve,
        S::Dissolved,
        Side::Union,
    ),
    with_reason(S::Registered, V::Dissolve, S::Dissolved, Side::Union),
    with_reason(S::Active, V::Dissolve, S::Dissolved, Side::Union),
    with_reason(S::Suspended, V::Dissolve, S::Dissolved, Side::Union),
];

/// The row for this verb in this state, if the flow has one.
pub fn transition(from: FoundingState, verb: Verb) -> Option<&'static Transition> {
    FLOW.iter().find(|row| row.from == from && row.verb == verb)
}

/// The rows that lead on from a state.
pub fn from_here(state: FoundingState) -> impl Iterator<Item = &'static Transition> {
    FLOW.iter().filter(move |row| row.from == state)
}

impl FoundingState {
    /// Who has to act now; none when the founding is complete or over. The first row of the table decides.
    pub fn waits_for(self) -> Option<Side> {
        from_here(self)
            .next()
            .map(|row| row.side)
            .filter(|side| *side != Side::Union)
    }

    /// Whether the founding is still under way.
    pub fn is_open(self) -> bool {
        self.waits_for().is_some()
    }
}

/// The states in the order in which a founding without setbacks passes through them, for the stepper.
pub const STRAIGHT: &[FoundingState] = &[
    S::Draft,
    S::Submitted,
    S::PrepApproved,
    S::Preparing,
    S::CandidatesSubmitted,
    S::CandidatesApproved,
    S::MeetingHeld,
    S::ResultSubmitted,
    S::Approved,
    S::Active,
];
