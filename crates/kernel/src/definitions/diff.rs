//! What changed between two catalogues, field by field, for the person who approves a change.

use std::collections::BTreeMap;
use std::fmt;

use super::catalogue::Catalogue;
use super::header::Definition;

/// One value that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Dotted path of the field: `holiday[0].last`.
    pub field: String,
    /// The old value as TOML; `None` when it is new.
    pub old: Option<String>,
    /// The new value as TOML; `None` when it was taken away.
    pub new: Option<String>,
}

/// One definition that differs. A version is known by id, place and first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Only in the new catalogue.
    Added {
        /// `id @ place from day`.
        version: String,
    },
    /// Only in the old catalogue.
    Removed {
        /// `id @ place from day`.
        version: String,
    },
    /// In both, with other content.
    Changed {
        /// `id @ place from day`.
        version: String,
        /// Empty when only comments or layout changed.
        fields: Vec<FieldChange>,
    },
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added { version } => write!(f, "+ {version}"),
            Self::Removed { version } => write!(f, "- {version}"),
            Self::Changed { version, fields } => {
                write!(f, "~ {version}")?;
                if fields.is_empty() {
                    write!(f, "\n    （仅注释或排版不同）")?;
                }
                for change in fields {
                    let old = change.old.as_deref().unwrap_or("（无）");
                    let new = change.new.as_deref().unwrap_or("（无）");
                    write!(f, "\n    {}：{old} → {new}", change.field)?;
                }
                Ok(())
            }
        }
    }
}

/// Everything that differs, ordered by version.
pub fn diff(old: &Catalogue, new: &Catalogue) -> Vec<Change> {
    let (old, new) = (versions(old), versions(new));
    let mut changes = Vec::new();
    for (version, definition) in &new {
        match old.get(version) {
            None => changes.push(Change::Added {
                version: version.clone(),
            }),
            Some(before) if before.hash != definition.hash => changes.push(Change::Changed {
                version: version.clone(),
                fields: field_changes(before, definition),
            }),
            Some(_) => {}
        }
    }
    let gone = old.keys().filter(|version| !new.contains_key(*version));
    changes.extend(gone.map(|version| Change::Removed {
        version: version.clone(),
    }));
    changes.sort_by(|a, b| version_of(a).cmp(version_of(b)));
    changes
}

fn version_of(change: &Change) -> &str {
    match change {
        Change::Added { version }
        | Change::Removed { version }
        | Change::Changed { version, .. } => version,
    }
}

fn versions(catalogue: &Catalogue) -> BTreeMap<String, &Definition> {
    let named = catalogue.iter().map(|definition| {
        let header = &definition.header;
        let name = format!(
            "{} @ {} 自 {}",
            header.id, header.jurisdiction, header.valid_from
        );
        (name, definition)
    });
    named.collect()
}

fn field_changes(old: &Definition, new: &Definition) -> Vec<FieldChange> {
    let (old, new) = (fields(old), fields(new));
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| FieldChange {
            field: name.clone(),
            old: old.get(name).cloned(),
            new: new.get(name).cloned(),
        })
        .collect()
}

/// Every leaf of a definition by its dotted path, the header's and the tests' included.
fn fields(definition: &Definition) -> BTreeMap<String, String> {
    let mut leaves = BTreeMap::new();
    let header = &definition.header;
    leaves.insert("title".to_owned(), header.title.clone());
    leaves.insert("source".to_owned(), header.source.clone());
    leaves.insert("certainty".to_owned(), format!("{:?}", header.certainty));
    let last = header.valid_to.map(|day| day.to_string());
    leaves.extend(last.map(|day| ("valid_to".to_owned(), day)));
    leaves.extend(header.note.clone().map(|note| ("note".to_owned(), note)));
    for (key, value) in definition.table() {
        flatten(key, value, &mut leaves);
    }
    for (index, test) in definition.tests().iter().enumerate() {
        flatten(
            &format!("test[{index}]"),
            &toml::Value::Table(test.clone()),
            &mut leaves,
        );
    }
    leaves
}

fn flatten(path: &str, value: &toml::Value, leaves: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                flatten(&format!("{path}.{key}"), value, leaves);
            }
        }
        toml::Value::Array(list) if list.iter().any(toml::Value::is_table) => {
            for (index, value) in list.iter().enumerate() {
                flatten(&format!("{path}[{index}]"), value, leaves);
            }
        }
        leaf => {
            leaves.insert(path.to_owned(), leaf.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "id = \"calendar.2030\"\ntitle = \"样例\"\njurisdiction = \"CN\"\nvalid_from = 2030-01-01\n\
                        source = \"通知\"\nyear = 2030\n[[holiday]]\nname = \"元旦\"\nfirst = 2030-01-01\nlast = 2030-01-01\n";

    fn of(files: &[(&str, &str)]) -> Catalogue {
        Catalogue::from_files(files.iter().copied())
    }

    #[test]
    fn changes_are_named_field_by_field() {
        let longer = BASE.replace("last = 2030-01-01", "last = 2030-01-03");
        let other = BASE
            .replace("calendar.2030", "calendar.2031")
            .replace("2030", "2031");
        let changes = diff(
            &of(&[("calendar/a.toml", BASE)]),
            &of(&[("calendar/a.toml", &longer), ("calendar/b.toml", &other)]),
        );
        let text: Vec<String> = changes.iter().map(ToString::to_string).collect();
        assert_eq!(
            text,
            [
                "~ calendar.2030 @ CN 自 2030-01-01\n    holiday[0].last：2030-01-01 → 2030-01-03",
                "+ calendar.2031 @ CN 自 2031-01-01",
            ]
        );
    }

    #[test]
    fn removal_and_layout_are_seen() {
        let spaced = format!("# 注\n{BASE}");
        let changes = diff(
            &of(&[("calendar/a.toml", BASE)]),
            &of(&[("calendar/a.toml", &spaced)]),
        );
        assert!(matches!(&changes[..], [Change::Changed { fields, .. }] if fields.is_empty()));
        let changes = diff(&of(&[("calendar/a.toml", BASE)]), &of(&[]));
        assert!(matches!(&changes[..], [Change::Removed { .. }]));
        assert!(
            diff(
                &of(&[("calendar/a.toml", BASE)]),
                &of(&[("calendar/a.toml", BASE)])
            )
            .is_empty()
        );
    }
}
