//! Every statement of the posters room.

macro_rules! columns {
    () => {
        "id, org_id, org_path, employer_id, spot, valid_to, uses, made_at, made_by, revoked_at, revoked_by, revoked_why"
    };
}

store::statements! {
    /// A new poster.
    pub INSERT = "INSERT INTO poster (district, id, code_index, org_id, org_path, employer_id, spot, valid_to, uses, made_at, made_by,
          revoked_at, revoked_by, revoked_why)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, NULL, '', '')";
    /// One poster.
    pub GET = concat!("SELECT ", columns!(), " FROM poster WHERE district = $1 AND id = $2");
    /// The poster of a code.
    pub BY_CODE = concat!("SELECT ", columns!(), " FROM poster WHERE district = $1 AND code_index = $2");
    /// Posters within scope, newest first.
    pub LIST = concat!("SELECT ", columns!(), " FROM poster WHERE district = $1 AND org_path >= $2 AND org_path < $3
        ORDER BY id DESC LIMIT $4");
    /// A case came by it.
    pub USE = "UPDATE poster SET uses = uses + 1 WHERE district = $1 AND id = $2";
    /// Withdrawn; once.
    pub REVOKE = "UPDATE poster SET revoked_at = $3, revoked_by = $4, revoked_why = $5
        WHERE district = $1 AND id = $2 AND revoked_at IS NULL";
    /// A subtree moved: its posters go along. `$2` new beginning, `$3` first kept character, `$4`–`$5` old range.
    pub MOVE = "UPDATE poster SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
}
