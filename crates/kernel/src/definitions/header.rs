//! One definition: its header, its body, its fingerprint.

use std::fmt;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Embedded;
use super::date_format::toml_date;
use super::fingerprint::{HEADER_KEYS, content_hash};
use crate::district::DistrictCode;

/// Where a definition holds: the whole country (`CN`), a province (`33`), a city (`3301`) or a district
/// (`330113`). A narrower one takes precedence over a wider one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Jurisdiction(String);

/// The text names no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("适用地区应为 CN，或2位（省）、4位（市）、6位（区县）行政区划代码")]
pub struct JurisdictionFault;

impl Jurisdiction {
    /// The whole country.
    pub fn national() -> Self {
        Self("CN".to_owned())
    }

    /// Reads `CN` or a code of two, four or six digits. The six-digit codes of provinces and cities, which end
    /// in zeros (330000, 330100), are shortened: they name the same place.
    ///
    /// # Errors
    /// [`JurisdictionFault`] for anything else.
    pub fn parse(text: &str) -> Result<Self, JurisdictionFault> {
        let text = match text.len() {
            6 => text
                .strip_suffix("0000")
                .or_else(|| text.strip_suffix("00"))
                .unwrap_or(text),
            _ => text,
        };
        let code = matches!(text.len(), 2 | 4 | 6) && text.bytes().all(|b| b.is_ascii_digit());
        if code || text == "CN" {
            Ok(Self(text.to_owned()))
        } else {
            Err(JurisdictionFault)
        }
    }

    /// `CN` or the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same place and every wider one around it, narrowest first: 330113, 3301, 33, CN.
    pub fn widening(&self) -> impl Iterator<Item = Self> + '_ {
        let codes = [6, 4, 2]
            .into_iter()
            .filter(|length| *length <= self.0.len());
        let own = codes
            .filter(|_| self.0 != "CN")
            .filter_map(|length| self.0.get(..length))
            .map(|code| Self(code.to_owned()));
        own.chain([Self::national()])
    }
}

impl From<DistrictCode> for Jurisdiction {
    fn from(district: DistrictCode) -> Self {
        Self(district.as_str().to_owned())
    }
}

impl TryFrom<String> for Jurisdiction {
    type Error = JurisdictionFault;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Jurisdiction> for String {
    fn from(jurisdiction: Jurisdiction) -> Self {
        jurisdiction.0
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// How sure we are of a definition before the local federation has looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Read in the text of the law or the published notice.
    #[default]
    Certain,
    /// Standing practice; good enough to start with.
    Likely,
    /// Ask the local federation before going live.
    ToVerify,
}

/// What every definition begins with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Header {
    /// `folder.name`, the same in every version and jurisdiction: `clocks.mediation_end`.
    pub id: String,
    /// The Chinese name people know it by.
    pub title: String,
    /// Where it holds.
    pub jurisdiction: Jurisdiction,
    /// First day it holds.
    #[serde(with = "toml_date")]
    pub valid_from: Date,
    /// Last day it holds; open when absent.
    #[serde(default, with = "toml_date::option")]
    pub valid_to: Option<Date>,
    /// The law and clause, notice or standard it comes from.
    pub source: String,
    /// How sure we are.
    #[serde(default)]
    pub certainty: Certainty,
    /// A remark for reviewers.
    #[serde(default)]
    pub note: Option<String>,
}

impl Header {
    /// Whether it holds on `day`.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| day <= last)
    }
}

/// Names exactly which text a result was computed with, so it can be computed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionRef {
    /// The definition's id.
    pub id: String,
    /// Where that version holds.
    pub jurisdiction: Jurisdiction,
    /// SM3 of its text.
    pub hash: String,
}

/// One definition file.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// Path below the definitions folder: `clocks/mediation-end.toml`.
    pub path: String,
    /// The header.
    pub header: Header,
    /// SM3 of the text with Unix line ends, in lower-case hexadecimal.
    pub hash: String,
    said: Said,
}

/// What a file says beside its header.
#[derive(Debug, Clone)]
enum Said {
    Read(Trees, Box<str>),
    /// Its trees are read when somebody asks for them: a rule is taken straight from the JSON.
    BuiltIn(&'static Embedded, OnceLock<Trees>),
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Trees {
    body: toml::Table,
    tests: Vec<toml::Table>,
}

impl Said {
    fn trees(&self) -> &Trees {
        match self {
            Self::Read(trees, _) => trees,
            // What the build wrote is JSON; a test reads every file both ways.
            Self::BuiltIn(file, trees) => trees.get_or_init(|| Trees {
                body: serde_json::from_str(file.body).unwrap_or_default(),
                tests: serde_json::from_str(file.tests).unwrap_or_default(),
            }),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Read(_, text) => text,
            Self::BuiltIn(file, _) => file.text,
        }
    }
}

impl PartialEq for Said {
    fn eq(&self, other: &Self) -> bool {
        self.trees() == other.trees()
    }
}

impl Definition {
    /// Reads one file.
    ///
    /// # Errors
    /// A Chinese sentence for the author: what is missing or wrong, with its line where there is one.
    pub fn parse(path: &str, text: &str) -> Result<Self, String> {
        let table: toml::Table = toml::from_str(text).map_err(|fault| fault.to_string())?;
        let (head, mut body): (toml::Table, toml::Table) = table
            .into_iter()
            .partition(|(key, _)| HEADER_KEYS.contains(&key.as_str()));
        let header = head.try_into().map_err(|fault| plain(&fault))?;
        let tests = body.remove("test").map_or(Ok(Vec::new()), read_tests)?;
        Ok(Self {
            path: path.to_owned(),
            header,
            hash: content_hash(text),
            said: Said::Read(Trees { body, tests }, text.into()),
        })
    }

    /// Reads a file that was built in; as [`Definition::parse`] of its text.
    pub(super) fn built_in(file: &'static Embedded) -> Result<Self, String> {
        Ok(Self {
            path: file.path.to_owned(),
            header: serde_json::from_str(file.head).map_err(|fault| fault.to_string())?,
            hash: file.hash.to_owned(),
            said: Said::BuiltIn(file, OnceLock::new()),
        })
    }

    /// The folder it lies in, which is also its kind: `clocks`.
    pub fn folder(&self) -> &str {
        self.path.split_once('/').map_or("", |(folder, _)| folder)
    }

    /// The body as `T`; let `T` deny unknown fields so that a typing mistake is found. A built-in one is taken from its
    /// JSON, so `T` reads dates with [`toml_date`], which knows how both write them.
    ///
    /// # Errors
    /// What does not fit, in the parser's words.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, String> {
        match &self.said {
            Said::Read(trees, _) => {
                let tree = trees.body.clone();
                tree.try_into().map_err(|fault| plain(&fault))
            }
            Said::BuiltIn(file, _) => {
                serde_json::from_str(file.body).map_err(|fault| fault.to_string())
            }
        }
    }

    /// The body as a table, for comparing versions.
    pub fn table(&self) -> &toml::Table {
        &self.said.trees().body
    }

    /// The embedded tests, as tables of the kind's own shape.
    pub fn tests(&self) -> &[toml::Table] {
        &self.said.trees().tests
    }

    /// The parts `[[section]]` of the body, each as `T`. One that does not fit says so in Chinese with its line, and the
    /// others are read all the same.
    pub fn parts<T: DeserializeOwned>(&self, section: &str) -> Vec<Result<T, String>> {
        let parts = self.table().get(section).and_then(toml::Value::as_array);
        let read = |(index, part): (usize, &toml::Value)| {
            part.clone().try_into().map_err(|fault: toml::de::Error| {
                let said = plain(&fault);
                let mut keys = said.rsplit('`').skip(1).step_by(2);
                let key = keys.next().and_then(|path| path.rsplit('.').next());
                match self.line_in(section, index, key) {
                    Some(line) => format!("第 {line} 行：{said}"),
                    None => format!("第 {} 个 [[{section}]]：{said}", index + 1),
                }
            })
        };
        parts.into_iter().flatten().enumerate().map(read).collect()
    }

    /// The line of the file, from one, in which the part `[[section]]` with this index, from zero, writes `key`; where it
    /// begins when the key is not found as it is usually written.
    pub(super) fn line_in(&self, section: &str, index: usize, key: Option<&str>) -> Option<usize> {
        let numbered = || (1..).zip(self.said.text().lines().map(str::trim));
        let mut begins = numbered().filter(|(_, line)| begins_part(line) == Some(section));
        let (first, _) = begins.nth(index)?;
        let own = |name: &str| {
            name.strip_prefix(section)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        let mut others = numbered().filter(|(line, text)| {
            *line > first && begins_part(text).is_some_and(|name| !own(name))
        });
        let behind = others.next().map_or(usize::MAX, |(line, _)| line);
        let within = numbered().filter(|(line, _)| (first..behind).contains(line));
        let written = within
            .filter(|(_, line)| key.is_some_and(|key| writes(line, key)))
            .map(|(line, _)| line);
        Some(written.min().unwrap_or(first))
    }

    /// What a computed result keeps.
    pub fn reference(&self) -> DefinitionRef {
        DefinitionRef {
            id: self.header.id.clone(),
            jurisdiction: self.header.jurisdiction.clone(),
            hash: self.hash.clone(),
        }
    }
}

/// The name of the part a line begins: `rule` of `[[rule]]`.
fn begins_part(line: &str) -> Option<&str> {
    let inner = line
        .strip_prefix("[[")
        .and_then(|rest| rest.split_once("]]"));
    inner.map(|(name, _)| name.trim())
}

/// Whether a line gives `key` a value, or begins a table of that name.
fn writes(line: &str, key: &str) -> bool {
    line.match_indices(key).any(|(at, _)| {
        let part_of_a_word = |letter: char| letter.is_alphanumeric() || "_-".contains(letter);
        let (before, rest) = line.split_at(at);
        let after = rest.get(key.len()..).unwrap_or_default();
        let after = after.trim_start_matches(['"', '\'']).trim_start();
        !before.ends_with(part_of_a_word) && after.starts_with(['=', ']', '.'])
    })
}

/// The tables of `[[test]]`, as they are: passing them through serde would turn dates into text.
fn read_tests(tests: toml::Value) -> Result<Vec<toml::Table>, String> {
    let toml::Value::Array(tests) = tests else {
        return Err("测试应写成 [[test]]".to_owned());
    };
    let tables = tests.into_iter().map(|test| match test {
        toml::Value::Table(table) => Ok(table),
        _ => Err("测试应写成 [[test]]".to_owned()),
    });
    tables.collect()
}

/// The parser's message on one line, with the place it gives; what it says most often is said in Chinese.
pub(crate) fn plain(fault: &toml::de::Error) -> String {
    let on_one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = on_one_line(&fault.to_string());
    match in_chinese(fault.message()) {
        Some(words) => said
            .replace(&on_one_line(fault.message()), &words)
            .replace(" in `", "，在 `"),
        None => said,
    }
}

/// The parser's commonest complaints in Chinese; none for the others, which stay as they are.
fn in_chinese(message: &str) -> Option<String> {
    let quoted = |text: &str| text.split('`').nth(1).map(str::to_owned);
    let name = quoted(message);
    let expected = || {
        let rest = message.split_once("expected ")?.1;
        let names: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        (!names.is_empty()).then(|| format!("，可以写的有：{}", names.join("、")))
    };
    if message.starts_with("missing field") {
        return Some(format!("缺少「{}」", name?));
    }
    if message.starts_with("unknown field") {
        let known = expected().unwrap_or_default();
        return Some(format!("不认识「{}」{known}", name?));
    }
    if message.starts_with("unknown variant") {
        let known = expected().unwrap_or_default();
        return Some(format!("「{}」不在可选的词里{known}", name?));
    }
    if message.starts_with("duplicate field") || message.starts_with("duplicate key") {
        return Some(name.map_or_else(
            || "同一项写了两次".to_owned(),
            |name| format!("「{name}」写了两次"),
        ));
    }
    let (found, wanted) = message
        .strip_prefix("invalid type: ")?
        .split_once(", expected ")?;
    let wanted = type_in_chinese(wanted);
    Some(format!("应写{wanted}，写成了{}", value_in_chinese(found)))
}

/// What the parser expected.
fn type_in_chinese(name: &str) -> &str {
    match name {
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" => "整数",
        "a string" | "string" => "文字（加引号）",
        "a boolean" => "true 或 false",
        "a sequence" => "列表（用 [ ]）",
        "a map" => "一组键和值（用 { }）",
        _ if name.starts_with("an array") || name.starts_with("a tuple") => "列表（用 [ ]）",
        _ if name.starts_with("struct") => "一组键和值（用 { }）",
        other => other,
    }
}

/// What the parser found: the kind of value, and the value where it is short.
fn value_in_chinese(found: &str) -> String {
    let kinds = [
        ("string", "文字"),
        ("integer", "整数"),
        ("floating point", "小数"),
        ("boolean", "真假值"),
        ("sequence", "列表"),
        ("map", "一组键和值"),
    ];
    let known = kinds
        .iter()
        .find_map(|(name, words)| Some((words, found.strip_prefix(name)?)));
    known.map_or_else(
        || found.to_owned(),
        |(words, value)| format!("{words}{}", value.replace('`', "")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_is_missing_is_said_in_chinese() {
        let fault = |text: &str| Definition::parse("clocks/sample.toml", text).unwrap_err();
        let without = SAMPLE.replace("title = \"样例\"", "");
        assert!(
            fault(&without).contains("缺少「title」"),
            "{}",
            fault(&without)
        );
        assert!(!fault(&without).contains("missing field"));
        let said = in_chinese("unknown field `titel`, expected one of `title`, `source`");
        assert_eq!(
            said.as_deref(),
            Some("不认识「titel」，可以写的有：title、source")
        );
        let said = in_chinese("unknown variant `maybe`, expected `sure` or `likely`");
        assert_eq!(
            said.as_deref(),
            Some("「maybe」不在可选的词里，可以写的有：sure、likely")
        );
        assert_eq!(in_chinese("something new"), None);
    }

    const SAMPLE: &str = r#"
id = "clocks.sample"
title = "样例"
jurisdiction = "33"
valid_from = 2020-01-01
valid_to = 2020-12-31
source = "第一条"
length = 5

[[test]]
from = 2020-01-01
"#;

    #[test]
    fn tv_s1_the_fingerprint_is_sm3() {
        assert_eq!(
            content_hash("abc"),
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        );
        assert_eq!(content_hash("a\r\nb"), content_hash("a\nb"));
    }

    #[test]
    fn header_body_and_tests_are_told_apart() {
        let definition = Definition::parse("clocks/sample.toml", SAMPLE).unwrap();
        assert_eq!(definition.folder(), "clocks");
        assert_eq!(definition.header.certainty, Certainty::Certain);
        assert_eq!(definition.table().keys().collect::<Vec<_>>(), ["length"]);
        assert_eq!(definition.tests().len(), 1);
        assert!(definition.header.holds_on(date(2020, 12, 31)));
        assert!(!definition.header.holds_on(date(2021, 1, 1)));
        assert!(!definition.header.holds_on(date(2019, 12, 31)));
    }

    #[test]
    fn a_broken_header_is_explained() {
        for (from, to, hint) in [
            (
                "jurisdiction = \"33\"",
                "jurisdiction = \"浙江\"",
                "适用地区",
            ),
            ("title = \"样例\"", "", "title"),
            ("valid_from = 2020-01-01", "valid_from = \"去年\"", ""),
            (
                "valid_from = 2020-01-01",
                "valid_from = 2020-01-01T10:00:00",
                "应为日期",
            ),
            ("valid_from = 2020-01-01", "valid_from = 2021-02-29", ""),
            ("id =", "id", ""),
            ("[[test]]", "[test]", "[[test]]"),
        ] {
            let fault = Definition::parse("clocks/x.toml", &SAMPLE.replace(from, to)).unwrap_err();
            assert!(fault.contains(hint), "{to}: {fault}");
        }
    }

    #[test]
    fn places_widen_to_the_country() {
        let district = DistrictCode::parse("330113").unwrap();
        let places: Vec<String> = Jurisdiction::from(district)
            .widening()
            .map(|place| place.to_string())
            .collect();
        assert_eq!(places, ["330113", "3301", "33", "CN"]);
        assert_eq!(Jurisdiction::national().widening().count(), 1);
        assert_eq!(Jurisdiction::parse("330000"), Jurisdiction::parse("33"));
        assert_eq!(Jurisdiction::parse("330100"), Jurisdiction::parse("3301"));
        assert!(Jurisdiction::parse("330").is_err());
        assert!(Jurisdiction::parse("cn").is_err());
    }
}
