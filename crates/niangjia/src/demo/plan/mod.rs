//! The district on paper (纸上的区): every union, employer and place of work, decided by the seed and the
//! day alone, before anything is written down. People themselves are made one by one while pouring, so a
//! plan for two million members stays small.

mod events;
mod firms;
mod numbers;
mod places;
mod seats;
mod unions;
mod warnings;
mod worked;

pub use events::{Event, Turn};
pub use firms::{Firm, has_own_union};
pub use numbers::{months_before, plus_days};
pub use places::Places;
pub use seats::Seat;
pub use unions::Union;
pub use warnings::Trace;
pub use worked::{Course, Handover, OFFICE_DAYS, Posts};

use std::collections::BTreeMap;

use kernel::Date;

/// How large, how long, which chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// Members, exactly.
    pub members: usize,
    /// Employers, exactly.
    pub employers: usize,
    /// Months of history before today.
    pub months: usize,
    /// Of the members, those who come through the online door in the last weeks; they have no seat.
    pub online: usize,
    /// The seed.
    pub seed: u64,
    /// Today.
    pub today: Date,
}

/// Everything but the people.
#[derive(Debug)]
pub struct Plan {
    /// What was asked for.
    pub size: Size,
    /// First day of the history that is played out; what is older is entered as it stands on this day.
    pub opening: Date,
    /// Unions, each after the one it hangs below.
    pub unions: Vec<Union>,
    /// Employers.
    pub firms: Vec<Firm>,
    /// One seat a member, ordered by the day of joining.
    pub seats: Vec<Seat>,
    /// What happens to members afterwards, ordered by day.
    pub events: Vec<Event>,
    /// What becomes visible of employers in trouble, ordered by day, with how it ended.
    pub traces: Vec<Trace>,
    /// What the offices send in the night after the last day: it is new on the desks this morning.
    pub overnight: Vec<Trace>,
    /// How the desks get on with an employer's alert, for those for whom that is decided here.
    pub courses: BTreeMap<usize, Course>,
    /// Where the accounts have their posts; none where the district is too small for them.
    pub posts: Option<Posts>,
}

impl Plan {
    /// Decide everything.
    pub fn draw(places: &Places, size: Size) -> Self {
        let opening = numbers::months_before(size.today, size.months);
        let mut firms = firms::found(places, &size);
        let mut unions = unions::found(places, &mut firms, &size);
        let seats = seats::fill(&mut firms, &mut unions, &size);
        let events = events::happen(&unions, &seats, opening, &size);
        let posts = worked::choose(&unions, &firms, &seats, &size);
        let seen = warnings::happen(&firms, &unions, posts.as_ref(), opening, &size);
        Self {
            size,
            opening,
            unions,
            firms,
            seats,
            events,
            traces: seen.traces,
            overnight: seen.overnight,
            courses: seen.courses,
            posts,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::firms::FirmState;
    use super::*;

    fn size() -> Size {
        Size {
            online: 0,
            members: 6_000,
            employers: 900,
            months: 18,
            seed: 5,
            today: Date::constant(2026, 6, 15),
        }
    }

    fn places() -> Places {
        let code = kernel::DistrictCode::parse("330113").unwrap();
        Places::of(&kernel::region::District::in_force(code).unwrap())
    }

    #[test]
    fn numbers_are_kept_exactly() {
        let plan = Plan::draw(&places(), size());
        assert_eq!(plan.seats.len(), 6_000);
        assert_eq!(plan.firms.len(), 900);
        let per_firm: usize = plan.firms.iter().map(|f| f.members).sum();
        assert!(
            per_firm > 5_000 && per_firm <= 6_000,
            "{per_firm} members have an employer"
        );
    }

    #[test]
    fn the_tree_stands_and_codes_are_used_once() {
        let plan = Plan::draw(&places(), size());
        for (at, union) in plan.unions.iter().enumerate() {
            assert!(
                union.parent.is_none_or(|p| p < at),
                "{} before its parent",
                union.name
            );
        }
        assert_eq!(plan.unions.iter().filter(|u| u.parent.is_none()).count(), 1);
        let names: HashSet<_> = plan.unions.iter().map(|u| (u.parent, &u.name)).collect();
        assert_eq!(names.len(), plan.unions.len(), "two siblings bear one name");
        let codes: Vec<_> = plan
            .firms
            .iter()
            .map(|f| &f.code)
            .chain(plan.unions.iter().filter_map(|u| u.code.as_ref()))
            .collect();
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len());
    }

    #[test]
    fn the_district_has_what_the_screens_must_show() {
        let plan = Plan::draw(&places(), size());
        let open = |f: &&Firm| f.state == FirmState::Open;
        let covered: HashSet<usize> = plan
            .unions
            .iter()
            .flat_map(|u| u.covers.iter().map(|c| c.firm))
            .collect();
        let bare = |least: i64| {
            plan.firms
                .iter()
                .enumerate()
                .filter(|(i, f)| f.headcount >= least && open(f) && !covered.contains(i))
                .count()
        };
        assert!(
            bare(25) >= 3,
            "employers of 25 and more without a union: {}",
            bare(25)
        );
        assert!(plan.firms.iter().any(|f| f.headcount >= 100));
        assert!(plan.firms.iter().any(|f| f.state == FirmState::Shell));
        assert!(
            plan.firms
                .iter()
                .any(|f| f.state == FirmState::Deregistered)
        );
        for kind in [
            "federation",
            "town",
            "zone",
            "village",
            "park",
            "industry",
            "single",
            "joint",
            "project",
            "new_form",
            "branch",
        ] {
            assert!(
                plan.unions.iter().any(|u| u.kind == kind),
                "no union of kind {kind}"
            );
        }
        for turn in [Turn::Kept, Turn::Left, Turn::Deceased] {
            assert!(plan.events.iter().any(|e| e.turn == turn), "{turn:?}");
        }
        assert!(plan.events.iter().any(|e| matches!(e.turn, Turn::Moved(_))));
    }

    #[test]
    fn nobody_joins_before_the_union_or_after_today() {
        let plan = Plan::draw(&places(), size());
        for seat in &plan.seats {
            let union = &plan.unions[seat.union];
            assert!(
                seat.joined_on >= union.founded_on && seat.joined_on <= plan.size.today,
                "{seat:?} at {}",
                union.name
            );
        }
        assert!(plan.seats.is_sorted_by_key(|s| s.joined_on));
        let within = plan
            .seats
            .iter()
            .filter(|s| s.joined_on >= plan.opening)
            .count();
        assert!(
            (600..3_000).contains(&within),
            "{within} joins within the history"
        );
    }

    #[test]
    fn the_same_seed_and_day_decide_the_same() {
        let (one, two) = (Plan::draw(&places(), size()), Plan::draw(&places(), size()));
        assert_eq!(format!("{one:?}"), format!("{two:?}"));
        let other = Plan::draw(&places(), Size { seed: 6, ..size() });
        assert_ne!(format!("{one:?}"), format!("{other:?}"));
    }
}
