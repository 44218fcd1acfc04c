//! Settings of a district: small JSON values by name, every change audited.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::args;
use crate::audit::Audit;
use crate::error::StoreError;
use crate::tx::Tx;

crate::statements! {
    GET = "SELECT value FROM setting WHERE district = $1 AND name = $2";
    PUT = "INSERT INTO setting (district, name, value) VALUES ($1, $2, $3) \
        ON CONFLICT (district, name) DO UPDATE SET value = excluded.value";
}

impl Tx<'_> {
    /// The setting called `name`, or `None` when it was never set.
    ///
    /// # Errors
    /// [`StoreError::Database`] when it is set to something of another shape.
    pub fn setting<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, StoreError> {
        let text = self.remember_for_all(format!("setting|{name}"), |tx| {
            let row = tx.raw_opt(&GET, args![tx.district(), name])?;
            row.map(|row| row.text(0).map(ToOwned::to_owned))
                .transpose()
        })?;
        text.map(|text| serde_json::from_str(&text))
            .transpose()
            .map_err(|fault| StoreError::Database(format!("设置 {name}：{fault}")))
    }

    /// Sets `name`, and enters before and after in the audit log (so seal secrets before they come here).
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn put_setting<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), StoreError> {
        let after =
            serde_json::to_value(value).map_err(|fault| StoreError::Database(fault.to_string()))?;
        let before: Option<Json> = self.setting(name)?;
        if before.as_ref() == Some(&after) {
            return Ok(());
        }
        self.exec(&PUT, args![self.district(), name, after])?;
        let detail = json!({ "before": before, "after": after });
        self.audit(Audit::of("setting.changed", "setting", name).detail(detail))
    }
}
