//! Statements of the exchange room.

/// Columns of a batch, in the order `batch::read` reads them.
macro_rules! batch_columns {
    () => {
        "id, no, kind, org_id, org_path, org_default, file_name, file_size, file_digest, file_path, format, sheet, mapping, \
         state, rows_total, rows_done, cursor_row, new_rows, updated_rows, unchanged_rows, refused_rows, confirm_rows, \
         elsewhere_rows, open_problems, ready_problems, undone_rows, message, kept, account_id, post_id, actor, scope_path, \
         phase_at, created_at, finished_at, undone_at"
    };
}

store::statements! {
    /// A new batch.
    pub INSERT = "INSERT INTO import_batch (district, id, no, kind, org_id, org_path, org_default, file_name, file_size,
          file_digest, file_path, format, sheet, mapping, state, rows_total, rows_done, cursor_row, new_rows, updated_rows,
          unchanged_rows, refused_rows, confirm_rows, elsewhere_rows, open_problems, ready_problems, undone_rows, message,
          kept, account_id, post_id, actor, scope_path, phase_at, created_at, finished_at, undone_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '',
          $17, $18, $19, $20, $21, $22, $22, NULL, NULL)";
    /// One batch.
    pub GET = concat!("SELECT ", batch_columns!(), " FROM import_batch WHERE district = $1 AND id = $2");
    /// Batches of a subtree, newest first, before a moment.
    pub LIST = concat!("SELECT ", batch_columns!(), " FROM import_batch WHERE district = $1 AND org_path >= $2 AND org_path < $3
        AND created_at < $4 ORDER BY created_at DESC, id DESC LIMIT $5");
    /// Earlier batches of the same file, newest first.
    pub SAME_FILE = concat!("SELECT ", batch_columns!(), " FROM import_batch WHERE district = $1 AND file_digest = $2 AND kind = $3
        AND id <> $4 ORDER BY created_at DESC, id DESC LIMIT 5");
    /// How many batches were numbered on a day.
    pub COUNT_OF_DAY = "SELECT COUNT(*) FROM import_batch WHERE district = $1 AND no LIKE $2";
    /// What fills what, and where rows without a union belong.
    pub MAP = "UPDATE import_batch SET sheet = $3, mapping = $4, org_id = $5, org_path = $6, org_default = $7, rows_total = $8
        WHERE district = $1 AND id = $2";
    /// From one state to another, if it is still the one; the pass begins anew.
    pub MOVE = "UPDATE import_batch SET state = $4, message = $5, phase_at = $6, rows_done = 0
        WHERE district = $1 AND id = $2 AND state = $3";
    /// Counts of a pass set back to nothing.
    pub RESET = "UPDATE import_batch SET rows_done = 0, cursor_row = 0, new_rows = 0, updated_rows = 0, unchanged_rows = 0,
          refused_rows = 0, confirm_rows = 0, elsewhere_rows = 0 WHERE district = $1 AND id = $2";
    /// A chunk is finished with, if the batch is still in the state of this work.
    pub ADVANCE = "UPDATE import_batch SET rows_done = rows_done + $4, cursor_row = $5, new_rows = new_rows + $6,
          updated_rows = updated_rows + $7, unchanged_rows = unchanged_rows + $8, refused_rows = refused_rows + $9,
          confirm_rows = confirm_rows + $10, elsewhere_rows = elsewhere_rows + $11
        WHERE district = $1 AND id = $2 AND state = $3";
    /// The end of a pass.
    pub FINISH = "UPDATE import_batch SET state = $4, message = $5, rows_total = rows_done, finished_at = $6, file_path = $7
        WHERE district = $1 AND id = $2 AND state = $3";
    /// The end of undoing.
    pub UNDONE = "UPDATE import_batch SET state = 'undone', message = $3, undone_at = $4, undone_rows = undone_rows + $5
        WHERE district = $1 AND id = $2 AND state = 'undoing'";
    /// Some rows were taken back.
    pub UNDO_STEP = "UPDATE import_batch SET undone_rows = undone_rows + $3 WHERE district = $1 AND id = $2 AND state = 'undoing'";
    /// Problem rows counted again.
    pub RECOUNT = "UPDATE import_batch SET
          open_problems = (SELECT COUNT(*) FROM import_problem p WHERE p.district = import_batch.district
            AND p.batch_id = import_batch.id AND p.state = 'open'),
          ready_problems = (SELECT COUNT(*) FROM import_problem p WHERE p.district = import_batch.district
            AND p.batch_id = import_batch.id AND p.state = 'fixed'),
          refused_rows = (SELECT COUNT(*) FROM import_problem p WHERE p.district = import_batch.district
            AND p.batch_id = import_batch.id AND p.state <> 'taken' AND p.level = 'error'),
          confirm_rows = (SELECT COUNT(*) FROM import_problem p WHERE p.district = import_batch.district
            AND p.batch_id = import_batch.id AND p.state <> 'taken' AND p.level = 'confirm'),
          elsewhere_rows = (SELECT COUNT(*) FROM import_problem p WHERE p.district = import_batch.district
            AND p.batch_id = import_batch.id AND p.state <> 'taken' AND p.code = 'member.elsewhere')
        WHERE district = $1 AND id = $2";
    /// Something the person should know.
    pub SAY = "UPDATE import_batch SET message = $3 WHERE district = $1 AND id = $2";
    /// The sealed copy is gone.
    pub FILE_GONE = "UPDATE import_batch SET file_path = '' WHERE district = $1 AND id = $2";
    /// Batches whose time for correcting and undoing is over.
    pub STALE = "SELECT id FROM import_batch WHERE district = $1 AND created_at < $2 AND kept
        AND state NOT IN ('checking', 'importing', 'undoing') ORDER BY created_at LIMIT $3";
    /// Nothing is kept of a batch but its counts.
    pub CLOSE = "UPDATE import_batch SET file_path = '', open_problems = 0, ready_problems = 0, kept = $3
        WHERE district = $1 AND id = $2";
    /// Rows that were put right are taken.
    pub TAKE_FIXED = "UPDATE import_batch SET new_rows = new_rows + $3, updated_rows = updated_rows + $4,
          unchanged_rows = unchanged_rows + $5 WHERE district = $1 AND id = $2 AND state = 'importing'";

    /// A row that could not be taken.
    pub STAGE = "INSERT INTO import_problem (district, batch_id, row_no, field, code, level, has_suggestion, confirmed, row_sealed,
          state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    /// A row as it now stands.
    pub RESTAGE = "UPDATE import_problem SET field = $4, code = $5, level = $6, has_suggestion = $7, confirmed = $8,
          row_sealed = $9, state = $10 WHERE district = $1 AND batch_id = $2 AND row_no = $3";
    /// One row.
    pub PROBLEM = "SELECT row_no, state, confirmed, row_sealed FROM import_problem
        WHERE district = $1 AND batch_id = $2 AND row_no = $3";
    /// Problem rows of a batch; the caller adds filters.
    pub PROBLEMS = "SELECT row_no, state, confirmed, row_sealed FROM import_problem WHERE district = $1 AND batch_id = $2";
    /// Numbers of all problem rows.
    pub ROWS = "SELECT row_no, level, code, state FROM import_problem WHERE district = $1 AND batch_id = $2 ORDER BY row_no";
    /// Problem rows by what is wrong.
    pub BY_CODE = "SELECT code, level, state, COUNT(*), SUM(CASE WHEN has_suggestion THEN 1 ELSE 0 END) FROM import_problem
        WHERE district = $1 AND batch_id = $2 GROUP BY code, level, state ORDER BY code, level, state";
    /// All problem rows of a batch away, before it is checked anew or when its time is over.
    pub UNSTAGE = "DELETE FROM import_problem WHERE district = $1 AND batch_id = $2";

    /// The mapping an account used for these headings.
    pub REMEMBERED = "SELECT mapping FROM mapping_memory WHERE district = $1 AND account_id = $2 AND kind = $3 AND header_digest = $4";
    /// Remember a mapping.
    pub REMEMBER = "INSERT INTO mapping_memory (district, account_id, kind, header_digest, mapping) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (district, account_id, kind, header_digest) DO UPDATE SET mapping = excluded.mapping";
}
