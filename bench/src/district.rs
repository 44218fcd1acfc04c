//! A demonstration district in a folder that vanishes, worked by the release binary beside this one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::process;
use crate::workbook::Unit;

/// The folder and the program that works it.
pub struct District {
    folder: tempfile::TempDir,
}

impl District {
    /// A district with unions and employers but hardly any members.
    pub fn empty() -> anyhow::Result<Self> {
        Self::with_members(2_000)
    }

    /// A district with so many members.
    pub fn with_members(members: usize) -> anyhow::Result<Self> {
        let district = Self {
            folder: tempfile::tempdir()?,
        };
        let members = members.to_string();
        let mut command = district.program("demo");
        command.args(["--members", &members, "--employers", "2000", "--no-serve"]);
        process::run(&mut command, &[])?;
        Ok(district)
    }

    /// `niangjia VERB --dir …`
    pub fn program(&self, verb: &str) -> Command {
        let mut command = Command::new(binary());
        command.arg(verb);
        if verb == "import" || verb == "export" {
            command.arg("members");
        }
        command.arg("--dir").arg(self.dir());
        command
    }

    /// The district's folder.
    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("district")
    }

    /// A place for files of the benchmark.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The SQLite file.
    pub fn database(&self) -> PathBuf {
        self.dir().join("data/niangjia.db")
    }

    /// Unions with an employer each, to which the people of a workbook can belong.
    pub fn units(&self) -> anyhow::Result<Vec<Unit>> {
        let db = rusqlite::Connection::open(self.database())?;
        let mut statement = db.prepare(
            "SELECT o.name, e.credit_code, e.name FROM coverage_edge c
             JOIN org o ON o.district = c.district AND o.id = c.org_id
             JOIN employer e ON e.district = c.district AND e.id = c.employer_id
             WHERE c.kind = 'own' AND c.to_on IS NULL AND o.state = 'active' AND e.credit_code IS NOT NULL
             ORDER BY o.name",
        )?;
        let units = statement
            .query_map([], |r| {
                Ok(Unit {
                    union: r.get(0)?,
                    code: r.get(1)?,
                    employer: r.get(2)?,
                })
            })?
            .collect::<Result<Vec<_>, _>>()?;
        if units.is_empty() {
            bail!("the demonstration district has no enterprise union");
        }
        Ok(units)
    }

    /// A copy of the district as it is now, for one more run from the same start.
    pub fn copy(&self, name: &str) -> anyhow::Result<PathBuf> {
        let to = self.file(name);
        let copied = Command::new("cp")
            .arg("-r")
            .arg(self.dir())
            .arg(&to)
            .status()?;
        std::fs::copy(
            self.file("district.keys"),
            self.file(&format!("{name}.keys")),
        )
        .context("no key file beside the district")?;
        let settings = to.join("niangjia.toml");
        let text = std::fs::read_to_string(&settings)?;
        std::fs::write(
            &settings,
            text.replace("district.keys", &format!("{name}.keys")),
        )?;
        if copied.success() {
            Ok(to)
        } else {
            bail!("cannot copy the district")
        }
    }
}

/// The program: beside this one in the target folder.
pub fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.parent().unwrap_or(Path::new(".")).join("niangjia")
}
