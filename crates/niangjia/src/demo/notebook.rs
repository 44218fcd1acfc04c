//! The demo worker's notebook (工薪本): three months of days, overtime and pay, so that the pages have something to add up.
//! It is written through the notebook's own door, as the worker would, and says that it is made up.

use anyhow::Context;
use kernel::Date;
use kernel::ids::AccountId;
use store::{Actor, Db};
use union::access;
use union::notebook::{self, Fields, Month};

use super::plan::plus_days;

/// Whose notebook it is.
const LOGIN: &str = "zhigong";
/// Whole months written down, up to the month before the demo's day.
const MONTHS: usize = 3;
/// Made-up name of the place of work.
const PLACE: &str = "演示单位（虚构）";

/// Fills the notebook.
///
/// # Errors
/// The account is not there, or the notebook refuses something.
pub fn fill(db: &Db, actor: &Actor, today: Date) -> anyhow::Result<()> {
    let own = db.read(actor, |tx| {
        let account: AccountId =
            access::account_by_name(tx, LOGIN)?.context("没有演示职工的账号")?;
        Ok::<_, anyhow::Error>(access::own_actor_of(tx, account)?)
    })?;
    let mut months = vec![Month::of(today).previous()];
    while months.len() < MONTHS {
        let first = months
            .first()
            .map_or(Month::of(today), |month| month.previous());
        months.insert(0, first);
    }
    let mut entries = terms(&months);
    for (at, month) in months.iter().enumerate() {
        entries.extend(days(*month));
        entries.extend(pay(*month, at, today));
    }
    db.write(&own, |tx| {
        for entry in entries {
            let id = tx.new_id();
            let shown = format!("{entry:?}");
            notebook::put(tx, id, entry).with_context(|| shown)?;
        }
        Ok::<_, anyhow::Error>(())
    })
    .context("写不了演示职工的工薪本")
}

fn entry(pairs: &[(&str, &str)]) -> Fields {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// What was promised, and what shows it.
fn terms(months: &[Month]) -> Vec<Fields> {
    let Some(first) = months.first() else {
        return Vec::new();
    };
    let from = first.first().to_string();
    vec![
        entry(&[
            ("kind", "terms"),
            ("day", &from),
            ("employer", PLACE),
            ("job", "演示岗位"),
            ("basis", "month"),
            ("amount", "6000"),
            ("pay_day", "15"),
            ("pay_month", "next"),
        ]),
        entry(&[
            ("kind", "evidence"),
            ("what", "payslip"),
            ("note", "演示：手机里存着工资条"),
        ]),
        entry(&[
            ("kind", "evidence"),
            ("what", "chat"),
            ("note", "演示：和班组长的聊天记录"),
        ]),
    ]
}

/// Eight hours on the days of a week that people work, two hours more on some Thursdays.
fn days(month: Month) -> Vec<Fields> {
    let mut entries = Vec::new();
    let mut day = month.first();
    while day <= month.last() {
        let weekday = day.weekday().to_monday_zero_offset();
        if weekday < 5 {
            let overtime = if weekday == 3 && day.day() > 14 {
                "2"
            } else {
                ""
            };
            let on = day.to_string();
            entries.push(entry(&[
                ("kind", "work"),
                ("day", &on),
                ("hours", "8"),
                ("overtime", overtime),
            ]));
        }
        day = plus_days(day, 1);
    }
    entries
}

/// All months but the last are paid in full on the fifteenth of the next; of the last a part came.
fn pay(month: Month, at: usize, today: Date) -> Option<Fields> {
    let on = plus_days(month.last(), 15);
    let amount = if at + 1 < MONTHS { "6100" } else { "3000" };
    (on <= today).then(|| {
        let (day, of) = (on.to_string(), month.to_string());
        entry(&[
            ("kind", "pay"),
            ("day", &day),
            ("month", &of),
            ("amount", amount),
            ("note", "演示"),
        ])
    })
}
