//! Statements of the monthly pay report.

/// Columns of a report, in the order `filed` reads them.
macro_rules! columns {
    () => {
        "id, employer_id, month, headcount, paid_heads, payable, paid, due_on, paid_on, note, filed_at, filed_by, version, months_owed, expected_on, reason"
    };
}

store::statements! {
    /// The report of a month.
    pub OF_MONTH = concat!("SELECT ", columns!(), " FROM pay_report WHERE district = $1 AND employer_id = $2 AND month = $3");
    /// The reports of an employer, newest first.
    pub OF_EMPLOYER = concat!("SELECT ", columns!(), "
        FROM pay_report WHERE district = $1 AND employer_id = $2 AND org_path >= $3 AND org_path < $4 ORDER BY month DESC LIMIT $5");
    /// What a report said before it was corrected, newest first.
    pub EARLIER = concat!("SELECT ", columns!(), "
        FROM pay_report_earlier WHERE district = $1 AND employer_id = $2 AND org_path >= $3 AND org_path < $4 ORDER BY month DESC, version DESC LIMIT $5");
    /// A report is about to be corrected: what it says stays on file.
    pub KEEP_EARLIER = "INSERT INTO pay_report_earlier (district, id, employer_id, month, org_path, headcount, paid_heads, payable, paid, due_on, paid_on,
          note, filed_at, filed_by, version, months_owed, expected_on, reason)
        SELECT district, id, employer_id, month, org_path, headcount, paid_heads, payable, paid, due_on, paid_on, note, filed_at, filed_by, version,
          months_owed, expected_on, reason FROM pay_report WHERE district = $1 AND id = $2";
    /// A report.
    pub PUT = "INSERT INTO pay_report (district, id, employer_id, month, org_path, headcount, paid_heads, payable, paid, due_on, paid_on, note,
          filed_at, filed_by, months_owed, expected_on, reason, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 1)
        ON CONFLICT (district, employer_id, month) DO UPDATE SET headcount = excluded.headcount, paid_heads = excluded.paid_heads,
          payable = excluded.payable, paid = excluded.paid, due_on = excluded.due_on, paid_on = excluded.paid_on, note = excluded.note,
          filed_at = excluded.filed_at, filed_by = excluded.filed_by, months_owed = excluded.months_owed, expected_on = excluded.expected_on,
          reason = excluded.reason, version = pay_report.version + 1";
}
