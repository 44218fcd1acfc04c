//! A list on its way into a file: one thread reads the rows, others write them, a few hundred at a time.
//!
//! Memory stays constant whatever the size. Every file carries who took it out, when, for which post and under
//! which number: above the list, in the page footer and as a document property.

use std::io::{BufWriter, Seek, Write};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use kernel::Instant;

use super::error::ExchangeError;
use super::export::FileKind;
use super::xlsx_out;

/// Rows handed over together.
const BATCH: usize = 500;

/// What a file is called and who took it out.
pub(crate) struct Sheet<const N: usize> {
    /// 会员名册
    pub title: &'static str,
    /// Headings with their widths.
    pub columns: [(&'static str, u16); N],
    /// Its number.
    pub no: String,
    /// The line above the list.
    pub mark: String,
    /// Name and post of who took it.
    pub label: String,
}

impl<const N: usize> Sheet<N> {
    /// A file taken out now.
    pub(crate) fn new(
        title: &'static str,
        columns: [(&'static str, u16); N],
        label: &str,
        now: Instant,
        id: uuid::Uuid,
    ) -> Self {
        let no = number(now, id);
        let mark = format!(
            "{no} · {label} · {} 导出 · 仅限工作使用，请勿外传",
            now.shanghai_text()
        );
        Self {
            title,
            columns,
            no,
            mark,
            label: label.to_owned(),
        }
    }
}

/// Takes one row.
pub(crate) type HandOver<'a, const N: usize> =
    &'a mut dyn FnMut([String; N]) -> Result<(), ExchangeError>;

/// Runs `read` on a thread of its own and writes what it hands over; answers how many rows went out.
///
/// # Errors
/// What `read` or the file says.
pub(crate) fn stream<const N: usize>(
    sheet: &Sheet<N>,
    kind: FileKind,
    out: &mut (impl Write + Seek),
    read: impl FnOnce(HandOver<'_, N>) -> Result<(), ExchangeError> + Send,
) -> Result<u64, ExchangeError> {
    thread::scope(|scope| {
        let (send, rows) = sync_channel(4);
        let reader = thread::Builder::new()
            .name("export-read".into())
            .spawn_scoped(scope, move || {
                let mut batch = Vec::with_capacity(BATCH);
                let mut hand_over = |cells: [String; N]| {
                    batch.push(cells);
                    if batch.len() < BATCH {
                        return Ok(());
                    }
                    let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                    // The writer gave up; its own error says why.
                    send.send(full).map_err(|_| ExchangeError::Stopped)
                };
                read(&mut hand_over)?;
                let _ = send.send(batch);
                Ok::<_, ExchangeError>(())
            });
        let reader = reader.map_err(|error| ExchangeError::Writing(error.to_string()))?;
        let written = match kind {
            FileKind::Xlsx => xlsx_out::write(rows, sheet, out),
            FileKind::Csv => write_csv(rows, sheet, out),
        };
        let read = reader.join().unwrap_or(Err(ExchangeError::Stopped));
        match (read, written) {
            (Err(ExchangeError::Stopped), Err(error)) | (Err(error), _) | (Ok(()), Err(error)) => {
                Err(error)
            }
            (Ok(()), Ok(rows)) => Ok(rows),
        }
    })
}

/// Since when it is late, else until when something is due.
pub(crate) fn time_limit(late_since: Option<Instant>, due: Option<Instant>) -> String {
    match (late_since, due) {
        (Some(since), _) => format!("{} 起超时", since.shanghai_text()),
        (None, Some(due)) => format!("{} 前", due.deadline_text()),
        (None, None) => String::new(),
    }
}

/// `DC-20261120-103105-3F2A`: when, and four digits against two in one second.
fn number(now: kernel::Instant, id: uuid::Uuid) -> String {
    let seconds = now.ms().div_euclid(1000).rem_euclid(60);
    let text = now.shanghai_text().replace(['-', ':'], "");
    let (day, minute) = text.split_once(' ').unwrap_or((&text, ""));
    format!(
        "DC-{day}-{minute}{seconds:02}-{:04X}",
        id.as_u128() & 0xFFFF
    )
}

fn write_csv<const N: usize>(
    rows: Receiver<Vec<[String; N]>>,
    file: &Sheet<N>,
    out: &mut impl Write,
) -> Result<u64, ExchangeError> {
    let fault = |error: csv::Error| ExchangeError::Writing(error.to_string());
    let mut out = BufWriter::new(out);
    out.write_all("\u{FEFF}".as_bytes())
        .map_err(|error| ExchangeError::Writing(error.to_string()))?;
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
    writer.write_record([file.mark.as_str()]).map_err(fault)?;
    writer
        .write_record(file.columns.iter().map(|(title, _)| *title))
        .map_err(fault)?;
    let mut all = 0;
    for cells in rows.into_iter().flatten() {
        for text in &cells {
            writer.write_field(harmless(text).as_ref()).map_err(fault)?;
        }
        writer.write_record(None::<&[u8]>).map_err(fault)?;
        all += 1;
    }
    writer
        .flush()
        .map_err(|error| ExchangeError::Writing(error.to_string()))?;
    Ok(all)
}

/// A text that no spreadsheet takes for a formula, and long numbers that keep their digits.
fn harmless(text: &str) -> std::borrow::Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let long_number = text.len() > 11 && text.bytes().all(|byte| byte.is_ascii_digit());
    if formula || long_number {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_long_numbers_stay_text() {
        for (text, out) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("-张三", "'-张三"),
            ("330113199003070018", "'330113199003070018"),
            ("13800138000", "13800138000"),
            ("张三", "张三"),
        ] {
            assert_eq!(harmless(text), out);
        }
    }

    #[test]
    fn numbers_tell_when() {
        let at = kernel::Instant::from_shanghai(kernel::Date::constant(2026, 11, 20), 10, 31);
        assert_eq!(
            number(at, uuid::Uuid::from_u128(0x3F2A)),
            "DC-20261120-103100-3F2A"
        );
    }
}
