//! Computes the digests of the migrations: every start compares them with those of the steps that were taken.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/schema/digest.rs"]
mod digest;

fn main() -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    println!("cargo::rerun-if-changed={}", folder.display());
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is not set"))?;
    let out = PathBuf::from(out);
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read_to_string(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        for (form, ending) in [
            (digest::SQLITE_FORM, "sqlite"),
            (digest::POSTGRES_FORM, "postgres"),
        ] {
            fs::write(
                out.join(format!("{name}.{ending}")),
                digest::digest(form, &text),
            )?;
        }
    }
    Ok(())
}
