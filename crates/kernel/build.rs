//! Puts the repository's `definitions/` folder into the binary, so that one file carries every definition it needs
//! and a changed or added one is noticed by the next build. Each lies there as its text, which people read and
//! fingerprints are taken of, and as the tree the text says, in JSON, so that a start need not parse TOML.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

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
        let text = file.canonicalize()?.display().to_string();
        let tree = tree(&file)?;
        writeln!(
            code,
            "    Embedded {{ path: {name:?}, text: include_str!({text:?}), tree: {tree:?} }},"
        )
        .map_err(io::Error::other)?;
    }
    code.push(']');
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    fs::write(PathBuf::from(out).join("definitions.rs"), code)
}

/// What a file says, as JSON.
fn tree(file: &Path) -> io::Result<String> {
    let table: toml::Table = toml::from_str(&fs::read_to_string(file)?)
        .map_err(|fault| io::Error::other(format!("{}: {fault}", file.display())))?;
    serde_json::to_string(&table).map_err(io::Error::other)
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
