//! Where the bytes of a spreadsheet come from. A workbook is opened more than once (to look, to check, to
//! import), so a source can be opened again and again.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes with random access, on any thread.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// Something that can be opened for reading as often as needed.
pub trait OpenAgain: Send + Sync {
    /// A fresh reader at the first byte.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn open(&self) -> io::Result<Box<dyn ReadSeek>>;
}

impl OpenAgain for PathBuf {
    fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(Box::new(File::open(self)?))
    }
}

impl OpenAgain for Arc<[u8]> {
    fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        Ok(Box::new(Cursor::new(self.clone())))
    }
}

/// The bytes of one spreadsheet.
#[derive(Clone)]
pub struct Source(Arc<dyn OpenAgain>);

impl Source {
    /// From anything that can be opened again, such as a sealed upload.
    pub fn new(bytes: impl OpenAgain + 'static) -> Self {
        Self(Arc::new(bytes))
    }

    /// A file of the person at the keyboard.
    pub fn file(path: &Path) -> Self {
        Self::new(path.to_path_buf())
    }

    /// Bytes in memory, for tests and small things.
    pub fn memory(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::new(bytes.into())
    }

    /// A fresh reader at the first byte.
    ///
    /// # Errors
    /// Whatever the disk says.
    pub fn open(&self) -> io::Result<Box<dyn ReadSeek>> {
        self.0.open()
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Source")
    }
}
