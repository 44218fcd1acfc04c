//! Coverage figures as the desk, the screen and the API show them: gathered once, worded once.

use kernel::ids::OrgId;
use kernel::{Instant, Rate};
use store::Tx;
use union::coverage::{self, Board, CoverageError, Edition, Metric, Month, Targets};
use union::orgs::{self, OrgNode, OrgRef};

/// Months on the line of development.
const MONTHS: usize = 12;

/// Everything about one union's figures in one edition.
pub struct View {
    /// The union.
    pub org: OrgRef,
    /// The unions above it within the caller's scope, from the top down, and itself.
    pub trail: Vec<OrgRef>,
    /// Which figures.
    pub edition: Edition,
    /// The figures.
    pub board: Board,
    /// The unions directly below, with their figures where they are kept.
    pub below: Vec<(OrgNode, Option<Board>)>,
    /// The last twelve frozen months and, last, the newest figures.
    pub trend: Vec<(String, Edition, Board)>,
    /// Frozen months, newest first.
    pub months: Vec<(Month, Instant)>,
    /// What is to be reached.
    pub targets: &'static Targets,
}

/// Gathers a view: of the top of the caller's scope when no union is named, of the newest figures when no month is.
/// `None` when nothing was ever counted.
///
/// # Errors
/// The union lies outside the scope; the store failed.
pub fn view(
    tx: &mut Tx,
    org: Option<OrgId>,
    edition: Option<Edition>,
) -> Result<Option<View>, CoverageError> {
    let top = orgs::top(tx)?;
    let org = match (org, &top) {
        (Some(id), _) => orgs::get(tx, id)?,
        (None, Some(top)) => top.clone(),
        (None, None) => return Ok(None),
    };
    let Some((edition, board)) = chosen(tx, &org, top.as_ref(), edition)? else {
        return Ok(None);
    };
    let scope = tx.actor().scope.clone();
    let trail = orgs::path_names(tx, &org.path)?
        .into_iter()
        .filter(|one| scope.covers(&one.path))
        .collect();
    let mut boards = coverage::boards_below(tx, edition, &org.path)?;
    let below = orgs::children(tx, org.id)?
        .into_iter()
        .map(|node| {
            let at = boards.iter().position(|board| board.org == node.org.id);
            (node, at.map(|at| boards.swap_remove(at)))
        })
        .collect();
    let targets = Targets::at(*tx.district(), tx.today())?.body;
    Ok(Some(View {
        trend: trend(tx, &org)?,
        months: coverage::months(tx, MONTHS)?,
        org,
        trail,
        edition,
        board,
        below,
        targets,
    }))
}

/// The figures asked for; a union without figures of its own gets the sums of the rows at or below it.
fn chosen(
    tx: &mut Tx,
    org: &OrgRef,
    top: Option<&OrgRef>,
    edition: Option<Edition>,
) -> Result<Option<(Edition, Board)>, CoverageError> {
    let find = |tx: &mut Tx, org: &OrgRef| match edition {
        Some(edition) => Ok::<_, CoverageError>(
            coverage::board(tx, edition, &org.path)?.map(|board| (edition, board)),
        ),
        None => coverage::latest(tx, &org.path),
    };
    if let Some(found) = find(tx, org)? {
        return Ok(Some(found));
    }
    let Some(top) = top.filter(|_| !org.kind.is_territorial()) else {
        return Ok(None);
    };
    let whole = match find(tx, top)? {
        Some(found) => Some(found),
        // The post itself sits at a union without figures: when the edition was counted is unknown to it.
        None => Some((edition.unwrap_or(Edition::Current), Board::nothing(org))),
    };
    let Some((edition, whole)) = whole else {
        return Ok(None);
    };
    let mut board = Board {
        at: whole.at,
        definition: whole.definition,
        ..Board::nothing(org)
    };
    board.founded = coverage::recount(tx, edition, Metric::Founded, &org.path)?;
    board.joined = coverage::recount(tx, edition, Metric::Joined, &org.path)?;
    board.real_name = coverage::recount(tx, edition, Metric::RealName, &org.path)?;
    board.counts.members = board.real_name.denominator;
    Ok(Some((edition, board)))
}

fn trend(tx: &mut Tx, org: &OrgRef) -> Result<Vec<(String, Edition, Board)>, CoverageError> {
    let mut from = Month::of(tx.today());
    for _ in 1..MONTHS {
        from = from.before();
    }
    let frozen = coverage::trend(tx, &org.path, from)?;
    let mut line: Vec<_> = frozen
        .into_iter()
        .map(|(month, board)| (month.short(), Edition::Month(month), board))
        .collect();
    if let Some(board) = coverage::board(tx, Edition::Current, &org.path)? {
        line.push((
            format!("{}（至今）", Month::of(tx.today()).short()),
            Edition::Current,
            board,
        ));
    }
    Ok(line)
}

/// How a rate stands against its target, in words, colour and shape.
#[derive(Debug, Clone)]
pub struct Standing {
    /// 90.5%, or 不适用.
    pub shown: String,
    /// Length of its bar, 0–100.
    pub width: String,
    /// Colour class of the bar.
    pub bar: &'static str,
    /// Class of the badge.
    pub badge: &'static str,
    /// Shape of the badge.
    pub shape: &'static str,
    /// 已达到、未达到、不适用.
    pub word: &'static str,
}

impl Standing {
    /// Of an unrounded rate against a percentage.
    pub fn of(rate: Rate, target: u64) -> Self {
        let permille = rate.permille().unwrap_or(0);
        let (bar, badge, shape, word) = match rate.at_least(target) {
            Some(true) => ("is-grn", "lv-g", "s-ok", "已达到"),
            Some(false) => ("is-yel", "lv-y", "s-yel", "未达到"),
            None => ("is-gry", "lv-n", "s-none", "不适用"),
        };
        Self {
            shown: rate.to_string(),
            width: tenths(permille),
            bar,
            badge,
            shape,
            word,
        }
    }
}

/// 979 → 97.9.
pub fn tenths(permille: u32) -> String {
    format!("{}.{}", permille / 10, permille % 10)
}

/// Thousands apart: 193,604.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Address of the rows behind a figure.
pub fn rows_href(org: OrgId, edition: Edition, metric: Metric) -> String {
    format!(
        "/coverage/items?org={org}&month={}&metric={}",
        edition.stored(),
        metric.id()
    )
}
