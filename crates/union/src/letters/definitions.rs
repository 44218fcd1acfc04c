//! How `niangjia definitions` checks and tests the folder `letters`, and who may call itself how in a number.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, expect_equal, read_test};
use kernel::{Date, DistrictCode, Instant};
use serde::Deserialize;

use super::render::{self, Occasion};
use super::template::{self, Field, ORGANS, Template};
use super::values::{self, FieldValue, Origin, Values};
use crate::rulebook::Rulebook;

/// How `niangjia definitions check|test` reads the folder `letters`.
pub const KIND: Kind = Kind {
    folder: "letters",
    check,
    test,
};

/// 发文机关代字: the code each union writes in front of 〔年份〕.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organs {
    organ: Vec<Organ>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Organ {
    name: String,
    /// Other names under which the same union is registered.
    #[serde(default)]
    also: Vec<String>,
    code: String,
}

impl Organ {
    fn is(&self, name: &str) -> bool {
        self.name == name || self.also.iter().any(|one| one == name)
    }
}

static CODES: LazyLock<Rulebook<Organs>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), ORGANS));

/// The code a definition gives to the union of this name, if a definition lists it.
pub(super) fn organ_code(place: DistrictCode, day: Date, name: &str) -> Option<String> {
    let organs = CODES.at(place, day).ok()?;
    organs
        .body
        .organ
        .iter()
        .find(|one| one.is(name))
        .map(|one| one.code.clone())
}

/// Whether a definition gives this code to another union than the one of this name.
pub(super) fn is_another_s(place: DistrictCode, day: Date, code: &str, name: &str) -> bool {
    let Ok(organs) = CODES.at(place, day) else {
        return false;
    };
    let mut same = organs.body.organ.iter().filter(|one| one.code == code);
    same.any(|one| !one.is(name))
}

fn check(definition: &Definition) -> Vec<String> {
    if definition.header.id == ORGANS {
        return match definition.body::<Organs>() {
            Err(fault) => vec![fault],
            Ok(organs) => twice(&organs),
        };
    }
    match definition.body::<Template>() {
        Err(fault) => vec![fault],
        Ok(template) => template.faults(),
    }
}

/// Names or codes that stand twice: two organs with one code would share their numbers.
fn twice(organs: &Organs) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let texts = |one: &Organ| {
        let texts = [one.name.clone(), one.code.clone()].into_iter();
        texts.chain(one.also.clone()).collect::<Vec<_>>()
    };
    let texts: Vec<String> = organs.organ.iter().flat_map(texts).collect();
    for text in &texts {
        *counts.entry(text).or_default() += 1;
    }
    let twice = counts.into_iter().filter(|(_, count)| *count > 1);
    twice
        .map(|(text, _)| format!("{text} 出现了两次"))
        .collect()
}

/// One `[[test]]` of a template: values, and what the paper then says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TemplateTest {
    values: BTreeMap<String, String>,
    /// Texts the paper holds.
    #[serde(default)]
    holds: Vec<String>,
    /// Texts it does not.
    #[serde(default)]
    lacks: Vec<String>,
    /// Required fields without a value, in the order of the file.
    #[serde(default)]
    missing: Vec<String>,
    /// Fields whose value cannot be taken.
    #[serde(default)]
    faults: Vec<String>,
}

/// One `[[test]]` of the organs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OrgansTest {
    organ: String,
    code: String,
}

fn test(definition: &Definition, test: &toml::Table, catalogue: &Catalogue) -> Result<(), String> {
    if definition.header.id == ORGANS {
        let (organs, test): (Organs, OrgansTest) = (definition.body()?, read_test(test)?);
        let found = organs.organ.iter().find(|one| one.is(&test.organ));
        return expect_equal(
            &test.organ,
            &test.code.as_str(),
            &found.map_or("", |one| &one.code),
        );
    }
    let (template, test): (Template, TemplateTest) = (definition.body()?, read_test(test)?);
    let values = given(&template, &test.values)?;
    let names = |list: Vec<String>| list.join("、");
    let missing = values::missing(&template, &values)
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    expect_equal("缺少的项目", &names(test.missing), &names(missing))?;
    let faults = values::faults(&template, &values)
        .into_iter()
        .map(|(name, _)| name.to_owned())
        .collect();
    expect_equal("有误的项目", &names(test.faults), &names(faults))?;
    let text = drawn(definition, &template, &values, catalogue)?;
    if let Some(absent) = test.holds.iter().find(|part| !text.contains(part.as_str())) {
        return Err(format!("文稿中没有“{absent}”：\n{text}"));
    }
    match test.lacks.iter().find(|part| text.contains(part.as_str())) {
        Some(present) => Err(format!("文稿中不应有“{present}”：\n{text}")),
        None => Ok(()),
    }
}

/// Values as if somebody had typed them.
fn given(template: &Template, values: &BTreeMap<String, String>) -> Result<Values, String> {
    let typed = |(name, text): (&String, &String)| {
        let field: &Field = template
            .field(name)
            .ok_or_else(|| format!("没有项目 {name}"))?;
        let origin = Origin {
            source: "test".to_owned(),
            words: "测试".to_owned(),
            record: None,
            at: Instant::from_ms(0),
        };
        let value = FieldValue {
            value: values::normal(field.kind, text),
            origin,
            changed: Vec::new(),
        };
        Ok((name.clone(), value))
    };
    values.iter().map(typed).collect()
}

fn drawn(
    definition: &Definition,
    template: &Template,
    values: &Values,
    catalogue: &Catalogue,
) -> Result<String, String> {
    let day = definition
        .header
        .valid_to
        .unwrap_or(Date::constant(2026, 11, 20));
    let reply = match &template.reply {
        Some(reply) => {
            let place = definition.header.jurisdiction.clone();
            template::length(&template::clock(catalogue, &reply.clock, place, day)?)
        }
        None => String::new(),
    };
    let occasion = Occasion {
        organ: "某某区总工会",
        number: "",
        date: None,
        reply: &reply,
    };
    Ok(render::paper(template, &values::plain(values), &occasion).text())
}
