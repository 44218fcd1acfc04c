//! Committees and their terms, foundings under way, monthly figures.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use kernel::Date;
use kernel::ids::{FoundingId, MemberId, OrgId};
use store::Tx;
use union::access::{Capability, CapabilitySet};
use union::cases::FileBytes;
use union::coverage::{self, Month};
use union::members;
use union::orgs::OrgKind;
use union::orgs::committee::{
    self, CommitteeKind, CommitteeRules, NewCommittee, NewOfficer, Position,
};
use union::orgs::flow::Verb;
use union::orgs::founding::{self, Elected, Meeting, NewFounding, StepInput};

use super::Pour;
use crate::demo::codes;
use crate::demo::dice::Dice;
use crate::demo::person::{People, Wanted};
use crate::demo::plan::{Union, has_own_union, months_before, plus_days};

/// A founding without setbacks, step by step.
const STEPS: [Verb; 12] = [
    Verb::Submit,
    Verb::ApprovePrep,
    Verb::Begin,
    Verb::SubmitCandidates,
    Verb::ApproveCandidates,
    Verb::HoldMeeting,
    Verb::SubmitResult,
    Verb::Approve,
    Verb::ApplyLegalPerson,
    Verb::Register,
    Verb::Activate,
    Verb::Activate,
];
/// How far the foundings of the demo have come; 2 twice: the second of them is sent back.
const REACHED: [usize; 13] = [1, 3, 0, 6, 2, 4, 2, 8, 5, 7, 9, 11, 10];
/// The founding that is sent back instead of agreed to.
const SENT_BACK: usize = 6;

/// From so many members on, only the last months are counted.
const LARGE: usize = 50_000;
/// That many.
const YEAR: usize = 13;

/// Foundings under way.
pub struct Foundings {
    running: Vec<Running>,
}

struct Running {
    firm: usize,
    area: usize,
    starts: Date,
    steps: Vec<Verb>,
    taken: usize,
    id: Option<FoundingId>,
}

impl Foundings {
    /// Some of the employers that should have a union are founding one.
    pub fn of(plan: &crate::demo::plan::Plan) -> Self {
        // A builder may have the union of a construction site.
        let covers = plan.unions.iter().flat_map(|union| &union.covers);
        let covered: BTreeSet<usize> = covers
            .filter(|cover| cover.kind == "own")
            .map(|cover| cover.firm)
            .collect();
        let bare: Vec<usize> = plan
            .firms
            .iter()
            .enumerate()
            .filter(|(_, f)| {
                f.is_open() && f.headcount >= 25 && !has_own_union(f) && f.opened_on < plan.opening
            })
            .map(|(at, _)| at)
            .filter(|at| !covered.contains(at))
            .collect();
        let running =
            bare.iter()
                .step_by(2)
                .zip(REACHED)
                .enumerate()
                .map(|(n, (firm, reached))| {
                    let mut steps: Vec<Verb> = STEPS.into_iter().take(reached).collect();
                    if n == SENT_BACK {
                        steps = vec![Verb::Submit, Verb::Return];
                    }
                    let weeks = i64::try_from(steps.len()).unwrap_or(0);
                    let starts = plus_days(plan.size.today, -7 * (weeks + 1));
                    let area = plan.firms.get(*firm).and_then(|f| f.area).unwrap_or(0);
                    Running {
                        firm: *firm,
                        area,
                        starts,
                        steps,
                        taken: 0,
                        id: None,
                    }
                });
        Self {
            running: running.collect(),
        }
    }
}

fn everything() -> CapabilitySet {
    Capability::ALL.iter().copied().collect()
}

impl Pour<'_> {
    /// One step a week of every founding that has begun.
    pub(super) fn foundings(&mut self, tx: &mut Tx, date: Date) -> anyhow::Result<()> {
        let mut running = std::mem::take(&mut self.foundings.running);
        for one in running.iter_mut().filter(|one| one.starts <= date) {
            match one.id {
                None => one.id = self.begin(tx, one)?,
                Some(id) => {
                    if let Some(verb) = one.steps.get(one.taken) {
                        self.step(tx, id, *verb, one.firm, date)
                            .with_context(|| format!("建会步骤 {}", verb.id()))?;
                        one.taken += 1;
                    }
                }
            }
        }
        self.foundings.running = running;
        Ok(())
    }

    fn begin(&self, tx: &mut Tx, one: &Running) -> anyhow::Result<Option<FoundingId>> {
        let (Some(firm), Some(employer)) = (
            self.plan.firms.get(one.firm),
            self.done.firms.get(one.firm).copied().flatten(),
        ) else {
            return Ok(None);
        };
        let parent = self
            .made(Some(one.area))
            .or_else(|| self.made(Some(0)))
            .context("没有上级工会")?
            .id;
        let new = NewFounding {
            name: format!("{}工会委员会", firm.name),
            kind: OrgKind::Single,
            parent,
            employers: vec![employer],
            members_expected: firm.headcount * 4 / 5,
            planned_end_on: None,
            industry_code: firm.trade.code.to_owned(),
            address: firm.address.clone(),
            note: "职工要求建会，单位支持".to_owned(),
        };
        Ok(Some(founding::open(tx, everything(), &new)?))
    }

    fn step(
        &mut self,
        tx: &mut Tx,
        id: FoundingId,
        verb: Verb,
        firm: usize,
        date: Date,
    ) -> anyhow::Result<()> {
        const PAPERS: [&str; 11] = [
            "request",
            "member_roll",
            "candidate_list",
            "meeting_notice",
            "ballot_count",
            "minutes",
            "result_report",
            "approval_letter",
            "legal_request",
            "certificate",
            "seal_photo",
        ];
        let heads = self
            .plan
            .firms
            .get(firm)
            .map_or(30, |f| f.headcount * 4 / 5);
        let serial = 760_000_000 + u32::try_from(firm).unwrap_or(0) * 31;
        let size = CommitteeRules::today(tx)?.body.committee_size(heads);
        let input = StepInput {
            note: if verb == Verb::Return {
                "会员名册缺少身份证号，请补正"
            } else {
                "材料已核对"
            }
            .to_owned(),
            papers: PAPERS
                .iter()
                .map(|paper| ((*paper).to_owned(), "已收齐".to_owned()))
                .collect(),
            files: scans(verb),
            members_now: Some(heads),
            meeting: (verb == Verb::HoldMeeting).then(|| self.meeting(heads, size, date)),
            approval_no: format!("总工〔{}〕{}号", date.year(), firm % 90 + 10),
            approved_on: Some(date),
            credit_code: codes::credit_code("81", self.actor.district.as_str(), serial),
        };
        let version = founding::get(tx, id)?.version;
        founding::step(tx, everything(), id, version, verb, &input)?;
        Ok(())
    }

    /// A meeting that elects the smallest committee allowed, but never fewer than three.
    fn meeting(&mut self, heads: i64, size: Option<(i64, i64)>, date: Date) -> Meeting {
        let seats = size.map_or(3, |(least, _)| least.max(3));
        let first = [Position::Chair, Position::ViceChair];
        let positions = first.into_iter().chain(std::iter::repeat(Position::Member));
        let elected = (0..seats)
            .zip(positions)
            .map(|(_, position)| Elected {
                name: self.staff_name(),
                position: position.id().to_owned(),
                votes: heads * 4 / 5,
                full_time: false,
                contract_end: None,
            })
            .collect();
        Meeting {
            on: date,
            due: heads,
            present: heads * 9 / 10,
            term_years: 3,
            elected,
        }
    }

    /// A made-up person who is no member.
    fn staff_name(&mut self) -> String {
        let today = self.plan.size.today;
        self.staff
            .next(Wanted {
                women: 40.0,
                office: true,
                joined_on: plus_days(today, -3_000),
                today,
            })
            .name
    }

    /// Elect committees: every union has one, some whose term ends soon or has ended.
    pub(super) fn committees(&mut self) -> anyhow::Result<()> {
        let mut dice = Dice::new(self.plan.size.seed, "committees");
        let known = self.known_members();
        let (db, actor, plan) = (self.db, self.actor.clone(), self.plan);
        db.write(&actor, |tx| {
            for (at, union) in plan.unions.iter().enumerate() {
                let Some(org) = self.made(Some(at)).map(|org| org.id) else {
                    continue;
                };
                let heads = known.get(&at).cloned().unwrap_or_default();
                for (kind, size) in bodies(union, heads.len(), &mut dice) {
                    self.install(tx, org, union, kind, size, &heads, &mut dice)
                        .with_context(|| format!("“{}”的委员会", union.name))?;
                }
            }
            Ok(())
        })
    }

    /// The first members of each union, by union.
    fn known_members(&self) -> BTreeMap<usize, Vec<MemberId>> {
        let mut known: BTreeMap<usize, Vec<MemberId>> = BTreeMap::new();
        for (seat, id) in &self.done.members {
            if let Some(seat) = self.plan.seats.get(*seat) {
                known.entry(seat.union).or_default().push(*id);
            }
        }
        known.values_mut().for_each(|ids| ids.sort());
        known
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one committee with everything it is made of"
    )]
    fn install(
        &mut self,
        tx: &mut Tx,
        org: OrgId,
        union: &Union,
        kind: CommitteeKind,
        size: usize,
        heads: &[MemberId],
        dice: &mut Dice,
    ) -> anyhow::Result<()> {
        let today = self.plan.size.today;
        let local = !matches!(union.kind, "single" | "joint" | "new_form");
        let term_years = if local || dice.percent(55.0) { 5 } else { 3 };
        // Most terms run; one in forty is over and nobody has called the election.
        let gone = dice.between(10, term_years * 365 + 9 * term_years);
        let from_on = plus_days(today, -gone)
            .max(plus_days(union.founded_on, 10))
            .min(today);
        let mut officers = Vec::new();
        for n in 0..size {
            let member = heads.get(n).copied();
            let name = match member {
                Some(id) => members::get(tx, id)?.name,
                None => self.staff_name(),
            };
            officers.push(NewOfficer {
                name,
                member,
                position: match n {
                    0 => Position::Chair,
                    1 if size > 3 => Position::ViceChair,
                    _ => Position::Member,
                }
                .id()
                .to_owned(),
                full_time: n == 0 && local && kind == CommitteeKind::Committee,
                contract_end: (member.is_some() && n < 2)
                    .then(|| plus_days(from_on, dice.between(300, 1_400))),
            });
        }
        let new = NewCommittee {
            kind,
            term_years,
            from_on,
            officers,
        };
        committee::install(tx, org, &new, "换届选举结果登记")?;
        Ok(())
    }

    /// Freeze the figures of the month that ended, on the first writing day after it.
    pub(super) fn figures(&mut self, tx: &mut Tx, date: Date) -> anyhow::Result<()> {
        let month = Month::of(date).before();
        // Counting a large district takes seconds a month: the last year is enough for its pages.
        let size = &self.plan.size;
        let from = if size.members > LARGE {
            months_before(size.today, YEAR).max(self.plan.opening)
        } else {
            self.plan.opening
        };
        if month.first() < from || self.frozen >= Some(month) {
            return Ok(());
        }
        coverage::freeze(tx, month).with_context(|| format!("{} 的覆盖率", month.title()))?;
        self.frozen = Some(month);
        Ok(())
    }
}

/// Papers that were scanned in (建会材料): the request, an empty page under a name that says what it is.
fn scans(verb: Verb) -> Vec<(String, FileBytes)> {
    const PAGE: &str = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
        2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
        3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n\
        trailer<</Root 1 0 R>>\n%%EOF\n";
    if verb != Verb::Submit {
        return Vec::new();
    }
    let file = FileBytes {
        name: "建会申请（演示扫描件）.pdf".to_owned(),
        media: "application/pdf".to_owned(),
        bytes: PAGE.as_bytes().to_vec(),
    };
    vec![("request".to_owned(), file)]
}

/// Which bodies a union has, and how many officers in each.
fn bodies(union: &Union, heads: usize, dice: &mut Dice) -> Vec<(CommitteeKind, usize)> {
    let mut all = Vec::new();
    match union.kind {
        "federation" | "town" | "zone" => {
            all.extend([
                (CommitteeKind::Committee, 7),
                (CommitteeKind::Audit, 3),
                (CommitteeKind::Women, 3),
            ]);
        }
        "village" | "park" | "building" | "industry" | "new_form" => {
            all.push((CommitteeKind::Committee, 3))
        }
        "single" | "joint" if heads >= 3 => {
            all.push((
                CommitteeKind::Committee,
                heads.min(if dice.percent(50.0) { 3 } else { 5 }),
            ));
            if heads >= 9 {
                all.push((CommitteeKind::Audit, 3));
            }
            if heads >= 9 && dice.percent(60.0) {
                all.push((CommitteeKind::Women, 3));
            }
        }
        _ => {}
    }
    all
}

/// People who work for unions and are no members of the demo.
pub fn staff(seed: u64) -> People {
    People::of_region(seed, "staff", "330112")
}
