//! Statements on `duplicate_pair`, and the searches that find candidates.

/// Both records of a candidate, in the order `admit::likeness::Candidate::read` reads them.
macro_rules! candidate_columns {
    () => {
        "a.id, b.id, a.org_path, b.org_path, a.name_key, b.name_key, a.py_full, b.py_full, a.birth_on, b.birth_on, a.sex, b.sex, \
         a.id_type, b.id_type, a.id_sealed, b.id_sealed, a.phone_index, b.phone_index, a.employer_id, b.employer_id"
    };
}

store::statements! {
    /// Others with the birth date and initials of the records between two ids: same name, same sound, near sound.
    pub BY_BIRTH = concat!("SELECT ", candidate_columns!(), " FROM member a JOIN member b ON b.district = a.district
          AND b.birth_on = a.birth_on AND b.py_init = a.py_init AND b.id <> a.id AND b.status <> 'merged'
        WHERE a.district = $1 AND a.id >= $2 AND a.id <= $3 AND a.status <> 'merged'");
    /// Others with the phone and name of the records between two ids.
    pub BY_PHONE = concat!("SELECT ", candidate_columns!(), " FROM member a JOIN member b ON b.district = a.district
          AND b.phone_index = a.phone_index AND b.name_key = a.name_key AND b.id <> a.id AND b.status <> 'merged'
        WHERE a.district = $1 AND a.id >= $2 AND a.id <= $3 AND a.status <> 'merged' AND a.phone_index IS NOT NULL");
    /// A pair for the queue; one that was decided before is not opened again.
    pub INSERT_PAIR = "INSERT INTO duplicate_pair (district, id, left_id, right_id, org_path, score, reasons, state, found_at,
          decided_at, decided_by, why)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8, NULL, NULL, NULL) ON CONFLICT DO NOTHING";
    /// Open pairs whose two members both lie in a subtree; order and length of the page are appended.
    pub QUEUE = "SELECT p.id, p.left_id, p.right_id, p.score, p.reasons, p.state, p.found_at, p.decided_at, p.decided_by, p.why, a.name, b.name,
          a.org_path, b.org_path FROM duplicate_pair p
          JOIN member a ON a.district = p.district AND a.id = p.left_id JOIN member b ON b.district = p.district AND b.id = p.right_id
        WHERE p.district = $1 AND p.state = 'open' AND p.org_path >= $2 AND p.org_path < $3 AND a.org_path >= $2 AND a.org_path < $3
          AND b.org_path >= $2 AND b.org_path < $3 AND a.status <> 'merged' AND b.status <> 'merged'";
    /// Decided pairs of a subtree; the same.
    pub DECIDED = "SELECT p.id, p.left_id, p.right_id, p.score, p.reasons, p.state, p.found_at, p.decided_at, p.decided_by, p.why, a.name, b.name,
          a.org_path, b.org_path FROM duplicate_pair p
          JOIN member a ON a.district = p.district AND a.id = p.left_id JOIN member b ON b.district = p.district AND b.id = p.right_id
        WHERE p.district = $1 AND p.state <> 'open' AND p.org_path >= $2 AND p.org_path < $3 AND a.org_path >= $2 AND a.org_path < $3
          AND b.org_path >= $2 AND b.org_path < $3";
    /// One pair.
    pub GET = "SELECT p.id, p.left_id, p.right_id, p.score, p.reasons, p.state, p.found_at, p.decided_at, p.decided_by, p.why, a.name, b.name,
          a.org_path, b.org_path FROM duplicate_pair p
          JOIN member a ON a.district = p.district AND a.id = p.left_id JOIN member b ON b.district = p.district AND b.id = p.right_id
        WHERE p.district = $1 AND p.id = $2";
    /// Open pairs of a subtree, up to a bound.
    pub COUNT_OPEN = "SELECT COUNT(*) FROM (SELECT 1 FROM duplicate_pair WHERE district = $1 AND state = 'open' AND org_path >= $2
        AND org_path < $3 LIMIT $4) AS found";
    /// Decide a pair, or open it again.
    pub DECIDE = "UPDATE duplicate_pair SET state = $3, decided_at = $4, decided_by = $5, why = $6 WHERE district = $1 AND id = $2 AND state = $7";
    /// A merge, with everything needed to undo it.
    pub INSERT_MERGE = "INSERT INTO merge_log (district, id, kept_id, absorbed_id, snapshot_sealed, at, actor, undone_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)";
    /// One merge.
    pub GET_MERGE = "SELECT kept_id, absorbed_id, snapshot_sealed, at, actor, undone_at FROM merge_log WHERE district = $1 AND id = $2";
    /// The merges a member took part in that have not been undone, newest first.
    pub MERGES_OF = "SELECT id, kept_id, absorbed_id, at, actor FROM merge_log WHERE district = $1 AND (kept_id = $2 OR absorbed_id = $2)
        AND undone_at IS NULL ORDER BY at DESC, id DESC LIMIT 50";
    /// The records that live on in one.
    pub ABSORBED_BY = "SELECT absorbed_id FROM merge_log WHERE district = $1 AND kept_id = $2 AND undone_at IS NULL";
    /// What merges of a record kept of before; they cannot be undone any more.
    pub FORGET_MERGES = "DELETE FROM merge_log WHERE district = $1 AND (kept_id = $2 OR absorbed_id = $2)";
    /// Undone, once.
    pub UNDO_MERGE = "UPDATE merge_log SET undone_at = $3 WHERE district = $1 AND id = $2 AND undone_at IS NULL";
    /// The fields a merge may fill, in the order `Fields::read` reads them.
    pub FIELDS = "SELECT name, employer_id, phone_sealed, bank_sealed, ethnic, education, politics, skill, household, employment, job_title,
          migrant, new_form, difficult, model_worker, mutual_aid, real_name, card_no, joined_on, version FROM member WHERE district = $1 AND id = $2";
    /// Those fields, written.
    pub SET_FIELDS = "UPDATE member SET employer_id = $3, phone_sealed = $4, phone_index = $5, bank_sealed = $6, ethnic = $7, education = $8,
          politics = $9, skill = $10, household = $11, employment = $12, job_title = $13, migrant = $14, new_form = $15, difficult = $16,
          model_worker = $17, mutual_aid = $18, real_name = $19, card_no = $20, joined_on = $21, updated_at = $22, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $23";
    /// A record becomes part of another.
    pub ABSORB = "UPDATE member SET status = 'merged', merged_into = $3, updated_at = $4, version = version + 1
        WHERE district = $1 AND id = $2 AND status = $5";
    /// A record stands by itself again.
    pub RELEASE = "UPDATE member SET status = $3, merged_into = NULL, updated_at = $4, version = version + 1
        WHERE district = $1 AND id = $2 AND status = 'merged' AND merged_into = $5";
    /// A period that a merge closed is open again, as it was.
    pub REOPEN = "UPDATE membership SET to_on = NULL, change_out = NULL, reason = $4, evidence = $5, actor = $6
        WHERE district = $1 AND member_id = $2 AND id = $3";
}
