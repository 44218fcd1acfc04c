//! Accounts, posts, sessions: what they are once read.

use kernel::ids::{AccountId, MemberId, OrgId, PostId, SessionId};
use kernel::{Date, DistrictCode, Instant, OrgPath, Scope};
use store::Actor;

use super::{Capability, CapabilitySet, Level};

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right; the six digits are still due. Nothing may be done yet.
    CodeDue,
    /// Signed in.
    Full,
}

impl Stage {
    /// Stored form.
    pub fn id(self) -> &'static str {
        match self {
            Stage::CodeDue => "code_due",
            Stage::Full => "full",
        }
    }

    /// From the stored form; anything unknown counts as not signed in.
    pub fn from_id(id: &str) -> Self {
        if id == "full" {
            Stage::Full
        } else {
            Stage::CodeDue
        }
    }
}

/// 岗位: one role at one union, held for a time.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Role id; a role that the definitions no longer know gives no capability.
    pub role: String,
    /// Chinese title of the role, or the id where the role is gone.
    pub role_title: String,
    /// Where the role works.
    pub level: Level,
    /// The union it is held at; none for administrators.
    pub org: Option<OrgId>,
    /// That union's place in the tree; none for posts beside the tree.
    pub org_path: Option<OrgPath>,
    /// That union's name.
    pub org_name: String,
    /// First day.
    pub from_on: Date,
    /// Last day, if it has ended or will end.
    pub to_on: Option<Date>,
}

/// The signed-in person, as every page sees them: one account, one active post, one scope.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The session that carries it.
    pub session: SessionId,
    /// Whose district.
    pub district: DistrictCode,
    /// The account.
    pub account: AccountId,
    /// Name of the person.
    pub name: String,
    /// The member record of this person, for the hall.
    pub member: Option<MemberId>,
    /// The post in force; without one nothing is seen.
    pub post: Option<Post>,
    /// All posts the account may switch to.
    pub posts: Vec<Post>,
    /// What the active post may do.
    pub capabilities: CapabilitySet,
    /// How far the active post sees.
    pub scope: Scope,
    /// How far sign-in has come.
    pub stage: Stage,
    /// The password must be changed before anything else.
    pub must_change: bool,
    /// When the session ends at the latest.
    pub expires_at: Instant,
}

impl SignedIn {
    /// Whether the active post may do this. Never before sign-in is complete.
    pub fn can(&self, capability: Capability) -> bool {
        self.stage == Stage::Full && self.capabilities.has(capability)
    }

    /// Who the audit log will name.
    pub fn actor(&self) -> Actor {
        Actor {
            district: self.district,
            scope: self.scope.clone(),
            account: Some(self.account),
            post: self.post.as_ref().map(|p| p.id),
            label: self.label(),
            on_behalf: None,
            reason: None,
        }
    }

    /// The person as a member, for the hall: whatever post is in force, the hall shows the own record and nothing
    /// else. `None` for an account without a member record.
    pub fn own_actor(&self) -> Option<Actor> {
        let member = self.member?;
        Some(Actor {
            scope: Scope::own(self.district, member),
            post: None,
            label: format!("{} · 本人", self.name),
            ..self.actor()
        })
    }

    /// "姓名 · 岗位" as shown in the corner and in the log.
    pub fn label(&self) -> String {
        match &self.post {
            Some(post) if post.org_name.is_empty() => {
                format!("{} · {}", self.name, post.role_title)
            }
            Some(post) => format!("{} · {} {}", self.name, post.org_name, post.role_title),
            None => self.name.clone(),
        }
    }

    /// Why this person sees what is on the page ("我为什么能看到").
    pub fn why(&self) -> String {
        match &self.post {
            None => "您没有在任的岗位，所以看不到任何数据。".to_owned(),
            Some(post) if post.level.sees_tree() => format!(
                "您以「{} {}」的岗位登录，可看到{}及其下级的数据；其他岗位的范围不会合并。",
                post.org_name, post.role_title, post.org_name
            ),
            Some(post) if post.level == Level::Own => "这里只显示您本人的数据。".to_owned(),
            Some(post) => format!(
                "您以「{}」登录，这个岗位不能查看会员与企业数据。",
                post.role_title
            ),
        }
    }
}

/// One line of the session list (登录设备).
#[derive(Debug, Clone)]
pub struct SessionLine {
    /// Its id, to end it.
    pub id: SessionId,
    /// When it began.
    pub created_at: Instant,
    /// When it was last used (to the minute).
    pub last_seen_at: Instant,
    /// Network address.
    pub address: String,
    /// Browser, as it calls itself.
    pub agent: String,
}

/// One line of the account list.
#[derive(Debug, Clone)]
pub struct AccountLine {
    /// Its id.
    pub id: AccountId,
    /// Sign-in name.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// active, locked or disabled.
    pub state: String,
    /// Whether a second factor is set up.
    pub totp_on: bool,
    /// Locked until then after wrong tries; none once that is over.
    pub locked_until: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
}

/// What a new account needs.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Sign-in name: letters, digits, dot, dash; unique without regard to case.
    pub login: String,
    /// Name of the person.
    pub name: String,
    /// First password; must be changed at first sign-in unless `keep_password`.
    pub password: String,
    /// Demo accounts keep their printed password.
    pub keep_password: bool,
    /// The member record of this person, if the hall is to open.
    pub member: Option<MemberId>,
}

/// What a new post needs.
#[derive(Debug, Clone)]
pub struct NewPost {
    /// Who gets it.
    pub account: AccountId,
    /// Which role.
    pub role: String,
    /// At which union; none for administrators and for members.
    pub org: Option<OrgId>,
    /// First day.
    pub from_on: Date,
}
