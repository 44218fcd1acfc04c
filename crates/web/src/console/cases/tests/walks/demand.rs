//! 民呼我为: a person's matter by every end it can have, with the person at the phone of the receipt.

use kernel::ids::CaseId;

use super::common::{self, Common};
use super::world::{World, on_both};

pub(super) const KIND: &str = "cases.demand";

pub(super) fn enter(world: &World, n: usize, kind: &str) -> (CaseId, String) {
    let (title, content) = (format!("反映的事 {n}"), format!("第 {n} 件事的经过"));
    let (employer, phone) = (format!("第 {n} 家单位"), format!("138{n:08}"));
    let fields = [
        ("title", title.as_str()),
        ("place", "塘栖镇总工会"),
        ("door", "window"),
        ("field.type", kind),
        ("field.subject", "工时休假"),
        ("field.content", content.as_str()),
        ("field.employer", employer.as_str()),
        ("reporter", "王师傅"),
        ("phone", phone.as_str()),
        ("consent", "本人在场，当面同意代填"),
    ];
    world.enter("east", KIND, &fields)
}

fn open(world: &World, n: usize) -> CaseId {
    let id = enter(world, n, "投诉").0;
    world.does("east", id, "accept", &[]);
    id
}

#[test]
fn a_demand_through_its_pages() {
    on_both(KIND, |world| {
        let kind = world.case(open(world, 0)).kind;
        let common = Common {
            open: &open,
            extend: &|_, _| ("complaint", "10", "25"),
            verb_of_split: "split",
            merges_here: true,
            with_extension: &[],
        };
        intake(world);
        common::walk(world, KIND, &common);
        story(world);
        back_before_it_is_taken(world);
        papers(world);
        unanswered(world);
        other_ends(world);
        overdue(world);
        looked_at_once_more(world);
        world.is_whole(kind);
    });
}

/// The form at the window: what is missing stands at its box, and what was typed is kept.
fn intake(world: &World) {
    let path = format!("/cases/new?kind={KIND}");
    let form = world.get("east", &path);
    let key = super::world::value(&form.body, "key");
    let sent = [
        ("key", key.as_str()),
        ("title", "厂里的事"),
        ("place", "塘栖镇总工会"),
        ("door", "phone"),
        ("field.workers", "很多"),
    ];
    let refused = world.post("east", &path, &sent);
    assert_eq!(refused.status.as_u16(), 409);
    for words in [
        "请填写「诉求类型」",
        "href=\"#f-field.type\"",
        "「涉及人数」应为整数",
        "href=\"#f-field.workers\"",
        "value=\"厂里的事\"",
        "value=\"很多\"",
    ] {
        assert!(
            refused.body.contains(words),
            "{words}: {}",
            super::world::errors(&refused)
        );
    }
}

fn story(world: &World) {
    let (id, code) = enter(world, 20, "投诉");
    world.hidden("village", id);
    world.does("east", id, "first_contact", &[("note", "已电话联系本人")]);
    world.does("east", id, "accept", &[]);
    world.too_late(
        "east2",
        id,
        "accept",
        &[("note", "我来办")],
        "现在是「办理中」，不能「受理」",
    );
    let bare = [("closing", "solved"), ("note", "已办")];
    world.refuses(
        "east",
        id,
        "answer",
        &bare,
        &["请填写「答复内容」", "href=\"#f-field.reply\""],
    );
    let none = [("field.reply", "已经按规定调休")];
    world.refuses(
        "east",
        id,
        "answer",
        &none,
        &["请选择办结结论", "href=\"#f-closing\""],
    );
    world.does(
        "east",
        id,
        "answer",
        &[("field.reply", "已经按规定调休"), ("closing", "solved")],
    );
    world.refuses("east", id, "file", &[("note", "归档")], &["回访不足 1 人"]);
    world.cannot("east", id, "call_back");
    world.does("east2", id, "missed_call", &[("note", "无人接听")]);
    world.cannot("east", id, "rate");
    world.says(
        &code,
        "rate",
        "rate-20",
        &[("solved", "没有解决"), ("satisfied", "不满意")],
        "rate",
    );
    // 没解决: back to the handler, and one level up watches.
    world.says(
        &code,
        "again",
        "again-20",
        &[("note", "周末还是要上班")],
        "reopen",
    );
    let page = world.page("officer", id);
    assert!(
        page.contains("承办 <b>塘栖镇总工会 · 演示east<")
            && page.contains("<span>督办 <b>临平区总工会"),
        "{page}"
    );
    world.does(
        "east",
        id,
        "answer",
        &[("field.reply", "已责令改正"), ("closing", "solved")],
    );
    world.does(
        "east2",
        id,
        "call_back",
        &[("whom", "本人"), ("solved", "yes"), ("satisfied", "no")],
    );
    world.does("east", id, "file", &[]);
    assert!(world.page("east", id).contains("已办结"));
    // A case that ended is opened again by the level above, with a reason.
    world.cannot("east", id, "reopen");
    world.does("officer", id, "reopen", &[("note", "区里接到信访")]);
    assert!(world.page("officer", id).contains("办理中"));
}

/// Before it is taken it can only go back where it came from; a button that leads nowhere is not drawn.
fn back_before_it_is_taken(world: &World) {
    let (id, _) = enter(world, 25, "投诉");
    world.cannot("east", id, "return");
    let west = world.desk("乔司街道总工会", "west");
    world.does(
        "east",
        id,
        "transfer",
        &[("next", &west), ("note", "单位在乔司")],
    );
    let form = world.get("west", &format!("/cases/{id}/do/return"));
    assert!(
        form.body.contains("上一步") && !form.body.contains("发起人"),
        "papers are asked for once it is taken"
    );
    world.does(
        "west",
        id,
        "return",
        &[("back_to", "previous"), ("note", "单位在塘栖")],
    );
}

/// 退回发起人: the clock stands still until the papers are there.
fn papers(world: &World) {
    let (id, code) = enter(world, 26, "投诉");
    world.does("east", id, "accept", &[]);
    world.does(
        "east",
        id,
        "return",
        &[("back_to", "initiator"), ("note", "请补考勤记录")],
    );
    assert!(!world.dues(id).contains_key("complaint"));
    let page = world.post("", "/hall/status", &[("code", &code)]);
    assert!(
        page.body.contains("请补考勤记录"),
        "the person reads what is missing"
    );
    world.says(
        &code,
        "add",
        "add-26",
        &[("note", "考勤记录在附件")],
        "supplement",
    );
    assert!(world.page("east", id).contains("考勤记录在附件"));
    assert!(world.dues(id).contains_key("complaint"));
}

/// Three words of the person that nobody answers raise the alarm; an answer lifts it.
fn unanswered(world: &World) {
    let (id, code) = enter(world, 27, "投诉");
    world.does("east", id, "accept", &[]);
    for n in 0..3 {
        assert!(!world.page("officer", id).contains("催问未答"));
        world.says(
            &code,
            "add",
            &format!("say-27-{n}"),
            &[("note", "请给个说法")],
            "note",
        );
    }
    let page = world.page("officer", id);
    assert!(
        page.contains("催问未答")
            && page.contains("连续 3 次催问没有答复")
            && page.contains("<span>督办 <b>临平区总工会")
    );
    let overdue = world.get("officer", "/cases?view=overdue");
    assert!(
        overdue.body.contains("反映的事 27"),
        "the alarm stands on the first screen"
    );
    world.does("east", id, "first_contact", &[("note", "已电话说明进展")]);
    assert!(!world.page("officer", id).contains("催问未答"));
}

fn other_ends(world: &World) {
    let (refused, code) = enter(world, 30, "投诉");
    world.refuses(
        "east",
        refused,
        "refuse",
        &[("note", "")],
        &["请写明「不予受理」", "href=\"#f-note\""],
    );
    world.does("east", refused, "refuse", &[("note", "已由法院受理")]);
    let told = world.post("", "/hall/status", &[("code", &code)]);
    assert!(
        told.body.contains("已由法院受理"),
        "the reason reaches the person"
    );
    let (handed, _) = enter(world, 31, "投诉");
    let bare = [("note", "属应急部门职责"), ("field.agency", "区应急管理局")];
    world.refuses(
        "east",
        handed,
        "hand_over",
        &bare,
        &["请填写「接办人和电话」", "href=\"#f-field.agency_contact\""],
    );
    let whole = [
        ("note", "属应急部门职责"),
        ("field.agency", "区应急管理局"),
        ("field.agency_contact", "值班室"),
    ];
    world.does("east", handed, "hand_over", &whole);
    let (lost, _) = enter(world, 32, "投诉");
    world.does("east", lost, "accept", &[]);
    world.does(
        "east",
        lost,
        "answer",
        &[("field.reply", "已答复"), ("closing", "explained")],
    );
    let one = [
        ("evidence", "call_attempt"),
        ("evidence_text", "第一次未接"),
    ];
    world.refuses(
        "east",
        lost,
        "file_unreached",
        &one,
        &["要 3 份", "第一次未接"],
    );
    let three = [
        ("evidence", "call_attempt"),
        ("evidence_text", "第一次未接"),
        ("evidence_2", "call_attempt"),
        ("evidence_text_2", "第二次未接"),
        ("evidence_3", "call_attempt"),
        ("evidence_text_3", "第三次未接"),
    ];
    world.does("east", lost, "file_unreached", &three);
    let (gone, code) = enter(world, 33, "投诉");
    world.says(&code, "withdraw", "withdraw-33", &[], "withdraw");
    assert!(world.page("east", gone).contains("已撤回"));
}

/// Overdue climbs one level by itself, is seen, and cannot be edited away.
fn overdue(world: &World) {
    let (id, _) = enter(world, 40, "投诉");
    world.at("2026-11-24 09:00");
    let page = world.page("officer", id);
    assert!(
        page.contains("「受理」超时，责任单位 塘栖镇总工会")
            && page.contains("责任升到 临平区总工会"),
        "{page}"
    );
    assert!(
        world
            .get("officer", "/cases?view=overdue")
            .body
            .contains("反映的事 40")
    );
    world.does("officer", id, "accept", &[]);
    assert!(
        world.page("officer", id).contains("「受理」超时"),
        "done late stays late"
    );
}

/// 复查、复核: asked for in time, by the level above; sent back to be done again, or decided; after the second it is over.
fn looked_at_once_more(world: &World) {
    let answer = [("field.reply", "已经按规定调休"), ("closing", "solved")];
    let today = world.today().to_string();
    let today = today.as_str();
    let id = open(world, 60);
    world.does("east", id, "answer", &answer);
    let asked = |got: &'static str| {
        [
            ("note", "不同意答复"),
            ("field.reply_got_on", got),
            ("field.review_asked_on", today),
        ]
    };
    let late = ["已经过了期限"];
    world.refuses("east", id, "ask_review", &asked("2026-01-05"), &late);
    world.does(
        "east",
        id,
        "ask_review",
        &[
            ("note", "不同意答复"),
            ("field.reply_got_on", today),
            ("field.review_asked_on", today),
        ],
    );
    assert!(world.page("officer", id).contains("承办 <b>临平区总工会"));
    assert!(world.page("officer", id).contains("请求上一级复查"));
    world.cannot("east", id, "review_decide");
    world.does(
        "officer",
        id,
        "redo",
        &[("back_to", "previous"), ("note", "没有看考勤")],
    );
    assert!(world.page("officer", id).contains("承办 <b>塘栖镇总工会"));
    assert_eq!(world.case(id).now.state, "accepted");
    world.does("east", id, "answer", &answer);
    world.does(
        "east",
        id,
        "ask_review",
        &[
            ("note", "还是不同意"),
            ("field.reply_got_on", today),
            ("field.review_asked_on", today),
        ],
    );
    let says = ["请填写「复查意见」", "href=\"#f-field.review_reply\""];
    world.refuses("officer", id, "review_decide", &[], &says);
    world.does(
        "officer",
        id,
        "review_decide",
        &[("field.review_reply", "维持答复")],
    );
    world.does("officer", id, "file_review", &[]);
    assert!(world.page("officer", id).contains("复查后办结"));
    // The federation is the last here: a second look is asked of the city.
    world.refuses(
        "officer",
        id,
        "ask_rereview",
        &[
            ("note", "仍不同意"),
            ("field.review_got_on", today),
            ("field.rereview_asked_on", today),
        ],
        &["系统里最高一级"],
    );
    // Answered by a village, looked at by its town and then by the federation.
    let fields = [
        ("title", "食堂夜里也开"),
        ("place", "塘北村工会联合会"),
        ("door", "window"),
        ("field.type", "建议"),
        ("field.subject", "工时休假"),
        ("field.content", "食堂夜里也开"),
        ("field.employer", "第 61 家单位"),
        ("reporter", "王师傅"),
        ("phone", "13800000061"),
        ("consent", "本人在场，当面同意代填"),
    ];
    let id = world.enter("village", KIND, &fields).0;
    world.does("village", id, "accept", &[]);
    world.does("village", id, "answer", &answer);
    world.does(
        "east",
        id,
        "ask_review",
        &[
            ("note", "不同意答复"),
            ("field.reply_got_on", today),
            ("field.review_asked_on", today),
        ],
    );
    world.does(
        "east",
        id,
        "review_decide",
        &[("field.review_reply", "维持答复")],
    );
    world.does(
        "east",
        id,
        "ask_rereview",
        &[
            ("note", "仍不同意"),
            ("field.review_got_on", today),
            ("field.rereview_asked_on", today),
        ],
    );
    world.does(
        "officer",
        id,
        "rereview_decide",
        &[("field.rereview_reply", "维持复查意见")],
    );
    assert!(world.page("officer", id).contains("复核后终结"));
    world.cannot("officer", id, "reopen");
}
