//! 走访: planned, put off, made, its problem made a case of its own, answered, called back, looked at again.

use kernel::ids::CaseId;

use super::common::{self, Common};
use super::world::{World, on_both};

pub(super) const KIND: &str = "cases.visit";

fn open(world: &World, n: usize) -> CaseId {
    let title = format!("走访第 {n} 家");
    let target = format!("第 {n} 家基层工会");
    let fields = [
        ("title", title.as_str()),
        ("place", "塘栖镇总工会"),
        ("door", "plan"),
        ("field.target_kind", "基层工会"),
        ("field.target", target.as_str()),
        ("field.planned_on", "2026-11-27"),
    ];
    world.enter("east", KIND, &fields).0
}

const VISITED: [(&str, &str); 7] = [
    ("field.visited_on", "2026-11-20"),
    ("field.visitors", "演示east"),
    ("field.findings", "工资晚发十天"),
    ("field.wages_on_time", "晚发"),
    ("field.problems", "1"),
    ("evidence", "form"),
    ("evidence_text", "走访记录表一份"),
];

#[test]
fn a_visit_through_its_pages() {
    on_both(KIND, |world| {
        let kind = world.case(open(world, 0)).kind;
        let common = Common {
            open: &open,
            extend: &|world, id| {
                world.does("east", id, "visit", &VISITED);
                ("answer", "5", "30")
            },
            verb_of_split: "split",
            merges_here: true,
            with_extension: &[],
        };
        common::walk(world, KIND, &common);
        story(world);
        world.is_whole(kind);
    });
}

fn story(world: &World) {
    let id = open(world, 20);
    world.does("east", id, "accept", &[]);
    world.refuses(
        "east",
        id,
        "reschedule",
        &[("note", "负责人外出"), ("field.planned_on", "下周")],
        &["「计划日期」应为日期", "href=\"#f-field.planned_on\""],
    );
    let later = [("note", "负责人外出"), ("field.planned_on", "2026-11-30")];
    world.does("east", id, "reschedule", &later);
    assert!(world.page("east", id).contains("2026-11-30"));
    let bare = [("field.visitors", "演示east")];
    let says = [
        "请填写「了解到的情况」",
        "href=\"#f-field.findings\"",
        "缺少走访记录表",
        "href=\"#f-evidence\"",
    ];
    world.refuses("east", id, "visit", &bare, &says);
    // A record that was photographed does not stay in the form either, and it is said.
    let form = (
        "file",
        "走访记录.jpg",
        b"\xff\xd8\xff\xe0 a form".as_slice(),
    );
    let path = format!("/cases/{id}/do/visit");
    let again = world.act_with("east", &path, &bare, &[form]).body;
    assert!(
        again.contains("刚才选的 1 个文件没有留在页面上") && again.contains("href=\"#f-file\""),
        "{again}"
    );
    world.does("east", id, "visit", &VISITED);
    // A problem becomes a case of its own.
    common::parting(world, id, "raise");
    assert!(world.page("east", id).contains("问题办理中"));
    let closing = [("closing", "answered"), ("note", "已经反馈")];
    world.refuses("east", id, "close", &closing, &["缺少问题答复"]);
    world.does(
        "east",
        id,
        "answer",
        &[("evidence", "answer"), ("evidence_text", "电话反馈")],
    );
    let nobody = [("whom", ""), ("solved", "yes"), ("satisfied", "yes")];
    world.refuses(
        "officer",
        id,
        "call_back",
        &nobody,
        &["请写明回访了谁", "href=\"#f-whom\""],
    );
    let silent = [("whom", "工会主席"), ("satisfied", "yes")];
    world.refuses(
        "officer",
        id,
        "call_back",
        &silent,
        &["请选择回访对象说的", "href=\"#f-solved\""],
    );
    world.does(
        "officer",
        id,
        "call_back",
        &[
            ("whom", "工会主席"),
            ("solved", "yes"),
            ("satisfied", "yes"),
        ],
    );
    world.does("east", id, "close", &closing);
    world.cannot("east", id, "reopen");
    world.refuses(
        "officer",
        id,
        "reopen",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does("officer", id, "reopen", &[("note", "问题没有解决")]);
    assert!(
        world
            .page("officer", id)
            .contains("承办 <b>塘栖镇总工会 · 演示east"),
        "back to the handler"
    );
    // Planned visits may be called off, with a reason.
    let off = open(world, 21);
    world.refuses(
        "east",
        off,
        "cancel",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does("east", off, "cancel", &[("note", "对象已经注销")]);
    assert!(world.page("east", off).contains("已取消"));
}
