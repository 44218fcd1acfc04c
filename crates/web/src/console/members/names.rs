//! Names of unions beside rows: each union is asked for once a page.

use std::collections::BTreeMap;

use kernel::OrgPath;
use store::Tx;
use union::members::MemberError;
use union::orgs;

/// A union's name, and the town it lies in.
#[derive(Debug, Clone, Default)]
pub(in crate::console) struct Place {
    /// Name of the union.
    pub union: String,
    /// Name of the town or zone above it, if any.
    pub town: String,
}

/// Names of the unions on a page.
#[derive(Debug, Clone, Default)]
pub(in crate::console) struct Names(BTreeMap<OrgPath, Place>);

impl Names {
    /// Reads the names of these unions.
    pub(in crate::console) fn of<'p>(
        tx: &mut Tx,
        paths: impl IntoIterator<Item = &'p OrgPath>,
    ) -> Result<Self, MemberError> {
        let mut names = BTreeMap::new();
        for path in paths {
            if !names.contains_key(path) {
                names.insert(path.clone(), place(tx, path)?);
            }
        }
        Ok(Self(names))
    }

    /// The union's name.
    pub(in crate::console) fn union(&self, path: &OrgPath) -> &str {
        self.0.get(path).map_or("", |place| &place.union)
    }

    /// The town's name.
    pub(in crate::console) fn town(&self, path: &OrgPath) -> &str {
        self.0.get(path).map_or("", |place| &place.town)
    }
}

fn place(tx: &mut Tx, path: &OrgPath) -> Result<Place, MemberError> {
    let trail = orgs::path_names(tx, path).map_err(|error| MemberError::Room(Box::new(error)))?;
    let own = trail.last().filter(|org| org.path == *path);
    let town = trail.iter().rev().skip(1).find(|org| org.kind.is_town());
    Ok(Place {
        union: own.map(|org| org.name.clone()).unwrap_or_default(),
        town: town.map(|org| org.name.clone()).unwrap_or_default(),
    })
}

pub(in crate::console) use union::members::masked_name as masked;
