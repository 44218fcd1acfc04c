//! The verbs that every kind has, on cases that stand at the town's desk with `east` as handler.

use axum::http::StatusCode;
use kernel::ids::CaseId;
use union::cases;

use super::world::{World, errors, value};

/// What a kind brings for the walk through the common verbs.
pub(super) struct Common<'a> {
    /// Opens the n-th case, at the desk of the town.
    pub(super) open: &'a dyn Fn(&World, usize) -> CaseId,
    /// Brings a case to where a clock may be extended: the clock, how much is granted, how much is too much.
    pub(super) extend: &'a dyn Fn(&World, CaseId) -> (&'static str, &'static str, &'static str),
    /// The verb that splits a part off.
    pub(super) verb_of_split: &'static str,
    /// Whether cases of this kind are merged on their own page.
    pub(super) merges_here: bool,
    /// Evidence that an extension of this kind has to bring.
    pub(super) with_extension: &'a [(&'static str, &'static str)],
}

fn has(kind: &str, verb: &str) -> bool {
    let (place, day) = (store::testing::district(), "2026-11-20".parse().unwrap());
    let kind = cases::kind(kind, place, day).unwrap();
    kind.verb.iter().any(|row| row.id == verb)
}

/// All of them.
pub(super) fn walk(world: &World, kind: &str, common: &Common<'_>) {
    words_and_people(world, (common.open)(world, 1));
    standing_still(world, kind, (common.open)(world, 2));
    more_time(world, (common.open)(world, 3), common);
    passing_on(world, kind, (common.open)(world, 4));
    if has(kind, common.verb_of_split) {
        parting(world, (common.open)(world, 5), common.verb_of_split);
    }
    if common.merges_here {
        going_into(world, (common.open)(world, 6), (common.open)(world, 7));
    }
}

/// 补充说明、加签、指派、催办、督办
fn words_and_people(world: &World, id: CaseId) {
    world.hidden("west", id);
    world.hidden("lawyer2", id);
    let says = ["请写明「补充说明」的理由或情况", "href=\"#f-note\""];
    world.refuses("east", id, "note", &[("note", "")], &says);
    world.does("east", id, "note", &[("note", "单位负责人换了人")]);
    assert!(world.page("officer", id).contains("单位负责人换了人"));
    // 加签: who is asked sees it from then on and may add words, and nothing else.
    let asked = world.desk("乔司街道总工会", "west");
    world.refuses(
        "east",
        id,
        "consult",
        &[("note", "请看")],
        &["要写明由谁接办", "href=\"#f-next\""],
    );
    world.does(
        "east",
        id,
        "consult",
        &[("next", &asked), ("note", "单位的仓库在你处")],
    );
    let may = world.buttons("west", id);
    assert!(may.contains("note") && !may.contains("transfer"), "{may:?}");
    world.does("west", id, "note", &[("note", "仓库已经搬空")]);
    world.cannot("west", id, "assign");
    // 指派: the desk's other person, who is the handler from then on.
    let colleague = world.desk("塘栖镇总工会", "east2");
    world.refuses(
        "east",
        id,
        "assign",
        &[("note", "请你办")],
        &["要写明由谁接办", "href=\"#f-next\""],
    );
    world.does("east", id, "assign", &[("next", &colleague)]);
    let page = world.page("officer", id);
    assert!(
        page.contains("塘栖镇总工会 · 演示east2"),
        "the new handler is named"
    );
    world.cannot("east", id, "urge");
    world.does("officer", id, "urge", &[("note", "请抓紧")]);
    world.cannot("east", id, "supervise");
    world.refuses(
        "officer",
        id,
        "supervise",
        &[("note", "")],
        &["请写明「督办」", "href=\"#f-note\""],
    );
    world.does("officer", id, "supervise", &[("note", "区级挂牌督办")]);
    assert!(
        world
            .page("east", id)
            .contains("<span>督办 <b>临平区总工会")
    );
}

/// 中止、恢复: the clocks stand still, and nothing else can be done meanwhile.
fn standing_still(world: &World, kind: &str, id: CaseId) {
    // Kinds that suspend only in later states do so in their own story.
    if !world.buttons("east", id).contains("suspend") {
        assert!(has(kind, "suspend"));
        return;
    }
    world.refuses(
        "east",
        id,
        "suspend",
        &[("note", "")],
        &["请写明「中止」", "href=\"#f-note\""],
    );
    let needs = kernel_rule(kind).approval;
    // No pause without a day, and none beyond what the kind allows; the form offers the usual one and says the bounds.
    let reason = ("note", "等待司法鉴定");
    let form = world.get("east", &format!("/cases/{id}/do/suspend"));
    assert!(
        form.body.contains("一件累计最长") && form.body.contains("请核对"),
        "{}",
        form.body
    );
    assert!(
        form.body.contains("name=\"until\" value=\"2026-12-"),
        "{}",
        form.body
    );
    let until = |day: &'static str| [reason, ("until", day)];
    for (day, says) in [
        ("", "请写明预计中止到哪一天"),
        ("下周", "请填日期"),
        ("2026-11-20", "要在今天以后"),
        ("2027-11-20", "现在最晚到"),
    ] {
        let says = [says, "href=\"#f-until\""];
        world.refuses("east", id, "suspend", &until(day), &says);
    }
    pause(world, kind, id, "等待司法鉴定");
    let page = world.page("east", id);
    assert!(
        page.contains("已中止到 <span class=\"num\">2026-12-01"),
        "{page}"
    );
    assert!(
        page.contains("中止期满"),
        "the clock of the pause runs: {page}"
    );
    assert!(
        world.buttons("east", id).contains("suspend"),
        "the day may be set anew"
    );
    if needs {
        assert!(page.contains("同意中止"), "who agreed stands in the file");
    }
    let may = world.buttons("east", id);
    assert!(
        may.contains("resume") && !may.contains("transfer"),
        "{may:?}"
    );
    let page = world.page("east", id);
    assert!(
        page.contains("<span class=\"tag\">中止</span>"),
        "the page says that it stands still"
    );
    world.does("officer", id, "resume", &[]);
    assert!(
        !world
            .page("east", id)
            .contains("<span class=\"tag\">中止</span>")
    );
}

fn kernel_rule(kind: &str) -> kernel::case_kind::PauseRule {
    let (place, day) = (store::testing::district(), "2026-11-20".parse().unwrap());
    cases::kind(kind, place, day)
        .unwrap()
        .pause
        .clone()
        .unwrap()
}

/// Pauses a case to the first of December: where the kind asks for it, only when somebody above has agreed.
pub(super) fn pause(world: &World, kind: &str, id: CaseId, why: &'static str) {
    let ask = [("note", why), ("until", "2026-12-01")];
    let marked = |page: String| page.contains("<span class=\"tag\">中止</span>");
    world.does("east", id, "suspend", &ask);
    if !kernel_rule(kind).approval {
        assert!(marked(world.page("east", id)));
        return;
    }
    assert!(!marked(world.page("east", id)), "asking pauses nothing");
    assert!(world.page("officer", id).contains("申请中止，待批"));
    world.cannot("east", id, "grant_pause");
    world.cannot("east", id, "suspend");
    let list = world.get("officer", "/cases").body;
    assert!(list.contains("申请延期或中止，请决定"), "{list}");
    let silent = [("note", "")];
    let says = ["请写明「不同意中止」", "href=\"#f-note\""];
    world.refuses("officer", id, "deny_pause", &silent, &says);
    world.does("officer", id, "deny_pause", &[("note", "先把能办的办了")]);
    assert!(!marked(world.page("east", id)));
    world.does("east", id, "suspend", &ask);
    let form = world.get("officer", &format!("/cases/{id}/do/grant_pause"));
    assert!(form.body.contains("申请中止到") && form.body.contains("2026-12-01"));
    world.does("officer", id, "grant_pause", &[]);
    assert!(marked(world.page("east", id)));
}

/// 延期 and its answer: asked by the handler, decided by another, never longer than the definition.
fn more_time(world: &World, id: CaseId, common: &Common<'_>) {
    let (clock, some, much) = (common.extend)(world, id);
    let before = world.dues(id)[clock];
    let form = world.get("east", &format!("/cases/{id}/do/extend"));
    assert!(
        form.body.contains(&format!("<option value=\"{clock}\"")) && form.body.contains("累计最多")
    );
    let ask = |days: &'static str| -> Vec<(&'static str, &'static str)> {
        let mut fields = vec![
            ("clock", clock),
            ("extend_days", days),
            ("note", "等对方提供考勤"),
        ];
        fields.extend(common.with_extension);
        fields
    };
    let nothing = [("clock", clock), ("note", "等对方提供考勤")];
    world.refuses(
        "east",
        id,
        "extend",
        &nothing,
        &["写明延长多久", "href=\"#f-clock\""],
    );
    let words = [
        ("clock", clock),
        ("extend_days", "几天"),
        ("note", "等对方提供考勤"),
    ];
    world.refuses(
        "east",
        id,
        "extend",
        &words,
        &["请填整数", "href=\"#f-extend_days\""],
    );
    let long = [
        ("clock", clock),
        ("extend_days", much),
        ("note", "等对方提供考勤"),
    ];
    world.refuses(
        "east",
        id,
        "extend",
        &long,
        &["累计最多延长", "href=\"#f-extend_days\""],
    );
    world.does("east", id, "extend", &ask(some));
    assert_eq!(world.dues(id)[clock], before, "asking moves nothing");
    world.cannot("east", id, "grant");
    world.cannot("east", id, "extend");
    world.refuses(
        "officer",
        id,
        "deny",
        &[("note", "")],
        &["请写明「不同意延期」", "href=\"#f-note\""],
    );
    world.does("officer", id, "deny", &[("note", "材料已经够了")]);
    assert_eq!(world.dues(id)[clock], before, "nothing was granted");
    world.does("east", id, "extend", &ask(some));
    world.does("officer", id, "grant", &[]);
    assert!(world.dues(id)[clock] > before, "granted, it runs longer");
    assert!(world.page("east", id).contains("延期"));
}

/// 转办、撤回、退回上一步、退回任一步: number, clocks and file go along.
fn passing_on(world: &World, kind: &str, id: CaseId) {
    let clocks = |world: &World| world.dues(id);
    let no = |world: &World, who: &str| {
        let page = world.page(who, id);
        let (_, rest) = page.split_once("编号 <b class=\"num\">").unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    };
    world.does(
        "east",
        id,
        "note",
        &[
            ("note", "电话记录第一页"),
            ("evidence", &piece(kind)),
            ("evidence_text", "聊天记录截图"),
        ],
    );
    let (number, before) = (no(world, "east"), clocks(world));
    let reason = [("note", "单位已经迁走")];
    world.refuses(
        "east",
        id,
        "transfer",
        &reason,
        &["不能只退不交", "href=\"#f-next\"", "单位已经迁走"],
    );
    let west = world.desk("乔司街道总工会", "west");
    world.refuses(
        "east",
        id,
        "transfer",
        &[("next", &west), ("note", "")],
        &["请写明「转办」", "href=\"#f-note\""],
    );
    world.does(
        "east",
        id,
        "transfer",
        &[("next", &west), ("note", "单位已经迁走")],
    );
    let survives = |world: &World, who: &str| {
        assert_eq!(no(world, who), number, "the number stays");
        assert_eq!(clocks(world), before, "the clocks go on");
        let page = world.page(who, id);
        assert!(
            page.contains("聊天记录截图") && page.contains("电话记录第一页"),
            "the file stays"
        );
    };
    survives(world, "west");
    assert!(
        world
            .page("officer", id)
            .contains("乔司街道总工会 · 演示west")
    );
    // 撤回: before the other has acted, and only by who passed it on.
    world.cannot("west", id, "recall");
    world.does("east", id, "recall", &[]);
    survives(world, "east");
    world.cannot("east", id, "recall");
    if !has(kind, "return") {
        return;
    }
    // 退回上一步
    world.does(
        "east",
        id,
        "transfer",
        &[("next", &west), ("note", "确实在乔司")],
    );
    survives(world, "west");
    world.refuses(
        "west",
        id,
        "return",
        &[("back_to", "previous"), ("note", "")],
        &["href=\"#f-note\""],
    );
    world.does(
        "west",
        id,
        "return",
        &[("back_to", "previous"), ("note", "工商登记仍在塘栖")],
    );
    assert!(world.page("officer", id).contains("承办 <b>塘栖镇总工会"));
    // 退回任一步: over the federation and the other town straight back to the town.
    let officer = world.desk("临平区总工会", "officer");
    world.does(
        "east",
        id,
        "transfer",
        &[("next", &officer), ("note", "请区级协调")],
    );
    world.does(
        "officer",
        id,
        "transfer",
        &[("next", &west), ("note", "乔司先看")],
    );
    let form = world.get("west", &format!("/cases/{id}/do/return"));
    let town = world.org("塘栖镇总工会").to_string();
    assert!(
        form.body.contains(&format!("<option value=\"{town}\"")) && form.body.contains("上一步")
    );
    world.does(
        "west",
        id,
        "return",
        &[("back_to", &town), ("note", "直接退镇里")],
    );
    survives(world, "east");
    assert!(world.page("officer", id).contains("承办 <b>塘栖镇总工会"));
}

/// Some kind of evidence that the kind knows.
fn piece(kind: &str) -> String {
    let (place, day) = (store::testing::district(), "2026-11-20".parse().unwrap());
    cases::kind(kind, place, day).unwrap().evidence[0]
        .id
        .clone()
}

/// 拆分: a part goes on under its own number, and the two know of each other.
pub(super) fn parting(world: &World, id: CaseId, verb: &str) -> CaseId {
    let offered = world.buttons("east", id);
    assert!(offered.contains(verb), "{offered:?}");
    let sent_on = world.get("east", &format!("/cases/{id}/do/{verb}"));
    let part = format!("/cases/{id}/part/{verb}");
    assert_eq!(sent_on.location, part);
    assert!(world.get("east", &part).body.contains("?kind=cases.demand"));
    assert_eq!(world.get("leader", &part).status, StatusCode::FORBIDDEN);
    let path = format!("{part}?kind=cases.demand");
    let form = world.get("east", &path);
    let (key, version) = (value(&form.body, "key"), value(&form.body, "version"));
    let whole = [
        ("key", key.as_str()),
        ("version", version.as_str()),
        ("title", "同一单位的食堂问题"),
        ("door", "window"),
        ("field.type", "求助"),
        ("field.subject", "困难帮扶"),
        ("field.content", "食堂停办，夜班没有饭吃"),
        ("note", "与本件无关，另行办理"),
    ];
    let bare: Vec<(&str, &str)> = whole
        .iter()
        .copied()
        .filter(|(name, _)| !["field.content", "note"].contains(name))
        .collect();
    let refused = world.post("east", &path, &bare);
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.location);
    for words in ["同一单位的食堂问题", "href=\"#f-note\"", "id=\"f-note\""] {
        assert!(
            refused.body.contains(words),
            "{words}: {}",
            errors(&refused)
        );
    }
    let opened = world.post("east", &path, &whole);
    assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", errors(&opened));
    let twice = world.post("east", &path, &whole);
    assert_eq!(
        twice.location, opened.location,
        "sent twice, it is one case"
    );
    let new: CaseId = opened
        .location
        .trim_start_matches("/cases/")
        .split('?')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let (whole, part) = (world.page("east", id), world.page("east", new));
    assert!(
        whole.contains(&format!("href=\"/cases/{new}\""))
            && part.contains(&format!("href=\"/cases/{id}\""))
    );
    assert_ne!(world.case(id).no, world.case(new).no);
    world.did(verb);
    new
}

/// 合并: the same matter goes on under the other number; both files say so.
fn going_into(world: &World, id: CaseId, other: CaseId) {
    let no = world.case(other).no;
    let note = ("note", "同一人同一件事");
    world.refuses(
        "east",
        id,
        "merge",
        &[note],
        &["请写明并入哪一件", "href=\"#f-other\""],
    );
    let wrong = [("other", "XX2026-99999"), note];
    world.refuses(
        "east",
        id,
        "merge",
        &wrong,
        &["请核对编号", "href=\"#f-other\""],
    );
    let own = world.case(id).no;
    world.refuses(
        "east",
        id,
        "merge",
        &[("other", &own), note],
        &["不能并入自己"],
    );
    assert!(
        world
            .get("east", &format!("/cases/{id}/do/merge"))
            .body
            .contains(&format!("<option value=\"{no}\""))
    );
    // About something else by what they say: somebody has to make sure, and that stands in the file.
    let field = |id: CaseId| world.case(id).now.fields.get("employer").cloned();
    if field(id) != field(other) {
        let says = ["两件写的不一样", "href=\"#f-other\""];
        world.refuses("east", id, "merge", &[("other", &no), note], &says);
    }
    world.does(
        "east",
        id,
        "merge",
        &[("other", &no), note, ("same", "yes")],
    );
    if field(id) != field(other) {
        assert!(world.page("east", other).contains("确认是同一件事（「"));
    }
    let (gone, stays) = (world.page("east", id), world.page("east", other));
    assert!(
        gone.contains("已并入") && gone.contains(&no),
        "the merged file says where it went"
    );
    assert!(
        stays.contains("并进来的") && stays.contains(&own),
        "the other file says what it took in"
    );
    assert!(
        world
            .buttons("east", id)
            .iter()
            .all(|verb| !["transfer", "merge"].contains(&verb.as_str()))
    );
}
