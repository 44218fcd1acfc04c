//! Statements that count the members of one union.

store::statements! {
    /// Women on the roll of one union.
    pub WOMEN = "SELECT COUNT(*) FROM member WHERE district = $1 AND org_path = $2 AND org_id = $3 AND sex = 2 AND status IN ('active', 'transferring')";
}
