//! 镇街分布图: the towns of a district by their worst colour, drawn as SVG. Every town is a link, patterns and signs tell
//! the colours apart, and a table always stands beside it. It follows our own sketch; a district without one gets tiles.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use kernel::ids::OrgId;
use union::arrears::alerts::LevelView;
use union::orgs::{Area, OrgRef, Sketch};

use crate::console::warnings::look::Tone;

/// Towns in a row of the plain map, where a district has no drawing.
const IN_A_ROW: usize = 4;
/// Size of one tile of the plain map.
const TILE: (f64, f64) = (25.0, 18.0);
/// From so many of the highest colour on a town is drawn stronger.
const MANY: i64 = 2;

/// The map of a page.
pub(crate) struct TownMap {
    /// `viewBox` of the drawing.
    pub(crate) view: String,
    /// What stands beside it: 示意图，不作划界依据.
    pub(crate) caption: String,
    /// The towns.
    pub(crate) towns: Vec<Town>,
    /// What the fills mean, worst first: a fill and its words.
    pub(crate) key: Vec<(Fill, String)>,
}

/// How a town is filled: the colour of its worst level, in that level's pattern by the rule set in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fill {
    /// Short name of the colour, stronger where several stand: `red`, `red2`, `calm`.
    pub(crate) colour: &'static str,
    /// Short name of the lines' colour.
    pub(crate) line: &'static str,
    /// `solid`, `stripes`, `crosshatch`, `dots`, `plain`.
    pub(crate) pattern: String,
}

impl Fill {
    fn of(level: &LevelView, count: i64) -> Self {
        let tone = Tone::of(level);
        Self {
            colour: match tone {
                Tone::Red if count >= MANY => "red2",
                other => other.short(),
            },
            line: tone.short(),
            pattern: level.pattern.clone(),
        }
    }

    fn calm() -> Self {
        Self {
            colour: "calm",
            line: Tone::Plain.short(),
            pattern: "plain".to_owned(),
        }
    }
}

/// A town on the map and in the table.
pub(crate) struct Town {
    /// Short name.
    pub(crate) name: String,
    /// Its alerts.
    pub(crate) href: String,
    /// `红色 1 家，蓝色 2 家`.
    pub(crate) said: String,
    /// Signs and counts, worst first: `▲1 ●2`.
    pub(crate) marks: String,
    /// How it is filled.
    pub(crate) fill: Fill,
    /// Its outline as SVG writes it; empty when the drawing does not have it.
    pub(crate) points: String,
    /// Its name in the drawing.
    pub(crate) drawn: String,
    /// Where that stands.
    pub(crate) label: (f64, f64),
    /// Counts by level, worst first.
    pub(crate) counts: Vec<i64>,
    /// All of them.
    pub(crate) total: i64,
}

impl TownMap {
    /// The map of these towns; `levels` and the counts are lowest first.
    pub(crate) fn new(
        sketch: Option<&Sketch>,
        levels: &[LevelView],
        towns: &[(OrgRef, Vec<i64>)],
        names: &BTreeMap<OrgId, String>,
    ) -> Self {
        let (width, height) = size(sketch, towns.len());
        let one = |(at, (org, counts)): (usize, &(OrgRef, Vec<i64>))| {
            let short = names.get(&org.id).unwrap_or(&org.name);
            match sketch {
                Some(sketch) => town(org, short, sketch.area_of(&org.name), levels, counts),
                None => town(org, short, Some(&tile(at, short)), levels, counts),
            }
        };
        Self {
            view: format!("0 0 {width} {height}"),
            caption: sketch.map_or_else(
                || "按镇街排列，不表示位置".to_owned(),
                |sketch| sketch.caption.clone(),
            ),
            towns: towns.iter().enumerate().map(one).collect(),
            key: key(levels),
        }
    }
}

fn town(
    org: &OrgRef,
    short: &str,
    area: Option<&Area>,
    levels: &[LevelView],
    counts: &[i64],
) -> Town {
    let standing: Vec<(&LevelView, i64)> = levels
        .iter()
        .zip(counts)
        .rev()
        .filter(|(_, count)| **count > 0)
        .map(|(level, count)| (level, *count))
        .collect();
    let said: Vec<String> = standing
        .iter()
        .map(|(level, count)| format!("{}色 {count} 家", level.label))
        .collect();
    let marks = standing
        .iter()
        .map(|(level, count)| format!("{}{count}", Tone::of(level).sign()));
    let drawn = area.map(|area| area.short.as_str());
    Town {
        said: if said.is_empty() {
            "没有预警".to_owned()
        } else {
            said.join("，")
        },
        marks: marks.collect::<Vec<_>>().join(" "),
        fill: standing
            .first()
            .map_or_else(Fill::calm, |(level, count)| Fill::of(level, *count)),
        points: area.map_or_else(String::new, |area| area.points().to_owned()),
        drawn: drawn
            .filter(|short| !short.is_empty())
            .unwrap_or(short)
            .to_owned(),
        label: area.map_or((0.0, 0.0), |area| area.label),
        href: format!("/warnings?town={}", org.id),
        counts: counts.iter().rev().copied().collect(),
        total: counts.iter().sum(),
        name: short.to_owned(),
    }
}

/// Fills and their words, worst first; the worst colour of all is told by how many.
fn key(levels: &[LevelView]) -> Vec<(Fill, String)> {
    let mut key = Vec::new();
    for level in levels.iter().rev() {
        let label = &level.label;
        if Tone::of(level) == Tone::Red {
            key.push((Fill::of(level, MANY), format!("{label}色 {MANY} 家以上")));
            key.push((Fill::of(level, 1), format!("{label}色 1 家")));
        } else {
            key.push((Fill::of(level, 1), format!("最高为{label}色")));
        }
    }
    key.push((Fill::calm(), "没有预警".to_owned()));
    key
}

/// Units of the drawing, or of the plain tiles that stand in for one.
fn size(sketch: Option<&Sketch>, towns: usize) -> (f64, f64) {
    sketch.map_or_else(
        || {
            let rows = u32::try_from(towns.div_ceil(IN_A_ROW)).unwrap_or(1);
            let across = u32::try_from(IN_A_ROW).unwrap_or(1);
            (f64::from(across) * TILE.0, f64::from(rows) * TILE.1)
        },
        |sketch| (sketch.width, sketch.height),
    )
}

/// One tile of the plain map.
fn tile(at: usize, name: &str) -> Area {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(0));
    let (left, top) = (
        number(at % IN_A_ROW) * TILE.0,
        number(at / IN_A_ROW) * TILE.1,
    );
    let (right, bottom) = (left + TILE.0 - 1.0, top + TILE.1 - 1.0);
    Area {
        name: name.to_owned(),
        short: String::new(),
        label: (left + TILE.0 / 2.0 - 0.5, top + TILE.1 / 2.0 - 1.5),
        outline: vec![(left, top), (right, top), (right, bottom), (left, bottom)],
        drawn: OnceLock::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_town_is_filled_in_the_pattern_of_its_worst_level_and_stronger_for_several_reds() {
        let level = |id: &str, pattern: &str| LevelView {
            id: id.to_owned(),
            label: String::new(),
            shape: String::new(),
            pattern: pattern.to_owned(),
            rank: 0,
        };
        for (id, pattern, count, colour) in [
            ("red", "solid", 1, "red"),
            ("red", "solid", 2, "red2"),
            ("yellow", "stripes", 9, "yel"),
            ("green", "plain", 1, "gry"),
        ] {
            let fill = Fill::of(&level(id, pattern), count);
            assert_eq!((fill.colour, fill.pattern.as_str()), (colour, pattern));
        }
    }

    #[test]
    fn without_a_drawing_towns_stand_in_rows_and_do_not_touch() {
        let tiles: Vec<Area> = (0..9).map(|at| tile(at, "某镇")).collect();
        assert_eq!(size(None, 9), (100.0, 54.0));
        for (at, one) in tiles.iter().enumerate() {
            for other in tiles.iter().skip(at + 1) {
                let apart = |axis: fn(&(f64, f64)) -> f64| {
                    axis(&one.outline[2]) < axis(&other.outline[0])
                        || axis(&other.outline[2]) < axis(&one.outline[0])
                };
                assert!(apart(|p| p.0) || apart(|p| p.1));
            }
        }
    }
}
