//! Styles, scripts and icons: built by `make assets`, embedded in the binary, served under names that
//! carry their content's hash and may therefore be kept for a year.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::{Path, Problem};

#[derive(RustEmbed)]
#[folder = "../../web-assets/dist/"]
struct Dist;

/// The served address of an asset by its plain name, such as `app.js`. An unknown name leads to a
/// missing file, which shows in the browser's own log.
pub fn asset(name: &str) -> &'static str {
    static ADDRESSES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let addresses = ADDRESSES.get_or_init(|| {
        let manifest: BTreeMap<String, String> = Dist::get("manifest.json")
            .and_then(|file| serde_json::from_slice(&file.data).ok())
            .unwrap_or_default();
        manifest
            .into_iter()
            .map(|(name, hashed)| (name, format!("/assets/{hashed}")))
            .collect()
    });
    addresses
        .get(name)
        .map_or("/assets/missing", String::as_str)
}

/// The text of an asset by its plain name, for scripts that are served at an address of their own.
pub fn asset_text(name: &str) -> Option<String> {
    let hashed = asset(name).strip_prefix("/assets/")?;
    let file = Dist::get(hashed)?;
    String::from_utf8(file.data.into_owned()).ok()
}

/// Serve one asset; the compressed twin where the browser takes it.
pub(super) async fn serve(
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let gzip = headers
        .get(ACCEPT_ENCODING)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.contains("gzip"));
    let packed = if gzip {
        Dist::get(&format!("{name}.gz"))
    } else {
        None
    };
    let encoded = packed.is_some();
    let file = packed
        .or_else(|| Dist::get(&name))
        .ok_or_else(Problem::not_found)?;
    let kind = Dist::get(&name).map_or_else(
        || "application/octet-stream".to_owned(),
        |f| f.metadata.mimetype().to_owned(),
    );
    let mut response = file.data.into_owned().into_response();
    let out = response.headers_mut();
    if let Ok(kind) = kind.parse() {
        out.insert(CONTENT_TYPE, kind);
    }
    out.insert(
        CACHE_CONTROL,
        axum::http::HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    out.insert(
        VARY,
        axum::http::HeaderValue::from_static("accept-encoding"),
    );
    if encoded {
        out.insert(
            CONTENT_ENCODING,
            axum::http::HeaderValue::from_static("gzip"),
        );
    }
    Ok(response)
}
