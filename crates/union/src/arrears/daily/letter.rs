//! The report as a document of the union: numbered, drafted from the report, issued by a person.

use kernel::ids::LetterId;
use kernel::{Date, Fen};
use store::Tx;

use super::{Daily, Listed, filed, of_day};
use crate::arrears::ArrearsError;
use crate::arrears::daily::model::{ClockItem, Item};
use crate::letters::{self, LetterError, NewLetter, Supplied};
use crate::orgs;

/// Its template.
const TEMPLATE: &str = "letters.arrears_daily";
/// Lines of each list that go into the document; it is one page.
const LINES: usize = 8;

/// Drafts the document of a day in the name of the caller's own union.
///
/// # Errors
/// The union issues no documents; the day is to come; there is no such template here.
pub fn draft(tx: &mut Tx, day: Date) -> Result<LetterId, ArrearsError> {
    let organ = orgs::top(tx)?.ok_or(ArrearsError::NotFound)?;
    let daily = match filed(tx, day)? {
        Some(filed) => filed.daily,
        None => of_day(tx, day)?,
    };
    let new = NewLetter {
        supplied: supplied(&daily, &organ.name),
        ..NewLetter::new(TEMPLATE, organ.id)
    };
    letters::draft(tx, &new).map_err(room)
}

/// A refusal of the letters room in the words of this one.
fn room(fault: LetterError) -> ArrearsError {
    match fault {
        LetterError::Store(fault) => ArrearsError::Store(fault),
        LetterError::Org(fault) => ArrearsError::Org(fault),
        other => {
            let refusal = kernel::Refusal {
                code: "daily.letter",
                message: other.to_string(),
            };
            ArrearsError::Refused(kernel::Refusals(vec![refusal]))
        }
    }
}

fn supplied(daily: &Daily, organ: &str) -> Supplied {
    let words = |what: &str| format!("{} 处置日报的{what}", daily.day);
    let count = |count: usize| count.to_string();
    let values = [
        ("reader", format!("{organ}领导"), "报送对象"),
        ("on", daily.day.to_string(), "日期"),
        ("red", daily.from_top(0).to_string(), "红色件数"),
        ("yellow", daily.from_top(1).to_string(), "黄色件数"),
        ("blue", daily.from_top(2).to_string(), "蓝色件数"),
        ("opened", count(daily.opened.count), "新增件数"),
        ("closed", count(daily.closed.count), "销号件数"),
        ("overdue", count(daily.overdue.count), "超时件数"),
        ("people", daily.people.to_string(), "涉及职工"),
        ("amount", daily.owed().plain(), "涉及金额"),
        ("paid", Fen(daily.paid).plain(), "当日支付凭证合计"),
        ("matters", matters(daily).join("\n"), "新增、升级和超时事项"),
        ("next", next(daily).join("\n"), "次日到期"),
    ];
    values
        .into_iter()
        .fold(Supplied::new(), |known, (name, value, what)| {
            known.with(format!("report.{name}"), value, words(what), None)
        })
}

/// 重点事项: what is new, what rose, what is overdue and who holds it, one line each.
fn matters(daily: &Daily) -> Vec<String> {
    let mut lines = Vec::new();
    add(&mut lines, &daily.opened, |item| said(item, "新增"));
    add(&mut lines, &daily.risen, |item| said(item, "升级"));
    add(&mut lines, &daily.overdue, |clock| {
        format!(
            "{}：{}超时，责任人{}。",
            clock.name, clock.duty, clock.holder
        )
    });
    add(&mut lines, &daily.handed_over, |one| {
        format!("{}：{}。", one.item.name, one.item.note)
    });
    add(&mut lines, &daily.unasked, |clock| {
        format!(
            "{}：已移交，逾期没有问清结果，责任人{}。",
            clock.name, clock.holder
        )
    });
    add(&mut lines, &daily.unpushed, |item| {
        format!("{}：还没有人社部门回执。", item.name)
    });
    lines
}

/// 明日安排: what falls due, one line each; a quiet day says so.
fn next(daily: &Daily) -> Vec<String> {
    let mut lines = Vec::new();
    add(&mut lines, &daily.due, |clock: &ClockItem| {
        format!("{}：{}，{}。", clock.name, clock.duty, clock.holder)
    });
    if lines.is_empty() {
        lines.push("没有到期事项，继续跟踪在办预警。".to_owned());
    }
    lines
}

fn add<T>(lines: &mut Vec<String>, list: &Listed<T>, say: impl Fn(&T) -> String) {
    lines.extend(list.items.iter().take(LINES).map(say));
    let rest = list.count.saturating_sub(LINES);
    if rest > 0 {
        lines.push(format!("其余 {rest} 件见日报。"));
    }
}

fn said(item: &Item, what: &str) -> String {
    let people = item.people.map(|people| format!("，{people}人"));
    let amount = item.amount.map(|amount| format!("，{}元", Fen(amount)));
    format!(
        "{}（{}）：{what}{}色预警{}{}。",
        item.name,
        item.place,
        item.level,
        people.unwrap_or_default(),
        amount.unwrap_or_default()
    )
}
