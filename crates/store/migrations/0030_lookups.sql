-- Rows that are looked up in an order lie in that order in the index they are looked up by. SQLite takes a district
-- for a handful of rows; where the order is only that of the primary key, it walks the whole district.
DROP INDEX account_member;
CREATE INDEX account_member ON account (district, member_id, id);
DROP INDEX oidc_identity_account;
CREATE INDEX oidc_identity_account ON oidc_identity (district, account_id, issuer, subject);
DROP INDEX officer_committee;
CREATE INDEX officer_committee ON officer (district, committee_id, id);
DROP INDEX officer_org;
CREATE INDEX officer_org ON officer (district, org_id, id);
DROP INDEX founding_org;
CREATE INDEX founding_org ON founding (district, org_id, id);
DROP INDEX employer_code_employer;
CREATE INDEX employer_code_employer ON employer_code (district, employer_id, kind, code);
DROP INDEX case_file_link;
CREATE INDEX case_file_link ON case_file (district, link_kind, link_id, id);
DROP INDEX case_file_matter;
CREATE INDEX case_file_matter ON case_file (district, kind, matter_index, id);
DROP INDEX case_party_case;
CREATE INDEX case_party_case ON case_party (district, case_id, id);
DROP INDEX signal_match;
CREATE INDEX signal_match ON signal (district, match_id, id) WHERE match_id IS NOT NULL;
DROP INDEX alert_subject;
CREATE INDEX alert_subject ON alert (district, subject_id, id);
DROP INDEX letter_link;
CREATE INDEX letter_link ON letter (district, link_kind, link_id, id);
