//! Does a case kind hold together? Every name it uses must exist, every state must be reachable and left, and a
//! clock must have a verb that meets it.

use std::collections::BTreeSet;

use super::bounds::Bound;
use super::case::Relation;
use super::evidence::{EvidenceDemand, LetterDemand};
use super::length::LengthRule;
use super::model::{CaseKind, FieldType, VerbRow};
use super::verb::Effect;
use crate::definitions::Definition;

/// What is wrong with the file, in Chinese.
pub(super) fn check(definition: &Definition) -> Vec<String> {
    match CaseKind::read(definition) {
        Ok(_) => Vec::new(),
        Err(faults) => faults,
    }
}

impl CaseKind {
    /// Reads a definition in `cases/`.
    ///
    /// # Errors
    /// Everything that is wrong with it, in Chinese.
    pub fn read(definition: &Definition) -> Result<Self, Vec<String>> {
        let mut kind: Self = definition.body().map_err(|fault| vec![fault])?;
        kind.id.clone_from(&definition.header.id);
        kind.title.clone_from(&definition.header.title);
        kind.hash.clone_from(&definition.hash);
        let faults = Faults::of(&kind);
        if faults.is_empty() {
            Ok(kind)
        } else {
            Err(faults)
        }
    }
}

struct Faults<'k> {
    kind: &'k CaseKind,
    found: Vec<String>,
}

impl<'k> Faults<'k> {
    fn of(kind: &'k CaseKind) -> Vec<String> {
        let mut faults = Self {
            kind,
            found: Vec::new(),
        };
        faults.lists();
        faults.routes();
        faults.states();
        for row in &kind.verb {
            faults.verb(row);
        }
        faults.clocks();
        faults.found.extend(super::pause::faults(kind));
        faults.found.extend(super::collective::faults(kind));
        faults.limits();
        faults.bounds();
        faults.closings();
        faults.found.extend(kind.own_faults());
        faults.found
    }

    fn need(&mut self, holds: bool, message: impl FnOnce() -> String) {
        if !holds {
            self.found.push(message());
        }
    }

    fn lists(&mut self) {
        let kind = self.kind;
        let mark = !kind.mark.is_empty() && kind.mark.bytes().all(|b| b.is_ascii_uppercase());
        self.need(mark, || "mark 应为大写字母".to_owned());
        self.need(kind.alarm_after > 0, || "alarm_after 不能为零".to_owned());
        for verb in kind.absent.keys() {
            let common = Effect::ALL.iter().any(|one| one.id() == verb);
            let none = kind.verb.iter().all(|row| row.id != *verb);
            self.need(common && none, || {
                format!("absent 里的「{verb}」应是通用动作，且这类事项没有它")
            });
        }
        self.unique("door", kind.door.iter().map(|one| &one.id));
        self.unique("field", kind.field.iter().map(|one| &one.name));
        for field in &kind.field {
            for plain in &field.plain {
                self.need(field.choices.contains(&plain.of), || {
                    format!("栏目 {} 没有名为「{}」的选项", field.name, plain.of)
                });
            }
        }
        self.unique("grade", kind.grade.iter().map(|one| &one.id));
        self.unique("level", kind.level.iter().map(|one| &one.id));
        self.unique("state", kind.state.iter().map(|one| &one.id));
        self.unique("evidence", kind.evidence.iter().map(|one| &one.id));
        for one in &kind.evidence {
            let place = format!("凭证 {}", one.id);
            self.letters(&place, &one.letters);
            self.letters(&place, &one.deliveries);
        }
        self.unique("clock", kind.clock.iter().map(|one| &one.id));
        self.unique("closing", kind.closing.iter().map(|one| &one.code));
        for (list, empty) in [
            ("door", kind.door.is_empty()),
            ("level", kind.level.is_empty()),
            ("state", kind.state.is_empty()),
            ("closing", kind.closing.is_empty()),
        ] {
            self.need(!empty, || format!("至少要有一个 [[{list}]]"));
        }
        for name in kind.matter.iter().filter(|name| !name.starts_with('@')) {
            self.field("matter", name);
        }
        for field in &kind.field {
            let choice = field.kind == super::FieldType::Choice;
            self.need(choice != field.choices.is_empty(), || {
                format!("栏目 {}：choice 要写 choices，其他类型不写", field.name)
            });
            self.need(!field.required || field.intake, || {
                format!(
                    "栏目 {}：必填的栏目要在受理时填写（intake = true）",
                    field.name
                )
            });
        }
        for seal in &kind.seal {
            self.conditions("seal", &seal.when);
        }
        for speaks in &kind.signal {
            self.conditions("signal", &speaks.when);
            self.field("signal", &speaks.employer);
            if let Some(people) = &speaks.people {
                self.field("signal", people);
            }
            if let Some(outer) = &speaks.outer {
                self.field("signal", outer);
            }
            for state in &speaks.not_in {
                let known = kind.state(state).is_some();
                self.need(known, || format!("signal：没有状态「{state}」"));
            }
            for code in &speaks.not_closed {
                let known = kind.closing(code).is_some();
                self.need(known, || format!("signal：没有结论「{code}」"));
            }
        }
    }

    fn unique<'s>(&mut self, list: &str, ids: impl Iterator<Item = &'s String>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            let ascii =
                !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
            self.need(ascii, || {
                format!("[[{list}]]「{id}」只用字母、数字、下划线")
            });
            self.need(seen.insert(id.clone()), || format!("[[{list}]] 重复：{id}"));
        }
    }

    fn field(&mut self, place: &str, name: &str) {
        let known = self.kind.field(name).is_some();
        self.need(known, || format!("{place}：没有名为「{name}」的栏目"));
    }

    fn grade(&mut self, place: &str, id: &str) {
        let known = self.kind.grade_index(id).is_some();
        self.need(known, || format!("{place}：没有名为「{id}」的等级"));
    }

    fn level(&mut self, place: &str, id: &str) {
        let known = self.kind.level_index(id).is_some();
        self.need(known, || format!("{place}：没有名为「{id}」的层级"));
    }

    fn state(&mut self, place: &str, id: &str) {
        let known = self.kind.state(id).is_some();
        self.need(known, || format!("{place}：没有名为「{id}」的状态"));
    }

    fn letters(&mut self, place: &str, ids: &[String]) {
        for id in ids {
            self.need(id.starts_with("letters."), || {
                format!("{place}：文书「{id}」应写成 letters.名称")
            });
        }
    }

    fn evidence(&mut self, place: &str, demands: &[EvidenceDemand]) {
        for demand in demands {
            let known = self.kind.evidence.iter().any(|one| one.id == demand.kind);
            let id = &demand.kind;
            self.need(known, || format!("{place}：没有名为「{id}」的证据"));
            self.need(demand.least > 0, || {
                format!("{place}：证据「{id}」least 至少为 1")
            });
        }
    }

    fn conditions(&mut self, place: &str, when: &std::collections::BTreeMap<String, Vec<String>>) {
        for (name, values) in when {
            self.field(place, name);
            let choices = self
                .kind
                .field(name)
                .map_or(&[][..], |field| &field.choices);
            for value in values {
                let known = choices.is_empty() || choices.contains(value);
                self.need(known, || format!("{place}：「{name}」没有选项「{value}」"));
            }
        }
    }

    fn routes(&mut self) {
        let kind = self.kind;
        for (number, route) in kind.route.iter().enumerate() {
            let place = format!("第 {} 条 [[route]]", number + 1);
            self.level(&place, &route.level);
            self.conditions(&place, &route.when);
            for door in &route.doors {
                let known = kind.door.iter().any(|one| one.id == *door);
                self.need(known, || format!("{place}：没有名为「{door}」的渠道"));
            }
            for grade in &route.grades {
                self.grade(&place, grade);
            }
        }
        let last = kind.route.last().is_some_and(|route| {
            route.when.is_empty() && route.doors.is_empty() && route.grades.is_empty()
        });
        self.need(last, || {
            "最后一条 [[route]] 不能带条件：每件事项都要有去处".to_owned()
        });
    }

    /// Every state but the first is reached, every state that has not ended is left.
    fn states(&mut self) {
        let kind = self.kind;
        let mut reached: BTreeSet<&str> = BTreeSet::from([kind.first_state()]);
        reached.extend(kind.verb.iter().filter_map(|row| row.to.as_deref()));
        reached.extend(
            kind.verb
                .iter()
                .filter_map(|row| row.to_initiator.as_deref()),
        );
        reached.extend(kind.closing.iter().filter_map(|one| one.to.as_deref()));
        reached.extend(kind.clock.iter().filter_map(|one| one.breach_to.as_deref()));
        for state in &kind.state {
            self.need(reached.contains(state.id.as_str()), || {
                format!("没有动作通向状态「{}」", state.id)
            });
            let left = kind.verb.iter().any(|row| {
                row.from.contains(&state.id) && (row.to.is_some() || row.effect() == Effect::Close)
            });
            let any = kind.verb.iter().any(|row| {
                row.from.iter().any(|from| from == "*")
                    && (row.to.is_some() || row.effect() == Effect::Close)
            });
            self.need(state.ended || left || any, || {
                format!("状态「{}」没有出路", state.id)
            });
            self.need(!(state.ended && state.elsewhere), || {
                format!(
                    "状态「{}」不能既办结（ended）又在别处办理（elsewhere）",
                    state.id
                )
            });
            let answered = !state.elsewhere || kind.answer_of_office(&state.id).is_some();
            self.need(answered, || {
                format!(
                    "状态「{}」由别的单位办理，要有登记答复并办结的动作",
                    state.id
                )
            });
            self.need(!state.says.trim().is_empty(), || {
                format!("状态「{}」缺少给当事人看的话（says）", state.id)
            });
        }
    }

    fn verb(&mut self, row: &VerbRow) {
        let kind = self.kind;
        let place = format!("动作 {}", row.id);
        self.need(!row.from.is_empty(), || format!("{place}：缺少 from"));
        for from in row.from.iter().filter(|from| *from != "*") {
            self.state(&place, from);
        }
        for to in row.to.iter().chain(&row.to_initiator) {
            self.state(&place, to);
        }
        for word in row.who() {
            let known = Relation::WORDS.contains(&word) || kind.level_index(word).is_some();
            self.need(known, || format!("{place}：不认识 who「{word}」"));
        }
        for name in row.fields.iter().chain(&row.may_fill) {
            self.field(&place, name);
        }
        for grade in &row.grades {
            self.grade(&place, grade);
        }
        self.conditions(&place, &row.when);
        self.evidence(&place, &row.evidence);
        self.letters(&place, &row.letters);
        self.letters(&place, &row.by_answer);
        let linked = row.letter == LetterDemand::Offered || !row.letters.is_empty();
        self.need(linked, || format!("{place}：写了 letter，要写明 letters"));
        for name in row.from_letter.keys() {
            let asked = row.fields.contains(name) || row.may_fill.contains(name);
            self.need(asked && !row.letters.is_empty(), || {
                format!(
                    "{place}：from_letter 的「{name}」要在 fields 或 may_fill 里，并写明 letters"
                )
            });
        }
        if let Some(within) = &row.within {
            let days = [&within.from, &within.on];
            for name in days {
                self.field(&place, name);
                let asked = row.fields.contains(name) || row.may_fill.contains(name);
                self.need(asked, || {
                    format!("{place}：within 的「{name}」要在 fields 里")
                });
            }
            let law = LengthRule::Law {
                law: within.law.clone(),
            };
            self.length(&place, &law);
        }
        let titled = row.title.is_some() || row.effect() != Effect::Step;
        self.need(titled, || format!("{place}：缺少 title"));
        let same = kind
            .verb
            .iter()
            .filter(|other| {
                other.id == row.id && other.from.iter().any(|from| row.from.contains(from))
            })
            .count();
        self.need(same == 1, || format!("{place}：同一状态写了两行"));
    }

    fn clocks(&mut self) {
        let kind = self.kind;
        for clock in &kind.clock {
            let place = format!("期限 {}", clock.id);
            let timed = clock.length.is_some() || !clock.by_grade.is_empty();
            self.need(timed || clock.is_of_pause(), || {
                format!("{place}：要写 for 或 by_grade")
            });
            self.need(!clock.start.is_empty() && !clock.stop.is_empty(), || {
                format!("{place}：要写从哪个动作开始、由哪个动作完成")
            });
            for key in &clock.start {
                let known = match key.split_once(':') {
                    Some(("@breach", id)) => kind.clock(id).is_some() && id != clock.id,
                    Some(("@end", id)) => kind.is_ended(id),
                    _ => {
                        [
                            "@open",
                            "@grade",
                            super::pause::START,
                            super::collective::START,
                        ]
                        .contains(&key.as_str())
                            || self.is_verb(key)
                    }
                };
                self.need(known, || format!("{place}：没有动作「{key}」"));
            }
            for verb in clock.stop.iter().chain(&clock.retire) {
                let known = self.is_verb(verb);
                self.need(known, || format!("{place}：没有动作「{verb}」"));
            }
            for one in &clock.by_grade {
                self.grade(&place, &one.grade);
                self.length(&place, &one.length);
            }
            if let Some(length) = &clock.length {
                self.length(&place, length);
            }
            if let Some(level) = &clock.level {
                self.level(&place, level);
            }
            if let Some(field) = &clock.from_field {
                self.field(&place, field);
            }
            for state in clock.breach_from.iter().chain(&clock.breach_to) {
                self.state(&place, state);
            }
            for state in &clock.lasts {
                self.state(&place, state);
                let counted = kind.is_ended(state) && clock.from_field.is_some();
                self.need(counted, || {
                    format!("{place}：lasts 只写办结的状态，并且要有 from_field")
                });
            }
            self.conditions(&place, &clock.when);
        }
    }

    fn length(&mut self, place: &str, length: &LengthRule) {
        match length {
            LengthRule::Plain(span) => {
                self.need(span.length > 0, || format!("{place}：length 不能为零"));
            }
            LengthRule::Until { until } => self.field(place, until),
            LengthRule::Law { law } => {
                self.need(law.starts_with("clocks."), || {
                    format!("{place}：law 应为 clocks. 开头的期限定义")
                });
            }
        }
    }

    fn is_verb(&self, id: &str) -> bool {
        self.kind.verb.iter().any(|row| row.id == id)
    }

    fn limits(&mut self) {
        let kind = self.kind;
        for limit in &kind.limit {
            let place = format!("上限 {}", limit.part);
            self.field(&place, &limit.part);
            self.field(&place, &limit.of);
            let type_of = |name: &str| kind.field(name).map(|field| field.kind);
            let counted = matches!(
                type_of(&limit.part),
                Some(FieldType::Integer | FieldType::Money)
            );
            let alike = counted && type_of(&limit.part) == type_of(&limit.of);
            self.need(alike && limit.part != limit.of, || {
                format!("{place}：part、of 应是两个整数栏目或者两个金额栏目")
            });
            self.need(!limit.remedy.trim().is_empty(), || {
                format!("{place}：缺少改正办法（remedy）")
            });
        }
        for share in kind.closing.iter().filter_map(|one| one.share.as_ref()) {
            let bound = kind
                .limit
                .iter()
                .any(|limit| limit.part == share.part && limit.of == share.of);
            self.need(bound, || {
                format!("比例 {}/{} 没有写上限（[[limit]]）", share.part, share.of)
            });
        }
    }

    fn bounds(&mut self) {
        let kind = self.kind;
        for bound in &kind.bound {
            let place = format!("日期范围 {}", bound.field);
            let dated = |name: &str| kind.field(name).map(|one| one.kind) == Some(FieldType::Date);
            self.need(dated(&bound.field), || format!("{place}：应是日期栏目"));
            self.need(bound.ends().next().is_some(), || {
                format!("{place}：要写 not_before 或 not_after")
            });
            for end in bound.ends() {
                let known = match Bound::names(end) {
                    None => true,
                    Some(Ok(clock)) => kind.clock(clock).is_some(),
                    Some(Err(field)) => dated(field) && field != bound.field,
                };
                self.need(known, || {
                    format!("{place}：「{end}」应是 @today、@done:期限 或另一个日期栏目")
                });
            }
        }
        for one in &kind.distinct {
            let place = format!("distinct {}", one.fields.join("、"));
            for name in &one.fields {
                self.field(&place, name);
            }
            self.need(one.fields.len() > 1, || format!("{place}：至少两个栏目"));
            self.need(!one.remedy.trim().is_empty(), || {
                format!("{place}：缺少改正办法（remedy）")
            });
        }
        let people = kind.field.iter().filter(|field| field.person);
        let texts = people.clone().all(|field| field.kind == FieldType::Text);
        self.need(people.count() <= 1 && texts, || {
            "person 只能写在一个 text 栏目上".to_owned()
        });
    }

    fn closings(&mut self) {
        let kind = self.kind;
        for closing in &kind.closing {
            let place = format!("结论 {}", closing.code);
            self.evidence(&place, &closing.evidence);
            if let Some(to) = &closing.to {
                self.state(&place, to);
            }
            if let Some(share) = &closing.share {
                self.field(&place, &share.part);
                self.field(&place, &share.of);
                let listed = kind.evidence.iter().any(|one| one.id == share.rest);
                self.need(listed, || {
                    format!("{place}：没有名为「{}」的证据", share.rest)
                });
                self.need((1..=100).contains(&share.percent), || {
                    format!("{place}：percent 应在 1 至 100 之间")
                });
            }
            for name in &closing.fields {
                self.field(&place, name);
            }
            self.conditions(&place, &closing.when);
            for (grade, level) in &closing.level_by_grade {
                self.grade(&place, grade);
                self.level(&place, level);
            }
            self.need(!closing.wording.trim().is_empty(), || {
                format!("{place}：缺少答复用语（wording）")
            });
        }
    }
}
