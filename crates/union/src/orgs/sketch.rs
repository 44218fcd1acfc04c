//! 镇街示意图: where the towns lie to each other, drawn by hand in `definitions/maps`. It claims no boundary.

use std::sync::{LazyLock, OnceLock};

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::rulebook::Rulebook;

/// How `niangjia definitions check|test` reads the folder `maps`.
pub const MAPS_KIND: Kind = Kind {
    folder: "maps",
    check,
    test,
};

static SKETCHES: LazyLock<Rulebook<Sketch>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "maps.towns"));

/// A point of the drawing: right, down.
pub type Point = (f64, f64);

/// A drawing of a district's towns.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sketch {
    /// Units from left to right.
    pub width: f64,
    /// Units from top to bottom.
    pub height: f64,
    /// What stands beside it: 示意图，不作划界依据.
    pub caption: String,
    /// The towns.
    pub area: Vec<Area>,
}

/// One town of the drawing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Beginning of the name of its union: 塘栖镇.
    pub name: String,
    /// A shorter name for the drawing, where the name is long.
    #[serde(default)]
    pub short: String,
    /// Where its name stands.
    pub label: Point,
    /// Its corners in order.
    pub outline: Vec<Point>,
    /// The same as SVG writes them, once somebody asked.
    #[serde(skip)]
    pub drawn: OnceLock<String>,
}

impl Sketch {
    /// The drawing that holds for a district on a day; many districts have none.
    pub fn at(district: DistrictCode, day: Date) -> Option<&'static Self> {
        SKETCHES.at(district, day).ok().map(|rule| rule.body)
    }

    /// The area of a union by its name.
    pub fn area_of(&self, union: &str) -> Option<&Area> {
        self.area.iter().find(|area| union.starts_with(&area.name))
    }

    /// The drawing as GeoJSON (RFC 7946) for a chart: a feature an area, named as it is shown. The numbers are units of the
    /// drawing, right and **up**, and no degrees.
    pub fn geojson(&self) -> Value {
        let feature = |area: &Area| {
            let corners = area.outline.iter().chain(area.outline.first());
            let ring: Vec<Point> = corners.map(|(x, y)| (*x, self.height - y)).collect();
            json!({
                "type": "Feature",
                "properties": { "name": area.title() },
                "geometry": { "type": "Polygon", "coordinates": [ring] },
            })
        };
        let features: Vec<Value> = self.area.iter().map(feature).collect();
        json!({ "type": "FeatureCollection", "features": features })
    }

    /// The area a point lies in.
    fn at_point(&self, point: Point) -> Option<&Area> {
        self.area.iter().find(|area| area.holds(point))
    }
}

impl Area {
    /// Its name where there is little room.
    pub fn title(&self) -> &str {
        if self.short.is_empty() {
            &self.name
        } else {
            &self.short
        }
    }

    /// Its corners as SVG writes them: `6,15 20,6`.
    pub fn points(&self) -> &str {
        self.drawn.get_or_init(|| {
            let corners = self.outline.iter().map(|(x, y)| format!("{x},{y}"));
            corners.collect::<Vec<_>>().join(" ")
        })
    }

    /// Whether a point lies within it (even-odd rule).
    fn holds(&self, (x, y): Point) -> bool {
        let next = self.outline.iter().cycle().skip(1);
        let crossed = self.outline.iter().zip(next).filter(|(a, b)| {
            let (a, b) = (**a, **b);
            (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0
        });
        crossed.count() % 2 == 1
    }
}

fn check(definition: &Definition) -> Vec<String> {
    let sketch: Sketch = match definition.body() {
        Ok(sketch) => sketch,
        Err(fault) => return vec![fault],
    };
    let mut faults = Vec::new();
    let within =
        |(x, y): &Point| (0.0..=sketch.width).contains(x) && (0.0..=sketch.height).contains(y);
    for area in &sketch.area {
        if area.outline.len() < 3 || !area.outline.iter().all(within) {
            faults.push(format!("{} 的轮廓应有三个以上的点，都在图内", area.name));
        }
        if !area.holds(area.label) {
            faults.push(format!("{} 的名字不在自己的轮廓里", area.name));
        }
    }
    // Areas share edges and nothing else: a fine grid of points lies in one of them at most.
    let mut y = 0.5;
    while y < sketch.height && faults.is_empty() {
        let mut x = 0.5;
        while x < sketch.width {
            let over: Vec<&str> = sketch
                .area
                .iter()
                .filter(|area| area.holds((x, y)))
                .map(|area| area.name.as_str())
                .collect();
            if over.len() > 1 {
                faults.push(format!("{} 在 ({x}, {y}) 重叠", over.join("和")));
                break;
            }
            x += 1.0;
        }
        y += 1.0;
    }
    faults
}

/// One `[[test]]`: a point, and the area it lies in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Test {
    point: Point,
    area: String,
}

fn test(definition: &Definition, table: &toml::Table, _: &Catalogue) -> Result<(), String> {
    let (sketch, test): (Sketch, Test) = (definition.body()?, read_test(table)?);
    let found = sketch
        .at_point(test.point)
        .map_or("", |area| area.name.as_str());
    expect_equal(&format!("{:?}", test.point), &test.area.as_str(), &found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_drawings_hold_together() {
        let mut tried = 0;
        for definition in Catalogue::in_force().of_kind("maps") {
            assert_eq!(check(definition), Vec::<String>::new());
            for table in definition.tests() {
                test(definition, table, Catalogue::in_force()).unwrap();
                tried += 1;
            }
        }
        assert!(tried >= 3, "{tried}");
    }

    #[test]
    fn a_drawing_is_a_map_of_closed_rings_with_north_up() {
        let sketch = Sketch::at(store::testing::district(), "2026-11-20".parse().unwrap()).unwrap();
        let map = sketch.geojson();
        let features = map["features"].as_array().unwrap();
        assert_eq!(features.len(), sketch.area.len());
        for (area, feature) in sketch.area.iter().zip(features) {
            assert_eq!(feature["properties"]["name"], area.title());
            let ring = feature["geometry"]["coordinates"][0].as_array().unwrap();
            assert_eq!(ring.len(), area.outline.len() + 1);
            assert_eq!(ring.first(), ring.last());
            let (x, y) = area.outline[0];
            assert_eq!(ring[0], json!([x, sketch.height - y]));
        }
    }

    #[test]
    fn every_town_of_the_register_has_its_area() {
        let district = kernel::region::District::in_force(store::testing::district()).unwrap();
        let sketch = Sketch::at(store::testing::district(), "2026-11-20".parse().unwrap()).unwrap();
        for town in &district.towns {
            assert!(
                sketch.area_of(&format!("{}总工会", town.name)).is_some(),
                "{}",
                town.name
            );
        }
    }
}
