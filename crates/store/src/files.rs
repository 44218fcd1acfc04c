//! Small steps on files that must survive a crash.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// Makes a creation or rename in the folder of `path` durable (POSIX wants the folder itself synced).
pub(crate) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    #[cfg(unix)]
    std::fs::File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(StoreError::file(folder))?;
    Ok(())
}

/// Writes a file that must not exist yet, for its owner's eyes only, and makes it durable.
pub(crate) fn write_new(path: &Path, text: &str) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(StoreError::file(path))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(StoreError::file(path))
}

/// Replaces a file, or makes it, in one step and for its owner's eyes only: a crash leaves the old or the new one,
/// never half of one.
///
/// # Errors
/// [`StoreError::File`] when it cannot be written; the old one stays.
pub fn replace(path: &Path, text: &str) -> Result<(), StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let fresh = PathBuf::from(name);
    if fresh.exists() {
        std::fs::remove_file(&fresh).map_err(StoreError::file(&fresh))?;
    }
    write_new(&fresh, text)?;
    std::fs::rename(&fresh, path).map_err(StoreError::file(path))?;
    sync_folder(path)
}
