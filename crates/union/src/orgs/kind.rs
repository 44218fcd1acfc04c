//! What unions there are, and which may hang below which.

/// Declares the kinds once: variant, stored id, Chinese term, short label for tags.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $title:literal;)*) => {
        /// Kind of union organisation (工会组织类型). Trade Union Law art. 11; domain/facts §4.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum OrgKind { $($(#[$doc])* $name),* }

        impl OrgKind {
            /// All kinds, from the top of the tree down.
            pub const ALL: &'static [OrgKind] = &[$(OrgKind::$name),*];
            /// Stored form.
            pub fn id(self) -> &'static str { match self { $(OrgKind::$name => $id),* } }
            /// Chinese term.
            pub fn title(self) -> &'static str { match self { $(OrgKind::$name => $title),* } }
        }
    };
}

kinds! {
    /// County-level federation: the root of a district.
    Federation = "federation", "区总工会";
    /// Town or street federation.
    Town = "town", "镇街总工会";
    /// Development zone or platform, ranking with a town.
    Zone = "zone", "开发区（平台）总工会";
    /// Village or community federation (区域联合会).
    Village = "village", "村社工会联合会";
    /// Industrial park federation (区域联合会).
    Park = "park", "园区工会联合会";
    /// Office-building federation (区域联合会).
    Building = "building", "楼宇工会联合会";
    /// Industry federation: unions of one trade.
    Industry = "industry", "行业工会联合会";
    /// Regional federation that is none of the three above.
    Regional = "regional", "区域工会联合会";
    /// Basic union of one unit.
    Single = "single", "单独基层工会";
    /// Basic union of two or more units.
    Joint = "joint", "联合基层工会";
    /// Temporary union of one construction project; ends with the project.
    Project = "project", "项目临时工会";
    /// Union of platform and agency workers; needs no employer.
    NewForm = "new_form", "新就业形态工会";
    /// Working committee or office that a federation sends out.
    CommitteeOffice = "committee_office", "工会工作委员会（办事处）";
    /// Branch within a basic union.
    Branch = "branch", "分工会";
    /// Group within a basic union or a branch.
    Team = "team", "工会小组";
}

impl OrgKind {
    /// The kind with this stored id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.id() == id)
    }

    /// Whether it is a union of an area: the territory view is made of these.
    pub fn is_territorial(self) -> bool {
        self.is_town()
            || matches!(
                self,
                Self::Federation | Self::Village | Self::Park | Self::Building | Self::Regional
            )
    }

    /// Whether it stands at town level (镇街、开发区): the columns of the district's tables.
    pub fn is_town(self) -> bool {
        matches!(self, Self::Town | Self::Zone)
    }

    /// Whether it is a basic union (基层工会): it has members of its own and is founded by the flow.
    pub fn is_basic(self) -> bool {
        matches!(
            self,
            Self::Single | Self::Joint | Self::Project | Self::NewForm
        )
    }

    /// Whether it gathers other unions rather than members.
    pub fn is_federation(self) -> bool {
        self.is_territorial() || self == Self::Industry
    }

    /// Whether it may be a legal person of its own (基层工会法人登记管理办法): branches, groups and offices
    /// may not.
    pub fn may_be_legal_person(self) -> bool {
        self.is_basic() || self.is_federation()
    }

    /// Whether a union of this kind may hang directly below one of kind `parent`. The tree is the tree of
    /// areas; an industry federation gathers its unions by the second link (行业归口).
    pub fn may_hang_under(self, parent: Self) -> bool {
        match self {
            Self::Federation => false,
            Self::Town | Self::Zone => parent == Self::Federation,
            Self::Village | Self::Park | Self::Building | Self::Regional => {
                parent.is_territorial() || parent == Self::CommitteeOffice
            }
            Self::Industry | Self::CommitteeOffice => parent.is_territorial(),
            Self::Single | Self::Joint | Self::Project | Self::NewForm => {
                parent.is_federation() || parent == Self::CommitteeOffice
            }
            Self::Branch => parent.is_basic() || parent == Self::Branch,
            Self::Team => parent.is_basic() || parent == Self::Branch,
        }
    }
}

impl std::fmt::Display for OrgKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.title())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_ids_are_read_back_and_unique() {
        for kind in OrgKind::ALL {
            assert_eq!(OrgKind::from_id(kind.id()), Some(*kind));
        }
        assert_eq!(OrgKind::from_id("总工会"), None);
    }

    #[test]
    fn nothing_hangs_above_the_federation_and_no_basic_union_carries_another() {
        assert!(
            OrgKind::ALL
                .iter()
                .all(|parent| !OrgKind::Federation.may_hang_under(*parent))
        );
        for parent in OrgKind::ALL.iter().filter(|kind| kind.is_basic()) {
            assert!(!OrgKind::Single.may_hang_under(*parent), "{parent}");
            assert!(OrgKind::Team.may_hang_under(*parent), "{parent}");
        }
    }
}
