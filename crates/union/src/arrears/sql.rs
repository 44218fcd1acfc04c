//! Every statement of the signals: feeds, deliveries, subjects, observations. Alerts have their own file.

/// Columns of a subject, in the order `model::subject_of` reads them.
macro_rules! subject_columns {
    () => {
        "id, kind, key, name, employer_id, org_path, place, industry"
    };
}

/// Columns of a signal, in the order `model::signal_of` reads them.
macro_rules! signal_columns {
    () => {
        "id, subject_id, kind, day, arrived_at, fields, quality, feed, reference, period, state, ended_at, match_id, org_path, slot"
    };
}

store::statements! {
    /// A rule set is tried.
    pub BEGIN_PUBLICATION = "INSERT INTO rule_publication (district, id, rule_set, title, hash, origin, body, state, note, changes, asked_by,
          asked_label, asked_at, decided_label, decided_at, why)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 'draft', '', $8, $9, $10, $11, '', NULL, '')";
    /// Publications; conditions and order are appended.
    pub PUBLICATIONS = "SELECT id, rule_set, title, hash, origin, state, note, changes, asked_by, asked_label, asked_at, decided_label, decided_at,
          why FROM rule_publication WHERE district = $1";
    /// The text of an uploaded rule set.
    pub PUBLISHED_TEXT = "SELECT rule_set, body FROM rule_publication WHERE district = $1 AND hash = $2 AND origin = 'draft' ORDER BY id LIMIT 1";
    /// It is submitted.
    pub SUBMIT_PUBLICATION = "UPDATE rule_publication SET state = $3, note = $4, changes = $5, asked_by = $6, asked_label = $7, asked_at = $8
        WHERE district = $1 AND id = $2 AND state = 'draft'";
    /// It is decided.
    pub DECIDE_PUBLICATION = "UPDATE rule_publication SET state = $3, decided_label = $4, decided_at = $5, why = $6
        WHERE district = $1 AND id = $2 AND state IN ('draft', 'waiting', 'published')";
    /// How every feed that ever delivered stands.
    pub FEEDS = "SELECT name, last_good_at, last_day, deliveries, rows_new, rows_same, rows_corrected, rows_echo, rows_waiting, rows_refused, rows_heavier, fresh_at
        FROM feed WHERE district = $1 ORDER BY name";
    /// A feed is heard of for the first time.
    pub BEGIN_FEED = "INSERT INTO feed (district, name, last_good_at, last_day, deliveries, rows_new, rows_same, rows_corrected, rows_echo, rows_waiting, rows_refused)
        VALUES ($1, $2, NULL, NULL, 0, 0, 0, 0, 0, 0, 0) ON CONFLICT (district, name) DO NOTHING";
    /// A delivery was taken in.
    pub COUNT_DELIVERY = "UPDATE feed SET
          last_good_at = CASE WHEN last_good_at IS NULL OR last_good_at < $3 THEN $3 ELSE last_good_at END,
          last_day = CASE WHEN last_day IS NULL OR last_day < $4 THEN COALESCE($4, last_day) ELSE last_day END,
          deliveries = deliveries + 1, rows_new = rows_new + $5, rows_same = rows_same + $6, rows_corrected = rows_corrected + $7,
          rows_echo = rows_echo + $8, rows_waiting = rows_waiting + $9, rows_refused = rows_refused + $10,
          rows_heavier = rows_heavier + $11, fresh_at = CASE WHEN $12 = 1 THEN $3 ELSE fresh_at END
        WHERE district = $1 AND name = $2";
    /// A delivery begins.
    pub INSERT_DELIVERY = "INSERT INTO feed_delivery (district, id, feed, at, source, actor, rows_new, rows_same, rows_corrected, rows_echo, rows_waiting,
          rows_refused, first_day, last_day, fresh) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, 0, 0, 0, NULL, NULL, 0)";
    /// A delivery ended.
    pub END_DELIVERY = "UPDATE feed_delivery SET rows_new = $3, rows_same = $4, rows_corrected = $5, rows_echo = $6, rows_waiting = $7, rows_refused = $8,
          rows_heavier = $9, first_day = $10, last_day = $11, fresh = $12 WHERE district = $1 AND id = $2";
    /// The deliveries of a feed, newest first.
    pub DELIVERIES = "SELECT id, feed, at, source, actor, rows_new, rows_same, rows_corrected, rows_echo, rows_waiting, rows_refused, first_day, last_day,
          rows_heavier, fresh FROM feed_delivery WHERE district = $1 AND feed = $2 ORDER BY at DESC, id DESC LIMIT $3";
    /// Feed, file and reading of one delivery.
    pub DELIVERY = "SELECT feed, source, mapping FROM feed_delivery WHERE district = $1 AND id = $2";
    /// How the columns of a delivered file were read.
    pub DELIVERY_MAPPING = "UPDATE feed_delivery SET mapping = $3 WHERE district = $1 AND id = $2";
    /// A row of a delivery that could not be taken.
    pub INSERT_REFUSED = "INSERT INTO feed_refused (district, delivery_id, row_no, code, body_sealed) VALUES ($1, $2, $3, $4, $5)";
    /// The rows of a delivery that could not be taken, in their order.
    pub REFUSED = "SELECT row_no, body_sealed FROM feed_refused WHERE district = $1 AND delivery_id = $2 ORDER BY row_no LIMIT $3";
    /// How many of them are kept.
    pub COUNT_REFUSED = "SELECT COUNT(*) FROM feed_refused WHERE district = $1 AND delivery_id = $2";
    /// How many signals wait for the answer to a question of the match queue.
    pub COUNT_WAITING_FOR = "SELECT COUNT(*) FROM signal WHERE district = $1 AND match_id = $2 AND state = 'waiting' AND ended_at IS NULL";
    /// The pauses of a feed, newest first.
    pub PAUSES = "SELECT id, feed, from_at, until_on, why, paused_by, ended_at, ended_by, ended_why FROM feed_pause
        WHERE district = $1 AND feed = $2 ORDER BY from_at DESC, id DESC LIMIT $3";
    /// Pauses that had begun by a moment and not been ended by then.
    pub PAUSED_BY = "SELECT id, feed, from_at, until_on, why, paused_by, ended_at, ended_by, ended_why FROM feed_pause
        WHERE district = $1 AND from_at <= $2 AND (ended_at IS NULL OR ended_at > $2) ORDER BY from_at, id";
    /// Every pause, by feed.
    pub ALL_PAUSES = "SELECT id, feed, from_at, until_on, why, paused_by, ended_at, ended_by, ended_why FROM feed_pause
        WHERE district = $1 ORDER BY feed, from_at, id";
    /// The pause of a feed that nobody has ended.
    pub OPEN_PAUSE = "SELECT id, feed, from_at, until_on, why, paused_by, ended_at, ended_by, ended_why FROM feed_pause
        WHERE district = $1 AND feed = $2 AND ended_at IS NULL";
    /// A feed is paused.
    pub INSERT_PAUSE = "INSERT INTO feed_pause (district, id, feed, from_at, until_on, why, paused_by, ended_at, ended_by, ended_why)
        VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, '', '')";
    /// A pause is over.
    pub END_PAUSE = "UPDATE feed_pause SET ended_at = $3, ended_by = $4, ended_why = $5 WHERE district = $1 AND id = $2 AND ended_at IS NULL";
    /// When each feed last delivered something new by a moment.
    pub LAST_GOOD_BY = "SELECT feed, MAX(at) FROM feed_delivery WHERE district = $1 AND at <= $2 AND fresh = 1 GROUP BY feed";
    /// The newest day a feed spoke of so far.
    pub SPOKE_OF = "SELECT last_day FROM feed WHERE district = $1 AND name = $2";

    /// A subject is heard of for the first time.
    pub INSERT_SUBJECT = "INSERT INTO warning_subject (district, id, kind, key, name, employer_id, org_path, place, industry, created_at, told_on)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    /// An older record says what was known of a subject first.
    pub TELL_SUBJECT = "UPDATE warning_subject SET place = $3, industry = $4, name = $5, told_on = $6 WHERE district = $1 AND id = $2";
    /// Subjects of a kind; a list of keys is appended.
    pub SUBJECTS_BY_KEY = "SELECT id, key, told_on FROM warning_subject WHERE district = $1 AND kind = $2";
    /// One subject.
    pub SUBJECT = concat!("SELECT ", subject_columns!(), " FROM warning_subject WHERE district = $1 AND id = $2");
    /// Some subjects; a list of ids is appended.
    pub SUBJECTS_AMONG = concat!("SELECT ", subject_columns!(), " FROM warning_subject WHERE district = $1");
    /// All subjects, for a replay.
    pub SUBJECTS = concat!("SELECT ", subject_columns!(), " FROM warning_subject WHERE district = $1 ORDER BY id");

    /// An observation.
    pub INSERT_SIGNAL = "INSERT INTO signal (district, id, subject_id, kind, day, arrived_at, fields, quality, feed, reference, period, event, slot, state,
          ended_at, delivery_id, match_id, org_path)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, NULL, $15, $16, $17)";
    /// What is known of some events; a list of events is appended.
    pub EVENTS = "SELECT event, id, slot, feed, day, fields, quality FROM signal WHERE district = $1";
    /// A row stops counting; it keeps its place in history under a slot of its own.
    pub END_SIGNAL = "UPDATE signal SET state = $3, slot = $4, ended_at = $5 WHERE district = $1 AND id = $2 AND ended_at IS NULL";
    /// A row that counted goes on as confirmation of a weightier one.
    pub COPY_AS_ECHO = "INSERT INTO signal (district, id, subject_id, kind, day, arrived_at, fields, quality, feed, reference, period, event, slot, state,
          ended_at, delivery_id, match_id, org_path)
        SELECT district, $3, subject_id, kind, day, arrived_at, fields, quality, feed, reference, period, event, $4, 'echo', NULL, delivery_id, match_id,
          org_path FROM signal WHERE district = $1 AND id = $2";
    /// A confirmation counts from now on.
    pub PROMOTE = "UPDATE signal SET state = 'counted', slot = '', arrived_at = $3 WHERE district = $1 AND id = $2 AND state = 'echo' AND ended_at IS NULL";
    /// One signal.
    pub SIGNAL = concat!("SELECT ", signal_columns!(), " FROM signal WHERE district = $1 AND id = $2");
    /// The signals of a subject, newest first.
    pub SIGNALS_OF = concat!("SELECT ", signal_columns!(), " FROM signal WHERE district = $1 AND subject_id = $2 ORDER BY day DESC, id DESC LIMIT $3");
    /// Signals that wait for a decision about their employer.
    pub WAITING_FOR = concat!("SELECT ", signal_columns!(), " FROM signal WHERE district = $1 AND match_id = $2 AND state = 'waiting' ORDER BY id");
    /// A waiting signal found its employer.
    pub RELEASE = "UPDATE signal SET subject_id = $3, event = $4, slot = $5, state = $6, arrived_at = $7, org_path = $8
        WHERE district = $1 AND id = $2 AND state = 'waiting'";
    /// Everything that counts or did; `$2` and `$3` bound the arrival. The second row of a corrected echo never counted.
    pub REPLAY = "SELECT s.subject_id, s.id, s.kind, s.day, s.arrived_at, s.fields, s.ended_at, s.feed FROM signal s
        WHERE s.district = $1 AND s.state IN ('counted', 'replaced', 'withdrawn') AND s.subject_id IS NOT NULL AND s.arrived_at >= $2 AND s.arrived_at < $3";
    /// What counted at a moment, about days since another; a list of subjects and the order are appended.
    /// (One that says `IS NOT NULL` beside the list is read from the first subject to the last.)
    /// The empty sum keeps SQLite from the index of arrivals, by which it would read the district for a few subjects.
    pub KNOWN_AT = "SELECT subject_id, id, kind, day, arrived_at, fields, feed, reference, quality FROM signal
        WHERE district = $1 AND arrived_at + 0 <= $2 AND (ended_at IS NULL OR ended_at > $2) AND day >= $3
          AND state IN ('counted', 'replaced', 'withdrawn')";
    /// The event of what stands of a feed about a subject under a reference.
    pub STANDS_UNDER = "SELECT event FROM signal WHERE district = $1 AND subject_id = $2 AND feed = $3 AND reference = $4 AND ended_at IS NULL LIMIT 1";
    /// What stands of a feed for an event.
    pub STANDS_FOR = "SELECT id, fields, reference FROM signal WHERE district = $1 AND event = $2 AND feed = $3 AND ended_at IS NULL LIMIT 1";
    /// About whom a case last spoke, and of which event.
    pub CASE_SIGNAL = "SELECT subject_id, event FROM case_signal WHERE district = $1 AND case_id = $2";
    /// The cases that speak of an event.
    pub CASES_OF_EVENT = "SELECT case_id FROM case_signal WHERE district = $1 AND event = $2 ORDER BY case_id";
    /// A case speaks.
    pub PUT_CASE_SIGNAL = "INSERT INTO case_signal (district, case_id, subject_id, event) VALUES ($1, $2, $3, $4)
        ON CONFLICT (district, case_id) DO UPDATE SET subject_id = excluded.subject_id, event = excluded.event";
    /// A case speaks no more.
    pub DROP_CASE_SIGNAL = "DELETE FROM case_signal WHERE district = $1 AND case_id = $2";
    /// A pack of signals.
    pub INSERT_PACK = "INSERT INTO signal_pack (district, id, kind, last_day, last_at, entries, body) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// The packs of a kind with days since one.
    pub PACKS = "SELECT body FROM signal_pack WHERE district = $1 AND kind = $2 AND last_day >= $3";
    /// How much is in them.
    pub PACKED_ENTRIES = "SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) FROM signal_pack WHERE district = $1 AND kind = $2 AND last_day >= $3";
    /// The packs with something that became known since a moment.
    pub PACKS_SINCE = "SELECT body FROM signal_pack WHERE district = $1 AND last_at >= $2 AND kind <> ''";
    /// How many lines are in those.
    pub ENTRIES_SINCE = "SELECT CAST(COALESCE(SUM(entries), 0) AS BIGINT) FROM signal_pack WHERE district = $1 AND last_at >= $2 AND kind <> ''";
    /// How many of those packs there are.
    pub PACKS_LEFT = "SELECT COUNT(*) FROM signal_pack WHERE district = $1 AND last_at >= $2 AND kind <> ''";
    /// Whether every signal is in a pack.
    pub PACKED = "SELECT COUNT(*) FROM signal_pack WHERE district = $1 AND kind = ''";
    /// All packs go, to be made anew.
    pub CLEAR_PACKS = "DELETE FROM signal_pack WHERE district = $1";
    /// What belongs into packs, page by page.
    pub TO_PACK = "SELECT id, subject_id, kind, day, arrived_at, ended_at, fields, feed FROM signal
        WHERE district = $1 AND id > $2 AND state IN ('counted', 'replaced', 'withdrawn') AND subject_id IS NOT NULL ORDER BY id LIMIT $3";
    /// A subject lies on another desk now.
    pub PLACE_SUBJECT = "UPDATE warning_subject SET org_path = $3, name = $4, industry = $5 WHERE district = $1 AND id = $2";
    /// Subjects about which something new counts since a moment.
    pub TOUCHED = "SELECT DISTINCT subject_id FROM signal WHERE district = $1 AND state = 'counted' AND arrived_at >= $2 AND arrived_at <= $3";
    /// How many signals of each state, for the feed page.
    pub COUNTS = "SELECT kind, state, COUNT(*), MAX(day) FROM signal WHERE district = $1 GROUP BY kind, state ORDER BY kind, state";

    /// A subtree moved: its subjects go along. `$2` new beginning, `$3` first kept character, `$4`–`$5` old range.
    pub MOVE_SUBJECTS = "UPDATE warning_subject SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// The same for the signals.
    pub MOVE_SIGNALS = "UPDATE signal SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// The same for the alerts.
    pub MOVE_ALERTS = "UPDATE alert SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// The same for the monthly reports.
    pub MOVE_REPORTS = "UPDATE pay_report SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// The same for what they said before.
    pub MOVE_REPORTS_EARLIER = "UPDATE pay_report_earlier SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// The same for the check-ins.
    pub MOVE_CHECK_INS = "UPDATE check_in SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
}
