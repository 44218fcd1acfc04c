//! What part of the union tree someone may see: the value no query on tenant data can do without.

use crate::district::DistrictCode;
use crate::ids::MemberId;
use crate::org_path::OrgPath;

/// The reach of one post or one member (数据范围) inside one district.
///
/// It is either nothing, a subtree, or one member's own record. The fields are private and the two
/// constructors that grant anything are for `union::access` alone (a test over the source reads every other
/// file for them), so a scope that exists was earned. Scopes of two posts are chosen between, never merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    district: DistrictCode,
    path: Option<OrgPath>,
    member: Option<MemberId>,
}

impl Scope {
    /// Sees no row at all: what everyone starts with.
    pub fn nothing(district: DistrictCode) -> Self {
        Self {
            district,
            path: None,
            member: None,
        }
    }

    /// The subtree at `path`. Only `union::access` may call this.
    pub fn granted(district: DistrictCode, path: OrgPath) -> Self {
        Self {
            district,
            path: Some(path),
            member: None,
        }
    }

    /// One member's own record, and no subtree. Only `union::access` may call this.
    pub fn own(district: DistrictCode, member: MemberId) -> Self {
        Self {
            district,
            path: None,
            member: Some(member),
        }
    }

    /// The whole district, for work the program does by itself (nightly jobs, imports resumed after a crash).
    /// Only `store::Actor::system` may call this.
    pub fn system(district: DistrictCode) -> Self {
        Self {
            district,
            path: Some(OrgPath::whole()),
            member: None,
        }
    }

    /// The tenant.
    pub fn district(&self) -> &DistrictCode {
        &self.district
    }

    /// The root of the visible subtree, if any.
    pub fn path(&self) -> Option<&OrgPath> {
        self.path.as_ref()
    }

    /// The member whose own record this is, if it is one.
    pub fn member(&self) -> Option<MemberId> {
        self.member
    }

    /// Whether no organisation is visible.
    pub fn is_nothing(&self) -> bool {
        self.path.is_none()
    }

    /// Whether it is the whole district: the program's own, or the federation's, which is the first child of nothing.
    pub fn is_district(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.depth() <= 1)
    }

    /// Half-open range of `org_path` to bind in every query on tenant data; `("~", "~")`, which holds no
    /// row, when nothing is visible.
    pub fn range(&self) -> (String, String) {
        match &self.path {
            Some(path) => path.range(),
            None => ("~".to_owned(), "~".to_owned()),
        }
    }

    /// Whether the organisation at `path` lies inside.
    pub fn covers(&self, path: &OrgPath) -> bool {
        self.path.as_ref().is_some_and(|root| path.is_within(root))
    }

    /// A scope for a part of this one: `path` when it is covered, otherwise nothing. Narrowing can never
    /// widen, so anyone may call it.
    #[must_use]
    pub fn narrowed(&self, path: &OrgPath) -> Self {
        let path = self.covers(path).then(|| path.clone());
        Self {
            district: self.district,
            path,
            member: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn district() -> DistrictCode {
        DistrictCode::parse("330113").unwrap()
    }

    fn path(numbers: &[u32]) -> OrgPath {
        numbers.iter().fold(OrgPath::whole(), |path, number| {
            path.child(*number).unwrap()
        })
    }

    #[test]
    fn nothing_and_own_see_no_organisation() {
        let member: MemberId = "0190a1b2-c3d4-7000-8000-00000000000f".parse().unwrap();
        for scope in [Scope::nothing(district()), Scope::own(district(), member)] {
            let (from, to) = scope.range();
            assert!(from >= to, "an empty range");
            assert!(!scope.covers(&OrgPath::whole()));
            assert!(!scope.covers(&path(&[1])));
            assert!(scope.is_nothing());
        }
    }

    #[test]
    fn the_system_sees_the_district() {
        assert!(Scope::system(district()).covers(&OrgPath::whole()));
        assert!(Scope::system(district()).covers(&path(&[9, 9, 9])));
    }

    proptest! {
        #[test]
        fn range_and_covers_agree(root in prop::collection::vec(0u32..3, 0..4), at in prop::collection::vec(0u32..3, 0..5)) {
            let scope = Scope::granted(district(), path(&root));
            let (from, to) = scope.range();
            let text = path(&at).to_string();
            prop_assert_eq!(scope.covers(&path(&at)), from <= text && text < to);
        }

        #[test]
        fn narrowing_never_widens(root in prop::collection::vec(0u32..3, 0..4), to in prop::collection::vec(0u32..3, 0..4), at in prop::collection::vec(0u32..3, 0..5)) {
            let scope = Scope::granted(district(), path(&root));
            let narrowed = scope.narrowed(&path(&to));
            prop_assert!(!narrowed.covers(&path(&at)) || scope.covers(&path(&at)));
        }
    }

    #[test]
    fn only_the_whole_district_and_its_federation_are_the_district() {
        let federation = OrgPath::whole().child(0).unwrap();
        let town = federation.child(0).unwrap();
        assert!(Scope::system(district()).is_district());
        assert!(Scope::granted(district(), federation).is_district());
        assert!(!Scope::granted(district(), town).is_district());
        assert!(!Scope::nothing(district()).is_district());
        assert!(!Scope::own(district(), MemberId::from(uuid::Uuid::nil())).is_district());
    }
}
