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
}
