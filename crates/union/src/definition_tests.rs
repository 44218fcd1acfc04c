//! What `niangjia definitions check` sees of every kind of definition.

use std::collections::BTreeSet;

use kernel::definitions::{Catalogue, KINDS, Kind, embedded_files};

fn kinds() -> Vec<Kind> {
    [KINDS, super::DEFINITION_KINDS].concat()
}

fn said(files: &[(String, String)]) -> Vec<String> {
    let problems = Catalogue::from_files(files.iter().map(|(path, text)| (path, text)));
    let said = problems.check(&kinds());
    said.iter().map(ToString::to_string).collect()
}

#[test]
fn a_key_nobody_knows_in_a_test_of_any_kind_is_named_with_file_line_and_key() {
    // The file as it is, with one line more behind the beginning of each test.
    let mut expected = BTreeSet::new();
    let files: Vec<(String, String)> = embedded_files()
        .iter()
        .map(|file| {
            let (mut text, mut tests) = (String::new(), 0);
            for line in file.text.lines() {
                text.extend([line, "\n"]);
                if line.trim() == "[[test]]" {
                    tests += 1;
                    text.push_str("unheard_of = 1\n");
                    let line = text.lines().count();
                    let (path, key) = (file.path, "不认识「unheard_of」");
                    expected.insert(format!("{path}：第{line}行，第{tests}个 [[test]]：{key}"));
                }
            }
            (file.path.to_owned(), text)
        })
        .collect();
    let said = said(&files);
    let unnamed = expected
        .iter()
        .filter(|expected| !said.iter().any(|said| said.starts_with(expected.as_str())));
    let unnamed: Vec<_> = unnamed.collect();
    assert!(
        unnamed.is_empty(),
        "{} of {}: {unnamed:#?}",
        unnamed.len(),
        expected.len()
    );
    assert!(expected.len() > 400, "{}", expected.len());
    let folders: BTreeSet<&str> = said
        .iter()
        .filter_map(|one| one.split('/').next())
        .collect();
    assert_eq!(folders, kinds().iter().map(|kind| kind.folder).collect());
}

/// Tables within a test whose keys are names that other parts of the definition, or a file or paper, give.
const FREE: &[&str] = &[
    "cases: open.due",
    "cases: open.fields",
    "cases: step.due",
    "cases: step.fields",
    "feeds: row",
    "letters: values",
    "rules: signals",
    "sentinel: numbers",
    "signals: graver_than",
    "signals: values",
];

#[test]
fn so_is_one_in_a_table_within_a_test_unless_its_keys_are_names() {
    // One table of each file at a time, so that the fault of one cannot hide that of another.
    let mut seen = BTreeSet::new();
    let marks: Vec<_> = embedded_files()
        .iter()
        .map(|file| {
            let whole: toml::Table = toml::from_str(file.text).unwrap();
            let folder = file.path.split('/').next().unwrap();
            let mut places = Vec::new();
            for (index, test) in whole["test"].as_array().unwrap().iter().enumerate() {
                inner(test, &[index.to_string()], &mut places);
            }
            places.retain(|place| seen.insert(named(folder, place)));
            (file.path, folder, whole, places)
        })
        .collect();
    let mut free = BTreeSet::new();
    let rounds = marks.iter().map(|(.., places)| places.len()).max().unwrap();
    for round in 0..rounds {
        let files: Vec<(String, String)> = marks
            .iter()
            .filter_map(|(path, _, whole, places)| {
                let mut marked = whole.clone();
                mark(&mut marked["test"], places.get(round)?);
                Some(((*path).to_owned(), toml::to_string(&marked).unwrap()))
            })
            .collect();
        let said = said(&files);
        for (path, folder, _, places) in &marks {
            let Some(place) = places.get(round) else {
                continue;
            };
            let about =
                |one: &&String| one.starts_with(path) && one.contains("不认识「unheard_of」");
            if !said.iter().any(|one| about(&one)) {
                free.insert(named(folder, place));
            }
        }
    }
    let free: Vec<&str> = free.iter().map(String::as_str).collect();
    assert_eq!(free, FREE);
}

/// Writes a key nobody knows into the table at `place`.
fn mark(tests: &mut toml::Value, place: &[String]) {
    let table = place
        .iter()
        .fold(tests, |at, step| match step.parse::<usize>() {
            Ok(index) if at.is_array() => &mut at[index],
            _ => &mut at[step.as_str()],
        });
    let table = table.as_table_mut().unwrap();
    table.insert("unheard_of".to_owned(), toml::Value::Integer(1));
}

/// The paths of the tables below a value, from the list of tests on.
fn inner(value: &toml::Value, at: &[String], places: &mut Vec<Vec<String>>) {
    let below: Vec<(String, &toml::Value)> = match value {
        toml::Value::Table(table) => table.iter().map(|(key, one)| (key.clone(), one)).collect(),
        toml::Value::Array(list) => {
            let numbered = list.iter().enumerate();
            numbered
                .map(|(index, one)| (index.to_string(), one))
                .collect()
        }
        _ => return,
    };
    for (step, one) in below {
        let place = [at, &[step]].concat();
        if one.is_table() {
            places.push(place.clone());
        }
        inner(one, &place, places);
    }
}

/// `letters: values.rows`, whatever the numbers in the lists.
fn named(folder: &str, place: &[String]) -> String {
    let words = place.iter().filter(|step| step.parse::<usize>().is_err());
    let words: Vec<&str> = words.map(String::as_str).collect();
    format!("{folder}: {}", words.join("."))
}
