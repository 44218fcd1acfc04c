//! Every statement of the alerts.

/// Columns of an alert, in the order `model::alert_of` reads them.
macro_rules! alert_columns {
    () => {
        "id, no, subject_id, title, org_path, state, level, rank, score, red_line, reasons, people, amount, industry, rule_set, rule_hash, \
         opened_at, raised_at, last_signal_at, proposed_level, proposed_at, deferral_until, deferral_doc, pushed_at, push_office, push_ack, \
         case_id, merged_into, closed_at, closed_code, explanation, evaluated_at, version, verified_people, verified_amount, merged_as"
    };
}

/// What a line of the desk's list shows, in the order `desk::line_of` reads it: half of an alert.
macro_rules! line_columns {
    () => {
        "id, no, title, org_path, level, rank, score, red_line, reasons, people, amount, industry, proposed_level, opened_at, deferral_until, case_id, verified_people, verified_amount"
    };
}

store::statements! {
    /// One alert.
    pub GET = concat!("SELECT ", alert_columns!(), " FROM alert WHERE district = $1 AND id = $2");
    /// One alert by its number.
    pub BY_NO = concat!("SELECT ", alert_columns!(), " FROM alert WHERE district = $1 AND no = $2");
    /// The open alert of a subject.
    pub OPEN_OF = concat!("SELECT ", alert_columns!(), " FROM alert WHERE district = $1 AND subject_id = $2 AND state = 'open'");
    /// Open alerts within a range of places; a list of subjects is appended.
    pub OPEN_WITHIN = concat!("SELECT ", alert_columns!(), " FROM alert WHERE district = $1 AND org_path >= $2 AND org_path < $3 AND state = 'open'");
    /// Every open alert.
    pub OPEN_ALL = concat!("SELECT ", alert_columns!(), " FROM alert WHERE district = $1 AND state = 'open' ORDER BY subject_id");
    /// When the last alert of a subject ended.
    pub LAST_CLOSED = "SELECT MAX(closed_at) FROM alert WHERE district = $1 AND subject_id = $2 AND state <> 'open'";
    /// Subjects with an open alert, and how fresh it is.
    pub OPEN_SUBJECTS = "SELECT subject_id, evaluated_at, touched_at, rule_hash FROM alert WHERE district = $1 AND state = 'open' ORDER BY subject_id";
    /// The alerts of a subject, newest first.
    pub OF_SUBJECT = concat!("SELECT ", alert_columns!(), " FROM alert WHERE district = $1 AND subject_id = $2 ORDER BY opened_at DESC, id DESC LIMIT 50");
    /// The alert of a case.
    pub OF_CASE = concat!("SELECT ", alert_columns!(), " FROM alert WHERE district = $1 AND case_id = $2");
    /// The list; place, filters and order are appended.
    pub LIST = concat!("SELECT ", line_columns!(), " FROM alert WHERE district = $1 AND state = $2");
    /// The list of what is late: open alerts, and ended ones of which an open case is left (handed over, nobody asked).
    pub LIST_WITH_HANDED = concat!("SELECT ", line_columns!(), " FROM alert WHERE district = $1 AND state <> 'merged'");
    /// How many that list holds.
    pub COUNT_WITH_HANDED = "SELECT COUNT(*) FROM alert WHERE district = $1 AND state <> 'merged'";
    /// How many the list holds; place and filters are appended.
    pub COUNT = "SELECT COUNT(*) FROM alert WHERE district = $1 AND state = $2";
    /// The last number of a year.
    pub LAST_NO = "SELECT MAX(no) FROM alert WHERE district = $1 AND no >= $2 AND no < $3";
    /// How many of each level are open within a range of places, how many of them since a moment, whom and how much they concern.
    pub TALLY = "SELECT level, rank, COUNT(*), COUNT(CASE WHEN raised_at >= $4 THEN 1 END), CAST(COALESCE(SUM(COALESCE(verified_people, people)), 0) AS BIGINT),
          CAST(COALESCE(SUM(COALESCE(verified_amount, amount)), 0) AS BIGINT) FROM alert
        WHERE district = $1 AND state = 'open' AND org_path >= $2 AND org_path < $3 GROUP BY level, rank ORDER BY rank";
    /// How many ended since a moment within a range of places, by how they ended.
    pub ENDED = "SELECT closed_code, COUNT(*) FROM alert
        WHERE district = $1 AND closed_at >= $4 AND state = 'closed' AND org_path || '' >= $2 AND org_path || '' < $3
        GROUP BY closed_code ORDER BY closed_code";
    /// Places and levels of all open alerts, for the map.
    pub PLACES = "SELECT org_path, rank, COUNT(*) FROM alert WHERE district = $1 AND state = 'open' AND org_path >= $2 AND org_path < $3
        GROUP BY org_path, rank";
    /// The last change of any alert.
    pub PULSE = "SELECT MAX(touched_at) FROM alert WHERE district = $1";
    /// The last change of any alert within a range of places.
    pub PULSE_WITHIN = "SELECT MAX(touched_at) FROM alert WHERE district = $1 AND org_path >= $2 AND org_path < $3";

    /// An alert is opened.
    pub INSERT = "INSERT INTO alert (district, id, no, subject_id, title, org_path, state, level, rank, score, red_line, reasons, people, amount, industry,
          rule_set, rule_hash, opened_at, raised_at, last_signal_at, proposed_level, proposed_at, deferral_until, deferral_doc, pushed_at, push_office,
          push_ack, case_id, merged_into, closed_at, closed_code, explanation, evaluated_at, touched_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, NULL, NULL, NULL, '', NULL, '', '',
          NULL, NULL, NULL, '', $19, $17, $17, 1)";
    /// What the rules say now; the level is the one in force.
    pub EVALUATED = "UPDATE alert SET level = $3, rank = $4, score = $5, red_line = $6, reasons = $7, people = $8, amount = $9, industry = $10,
          rule_set = $11, rule_hash = $12, raised_at = $13, last_signal_at = $14, proposed_level = $15, proposed_at = $16, explanation = $17,
          evaluated_at = $18, touched_at = COALESCE($19, touched_at), title = $20, org_path = $21,
          version = version + CASE WHEN $19 IS NULL THEN 0 ELSE 1 END
        WHERE district = $1 AND id = $2 AND state = 'open'";
    /// The newest alert of a subject.
    pub LAST_OF = concat!("SELECT ", alert_columns!(), " FROM alert WHERE district = $1 AND subject_id = $2 AND state <> 'merged' ORDER BY id DESC LIMIT 1");
    /// It goes on after it had ended.
    pub OPEN_AGAIN = "UPDATE alert SET state = 'open', closed_at = NULL, closed_code = '', touched_at = $3, version = version + 1
        WHERE district = $1 AND id = $2 AND state = 'closed'";
    /// A person decided about a proposed fall.
    pub DECIDED = "UPDATE alert SET level = $3, rank = $4, proposed_level = NULL, proposed_at = NULL, touched_at = $5, version = version + 1
        WHERE district = $1 AND id = $2 AND state = 'open' AND version = $6";
    /// Payment is lawfully deferred.
    pub DEFERRED = "UPDATE alert SET deferral_until = $3, deferral_doc = $4, touched_at = $5, version = version + 1
        WHERE district = $1 AND id = $2 AND state = 'open' AND version = $6";
    /// The labour inspectorate was told.
    pub PUSHED = "UPDATE alert SET pushed_at = $3, push_office = $4, push_ack = $5, touched_at = $3, version = version + 1
        WHERE district = $1 AND id = $2 AND state = 'open' AND version = $6";
    /// An alert ends, once.
    pub ENDED_NOW = "UPDATE alert SET state = $3, closed_at = $4, closed_code = $5, proposed_level = NULL, proposed_at = NULL,
          touched_at = $4, version = version + 1
        WHERE district = $1 AND id = $2 AND state = 'open' AND version = $6";
    /// What it became part of, and on what relation.
    pub MERGED_INTO = "UPDATE alert SET merged_into = $3, merged_as = $4 WHERE district = $1 AND id = $2 AND state = 'merged'";
    /// The alerts that became part of one.
    pub JOINED = concat!("SELECT ", alert_columns!(), " FROM alert WHERE district = $1 AND merged_into = $2 ORDER BY closed_at, id");
    /// Its handling is this case; what another case verified is not known of this one.
    pub SET_CASE = "UPDATE alert SET case_id = $3, verified_people = NULL, verified_amount = NULL WHERE district = $1 AND id = $2";
    /// The alert of a case, what was verified of it so far, and whether it is known when.
    pub VERIFIED_OF = "SELECT a.id, a.org_path, a.verified_people, a.verified_amount,
          CASE WHEN EXISTS (SELECT 1 FROM alert_verified v WHERE v.district = $1 AND v.alert_id = a.id) THEN 1 ELSE 0 END
        FROM alert a WHERE a.district = $1 AND a.case_id = $2";
    /// Cases of open alerts.
    pub OPEN_CASES = "SELECT case_id FROM alert WHERE district = $1 AND state = 'open' AND case_id IS NOT NULL ORDER BY case_id";
    /// What its case verified; `touched_at` lets open screens know.
    pub VERIFIED = "UPDATE alert SET verified_people = $3, verified_amount = $4, touched_at = $5 WHERE district = $1 AND id = $2";

    /// It was verified now; of two at one moment the later holds.
    pub VERIFIED_AT = "INSERT INTO alert_verified (district, alert_id, at, people, amount) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district, alert_id, at) DO UPDATE SET people = $4, amount = $5";

    /// What happened.
    pub INSERT_EVENT = "INSERT INTO alert_event (district, alert_id, seq, at, kind, from_level, to_level, score, actor, note, explanation)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    /// The number of the last event.
    pub LAST_EVENT = "SELECT COALESCE(MAX(seq), 0) FROM alert_event WHERE district = $1 AND alert_id = $2";
    /// What happened, in order.
    pub EVENTS = "SELECT seq, at, kind, from_level, to_level, score, actor, note, explanation FROM alert_event
        WHERE district = $1 AND alert_id = $2 ORDER BY seq";
    /// An explanation; the same bytes are kept once.
    pub PUT_EXPLANATION = "INSERT INTO alert_explanation (district, alert_id, digest, as_of, at, body) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (district, alert_id, digest) DO NOTHING";
    /// An explanation that no event points to any more makes room for the newer one.
    pub DROP_EXPLANATION = "DELETE FROM alert_explanation WHERE district = $1 AND alert_id = $2 AND digest = $3
        AND NOT EXISTS (SELECT 1 FROM alert_event e WHERE e.district = $1 AND e.alert_id = $2 AND e.explanation = $3)";
    /// One explanation.
    pub EXPLANATION = "SELECT as_of, at, body FROM alert_explanation WHERE district = $1 AND alert_id = $2 AND digest = $3";
    /// The score of a day; a second evaluation of the day replaces the first.
    pub PUT_SCORE = "INSERT INTO alert_score (district, alert_id, day, score, level) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district, alert_id, day) DO UPDATE SET score = excluded.score, level = excluded.level";
    /// The trail of scores.
    pub SCORES = "SELECT day, score, level FROM alert_score WHERE district = $1 AND alert_id = $2 ORDER BY day";
    /// What a rule's part in an alert came to.
    pub PUT_FEEDBACK = "INSERT INTO alert_feedback (district, alert_id, rule_code, rule_set, rule_hash, points, verdict, closed_code, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (district, alert_id, rule_code) DO NOTHING";
    /// The score sheet of the rules: how often each had a part in a true and in a false alert.
    pub FEEDBACK = "SELECT rule_code, COUNT(CASE WHEN verdict = 'true' THEN 1 END), COUNT(CASE WHEN verdict = 'false' THEN 1 END) FROM alert_feedback
        WHERE district = $1 AND rule_set = $2 GROUP BY rule_code ORDER BY rule_code";
}
