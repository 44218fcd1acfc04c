//! The web crate embeds `web-assets/dist`; say so in one sentence when it has not been built.

fn main() {
    let manifest = std::path::Path::new("../../web-assets/dist/manifest.json");
    println!("cargo:rerun-if-changed={}", manifest.display());
    if !manifest.exists() {
        println!(
            "cargo::error=the web assets are not built: run `make assets` first (it needs Node.js and npm)"
        );
    }
}
