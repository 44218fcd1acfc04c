//! The file that marks a folder as a demo, and says whether it was finished: a demo that was cut short, by a failure,
//! a kill or a loss of power, is never opened, only made anew.

use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::config::FILE;

/// The file inside the folder.
pub const NAME: &str = "demo";
/// What it says once everything is there.
const DONE: &str = "演示区：可以删除后重新生成。\n";
/// What it says before.
const MAKING: &str = "演示区：正在生成，还没有完成。\n";

/// What stands in a demo's folder besides this file.
const PARTS: [&str; 5] = ["data", "anchors", "uploads", "definitions", FILE];

/// How far the demo of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No demo was begun here.
    None,
    /// Begun and not finished, by a program that runs or was cut short.
    Half,
    /// Finished.
    Done,
}

/// Looks.
pub fn state(dir: &Path) -> State {
    match fs::read_to_string(dir.join(NAME)) {
        Ok(text) if text == DONE => State::Done,
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => State::None,
        // Cut short while this file itself was written.
        _ => State::Half,
    }
}

/// Refuses a demo that was not finished: whoever serves, checks or exports it would take half a district for a whole one.
///
/// # Errors
/// It is one.
pub fn refuse_half_made(dir: &Path) -> anyhow::Result<()> {
    if state(dir) == State::Half {
        bail!(
            "{0} 里的演示区没有生成完；请再运行 niangjia demo --dir {0}，会重新生成",
            dir.display()
        );
    }
    Ok(())
}

/// A demo that is being made: only one program makes it at a time.
pub struct Begun {
    dir: PathBuf,
    file: File,
}

impl Begun {
    /// Marks the folder, making it; what an earlier attempt left is taken away.
    ///
    /// # Errors
    /// Another program is making it, or the folder cannot be written.
    pub fn mark(dir: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(dir).with_context(|| format!("建不了文件夹 {}", dir.display()))?;
        let again = state(dir) != State::None;
        // What is not ours would be lost when the making fails.
        if let (false, Some(part)) = (again, PARTS.iter().find(|part| dir.join(part).exists())) {
            bail!(
                "{} 里已有 {part}，不是演示区的；请换一个文件夹",
                dir.display()
            );
        }
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join(NAME))
            .context("写不了演示标记")?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!("另一个程序正在 {} 里生成演示区；请等它做完", dir.display())
            }
            Err(TryLockError::Error(fault)) => return Err(fault).context("写不了演示标记"),
        }
        // Emptied first: at no moment does a half-made district bear the mark of a finished one.
        file.set_len(0).context("写不了演示标记")?;
        file.write_all(MAKING.as_bytes())
            .context("写不了演示标记")?;
        file.sync_all().context("写不了演示标记")?;
        let begun = Self {
            dir: dir.to_owned(),
            file,
        };
        if again {
            eprintln!("上次生成没有完成，重新生成。");
            begun.clear()?;
        }
        Ok(begun)
    }

    /// Takes away what was made, all but the mark.
    fn clear(&self) -> anyhow::Result<()> {
        for part in PARTS {
            let path = self.dir.join(part);
            let gone = if path.is_dir() {
                fs::remove_dir_all(&path)
            } else if path.exists() {
                fs::remove_file(&path)
            } else {
                Ok(())
            };
            gone.with_context(|| format!("清不掉 {}", path.display()))?;
        }
        Ok(())
    }

    /// Everything is there.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn done(self) -> anyhow::Result<()> {
        let beside = self.dir.join(format!("{NAME}.new"));
        fs::write(&beside, DONE).context("写不了演示标记")?;
        fs::rename(&beside, self.dir.join(NAME)).context("写不了演示标记")
    }

    /// What failed leaves nothing behind. What cannot be taken away stays marked as half-made.
    pub fn failed(self) {
        if let Err(fault) = self.clear() {
            eprintln!("没有做完；{fault:#}。下次会重新生成。");
            return;
        }
        let Self { dir, file } = self;
        // An open file cannot be deleted everywhere.
        drop(file);
        let _ = fs::remove_file(dir.join(NAME));
        // Only when nothing of somebody else's is in it.
        let _ = fs::remove_dir(&dir);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_half_made_until_it_is_done() {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("demo");
        assert_eq!(state(&dir), State::None);
        let begun = Begun::mark(&dir).unwrap();
        assert_eq!(state(&dir), State::Half);
        assert!(refuse_half_made(&dir).is_err());
        // Nobody makes it a second time meanwhile.
        assert!(Begun::mark(&dir).is_err());
        begun.done().unwrap();
        assert_eq!(state(&dir), State::Done);
        refuse_half_made(&dir).unwrap();
        // An empty file, as a loss of power leaves it.
        fs::write(dir.join(NAME), "").unwrap();
        assert_eq!(state(&dir), State::Half);
    }

    #[test]
    fn what_failed_leaves_nothing_and_what_is_not_ours_stays() {
        let place = tempfile::tempdir().unwrap();
        let dir = place.path().join("demo");
        let begun = Begun::mark(&dir).unwrap();
        fs::create_dir(dir.join("data")).unwrap();
        fs::write(dir.join(FILE), "half").unwrap();
        begun.failed();
        assert!(!dir.exists());
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("mine.txt"), "kept").unwrap();
        Begun::mark(&dir).unwrap().failed();
        let left: Vec<_> = fs::read_dir(&dir)
            .unwrap()
            .map(|one| one.unwrap().file_name())
            .collect();
        assert_eq!(left, ["mine.txt"]);
    }
}
