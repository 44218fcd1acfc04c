//! Statements on `membership`: dated periods, at most one open per member.

store::statements! {
    /// A new period, open.
    pub OPEN = "INSERT INTO membership (district, id, member_id, org_id, org_path, from_on, to_on, change_in, change_out, reason,
          evidence, actor, batch_id, at)
        VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, NULL, $8, $9, $10, $11, $12)";
    /// A period that had ended before it was entered (old rolls).
    pub PAST = "INSERT INTO membership (district, id, member_id, org_id, org_path, from_on, to_on, change_in, change_out, reason,
          evidence, actor, batch_id, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    /// The periods of a member, newest first.
    pub OF_MEMBER = "SELECT id, org_id, org_path, from_on, to_on, change_in, change_out, reason, evidence, actor, at FROM membership
        WHERE district = $1 AND member_id = $2 ORDER BY from_on DESC, id DESC";
    /// Close the open period; the row count says whether there was one.
    pub CLOSE = "UPDATE membership SET to_on = $3, change_out = $4, reason = $5, evidence = $6, actor = $7
        WHERE district = $1 AND member_id = $2 AND to_on IS NULL AND from_on <= $3";
}
