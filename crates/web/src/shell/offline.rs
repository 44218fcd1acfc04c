//! Rooms that work without a network (工薪本、每周五问): each has one page the phone keeps, without anything personal, and
//! a service worker for its own addresses alone. The script is one; what it keeps for which room is put in front of it.

use std::collections::BTreeMap;

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::assets::{asset, asset_text};
use super::problem::Problem;

/// Styles and icons that every kept page needs.
const COMMON: [&str; 4] = ["union.css", "app.js", "icons.svg", "favicon.svg"];

/// What a service worker keeps, and where it sends what waited.
pub(crate) struct OfflineRoom {
    /// Names the store on the phone, the cache and the background task.
    pub name: &'static str,
    /// Address of the page that is kept.
    pub shell: &'static str,
    /// Addresses that have a kept page of their own, and that page.
    pub shells: BTreeMap<String, String>,
    /// The built service worker: the one of every room with a queue, or the room's own.
    pub worker: &'static str,
    /// Where changes go; empty where each change carries its address.
    pub sync: &'static str,
    /// The script of its pages.
    pub script: &'static str,
    /// Further addresses to keep.
    pub more: &'static [&'static str],
    /// Changes when the kept page does.
    pub version: String,
}

/// The room's service worker. What it keeps changes with the assets, so the browser notices a new version by itself.
pub(crate) fn worker_script(room: &OfflineRoom) -> Result<Response, Problem> {
    let script = asset_text(room.worker).ok_or_else(Problem::not_found)?;
    let kept: Vec<&str> = COMMON
        .iter()
        .chain([&room.script])
        .map(|name| asset(name))
        .collect();
    let about = serde_json::json!({
        "name": room.name, "shell": room.shell, "shells": room.shells, "sync": room.sync, "kept": kept, "more": room.more, "version": room.version,
    });
    Ok(uncached(
        "text/javascript; charset=utf-8",
        format!("self.ROOM={about};\n{script}"),
    ))
}

/// Text of a kind that the browser asks for anew each time.
pub(crate) fn uncached(kind: &'static str, body: String) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
