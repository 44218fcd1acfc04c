//! 附件 attachments: what every room does with a file somebody hands in. The rooms keep their own rows; the limits,
//! the look inside, the digest and the seal are the same everywhere.

use kernel::Refusals;
use sm3::{Digest, Sm3};
use store::{StoreError, Vault};

/// Largest file any room keeps, in bytes (a technical bound: it is sealed in one piece). A room's definition may set
/// a smaller one.
pub const LARGEST: usize = 20 << 20;

/// Longest file name kept, in characters.
const LONGEST_NAME: usize = 120;

/// A file that was handed in, or is handed out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileBytes {
    /// Its name.
    pub name: String,
    /// Media type, as the sender called it.
    pub media: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A kind of file that is taken: the endings of its name, and its content by the published formats.
struct FileKind {
    /// Endings, in lower case without the dot; the first is what a file without one is called.
    endings: &'static [&'static str],
    /// Where the mark stands, and the marks that may stand there.
    marks: (usize, &'static [&'static [u8]]),
    /// For archives: a part that only this kind has. Archives name their parts in clear.
    part: &'static [u8],
}

/// Everything any room takes, recognised by its content alone (能收的文件): photographs, PDF and OFD (GB/T 33190), papers of
/// Word, Excel and WPS, recordings and films of phones. WPS files are OLE compounds as the old Office files are; OFD and
/// the new Office files are zip archives.
const KINDS: &[FileKind] = &[
    kind(&["pdf"], (0, &[b"%PDF-"])),
    kind(&["jpg", "jpeg"], (0, &[b"\xFF\xD8\xFF"])),
    kind(&["png"], (0, &[b"\x89PNG\r\n\x1A\n"])),
    kind(&["gif"], (0, &[b"GIF87a", b"GIF89a"])),
    kind(&["webp"], (8, &[b"WEBP"])),
    kind(
        &["heic", "heif"],
        (4, &[b"ftyphei", b"ftyphev", b"ftypmif1", b"ftypmsf1"]),
    ),
    kind(
        &["mp4", "m4a", "mov", "3gp"],
        (4, &[b"ftyp", b"moov", b"wide", b"mdat"]),
    ),
    kind(&["wav"], (8, &[b"WAVE"])),
    kind(&["amr"], (0, &[b"#!AMR"])),
    kind(
        &["mp3"],
        (
            0,
            &[b"ID3", b"\xFF\xFB", b"\xFF\xF3", b"\xFF\xF2", b"\xFF\xFA"],
        ),
    ),
    kind(&["aac"], (0, &[b"\xFF\xF1", b"\xFF\xF9"])),
    kind(&["ogg"], (0, &[b"OggS"])),
    kind(
        &["doc", "xls", "ppt", "wps", "et", "dps"],
        (0, &[b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"]),
    ),
    archive(&["docx"], b"word/"),
    archive(&["xlsx"], b"xl/"),
    archive(&["pptx"], b"ppt/"),
    archive(&["ofd"], b"OFD.xml"),
];

/// The same for people who have to choose one.
pub const TAKEN: &str =
    "照片和截图、PDF、OFD、Word、Excel、WPS 文件、录音（mp3、m4a、amr、wav）和视频（mp4、mov）";

/// The same for the box of a page: pictures first, so that a phone offers its camera.
pub fn accept() -> String {
    let endings = KINDS.iter().flat_map(|kind| kind.endings);
    let dotted: Vec<String> = endings.map(|ending| format!(".{ending}")).collect();
    format!("image/*,audio/*,video/*,{}", dotted.join(","))
}

/// How programs begin, whatever they are called: Windows, Linux, scripts, Java, macOS.
const PROGRAMS: &[&[u8]] = &[
    b"MZ",
    b"\x7FELF",
    b"#!",
    b"\xCA\xFE\xBA\xBE",
    b"\xCF\xFA\xED\xFE",
    b"\xFE\xED\xFA",
];

/// Part of every Office archive that carries macros.
const MACROS: &[u8] = b"vbaProject.bin";

const fn kind(
    endings: &'static [&'static str],
    marks: (usize, &'static [&'static [u8]]),
) -> FileKind {
    FileKind {
        endings,
        marks,
        part: b"",
    }
}

const fn archive(endings: &'static [&'static str], part: &'static [u8]) -> FileKind {
    FileKind {
        endings,
        marks: (0, &[b"PK\x03\x04"]),
        part,
    }
}

impl FileKind {
    fn holds(&self, bytes: &[u8]) -> bool {
        let (at, marks) = self.marks;
        let body = bytes.get(at..).unwrap_or_default();
        marks.iter().any(|mark| body.starts_with(mark))
            && (self.part.is_empty() || has_part(bytes, self.part))
    }
}

/// Whether an archive names a part.
fn has_part(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

impl FileBytes {
    /// The ending of its name, in lower case without the dot; empty when it has none.
    pub fn ending(&self) -> String {
        let (_, ending) = self.name.rsplit_once('.').unwrap_or_default();
        ending.to_lowercase()
    }

    /// SM3 of the file.
    pub fn digest(&self) -> [u8; 32] {
        Sm3::digest(&self.bytes).into()
    }

    /// Its name, cut to what is kept and without anything that belongs to a path.
    pub fn kept_name(&self) -> String {
        let last = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        last.chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_NAME)
            .collect()
    }

    /// What speaks against keeping it, under the room's code: its size, a content of no kind that is taken, one that is not
    /// what the name says, macros.
    pub fn refusals(&self, code: &'static str, largest: usize) -> Refusals {
        let mut out = Refusals::new();
        let (name, size) = (self.kept_name(), self.bytes.len());
        out.require(
            size > 0 && size <= largest.min(LARGEST),
            code,
            format!("附件「{name}」应在 {} MB 以内且不能为空", largest >> 20),
        );
        if size == 0 {
            return out;
        }
        let Some(kind) = self.kind() else {
            let (program, ending) = (
                PROGRAMS.iter().any(|mark| self.bytes.starts_with(mark)),
                self.ending(),
            );
            let why = if program {
                "是程序，不能上传".to_owned()
            } else if is_known(&ending) {
                format!("的内容不是 {ending} 文件，可能已损坏或改过扩展名")
            } else {
                "不是能收的文件".to_owned()
            };
            out.add(code, format!("附件「{name}」{why}。能收的有：{TAKEN}"));
            return out;
        };
        out.require(
            !self.has_macros(),
            code,
            format!("附件「{name}」含有宏，不能上传；请另存为 PDF 或图片"),
        );
        let ending = self.ending();
        out.require(
            ending.is_empty() || kind.endings.contains(&ending.as_str()),
            code,
            format!(
                "附件「{name}」的内容不是 {ending} 文件，可能已损坏或改过扩展名；请重新保存后上传"
            ),
        );
        out
    }

    /// The kind its content is of; none for anything no room takes.
    fn kind(&self) -> Option<&'static FileKind> {
        KINDS.iter().find(|kind| kind.holds(&self.bytes))
    }

    /// Called what it is: phones and chats name files as they like. What is of no kind keeps its name.
    #[must_use]
    pub fn called_what_it_is(self) -> Self {
        let ending = self.ending();
        let Some(kind) = self
            .kind()
            .filter(|kind| !kind.endings.contains(&ending.as_str()))
        else {
            return self;
        };
        let stem = match self.name.rsplit_once('.') {
            Some((stem, _)) => stem,
            None => &self.name,
        };
        let name = format!("{stem}.{}", kind.endings.first().unwrap_or(&""));
        Self { name, ..self }
    }

    /// What it is, by the ending its content was held against; bytes without a name for what nobody looked into.
    pub fn media_type(&self) -> &'static str {
        match self.ending().as_str() {
            "pdf" => "application/pdf",
            "jpg" | "jpeg" => "image/jpeg",
            "png" => "image/png",
            "gif" => "image/gif",
            "webp" => "image/webp",
            "heic" | "heif" => "image/heic",
            "mp4" => "video/mp4",
            "m4a" => "audio/mp4",
            "mov" => "video/quicktime",
            "3gp" => "video/3gpp",
            "wav" => "audio/wav",
            "amr" => "audio/amr",
            "mp3" => "audio/mpeg",
            "aac" => "audio/aac",
            "ogg" => "audio/ogg",
            "doc" => "application/msword",
            "xls" => "application/vnd.ms-excel",
            "ppt" => "application/vnd.ms-powerpoint",
            "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "ofd" => "application/ofd",
            _ => "application/octet-stream",
        }
    }

    /// Its ending when that is one of a file and says nothing else: of at most five letters or digits. People name
    /// their files after persons.
    pub fn plain_ending(&self) -> Option<String> {
        let ending = self.ending();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let short = (1..=5).contains(&ending.len());
        (short && ending.chars().all(plain) && ending.contains(|c: char| c.is_ascii_lowercase()))
            .then_some(ending)
    }

    /// Under a name of ours: people name their files after persons, and a name travels through logs and download
    /// folders.
    #[must_use]
    pub fn renamed(self, stem: &str) -> Self {
        let name = match self.plain_ending() {
            Some(ending) => format!("{stem}.{ending}"),
            None => stem.to_owned(),
        };
        Self { name, ..self }
    }

    fn has_macros(&self) -> bool {
        self.bytes.starts_with(b"PK") && has_part(&self.bytes, MACROS)
    }

    /// Sealed for one field of one row, as [`Vault::seal_bytes`].
    pub fn sealed(&self, vault: &Vault, field: &str, row: &str) -> Vec<u8> {
        vault.seal_bytes(field, row, &self.bytes)
    }

    /// A file opened again.
    ///
    /// # Errors
    /// It was altered, or belongs to another row.
    pub fn opened(
        vault: &Vault,
        (field, row): (&str, &str),
        (name, media): (String, String),
        sealed: &[u8],
    ) -> Result<Self, StoreError> {
        let bytes = vault.open_bytes(field, row, sealed)?;
        Ok(Self { name, media, bytes })
    }
}

/// Whether files with this ending are recognised by their content, for definitions that list endings.
pub fn is_known(ending: &str) -> bool {
    KINDS.iter().any(|kind| kind.endings.contains(&ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, bytes: &[u8]) -> FileBytes {
        FileBytes {
            name: name.into(),
            media: String::new(),
            bytes: bytes.to_vec(),
        }
    }

    fn faults(name: &str, bytes: &[u8]) -> String {
        file(name, bytes).refusals("x.file", 1 << 20).to_string()
    }

    #[test]
    fn a_file_is_what_its_name_says() {
        for (name, bytes) in [
            ("名册.pdf", b"%PDF-1.7\n".as_slice()),
            ("印模.JPG", b"\xFF\xD8\xFF\xE0"),
            ("印模.png", b"\x89PNG\r\n\x1A\n...."),
            ("聊天.webp", b"RIFF\x24\0\0\0WEBPVP8 "),
            ("照片.heic", b"\0\0\0\x18ftypheic"),
            ("现场.mp4", b"\0\0\0\x18ftypisom"),
            ("通话.m4a", b"\0\0\0\x18ftypM4A "),
            ("通话.wav", b"RIFF\x24\0\0\0WAVEfmt "),
            ("通话.amr", b"#!AMR\n"),
            ("通话.mp3", b"ID3\x04"),
            ("报告.docx", b"PK\x03\x04....word/document.xml"),
            ("工资.xlsx", b"PK\x03\x04....xl/workbook.xml"),
            ("通知.ofd", b"PK\x03\x04....OFD.xml"),
            ("报告.wps", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
            ("mmexport1700", b"\xFF\xD8\xFF\xE0"),
        ] {
            assert_eq!(faults(name, bytes), "", "{name}");
            let ending = file(name, b"").ending();
            assert!(ending.is_empty() || is_known(&ending), "{name}");
            assert!(ending.is_empty() || accept().contains(&format!(".{ending}")));
        }
        for (name, bytes) in [
            ("名册.pdf", b"\xFF\xD8\xFF\xE0".as_slice()),
            ("印模.jpg", b"%PDF-1.7"),
            ("报告.docx", b"PK\x03\x04....xl/workbook.xml"),
            ("报告.exe", b"%PDF-1.7"),
        ] {
            let said = faults(name, bytes);
            assert!(said.contains("内容不是"), "{name}: {said}");
        }
        assert!(
            faults("名册.pdf", b"").contains("不能为空") && faults("名册", b"").contains("1 MB")
        );
        assert!(faults("大.zip", &vec![0; (1 << 20) + 1]).contains("1 MB"));
    }

    #[test]
    fn nothing_else_is_taken_and_what_is_stands_in_the_message() {
        for (name, bytes) in [
            ("工具.exe", b"MZ\x90".as_slice()),
            ("工资条.pdf", b"MZ\x90"),
            ("工资条.jpg", b"\x7FELF\x02"),
            ("工资条.docx", b"PK\x03\x04....setup.exe"),
            ("工资条", b"#!/bin/sh"),
            ("工资条.html", b"<html><script>"),
            ("工资条.pdf", b"<html><script>"),
            ("记录.txt", "申请人口述".as_bytes()),
            ("一包.zip", b"PK\x03\x04....a.txt"),
            ("旧.jpg", b"PK\x05\x06"),
        ] {
            let said = faults(name, bytes);
            assert!(said.contains("能收的有：照片和截图、PDF"), "{name}: {said}");
            let known = ["MZ", "\x7FELF", "#!"].map(str::as_bytes);
            let program = known.iter().any(|mark| bytes.starts_with(mark));
            assert_eq!(said.contains("是程序"), program, "{name}: {said}");
        }
        let macros = faults("工资.docx", b"PK\x03\x04 word/vbaProject.bin");
        assert!(macros.contains("含有宏"), "{macros}");
    }

    #[test]
    fn a_file_is_called_what_it_is() {
        for (name, bytes, called) in [
            ("IMG_1.HEIC", b"\xFF\xD8\xFF\xE0".as_slice(), "IMG_1.jpg"),
            ("IMG_1.JPEG", b"\xFF\xD8\xFF\xE0", "IMG_1.JPEG"),
            ("mmexport1700", b"\x89PNG\r\n\x1A\n", "mmexport1700.png"),
            ("工具.exe", b"MZ\x90", "工具.exe"),
        ] {
            assert_eq!(file(name, bytes).called_what_it_is().name, called);
        }
    }

    #[test]
    fn a_file_tells_its_kind_and_its_ending_alone() {
        for (name, media, ending) in [
            ("张某身份证.JPG", "image/jpeg", Some("jpg")),
            ("笔录.pdf", "application/pdf", Some("pdf")),
            ("录音.amr", "audio/amr", Some("amr")),
            ("张某.身份证", "application/octet-stream", None),
            ("工资.138123", "application/octet-stream", None),
            ("工资.13812", "application/octet-stream", None),
            ("工资", "application/octet-stream", None),
        ] {
            let file = file(name, b"");
            assert_eq!(file.media_type(), media, "{name}");
            assert_eq!(file.plain_ending().as_deref(), ending, "{name}");
        }
    }

    #[test]
    fn a_name_carries_no_path() {
        assert_eq!(file("C:\\桌面\\..\\名册.pdf", b"").kept_name(), "名册.pdf");
        assert_eq!(file("../../etc/名册\n.pdf", b"").kept_name(), "名册.pdf");
        assert_eq!(
            file(&"长".repeat(300), b"").kept_name().chars().count(),
            120
        );
    }
}
