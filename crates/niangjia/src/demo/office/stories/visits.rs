//! Visits (三联系): made, planned, and one that brought a matter home.

use kernel::Date;

use super::{Step, Story, answer, step, story};
use crate::demo::office::deeds::{By, Deed};
use crate::demo::office::{workday, workday_before};

fn visit(age: u32, (target_kind, target): (&str, &str), planned: Date, purpose: &str) -> Story {
    let mut told = story(
        "cases.visit",
        "plan",
        By::Village,
        age,
        &format!("走访{target_kind}：{target}"),
    )
    .with("target_kind", target_kind)
    .with("target", target)
    .with("planned_on", &planned.to_string())
    .with("purpose", purpose);
    told.reporter = false;
    told
}

/// A form of a visit.
fn form(on: Date, findings: &str, wages: &str, problems: &str) -> Deed {
    Deed::of("visit")
        .field("visited_on", on.to_string())
        .field("visitors", "村社工会干部两人")
        .field("findings", findings)
        .field("wages_on_time", wages)
        .field("problems", problems)
        .proof("form", "走访记录表")
}

/// What is done about a matter that a visit brought home.
pub fn brought_home() -> Vec<Step> {
    use By::{Review, Village};
    vec![
        step(0, (16, 0), Village, Deed::of("accept")),
        step(
            2,
            (10, 0),
            Village,
            answer("solved", "已协调单位补齐工资，并申请临时救助"),
        ),
        step(4, (10, 0), Review, Deed::call("本人", true, true)),
        step(5, (9, 0), Village, Deed::of("file")),
    ]
}

/// All of them.
pub(super) fn all(today: Date) -> Vec<Story> {
    use By::Village;
    let on = |age: u32, days: u32| workday(workday_before(today, age), days);
    let done = |age: u32, target: (&'static str, &'static str), findings: &str| {
        visit(age, target, on(age, 6), "了解用工和工资发放")
            .then(5, (10, 0), Village, form(on(age, 5), findings, "是", "0"))
            .then(6, (9, 0), Village, Deed::of("close").ends("no_problem"))
    };
    let led_to = union::cases::NewCase {
        kind: "cases.demand".to_owned(),
        door: "visit".to_owned(),
        title: "走访发现：工资晚发十天".to_owned(),
        fields: [
            ("type", "求助"),
            ("subject", "困难帮扶"),
            ("content", "走访中职工反映工资晚发，房租交不上"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        ..union::cases::NewCase::default()
    };
    vec![
        done(42, ("企业", "{firm}"), "生产正常，工资按月发放"),
        done(
            33,
            ("新就业群体", "外卖配送站点"),
            "骑手希望增加充电点，已向街道反映",
        ),
        done(
            21,
            ("困难职工家庭", "演示职工家庭"),
            "生活平稳，医疗互助已到账",
        ),
        done(
            12,
            ("项目工地", "{firm}项目部"),
            "实名制考勤正常，专户余额够付两个月",
        ),
        visit(16, ("企业", "{firm}"), on(16, 4), "核对工资发放")
            .then(
                3,
                (10, 0),
                Village,
                form(on(16, 3), "工资晚发十天，承诺月底补齐", "晚发", "1"),
            )
            .then(
                3,
                (15, 0),
                Village,
                Deed {
                    split: Some(Box::new(led_to)),
                    ..Deed::of("raise").note("职工困难转办")
                },
            )
            .then(
                8,
                (10, 0),
                Village,
                Deed::of("answer").proof("answer", "已向职工和单位反馈办理情况"),
            )
            .then(9, (9, 0), Village, Deed::of("close").ends("answered")),
        visit(5, ("企业", "{firm}"), on(5, 6), "了解生产经营和用工"),
        visit(
            3,
            ("困难职工家庭", "演示职工家庭"),
            on(3, 7),
            "送医疗互助金，看望老人",
        ),
        visit(4, ("基层工会", "社区联合工会"), on(4, 10), "换届准备情况"),
        visit(
            2,
            ("项目工地", "{firm}项目部"),
            on(2, 4),
            "高温津贴、工资专户",
        ),
    ]
}
