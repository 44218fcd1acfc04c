//! Every statement of the employers room.

/// Columns of a whole employer, in the order `read::employer_of` reads them.
macro_rules! employer_columns {
    () => {
        "e.id, e.credit_code, e.name, e.region_code, e.town_org_id, e.org_path, e.industry_code, e.economic_type, \
         e.headcount, e.headcount_source, e.headcount_on, e.state, e.opened_on, e.closed_on, e.address, e.created_at, e.version"
    };
}

/// Columns of a list line, in the order `read::line_of` reads them.
macro_rules! line_columns {
    () => {
        "e.id, e.name, e.credit_code, e.org_path, e.town_org_id, e.industry_code, e.headcount, e.state"
    };
}

/// Columns of a link, in the order `read::edge_of` reads them.
macro_rules! edge_columns {
    () => {
        "c.id, c.org_id, c.employer_id, e.name, c.kind, c.from_on, c.to_on, e.org_path \
         FROM coverage_edge c JOIN employer e ON e.district = c.district AND e.id = c.employer_id"
    };
}

store::statements! {
    /// Ids and names of the employers of a subtree.
    pub ALL_NAMES = "SELECT id, name FROM employer WHERE district = $1 AND org_path >= $2 AND org_path < $3";
    /// One employer by id.
    pub GET = concat!("SELECT ", employer_columns!(), " FROM employer e WHERE e.district = $1 AND e.id = $2");
    /// Some employers; a list of ids is appended.
    pub AMONG = concat!("SELECT ", employer_columns!(), " FROM employer e WHERE e.district = $1");
    /// Short form by id.
    pub REF = "SELECT id, name, credit_code, org_path FROM employer WHERE district = $1 AND id = $2";
    /// By unified credit code.
    pub BY_CREDIT = "SELECT id, name, credit_code, org_path FROM employer WHERE district = $1 AND credit_code = $2";
    /// By a code of another office, whatever its kind.
    pub BY_OTHER_CODE = "SELECT e.id, e.name, e.credit_code, e.org_path FROM employer_code k JOIN employer e ON e.district = k.district AND e.id = k.employer_id
        WHERE k.district = $1 AND k.kind IN ('credit', 'registration', 'organisation', 'tax', 'insurance') AND k.code = $2 ORDER BY k.kind LIMIT 5";
    /// By the core of its registered name. The empty concatenation keeps SQLite from walking the whole table in the
    /// order of ids.
    pub BY_CORE = "SELECT id, name, credit_code, org_path FROM employer WHERE district = $1 AND name_key = $2 ORDER BY id || '' LIMIT 20";
    /// By the core of a former name or alias.
    pub BY_FORMER_CORE = "SELECT e.id, e.name, e.credit_code, e.org_path FROM employer_name n JOIN employer e ON e.district = n.district AND e.id = n.employer_id
        WHERE n.district = $1 AND n.name_key = $2 ORDER BY e.id || '' LIMIT 20";
    /// Neighbours of a core: names that begin alike.
    pub BY_CORE_RANGE = "SELECT id, name, credit_code, org_path, name_key FROM employer WHERE district = $1 AND name_key >= $2 AND name_key < $3 ORDER BY name_key, id LIMIT 300";
    /// Neighbours of a core: names that sound alike.
    pub BY_SOUND = "SELECT id, name, credit_code, org_path, name_key FROM employer WHERE district = $1 AND py_full = $2 ORDER BY id || '' LIMIT 50";

    /// A new employer.
    pub INSERT = "INSERT INTO employer (district, id, credit_code, name, name_key, region_code, town_org_id, org_path, industry_code, economic_type, headcount,
          headcount_source, headcount_on, state, opened_on, closed_on, address, py_full, py_init, batch_id, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 1)";
    /// All changeable fields at once, if nobody was faster.
    pub UPDATE = "UPDATE employer SET credit_code = $3, name = $4, name_key = $5, region_code = $6, town_org_id = $7, org_path = $8, industry_code = $9,
          economic_type = $10, headcount = $11, headcount_source = $12, headcount_on = $13, state = $14, opened_on = $15, closed_on = $16, address = $17,
          py_full = $18, py_init = $19, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $20";
    /// A code of another office; already known codes stay as they are.
    pub INSERT_CODE = "INSERT INTO employer_code (district, id, employer_id, kind, code) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    /// The codes of an employer.
    pub CODES = "SELECT kind, code FROM employer_code WHERE district = $1 AND employer_id = $2 ORDER BY kind, code";
    /// Whose this code is.
    pub CODE_OWNER = "SELECT employer_id FROM employer_code WHERE district = $1 AND kind = $2 AND code = $3";
    /// A former name or alias.
    pub INSERT_NAME = "INSERT INTO employer_name (district, id, employer_id, name, name_key, kind, from_on, to_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// The other names of an employer.
    pub NAMES = "SELECT name, kind, from_on, to_on FROM employer_name WHERE district = $1 AND employer_id = $2 ORDER BY to_on DESC, name";
    /// A count of employees on a day; a second count of the same day replaces the first.
    pub PUT_HEADCOUNT = "INSERT INTO employer_headcount (district, employer_id, on_date, headcount, source) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district, employer_id, on_date) DO UPDATE SET headcount = excluded.headcount, source = excluded.source";
    /// All counts of an employer, oldest first.
    pub HEADCOUNTS = "SELECT on_date, headcount, source FROM employer_headcount WHERE district = $1 AND employer_id = $2 ORDER BY on_date";

    /// What a batch entered, with whether anybody but the batch has changed it and how many unions cover or covered it.
    pub OF_BATCH = "SELECT e.id, CASE WHEN e.version = COALESCE(b.version_after, 1) THEN 0 ELSE 1 END,
          (SELECT COUNT(*) FROM coverage_edge c WHERE c.district = $1 AND c.employer_id = e.id), e.version
        FROM employer e LEFT JOIN employer_before b ON b.district = e.district AND b.batch_id = e.batch_id AND b.employer_id = e.id
        WHERE e.district = $1 AND e.batch_id = $2 AND e.id > $3 ORDER BY e.id LIMIT $4";
    /// Its codes go with it.
    pub DROP_CODES = "DELETE FROM employer_code WHERE district = $1 AND employer_id = $2";
    /// Its other names go with it.
    pub DROP_NAMES = "DELETE FROM employer_name WHERE district = $1 AND employer_id = $2";
    /// Its counts go with it.
    pub DROP_HEADCOUNTS = "DELETE FROM employer_headcount WHERE district = $1 AND employer_id = $2";
    /// An employer as its batch entered it.
    pub DROP_ENTERED = "DELETE FROM employer WHERE district = $1 AND id = $2 AND batch_id = $3 AND version = $4";

    /// What a batch changed in an employer; a second row of the same batch replaces the image by the joined one.
    pub REMEMBER = "INSERT INTO employer_before (district, batch_id, employer_id, org_path, image, version_after) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (district, batch_id, employer_id) DO UPDATE SET org_path = excluded.org_path, image = excluded.image, version_after = excluded.version_after";
    /// One image.
    pub IMAGE = "SELECT image, version_after FROM employer_before WHERE district = $1 AND batch_id = $2 AND employer_id = $3";
    /// What a batch changed and did not enter itself, after an employer, in order.
    pub CHANGED_BY = "SELECT b.employer_id FROM employer_before b JOIN employer e ON e.district = b.district AND e.id = b.employer_id
        WHERE b.district = $1 AND b.batch_id = $2 AND b.employer_id > $3 AND (e.batch_id IS NULL OR e.batch_id <> b.batch_id)
        ORDER BY b.employer_id LIMIT $4";
    /// One image is used up.
    pub FORGET = "DELETE FROM employer_before WHERE district = $1 AND batch_id = $2 AND employer_id = $3";
    /// All images of a batch.
    pub FORGET_ALL = "DELETE FROM employer_before WHERE district = $1 AND batch_id = $2";
    /// A subtree moved: the images in it move along.
    pub MOVE_IMAGES = "UPDATE employer_before SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// A code goes again.
    pub DROP_CODE = "DELETE FROM employer_code WHERE district = $1 AND employer_id = $2 AND kind = $3 AND code = $4";
    /// Another name goes again.
    pub DROP_NAME = "DELETE FROM employer_name WHERE district = $1 AND employer_id = $2 AND name = $3";
    /// A count goes again.
    pub DROP_HEADCOUNT = "DELETE FROM employer_headcount WHERE district = $1 AND employer_id = $2 AND on_date = $3";

    /// The list within a subtree; filters are appended.
    pub LIST = concat!("SELECT ", line_columns!(), " FROM employer e WHERE e.district = $1 AND e.org_path >= $2 AND e.org_path < $3");
    /// How many the list holds, and how many of them have at least so many employees; filters are appended.
    pub LIST_SIZES = "SELECT COUNT(*), COUNT(CASE WHEN e.headcount >= $4 THEN 1 END) FROM employer e WHERE e.district = $1 AND e.org_path >= $2 AND e.org_path < $3";
    /// How many the list holds; filters are appended.
    pub LIST_COUNT = "SELECT COUNT(*) FROM employer e WHERE e.district = $1 AND e.org_path >= $2 AND e.org_path < $3";

    /// A link begins.
    pub INSERT_EDGE = "INSERT INTO coverage_edge (district, id, org_id, employer_id, kind, from_on, to_on) VALUES ($1, $2, $3, $4, $5, $6, NULL)";
    /// An open link of this kind.
    pub OPEN_EDGE = "SELECT id, from_on FROM coverage_edge WHERE district = $1 AND org_id = $2 AND employer_id = $3 AND kind = $4 AND to_on IS NULL";
    /// A link ends.
    pub END_EDGE = "UPDATE coverage_edge SET to_on = $3 WHERE district = $1 AND id = $2 AND to_on IS NULL";
    /// One link.
    pub EDGE = concat!("SELECT ", edge_columns!(), " WHERE c.district = $1 AND c.id = $2");
    /// The links of an employer, open ones first.
    pub EDGES_OF_EMPLOYER = concat!("SELECT ", edge_columns!(), " WHERE c.district = $1 AND c.employer_id = $2
        ORDER BY CASE WHEN c.to_on IS NULL THEN 0 ELSE 1 END, c.from_on DESC, c.id DESC LIMIT 100");
    /// The open links of a union.
    pub EDGES_OF_ORG = concat!("SELECT ", edge_columns!(), " WHERE c.district = $1 AND c.org_id = $2 AND c.to_on IS NULL ORDER BY e.name, c.id LIMIT $3");
    /// The youngest of them.
    pub LAST_EDGE_OF_ORG = "SELECT from_on FROM coverage_edge WHERE district = $1 AND org_id = $2 AND to_on IS NULL ORDER BY from_on DESC LIMIT 1";
    /// Links in force on a day; the caller adds the employers.
    pub EDGES_ON = "SELECT employer_id, org_id, kind FROM coverage_edge WHERE district = $1 AND from_on <= $2 AND (to_on IS NULL OR to_on >= $2)";
    /// How many open links a union has.
    pub COUNT_EDGES_OF_ORG = "SELECT COUNT(*) FROM coverage_edge WHERE district = $1 AND org_id = $2 AND to_on IS NULL";
    /// Change only who is responsible.
    pub SET_PLACE = "UPDATE employer SET org_path = $3, version = version + 1 WHERE district = $1 AND id = $2";

    /// What is filed within a subtree is filed at one place from now on.
    pub SET_PLACE_WITHIN = "UPDATE employer SET org_path = $2, version = version + 1 WHERE district = $1 AND org_path >= $3 AND org_path < $4";

    /// A subtree moved: all places in it at once. `$2` new beginning, `$3` first kept character, `$4`–`$5` old range.
    pub MOVE_EMPLOYERS = "UPDATE employer SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// The same for the queue.
    pub MOVE_MATCHES = "UPDATE employer_match SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// After a move the town may be another one.
    pub SET_TOWN_WITHIN = "UPDATE employer SET town_org_id = $2 WHERE district = $1 AND org_path >= $3 AND org_path < $4";

    /// A pair for a person to decide.
    pub INSERT_MATCH = "INSERT INTO employer_match (district, id, source, raw_name, raw_code, candidates, state, employer_id, org_path, at, draft, batch_id)
        VALUES ($1, $2, $3, $4, $5, $6, 'open', NULL, $7, $8, $9, $10)";
    /// What came with a question.
    pub KEEP_DRAFT = "UPDATE employer_match SET draft = $3, batch_id = $4 WHERE district = $1 AND id = $2 AND state = 'open'";
    /// What came with open questions of a batch goes again.
    pub DROP_DRAFTS = "UPDATE employer_match SET draft = NULL, batch_id = NULL WHERE district = $1 AND batch_id = $2 AND state = 'open'";
    /// An open question about the same writing.
    pub OPEN_MATCH = "SELECT id, draft FROM employer_match WHERE district = $1 AND state = 'open' AND raw_name = $2 AND raw_code = $3 LIMIT 1";
    /// One question.
    pub MATCH = "SELECT id, source, raw_name, raw_code, candidates, state, employer_id, org_path, at, decided_at, decided_by, draft FROM employer_match WHERE district = $1 AND id = $2";
    /// Open questions within a subtree, oldest first, after one.
    pub MATCHES = "SELECT id, source, raw_name, raw_code, candidates, state, employer_id, org_path, at, decided_at, decided_by, draft FROM employer_match
        WHERE district = $1 AND state = 'open' AND org_path >= $2 AND org_path < $3 AND id > $4 ORDER BY id LIMIT $5";
    /// How many open questions, and since when the oldest waits.
    pub COUNT_MATCHES = "SELECT COUNT(*), MIN(at) FROM employer_match WHERE district = $1 AND state = 'open' AND org_path >= $2 AND org_path < $3";
    /// A question is answered, once.
    pub DECIDE_MATCH = "UPDATE employer_match SET state = $3, employer_id = $4, decided_at = $5, decided_by = $6 WHERE district = $1 AND id = $2 AND state = 'open'";
}
