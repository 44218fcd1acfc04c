//! Statements on foundings.

/// Columns of a founding, in the order `read::founding_of` reads them.
macro_rules! founding_columns {
    () => {
        "f.id, f.name, f.kind, f.parent_id, f.org_path, f.state, f.members_expected, f.papers, f.detail, f.org_id, \
         f.opened_at, f.entered_at, f.version"
    };
}

store::statements! {
    /// One founding.
    pub GET = concat!("SELECT ", founding_columns!(), " FROM founding f WHERE f.district = $1 AND f.id = $2");
    /// The founding a union came from.
    pub OF_ORG = concat!("SELECT ", founding_columns!(), " FROM founding f WHERE f.district = $1 AND f.org_id = $2 ORDER BY f.id DESC LIMIT 1");
    /// Lines of the list within a subtree; filters are appended.
    pub LIST = "SELECT f.id, f.name, f.kind, f.state, o.name, f.entered_at, f.opened_at FROM founding f
        JOIN org o ON o.district = f.district AND o.id = f.parent_id
        WHERE f.district = $1 AND f.org_path >= $2 AND f.org_path < $3";
    /// A new founding.
    pub INSERT = "INSERT INTO founding (district, id, name, kind, parent_id, org_path, state, members_expected, papers, detail, org_id, opened_at, entered_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, 'draft', $7, '{}', $8, NULL, $9, $9, 1)";
    /// A draft corrected, if nobody was faster.
    pub EDIT = "UPDATE founding SET name = $4, kind = $5, parent_id = $6, org_path = $7, members_expected = $8, detail = $9, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $3 AND state IN ('draft', 'returned')";
    /// One step, if it still stands where the step begins.
    pub STEP = "UPDATE founding SET state = $5, papers = $6, detail = $7, org_id = $8, entered_at = $9, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $3 AND state = $4";
    /// The step recorded.
    pub INSERT_STEP = "INSERT INTO founding_step (district, id, founding_id, at, verb, from_state, to_state, note, actor, account_id, papers)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    /// The steps so far, oldest first.
    pub STEPS = "SELECT at, verb, from_state, to_state, note, actor, account_id FROM founding_step WHERE district = $1 AND founding_id = $2 ORDER BY at, id";
    /// The units it is for.
    pub EMPLOYERS = "SELECT employer_id FROM founding_employer WHERE district = $1 AND founding_id = $2 ORDER BY employer_id";
    /// A unit joins it.
    pub INSERT_EMPLOYER = "INSERT INTO founding_employer (district, founding_id, employer_id) VALUES ($1, $2, $3)";
    /// All units leave it, before the list is written anew.
    pub CLEAR_EMPLOYERS = "DELETE FROM founding_employer WHERE district = $1 AND founding_id = $2";
    /// Another founding under way for the same unit.
    pub OTHER_FOR_EMPLOYER = "SELECT f.name FROM founding_employer e JOIN founding f ON f.district = e.district AND f.id = e.founding_id
        WHERE e.district = $1 AND e.employer_id = $2 AND f.id <> $3 AND f.kind = $4 AND f.state NOT IN ('active', 'suspended', 'dissolved') LIMIT 1";
    /// How many stand in each state within a subtree.
    pub COUNTS = "SELECT state, COUNT(*) FROM founding WHERE district = $1 AND org_path >= $2 AND org_path < $3 GROUP BY state";
    /// A file of a paper, sealed.
    pub INSERT_FILE = "INSERT INTO founding_file (district, id, founding_id, paper, file_name, file_type, file_size, digest, file_sealed, added_at, added_by, account_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    /// The files of a founding, without their bytes.
    pub FILES = "SELECT id, paper, file_name, file_size, added_at, added_by, account_id FROM founding_file WHERE district = $1 AND founding_id = $2 ORDER BY paper, id";
    /// One file.
    pub FILE = "SELECT file_name, file_type, file_sealed, paper FROM founding_file WHERE district = $1 AND founding_id = $2 AND id = $3";
    /// How many files a paper has, and how many of them are this one.
    pub COUNT_FILES = "SELECT COUNT(*), COALESCE(SUM(CASE WHEN digest = $4 THEN 1 ELSE 0 END), 0) FROM founding_file WHERE district = $1 AND founding_id = $2 AND paper = $3";
    /// A file is taken away.
    pub DROP_FILE = "DELETE FROM founding_file WHERE district = $1 AND founding_id = $2 AND id = $3";
    /// A subtree moved.
    pub RELOCATE = "UPDATE founding SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
}
