//! Writing the stories onto the agenda: where they happen, whom they are about, on which days.

use kernel::Instant;
use union::cases::{CaseId, NewCase, Reporter};

use super::deeds::{Act, By};
use super::staff::Desk;
use super::stories::{self, Story};
use super::{File, Office, begins, workday, workday_before};
use crate::demo::person::{People, Wanted};
use crate::demo::plan::{Course, plus_days};
use crate::demo::pour::Poured;

/// Employers smaller than this are not what stories are about.
const SMALLEST: i64 = 8;

impl Office<'_> {
    /// Everything that is no alert.
    pub(super) fn matters(&mut self, done: &Poured) {
        let mut people = People::of_region(self.plan.size.seed, "stories", "330112");
        let places = self.staff.places(self.plan);
        let near = self.near(&places);
        for (number, story) in stories::all(&mut self.dice, self.plan.size.today)
            .into_iter()
            .enumerate()
        {
            let place = match number % 4 {
                0 => Some(self.staff.posts.village),
                1 => near.get(number / 4 % near.len().max(1)).copied(),
                _ => places.get(number * 5 % places.len().max(1)).copied(),
            };
            let place = place.unwrap_or(self.staff.posts.village);
            self.write(story, place, &mut people, done);
        }
    }

    /// The places in the officer's town.
    fn near(&self, places: &[usize]) -> Vec<usize> {
        let town = self.staff.posts.town;
        let within = |at: &usize| {
            std::iter::successors(Some(*at), |at| self.plan.unions.get(*at)?.parent)
                .any(|above| above == town)
        };
        places.iter().copied().filter(within).collect()
    }

    fn write(&mut self, story: Story, place: usize, people: &mut People, done: &Poured) {
        let plan = self.plan;
        let day = workday_before(plan.size.today, story.age);
        if day <= begins(plan) {
            return;
        }
        let hung = self.hung.len().max(1);
        let poster = story
            .poster
            .and_then(|at| self.hung.get(at % hung).copied());
        let own = story.by == By::Worker;
        if own && self.staff.worker.is_none() {
            return;
        }
        let place = match poster {
            Some(poster) => poster.union,
            None if own => self.staff.worker_union,
            None => place,
        };
        let firm = self.firm(place);
        let org = poster.map(|one| one.org).or_else(|| {
            let made = done.unions.get(place)?.as_ref();
            made.map(|org| org.id)
        });
        let name = firm
            .and_then(|at| plan.firms.get(at))
            .map_or("演示单位", |firm| firm.name.as_str());
        let mut new = NewCase {
            kind: story.kind.to_owned(),
            door: story.door.to_owned(),
            place: org,
            title: story.title.replace("{firm}", name),
            on_behalf: story.on_behalf.map(str::to_owned),
            ..NewCase::default()
        };
        for (field, value) in &story.fields {
            let value = value.replace("{firm}", name);
            new.fields.insert((*field).to_owned(), value);
        }
        if story.about_firm {
            new.respondent = firm.and_then(|at| done.firms.get(at).copied().flatten());
        }
        if story.reporter {
            new.reporter = Some(self.reporter(people, own));
        }
        if let (Some(who), Some(consent)) = (&new.reporter, story.on_behalf)
            && let Ok(parsed) = kernel::PersonName::parse(&who.name)
        {
            new.on_behalf = Some(format!("反映人 {}，{consent}", parsed.masked()));
        }
        if let Some(applicant) = new.reporter.as_ref().map(|one| one.name.clone())
            && new.fields.contains_key("applicant")
        {
            new.fields.insert("applicant".to_owned(), applicant);
        }
        self.files.push(File {
            case: None,
            alert: None,
            desk: self.staff.desk(plan, place),
            turn: 0,
            receipt: String::new(),
            course: Course::InHand,
            firm,
            rank: 0,
        });
        let at = self.files.len() - 1;
        let (hour, minute) = story.at;
        let opens = Act::Open(Box::new(new), poster.map(|one| one.id));
        self.later(
            Instant::from_shanghai(day, hour, minute),
            at,
            story.by,
            opens,
        );
        for (days, (hour, minute), by, act) in story.steps {
            let when = Instant::from_shanghai(workday(day, days), hour, minute);
            self.later(when, at, by, act);
        }
    }

    /// What a visit brought home is done by the place it came from.
    pub(super) fn follow(&mut self, case: CaseId, desk: Desk) {
        self.files.push(File {
            case: Some(case),
            alert: None,
            desk,
            turn: 0,
            receipt: String::new(),
            course: Course::InHand,
            firm: None,
            rank: 0,
        });
        let (at, day) = (self.files.len() - 1, self.db.clock().today());
        for (days, (hour, minute), by, act) in stories::brought_home() {
            let when = Instant::from_shanghai(workday(day, days), hour, minute);
            self.later(when, at, by, act);
        }
    }

    fn reporter(&self, people: &mut People, own: bool) -> Reporter {
        if own {
            return Reporter {
                member: self
                    .staff
                    .worker
                    .as_ref()
                    .and_then(|own| own.scope.member()),
                ..Reporter::default()
            };
        }
        let today = self.plan.size.today;
        let person = people.next(Wanted {
            women: 45.0,
            office: false,
            joined_on: plus_days(today, -400),
            today,
        });
        Reporter {
            name: person.name,
            phone: person.phone,
            member: None,
        }
    }

    /// An employer of the place, else of its town, else any, about whom nothing else is told.
    fn firm(&mut self, place: usize) -> Option<usize> {
        let plan = self.plan;
        let fits = |at: &usize| {
            let firm = plan.firms.get(*at);
            firm.is_some_and(|firm| firm.is_open() && firm.headcount >= SMALLEST)
                && !plan.courses.contains_key(at)
        };
        let lies = |at: &usize, place: usize| {
            let area = plan.firms.get(*at).and_then(|firm| firm.area);
            std::iter::successors(area, |at| plan.unions.get(*at)?.parent)
                .any(|above| above == place)
        };
        let above = plan.unions.get(place).and_then(|union| union.parent);
        for within in [Some(place), above, Some(0)].into_iter().flatten() {
            let found: Vec<usize> = (0..plan.firms.len())
                .filter(|at| fits(at) && lies(at, within))
                .take(40)
                .collect();
            if let Some(firm) = self.dice.pick(&found) {
                return Some(*firm);
            }
        }
        None
    }
}
