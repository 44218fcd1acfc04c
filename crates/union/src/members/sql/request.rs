//! Statements on `member_request`.

macro_rules! request_columns {
    () => {
        "r.id, r.member_id, r.org_path, r.kind, r.detail_sealed, r.state, r.asked_at, r.due_on, r.decided_at, r.decided_by, r.answer, m.name, m.status, r.behalf"
    };
}

store::statements! {
    /// A new request.
    pub INSERT = "INSERT INTO member_request (district, id, member_id, org_path, kind, detail_sealed, state, asked_at, due_on, decided_at,
          decided_by, answer, behalf)
        VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, NULL, NULL, NULL, $9)";
    /// One request.
    pub GET = concat!("SELECT ", request_columns!(), " FROM member_request r JOIN member m ON m.district = r.district AND m.id = r.member_id
        WHERE r.district = $1 AND r.id = $2");
    /// Open requests of a subtree; order and length of the page are appended.
    pub QUEUE = concat!("SELECT ", request_columns!(), " FROM member_request r JOIN member m ON m.district = r.district AND m.id = r.member_id
        WHERE r.district = $1 AND r.state = 'open' AND r.org_path >= $2 AND r.org_path < $3");
    /// Decided requests of a subtree; the same.
    pub DECIDED = concat!("SELECT ", request_columns!(), " FROM member_request r JOIN member m ON m.district = r.district AND m.id = r.member_id
        WHERE r.district = $1 AND r.state <> 'open' AND r.org_path >= $2 AND r.org_path < $3");
    /// The requests of a member, newest first.
    pub OF_MEMBER = concat!("SELECT ", request_columns!(), " FROM member_request r JOIN member m ON m.district = r.district AND m.id = r.member_id
        WHERE r.district = $1 AND r.member_id = $2 ORDER BY r.asked_at DESC, r.id DESC LIMIT 50");
    /// Ids of a member's.
    pub FOLLOW_REQUESTS = "SELECT id FROM member_request WHERE district = $1 AND member_id = $2";
    /// One is another record's.
    pub SET_MEMBER = "UPDATE member_request SET member_id = $3 WHERE district = $1 AND id = $2 AND member_id = $4";
    /// Whether the same is asked already.
    pub SAME_OPEN = "SELECT id FROM member_request WHERE district = $1 AND member_id = $2 AND kind = $3 AND state = 'open' LIMIT 1";
    /// Decide one that is open.
    pub DECIDE = "UPDATE member_request SET state = $3, decided_at = $4, decided_by = $5, answer = $6
        WHERE district = $1 AND id = $2 AND state = 'open'";
    /// What a member asked in words goes with the member.
    pub CLEAR_DETAIL = "UPDATE member_request SET detail_sealed = NULL WHERE district = $1 AND member_id = $2";
    /// Open requests of a subtree, up to a bound.
    pub COUNT_OPEN = "SELECT COUNT(*) FROM (SELECT 1 FROM member_request WHERE district = $1 AND state = 'open' AND org_path >= $2
        AND org_path < $3 LIMIT $4) AS found";
    /// What names a person is gone; the periods stay for the statistics.
    pub ERASE = "UPDATE member SET name = $3, name_key = '', py_full = '', py_init = '', sex = 0, birth_on = NULL, id_sealed = $4,
          id_index = $5, phone_sealed = NULL, phone_index = NULL, bank_sealed = NULL, ethnic = NULL, education = NULL, politics = NULL,
          skill = NULL, household = NULL, employment = NULL, job_title = NULL, card_no = NULL, real_name = $6, updated_at = $7,
          version = version + 1
        WHERE district = $1 AND id = $2 AND status IN ('left', 'expelled', 'deceased', 'merged')";
}
