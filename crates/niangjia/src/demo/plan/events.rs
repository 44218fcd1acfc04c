//! What happens to members after they joined.

use std::collections::BTreeMap;

use kernel::Date;

use super::Size;
use super::numbers::{day_within, plus_days};
use super::seats::Seat;
use super::unions::Union;
use crate::demo::dice::Dice;

/// A turn in a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// 转会: changes to the union at this place, which accepts.
    Moved(usize),
    /// 转会, asked for lately: the receiving union has not answered.
    Moving(usize),
    /// 保留会籍
    Kept,
    /// 退会
    Left,
    /// 除名
    Expelled,
    /// 死亡
    Deceased,
}

/// One turn of one member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub on: Date,
    /// Whose, by place among the seats.
    pub seat: usize,
    /// What.
    pub turn: Turn,
}

/// What a throw means before a target is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Moved,
    Moving,
    Kept,
    Left,
    Expelled,
    Deceased,
}

/// Turns per 10,000 members and twelve months.
const YEARLY: [(Fate, f64); 5] = [
    (Fate::Moved, 160.0),
    (Fate::Kept, 90.0),
    (Fate::Left, 60.0),
    (Fate::Deceased, 6.0),
    (Fate::Expelled, 0.6),
];
/// Members on their way between two unions today, per 10,000.
const MOVING: f64 = 20.0;

/// Draw the turns, ordered by day.
pub fn happen(unions: &[Union], seats: &[Seat], opening: Date, size: &Size) -> Vec<Event> {
    let mut dice = Dice::new(size.seed, "events");
    let targets = targets(unions);
    let mut events = Vec::new();
    for (at, seat) in seats.iter().enumerate() {
        let throw = f64::from(u32::try_from(dice.below(1_000_000)).unwrap_or(0)) / 100.0;
        let Some(fate) = fate(throw, size.months) else {
            continue;
        };
        let from = opening.max(plus_days(seat.joined_on, 31));
        let last = plus_days(size.today, -20);
        if from >= last {
            continue;
        }
        let on = match fate {
            Fate::Moving => day_within(
                &mut dice,
                plus_days(size.today, -19),
                plus_days(size.today, -1),
            ),
            _ => day_within(&mut dice, from, last),
        };
        if let Some(turn) = turn(fate, on, &mut dice, &targets, unions, seat) {
            events.push(Event { on, seat: at, turn });
        }
    }
    events.sort_by_key(|e| (e.on, e.seat));
    events
}

/// What a throw of 0 … 10,000 means over the whole history; mostly nothing.
fn fate(throw: f64, months: usize) -> Option<Fate> {
    #[expect(clippy::cast_precision_loss, reason = "months are few")]
    let years = months as f64 / 12.0;
    let rates = YEARLY
        .iter()
        .map(|(fate, rate)| (*fate, rate * years))
        .chain([(Fate::Moving, MOVING)]);
    let mut bound = 0.0;
    for (fate, rate) in rates {
        bound += rate;
        if throw < bound {
            return Some(fate);
        }
    }
    None
}

fn turn(
    fate: Fate,
    on: Date,
    dice: &mut Dice,
    targets: &BTreeMap<Option<usize>, Vec<usize>>,
    unions: &[Union],
    seat: &Seat,
) -> Option<Turn> {
    Some(match fate {
        Fate::Moved => Turn::Moved(target(on, dice, targets, unions, seat)?),
        Fate::Moving => Turn::Moving(target(on, dice, targets, unions, seat)?),
        Fate::Kept => Turn::Kept,
        Fate::Left => Turn::Left,
        Fate::Expelled => Turn::Expelled,
        Fate::Deceased => Turn::Deceased,
    })
}

/// Basic unions by what they hang below.
fn targets(unions: &[Union]) -> BTreeMap<Option<usize>, Vec<usize>> {
    let mut all: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, union) in unions
        .iter()
        .enumerate()
        .filter(|(_, u)| matches!(u.kind, "single" | "joint" | "new_form"))
    {
        all.entry(union.parent).or_default().push(at);
        all.entry(None).or_default().push(at);
    }
    all
}

/// Half move next door, half anywhere in the district.
fn target(
    on: Date,
    dice: &mut Dice,
    targets: &BTreeMap<Option<usize>, Vec<usize>>,
    unions: &[Union],
    seat: &Seat,
) -> Option<usize> {
    let near = unions.get(seat.union).and_then(|u| u.parent);
    let pool = targets
        .get(&near)
        .filter(|pool| pool.len() > 1 && dice.percent(50.0))
        .or_else(|| targets.get(&None))?;
    let target = dice.pick(pool).copied()?;
    let stands = unions.get(target).is_some_and(|u| u.founded_on <= on);
    (target != seat.union && stands).then_some(target)
}
