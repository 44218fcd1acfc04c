//! Every statement of the coverage room.

store::statements! {
    /// A figure.
    pub INSERT_SNAPSHOT = "INSERT INTO coverage_snapshot (district, month, org_id, org_path, metric, numerator, denominator, definition, frozen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// The counts beside it.
    pub INSERT_COUNT = "INSERT INTO coverage_count (district, month, org_id, org_path, members, unions, units, joined, gone)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// A row behind a figure.
    pub INSERT_ITEM = "INSERT INTO coverage_item (district, month, metric, subject_kind, subject_id, label, org_path, numerator, denominator, note)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// Today's figures make room for newer ones; frozen months are never touched.
    pub DROP_SNAPSHOTS = "DELETE FROM coverage_snapshot WHERE district = $1 AND month = 'current'";
    /// The same for the counts.
    pub DROP_COUNTS = "DELETE FROM coverage_count WHERE district = $1 AND month = 'current'";
    /// The same for the rows behind them.
    pub DROP_ITEMS = "DELETE FROM coverage_item WHERE district = $1 AND month = 'current'";
    /// Counted again, nothing new.
    pub TOUCH = "UPDATE coverage_snapshot SET frozen_at = $2 WHERE district = $1 AND month = 'current'";

    /// Whether a month is kept, and since when.
    pub KEPT = "SELECT MIN(frozen_at), COUNT(*) FROM coverage_snapshot WHERE district = $1 AND month = $2";
    /// The last frozen month.
    pub LAST = "SELECT MAX(month) FROM coverage_snapshot WHERE district = $1 AND month <> 'current'";
    /// Editions kept for one place, newest first.
    pub MONTHS = "SELECT month, frozen_at FROM coverage_snapshot WHERE district = $1 AND org_path = $2 AND metric = 'founded'
        AND month <> 'current' ORDER BY month DESC LIMIT $3";
    /// The figures of one place.
    pub BOARD = "SELECT s.org_id, s.org_path, s.metric, s.numerator, s.denominator, s.definition, s.frozen_at,
          c.members, c.unions, c.units, c.joined, c.gone FROM coverage_snapshot s
        JOIN coverage_count c ON c.district = s.district AND c.month = s.month AND c.org_id = s.org_id
        WHERE s.district = $1 AND c.district = $1 AND s.month = $2 AND s.org_path = $3 ORDER BY s.metric";
    /// The figures of the places one level below, in the order of the tree; `$5` is the length of their paths.
    pub BOARDS_BELOW = "SELECT s.org_id, s.org_path, s.metric, s.numerator, s.denominator, s.definition, s.frozen_at,
          c.members, c.unions, c.units, c.joined, c.gone FROM coverage_snapshot s
        JOIN coverage_count c ON c.district = s.district AND c.month = s.month AND c.org_id = s.org_id
        WHERE s.district = $1 AND c.district = $1 AND s.month = $2 AND s.org_path >= $3 AND s.org_path < $4 AND length(s.org_path) = $5
        ORDER BY s.org_path, s.metric";
    /// The frozen figures of one place, month by month, newest first.
    pub TREND = "SELECT s.org_id, s.org_path, s.metric, s.numerator, s.denominator, s.definition, s.frozen_at,
          c.members, c.unions, c.units, c.joined, c.gone, s.month FROM coverage_snapshot s
        JOIN coverage_count c ON c.district = s.district AND c.month = s.month AND c.org_id = s.org_id
        WHERE s.district = $1 AND c.district = $1 AND s.org_path = $2 AND s.month >= $3 AND s.month <> 'current'
        ORDER BY s.month, s.metric";
    /// The rows behind a figure; range, choice, place and limit are appended.
    pub ITEMS = "SELECT subject_kind, subject_id, label, org_path, numerator, denominator, note FROM coverage_item
        WHERE district = $1 AND month = $2 AND metric = $3 AND org_path >= $4 AND org_path < $5";
    /// How many rows of each choice: counted, missing, over, left out; and both sums.
    pub ITEM_COUNTS = "SELECT COUNT(CASE WHEN denominator > 0 OR numerator > 0 THEN 1 END), COUNT(CASE WHEN numerator < denominator THEN 1 END),
          COUNT(CASE WHEN subject_kind = 'employer' AND numerator > denominator THEN 1 END),
          COUNT(CASE WHEN denominator = 0 AND numerator = 0 THEN 1 END),
          CAST(COALESCE(SUM(numerator), 0) AS BIGINT), CAST(COALESCE(SUM(denominator), 0) AS BIGINT)
        FROM coverage_item WHERE district = $1 AND month = $2 AND metric = $3 AND org_path >= $4 AND org_path < $5";

    /// A subtree moved: its figures go along. `$2` new beginning, `$3` first kept character, `$4`–`$5` old range.
    pub MOVE_SNAPSHOTS = "UPDATE coverage_snapshot SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// The same for the counts.
    pub MOVE_COUNTS = "UPDATE coverage_count SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// The same for the rows behind them.
    pub MOVE_ITEMS = "UPDATE coverage_item SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
}
