//! 欠薪预警处置: a real alert, red, through the three levels to its end on evidence; and what only blue ones know.

use axum::http::StatusCode;
use kernel::ids::CaseId;
use union::cases::{self, NewCase};
use union::employers::{self, EmployerDraft};

use super::common::{self, Common};
use super::paper;
use super::world::{World, errors, on_both, value};

pub(super) const KIND: &str = "cases.arrears_alert";

/// As the room of the alerts opens it.
fn opened(world: &World, n: usize, grade: &str, place: &str) -> CaseId {
    let new = NewCase {
        kind: KIND.to_owned(),
        door: "alert".to_owned(),
        place: Some(world.org(place)),
        title: format!("第 {n} 家单位疑似欠薪"),
        fields: [("employer".to_owned(), format!("第 {n} 家单位"))].into(),
        grade: Some(grade.to_owned()),
        link: Some(("alert", uuid::Uuid::from_u128(n as u128))),
        ..NewCase::default()
    };
    let actor = world.site.test.actor();
    world
        .site
        .test
        .db
        .write(&actor, |tx| cases::open(tx, &new))
        .unwrap()
        .id
}

fn yellow(world: &World, n: usize) -> CaseId {
    opened(world, n, "yellow", "塘栖镇总工会")
}

#[test]
fn an_arrears_alert_through_its_pages() {
    on_both(KIND, |world| {
        let kind = world.case(yellow(world, 999)).kind;
        let common = Common {
            open: &yellow,
            extend: &|_, _| ("plan", "2", "9"),
            verb_of_split: "split",
            merges_here: false,
            with_extension: &[],
        };
        common::walk(world, KIND, &common);
        blue(world);
        letters(world);
        handed_over(world);
        red(world);
        world.is_whole(kind);
    });
}

/// A blue one begins in the village; the town confirms it.
fn blue(world: &World) {
    let id = opened(world, 200, "blue", "塘北村工会联合会");
    world.does("village", id, "accept", &[]);
    world.refuses(
        "village",
        id,
        "contact",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does("village", id, "contact", &[("note", "负责人称下周发薪")]);
    world.cannot("village", id, "confirm");
    world.does("east", id, "confirm", &[("note", "与单位核对，情况属实")]);
    world.does("officer", id, "review", &[("note", "月度研判：继续观察")]);
    world.cannot("east", id, "review");
    assert!(
        !world.buttons("officer", id).contains("command"),
        "only a red one is commanded"
    );
}

fn letters(world: &World) {
    let id = yellow(world, 201);
    world.does("east", id, "accept", &[]);
    for (verb, template) in [
        ("remind_letter", "letters.supervision_notice"),
        ("opinion_letter", "letters.supervision_opinion"),
    ] {
        world.refuses(
            "east",
            id,
            verb,
            &[("note", "送达")],
            &["要先签发文书并登记送达"],
        );
        let letter = paper::draft(world, "east", id, verb, template);
        let number = paper::issue(world, "east", &letter);
        paper::serve(world, "east", &letter, "单位负责人");
        world.does("east", id, verb, &[]);
        assert!(world.page("east", id).contains(&number));
    }
}

/// Handing over ends the alert and its case together, on the page of the alert; sent back, both go on.
fn handed_over(world: &World) {
    let (alert, id) = raised(world, "塘栖制伞厂", "91330110MA2GYY6H06");
    world.does("east", id, "accept", &[]);
    let owned = world.post(
        "officer",
        &format!("/cases/{id}/do/hand_over"),
        &[("note", "移交")],
    );
    assert!(
        owned.status == StatusCode::CONFLICT && owned.body.contains("请在预警页面办理"),
        "{}",
        errors(&owned)
    );
    let path = format!("{alert}/do/hand_over");
    let version = value(&world.get("officer", &path).body, "version");
    let whole = [
        ("version", version.as_str()),
        ("note", "涉嫌恶意欠薪"),
        ("field.transferred_to", "公安机关"),
        ("field.transfer_no", "公（经）受〔2026〕8号"),
        ("evidence_text", "移交回执"),
    ];
    let bare = world.post("officer", &path, &whole[..2]);
    assert_eq!(bare.status, StatusCode::CONFLICT);
    for says in [
        "缺少移交回执",
        "href=\"#f-evidence_text\"",
        "href=\"#f-field.transferred_to\"",
        "href=\"#f-field.transfer_no\"",
        "涉嫌恶意欠薪",
    ] {
        assert!(bare.body.contains(says), "{says}: {}", errors(&bare));
    }
    assert_eq!(
        world.post("east", &path, &whole).status,
        StatusCode::FORBIDDEN,
        "a red one leaves from the district"
    );
    let gone = world.post("officer", &path, &whole);
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", errors(&gone));
    world.did("hand_over");
    let page = world.get("officer", &alert).body;
    for says in ["已移交有关部门", "公（经）受〔2026〕8号", "/do/reopen"] {
        assert!(page.contains(says), "the page says where it is: {says}");
    }
    assert!(!page.contains("handed_over") && !page.contains("/do/close"));
    assert!(world.page("officer", id).contains("已移交"));
    world.cannot("officer", id, "reopen");
    asked_after(world, id, &alert);
    let back = format!("{alert}/do/reopen");
    let version = value(&world.get("officer", &back).body, "version");
    let told = [("version", version.as_str()), ("note", "公安退回")];
    let taken = world.post("officer", &back, &told);
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", errors(&taken));
    world.did("reopen");
    assert!(world.page("officer", id).contains("承办 <b>塘栖镇总工会"));
    assert!(
        world.dues(id).contains_key("command"),
        "the clocks begin anew"
    );
    assert!(world.get("officer", &alert).body.contains("/do/close"));
}

/// What came of it is asked: the alert's page says until when, the step notes the answer, and what is not offered on an ended
/// alert leads back to it.
fn asked_after(world: &World, id: CaseId, alert: &str) {
    let page = world.get("east", alert).body;
    let step = format!("/cases/{id}/do/office_answer");
    for says in [
        "接收单位还没有答复",
        step.as_str(),
        "已移交，只剩问清结果",
        "曾超时",
    ] {
        assert_eq!(page.contains(says), says != "曾超时", "{says}");
    }
    assert!(!page.contains("已超时"));
    assert!(world.page("east", id).contains("已移交，待答复"));
    let closed = world.get("officer", &format!("{alert}/do/close"));
    assert_eq!(closed.status, StatusCode::CONFLICT);
    for says in [
        "不能再办理",
        &format!("class=\"btn btn-p\" href=\"{alert}\""),
        &format!("href=\"{alert}/do/reopen\""),
    ] {
        assert!(closed.body.contains(says), "{says}: {}", closed.body);
    }
    world.refuses(
        "east",
        id,
        "office_answer",
        &[("note", "付清了")],
        &[
            "href=\"#f-field.office_result\"",
            "href=\"#f-field.office_no\"",
        ],
    );
    world.does(
        "east",
        id,
        "office_pending",
        &[("note", "电话问过，已立案")],
    );
    world.does(
        "east",
        id,
        "office_answer",
        &[
            ("note", "书面答复"),
            ("field.office_result", "已立案查处"),
            ("field.office_no", "公（经）立〔2026〕5号"),
        ],
    );
    let page = world.get("east", alert).body;
    for says in [
        "接收单位已经答复",
        "公（经）立〔2026〕5号",
        "已了结，以下是当时的记录",
    ] {
        assert!(page.contains(says), "{says}");
    }
    assert!(!page.contains(&step), "nothing is left to be noted");
}

/// A lead of unpaid wages about a firm of the village makes a red alert: its page, and its case.
fn raised(world: &World, name: &str, code: &str) -> (String, CaseId) {
    let draft = EmployerDraft {
        name: name.into(),
        credit_code: code.into(),
        territory: Some(world.org("塘北村工会联合会")),
        headcount: Some(60),
        headcount_on: Some("2026-01-31".parse().unwrap()),
        source: "测试".into(),
        ..EmployerDraft::default()
    };
    let actor = world.site.test.actor();
    let db = &world.site.test.db;
    db.write(&actor, |tx| employers::upsert(tx, &draft))
        .unwrap();
    let day = world.today().to_string();
    let lead = [
        ("key", name),
        ("employer", name),
        ("day", day.as_str()),
        ("field.days", "35"),
        ("field.workers", "12"),
        ("verified", "yes"),
    ];
    let taken = world.post("east", "/warnings/leads/new?kind=wage_overdue", &lead);
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", errors(&taken));
    world.night();
    let list = world.get("east", "/warnings");
    for link in list.body.split("href=\"/warnings/QX").skip(1) {
        let alert = format!("/warnings/QX{}", link.split_once('"').unwrap().0);
        let page = world.get("east", &alert);
        if page.body.contains(&format!("<h1>{name}")) {
            let (_, rest) = page.body.split_once("href=\"/cases/").unwrap();
            return (alert, rest.split_once('"').unwrap().0.parse().unwrap());
        }
    }
    panic!("no alert for {name}: {}", list.body);
}

/// Two alerts about one matter: they and their cases become one together, on the page of the alert.
fn merged(world: &World, alert: &str, id: CaseId) {
    let (second, other) = raised(world, "塘栖印染厂", "91110108551385082Q");
    let owned = world.post(
        "east",
        &format!("/cases/{other}/do/merge"),
        &[("note", "同一老板"), ("other", &world.case(id).no)],
    );
    assert!(
        owned.status == StatusCode::CONFLICT && owned.body.contains("请在预警页面办理"),
        "{}",
        errors(&owned)
    );
    let form = world.get("east", &format!("{second}/do/merge"));
    let version = value(&form.body, "version");
    let into = alert.trim_start_matches("/warnings/");
    let fields = [
        ("version", version.as_str()),
        ("into", into),
        ("note", "同一老板的两家厂"),
    ];
    let unrelated = world.post("east", &format!("{second}/do/merge"), &fields);
    assert!(
        unrelated.status == StatusCode::UNPROCESSABLE_ENTITY
            && unrelated.body.contains("请选择两条预警是什么关系"),
        "{}",
        errors(&unrelated)
    );
    let fields = [fields.as_slice(), &[("relation", "same_controller")]].concat();
    let joined = world.post("east", &format!("{second}/do/merge"), &fields);
    assert_eq!(joined.status, StatusCode::SEE_OTHER, "{}", errors(&joined));
    let gone = world.get("east", &second).body;
    assert!(gone.contains("已合并") && gone.contains("关系：同一实际控制人"));
    assert!(
        world
            .get("east", alert)
            .body
            .contains("关系：同一实际控制人")
    );
    let no = world.case(id).no;
    assert!(
        world.page("east", other).contains("已并入") && world.page("east", other).contains(&no)
    );
    assert!(world.page("east", id).contains("并进来的"));
    world.did("merge");
}

/// A lead of unpaid wages makes an alert; its case goes through the levels; it ends where alerts end.
fn red(world: &World) {
    let (alert, id) = raised(world, "塘栖纺织厂", "91330100799655058B");
    merged(world, &alert, id);
    levels(world, id);
    payment(world, id);
    verified(world, &alert);
    ended(world, id, &alert);
}

fn levels(world: &World, id: CaseId) {
    world.does("east", id, "accept", &[]);
    world.refuses(
        "east",
        id,
        "notify",
        &[("note", "已通报")],
        &["缺少通报记录", "href=\"#f-evidence\""],
    );
    world.does(
        "east",
        id,
        "notify",
        &[
            ("evidence", "notice_record"),
            ("evidence_text", "电话通报记录"),
        ],
    );
    world.cannot("east", id, "command");
    world.does("officer", id, "command", &[("note", "启动指挥")]);
    world.refuses(
        "officer",
        id,
        "report",
        &[("note", "报告")],
        &["缺少书面报告"],
    );
    world.does(
        "officer",
        id,
        "report",
        &[("evidence", "report"), ("evidence_text", "书面报告")],
    );
    world.does("officer", id, "summary", &[("note", "二十四小时小结")]);
    world.refuses(
        "east",
        id,
        "push_hrss",
        &[("note", "推送")],
        &["请填写「人社部门回执编号」", "href=\"#f-field.hrss_no\""],
    );
    world.does(
        "east",
        id,
        "push_hrss",
        &[("field.hrss_no", "LB-2026-1120")],
    );
    world.does("east", id, "meet", &[("note", "约谈法定代表人")]);
    world.refuses(
        "village",
        id,
        "visit",
        &[("note", "到厂里看过")],
        &["缺少走访记录", "href=\"#f-evidence\""],
    );
}

fn payment(world: &World, id: CaseId) {
    // Whoever is below may visit for the handler.
    let visited = [
        ("note", "到厂里看过"),
        ("evidence", "visit_record"),
        ("evidence_text", "现场记录"),
        ("field.workers", "13"),
        ("field.amount", "86000"),
    ];
    world.does("village", id, "visit", &visited);
    world.refuses(
        "east",
        id,
        "list_workers",
        &[("field.workers", "十二"), ("field.amount", "86000")],
        &["「涉及职工人数」应为整数", "href=\"#f-field.workers\""],
    );
    world.does(
        "east",
        id,
        "list_workers",
        &[("field.workers", "13"), ("field.amount", "86,000")],
    );
    let plan = [
        ("field.workers", "13"),
        ("field.amount", "86000"),
        ("field.plan_until", "2026-12-10"),
        ("evidence", "plan"),
        ("evidence_text", "盖章方案"),
    ];
    world.refuses(
        "east",
        id,
        "agree_plan",
        &plan[..2],
        &["href=\"#f-field.plan_until\"", "缺少支付方案"],
    );
    world.does("east", id, "agree_plan", &plan);
    world.refuses(
        "east",
        id,
        "pay",
        &[
            ("field.workers_paid", "38"),
            ("field.amount_paid", "43000"),
            ("evidence", "payment_proof"),
            ("evidence_text", "代发明细"),
        ],
        &[
            "「已付清职工人数」38，比「涉及职工人数」13还多",
            "先“登记人数和金额”",
            "href=\"#f-field.workers_paid\"",
        ],
    );
    world.does(
        "east",
        id,
        "pay",
        &[
            ("field.workers_paid", "6"),
            ("field.amount_paid", "43000"),
            ("evidence", "payment_proof"),
            ("evidence_text", "代发明细"),
        ],
    );
    world.does(
        "east",
        id,
        "paid",
        &[
            ("field.workers", "13"),
            ("field.workers_paid", "13"),
            ("field.amount_paid", "86000"),
        ],
    );
    world.refuses(
        "east",
        id,
        "not_paid",
        &[("note", "")],
        &["href=\"#f-note\""],
    );
    world.does("east", id, "not_paid", &[("note", "两名职工说没有到账")]);
    world.does(
        "east",
        id,
        "paid",
        &[
            ("field.workers", "13"),
            ("field.workers_paid", "13"),
            ("field.amount_paid", "86000"),
        ],
    );
    world.cannot("east", id, "call_back");
    for whom in ["工人甲", "工人乙"] {
        world.does(
            "east2",
            id,
            "call_back",
            &[("whom", whom), ("solved", "yes"), ("satisfied", "yes")],
        );
    }
}

/// What the desk verified is what its alert says, in the list and on its page, with what was reported beside it.
fn verified(world: &World, alert: &str) {
    world.night();
    let page = world.get("east", alert).body;
    for says in ["13 人", "已核实", "线索反映", ">12 人<", "86,000.00 元"] {
        assert!(page.contains(says), "{says}");
    }
    let list = world.get("east", "/warnings").body;
    for says in ["13 人", "已核实，线索报 12 人"] {
        assert!(list.contains(says), "{says}");
    }
}

/// The end of an alert is decided on its own page, after quiet days and by the district when it was red.
fn ended(world: &World, id: CaseId, alert: &str) {
    assert!(
        !world.buttons("officer", id).contains("close"),
        "it ends on the page of the alert"
    );
    let owned = world.post(
        "officer",
        &format!("/cases/{id}/do/close"),
        &[("closing", "turnover")],
    );
    assert!(owned.status == StatusCode::CONFLICT && owned.body.contains("请在预警页面办理"));
    let fields = [("closing", "turnover"), ("note", "已付清")];
    let early = world.post("officer", &format!("{alert}/do/close"), &fields);
    assert!(
        early.status == StatusCode::CONFLICT && early.body.contains("没有新线索才能销号"),
        "{}",
        errors(&early)
    );
    assert!(early.body.contains("已付清"), "what was typed is kept");
    world.at("2027-03-01 09:00");
    let below = world.post("east", &format!("{alert}/do/close"), &fields);
    assert_eq!(
        below.status,
        StatusCode::FORBIDDEN,
        "a red one is ended by the district"
    );
    let form = world.get("officer", &format!("{alert}/do/close"));
    let version = value(&form.body, "version");
    let fields = [
        ("version", version.as_str()),
        ("closing", "turnover"),
        ("note", "已付清"),
    ];
    let closed = world.post("officer", &format!("{alert}/do/close"), &fields);
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", errors(&closed));
    assert!(world.page("officer", id).contains("已销号"));
    world.did("close");
}
