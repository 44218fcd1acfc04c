//! 工会劳动法律监督: reminded, looked into, opinion and recommendation served with their numbers filled in.

use kernel::ids::CaseId;

use super::common::{self, Common};
use super::paper;
use super::world::{World, on_both, value};

pub(super) const KIND: &str = "cases.supervision";

pub(super) fn open(world: &World, n: usize) -> CaseId {
    let (title, employer) = (format!("监督事项 {n}"), format!("第 {n} 家服饰公司"));
    let fields = [
        ("title", title.as_str()),
        ("place", "塘栖镇总工会"),
        ("door", "complaint"),
        ("field.employer", employer.as_str()),
        ("field.item", "工资支付"),
        ("field.facts", "拖欠两个月工资"),
    ];
    world.enter("east", KIND, &fields).0
}

pub(super) fn accepted(world: &World, n: usize) -> CaseId {
    let id = open(world, n);
    world.does("east", id, "accept", &[]);
    id
}

pub(super) const TWO: [(&str, &str); 2] = [
    ("field.supervisor_one", "监督员甲"),
    ("field.supervisor_two", "监督员乙"),
];

#[test]
fn a_supervision_through_its_pages() {
    on_both(KIND, |world| {
        let kind = world.case(open(world, 0)).kind;
        let common = Common {
            open: &accepted,
            extend: &|world, id| {
                world.does("east", id, "investigate", &TWO);
                refused_delivery(world, id);
                ("recommend", "3", "9")
            },
            verb_of_split: "split",
            merges_here: true,
            with_extension: &[],
        };
        common::walk(world, KIND, &common);
        not_taken(world);
        corrected(world);
        recommended(world);
        answered_on_the_letter(world);
        world.is_whole(kind);
    });
}

fn refused_delivery(world: &World, id: CaseId) {
    let whole = [
        ("note", "项目经理拒收，社区干部见证"),
        ("field.receiver", "项目经理拒收"),
    ];
    world.refuses(
        "east",
        id,
        "delivery_refused",
        &whole,
        &["要先签发文书并登记送达", "缺少送达回证"],
    );
    let letter = paper::draft(
        world,
        "east",
        id,
        "delivery_refused",
        "letters.supervision_opinion",
    );
    paper::issue(world, "east", &letter);
    paper::serve(world, "east", &letter, "项目经理");
    world.does("east", id, "delivery_refused", &whole);
    assert!(world.page("east", id).contains("逾期不答复"));
}

/// A refusal drafts its notice; the words of the refusal stand in it.
fn not_taken(world: &World) {
    let id = open(world, 20);
    world.refuses("east", id, "refuse", &[("note", "")], &["href=\"#f-note\""]);
    world.does("east", id, "refuse", &[("note", "已由劳动仲裁受理")]);
    assert!(world.page("east", id).contains("草稿，请补齐后签发、送达"));
    let letter = paper::newest(world, "east", id);
    let draft = world.get("east", &format!("/letters/{letter}/edit"));
    assert!(
        draft.body.contains("已由劳动仲裁受理"),
        "the reason stands in the draft"
    );
    let number = paper::issue(world, "east", &letter);
    paper::serve(world, "east", &letter, "反映人");
    assert!(world.page("east", id).contains(&number));
}

fn corrected(world: &World) {
    let id = accepted(world, 21);
    world.does("east", id, "negotiate", &[("note", "单位表示配合")]);
    world.refuses(
        "east",
        id,
        "remind",
        &[("note", "提示")],
        &["要先签发文书并登记送达", "缺少送达回证"],
    );
    let letter = paper::draft(world, "east", id, "remind", "letters.supervision_notice");
    let number = paper::issue(world, "east", &letter);
    world.refuses(
        "east",
        id,
        "remind",
        &[("note", "提示")],
        &["要先签发文书并登记送达"],
    );
    paper::serve(world, "east", &letter, "人事经理");
    world.does("east", id, "remind", &[]);
    assert!(
        world.page("east", id).contains(&number) && world.page("east", id).contains("已督促改正")
    );
    world.refuses(
        "east",
        id,
        "investigate",
        &TWO[..1],
        &["请填写「监督员二」", "href=\"#f-field.supervisor_two\""],
    );
    let one = [
        ("field.supervisor_one", "监督员甲"),
        ("field.supervisor_two", "监督员 甲"),
    ];
    let says = ["是同一人", "href=\"#f-field.supervisor_two\""];
    world.refuses("east", id, "investigate", &one, &says);
    world.does("east", id, "investigate", &TWO);
    common::pause(world, KIND, id, "单位账册送审");
    world.does("east", id, "resume", &[]);
    let tomorrow = [
        ("field.investigated_on", "2026-11-21"),
        ("field.findings", "欠十二人两个月工资"),
        ("evidence", "record"),
        ("evidence_text", "调查笔录"),
    ];
    let says = ["晚于今天", "href=\"#f-field.investigated_on\""];
    world.refuses("east", id, "record", &tomorrow, &says);
    let found = [
        ("field.investigated_on", "2026-11-20"),
        ("field.findings", "欠十二人两个月工资"),
        ("evidence", "record"),
        ("evidence_text", "调查笔录"),
    ];
    world.does("east", id, "record", &found);
    world.refuses(
        "east",
        id,
        "urge_correction",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does(
        "east",
        id,
        "urge_correction",
        &[
            ("note", "限期改正"),
            ("field.findings", "欠十二人两个月工资"),
        ],
    );
    world.refuses(
        "east",
        id,
        "close",
        &[("closing", "corrected"), ("note", "已改")],
        &["缺少改正证明", "回访不足 1 人"],
    );
    world.does(
        "officer",
        id,
        "call_back",
        &[("whom", "投诉人"), ("solved", "yes"), ("satisfied", "yes")],
    );
    world.does(
        "east",
        id,
        "close",
        &[
            ("closing", "corrected"),
            ("evidence", "correction"),
            ("evidence_text", "补发工资明细"),
        ],
    );
    world.does("officer", id, "reopen", &[("note", "又欠一个月")]);
    assert!(world.page("officer", id).contains("演示east<"));
}

/// Number, day, way and receiver of the served opinion stand in the form of the verb; nobody copies them.
fn recommended(world: &World) {
    let id = accepted(world, 22);
    world.does("east", id, "investigate", &TWO);
    let letter = paper::draft(
        world,
        "east",
        id,
        "serve_opinion",
        "letters.supervision_opinion",
    );
    let number = paper::issue(world, "east", &letter);
    let form = world.get("east", &format!("/cases/{id}/do/serve_opinion"));
    assert_eq!(
        value(&form.body, "field.opinion_no"),
        number,
        "issued: the number is known"
    );
    assert_eq!(
        value(&form.body, "field.served_on"),
        "",
        "not served: no day"
    );
    paper::serve(world, "east", &letter, "人事经理");
    let form = world.get("east", &format!("/cases/{id}/do/serve_opinion"));
    let today = world.today().to_string();
    assert_eq!(value(&form.body, "field.opinion_no"), number);
    assert_eq!(value(&form.body, "field.served_on"), today);
    assert_eq!(value(&form.body, "field.receiver"), "人事经理");
    assert!(
        form.body.contains("<option value=\"直接送达\" selected>"),
        "{}",
        form.body
    );
    let fields = [
        ("field.findings", "欠十二人两个月工资"),
        ("field.opinion_no", number.as_str()),
        ("field.served_on", today.as_str()),
        ("field.served_how", "直接送达"),
        ("field.receiver", "人事经理"),
    ];
    world.does("east", id, "serve_opinion", &fields);
    let page = world.page("east", id);
    assert!(
        page.contains(&number) && page.contains(&format!("{today} 送达")),
        "letters and fields on the page"
    );
    // T3/T4 through the pages: fifteen working days, then the recommendation.
    let due = world.dues(id)["reply"];
    assert_eq!(
        due.shanghai_text(),
        "2026-12-12 00:00",
        "the whole of the 11th"
    );
    world.at("2026-12-14 09:00");
    assert!(world.page("east", id).contains("逾期不答复"));
    let letter = paper::draft(
        world,
        "east",
        id,
        "recommend",
        "letters.supervision_recommendation",
    );
    let number = paper::issue(world, "east", &letter);
    paper::serve(world, "east", &letter, "收发室");
    let form = world.get("east", &format!("/cases/{id}/do/recommend"));
    assert_eq!(value(&form.body, "field.recommendation_no"), number);
    world.does(
        "east",
        id,
        "recommend",
        &[("field.recommendation_no", &number)],
    );
    world.does(
        "east",
        id,
        "feedback",
        &[
            ("field.feedback", "已责令支付"),
            ("evidence", "feedback"),
            ("evidence_text", "复函"),
        ],
    );
    world.does("east", id, "close", &[("closing", "handled")]);
    // Another one answers in time.
    let answers = accepted(world, 23);
    world.does("east", answers, "investigate", &TWO);
    refused_delivery(world, answers);
    world.refuses(
        "east",
        answers,
        "answered",
        &[("field.reply", "已调整")],
        &["缺少单位书面答复", "href=\"#f-evidence\""],
    );
    world.does(
        "east",
        answers,
        "answered",
        &[
            ("field.reply", "已调整"),
            ("evidence", "reply"),
            ("evidence_text", "复函"),
        ],
    );
}

/// The answer registered on the letter is the step of the case: its words, its evidence, its clock; nobody enters it twice.
fn answered_on_the_letter(world: &World) {
    let id = accepted(world, 24);
    world.does("east", id, "investigate", &TWO);
    let letter = paper::draft(
        world,
        "east",
        id,
        "serve_opinion",
        "letters.supervision_opinion",
    );
    let number = paper::issue(world, "east", &letter);
    paper::serve(world, "east", &letter, "人事经理");
    let today = world.today().to_string();
    let fields = [
        ("field.findings", "欠十二人两个月工资"),
        ("field.opinion_no", number.as_str()),
        ("field.served_on", today.as_str()),
        ("field.served_how", "直接送达"),
        ("field.receiver", "人事经理"),
    ];
    world.does("east", id, "serve_opinion", &fields);
    let page = world.get("east", &format!("/letters/{letter}"));
    let answer = [
        ("version", value(&page.body, "version")),
        ("on", today.clone()),
        ("outcome", "accepted".to_owned()),
        ("summary", "已补发九月、十月工资".to_owned()),
    ];
    let answer: Vec<(&str, &str)> = answer
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let path = format!("/letters/{letter}/answer");
    let sent = world.post("east", &path, &answer);
    assert_eq!(
        sent.status,
        axum::http::StatusCode::SEE_OTHER,
        "{}",
        sent.body
    );
    let case = world.case(id);
    assert_eq!(case.now.state, "answered");
    assert_eq!(
        case.now.fields.get("reply").map(String::as_str),
        Some("已补发九月、十月工资")
    );
    let page = world.page("east", id);
    assert!(
        page.contains("单位已答复") && page.contains("登记的答复"),
        "{page}"
    );
    assert!(
        !world.dues(id).contains_key("reply"),
        "the employer's clock is met"
    );
    // Sent twice, the case has moved once.
    world.post("east", &path, &answer);
    assert_eq!(world.case(id).version, case.version);
}
