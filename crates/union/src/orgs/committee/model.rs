//! Committees and officers.

use kernel::{CommitteeId, Date, MemberId, OfficerId, OrgId, OrgPath};

use super::super::flow::terms;

terms! {
    /// The bodies of a union (委员会类别). Trade Union Law arts. 10, 45; domain facts §4.
    CommitteeKind {
        /// The union committee itself.
        Committee = "committee", "工会委员会";
        /// Audit committee: goes with every committee.
        Audit = "audit", "经费审查委员会";
        /// Women workers' committee.
        Women = "women", "女职工委员会";
        /// Labour-law supervision.
        LawSupervision = "law_supervision", "劳动法律监督委员会";
        /// Labour-dispute mediation.
        Mediation = "mediation", "劳动争议调解委员会";
    }
}

terms! {
    /// Positions of officers (职务).
    Position {
        /// Chair.
        Chair = "chair", "主席（主任）";
        /// Vice chair.
        ViceChair = "vice_chair", "副主席（副主任）";
        /// Committee member.
        Member = "member", "委员";
        /// Single organiser where there is no committee.
        Organiser = "organiser", "组织员";
        /// Labour-law supervisor where there is no committee.
        Supervisor = "supervisor", "劳动法律监督员";
    }
}

/// A committee with its officers.
#[derive(Debug, Clone)]
pub struct Committee {
    /// Its id.
    pub id: CommitteeId,
    /// Its union.
    pub org: OrgId,
    /// Where that union hangs.
    pub org_path: OrgPath,
    /// Which body.
    pub kind: CommitteeKind,
    /// Length of the term in years.
    pub term_years: i64,
    /// First day of the term: the day of the election.
    pub from_on: Date,
    /// Last day of the term by its length.
    pub to_on: Date,
    /// Last day when the union above has allowed an extension.
    pub extended_to: Option<Date>,
    /// The day it was followed by another or ended.
    pub ended_on: Option<Date>,
    /// Officers, chair first; those who left at the end.
    pub officers: Vec<Officer>,
}

impl Committee {
    /// The day the term ends, extension included.
    pub fn ends_on(&self) -> Date {
        self.extended_to.unwrap_or(self.to_on)
    }
}

/// One officer.
#[derive(Debug, Clone)]
pub struct Officer {
    /// Its id.
    pub id: OfficerId,
    /// Name.
    pub name: String,
    /// The member record, when known.
    pub member: Option<MemberId>,
    /// Position.
    pub position: Position,
    /// Works full time for the union.
    pub full_time: bool,
    /// First day.
    pub from_on: Date,
    /// Last day, once left.
    pub to_on: Option<Date>,
    /// End of the labour contract, when it has one.
    pub contract_end: Option<Date>,
    /// Until when the labour contract is protected (工会法第十九条), for chair, vice chairs and members of the
    /// union committee.
    pub protected_until: Option<Date>,
}

/// What is needed for a new committee.
#[derive(Debug, Clone)]
pub struct NewCommittee {
    /// Which body.
    pub kind: CommitteeKind,
    /// Length of the term in years.
    pub term_years: i64,
    /// Day of the election.
    pub from_on: Date,
    /// Who was elected.
    pub officers: Vec<NewOfficer>,
}

/// What is needed for an officer.
#[derive(Debug, Clone)]
pub struct NewOfficer {
    /// Name.
    pub name: String,
    /// The member record, when known.
    pub member: Option<MemberId>,
    /// Stored id of the position.
    pub position: String,
    /// Works full time for the union.
    pub full_time: bool,
    /// End of the labour contract, when it has one.
    pub contract_end: Option<Date>,
}
