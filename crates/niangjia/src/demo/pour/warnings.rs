//! Signals of the demo district, delivered week by week as offices and people would, and what follows for the desks.

use std::collections::{BTreeMap, HashMap};

use anyhow::Context;
use kernel::ids::EmployerId;
use kernel::{Date, Instant, OrgPath};
use store::Tx;
use union::arrears::signals::{self, NewSignal, Whom};
use union::arrears::subjects::{self, SubjectDraft};
use union::arrears::{self, Feed, Fields, Frequency, Once, Quality, SubjectId, alerts};
use union::employers;

use super::Pour;
use crate::demo::plan::Trace;

/// Where the delivering stands.
#[derive(Default)]
pub struct Warnings {
    next: usize,
    /// The last day on which everything was sent.
    written: Option<Date>,
    places: HashMap<EmployerId, (SubjectId, OrgPath)>,
    months: BTreeMap<&'static str, (i16, i8)>,
}

/// Feeds that deliver every week, whether or not there is anything to say.
const WEEKLY: [&str; 2] = ["complaints", "wage_overdue"];
/// Feeds that deliver once a month.
const MONTHLY: [&str; 3] = ["si_arrears", "utility_use", "arrears_confirmed"];

impl<'a> Pour<'a> {
    /// What became known up to a day on which people work; whether anything did.
    pub(super) fn news(&mut self, tx: &mut Tx, date: Date) -> anyhow::Result<bool> {
        let due = self.due(date);
        let mut by_feed: BTreeMap<&'static str, Vec<&Trace>> = BTreeMap::new();
        for trace in due {
            by_feed.entry(trace.feed).or_default().push(trace);
        }
        let came = !by_feed.is_empty();
        self.deliveries(tx, date, by_feed)?;
        // On the days the offices write, everything has come already.
        Ok(came || self.warnings.written == Some(date))
    }

    /// What comes in the night after the last day.
    pub(super) fn overnight(&mut self, tx: &mut Tx) -> anyhow::Result<()> {
        let plan = self.plan;
        let mut by_feed: BTreeMap<&'static str, Vec<&Trace>> = BTreeMap::new();
        for trace in &plan.overnight {
            by_feed.entry(trace.feed).or_default().push(trace);
        }
        self.deliveries(tx, plan.size.today, by_feed)
    }

    /// What was not delivered yet, up to a day.
    fn due(&mut self, date: Date) -> Vec<&'a Trace> {
        let plan = self.plan;
        let rest = plan.traces.get(self.warnings.next..).unwrap_or_default();
        let due: Vec<&Trace> = rest.iter().take_while(|trace| trace.day <= date).collect();
        self.warnings.next += due.len();
        due
    }

    /// Everything the offices send up to a writing day.
    pub(super) fn warnings(&mut self, tx: &mut Tx, date: Date) -> anyhow::Result<()> {
        let due = self.due(date);
        self.warnings.written = Some(date);
        let mut by_feed: BTreeMap<&'static str, Vec<&Trace>> = BTreeMap::new();
        for feed in WEEKLY {
            by_feed.entry(feed).or_default();
        }
        let month = (date.year(), date.month());
        for feed in MONTHLY {
            if self.warnings.months.insert(feed, month) != Some(month) {
                by_feed.entry(feed).or_default();
            }
        }
        for trace in due {
            by_feed.entry(trace.feed).or_default().push(trace);
        }
        self.deliveries(tx, date, by_feed)
    }

    fn deliveries(
        &mut self,
        tx: &mut Tx,
        date: Date,
        by_feed: BTreeMap<&'static str, Vec<&Trace>>,
    ) -> anyhow::Result<()> {
        for (feed, traces) in by_feed {
            self.deliver(tx, feed, &traces)
                .with_context(|| format!("{date} 的线索（{feed}）"))?;
        }
        Ok(())
    }

    fn deliver(
        &mut self,
        tx: &mut Tx,
        feed: &'static str,
        traces: &[&Trace],
    ) -> anyhow::Result<()> {
        let mut delivery = arrears::begin_delivery(tx, feed, "演示数据")?;
        let once = self.once(tx, feed)?;
        let mut news = Vec::with_capacity(traces.len());
        for (at, trace) in traces.iter().enumerate() {
            let firm = self.done.firms.get(trace.firm).copied().flatten();
            let Some(employer) = firm else { continue };
            let (subject, org_path) = self.place(tx, employer)?;
            news.push(NewSignal {
                about: Whom::Known(subject),
                kind: trace.kind.to_owned(),
                day: trace.day,
                arrived: tx.now(),
                fields: Fields::new(trace.fields.iter().copied()),
                quality: Quality::Record,
                reference: format!("{}-{}", trace.day, at + 1),
                known_as: None,
                once,
                org_path,
            });
        }
        if news.is_empty() {
            delivery.has_nothing_until(tx.today());
        }
        signals::take_many(tx, &mut delivery, &news)?;
        arrears::finish_delivery(tx, &delivery)?;
        Ok(())
    }

    fn once(&self, tx: &Tx, feed: &str) -> anyhow::Result<Once> {
        if feed.starts_with("desk.") {
            return Ok(Once::Month);
        }
        let feed = Feed::named(*tx.district(), tx.today(), feed)?.feed;
        // Filed again within a month, a figure replaces the earlier one; complaints each count.
        Ok(match feed.frequency {
            Frequency::Event => Once::Day,
            _ => feed.once,
        })
    }

    fn place(&mut self, tx: &mut Tx, employer: EmployerId) -> anyhow::Result<(SubjectId, OrgPath)> {
        if let Some(known) = self.warnings.places.get(&employer) {
            return Ok(known.clone());
        }
        let draft = SubjectDraft::employer(&employers::get(tx, employer)?);
        let subject = subjects::ensure(tx, std::slice::from_ref(&draft))?
            .pop()
            .context("预警对象没有登记")?;
        let place = (subject, draft.org_path);
        self.warnings.places.insert(employer, place.clone());
        Ok(place)
    }

    /// The desks are at work: colours rise as the signals come. On days on which nothing came they stay.
    pub(super) fn colours(&self, came: bool) -> anyhow::Result<()> {
        if !came {
            return Ok(());
        }
        let date = self.db.clock().today();
        let ruled = self.db.read(&self.actor, |tx| {
            Ok::<_, arrears::ArrearsError>(arrears::rulesets::in_force(tx, date).is_ok())
        })?;
        // A demo of a year for which no rule set was published has signals and no colours.
        if !ruled {
            return Ok(());
        }
        // Once a week everybody, on the days between those something was heard of.
        let who = if self.warnings.written == Some(date) {
            alerts::Who::All
        } else {
            alerts::Who::Since(Instant::from_shanghai(date, 0, 0))
        };
        alerts::run(self.db, &self.actor, who).with_context(|| format!("{date} 的预警"))?;
        Ok(())
    }
}
