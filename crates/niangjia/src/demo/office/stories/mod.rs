//! The stories: short matters of every kind, each in another state, with the working days on which things happen.

mod demands;
mod disputes;
mod visits;

use kernel::Date;

use super::deeds::{Act, By, Deed};
use crate::demo::dice::Dice;
pub use visits::brought_home;

/// When, by whom, what: working days after the opening, and the time of that day.
pub type Step = (u32, (i8, i8), By, Act);

/// One matter from its opening on.
pub struct Story {
    /// Kind of case.
    pub kind: &'static str,
    /// Door.
    pub door: &'static str,
    /// Who opens it.
    pub by: By,
    /// Working days before the last day.
    pub age: u32,
    /// Time of the day.
    pub at: (i8, i8),
    /// One line; `{firm}` stands for an employer.
    pub title: String,
    /// Fields.
    pub fields: Vec<(&'static str, String)>,
    /// Somebody with a name and a phone reported it.
    pub reporter: bool,
    /// Staff entered it: how the person agreed.
    pub on_behalf: Option<&'static str>,
    /// It came by this poster of those that hang.
    pub poster: Option<usize>,
    /// The employer is the other side.
    pub about_firm: bool,
    /// What followed.
    pub steps: Vec<Step>,
}

/// A step.
fn step(days: u32, at: (i8, i8), by: By, act: impl Into<Act>) -> Step {
    (days, at, by, act.into())
}

fn story(kind: &'static str, door: &'static str, by: By, age: u32, title: &str) -> Story {
    Story {
        kind,
        door,
        by,
        age,
        at: (9, 10),
        title: title.to_owned(),
        fields: Vec::new(),
        reporter: true,
        on_behalf: None,
        poster: None,
        about_firm: false,
        steps: Vec::new(),
    }
}

impl Story {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }

    fn then(mut self, days: u32, at: (i8, i8), by: By, act: impl Into<Act>) -> Self {
        self.steps.push(step(days, at, by, act));
        self
    }

    fn poster(mut self, at: usize) -> Self {
        self.poster = Some(at);
        self
    }
}

/// All of them, for a last day.
pub fn all(dice: &mut Dice, today: Date) -> Vec<Story> {
    let mut all = demands::told();
    all.extend(demands::ordinary(dice));
    all.extend(disputes::mediations(today));
    all.extend(disputes::supervisions(today));
    all.extend(disputes::aid());
    all.extend(visits::all(today));
    all
}

fn demand(
    (door, by, age): (&'static str, By, u32),
    (kind, subject): (&str, &str),
    content: &str,
) -> Story {
    story("cases.demand", door, by, age, &format!("{kind}：{subject}"))
        .with("type", kind)
        .with("subject", subject)
        .with("content", content)
}

/// An answer.
fn answer(code: &'static str, reply: &str) -> Deed {
    Deed::of("answer").ends(code).field("reply", reply)
}
