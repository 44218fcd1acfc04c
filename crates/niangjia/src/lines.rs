//! One line in, one JSON line out: for commands that check whatever is piped into them.
//!
//! Input is other people's: it may be huge, not UTF-8, full of NULs, or end in the middle of a line. Each line gets
//! an answer, memory stays the same, and when nobody reads the answers any more the command ends quietly.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write};

use serde::Serialize;

/// No value this program checks is longer; a longer line is answered without being kept.
const LONGEST_LINE: usize = 64 * 1024;
/// Big enough that system calls do not matter, small enough not to be noticed.
const BUFFER: usize = 128 * 1024;

/// A line as it came, without its line end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text; broken bytes are shown as U+FFFD, and of a line that is too long only the beginning is here.
    pub text: Cow<'a, str>,
    /// Why it cannot be looked at, if it cannot.
    pub fault: Option<LineFault>,
}

/// Why a line cannot be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineFault {
    /// Not UTF-8: most likely a GB 18030 file.
    Encoding,
    /// Longer than [`LONGEST_LINE`].
    TooLong,
}

impl LineFault {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Encoding => "input.encoding",
            Self::TooLong => "input.too_long",
        }
    }

    /// The reason in plain Chinese.
    pub fn message(self) -> &'static str {
        match self {
            Self::Encoding => "不是有效的 UTF-8 文字，请先把文件转换为 UTF-8 编码",
            Self::TooLong => "一行超过 64 KB，请每行只写一项",
        }
    }
}

/// An answer and whether the input was right.
pub trait Answer: Serialize {
    /// Whether the input was right; the command's exit code depends on it.
    fn is_right(&self) -> bool;
}

/// Answers every line of `input` on `output`. Returns whether all were right; a reader who has gone away ends the
/// work without an error.
///
/// # Errors
/// When the input cannot be read or the output cannot be written.
pub fn answer_lines<A: Answer>(
    input: impl Read,
    output: impl Write,
    mut answer: impl FnMut(Line<'_>) -> A,
) -> io::Result<bool> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let mut output = BufWriter::with_capacity(BUFFER, output);
    let (mut bytes, mut all_right) = (Vec::new(), true);
    while let Some(fault) = read_line(&mut input, &mut bytes)? {
        let text = String::from_utf8_lossy(&bytes);
        let broken = matches!(text, Cow::Owned(_)).then_some(LineFault::Encoding);
        let verdict = answer(Line {
            text,
            fault: fault.or(broken),
        });
        all_right &= verdict.is_right();
        // Someone who types, or talks to us through a pipe, waits for the answer before the next line.
        let waiting = input.buffer().is_empty();
        if !write_line(&mut output, &verdict, waiting)? {
            return Ok(all_right);
        }
    }
    finish(output.flush())?;
    Ok(all_right)
}

/// Reads one line into `bytes` without its end; `None` at the end of the input.
fn read_line(
    input: &mut impl BufRead,
    bytes: &mut Vec<u8>,
) -> io::Result<Option<Option<LineFault>>> {
    bytes.clear();
    // Two more than the limit, for the line end.
    let limit = u64::try_from(LONGEST_LINE + 2).unwrap_or(u64::MAX);
    if input.by_ref().take(limit).read_until(b'\n', bytes)? == 0 {
        return Ok(None);
    }
    let ended = bytes.last() == Some(&b'\n');
    if ended {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    if bytes.len() <= LONGEST_LINE {
        return Ok(Some(None));
    }
    if !ended {
        input.skip_until(b'\n')?;
    }
    bytes.truncate(32);
    Ok(Some(Some(LineFault::TooLong)))
}

/// Writes one answer; `false` when nobody reads any more.
///
/// # Errors
/// When the output cannot be written.
pub fn write_line(
    output: &mut impl Write,
    answer: &impl Serialize,
    flush: bool,
) -> io::Result<bool> {
    let written = serde_json::to_writer(&mut *output, answer).map_err(io::Error::from);
    finish(
        written
            .and_then(|()| output.write_all(b"\n"))
            .and_then(|()| if flush { output.flush() } else { Ok(()) }),
    )
}

/// `false` when the reader has gone away: a closed pipe is the reader's right, not our error.
///
/// # Errors
/// Every other failure.
pub fn finish(result: io::Result<()>) -> io::Result<bool> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Echo(String, Option<&'static str>);

    impl Answer for Echo {
        fn is_right(&self) -> bool {
            self.1.is_none()
        }
    }

    fn run(input: &[u8]) -> (String, bool) {
        let mut output = Vec::new();
        let right = answer_lines(input, &mut output, |line| {
            Echo(line.text.into_owned(), line.fault.map(LineFault::code))
        });
        (String::from_utf8(output).unwrap(), right.unwrap())
    }

    #[test]
    fn every_line_is_answered_whatever_its_end() {
        assert_eq!(
            run(b"a\r\n\nb\rc\n"),
            (
                "[\"a\",null]\n[\"\",null]\n[\"b\\rc\",null]\n".to_owned(),
                true
            )
        );
        assert_eq!(run(b"a"), ("[\"a\",null]\n".to_owned(), true));
        assert_eq!(run(b""), (String::new(), true));
    }

    #[test]
    fn broken_bytes_are_answered_too() {
        let (output, right) = run(b"ok\n\xD5\xC5\xC8\xFD\nnul\0\n");
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(lines[0], "[\"ok\",null]");
        assert!(lines[1].ends_with("\"input.encoding\"]"), "{}", lines[1]);
        assert_eq!(lines[2], "[\"nul\\u0000\",null]");
        assert!(!right);
    }

    #[test]
    fn a_line_without_end_does_not_fill_the_memory() {
        let mut input = vec![b'9'; LONGEST_LINE + 1];
        input.extend_from_slice(b"\nnext\n");
        input.extend(vec![b'8'; LONGEST_LINE]);
        input.extend_from_slice(b"\r\n");
        input.extend(vec![b'7'; 3 * BUFFER]);
        let (output, _) = run(&input);
        let lines: Vec<&str> = output.lines().collect();
        assert_eq!(lines.len(), 4);
        assert!(
            lines[0].ends_with("\"input.too_long\"]") && lines[0].len() < 100,
            "{}",
            lines[0]
        );
        assert_eq!(lines[1], "[\"next\",null]");
        assert!(lines[2].ends_with(",null]"));
        assert!(lines[3].ends_with("\"input.too_long\"]"));
    }

    /// A reader that has gone away.
    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_ends_the_work_quietly() {
        let input = vec![b'\n'; 4 * BUFFER];
        let mut asked = 0;
        let result = answer_lines(&input[..], Closed, |line| {
            asked += 1;
            Echo(line.text.into_owned(), None)
        });
        assert!(result.unwrap());
        assert!(asked < input.len(), "{asked}");
    }
}
