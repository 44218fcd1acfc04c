//! Who works where: the accounts that are printed, and colleagues in the other towns. The sentinel of a town looks
//! after all its villages in which something goes on, as people who work for several villages do.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::Context;
use kernel::ids::{AccountId, OrgId};
use store::{Actor, Db, Tx};
use union::access::{self, CapabilitySet, NewAccount, NewPost, Roles};
use union::cases::{self, NewHelper};
use web::Rules;

use crate::demo::accounts::PASSWORD;
use crate::demo::person::{People, Wanted};
use crate::demo::plan::{Plan, Posts, plus_days};
use crate::demo::pour::Poured;

/// Kinds of unions that stand on the lowest level of desks.
const VILLAGES: [&str; 5] = ["village", "park", "building", "regional", "industry"];
/// And on the middle one.
const TOWNS: [&str; 2] = ["town", "zone"];

/// Somebody at a post.
#[derive(Clone)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// As whom they write.
    pub actor: Actor,
    /// What the post may do.
    pub may: CapabilitySet,
}

/// Who sits at the desks of a place, by place in the list of people.
#[derive(Clone, Copy, Default)]
pub struct Desk {
    /// The sentinel, if there is one.
    pub village: Option<usize>,
    /// The town officer.
    pub town: Option<usize>,
}

/// Everybody.
pub struct Staff {
    /// Everybody, in no order.
    pub people: Vec<Person>,
    /// Who sits at a union, by its place in the plan.
    at: HashMap<usize, usize>,
    /// The first district officer and the second.
    pub district: usize,
    /// The second.
    pub review: usize,
    /// The lawyer.
    pub lawyer: usize,
    /// The worker, as the hall knows them; a tiny district may have none.
    pub worker: Option<Actor>,
    /// Number of the papers of a made-up worker, for agreements.
    pub client: String,
    /// The worker's union.
    pub worker_union: usize,
    /// Where the accounts have their posts.
    pub posts: Posts,
}

impl Staff {
    /// Finds those with printed accounts, hires the others, enters the lawyer on the roster.
    ///
    /// # Errors
    /// The access room refuses.
    pub fn hire(
        db: &Db,
        system: &Actor,
        rules: &Rules,
        plan: &Plan,
        done: &Poured,
    ) -> anyhow::Result<Self> {
        let posts = plan.posts.context("没有可设岗位的工会")?;
        let roles = &rules.roles;
        db.write(system, |tx| {
            let mut hiring = Hiring {
                tx,
                roles,
                rules,
                plan,
                done,
                people: Vec::new(),
                at: HashMap::new(),
                names: People::of_region(plan.size.seed, "colleagues", "330112"),
            };
            let district = hiring.known("quzong", Some(0))?;
            let review = hiring.known("fuhe", Some(0))?;
            hiring.seat("zhenjie", posts.town)?;
            hiring.seat("cunshe", posts.village)?;
            hiring.seat("jianzhi", posts.other_town)?;
            hiring.seat("jianzhi", posts.other_village)?;
            hiring.colleagues()?;
            let lawyer = hiring.known("lvshi", None)?;
            let client = hiring.client();
            let (people, at) = (hiring.people, hiring.at);
            on_roster(tx, &people, (district, lawyer), plan)?;
            let worker = access::account_by_name(tx, "zhigong")?.context("没有职工账号")?;
            let worker = access::own_actor_of(tx, worker).ok();
            Ok(Self {
                people,
                at,
                district,
                review,
                lawyer,
                worker,
                client,
                worker_union: posts.enterprise,
                posts,
            })
        })
    }

    /// The desks of a union's place.
    pub fn desk(&self, plan: &Plan, union: usize) -> Desk {
        let mut desk = Desk::default();
        for at in upwards(plan, union) {
            let kind = plan.unions.get(at).map_or("", |union| union.kind);
            let who = self.at.get(&at).copied();
            if VILLAGES.contains(&kind) {
                desk.village = desk.village.or(who);
            } else if TOWNS.contains(&kind) {
                desk.town = desk.town.or(who);
            }
        }
        desk
    }

    /// Villages of the towns in which somebody sits; the zone has no villages, and issues no letters of its own.
    pub fn places(&self, plan: &Plan) -> Vec<usize> {
        let zone = |at: usize| {
            upwards(plan, at).any(|at| {
                plan.unions
                    .get(at)
                    .is_some_and(|union| union.kind == "zone")
            })
        };
        let mut places: Vec<usize> = self
            .at
            .keys()
            .copied()
            .filter(|at| {
                plan.unions
                    .get(*at)
                    .is_some_and(|union| VILLAGES.contains(&union.kind))
                    && !zone(*at)
            })
            .collect();
        places.sort_unstable();
        places
    }
}

/// A union and those above it.
fn upwards(plan: &Plan, union: usize) -> impl Iterator<Item = usize> + '_ {
    std::iter::successors(Some(union), |at| {
        plan.unions.get(*at).and_then(|union| union.parent)
    })
}

/// The lawyer takes cases.
fn on_roster(
    tx: &mut Tx,
    people: &[Person],
    (district, lawyer): (usize, usize),
    plan: &Plan,
) -> anyhow::Result<()> {
    let (Some(district), Some(lawyer)) = (people.get(district), people.get(lawyer)) else {
        return Ok(());
    };
    let new = NewHelper {
        account: lawyer.account,
        firm: "演示律师事务所".to_owned(),
        licence: "演示执业证号".to_owned(),
        subjects: "劳动报酬、工伤、解除劳动合同".to_owned(),
        most_open: 12,
        from_on: plan.opening,
        to_on: None,
        duty: cases::read_duty("周二 09:00-11:30").unwrap_or_default(),
    };
    cases::set_helper(tx, district.may, &new).context("律师没有登记上名册")
}

/// The first morning.
struct Hiring<'t, 'd, 'p> {
    tx: &'t mut Tx<'d>,
    roles: &'p Roles,
    rules: &'p Rules,
    plan: &'p Plan,
    done: &'p Poured,
    people: Vec<Person>,
    at: HashMap<usize, usize>,
    names: People,
}

impl Hiring<'_, '_, '_> {
    fn org(&self, union: usize) -> Option<OrgId> {
        let made = self.done.unions.get(union)?.as_ref();
        made.map(|org| org.id)
    }

    /// Somebody with a printed account, at one of their posts.
    fn known(&mut self, login: &str, union: Option<usize>) -> anyhow::Result<usize> {
        let account = access::account_by_name(self.tx, login)?
            .with_context(|| format!("没有账号 {login}"))?;
        self.enter(account, union)
    }

    fn seat(&mut self, login: &str, union: usize) -> anyhow::Result<()> {
        let person = self.known(login, Some(union))?;
        self.at.insert(union, person);
        Ok(())
    }

    fn enter(&mut self, account: AccountId, union: Option<usize>) -> anyhow::Result<usize> {
        let org = union.and_then(|union| self.org(union));
        let (actor, may) = access::post_actor_of(self.tx, self.roles, account, org)?;
        self.people.push(Person {
            account,
            actor,
            may,
        });
        Ok(self.people.len() - 1)
    }

    /// Colleagues in every town, and sentinels for the villages in which something goes on.
    fn colleagues(&mut self) -> anyhow::Result<()> {
        let busy = self.busy();
        let towns: Vec<usize> = (0..self.plan.unions.len())
            .filter(|at| self.is(*at, &TOWNS))
            .collect();
        for (number, town) in towns.into_iter().enumerate() {
            if !self.at.contains_key(&town) {
                let officer = self.hire(&format!("zhenjie{:02}", number + 1))?;
                self.post(officer, "town_officer", town)?;
            }
            let villages: Vec<usize> = busy
                .get(&town)
                .into_iter()
                .flatten()
                .copied()
                .filter(|village| !self.at.contains_key(village))
                .collect();
            if villages.is_empty() {
                continue;
            }
            let sentinel = self.hire(&format!("cunshe{:02}", number + 1))?;
            for village in villages {
                self.post(sentinel, "sentinel", village)?;
            }
        }
        Ok(())
    }

    /// The papers of somebody with a citizen's number.
    fn client(&mut self) -> String {
        let today = self.plan.size.today;
        let wanted = Wanted {
            women: 45.0,
            office: false,
            joined_on: plus_days(today, -400),
            today,
        };
        loop {
            let person = self.names.next(wanted);
            if person.id_type == "resident" {
                return person.id_number;
            }
        }
    }

    fn is(&self, at: usize, kinds: &[&str]) -> bool {
        let union = self.plan.unions.get(at);
        union.is_some_and(|union| kinds.contains(&union.kind))
    }

    /// The villages of each town in which an employer was seen in trouble lately, and its first village.
    fn busy(&self) -> BTreeMap<usize, BTreeSet<usize>> {
        let since = plus_days(self.plan.size.today, -2 * super::OFFICE_DAYS);
        let seen = self.plan.traces.iter().chain(&self.plan.overnight);
        let areas = seen
            .filter(|trace| trace.day >= since)
            .filter_map(|trace| self.plan.firms.get(trace.firm)?.area);
        let mut busy: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        let firsts = (0..self.plan.unions.len()).filter(|at| self.is(*at, &["village"]));
        let mut started = BTreeSet::new();
        for at in firsts {
            if let Some(town) = self.town_of(at)
                && started.insert(town)
            {
                busy.entry(town).or_default().insert(at);
            }
        }
        for area in areas {
            let village = upwards(self.plan, area).find(|at| self.is(*at, &VILLAGES));
            if let Some((village, town)) = village.and_then(|at| Some((at, self.town_of(at)?))) {
                busy.entry(town).or_default().insert(village);
            }
        }
        busy
    }

    fn town_of(&self, union: usize) -> Option<usize> {
        upwards(self.plan, union).find(|at| self.is(*at, &TOWNS))
    }

    fn hire(&mut self, login: &str) -> anyhow::Result<AccountId> {
        let today = self.plan.size.today;
        let person = self.names.next(Wanted {
            women: 45.0,
            office: true,
            joined_on: plus_days(today, -3_000),
            today,
        });
        let new = NewAccount {
            login: login.to_owned(),
            name: person.name,
            password: PASSWORD.to_owned(),
            keep_password: true,
            member: None,
        };
        let account = access::create_account(self.tx, &self.rules.policy, &new);
        account.with_context(|| format!("建不了账号 {login}"))
    }

    fn post(&mut self, account: AccountId, role: &str, union: usize) -> anyhow::Result<()> {
        let post = NewPost {
            account,
            role: role.to_owned(),
            org: self.org(union),
            from_on: self.plan.opening,
        };
        access::grant_post(self.tx, self.roles, &post)?;
        let person = self.enter(account, Some(union))?;
        self.at.insert(union, person);
        Ok(())
    }
}
