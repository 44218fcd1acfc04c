//! 角色 roles, read from `definitions/roles/roles.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use kernel::definitions::Catalogue;
use kernel::{Date, DistrictCode};
use serde::Deserialize;

use super::{AccessError, Capability, CapabilitySet};
use crate::orgs::OrgKind;
use crate::rulebook::{NoRule, Rulebook};

/// Where in the house a role works; decides which face opens after sign-in and the label shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 区级
    District,
    /// 镇街
    Town,
    /// 村社、园区、楼宇
    Village,
    /// 企业工会
    Enterprise,
    /// 律师、调解员、志愿者: sees assigned matters only
    Service,
    /// 职工本人: sees the own record only
    Own,
    /// 三员: runs the machine, sees no members
    Admin,
}

impl Level {
    /// The short label in front of the post.
    pub fn title(self) -> &'static str {
        match self {
            Level::District => "区级",
            Level::Town => "镇街",
            Level::Village => "村社",
            Level::Enterprise => "企业",
            Level::Service => "服务",
            Level::Own => "职工",
            Level::Admin => "管理",
        }
    }

    /// Whether a post of this level may lie in a union of this kind: the part of the tree it then sees is the one the
    /// role was written for.
    pub fn fits(self, kind: OrgKind) -> bool {
        use OrgKind as K;
        match self {
            Level::District => kind == K::Federation,
            Level::Town => matches!(kind, K::Town | K::Zone | K::Industry | K::CommitteeOffice),
            Level::Village => matches!(
                kind,
                K::Village | K::Park | K::Building | K::Industry | K::Regional | K::CommitteeOffice
            ),
            Level::Enterprise => matches!(
                kind,
                K::Single | K::Joint | K::Project | K::NewForm | K::Branch
            ),
            Level::Service | Level::Own | Level::Admin => true,
        }
    }

    /// Where a post of this level lies, in words.
    pub fn place(self) -> &'static str {
        match self {
            Level::District => "区总工会",
            Level::Town => "镇街、开发区或行业的总工会（联合会）",
            Level::Village => "村社、园区、楼宇、行业或区域的工会联合会",
            Level::Enterprise => "基层工会",
            Level::Service | Level::Own | Level::Admin => "组织树之外",
        }
    }

    /// Whether posts at this level see a part of the union tree. Others get an empty scope.
    pub fn sees_tree(self) -> bool {
        matches!(
            self,
            Level::District | Level::Town | Level::Village | Level::Enterprise
        )
    }
}

/// One role: a name and what it may do.
#[derive(Debug, Clone)]
pub struct Role {
    /// Stable id, stored with each post.
    pub id: String,
    /// Chinese title.
    pub title: String,
    /// Where it works.
    pub level: Level,
    /// What it may do.
    pub capabilities: CapabilitySet,
}

/// All roles of a district and which of them must never meet in one account.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(try_from = "RolesFile")]
pub struct Roles {
    roles: BTreeMap<String, Role>,
    order: Vec<String>,
    separate: Vec<(Vec<String>, String)>,
}

#[derive(Deserialize)]
struct RolesFile {
    role: Vec<RoleEntry>,
    #[serde(default)]
    separate: Vec<SeparateEntry>,
}

impl TryFrom<RolesFile> for Roles {
    type Error = AccessError;

    fn try_from(file: RolesFile) -> Result<Self, AccessError> {
        let mut all = Self::default();
        for entry in file.role {
            let role = role_of(entry)?;
            all.order.push(role.id.clone());
            all.roles.insert(role.id.clone(), role);
        }
        for group in file.separate {
            if let Some(unknown) = group.roles.iter().find(|id| !all.roles.contains_key(*id)) {
                return Err(AccessError::Roles(format!("没有角色 {unknown}")));
            }
            all.separate.push((group.roles, group.reason));
        }
        Ok(all)
    }
}

#[derive(Deserialize)]
struct RoleEntry {
    id: String,
    title: String,
    level: Level,
    capabilities: Vec<String>,
}

#[derive(Deserialize)]
struct SeparateEntry {
    roles: Vec<String>,
    reason: String,
}

impl Roles {
    /// The roles from the text of their definition file.
    ///
    /// # Errors
    /// The text is not TOML, names an unknown capability, or separates an unknown role.
    pub fn parse(text: &str) -> Result<Self, AccessError> {
        let file: RolesFile =
            toml::from_str(text).map_err(|e| AccessError::Roles(e.to_string()))?;
        Self::try_from(file)
    }

    /// The roles in force in a district on a day.
    ///
    /// # Errors
    /// No definition of roles holds there.
    pub fn in_force(place: DistrictCode, day: Date) -> Result<&'static Self, NoRule> {
        static BOOK: LazyLock<Rulebook<Roles>> =
            LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "roles.standard"));
        BOOK.at(place, day).map(|rule| rule.body)
    }
    /// The role with this id.
    pub fn get(&self, id: &str) -> Option<&Role> {
        self.roles.get(id)
    }

    /// All roles in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Role> {
        self.order.iter().filter_map(|id| self.roles.get(id))
    }

    /// Why an account that already holds `held` may not also get `wanted`, if so.
    pub fn conflict<'a>(&'a self, held: &[&str], wanted: &str) -> Option<&'a str> {
        self.separate.iter().find_map(|(group, reason)| {
            let wanted_in = group.iter().any(|id| id == wanted);
            let other_held = group
                .iter()
                .any(|id| id != wanted && held.contains(&id.as_str()));
            (wanted_in && other_held).then_some(reason.as_str())
        })
    }
}

fn role_of(entry: RoleEntry) -> Result<Role, AccessError> {
    let mut capabilities = CapabilitySet::default();
    for id in &entry.capabilities {
        let capability = Capability::from_id(id)
            .ok_or_else(|| AccessError::Roles(format!("角色 {} 写了未知能力 {id}", entry.id)))?;
        capabilities = capabilities.with(capability);
    }
    Ok(Role {
        id: entry.id,
        title: entry.title,
        level: entry.level,
        capabilities,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> Roles {
        Roles::parse(include_str!("../../../../definitions/roles/roles.toml")).unwrap()
    }

    #[test]
    fn no_administrator_sees_members_and_no_officer_runs_the_machine() {
        let admin = [
            Capability::AccountsManage,
            Capability::SettingsChange,
            Capability::PostsGrant,
            Capability::AuditRead,
        ];
        let personal = [
            Capability::MembersRead,
            Capability::MembersReveal,
            Capability::ExportRun,
        ];
        for role in shipped().iter() {
            let forbidden: &[Capability] = if role.level == Level::Admin {
                &personal
            } else {
                &admin
            };
            for c in forbidden {
                assert!(
                    !role.capabilities.has(*c),
                    "{} must not hold {}",
                    role.id,
                    c.id()
                );
            }
        }
    }

    #[test]
    fn the_three_administrators_never_meet_in_one_account() {
        let roles = shipped();
        assert!(roles.conflict(&["system_admin"], "audit_admin").is_some());
        assert!(roles.conflict(&["system_admin"], "system_admin").is_none());
        assert!(roles.conflict(&["town_officer"], "audit_admin").is_none());
    }

    #[test]
    fn an_unknown_capability_is_an_error_and_not_a_silent_no() {
        let text = "[[role]]\nid='x'\ntitle='x'\nlevel='town'\ncapabilities=['fly']";
        assert!(Roles::parse(text).is_err());
    }
}
