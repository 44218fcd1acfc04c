//! 劳动争议调解: from the application to a kept agreement, and by the two roads of a payment order.

use kernel::ids::CaseId;

use super::common::{self, Common};
use super::paper;
use super::world::{World, on_both, value};

pub(super) const KIND: &str = "cases.mediation";

fn enter(world: &World, n: usize) -> (CaseId, String) {
    let (title, applicant) = (format!("调解申请 {n}"), format!("申请人{n}"));
    let claim = format!("欠工资，第 {n} 件");
    let fields = [
        ("title", title.as_str()),
        ("place", "塘栖镇总工会"),
        ("door", "window"),
        ("field.applicant", applicant.as_str()),
        ("field.respondent", "杭州锦禾制衣有限公司"),
        ("field.subject", "劳动报酬"),
        ("field.claim", claim.as_str()),
        ("field.oral", "是"),
        ("field.claimed", "3000"),
        ("consent", "本人在场，当面同意代填"),
    ];
    world.enter("east", KIND, &fields)
}

const APPLIED: [(&str, &str); 2] = [
    ("evidence", "application"),
    ("evidence_text", "口头申请笔录"),
];

pub(super) fn accepted(world: &World, n: usize) -> CaseId {
    let id = enter(world, n).0;
    world.does("east", id, "accept", &APPLIED);
    id
}

#[test]
fn a_mediation_through_its_pages() {
    on_both(KIND, |world| {
        let kind = world.case(accepted(world, 0)).kind;
        let common = Common {
            open: &accepted,
            extend: &|_, _| ("mediation_end", "10", "20"),
            verb_of_split: "split",
            merges_here: true,
            with_extension: &[
                ("evidence", "both_agree"),
                ("evidence_text", "双方签字的同意书"),
            ],
        };
        common::walk(world, KIND, &common);
        early_ends(world);
        collective(world);
        corrected(world);
        kept(world);
        let (on_agreement, on_wages, wages_only) = (
            signed(world, 40, "2026-11-25", "否"),
            signed(world, 41, "2026-11-25", "否"),
            signed(world, 42, "2026-11-25", "是"),
        );
        let confirmed = signed(world, 43, "2026-11-25", "否");
        broken(world, on_agreement, on_wages, wages_only, confirmed);
        world.is_whole(kind);
    });
}

fn early_ends(world: &World) {
    let (bare, _) = enter(world, 20);
    world.refuses(
        "east",
        bare,
        "accept",
        &[],
        &["缺少调解申请书或口头申请笔录", "href=\"#f-evidence\""],
    );
    world.does("east", bare, "refuse", &[("note", "不属劳动争议")]);
    let declined = accepted(world, 21);
    world.refuses(
        "east",
        declined,
        "declined",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does(
        "east",
        declined,
        "declined",
        &[("note", "单位明确拒绝，已告知申请人")],
    );
    let failed = accepted(world, 22);
    world.does("east", failed, "mediate", &[("field.mediator", "演示east")]);
    world.does("east", failed, "fail", &[("note", "差距太大")]);
    let (gone, code) = enter(world, 23);
    world.says(&code, "withdraw", "withdraw-23", &[], "withdraw");
    assert!(world.page("east", gone).contains("已撤回"));
}

/// To the signed agreement. Its letter is drafted by the step before, and its day stands in the form.
pub(super) fn signed(world: &World, n: usize, pay_by: &str, only_wages: &str) -> CaseId {
    let id = accepted(world, n);
    let bare = [("field.mediator", "演示east")];
    world.refuses(
        "east",
        id,
        "schedule",
        &bare,
        &["请填写「调解日期」", "href=\"#f-field.session_on\""],
    );
    world.does(
        "east",
        id,
        "schedule",
        &[
            ("field.mediator", "演示east"),
            ("field.session_on", "2026-11-20"),
        ],
    );
    world.does("east", id, "mediate", &[("field.mediator", "演示east")]);
    world.does(
        "east",
        id,
        "agree",
        &[
            ("field.agreed", "3000"),
            ("evidence", "record"),
            ("evidence_text", "调解笔录"),
        ],
    );
    let early = [("field.pay_by", pay_by), ("field.only_wages", only_wages)];
    world.refuses("east", id, "sign", &early, &["要先签发文书"]);
    let letter = paper::newest(world, "east", id);
    let number = paper::issue(world, "east", &letter);
    let form = world.get("east", &format!("/cases/{id}/do/sign"));
    assert_eq!(
        value(&form.body, "field.signed_on"),
        world.today().to_string(),
        "the day of the letter stands in the form"
    );
    assert!(form.body.contains(&number), "the form names the letter");
    let today = world.today().to_string();
    let fields = [
        ("field.signed_on", today.as_str()),
        ("field.agreed", "3000"),
        ("field.pay_by", pay_by),
        ("field.only_wages", only_wages),
    ];
    world.does("east", id, "sign", &fields);
    assert!(
        world.page("east", id).contains(&number),
        "the page of the case lists its letter"
    );
    id
}

fn kept(world: &World) {
    let id = signed(world, 30, "2026-11-25", "否");
    world.does(
        "east",
        id,
        "confirm",
        &[
            ("field.court", "临平区人民法院"),
            ("evidence", "filing"),
            ("evidence_text", "受理通知书"),
        ],
    );
    world.refuses(
        "east",
        id,
        "pay",
        &[("field.paid", "3000")],
        &["缺少履行凭证"],
    );
    world.does(
        "east",
        id,
        "pay",
        &[
            ("field.paid", "3000"),
            ("evidence", "payment_proof"),
            ("evidence_text", "转账凭证"),
        ],
    );
    world.refuses(
        "east",
        id,
        "close",
        &[("closing", "performed"), ("note", "已履行")],
        &["回访不足 1 人"],
    );
    world.does(
        "east2",
        id,
        "call_back",
        &[("whom", "申请人"), ("solved", "yes"), ("satisfied", "yes")],
    );
    world.does("east", id, "close", &[("closing", "performed")]);
    assert!(world.page("east", id).contains("已履行"));
    world.does("officer", id, "reopen", &[("note", "最后一笔退回了")]);
    assert!(
        world.page("officer", id).contains("未按期履行")
            && world.page("officer", id).contains("演示east<")
    );
}

/// The day to pay passes: two roads of a payment order, and the road of the agreement about wages only.
fn broken(
    world: &World,
    on_agreement: CaseId,
    on_wages: CaseId,
    wages_only: CaseId,
    confirmed: CaseId,
) {
    world.at("2026-11-26 09:00");
    for (id, basis) in [(on_agreement, "调解协议"), (on_wages, "拖欠工资")] {
        assert!(world.page("east", id).contains("未按期履行"));
        world.cannot("east", id, "sue_on_agreement");
        let order = [
            ("field.order_basis", basis),
            ("field.court", "临平区人民法院"),
            ("field.order_accepted_on", "2026-11-26"),
        ];
        world.refuses(
            "east",
            id,
            "apply_order",
            &order[..1],
            &["href=\"#f-field.court\""],
        );
        world.does("east", id, "apply_order", &order);
        world.does(
            "east",
            id,
            "order_served",
            &[("field.order_served_on", "2026-11-26")],
        );
        world.does("east", id, "order_failed", &[("note", "单位提出书面异议")]);
    }
    world.does(
        "east",
        on_agreement,
        "sue",
        &[("field.court", "临平区人民法院")],
    );
    world.cannot("east", on_wages, "sue");
    world.does(
        "east",
        on_wages,
        "arbitrate",
        &[("field.court", "临平区仲裁委")],
    );
    world.does(
        "east",
        wages_only,
        "sue_on_agreement",
        &[("field.court", "临平区人民法院")],
    );
    assert!(world.buttons("east", confirmed).contains("arbitrate"));
}

/// Ten and more with one claim: the level above is told at once, and representatives are named before a day is set.
fn collective(world: &World) {
    let fields = [
        ("title", "十二人欠薪"),
        ("place", "塘栖镇总工会"),
        ("door", "window"),
        ("field.applicant", "申请人七十"),
        ("field.respondent", "杭州锦禾制衣有限公司"),
        ("field.subject", "劳动报酬"),
        ("field.claim", "十二个人两个月工资"),
        ("field.workers", "12"),
        ("field.oral", "是"),
        ("consent", "本人在场，当面同意代填"),
    ];
    let (id, _) = world.enter("east", KIND, &fields);
    world.does("east", id, "accept", &APPLIED);
    let page = world.page("officer", id);
    assert!(
        page.contains("<span>督办 <b>") && page.contains("集体争议：上一级了解、指导"),
        "{page}"
    );
    assert!(
        world.get("officer", "/cases").body.contains("十二人欠薪"),
        "on the list of the level above"
    );
    let day = [
        ("field.mediator", "演示east"),
        ("field.session_on", "2026-11-20"),
    ];
    let says = ["要推举 3 至 5 名代表", "href=\"#f-field.representatives\""];
    world.refuses("east", id, "schedule", &day, &says);
    world.cannot("east", id, "guide");
    world.does("officer", id, "guide", &[("note", "先稳住人，工资数核清")]);
    let named = [day[0], day[1], ("field.representatives", "3")];
    world.does("east", id, "schedule", &named);
}

/// What was written down wrong is corrected with a reason; the form shows nobody's name, the file what it said before.
fn corrected(world: &World) {
    let id = accepted(world, 71);
    let form = world.get("east", &format!("/cases/{id}/do/correct")).body;
    assert!(!form.contains("申请人71"), "the form shows no name");
    assert!(form.contains("杭州锦禾制衣有限公司"));
    let says = ["请写明「更正当事人、事项」", "href=\"#f-note\""];
    world.refuses("east", id, "correct", &[("note", "")], &says);
    let right = [
        ("note", "登记时听错了"),
        ("field.applicant", "欧阳小明"),
        ("field.subject", "工时休假"),
    ];
    world.does("east", id, "correct", &right);
    let page = world.page("east", id);
    assert!(
        page.contains("「争议事项」原为 劳动报酬，现为 工时休假"),
        "{page}"
    );
    assert!(!page.contains("欧阳小明"), "the name stays masked");
}
