//! Statements on `transfer`. The table has two paths and no `org_path`: both unions must see it, so every list
//! here binds the range of one side.

macro_rules! transfer_columns {
    () => {
        "t.id, t.member_id, t.from_org, t.from_path, t.to_org, t.to_path, t.state, t.requested_on, t.due_on, t.reminded_at, \
         t.decided_at, t.note, m.name, m.version"
    };
}

store::statements! {
    /// A new transfer; a second open one for the same member is refused by the row count.
    pub INSERT = "INSERT INTO transfer (district, id, member_id, from_org, from_path, to_org, to_path, state, requested_on, due_on,
          reminded_at, decided_at, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, NULL, $11) ON CONFLICT DO NOTHING";
    /// One transfer.
    pub GET = concat!("SELECT ", transfer_columns!(), " FROM transfer t JOIN member m ON m.district = t.district AND m.id = t.member_id
        WHERE t.district = $1 AND t.id = $2");
    /// The transfers of a member, newest first.
    pub OF_MEMBER = concat!("SELECT ", transfer_columns!(), " FROM transfer t JOIN member m ON m.district = t.district AND m.id = t.member_id
        WHERE t.district = $1 AND t.member_id = $2 ORDER BY t.requested_on DESC, t.id DESC LIMIT 50");
    /// Transfers in one state that leave a subtree; order and length of the page are appended. Few are open and many are past: the empty
    /// concatenations make SQLite ask the index of states.
    pub LEAVING = concat!("SELECT ", transfer_columns!(), " FROM transfer t JOIN member m ON m.district = t.district AND m.id = t.member_id
        WHERE t.district = $1 AND t.state = $2 AND t.from_path || '' >= $3 AND t.from_path || '' < $4");
    /// Transfers in one state that enter a subtree; the same.
    pub ENTERING = concat!("SELECT ", transfer_columns!(), " FROM transfer t JOIN member m ON m.district = t.district AND m.id = t.member_id
        WHERE t.district = $1 AND t.state = $2 AND t.to_path || '' >= $3 AND t.to_path || '' < $4");
    /// Open transfers past their last day that touch a subtree on either side; the same.
    pub OVERDUE = concat!("SELECT ", transfer_columns!(), " FROM transfer t JOIN member m ON m.district = t.district AND m.id = t.member_id
        WHERE t.district = $1 AND t.state IN ('requested', 'issued') AND t.reminded_at IS NOT NULL
        AND ((t.from_path >= $2 AND t.from_path < $3) OR (t.to_path >= $2 AND t.to_path < $3))");
    /// How many leave a subtree in one state, and the first last day among them.
    pub COUNT_LEAVING = "SELECT COUNT(*), MIN(due_on) FROM transfer WHERE district = $1 AND state = $2 AND from_path || '' >= $3 AND from_path || '' < $4";
    /// The same of those that enter it.
    pub COUNT_ENTERING = "SELECT COUNT(*), MIN(due_on) FROM transfer WHERE district = $1 AND state = $2 AND to_path || '' >= $3 AND to_path || '' < $4";
    /// How many open transfers that touch a subtree are past their last day.
    pub COUNT_OVERDUE = "SELECT COUNT(*) FROM transfer WHERE district = $1 AND state IN ('requested', 'issued') AND reminded_at IS NOT NULL
        AND ((from_path || '' >= $2 AND from_path || '' < $3) OR (to_path || '' >= $2 AND to_path || '' < $3))";
    /// Open transfers whose last day has passed and of which nobody has been reminded.
    pub DUE = "SELECT id, member_id, from_path, to_path, state, due_on FROM transfer
        WHERE district = $1 AND state = $2 AND due_on < $3 AND reminded_at IS NULL ORDER BY due_on, id LIMIT $4";
    /// The common superior has been reminded.
    pub REMIND = "UPDATE transfer SET reminded_at = $3 WHERE district = $1 AND id = $2 AND reminded_at IS NULL";
    /// Into another state, if it still has the old one.
    pub MOVE = "UPDATE transfer SET state = $3, due_on = $4, reminded_at = NULL, decided_at = $5, note = $6
        WHERE district = $1 AND id = $2 AND state = $7";
    /// End whatever transfer of a member is open.
    pub CANCEL_OPEN = "UPDATE transfer SET state = 'cancelled', decided_at = $3, note = $4
        WHERE district = $1 AND member_id = $2 AND state IN ('requested', 'issued')";
    /// Open transfers that touch a subtree, up to a bound.
    pub COUNT_OPEN = "SELECT COUNT(*) FROM (SELECT 1 FROM transfer WHERE district = $1 AND state IN ('requested', 'issued')
        AND ((from_path >= $2 AND from_path < $3) OR (to_path >= $2 AND to_path < $3)) LIMIT $4) AS found";
}
