//! Three small charts as SVG, drawn here so that the page loads nothing. Every figure also stands in a table beside
//! them; the shapes tell levels apart without colour.

use std::fmt::Write as _;

use union::arrears::replay::sheet::{Colours, Figures};

use super::words;

/// Units of the drawing: width, height of a row, where bars begin, how long the longest is.
const WIDTH: usize = 640;
const ROW: usize = 28;
const LEFT: f64 = 130.0;
const LONGEST: f64 = 400.0;

/// Bars side by side with their numbers.
fn bars(label: &str, rows: &[(String, f64, String)]) -> String {
    let most = rows
        .iter()
        .map(|(_, value, _)| *value)
        .fold(0.0, f64::max)
        .max(1e-9);
    let mut out = open(label, rows.len());
    for (at, (name, value, said)) in rows.iter().enumerate() {
        let (top, length) = (at * ROW + 4, LONGEST * value / most);
        let (text, end) = (top + 15, LEFT + length + 6.0);
        let _ = write!(
            out,
            "<text x=\"{:.0}\" y=\"{text}\" text-anchor=\"end\">{}</text><rect x=\"{LEFT:.0}\" y=\"{top}\" width=\"{length:.1}\" height=\"20\" fill=\"#3b6ea8\"/><text x=\"{end:.1}\" y=\"{text}\">{}</text>",
            LEFT - 8.0,
            escaped(name),
            escaped(said),
        );
    }
    out.push_str("</svg>");
    out
}

/// How far ahead the hits were.
pub(super) fn lead(figures: &Figures) -> String {
    let rows: Vec<_> = figures
        .lead_days
        .iter()
        .map(|bucket| {
            (
                words::days(bucket),
                bucket.alerts as f64,
                format!("{} 条", bucket.alerts),
            )
        })
        .collect();
    bars("提前量分布", &rows)
}

/// Alerts of each year, and how many were ahead of a case.
pub(super) fn years(figures: &Figures) -> String {
    let rows: Vec<_> = figures
        .by_year
        .iter()
        .map(|year| {
            let said = format!("{} 条，命中 {}", year.alerts, year.hits);
            (year.year.to_string(), year.alerts as f64, said)
        })
        .collect();
    bars("各年预警数", &rows)
}

/// What each colour means, with the 95 % interval as a bar.
pub(super) fn colours(colours: &Colours) -> String {
    let mut rows = vec![("无预警".to_owned(), &colours.calm)];
    rows.extend(
        colours
            .colours
            .iter()
            .map(|one| (one.label.clone(), &one.entries)),
    );
    let mut out = open("各颜色此后发生坏结局的比例", rows.len());
    for (at, (name, share)) in rows.iter().enumerate() {
        let (top, text) = (at * ROW + 4, at * ROW + 19);
        let middle = top + 10;
        let [low, high] = share.wilson95.unwrap_or_default();
        let place = |fraction: f64| LEFT + LONGEST * fraction;
        let point = place(share.fraction().unwrap_or_default());
        let _ = write!(
            out,
            "<text x=\"{:.0}\" y=\"{text}\" text-anchor=\"end\">{}</text><line x1=\"{LEFT:.0}\" x2=\"{:.0}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"#d0d7de\"/><rect x=\"{:.1}\" y=\"{}\" width=\"{:.1}\" height=\"8\" fill=\"#9db8d6\"/><circle cx=\"{point:.1}\" cy=\"{middle}\" r=\"5\" fill=\"#1f4e79\"/><text x=\"{:.0}\" y=\"{text}\">{}</text>",
            LEFT - 8.0,
            escaped(name),
            LEFT + LONGEST,
            place(low),
            middle - 4,
            (place(high) - place(low)).max(1.0),
            LEFT + LONGEST + 8.0,
            escaped(&words::short(share)),
        );
    }
    out.push_str("</svg>");
    out
}

fn open(label: &str, rows: usize) -> String {
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{}\">",
        rows * ROW + 4,
        escaped(label)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
