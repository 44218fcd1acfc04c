//! The table of the founding flow, against the state machine of domain facts §4.

use std::collections::BTreeSet;

use kernel::definitions::Catalogue;

use crate::orgs::KIND;
use crate::orgs::flow::{
    FLOW, FoundingState as S, STRAIGHT, Side, Verb as V, from_here, transition,
};

#[test]
fn the_table_is_the_state_machine_of_the_facts() {
    // draft → submitted → returned → prep_approved → preparing → candidates_submitted → candidates_approved →
    // meeting_held → result_submitted → approved → legal_person_applied → registered → active → suspended → dissolved
    for (from, verb, to) in [
        (S::Draft, V::Submit, S::Submitted),
        (S::Submitted, V::Return, S::Returned),
        (S::Returned, V::Submit, S::Submitted),
        (S::Submitted, V::ApprovePrep, S::PrepApproved),
        (S::PrepApproved, V::Begin, S::Preparing),
        (S::Preparing, V::SubmitCandidates, S::CandidatesSubmitted),
        (
            S::CandidatesSubmitted,
            V::ApproveCandidates,
            S::CandidatesApproved,
        ),
        (S::CandidatesApproved, V::HoldMeeting, S::MeetingHeld),
        (S::MeetingHeld, V::SubmitResult, S::ResultSubmitted),
        (S::ResultSubmitted, V::Approve, S::Approved),
        (S::Approved, V::ApplyLegalPerson, S::LegalPersonApplied),
        (S::LegalPersonApplied, V::Register, S::Registered),
        (S::Registered, V::Activate, S::Active),
        (S::Active, V::Suspend, S::Suspended),
        (S::Suspended, V::Dissolve, S::Dissolved),
    ] {
        assert_eq!(
            transition(from, verb).map(|row| row.to),
            Some(to),
            "{} {}",
            from.id(),
            verb.id()
        );
    }
}

#[test]
fn every_pair_of_state_and_verb_has_at_most_one_row_and_most_have_none() {
    let pairs: BTreeSet<_> = FLOW.iter().map(|row| (row.from, row.verb)).collect();
    assert_eq!(pairs.len(), FLOW.len());
    let mut refused = 0;
    for state in S::ALL {
        for verb in V::ALL {
            let expected = FLOW
                .iter()
                .any(|row| row.from == *state && row.verb == *verb);
            assert_eq!(transition(*state, *verb).is_some(), expected);
            refused += u32::from(!expected);
        }
    }
    assert_eq!(refused as usize, S::ALL.len() * V::ALL.len() - FLOW.len());
}

#[test]
fn whoever_sends_in_never_decides_and_every_setback_needs_a_reason() {
    for row in FLOW {
        if row.from.waits_for() == Some(Side::Superior) {
            assert_eq!(
                row.side,
                match row.verb {
                    V::Dissolve => Side::Union,
                    _ => Side::Superior,
                },
                "{}",
                row.verb.id()
            );
        }
        if matches!(row.verb, V::Return | V::Abandon | V::Suspend | V::Dissolve) {
            assert!(row.reason, "{} {}", row.from.id(), row.verb.id());
        }
    }
}

#[test]
fn every_state_is_reached_and_only_dissolved_is_final() {
    let mut reached: BTreeSet<S> = BTreeSet::from([S::Draft]);
    for _ in S::ALL {
        reached.extend(
            FLOW.iter()
                .filter(|row| reached.contains(&row.from))
                .map(|row| row.to)
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(reached, S::ALL.iter().copied().collect());
    let finals: Vec<_> = S::ALL
        .iter()
        .filter(|state| from_here(**state).next().is_none())
        .collect();
    assert_eq!(finals, [&S::Dissolved]);
    assert!(!S::Active.is_open() && !S::Suspended.is_open() && S::Approved.is_open());
}

#[test]
fn the_straight_way_is_walkable() {
    for pair in STRAIGHT.windows(2) {
        assert!(
            from_here(pair[0]).any(|row| row.to == pair[1]),
            "{} → {}",
            pair[0].id(),
            pair[1].id()
        );
    }
}

#[test]
fn definitions_of_the_room_hold_together_and_pass_their_tests() {
    let mut tests = 0;
    for definition in Catalogue::in_force().of_kind("orgs") {
        assert_eq!(
            (KIND.check)(definition),
            Vec::<String>::new(),
            "{}",
            definition.path
        );
        for test in definition.tests() {
            (KIND.test)(definition, test, Catalogue::in_force()).unwrap();
            tests += 1;
        }
    }
    assert!(tests >= 8, "{tests}");
}
