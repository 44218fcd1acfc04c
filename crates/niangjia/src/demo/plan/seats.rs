//! Seats: who belongs where since when. A seat becomes a person while pouring.

use kernel::Date;

use super::Size;
use super::firms::{Firm, join_rate, opening};
use super::numbers::{count, day_within, plus_days, split};
use super::unions::Union;
use crate::demo::dice::Dice;

/// One membership to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// The union, by place in the list.
    pub union: usize,
    /// Where the person works; none in unions of new-form workers.
    pub firm: Option<usize>,
    /// Day of joining.
    pub joined_on: Date,
}

/// Share of members without a fixed employer, of all.
const NEW_FORM_SHARE: f64 = 0.04;

/// Fill the unions so that there are exactly as many members as wanted.
pub fn fill(firms: &mut [Firm], unions: &mut [Union], size: &Size) -> Vec<Seat> {
    let mut dice = Dice::new(size.seed, "seats");
    #[expect(
        clippy::cast_precision_loss,
        reason = "member counts are far below 2^52"
    )]
    let loose = super::numbers::floor(size.members as f64 * NEW_FORM_SHARE);
    let places: Vec<(usize, usize)> = homes(unions);
    let weights: Vec<f64> = places
        .iter()
        .map(|(_, firm)| firms.get(*firm).map_or(0.0, weight))
        .collect();
    let employed = if weights.iter().sum::<f64>() > 0.0 {
        (size.members - size.online).saturating_sub(loose)
    } else {
        0
    };
    let shares = split(employed, &weights);
    let mut seats = Vec::with_capacity(size.members);
    for ((union, firm), share) in places.into_iter().zip(shares) {
        let branches = branches_of(unions, union);
        if let Some(f) = firms.get_mut(firm) {
            f.members += share;
            // A headcount below the members would be a mistake; a few are kept, for the list of bad headcounts.
            if f.luck > 0.004 {
                f.headcount = f.headcount.max(count(f.members));
            }
        }
        for n in 0..share {
            let home = branches
                .get(n % (branches.len() + 1))
                .copied()
                .unwrap_or(union);
            seats.push(seat(&mut dice, unions, home, Some(firm), size));
        }
    }
    without_employer(&mut dice, unions, size, &mut seats);
    seats.sort_by_key(|s| s.joined_on);
    seats
}

/// (union, employer) pairs that hold members: own and joint unions.
fn homes(unions: &[Union]) -> Vec<(usize, usize)> {
    let basic = |u: &Union| matches!(u.kind, "single" | "joint");
    unions
        .iter()
        .enumerate()
        .filter(|(_, u)| basic(u))
        .flat_map(|(at, u)| u.covers.iter().map(move |c| (at, c.firm)))
        .collect()
}

fn weight(firm: &Firm) -> f64 {
    f64::from(u32::try_from(firm.headcount).unwrap_or(1)) * join_rate(firm)
}

fn branches_of(unions: &[Union], parent: usize) -> Vec<usize> {
    unions
        .iter()
        .enumerate()
        .skip(parent)
        .take_while(|(at, u)| *at == parent || u.parent == Some(parent))
        .filter(|(at, _)| *at != parent)
        .map(|(at, _)| at)
        .collect()
}

fn without_employer(dice: &mut Dice, unions: &[Union], size: &Size, seats: &mut Vec<Seat>) {
    let loose: Vec<usize> = unions
        .iter()
        .enumerate()
        .filter(|(_, u)| matches!(u.kind, "new_form" | "project"))
        .map(|(at, _)| at)
        .collect();
    while seats.len() < size.members - size.online {
        let Some(union) = dice.pick(&loose).copied() else {
            return;
        };
        // Workers of a site work for the contractor; riders for nobody in particular.
        let firm = unions
            .get(union)
            .and_then(|u| u.covers.first())
            .map(|c| c.firm);
        let seat = seat(dice, unions, union, firm, size);
        seats.push(seat);
    }
}

/// Three in four joined before the history opens; a new union takes most of its people in its first days.
fn seat(dice: &mut Dice, unions: &[Union], union: usize, firm: Option<usize>, size: &Size) -> Seat {
    let founded = unions.get(union).map_or(size.today, |u| u.founded_on);
    let since = unions
        .get(union)
        .and_then(|u| u.covers.iter().find(|c| Some(c.firm) == firm))
        .map_or(founded, |c| c.from_on.max(founded));
    let open = opening(size).max(since);
    let joined_on = if dice.percent(50.0) {
        day_within(dice, since, plus_days(since, 30)).min(size.today)
    } else if dice.percent(70.0) {
        day_within(dice, since, open.max(since))
    } else {
        day_within(dice, open, size.today)
    };
    Seat {
        union,
        firm,
        joined_on: joined_on.min(size.today),
    }
}
