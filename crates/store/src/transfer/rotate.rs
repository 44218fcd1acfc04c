//! Key rotation: every sealed field that is not under the key in use is opened and sealed anew.
//!
//! Only values under older keys are touched, so the work can be stopped and begun again at any point; new values
//! are under the new key from the moment it is in the key file. The additional data (table, column, row) stays. A new
//! signing key needs no walk: older ones go on verifying. The index key is not rotated: some blind indexes
//! cannot be made anew, since what they were made from is not kept.

use kernel::DistrictCode;

use super::manifest::Layout;
use crate::actor::Actor;
use crate::audit::Audit;
use crate::db::Db;
use crate::error::StoreError;
use crate::jobs::{Job, JobFault, JobHandler};
use crate::row::Row;
use crate::schema::{Kind, Table, tables};
use crate::statement::Ask;
use crate::tx::Tx;
use crate::value::{ToValue, Value};
use crate::vault::Vault;

/// Rows looked at in one transaction: others wait for no more than this.
const CHUNK: i64 = 500;

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rotation {
    /// Rows with sealed fields that were looked at.
    pub rows: u64,
    /// Fields sealed anew.
    pub resealed: u64,
}

/// Seals every field of a district under the key in use. `progress` is told after each chunk and may stop the work
/// by an error; what is done stays done.
///
/// # Errors
/// [`StoreError::Sealed`] when a field cannot be opened (its key is missing): nothing is lost, the field stays as it
/// is.
pub fn rotate(
    db: &Db,
    district: DistrictCode,
    mut progress: impl FnMut(Rotation) -> Result<(), StoreError>,
) -> Result<Rotation, StoreError> {
    db.vault().reload()?;
    let actor = Actor::system(district);
    let mut done = Rotation::default();
    for table in tables()
        .iter()
        .filter(|table| table.sealed().next().is_some())
    {
        let plan = Plan::of(table);
        let mut after: Option<Vec<Value>> = None;
        loop {
            let (rows, last) =
                db.housekeep(&actor, |tx| plan.chunk(tx, after.as_deref(), &mut done))?;
            progress(done)?;
            after = last;
            if rows < CHUNK {
                break;
            }
        }
    }
    if done.resealed > 0 {
        let detail = serde_json::json!({ "key": db.vault().active_key(), "fields": done.resealed });
        db.write(&actor, |tx| {
            tx.audit(Audit::of("keys.rotated", "district", district).detail(detail))
        })?;
    }
    Ok(done)
}

/// How one table is walked.
struct Plan<'t> {
    table: &'t Table,
    /// Key columns without the district, then sealed columns.
    key: Vec<&'t str>,
    kinds: Vec<Kind>,
    sealed: Vec<&'t str>,
    layout: Layout,
}

impl<'t> Plan<'t> {
    fn of(table: &'t Table) -> Self {
        let sealed = table.sealed().map(|column| column.name.as_str()).collect();
        let key = table.row_key().filter_map(|name| table.column(name));
        let (key, kinds) = key.map(|one| (one.name.as_str(), one.kind)).unzip();
        Self {
            table,
            key,
            kinds,
            sealed,
            layout: Layout::of(table),
        }
    }

    /// One chunk behind `after`; how many rows it had, and the key of its last one.
    fn chunk(
        &self,
        tx: &mut Tx,
        after: Option<&[Value]>,
        done: &mut Rotation,
    ) -> Result<(i64, Option<Vec<Value>>), StoreError> {
        let district = tx.district().to_value();
        let mut args = vec![district.clone()];
        args.extend(after.unwrap_or_default().iter().cloned());
        args.push(Value::Int(CHUNK));
        let rows = ask_all(tx, &self.select(after.is_some()), &args)?;
        let mut last = None;
        for row in &rows {
            let key = self.key_of(row)?;
            done.rows += 1;
            done.resealed += self.reseal(tx, row, &key)?;
            last = Some(key);
        }
        Ok((i64::try_from(rows.len()).unwrap_or(CHUNK), last))
    }

    fn select(&self, after: bool) -> String {
        let columns = [self.key.as_slice(), self.sealed.as_slice()]
            .concat()
            .join(", ");
        let keys = self.key.join(", ");
        let mut sql = format!(
            "SELECT {columns} FROM {} WHERE district = $1",
            self.table.name
        );
        let mut next = 2;
        if after {
            let marks: Vec<String> = self
                .key
                .iter()
                .map(|_| {
                    next += 1;
                    format!("${}", next - 1)
                })
                .collect();
            sql.push_str(&format!(" AND ({keys}) > ({})", marks.join(", ")));
        }
        format!("{sql} ORDER BY {keys} LIMIT ${next}")
    }

    /// The row's key, each part as its column's kind.
    fn key_of(&self, row: &Row) -> Result<Vec<Value>, StoreError> {
        let count = self.key.len();
        let key = super::backup::values(row, &self.kinds);
        if key.len() == count {
            Ok(key)
        } else {
            Err(StoreError::Column {
                index: 0,
                wanted: "key",
            })
        }
    }

    /// Seals the row's older fields anew; how many.
    fn reseal(&self, tx: &mut Tx, row: &Row, key: &[Value]) -> Result<u64, StoreError> {
        let vault = tx.vault();
        let active = vault.active_key();
        let name = key.iter().map(text).collect::<Vec<_>>().join("/");
        let mut count = 0;
        for (index, column) in self.sealed.iter().enumerate() {
            let Some(old) = row.bytes(self.key.len() + index)? else {
                continue;
            };
            if Vault::key_of(old) == Some(active) {
                continue;
            }
            let field = format!("{}.{column}", self.layout.name);
            // Bytes, not text: some columns hold files.
            let fresh = vault.seal_bytes(&field, &name, &vault.open_bytes(&field, &name, old)?);
            let mut args = vec![tx.district().to_value()];
            args.extend(key.iter().cloned());
            args.extend([Value::from(old), Value::Bytes(fresh)]);
            // Conditional on the old value: a change made meanwhile is not overwritten.
            count += ask_exec(tx, &self.update(column), &args)?;
        }
        Ok(count)
    }

    fn update(&self, column: &str) -> String {
        let keys: String = self
            .key
            .iter()
            .enumerate()
            .map(|(n, key)| format!(" AND {key} = ${}", n + 2))
            .collect();
        let old = self.key.len() + 2;
        format!(
            "UPDATE {} SET {column} = ${} WHERE district = $1{keys} AND {column} = ${old}",
            self.table.name,
            old + 1
        )
    }
}

/// A key part as it stands in a sealed field's additional data.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Id(id) => id.hyphenated().to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(day) => day.to_string(),
        Value::Bool(_) | Value::Bytes(_) | Value::Null => String::new(),
    }
}

fn ask_all(tx: &mut Tx, sql: &str, args: &[Value]) -> Result<Vec<Row>, StoreError> {
    let lite = sql.replace('$', "?");
    tx.all(
        Ask {
            name: "rotate",
            pg: sql,
            lite: &lite,
            writes: false,
            own: &[],
        },
        args,
    )
}

fn ask_exec(tx: &mut Tx, sql: &str, args: &[Value]) -> Result<u64, StoreError> {
    let lite = sql.replace('$', "?");
    tx.exec(
        Ask {
            name: "rotate",
            pg: sql,
            lite: &lite,
            writes: true,
            own: &[],
        },
        args,
    )
}

/// The rotation as a job: long, resumable, one district at a time.
#[derive(Debug, Clone, Copy, Default)]
pub struct RotateKeys;

impl JobHandler for RotateKeys {
    fn kind(&self) -> &'static str {
        "store.rotate_keys"
    }

    fn run(&self, db: &Db, job: &Job) -> Result<(), JobFault> {
        rotate(db, job.district, |_| {
            job.renew(db)
                .map_err(|fault| StoreError::Refused(fault.message))
        })?;
        Ok(())
    }
}
