//! Demands of workers (码上助): one in every state, and the ordinary ones.

use super::{Story, answer, demand};
use crate::demo::dice::Dice;
use crate::demo::office::deeds::{By, Deed};

/// One in every state.
pub(super) fn told() -> Vec<Story> {
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
            5,
            (9, 0),
            Public,
            Deed::of("reopen").note("还是天天加班，没有调休"),
        )
        .then(
            7,
            (15, 0),
            Town,
            answer("solved", "单位改为两班制，补休已排到人"),
        )
        .then(8, (10, 0), Review, Deed::call("本人", true, false))
        .then(9, (9, 0), Town, Deed::of("file")),
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

/// Many of them.
pub(super) fn ordinary(dice: &mut Dice) -> Vec<Story> {
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
