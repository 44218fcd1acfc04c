//! What a backup says about itself, and what two databases are compared by.

use kernel::DistrictCode;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::schema::{Kind, MIGRATIONS, Table, tables};

/// The format of our backup files.
pub(super) const FORMAT: &str = "niangjia-backup-2";
/// The format of backups made before the first release, with ids as text.
pub(super) const EARLY: &str = "niangjia-backup-1";

/// How a table was laid out when it was copied. A later program reads an old backup by this, not by its own
/// tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// The table.
    pub name: String,
    /// Its columns with their kinds (`id`, `text`, …).
    pub columns: Vec<(String, String)>,
    /// The columns of its key, in order.
    pub key: Vec<String>,
}

impl Layout {
    /// The layout of a table of this program.
    pub(super) fn of(table: &Table) -> Self {
        Self {
            name: table.name.clone(),
            columns: table
                .columns
                .iter()
                .map(|c| (c.name.clone(), c.kind.token().to_owned()))
                .collect(),
            key: table.key.clone(),
        }
    }

    /// Every table of this program, parents first.
    pub(super) fn all() -> Vec<Self> {
        tables().iter().map(Self::of).collect()
    }

    /// Whether its rows belong to districts.
    pub(super) fn is_tenant(&self) -> bool {
        self.columns
            .first()
            .is_some_and(|(name, _)| name == "district")
    }

    pub(super) fn column_list(&self) -> String {
        self.columns
            .iter()
            .map(|(name, _)| name.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The kinds of its columns.
    ///
    /// # Errors
    /// [`StoreError::Schema`] when one is unknown (a backup of a newer program).
    pub(super) fn kinds(&self) -> Result<Vec<Kind>, StoreError> {
        self.columns
            .iter()
            .map(|(_, token)| Kind::ALL.into_iter().find(|kind| kind.token() == token))
            .collect::<Option<_>>()
            .ok_or_else(|| StoreError::Schema(format!("表{}含未知类型", self.name)))
    }

    /// Whether its names are plain names: a manifest is input, and these go into SQL.
    pub(super) fn is_plain(&self) -> bool {
        let plain = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        plain(&self.name)
            && self.key.iter().all(|name| plain(name))
            && self.columns.iter().all(|(name, _)| plain(name))
    }
}

/// One table's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableMark {
    /// How it is laid out.
    #[serde(flatten)]
    pub layout: Layout,
    /// Rows.
    pub rows: u64,
    /// SM3 over its rows in the order of the key, hexadecimal.
    pub digest: String,
}

/// One district's audit chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistrictMark {
    /// The district.
    pub district: DistrictCode,
    /// Its name.
    pub name: String,
    /// The last record of its audit chain.
    pub audit_seq: i64,
    /// That record's hash, hexadecimal.
    pub audit_hash: String,
}

/// What stands at the end of a backup file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format.
    pub format: String,
    /// When it was made, RFC 3339.
    pub made_at: String,
    /// The last migration that was applied.
    pub schema_version: i64,
    /// Districts with the ends of their chains.
    pub districts: Vec<DistrictMark>,
    /// Tables, parents first.
    pub tables: Vec<TableMark>,
    /// Mark of the keys that the sealed fields need. The keys themselves are not in the backup.
    pub keys: String,
    /// Bytes of the database part.
    pub bytes: u64,
    /// SM3 of the database part, hexadecimal.
    pub digest: String,
}

impl Manifest {
    /// Rows in all tables.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

/// The version a fully migrated database of this program has.
pub(super) fn program_version() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}
