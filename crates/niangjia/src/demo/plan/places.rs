//! Where things are: the real towns and villages of the district, and parks that could be there.

use kernel::region;

use crate::demo::dice::Dice;
use crate::demo::words::firms::{BUILDINGS, PARKS, STREETS};

/// A town or street with what lies in it.
#[derive(Debug, Clone)]
pub struct Town {
    /// Code of 9 digits; of 6 for the development zone, which is no division of its own.
    pub code: String,
    /// Name.
    pub name: String,
    /// Whether it is the development zone.
    pub zone: bool,
    /// Villages and communities.
    pub villages: Vec<Village>,
    /// Parks and office buildings: names.
    pub parks: Vec<Park>,
}

/// A village (村) or community (社区).
#[derive(Debug, Clone)]
pub struct Village {
    /// Code of 12 digits.
    pub code: String,
    /// Name as people say it: 超山村, 邱山社区.
    pub name: String,
    /// Name of its body: 超山村村民委员会.
    pub body: String,
    /// Part of the place name used in firms' names.
    pub stem: String,
}

/// A park or an office building; made up.
#[derive(Debug, Clone)]
pub struct Park {
    /// Name.
    pub name: String,
    /// An office building rather than a park.
    pub building: bool,
}

/// The district.
#[derive(Debug, Clone)]
pub struct Places {
    /// GB/T 2260 code.
    pub district: String,
    /// Name, such as 临平区.
    pub name: String,
    /// Towns and streets, then the zone.
    pub towns: Vec<Town>,
}

impl Places {
    /// From the district's definition.
    pub fn of(district: &region::District) -> Self {
        let code = district.code.as_str().to_owned();
        let mut towns: Vec<Town> = district
            .towns
            .iter()
            .map(|town| Town {
                code: town.code.clone(),
                name: town.name.clone(),
                zone: false,
                villages: town.villages.iter().map(village).collect(),
                parks: Vec::new(),
            })
            .collect();
        let zone = |zone: &region::Zone| Town {
            code: code.clone(),
            name: zone.name.clone(),
            zone: true,
            villages: Vec::new(),
            parks: Vec::new(),
        };
        towns.extend(district.zones.iter().map(zone));
        let mut places = Self {
            district: code.clone(),
            name: district.name.clone(),
            towns,
        };
        places.lay_out_parks();
        places
    }

    /// Parks do not depend on the seed: a district keeps its map.
    fn lay_out_parks(&mut self) {
        let stem = self.name.trim_end_matches('区').to_owned();
        for (at, town) in self.towns.iter_mut().enumerate() {
            let short = town
                .name
                .trim_end_matches("街道")
                .trim_end_matches('镇')
                .to_owned();
            let mut dice = Dice::new(0, &town.code);
            let (parks, buildings) = if town.zone {
                (PARKS.len(), 2)
            } else {
                (1 + at % 2, at % 2)
            };
            let mut words = PARKS.to_vec();
            dice.shuffle(&mut words);
            let prefix = if town.zone {
                format!("{stem}开发区")
            } else {
                short
            };
            for word in words.into_iter().take(parks) {
                town.parks.push(Park {
                    name: format!("{prefix}{word}"),
                    building: false,
                });
            }
            for word in BUILDINGS.iter().skip(at % 3).take(buildings) {
                town.parks.push(Park {
                    name: format!("{prefix}{word}"),
                    building: true,
                });
            }
        }
    }

    /// Villages with the place of their town.
    pub fn villages(&self) -> impl Iterator<Item = (usize, usize, &Village)> {
        self.towns.iter().enumerate().flat_map(|(t, town)| {
            town.villages
                .iter()
                .enumerate()
                .map(move |(v, village)| (t, v, village))
        })
    }
}

fn village(division: &region::Village) -> Village {
    // 超山村委会, 超山村村委会 → 超山村; 邱山社区, 邱山社区居委会 → 邱山社区.
    let bare = match division.name.strip_suffix("村村委会") {
        Some(stem) => format!("{stem}村"),
        None => division
            .name
            .trim_end_matches("委会")
            .trim_end_matches('居')
            .to_owned(),
    };
    let name = if bare.ends_with('村') || bare.ends_with("社区") {
        bare
    } else {
        format!("{bare}社区")
    };
    let body = if name.ends_with('村') {
        format!("{name}村民委员会")
    } else {
        format!("{name}居民委员会")
    };
    let stem = name
        .trim_end_matches("社区")
        .trim_end_matches('村')
        .to_owned();
    Village {
        code: division.code.clone(),
        name,
        body,
        stem,
    }
}

/// A street and a number.
pub fn address(dice: &mut Dice, town: &Town) -> String {
    let street = dice.word(STREETS);
    format!("{}{street}{}号", town.name, dice.between(1, 399))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn villages_are_called_as_people_call_them() {
        for (published, name, body) in [
            ("超山村委会", "超山村", "超山村村民委员会"),
            ("邱山社区", "邱山社区", "邱山社区居民委员会"),
            ("邱山社区居委会", "邱山社区", "邱山社区居民委员会"),
            ("胜稼村村委会", "胜稼村", "胜稼村村民委员会"),
        ] {
            let village = village(&region::Village {
                code: "330113100201".into(),
                name: published.into(),
            });
            assert_eq!(
                (village.name.as_str(), village.body.as_str()),
                (name, body),
                "{published}"
            );
        }
    }
}
