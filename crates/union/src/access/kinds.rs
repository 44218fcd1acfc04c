//! How `niangjia definitions` checks and tests the files of this room: roles and the sign-in policy.

use kernel::definitions::{Definition, Kind, expect_equal, read_test};
use serde::Deserialize;

use super::{AccessPolicy, Capability, Role, Roles};

/// Definitions in `roles/`.
pub const ROLES_KIND: Kind = Kind {
    folder: "roles",
    check: |definition| match definition.body::<Roles>() {
        Ok(roles) => mixed(&roles),
        Err(fault) => vec![fault],
    },
    test: |definition, test, _| test_roles(definition, test),
};

/// Definitions in `access/`.
pub const POLICY_KIND: Kind = Kind {
    folder: "access",
    check: |definition| match definition.body::<AccessPolicy>() {
        Ok(policy) => unlivable(&policy),
        Err(fault) => vec![fault],
    },
    test: |definition, test, _| {
        let (policy, test): (AccessPolicy, PolicyTest) = (definition.body()?, read_test(test)?);
        let long_enough = test.password.chars().count() >= policy.password_min_chars;
        expect_equal(&test.password, &test.long_enough, &long_enough)
    },
};

/// What each of the three administrators (三员分立) holds alone.
const APART: [Capability; 3] = [
    Capability::AccountsManage,
    Capability::PostsGrant,
    Capability::AuditRead,
];

/// Roles that would be two administrators in one.
fn mixed(roles: &Roles) -> Vec<String> {
    let several = |role: &&Role| {
        let held = APART.iter().filter(|one| role.capabilities.has(**one));
        held.count() > 1
    };
    let said = roles.iter().filter(several).map(|role| {
        format!(
            "角色 {} 兼有管理账号、授予岗位、查询审计日志中的两项以上，三员不能合在一起",
            role.id
        )
    });
    said.collect()
}

/// Numbers under which nobody could sign in or stay, or anybody could guess for ever; capabilities that do not exist.
fn unlivable(policy: &AccessPolicy) -> Vec<String> {
    let chars = i64::try_from(policy.password_min_chars).unwrap_or(i64::MAX);
    let bounds = [
        ("password_min_chars", chars, 8, 64),
        ("failures_before_lock", policy.failures_before_lock, 3, 20),
        ("lock_minutes", policy.lock_minutes, 1, 1_440),
        ("session_idle_minutes", policy.session_idle_minutes, 1, 720),
        ("session_max_hours", policy.session_max_hours, 1, 24),
        (
            "member_session_max_days",
            policy.member_session_max_days,
            1,
            90,
        ),
        (
            "logins_per_minute_per_address",
            i64::from(policy.logins_per_minute_per_address),
            1,
            10_000,
        ),
    ];
    let outside = bounds
        .into_iter()
        .filter(|(_, value, least, most)| !(least..=most).contains(&value))
        .map(|(name, value, least, most)| format!("{name} = {value}，应在 {least} 到 {most} 之间"));
    let unknown = policy
        .second_person
        .iter()
        .filter(|id| Capability::from_id(id).is_none())
        .map(|id| format!("second_person 里没有 {id} 这项能力"));
    outside.chain(unknown).collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = include_str!("../../../../definitions/access/policy.toml");

    fn faults(from: &str, to: &str) -> Vec<String> {
        assert!(POLICY.contains(from), "{from}");
        unlivable(&AccessPolicy::parse(&POLICY.replace(from, to)).unwrap())
    }

    #[test]
    fn a_policy_nobody_could_live_with_is_named() {
        assert_eq!(
            faults("lock_minutes = 15", "lock_minutes = 15"),
            Vec::<String>::new()
        );
        for (from, to) in [
            ("failures_before_lock = 5", "failures_before_lock = 0"),
            ("lock_minutes = 15", "lock_minutes = -5"),
            ("session_max_hours = 12", "session_max_hours = 0"),
            ("per_address = 30", "per_address = 0"),
            ("\"rules.publish\"", "\"rules.publishh\""),
        ] {
            assert_eq!(faults(from, to).len(), 1, "{to}");
        }
    }

    #[test]
    fn a_role_that_is_two_administrators_is_named() {
        let text = include_str!("../../../../definitions/roles/roles.toml");
        assert_eq!(mixed(&Roles::parse(text).unwrap()), Vec::<String>::new());
        let both = text.replace(
            "\"posts.grant\", \"access.read\"",
            "\"posts.grant\", \"audit.read\"",
        );
        assert_ne!(both, text);
        assert_eq!(mixed(&Roles::parse(&both).unwrap()).len(), 1);
    }
}
