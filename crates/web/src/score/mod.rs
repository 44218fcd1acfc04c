//! The score sheet of rule sets as a page that stands alone, and as a document: no style, script or picture is
//! loaded, so the file can be sent, printed and kept. `niangjia alert backtest` writes them.

mod chart;
mod words;

use askama::Template;
use union::arrears::replay::sheet::ScoreSheet;

/// Misses that are listed on the page; the JSON beside it has all.
const LISTED: usize = 100;
/// Industries with fewer alerts and cases than this are not listed: their rates say nothing.
const LEAST: usize = 5;
/// The page is opened from a folder, without a server: its style goes with it.
const STYLE: &str = concat!("<style>", include_str!("page.css"), "</style>");

#[derive(Template)]
#[template(path = "score/page.html")]
struct Page<'a> {
    sheet: &'a ScoreSheet,
}

#[derive(Template)]
#[template(path = "score/document.md", escape = "none")]
struct Document<'a> {
    sheet: &'a ScoreSheet,
}

/// The page.
///
/// # Errors
/// The template cannot be filled.
pub fn page(sheet: &ScoreSheet) -> Result<String, askama::Error> {
    Page { sheet }.render()
}

/// The document, in Markdown.
///
/// # Errors
/// The template cannot be filled.
pub fn document(sheet: &ScoreSheet) -> Result<String, askama::Error> {
    Document { sheet }.render()
}

#[cfg(test)]
mod tests;
