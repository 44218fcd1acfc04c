//! Members: made and prepared by a thread of their own while the database writes the portion before.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use anyhow::{Context, bail};
use kernel::ids::MemberId;
use kernel::{Date, DistrictCode, IdSource, Instant, SeededIds};
use store::{Tx, Vault};
use union::members::{
    self, Admission, FieldFault, MemberDraft, MemberPolicy, Outcome, PreparedMember,
};

use super::Pour;
use super::calendar::Calendar;
use crate::demo::dice::Dice;
use crate::demo::person::{People, Person, Wanted};
use crate::demo::plan::{Plan, Seat, Turn};

/// Portions prepared ahead.
const AHEAD: usize = 2;
/// Of 1,000 people entered, so many are somebody who is there already.
const TWINS: usize = 2;
/// Even the smallest district has so many, spread over the people as they are entered.
const LEAST_TWINS: usize = 10;
/// People a twin may be made of.
const REMEMBERED: usize = 400;
/// Members of each union somebody may ask for again: officers.
const FIRST_OF_UNION: usize = 9;

/// One portion: prepared records in the order of their seats, or why one could not be prepared.
type Portion = Result<Vec<PreparedMember>, String>;

/// Prepared people, portion by portion.
pub struct Stream(Receiver<(Range<usize>, Portion)>);

impl Stream {
    /// Begin preparing.
    ///
    /// # Errors
    /// The machine gives no thread.
    pub fn start(
        vault: &Vault,
        district: DistrictCode,
        plan: &Plan,
        calendar: &Calendar,
    ) -> anyhow::Result<Self> {
        let (send, receive) = sync_channel(AHEAD);
        let mut maker = Maker::new(vault.clone(), district, plan);
        let portions: Vec<(Date, Range<usize>)> = calendar
            .days()
            .flat_map(|(date, day)| day.joins.iter().map(|range| (*date, range.clone())))
            .collect();
        let seats: Arc<[Seat]> = plan.seats.as_slice().into();
        std::thread::Builder::new()
            .name("niangjia-people".to_owned())
            .spawn(move || {
                for (date, range) in portions {
                    let portion = seats
                        .get(range.clone())
                        .unwrap_or_default()
                        .iter()
                        .map(|seat| maker.prepare(seat, date))
                        .collect();
                    // The receiver is gone when pouring failed: then nobody wants more.
                    if send.send((range, portion)).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self(receive))
    }
}

/// What a person's place of work says about the person.
#[derive(Clone, Copy)]
struct Work {
    women: f64,
    office: bool,
    jobs: &'static [&'static str],
}

struct Maker {
    vault: Vault,
    district: DistrictCode,
    today: Date,
    people: People,
    dice: Dice,
    ids: SeededIds,
    works: Vec<Work>,
    remembered: Vec<Person>,
    /// People there will be, and people and twins made so far.
    people_in_all: usize,
    made: usize,
    twins: usize,
}

impl Maker {
    fn new(vault: Vault, district: DistrictCode, plan: &Plan) -> Self {
        let work = |firm: &crate::demo::plan::Firm| Work {
            women: firm.trade.women,
            office: firm.trade.office,
            jobs: firm.trade.jobs,
        };
        Self {
            vault,
            district,
            today: plan.size.today,
            people: People::new(plan.size.seed),
            dice: Dice::new(plan.size.seed, "members"),
            ids: SeededIds::new(plan.size.seed.wrapping_add(1)),
            works: plan.firms.iter().map(work).collect(),
            remembered: Vec::new(),
            people_in_all: plan.seats.len(),
            made: 0,
            twins: 0,
        }
    }

    fn prepare(&mut self, seat: &Seat, on: Date) -> Result<PreparedMember, String> {
        let work = seat.firm.and_then(|firm| self.works.get(firm).copied());
        let person = self.person(seat, work);
        let draft = self.draft(&person, seat, work);
        let id = MemberId::from(self.ids.next(Instant::from_shanghai(on, 9, 0)));
        let policy = MemberPolicy::at(self.district, on).map_err(|fault| fault.to_string())?;
        members::prepare(&self.vault, policy, on, &draft, id)
            .map_err(|faults| said(&person, &faults))
    }

    fn person(&mut self, seat: &Seat, work: Option<Work>) -> Person {
        let by_chance = self.dice.below(1_000) < TWINS;
        // The first people have nobody to be taken for.
        let behind = self.twins < self.made * LEAST_TWINS / self.people_in_all.max(1);
        self.made += 1;
        if by_chance || behind {
            let at = self.dice.below(self.remembered.len());
            let known = self.remembered.get(at).cloned();
            let grown = |p: &Person| p.birth.year() + 18 < seat.joined_on.year();
            if let Some(twin) = known.filter(grown).and_then(|p| self.people.twin(&p)) {
                self.twins += 1;
                return twin;
            }
        }
        let (women, office) = work.map_or((22.0, false), |w| (w.women, w.office));
        let person = self.people.next(Wanted {
            women,
            office,
            joined_on: seat.joined_on,
            today: self.today,
        });
        if self.remembered.len() < REMEMBERED {
            self.remembered.push(person.clone());
        } else if self.dice.percent(3.0) {
            let at = self.dice.below(REMEMBERED);
            if let Some(place) = self.remembered.get_mut(at) {
                *place = person.clone();
            }
        }
        person
    }

    fn draft(&mut self, person: &Person, seat: &Seat, work: Option<Work>) -> MemberDraft {
        const RIDERS: &[&str] = &[
            "外卖送餐员",
            "快递员",
            "网约车司机",
            "货车司机",
            "家政服务员",
        ];
        let dice = &mut self.dice;
        let yes_no = |yes: bool| if yes { "是" } else { "否" }.to_owned();
        let permit = |kind: &str| {
            if person.id_type == "resident" {
                String::new()
            } else {
                kind.to_owned()
            }
        };
        let sex = if person.sex == kernel::Sex::Female {
            "女"
        } else {
            "男"
        };
        let phone = if dice.percent(97.0) {
            person.phone.clone()
        } else {
            String::new()
        };
        // 户籍类型: 1 本地城镇, 2 本地农村, 3 外地城镇, 4 外地农村.
        let household = match (person.migrant, dice.below(10)) {
            (true, 0..7) => "4",
            (true, _) | (false, 0..3) => "2",
            (false, 3..5) => "3",
            _ => "1",
        };
        MemberDraft {
            name: person.name.clone(),
            id_type: person.id_type.to_owned(),
            id_number: person.id_number.clone(),
            sex: permit(sex),
            birth_on: permit(&person.birth.to_string()),
            phone,
            ethnic: person.ethnic.to_owned(),
            education: person.education.to_owned(),
            politics: person.politics.to_owned(),
            skill: person.skill.unwrap_or_default().to_owned(),
            household: household.to_owned(),
            employment: "在岗".to_owned(),
            job_title: dice.word(work.map_or(RIDERS, |w| w.jobs)).to_owned(),
            migrant: yes_no(person.migrant),
            new_form: yes_no(seat.firm.is_none()),
            difficult: yes_no(dice.percent(0.7)),
            model_worker: yes_no(dice.percent(0.12)),
            mutual_aid: yes_no(dice.percent(54.0)),
            joined_on: seat.joined_on.to_string(),
            confirmed: true,
            ..MemberDraft::default()
        }
    }
}

fn said(person: &Person, faults: &[FieldFault]) -> String {
    let all: Vec<String> = faults
        .iter()
        .map(|fault| format!("{} {}", fault.field, fault.code))
        .collect();
    format!("{} 年生的人：{}", person.birth.year(), all.join("；"))
}

impl Pour<'_> {
    /// Write portions of members.
    pub(super) fn admit(
        &mut self,
        tx: &mut Tx,
        portions: &[Range<usize>],
        people: &Stream,
    ) -> anyhow::Result<()> {
        for range in portions {
            let (got, portion) = people.0.recv().context("造人的线程中断了")?;
            if got != *range {
                bail!("第 {} 份会员不是所要的第 {} 份", got.start, range.start);
            }
            let prepared = portion.map_err(anyhow::Error::msg)?;
            let ids: Vec<MemberId> = prepared.iter().map(PreparedMember::id).collect();
            let entries = prepared
                .into_iter()
                .zip(range.clone())
                .map(|(member, seat)| self.admission(seat).map(|to| (member, to)))
                .collect::<anyhow::Result<Vec<_>>>()?;
            let answers = members::admit_many(tx, entries, None)?;
            if let Some(odd) = answers.iter().find(|answer| answer.outcome != Outcome::New) {
                bail!("入会没有被接受：{:?}", odd.outcome);
            }
            self.remember(range, &ids);
            self.done.admitted += ids.len();
            self.progress.steps(ids.len());
        }
        Ok(())
    }

    fn admission(&self, seat: usize) -> anyhow::Result<Admission> {
        let seat = self.plan.seats.get(seat).context("没有这个席位")?;
        let org = self
            .done
            .unions
            .get(seat.union)
            .and_then(Option::as_ref)
            .context("工会还没有建立")?;
        let employer = seat
            .firm
            .and_then(|firm| self.done.firms.get(firm).copied().flatten());
        Ok(Admission::new(org.id, org.path.clone(), seat.joined_on)
            .employer(employer)
            .evidence("入会申请与基层工会批准"))
    }

    /// Keep the ids that will be asked for again.
    fn remember(&mut self, range: &Range<usize>, ids: &[MemberId]) {
        for (seat, id) in range.clone().zip(ids) {
            if self.wanted.contains(&seat) {
                self.done.members.insert(seat, *id);
            }
        }
    }
}

/// Seats somebody will ask for again: those with events, and the first of each union.
pub fn wanted(plan: &Plan) -> HashSet<usize> {
    let mut wanted: HashSet<usize> = plan.events.iter().map(|event| event.seat).collect();
    // Whoever leaves does not lead.
    let gone: HashSet<usize> = plan
        .events
        .iter()
        .filter(|event| event.turn != Turn::Kept)
        .map(|event| event.seat)
        .collect();
    let mut seen = vec![0_usize; plan.unions.len()];
    for (at, seat) in plan
        .seats
        .iter()
        .enumerate()
        .filter(|(at, _)| !gone.contains(at))
    {
        if let Some(count) = seen
            .get_mut(seat.union)
            .filter(|count| **count < FIRST_OF_UNION)
        {
            *count += 1;
            wanted.insert(at);
        }
    }
    wanted
}
