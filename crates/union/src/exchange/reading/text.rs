//! Separated text (.csv and its relatives): which characters, which separator, then row by row.

use std::cell::Cell as Counter;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use kernel::text;

use super::cell::Cell;
use super::fault::FileFault;
use super::rows::{MAX_CELL, Sink, Stop};
use super::source::Source;

/// How a text file is to be read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextForm {
    /// UTF-8, GB 18030, or UTF-16 with a mark.
    pub encoding: &'static Encoding,
    /// Comma, semicolon or tab.
    pub delimiter: u8,
    /// Lines in it: about as many rows.
    pub lines: u32,
}

/// Bytes that one record may span; more means that a quotation mark never closed.
const MAX_RECORD: u64 = 4 << 20;
/// Columns from which on a line within a cell is taken for a row and not for prose with commas.
const ROW: usize = 3;
/// Read behind the end of a text: no text holds a NUL.
const END: &[u8] = b"\0\n";
/// Good multi-byte characters after which one bad byte means damage, not another encoding.
const SURE: u64 = 20;

/// Reads the whole file once to be sure of its encoding, and its beginning for the separator.
pub(crate) fn form(source: &Source) -> Result<TextForm, FileFault> {
    let mut mark = [0; 4];
    let mut reader = open(source)?;
    let length = reader
        .read(&mut mark)
        .map_err(|error| FileFault::from_io(&error))?;
    let mark = mark.get(..length).unwrap_or_default();
    let refuse = |bad: Bad| FileFault::Encoding { line: bad.line };
    let (encoding, lines) = match Encoding::for_bom(mark) {
        Some((encoding, _)) => (encoding, clean(source, encoding)?.map_err(refuse)?),
        None => match clean(source, UTF_8)? {
            Ok(lines) => (UTF_8, lines),
            Err(bad) if bad.wide_before >= SURE => return Err(refuse(bad)),
            Err(_) => (GB18030, clean(source, GB18030)?.map_err(refuse)?),
        },
    };
    let form = TextForm {
        encoding,
        delimiter: delimiter(&beginning(source, encoding)?),
        lines,
    };
    closed(source, form)?;
    Ok(form)
}

/// Refuses a text in which a quotation mark does not close where it should: the rows behind it would be swallowed by
/// one cell and nobody would miss them. A character that no text holds is read behind the end; inside a field it shows
/// that the field was still open. A field that holds a line as wide as the rows before it closed too late, at the
/// next stray mark.
fn closed(source: &Source, form: TextForm) -> Result<(), FileFault> {
    let given: Rc<Counter<u64>> = Rc::default();
    let decoded = Decoded::new(open(source)?, form.encoding, given.clone());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(form.delimiter)
        .from_reader(decoded.chain(END));
    let mut record = csv::ByteRecord::new();
    let mut widest = 0;
    loop {
        given.set(0);
        let line = number(reader.position().line());
        let more = reader.read_byte_record(&mut record);
        if !more.map_err(|_| FileFault::Quote { line })? {
            return Ok(());
        }
        let open = record.as_slice().contains(&0) && record.as_slice() != [0];
        let swallowed = |field| widest >= ROW && holds_a_row(field, form.delimiter, widest);
        if open || record.iter().any(swallowed) {
            return Err(FileFault::Quote { line });
        }
        widest = widest.max(record.len());
    }
}

/// Whether a field of several lines holds one with as many separators as a row has.
fn holds_a_row(field: &[u8], delimiter: u8, width: usize) -> bool {
    let mut lines = field.split(|byte| *byte == b'\n').skip(1);
    lines.any(|line| memchr::memchr_iter(delimiter, line).count() + 1 >= width)
}

/// The first 64 kB. A character cut at their end does no harm.
fn beginning(source: &Source, encoding: &'static Encoding) -> Result<String, FileFault> {
    let mut bytes = Vec::new();
    let decoded = Decoded::new(open(source)?, encoding, Rc::default());
    decoded
        .take(64 << 10)
        .read_to_end(&mut bytes)
        .map_err(|error| FileFault::from_io(&error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn open(source: &Source) -> Result<BufReader<Box<dyn super::source::ReadSeek>>, FileFault> {
    Ok(BufReader::with_capacity(
        64 << 10,
        source.open().map_err(|error| FileFault::from_io(&error))?,
    ))
}

/// The first character that an encoding does not know.
struct Bad {
    line: u32,
    wide_before: u64,
}

/// Decodes everything and keeps nothing; the number of lines, or the first bad character.
fn clean(source: &Source, encoding: &'static Encoding) -> Result<Result<u32, Bad>, FileFault> {
    let mut reader = open(source)?;
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let (mut input, mut output) = (vec![0; 32 << 10], vec![0; 128 << 10]);
    let (mut line, mut wide) = (1, 0_u64);
    loop {
        let read = reader
            .read(&mut input)
            .map_err(|error| FileFault::from_io(&error))?;
        let mut rest = input.get(..read).unwrap_or_default();
        loop {
            let (result, taken, written) =
                decoder.decode_to_utf8_without_replacement(rest, &mut output, read == 0);
            let text = output.get(..written).unwrap_or_default();
            line += u32::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(u32::MAX);
            wide += u64::try_from(text.iter().filter(|byte| **byte >= 0xC0).count()).unwrap_or(0);
            if memchr::memchr(0, text).is_some() {
                return Err(FileFault::Unknown);
            }
            rest = rest.get(taken..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    return Ok(Err(Bad {
                        line,
                        wide_before: wide,
                    }));
                }
            }
        }
        if read == 0 {
            return Ok(Ok(line));
        }
    }
}

/// The separator that parts the first lines most evenly.
fn delimiter(start: &str) -> u8 {
    let lines: Vec<&str> = start
        .lines()
        .filter(|line| !text::trim(line).is_empty())
        .take(20)
        .collect();
    let score = |mark: u8| {
        let counts: Vec<usize> = lines.iter().map(|line| separators(line, mark)).collect();
        let widest = counts.iter().copied().max().unwrap_or(0);
        let alike = counts.iter().filter(|count| **count == widest).count();
        if widest == 0 { (0, 0) } else { (alike, widest) }
    };
    // On a tie the comma wins: it comes last, and the later of equals is taken.
    [b';', b'\t', b',']
        .into_iter()
        .max_by_key(|mark| score(*mark))
        .unwrap_or(b',')
}

fn separators(line: &str, mark: u8) -> usize {
    let mut quoted = false;
    let mut outside = |byte: &u8| {
        quoted ^= *byte == b'"';
        !quoted && *byte == mark
    };
    line.as_bytes().iter().filter(|byte| outside(byte)).count()
}

/// A reader that turns any of the encodings into UTF-8 with plain line feeds, one at the very end too, and
/// counts what it has given since it was told to start over.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    pending: (usize, usize),
    output: Vec<u8>,
    ready: (usize, usize),
    ended: bool,
    /// The last character given was a line feed.
    fed: bool,
    /// The last character seen was a carriage return.
    after_return: bool,
    given: Rc<Counter<u64>>,
}

impl<R: Read> Decoded<R> {
    fn new(inner: R, encoding: &'static Encoding, given: Rc<Counter<u64>>) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; 32 << 10],
            pending: (0, 0),
            output: vec![0; 64 << 10],
            ready: (0, 0),
            ended: false,
            fed: true,
            after_return: false,
            given,
        }
    }

    /// Decodes until there is something to give or the input has ended.
    fn fill(&mut self) -> io::Result<()> {
        while self.ready.0 == self.ready.1 && !self.ended {
            if self.pending.0 == self.pending.1 {
                self.pending = (0, self.inner.read(&mut self.input)?);
            }
            let input = self
                .input
                .get(self.pending.0..self.pending.1)
                .unwrap_or_default();
            let last = input.is_empty();
            let (result, taken, written, _) =
                self.decoder.decode_to_utf8(input, &mut self.output, last);
            self.pending.0 += taken;
            self.ended = last && result == encoding_rs::CoderResult::InputEmpty;
            let mut length = plain_breaks(&mut self.output, written, &mut self.after_return);
            if self.ended && !self.fed && length == 0 {
                length = self.output.first_mut().map_or(0, |byte| {
                    *byte = b'\n';
                    1
                });
            }
            self.ready = (0, length);
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.fill()?;
        let ready = self
            .output
            .get(self.ready.0..self.ready.1)
            .unwrap_or_default();
        let count = ready.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.ready.0 += count;
        self.fed = count
            .checked_sub(1)
            .and_then(|last| out.get(last))
            .map_or(self.fed, |byte| *byte == b'\n');
        let given = self.given.get() + u64::try_from(count).unwrap_or(u64::MAX);
        self.given.set(given);
        if given > MAX_RECORD {
            Err(io::Error::other("record too long"))
        } else {
            Ok(count)
        }
    }
}

/// Makes every line break (CR LF, CR, LF) one line feed. `after_return` carries a CR at the end of a block
/// over to the next. Returns the new length.
fn plain_breaks(text: &mut [u8], length: usize, after_return: &mut bool) -> usize {
    let mut to = 0;
    for from in 0..length {
        let Some(byte) = text.get(from).copied() else {
            break;
        };
        let second_half = byte == b'\n' && *after_return;
        *after_return = byte == b'\r';
        if second_half {
            continue;
        }
        if let Some(place) = text.get_mut(to) {
            *place = if byte == b'\r' { b'\n' } else { byte };
        }
        to += 1;
    }
    to
}

/// Feeds every field to the sink.
pub(crate) fn read(source: &Source, form: TextForm, sink: &mut Sink) -> Result<(), Stop> {
    sink.expect(form.lines)?;
    let given: Rc<Counter<u64>> = Rc::default();
    let decoded = Decoded::new(open(source)?, form.encoding, given.clone());
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(form.delimiter)
        .from_reader(decoded);
    let mut record = csv::StringRecord::new();
    // Line breaks inside quotes do not begin a new row.
    let mut inner_breaks = 0_u64;
    loop {
        given.set(0);
        let begins = reader.position().line();
        let more = reader
            .read_record(&mut record)
            .map_err(|_| FileFault::Quote {
                line: number(begins),
            })?;
        if !more {
            return Ok(());
        }
        let breaks = |field: &str| {
            u64::try_from(memchr::memchr_iter(b'\n', field.as_bytes()).count()).unwrap_or(0)
        };
        inner_breaks += record.iter().map(breaks).sum::<u64>();
        // Counted back from the line after the record, so that blank lines before it count as rows.
        let row = number(reader.position().line().saturating_sub(inner_breaks + 2));
        for (column, field) in record.iter().enumerate() {
            if field.len() > MAX_CELL {
                return Err(FileFault::Quote { line: row + 1 }.into());
            }
            sink.cell(
                row,
                u32::try_from(column).unwrap_or(u32::MAX),
                Cell::text(unwrapped(field)),
            )?;
        }
    }
}

fn number(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Without the wrappings that keep spreadsheet programs from eating digits: `="330…"` and a leading `'`.
fn unwrapped(field: &str) -> &str {
    let field = text::trim(field);
    let inner = field
        .strip_prefix("=\"")
        .and_then(|inner| inner.strip_suffix('"'));
    inner.unwrap_or_else(|| field.strip_prefix('\'').unwrap_or(field))
}

/// The encodings' names for people.
pub(crate) fn encoding_label(encoding: &'static Encoding) -> &'static str {
    if encoding == UTF_8 {
        "UTF-8"
    } else if encoding == UTF_16LE || encoding == UTF_16BE {
        "UTF-16"
    } else {
        "国标 GB 18030"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form_of(bytes: &[u8]) -> Result<TextForm, FileFault> {
        form(&Source::memory(bytes))
    }

    #[test]
    fn encodings_are_told_apart() {
        let roll = "姓名,证件号码\n张三,330113199003070018\n".repeat(30);
        let (gb, _, _) = GB18030.encode(&roll);
        let wide: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(roll.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(form_of(roll.as_bytes()).unwrap().encoding, UTF_8);
        assert_eq!(
            form_of(format!("\u{FEFF}{roll}").as_bytes())
                .unwrap()
                .encoding,
            UTF_8
        );
        assert_eq!(form_of(&gb).unwrap().encoding, GB18030);
        assert_eq!(form_of(&wide).unwrap().encoding, UTF_16LE);
        let mut broken = roll.clone().into_bytes();
        broken.extend(b"\n\xFF\xFE\n");
        assert_eq!(form_of(&broken), Err(FileFault::Encoding { line: 62 }));
        assert_eq!(form_of(b"a,\xFF\n"), Err(FileFault::Encoding { line: 1 }));
        assert_eq!(form_of(b"a\0b"), Err(FileFault::Unknown));
    }

    #[test]
    fn separators_are_found() {
        for (text, mark) in [
            ("a,b;c\n1,2;3", b','),
            ("a;b;c\n1;2,5;3", b';'),
            ("a\tb\n1\t2", b'\t'),
            ("only", b','),
            ("\"a;b\",c\n\"d;e\",f", b','),
        ] {
            assert_eq!(delimiter(text), mark, "{text:?}");
        }
    }

    #[test]
    fn digit_keeping_wrappings_are_taken_off() {
        for field in [
            "=\"330113199003070018\"",
            "'330113199003070018",
            "\t330113199003070018 ",
        ] {
            assert_eq!(unwrapped(field), "330113199003070018");
        }
    }
}
