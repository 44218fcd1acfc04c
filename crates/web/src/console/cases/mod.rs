//! 办件: everything that has a deadline. The pages draw what the kind's definition says: its fields, its states, and
//! only the verbs that this person may use now.

pub(crate) mod act;
mod alert;
mod back;
pub(crate) mod beside;
pub(crate) mod boxes;
pub(crate) mod clocks;
mod evidence;
mod export;
mod figures;
mod identity;
pub(crate) mod intake;
mod list;
pub(crate) mod part;
mod retention;
pub(crate) mod show;
mod steps;
mod typed;

#[cfg(test)]
mod tests;

use kernel::case_kind::{CaseKind, Field, FieldType};
use kernel::{Fen, MobilePhone};
use union::cases::{self, PartyLine};

use crate::shell::{FieldErrors, Problem, Routes};

pub(super) use act::chosen;
pub(super) use boxes::piece;
pub(super) use clocks::clock_words;
pub(crate) use list::readable;
pub(super) use typed::fields;

pub(super) fn routes() -> Routes {
    Routes::new()
        .merge(list::routes())
        .merge(export::routes())
        .merge(intake::routes())
        .merge(figures::routes())
        .merge(show::routes())
        .merge(act::routes())
        .merge(part::routes())
        .merge(retention::routes())
        .merge(identity::routes())
        .merge(evidence::routes())
}

/// One field as a form draws it.
pub(crate) struct Input {
    /// Name in the form: `field.NAME`, so that no field of a kind can collide with one of the page.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) help: String,
    pub(crate) optional: bool,
    pub(crate) kind: FieldType,
    pub(crate) choices: Vec<(String, String)>,
}

impl Input {
    pub(super) fn of(field: &Field, required: bool) -> Self {
        let choices = match field.kind {
            FieldType::Choice => field
                .choices
                .iter()
                .map(|one| (one.clone(), one.clone()))
                .collect(),
            FieldType::Flag => vec![
                ("是".to_owned(), "是".to_owned()),
                ("否".to_owned(), "否".to_owned()),
            ],
            _ => Vec::new(),
        };
        Self {
            name: format!("field.{}", field.name),
            title: field.title.clone(),
            help: match (field.help.is_empty(), field.kind) {
                (true, FieldType::Money) => "单位：元".to_owned(),
                _ => field.help.clone(),
            },
            optional: !required,
            kind: field.kind,
            choices: std::iter::once((String::new(), "请选择".to_owned()))
                .chain(choices)
                .collect(),
        }
    }

    pub(crate) fn is_choice(&self) -> bool {
        matches!(self.kind, FieldType::Choice | FieldType::Flag)
    }
    fn is_long(&self) -> bool {
        self.kind == FieldType::Long
    }
    fn is_date(&self) -> bool {
        self.kind == FieldType::Date
    }
    fn is_number(&self) -> bool {
        matches!(
            self.kind,
            FieldType::Integer | FieldType::Money | FieldType::Phone
        )
    }
}

/// Every refusal at the box that mends it: a field by its title within 「」, anything else by its code or the beginning
/// of its code. What no box mends stands in the summary alone.
pub(super) fn located(
    problem: &Problem,
    inputs: &[Input],
    codes: &[(&str, &str)],
    beginnings: &[(&str, &str)],
) -> FieldErrors {
    if problem.field.is_some() || problem.refusals.is_empty() {
        return FieldErrors::from_problem(problem);
    }
    let mut errors = FieldErrors::none();
    for refusal in &problem.refusals {
        let of_field = [
            "case.field",
            "case.field_missing",
            "case.field_not_here",
            "case.above",
            "case.date",
            "case.letter_says",
        ];
        let input = inputs
            .iter()
            .filter(|_| of_field.contains(&refusal.code))
            .find(|one| refusal.message.contains(&format!("「{}」", one.title)));
        let code = codes.iter().find(|(code, _)| *code == refusal.code);
        let begins = beginnings
            .iter()
            .find(|(begins, _)| refusal.code.starts_with(begins));
        let name = match input {
            Some(input) => input.name.as_str(),
            None => code.or(begins).map_or("", |(_, name)| *name),
        };
        errors.add(name, refusal.message.clone());
    }
    errors
}

/// A value as a page shows it. Phones stay masked: who handles the case calls from the file of the person. Beside people
/// whose names are masked until somebody gives a reason, a field that names one of them is masked like them.
pub(crate) fn shown(field: &Field, value: &str, people: &[PartyLine]) -> String {
    let hidden = people.iter().any(|one| one.secret || one.name.is_some());
    match field.kind {
        FieldType::Text if field.personal && hidden => cases::masked(value),
        FieldType::Money => {
            Fen::parse_yuan(value).map_or_else(|_| value.to_owned(), |fen| format!("{fen} 元"))
        }
        FieldType::Phone => {
            MobilePhone::parse(value).map_or_else(|_| String::new(), |phone| phone.masked())
        }
        _ => value.to_owned(),
    }
}

/// Class of the badge of a state.
fn badge(kind: &CaseKind, state: &str) -> (&'static str, &'static str) {
    if kind.is_ended(state) {
        ("lv lv-g", "s-ok")
    } else if kind.first_state() == state {
        ("lv lv-y", "s-yel")
    } else {
        ("lv lv-b", "s-blu")
    }
}
