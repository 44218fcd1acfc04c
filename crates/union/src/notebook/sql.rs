//! Every statement of the notebook. Each on an entry binds its owner.

store::statements! {
    /// The worker's entries that are there.
    pub ENTRIES = "SELECT id, edited_at, received_at, body_sealed FROM notebook_entry
        WHERE district = $1 AND owner_id = $2 AND body_sealed IS NOT NULL ORDER BY id";
    /// One entry, there or deleted.
    pub ENTRY = "SELECT id, edited_at, received_at, body_sealed FROM notebook_entry WHERE district = $1 AND owner_id = $2 AND id = $3";
    /// How many there are.
    pub COUNT = "SELECT COUNT(*) FROM notebook_entry WHERE district = $1 AND owner_id = $2";
    /// A first arrival.
    pub INSERT = "INSERT INTO notebook_entry (district, owner_id, id, edited_at, received_at, body_sealed) VALUES ($1, $2, $3, $4, $5, $6)";
    /// A newer edit.
    pub UPDATE = "UPDATE notebook_entry SET edited_at = $4, received_at = $5, body_sealed = $6
        WHERE district = $1 AND owner_id = $2 AND id = $3";
    /// An earlier edit; kept once.
    pub KEEP = "INSERT INTO notebook_history (district, owner_id, entry_id, edited_at, body_index, id, body_sealed)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    /// Earlier edits of an entry, newest first.
    pub HISTORY = "SELECT id, edited_at, body_sealed FROM notebook_history WHERE district = $1 AND owner_id = $2 AND entry_id = $3
        ORDER BY edited_at DESC, id DESC LIMIT 50";
    /// All earlier edits, for the worker's copy.
    pub ALL_HISTORY = "SELECT id, edited_at, body_sealed, entry_id FROM notebook_history WHERE district = $1 AND owner_id = $2 ORDER BY entry_id, edited_at";
    /// A deleted entry keeps no history.
    pub DROP_HISTORY = "DELETE FROM notebook_history WHERE district = $1 AND owner_id = $2 AND entry_id = $3";
    /// A whole notebook goes: earlier edits first.
    pub FORGET_HISTORY = "DELETE FROM notebook_history WHERE district = $1 AND owner_id = $2";
    /// Then the entries.
    pub FORGET_ENTRIES = "DELETE FROM notebook_entry WHERE district = $1 AND owner_id = $2";
    /// What was given to unions is emptied with it.
    pub FORGET_SHARES = "UPDATE notebook_share SET statement_sealed = NULL, withdrawn_at = $3
        WHERE district = $1 AND member_id = $2 AND withdrawn_at IS NULL";

    /// Every entry of an owner, deleted ones too.
    pub FOLLOW_ENTRIES = "SELECT id FROM notebook_entry WHERE district = $1 AND owner_id = $2 ORDER BY id";
    /// Earlier edits go along with their entry; they are sealed by their own ids.
    pub GIVE_HISTORY = "UPDATE notebook_history SET owner_id = $4 WHERE district = $1 AND owner_id = $2 AND entry_id = $3";
    /// An entry that lies with another record now.
    pub DROP_ENTRY = "DELETE FROM notebook_entry WHERE district = $1 AND owner_id = $2 AND id = $3";
    /// Every share of a member.
    pub FOLLOW_SHARES = "SELECT id FROM notebook_share WHERE district = $1 AND member_id = $2";
    /// A share is another record's.
    pub SET_SHARE_MEMBER = "UPDATE notebook_share SET member_id = $3 WHERE district = $1 AND id = $2 AND member_id = $4";

    /// A share.
    pub SHARE = "INSERT INTO notebook_share (district, id, member_id, org_id, org_path, purpose, text_version, statement_sealed, digest,
          shared_at, withdrawn_at, case_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, $11)";
    /// One share.
    pub GET_SHARE = "SELECT id, member_id, org_id, org_path, purpose, text_version, digest, shared_at, withdrawn_at, case_id, statement_sealed
        FROM notebook_share WHERE district = $1 AND id = $2";
    /// A worker's shares, newest first.
    pub SHARES_OF = "SELECT id, member_id, org_id, org_path, purpose, text_version, digest, shared_at, withdrawn_at, case_id
        FROM notebook_share WHERE district = $1 AND member_id = $2 ORDER BY shared_at DESC, id DESC LIMIT 100";
    /// Shares a part of the tree was given and still has, newest first.
    pub SHARES_IN = "SELECT id, member_id, org_id, org_path, purpose, text_version, digest, shared_at, withdrawn_at, case_id
        FROM notebook_share WHERE district = $1 AND org_path >= $2 AND org_path < $3 AND withdrawn_at IS NULL
        ORDER BY shared_at DESC, id DESC LIMIT $4";
    /// Shares given for a case, the oldest first; row-level security leaves those of the own part of the tree.
    pub SHARES_FOR = "SELECT id, member_id, org_id, org_path, purpose, text_version, digest, shared_at, withdrawn_at, case_id
        FROM notebook_share WHERE district = $1 AND case_id = $2 ORDER BY shared_at, id LIMIT 100";
    /// Taken back: the copy is gone.
    pub WITHDRAW = "UPDATE notebook_share SET statement_sealed = NULL, withdrawn_at = $4
        WHERE district = $1 AND member_id = $2 AND id = $3 AND withdrawn_at IS NULL";
    /// A subtree moved: what it was given goes along. `$2` new beginning, `$3` first kept character, `$4`–`$5` old range.
    pub MOVE_SHARES = "UPDATE notebook_share SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
}
