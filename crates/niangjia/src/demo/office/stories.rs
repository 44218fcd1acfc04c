//! The stories: short matters of every kind, each in another state, with the working days on which things happen.

use kernel::Date;

use super::deeds::{Act, By, Deed};
use super::papers::Paper;
use super::{workday, workday_before};
use crate::demo::dice::Dice;

/// When, by whom, what: working days after the opening, and the time of that day.
pub type Step = (u32, (i8, i8), By, Act);

/// One matter from its opening on.
pub struct Story {
    /// Kind of case.
    pub kind: &'static str,
    /// Door.
    pub door: &'static str,
    /// Who opens it.
    pub by: By,
    /// Working days before the last day.
    pub age: u32,
    /// Time of the day.
    pub at: (i8, i8),
    /// One line; `{firm}` stands for an employer.
    pub title: String,
    /// Fields.
    pub fields: Vec<(&'static str, String)>,
    /// Somebody with a name and a phone reported it.
    pub reporter: bool,
    /// Staff entered it: how the person agreed.
    pub on_behalf: Option<&'static str>,
    /// It came by this poster of those that hang.
    pub poster: Option<usize>,
    /// The employer is the other side.
    pub about_firm: bool,
    /// What followed.
    pub steps: Vec<Step>,
}

/// A step.
fn step(days: u32, at: (i8, i8), by: By, act: impl Into<Act>) -> Step {
    (days, at, by, act.into())
}

fn story(kind: &'static str, door: &'static str, by: By, age: u32, title: &str) -> Story {
    Story {
        kind,
        door,
        by,
        age,
        at: (9, 10),
        title: title.to_owned(),
        fields: Vec::new(),
        reporter: true,
        on_behalf: None,
        poster: None,
        about_firm: false,
        steps: Vec::new(),
    }
}

impl Story {
    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }

    fn then(mut self, days: u32, at: (i8, i8), by: By, act: impl Into<Act>) -> Self {
        self.steps.push(step(days, at, by, act));
        self
    }

    fn poster(mut self, at: usize) -> Self {
        self.poster = Some(at);
        self
    }
}

/// All of them, for a last day.
pub fn all(dice: &mut Dice, today: Date) -> Vec<Story> {
    let mut all = demands();
    all.extend(ordinary(dice));
    all.extend(mediations(today));
    all.extend(supervisions(today));
    all.extend(aid());
    all.extend(visits(today));
    all
}

fn demand(
    (door, by, age): (&'static str, By, u32),
    (kind, subject): (&str, &str),
    content: &str,
) -> Story {
    story("cases.demand", door, by, age, &format!("{kind}：{subject}"))
        .with("type", kind)
        .with("subject", subject)
        .with("content", content)
}

/// An answer.
fn answer(code: &'static str, reply: &str) -> Deed {
    Deed::of("answer").ends(code).field("reply", reply)
}

fn demands() -> Vec<Story> {
    use By::{District, Public, Review, Town, Village, Worker};
    vec![
        demand(
            ("qr", Public, 40),
            ("求助", "困难帮扶"),
            "家里失火，生活一时困难",
        )
        .poster(0)
        .then(0, (14, 0), Village, Deed::of("accept"))
        .then(
            1,
            (9, 30),
            Village,
            Deed::of("first_contact").note("上门看望，登记需要"),
        )
        .then(
            3,
            (15, 0),
            Village,
            answer("solved", "已送去慰问金和生活用品，并纳入困难职工档案"),
        )
        .then(5, (10, 0), Review, Deed::call("本人", true, true))
        .then(6, (9, 0), Village, Deed::of("file")),
        demand(
            ("phone", Town, 31),
            ("投诉", "工时休假"),
            "车间天天加班到十点，不让调休",
        )
        .with("employer", "{firm}")
        .then(0, (10, 0), Town, Deed::of("accept"))
        .then(
            4,
            (15, 0),
            Town,
            answer("explained", "单位称订单集中，已安排调休"),
        )
        .then(
            6,
            (9, 0),
            Public,
            Deed::of("reopen").note("还是天天加班，没有调休"),
        )
        .then(
            10,
            (15, 0),
            Town,
            answer("solved", "单位改为两班制，补休已排到人"),
        )
        .then(12, (10, 0), Review, Deed::call("本人", true, false))
        .then(13, (9, 0), Town, Deed::of("file")),
        demand(
            ("hall", Worker, 24),
            ("咨询", "社会保险"),
            "换了单位，社保断了一个月能补吗",
        )
        .then(0, (13, 40), Village, Deed::of("accept"))
        .then(
            1,
            (10, 0),
            Village,
            answer(
                "explained",
                "按参保地规定可以补缴，请带合同到街道社保窗口，材料清单已短信告知",
            ),
        )
        .then(
            2,
            (19, 0),
            Worker,
            Deed::of("rate")
                .field("own_solved", "解决了")
                .field("own_satisfied", "满意"),
        )
        .then(3, (10, 0), Review, Deed::call("本人", true, true))
        .then(4, (9, 0), Village, Deed::of("file")),
        demand(
            ("hall", Worker, 3),
            ("求助", "拖欠工资"),
            "上个月的加班费少发了，请帮我问一问",
        )
        .then(0, (14, 30), Town, Deed::of("accept"))
        .then(
            1,
            (9, 40),
            Town,
            Deed::of("first_contact").note("已电话联系本人，约单位核对考勤"),
        ),
        demand(
            ("qr", Public, 5),
            ("投诉", "社会保险"),
            "入职半年没有缴社保",
        )
        .poster(2)
        .with("employer", "{firm}")
        .then(0, (11, 0), Town, Deed::of("accept"))
        .then(
            3,
            (15, 30),
            Town,
            Deed {
                more: Some(("complaint", 10)),
                ..Deed::of("extend").note("等单位提供参保记录")
            },
        ),
        demand(
            ("qr", Public, 12),
            ("举报", "安全卫生"),
            "车间把消防通道锁了，晚上也不开",
        )
        .with("employer", "{firm}")
        .then(1, (9, 0), District, Deed::of("accept"))
        .then(
            2,
            (10, 0),
            District,
            Deed::of("first_contact").note("已安排人员暗访核实"),
        ),
        Story {
            on_behalf: Some("本人在场，当面同意代填"),
            ..demand(
                ("window", Village, 7),
                ("建议", "其他"),
                "驿站的饮水机想晚上也开",
            )
        }
        .then(1, (9, 20), Village, Deed::of("accept"))
        .then(
            4,
            (16, 0),
            Village,
            answer("adopted", "已采纳，驿站饮水区开放到二十二点"),
        ),
        Story {
            on_behalf: Some("本人来电，电话里同意代填"),
            ..demand(
                ("phone", Town, 18),
                ("求助", "工伤职业病"),
                "工地摔伤，单位说先别报工伤",
            )
        }
        .with("employer", "{firm}")
        .then(0, (10, 0), Town, Deed::of("accept"))
        .then(
            0,
            (15, 0),
            Town,
            Deed::of("first_contact").note("指导本人三十日内申请认定，陪同取病历"),
        )
        .then(
            4,
            (15, 0),
            Town,
            answer("procedure", "已协助提交工伤认定申请，受理通知书已交本人"),
        )
        .then(6, (10, 0), Review, Deed::call("本人", true, true))
        .then(7, (9, 0), Town, Deed::of("file")),
        Story {
            at: (16, 20),
            ..demand(("qr", Public, 0), ("咨询", "入会建会"), "外卖骑手怎么入会")
        }
        .poster(1),
        Story {
            at: (15, 50),
            ..demand(
                ("qr", Public, 0),
                ("求助", "心理关爱"),
                "连着上夜班睡不着，想找人说说",
            )
        },
        demand(
            ("platform", Town, 15),
            ("投诉", "安全卫生"),
            "厂区扬尘大，没有发口罩",
        )
        .then(
            0,
            (14, 0),
            Town,
            Deed::of("hand_over")
                .note("属应急、卫健部门职责，已随件移交")
                .field("agency", "区应急管理局")
                .field("agency_contact", "值班室"),
        ),
        demand(
            ("window", Village, 6),
            ("咨询", "女职工权益"),
            "怀孕七个月还排夜班吗",
        )
        .then(0, (10, 0), Village, Deed::of("accept"))
        .then(
            1,
            (9, 0),
            Village,
            Deed {
                to_initiator: true,
                ..Deed::of("return").note("请补充排班表或合同")
            },
        ),
        demand(
            ("phone", Town, 9),
            ("求助", "解除合同"),
            "口头通知不用来了，没有给补偿",
        )
        .with("employer", "{firm}")
        .then(0, (15, 0), Town, Deed::of("accept")),
    ]
}

/// Ordinary ones: taken in, answered, called back, filed. What is asked, and what was answered.
const ORDINARY: [(&str, &str, &str, &str, &str); 10] = [
    (
        "咨询",
        "工时休假",
        "年休假没休完能折算工资吗",
        "explained",
        "按规定未休年休假支付三倍工资，计算办法已告知本人",
    ),
    (
        "求助",
        "困难帮扶",
        "孩子上大学，想问助学",
        "solved",
        "符合金秋助学条件，材料已收齐上报",
    ),
    (
        "投诉",
        "工时休假",
        "周末排班没有加班费",
        "solved",
        "单位已补发三个月加班费",
    ),
    (
        "咨询",
        "社会保险",
        "灵活就业怎么参保",
        "explained",
        "参保流程和窗口已告知本人",
    ),
    (
        "求助",
        "拖欠工资",
        "试用期工资没有发",
        "solved",
        "经协调已发放到本人账户",
    ),
    (
        "建议",
        "其他",
        "希望夏天多发防暑用品",
        "adopted",
        "已列入下季度服务清单",
    ),
    (
        "求助",
        "心理关爱",
        "和班组长吵架后不想上班",
        "solved",
        "已由心理咨询师疏导三次",
    ),
    (
        "投诉",
        "女职工权益",
        "哺乳时间不给",
        "solved",
        "单位已按每天一小时安排",
    ),
    (
        "咨询",
        "入会建会",
        "小店三个人怎么入会",
        "explained",
        "已帮助加入社区联合工会",
    ),
    (
        "求助",
        "困难帮扶",
        "住院花费大，问医疗互助",
        "partly",
        "互助金已申请，剩余部分申请专项救助",
    ),
];

fn ordinary(dice: &mut Dice) -> Vec<Story> {
    let mut all = Vec::new();
    for (number, (kind, subject, content, code, reply)) in
        ORDINARY.into_iter().cycle().take(26).enumerate()
    {
        let town = kind == "投诉" || matches!(subject, "拖欠工资" | "工伤职业病" | "解除合同");
        let who = if town { By::Town } else { By::Village };
        let age = 10 + u32::try_from(dice.below(62)).unwrap_or(0);
        let (door, by) = match number % 4 {
            0 => ("phone", who),
            1 => ("window", who),
            _ => ("qr", By::Public),
        };
        // One in nine is answered late, one in eight is not content.
        let late = match (number % 9 == 4, kind) {
            (false, _) => 0,
            (true, "咨询") => 3,
            (true, "投诉") => 6,
            (true, _) => 4,
        };
        // What is late has climbed to the desk above.
        let done_by = match (late > 0, who) {
            (true, By::Village) => By::Town,
            (true, _) => By::District,
            (false, _) => who,
        };
        let content_with_it = number % 8 != 5;
        let days = 2 + u32::try_from(dice.below(2)).unwrap_or(0) - u32::from(kind == "咨询");
        let told = demand((door, by, age), (kind, subject), content);
        let told = if number % 4 == 2 {
            told.poster(number / 4 % 5)
        } else {
            told
        };
        all.push(
            told.then(0, (15, 10), who, Deed::of("accept"))
                .then(days + late, (10, 30), done_by, answer(code, reply))
                .then(
                    days + late + 2,
                    (14, 30),
                    By::Review,
                    Deed::call("本人", true, content_with_it),
                )
                .then(days + late + 3, (9, 15), done_by, Deed::of("file")),
        );
    }
    all
}

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

fn mediations(today: Date) -> Vec<Story> {
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
                .proof("payment_proof", "银行转账回单"),
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

fn supervisions(today: Date) -> Vec<Story> {
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

fn aid() -> Vec<Story> {
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

fn visits(today: Date) -> Vec<Story> {
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
