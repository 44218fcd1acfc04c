//! 系统设置 settings: names, addresses and switches that a system administrator changes on screen.
//!
//! What may be set, its default and its meaning stand in `definitions/settings/settings.toml`; a value
//! in the store overrides the default. Secrets are never settings: they come from the key file.

use std::collections::BTreeMap;

use kernel::definitions::{Kind as DefinitionKind, expect_equal, read_test};
use kernel::refusal::Refusal;
use serde::Deserialize;
use serde_json::json;
use store::{Audit, StoreError, Tx, args};

use crate::failure::{Kind, RoomError, store_kind};

pub mod sql {
    //! Statements of the settings room.
    store::statements! {
        /// All values set in a district.
        pub ALL_SET = "SELECT name, value FROM setting WHERE district = $1";
        /// Set a value.
        pub SET = "INSERT INTO setting (district, name, value) VALUES ($1, $2, $3)
            ON CONFLICT (district, name) DO UPDATE SET value = excluded.value";
    }
}

/// Longest value, in characters.
const LONGEST: usize = 2_000;

/// What may be set.
#[derive(Debug, Clone, Deserialize)]
pub struct SettingDefinition {
    /// Stable name, such as `contact.hotline`.
    pub name: String,
    /// Chinese label.
    pub title: String,
    /// text, phone or address.
    pub kind: String,
    /// Value where none was set.
    pub default: String,
    /// What it does.
    pub help: String,
}

/// Everything that may be set.
#[derive(Debug, Clone, Deserialize)]
pub struct SettingDefinitions {
    /// In the order of the page.
    pub setting: Vec<SettingDefinition>,
}

impl SettingDefinitions {
    /// From the text of the definition file.
    ///
    /// # Errors
    /// The text is not TOML or lacks a field.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    fn get(&self, name: &str) -> Option<&SettingDefinition> {
        self.setting.iter().find(|s| s.name == name)
    }
}

/// One embedded test of the definition: a setting and its default.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DefaultTest {
    name: String,
    default: String,
}

/// How `niangjia definitions` checks and tests these files.
pub const KIND: DefinitionKind = DefinitionKind {
    folder: "settings",
    check: |definition| {
        definition
            .body::<SettingDefinitions>()
            .err()
            .into_iter()
            .collect()
    },
    test: |definition, test, _| {
        let (all, test): (SettingDefinitions, DefaultTest) = (definition.body()?, read_test(test)?);
        let found = all
            .get(&test.name)
            .ok_or_else(|| format!("没有设置 {}", test.name))?;
        expect_equal(&test.name, &test.default, &found.default)
    },
};

/// Values in force: the set ones over the defaults.
#[derive(Debug, Clone, Default)]
pub struct Settings(BTreeMap<String, String>);

impl Settings {
    /// The value; empty for a name that is not defined.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// No such setting.
    #[error("没有这项设置")]
    Unknown,
    /// The value is not acceptable.
    #[error("「{title}」{message}")]
    Invalid {
        /// Name of the setting, also of the form field.
        name: String,
        /// Its label.
        title: String,
        /// What would be accepted.
        message: &'static str,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RoomError for SettingsError {
    fn kind(&self) -> Kind {
        match self {
            Self::Unknown => Kind::Missing,
            Self::Invalid { .. } => Kind::Invalid,
            Self::Store(error) => store_kind(error),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "settings.unknown",
            Self::Invalid { .. } => "settings.invalid",
            Self::Store(error) => error.code(),
        }
    }
    fn refusals(&self) -> &[Refusal] {
        &[]
    }
    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// The values in force.
///
/// # Errors
/// The store failed.
pub fn load(tx: &mut Tx, definitions: &SettingDefinitions) -> Result<Settings, SettingsError> {
    let mut values: BTreeMap<String, String> = definitions
        .setting
        .iter()
        .map(|s| (s.name.clone(), s.default.clone()))
        .collect();
    let district = *tx.district();
    for row in tx.all(&sql::ALL_SET, args![district])? {
        let (name, stored) = (row.get::<String>(0)?, row.get::<String>(1)?);
        if let Some(value) = values.get_mut(&name) {
            *value = serde_json::from_str(&stored).unwrap_or_default();
        }
    }
    Ok(Settings(values))
}

/// Change one value. Setting it to what it is changes nothing and leaves no record.
///
/// # Errors
/// Not defined, or not acceptable for its kind.
pub fn change(
    tx: &mut Tx,
    definitions: &SettingDefinitions,
    name: &str,
    value: &str,
) -> Result<bool, SettingsError> {
    let definition = definitions.get(name).ok_or(SettingsError::Unknown)?;
    let value = value.trim();
    check(definition, value)?;
    let before = load(tx, definitions)?.get(name).to_owned();
    if before == value {
        return Ok(false);
    }
    let district = *tx.district();
    tx.exec(&sql::SET, args![district, name, json!(value).to_string()])?;
    tx.audit(
        Audit::of("setting.changed", "setting", name)
            .detail(json!({ "before": before, "after": value })),
    )?;
    Ok(true)
}

fn check(definition: &SettingDefinition, value: &str) -> Result<(), SettingsError> {
    let invalid = |message| SettingsError::Invalid {
        name: definition.name.clone(),
        title: definition.title.clone(),
        message,
    };
    if value.chars().count() > LONGEST {
        return Err(invalid("太长，最多 2000 个字"));
    }
    let fits = match definition.kind.as_str() {
        "phone" => value
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '+')),
        "address" => {
            value.is_empty()
                || ((value.starts_with("https://") || value.starts_with("http://"))
                    && !value.contains(char::is_whitespace))
        }
        _ => true,
    };
    if fits {
        return Ok(());
    }
    Err(invalid(if definition.kind == "phone" {
        "只能填数字和横线"
    } else {
        "须以 https:// 开头，不含空格"
    }))
}
