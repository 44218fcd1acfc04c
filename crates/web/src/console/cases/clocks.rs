//! 时限: the clocks of a case as its page tells them: what runs, the next date first; what was missed, level by level in one
//! line each; what is done.

use kernel::Instant;
use kernel::case_kind::ClockState;
use store::Tx;
use union::cases::{Case, CaseError, ClockLine, Names};

use crate::console::words::{CaseTime, Remaining, moment, span};

/// One clock: what is due, by whom, and how it stands.
pub(crate) struct Clock {
    pub title: String,
    pub owner: String,
    pub words: String,
    /// State of the clock and the moment it runs out.
    pub state: ClockState,
    pub due: Option<Instant>,
    pub class: &'static str,
}

/// What a level has missed and nobody has done yet.
pub(crate) struct Missed {
    /// `镇街总工会：2 项超时未办`
    pub title: String,
    /// Who, what, and since when.
    pub who: String,
    /// How long the oldest is late.
    pub words: String,
}

/// The clocks of a case.
pub(crate) struct Clocks {
    /// All of them, as they were set.
    pub all: Vec<Clock>,
    /// Places in `all` of what runs or stands still, what is due first before the rest.
    running: Vec<usize>,
    /// What was missed and is still to be done, level by level from the lowest.
    pub missed: Vec<Missed>,
    /// Places in `all` of what came to an end.
    ended: Vec<usize>,
    /// What comes first: the next date, then how many are late. Nothing in a case that has ended.
    pub(in crate::console) first: Option<CaseTime>,
}

impl Clocks {
    /// Those of a case at a moment.
    pub(super) fn of(
        tx: &mut Tx,
        names: &mut Names,
        case: &Case,
        (lines, now): (&[ClockLine], Instant),
    ) -> Result<Self, CaseError> {
        let over = case.ended_at.is_some();
        let mut all = Vec::with_capacity(lines.len());
        let mut running = Vec::new();
        let mut late: Vec<(&ClockLine, String)> = Vec::new();
        let mut ended = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let one = clock(tx, names, line, (now, over))?;
            match line.clock.state() {
                state if state.is_live() => running.push((one.due.is_none(), one.due, at)),
                ClockState::Breached if !over => late.push((line, one.owner.clone())),
                _ => ended.push(at),
            }
            all.push(one);
        }
        running.sort_unstable();
        let next = running.first().and_then(|(_, due, _)| *due);
        let ours = late
            .iter()
            .filter(|(line, _)| case.kind.is_ours(&line.clock));
        let since = ours
            .clone()
            .filter_map(|(line, _)| Some(line.due?.at))
            .min();
        let missed = i64::try_from(ours.count()).unwrap_or(i64::MAX);
        Ok(Self {
            first: CaseTime::new(now, next, (missed, since)).filter(|_| !over),
            running: running.into_iter().map(|(.., at)| at).collect(),
            missed: by_level(case, &late, now),
            ended,
            all,
        })
    }

    fn at<'c>(&'c self, places: &'c [usize]) -> impl Iterator<Item = &'c Clock> {
        places.iter().filter_map(|at| self.all.get(*at))
    }

    /// What runs or stands still.
    pub(super) fn running(&self) -> Vec<&Clock> {
        self.at(&self.running).collect()
    }

    /// What came to an end.
    pub(super) fn ended(&self) -> Vec<&Clock> {
        self.at(&self.ended).collect()
    }
}

/// One line for each level that is late: who, with what, since when.
fn by_level(case: &Case, late: &[(&ClockLine, String)], now: Instant) -> Vec<Missed> {
    let levels = case.kind.level.iter().enumerate();
    let of_level = levels.filter_map(|(at, level)| {
        let here: Vec<_> = late
            .iter()
            .filter(|(line, _)| line.clock.owner.level == at)
            .collect();
        let oldest = here.iter().filter_map(|(line, _)| Some(line.due?.at)).min();
        let mut people: Vec<(&str, Vec<String>)> = Vec::new();
        for (line, owner) in &here {
            let since = line.due.map(|due| moment(now, due.at));
            let since = since.map_or_else(String::new, |day| format!("（{day}）"));
            let what = format!("{}{since}", line.clock.title);
            match people.iter_mut().find(|(known, _)| known == owner) {
                Some((_, whats)) => whats.push(what),
                None => people.push((owner, vec![what])),
            }
        }
        let who = people
            .iter()
            .map(|(owner, whats)| format!("{owner}：{}", whats.join("、")));
        (!here.is_empty()).then(|| Missed {
            title: format!("{}：{} 项超时未办", level.title, here.len()),
            who: who.collect::<Vec<_>>().join("；"),
            words: oldest.map_or_else(String::new, |at| {
                let longest = if here.len() > 1 { "最久 " } else { "" };
                format!("{longest}{}", span(now.ms() - at.ms()))
            }),
        })
    });
    of_level.collect()
}

fn clock(
    tx: &mut Tx,
    names: &mut Names,
    line: &ClockLine,
    (now, over): (Instant, bool),
) -> Result<Clock, CaseError> {
    let (words, class) = clock_words(line, now, over);
    Ok(Clock {
        state: line.clock.state(),
        due: line.due.map(|due| due.at),
        title: line.clock.title.clone(),
        owner: names.owner(tx, &line.clock.owner)?,
        words,
        class,
    })
}

/// How a clock stands, in words, and the class that marks them. When the case is over nothing runs and nothing is late:
/// what was met and what was missed is history, told without alarm.
pub(in crate::console) fn clock_words(
    line: &ClockLine,
    now: Instant,
    over: bool,
) -> (String, &'static str) {
    let state = line.clock.state();
    let took = line
        .clock
        .events
        .last()
        .map(|(at, _)| span(at.ms() - line.clock.started().ms()))
        .unwrap_or_default();
    let late = line.clock.was_breached();
    match (state, line.due) {
        (ClockState::Running, Some(due)) => {
            let left = Remaining::new(now, due.at);
            let sure = if due.provisional { "（暂定）" } else { "" };
            (format!("{}{sure}", left.dated()), left.text())
        }
        (ClockState::Breached, _) if over => ("逾期未办".to_owned(), "muted"),
        (ClockState::Breached, Some(due)) => (Remaining::new(now, due.at).dated(), "t-red"),
        (ClockState::Met, _) => (format!("{took} 完成"), if over { "muted" } else { "t-grn" }),
        (ClockState::DoneLate, _) => (
            format!("超时后完成，用时 {took}"),
            if over { "muted" } else { "t-red" },
        ),
        (ClockState::Void, _) if late => ("逾期，后不再计时".to_owned(), "muted"),
        _ => (
            state.title().to_owned(),
            if late && !over { "t-red" } else { "muted" },
        ),
    }
}
