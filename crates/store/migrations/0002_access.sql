-- Access: accounts, the posts they hold, sessions and machine tokens.

CREATE TABLE account (
  district {text} NOT NULL REFERENCES district (code),
  id {id} NOT NULL,
  login {text} NOT NULL,
  login_folded {text} NOT NULL,
  name {text} NOT NULL,
  phone_sealed {blob},
  phone_index {blob},
  password_hash {text} NOT NULL,
  totp_sealed {blob},
  totp_on {flag} NOT NULL,
  totp_step {int} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('active', 'locked', 'disabled')),
  failed_count {int} NOT NULL,
  locked_until {instant},
  must_change {flag} NOT NULL,
  member_id {id},
  created_at {instant} NOT NULL,
  version {int} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, login_folded)
){strict};
CREATE INDEX account_phone ON account (district, phone_index);
CREATE INDEX account_member ON account (district, member_id);

-- A post (岗位): role is the id of a definition in definitions/roles; the path is the scope it grants.
CREATE TABLE post (
  district {text} NOT NULL,
  id {id} NOT NULL,
  account_id {id} NOT NULL,
  role {text} NOT NULL,
  org_id {id},
  org_path {text} NOT NULL,
  title {text} NOT NULL,
  from_on {date} NOT NULL,
  to_on {date},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, account_id) REFERENCES account (district, id)
){strict};
CREATE INDEX post_account ON post (district, account_id);
CREATE INDEX post_org ON post (district, org_id);
CREATE INDEX post_path ON post (district, org_path);

CREATE TABLE session (
  district {text} NOT NULL,
  id {id} NOT NULL,
  token_hash {blob} NOT NULL,
  account_id {id} NOT NULL,
  post_id {id},
  stage {text} NOT NULL CHECK (stage IN ('code_due', 'full')),
  created_at {instant} NOT NULL,
  last_seen_at {instant} NOT NULL,
  expires_at {instant} NOT NULL,
  address {text} NOT NULL,
  agent {text} NOT NULL,
  revoked_at {instant},
  PRIMARY KEY (district, id),
  UNIQUE (district, token_hash),
  FOREIGN KEY (district, account_id) REFERENCES account (district, id)
){strict};
CREATE INDEX session_account ON session (district, account_id, last_seen_at);
CREATE INDEX session_expiry ON session (district, expires_at);

CREATE TABLE machine_token (
  district {text} NOT NULL,
  id {id} NOT NULL,
  name {text} NOT NULL,
  token_hash {blob} NOT NULL,
  account_id {id} NOT NULL,
  post_id {id} NOT NULL,
  created_at {instant} NOT NULL,
  expires_at {instant} NOT NULL,
  last_used_at {instant},
  revoked_at {instant},
  PRIMARY KEY (district, id),
  UNIQUE (district, token_hash),
  FOREIGN KEY (district, post_id) REFERENCES post (district, id)
){strict};

CREATE TABLE oidc_identity (
  district {text} NOT NULL,
  issuer {text} NOT NULL,
  subject {text} NOT NULL,
  account_id {id} NOT NULL,
  PRIMARY KEY (district, issuer, subject),
  FOREIGN KEY (district, account_id) REFERENCES account (district, id)
){strict};
CREATE INDEX oidc_identity_account ON oidc_identity (district, account_id);
