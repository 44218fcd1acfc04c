//! Every statement of the access room.

store::statements! {
    /// An account by its folded sign-in name.
    pub ACCOUNT_BY_LOGIN = "SELECT id, login, name, password_hash, totp_sealed, totp_on, totp_step, state, failed_count, locked_until, member_id, created_at
        FROM account WHERE district = $1 AND login_folded = $2";
    /// An account by id.
    pub ACCOUNT_BY_ID = "SELECT id, login, name, password_hash, totp_sealed, totp_on, totp_step, state, failed_count, locked_until, member_id, created_at
        FROM account WHERE district = $1 AND id = $2";
    /// The accounts that open a member record.
    pub ACCOUNTS_OF_MEMBER = "SELECT id FROM account WHERE district = $1 AND member_id = $2 ORDER BY id";
    /// Which member record an account opens.
    pub SET_MEMBER = "UPDATE account SET member_id = $3, version = version + 1 WHERE district = $1 AND id = $2";
    /// A new account.
    pub INSERT_ACCOUNT = "INSERT INTO account (district, id, login, login_folded, name, password_hash, totp_on, totp_step, state, failed_count, must_change, member_id, created_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 'active', 0, $8, $9, $10, 1)";
    /// One more wrong try.
    pub COUNT_FAILURE = "UPDATE account SET failed_count = failed_count + 1 WHERE district = $1 AND id = $2";
    /// Lock until an instant and start counting anew.
    pub LOCK = "UPDATE account SET locked_until = $3, failed_count = 0 WHERE district = $1 AND id = $2";
    /// A right try, or an administrator's hand: the count and the lock are gone.
    pub UNLOCK = "UPDATE account SET failed_count = 0, locked_until = NULL WHERE district = $1 AND id = $2";
    /// Accept one TOTP step, once: nothing changes when it or a later one was used already.
    pub USE_TOTP_STEP = "UPDATE account SET totp_step = $3 WHERE district = $1 AND id = $2 AND totp_step < $3";
    /// Set or clear the second factor; the last step that was used stays used.
    pub SET_TOTP = "UPDATE account SET totp_sealed = $3, totp_on = $4, totp_step = $5 WHERE district = $1 AND id = $2";
    /// A new password.
    pub SET_PASSWORD = "UPDATE account SET password_hash = $3, must_change = $4, failed_count = 0, locked_until = NULL WHERE district = $1 AND id = $2";
    /// Enable or disable.
    pub SET_STATE = "UPDATE account SET state = $3, version = version + 1 WHERE district = $1 AND id = $2 AND version >= 1";
    /// Accounts in sign-in order after a name, for the list.
    pub ACCOUNTS = "SELECT id, login, name, state, totp_on, locked_until, created_at FROM account
        WHERE district = $1 AND login_folded > $2 ORDER BY login_folded LIMIT $3";
    /// Accounts whose sign-in name or name begins so.
    pub ACCOUNTS_LIKE = "SELECT id, login, name, state, totp_on, locked_until, created_at FROM account
        WHERE district = $1 AND login_folded > $2 AND (login_folded LIKE $4 OR name LIKE $4) ORDER BY login_folded LIMIT $3";

    /// A new post.
    pub INSERT_POST = "INSERT INTO post (district, id, account_id, role, org_id, org_path, title, from_on) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// The posts an account holds on a day.
    pub POSTS_ON = "SELECT id, role, org_id, from_on, to_on FROM post
        WHERE district = $1 AND account_id = $2 AND from_on <= $3 AND (to_on IS NULL OR to_on >= $3)
        ORDER BY from_on, id";
    /// All posts an account ever held.
    pub POSTS_OF = "SELECT id, role, org_id, from_on, to_on FROM post
        WHERE district = $1 AND account_id = $2 ORDER BY from_on DESC, id DESC";
    /// Active people in posts on a day, with the union of the post; unions and order are appended.
    pub COLLEAGUES = "SELECT p.org_id, p.account_id, a.name, p.role FROM post p JOIN account a ON a.district = p.district AND a.id = p.account_id
        WHERE p.district = $1 AND p.from_on <= $2 AND (p.to_on IS NULL OR p.to_on >= $2) AND a.state = 'active'";
    /// Name of the person of an account.
    pub NAME_OF = "SELECT name FROM account WHERE district = $1 AND id = $2";
    /// Active people in posts beside the tree on a day; roles and order are appended.
    pub HELPERS = "SELECT p.account_id, a.name, p.role FROM post p JOIN account a ON a.district = p.district AND a.id = p.account_id
        WHERE p.district = $1 AND p.org_id IS NULL AND p.from_on <= $2 AND (p.to_on IS NULL OR p.to_on >= $2) AND a.state = 'active'";
    /// Somebody active who holds a role on a day, beside one account.
    pub OTHER_HOLDER = "SELECT p.account_id FROM post p JOIN account a ON a.district = p.district AND a.id = p.account_id
        WHERE p.district = $1 AND p.role = $2 AND p.from_on <= $3 AND (p.to_on IS NULL OR p.to_on >= $3) AND p.account_id <> $4 AND a.state = 'active' LIMIT 1";
    /// End a post that is still held.
    pub END_POST = "UPDATE post SET to_on = $3 WHERE district = $1 AND id = $2 AND (to_on IS NULL OR to_on > $3)";
    /// Whose post it is.
    pub POST_OWNER = "SELECT account_id, role FROM post WHERE district = $1 AND id = $2";

    /// A new session.
    pub INSERT_SESSION = "INSERT INTO session (district, id, token_hash, account_id, post_id, stage, created_at, last_seen_at, expires_at, address, agent)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10)";
    /// A live session by the digest of its token, with its account.
    pub SESSION_BY_TOKEN = "SELECT s.id, s.account_id, s.post_id, s.stage, s.last_seen_at, s.expires_at, a.name, a.member_id, a.must_change, s.created_at
        FROM session s JOIN account a ON a.district = s.district AND a.id = s.account_id
        WHERE s.district = $1 AND s.token_hash = $2 AND s.revoked_at IS NULL AND s.expires_at > $3 AND a.state = 'active'";
    /// Seen again.
    pub TOUCH_SESSION = "UPDATE session SET last_seen_at = $3 WHERE district = $1 AND id = $2";
    /// The six digits were right.
    pub COMPLETE_SESSION = "UPDATE session SET stage = 'full' WHERE district = $1 AND id = $2";
    /// Another post of the same account.
    pub SWITCH_POST = "UPDATE session SET post_id = $3 WHERE district = $1 AND id = $2";
    /// End one session of an account.
    pub END_SESSION = "UPDATE session SET revoked_at = $4 WHERE district = $1 AND id = $2 AND account_id = $3 AND revoked_at IS NULL";
    /// End all sessions of an account but one.
    pub END_OTHER_SESSIONS = "UPDATE session SET revoked_at = $4 WHERE district = $1 AND account_id = $2 AND id <> $3 AND revoked_at IS NULL";
    /// End all sessions of an account.
    pub END_ALL_SESSIONS = "UPDATE session SET revoked_at = $3 WHERE district = $1 AND account_id = $2 AND revoked_at IS NULL";
    /// The live sessions of an account.
    pub SESSIONS_OF = "SELECT id, created_at, last_seen_at, address, agent FROM session
        WHERE district = $1 AND account_id = $2 AND revoked_at IS NULL AND expires_at > $3 AND stage = 'full' ORDER BY last_seen_at DESC LIMIT 50";

    /// The account an outside identity is linked to.
    pub ACCOUNT_OF_IDENTITY = "SELECT account_id FROM oidc_identity WHERE district = $1 AND issuer = $2 AND subject = $3";
    /// Link an outside identity.
    pub LINK_IDENTITY = "INSERT INTO oidc_identity (district, issuer, subject, account_id) VALUES ($1, $2, $3, $4)";
    /// Providers an account is linked with.
    pub IDENTITIES_OF = "SELECT issuer FROM oidc_identity WHERE district = $1 AND account_id = $2 ORDER BY issuer, subject";
    /// Undo all links of an account.
    pub UNLINK_IDENTITIES = "DELETE FROM oidc_identity WHERE district = $1 AND account_id = $2";

    /// A new machine token.
    pub INSERT_TOKEN = "INSERT INTO machine_token (district, id, name, token_hash, account_id, post_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// A live machine token by digest.
    pub TOKEN_BY_HASH = "SELECT t.id, t.account_id, t.post_id, t.name, t.expires_at FROM machine_token t JOIN account a ON a.district = t.district AND a.id = t.account_id
        WHERE t.district = $1 AND t.token_hash = $2 AND t.revoked_at IS NULL AND t.expires_at > $3 AND a.state = 'active'";
    /// All machine tokens.
    pub TOKENS = "SELECT t.id, t.name, t.created_at, t.expires_at, t.revoked_at, a.login FROM machine_token t JOIN account a ON a.district = t.district AND a.id = t.account_id
        WHERE t.district = $1 ORDER BY t.created_at DESC LIMIT 200";
    /// End a machine token.
    pub END_TOKEN = "UPDATE machine_token SET revoked_at = $3 WHERE district = $1 AND id = $2 AND revoked_at IS NULL";
}
