//! Sessions: opened by sign-in, found again by their token, ended by the person or by time.
//!
//! The cookie holds 32 random bytes; the table holds only their SM3 digest.

use std::fmt::Write as _;

use kernel::ids::{AccountId, MemberId, OrgId, PostId, SessionId};
use kernel::{Date, Instant, Scope};
use sm3::{Digest, Sm3};
use store::{Audit, Row, Tx, args};

use super::super::{
    AccessError, AccessPolicy, CapabilitySet, Level, Post, Roles, SessionLine, SignedIn, Stage, sql,
};
use super::second_factor::removed_meanwhile;
use super::{AccountRow, Origin, Outcome};
use crate::orgs::{self, OrgError, OrgRef};

/// What a new session is opened with.
pub(super) struct NewSession<'a> {
    pub account: &'a AccountRow,
    pub stage: Stage,
    pub origin: &'a Origin,
}

/// A fresh secret of 256 bits as hexadecimal text.
pub(super) fn fresh_token() -> Result<String, AccessError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| AccessError::Crypto)?;
    Ok(bytes.iter().fold(String::with_capacity(64), |mut text, b| {
        let _ = write!(text, "{b:02x}");
        text
    }))
}

/// What the table keeps of a token.
pub(super) fn token_digest(token: &str) -> Vec<u8> {
    Sm3::digest(token.as_bytes()).to_vec()
}

/// Open a session on the account's first post (or none). A worker's phone stays signed in for days; whoever holds any
/// other post is at an office's computer, where a session ends with the working day.
pub(super) fn open_session(
    tx: &mut Tx,
    policy: &AccessPolicy,
    new: &NewSession<'_>,
) -> Result<Outcome, AccessError> {
    let token = fresh_token()?;
    let district = *tx.district();
    let (now, today) = (tx.now(), tx.today());
    let account = new.account.id;
    let roles =
        Roles::in_force(district, today).map_err(|none| AccessError::Roles(none.to_string()))?;
    let posts = tx.all(&sql::POSTS_ON, args![district, account, today])?;
    let first_post = posts.first().map(|row| row.get::<PostId>(0)).transpose()?;
    let mut staff = posts.is_empty() && new.account.member.is_none();
    for post in &posts {
        let role = roles.get(post.text(1)?);
        staff |= role.is_none_or(|role| role.level != Level::Own);
    }
    let hours = if staff {
        policy.session_max_hours
    } else {
        policy.member_session_max_days * 24
    };
    let expires = Instant::from_ms(now.ms() + hours * 3_600_000);
    let agent: String = new.origin.agent.chars().take(200).collect();
    let id: SessionId = tx.new_id();
    tx.exec(
        &sql::INSERT_SESSION,
        args![
            district,
            id,
            token_digest(&token),
            account,
            first_post,
            new.stage.id(),
            now,
            expires,
            new.origin.address.clone(),
            agent
        ],
    )?;
    tx.audit(Audit::of("session.opened", "session", id).by(account, new.account.name.clone()))?;
    Ok(Outcome::In {
        token,
        stage: new.stage,
        factor_removed: removed_meanwhile(tx, account)?,
        keep_seconds: u64::try_from(hours * 3_600).ok().filter(|_| !staff),
    })
}

/// The signed-in person behind a token, or nobody: unknown, ended, idle too long, disabled.
///
/// # Errors
/// The store failed.
pub fn resume(
    tx: &mut Tx,
    policy: &AccessPolicy,
    roles: &Roles,
    token: &str,
) -> Result<Option<SignedIn>, AccessError> {
    let district = *tx.district();
    let now = tx.now();
    let Some(row) = tx.opt(
        &sql::SESSION_BY_TOKEN,
        args![district, token_digest(token), now],
    )?
    else {
        return Ok(None);
    };
    let found = FoundSession::read(&row)?;
    let posts = posts_on(tx, roles, found.account, tx.today())?;
    let staff = posts.iter().any(|p| p.level != Level::Own);
    // A worker who was given another post meanwhile comes in anew: the long session was for the post 职工 alone.
    let idle = now.ms() - found.last_seen_at.ms() > policy.session_idle_minutes * 60_000;
    let old = now.ms() - found.created_at.ms() >= policy.session_max_hours * 3_600_000;
    if staff && (idle || old) {
        return Ok(None);
    }
    Ok(Some(found.into_signed_in(tx, roles, posts)))
}

/// The person behind a machine token's account and post; used by the API only.
pub(super) fn as_post(
    tx: &mut Tx,
    roles: &Roles,
    account: AccountId,
    post: PostId,
    name: String,
) -> Result<Option<SignedIn>, AccessError> {
    let posts = posts_on(tx, roles, account, tx.today())?;
    if !posts.iter().any(|p| p.id == post) {
        return Ok(None);
    }
    let now = tx.now();
    let found = FoundSession {
        id: tx.new_id(),
        account,
        post: Some(post),
        stage: Stage::Full,
        created_at: now,
        last_seen_at: now,
        expires_at: now,
        name,
        member: None,
        must_change: false,
    };
    Ok(Some(found.into_signed_in(tx, roles, posts)))
}

struct FoundSession {
    id: SessionId,
    account: AccountId,
    post: Option<PostId>,
    stage: Stage,
    created_at: Instant,
    last_seen_at: Instant,
    expires_at: Instant,
    name: String,
    member: Option<MemberId>,
    must_change: bool,
}

impl FoundSession {
    fn read(row: &Row) -> Result<Self, AccessError> {
        Ok(Self {
            id: row.get(0)?,
            account: row.get(1)?,
            post: row.get(2)?,
            stage: Stage::from_id(&row.get::<String>(3)?),
            last_seen_at: row.get(4)?,
            expires_at: row.get(5)?,
            name: row.get(6)?,
            member: row.get(7)?,
            must_change: row.get(8)?,
            created_at: row.get(9)?,
        })
    }

    /// Exactly one post is in force; its scope is the whole scope. A post that has ended since the
    /// session began gives nothing, and neither does a role the definitions no longer know.
    fn into_signed_in(self, tx: &Tx, roles: &Roles, posts: Vec<Post>) -> SignedIn {
        let district = *tx.district();
        let post = posts.iter().find(|p| Some(p.id) == self.post).cloned();
        let role = post.as_ref().and_then(|p| roles.get(&p.role));
        let scope = match (&post, self.member) {
            (
                Some(Post {
                    level,
                    org_path: Some(path),
                    ..
                }),
                _,
            ) if level.sees_tree() => Scope::granted(district, path.clone()),
            (Some(post), Some(member)) if post.level == Level::Own => Scope::own(district, member),
            _ => Scope::nothing(district),
        };
        SignedIn {
            session: self.id,
            district,
            account: self.account,
            name: self.name,
            member: self.member,
            capabilities: role.map_or_else(CapabilitySet::default, |r| r.capabilities),
            post,
            posts,
            scope,
            stage: self.stage,
            must_change: self.must_change,
            expires_at: self.expires_at,
        }
    }
}

/// The posts an account holds on a day.
pub(super) fn posts_on(
    tx: &mut Tx,
    roles: &Roles,
    account: AccountId,
    day: Date,
) -> Result<Vec<Post>, AccessError> {
    let district = *tx.district();
    let rows = tx.all(&sql::POSTS_ON, args![district, account, day])?;
    rows.iter().map(|row| read_post(tx, row, roles)).collect()
}

/// A post with its role and the union's present place. A union that is gone gives no place, and such a
/// post sees nothing.
pub(super) fn read_post(tx: &mut Tx, row: &Row, roles: &Roles) -> Result<Post, AccessError> {
    let role: String = row.get(1)?;
    let known = roles.get(&role);
    let org: Option<OrgId> = row.get(2)?;
    let place = match org {
        Some(id) => orgs::named(tx, id).map(Some).or_else(gone)?,
        None => None,
    };
    Ok(Post {
        id: row.get(0)?,
        role_title: known.map_or_else(|| role.clone(), |r| r.title.clone()),
        level: known.map_or(Level::Service, |r| r.level),
        role,
        org,
        org_path: place.as_ref().map(|o| o.path.clone()),
        org_name: place.map(|o| o.name).unwrap_or_default(),
        from_on: row.get(3)?,
        to_on: row.get(4)?,
    })
}

fn gone(error: OrgError) -> Result<Option<OrgRef>, AccessError> {
    match error {
        OrgError::NotFound => Ok(None),
        other => Err(other.into()),
    }
}

/// Remember that a session was used. Called at most once a minute; not an act, so not audited.
///
/// # Errors
/// The store failed.
pub fn touch(tx: &mut Tx, session: SessionId) -> Result<(), AccessError> {
    let (district, now) = (*tx.district(), tx.now());
    tx.exec(&sql::TOUCH_SESSION, args![district, session, now])?;
    Ok(())
}

/// Put another of the account's present posts in force (切换岗位).
///
/// # Errors
/// The account does not hold that post today.
pub fn switch_post(tx: &mut Tx, who: &SignedIn, post: PostId) -> Result<(), AccessError> {
    let held = who
        .posts
        .iter()
        .find(|p| p.id == post)
        .ok_or(AccessError::NotFound)?;
    let district = *tx.district();
    tx.exec(&sql::SWITCH_POST, args![district, who.session, post])?;
    tx.audit(
        Audit::of("session.post_switched", "account", who.account)
            .why(format!("切换到 {} {}", held.org_name, held.role_title)),
    )?;
    Ok(())
}

/// The person's own live sessions.
///
/// # Errors
/// The store failed.
pub fn sessions_of(tx: &mut Tx, account: AccountId) -> Result<Vec<SessionLine>, AccessError> {
    let (district, now) = (*tx.district(), tx.now());
    let rows = tx.all(&sql::SESSIONS_OF, args![district, account, now])?;
    rows.iter()
        .map(|row| {
            Ok(SessionLine {
                id: row.get(0)?,
                created_at: row.get(1)?,
                last_seen_at: row.get(2)?,
                address: row.get(3)?,
                agent: row.get(4)?,
            })
        })
        .collect()
}

/// End one of an account's sessions (signing out is ending one's own).
///
/// # Errors
/// It is not that account's or has ended already.
pub fn end_session(tx: &mut Tx, account: AccountId, session: SessionId) -> Result<(), AccessError> {
    let (district, now) = (*tx.district(), tx.now());
    if tx.exec(&sql::END_SESSION, args![district, session, account, now])? == 0 {
        return Err(AccessError::NotFound);
    }
    tx.audit(Audit::of("session.ended", "session", session))?;
    Ok(())
}

/// End all sessions of an account but the given one.
///
/// # Errors
/// The store failed.
pub fn end_other_sessions(
    tx: &mut Tx,
    account: AccountId,
    keep: SessionId,
) -> Result<u64, AccessError> {
    let (district, now) = (*tx.district(), tx.now());
    let ended = tx.exec(
        &sql::END_OTHER_SESSIONS,
        args![district, account, keep, now],
    )?;
    tx.audit(
        Audit::of("session.others_ended", "account", account)
            .detail(serde_json::json!({ "ended": ended })),
    )?;
    Ok(ended)
}
