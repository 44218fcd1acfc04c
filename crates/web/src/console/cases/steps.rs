//! 下一步: of everything that may be done with a case now, the one or two most likely steps; the rest stands in a menu,
//! by what it is for.

use kernel::OrgPath;
use kernel::case_kind::{Allowed, ClockState, Effect};
use union::cases::{Case, ClockLine};

/// How many stand as buttons.
const FIRST: usize = 2;

/// What may be done now, sorted for who has to choose.
pub(crate) struct Steps {
    /// The most likely ones, the likeliest first.
    pub first: Vec<Allowed>,
    /// The others, under the words of their group; in the order of the table.
    pub others: Vec<(&'static str, Vec<Allowed>)>,
}

impl Steps {
    /// Of the verbs somebody at a desk may use.
    pub(super) fn of(
        case: &Case,
        clocks: &[ClockLine],
        buttons: &[Allowed],
        desk: Option<&OrgPath>,
    ) -> Self {
        let mut likely: Vec<&Allowed> = Vec::new();
        let wanted = asked(buttons)
            .chain(due(case, clocks, buttons, desk))
            .chain(onwards(buttons));
        for one in wanted {
            if likely.len() < FIRST && likely.iter().all(|known| known.verb != one.verb) {
                likely.push(one);
            }
        }
        let first: Vec<Allowed> = likely.into_iter().cloned().collect();
        let mut others: Vec<(&'static str, Vec<Allowed>)> = Vec::new();
        for group in GROUPS {
            let of_group = buttons.iter().filter(|one| group_of(one.effect) == group);
            let rest = of_group.filter(|one| first.iter().all(|known| known.verb != one.verb));
            let rest: Vec<Allowed> = rest.cloned().collect();
            if !rest.is_empty() {
                others.push((group, rest));
            }
        }
        Self { first, others }
    }
}

/// Taking a case that waits to be taken, and answering what somebody asked for, come before everything else.
fn asked(buttons: &[Allowed]) -> impl Iterator<Item = &Allowed> {
    buttons.iter().filter(|one| {
        let takes = one.effect == Effect::Accept && one.to.is_some();
        let answers = matches!(
            one.effect,
            Effect::Grant | Effect::GrantPause | Effect::Resume
        );
        takes || answers
    })
}

/// What a clock waits for: those of the own desk first, what is due first before the rest.
fn due<'b>(
    case: &Case,
    clocks: &[ClockLine],
    buttons: &'b [Allowed],
    desk: Option<&OrgPath>,
) -> impl Iterator<Item = &'b Allowed> {
    let mut waiting: Vec<&ClockLine> = clocks
        .iter()
        .filter(|line| {
            let state = line.clock.state();
            state.is_live() || state == ClockState::Breached
        })
        .collect();
    waiting.sort_by_key(|line| {
        let own = desk == Some(&line.clock.owner.desk);
        (!own, line.due.is_none(), line.due.map(|due| due.at))
    });
    let stops = waiting
        .into_iter()
        .filter_map(|line| case.kind.clock(&line.clock.rule));
    let verbs: Vec<&'b Allowed> = stops
        .flat_map(|rule| &rule.stop)
        .filter_map(|verb| buttons.iter().find(|one| one.verb.id() == verb))
        .collect();
    verbs.into_iter()
}

/// What leads to another state.
fn onwards(buttons: &[Allowed]) -> impl Iterator<Item = &Allowed> {
    let steps = buttons
        .iter()
        .filter(|one| group_of(one.effect) == HANDLING);
    steps.filter(|one| one.to.is_some())
}

const HANDLING: &str = "办理";
const PASSING_ON: &str = "转交、协同";
const CLOCKS: &str = "时限";
const FILE: &str = "记录、并案";
const GROUPS: [&str; 4] = [HANDLING, PASSING_ON, CLOCKS, FILE];

fn group_of(effect: Effect) -> &'static str {
    match effect {
        Effect::Step
        | Effect::Accept
        | Effect::Refuse
        | Effect::Close
        | Effect::CallBack
        | Effect::Reopen
        | Effect::ReviewAbove
        | Effect::Withdraw => HANDLING,
        Effect::Assign
        | Effect::Transfer
        | Effect::Return
        | Effect::Recall
        | Effect::Consult
        | Effect::Urge
        | Effect::Supervise => PASSING_ON,
        Effect::Extend
        | Effect::Grant
        | Effect::Deny
        | Effect::Suspend
        | Effect::GrantPause
        | Effect::DenyPause
        | Effect::Resume => CLOCKS,
        Effect::Note | Effect::Merge | Effect::Split => FILE,
    }
}
