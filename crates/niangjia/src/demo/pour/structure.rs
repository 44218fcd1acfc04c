//! Unions, employers, and who covers whom.

use anyhow::Context;
use kernel::Date;
use store::Tx;
use union::employers::{self, EdgeKind, EmployerDraft, EmployerState};
use union::orgs::{self, NewOrg, OrgKind, OrgRef};

use super::Pour;
use super::calendar::Day;
use crate::demo::plan::{Firm, Union};

/// Where counts of employees come from.
const SOURCE: &str = "社保参保人数";
/// Where employers come from, for the log.
const ORIGIN: &str = "市场监管登记";

impl Pour<'_> {
    /// Write the unions and employers of one day.
    pub(super) fn structure(&mut self, tx: &mut Tx, date: Date, day: &Day) -> anyhow::Result<()> {
        day.unions.iter().try_for_each(|at| self.union(tx, *at))?;
        day.firms
            .iter()
            .try_for_each(|at| self.firm(tx, *at, date))?;
        day.covers
            .iter()
            .try_for_each(|(union, place)| self.cover(tx, *union, *place))?;
        day.counted
            .iter()
            .try_for_each(|at| self.count(tx, *at, date))?;
        day.closed.iter().try_for_each(|at| self.close(tx, *at))
    }

    fn union(&mut self, tx: &mut Tx, at: usize) -> anyhow::Result<()> {
        let Some(union) = self.plan.unions.get(at) else {
            return Ok(());
        };
        let new = self
            .new_org(union)
            .with_context(|| format!("“{}”的类型", union.name))?;
        let made =
            orgs::create_active(tx, &new).with_context(|| format!("建不了“{}”", union.name))?;
        if let Some(place) = self.done.unions.get_mut(at) {
            *place = Some(made);
        }
        Ok(())
    }

    pub(super) fn made(&self, union: Option<usize>) -> Option<&OrgRef> {
        self.done.unions.get(union?)?.as_ref()
    }

    fn new_org(&self, union: &Union) -> anyhow::Result<NewOrg> {
        let kind =
            OrgKind::from_id(union.kind).with_context(|| format!("没有类型 {}", union.kind))?;
        let mut new = NewOrg::new(
            self.made(union.parent).map(|org| org.id),
            kind,
            union.name.clone(),
        );
        new.credit_code = union.code.clone().unwrap_or_default();
        new.region_code.clone_from(&union.region);
        new.industry_code = union.industry.unwrap_or_default().to_owned();
        new.industry_parent = self.made(union.industry_parent).map(|org| org.id);
        new.founded_on = Some(union.founded_on);
        new.planned_end_on = union.planned_end_on;
        new.approval_no.clone_from(&union.approval_no);
        new.address.clone_from(&union.address);
        new.note = "建档".to_owned();
        Ok(new)
    }

    fn firm(&mut self, tx: &mut Tx, at: usize, date: Date) -> anyhow::Result<()> {
        let Some(firm) = self.plan.firms.get(at) else {
            return Ok(());
        };
        let closed = firm.closed_on.filter(|day| *day <= date);
        let mut draft = EmployerDraft {
            name: firm.name.clone(),
            credit_code: firm.code.clone(),
            former_names: firm.former.iter().cloned().collect(),
            region_code: firm.region.clone(),
            territory: self.territory(firm),
            industry_code: firm.trade.code.to_owned(),
            economic_type: firm.economic.to_owned(),
            headcount: Some(firm.headcount_then),
            headcount_source: SOURCE.to_owned(),
            headcount_on: Some(date),
            state: Some(if closed.is_some() {
                state(firm)
            } else {
                EmployerState::Open
            }),
            opened_on: Some(firm.opened_on),
            closed_on: closed,
            address: firm.address.clone(),
            source: ORIGIN.to_owned(),
            ..EmployerDraft::default()
        };
        // A shell has no last day in the register: it only stopped working.
        if firm.state.is_shell() {
            draft.closed_on = None;
        }
        let done =
            employers::upsert(tx, &draft).with_context(|| format!("登记不了“{}”", firm.name))?;
        if let Some(place) = self.done.firms.get_mut(at) {
            *place = done.id;
        }
        self.progress.step();
        Ok(())
    }

    /// The union of the area an employer lies in.
    fn territory(&self, firm: &Firm) -> Option<kernel::ids::OrgId> {
        self.made(firm.area)
            .or_else(|| self.made(Some(0)))
            .map(|org| org.id)
    }

    fn cover(&self, tx: &mut Tx, union: usize, place: usize) -> anyhow::Result<()> {
        let Some(cover) = self
            .plan
            .unions
            .get(union)
            .and_then(|u| u.covers.get(place))
        else {
            return Ok(());
        };
        let (Some(org), Some(firm)) = (
            self.made(Some(union)).map(|o| o.id),
            self.done.firms.get(cover.firm).copied().flatten(),
        ) else {
            return Ok(());
        };
        let kind = EdgeKind::from_id(cover.kind)
            .with_context(|| format!("没有覆盖方式 {}", cover.kind))?;
        let named = || {
            self.plan
                .unions
                .get(union)
                .map(|u| u.name.clone())
                .unwrap_or_default()
        };
        employers::link(tx, org, firm, kind, cover.from_on)
            .with_context(|| format!("“{}”的覆盖关系", named()))?;
        Ok(())
    }

    fn count(&self, tx: &mut Tx, at: usize, date: Date) -> anyhow::Result<()> {
        let Some(firm) = self.plan.firms.get(at) else {
            return Ok(());
        };
        let draft = EmployerDraft {
            name: firm.name.clone(),
            credit_code: firm.code.clone(),
            headcount: Some(firm.headcount_on(date, self.plan.opening, self.plan.size.today)),
            headcount_source: SOURCE.to_owned(),
            headcount_on: Some(date),
            source: ORIGIN.to_owned(),
            ..EmployerDraft::default()
        };
        employers::upsert(tx, &draft).with_context(|| format!("更新不了“{}”的人数", firm.name))?;
        Ok(())
    }

    fn close(&self, tx: &mut Tx, at: usize) -> anyhow::Result<()> {
        let Some(firm) = self.plan.firms.get(at) else {
            return Ok(());
        };
        let draft = EmployerDraft {
            name: firm.name.clone(),
            credit_code: firm.code.clone(),
            state: Some(state(firm)),
            closed_on: if firm.state.is_shell() {
                None
            } else {
                firm.closed_on
            },
            source: ORIGIN.to_owned(),
            ..EmployerDraft::default()
        };
        employers::upsert(tx, &draft).with_context(|| format!("注销不了“{}”", firm.name))?;
        Ok(())
    }
}

fn state(firm: &Firm) -> EmployerState {
    EmployerState::from_id(firm.state.id()).unwrap_or(EmployerState::Open)
}
