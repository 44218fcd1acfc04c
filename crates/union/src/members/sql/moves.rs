//! Statements for moves of the tree and ends of unions.

store::statements! {
    /// Records go along with their union. `$2` the new beginning, `$3` the first character kept, `$4` `$5` the old range.
    pub MEMBERS = "UPDATE member SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// Periods, past ones too.
    pub PERIODS = "UPDATE membership SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// Applications.
    pub APPLICATIONS = "UPDATE application SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// Suspected duplicates.
    pub PAIRS = "UPDATE duplicate_pair SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// Requests.
    pub REQUESTS = "UPDATE member_request SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// What imports changed, kept for undoing them.
    pub BEFORE = "UPDATE member_before SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// Transfers that leave the moved part.
    pub LEAVING = "UPDATE transfer SET from_path = $2 || substr(from_path, $3) WHERE district = $1 AND from_path >= $4 AND from_path < $5";
    /// Transfers that enter the moved part.
    pub ENTERING = "UPDATE transfer SET to_path = $2 || substr(to_path, $3) WHERE district = $1 AND to_path >= $4 AND to_path < $5";
    /// Open periods of a union.
    pub OPEN_OF_ORG = "SELECT s.id, s.member_id, s.from_on, s.change_in FROM membership s JOIN member m ON m.district = s.district AND m.id = s.member_id
        WHERE s.district = $1 AND s.to_on IS NULL AND s.org_id = $2 ORDER BY s.id LIMIT $3";
    /// The last of them began.
    pub LAST_JOINED = "SELECT from_on FROM membership WHERE district = $1 AND org_id = $2 AND to_on IS NULL ORDER BY from_on DESC LIMIT 1";
    /// One period ends.
    pub CLOSE_ONE = "UPDATE membership SET to_on = $3, change_out = $4, reason = $5, evidence = $6, actor = $7 WHERE district = $1 AND id = $2";
    /// Transfers under way out of an ended union go on from its heir …
    pub RETARGET_LEAVING = "UPDATE transfer SET from_org = $3, from_path = $4 WHERE district = $1 AND from_org = $2 AND state IN ('requested', 'issued')";
    /// … and those into it lead to the heir.
    pub RETARGET_ENTERING = "UPDATE transfer SET to_org = $3, to_path = $4 WHERE district = $1 AND to_org = $2 AND state IN ('requested', 'issued')";
    /// Who would now be transferred to the own union stays …
    pub STAY = "UPDATE member SET status = CASE WHEN EXISTS (SELECT 1 FROM membership s WHERE s.district = $1 AND s.member_id = member.id
          AND s.to_on IS NULL AND s.change_in = $4) THEN 'kept' ELSE 'active' END, updated_at = $3, version = version + 1 WHERE district = $1 AND status = 'transferring'
        AND id IN (SELECT member_id FROM transfer WHERE district = $1 AND from_org = $2 AND to_org = $2 AND state IN ('requested', 'issued'))";
    /// … and that transfer is over.
    pub END_POINTLESS = "UPDATE transfer SET state = 'cancelled', decided_at = $3, note = $4
        WHERE district = $1 AND from_org = $2 AND to_org = $2 AND state IN ('requested', 'issued')";
    /// Applications wait at the heir.
    pub RETARGET_APPLICATIONS = "UPDATE application SET org_id = $3, org_path = $4 WHERE district = $1 AND org_id = $2 AND state = 'applied'";
    /// A record belongs to another union.
    pub SET_ORG = "UPDATE member SET org_id = $3, org_path = $4, updated_at = $5, version = version + 1 WHERE district = $1 AND id = $2";
}

/// The statements of one relocation, in order.
pub static RELOCATE: &[&store::Statement] = &[
    &MEMBERS,
    &PERIODS,
    &APPLICATIONS,
    &PAIRS,
    &REQUESTS,
    &BEFORE,
    &LEAVING,
    &ENTERING,
];
