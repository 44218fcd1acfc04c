//! Statements on `consent`: given and withdrawn, never changed.

store::statements! {
    /// Given.
    pub GIVE = "INSERT INTO consent (district, id, member_id, purpose, text_version, given_at, withdrawn_at, channel)
        VALUES ($1, $2, $3, $4, $5, $6, NULL, $7)";
    /// Withdrawn; what was given stays on record.
    pub WITHDRAW = "UPDATE consent SET withdrawn_at = $4 WHERE district = $1 AND member_id = $2 AND purpose = $3 AND withdrawn_at IS NULL";
    /// All of a member's, newest first.
    pub OF_MEMBER = "SELECT purpose, text_version, given_at, withdrawn_at, channel FROM consent WHERE district = $1 AND member_id = $2
        ORDER BY given_at DESC, id DESC LIMIT 200";
    /// Ids of a member's.
    pub FOLLOW_CONSENTS = "SELECT id FROM consent WHERE district = $1 AND member_id = $2";
    /// One is another record's.
    pub SET_MEMBER = "UPDATE consent SET member_id = $3 WHERE district = $1 AND id = $2 AND member_id = $4";
}
