//! 上传件 depot: uploaded files, sealed on disk while their batch is under way.
//!
//! A roll is personal data of thousands, so its copy is never in clear: SM4-GCM in pieces of 64 kB, each bound
//! to its batch and its place, under the same keys as the sealed columns. Pieces open one by one, so a
//! spreadsheet can be read from the sealed copy with random access and in constant memory. The copy is
//! deleted when the batch is done, cancelled or out of time; the file of a command-line import stays where its
//! owner has it and is never copied.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use kernel::ids::BatchId;
use sm3::{Digest, Sm3};
use store::Vault;

use super::error::ExchangeError;
use super::reading::{FileFault, MAX_FILE, OpenAgain, ReadSeek, Source};

/// Bytes of clear text in one piece.
const PIECE: usize = 64 << 10;
/// What each piece is sealed for.
const FIELD: &str = "import_batch.file";

/// The folder with the sealed copies.
#[derive(Debug, Clone)]
pub struct Depot {
    folder: PathBuf,
}

/// A copy that has arrived whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Name in the depot.
    pub name: String,
    /// Bytes of clear text.
    pub size: u64,
    /// SM3 of the clear text.
    pub digest: String,
}

impl Depot {
    /// The copies lie in `folder`, which is made when the first one comes.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Begins to take a file in, piece by piece.
    ///
    /// # Errors
    /// [`ExchangeError::Depot`] when the folder cannot be written.
    pub fn receive(&self, vault: &Vault, batch: BatchId) -> Result<Receiving, ExchangeError> {
        fs::create_dir_all(&self.folder).map_err(|error| fault(&error))?;
        let path = self.path(batch);
        let file = File::create(&path).map_err(|error| fault(&error))?;
        Ok(Receiving {
            vault: vault.clone(),
            batch,
            path,
            out: BufWriter::new(file),
            piece: Vec::with_capacity(PIECE),
            pieces: 0,
            size: 0,
            hash: Sm3::new(),
            kept: false,
        })
    }

    /// The copy of a batch, to be read as often as needed.
    pub fn source(&self, vault: &Vault, batch: BatchId) -> Source {
        Source::new(SealedCopy {
            vault: vault.clone(),
            batch,
            path: self.path(batch),
        })
    }

    /// How many copies hold a piece under another key than the one in use: they open only as long as that key is kept.
    ///
    /// # Errors
    /// [`ExchangeError::Depot`] when a copy cannot be read.
    pub fn under_older_keys(&self, vault: &Vault) -> Result<usize, ExchangeError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(fault(&error)),
        };
        let mut older = 0;
        for entry in entries {
            let path = entry.map_err(|error| fault(&error))?.path();
            if path.extension().is_none_or(|end| end != "sealed") {
                continue;
            }
            let others = has_older(&path, vault.active_key()).map_err(|error| fault(&error))?;
            older += usize::from(others);
        }
        Ok(older)
    }

    /// Deletes the copy of a batch, if there is one.
    pub fn remove(&self, batch: BatchId) {
        let path = self.path(batch);
        if path.exists() && fs::remove_file(&path).is_err() {
            tracing::warn!(file = %path.display(), "a sealed upload could not be deleted");
        }
    }

    fn path(&self, batch: BatchId) -> PathBuf {
        self.folder.join(format!("{batch}.sealed"))
    }
}

/// Whether any piece of a sealed copy is under another key than this.
fn has_older(path: &Path, key: u8) -> io::Result<bool> {
    let mut copy = File::open(path)?;
    let mut piece = Vec::with_capacity(PIECE + Vault::OVERHEAD);
    loop {
        piece.clear();
        let whole = u64::try_from(PIECE + Vault::OVERHEAD).unwrap_or(u64::MAX);
        if Read::by_ref(&mut copy)
            .take(whole)
            .read_to_end(&mut piece)?
            == 0
        {
            return Ok(false);
        }
        if Vault::key_of(&piece) != Some(key) {
            return Ok(true);
        }
    }
}

fn fault(error: &io::Error) -> ExchangeError {
    ExchangeError::Depot(error.to_string())
}

/// A file on its way in. Dropped before [`Receiving::finish`], it leaves nothing behind.
pub struct Receiving {
    vault: Vault,
    batch: BatchId,
    path: PathBuf,
    out: BufWriter<File>,
    piece: Vec<u8>,
    pieces: u64,
    size: u64,
    hash: Sm3,
    kept: bool,
}

impl Receiving {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`FileFault::TooLarge`] beyond the size of one upload; [`ExchangeError::Depot`] when the disk is full.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ExchangeError> {
        self.size += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.size > MAX_FILE {
            return Err(FileFault::TooLarge {
                megabytes: self.size.div_ceil(1 << 20),
                limit: MAX_FILE >> 20,
            }
            .into());
        }
        self.hash.update(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = PIECE - self.piece.len();
            let (now, later) = rest.split_at(room.min(rest.len()));
            self.piece.extend_from_slice(now);
            rest = later;
            if self.piece.len() == PIECE {
                self.seal()?;
            }
        }
        Ok(())
    }

    fn seal(&mut self) -> Result<(), ExchangeError> {
        let sealed = self
            .vault
            .seal_bytes(FIELD, &row(self.batch, self.pieces), &self.piece);
        self.out.write_all(&sealed).map_err(|error| fault(&error))?;
        self.pieces += 1;
        self.piece.clear();
        Ok(())
    }

    /// The file has arrived whole.
    ///
    /// # Errors
    /// [`FileFault::Empty`] when nothing came; [`ExchangeError::Depot`] when the disk is full.
    pub fn finish(mut self) -> Result<Received, ExchangeError> {
        if self.size == 0 {
            return Err(FileFault::Empty.into());
        }
        if !self.piece.is_empty() {
            self.seal()?;
        }
        self.out.flush().map_err(|error| fault(&error))?;
        self.out
            .get_ref()
            .sync_all()
            .map_err(|error| fault(&error))?;
        self.kept = true;
        let name = self
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        Ok(Received {
            name,
            size: self.size,
            digest: hex(&self.hash.clone().finalize()),
        })
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn row(batch: BatchId, piece: u64) -> String {
    format!("{batch}/{piece}")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SM3 and size of a file that stays where it is.
///
/// # Errors
/// [`FileFault`] when it cannot be read.
pub(super) fn fingerprint(path: &Path) -> Result<(u64, String), FileFault> {
    let mut file = File::open(path).map_err(|error| FileFault::from_io(&error))?;
    let (mut hash, mut size, mut block) = (Sm3::new(), 0, vec![0; PIECE]);
    loop {
        let read = file
            .read(&mut block)
            .map_err(|error| FileFault::from_io(&error))?;
        if read == 0 {
            return Ok((size, hex(&hash.finalize())));
        }
        hash.update(block.get(..read).unwrap_or_default());
        size += u64::try_from(read).unwrap_or(u64::MAX);
    }
}

/// A sealed copy as a source of bytes.
struct SealedCopy {
    vault: Vault,
    batch: BatchId,
    path: PathBuf,
}

impl OpenAgain for SealedCopy {
    fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        let file = File::open(&self.path)?;
        let sealed = file.metadata()?.len();
        let whole = u64::try_from(PIECE + Vault::OVERHEAD).unwrap_or(u64::MAX);
        let overhead = u64::try_from(Vault::OVERHEAD).unwrap_or(0);
        let size = sealed.saturating_sub(sealed.div_ceil(whole) * overhead);
        Ok(Box::new(SealedReader {
            vault: self.vault.clone(),
            batch: self.batch,
            file,
            size,
            at: 0,
            piece: Vec::new(),
            open: None,
        }))
    }
}

/// Reads a sealed copy, one piece in memory.
struct SealedReader {
    vault: Vault,
    batch: BatchId,
    file: File,
    size: u64,
    at: u64,
    piece: Vec<u8>,
    open: Option<u64>,
}

impl SealedReader {
    fn load(&mut self, number: u64) -> io::Result<()> {
        if self.open == Some(number) {
            return Ok(());
        }
        let whole = PIECE + Vault::OVERHEAD;
        let place = number * u64::try_from(whole).unwrap_or(u64::MAX);
        self.file.seek(SeekFrom::Start(place))?;
        let mut sealed = Vec::with_capacity(whole);
        Read::by_ref(&mut self.file)
            .take(u64::try_from(whole).unwrap_or(u64::MAX))
            .read_to_end(&mut sealed)?;
        let opened = self
            .vault
            .open_bytes(FIELD, &row(self.batch, number), &sealed);
        self.piece = opened.map_err(|error| io::Error::other(error.to_string()))?;
        self.open = Some(number);
        Ok(())
    }
}

impl Read for SealedReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size || out.is_empty() {
            return Ok(0);
        }
        let piece = u64::try_from(PIECE).unwrap_or(u64::MAX);
        self.load(self.at / piece)?;
        let from = usize::try_from(self.at % piece).unwrap_or(usize::MAX);
        let ready = self.piece.get(from..).unwrap_or_default();
        let count = ready.len().min(out.len());
        if let (Some(to), Some(bytes)) = (out.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(bytes);
        }
        self.at += u64::try_from(count).unwrap_or(0);
        Ok(count)
    }
}

impl Seek for SealedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => i128::from(place),
            SeekFrom::End(offset) => i128::from(self.size) + i128::from(offset),
            SeekFrom::Current(offset) => i128::from(self.at) + i128::from(offset),
        };
        self.at = u64::try_from(place).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> BatchId {
        "0190a1b2-c3d4-7000-8000-00000000000f".parse().unwrap()
    }

    #[test]
    fn what_went_in_comes_out_and_lies_there_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let (depot, vault) = (
            Depot::new(folder.path().join("uploads")),
            store::testing::vault(),
        );
        let bytes: Vec<u8> = (0..200_000_u32).flat_map(|n| n.to_le_bytes()).collect();
        let mut receiving = depot.receive(&vault, batch()).unwrap();
        bytes
            .chunks(10_007)
            .for_each(|chunk| receiving.push(chunk).unwrap());
        let received = receiving.finish().unwrap();
        assert_eq!(received.size, 800_000);
        let sealed = fs::read(folder.path().join("uploads").join(&received.name)).unwrap();
        assert!(
            !sealed.windows(64).any(|window| bytes.starts_with(window)),
            "nothing in clear"
        );
        let mut reader = depot.source(&vault, batch()).open().unwrap();
        let mut back = Vec::new();
        reader.read_to_end(&mut back).unwrap();
        assert_eq!(back, bytes);
        reader.seek(SeekFrom::End(-10)).unwrap();
        let mut end = Vec::new();
        reader.read_to_end(&mut end).unwrap();
        assert_eq!(end, bytes[bytes.len() - 10..]);
        depot.remove(batch());
        assert!(depot.source(&vault, batch()).open().is_err());
    }

    #[test]
    fn a_copy_under_an_older_key_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let depot = Depot::new(folder.path());
        let key = |fields: &str| {
            let text = format!(
                "index={} sign={} {fields}",
                "1a".repeat(32),
                "2b".repeat(32)
            );
            Vault::from_text(&text).unwrap()
        };
        let first = key(&format!("field.1={}", "3c".repeat(16)));
        let both = key(&format!(
            "field.1={} field.2={}",
            "3c".repeat(16),
            "4d".repeat(16)
        ));
        assert_eq!(depot.under_older_keys(&both).unwrap(), 0);
        let mut receiving = depot.receive(&first, batch()).unwrap();
        receiving.push(&vec![7; PIECE + 1]).unwrap();
        receiving.finish().unwrap();
        // What else lies there is sealed with nothing.
        fs::write(folder.path().join("note.txt"), "x").unwrap();
        fs::create_dir(folder.path().join("lost+found")).unwrap();
        assert_eq!(depot.under_older_keys(&first).unwrap(), 0);
        assert_eq!(depot.under_older_keys(&both).unwrap(), 1);
    }

    #[test]
    fn a_broken_upload_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let depot = Depot::new(folder.path());
        let mut receiving = depot.receive(&store::testing::vault(), batch()).unwrap();
        receiving.push(b"half").unwrap();
        drop(receiving);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let nothing = depot
            .receive(&store::testing::vault(), batch())
            .unwrap()
            .finish();
        assert!(matches!(
            nothing,
            Err(ExchangeError::File(FileFault::Empty))
        ));
    }

    #[test]
    fn pieces_do_not_open_in_another_place() {
        let folder = tempfile::tempdir().unwrap();
        let (depot, vault) = (Depot::new(folder.path()), store::testing::vault());
        let mut receiving = depot.receive(&vault, batch()).unwrap();
        receiving.push(&vec![7; PIECE * 2]).unwrap();
        let received = receiving.finish().unwrap();
        let path = folder.path().join(received.name);
        let mut sealed = fs::read(&path).unwrap();
        let half = sealed.len() / 2;
        sealed.rotate_left(half);
        fs::write(&path, sealed).unwrap();
        let mut back = Vec::new();
        assert!(
            depot
                .source(&vault, batch())
                .open()
                .unwrap()
                .read_to_end(&mut back)
                .is_err()
        );
    }
}
