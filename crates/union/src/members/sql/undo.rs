//! Statements for taking an import back.

store::statements! {
    /// What a record says, in the order `undo::Image::read` reads it.
    pub IMAGE = "SELECT org_id, org_path, employer_id, name, phone_sealed, bank_sealed, ethnic, education, politics, skill,
          household, employment, job_title, migrant, new_form, difficult, model_worker, mutual_aid, real_name, status, card_no
        FROM member WHERE district = $1 AND id = $2";
    /// Keep the first image of a record in a batch.
    pub REMEMBER = "INSERT INTO member_before (district, batch_id, member_id, org_path, image_sealed, version_after)
        VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT DO NOTHING";
    /// Note the version that the batch left behind.
    pub SETTLED = "UPDATE member_before SET version_after =
          (SELECT version FROM member WHERE member.district = member_before.district AND member.id = member_before.member_id)
        WHERE district = $1 AND batch_id = $2 AND member_id = $3";
    /// Images of a batch after a member, in order.
    pub IMAGES = "SELECT member_id, image_sealed, version_after FROM member_before
        WHERE district = $1 AND batch_id = $2 AND member_id > $3 ORDER BY member_id LIMIT $4";
    /// The image of one record.
    pub FORGET = "DELETE FROM member_before WHERE district = $1 AND batch_id = $2 AND member_id = $3";
    /// All images of a batch.
    pub FORGET_ALL = "DELETE FROM member_before WHERE district = $1 AND batch_id = $2";
    /// Every image of a record.
    pub FORGET_MEMBER = "DELETE FROM member_before WHERE district = $1 AND member_id = $2";
    /// Put a record back, if nobody has changed it since.
    pub RESTORE = "UPDATE member SET org_id = $3, org_path = $4, employer_id = $5, name = $6, name_key = $7, py_full = $8,
          py_init = $9, phone_sealed = $10, phone_index = $11, bank_sealed = $12, ethnic = $13, education = $14, politics = $15,
          skill = $16, household = $17, employment = $18, job_title = $19, migrant = $20, new_form = $21, difficult = $22,
          model_worker = $23, mutual_aid = $24, real_name = $25, status = $26, card_no = $27, updated_at = $28,
          version = version + 1
        WHERE district = $1 AND id = $2 AND version = $29";
    /// Periods that a batch opened for a record and that are still open.
    pub DROP_PERIOD = "DELETE FROM membership WHERE district = $1 AND batch_id = $2 AND member_id = $3 AND to_on IS NULL";
    /// Records that a batch entered, after one of them, with what has become of them.
    pub ENTERED = "SELECT m.id, m.org_id, m.org_path, m.version, m.status FROM member m
        WHERE m.district = $1 AND m.batch_id = $2 AND m.id > $3 ORDER BY m.id LIMIT $4";
    /// Of these records, those with a period that the batch did not open.
    pub LATER_PERIODS = "SELECT DISTINCT member_id FROM membership
        WHERE district = $1 AND (batch_id IS NULL OR batch_id <> $2) AND member_id IN ";
    /// Of these records, those that were ever transferred.
    pub TRANSFERS = "SELECT DISTINCT member_id FROM transfer WHERE district = $1 AND member_id IN ";
    /// Of these records, those that gave a consent.
    pub CONSENTS = "SELECT DISTINCT member_id FROM consent WHERE district = $1 AND member_id IN ";
    /// Of these records, those that asked for something about their data.
    pub REQUESTS = "SELECT DISTINCT member_id FROM member_request WHERE district = $1 AND member_id IN ";
    /// Of these records, those about which a doubt was decided (right side of the pair).
    pub DECIDED_RIGHT = "SELECT DISTINCT right_id FROM duplicate_pair WHERE district = $1 AND state <> 'open' AND right_id IN ";
    /// Of these records, those about which a doubt was decided (left side of the pair).
    pub DECIDED_LEFT = "SELECT DISTINCT left_id FROM duplicate_pair WHERE district = $1 AND state <> 'open' AND left_id IN ";
    /// Of these records, those that others were merged into.
    pub ABSORBED = "SELECT DISTINCT kept_id FROM merge_log WHERE district = $1 AND kept_id IN ";
    /// Undecided doubts about these records (right side).
    pub DROP_PAIRS_RIGHT = "DELETE FROM duplicate_pair WHERE district = $1 AND right_id IN ";
    /// Undecided doubts about these records (left side).
    pub DROP_PAIRS_LEFT = "DELETE FROM duplicate_pair WHERE district = $1 AND left_id IN ";
    /// The periods of these records.
    pub DROP_PERIODS = "DELETE FROM membership WHERE district = $1 AND member_id IN ";
    /// These records.
    pub DROP_MEMBERS = "DELETE FROM member WHERE district = $1 AND id IN ";
}
