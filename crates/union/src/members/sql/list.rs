//! The list of members. One base, filters appended; texts only ever come from the source, what people type is
//! bound. The order decides which index is walked, so each order names its own range and puts the other columns
//! behind an empty concatenation, which keeps both databases from choosing the wrong index.

/// Columns of a row of the list, in the order `list::row_of` reads them.
macro_rules! row_columns {
    () => {
        "m.id, m.name, m.id_type, m.id_sealed, m.sex, m.birth_on, m.org_id, m.org_path, m.job_title, m.migrant, m.new_form, \
         m.difficult, m.model_worker, m.mutual_aid, m.real_name, m.status, m.joined_on"
    };
}

/// Columns of a whole record, in the order `read::member_of` reads them.
macro_rules! whole_columns {
    () => {
        "m.id, m.org_id, m.org_path, m.employer_id, m.name, m.sex, m.birth_on, m.id_type, m.id_sealed, m.phone_sealed, \
         m.bank_sealed, m.ethnic, m.education, m.politics, m.skill, m.household, m.employment, m.job_title, m.migrant, \
         m.new_form, m.difficult, m.model_worker, m.mutual_aid, m.real_name, m.status, m.joined_on, m.card_no, \
         m.merged_into, m.batch_id, m.created_at, m.version"
    };
}

store::statements! {
    /// Rows of a page; range, filters, order and limit are appended.
    pub ROWS = concat!("SELECT ", row_columns!(), " FROM member m WHERE m.district = $1");
    /// Whole records for an export; range, filters and order are appended.
    pub WHOLE = concat!("SELECT ", whole_columns!(), " FROM member m WHERE m.district = $1");
    /// Where a row stands in each order, for the page after it.
    pub PLACE = "SELECT org_path, name_key, py_full, py_init FROM member WHERE district = $1 AND id = $2";
    /// Whether anybody in a subtree has a name that begins with this sound.
    pub SOUNDS = "SELECT 1 FROM member WHERE district = $1 AND py_full >= $2 AND py_full < $3 AND org_path || '' >= $4 AND org_path || '' < $5 LIMIT 1";
    /// How many members a subtree holds, up to a bound; read from the index alone.
    pub SIZE = "SELECT COUNT(*) FROM (SELECT 1 FROM member WHERE district = $1 AND org_path >= $2 AND org_path < $3 LIMIT $4) AS found";
    /// A row further on, read from the index of the tree alone; range, order and offset are appended.
    pub EDGE = "SELECT m.org_path, m.id FROM member m WHERE m.district = $1";
    /// The first so many records of a subtree, to be counted under filters; the rest of the statement is appended.
    pub COUNT = "SELECT COUNT(*) FROM (SELECT 1 AS one FROM member m WHERE m.district = $1";
}
