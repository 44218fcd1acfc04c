//! Does what is sealed open (加密字段打得开吗)? Keys that fit a backup by their mark may still lack one that a rotation
//! made and a field needs; that is to be known before anybody relies on the copy.

use kernel::DistrictCode;

use super::backup::values;
use super::rotate::text;
use super::{Layout, each_row};
use crate::error::StoreError;
use crate::row::Row;
use crate::schema::{self, Kind};
use crate::tx::{Conn, Tx};
use crate::vault::Vault;

/// Opens every sealed field of the tables; how many there are.
///
/// # Errors
/// [`StoreError::Keys`] naming the first table and column with a field that does not open, and its key.
pub(crate) fn open_all<'l>(
    conn: &mut Conn<'_>,
    vault: &Vault,
    layouts: impl Iterator<Item = &'l Layout>,
    districts: &[DistrictCode],
) -> Result<u64, StoreError> {
    let mut opened = 0;
    for layout in layouts {
        let Some(plan) = Plan::of(layout)? else {
            continue;
        };
        for district in districts {
            each_row(conn, layout, *district, |row| {
                opened += plan.open(vault, row)?;
                Ok(())
            })?;
        }
    }
    Ok(opened)
}

/// Where a table's sealed fields stand, and what names its rows.
struct Plan<'l> {
    table: &'l str,
    kinds: Vec<Kind>,
    key: Vec<usize>,
    sealed: Vec<(usize, &'l str)>,
}

impl<'l> Plan<'l> {
    /// None when nothing of it is sealed.
    fn of(layout: &'l Layout) -> Result<Option<Self>, StoreError> {
        let Some(table) = schema::table(&layout.name) else {
            return Ok(None);
        };
        let columns = || layout.columns.iter().map(|(name, _)| name.as_str());
        let is_sealed = |name: &str| table.sealed().any(|column| column.name == name);
        let place = |name: &str| columns().position(|column| column == name);
        let plan = Self {
            table: &layout.name,
            kinds: layout.kinds()?,
            key: table.row_key().filter_map(place).collect(),
            sealed: columns()
                .enumerate()
                .filter(|(_, name)| is_sealed(name))
                .collect(),
        };
        Ok((!plan.sealed.is_empty()).then_some(plan))
    }

    /// Opens the fields of a row; how many it has.
    fn open(&self, vault: &Vault, row: &Row) -> Result<u64, StoreError> {
        let values = values(row, &self.kinds);
        let key = self.key.iter().filter_map(|at| values.get(*at));
        let name = key.map(text).collect::<Vec<_>>().join("/");
        let mut opened = 0;
        for (at, column) in &self.sealed {
            let Some(sealed) = row.bytes(*at)? else {
                continue;
            };
            let field = format!("{}.{column}", self.table);
            vault.open_bytes(&field, &name, sealed).map_err(|fault| {
                let key = Vault::key_of(sealed).unwrap_or_default();
                StoreError::Keys(format!(
                    "{field} 里有 {key} 号密钥加密的内容打不开：{fault}"
                ))
            })?;
            opened += 1;
        }
        Ok(opened)
    }
}

/// The same of the district of a transaction, in a database as the program makes it.
pub(crate) fn open_district(tx: &mut Tx) -> Result<u64, StoreError> {
    let (district, vault) = (*tx.district(), tx.vault().clone());
    open_all(&mut tx.conn, &vault, Layout::all().iter(), &[district])
}
