//! Statements on `member`.

/// Columns of a whole record, in the order `read::member_of` reads them.
macro_rules! member_columns {
    () => {
        "m.id, m.org_id, m.org_path, m.employer_id, m.name, m.sex, m.birth_on, m.id_type, m.id_sealed, m.phone_sealed, \
         m.bank_sealed, m.ethnic, m.education, m.politics, m.skill, m.household, m.employment, m.job_title, m.migrant, \
         m.new_form, m.difficult, m.model_worker, m.mutual_aid, m.real_name, m.status, m.joined_on, m.card_no, \
         m.merged_into, m.batch_id, m.created_at, m.version"
    };
}

/// What admission compares with, in the order `admit::Existing::read` reads them.
macro_rules! existing_columns {
    () => {
        "id, org_id, org_path, status, merged_into, version, id_type, id_index, name, employer_id, phone_index, bank_sealed, \
         ethnic, education, politics, skill, household, employment, job_title, migrant, new_form, difficult, model_worker, \
         mutual_aid, real_name, card_no"
    };
}

store::statements! {
    /// A new record. The same paper twice changes nothing; the row count says so.
    pub INSERT = "INSERT INTO member (district, id, org_id, org_path, employer_id, name, name_key, py_full, py_init, sex, birth_on,
          id_type, id_sealed, id_index, phone_sealed, phone_index, bank_sealed, ethnic, education, politics, skill, household,
          employment, job_title, migrant, new_form, difficult, model_worker, mutual_aid, real_name, status, joined_on, card_no,
          merged_into, batch_id, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
          $25, $26, $27, $28, $29, $30, 'active', $31, $32, NULL, $33, $34, $35, 1) ON CONFLICT DO NOTHING";
    /// One record.
    pub GET = concat!("SELECT ", member_columns!(), " FROM member m WHERE m.district = $1 AND m.id = $2");
    /// The record of a paper.
    pub EXISTING = concat!("SELECT ", existing_columns!(), " FROM member WHERE district = $1 AND id_type = $2 AND id_index = $3");
    /// One record as admission compares it.
    pub EXISTING_BY_ID = concat!("SELECT ", existing_columns!(), " FROM member WHERE district = $1 AND id = $2");
    /// The records of many papers of one kind; the caller adds the list.
    pub EXISTING_MANY = concat!("SELECT ", existing_columns!(), " FROM member WHERE district = $1 AND id_type = $2 AND id_index IN ");
    /// Which ids of a range exist.
    pub IDS_BETWEEN = "SELECT id FROM member WHERE district = $1 AND id >= $2 AND id <= $3";
    /// Change fields that a newer row knows better; empty ones stay as they are.
    pub REFRESH = "UPDATE member SET name = COALESCE($3, name), name_key = COALESCE($4, name_key),
          py_full = COALESCE($5, py_full), py_init = COALESCE($6, py_init), employer_id = COALESCE($7, employer_id),
          phone_sealed = COALESCE($8, phone_sealed), phone_index = COALESCE($9, phone_index), bank_sealed = COALESCE($10, bank_sealed),
          ethnic = COALESCE($11, ethnic), education = COALESCE($12, education), politics = COALESCE($13, politics),
          skill = COALESCE($14, skill), household = COALESCE($15, household), employment = COALESCE($16, employment),
          job_title = COALESCE($17, job_title), migrant = COALESCE($18, migrant), new_form = COALESCE($19, new_form),
          difficult = COALESCE($20, difficult), model_worker = COALESCE($21, model_worker), mutual_aid = COALESCE($22, mutual_aid),
          real_name = $23, card_no = COALESCE($24, card_no), updated_at = $25, version = version + 1
        WHERE district = $1 AND id = $2";
    /// Where a member works.
    pub SET_UNIT = "UPDATE member SET employer_id = $3, updated_at = $4, version = version + 1 WHERE district = $1 AND id = $2";
    /// Into a union, with a new status, if the record still has the old one.
    pub ENROL = "UPDATE member SET org_id = $3, org_path = $4, status = $5, updated_at = $7, version = version + 1
        WHERE district = $1 AND id = $2 AND status = $6";
    /// Correct a record that still has the version the form was drawn from.
    pub CORRECT = "UPDATE member SET name = $3, name_key = $4, py_full = $5, py_init = $6, sex = $7, birth_on = $8, id_type = $9,
          id_sealed = $10, id_index = $11, phone_sealed = $12, phone_index = $13, bank_sealed = $14, ethnic = $15, education = $16,
          politics = $17, skill = $18, household = $19, employment = $20, job_title = $21, migrant = $22, new_form = $23,
          difficult = $24, model_worker = $25, mutual_aid = $26, real_name = $27, card_no = $28, updated_at = $29,
          version = version + 1
        WHERE district = $1 AND id = $2 AND version = $30";
}
