//! Statements on `application`.

macro_rules! application_columns {
    () => {
        "id, org_id, org_path, employer_id, name, id_type, id_sealed, id_index, phone_sealed, phone_index, sex, birth_on, job_title, note, \
         state, code, applied_at, decided_at, decided_by, reason, member_id, consent, unit"
    };
}

store::statements! {
    /// A new application.
    pub INSERT = "INSERT INTO application (district, id, org_id, org_path, employer_id, name, id_type, id_sealed, id_index, phone_sealed,
          phone_index, sex, birth_on, job_title, note, state, code, applied_at, decided_at, decided_by, reason, member_id, consent, unit)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'applied', $16, $17, NULL, NULL, NULL, NULL, $18, $19)";
    /// Where the worker works, as it was settled with the yes, and the question that is open about it.
    pub SET_UNIT = "UPDATE application SET unit = $3, employer_id = $4, match_id = $5 WHERE district = $1 AND id = $2";
    /// Members whose unit waited for the answer to a question.
    pub OF_MATCH = "SELECT member_id FROM application WHERE district = $1 AND match_id = $2 AND member_id IS NOT NULL";
    /// The unit a member wrote when joining, the latest first.
    pub UNIT_OF_MEMBER = "SELECT unit FROM application WHERE district = $1 AND member_id = $2 AND unit <> '' ORDER BY decided_at DESC LIMIT 1";
    /// One application.
    pub GET = concat!("SELECT ", application_columns!(), " FROM application WHERE district = $1 AND id = $2");
    /// One application by its receipt.
    pub BY_CODE = concat!("SELECT ", application_columns!(), " FROM application WHERE district = $1 AND code = $2");
    /// The open application of the same paper and phone at the same union.
    pub SAME = "SELECT code FROM application WHERE district = $1 AND id_type = $2 AND id_index = $3 AND org_id = $4 AND state = 'applied'
        AND phone_index = $5 ORDER BY applied_at LIMIT 1";
    /// One state's queue within a subtree; order and length of the page are appended.
    pub QUEUE = concat!("SELECT ", application_columns!(), " FROM application WHERE district = $1 AND state = $2 AND org_path >= $3
        AND org_path < $4");
    /// Decided ones within a subtree; the same.
    pub DECIDED = concat!("SELECT ", application_columns!(), " FROM application WHERE district = $1 AND state <> 'applied' AND org_path >= $2
        AND org_path < $3");
    /// Decide one that is still open.
    pub DECIDE = "UPDATE application SET state = $3, decided_at = $4, decided_by = $5, reason = $6, member_id = $7
        WHERE district = $1 AND id = $2 AND state = 'applied'";
    /// Decided ones that became a member.
    pub OF_MEMBER = "SELECT id FROM application WHERE district = $1 AND member_id = $2 AND state <> 'applied'";
    /// Decided ones with the paper of a member.
    pub WITH_PAPER_OF = "SELECT a.id FROM application a JOIN member m ON m.district = a.district AND m.id_type = a.id_type
        AND m.id_index = a.id_index WHERE a.district = $1 AND m.id = $2 AND a.state <> 'applied'";
    /// Refused and withdrawn ones decided before a moment that still name somebody.
    pub CAME_TO_NOTHING = "SELECT id FROM application WHERE district = $1 AND state IN ('rejected', 'withdrawn') AND decided_at < $2
        AND name <> $3 ORDER BY decided_at LIMIT $4";
    /// What names a person is gone; the receipt, the days and what became of it stay.
    pub CLEAR = "UPDATE application SET name = $3, id_sealed = $4, id_index = $5, phone_sealed = NULL, phone_index = NULL, sex = 0,
          birth_on = NULL, job_title = NULL, note = '', unit = '', employer_id = NULL, match_id = NULL, reason = NULL
        WHERE district = $1 AND id = $2";
    /// Open ones within a subtree, up to a bound.
    pub COUNT_OPEN = "SELECT COUNT(*) FROM (SELECT 1 FROM application WHERE district = $1 AND state = 'applied' AND org_path >= $2
        AND org_path < $3 LIMIT $4) AS found";
}
