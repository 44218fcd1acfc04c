//! How `niangjia definitions` checks and tests the files of this room: roles and the sign-in policy.

use kernel::definitions::{Definition, Kind, expect_equal, read_test};
use serde::Deserialize;

use super::{AccessPolicy, Capability, Roles};

/// Definitions in `roles/`.
pub const ROLES_KIND: Kind = Kind {
    folder: "roles",
    check: |definition| definition.body::<Roles>().err().into_iter().collect(),
    test: |definition, test, _| test_roles(definition, test),
};

/// Definitions in `access/`.
pub const POLICY_KIND: Kind = Kind {
    folder: "access",
    check: |definition| {
        definition
            .body::<AccessPolicy>()
            .err()
            .into_iter()
            .collect()
    },
    test: |definition, test, _| {
        let (policy, test): (AccessPolicy, PolicyTest) = (definition.body()?, read_test(test)?);
        let long_enough = test.password.chars().count() >= policy.password_min_chars;
        expect_equal(&test.password, &test.long_enough, &long_enough)
    },
};

/// A password and whether the policy takes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyTest {
    password: String,
    long_enough: bool,
}

/// What a role may and may not, and which roles the same account must not hold beside it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleTest {
    role: String,
    #[serde(default)]
    may: Vec<String>,
    #[serde(default)]
    may_not: Vec<String>,
    #[serde(default)]
    apart_from: Vec<String>,
}

fn test_roles(definition: &Definition, test: &toml::Table) -> Result<(), String> {
    let (roles, test): (Roles, RoleTest) = (definition.body()?, read_test(test)?);
    let role = roles
        .get(&test.role)
        .ok_or_else(|| format!("没有角色 {}", test.role))?;
    let expected = test.may.iter().map(|id| (id, true));
    for (id, may) in expected.chain(test.may_not.iter().map(|id| (id, false))) {
        let capability = Capability::from_id(id).ok_or_else(|| format!("没有能力 {id}"))?;
        let found = role.capabilities.has(capability);
        expect_equal(&format!("{} {id}", test.role), &may, &found)?;
    }
    for other in &test.apart_from {
        let apart = roles.conflict(&[other.as_str()], &test.role).is_some();
        expect_equal(&format!("{} 与 {other} 分立", test.role), &true, &apart)?;
    }
    Ok(())
}
