//! What may be done with a case now, by whom, and everything that stands against it.

use super::case::{BackTo, Input, Snapshot, Who};
use super::closing::Closing;
use super::closing::people_called;
use super::evidence::{EvidenceDemand, LetterDemand};
use super::length::{Almanac, Length, LengthRule};
use super::model::{CaseKind, VerbRow, fits};
use super::verb::{Effect, Verb};
use crate::clock::Instant;
use crate::deadline::Period;
use crate::refusal::Refusals;

/// Nobody had it before.
const NO_PREVIOUS: &str = "没有上一步可退，可退回当事人补正或转办";

/// A verb somebody may use now: a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// The verb.
    pub verb: Verb,
    /// Its Chinese term.
    pub title: String,
    /// What it does.
    pub effect: Effect,
    /// State it leads to, if it changes the state.
    pub to: Option<String>,
    /// A note is demanded.
    pub needs_note: bool,
    /// The next owner is demanded by name.
    pub needs_next: bool,
    /// Fields it asks for (must be filled in).
    pub fields: Vec<String>,
    /// Fields it offers.
    pub may_fill: Vec<String>,
    /// Evidence it demands on file.
    pub evidence: Vec<EvidenceDemand>,
    /// Whoever is named must be on the roster.
    pub roster: bool,
    /// Letters it goes with.
    pub letters: Vec<String>,
    /// What it has to do with them.
    pub letter: LetterDemand,
}

impl CaseKind {
    /// The verbs somebody may use now, in the order of the table. Screens draw their buttons from this list.
    pub fn allowed(&self, case: &Snapshot, who: &Who, may: &dyn Fn(&str) -> bool) -> Vec<Allowed> {
        let rows = self
            .verbs()
            .into_iter()
            .filter_map(|verb| self.row(verb, &case.state));
        rows.filter(|row| self.against(case, row, who, may).is_empty())
            .map(|row| Allowed {
                verb: Verb::of(row.id.clone()),
                title: row.title().to_owned(),
                effect: row.effect(),
                to: row.to.clone(),
                needs_note: row.needs_note(),
                needs_next: row.effect().needs_next(),
                fields: row.fields.clone(),
                may_fill: row.may_fill.clone(),
                evidence: row.evidence.clone(),
                roster: row.roster,
                letters: row.letters.clone(),
                letter: row.letter,
            })
            .collect()
    }

    /// Why a verb is none of somebody's buttons now, everything at once; nothing when it is one. `None` when this kind
    /// knows no such verb.
    pub fn why_not(
        &self,
        case: &Snapshot,
        verb: &Verb,
        who: &Who,
        may: &dyn Fn(&str) -> bool,
    ) -> Option<Refusals> {
        if let Some(row) = self.row(verb.id(), &case.state) {
            return Some(self.against(case, row, who, may));
        }
        let known = self.verb.iter().any(|row| row.id == verb.id());
        let known = known || self.absent.contains_key(verb.id());
        known.then(|| self.not_now(verb, &case.state))
    }

    /// What keeps a row from being a button of somebody.
    fn against(
        &self,
        case: &Snapshot,
        row: &VerbRow,
        who: &Who,
        may: &dyn Fn(&str) -> bool,
    ) -> Refusals {
        let mut refusals = Refusals::new();
        self.check_row(case, row, &mut refusals);
        self.check_who(case, row, who, may, &mut refusals);
        check_room(row, None, &mut refusals);
        // A return that leads nowhere is no button.
        let leads =
            row.effect() != Effect::Return || row.to_initiator.is_some() || !case.trail.is_empty();
        refusals.require(leads, "case.no_previous", NO_PREVIOUS);
        refusals
    }

    /// Whether the table lets this row apply to the case as it stands.
    pub(super) fn check_row(&self, case: &Snapshot, row: &VerbRow, refusals: &mut Refusals) {
        let effect = row.effect();
        let grade_fits = row.grades.is_empty()
            || row
                .grades
                .iter()
                .any(|one| Some(one.as_str()) == case.grade.as_deref());
        refusals.require(
            grade_fits && fits(&row.when, &case.fields),
            "case.not_here",
            format!("这件事项不适用「{}」", row.title()),
        );
        let while_suspended = matches!(
            effect,
            Effect::Suspend
                | Effect::GrantPause
                | Effect::DenyPause
                | Effect::Resume
                | Effect::Note
                | Effect::Urge
                | Effect::Supervise
                | Effect::Withdraw
        );
        refusals.require(
            !case.suspended || while_suspended,
            "case.suspended",
            "已中止，恢复后才能继续办理",
        );
        refusals.require(
            effect != Effect::Resume || case.suspended,
            "case.not_suspended",
            "没有中止，无需恢复",
        );
        let waits = case.extension.is_some();
        refusals.require(
            waits || !matches!(effect, Effect::Grant | Effect::Deny),
            "case.no_extension",
            "没有待批的延期申请",
        );
        refusals.require(
            !waits || effect != Effect::Extend,
            "case.extension_waits",
            "已有一份延期申请待批",
        );
        let pauses = case.pause.is_some();
        refusals.require(
            pauses || !matches!(effect, Effect::GrantPause | Effect::DenyPause),
            "case.no_pause",
            "没有待批的中止申请",
        );
        refusals.require(
            !pauses || effect != Effect::Suspend,
            "case.pause_waits",
            "已有一份中止申请待批",
        );
    }

    /// Whether this person may.
    pub(super) fn check_who(
        &self,
        case: &Snapshot,
        row: &VerbRow,
        who: &Who,
        may: &dyn Fn(&str) -> bool,
        refusals: &mut Refusals,
    ) {
        if who.program {
            return;
        }
        let words = row.who();
        let relations = self.relations(case, who);
        let as_initiator = words.contains(&"initiator") && who.initiator;
        let as_staff = relations
            .iter()
            .any(|one| one.id() != "initiator" && words.contains(&one.id()));
        if !as_initiator && !as_staff {
            let allowed: Vec<&str> = words.iter().map(|word| self.relation_title(word)).collect();
            refusals.add(
                "case.not_yours",
                format!("「{}」由{}办理", row.title(), allowed.join("、")),
            );
        }
        let capability = row.capability.as_deref().unwrap_or(&self.act);
        if as_staff && !as_initiator && !may(capability) {
            refusals.add(
                "case.no_capability",
                format!("您现在的岗位没有「{}」的权限", row.title()),
            );
        }
        if row.effect() == Effect::Reopen && as_initiator && !as_staff {
            refusals.require(
                case.reopened < self.reopen_by_initiator,
                "case.reopened_before",
                "已经重开过，如仍未解决请向上一级工会反映",
            );
        }
        if row.effect() == Effect::CallBack {
            let handled = who
                .person
                .as_ref()
                .is_some_and(|person| case.handlers.contains(person));
            refusals.require(!handled, "case.same_person", "回访须由承办人以外的人进行");
        }
        if row.effect() == Effect::Merge && self.overdue(case) > 0 {
            let above = relations.iter().any(|one| one.id() == "above");
            refusals.require(
                above,
                "case.merge_overdue",
                "已超时的办件由上一级工会合并：超时不因合并而不见",
            );
        }
        let (asker, what) = match row.effect() {
            Effect::Grant => (case.extension.as_ref().map(|one| &one.person), "延期"),
            Effect::GrantPause => (case.pause.as_ref().map(|one| &one.person), "中止"),
            _ => (None, ""),
        };
        refusals.require(
            asker.is_none_or(|asker| asker.is_none() || *asker != who.person),
            "case.same_person",
            format!("{what}须由申请人以外的人批准"),
        );
    }

    /// Whether everything the row demands is there. `case` already holds the fields and evidence that came along.
    pub(super) fn check_demands(
        &self,
        almanac: &Almanac<'_>,
        case: &Snapshot,
        (row, now): (&VerbRow, Instant),
        who: &Who,
        input: &Input,
        refusals: &mut Refusals,
    ) {
        let effect = row.effect();
        refusals.require(
            !row.needs_note() || !input.note.trim().is_empty(),
            "case.needs_note",
            format!("请写明「{}」的理由或情况", row.title()),
        );
        check_room(row, input.room, refusals);
        self.demand(
            row.fields.iter().map(String::as_str),
            &case.fields,
            refusals,
        );
        self.demand_evidence(&row.evidence, case, refusals);
        demand_letter(case, row, refusals);
        self.check_review(almanac, case, row, refusals);
        self.check_collective(case, row, refusals);
        let (called, open) = people_called(case);
        refusals.require(
            called >= row.calls,
            "case.few_calls",
            format!("回访不足 {} 人（现有 {called} 人）", row.calls),
        );
        refusals.require(
            open == 0 || !row.needs_solved(),
            "case.call_unsolved",
            format!(
                "回访中有 {open} 人表示没有解决，不能「{}」：请重开再办，或者办好后再回访",
                row.title()
            ),
        );
        if effect.needs_next() {
            let named = input
                .next
                .as_ref()
                .is_some_and(|next| next.person.is_some());
            refusals.require(
                named,
                "case.next_unnamed",
                format!(
                    "「{}」要写明由谁接办（单位和姓名），不能只退不交",
                    row.title()
                ),
            );
        }
        match effect {
            Effect::Return => self.check_return(case, row, input, refusals),
            Effect::Extend => self.check_extension(almanac, case, input, refusals),
            Effect::Suspend => self.check_pause(almanac, case, input, now, refusals),
            Effect::Close => self.check_closing(case, row, who, input, refusals),
            Effect::CallBack => self.check_call(input, refusals),
            Effect::Merge => refusals.require(
                input.other.is_some(),
                "case.merge_where",
                "请写明并入哪一件",
            ),
            Effect::Split => refusals.require(
                input.other.is_some(),
                "case.split_what",
                "请填写拆出的那一件",
            ),
            _ => {}
        }
    }

    pub(super) fn demand_evidence(
        &self,
        demands: &[EvidenceDemand],
        case: &Snapshot,
        refusals: &mut Refusals,
    ) {
        for demand in demands {
            let found = case.evidence.get(&demand.kind).copied().unwrap_or(0);
            let title = self.evidence_title(&demand.kind);
            let message = if demand.least > 1 {
                format!("缺少{title}（要 {} 份，现有 {found} 份）", demand.least)
            } else {
                format!("缺少{title}")
            };
            refusals.require(found >= demand.least, "case.evidence_missing", message);
        }
    }

    fn check_return(&self, case: &Snapshot, row: &VerbRow, input: &Input, refusals: &mut Refusals) {
        match &input.back_to {
            BackTo::Previous => {
                refusals.require(!case.trail.is_empty(), "case.no_previous", NO_PREVIOUS)
            }
            BackTo::Desk(org) => refusals.require(
                case.trail.iter().any(|one| one.org == *org),
                "case.never_there",
                "只能退回经手过的单位",
            ),
            BackTo::Initiator => refusals.require(
                row.to_initiator.is_some(),
                "case.no_initiator",
                "这类事项不能退回当事人",
            ),
        }
    }

    fn check_extension(
        &self,
        almanac: &Almanac<'_>,
        case: &Snapshot,
        input: &Input,
        refusals: &mut Refusals,
    ) {
        let rule = input.clock.as_deref().and_then(|id| self.clock(id));
        let clock = rule.and_then(|rule| {
            case.clocks
                .iter()
                .find(|clock| clock.rule == rule.id && clock.state().is_live())
        });
        let (Some(rule), Some(clock), Some(by)) = (rule, clock, input.by) else {
            refusals.add("case.extend_what", "请选择正在计时的期限，并写明延长多久");
            return;
        };
        let Some(most) = self.longest(almanac, case, &rule.id) else {
            let message = format!("「{}」不能延期", rule.title);
            refusals.add("case.not_extendable", message);
            return;
        };
        let before = clock.events.iter().filter_map(|(_, event)| match event {
            super::ClockEvent::Extended { by, .. } => Some(*by),
            _ => None,
        });
        let fits = before
            .chain([by])
            .try_fold(0_u32, |sum, one| {
                amount(one, most).map(|n| sum.saturating_add(n))
            })
            .zip(amount(most, most))
            .is_some_and(|(sum, most)| sum > 0 && sum <= most);
        refusals.require(
            fits,
            "case.extension_long",
            format!("「{}」累计最多延长 {most}", rule.title),
        );
    }

    /// How much a clock that still runs may be extended in all (最多延长多久): by its definition, else by its law.
    /// `None` when it does not run or may not be extended.
    pub fn longest(&self, almanac: &Almanac<'_>, case: &Snapshot, rule: &str) -> Option<Length> {
        let rule = self.clock(rule)?;
        let clock = case
            .clocks
            .iter()
            .find(|clock| clock.rule == rule.id && clock.state().is_live())?;
        let by_law = match rule.length_in(case.grade.as_deref()) {
            Some(LengthRule::Law { law }) => almanac
                .clause(law, clock.started().shanghai_date())
                .ok()
                .and_then(|clause| clause.extension)
                .map(|period| Length::Period { period }),
            _ => None,
        };
        rule.extension.map(Length::from).or(by_law)
    }

    fn check_call(&self, input: &Input, refusals: &mut Refusals) {
        refusals.require(
            input
                .call
                .as_ref()
                .is_some_and(|call| !call.whom.is_empty()),
            "case.call_whom",
            "请写明回访了谁、是否解决、是否满意",
        );
    }

    fn check_closing(
        &self,
        case: &Snapshot,
        row: &VerbRow,
        who: &Who,
        input: &Input,
        refusals: &mut Refusals,
    ) {
        let closing = input.closing.as_deref().and_then(|code| self.closing(code));
        let Some(closing) = closing else {
            let known: Vec<&str> = self.closing.iter().map(|one| one.title.as_str()).collect();
            let message = format!("请选择办结结论：{}", known.join("、"));
            refusals.add("case.closing_code", message);
            return;
        };
        refusals.require(
            closing.to.is_some() || row.to.is_some(),
            "case.closing_code",
            format!("「{}」不能在这一步选用", closing.title),
        );
        self.closing_faults(case, &closing.under(input.terms), refusals);
        self.check_reviewer(case, closing, who, refusals);
    }

    fn check_reviewer(
        &self,
        case: &Snapshot,
        closing: &Closing,
        who: &Who,
        refusals: &mut Refusals,
    ) {
        let grade = case.grade.as_deref().unwrap_or("");
        let Some(id) = closing.level_by_grade.get(grade) else {
            return;
        };
        let desk = self
            .level_index(id)
            .and_then(|level| case.ladder.get(level))
            .map(|one| &one.desk);
        let reaches = desk
            .zip(who.place.as_ref())
            .is_some_and(|(desk, place)| desk.is_within(place));
        refusals.require(
            reaches || who.program,
            "case.reviewer",
            format!(
                "{}等级须由{}复核后办结",
                self.grade_title(grade),
                self.relation_title(id)
            ),
        );
    }
}

/// What another room owns is done on that room's page.
fn check_room(row: &VerbRow, room: Option<&str>, refusals: &mut Refusals) {
    refusals.require(
        row.owned_by.is_none() || row.owned_by.as_deref() == room,
        "case.owned",
        format!("「{}」请在预警页面办理，预警和办件要一起变", row.title()),
    );
}

/// How much `length` is in the unit of `like`; `None` when the units differ.
fn amount(length: Length, like: Length) -> Option<u32> {
    match (length, like) {
        (Length::Duty { minutes }, Length::Duty { .. })
        | (Length::Minutes { minutes }, Length::Minutes { .. }) => Some(minutes),
        (Length::Period { period }, Length::Period { period: like }) => match (period, like) {
            (Period::Days(n, kind), Period::Days(_, same)) if kind == same => Some(n),
            (Period::Months(n), Period::Months(_)) | (Period::Years(n), Period::Years(_)) => {
                Some(n)
            }
            _ => None,
        },
        _ => None,
    }
}

/// A step that goes with a letter is not done before the letter is.
fn demand_letter(case: &Snapshot, row: &VerbRow, refusals: &mut Refusals) {
    let count = |of: fn(&super::evidence::LetterCount) -> u32| -> u32 {
        row.letters
            .iter()
            .filter_map(|id| case.letters.get(id))
            .map(of)
            .sum()
    };
    let title = row.title();
    match row.letter {
        LetterDemand::Offered | LetterDemand::Drafts => {}
        LetterDemand::Issued => refusals.require(
            count(|one| one.issued) > 0,
            "case.letter_missing",
            format!("「{title}」要先签发文书，请在本件的“文书”里拟写"),
        ),
        LetterDemand::Served => refusals.require(
            count(|one| one.served) > 0,
            "case.letter_missing",
            format!("「{title}」要先签发文书并登记送达，请在本件的“文书”里办理"),
        ),
    }
}
