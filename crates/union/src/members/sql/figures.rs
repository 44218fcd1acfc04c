//! Statements that count members as of a day, for the monthly figures.
//!
//! A period counts on a day when it began by then and ends later: who left on the day is no member that evening.

store::statements! {
    /// Members in work, by employer. `$3` is the code of a kept membership, which does not count; retired people
    /// (4, 5) and those who left work for good (6) do not either.
    pub BY_EMPLOYER = "SELECT m.employer_id, COUNT(*) FROM membership p JOIN member m ON m.district = p.district AND m.id = p.member_id
        WHERE p.district = $1 AND p.from_on <= $2 AND (p.to_on IS NULL OR p.to_on > $2) AND p.change_in <> $3
          AND m.employer_id IS NOT NULL AND m.status <> 'merged' AND COALESCE(m.employment, '') NOT IN ('4', '5', '6')
        GROUP BY m.employer_id";
    /// Members and those with a verified identity, by union.
    pub BY_UNION = "SELECT p.org_id, COUNT(*), COUNT(CASE WHEN m.real_name THEN 1 END) FROM membership p
        JOIN member m ON m.district = p.district AND m.id = p.member_id
        WHERE p.district = $1 AND p.from_on <= $2 AND (p.to_on IS NULL OR p.to_on > $2) AND m.status <> 'merged' GROUP BY p.org_id";
    /// People who joined (not: were transferred) from one day to another, by union.
    pub JOINED = "SELECT p.org_id, COUNT(*) FROM membership p JOIN member m ON m.district = p.district AND m.id = p.member_id
        WHERE p.district = $1 AND p.from_on >= $2 AND p.from_on <= $3 AND p.change_in = $4 AND m.status <> 'merged' GROUP BY p.org_id";
    /// Women on the roll of one union.
    pub WOMEN = "SELECT COUNT(*) FROM member WHERE district = $1 AND org_path = $2 AND org_id = $3 AND sex = 2 AND status IN ('active', 'transferring')";
}
