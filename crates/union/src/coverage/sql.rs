//! Every statement of the coverage room.

store::statements! {
    /// What a month's figures were written with.
    pub FROZEN_AT = "SELECT MAX(frozen_at) FROM coverage_snapshot WHERE district = $1 AND month = $2";
    /// A month is written anew: its figures go first …
    pub CLEAR_FIGURES = "DELETE FROM coverage_snapshot WHERE district = $1 AND month = $2";
    /// … and its items.
    pub CLEAR_ITEMS = "DELETE FROM coverage_item WHERE district = $1 AND month = $2";
    /// A figure.
    pub INSERT_FIGURE = "INSERT INTO coverage_snapshot (district, month, org_id, org_path, metric, numerator, denominator, definition, frozen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// An item.
    pub INSERT_ITEM = "INSERT INTO coverage_item (district, month, metric, subject_kind, subject_id, label, org_path, numerator, denominator, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// The figures of a month for unions within a subtree.
    pub FIGURES = "SELECT month, org_id, metric, numerator, denominator, definition, frozen_at FROM coverage_snapshot
        WHERE district = $1 AND month = $2 AND org_path >= $3 AND org_path < $4 ORDER BY org_path, metric";
    /// The figures of one union over months.
    pub SERIES = "SELECT month, org_id, metric, numerator, denominator, definition, frozen_at FROM coverage_snapshot
        WHERE district = $1 AND org_id = $2 AND month >= $3 AND month <= $4 ORDER BY month, metric";
    /// The months there are figures for, newest first.
    pub MONTHS = "SELECT month, MAX(frozen_at) FROM coverage_snapshot WHERE district = $1 AND org_path >= $2 AND org_path < $3
        GROUP BY month ORDER BY month DESC LIMIT 120";
    /// Items of a figure within a subtree; filters are appended.
    pub ITEMS = "SELECT metric, subject_kind, subject_id, label, org_path, numerator, denominator, note FROM coverage_item
        WHERE district = $1 AND month = $2 AND metric = $3 AND org_path >= $4 AND org_path < $5";
    /// How many items and their sums; filters are appended.
    pub ITEM_SUMS = "SELECT COUNT(*), CAST(COALESCE(SUM(numerator), 0) AS BIGINT), CAST(COALESCE(SUM(denominator), 0) AS BIGINT) FROM coverage_item
        WHERE district = $1 AND month = $2 AND metric = $3 AND org_path >= $4 AND org_path < $5";
    /// A subtree moved: figures …
    pub MOVE_FIGURES = "UPDATE coverage_snapshot SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// … and items stay with the unions they are about.
    pub MOVE_ITEMS = "UPDATE coverage_item SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
}
