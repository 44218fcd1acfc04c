//! All definitions together: found by id, place and day; checked and tested.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{LazyLock, OnceLock};

use jiff::civil::Date;

use super::header::{Definition, Jurisdiction};
use super::kind::Kind;
use super::{Embedded, embedded_files};

/// What is wrong with a definition file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, below the definitions folder.
    pub path: String,
    /// What is wrong, in Chinese.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}：{}", self.path, self.message)
    }
}

/// How one embedded test went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestOutcome {
    /// The file.
    pub path: String,
    /// Its number in the file, from one.
    pub number: usize,
    /// `Err` says what was expected and what came.
    pub result: Result<(), String>,
}

/// The place of one file. Those built into the program are read when somebody first asks for their id: a start
/// need not wait for two hundred files of which a page uses a dozen.
#[derive(Debug, Clone)]
enum Slot {
    Read(Definition),
    BuiltIn(&'static Embedded, OnceLock<Result<Definition, String>>),
}

impl Slot {
    fn path(&self) -> &str {
        match self {
            Self::Read(definition) => &definition.path,
            Self::BuiltIn(file, _) => file.path,
        }
    }

    fn read(&self) -> Result<&Definition, &String> {
        match self {
            Self::Read(definition) => Ok(definition),
            Self::BuiltIn(file, read) => read.get_or_init(|| Definition::built_in(file)).as_ref(),
        }
    }

    fn get(&self) -> Option<&Definition> {
        self.read().ok()
    }

    fn problem(&self) -> Option<Problem> {
        self.read().err().map(|message| Problem {
            path: self.path().to_owned(),
            message: message.clone(),
        })
    }
}

/// The id that a file states in a line of its own before its first table, without reading the rest of it.
fn stated_id(text: &str) -> Option<&str> {
    text.lines()
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| line.strip_prefix("id = \"")?.split('"').next())
}

/// What the program works with, once it has been told; see [`Catalogue::install`].
static IN_FORCE: OnceLock<Catalogue> = OnceLock::new();

/// Definitions of every kind, place and time.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    by_id: BTreeMap<String, Vec<Slot>>,
    problems: Vec<Problem>,
}

impl Catalogue {
    /// The definitions built into the program.
    pub fn embedded() -> &'static Self {
        static EMBEDDED: LazyLock<Catalogue> = LazyLock::new(|| {
            let mut catalogue = Catalogue::default();
            for file in embedded_files() {
                let id = stated_id(file.text).unwrap_or(file.path);
                catalogue.put(id, Slot::BuiltIn(file, OnceLock::new()));
            }
            catalogue
        });
        &EMBEDDED
    }

    /// The definitions this process works with: the built-in ones, or those it was told to use at its start.
    /// Rules are read from here; [`Catalogue::embedded`] is for comparing with what was delivered.
    pub fn in_force() -> &'static Self {
        IN_FORCE.get().unwrap_or_else(Self::embedded)
    }

    /// Makes this catalogue the one in force, for good. The binary does it once, before anything else, when a
    /// district keeps a folder of its own; rules already read would not follow.
    ///
    /// # Errors
    /// The catalogue itself, when one was installed before.
    pub fn install(self) -> Result<(), Box<Self>> {
        IN_FORCE.set(self).map_err(Box::new)
    }

    /// A catalogue of these files, given as path below the folder and text. A file that cannot be read is left
    /// out and reported by [`Catalogue::problems`].
    pub fn from_files<P: AsRef<str>, T: AsRef<str>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Self {
        let mut catalogue = Self::default();
        for (path, text) in files {
            match Definition::parse(path.as_ref(), text.as_ref()) {
                Ok(definition) => catalogue.add(definition),
                Err(message) => {
                    catalogue.problems.push(Problem {
                        path: path.as_ref().to_owned(),
                        message,
                    });
                }
            }
        }
        catalogue
    }

    /// A catalogue of these definitions, for trying one version by itself.
    pub fn of(definitions: impl IntoIterator<Item = Definition>) -> Self {
        let mut catalogue = Self::default();
        for definition in definitions {
            catalogue.add(definition);
        }
        catalogue
    }

    fn add(&mut self, definition: Definition) {
        let id = definition.header.id.clone();
        self.put(&id, Slot::Read(definition));
    }

    fn put(&mut self, id: &str, slot: Slot) {
        self.by_id.entry(id.to_owned()).or_default().push(slot);
    }

    /// This catalogue with a district's own files laid over it: a definition with the same id, place and first
    /// day takes the place of the built-in one, others are added.
    #[must_use]
    pub fn overlaid(mut self, own: Self) -> Self {
        for (id, slots) in own.by_id {
            let versions = self.by_id.entry(id).or_default();
            for slot in slots {
                versions.retain(|version| match (version.get(), slot.get()) {
                    (Some(version), Some(own)) => !is_same_version(version, own),
                    _ => true,
                });
                versions.push(slot);
            }
        }
        self.problems.extend(own.problems);
        self
    }

    /// The definition of `id` that holds at `place` on `day`: the narrowest jurisdiction around the place that
    /// has one, and there the version with the latest first day.
    pub fn at(&self, id: &str, place: impl Into<Jurisdiction>, day: Date) -> Option<&Definition> {
        let versions: Vec<&Definition> = self.versions(id).collect();
        place.into().widening().find_map(|jurisdiction| {
            versions
                .iter()
                .copied()
                .filter(|version| {
                    version.header.jurisdiction == jurisdiction && version.header.holds_on(day)
                })
                .max_by_key(|version| version.header.valid_from)
        })
    }

    /// Every version of one id.
    pub fn versions(&self, id: &str) -> impl Iterator<Item = &Definition> {
        self.by_id
            .get(id)
            .into_iter()
            .flatten()
            .filter_map(Slot::get)
    }

    /// Every definition, ordered by id.
    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.by_id.values().flatten().filter_map(Slot::get)
    }

    /// Every definition of one kind, ordered by id.
    pub fn of_kind<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Definition> {
        // The path says it before the file is read.
        let within = move |slot: &&Slot| {
            slot.path()
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        self.by_id
            .values()
            .flatten()
            .filter(within)
            .filter_map(Slot::get)
    }

    /// Files that could not be read at all.
    pub fn problems(&self) -> Vec<Problem> {
        let unreadable = self.by_id.values().flatten().filter_map(Slot::problem);
        self.problems.iter().cloned().chain(unreadable).collect()
    }

    /// Everything wrong with the files: unreadable ones, headers that contradict themselves or each other, and
    /// what each kind finds in its bodies and cannot read in its tests.
    pub fn check(&self, kinds: &[Kind]) -> Vec<Problem> {
        let unread = self.by_id.values().flatten().filter_map(Slot::problem);
        let problems = self.problems.iter().cloned().chain(unread).collect();
        self.checked(problems, self.iter(), self.by_id.keys(), kinds)
    }

    /// As [`Catalogue::check`], of the files that are not built in: those were checked when the program was made, and
    /// reading them all would keep a start waiting.
    pub fn check_own(&self, kinds: &[Kind]) -> Vec<Problem> {
        let own = || {
            self.by_id.iter().flat_map(|(id, slots)| {
                slots.iter().filter_map(move |slot| match slot {
                    Slot::Read(definition) => Some((id, definition)),
                    Slot::BuiltIn(..) => None,
                })
            })
        };
        let mut ids: Vec<&String> = own().map(|(id, _)| id).collect();
        ids.dedup();
        let definitions = own().map(|(_, definition)| definition);
        self.checked(self.problems.clone(), definitions, ids, kinds)
    }

    fn checked<'a>(
        &self,
        mut problems: Vec<Problem>,
        definitions: impl Iterator<Item = &'a Definition>,
        ids: impl IntoIterator<Item = &'a String>,
        kinds: &[Kind],
    ) -> Vec<Problem> {
        for definition in definitions {
            let mut messages = check_header(definition);
            match kinds.iter().find(|kind| kind.folder == definition.folder()) {
                Some(kind) => {
                    messages.extend((kind.check)(definition));
                    messages.extend(unread_tests(kind, definition, self));
                }
                None => messages.push(format!("没有名为“{}”的定义种类", definition.folder())),
            }
            let path = &definition.path;
            problems.extend(messages.into_iter().map(|message| Problem {
                path: path.clone(),
                message,
            }));
        }
        problems.extend(ids.into_iter().flat_map(|id| {
            let versions: Vec<&Definition> = self.versions(id).collect();
            overlaps(&versions)
        }));
        problems.sort_by(|a, b| a.path.cmp(&b.path));
        problems
    }

    /// Runs every embedded test.
    pub fn test(&self, kinds: &[Kind]) -> Vec<TestOutcome> {
        let mut outcomes = Vec::new();
        for definition in self.iter() {
            let Some(kind) = kinds.iter().find(|kind| kind.folder == definition.folder()) else {
                continue;
            };
            for (index, test) in definition.tests().iter().enumerate() {
                let result = (kind.test)(definition, test, self);
                outcomes.push(TestOutcome {
                    path: definition.path.clone(),
                    number: index + 1,
                    result,
                });
            }
        }
        outcomes
    }
}

fn is_same_version(a: &Definition, b: &Definition) -> bool {
    a.header.jurisdiction == b.header.jurisdiction && a.header.valid_from == b.header.valid_from
}

fn check_header(definition: &Definition) -> Vec<String> {
    let header = &definition.header;
    let mut messages = Vec::new();
    let folder = definition.folder();
    let name = header
        .id
        .strip_prefix(folder)
        .and_then(|rest| rest.strip_prefix('.'))
        .unwrap_or_default();
    if name.is_empty()
        || !name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._".contains(&b))
    {
        messages.push(format!(
            "id 应为“{folder}.名称”，名称只用小写字母、数字、点和下划线"
        ));
    }
    if header.valid_to.is_some_and(|last| last < header.valid_from) {
        messages.push("valid_to 早于 valid_from".to_owned());
    }
    for (field, text) in [("title", &header.title), ("source", &header.source)] {
        if text.trim().is_empty() {
            messages.push(format!("{field} 不能为空"));
        }
    }
    if definition.tests().is_empty() {
        messages.push("缺少 [[test]]：每个定义都要带自己的测试".to_owned());
    }
    messages
}

/// The tests of a definition that cannot be read, with the line and, when it is one nobody knows, the key. A test that
/// can be read and fails is left to [`Catalogue::test`].
fn unread_tests(kind: &Kind, definition: &Definition, catalogue: &Catalogue) -> Vec<String> {
    let tests = (0..).zip(definition.tests());
    let unread = tests.filter_map(|(index, test)| {
        let outcome = (kind.test)(definition, test, catalogue);
        let why = super::kind::unread(&outcome)?;
        let key = why
            .split_once("不认识「")
            .and_then(|(_, rest)| rest.split('」').next());
        let line = definition.line_in("test", index, key)?;
        Some(format!("第{line}行，第{}个 [[test]]：{why}", index + 1))
    });
    unread.collect()
}

/// Two versions of one id that hold in one place on one day.
fn overlaps(versions: &[&Definition]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, version) in versions.iter().enumerate() {
        for earlier in versions.iter().take(index) {
            let (a, b) = (&version.header, &earlier.header);
            let start = a.valid_from.max(b.valid_from);
            if a.jurisdiction == b.jurisdiction && a.holds_on(start) && b.holds_on(start) {
                let message = format!("与 {} 的适用地区和有效期重叠", earlier.path);
                problems.push(Problem {
                    path: version.path.clone(),
                    message,
                });
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::super::kind::KINDS;
    use super::*;
    use crate::district::DistrictCode;
    use jiff::civil::date;

    fn clock(jurisdiction: &str, from: &str, to: Option<&str>, length: u32) -> String {
        let to = to
            .map(|to| format!("valid_to = {to}\n"))
            .unwrap_or_default();
        format!(
            "id = \"clocks.reply\"\ntitle = \"答复\"\njurisdiction = \"{jurisdiction}\"\nvalid_from = {from}\n{to}\
             source = \"第七条\"\nlength = {length}\nunit = \"day\"\nday_type = \"calendar\"\n\
             starts = \"收到之日\"\n[[test]]\nfrom = 2025-03-03\ndue = 2025-03-{:02}\n",
            3 + length
        )
    }

    fn catalogue(files: &[(&str, String)]) -> Catalogue {
        Catalogue::from_files(files.iter().map(|(path, text)| (*path, text.as_str())))
    }

    #[test]
    fn the_built_in_definitions_are_right() {
        let catalogue = Catalogue::embedded();
        let known: Vec<Kind> = KINDS.to_vec();
        let problems: Vec<String> = catalogue
            .check(&known)
            .iter()
            // Rooms above this crate check their own kinds.
            .filter(|problem| {
                known
                    .iter()
                    .any(|kind| problem.path.starts_with(&format!("{}/", kind.folder)))
            })
            .map(ToString::to_string)
            .collect();
        assert!(problems.is_empty(), "{problems:#?}");
        let outcomes = catalogue.test(&known);
        assert!(outcomes.len() > 50, "only {} tests ran", outcomes.len());
        let failed: Vec<_> = outcomes
            .iter()
            .filter(|outcome| outcome.result.is_err())
            .collect();
        assert!(failed.is_empty(), "{failed:#?}");
    }

    #[test]
    fn every_built_in_file_is_found_by_the_id_it_really_has() {
        let files = || embedded_files().iter();
        let read_at_once = Catalogue::from_files(files().map(|file| (file.path, file.text)));
        let ids = |catalogue: &Catalogue| catalogue.by_id.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ids(Catalogue::embedded()), ids(&read_at_once));
        for (id, slots) in &Catalogue::embedded().by_id {
            for slot in slots {
                assert_eq!(&slot.get().unwrap().header.id, id);
            }
        }
        // What was read when the program was built is what the text says.
        assert!(Catalogue::embedded().iter().eq(read_at_once.iter()));
        assert_eq!(Catalogue::embedded().iter().count(), embedded_files().len());
    }

    #[test]
    fn the_narrowest_place_and_the_right_year_win() {
        let catalogue = catalogue(&[
            ("clocks/a.toml", clock("CN", "2000-01-01", None, 20)),
            (
                "clocks/b.toml",
                clock("33", "2011-01-01", Some("2013-12-31"), 10),
            ),
            ("clocks/c.toml", clock("33", "2014-01-01", None, 11)),
        ]);
        let linping = DistrictCode::parse("330113").unwrap();
        let nanjing = DistrictCode::parse("320102").unwrap();
        let path = |place, day| {
            catalogue
                .at("clocks.reply", place, day)
                .map(|found| found.path.as_str())
        };
        assert_eq!(path(linping, date(2010, 5, 1)), Some("clocks/a.toml"));
        assert_eq!(path(linping, date(2013, 12, 31)), Some("clocks/b.toml"));
        assert_eq!(path(linping, date(2014, 1, 1)), Some("clocks/c.toml"));
        assert_eq!(path(nanjing, date(2014, 1, 1)), Some("clocks/a.toml"));
        assert_eq!(path(linping, date(1999, 1, 1)), None);
    }

    #[test]
    fn a_districts_own_files_are_checked_without_the_built_in_ones() {
        let wrong = clock("33", "2011-01-01", Some("2010-12-31"), 10);
        let own = catalogue(&[("clocks/own.toml", wrong)]);
        let laid = Catalogue::embedded().clone().overlaid(own);
        let said: Vec<String> = laid
            .check_own(KINDS)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(said, ["clocks/own.toml：valid_to 早于 valid_from"]);
    }

    #[test]
    fn check_names_every_fault() {
        let catalogue = catalogue(&[
            ("clocks/a.toml", clock("33", "2011-01-01", None, 10)),
            ("clocks/b.toml", clock("33", "2014-01-01", None, 11)),
            (
                "clocks/c.toml",
                clock("CN", "2014-01-01", Some("2013-01-01"), 11)
                    .replace("[[test]]\nfrom = 2025-03-03\ndue = 2025-03-14", ""),
            ),
            ("clocks/d.toml", "id = ".to_owned()),
            (
                "clocks/e.toml",
                clock("3301", "2014-01-01", None, 11).replace("clocks.reply", "cases.reply"),
            ),
            (
                "clocks/f.toml",
                clock("3302", "2014-01-01", None, 11).replace("length =", "lenght ="),
            ),
            (
                "clokcs/g.toml",
                clock("3303", "2014-01-01", None, 11).replace("clocks.reply", "clokcs.reply"),
            ),
        ]);
        let text: Vec<String> = catalogue
            .check(KINDS)
            .iter()
            .map(ToString::to_string)
            .collect();
        for expected in [
            "clocks/b.toml：与 clocks/a.toml 的适用地区和有效期重叠",
            "clocks/c.toml：valid_to 早于 valid_from",
            "clocks/c.toml：缺少 [[test]]",
            "clocks/d.toml：",
            "clocks/e.toml：id 应为“clocks.名称”",
            "clocks/f.toml：",
            "clokcs/g.toml：没有名为“clokcs”的定义种类",
        ] {
            assert!(
                text.iter().any(|line| line.starts_with(expected)),
                "{expected}\n{text:#?}"
            );
        }
        assert_eq!(text.len(), 7, "{text:#?}");
    }

    #[test]
    fn a_failing_test_says_what_came_instead() {
        let text =
            clock("CN", "2000-01-01", None, 10).replace("due = 2025-03-13", "due = 2025-03-12");
        let outcomes = catalogue(&[("clocks/a.toml", text)]).test(KINDS);
        let message = outcomes[0].result.clone().unwrap_err();
        assert!(
            message.contains("2025-03-12") && message.contains("2025-03-13"),
            "{message}"
        );
    }

    #[test]
    fn a_district_may_lay_its_own_over_the_built_in() {
        let built_in = catalogue(&[("clocks/a.toml", clock("CN", "2000-01-01", None, 20))]);
        let own = catalogue(&[
            ("clocks/ours.toml", clock("CN", "2000-01-01", None, 15)),
            ("clocks/broken.toml", String::from("?")),
        ]);
        let both = built_in.overlaid(own);
        let found = both
            .at("clocks.reply", Jurisdiction::national(), date(2020, 1, 1))
            .unwrap();
        assert_eq!(found.path, "clocks/ours.toml");
        assert_eq!(both.iter().count(), 1);
        assert_eq!(both.problems().len(), 1);
    }
}
