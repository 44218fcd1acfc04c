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

/// A kind of file: the endings of its name and the bytes it begins with.
struct FileKind {
    /// Endings, in lower case without the dot.
    endings: &'static [&'static str],
    /// Where the mark stands, and the marks that may stand there.
    marks: (usize, &'static [&'static [u8]]),
}

/// Kinds that are recognised, by the published formats. WPS files are OLE compounds as the old Office files are; OFD
/// (GB/T 33190) and the new Office files are zip archives.
const KINDS: &[FileKind] = &[
    kind(&["pdf"], (0, &[b"%PDF-"])),
    kind(&["jpg", "jpeg"], (0, &[b"\xFF\xD8\xFF"])),
    kind(&["png"], (0, &[b"\x89PNG\r\n\x1A\n"])),
    kind(&["gif"], (0, &[b"GIF87a", b"GIF89a"])),
    kind(&["heic", "heif", "mp4", "m4a", "mov"], (4, &[b"ftyp"])),
    kind(
        &["doc", "xls", "ppt", "wps", "et", "dps"],
        (0, &[b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"]),
    ),
    kind(
        &["docx", "xlsx", "pptx", "ofd", "zip"],
        (0, &[b"PK\x03\x04", b"PK\x05\x06"]),
    ),
];

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
    FileKind { endings, marks }
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

    /// What speaks against keeping it, under the room's code: its size, a content that is not what the name says,
    /// a program, macros.
    pub fn refusals(&self, code: &'static str, largest: usize) -> Refusals {
        let mut out = Refusals::new();
        let (name, size) = (self.kept_name(), self.bytes.len());
        out.require(
            size > 0 && size <= largest.min(LARGEST),
            code,
            format!("附件「{name}」应在 {} MB 以内且不能为空", largest >> 20),
        );
        out.require(
            !PROGRAMS.iter().any(|mark| self.bytes.starts_with(mark)) && !self.has_macros(),
            code,
            format!("附件「{name}」含有程序或宏，不能上传；请另存为 PDF 或图片"),
        );
        out.require(
            self.is_what_it_is_called(),
            code,
            format!(
                "附件「{name}」的内容不是 {} 文件，可能已损坏或改过扩展名；请重新保存后上传",
                self.ending()
            ),
        );
        out
    }

    /// Whether its beginning is that of its ending. Endings that are not known are not judged.
    fn is_what_it_is_called(&self) -> bool {
        let ending = self.ending();
        let known = KINDS
            .iter()
            .find(|kind| kind.endings.contains(&ending.as_str()));
        self.bytes.is_empty()
            || known.is_none_or(|kind| {
                let (at, marks) = kind.marks;
                let body = self.bytes.get(at..).unwrap_or_default();
                marks.iter().any(|mark| body.starts_with(mark))
            })
    }

    /// What it is, by the ending its content was held against; bytes without a name for what nobody looked into.
    pub fn media_type(&self) -> &'static str {
        match self.ending().as_str() {
            "pdf" => "application/pdf",
            "jpg" | "jpeg" => "image/jpeg",
            "png" => "image/png",
            "gif" => "image/gif",
            "heic" | "heif" => "image/heic",
            "mp4" => "video/mp4",
            "m4a" => "audio/mp4",
            "mov" => "video/quicktime",
            "doc" => "application/msword",
            "xls" => "application/vnd.ms-excel",
            "ppt" => "application/vnd.ms-powerpoint",
            "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            "ofd" => "application/ofd",
            "zip" => "application/zip",
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

    /// Office archives name their parts in clear.
    fn has_macros(&self) -> bool {
        self.bytes.starts_with(b"PK")
            && self
                .bytes
                .windows(MACROS.len())
                .any(|window| window == MACROS)
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
            ("照片.heic", b"\0\0\0\x18ftypheic"),
            ("报告.docx", b"PK\x03\x04...."),
            ("报告.wps", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
            ("录音.amr", b"#AMR"),
        ] {
            assert_eq!(faults(name, bytes), "", "{name}");
            assert_ne!(
                name.ends_with("amr"),
                is_known(&file(name, b"").ending()),
                "{name}"
            );
        }
        for name in ["名册.pdf", "印模.jpg", "报告.docx", "报告.doc"] {
            let said = faults(name, b"<html><script>");
            assert!(said.contains("内容不是"), "{name}: {said}");
        }
        assert!(
            faults("名册.pdf", b"").contains("不能为空") && faults("名册", b"").contains("1 MB")
        );
        assert!(faults("大.zip", &vec![0; (1 << 20) + 1]).contains("1 MB"));
    }

    #[test]
    fn programs_and_macros_stay_out_whatever_they_are_called() {
        for bytes in [
            b"MZ\x90".as_slice(),
            b"\x7FELF\x02",
            b"#!/bin/sh",
            b"PK\x03\x04 word/vbaProject.bin",
        ] {
            for name in ["工资条.pdf", "工资条.docx", "工资条", "工资条.dat"] {
                assert!(faults(name, bytes).contains("程序或宏"), "{name} {bytes:?}");
            }
        }
    }

    #[test]
    fn a_file_tells_its_kind_and_its_ending_alone() {
        for (name, media, ending) in [
            ("张某身份证.JPG", "image/jpeg", Some("jpg")),
            ("笔录.pdf", "application/pdf", Some("pdf")),
            ("录音.amr", "application/octet-stream", Some("amr")),
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
