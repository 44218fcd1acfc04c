//! Statements on committees, officers and reminders.

/// Columns of a committee, in the order `read::committee_of` reads them.
macro_rules! committee_columns {
    () => {
        "c.id, c.org_id, c.org_path, c.kind, c.term_years, c.from_on, c.to_on, c.extended_to, c.ended_on"
    };
}

store::statements! {
    /// One committee.
    pub GET = concat!("SELECT ", committee_columns!(), " FROM committee c WHERE c.district = $1 AND c.id = $2");
    /// The committees of a union, present ones first.
    pub OF_ORG = concat!("SELECT ", committee_columns!(), " FROM committee c WHERE c.district = $1 AND c.org_id = $2
        ORDER BY CASE WHEN c.ended_on IS NULL THEN 0 ELSE 1 END, c.kind, c.from_on DESC LIMIT 100");
    /// The present committee of a kind.
    pub PRESENT = "SELECT id, from_on FROM committee WHERE district = $1 AND org_id = $2 AND kind = $3 AND ended_on IS NULL";
    /// When the youngest of the present ones began.
    pub LAST_BEGUN = "SELECT from_on FROM committee WHERE district = $1 AND org_id = $2 AND ended_on IS NULL ORDER BY from_on DESC LIMIT 1";
    /// A new committee.
    pub INSERT = "INSERT INTO committee (district, id, org_id, org_path, kind, term_years, from_on, to_on, extended_to, ended_on)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, NULL)";
    /// A committee ends.
    pub END = "UPDATE committee SET ended_on = $3 WHERE district = $1 AND id = $2 AND ended_on IS NULL";
    /// All committees of a union end.
    pub END_ALL = "UPDATE committee SET ended_on = $3 WHERE district = $1 AND org_id = $2 AND ended_on IS NULL";
    /// The union above allows an extension.
    pub EXTEND = "UPDATE committee SET extended_to = $3 WHERE district = $1 AND id = $2 AND ended_on IS NULL";
    /// Officers of a committee.
    pub OFFICERS = "SELECT id, name, member_id, position, full_time, from_on, to_on, contract_end FROM officer WHERE district = $1 AND committee_id = $2 ORDER BY id";
    /// One officer with the committee.
    pub OFFICER = "SELECT id, committee_id, name, to_on, from_on FROM officer WHERE district = $1 AND id = $2";
    /// A new officer.
    pub INSERT_OFFICER = "INSERT INTO officer (district, id, committee_id, org_id, name, member_id, position, full_time, from_on, to_on, contract_end)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, $10)";
    /// Terms of a member.
    pub FOLLOW_OFFICERS = "SELECT id FROM officer WHERE district = $1 AND member_id = $2";
    /// A term is another record's.
    pub SET_OFFICER_MEMBER = "UPDATE officer SET member_id = $3 WHERE district = $1 AND id = $2 AND member_id = $4";
    /// An officer leaves.
    pub END_OFFICER = "UPDATE officer SET to_on = $3 WHERE district = $1 AND id = $2 AND to_on IS NULL";
    /// All officers of a committee leave with it.
    pub END_OFFICERS = "UPDATE officer SET to_on = $3 WHERE district = $1 AND committee_id = $2 AND to_on IS NULL";
    /// All officers of a union leave with it.
    pub END_OFFICERS_OF_ORG = "UPDATE officer SET to_on = $3 WHERE district = $1 AND org_id = $2 AND to_on IS NULL";
    /// Names of the chairs of a union's present committees.
    pub CHAIRS = "SELECT o.name FROM officer o JOIN committee c ON c.district = o.district AND c.id = o.committee_id
        WHERE o.district = $1 AND o.org_id = $2 AND o.position = 'chair' AND o.to_on IS NULL AND c.kind = 'committee' AND c.ended_on IS NULL ORDER BY o.id LIMIT 5";
    /// A subtree moved.
    pub RELOCATE = "UPDATE committee SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";

    /// Present union committees of living unions within a subtree whose term ends by a day, soonest first. The empty
    /// concatenations make SQLite ask the index of terms: few end soon, and the workbench of a district asks.
    pub ENDING = "SELECT e.id, e.org_id, o.name, e.ends_on, e.kind FROM
        (SELECT c.id, c.org_id, COALESCE(c.extended_to, c.to_on) AS ends_on, c.kind FROM committee c
          JOIN org o ON o.district = c.district AND o.id = c.org_id AND o.state = 'active'
          WHERE c.district = $1 AND c.ended_on IS NULL AND c.org_path || '' >= $2 AND c.org_path || '' < $3
            AND c.to_on <= $4 AND COALESCE(c.extended_to, c.to_on) <= $4
          ORDER BY COALESCE(c.extended_to, c.to_on), c.id LIMIT $5) e
        JOIN org o ON o.district = $1 AND o.id = e.org_id ORDER BY e.ends_on, e.id";
    /// How many of them, and how many have ended already.
    pub COUNT_ENDING = "SELECT COUNT(*), COUNT(CASE WHEN COALESCE(c.extended_to, c.to_on) < $5 THEN 1 END) FROM committee c
        JOIN org o ON o.district = c.district AND o.id = c.org_id
        WHERE c.district = $1 AND c.ended_on IS NULL AND c.org_path || '' >= $2 AND c.org_path || '' < $3 AND o.state = 'active'
          AND c.to_on <= $4 AND COALESCE(c.extended_to, c.to_on) <= $4";
    /// A reminder goes out, once per committee, distance and end of term.
    pub INSERT_NOTICE = "INSERT INTO term_notice (district, committee_id, days_before, due_on, sent_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
}
