//! Puts the repository's `definitions/` folder into the binary, so that one file carries every definition it needs
//! and a changed or added one is noticed by the next build. Each lies there as its text, which people read, with its
//! fingerprint, and as what the text says, in JSON: so a start need neither parse TOML nor hash it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/definitions/fingerprint.rs"]
mod fingerprint;

use fingerprint::{HEADER_KEYS, content_hash};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../definitions");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(&root).map_err(io::Error::other)?;
        let name = name.to_string_lossy().replace('\\', "/");
        let place = file.canonicalize()?.display().to_string();
        let text = fs::read_to_string(&file)?;
        let (hash, said) = (content_hash(&text), Said::of(&text));
        let Said { head, body, tests } =
            said.map_err(|fault| io::Error::other(format!("{}: {fault}", file.display())))?;
        writeln!(
            code,
            "    Embedded {{ path: {name:?}, text: include_str!({place:?}), hash: {hash:?}, head: {head:?}, \
             body: {body:?}, tests: {tests:?} }},"
        )
        .map_err(io::Error::other)?;
    }
    code.push(']');
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(PathBuf::from(out).join("definitions.rs"), code)
}

/// What a file says, as JSON.
struct Said {
    head: String,
    body: String,
    tests: String,
}

impl Said {
    fn of(text: &str) -> Result<Self, Box<dyn std::error::Error>> {
        let table: toml::Table = toml::from_str(text)?;
        let (head, mut body): (toml::Table, toml::Table) = table
            .into_iter()
            .partition(|(key, _)| HEADER_KEYS.contains(&key.as_str()));
        let tests = body.remove("test");
        Ok(Self {
            head: serde_json::to_string(&head)?,
            body: serde_json::to_string(&body)?,
            tests: tests.map_or(Ok("[]".to_owned()), |tests| serde_json::to_string(&tests))?,
        })
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            files.push(path);
        }
    }
    Ok(())
}
