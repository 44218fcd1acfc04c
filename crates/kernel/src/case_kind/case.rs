//! A case as the rules see it: everything a decision depends on, and nothing else.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::clock::CaseClock;
use super::closing::Terms;
use super::evidence::LetterCount;
use super::length::Length;
use super::model::{CaseKind, Owner};
use super::pause::PauseAsked;
use crate::OrgPath;

/// A call-back (回访): solved and satisfied are two questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Who called.
    pub caller: String,
    /// Who was called: a party of the case.
    pub whom: String,
    /// 是否解决
    pub solved: bool,
    /// 是否满意
    pub satisfied: bool,
}

/// An extension that somebody has asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Rule of the clock.
    pub clock: String,
    /// By how much.
    pub by: Length,
    /// Who asked.
    pub person: Option<String>,
    /// Why.
    pub note: String,
}

/// Everything the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Where it stands.
    pub state: String,
    /// Its grade, in kinds that have grades.
    pub grade: Option<String>,
    /// Door it came in by.
    pub door: String,
    /// Its fields.
    pub fields: BTreeMap<String, String>,
    /// Who answers now.
    pub owner: Owner,
    /// Who answers at each level here; where a level is missing, the one above.
    pub ladder: Vec<Owner>,
    /// Who answered before, oldest first.
    pub trail: Vec<Owner>,
    /// The owner has not acted since it came.
    pub fresh: bool,
    /// The last of the trail passed it on by choice. Not so after a climb: who was late does not take it back.
    pub passed: bool,
    /// Its clocks, oldest first.
    pub clocks: Vec<CaseClock>,
    /// Pieces of evidence on file, by kind.
    pub evidence: BTreeMap<String, u32>,
    /// Letters of the case, by template; what is evidence of them is counted in `evidence` too.
    pub letters: BTreeMap<String, LetterCount>,
    /// Call-backs, oldest first.
    pub calls: Vec<Call>,
    /// People who were asked to look at it too.
    pub consulted: Vec<String>,
    /// People who handled it: none of them may call back.
    pub handlers: Vec<String>,
    /// An extension that waits for an answer.
    pub extension: Option<Asked>,
    /// A pause that waits for an answer.
    pub pause: Option<PauseAsked>,
    /// Its clocks stand still.
    pub suspended: bool,
    /// It waits for the initiator's papers.
    pub waiting: bool,
    /// Who watches it (督办).
    pub watch: Option<Owner>,
    /// Words of the initiator that nobody has answered.
    pub unanswered: u32,
    /// An alarm stands.
    pub alarm: bool,
    /// Times the initiator had it opened again.
    pub reopened: u32,
    /// Missed clocks raise nothing until after this day (lawful deferral).
    pub held_until: Option<Date>,
}

impl Snapshot {
    /// Notes the letters of the case: issued ones and recorded deliveries count as the evidence that the kind says.
    pub fn with_letters(&mut self, kind: &CaseKind, letters: BTreeMap<String, LetterCount>) {
        for one in &kind.evidence {
            let count = |ids: &[String], of: fn(&LetterCount) -> u32| -> u32 {
                ids.iter().filter_map(|id| letters.get(id)).map(of).sum()
            };
            let found = count(&one.letters, |n| n.issued) + count(&one.deliveries, |n| n.served);
            if found > 0 {
                *self.evidence.entry(one.id.clone()).or_insert(0) += found;
            }
        }
        self.letters = letters;
    }

    /// The desk one level above the owner; `None` at the top.
    pub fn above(&self) -> Option<&Owner> {
        self.ladder
            .iter()
            .find(|one| one.level > self.owner.level && one.desk != self.owner.desk)
    }

    /// The desk that decides what the owner may not decide alone: the one above; at the top a colleague there.
    pub fn decider(&self) -> &Owner {
        self.above().unwrap_or(&self.owner)
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    /// The person; none for the program and for doors without accounts.
    pub person: Option<String>,
    /// Place of the post in the tree; none beside the tree.
    pub place: Option<OrgPath>,
    /// It is the initiator's own case.
    pub initiator: bool,
    /// The program itself.
    pub program: bool,
}

/// What somebody is to a case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Relation {
    /// 承办人
    Handler,
    /// 承办单位的人
    Desk,
    /// 上级
    Above,
    /// 下级
    Below,
    /// 当事人
    Initiator,
    /// 加签人
    Consulted,
    /// 转出人
    Sender,
    /// At the desk of this level, by its id.
    Level(String),
}

impl Relation {
    /// The word a definition writes.
    pub fn id(&self) -> &str {
        match self {
            Self::Handler => "handler",
            Self::Desk => "desk",
            Self::Above => "above",
            Self::Below => "below",
            Self::Initiator => "initiator",
            Self::Consulted => "consulted",
            Self::Sender => "sender",
            Self::Level(id) => id,
        }
    }

    /// Words that are not levels.
    pub const WORDS: [&'static str; 7] = [
        "handler",
        "desk",
        "above",
        "below",
        "initiator",
        "consulted",
        "sender",
    ];
}

impl CaseKind {
    /// Chinese term of a relation word.
    pub fn relation_title<'a>(&'a self, word: &'a str) -> &'a str {
        match word {
            "handler" => "承办人",
            "desk" => "承办单位",
            "above" => "上级",
            "below" => "下级",
            "initiator" => "当事人本人",
            "consulted" => "加签人",
            "sender" => "转出人",
            level => self
                .level
                .iter()
                .find(|one| one.id == level)
                .map_or(level, |one| one.title.as_str()),
        }
    }

    /// Everything somebody is to a case.
    pub fn relations(&self, case: &Snapshot, who: &Who) -> Vec<Relation> {
        let mut found = Vec::new();
        let at_desk = who.place.as_ref() == Some(&case.owner.desk);
        let is = |person: &Option<String>| person.is_some() && *person == who.person;
        let named = is(&case.owner.person);
        let chief = at_desk && !named && case.above().is_none();
        if named || (at_desk && case.owner.person.is_none()) {
            found.push(Relation::Handler);
        }
        if at_desk {
            found.push(Relation::Desk);
        }
        if let Some(place) = &who.place {
            let inside = case.owner.desk.is_within(place);
            // At the top there is nobody above: a colleague stands in.
            if (inside && !at_desk) || chief {
                found.push(Relation::Above);
            }
            if place.is_within(&case.owner.desk) && !at_desk {
                found.push(Relation::Below);
            }
            for (level, one) in self.level.iter().zip(&case.ladder) {
                if one.desk == *place {
                    found.push(Relation::Level(level.id.clone()));
                }
            }
        }
        if who.initiator {
            found.push(Relation::Initiator);
        }
        if who
            .person
            .as_ref()
            .is_some_and(|person| case.consulted.contains(person))
        {
            found.push(Relation::Consulted);
        }
        let passed = case.fresh && case.passed;
        if let Some(last) = case.trail.last().filter(|_| passed)
            && (is(&last.person) || who.place.as_ref() == Some(&last.desk))
            && !self.was_late(case, last)
        {
            found.push(Relation::Sender);
        }
        found
    }
}

/// Where a return goes (退回).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BackTo {
    /// 上一步
    #[default]
    Previous,
    /// 任一步: an earlier owner, by its union.
    Desk(String),
    /// 发起人
    Initiator,
}

/// What comes with a verb.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Input {
    /// Words.
    pub note: String,
    /// The next owner.
    pub next: Option<Owner>,
    /// Where a return goes.
    pub back_to: BackTo,
    /// Kinds of the evidence that comes with it.
    pub evidence: Vec<String>,
    /// Fields filled in with it.
    pub fields: BTreeMap<String, String>,
    /// Closing code.
    pub closing: Option<String>,
    /// Clock an extension is about.
    pub clock: Option<String>,
    /// Length of an extension.
    pub by: Option<Length>,
    /// The last day of a pause.
    pub until: Option<Date>,
    /// Another case: where a merge goes.
    pub other: Option<String>,
    /// A call-back.
    pub call: Option<Call>,
    /// The room that carries out a verb it owns.
    pub room: Option<&'static str>,
    /// What that room demands of a conclusion.
    pub terms: Terms,
}

/// What followed from a step; the timeline shows them as sentences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Happened {
    /// The state changed.
    State {
        /// From.
        from: String,
        /// To.
        to: String,
    },
    /// Another desk or person answers.
    Owner {
        /// From.
        from: Owner,
        /// To.
        to: Owner,
        /// `climbed`, `transfer`, `assign`, `return`, `recall`, `accept`, `grade`, `review`.
        why: String,
    },
    /// A clock began.
    Started {
        /// Rule.
        clock: String,
        /// What is due.
        title: String,
        /// When it runs out, milliseconds.
        due: i64,
        /// Whether that may still move.
        provisional: bool,
    },
    /// A clock came to something: met, done_late, void.
    Ended {
        /// Rule.
        clock: String,
        /// What was due.
        title: String,
        /// State code.
        how: String,
    },
    /// A clock was missed.
    Breached {
        /// Rule.
        clock: String,
        /// What was due.
        title: String,
        /// Who answered for it.
        owner: Owner,
    },
    /// A pause was asked for.
    PauseAsked {
        /// The last day on which it would stand still.
        until: Date,
    },
    /// A pause was refused.
    PauseDenied {
        /// The last day of what was asked for.
        until: Date,
    },
    /// The case is paused.
    PausedUntil {
        /// The last day.
        until: Date,
    },
    /// Clocks stand still.
    Paused {
        /// Rules.
        clocks: Vec<String>,
    },
    /// Clocks go on.
    Resumed {
        /// Rules.
        clocks: Vec<String>,
    },
    /// A clock was extended.
    Extended {
        /// Rule.
        clock: String,
        /// By how much.
        by: Length,
        /// When it runs out now, milliseconds.
        #[serde(default)]
        due: Option<i64>,
    },
    /// Words of the initiator stand unanswered.
    Alarm {
        /// How many.
        unanswered: u32,
    },
    /// The grade changed.
    Grade {
        /// From.
        from: String,
        /// To.
        to: String,
    },
    /// The level above watches it.
    Watched {
        /// Who.
        by: Owner,
    },
    /// Somebody was called back. What was said of a result stands here after the case was opened again.
    Called {
        /// A label without a full name.
        whom: String,
        /// 是否解决
        solved: bool,
        /// 是否满意
        satisfied: bool,
    },
    /// Somebody was asked to look at it too (加签).
    Consulted {
        /// The account.
        person: String,
    },
    /// An extension was asked for.
    Asked {
        /// Rule.
        clock: String,
        /// By how much.
        by: Length,
    },
    /// An extension was refused.
    Denied {
        /// Rule.
        clock: String,
        /// By how much it was asked for.
        by: Length,
    },
}

/// A case after a step, and what followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The case now.
    pub case: Snapshot,
    /// What followed, in order.
    pub happened: Vec<Happened>,
}
