//! The tree at the left: the unions above the chosen one, and the ones directly below.

use kernel::ids::OrgId;
use store::Tx;
use union::orgs::{self, OrgError, OrgNode};

use crate::console::words::thousands;

/// One line of the tree.
pub(super) struct Line {
    pub id: OrgId,
    pub name: String,
    pub members: String,
    /// It has unions below.
    pub folds: bool,
    /// Those are shown.
    pub open: bool,
    pub chosen: bool,
    /// So many branches end behind it.
    pub ends: usize,
    level: usize,
}

/// The tree from the top of the scope, unfolded down to `chosen`.
pub(super) fn tree(tx: &mut Tx, chosen: OrgId) -> Result<Vec<Line>, OrgError> {
    let Some(top) = orgs::top(tx)? else {
        return Ok(Vec::new());
    };
    let chosen = orgs::get(tx, chosen)?;
    let trail: Vec<OrgId> = orgs::path_names(tx, &chosen.path)?
        .into_iter()
        .filter(|org| org.path.is_within(&top.path))
        .map(|org| org.id)
        .collect();
    let mut lines = Vec::new();
    let first = orgs::node(tx, top.id)?;
    unfold(tx, &first, 0, &trail, chosen.id, &mut lines)?;
    let next: Vec<usize> = lines
        .iter()
        .skip(1)
        .map(|line| line.level)
        .chain([0])
        .collect();
    for (line, next) in lines.iter_mut().zip(next) {
        line.ends = line.level.saturating_sub(next);
    }
    Ok(lines)
}

fn unfold(
    tx: &mut Tx,
    node: &OrgNode,
    level: usize,
    trail: &[OrgId],
    chosen: OrgId,
    lines: &mut Vec<Line>,
) -> Result<(), OrgError> {
    let open = trail.contains(&node.org.id) && node.children > 0;
    lines.push(Line {
        id: node.org.id,
        name: node.short_name.clone(),
        members: thousands(node.people()),
        folds: node.children > 0,
        open,
        chosen: node.org.id == chosen,
        ends: 0,
        level,
    });
    if open {
        for child in orgs::children(tx, node.org.id)? {
            unfold(tx, &child, level + 1, trail, chosen, lines)?;
        }
    }
    Ok(())
}
