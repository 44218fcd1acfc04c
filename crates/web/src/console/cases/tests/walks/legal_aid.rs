//! 法律援助: first contact, papers asked for once, decision, a lawyer from the roster, one who stands aside, report.

use axum::http::StatusCode;
use kernel::ids::CaseId;

use super::common::{self, Common};
use super::world::{World, errors, on_both};

pub(super) const KIND: &str = "cases.legal_aid";

fn enter(world: &World, n: usize, urgent: &str) -> (CaseId, String) {
    let (title, applicant) = (format!("援助申请 {n}"), format!("申请人{n}"));
    let claim = format!("欠薪，第 {n} 件");
    let phone = format!("138000{n:05}");
    let fields = [
        ("title", title.as_str()),
        ("place", "塘栖镇总工会"),
        ("door", "window"),
        ("field.applicant", applicant.as_str()),
        ("field.respondent", "杭州锦禾制衣有限公司"),
        ("field.subject", "劳动报酬"),
        ("field.claim", claim.as_str()),
        ("field.urgent", urgent),
        ("phone", phone.as_str()),
        ("consent", "本人在场，当面同意代填"),
    ];
    world.enter("east", KIND, &fields)
}

fn open(world: &World, n: usize) -> CaseId {
    enter(world, n, "否").0
}

const MISSING: [(&str, &str); 3] = [
    ("back_to", "initiator"),
    ("note", "请一次补齐"),
    ("field.missing", "劳动合同或工资流水"),
];

#[test]
fn legal_aid_through_its_pages() {
    on_both(KIND, |world| {
        let kind = world.case(open(world, 0)).kind;
        let common = Common {
            open: &open,
            extend: &|world, id| {
                world.does("east", id, "ask_papers", &MISSING);
                ("papers", "10", "30")
            },
            verb_of_split: "split",
            merges_here: true,
            with_extension: &[],
        };
        common::walk(world, KIND, &common);
        roster(world);
        story(world);
        other_ends(world);
        world.is_whole(kind);
    });
}

fn roster(world: &World) {
    for who in ["lawyer", "lawyer2"] {
        let path = format!("/helpers/{}", world.account(who));
        let fields = [
            ("firm", "临平某律师事务所"),
            ("licence", "13301202010000000"),
            ("subjects", "劳动争议"),
            ("most_open", "3"),
            ("from_on", "2026-01-01"),
        ];
        let set = world.post("officer", &path, &fields);
        assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", errors(&set));
    }
    let path = format!("/helpers/{}/clients", world.account("lawyer2"));
    let noted = world.post("officer", &path, &[("client", "杭州锦禾制衣有限公司")]);
    assert_eq!(noted.status, StatusCode::SEE_OTHER, "{}", errors(&noted));
}

fn story(world: &World) {
    let (id, code) = enter(world, 20, "否");
    let (lawyer, conflicted) = (
        format!("/{}", world.account("lawyer")),
        format!("/{}", world.account("lawyer2")),
    );
    world.refuses(
        "east",
        id,
        "first_contact",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does(
        "east",
        id,
        "first_contact",
        &[("note", "已电话告知所需材料")],
    );
    let bare = [("back_to", "initiator"), ("note", "缺材料")];
    world.refuses(
        "east",
        id,
        "ask_papers",
        &bare,
        &["请填写「需补充的材料」", "href=\"#f-field.missing\""],
    );
    world.does("east", id, "ask_papers", &MISSING);
    assert!(
        !world.dues(id).contains_key("decide"),
        "the desk's clock stands still while it waits"
    );
    world.says(
        &code,
        "add",
        "papers-1",
        &[("note", "工资流水在附件里")],
        "supplement",
    );
    assert!(world.page("east", id).contains("材料已补齐"));
    world.cannot("east", id, "ask_papers");
    world.refuses(
        "east",
        id,
        "grant_aid",
        &[("field.stage", "仲裁")],
        &["缺少援助决定书", "href=\"#f-evidence\""],
    );
    world.does(
        "east",
        id,
        "grant_aid",
        &[
            ("field.stage", "仲裁"),
            ("evidence", "decision"),
            ("evidence_text", "决定书"),
        ],
    );
    let right = [("note", "登记时听错了"), ("field.subject", "工伤赔偿")];
    world.does("east", id, "correct", &right);
    assert!(world.page("east", id).contains("原为 "));
    common::pause(world, KIND, id, "申请人住院");
    world.does("east", id, "resume", &[]);
    let form = world.get("east", &format!("/cases/{id}/do/assign_lawyer"));
    assert!(
        form.body
            .contains("是「杭州锦禾制衣有限公司」的代理人，须回避"),
        "{}",
        form.body
    );
    world.refuses(
        "east",
        id,
        "assign_lawyer",
        &[],
        &["要写明由谁接办", "href=\"#f-next\""],
    );
    world.refuses(
        "east",
        id,
        "assign_lawyer",
        &[("next", &conflicted)],
        &["须回避", "href=\"#f-next\""],
    );
    world.hidden("lawyer", id);
    world.does("east", id, "assign_lawyer", &[("next", &lawyer)]);
    world.refuses(
        "lawyer",
        id,
        "decline",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does(
        "lawyer",
        id,
        "decline",
        &[("back_to", "previous"), ("note", "近期出庭冲突")],
    );
    assert!(world.page("east", id).contains("给予援助，待指派"));
    world.does("east", id, "assign_lawyer", &[("next", &lawyer)]);
    world.cannot("east", id, "accept");
    world.does("lawyer", id, "accept", &[]);
    // A post beside the tree has its own cases on its first page, and nobody else's.
    let first = |who: &str| world.get(who, "/workbench").body;
    assert!(first("lawyer").contains(&format!("/cases/{id}")));
    assert!(first("lawyer2").contains("现在没有分派给您的事"));
    world.refuses(
        "lawyer",
        id,
        "progress",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does("lawyer", id, "progress", &[("note", "已立案")]);
    world.refuses(
        "lawyer",
        id,
        "matter_ended",
        &[("field.recovered", "一万")],
        &[
            "「为职工挽回金额」应为金额",
            "href=\"#f-field.recovered\"",
            "href=\"#f-field.result\"",
        ],
    );
    world.does(
        "lawyer",
        id,
        "matter_ended",
        &[
            ("field.result", "裁决支付一万二千元"),
            ("field.recovered", "12000"),
        ],
    );
    let closing = [("closing", "recovered"), ("note", "结案")];
    world.refuses(
        "lawyer",
        id,
        "close",
        &closing,
        &["缺少裁判或调解文书", "缺少结案报告", "回访不足 1 人"],
    );
    world.cannot("lawyer", id, "call_back");
    let call = [
        ("whom", "申请人"),
        ("solved", "yes"),
        ("satisfied", "yes"),
        ("field.rating", "很满意"),
    ];
    world.does("officer", id, "call_back", &call);
    let papers = [
        ("closing", "recovered"),
        ("evidence", "result"),
        ("evidence_text", "裁决书"),
        ("evidence_2", "report"),
        ("evidence_text_2", "结案报告"),
    ];
    world.does("lawyer", id, "close", &papers);
    world.says(
        &code,
        "again",
        "again-1",
        &[("note", "对方没有付")],
        "reopen",
    );
    let page = world.page("officer", id);
    assert!(
        page.contains("律师办理中") && page.contains("演示lawyer</b>"),
        "back to the lawyer"
    );
    assert!(page.contains("<span>督办 <b>"), "and one level up watches");
}

fn other_ends(world: &World) {
    let (refused, _) = enter(world, 30, "否");
    world.refuses(
        "east",
        refused,
        "refuse",
        &[("note", "")],
        &["请写明「不予援助」", "href=\"#f-note\""],
    );
    world.does(
        "east",
        refused,
        "refuse",
        &[("note", "已超过仲裁时效且无中断事由")],
    );
    let (urgent, _) = enter(world, 31, "是");
    world.does(
        "east",
        urgent,
        "grant_urgent",
        &[("note", "时效只剩三日"), ("field.stage", "仲裁")],
    );
    world.refuses(
        "east",
        urgent,
        "terminate",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does(
        "east",
        urgent,
        "terminate",
        &[("note", "申请人另行委托律师")],
    );
    let (gone, code) = enter(world, 32, "否");
    world.says(&code, "withdraw", "withdraw-1", &[], "withdraw");
    assert!(world.page("east", gone).contains("已撤回"));
}
