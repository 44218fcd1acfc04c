//! The story of a founding on both databases, and who may do what.

use std::collections::BTreeMap;

use kernel::FoundingId;
use store::testing::TestDb;
use store::{Actor, db_test};

use super::support::{District, account_of, act, day, district, employer, role, see, system};
use crate::employers;
use crate::failure::RoomError;
use crate::orgs::committee;
use crate::orgs::flow::{FoundingState as S, Side, Verb as V};
use crate::orgs::founding::{self, Elected, Filter, Founding, Meeting, NewFounding, StepInput};
use crate::orgs::{self, LegalPerson, OrgError, OrgKind, OrgState};

const CODE: &str = "91330100799655058B";

fn elected(name: &str, position: &str, votes: i64) -> Elected {
    Elected {
        name: name.into(),
        position: position.into(),
        votes,
        full_time: false,
        contract_end: None,
    }
}

fn papers(ids: &[&str]) -> BTreeMap<String, String> {
    ids.iter()
        .map(|id| ((*id).to_owned(), "见附件".to_owned()))
        .collect()
}

fn with(ids: &[&str]) -> StepInput {
    StepInput {
        papers: papers(ids),
        ..StepInput::default()
    }
}

fn meeting() -> Meeting {
    Meeting {
        on: day("2026-11-18"),
        due: 40,
        present: 36,
        term_years: 3,
        elected: vec![
            elected("甲", "chair", 33),
            elected("乙", "member", 30),
            elected("丙", "member", 28),
        ],
    }
}

struct Stage<'t> {
    test: &'t TestDb,
    district: District,
    clerk: Actor,
    chief: Actor,
}

impl<'t> Stage<'t> {
    fn new(test: &'t TestDb) -> Self {
        let district = district(test);
        let (clerk, chief) = (
            account_of(&district.tangqi.path, 1),
            account_of(&district.tangqi.path, 2),
        );
        Self {
            test,
            district,
            clerk,
            chief,
        }
    }

    fn new_founding(&self, kind: OrgKind, units: Vec<kernel::EmployerId>) -> NewFounding {
        NewFounding {
            name: "杭州崇恒钢构件厂工会委员会".into(),
            kind,
            parent: self.district.village.id,
            employers: units,
            members_expected: 40,
            planned_end_on: None,
            industry_code: "C3311".into(),
            address: String::new(),
            note: String::new(),
        }
    }

    fn open(&self, new: &NewFounding) -> FoundingId {
        act(self.test, &self.clerk, |tx| {
            founding::open(tx, role("town_officer"), new)
        })
        .unwrap()
    }

    fn get(&self, id: FoundingId) -> Founding {
        see(self.test, &system(), |tx| founding::get(tx, id)).unwrap()
    }

    fn step(&self, who: &Actor, id: FoundingId, verb: V, input: &StepInput) -> Result<S, OrgError> {
        let version = self.get(id).version;
        act(self.test, who, |tx| {
            founding::step(tx, role("town_officer"), id, version, verb, input)
        })
    }

    /// Walks to the report of the result.
    fn to_result(&self, id: FoundingId) {
        self.step(&self.clerk, id, V::Submit, &with(&["request"]))
            .unwrap();
        self.step(&self.chief, id, V::ApprovePrep, &StepInput::default())
            .unwrap();
        self.step(&self.clerk, id, V::Begin, &StepInput::default())
            .unwrap();
        let roll = StepInput {
            members_now: Some(40),
            ..with(&["member_roll", "candidate_list"])
        };
        self.step(&self.clerk, id, V::SubmitCandidates, &roll)
            .unwrap();
        self.step(&self.chief, id, V::ApproveCandidates, &StepInput::default())
            .unwrap();
        let held = StepInput {
            meeting: Some(meeting()),
            ..with(&["meeting_notice", "ballot_count", "minutes"])
        };
        self.step(&self.clerk, id, V::HoldMeeting, &held).unwrap();
        self.step(&self.clerk, id, V::SubmitResult, &with(&["result_report"]))
            .unwrap();
    }
}

db_test! {
    fn a_union_is_founded_step_by_step(test) {
        let stage = Stage::new(test);
        let unit = employer(test, &stage.district.village, "杭州崇恒钢构件厂", CODE);
        let id = stage.open(&stage.new_founding(OrgKind::Single, vec![unit]));
        stage.to_result(id);
        assert_eq!(stage.get(id).state, S::ResultSubmitted);
        let letter = StepInput {
            approval_no: "塘工〔2026〕18号".into(),
            approved_on: Some(day("2026-11-20")),
            ..with(&["approval_letter"])
        };
        assert_eq!(stage.step(&stage.chief, id, V::Approve, &letter).unwrap(), S::Approved);
        // The union is there: below the village, with its unit, its committee and its history.
        let org = stage.get(id).org.unwrap();
        let card = see(test, &stage.clerk, |tx| orgs::card(tx, org)).unwrap();
        assert!(card.path.is_within(&stage.district.village.path));
        assert_eq!((card.kind, card.state, card.founded_on), (OrgKind::Single, OrgState::Active, Some(day("2026-11-20"))));
        assert_eq!(card.approval_no.as_deref(), Some("塘工〔2026〕18号"));
        let edges = test.db.read(&stage.clerk, |tx| employers::edges(tx, unit)).unwrap();
        assert_eq!((edges.len(), edges[0].org, edges[0].from_on), (1, org, day("2026-11-20")));
        let bodies = see(test, &stage.clerk, |tx| committee::committees(tx, org)).unwrap();
        assert_eq!((bodies.len(), bodies[0].from_on, bodies[0].to_on), (1, day("2026-11-18"), day("2029-11-18")));
        assert_eq!(bodies[0].officers.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["甲", "乙", "丙"]);
        // Legal person, seal, at work.
        stage.step(&stage.clerk, id, V::ApplyLegalPerson, &with(&["legal_request"])).unwrap();
        let certificate = StepInput { credit_code: "81330113MC0A0B011R".into(), ..with(&["certificate"]) };
        stage.step(&stage.chief, id, V::Register, &certificate).unwrap();
        let card = see(test, &stage.clerk, |tx| orgs::card(tx, org)).unwrap();
        assert_eq!((card.legal_person, card.credit_code.as_deref()), (LegalPerson::Registered, Some("81330113MC0A0B011R")));
        assert_eq!(stage.step(&stage.clerk, id, V::Activate, &with(&["seal_photo"])).unwrap(), S::Active);
        let steps = see(test, &stage.clerk, |tx| founding::steps(tx, id)).unwrap();
        assert_eq!(steps.len(), 11);
        assert_eq!(steps.last().unwrap().verb, Some(V::Activate));
        // Its founding follows its life.
        act(test, &system(), |tx| orgs::suspend(tx, role("district_officer"), org, day("2026-11-20"), "停产整顿")).unwrap();
        assert_eq!(stage.get(id).state, S::Suspended);
    }
}

db_test! {
    fn a_step_out_of_turn_is_refused_from_the_table(test) {
        let stage = Stage::new(test);
        let id = stage.open(&stage.new_founding(OrgKind::NewForm, vec![]));
        let every = StepInput { note: "试".into(), members_now: Some(1), ..StepInput::default() };
        for verb in V::ALL.iter().filter(|verb| !matches!(verb, V::Submit | V::Abandon)) {
            let refused = stage.step(&stage.chief, id, *verb, &every).unwrap_err();
            assert_eq!((refused.code(), refused.kind()), ("founding.wrong_state", crate::failure::Kind::Refused), "{}", verb.id());
            assert!(refused.to_string().contains("现在可以：提交申请、终止筹建"), "{refused}");
        }
        assert_eq!(stage.get(id).version, 1, "nothing was written");
    }
}

db_test! {
    fn all_reasons_come_at_once(test) {
        let stage = Stage::new(test);
        let id = stage.open(&stage.new_founding(OrgKind::Joint, vec![]));
        let refused = stage.step(&stage.clerk, id, V::Submit, &StepInput::default()).unwrap_err();
        let codes: Vec<_> = refused.refusals().iter().map(|one| one.code).collect();
        assert_eq!(codes, ["founding.employers_min", "founding.papers"]);
        assert!(refused.to_string().contains("还缺材料：建会申请书"), "{refused}");
        let project = stage.open(&stage.new_founding(OrgKind::Project, vec![]));
        let refused = stage.step(&stage.clerk, project, V::Submit, &with(&["request"])).unwrap_err();
        assert_eq!(refused.refusals().iter().map(|one| one.code).collect::<Vec<_>>(), ["founding.employers_min", "founding.planned_end"]);
    }
}

db_test! {
    fn a_meeting_needs_its_quorum_and_more_than_half(test) {
        let stage = Stage::new(test);
        let id = stage.open(&stage.new_founding(OrgKind::NewForm, vec![]));
        stage.step(&stage.clerk, id, V::Submit, &with(&["request"])).unwrap();
        stage.step(&stage.chief, id, V::ApprovePrep, &StepInput::default()).unwrap();
        stage.step(&stage.clerk, id, V::Begin, &StepInput::default()).unwrap();
        let roll = StepInput { members_now: Some(40), ..with(&["member_roll", "candidate_list"]) };
        stage.step(&stage.clerk, id, V::SubmitCandidates, &roll).unwrap();
        stage.step(&stage.chief, id, V::ApproveCandidates, &StepInput::default()).unwrap();
        let try_with = |meeting: Meeting| {
            let input = StepInput { meeting: Some(meeting), ..with(&["meeting_notice", "ballot_count", "minutes"]) };
            stage.step(&stage.clerk, id, V::HoldMeeting, &input)
        };
        let codes = |refused: OrgError| refused.refusals().iter().map(|one| one.code).collect::<Vec<_>>();
        // 40 due: 27 is two thirds (26.67), 26 is not; 21 is more than half, 20 is not (民法典1259: 超过 excludes).
        assert_eq!(codes(try_with(Meeting { present: 26, ..meeting() }).unwrap_err())[0], "founding.quorum");
        let close = Meeting { present: 27, elected: vec![elected("甲", "chair", 20), elected("乙", "member", 27), elected("丙", "member", 27)], ..meeting() };
        assert_eq!(codes(try_with(close).unwrap_err()), ["founding.votes"]);
        let to_come = Meeting { on: day("2026-11-21"), ..meeting() };
        assert_eq!(codes(try_with(to_come).unwrap_err()), ["founding.meeting_on"]);
        // Three to seven for 40 members; an organiser is no seat of a committee.
        let of = |seats: usize| Meeting { elected: (0..seats).map(|n| elected("甲", if n == 0 { "chair" } else { "member" }, 30)).collect(), ..meeting() };
        for wrong in [of(2), of(8)] {
            let refused = try_with(wrong).unwrap_err();
            assert!(refused.to_string().contains("会员 40 人，工会委员会应有 3～7 人，现当选"), "{refused}");
            assert_eq!(codes(refused), ["founding.committee_size"]);
        }
        let mut organised = of(2);
        organised.elected.push(elected("丙", "organiser", 30));
        assert_eq!(codes(try_with(organised).unwrap_err()), ["founding.committee_size"]);
        assert_eq!(codes(try_with(Meeting { term_years: 4, ..meeting() }).unwrap_err()), ["founding.term"]);
        let won = Meeting { present: 27, elected: vec![elected("甲", "chair", 21), elected("乙", "member", 27), elected("丙", "member", 27)], ..meeting() };
        assert_eq!(try_with(won).unwrap(), S::MeetingHeld);
    }
}

db_test! {
    fn the_level_above_decides_and_never_the_sender(test) {
        let stage = Stage::new(test);
        let id = stage.open(&stage.new_founding(OrgKind::NewForm, vec![]));
        stage.step(&stage.clerk, id, V::Submit, &with(&["request"])).unwrap();
        let own = stage.step(&stage.clerk, id, V::ApprovePrep, &StepInput::default()).unwrap_err();
        assert_eq!(own.code(), "founding.own_approval");
        // The sender may still see the fault and send it back.
        let version = stage.get(id).version;
        let try_as = |who: &Actor, id_of_role: &str, verb: V| {
            act(test, who, |tx| founding::step(tx, role(id_of_role), id, version, verb, &StepInput { note: "理由".into(), ..StepInput::default() }))
        };
        let stranger = account_of(&stage.district.qiaosi.path, 3);
        assert_eq!(try_as(&stranger, "town_officer", V::ApprovePrep).unwrap_err().code(), "org.not_found");
        let chair = account_of(&stage.district.factory.path, 4);
        assert_eq!(try_as(&chair, "enterprise_chair", V::ApprovePrep).unwrap_err().code(), "org.not_found");
        for post in ["sentinel", "leader", "lawyer", "member", "system_admin", "security_admin", "audit_admin", "enterprise_chair"] {
            assert_eq!(try_as(&stage.chief, post, V::ApprovePrep).unwrap_err().code(), "founding.side", "{post}");
        }
        let above = account_of(&stage.district.federation.path, 5);
        assert_eq!(try_as(&above, "district_officer", V::ApprovePrep).unwrap(), S::PrepApproved);
        let stale = try_as(&above, "district_officer", V::ApprovePrep).unwrap_err();
        assert_eq!(stale.code(), "org.stale");
    }
}

db_test! {
    fn buttons_are_drawn_from_the_table_and_the_post(test) {
        let stage = Stage::new(test);
        let id = stage.open(&stage.new_founding(OrgKind::NewForm, vec![]));
        let verbs = |who: &Actor, post: &str| {
            let founding = stage.get(id);
            let offers = see(test, who, |tx| founding::offers(tx, role(post), &founding)).unwrap();
            offers.into_iter().map(|offer| (offer.row.verb, offer.missing.len(), offer.refusals.is_empty())).collect::<Vec<_>>()
        };
        assert_eq!(verbs(&stage.clerk, "town_officer"), [(V::Submit, 1, true), (V::Abandon, 0, true)]);
        assert_eq!(verbs(&stage.clerk, "leader"), []);
        stage.step(&stage.clerk, id, V::Submit, &with(&["request"])).unwrap();
        assert_eq!(verbs(&stage.clerk, "town_officer"), [(V::ApprovePrep, 0, false), (V::Return, 0, true)]);
        assert_eq!(verbs(&stage.chief, "town_officer"), [(V::ApprovePrep, 0, true), (V::Return, 0, true)]);
        assert_eq!(verbs(&stage.chief, "enterprise_chair"), []);
    }
}

db_test! {
    fn a_returned_founding_is_corrected_and_sent_again(test) {
        let stage = Stage::new(test);
        let new = stage.new_founding(OrgKind::NewForm, vec![]);
        let id = stage.open(&new);
        stage.step(&stage.clerk, id, V::Submit, &with(&["request"])).unwrap();
        let version = stage.get(id).version;
        let sent = act(test, &stage.clerk, |tx| founding::edit(tx, role("town_officer"), id, version, &new));
        assert_eq!(sent.unwrap_err().code(), "founding.sent");
        let silent = stage.step(&stage.chief, id, V::Return, &StepInput::default()).unwrap_err();
        assert_eq!(silent.code(), "founding.reason");
        let why = StepInput { note: "名称不规范".into(), ..StepInput::default() };
        stage.step(&stage.chief, id, V::Return, &why).unwrap();
        let better = NewFounding { name: "塘栖镇外卖配送工会委员会".into(), ..new };
        let version = stage.get(id).version;
        act(test, &stage.clerk, |tx| founding::edit(tx, role("town_officer"), id, version, &better)).unwrap();
        // The paper handed in before is still there.
        assert_eq!(stage.step(&stage.clerk, id, V::Submit, &StepInput::default()).unwrap(), S::Submitted);
        assert_eq!(stage.get(id).name, "塘栖镇外卖配送工会委员会");
    }
}

db_test! {
    fn a_unit_has_one_union_of_its_own(test) {
        let stage = Stage::new(test);
        let unit = employer(test, &stage.district.village, "杭州锦禾制衣有限公司", CODE);
        test.db.write(&system(), |tx| employers::link(tx, stage.district.factory.id, unit, employers::EdgeKind::Own, day("2020-01-01"))).unwrap();
        let id = stage.open(&stage.new_founding(OrgKind::Single, vec![unit]));
        let refused = stage.step(&stage.clerk, id, V::Submit, &with(&["request"])).unwrap_err();
        assert_eq!(refused.code(), "founding.has_union");
    }
}

db_test! {
    fn what_waits_is_listed_longest_first_with_its_deadline(test) {
        let stage = Stage::new(test);
        let first = stage.open(&stage.new_founding(OrgKind::NewForm, vec![]));
        let second = stage.open(&NewFounding { name: "另一个工会委员会".into(), ..stage.new_founding(OrgKind::NewForm, vec![]) });
        stage.step(&stage.clerk, second, V::Submit, &with(&["request"])).unwrap();
        test.clock.advance(std::time::Duration::from_secs(86_400));
        stage.step(&stage.clerk, first, V::Submit, &with(&["request"])).unwrap();
        let waiting = see(test, &stage.chief, |tx| founding::waiting(tx, Side::Superior, 10)).unwrap();
        assert_eq!(waiting.iter().map(|line| line.id).collect::<Vec<_>>(), [second, first]);
        // Submitted Friday 2026-11-20, five working days.
        assert_eq!(waiting[0].due.map(|due| (due.date, due.provisional)), Some((day("2026-11-27"), false)));
        assert_eq!(see(test, &stage.chief, |tx| founding::waiting(tx, Side::Applicant, 10)).unwrap().len(), 0);
        let listed = |filter: Filter| see(test, &stage.chief, |tx| founding::list(tx, &filter, None, 10)).unwrap().len();
        assert_eq!(listed(Filter { text: "另一个".into(), ..Filter::default() }), 1);
        assert_eq!(listed(Filter { state: Some(S::Submitted), ..Filter::default() }), 2);
        let stranger = account_of(&stage.district.qiaosi.path, 9);
        assert_eq!(see(test, &stranger, |tx| founding::list(tx, &Filter::default(), None, 10)).unwrap().len(), 0);
    }
}

db_test! {
    fn the_size_of_the_committee_follows_the_members(test) {
        let stage = Stage::new(test);
        let id = stage.open(&stage.new_founding(OrgKind::NewForm, vec![]));
        let walk = |members: i64| {
            stage.step(&stage.clerk, id, V::Submit, &with(&["request"])).unwrap();
            stage.step(&stage.chief, id, V::ApprovePrep, &StepInput::default()).unwrap();
            stage.step(&stage.clerk, id, V::Begin, &StepInput::default()).unwrap();
            let roll = StepInput { members_now: Some(members), ..with(&["member_roll", "candidate_list"]) };
            stage.step(&stage.clerk, id, V::SubmitCandidates, &roll).unwrap();
            stage.step(&stage.chief, id, V::ApproveCandidates, &StepInput::default()).unwrap();
        };
        walk(201);
        let hold = |seats: usize| {
            let elected = (0..seats).map(|n| elected("甲", if n == 0 { "chair" } else { "member" }, 150)).collect();
            let meeting = Meeting { due: 201, present: 190, elected, ..meeting() };
            stage.step(&stage.clerk, id, V::HoldMeeting, &StepInput { meeting: Some(meeting), ..with(&["meeting_notice", "ballot_count", "minutes"]) })
        };
        for wrong in [3, 6, 16] {
            let refused = hold(wrong).unwrap_err();
            assert_eq!(refused.code(), "founding.committee_size");
            assert!(refused.to_string().contains("会员 201 人，工会委员会应有 7～15 人"), "{refused}");
        }
        assert_eq!(hold(15).unwrap(), S::MeetingHeld);
    }
}
