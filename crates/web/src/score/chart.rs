//! Small charts as SVG, drawn here so that the page loads nothing. Each is drawn twice, for wide and for narrow
//! windows, so that its words keep their size; every figure also stands in a table beside it. Shapes and patterns tell
//! parts apart without colour.

use std::fmt::Write as _;

use union::arrears::replay::sheet::{Colour, Colours, Figures};

use super::words;

/// Desks in the chart; the table beside it has all.
const DESKS: usize = 20;
/// Colour of what came true, and of everything else that is drawn.
const HIT: &str = "#1b4b82";
const LINE: &str = "#5a6878";

/// A drawing: its class, its width, the height of a row, how far down in it the bar begins, where bars begin, how long
/// the longest is. On a narrow one the name stands above its bar.
#[derive(Clone, Copy)]
struct Canvas {
    class: &'static str,
    width: usize,
    row: usize,
    down: usize,
    left: f64,
    longest: f64,
}

const CANVASES: [Canvas; 2] = [
    Canvas {
        class: "wide",
        width: 760,
        row: 26,
        down: 0,
        left: 170.0,
        longest: 380.0,
    },
    Canvas {
        class: "narrow",
        width: 300,
        row: 44,
        down: 18,
        left: 8.0,
        longest: 180.0,
    },
];

/// A bar: its name, how much of it came true, how much did not, what is said beside it.
struct Bar {
    name: String,
    solid: f64,
    hatched: f64,
    said: String,
    said_short: String,
}

/// The drawing at both widths.
fn both(draw: impl Fn(Canvas) -> String) -> String {
    CANVASES.map(draw).concat()
}

fn bars(label: &str, rows: &[Bar]) -> String {
    let most = rows.iter().map(|row| row.solid + row.hatched);
    let most = most.fold(0.0, f64::max).max(1e-9);
    both(|canvas| {
        let mut out = open(canvas, label, rows.len());
        for (at, row) in rows.iter().enumerate() {
            let y = at * canvas.row + canvas.down + 3;
            let (first, second) = (
                canvas.longest * row.solid / most,
                canvas.longest * row.hatched / most,
            );
            let _ = write!(
                out,
                "{}<rect x=\"{:.1}\" y=\"{y}\" width=\"{first:.1}\" height=\"18\" fill=\"{HIT}\"/>",
                name(canvas, at, &row.name),
                canvas.left,
            );
            if row.hatched > 0.0 {
                let _ = write!(
                    out,
                    "<rect x=\"{:.1}\" y=\"{y}.5\" width=\"{second:.1}\" height=\"17\" fill=\"url(#hatch)\" stroke=\"{LINE}\"/>",
                    canvas.left + first,
                );
            }
            let said = match canvas.class {
                "narrow" => &row.said_short,
                _ => &row.said,
            };
            out.push_str(&beside(
                canvas,
                canvas.left + first + second + 6.0,
                at,
                "start",
                said,
            ));
        }
        out.push_str("</svg>");
        out
    })
}

/// How far ahead the hits were.
pub(super) fn lead(figures: &Figures) -> String {
    let rows: Vec<Bar> = figures
        .lead_days
        .iter()
        .map(|bucket| Bar {
            name: words::days(bucket),
            solid: bucket.alerts as f64,
            hatched: 0.0,
            said: format!("{} 条", bucket.alerts),
            said_short: bucket.alerts.to_string(),
        })
        .collect();
    bars("提前量分布：命中的预警各提前多少天", &rows)
}

/// Alerts of each year, and how many were ahead of a case.
pub(super) fn years(figures: &Figures) -> String {
    let rows: Vec<Bar> = figures
        .by_year
        .iter()
        .map(|year| Bar {
            name: year.year.to_string(),
            solid: year.hits as f64,
            hatched: (year.alerts - year.hits) as f64,
            said: format!("命中 {}，误报 {}", year.hits, year.alerts - year.hits),
            said_short: format!("{} / {}", year.hits, year.alerts - year.hits),
        })
        .collect();
    bars("各年预警：实心是命中，斜线是误报", &rows)
}

/// The work of each desk a week: what came true and false alarms; the busiest first.
pub(super) fn desks(figures: &Figures) -> String {
    let mut places: Vec<_> = figures.by_place.iter().collect();
    let work = |alerts: Option<f64>| alerts.unwrap_or_default();
    places.sort_by(|a, b| work(b.alerts_per_week).total_cmp(&work(a.alerts_per_week)));
    let row = |place: &&union::arrears::replay::sheet::Group| {
        let wrong = work(place.false_alarms_per_week);
        let right = (work(place.alerts_per_week) - wrong).max(0.0);
        Bar {
            name: words::named(&place.name).to_owned(),
            solid: right,
            hatched: wrong,
            said: format!("命中 {right:.3}，误报 {wrong:.3}"),
            said_short: format!("{right:.2} / {wrong:.2}"),
        }
    };
    let rows: Vec<Bar> = places.iter().take(DESKS).map(row).collect();
    bars("每周工作量，按台子：实心是命中，斜线是误报", &rows)
}

/// What each colour means, with the 95 % interval as a band.
pub(super) fn colours(colours: &Colours) -> String {
    let label = "各颜色此后发生坏结局的比例，横带是 95% 区间";
    both(|canvas| {
        let mut out = open(canvas, label, colours.colours.len() + 2);
        let place = |fraction: f64| canvas.left + canvas.longest * fraction;
        let foot = (colours.colours.len() + 1) * canvas.row;
        for tick in [0.0, 0.5, 1.0] {
            let x = place(tick);
            // At the very edge the first word of the scale must not be cut off.
            let anchor = if x < 12.0 { "start" } else { "middle" };
            let _ = write!(
                out,
                "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"0\" y2=\"{foot}\" stroke=\"#d8dee6\"/>{}",
                beside(
                    canvas,
                    x,
                    colours.colours.len() + 1,
                    anchor,
                    &format!("{:.0}%", tick * 100.0)
                ),
            );
        }
        let calm = ("无预警", &colours.calm, None);
        let rows = colours.colours.iter();
        let rows = rows.map(|one| (one.label.as_str(), &one.entries, Some(one)));
        for (at, (label, share, colour)) in std::iter::once(calm).chain(rows).enumerate() {
            let y = at * canvas.row + canvas.down + 12;
            let [low, high] = share.wilson95.unwrap_or_default();
            let (from, wide) = (place(low), (place(high) - place(low)).max(1.0));
            let _ = write!(
                out,
                "{}<rect x=\"{from:.1}\" y=\"{}\" width=\"{wide:.1}\" height=\"10\" fill=\"#c9d8ea\" stroke=\"{HIT}\"/>{}{}",
                name(canvas, at, label),
                y - 5,
                mark(
                    colour,
                    place(share.fraction().unwrap_or_default()),
                    y as f64
                ),
                beside(canvas, place(1.0) + 8.0, at, "start", &words::short(share)),
            );
        }
        out.push_str("</svg>");
        out
    })
}

/// The level's shape; a ring where there is none.
fn mark(colour: Option<&Colour>, x: f64, y: f64) -> String {
    let paint = match colour.map(|one| one.id.as_str()) {
        Some("red") => "#b4161c",
        Some("orange") => "#b85c00",
        Some("yellow") => "#e9a100",
        Some("blue") => "#2f6bd6",
        Some(_) => HIT,
        None => "#fff",
    };
    let drawn = format!("fill=\"{paint}\" stroke=\"#15202d\"");
    let points = match colour.map(|one| one.shape.as_str()) {
        Some("triangle") => [(0.0, -7.0), (7.0, 6.0), (-7.0, 6.0)].to_vec(),
        Some("diamond") => [(0.0, -7.5), (7.5, 0.0), (0.0, 7.5), (-7.5, 0.0)].to_vec(),
        Some("square") => [(-6.0, -6.0), (6.0, -6.0), (6.0, 6.0), (-6.0, 6.0)].to_vec(),
        _ => {
            return format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"6\" {drawn}/>");
        }
    };
    let points: Vec<String> = points
        .iter()
        .map(|(dx, dy)| format!("{:.1},{:.1}", x + dx, y + dy))
        .collect();
    format!("<polygon points=\"{}\" {drawn}/>", points.join(" "))
}

/// The name of a row: before its bar, or above it.
fn name(canvas: Canvas, at: usize, name: &str) -> String {
    match canvas.down {
        0 => text(canvas.left - 8.0, at * canvas.row + 17, "end", name),
        _ => text(canvas.left, at * canvas.row + 15, "start", name),
    }
}

/// Words beside a bar.
fn beside(canvas: Canvas, x: f64, at: usize, anchor: &str, said: &str) -> String {
    text(x, at * canvas.row + canvas.down + 17, anchor, said)
}

fn text(x: f64, y: usize, anchor: &str, said: &str) -> String {
    let said = escaped(said);
    format!("<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"{anchor}\">{said}</text>")
}

fn open(canvas: Canvas, label: &str, rows: usize) -> String {
    let Canvas {
        class, width, row, ..
    } = canvas;
    let (height, label) = (rows * row + 4, escaped(label));
    format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{label}\">"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
