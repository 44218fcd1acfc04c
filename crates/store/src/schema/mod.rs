//! The schema, written once (`migrations/NNNN_name.sql`) and rendered for each database.

mod compare;
#[cfg(test)]
mod digest;
mod parse;
mod render;
mod run;

pub(crate) use compare::{Difference, difference_postgres, difference_sqlite};
pub use parse::{Column, Kind, Table};
pub use render::Target;
pub(crate) use render::render;
pub(crate) use run::{
    is_current, is_ours, is_ours_postgres, migrate_postgres, migrate_sqlite, must_be_current,
    must_be_current_postgres,
};

use std::sync::OnceLock;

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Its number; steps are applied in this order, each once.
    pub version: i64,
    /// Its file name without number and ending.
    pub name: &'static str,
    /// The text with tokens.
    pub source: &'static str,
    /// Its digests for SQLite and PostgreSQL: `digest.rs`.
    digests: [&'static str; 2],
}

macro_rules! migration {
    ($version:literal, $name:literal, $file:literal) => {
        Migration {
            version: $version,
            name: $name,
            source: include_str!(concat!("../../migrations/", $file)),
            digests: [
                include_str!(concat!(env!("OUT_DIR"), "/", $file, ".sqlite")),
                include_str!(concat!(env!("OUT_DIR"), "/", $file, ".postgres")),
            ],
        }
    };
}

/// Every step there is. A landed step is never edited; a change is a new step.
pub static MIGRATIONS: &[Migration] = &[
    migration!(1, "foundation", "0001_foundation.sql"),
    migration!(2, "access", "0002_access.sql"),
    migration!(3, "orgs", "0003_orgs.sql"),
    migration!(4, "employers", "0004_employers.sql"),
    migration!(5, "members", "0005_members.sql"),
    migration!(6, "coverage", "0006_coverage.sql"),
    migration!(7, "exchange", "0007_exchange.sql"),
    migration!(8, "cases", "0008_cases.sql"),
    migration!(9, "arrears", "0009_arrears.sql"),
    migration!(10, "notebook", "0010_notebook.sql"),
    migration!(11, "letters", "0011_letters.sql"),
    migration!(12, "papers", "0012_papers.sql"),
    migration!(13, "daily", "0013_daily.sql"),
    migration!(14, "packs", "0014_packs.sql"),
    migration!(15, "reports", "0015_reports.sql"),
    migration!(16, "posters", "0016_posters.sql"),
    migration!(17, "cases_sent", "0017_cases.sql"),
    migration!(20, "pace", "0020_pace.sql"),
    migration!(25, "desk", "0025_desk.sql"),
    migration!(26, "desk_rules", "0026_desk_rules.sql"),
    migration!(27, "first_screen", "0027_first_screen.sql"),
    migration!(28, "feed_pause", "0028_arrears.sql"),
    migration!(29, "check_in_photo", "0029_arrears.sql"),
    migration!(30, "lookups", "0030_lookups.sql"),
    migration!(31, "photos", "0031_arrears.sql"),
    migration!(32, "told_on", "0032_arrears.sql"),
    migration!(33, "found", "0033_cases.sql"),
    migration!(34, "verified", "0034_arrears.sql"),
    migration!(35, "filed", "0035_notebook.sql"),
    migration!(36, "verified_when", "0036_arrears.sql"),
    migration!(37, "weightiest", "0037_arrears.sql"),
    migration!(38, "signal_kind", "0038_arrears.sql"),
    migration!(40, "confined", "0040_cases.sql"),
    migration!(41, "merged_as", "0041_arrears.sql"),
    migration!(42, "case_unit", "0042_cases.sql"),
    migration!(43, "suspended", "0043_cases.sql"),
    migration!(46, "post_role", "0046_access.sql"),
    migration!(47, "employer_match_draft", "0047_matching.sql"),
    migration!(48, "application_unit", "0048_members.sql"),
];

/// Every table, parents before children. Backup, restore, move, rotation and the tests walk this list.
pub fn tables() -> &'static [Table] {
    static TABLES: OnceLock<Vec<Table>> = OnceLock::new();
    TABLES.get_or_init(|| parse::tables(MIGRATIONS.iter().map(|migration| migration.source)))
}

/// The table called `name`.
pub fn table(name: &str) -> Option<&'static Table> {
    tables().iter().find(|table| table.name == name)
}
