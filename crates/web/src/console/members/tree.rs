//! The tree at the left of the roster: the unions above the chosen one, and the ones directly below.
//!
//! The sums beside each union run over its subtree. They change only when something is entered, so a drawn tree is
//! kept until the district's log moves on: the list's own query then costs more than the tree beside it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use kernel::OrgPath;
use kernel::ids::OrgId;
use store::Tx;
use union::members::MemberError;
use union::orgs::{self, OrgNode};

/// Trees kept at once.
const MOST: usize = 500;

/// One line of the tree.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its roster; for an industry federation the unions it gathers.
    pub href: String,
    /// Short name.
    pub name: String,
    /// Members of its own and below, with thousands parted.
    pub members: String,
    /// Levels below the top of the tree, for the indent.
    pub level: usize,
    /// It has unions below.
    pub folds: bool,
    /// Those are shown.
    pub open: bool,
    /// It is the chosen one.
    pub chosen: bool,
    /// So many branches end behind it.
    pub ends: usize,
}

/// The tree for one reader.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    /// Its lines from the top down.
    pub lines: Vec<Line>,
    /// Name of the chosen union.
    pub chosen: String,
    /// Its path; none without a scope.
    pub path: Option<OrgPath>,
    /// Enrolled members within it.
    pub total: i64,
}

/// Whose tree, of which moment.
type Key = (String, String, i64, Option<OrgId>);

fn kept() -> &'static Mutex<HashMap<Key, Arc<Tree>>> {
    static KEPT: OnceLock<Mutex<HashMap<Key, Arc<Tree>>>> = OnceLock::new();
    KEPT.get_or_init(Mutex::default)
}

/// The tree with `chosen` unfolded, or with the top of the scope when nothing is chosen.
pub(super) fn tree(
    tx: &mut Tx,
    place: &str,
    chosen: Option<OrgId>,
) -> Result<Arc<Tree>, MemberError> {
    let (from, _) = tx.actor().scope.range();
    let moment = union::audit::head(tx)?;
    let key = (format!("{place}:{}", tx.district()), from, moment, chosen);
    if let Some(tree) = kept().lock().ok().and_then(|kept| kept.get(&key).cloned()) {
        return Ok(tree);
    }
    let tree = Arc::new(draw(tx, chosen)?);
    if let Ok(mut kept) = kept().lock() {
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(key, tree.clone());
    }
    Ok(tree)
}

fn room(error: orgs::OrgError) -> MemberError {
    MemberError::Room(Box::new(error))
}

fn draw(tx: &mut Tx, chosen: Option<OrgId>) -> Result<Tree, MemberError> {
    let Some(top) = orgs::top(tx).map_err(room)? else {
        return Ok(Tree::default());
    };
    let chosen = orgs::node(tx, chosen.unwrap_or(top.id)).map_err(room)?;
    // From the top of the scope down to the chosen union; what lies above the scope is not a part of it.
    let trail = orgs::path_names(tx, &chosen.org.path).map_err(room)?;
    let trail: Vec<OrgId> = trail
        .iter()
        .filter(|org| org.path.is_within(&top.path))
        .map(|org| org.id)
        .collect();
    let mut lines = Vec::new();
    let first = orgs::node(tx, top.id).map_err(room)?;
    unfold(tx, &first, 0, &trail, chosen.org.id, &mut lines)?;
    let after: Vec<usize> = lines
        .iter()
        .skip(1)
        .map(|line| line.level)
        .chain([0])
        .collect();
    for (line, next) in lines.iter_mut().zip(after) {
        line.ends = line.level.saturating_sub(next);
    }
    Ok(Tree {
        lines,
        chosen: chosen.org.name,
        path: Some(chosen.org.path),
        total: chosen.members_within,
    })
}

/// A union, and below it, if it lies on the way to the chosen one, the unions it has.
fn unfold(
    tx: &mut Tx,
    node: &OrgNode,
    level: usize,
    trail: &[OrgId],
    chosen: OrgId,
    lines: &mut Vec<Line>,
) -> Result<(), MemberError> {
    let open = trail.contains(&node.org.id) && node.children > 0;
    lines.push(Line {
        name: if node.short_name.is_empty() {
            node.org.name.clone()
        } else {
            node.short_name.clone()
        },
        members: thousands(node.people()),
        href: if node.gathers() {
            format!("/orgs/industries/{}", node.org.id)
        } else {
            format!("/members?org={}", node.org.id)
        },
        level,
        folds: node.children > 0,
        open,
        chosen: node.org.id == chosen,
        ends: 0,
    });
    if open {
        for child in orgs::children(tx, node.org.id).map_err(room)? {
            unfold(tx, &child, level + 1, trail, chosen, lines)?;
        }
    }
    Ok(())
}

/// `193604` → `193,604`.
pub(super) fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = if number < 0 {
        "-".to_owned()
    } else {
        String::new()
    };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::thousands;

    #[test]
    fn thousands_are_parted() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (193_604, "193,604"),
            (-1_234_567, "-1,234,567"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }
}
