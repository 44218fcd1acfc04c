//! 处置日报: what a day brought, for the leader. It is read from what happened up to the end of the day, never from
//! how things stand now, so that any past day says tomorrow what it says today. Every morning the one of the day
//! before is put on file, once, with its digest; days the program slept through are made up for.

mod gather;
mod jobs;
mod letter;
mod model;
mod rules;

use kernel::{Date, Instant};
use sm3::{Digest, Sm3};
use store::{Audit, Row, Tx, args};

use super::ArrearsError;

pub use gather::of_day;
pub use jobs::DailyReports;
pub use letter::draft as draft_letter;
pub use model::{ClockItem, Closed, Daily, FeedItem, Item, LevelCount, Listed, SeasonItem};
pub use rules::{DailyRules, KIND};

pub mod sql {
    //! Statements of the daily report.
    store::statements! {
        /// A report is put on file, once a day.
        pub PUT = "INSERT INTO arrears_daily (district, day, made_at, digest, body) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (district, day) DO NOTHING";
        /// One report.
        pub GET = "SELECT made_at, digest, body FROM arrears_daily WHERE district = $1 AND day = $2";
        /// The last day that is on file.
        pub LAST = "SELECT MAX(day) FROM arrears_daily WHERE district = $1";
        /// Days on file, newest first.
        pub DAYS = "SELECT day, made_at FROM arrears_daily WHERE district = $1 AND day <= $2 ORDER BY day DESC LIMIT $3";
    }
}

/// A report on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// When it was made.
    pub at: Instant,
    /// SM3 of its text, hexadecimal.
    pub digest: String,
    /// What it says.
    pub daily: Daily,
    /// Whether the text still has its digest.
    pub intact: bool,
}

impl Filed {
    /// Whether the day, read again from what happened, says what is on file. Whom a weekly round is about is not kept as
    /// events: of that the copy on file holds, or its silence.
    ///
    /// # Errors
    /// It cannot be written, which is a fault of ours.
    pub fn is_borne_out_by(&self, again: &Daily) -> Result<bool, ArrearsError> {
        let again = Daily {
            unanswered: self.daily.unanswered.clone(),
            ..again.clone()
        };
        Ok(self.intact && digest_of(&text(&again)?) == self.digest)
    }
}

/// The report on file for a day; only for who sees the whole district, since it names its alerts.
///
/// # Errors
/// The store failed.
pub fn filed(tx: &mut Tx, day: Date) -> Result<Option<Filed>, ArrearsError> {
    if !tx.actor().scope.is_district() {
        return Ok(None);
    }
    let district = *tx.district();
    let row = tx.opt(&sql::GET, args![district, day])?;
    row.as_ref().map(read).transpose()
}

fn read(row: &Row) -> Result<Filed, ArrearsError> {
    let body: String = row.get(2)?;
    let digest: String = row.get(1)?;
    let daily = serde_json::from_str(&body)
        .map_err(|fault| ArrearsError::Definition(format!("日报读不出来：{fault}")))?;
    Ok(Filed {
        at: row.get(0)?,
        intact: digest_of(&body) == digest,
        digest,
        daily,
    })
}

/// SM3 of a report's text, hexadecimal.
pub fn digest_of(body: &str) -> String {
    let digest = Sm3::digest(body.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Puts the report of a day that is over on file, unless it is there. Answers whether it was not.
///
/// # Errors
/// The day is not over; the store failed.
pub fn file(tx: &mut Tx, day: Date) -> Result<bool, ArrearsError> {
    let (district, now) = (*tx.district(), tx.now());
    if day >= tx.today() {
        return Err(ArrearsError::invalid(
            "day",
            "daily.not_over",
            "当天还没有过完，日报第二天早上存档",
        ));
    }
    let body = text(&of_day(tx, day)?)?;
    let digest = digest_of(&body);
    if tx.exec(&sql::PUT, args![district, day, now, digest, body])? == 0 {
        return Ok(false);
    }
    tx.audit(
        Audit::of("daily.filed", "arrears_daily", day)
            .detail(serde_json::json!({ "day": day, "digest": digest })),
    )?;
    Ok(true)
}

/// The canonical text of a report: what its digest is of.
///
/// # Errors
/// It cannot be written, which is a fault of ours.
pub fn text(daily: &Daily) -> Result<String, ArrearsError> {
    serde_json::to_string(daily)
        .map_err(|fault| ArrearsError::Definition(format!("日报写不出来：{fault}")))
}

/// Days on file up to one, newest first, with when each was made.
///
/// # Errors
/// The store failed.
pub fn days(tx: &mut Tx, upto: Date, limit: usize) -> Result<Vec<(Date, Instant)>, ArrearsError> {
    if !tx.actor().scope.is_district() {
        return Ok(Vec::new());
    }
    let district = *tx.district();
    let rows = tx.all(&sql::DAYS, args![district, upto, limit])?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect()
}

/// Logs that a report was looked at: it names companies under suspicion (每次查看留痕).
///
/// # Errors
/// The store failed.
pub fn viewed(tx: &mut Tx, day: Date) -> Result<(), ArrearsError> {
    tx.audit(Audit::of("daily.viewed", "arrears_daily", day))?;
    Ok(())
}
