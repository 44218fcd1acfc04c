//! Small steps on files that must survive a crash.

use std::path::Path;

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
