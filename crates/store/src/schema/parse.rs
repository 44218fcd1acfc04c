//! Reads our own migration files: `CREATE TABLE`, `CREATE INDEX`, `DROP INDEX` and `ALTER TABLE … ADD COLUMN`, nothing
//! else.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A record id.
    Id,
    /// Text.
    Text,
    /// A whole number.
    Int,
    /// Milliseconds since the epoch.
    Instant,
    /// Fen.
    Money,
    /// A civil date.
    Date,
    /// Yes or no.
    Flag,
    /// Bytes.
    Blob,
    /// JSON kept as text, byte for byte.
    Json,
}

impl Kind {
    /// The token in the migration file, without braces.
    pub fn token(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "text",
            Self::Int => "int",
            Self::Instant => "instant",
            Self::Money => "money",
            Self::Date => "date",
            Self::Flag => "flag",
            Self::Blob => "blob",
            Self::Json => "json",
        }
    }

    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Id,
        Self::Text,
        Self::Int,
        Self::Instant,
        Self::Money,
        Self::Date,
        Self::Flag,
        Self::Blob,
        Self::Json,
    ];
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be `NULL`.
    pub nullable: bool,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns in order of creation.
    pub columns: Vec<Column>,
    /// Columns of the primary key, in order.
    pub key: Vec<String>,
}

impl Table {
    /// Whether its rows belong to districts; the others are reference tables.
    pub fn is_tenant(&self) -> bool {
        self.columns
            .first()
            .is_some_and(|column| column.name == "district")
    }

    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Columns sealed by the vault.
    pub fn sealed(&self) -> impl Iterator<Item = &Column> {
        self.columns
            .iter()
            .filter(|column| column.name.ends_with("_sealed"))
    }

    /// The primary key without the district: what names a row inside its district, and in a sealed field's
    /// additional data.
    pub fn row_key(&self) -> impl Iterator<Item = &str> {
        self.key
            .iter()
            .map(String::as_str)
            .filter(|name| *name != "district")
    }
}

/// The text without comments, cut at semicolons.
pub(super) fn statements(source: &str) -> Vec<String> {
    let plain: String = source
        .lines()
        .map(|line| line.split("--").next().unwrap_or(""))
        .fold(String::with_capacity(source.len()), |mut text, line| {
            text.push_str(line);
            text.push('\n');
            text
        });
    plain
        .split(';')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
        .collect()
}

/// All tables that the migrations leave behind.
pub(super) fn tables<'s>(sources: impl Iterator<Item = &'s str>) -> Vec<Table> {
    let mut all: Vec<Table> = Vec::new();
    for statement in sources.flat_map(statements) {
        if let Some(table) = created(&statement) {
            all.push(table);
        } else if let Some((name, column)) = added(&statement)
            && let Some(table) = all.iter_mut().find(|table| table.name == name)
        {
            table.columns.push(column);
        }
    }
    all
}

/// The table a `CREATE TABLE` makes.
pub(super) fn created(statement: &str) -> Option<Table> {
    let rest = statement.strip_prefix("CREATE TABLE ")?;
    let (name, body) = rest.split_once('(')?;
    let (body, _) = body.rsplit_once(')')?;
    let mut table = Table {
        name: name.trim().to_owned(),
        columns: Vec::new(),
        key: Vec::new(),
    };
    for item in items(body) {
        if let Some(list) = item.strip_prefix("PRIMARY KEY") {
            table.key = names(list);
        } else if let Some(column) = column(item) {
            if item.contains("PRIMARY KEY") {
                table.key = vec![column.name.clone()];
            }
            table.columns.push(column);
        }
    }
    Some(table)
}

/// Table and column of an `ALTER TABLE t ADD COLUMN c …`.
fn added(statement: &str) -> Option<(&str, Column)> {
    let (name, item) = statement
        .strip_prefix("ALTER TABLE ")?
        .split_once(" ADD COLUMN ")?;
    Some((name.trim(), column(item.trim())?))
}

/// A column definition; `None` for a table constraint.
fn column(item: &str) -> Option<Column> {
    let (name, rest) = item.split_once(" {")?;
    let (token, rest) = rest.split_once('}')?;
    let kind = Kind::ALL.into_iter().find(|kind| kind.token() == token)?;
    (!name.contains(' ')).then(|| Column {
        name: name.to_owned(),
        kind,
        nullable: !rest.contains("NOT NULL"),
    })
}

/// Splits at commas outside parentheses.
fn items(body: &str) -> Vec<&str> {
    let (mut all, mut depth, mut from) = (Vec::new(), 0_i32, 0);
    for (at, c) in body.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                all.extend(body.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    all.extend(body.get(from..));
    all.into_iter().map(str::trim).collect()
}

/// Names in a parenthesised list.
fn names(list: &str) -> Vec<String> {
    list.trim()
        .trim_matches(['(', ')'])
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_columns_and_keys_are_read() {
        let source = "-- a comment; with a semicolon\nCREATE TABLE a (\n  district {text} NOT NULL REFERENCES d (code),\n  \
            id {id} NOT NULL,\n  kind {text} CHECK (kind IN ('x', 'y')),\n  PRIMARY KEY (district, id),\n  \
            UNIQUE (district, kind)\n){strict};\nALTER TABLE a ADD COLUMN note_sealed {blob};";
        let tables = tables([source].into_iter());
        assert_eq!(tables.len(), 1);
        let table = &tables[0];
        assert_eq!(table.key, ["district", "id"]);
        assert_eq!(table.row_key().collect::<Vec<_>>(), ["id"]);
        assert!(table.is_tenant());
        let names: Vec<_> = table
            .columns
            .iter()
            .map(|c| (c.name.as_str(), c.nullable))
            .collect();
        assert_eq!(
            names,
            [
                ("district", false),
                ("id", false),
                ("kind", true),
                ("note_sealed", true)
            ]
        );
        assert_eq!(table.sealed().count(), 1);
    }
}
