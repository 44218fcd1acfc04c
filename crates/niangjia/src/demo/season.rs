//! The demo's leader finds a season announced, where one is due, and the reports of the last week on file.

use kernel::Date;
use store::{Actor, Db};
use union::access::{Capability, CapabilitySet};
use union::arrears::{ArrearsError, daily, rulesets};
use union::cases;

/// Days whose reports are on file.
const REPORTS: i64 = 7;

/// Announces the season of the day and files the reports of the days before.
pub fn announce(db: &Db, actor: &Actor, today: Date) -> anyhow::Result<()> {
    let may: CapabilitySet = [Capability::WarningCommand].into_iter().collect();
    db.write(actor, |tx| {
        let due = cases::seasons(tx, tx.now())?;
        let due = due.iter().find(|one| one.definition.header.holds_on(today));
        if let Some(season) = due {
            let id = &season.definition.header.id;
            cases::announce(tx, may, id, true, "演示：按年度工作安排启动")?;
        }
        Ok::<_, ArrearsError>(())
    })?;
    for back in (1..=REPORTS).rev() {
        let day = super::plan::plus_days(today, -back);
        db.write(actor, |tx| {
            if rulesets::in_force(tx, day).is_ok() && day < tx.today() {
                daily::file(tx, day)?;
            }
            Ok::<_, ArrearsError>(())
        })?;
    }
    Ok(())
}
