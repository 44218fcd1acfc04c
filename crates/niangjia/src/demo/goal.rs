//! The demo's goal (目标): the plan of the real district asks for members by the hundred thousand, of which a demo has a
//! few. A definition of the demo's own, laid over the built-in one, asks for as many as suit it.

use std::fs;
use std::path::Path;

use anyhow::Context;
use kernel::definitions::{Catalogue, Definition, embedded_files};
use kernel::{Date, DistrictCode};

use crate::config::Home;

/// Of a hundred members the demo has in the end, so many are asked for: near enough to the goal to be seen to move.
const PERCENT: usize = 95;

/// Writes the definition into the demo's folder. Nothing where the district's plan names no number of members, or
/// the definitions in force are not the built-in ones.
///
/// # Errors
/// The file cannot be written.
pub fn write(home: &Home, members: usize, today: Date) -> anyhow::Result<()> {
    let Some(text) = text(home.district, members, today) else {
        return Ok(());
    };
    let file = home.inside(Path::new("definitions/coverage/targets.toml"));
    let folder = file.parent().unwrap_or(&home.dir);
    fs::create_dir_all(folder).with_context(|| format!("建不了文件夹 {}", folder.display()))?;
    fs::write(&file, text).with_context(|| format!("写不了 {}", file.display()))
}

/// The built-in file with another number, and with words that say so.
fn text(district: DistrictCode, members: usize, today: Date) -> Option<String> {
    let built_in = Catalogue::embedded().at("coverage.targets", district, today)?;
    let file = embedded_files()
        .iter()
        .find(|file| file.path == built_in.path)?;
    let goal = rounded(members * PERCENT / 100);
    let mut counted = false;
    let mut text = String::from(
        "# 由 niangjia demo 写下：演示区的会员目标按演示的人数定，其余与内置的相同。\n",
    );
    for line in file.text.lines() {
        let key = line.split_once(" = ").map_or("", |(key, _)| key);
        match key {
            "members" => {
                counted = true;
                text.push_str(&format!("members = {goal}"));
            }
            "title" => text.push_str("title = \"组织建设目标（演示区）\""),
            "source" => {
                text.push_str("source = \"演示数据：会员人数按演示区的大小定，其余照抄内置的目标\"")
            }
            "note" => continue,
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    let ours = Definition::parse(&built_in.path, &text).ok()?;
    (counted && ours.header.jurisdiction == built_in.header.jurisdiction).then_some(text)
}

/// Two figures that count, as people set goals: 18,970 becomes 19,000.
fn rounded(people: usize) -> usize {
    let mut step = 1;
    while people / step >= 100 {
        step *= 10;
    }
    ((people + step / 2) / step * step).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goal_is_of_the_demos_size_and_the_rest_is_as_built_in() {
        let district = DistrictCode::parse("330113").unwrap();
        let today = Date::constant(2026, 11, 20);
        let text = text(district, 2_000, today).unwrap();
        let own = Definition::parse("coverage/targets.toml", &text).unwrap();
        let built_in = Catalogue::embedded()
            .at("coverage.targets", district, today)
            .unwrap();
        let (mut own_body, mut body) = (own.table().clone(), built_in.table().clone());
        assert_eq!(
            own_body.remove("members"),
            Some(toml::Value::Integer(1_900))
        );
        assert_eq!(body.remove("members"), Some(toml::Value::Integer(200_000)));
        assert_eq!(own_body.len(), body.len());
        assert_eq!(own.header.valid_from, built_in.header.valid_from);
        assert!(own.header.source.contains("演示"));
    }

    #[test]
    fn goals_are_round() {
        for (people, goal) in [(0, 1), (7, 7), (285, 290), (1_900, 1_900), (18_970, 19_000)] {
            assert_eq!(rounded(people), goal);
        }
    }
}
