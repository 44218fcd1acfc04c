//! Mediations, supervision of labour law, legal aid.

use kernel::Date;

use super::{Story, story};
use crate::demo::office::deeds::{Act, By, Deed};
use crate::demo::office::papers::Paper;
use crate::demo::office::{workday, workday_before};

fn mediation(door: &'static str, age: u32, subject: &str, claim: &str) -> Story {
    let mut told = story(
        "cases.mediation",
        door,
        By::Town,
        age,
        &format!("劳动争议调解：{subject}"),
    )
    .with("applicant", "申请人")
    .with("respondent", "{firm}")
    .with("subject", subject)
    .with("claim", claim);
    told.about_firm = true;
    told.then(
        1,
        (9, 30),
        By::Town,
        Deed::of("accept").proof("application", "口头申请笔录，申请人已核对"),
    )
}

/// Agreed and paid, agreed, on its way, failed, new.
pub(super) fn mediations(today: Date) -> Vec<Story> {
    use By::{Review, Town};
    let on = |age: u32, days: u32| workday(workday_before(today, age), days).to_string();
    let session = |age: u32| {
        Deed::of("schedule")
            .field("mediator", "演示调解员")
            .field("session_on", on(age, 4))
    };
    let agreed = |told: Story, age: u32, until: String| {
        told.then(2, (10, 0), Town, session(age))
            .then(
                4,
                (14, 0),
                Town,
                Deed::of("mediate").field("mediator", "演示调解员"),
            )
            .then(
                4,
                (16, 0),
                Town,
                Deed::of("agree")
                    .field("agreed", "12000")
                    .proof("record", "调解笔录，双方签字"),
            )
            .then(5, (9, 30), Town, Act::Letter(Paper::Agreement))
            .then(
                5,
                (10, 0),
                Town,
                Deed::of("sign")
                    .field("signed_on", on(age, 5))
                    .field("agreed", "12000")
                    .field("pay_by", until)
                    .field("only_wages", "是"),
            )
    };
    vec![
        agreed(
            mediation("window", 38, "劳动报酬", "两个月工资未付，要求付清"),
            38,
            on(38, 14),
        )
        .then(
            12,
            (11, 0),
            Town,
            Deed::of("pay")
                .field("paid", "12000")
                .proof("payment_proof", "银行转账回单")
                .of_yuan(12_000),
        )
        .then(13, (10, 0), Review, Deed::call("申请人", true, true))
        .then(14, (9, 30), Town, Deed::of("close").ends("performed")),
        agreed(
            mediation("phone", 14, "经济补偿或赔偿金", "解除合同未给经济补偿"),
            14,
            on(14, 24),
        ),
        mediation("window", 7, "工时休假", "年休假折算工资有争议").then(2, (10, 0), Town, {
            Deed::of("schedule")
                .field("mediator", "演示调解员")
                .field("session_on", on(7, 9))
        }),
        mediation("centre", 27, "工伤医疗费", "医疗费差额由谁承担")
            .then(2, (10, 0), Town, session(27))
            .then(
                4,
                (14, 0),
                Town,
                Deed::of("mediate").field("mediator", "演示调解员"),
            )
            .then(
                6,
                (16, 0),
                Town,
                Deed::of("fail").note("差距较大，已告知仲裁时效和法律援助"),
            ),
        Story {
            steps: Vec::new(),
            ..mediation("phone", 1, "解除终止劳动合同", "单位单方解除，要求继续履行")
        },
    ]
}

fn supervision(door: &'static str, age: u32, item: &str, facts: &str) -> Story {
    let mut told = story(
        "cases.supervision",
        door,
        By::Town,
        age,
        &format!("劳动法律监督：{item}（{{firm}}）"),
    )
    .with("employer", "{firm}")
    .with("item", item)
    .with("facts", facts);
    told.reporter = false;
    told.about_firm = true;
    told.then(1, (9, 0), By::Town, Deed::of("accept"))
}

/// Put right, waiting for an answer, put right after a notice, new.
pub(super) fn supervisions(today: Date) -> Vec<Story> {
    use By::{Review, Town};
    let on = |age: u32, days: u32| workday(workday_before(today, age), days).to_string();
    let opinion = |told: Story, age: u32| {
        told.then(
            2,
            (10, 0),
            Town,
            Deed::of("investigate")
                .field("supervisor_one", "演示监督员甲")
                .field("supervisor_two", "演示监督员乙"),
        )
        .then(
            4,
            (15, 0),
            Town,
            Deed::of("record")
                .field("investigated_on", on(age, 4))
                .field("findings", "部分职工上月工资未足额支付")
                .proof("record", "调查笔录"),
        )
        .then(6, (9, 30), Town, Act::Letter(Paper::Opinion))
        .then(
            6,
            (10, 0),
            Town,
            Deed::of("serve_opinion")
                .field("findings", "部分职工上月工资未足额支付")
                .field("opinion_no", "见文书登记簿")
                .field("served_on", on(age, 6))
                .field("served_how", "直接送达")
                .field("receiver", "单位人事（演示）"),
        )
    };
    vec![
        opinion(
            supervision("complaint", 36, "工资支付", "职工反映加班工资未足额支付"),
            36,
        )
        .then(
            16,
            (14, 0),
            Town,
            Deed::of("answered")
                .field("reply", "已补发加班工资，附明细")
                .proof("reply", "单位书面答复"),
        )
        .then(18, (10, 0), Review, Deed::call("投诉人", true, true))
        .then(
            19,
            (9, 0),
            Town,
            Deed::of("close")
                .ends("corrected")
                .proof("correction", "补发工资明细和银行回单"),
        ),
        opinion(
            supervision(
                "found",
                13,
                "工作时间和休息休假",
                "检查发现月加班超过三十六小时",
            ),
            13,
        ),
        supervision(
            "complaint",
            24,
            "女职工和未成年工保护",
            "反映怀孕职工排夜班",
        )
        .then(2, (10, 0), Town, Act::Letter(Paper::Notice))
        .then(2, (10, 30), Town, Deed::of("remind"))
        .then(9, (10, 0), Review, Deed::call("投诉人", true, true))
        .then(
            10,
            (9, 0),
            Town,
            Deed::of("close")
                .ends("corrected")
                .proof("correction", "调整后的排班表"),
        ),
        Story {
            steps: Vec::new(),
            ..supervision("complaint", 2, "社会保险", "反映少缴社保")
        },
    ]
}

fn application(door: &'static str, age: u32, subject: &str, claim: &str) -> Story {
    let mut told = story(
        "cases.legal_aid",
        door,
        By::Town,
        age,
        &format!("法律援助：{subject}"),
    )
    .with("applicant", "申请人")
    .with("respondent", "{firm}")
    .with("subject", subject)
    .with("claim", claim)
    .with("migrant", "是");
    told.about_firm = true;
    told.then(
        0,
        (9, 40),
        By::Town,
        Deed::of("first_contact").note("电话联系本人，告知所需材料"),
    )
}

/// Won, in the lawyer's hands, assigned, new.
pub(super) fn aid() -> Vec<Story> {
    use By::{Lawyer, Review, Town};
    let granted = |told: Story, stage: &str| {
        told.then(
            2,
            (10, 0),
            Town,
            Deed::of("grant_aid")
                .field("stage", stage)
                .proof("decision", "援助决定书"),
        )
        .then(
            3,
            (9, 0),
            Town,
            Deed {
                next: Some(Lawyer),
                ..Deed::of("assign_lawyer")
            },
        )
    };
    let taken = |told: Story| told.then(3, (14, 0), Lawyer, Deed::of("accept"));
    vec![
        taken(granted(
            application("window", 48, "劳动报酬", "工程完工后尾款工资未付"),
            "仲裁",
        ))
        .then(
            9,
            (15, 0),
            Lawyer,
            Deed::of("progress").note("已立案，定期开庭"),
        )
        .then(
            25,
            (16, 0),
            Lawyer,
            Deed::of("matter_ended")
                .field("result", "裁决支付工资 12,000 元，已执行到位")
                .field("recovered", "12000"),
        )
        .then(
            27,
            (10, 0),
            Review,
            Deed::call("申请人", true, true).field("rating", "很满意"),
        )
        .then(
            28,
            (9, 30),
            Lawyer,
            Deed::of("close")
                .ends("recovered")
                .proof("result", "仲裁裁决书")
                .proof("report", "结案报告"),
        ),
        taken(granted(
            application("hall", 11, "工伤赔偿", "工伤待遇未足额支付"),
            "仲裁",
        ))
        .then(
            7,
            (15, 0),
            Lawyer,
            Deed::of("progress").note("已阅卷，证据清单交申请人补充"),
        ),
        granted(
            application("phone", 3, "解除终止劳动合同", "被口头辞退，要求赔偿金"),
            "调解",
        ),
        application("window", 1, "社会保险", "要求补缴在职期间社保"),
    ]
}
