//! The ZIP container of .xlsx and .ods: what is inside, and whether it can be unpacked safely.
//!
//! A few kilobytes can unpack to gigabytes, and the sizes a container states may be lies. So before the
//! reading library sees the file, everything is unpacked once here into a small buffer and thrown away,
//! counting: the true sizes, the number of strings, the longest piece that a parser would have to hold at
//! once. That costs a small part of the reading time and bounds its memory.

use std::io::Read;

use memchr::{memchr, memchr_iter, memmem, memrchr};
use zip::ZipArchive;
use zip::result::ZipError;

use super::detect::Format;
use super::fault::FileFault;
use super::source::{ReadSeek, Source};

/// Entries a workbook may have. Large ones have dozens; pictures make hundreds.
const MAX_ENTRIES: usize = 10_000;
/// Bytes all entries may unpack to. A sheet of a million rows by twenty columns is 1.2 GB.
const MAX_UNPACKED: u64 = 3 << 30;
/// Bytes of one XML piece (a text, a tag) that a parser holds at once.
const MAX_PIECE: u64 = 4 << 20;
/// Tags in the style table: Excel stops at 65,490 formats of a few tags each.
const MAX_STYLE_TAGS: u64 = 500_000;
/// Bytes of the small parts that are held as a whole (relations, list of sheets, theme).
const MAX_SMALL_PART: u64 = 16 << 20;
/// Memory that the table of shared strings may take once loaded.
const MAX_STRINGS: u64 = 230 << 20;

/// Tells the formats that live in a ZIP container apart.
pub(crate) fn kind(source: &Source) -> Result<Format, FileFault> {
    let mut zip = open(source)?;
    let has = |zip: &ZipArchive<_>, name: &str| zip.index_for_name(name).is_some();
    if has(&zip, "mimetype") {
        let mimetype = start_of(&mut zip, "mimetype")?;
        if mimetype.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") {
            return Ok(Format::Ods);
        }
        return Err(FileFault::Disguised("开放文档，但不是表格"));
    }
    let within = |zip: &ZipArchive<_>, folder: &[u8]| {
        zip.file_names_raw().any(|name| name.starts_with(folder))
    };
    if has(&zip, "xl/workbook.bin") {
        return Err(FileFault::Disguised("二进制工作簿（.xlsb）"));
    }
    if within(&zip, b"xl/") {
        return Ok(Format::Xlsx);
    }
    if within(&zip, b"word/") {
        return Err(FileFault::Disguised("Word 文档"));
    }
    if within(&zip, b"ppt/") {
        return Err(FileFault::Disguised("演示文稿"));
    }
    if within(&zip, b"Index/") {
        return Err(FileFault::Disguised("苹果 Numbers 表格"));
    }
    if has(&zip, "[Content_Types].xml") {
        let types = start_of(&mut zip, "[Content_Types].xml")?;
        if memmem::find(&types, b"spreadsheetml").is_some() {
            return Ok(Format::Xlsx);
        }
    }
    Err(FileFault::Archive)
}

/// Opens the container and looks over its list of contents.
pub(crate) fn open(
    source: &Source,
) -> Result<ZipArchive<std::io::BufReader<Box<dyn ReadSeek>>>, FileFault> {
    let reader = source.open().map_err(|error| FileFault::from_io(&error))?;
    let mut zip =
        ZipArchive::new(std::io::BufReader::new(reader)).map_err(|error| fault(&error))?;
    if zip.len() > MAX_ENTRIES {
        return Err(FileFault::Bomb(format!("内含 {} 个部件", zip.len())));
    }
    if zip
        .has_overlapping_entries()
        .map_err(|error| fault(&error))?
    {
        return Err(FileFault::Bomb("部件相互重叠".into()));
    }
    if zip
        .decompressed_size()
        .is_some_and(|size| size > u128::from(MAX_UNPACKED))
    {
        return Err(FileFault::Bomb("标明的大小超过 3 GB".into()));
    }
    Ok(zip)
}

fn start_of<R: Read + std::io::Seek>(
    zip: &mut ZipArchive<R>,
    name: &str,
) -> Result<Vec<u8>, FileFault> {
    let mut start = Vec::new();
    let part = zip.by_name(name).map_err(|error| fault(&error))?;
    part.take(64 << 10)
        .read_to_end(&mut start)
        .map_err(|error| FileFault::from_io(&error))?;
    Ok(start)
}

/// A container fault in our words.
pub(crate) fn fault(error: &ZipError) -> FileFault {
    match error {
        ZipError::Io(error) => FileFault::from_io(error),
        ZipError::UnsupportedArchive(why) if why.contains("assword") => FileFault::Password,
        ZipError::InvalidPassword => FileFault::Password,
        ZipError::FileNotFound => FileFault::Damaged("缺少必要的部件".into()),
        _ => FileFault::Damaged("压缩结构有误".into()),
    }
}

/// Unpacks everything once, in constant memory, and refuses what a reading library could not hold.
pub(crate) fn prove(source: &Source) -> Result<(), FileFault> {
    let mut zip = open(source)?;
    let mut total = 0_u64;
    for index in 0..zip.len() {
        let name = zip
            .by_index(index)
            .and_then(|part| part.name().map(|name| name.into_owned()))
            .map_err(|error| fault(&error))?;
        let mut scan = Scan::new(&name);
        scan.run(
            &mut zip.by_index(index).map_err(|error| fault(&error))?,
            MAX_UNPACKED - total,
        )?;
        if scan.unsure {
            // Comments, CDATA and quoted attributes may hold what the quick look goes by: follow every byte.
            scan = Scan {
                exact: Some(Exact::default()),
                ..Scan::new(&name)
            };
            scan.run(
                &mut zip.by_index(index).map_err(|error| fault(&error))?,
                MAX_UNPACKED - total,
            )?;
        }
        scan.judge()?;
        total += scan.bytes;
    }
    Ok(())
}

/// What one part turned out to be like.
struct Scan<'a> {
    name: &'a str,
    bytes: u64,
    /// Count of `<`; needed only for parts that are loaded as a whole.
    tags: u64,
    /// Count of `<si`, the shared strings, whatever the name space prefix.
    strings: u64,
    /// Stated number of shared strings; a library reserves room for it unseen.
    stated: Option<u64>,
    since_tag: u64,
    since_quote: u64,
    /// The last quotation mark opened an attribute.
    quoted: bool,
    exact: Option<Exact>,
    /// The quick look cannot tell how long the pieces are.
    unsure: bool,
    whole: bool,
}

impl<'a> Scan<'a> {
    fn new(name: &'a str) -> Self {
        let whole = name.ends_with("sharedStrings.xml") || name.ends_with("styles.xml");
        Self {
            name,
            bytes: 0,
            tags: 0,
            strings: 0,
            stated: None,
            since_tag: 0,
            since_quote: 0,
            quoted: false,
            exact: None,
            unsure: false,
            whole,
        }
    }

    fn run(&mut self, part: &mut impl Read, allowance: u64) -> Result<(), FileFault> {
        let mut block = vec![0; 64 << 10];
        // The last bytes of a block are looked at again with the next, for marks that lie across.
        let mut kept = 0;
        loop {
            let read = part.read(block.get_mut(kept..).unwrap_or_default());
            let read =
                read.map_err(|_| FileFault::Damaged(format!("部件 {} 解不开", self.name)))?;
            if read == 0 {
                return Ok(());
            }
            let seen = block.get(..kept + read).unwrap_or_default();
            self.take(seen, kept);
            if self.bytes > allowance {
                return Err(FileFault::Bomb("解开后超过 3 GB".into()));
            }
            let longest = self
                .exact
                .as_ref()
                .map_or(self.since_tag, |exact| exact.longest);
            if longest > MAX_PIECE {
                return Err(FileFault::Bomb(format!(
                    "部件 {} 里有一段超过 4 MB",
                    self.name
                )));
            }
            if self.unsure && self.exact.is_none() {
                return Ok(());
            }
            let keep = seen.len().min(OVERLAP);
            let from = seen.len() - keep;
            block.copy_within(from..from + keep, 0);
            kept = keep;
        }
    }

    /// Takes a block whose first `old` bytes have been counted before.
    fn take(&mut self, seen: &[u8], old: usize) {
        let fresh = seen.get(old..).unwrap_or_default();
        let length = u64::try_from(fresh.len()).unwrap_or(u64::MAX);
        if self.bytes == 0 && self.name.ends_with("sharedStrings.xml") {
            self.stated = stated_count(fresh);
        }
        self.bytes += length;
        self.since_tag = gap(self.since_tag, length, fresh, b'<');
        self.since_quote = gap(self.since_quote, length, fresh, b'"');
        if let Some(last) = memrchr(b'"', seen) {
            self.quoted = last.checked_sub(1).and_then(|before| seen.get(before)) == Some(&b'=');
        }
        if self.whole {
            self.tags += u64::try_from(memchr_iter(b'<', fresh).count()).unwrap_or(u64::MAX);
            self.strings += count_strings(seen, old);
        }
        let hiding = memmem::find(seen, b"<!").is_some() || memmem::find(seen, b"='").is_some();
        self.unsure |= hiding || (self.quoted && self.since_quote > MAX_PIECE / 2);
        if let Some(exact) = &mut self.exact {
            exact.take(fresh);
        }
    }

    fn judge(&self) -> Result<(), FileFault> {
        let too_much = |what: &str| Err(FileFault::Bomb(format!("{what}过大（{}）", self.name)));
        if self.name.ends_with("sharedStrings.xml") {
            if self
                .stated
                .is_some_and(|stated| stated > self.strings.saturating_mul(4) + 10_000)
            {
                return Err(FileFault::Damaged("文字表标明的条数不对".into()));
            }
            // Each string costs its header (with the slack of a growing table), its text and the allocator's.
            let memory = self.strings.saturating_mul(36 + 16) + self.text_bytes();
            return if memory > MAX_STRINGS {
                too_much("文字表")
            } else {
                Ok(())
            };
        }
        if self.name.ends_with("styles.xml") {
            return if self.tags > MAX_STYLE_TAGS || self.bytes > 4 * MAX_SMALL_PART {
                too_much("格式表")
            } else {
                Ok(())
            };
        }
        let small = self.name.ends_with(".rels")
            || self.name.ends_with("workbook.xml")
            || self.name.ends_with("theme1.xml");
        if small && self.bytes > MAX_SMALL_PART {
            too_much("内部目录")
        } else {
            Ok(())
        }
    }

    /// Bytes that are not the frame `<si><t></t></si>` around each string.
    fn text_bytes(&self) -> u64 {
        self.bytes.saturating_sub(self.strings.saturating_mul(16))
    }
}

/// Bytes looked at again with the next block: longer than any mark searched for.
const OVERLAP: usize = 8;

/// The distance since the last `mark` once the block is through. Gaps within a block are small anyway.
fn gap(since: u64, length: u64, block: &[u8], mark: u8) -> u64 {
    match (memchr(mark, block), memrchr(mark, block)) {
        (Some(_), Some(last)) => length - u64::try_from(last).unwrap_or(0),
        _ => since + length,
    }
}

/// How many shared strings begin in the block, counting none that ended within the `old` bytes.
fn count_strings(seen: &[u8], old: usize) -> u64 {
    let mut count = 0;
    for at in memmem::find_iter(seen, b"si") {
        let before = at.checked_sub(1).and_then(|place| seen.get(place));
        let after = seen.get(at + 2);
        let opens = matches!(before, Some(b'<' | b':'))
            && matches!(after, Some(b'>' | b' ' | b'/' | b'\n' | b'\r' | b'\t'));
        if opens && at + 2 >= old {
            count += 1;
        }
    }
    count
}

/// The number in `uniqueCount="…"` of the first bytes.
fn stated_count(block: &[u8]) -> Option<u64> {
    let head = block.get(..block.len().min(4096))?;
    let at = memmem::find(head, b"uniqueCount")?;
    let digits: String = head
        .get(at + 11..)?
        .iter()
        .skip_while(|byte| !byte.is_ascii_digit())
        .take_while(|byte| byte.is_ascii_digit())
        .map(|byte| char::from(*byte))
        .collect();
    Some(digits.parse().unwrap_or(u64::MAX))
}

/// Follows every byte of an XML part as a lenient parser would, to know the longest single piece.
#[derive(Default)]
struct Exact {
    state: Piece,
    length: u64,
    longest: u64,
    last: [u8; 3],
}

/// Where in XML the follower is.
#[derive(Default, Clone, Copy, PartialEq)]
enum Piece {
    #[default]
    Text,
    Tag,
    Quoted(u8),
    /// `<!…`: a comment or CDATA ends with `-->` or `]]>`, anything else with `>`.
    Declaration,
    Comment,
    Cdata,
}

impl Exact {
    fn take(&mut self, block: &[u8]) {
        for byte in block {
            self.length += 1;
            self.longest = self.longest.max(self.length);
            let before = self.state;
            self.step(*byte);
            // The dashes that open a comment do not close it: `<!-->` is still open.
            let opened = self.state == Piece::Comment && before != Piece::Comment;
            self.last = if opened {
                [0; 3]
            } else {
                [self.last[1], self.last[2], *byte]
            };
        }
    }

    fn step(&mut self, byte: u8) {
        self.state = match (self.state, byte) {
            (Piece::Text, b'<') => self.begin(Piece::Tag),
            (Piece::Tag, b'!') if self.last[2] == b'<' => Piece::Declaration,
            (Piece::Tag, b'"' | b'\'') => Piece::Quoted(byte),
            (Piece::Quoted(quote), byte) if byte == quote => Piece::Tag,
            (Piece::Tag | Piece::Declaration, b'>') => self.begin(Piece::Text),
            (Piece::Declaration, b'-') if self.last[2] == b'-' => Piece::Comment,
            (Piece::Declaration, b'[') if self.last[2] == b'!' => Piece::Cdata,
            (Piece::Comment, b'>') if self.last[1..] == *b"--" => self.begin(Piece::Text),
            (Piece::Cdata, b'>') if self.last[1..] == *b"]]" => self.begin(Piece::Text),
            (state, _) => state,
        };
    }

    fn begin(&mut self, piece: Piece) -> Piece {
        self.length = 0;
        piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> u64 {
        let mut exact = Exact::default();
        exact.take(text.as_bytes());
        exact.longest
    }

    #[test]
    fn the_longest_piece_is_found_whatever_hides_in_it() {
        assert!(exact("<a b=\"1\">text</a>") < 12);
        let long = "><\"".repeat(100);
        for hiding in [
            format!("<a b='{long}'/>"),
            format!("<!--{long}-->"),
            format!("<![CDATA[{long}]]>"),
        ] {
            assert!(exact(&hiding) > 300, "{hiding}");
            assert!(exact(&format!("{hiding}<b>x</b>")) < 330);
        }
    }

    #[test]
    fn gaps_run_across_blocks() {
        assert_eq!(gap(10, 4, b"abcd", b'<'), 14);
        assert_eq!(gap(10, 4, b"a<cd", b'<'), 3);
    }

    #[test]
    fn shared_strings_are_counted_once() {
        let text = b"<sst uniqueCount=\"3\"><si><t>si</t></si><x:si ><si/>";
        assert_eq!(count_strings(text, 0), 3);
        assert_eq!(stated_count(text), Some(3));
        assert_eq!(
            count_strings(b"<si><t>", 8),
            0,
            "ended within the part seen before"
        );
    }
}
