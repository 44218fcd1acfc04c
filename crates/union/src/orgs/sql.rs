//! Statements on the union tree itself: read, entered, moved. Foundings and committees keep theirs beside them.

/// Columns of a whole union, in the order `read::org_of` reads them.
macro_rules! org_columns {
    () => {
        "o.id, o.parent_id, o.path, o.kind, o.name, o.short_name, o.credit_code, o.region_code, o.industry_code, \
         o.industry_parent_id, o.state, o.founded_on, o.planned_end_on, o.ended_on, o.approval_no, o.legal_person, \
         o.address, o.member_count, o.created_at, o.version"
    };
}

/// Columns of a node of the tree, in the order `read::node_of` reads them. The two sums run over one subtree;
/// the last one, of an industry federation, over the unions it gathers. `$1` is the district.
macro_rules! node_columns {
    () => {
        "o.id, o.path, o.name, o.kind, o.short_name, o.state, o.member_count, \
         (SELECT CAST(COALESCE(SUM(d.member_count), 0) AS BIGINT) FROM org d WHERE d.district = $1 \
           AND d.path >= o.path AND d.path < o.path || '~'), \
         (SELECT COUNT(*) FROM org c WHERE c.district = $1 AND c.parent_id = o.id AND c.state <> 'dissolved'), \
         CASE WHEN o.kind <> 'industry' THEN 0 ELSE (SELECT CAST(COALESCE(SUM(g.member_count), 0) AS BIGINT) FROM org g \
           WHERE g.district = $1 AND g.industry_parent_id = o.id AND g.state = 'active') END"
    };
}

store::statements! {
    /// One union by id.
    pub GET = concat!("SELECT ", org_columns!(), " FROM org o WHERE o.district = $1 AND o.id = $2");
    /// One union by its place.
    pub BY_PATH = "SELECT id, path, name, kind FROM org WHERE district = $1 AND path = $2";
    /// Short form of one union by id.
    pub REF = "SELECT id, path, name, kind FROM org WHERE district = $1 AND id = $2";
    /// Name and state of a union.
    pub STANDING = "SELECT name, state FROM org WHERE district = $1 AND id = $2";
    /// Unions with this credit code within a subtree.
    pub BY_CREDIT = "SELECT id, path, name, kind FROM org WHERE district = $1 AND credit_code = $2 AND path >= $3 AND path < $4";
    /// Living unions with this compared name within a subtree. The empty concatenations keep SQLite from walking
    /// the whole tree in order instead of asking the index of names.
    pub BY_NAME = "SELECT id, path, name, kind FROM org WHERE district = $1 AND name_key = $2 AND path || '' >= $3 AND path || '' < $4
        AND state <> 'dissolved' ORDER BY path || '' LIMIT 20";
    /// Living unions with this short name within a subtree.
    pub BY_SHORT_NAME = "SELECT id, path, name, kind FROM org WHERE district = $1 AND short_name = $2 AND path || '' >= $3 AND path || '' < $4
        AND state <> 'dissolved' ORDER BY path || '' LIMIT 20";
    /// Names of the living unions within a subtree.
    pub LIVING_NAMES = "SELECT name FROM org WHERE district = $1 AND path >= $2 AND path < $3 AND state <> 'dissolved' ORDER BY path";
    /// Ids and names of all unions of the district, dissolved ones too.
    pub ALL_NAMES = "SELECT id, name FROM org WHERE district = $1";
    /// Unions by part of the compared name, or the beginning of pinyin, within a subtree.
    pub SEARCH = concat!("SELECT ", node_columns!(), " FROM org o WHERE o.district = $1 AND o.path >= $2 AND o.path < $3
        AND o.state <> 'dissolved' AND (o.name_key LIKE $4 OR o.py_init LIKE $5 OR o.py_full LIKE $5) ORDER BY o.path LIMIT $6");
    /// One node with its sums.
    pub NODE = concat!("SELECT ", node_columns!(), " FROM org o WHERE o.district = $1 AND o.id = $2");
    /// The unions directly below one, living first, in the order they were entered.
    pub CHILDREN = concat!("SELECT ", node_columns!(), " FROM org o WHERE o.district = $1 AND o.parent_id = $2
        AND o.path >= $3 AND o.path < $4 AND o.state <> 'dissolved' ORDER BY o.path");
    /// The dissolved unions that hung directly below one.
    pub DISSOLVED_CHILDREN = concat!("SELECT ", node_columns!(), " FROM org o WHERE o.district = $1 AND o.parent_id = $2
        AND o.path >= $3 AND o.path < $4 AND o.state = 'dissolved' ORDER BY o.path LIMIT 200");
    /// Industry federations (行业归口) with the number of unions and members they gather, within a subtree.
    pub INDUSTRIES = "SELECT o.id, o.path, o.name, o.kind, o.short_name, o.industry_code, COUNT(u.id), CAST(COALESCE(SUM(u.member_count), 0) AS BIGINT)
        FROM org o LEFT JOIN org u ON u.district = o.district AND u.industry_parent_id = o.id AND u.state = 'active'
        WHERE o.district = $1 AND o.kind = 'industry' AND o.state <> 'dissolved' AND o.path >= $2 AND o.path < $3
        GROUP BY o.id, o.path, o.name, o.kind, o.short_name, o.industry_code ORDER BY o.path";
    /// The unions an industry federation gathers.
    pub INDUSTRY_CHILDREN = concat!("SELECT ", node_columns!(), " FROM org o WHERE o.district = $1 AND o.industry_parent_id = $2
        AND o.path >= $3 AND o.path < $4 AND o.state <> 'dissolved' ORDER BY o.path LIMIT $5");
    /// Basic unions by section of GB/T 4754 (first letter of the code), within a subtree.
    pub BY_SECTION = "SELECT substr(COALESCE(o.industry_code, ''), 1, 1), COUNT(*), CAST(COALESCE(SUM(o.member_count), 0) AS BIGINT) FROM org o
        WHERE o.district = $1 AND o.path >= $2 AND o.path < $3 AND o.state = 'active' AND o.kind IN ('single', 'joint', 'project', 'new_form')
        GROUP BY substr(COALESCE(o.industry_code, ''), 1, 1) ORDER BY 1";
    /// Basic unions of one section, within a subtree, after a place.
    pub OF_SECTION = concat!("SELECT ", node_columns!(), " FROM org o WHERE o.district = $1 AND o.path > $2 AND o.path >= $3 AND o.path < $4
        AND o.state = 'active' AND o.kind IN ('single', 'joint', 'project', 'new_form')
        AND substr(COALESCE(o.industry_code, ''), 1, 1) = $5 ORDER BY o.path LIMIT $6");
    /// Basic unions at work within a subtree, after a place.
    pub BASIC = concat!("SELECT ", node_columns!(), " FROM org o WHERE o.district = $1 AND o.path > $2 AND o.path >= $3 AND o.path < $4
        AND o.state = 'active' AND o.kind IN ('single', 'joint', 'project', 'new_form') ORDER BY o.path LIMIT $5");
    /// How many basic unions are at work within a subtree.
    pub BASIC_COUNT = "SELECT COUNT(*) FROM org WHERE district = $1 AND path >= $2 AND path < $3
        AND state = 'active' AND kind IN ('single', 'joint', 'project', 'new_form')";
    /// Unions at town level, within a subtree.
    pub TOWNS = concat!("SELECT ", node_columns!(), " FROM org o WHERE o.district = $1 AND o.kind IN ('town', 'zone')
        AND o.state <> 'dissolved' AND o.path >= $2 AND o.path < $3 ORDER BY o.path");
    /// Short forms of unions; the caller adds the places.
    pub NAMES = "SELECT id, path, name, kind FROM org WHERE district = $1";
    /// Unions that have paused.
    pub SUSPENDED = "SELECT id FROM org WHERE district = $1 AND state = 'suspended' ORDER BY id || ''";

    /// Take the next child number below a living union.
    pub TAKE_CHILD = "UPDATE org SET next_child = next_child + 1 WHERE district = $1 AND id = $2 AND state IN ('preparing', 'active')
        RETURNING next_child - 1, path, level, kind, region_code";
    /// A living sibling of the same compared name.
    pub SIBLING_NAMED = "SELECT id FROM org WHERE district = $1 AND parent_id = $2 AND name_key = $3 AND state <> 'dissolved' AND id <> $4 LIMIT 1";
    /// Whether the district already has its federation.
    pub ROOTS = "SELECT COUNT(*) FROM org WHERE district = $1 AND parent_id IS NULL";
    /// A union enters the tree.
    pub INSERT = "INSERT INTO org (district, id, parent_id, path, segment, next_child, level, kind, name, short_name, name_key, credit_code,
          region_code, industry_code, industry_parent_id, state, founded_on, planned_end_on, ended_on, approval_no, legal_person, address,
          contact_sealed, py_full, py_init, member_count, created_at, version)
        VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, NULL, $18, $19, $20, $21, $22, $23, 0, $24, 1)";
    /// One line of history.
    pub INSERT_HISTORY = "INSERT INTO org_history (district, id, org_id, at, effective_on, kind, before, after, note, actor)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    /// The last of two kinds of change, and from which day it holds.
    pub LAST_TURN = "SELECT kind, effective_on FROM org_history WHERE district = $1 AND org_id = $2 AND kind IN ($3, $4) ORDER BY at DESC, id DESC LIMIT 1";
    /// The history of a union, newest first.
    pub HISTORY = "SELECT at, effective_on, kind, before, after, note, actor FROM org_history
        WHERE district = $1 AND org_id = $2 ORDER BY at DESC, id DESC LIMIT 200";
    /// Members came or went.
    pub ADJUST_MEMBERS = "UPDATE org SET member_count = member_count + $3 WHERE district = $1 AND id = $2";

    /// The card changed, if nobody was faster.
    pub SET_CARD = "UPDATE org SET name = $4, short_name = $5, name_key = $6, py_full = $7, py_init = $8, region_code = $9, industry_code = $10,
          industry_parent_id = $11, address = $12, planned_end_on = $13, version = version + 1 WHERE district = $1 AND id = $2 AND version = $3";
    /// A sealed contact replaces the one before.
    pub SET_CONTACT = "UPDATE org SET contact_sealed = $3 WHERE district = $1 AND id = $2";
    /// The sealed contact.
    pub CONTACT = "SELECT contact_sealed FROM org WHERE district = $1 AND id = $2";
    /// Legal person applied for or registered, if nobody was faster.
    pub SET_LEGAL_PERSON = "UPDATE org SET legal_person = $3, credit_code = $4, version = version + 1 WHERE district = $1 AND id = $2 AND version = $5";
    /// State and last day, if nobody was faster.
    pub SET_STATE = "UPDATE org SET state = $3, ended_on = $4, version = version + 1 WHERE district = $1 AND id = $2 AND version = $5";
    /// The whole subtree at once: `$2` new beginning, `$3` first kept character, `$4`–`$5` old range, `$6` levels down.
    pub MOVE_SUBTREE = "UPDATE org SET path = $2 || substr(path, $3), level = level + $6 WHERE district = $1 AND path >= $4 AND path < $5";
    /// The moved union itself hangs below another, if nobody was faster.
    pub SET_PARENT = "UPDATE org SET parent_id = $3, segment = $4, version = version + 1 WHERE district = $1 AND id = $2 AND version = $5";
    /// How many living unions hang directly below.
    pub LIVING_CHILDREN = "SELECT COUNT(*) FROM org WHERE district = $1 AND parent_id = $2 AND state <> 'dissolved'";
    /// Unions gathered by an industry federation are let go.
    pub RELEASE_INDUSTRY = "UPDATE org SET industry_parent_id = NULL WHERE district = $1 AND industry_parent_id = $2";
}
