//! The flow matrix, generated from the definitions: every kind × state × verb × relation.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::calendar::Calendar;
use crate::clock::Instant;
use crate::definitions::{Catalogue, Jurisdiction};
use crate::{OrgPath, Refusals};

fn kinds() -> Vec<CaseKind> {
    let catalogue = Catalogue::embedded();
    let kinds: Vec<CaseKind> = catalogue
        .of_kind("cases")
        .map(|definition| CaseKind::read(definition).unwrap())
        .collect();
    assert!(kinds.len() >= 6, "only {} kinds", kinds.len());
    kinds
}

fn almanac() -> Almanac<'static> {
    let place = Jurisdiction::parse("330113").unwrap();
    Almanac::at(
        Catalogue::embedded(),
        Calendar::national(),
        place,
        date(2026, 11, 20),
    )
}

fn path(depth: u32) -> OrgPath {
    (0..depth).fold(OrgPath::whole(), |path, _| path.child(1).unwrap())
}

fn owner(kind: &CaseKind, level: usize, person: Option<&str>) -> Owner {
    let depth = u32::try_from(kind.level.len() - level).unwrap();
    Owner {
        level,
        org: kind.level[level].id.clone(),
        desk: path(depth),
        person: person.map(str::to_owned),
    }
}

fn ladder(kind: &CaseKind) -> Vec<Owner> {
    (0..kind.level.len())
        .map(|level| owner(kind, level, None))
        .collect()
}

/// A value that a field takes.
fn sample(field: &Field) -> String {
    match field.kind {
        FieldType::Text | FieldType::Long => "样例".to_owned(),
        FieldType::Integer => "3".to_owned(),
        FieldType::Money => "1200".to_owned(),
        // The day of the test: neither in the past nor to come.
        FieldType::Date => "2026-11-20".to_owned(),
        FieldType::Choice => field.choices[0].clone(),
        FieldType::Flag => "是".to_owned(),
        FieldType::Phone => "13800001111".to_owned(),
    }
}

fn opened(kind: &CaseKind) -> Snapshot {
    let fields: BTreeMap<String, String> = kind
        .field
        .iter()
        .filter(|field| field.intake)
        .map(|field| (field.name.clone(), sample(field)))
        .collect();
    let opening = Opening {
        door: kind.door[0].id.clone(),
        grade: kind.grade.first().map(|grade| grade.id.clone()),
        fields,
        ladder: ladder(kind),
    };
    let now = Instant::from_shanghai(date(2026, 11, 20), 9, 0);
    kind.open(&almanac(), now, opening).unwrap().case
}

/// A case in `state` that answers at the middle level, with a handler, a sender and somebody consulted.
fn standing(kind: &CaseKind, state: &str) -> Snapshot {
    let mut case = opened(kind);
    let level = usize::from(kind.level.len() > 2);
    case.state = state.to_owned();
    case.owner = owner(kind, level, Some("handler"));
    case.trail = vec![Owner {
        desk: elsewhere().child(1).unwrap(),
        ..owner(kind, 0, Some("sender"))
    }];
    case.fresh = true;
    case.passed = true;
    case.consulted = vec!["consulted".to_owned()];
    case
}

/// Another district's tree.
fn elsewhere() -> OrgPath {
    OrgPath::whole().child(9).unwrap()
}

/// Who is who to [`standing`].
fn people(kind: &CaseKind, case: &Snapshot) -> Vec<(&'static str, Who)> {
    let at = |place: Option<OrgPath>, person: &str| Who {
        person: Some(person.to_owned()),
        place,
        ..Who::default()
    };
    let stranger = elsewhere();
    let desk = case.owner.desk.clone();
    let mut all = vec![
        ("handler", at(Some(desk.clone()), "handler")),
        ("desk", at(Some(desk.clone()), "colleague")),
        ("consulted", at(None, "consulted")),
        ("sender", at(Some(stranger.child(1).unwrap()), "sender")),
        ("stranger", at(Some(stranger), "stranger")),
        (
            "initiator",
            Who {
                initiator: true,
                ..Who::default()
            },
        ),
    ];
    if case.owner.level + 1 < kind.level.len() {
        let above = owner(kind, case.owner.level + 1, None);
        all.push(("above", at(Some(above.desk), "chief")));
    }
    if case.owner.level > 0 {
        let below = owner(kind, case.owner.level - 1, None);
        all.push(("below", at(Some(below.desk), "sentinel")));
    }
    all
}

/// Whether the table says that this relation may, apart from levels by name.
fn table_says(kind: &CaseKind, case: &Snapshot, verb: &str, relation: &str, who: &Who) -> bool {
    let Some(row) = kind.row(verb, &case.state) else {
        return false;
    };
    let words = row.who();
    let level = who.place.as_ref().and_then(|place| {
        let at = case.ladder.iter().position(|one| one.desk == *place)?;
        kind.level.get(at).map(|level| level.id.as_str())
    });
    let desk_too = relation == "handler" && words.contains(&"desk");
    words.contains(&relation) || desk_too || level.is_some_and(|id| words.contains(&id))
}

#[test]
fn every_verb_in_every_state_for_every_relation() {
    let mut cells = 0;
    for kind in kinds() {
        for state in &kind.state {
            let case = standing(&kind, &state.id);
            for (relation, who) in people(&kind, &case) {
                let allowed: BTreeSet<String> = kind
                    .allowed(&case, &who, &|_| true)
                    .into_iter()
                    .map(|one| one.verb.id().to_owned())
                    .collect();
                for verb in kind.verbs() {
                    cells += 1;
                    let row = kind.row(verb, &state.id);
                    let input = Input {
                        note: "说明".to_owned(),
                        ..Input::default()
                    };
                    let verb = Verb::of(verb);
                    let step = Step {
                        who: &who,
                        may: &|_| true,
                        now: Instant::from_shanghai(date(2026, 11, 20), 9, 1),
                        verb: &verb,
                        input: &input,
                    };
                    let codes = match kind.act(&almanac(), &case, &step) {
                        Ok(_) => Vec::new(),
                        Err(refusals) => refusals.codes(),
                    };
                    let place = format!("{} {} {} {relation}", kind.id, state.id, verb);
                    let here = table_says(&kind, &case, verb.id(), relation, &who);
                    assert_eq!(codes.contains(&"case.not_now"), row.is_none(), "{place}");
                    if row.is_some() {
                        assert_eq!(
                            codes.contains(&"case.not_yours"),
                            !here,
                            "{place}: {codes:?}"
                        );
                    }
                    let fits = !codes.iter().any(|code| {
                        [
                            "case.not_now",
                            "case.not_yours",
                            "case.not_here",
                            "case.not_suspended",
                            "case.no_extension",
                            "case.no_pause",
                            "case.owned",
                        ]
                        .contains(code)
                    });
                    assert_eq!(allowed.contains(verb.id()), fits, "{place}: {codes:?}");
                }
            }
        }
    }
    assert!(cells > 5_000, "only {cells} cells");
}

#[test]
fn without_the_capability_no_staff_verb_is_offered() {
    for kind in kinds() {
        for state in &kind.state {
            let case = standing(&kind, &state.id);
            for (relation, who) in people(&kind, &case) {
                let allowed = kind.allowed(&case, &who, &|_| false);
                if relation != "initiator" {
                    assert!(allowed.is_empty(), "{} {} {relation}", kind.id, state.id);
                }
            }
        }
    }
}

#[test]
fn a_stranger_may_do_nothing_and_an_ended_case_has_no_running_clock() {
    for kind in kinds() {
        for state in &kind.state {
            let case = standing(&kind, &state.id);
            let (_, stranger) = people(&kind, &case)
                .into_iter()
                .find(|(relation, _)| *relation == "stranger")
                .unwrap();
            assert!(kind.allowed(&case, &stranger, &|_| true).is_empty());
        }
        assert!(
            !opened(&kind).clocks.is_empty(),
            "{}: nobody is pressed",
            kind.id
        );
    }
}

#[test]
fn at_the_top_a_colleague_stands_in_for_the_level_above() {
    for kind in kinds() {
        let mut case = standing(&kind, kind.first_state());
        case.owner = owner(&kind, kind.level.len() - 1, Some("handler"));
        let at_top = |person: &str| Who {
            person: Some(person.to_owned()),
            place: Some(case.owner.desk.clone()),
            ..Who::default()
        };
        assert!(
            kind.relations(&case, &at_top("colleague"))
                .contains(&Relation::Above)
        );
        assert!(
            !kind
                .relations(&case, &at_top("handler"))
                .contains(&Relation::Above)
        );
    }
}

#[test]
fn every_common_verb_is_in_the_kinds_that_people_work_on() {
    let demand = kinds()
        .into_iter()
        .find(|kind| kind.id == "cases.demand")
        .unwrap();
    let effects: BTreeSet<Effect> = demand.verb.iter().map(VerbRow::effect).collect();
    let missing: Vec<&Effect> = Effect::ALL
        .iter()
        .filter(|effect| !effects.contains(effect))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn misspelt_words_in_a_story_or_a_table_are_found() {
    let text = include_str!("../../../../definitions/cases/visit.toml");
    let read =
        |text: &str| crate::definitions::Definition::parse("cases/visit.toml", text).unwrap();
    for (from, to, hint) in [
        (
            "from = [\"planned\", \"visited\"]",
            "from = [\"planed\"]",
            "planed",
        ),
        ("to = \"cancelled\"", "to = \"canceled\"", "canceled"),
        (
            "stop = [\"answer\", \"close\"]",
            "stop = [\"anwser\"]",
            "anwser",
        ),
        (
            "fields = [\"planned_on\"]",
            "fields = [\"planed_on\"]",
            "planed_on",
        ),
        (
            "who = [\"handler\", \"above\"]",
            "who = [\"hander\"]",
            "hander",
        ),
        ("level = \"L2\"", "level = \"L9\"", "L9"),
        ("retention_years", "retention_year", "retention_year"),
        (
            "{ until = \"planned_on\" }",
            "{ until = \"x\" }",
            "没有名为「x」",
        ),
        (
            "evidence = [{ kind = \"answer\"",
            "evidence = [{ kind = \"anwser\"",
            "anwser",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        let faults = CaseKind::read(&read(&text.replace(from, to))).unwrap_err();
        assert!(faults.join("；").contains(hint), "{to}: {faults:?}");
    }
    let story = text.replacen("due = {", "deu = {", 1);
    let definition = read(&story);
    let results: Vec<_> = definition
        .tests()
        .iter()
        .map(|test| (KIND.test)(&definition, test, Catalogue::embedded()))
        .collect();
    assert!(
        results
            .iter()
            .any(|result| result.as_ref().is_err_and(|fault| fault.contains("deu"))),
        "{results:?}"
    );
}

/// Anything anybody might do next.
fn random_step(kind: &CaseKind, pick: (usize, usize, u8, bool)) -> (Verb, Input) {
    let verbs = kind.verbs();
    let verb = verbs[pick.0 % verbs.len()];
    let closing = &kind.closing[pick.1 % kind.closing.len()];
    let clock = kind.clock.get(pick.1 % kind.clock.len().max(1));
    let row = kind.verb.iter().find(|row| row.id == verb).unwrap();
    let named = |name: &String| kind.field(name).map(|field| (name.clone(), sample(field)));
    let mut fields: BTreeMap<String, String> = row.fields.iter().filter_map(named).collect();
    if row.effect() == Effect::Close {
        fields.extend(closing.fields.iter().filter_map(named));
    }
    let evidence = if pick.3 {
        kind.evidence.iter().map(|one| one.id.clone()).collect()
    } else {
        Vec::new()
    };
    let level = usize::from(pick.2) % kind.level.len();
    let input = Input {
        terms: Terms::default(),
        note: "说明".to_owned(),
        next: Some(owner(kind, level, Some("next"))),
        back_to: if pick.3 {
            BackTo::Previous
        } else {
            BackTo::Initiator
        },
        evidence,
        fields,
        closing: Some(closing.code.clone()),
        clock: clock.map(|clock| clock.id.clone()),
        by: Some(
            Span {
                length: 1,
                unit: Unit::WorkingDay,
            }
            .into(),
        ),
        until: Some(date(2026, 12, 4)),
        other: Some("other".to_owned()),
        call: Some(Call {
            caller: "x".to_owned(),
            whom: format!("w{}", pick.1 % 3),
            solved: pick.3,
            satisfied: !pick.3,
        }),
        room: Some("arrears"),
    };
    (Verb::of(verb), input)
}

/// What must hold after every step, whatever it was.
fn invariants(kind: &CaseKind, before: &Snapshot, after: &Snapshot) {
    // A breach is never taken back, and a clock never disappears or begins anew.
    assert!(after.clocks.len() >= before.clocks.len());
    for (old, new) in before.clocks.iter().zip(&after.clocks) {
        assert_eq!(old.started(), new.started());
        assert_eq!(old.rule, new.rule);
        assert!(new.events.starts_with(&old.events), "events are only added");
        assert!(!old.was_breached() || new.was_breached());
        if !old.state().is_live() && old.state() != ClockState::Breached {
            assert_eq!(old, new, "a retired clock is left alone");
        }
    }
    if kind.is_ended(&after.state) {
        assert!(after.clocks.iter().all(|clock| {
            !clock.state().is_live()
                || kind
                    .clock(&clock.rule)
                    .unwrap()
                    .start
                    .iter()
                    .any(|key| key.starts_with("@end"))
        }));
    }
    if kind.is_elsewhere(&after.state) {
        let late = |clock: &&super::CaseClock| clock.state() == ClockState::Breached;
        let asked =
            |clock: &super::CaseClock| kind.clock(&clock.rule).unwrap().retire == ["reopen"];
        assert!(
            after.clocks.iter().filter(late).all(asked),
            "nobody is late with what another office does"
        );
    }
    assert!(kind.state(&after.state).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_anybody_does_edits_a_clock_away(
        which in 0usize..6,
        steps in prop::collection::vec((any::<usize>(), any::<usize>(), any::<u8>(), any::<bool>(), 0u32..4_000, 0usize..8), 1..40),
    ) {
        let kinds = kinds();
        let kind = &kinds[which % kinds.len()];
        let almanac = almanac();
        let mut now = Instant::from_shanghai(date(2026, 11, 20), 9, 0);
        let mut case = opened(kind);
        for (verb, other, byte, flag, minutes, person) in steps {
            now = Instant::from_ms(now.ms() + i64::from(minutes) * 60_000);
            let ticked = kind.tick(&almanac, &case, now).case;
            invariants(kind, &case, &ticked);
            prop_assert!(kind.next_due(&almanac, &ticked).is_none_or(|due| due > now), "nothing due is left");
            case = ticked;
            let everybody = people(kind, &case);
            let who = match everybody.get(person) {
                Some((_, who)) => who.clone(),
                None => Who { person: case.owner.person.clone(), place: Some(case.owner.desk.clone()), ..Who::default() },
            };
            let (verb, input) = random_step(kind, (verb, other, byte, flag));
            let step = Step { who: &who, may: &|_| true, now, verb: &verb, input: &input };
            let outcome: Result<Outcome, Refusals> = kind.act(&almanac, &case, &step);
            if let Ok(outcome) = outcome {
                invariants(kind, &case, &outcome.case);
                case = outcome.case;
            }
            if byte % 16 == 0 && let Some(grade) = kind.grade.get(other % kind.grade.len().max(1))
                && let Ok(outcome) = kind.regrade(&almanac, &case, now, &grade.id)
            {
                invariants(kind, &case, &outcome.case);
                case = outcome.case;
            }
        }
    }
}

#[test]
fn a_room_may_demand_more_or_less_than_the_kind() {
    let kind = kinds()
        .into_iter()
        .find(|kind| kind.id == "cases.arrears_alert")
        .unwrap();
    let turnover = kind.closing("turnover").unwrap();
    let terms = Terms {
        percent: Some(80),
        calls: Some(3),
    };
    let under = turnover.under(terms);
    assert_eq!(
        (under.share.map(|share| share.percent), under.calls),
        (Some(80), 3)
    );
    assert_eq!(turnover.under(Terms::default()), *turnover);
    let false_alarm = kind.closing("false_alarm").unwrap();
    assert_eq!(
        false_alarm.under(terms),
        *false_alarm,
        "what demands no calls demands none"
    );
}
