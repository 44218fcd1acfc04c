//! Statements of the weekly check-in.

/// Columns of a check-in, in the order `record::checked_in` reads them.
macro_rules! columns {
    () => {
        "id, employer_id, week, answered_on, arrived_at, answers, note, actor"
    };
}

store::statements! {
    /// A check-in that came before with the same key.
    pub BY_KEY = "SELECT id FROM check_in WHERE district = $1 AND client_key = $2";
    /// A check-in.
    pub INSERT = "INSERT INTO check_in (district, id, client_key, employer_id, org_path, week, answered_on, arrived_at, answers, note, actor)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    /// A check-in by its key: id, place, who made it.
    pub MADE_BY_KEY = "SELECT id, org_path, actor FROM check_in WHERE district = $1 AND client_key = $2";
    /// How many photographs a check-in has, and how many of them are this one.
    pub COUNT_PHOTOS = "SELECT COUNT(*), COUNT(CASE WHEN digest = $3 THEN 1 END) FROM check_in_photo WHERE district = $1 AND check_in_id = $2";
    /// A photograph.
    pub INSERT_PHOTO = "INSERT INTO check_in_photo (district, id, check_in_id, file_name, file_type, file_size, digest, file_sealed, added_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// The photographs of an employer's check-ins since a week within a range of places, in the order they came.
    pub PHOTOS = "SELECT p.id, p.check_in_id, p.file_size FROM check_in_photo p JOIN check_in c ON c.district = p.district AND c.id = p.check_in_id
        WHERE p.district = $1 AND c.district = $1 AND c.employer_id = $2 AND c.week >= $3 AND c.org_path >= $4 AND c.org_path < $5 AND p.destroyed_at IS NULL
        ORDER BY p.added_at, p.id";
    /// The photographs of an employer within a range of places with the check-ins they came with, newest first.
    pub PHOTOS_OF = "SELECT p.id, p.file_size, c.id, c.answered_on, c.actor, c.note FROM check_in_photo p
          JOIN check_in c ON c.district = p.district AND c.id = p.check_in_id
        WHERE p.district = $1 AND c.district = $1 AND c.employer_id = $2 AND c.org_path >= $3 AND c.org_path < $4 AND p.destroyed_at IS NULL
        ORDER BY c.answered_on DESC, c.id DESC, p.added_at, p.id LIMIT $5";
    /// How many photographs came before a moment, of employers without an open alert.
    pub PHOTOS_DUE = "SELECT COUNT(*) FROM check_in_photo p JOIN check_in c ON c.district = p.district AND c.id = p.check_in_id
        WHERE p.district = $1 AND c.district = $1 AND p.added_at < $2 AND p.destroyed_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.district = $1 AND a.subject_id = c.employer_id AND a.state = 'open')";
    /// Some of them.
    pub PHOTOS_TO_DESTROY = "SELECT p.id FROM check_in_photo p JOIN check_in c ON c.district = p.district AND c.id = p.check_in_id
        WHERE p.district = $1 AND c.district = $1 AND p.added_at < $2 AND p.destroyed_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.district = $1 AND a.subject_id = c.employer_id AND a.state = 'open')
        ORDER BY p.added_at, p.id LIMIT $3";
    /// A photograph goes; that it was there stays.
    pub DESTROY_PHOTO = "UPDATE check_in_photo SET file_name = '', file_sealed = $3, destroyed_at = $4
        WHERE district = $1 AND id = $2 AND destroyed_at IS NULL";
    /// One photograph within a range of places.
    pub PHOTO = "SELECT p.file_name, p.file_type, p.file_sealed, c.id, c.org_path FROM check_in_photo p JOIN check_in c ON c.district = p.district AND c.id = p.check_in_id
        WHERE p.district = $1 AND c.district = $1 AND p.id = $2 AND c.org_path >= $3 AND c.org_path < $4 AND p.destroyed_at IS NULL";
    /// The check-ins of an employer, newest first.
    pub OF_EMPLOYER = concat!("SELECT ", columns!(), " FROM check_in
        WHERE district = $1 AND employer_id = $2 AND org_path >= $3 AND org_path < $4 ORDER BY answered_on DESC, arrived_at DESC, id DESC LIMIT $5");
    /// The check-ins of an employer in one week, whoever made them, newest first.
    pub OF_EMPLOYER_WEEK = concat!("SELECT ", columns!(), " FROM check_in
        WHERE district = $1 AND employer_id = $2 AND week = $3 ORDER BY answered_on DESC, arrived_at DESC, id DESC");
    /// The check-ins since a week within a range of places; a list of employers and the order are appended.
    pub SINCE = concat!("SELECT ", columns!(), " FROM check_in
        WHERE district = $1 AND week >= $2 AND org_path >= $3 AND org_path < $4");
    /// Who was checked in a week within a range of places.
    pub OF_WEEK = "SELECT DISTINCT employer_id FROM check_in WHERE district = $1 AND week = $2 AND org_path >= $3 AND org_path < $4";
    /// As [`OF_WEEK`], of those that had come by a moment.
    pub OF_WEEK_BY = "SELECT DISTINCT employer_id FROM check_in WHERE district = $1 AND week = $2 AND org_path >= $3 AND org_path < $4 AND arrived_at < $5";
    /// What still counts of what check-ins of a week filed by hand about a subject.
    pub FILED = "SELECT id, kind FROM signal WHERE district = $1 AND subject_id = $2 AND reference = $3 AND state IN ('counted', 'echo') AND ended_at IS NULL
        ORDER BY day, id";
    /// What was said last about a subject since a day, in another way than by the check-ins of a week.
    pub SAID_LAST = "SELECT fields FROM signal WHERE district = $1 AND subject_id = $2 AND kind = $3 AND reference <> $4 AND day >= $5
          AND state IN ('counted', 'echo') AND ended_at IS NULL ORDER BY day DESC, id DESC LIMIT 1";
}
