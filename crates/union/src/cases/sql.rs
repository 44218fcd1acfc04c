//! Every statement of the cases room but those on letters.

macro_rules! file_columns {
    () => {
        "f.id, f.no, f.kind, f.definition, f.door, f.place_id, f.org_path, f.title, f.grade, f.state, f.ended_at, f.closing, \
         f.desk_id, f.desk_path, f.desk_level, f.handler_id, f.watch_id, f.watch_path, f.watch_level, f.watch_person, \
         f.member_id, f.opened_by, f.link_kind, f.link_id, f.sealed_reporter, f.fields_sealed, f.progress, f.fresh, f.suspended, \
         f.waiting, f.alarm, f.unanswered, f.reopened, f.held_until, f.opened_at, f.version"
    };
}

macro_rules! line_columns {
    () => {
        "f.id, f.no, f.kind, f.title, f.grade, f.state, f.place_id, f.org_path, f.desk_id, f.desk_level, f.handler_id, f.overdue, \
         f.alarm, f.suspended, f.next_due_at, f.opened_at, f.ended_at, f.watch_id, f.reopened, f.extends_desk_id, f.reveals_desk_id"
    };
}

/// When the next clock of a case `f` runs out; cases without a running clock come last.
macro_rules! next_due {
    () => {
        "COALESCE(f.next_due_at, 9223372036854775807)"
    };
}

/// Since when a case `f` is late; an alarm beside no missed clock comes by the next one.
macro_rules! late_since {
    () => {
        "COALESCE((SELECT MIN(c.due_at) FROM case_clock c WHERE c.district = f.district AND c.case_id = f.id AND c.breached \
         AND c.state IN ('breached', 'running', 'paused')), f.next_due_at, 9223372036854775807)"
    };
}

/// What comes first of a case `f` for a desk or a person, `$2`: since when it is late, so far back that everything late
/// stands before everything else; or when the own next clock runs out, else the case's. Whose clocks are late and whose run
/// is said as [`duties`](super::duties) says it.
macro_rules! first_of {
    ($late:expr, $runs:expr) => {
        concat!(
            "COALESCE((SELECT COALESCE(MIN(CASE WHEN c.breached AND c.state = 'breached' AND ", $late,
            " THEN c.due_at END) - 1000000000000000, MIN(CASE WHEN c.state = 'running' AND ", $runs,
            " THEN c.due_at END)) FROM case_clock c WHERE c.district = f.district AND c.case_id = f.id), f.next_due_at, 9223372036854775807)"
        )
    };
}

/// Whether a clock `c` waits for a call-back by whoever was asked in (加签): an account, and the rules that call back, each
/// between commas.
macro_rules! calls_back {
    ($account:literal, $calls:literal) => {
        concat!(
            "(", $calls, " LIKE '%,' || c.rule || ',%' AND EXISTS (SELECT 1 FROM case_party a WHERE a.district = f.district \
             AND a.case_id = f.id AND a.account_id = ", $account, " AND a.role = 'consulted'))"
        )
    };
}

macro_rules! first_of_desk {
    () => {
        first_of!(
            concat!(
                "(c.desk_id = $2 OR f.desk_id = $2 OR ",
                calls_back!("$3", "$4"),
                ")"
            ),
            concat!("(c.desk_id = $2 OR ", calls_back!("$3", "$4"), ")")
        )
    };
}

macro_rules! first_of_person {
    () => {
        first_of!(
            concat!("(c.person_id = $2 OR ", calls_back!("$2", "$3"), ")"),
            concat!("(c.person_id = $2 OR ", calls_back!("$2", "$3"), ")")
        )
    };
}

/// The order of a list; the statement of the same name selects it as the last column.
pub(super) const BY_NEXT_DUE: &str = next_due!();
/// Of what is late.
pub(super) const BY_LATE_SINCE: &str = late_since!();
/// Of a desk's list.
pub(super) const BY_FIRST_OF_DESK: &str = first_of_desk!();
/// Of the list of somebody beside the tree.
pub(super) const BY_FIRST_OF_PERSON: &str = first_of_person!();

/// The rank of the [`Stage`](super::Stage) to which the clocks of a case `f` have brought a level of desks; nothing where
/// it has none.
macro_rules! stage_of_level {
    ($level:literal) => {
        concat!(
            "MAX(CASE WHEN c.desk_level = ",
            $level,
            " THEN CASE WHEN c.state IN ('met', 'done_late') THEN 1 WHEN c.state = 'void' AND NOT c.breached THEN 0 WHEN c.state = 'void' THEN 2 \
             WHEN NOT c.breached THEN 3 WHEN f.ended_at IS NULL THEN 4 ELSE 2 END END)"
        )
    };
}

store::statements! {
    /// The next number of a series in a year.
    pub NEXT_NO = "INSERT INTO case_counter (district, series, year, last) VALUES ($1, $2, $3, 1)
        ON CONFLICT (district, series, year) DO UPDATE SET last = case_counter.last + 1 RETURNING last";
    /// A new case.
    pub INSERT_FILE = "INSERT INTO case_file (district, id, no, kind, definition, door, place_id, org_path, title, grade, state, ended_at,
          closing, desk_id, desk_path, desk_level, handler_id, watch_id, watch_path, watch_level, watch_person, member_id, opened_by,
          link_kind, link_id, matter_index, receipt_index, sealed_reporter, fields_sealed, progress, fresh, suspended, waiting, alarm,
          unanswered, reopened, overdue, held_until, next_due_at, opened_at, changed_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, NULL, $12, $13, $14, $15, NULL, NULL, NULL, NULL, $16, $17, $18, $19,
          $20, $21, $22, $23, $24, $25, $26, $27, $28, 0, 0, 0, NULL, $29, $30, $30, 1)";
    /// Who watches a new case.
    pub WATCH = "UPDATE case_file SET watch_id = $3, watch_path = $4, watch_level = $5, watch_person = $6 WHERE district = $1 AND id = $2";
    /// A case after a step.
    pub UPDATE_FILE = "UPDATE case_file SET grade = $4, state = $5, ended_at = $6, closing = $7, desk_id = $8, desk_path = $9,
          desk_level = $10, handler_id = $11, watch_id = $12, watch_path = $13, watch_level = $14, watch_person = $15,
          fields_sealed = $16, progress = $17, fresh = $18, suspended = $19, waiting = $20, alarm = $21, unanswered = $22,
          reopened = $23, overdue = $24, held_until = $25, next_due_at = $26, changed_at = $27, place_id = $28, org_path = $29,
          extends_desk_id = $30, version = version + 1
        WHERE district = $1 AND id = $2 AND version = $3";
    /// The desk that decides whether a sealed identity is opened, or none any more.
    pub WAIT_FOR_REVEAL = "UPDATE case_file SET reveals_desk_id = $3 WHERE district = $1 AND id = $2";
    /// The case has moved: so has who decides.
    pub MOVE_REVEAL = "UPDATE case_file SET reveals_desk_id = $3 WHERE district = $1 AND id = $2 AND reveals_desk_id IS NOT NULL";
    /// One case.
    pub GET = concat!("SELECT ", file_columns!(), " FROM case_file f WHERE f.district = $1 AND f.id = $2");
    /// The open cases of a link.
    pub OPEN_BY_LINK = "SELECT id, no, state FROM case_file WHERE district = $1 AND link_kind = $2 AND link_id = $3 AND ended_at IS NULL
        ORDER BY id LIMIT 8";
    /// The open cases of a matter.
    pub OPEN_BY_MATTER = "SELECT id, no, state FROM case_file WHERE district = $1 AND kind = $2 AND matter_index = $3 AND ended_at IS NULL
        ORDER BY id LIMIT 8";
    /// The newest case of a link, open or ended.
    pub BY_LINK = "SELECT id, no FROM case_file WHERE district = $1 AND link_kind = $2 AND link_id = $3 ORDER BY id DESC LIMIT 1";
    /// The case of a receipt.
    pub BY_RECEIPT = "SELECT id, no FROM case_file WHERE district = $1 AND receipt_index = $2";
    /// The case with a number.
    pub BY_NO = "SELECT id, no FROM case_file WHERE district = $1 AND no = $2";
    /// Lines of the list, with the moment by which they are ordered; filters, order and limit are appended.
    pub LINES = concat!("SELECT ", line_columns!(), ", ", next_due!(), " FROM case_file f WHERE f.district = $1");
    /// Lines of the list of what is late.
    pub LATE_LINES = concat!("SELECT ", line_columns!(), ", ", late_since!(), " FROM case_file f WHERE f.district = $1");
    /// Lines of a desk's list.
    pub DESK_LINES = concat!("SELECT ", line_columns!(), ", ", first_of_desk!(), " FROM case_file f WHERE f.district = $1");
    /// Lines of the list of somebody beside the tree.
    pub PERSON_LINES = concat!("SELECT ", line_columns!(), ", ", first_of_person!(), " FROM case_file f WHERE f.district = $1");
    /// How many a list holds; filters are appended.
    pub LISTED = "SELECT COUNT(*) FROM case_file f WHERE f.district = $1";
    /// Cases in a few words, with the stage of each level of desks and the end of the oldest clock missed and not yet done. A
    /// list of ids is appended: both engines ask what is said of the case itself before they group.
    pub BRIEFS = concat!("SELECT f.id, f.state, f.desk_id, f.desk_level, f.handler_id, f.overdue, f.next_due_at, f.ended_at, ",
        stage_of_level!(0), ", ", stage_of_level!(1), ", ", stage_of_level!(2),
        ", MIN(CASE WHEN c.breached AND c.state IN ('breached', 'running', 'paused') THEN c.due_at END)
        FROM case_file f LEFT JOIN case_clock c ON c.district = f.district AND c.case_id = f.id WHERE f.district = $1
        GROUP BY f.district, f.id HAVING f.id IN");
    /// The clocks cases have missed and not yet done; a list of cases is appended.
    pub MISSED_SINCE = "SELECT case_id, due_at FROM case_clock WHERE district = $1 AND breached = $2 AND state IN ('breached', 'running', 'paused')
          AND due_at IS NOT NULL";
    /// The clocks of cases that run, or were missed and are still to be done; a list of cases is appended.
    pub OPEN_CLOCKS = "SELECT case_id, rule, title, due_at, state, desk_id, person_id FROM case_clock WHERE district = $1
          AND state IN ('running', 'breached')";
    /// Open cases of a kind with a missed clock or an alarm.
    pub LATE = "SELECT id FROM case_file WHERE district = $1 AND kind = $2 AND ended_at IS NULL AND org_path >= $3 AND org_path < $4
          AND (overdue > 0 OR alarm = $5) ORDER BY id";
    /// The cases of a member, newest first.
    pub OF_MEMBER = concat!("SELECT ", line_columns!(), ", ", next_due!(), " FROM case_file f WHERE f.district = $1 AND f.member_id = $2 ORDER BY f.id DESC LIMIT $3");
    /// Open cases whose next clock has run out.
    pub DUE = "SELECT id FROM case_file WHERE district = $1 AND next_due_at <= $2 AND ended_at IS NULL ORDER BY next_due_at, id LIMIT $3";
    /// Open cases with a due date that may still move.
    pub PROVISIONAL = "SELECT case_id FROM case_clock WHERE district = $1 AND state = 'running' AND provisional = $2 AND case_id > $3
        GROUP BY case_id ORDER BY case_id LIMIT $4";
    /// How many open cases a desk answers for, and how many of them are overdue.
    pub DESK_COUNTS = "SELECT COUNT(*), COUNT(CASE WHEN overdue > 0 THEN 1 END) FROM case_file
        WHERE district = $1 AND desk_id = $2 AND ended_at IS NULL";
    /// Open cases by whoever answers for them.
    pub LOAD = "SELECT handler_id, COUNT(*) FROM case_file WHERE district = $1 AND ended_at IS NULL AND handler_id IS NOT NULL
        GROUP BY handler_id";

    /// Somebody on the roster.
    pub SET_HELPER = "INSERT INTO case_helper (district, account_id, firm, licence, subjects, most_open, from_on, to_on)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (district, account_id) DO UPDATE SET firm = $3, licence = $4, subjects = $5,
          most_open = $6, from_on = $7, to_on = $8";
    /// The roster on a day.
    pub HELPERS = "SELECT account_id, firm, subjects, most_open FROM case_helper
        WHERE district = $1 AND from_on <= $2 AND (to_on IS NULL OR to_on >= $2) ORDER BY account_id";
    /// The whole roster, also entries that have ended or not begun.
    pub ROSTER = "SELECT account_id, firm, licence, subjects, most_open, from_on, to_on FROM case_helper WHERE district = $1
        ORDER BY account_id";
    /// Hours on duty of somebody on the roster.
    pub DUTY = "SELECT weekday, from_minute, to_minute FROM case_helper_duty WHERE district = $1 AND account_id = $2
        ORDER BY weekday, from_minute";
    /// They are set anew.
    pub CLEAR_DUTY = "DELETE FROM case_helper_duty WHERE district = $1 AND account_id = $2";
    /// One stretch.
    pub ADD_DUTY = "INSERT INTO case_helper_duty (district, account_id, weekday, from_minute, to_minute) VALUES ($1, $2, $3, $4, $5)";
    /// A client of somebody on the roster.
    pub NOTE_CLIENT = "INSERT INTO case_helper_client (district, account_id, name_key, name, noted_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district, account_id, name_key) DO UPDATE SET name = $4";
    /// The clients of somebody on the roster.
    pub CLIENTS = "SELECT name_key, name FROM case_helper_client WHERE district = $1 AND account_id = $2 ORDER BY name_key";

    /// An act.
    pub INSERT_EVENT = "INSERT INTO case_event (district, id, case_id, at, verb, from_state, to_state, actor, account_id, on_behalf,
          note_sealed, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    /// The acts of a case, oldest first.
    pub EVENTS = "SELECT id, at, verb, from_state, to_state, actor, account_id, on_behalf, note_sealed, detail FROM case_event
        WHERE district = $1 AND case_id = $2 ORDER BY id";

    /// A clock that started.
    pub INSERT_CLOCK = "INSERT INTO case_clock (district, id, case_id, rule, title, desk_id, desk_path, desk_level, person_id, length,
          events, state, breached, started_at, due_at, provisional, ended_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    /// A clock to which something happened.
    pub UPDATE_CLOCK = "UPDATE case_clock SET desk_id = $3, desk_path = $4, desk_level = $5, person_id = $6, events = $7, state = $8,
          breached = $9, due_at = $10, provisional = $11, ended_at = $12
        WHERE district = $1 AND id = $2";
    /// A running clock whose date the calendar has moved. Moments are compared with the column, never with a literal:
    /// PostgreSQL would take the parameter for a small number.
    pub REDATE = "UPDATE case_clock SET due_at = $3, provisional = $4 WHERE district = $1 AND id = $2
          AND (due_at <> $3 OR (due_at IS NULL) <> ($3 IS NULL) OR provisional <> $4)";
    /// The case's next date follows.
    pub REDATE_FILE = "UPDATE case_file SET next_due_at = $3 WHERE district = $1 AND id = $2
          AND (next_due_at <> $3 OR (next_due_at IS NULL) <> ($3 IS NULL))";
    /// The clocks of a case, oldest first.
    pub CLOCKS = "SELECT id, rule, title, desk_id, desk_path, desk_level, person_id, length, events FROM case_clock
        WHERE district = $1 AND case_id = $2 ORDER BY id";
    /// Clocks missed by a desk between two moments: what appraisal counts.
    pub MISSED_BY_DESK = "SELECT c.rule, COUNT(*), COUNT(CASE WHEN c.state = 'done_late' THEN 1 END) FROM case_clock c
        WHERE c.district = $1 AND c.desk_id = $2 AND c.breached = $3 AND c.started_at >= $4 AND c.started_at < $5 GROUP BY c.rule ORDER BY c.rule";

    /// A piece of evidence.
    pub INSERT_EVIDENCE = "INSERT INTO case_evidence (district, id, case_id, event_id, kind, text_sealed, amount, file_name, file_type,
          file_size, digest, file_sealed, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    /// Pieces by kind.
    pub EVIDENCE_COUNTS = "SELECT kind, COUNT(*) FROM case_evidence WHERE district = $1 AND case_id = $2 GROUP BY kind ORDER BY kind";
    /// Whether a file is on file already.
    pub SAME_FILE = "SELECT id FROM case_evidence WHERE district = $1 AND case_id = $2 AND kind = $3 AND digest = $4 LIMIT 1";
    /// The evidence of a case, oldest first, without the files.
    pub EVIDENCE = "SELECT id, kind, text_sealed, amount, file_name, file_size, digest, added_at, added_by FROM case_evidence
        WHERE district = $1 AND case_id = $2 ORDER BY id";
    /// One file.
    pub EVIDENCE_FILE = "SELECT file_name, file_type, file_sealed FROM case_evidence WHERE district = $1 AND case_id = $2 AND id = $3";

    /// Somebody of a case.
    pub INSERT_PARTY = "INSERT INTO case_party (district, id, case_id, role, account_id, member_id, employer_id, label, name_sealed,
          phone_sealed, phone_index, name_index, secret, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    /// The people of a case; who of the union was asked in is not one of them.
    pub PARTIES = "SELECT id, role, account_id, member_id, employer_id, label, name_sealed, phone_sealed, secret FROM case_party
        WHERE district = $1 AND case_id = $2 AND role <> 'consulted' ORDER BY id";
    /// Cases into which somebody was asked (加签); a list of cases is appended.
    pub ASKED_INTO = "SELECT case_id FROM case_party WHERE district = $1 AND account_id = $2 AND role = 'consulted'";
    /// The employer a case is about.
    pub RESPONDENT = "SELECT employer_id FROM case_party WHERE district = $1 AND case_id = $2 AND role = 'respondent' AND employer_id IS NOT NULL
        ORDER BY id LIMIT 1";
    /// People whose names are in no index yet; the sealed ones stay out of it.
    pub UNNAMED = "SELECT id, name_sealed FROM case_party WHERE district = $1 AND secret = $2 AND name_index IS NULL AND name_sealed IS NOT NULL
          AND id > $3 ORDER BY id LIMIT $4";
    /// The name of one of them is.
    pub NAME_PARTY = "UPDATE case_party SET name_index = $3 WHERE district = $1 AND id = $2 AND name_index IS NULL";
    /// Somebody has another name than was written down.
    pub RENAME_PARTY = "UPDATE case_party SET name_sealed = $3, name_index = $4 WHERE district = $1 AND id = $2";
    /// The case is about another employer.
    pub DROP_RESPONDENT = "DELETE FROM case_party WHERE district = $1 AND case_id = $2 AND role = 'respondent'";
    /// A question about its employer is asked in this writing.
    pub ASK_UNIT = "INSERT INTO case_unit (district, case_id, match_id, written) VALUES ($1, $2, $3, $4)
        ON CONFLICT (district, case_id) DO UPDATE SET match_id = excluded.match_id, written = excluded.written";
    /// What was asked about a case.
    pub UNIT_ASKED = "SELECT match_id, written FROM case_unit WHERE district = $1 AND case_id = $2";
    /// The cases that asked a question.
    pub UNITS_OF_QUESTION = "SELECT case_id, written FROM case_unit WHERE district = $1 AND match_id = $2 ORDER BY case_id";
    /// How many.
    pub COUNT_UNIT_ASKED = "SELECT COUNT(*) FROM case_unit WHERE district = $1 AND match_id = $2";
    /// What is destroyed asks nothing.
    pub FORGET_UNIT = "DELETE FROM case_unit WHERE district = $1 AND case_id = $2";
    /// What tells the matter from others, after a correction.
    pub MOVE_MATTER = "UPDATE case_file SET matter_index = $3 WHERE district = $1 AND id = $2";
    /// Paused cases that are open.
    pub SUSPENDED = "SELECT id FROM case_file WHERE district = $1 AND suspended AND ended_at IS NULL AND id > $2 ORDER BY id LIMIT $3";
    /// When one of some steps was last taken on a case; the verbs are appended.
    pub LAST_STEP = "SELECT MAX(at) FROM case_event WHERE district = $1 AND case_id = $2";
    /// Open cases into which somebody was asked by one of some verbs; the verbs are appended.
    pub CONSULTED = "SELECT DISTINCT f.id FROM case_file f JOIN case_event e ON e.district = f.district AND e.case_id = f.id
        WHERE f.district = $1 AND e.district = $1 AND f.ended_at IS NULL AND f.id > $2";
    /// Who was asked into a case and has it on the own list.
    pub ASKED_OF_CASE = "SELECT account_id FROM case_party WHERE district = $1 AND case_id = $2 AND role = 'consulted' AND account_id IS NOT NULL";
    /// Cases of a kind beside which no person concerned stands.
    pub WITHOUT_PERSON = "SELECT f.id FROM case_file f WHERE f.district = $1 AND f.kind = $2 AND f.id > $3 AND NOT EXISTS
          (SELECT 1 FROM case_party p WHERE p.district = f.district AND p.case_id = f.id AND p.role = 'reporter') ORDER BY f.id LIMIT $4";
    /// One of them.
    pub PARTY = "SELECT id, role, account_id, member_id, employer_id, label, name_sealed, phone_sealed, secret FROM case_party
        WHERE district = $1 AND case_id = $2 AND id = $3";

    /// What somebody sent; written once.
    pub INSERT_SENT = "INSERT INTO case_sent (district, case_id, at, digest, text_sealed) VALUES ($1, $2, $3, $4, $5)";
    /// What somebody sent goes; when it came and its digest stay.
    pub EMPTY_SENT = "UPDATE case_sent SET text_sealed = $3 WHERE district = $1 AND case_id = $2";
    /// What somebody sent.
    pub SENT = "SELECT at, digest, text_sealed FROM case_sent WHERE district = $1 AND case_id = $2";
    /// The case another was put into.
    pub MERGED_INTO = "SELECT other_id FROM case_link WHERE district = $1 AND case_id = $2 AND kind = 'merged_into'";

    /// Two cases that belong together.
    pub INSERT_LINK = "INSERT INTO case_link (district, case_id, other_id, kind, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    /// What a case is linked with, from either side; the last column says whether it is the first.
    pub LINKS = "SELECT l.other_id, f.no, f.title, l.kind, l.at, 1 FROM case_link l
          JOIN case_file f ON f.district = l.district AND f.id = l.other_id WHERE l.district = $1 AND f.district = $1 AND l.case_id = $2
        UNION ALL
        SELECT l.case_id, f.no, f.title, l.kind, l.at, 0 FROM case_link l
          JOIN case_file f ON f.district = l.district AND f.id = l.case_id WHERE l.district = $1 AND f.district = $1 AND l.other_id = $2";

    /// Ended cases of a kind whose time is up and that stand on no list, are not kept and not destroyed.
    pub TIME_IS_UP = "SELECT f.id FROM case_file f WHERE f.district = $1 AND f.kind = $2 AND f.ended_at < $3
          AND NOT EXISTS (SELECT 1 FROM case_disposal_item i WHERE i.district = $1 AND i.case_id = f.id
            AND (i.state IN ('listed', 'destroyed') OR (i.state = 'kept' AND i.kept_until >= $4)))
        ORDER BY f.ended_at, f.id LIMIT $5";
    /// The list that the night adds to.
    pub COLLECTING = "SELECT id FROM case_disposal WHERE district = $1 AND state = 'collected' ORDER BY id LIMIT 1";
    /// A new list.
    pub COLLECT = "INSERT INTO case_disposal (district, id, state, collected_at, proposed_by, proposed_label, proposed_at, decided_label,
          decided_at, why, done_at) VALUES ($1, $2, 'collected', $3, NULL, '', NULL, '', NULL, '', NULL)";
    /// One case on it.
    pub COLLECT_ITEM = "INSERT INTO case_disposal_item (district, disposal_id, case_id, state, kept_until, kept_why)
        VALUES ($1, $2, $3, 'listed', NULL, '')";
    /// Photographs of weekly rounds are on it too.
    pub COLLECT_PHOTOS = "UPDATE case_disposal SET photos_before = $3, photos = $4 WHERE district = $1 AND id = $2 AND state = 'collected'
          AND (photos_before IS NULL OR photos <> $4)";
    /// Whether a list with photographs waits for an agreement or for the destruction.
    pub PHOTOS_WAIT = "SELECT 1 FROM case_disposal WHERE district = $1 AND state IN ('proposed', 'approved') AND photos_before IS NOT NULL LIMIT 1";
    /// Lists, newest first, with how many cases are still to be destroyed, were left out, are destroyed.
    pub DISPOSALS = "SELECT d.id, d.state, d.collected_at, d.proposed_by, d.proposed_label, d.proposed_at, d.decided_label, d.decided_at,
          d.why, d.done_at,
          (SELECT COUNT(*) FROM case_disposal_item i WHERE i.district = $1 AND i.disposal_id = d.id AND i.state = 'listed'),
          (SELECT COUNT(*) FROM case_disposal_item i WHERE i.district = $1 AND i.disposal_id = d.id AND i.state = 'kept'),
          (SELECT COUNT(*) FROM case_disposal_item i WHERE i.district = $1 AND i.disposal_id = d.id AND i.state = 'destroyed'),
          d.photos, d.photos_before
        FROM case_disposal d WHERE d.district = $1";
    /// The cases of a list.
    pub DISPOSAL_ITEMS = "SELECT f.id, f.no, f.kind, f.title, f.ended_at, i.state, i.kept_until, i.kept_why FROM case_disposal_item i
          JOIN case_file f ON f.district = $1 AND f.id = i.case_id
        WHERE i.district = $1 AND i.disposal_id = $2 ORDER BY f.ended_at, f.id LIMIT $3";
    /// Cases of an agreed list that are still there.
    pub TO_DESTROY = "SELECT i.case_id FROM case_disposal_item i WHERE i.district = $1 AND i.disposal_id = $2 AND i.state = 'listed'
        ORDER BY i.case_id LIMIT $3";
    /// A case is left out.
    pub KEEP_ITEM = "UPDATE case_disposal_item SET state = 'kept', kept_until = $4, kept_why = $5
        WHERE district = $1 AND disposal_id = $2 AND case_id = $3 AND state = 'listed'";
    /// A case is destroyed.
    pub ITEM_DONE = "UPDATE case_disposal_item SET state = 'destroyed' WHERE district = $1 AND disposal_id = $2 AND case_id = $3 AND state = 'listed'";
    /// A refused list lets its cases go; the next night collects them again.
    pub RELEASE_ITEMS = "UPDATE case_disposal_item SET state = 'released' WHERE district = $1 AND disposal_id = $2 AND state = 'listed'";
    /// Somebody proposes the list.
    pub PROPOSE = "UPDATE case_disposal SET state = 'proposed', proposed_by = $3, proposed_label = $4, proposed_at = $5, why = $6
        WHERE district = $1 AND id = $2 AND state = 'collected'";
    /// Somebody else decides.
    pub DECIDE_DISPOSAL = "UPDATE case_disposal SET state = $3, decided_label = $4, decided_at = $5, why = why || $6
        WHERE district = $1 AND id = $2 AND state = 'proposed'";
    /// All of it is destroyed.
    pub DISPOSAL_DONE = "UPDATE case_disposal SET state = 'done', done_at = $3 WHERE district = $1 AND id = $2 AND state = 'approved'";
    /// Whether a case's contents are destroyed.
    pub IS_DESTROYED = "SELECT 1 FROM case_disposal_item WHERE district = $1 AND case_id = $2 AND state = 'destroyed' LIMIT 1";
    /// Whether it is on a list that waits, or is left out until a day to come.
    pub WAITS = "SELECT 1 FROM case_disposal_item WHERE district = $1 AND case_id = $2
        AND (state = 'listed' OR (state = 'kept' AND kept_until >= $3)) LIMIT 1";
    /// The contents of a case go; number, kind, state, dates, desks and clocks stay.
    pub EMPTY_FILE = "UPDATE case_file SET title = $3, member_id = NULL, matter_index = NULL, receipt_index = $4, fields_sealed = $5,
          progress = $6, changed_at = $7, version = version + 1 WHERE district = $1 AND id = $2 AND ended_at IS NOT NULL";
    /// Its people.
    pub EMPTY_PARTIES = "UPDATE case_party SET member_id = NULL, label = $3, name_sealed = NULL, phone_sealed = NULL, phone_index = NULL,
          name_index = NULL WHERE district = $1 AND case_id = $2";
    /// One act: what was said.
    pub EMPTY_EVENT = "UPDATE case_event SET note_sealed = $3, detail = $4 WHERE district = $1 AND id = $2";
    /// One piece of evidence.
    pub EMPTY_EVIDENCE = "UPDATE case_evidence SET text_sealed = $3, file_name = NULL, file_type = NULL, file_sealed = NULL
        WHERE district = $1 AND id = $2";
    /// Its acts.
    pub EVENT_IDS = "SELECT id FROM case_event WHERE district = $1 AND case_id = $2 ORDER BY id";
    /// Its pieces of evidence.
    pub EVIDENCE_IDS = "SELECT id FROM case_evidence WHERE district = $1 AND case_id = $2 ORDER BY id";

    /// A subtree moved: its cases go along. `$2` new beginning, `$3` first kept character, `$4`–`$5` old range.
    pub MOVE_FILES = "UPDATE case_file SET org_path = $2 || substr(org_path, $3) WHERE district = $1 AND org_path >= $4 AND org_path < $5";
    /// Desks that answer.
    pub MOVE_OWNERS = "UPDATE case_file SET desk_path = $2 || substr(desk_path, $3) WHERE district = $1 AND desk_path >= $4 AND desk_path < $5";
    /// Desks that watch.
    pub MOVE_WATCHES = "UPDATE case_file SET watch_path = $2 || substr(watch_path, $3) WHERE district = $1 AND watch_path >= $4 AND watch_path < $5";
    /// Desks that answer for clocks.
    pub MOVE_CLOCKS = "UPDATE case_clock SET desk_path = $2 || substr(desk_path, $3) WHERE district = $1 AND desk_path >= $4 AND desk_path < $5";
}
