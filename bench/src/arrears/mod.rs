//! The early warning over the real store: evaluating a month's signals, the desk's pages, and how fast a red signal
//! reaches an open screen.

pub mod desk;
pub mod evaluate;
pub mod live;

use std::sync::Arc;

use anyhow::Context;
use kernel::{Clock, Date, DistrictCode, EmployerId, FixedClock, Instant, OrgPath};
use store::{Actor, Audit, Db, RandomIds, StoreConfig, Vault};
use union::arrears::signals::{self, NewSignal, Whom};
use union::arrears::subjects::{self, SubjectDraft};
use union::arrears::{self, ArrearsError, Fields, Once, Quality, SubjectId, SubjectKind};

use crate::district::District;

/// Signals taken in one transaction, as an import does.
const CHUNK: usize = 2_000;

/// A district opened in this process, its clock in our hands.
pub struct Room {
    /// The store.
    pub db: Db,
    /// Who works: the program.
    pub actor: Actor,
    /// The clock.
    pub clock: Arc<FixedClock>,
}

/// Somebody signals are about.
#[derive(Debug, Clone)]
pub struct Unit {
    /// As the early warning knows it.
    pub subject: SubjectId,
    /// Its desk.
    pub path: OrgPath,
}

/// One thing an office says about a unit.
pub struct Said {
    /// Place of the unit.
    pub unit: usize,
    /// Its values.
    pub fields: Vec<(&'static str, i64)>,
}

impl Room {
    /// Opens a district at a moment.
    pub fn open(district: &District, now: Instant) -> anyhow::Result<Self> {
        let clock = Arc::new(FixedClock::new(now));
        let shared: Arc<dyn Clock> = clock.clone();
        let config = StoreConfig::new(format!("sqlite:{}", district.database().display()));
        let vault = Vault::from_file(&district.keys())?;
        let db = Db::open(&config, vault, shared, Arc::new(RandomIds::default()))?;
        let code: DistrictCode = district
            .texts("SELECT code FROM district")?
            .pop()
            .context("no district")?
            .parse()?;
        Ok(Self {
            db,
            actor: Actor::system(code),
            clock,
        })
    }

    /// Every employer of the register as a subject.
    pub fn units(&self, district: &District) -> anyhow::Result<Vec<Unit>> {
        let lines = district.texts(
            "SELECT hex(id) || '|' || org_path || '|' || industry_code || '|' || name FROM employer ORDER BY id",
        )?;
        let drafts = lines.iter().map(|line| {
            let mut parts = line.splitn(4, '|');
            let mut next = || parts.next().context("a part");
            let id: EmployerId = next()?.parse()?;
            let (path, industry) = (OrgPath::parse(next()?)?, next()?.to_owned());
            anyhow::Ok(SubjectDraft {
                kind: SubjectKind::Employer,
                key: id.to_string(),
                name: next()?.to_owned(),
                employer: Some(id),
                org_path: path,
                place: String::new(),
                industry,
                told_on: None,
            })
        });
        let drafts = drafts.collect::<anyhow::Result<Vec<_>>>()?;
        let mut units = Vec::with_capacity(drafts.len());
        for some in drafts.chunks(CHUNK) {
            let ids = self.db.write(&self.actor, |tx| {
                tx.audit(Audit::of("feed.rows_taken", "feed", "bench"))?;
                subjects::ensure(tx, some)
            })?;
            let pairs = ids.into_iter().zip(some);
            units.extend(pairs.map(|(subject, draft)| Unit {
                subject,
                path: draft.org_path.clone(),
            }));
        }
        Ok(units)
    }

    /// One delivery of a feed through the room's own intake; when it began.
    pub fn deliver(
        &self,
        feed: &str,
        kind: &str,
        (day, once): (Date, Once),
        (units, said): (&[Unit], &[Said]),
    ) -> anyhow::Result<Instant> {
        let mut delivery = self.db.write(&self.actor, |tx| {
            arrears::begin_delivery(tx, feed, "基准测试")
        })?;
        for some in said.chunks(CHUNK) {
            self.db.write(&self.actor, |tx| {
                let news: Vec<NewSignal> = some
                    .iter()
                    .filter_map(|one| {
                        let unit = units.get(one.unit)?;
                        Some(NewSignal {
                            about: Whom::Known(unit.subject),
                            kind: kind.to_owned(),
                            day,
                            arrived: tx.now(),
                            fields: Fields::new(one.fields.iter().copied()),
                            quality: Quality::Record,
                            reference: format!("{day}-{}", one.unit),
                            known_as: None,
                            once,
                            org_path: unit.path.clone(),
                        })
                    })
                    .collect();
                signals::take_many(tx, &mut delivery, &news)?;
                tx.audit(Audit::of("feed.rows_taken", "feed", feed))?;
                Ok::<_, ArrearsError>(())
            })?;
        }
        self.db
            .write(&self.actor, |tx| arrears::finish_delivery(tx, &delivery))?;
        Ok(delivery.begun)
    }
}

/// Now, by the machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark runs at the machine's own time"
)]
pub fn now() -> anyhow::Result<Instant> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(Instant::from_ms(i64::try_from(since.as_millis())?))
}

/// A number that looks random and is the same in every run (splitmix64).
pub fn mix(seed: usize) -> usize {
    let mut z = (seed as u64).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((z ^ (z >> 31)) >> 1).unwrap_or(seed)
}
