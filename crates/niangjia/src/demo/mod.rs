//! The demo district (演示区): real divisions, made-up people.
//!
//! First the whole district is decided on paper (`plan`), by seed and day alone; then it is poured into an
//! empty store day by day through the rooms' own actions (`pour`), so that everything the program shows was
//! written the way it is written in life. The same seed and day give the same district.

mod accounts;
pub mod begun;
mod codes;
mod dice;
mod goal;
mod notebook;
mod office;
mod options;
mod person;
mod plan;
mod pour;
mod progress;
mod season;
mod words;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use kernel::region::District;
use kernel::{Date, DistrictCode, FixedClock, Instant, SeededIds};
use store::jobs::run_jobs_until_idle;
use store::{Actor, Db};
use union::exchange::Desk;
use web::Rules;

use crate::config::Home;
use crate::system::System;
use crate::{background, marker, open, setup};
use begun::{Begun, State};
use plan::{Places, Plan};
use pour::Pour;
use progress::Progress;

pub use accounts::greeting;
pub use options::{MEMBERS, MONTHS, SEED};

/// What `niangjia demo` was asked for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Folder.
    pub dir: PathBuf,
    /// District code.
    pub district: String,
    /// Members.
    pub members: usize,
    /// Employers, or as many as suit the members.
    pub employers: Option<usize>,
    /// Months of history.
    pub months: usize,
    /// Seed.
    pub seed: u64,
    /// The day it is made for.
    pub today: Date,
    /// Address to listen on, kept in the new folder's settings, when another than usual was asked for.
    pub listen: Option<String>,
    /// Draw no bar.
    pub quiet: bool,
}

/// A demo district that is ready.
pub struct Demo {
    /// Its folder.
    pub home: Home,
    /// Its database, on the system's clock.
    pub db: Db,
}

/// Open the folder's demo district; make it first if it is not there.
///
/// # Errors
/// The folder holds something else, or cannot be written.
pub fn ready(wish: &Wish, system: &System) -> anyhow::Result<Demo> {
    let demo = match begun::state(&wish.dir) {
        State::None if Home::exists(&wish.dir) => {
            let home = Home::load(&wish.dir)?;
            let db = open::database(&home, system)?;
            if marker::read(&home, &db)?.is_none() {
                bail!(
                    "{} 里是正式数据，不能用作演示区；请换一个文件夹",
                    wish.dir.display()
                );
            }
            Some(Demo { home, db })
        }
        State::Done => finished(&wish.dir, system)?,
        State::None | State::Half => None,
    };
    if let Some(demo) = demo {
        demo.home.put_definitions_in_force()?;
        return Ok(demo);
    }
    let begun = Begun::mark(&wish.dir)?;
    let keys = Home::plan(&wish.dir, &wish.district, "", None).map(|home| home.key_file());
    let new_keys = keys.ok().filter(|file| !file.exists());
    let home = match build(wish, system) {
        Ok(home) => home,
        Err(fault) => {
            begun.failed();
            if let Some(file) = new_keys {
                let _ = fs::remove_file(file);
            }
            return Err(fault);
        }
    };
    begun.done()?;
    let db = open::database(&home, system)?;
    Ok(Demo { home, db })
}

/// A demo that is marked as finished; none when its database says otherwise.
fn finished(dir: &Path, system: &System) -> anyhow::Result<Option<Demo>> {
    let home = Home::load(dir)?;
    let db = open::database(&home, system)?;
    let whole = marker::read(&home, &db)?.is_some();
    Ok(whole.then_some(Demo { home, db }))
}

fn build(wish: &Wish, system: &System) -> anyhow::Result<Home> {
    let code = DistrictCode::parse(&wish.district).context("区划代码")?;
    let district = District::in_force(code)
        .with_context(|| format!("没有 {code} 的行政区划；可用 330113（临平）或 330112（临安）"))?;
    let mut home = Home::plan(
        &wish.dir,
        &wish.district,
        &options::federation(&district.name),
        None,
    )?;
    if let Some(listen) = &wish.listen {
        home.config.listen.clone_from(listen);
    }
    goal::write(&home, wish.members, wish.today)?;
    home.put_definitions_in_force()?;
    setup::prepare(&home)?;
    let rules = open::rules(&home, system)?;
    let size = options::size(
        wish.members,
        wish.employers,
        wish.months,
        wish.seed,
        wish.today,
    );
    let plan = Plan::draw(&Places::of(&district), size);
    let progress = if wish.quiet {
        Progress::hidden()
    } else {
        Progress::new(plan.firms.len() + plan.seats.len())
    };
    fill(&home, &rules, &plan, &progress)?;
    progress.done();
    Ok(home)
}

fn fill(home: &Home, rules: &Rules, plan: &Plan, progress: &Progress) -> anyhow::Result<()> {
    let clock = Arc::new(FixedClock::new(Instant::from_shanghai(plan.opening, 8, 0)));
    let ids = Arc::new(SeededIds::new(plan.size.seed));
    let db = open::new_database_with(home, clock.clone(), ids)?;
    let actor = Actor {
        label: "演示数据".to_owned(),
        ..Actor::system(home.district)
    };
    let mut pour = Pour::new(&db, actor.clone(), clock, (plan, rules), progress);
    // Cut short, it is made anew: nothing has to wait for the disk before the marker says that it is whole.
    db.from_nothing(|| {
        setup::open_district(home, &db)?;
        pour.run()?;
        union::coverage::refresh(&db, &actor).context("统计不了最新的覆盖率")?;
        season::announce(&db, &actor, plan.size.today).context("布置不了攻坚季和日报")?;
        notebook::fill(&db, &actor, plan.size.today)?;
        pour.night().context("送不来昨夜的线索")?;
        // What came due while the history was played is done, as a running program would have.
        let desk = Desk::new(db.clone(), home.uploads());
        run_jobs_until_idle(&db, &background::handlers(&desk))
            .context("做不完到期的后台任务")
            .map(drop)
    })?;
    db.write(&actor, |tx| marker::write(tx, &options::marker(&plan.size)))
        .context("写不了演示标记")
}
