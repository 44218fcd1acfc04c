//! Places (行政区划): counties through time, and the towns, streets and villages of a district.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use crate::district::DistrictCode;

/// Definitions in `regions/`: one per district, and the county codes of a city through time.
pub const KIND: Kind = Kind {
    folder: "regions",
    check,
    test,
};

/// A district with everything below it, as the federation's territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District {
    /// Six digits (GB/T 2260).
    pub code: DistrictCode,
    /// 临平区
    pub name: String,
    /// Streets and towns, ordered by code.
    pub towns: Vec<Town>,
    /// Territories of the union tree that are no administrative division: development zones.
    pub zones: Vec<Zone>,
}

/// A street or town (街道、镇、乡).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Town {
    /// Nine digits (statistical code).
    pub code: String,
    /// 塘栖镇
    pub name: String,
    /// Street, town or township.
    pub kind: TownKind,
    /// Its communities and villages, ordered by code.
    pub villages: Vec<Village>,
}

/// The kind of a township-level division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TownKind {
    /// 街道
    Street,
    /// 镇
    Town,
    /// 乡
    Township,
}

/// A community or village (社区、村).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    /// Twelve digits (statistical code).
    pub code: String,
    /// 西大街社区
    pub name: String,
}

impl Village {
    /// Whether it has a residents' committee (居委会) and not a villagers' committee (村委会): the last three
    /// digits of the statistical code are below 200.
    pub fn is_community(&self) -> bool {
        self.code
            .get(9..)
            .and_then(|digits| digits.parse::<u16>().ok())
            .is_some_and(|number| number < 200)
    }
}

/// A territory without an administrative code, such as a development zone (开发区).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// 临平经济技术开发区
    pub name: String,
    /// 开发区
    pub short_name: String,
}

/// A county-level code and the years it was in force; open at either end when not known or not ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct County {
    /// Six digits (GB/T 2260).
    pub code: String,
    /// 余杭市
    pub name: String,
    /// First year.
    pub from: Option<i16>,
    /// Last year.
    pub to: Option<i16>,
}

impl County {
    fn held_in(&self, year: i16) -> bool {
        self.from.is_none_or(|from| from <= year) && self.to.is_none_or(|to| year <= to)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    code: Option<DistrictCode>,
    name: Option<String>,
    #[serde(default)]
    town: Vec<TownBody>,
    #[serde(default)]
    zone: Vec<Zone>,
    #[serde(default)]
    county: Vec<County>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TownBody {
    code: String,
    name: String,
    kind: TownKind,
    #[serde(default)]
    villages: BTreeMap<String, String>,
}

impl District {
    /// The district as the definitions in force describe it, if they do.
    pub fn in_force(code: DistrictCode) -> Option<Self> {
        let catalogue = Catalogue::in_force();
        let of_district =
            |definition: &&Definition| definition.header.id == format!("regions.{code}");
        catalogue
            .of_kind("regions")
            .find(of_district)
            .and_then(|definition| Self::of(definition).ok())
    }

    /// Reads the district of a definition in `regions/`.
    ///
    /// # Errors
    /// What is wrong with the file, in Chinese.
    pub fn of(definition: &Definition) -> Result<Self, String> {
        let body: Body = definition.body()?;
        let (Some(code), Some(name)) = (body.code, body.name) else {
            return Err("缺少 code 或 name".to_owned());
        };
        let mut towns: Vec<Town> = body.town.into_iter().map(Town::from).collect();
        towns.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Self {
            code,
            name,
            towns,
            zones: body.zone,
        })
    }

    /// Every community and village with its town.
    pub fn villages(&self) -> impl Iterator<Item = (&Town, &Village)> {
        self.towns
            .iter()
            .flat_map(|town| town.villages.iter().map(move |village| (town, village)))
    }

    /// The name behind a code of six, nine or twelve digits inside this district.
    pub fn place_name(&self, code: &str) -> Option<&str> {
        match code.len() {
            6 => (code == self.code.as_str()).then_some(self.name.as_str()),
            9 => self
                .towns
                .iter()
                .find(|town| town.code == code)
                .map(|town| town.name.as_str()),
            _ => self
                .villages()
                .find(|(_, village)| village.code == code)
                .map(|(_, village)| village.name.as_str()),
        }
    }
}

impl From<TownBody> for Town {
    fn from(body: TownBody) -> Self {
        let village = |(number, name)| Village {
            code: format!("{}{number}", body.code),
            name,
        };
        let villages = body.villages.into_iter().map(village).collect();
        Self {
            code: body.code,
            name: body.name,
            kind: body.kind,
            villages,
        }
    }
}

/// What a county code meant in a given year, for showing where an identity number was first issued. Unknown
/// codes and years give `None`; that never makes a number invalid.
pub fn county_name(catalogue: &Catalogue, code: &str, year: i16) -> Option<String> {
    let bodies = catalogue
        .of_kind("regions")
        .filter_map(|definition| definition.body::<Body>().ok());
    bodies
        .flat_map(|body| body.county)
        .find(|county| county.code == code && county.held_in(year))
        .map(|county| county.name)
}

fn check(definition: &Definition) -> Vec<String> {
    let body: Body = match definition.body() {
        Ok(body) => body,
        Err(fault) => return vec![fault],
    };
    let mut messages = Vec::new();
    let digits = |text: &str, length: usize| {
        text.len() == length && text.bytes().all(|b| b.is_ascii_digit())
    };
    for county in body.county.iter().filter(|county| !digits(&county.code, 6)) {
        messages.push(format!("{} 的代码应为6位数字", county.name));
    }
    if body.county.is_empty() {
        let district = match District::of(definition) {
            Ok(district) => district,
            Err(fault) => return vec![fault],
        };
        messages.extend(check_district(&district));
    }
    messages
}

fn check_district(district: &District) -> Vec<String> {
    let mut messages = Vec::new();
    let mut codes: Vec<(&str, &str, usize)> = Vec::new();
    for town in &district.towns {
        codes.push((&town.code, &town.name, 9));
        codes.extend(
            town.villages
                .iter()
                .map(|village| (village.code.as_str(), village.name.as_str(), 12)),
        );
    }
    for (code, name, length) in &codes {
        if code.len() != *length || !code.bytes().all(|b| b.is_ascii_digit()) {
            messages.push(format!("{name} 的代码 {code} 应为{length}位数字"));
        }
        if !code.starts_with(district.code.as_str()) {
            messages.push(format!("{name} 的代码 {code} 不属于 {}", district.code));
        }
        if name.trim() != *name || name.is_empty() {
            messages.push(format!("{code} 的名称首尾有空白或为空"));
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    messages.extend(
        codes
            .iter()
            .filter(|(code, ..)| !seen.insert(*code))
            .map(|(code, ..)| format!("{code} 重复")),
    );
    messages
}

/// A `[[test]]` that counts a region file's places.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CountsTest {
    towns: usize,
    villages: usize,
}

/// A `[[test]]` that looks one place up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceTest {
    code: String,
    name: String,
    town: String,
}

/// A `[[test]]` of a county's name in a year.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CountyTest {
    code: String,
    year: i16,
    name: String,
}

// Told apart by their keys: an untagged enum would not say which key it does not know.
fn test(definition: &Definition, test: &toml::Table, catalogue: &Catalogue) -> Result<(), String> {
    if test.contains_key("towns") {
        let CountsTest { towns, villages } = read_test(test)?;
        let district = District::of(definition)?;
        expect_equal("镇街", &towns, &district.towns.len())?;
        return expect_equal("村社", &villages, &district.villages().count());
    }
    if test.contains_key("year") {
        let CountyTest { code, year, name } = read_test(test)?;
        let found = county_name(catalogue, &code, year).unwrap_or_default();
        return expect_equal(&code, &name, &found);
    }
    let PlaceTest { code, name, town } = read_test(test)?;
    let district = District::of(definition)?;
    let found = district
        .villages()
        .find(|(_, village)| village.code == code);
    let (in_town, village) = found.ok_or_else(|| format!("没有 {code}"))?;
    expect_equal(&code, &name, &village.name)?;
    expect_equal(&code, &town, &in_town.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn district(code: &str) -> District {
        District::in_force(DistrictCode::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn the_two_districts_are_whole() {
        let linping = district("330113");
        assert_eq!(
            (
                linping.name.as_str(),
                linping.towns.len(),
                linping.villages().count()
            ),
            ("临平区", 8, 196)
        );
        assert_eq!(linping.zones[0].name, "临平经济技术开发区");
        let linan = district("330112");
        assert_eq!(
            (
                linan.name.as_str(),
                linan.towns.len(),
                linan.villages().count()
            ),
            ("临安区", 18, 319)
        );
        assert!(linan.zones.is_empty());
        assert!(District::in_force(DistrictCode::parse("110101").unwrap()).is_none());
    }

    #[test]
    fn places_are_found_by_code() {
        let linping = district("330113");
        assert_eq!(linping.place_name("330113"), Some("临平区"));
        assert_eq!(linping.place_name("330113100"), Some("塘栖镇"));
        assert_eq!(linping.place_name("330113001001"), Some("西大街社区"));
        assert_eq!(linping.place_name("330112002"), None);
        let (town, village) = linping.villages().next().unwrap();
        assert_eq!(
            (town.kind, village.is_community()),
            (TownKind::Street, true)
        );
        assert!(
            linping
                .villages()
                .any(|(_, village)| !village.is_community())
        );
    }

    #[test]
    fn a_birth_code_keeps_its_old_name() {
        let catalogue = Catalogue::embedded();
        assert_eq!(
            county_name(catalogue, "330125", 1980).as_deref(),
            Some("余杭县")
        );
        assert_eq!(county_name(catalogue, "330113", 1990), None);
        assert_eq!(
            county_name(catalogue, "330185", 2000).as_deref(),
            Some("临安市")
        );
    }

    #[test]
    fn faults_in_a_file_are_named() {
        let text = "id = \"regions.330113\"\ntitle = \"x\"\njurisdiction = \"330113\"\nvalid_from = 2021-04-09\nsource = \"x\"\n\
                    code = \"330113\"\nname = \"临平区\"\n[[town]]\ncode = \"33011200\"\nname = \" 甲街道\"\nkind = \"street\"\n\
                    [town.villages]\n\"1\" = \"乙社区\"\n[[town]]\ncode = \"33011200\"\nname = \"丙街道\"\nkind = \"street\"\n";
        let messages = check(&Definition::parse("regions/330113.toml", text).unwrap()).join("\n");
        for hint in [
            "应为9位数字",
            "应为12位数字",
            "不属于 330113",
            "首尾有空白",
            "33011200 重复",
        ] {
            assert!(messages.contains(hint), "{hint}: {messages}");
        }
    }
}
