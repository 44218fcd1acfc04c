//! What the desks do about alerts: by the clocks of each colour, in time or late, to the end or not yet.

use kernel::{Date, Instant};
use union::arrears::alerts::Alert;
use union::arrears::desk::{self, DeskFilter};
use union::arrears::{ArrearsError, alerts, rulesets};

use super::deeds::{Act, By, Deed, HANDED_OVER};
use super::{File, Office, Task, time, workday};
use crate::demo::plan::{Course, Handover, plus_days};

/// Alerts looked at on one morning.
const MOST: usize = 500;
/// Working days that somebody who is late is late.
const LATE: u32 = 2;
/// Days after which a closing that was refused is tried again.
const TRY_AGAIN: i64 = 7;

/// Whom call-backs reach: no names.
const WORKERS: [&str; 2] = ["职工甲", "职工乙"];

impl Office<'_> {
    /// New alerts and risen ones are planned for; a lower colour that the rules propose is decided upon.
    pub(super) fn look(&mut self) -> anyhow::Result<()> {
        let found = self.db.read(&self.system, |tx| {
            let today = tx.today();
            if rulesets::in_force(tx, today).is_err() {
                return Ok(Vec::new());
            }
            let mut found = Vec::new();
            for line in desk::page(tx, &DeskFilter::default(), None, MOST)? {
                let known = self.alerts.get(&line.id).and_then(|at| self.files.get(*at));
                let same = known.is_some_and(|file| file.rank == line.level.rank);
                if !same || line.proposed.is_some() {
                    found.push(alerts::get(tx, line.id)?);
                }
            }
            Ok::<_, ArrearsError>(found)
        })?;
        for alert in found {
            self.news(&alert)?;
        }
        Ok(())
    }

    fn news(&mut self, alert: &Alert) -> anyhow::Result<()> {
        let now = self.db.clock().now();
        let at = match self.alerts.get(&alert.id) {
            Some(at) => *at,
            None => self.take_on(alert),
        };
        let Some(file) = self.files.get_mut(at) else {
            return Ok(());
        };
        if file.rank < alert.rank {
            file.rank = alert.rank;
            file.turn += 1;
            file.case = alert.case;
            self.respond(at, alert);
        } else if let Some(proposed) = &alert.proposed {
            // To nothing is no fall: the alert is closed on its conditions, in its time.
            let decided = file.rank == 0 || proposed.is_empty() || file.course == Course::Neglected;
            file.rank = alert.rank;
            if !decided
                && alert
                    .proposed_at
                    .is_some_and(|at| at.plus(super::DAY) > now)
            {
                self.falls(at, now.shanghai_date(), alert);
            }
        } else {
            file.rank = alert.rank;
        }
        Ok(())
    }

    /// The lower colour is followed, and looked after by its own clocks.
    fn falls(&mut self, at: usize, day: Date, alert: &Alert) {
        let on = workday(day, 1);
        self.later(time(on, 0, (10, 40)), at, closer(alert), Act::Fall);
        let phone = Deed::of("contact").note("电话了解近况，工资按约定发放");
        self.later(time(on, 0, (14, 20)), at, By::Village, phone);
        let seen = Deed::of("visit").note("回访单位，核对最近一个月工资");
        self.later(time(on, 1, (9, 50)), at, By::Village, seen);
    }

    /// A file for a new alert.
    fn take_on(&mut self, alert: &Alert) -> usize {
        let firm = self.firms.get(alert.title.as_str()).copied();
        let area = firm.and_then(|at| self.plan.firms.get(at)?.area);
        let course = self.course(firm);
        self.files.push(File {
            case: alert.case,
            alert: Some(alert.id),
            desk: self.staff.desk(self.plan, area.unwrap_or(0)),
            turn: 0,
            receipt: String::new(),
            course,
            firm,
            rank: -1,
        });
        let at = self.files.len() - 1;
        self.alerts.insert(alert.id, at);
        at
    }

    /// How it goes: as the plan says; else by what really came of it.
    fn course(&mut self, firm: Option<usize>) -> Course {
        let Some(firm) = firm else {
            return Course::InHand;
        };
        if let Some(course) = self.plan.courses.get(&firm) {
            return *course;
        }
        let confirmed = |kind: &str| {
            let mut about = self.plan.traces.iter().filter(|trace| trace.firm == firm);
            about.any(|trace| trace.kind == kind)
        };
        let owed = confirmed("arrears_confirmed");
        match self.dice.below(100) {
            0..20 => Course::Late,
            _ if owed => Course::Paid,
            20..50 => Course::Mistaken,
            _ => Course::Calm,
        }
    }

    /// The day on which the wages of an employer are paid, if that is known.
    fn settled_on(&self, firm: Option<usize>, after: Date) -> Option<Date> {
        let firm = firm?;
        let paid = |kind: &str, fields: &[(&str, i64)]| {
            kind == "wage_overdue" && fields.contains(&("days", 0))
        };
        let mut about = self.plan.traces.iter().filter(|one| one.firm == firm);
        let day = about.find(|one| one.day > after && paid(one.kind, &one.fields));
        day.map(|one| one.day)
    }

    /// Plans what is done about an alert at its colour.
    fn respond(&mut self, at: usize, alert: &Alert) {
        let Some(file) = self.files.get(at) else {
            return;
        };
        let course = file.course;
        if course == Course::Neglected {
            return;
        }
        let day = self.db.clock().now().shanghai_date();
        let start = match course {
            Course::Late if alert.rank < RED => workday(day, LATE),
            _ => day,
        };
        match alert.rank {
            0 => self.blue(at, start),
            1 => self.yellow(at, start),
            _ => self.red(at, start),
        }
        if course == Course::Pushed && alert.rank >= RED {
            self.later(time(day, 0, (11, 10)), at, By::District, Act::Push);
        }
        match course {
            Course::Mistaken => self.mistaken(at, start, alert),
            Course::Calm => self.calm(at, start, alert),
            Course::Paid | Course::Late => self.ends(at, start, alert),
            Course::InHand | Course::Pushed => self.goes_on(at, start, alert),
            Course::HandedOver(_) => {
                let by = closer(alert);
                self.later(time(start, 3, (10, 50)), at, by, Act::Close(HANDED_OVER));
            }
            Course::Neglected => {}
        }
    }

    fn blue(&mut self, at: usize, day: Date) {
        let phone = self.dice.word(&[
            "电话联系到负责人，称近期发薪正常，约好上门看工资表",
            "电话联系单位人事，说明来意，约定走访时间",
            "与负责人通话，称货款回笼慢，下周一定发薪",
        ]);
        let seen = self.dice.word(&[
            "到单位查看工资表和考勤，向三名职工了解情况",
            "与班组长和职工座谈，查看上月银行代发明细",
            "实地查看生产情况，机器正常开动，在岗人数与名册相符",
        ]);
        let by = self.answers(at, 0);
        self.later(time(day, 0, (9, 20)), at, by, Deed::of("accept"));
        self.later(
            time(day, 0, (14, 10)),
            at,
            By::Village,
            Deed::of("contact").note(phone),
        );
        self.later(
            time(day, 2, (10, 0)),
            at,
            By::Village,
            Deed::of("visit")
                .note(seen)
                .proof("visit_record", "走访记录表，双方签字"),
        );
        let confirmed = Deed::of("confirm").note("听取村社工会汇报，与走访记录核对");
        self.later(time(day, 3, (15, 0)), at, By::Town, confirmed);
        for month in 1..5 {
            let review = Deed::of("review").note("月度研判：线索未增加，继续关注");
            self.later(time(day, month * 18, (16, 0)), at, By::District, review);
        }
    }

    fn yellow(&mut self, at: usize, day: Date) {
        let met = self.dice.word(&[
            "约谈法定代表人，要求三日内拿出支付方案",
            "约谈负责人和财务，核对欠薪名册，明确支付时间",
        ]);
        let by = self.answers(at, 1);
        self.later(time(day, 0, (8, 50)), at, by, Deed::of("accept"));
        let seen = Deed::of("visit")
            .note("到单位了解欠薪原因，查看工资表")
            .proof("visit_record", "走访记录表，负责人签字");
        self.later(time(day, 0, (9, 50)), at, By::Village, seen);
        self.counted(at, time(day, 0, (15, 0)), By::Village);
        self.later(time(day, 1, (9, 40)), at, by, Deed::of("meet").note(met));
    }

    /// Who answers at a colour: the village, the town; where the first clocks were missed, the desk above.
    fn answers(&self, at: usize, rank: i64) -> By {
        let late = self
            .files
            .get(at)
            .is_some_and(|file| file.course == Course::Late);
        match (rank, late) {
            (0, false) => By::Village,
            (1, true) => By::District,
            _ => By::Town,
        }
    }

    fn red(&mut self, at: usize, day: Date) {
        let told =
            Deed::of("notify").proof("notice_record", "电话通报派出所、人社所和村社，已记录");
        self.later(time(day, 0, (8, 40)), at, By::Town, told);
        self.later(time(day, 0, (8, 46)), at, By::Town, Deed::of("accept"));
        let command = Deed::of("command").note("启动区级指挥，镇街牵头，人社、公安到场");
        self.later(time(day, 0, (8, 55)), at, By::District, command);
        let seen = Deed::of("visit")
            .note("到现场稳定职工情绪，核对欠薪名册")
            .proof("visit_record", "现场走访记录，附照片目录");
        self.later(time(day, 0, (9, 30)), at, By::Village, seen);
        self.counted(at, time(day, 0, (10, 30)), By::Town);
        let report = Deed::of("report").proof("report", "欠薪情况书面报告");
        self.later(time(day, 0, (15, 40)), at, By::District, report);
        let summary = Deed::of("summary").note("24 小时小结：职工情绪稳定，方案正在商定");
        self.later(time(day, 0, (17, 10)), at, By::District, summary);
    }

    /// Who is owed how much, as the signals and the roll say.
    fn counted(&mut self, at: usize, when: Instant, by: By) {
        let (workers, amount) = self.owed(at);
        let counted = Deed::of("list_workers")
            .field("workers", workers.to_string())
            .field("amount", amount.to_string());
        self.later(when, at, by, counted);
    }

    /// Workers and yuan.
    fn owed(&self, at: usize) -> (i64, i64) {
        let firm = self.files.get(at).and_then(|file| file.firm);
        let heads = firm.and_then(|at| self.plan.firms.get(at));
        let workers = heads.map_or(8, |firm| (firm.headcount / 3).clamp(6, 40));
        (workers, workers * 6_800)
    }

    /// The plan of payment, until a day.
    fn agreed(&mut self, at: usize, day: Date, until: Date) {
        let by = self.payer(at);
        let (workers, amount) = self.owed(at);
        let plan = Deed::of("agree_plan")
            .field("workers", workers.to_string())
            .field("amount", amount.to_string())
            .field("plan_until", until.to_string())
            .proof("plan", "盖章的支付方案，列明人数、金额、日期");
        self.later(time(day, 2, (14, 30)), at, by, plan);
    }

    /// Who writes down plans and payments.
    fn payer(&self, at: usize) -> By {
        let rank = self.files.get(at).map_or(0, |file| file.rank);
        match self.answers(at, rank) {
            By::District => By::District,
            _ => By::Town,
        }
    }

    /// The money comes, part by part.
    fn paid(&mut self, at: usize, part: Date, whole: Date) {
        let by = self.payer(at);
        let (workers, amount) = self.owed(at);
        let some = Deed::of("pay")
            .field("workers_paid", (workers / 2).to_string())
            .field("amount_paid", (amount / 2).to_string())
            .proof("payment_proof", "银行代发明细（第一批）")
            .of_yuan(amount / 2);
        self.later(time(part, 0, (11, 0)), at, by, some);
        let all = Deed::of("paid")
            .field("workers", workers.to_string())
            .field("workers_paid", workers.to_string())
            .field("amount_paid", amount.to_string())
            .proof("payment_proof", "银行代发明细，名册全部付清")
            .of_yuan(amount - amount / 2);
        self.later(time(whole, 0, (15, 20)), at, by, all);
    }

    /// Two workers are called back, by somebody who did not handle it.
    fn called(&mut self, at: usize, day: Date) {
        for (whom, (days, hour)) in WORKERS.into_iter().zip([(1, 10), (2, 14)]) {
            let call = Deed::call(whom, true, true);
            self.later(time(day, days, (hour, 20)), at, By::Review, call);
        }
    }

    /// The rule was wrong.
    fn mistaken(&mut self, at: usize, day: Date, alert: &Alert) {
        let by = closer(alert);
        self.later(time(day, 4, (11, 20)), at, by, Act::Close("false_alarm"));
    }

    /// Nothing was owed: quiet for the days of the colour, then closed.
    fn calm(&mut self, at: usize, day: Date, alert: &Alert) {
        self.called(at, workday(day, 5));
        self.quiet_then(at, day, alert, "no_arrears");
    }

    /// Wages were owed: agreed, paid, called back, quiet, closed. What was no wages is called back and closed.
    fn ends(&mut self, at: usize, day: Date, alert: &Alert) {
        let firm = self.files.get(at).and_then(|file| file.firm);
        let Some(paid) = self.settled_on(firm, day) else {
            return self.calm(at, day, alert);
        };
        let whole = workday(paid.max(workday(day, 4)), 0);
        self.agreed(at, day, workday(whole, 2));
        self.paid(at, workday(day, 3), whole);
        self.called(at, whole);
        let code = self.dice.word(&["turnover", "orders", "turnover"]);
        self.quiet_then(at, whole, alert, code);
    }

    /// Not at its end: agreed where wages are owed, paid in time as far as that has come.
    fn goes_on(&mut self, at: usize, day: Date, alert: &Alert) {
        if alert.rank == 0 {
            return;
        }
        let until = workday(day, 20);
        self.agreed(at, day, until);
        let whole = workday(day, 13);
        self.paid(at, workday(day, 6), whole);
        self.called(at, whole);
        self.quiet_then(at, whole, alert, "turnover");
    }

    fn quiet_then(&mut self, at: usize, day: Date, alert: &Alert, code: &'static str) {
        let quiet = match alert.rank {
            0 => 31,
            1 => 61,
            _ => 91,
        };
        let ripe = workday(plus_days(day, quiet), 2);
        self.later(
            Instant::from_shanghai(ripe, 10, 20),
            at,
            closer(alert),
            Act::Close(code),
        );
    }

    /// The office that has the matter now is asked in time, by those who think of it.
    pub(super) fn asks(&mut self, task: &Task) {
        let file = self.files.get(task.file);
        let course = file.map(|file| file.course);
        if course != Some(Course::HandedOver(Handover::Answered)) {
            return;
        }
        let today = self.db.clock().today();
        let asked = Deed::of("office_pending").note("电话问过，已经立案，正在调查");
        self.later(time(today, 8, (10, 10)), task.file, task.by, asked);
        let answered = Deed::of("office_answer")
            .note("收到书面答复，单位已按责令付清")
            .field("office_result", "已责令支付")
            .field("office_no", format!("演示责改〔{}〕第 26 号", today.year()));
        self.later(time(today, 15, (15, 10)), task.file, task.by, answered);
    }

    /// A closing that came too early is tried again; everything else is left as it is.
    pub(super) fn again(&mut self, task: &Task, why: &str) {
        let Act::Close(code) = task.act else { return };
        let today = self.db.clock().today();
        if why.starts_with("alert.not_quiet") {
            let day = plus_days(today, TRY_AGAIN);
            self.later(time(day, 0, (10, 30)), task.file, task.by, Act::Close(code));
        } else if why.starts_with("case.not_yours") && task.by != By::District {
            // It climbed: whoever answers for it now closes it.
            self.later(
                time(today, 1, (9, 40)),
                task.file,
                By::District,
                Act::Close(code),
            );
        }
    }
}

/// Rank of the highest colour.
const RED: i64 = 2;

/// Who closes: what concerns the highest colour, the district.
fn closer(alert: &Alert) -> By {
    if alert.rank >= RED {
        By::District
    } else {
        By::Town
    }
}
