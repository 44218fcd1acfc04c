//! Names of sealed fields and their rows: a rotation opens each value by its column and its row's key, so whoever
//! seals one must call it the same. Checked in debug builds, that is by every test that seals anything.

use crate::schema;

/// What is sealed outside the database and lives for minutes: uploads, the trip to a login provider.
const OUTSIDE: [&str; 3] = ["import_batch.file", "cookie.oidc", "page.totp_pending"];

/// Whether `field` is a sealed column of the schema and `row` a key with as many parts as its table's.
pub(super) fn known(field: &str, row: &str) -> bool {
    if OUTSIDE.contains(&field) {
        return true;
    }
    let Some((table, column)) = field.split_once('.') else {
        return false;
    };
    schema::table(table).is_some_and(|table| {
        table.sealed().any(|sealed| sealed.name == column)
            && table.row_key().count() == row.split('/').count()
    })
}

#[cfg(test)]
mod tests {
    use super::known;

    #[test]
    fn a_sealed_field_is_named_as_a_rotation_names_it() {
        assert!(known("member.id_sealed", "7"));
        assert!(known("feed_refused.body_sealed", "7/12"));
        assert!(known("cookie.oidc", "trip"));
        for (field, row) in [
            ("feed_refused.body", "7/12"),
            ("feed_refused.body_sealed", "7 12"),
            ("member.id_sealed", "7/12"),
            ("member.name", "7"),
            ("nothing.id_sealed", "7"),
            ("member", "7"),
        ] {
            assert!(!known(field, row), "{field} {row}");
        }
    }
}
