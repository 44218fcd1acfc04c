//! Every statement of the letters room.

store::statements! {
    /// A new draft.
    pub INSERT = "INSERT INTO letter (district, id, place_id, org_path, organ_id, template, title, definition, series, addressee,
          link_kind, link_id, state, delivered, reply_clock, signer, signer_post, issued_by, digest, answer, ended_why,
          content_sealed, created_by, created_at, updated_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'draft', $13, $14, '', '', '', '', '', '', $15, $16, $17, $17, 1)";
    /// One document, whole.
    pub GET = "SELECT id, organ_id, place_id, org_path, template, title, series, addressee, link_kind, link_id, state, delivered,
          reply_clock, number, serial, issued_on, signer, signer_post, digest, received_on, answered_on, answer, ended_why, created_by,
          created_at, updated_at, version, content_sealed, draft_sealed, issued_sealed, answer_sealed
        FROM letter WHERE district = $1 AND id = $2";
    /// Documents within a range of places; conditions, order and limit are appended.
    pub LIST = "SELECT id, organ_id, place_id, org_path, template, title, series, addressee, link_kind, link_id, state, delivered,
          reply_clock, number, serial, issued_on, signer, signer_post, digest, received_on, answered_on, answer, ended_why, created_by,
          created_at, updated_at, version
        FROM letter WHERE district = $1 AND org_path >= $2 AND org_path < $3";
    /// How many; conditions are appended.
    pub COUNT = "SELECT COUNT(*) FROM letter WHERE district = $1 AND org_path >= $2 AND org_path < $3";
    /// Documents of a record, oldest first; who may see the record is asked of its room.
    pub OF_RECORD = "SELECT id, organ_id, place_id, org_path, template, title, series, addressee, link_kind, link_id, state, delivered,
          reply_clock, number, serial, issued_on, signer, signer_post, digest, received_on, answered_on, answer, ended_why, created_by,
          created_at, updated_at, version
        FROM letter WHERE district = $1 AND link_kind = $2 AND link_id = $3 ORDER BY id";
    /// Documents of a record that were issued and not cancelled, and how many of them were served, by template.
    pub TALLY = "SELECT template, COUNT(*), COUNT(received_on) FROM letter WHERE district = $1 AND link_kind = $2 AND link_id = $3
          AND state IN ('issued', 'served', 'answered') GROUP BY template ORDER BY template";
    /// A draft changes.
    pub EDIT = "UPDATE letter SET content_sealed = $4, addressee = $5, definition = $6, delivered = $7, reply_clock = $8, title = $9,
          series = $10, updated_at = $11, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $3 AND state = 'draft'";
    /// The only statement that writes an issued text, once.
    pub ISSUE = "UPDATE letter SET state = 'issued', year = $4, serial = $5, number = $6, issued_on = $7, signer = $8, signer_post = $9,
          issued_by = $10, digest = $11, draft_sealed = $12, issued_sealed = $13, definition = $14, addressee = $15, updated_at = $16,
          delivered = $17, reply_clock = $18, title = $19, series = $20, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $3 AND state = 'draft' AND issued_sealed IS NULL";
    /// Served; the day of receipt is that of the first delivery.
    pub SERVE = "UPDATE letter SET state = 'served', received_on = COALESCE(received_on, $4), updated_at = $5, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $3 AND state IN ('issued', 'served')";
    /// Answered.
    pub ANSWER = "UPDATE letter SET state = 'answered', answered_on = $4, answer = $5, answer_sealed = $6, updated_at = $7, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $3 AND state = 'served'";
    /// Void, or given up.
    pub END = "UPDATE letter SET state = $4, ended_why = $5, updated_at = $6, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $3 AND state = $7";
    /// The contents go; number, kind, organ, days, digest and who signed stay. A draft is given up with it.
    pub EMPTY = "UPDATE letter SET content_sealed = $3, draft_sealed = NULL, issued_sealed = NULL, answer_sealed = NULL, addressee = '',
          state = CASE WHEN state = 'draft' THEN 'dropped' ELSE state END,
          ended_why = CASE WHEN state = 'draft' OR state = 'dropped' THEN $5 ELSE ended_why END, updated_at = $4, version = version + 1
        WHERE district = $1 AND id = $2 AND (issued_sealed IS NOT NULL OR state = 'draft' OR (state = 'dropped' AND ended_why <> $5))";
    /// Who received it, and what was noted.
    pub EMPTY_DELIVERIES = "UPDATE letter_delivery SET receiver = '', note = '' WHERE district = $1 AND letter_id = $2";
    /// Records with an issued text of a template from before a day.
    pub OUTLIVED = "SELECT DISTINCT link_id FROM letter WHERE district = $1 AND link_kind = $2 AND template = $3 AND issued_on < $4
          AND issued_sealed IS NOT NULL ORDER BY link_id LIMIT $5";
    /// A subtree moved: its documents go along. `$2` new beginning, `$3` first kept character, `$4`–`$5` old range.
    pub MOVE = "UPDATE letter SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";

    /// A delivery.
    pub INSERT_DELIVERY = "INSERT INTO letter_delivery (district, letter_id, no, method, receiver, refused, served_on, note, recorded_by, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// Deliveries of a document.
    pub DELIVERIES = "SELECT no, method, receiver, refused, served_on, note, recorded_by, recorded_at FROM letter_delivery
        WHERE district = $1 AND letter_id = $2 ORDER BY no";

    /// The next number, in one step: two who issue at once get two numbers.
    pub NEXT_NUMBER = "INSERT INTO letter_number (district, organ_id, series, year, last) VALUES ($1, $2, $3, $4, 1)
        ON CONFLICT (district, organ_id, series, year) DO UPDATE SET last = letter_number.last + 1 RETURNING last";
    /// The last number given out.
    pub LAST_NUMBER = "SELECT last FROM letter_number WHERE district = $1 AND organ_id = $2 AND series = $3 AND year = $4";
    /// Numbers used elsewhere: the counter starts behind them.
    pub SKIP_FIRST = "INSERT INTO letter_number (district, organ_id, series, year, last) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district, organ_id, series, year) DO NOTHING";
    /// The same when numbers were given out before; only if nobody took one meanwhile.
    pub SKIP = "UPDATE letter_number SET last = $6 WHERE district = $1 AND organ_id = $2 AND series = $3 AND year = $4 AND last = $5";
    /// Why they are missing.
    pub INSERT_GAP = "INSERT INTO letter_gap (district, organ_id, series, year, first_no, last_no, why, recorded_by, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    /// Explained gaps of a series and year.
    pub GAPS = "SELECT first_no, last_no, why, recorded_by, recorded_at FROM letter_gap
        WHERE district = $1 AND organ_id = $2 AND series = $3 AND year = $4 ORDER BY first_no";
    /// Every counter.
    pub SERIES = "SELECT organ_id, series, year, last FROM letter_number WHERE district = $1 ORDER BY year DESC, organ_id, series";

    /// The code set on screen.
    pub ORGAN_CODE = "SELECT code FROM letter_organ WHERE district = $1 AND organ_id = $2";
    /// Set it.
    pub SET_ORGAN_CODE = "INSERT INTO letter_organ (district, organ_id, code, set_by, set_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district, organ_id) DO UPDATE SET code = excluded.code, set_by = excluded.set_by, set_at = excluded.set_at";
    /// Which organ has a code.
    pub CODE_OWNER = "SELECT organ_id FROM letter_organ WHERE district = $1 AND code = $2";
    /// Numbers another organ has given out under a code.
    pub CODE_USED = "SELECT COUNT(*) FROM letter WHERE district = $1 AND organ_id <> $2 AND number >= $3 AND number < $4";
}
