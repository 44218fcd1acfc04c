//! 到期销毁: the night lists what is due, one person proposes, another agrees; one case is kept, its number stays.

use axum::http::StatusCode;
use kernel::ids::CaseId;

use super::demand::{self, enter};
use super::world::{World, errors, on_both};
use super::{paper, supervision};

/// A case that was not taken, so that its years begin to run.
fn ended(world: &World, n: usize) -> CaseId {
    let (id, _) = enter(world, n, "投诉");
    world.does("east", id, "refuse", &[("note", "已由法院受理")]);
    id
}

#[test]
fn files_whose_time_is_up_are_destroyed_by_two() {
    on_both(demand::KIND, |world| {
        let (goes, stays) = (ended(world, 1), ended(world, 2));
        let no = world.case(goes).no;
        // Five years, and not a day earlier.
        world.at("2031-11-20 09:00");
        assert!(
            !world
                .get("officer", "/cases/retention")
                .body
                .contains("/cases/retention/"),
            "not yet"
        );
        world.at("2031-11-21 09:00");
        let list = world.get("officer", "/cases/retention");
        assert_eq!(list.status, StatusCode::OK);
        let (_, rest) = list
            .body
            .split_once("href=\"/cases/retention/")
            .unwrap_or_else(|| panic!("{}", list.body));
        let path = format!("/cases/retention/{}", rest.split_once('"').unwrap().0);
        // Only the federation decides about files.
        for who in ["east", "village", "leader", "lawyer"] {
            for path in ["/cases/retention", &path] {
                assert_eq!(
                    world.get(who, path).status,
                    StatusCode::FORBIDDEN,
                    "{who} {path}"
                );
            }
            let sent = world.post(who, &format!("{path}/propose"), &[("why", "到期")]);
            assert_eq!(sent.status, StatusCode::FORBIDDEN, "{who}");
        }
        let page = world.get("officer", &path);
        assert!(
            page.body.contains(&no) && page.body.contains("待销毁 2"),
            "{}",
            page.body
        );
        // One is still needed: a reason and a day to come.
        let keep = format!("{path}/keep/{stays}");
        let silent = world.post("officer", &keep, &[("until", "2032-06-30"), ("why", " ")]);
        assert!(
            silent.status == StatusCode::UNPROCESSABLE_ENTITY && silent.body.contains("请写明理由"),
            "{}",
            errors(&silent)
        );
        let past = world.post(
            "officer",
            &keep,
            &[("until", "2031-01-01"), ("why", "诉讼未结")],
        );
        assert!(past.body.contains("要晚于今天"), "{}", errors(&past));
        let kept = world.post(
            "officer",
            &keep,
            &[("until", "2032-06-30"), ("why", "诉讼未结")],
        );
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", errors(&kept));
        let page = world.get("officer", &path);
        assert!(
            page.body.contains("暂留到 2032-06-30：诉讼未结")
                && page.body.contains("待销毁 1，暂留 1"),
            "{}",
            page.body
        );
        // One proposes, and does not agree; nothing is destroyed meanwhile.
        let silent = world.post("officer", &format!("{path}/propose"), &[("why", "")]);
        assert!(
            silent.status == StatusCode::UNPROCESSABLE_ENTITY
                && silent.body.contains("href=\"#f-why\""),
            "{}",
            errors(&silent)
        );
        let proposed = world.post(
            "officer",
            &format!("{path}/propose"),
            &[("why", "保管期满，逐件核对过")],
        );
        assert_eq!(
            proposed.status,
            StatusCode::SEE_OTHER,
            "{}",
            errors(&proposed)
        );
        assert!(
            !world.get("officer", &path).body.contains("value=\"yes\""),
            "no button for who proposed"
        );
        let own = world.post("officer", &format!("{path}/decide"), &[("agree", "yes")]);
        assert!(
            own.status == StatusCode::CONFLICT && own.body.contains("须由提出人以外的人同意"),
            "{}",
            errors(&own)
        );
        world.night();
        assert!(
            world.page("officer", goes).contains("反映的事 1"),
            "proposed is not destroyed"
        );
        let agreed = world.post(
            "officer2",
            &format!("{path}/decide"),
            &[("agree", "yes"), ("why", "同意")],
        );
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", errors(&agreed));
        world.night();
        let page = world.page("officer", goes);
        assert!(page.contains(&no) && page.contains("内容已销毁"), "{page}");
        for words in [
            "反映的事 1",
            "第 1 件事的经过",
            "第 1 家单位",
            "已由法院受理",
            "王*",
        ] {
            assert!(!page.contains(words), "{words} is still there");
        }
        assert!(
            world.page("officer", stays).contains("第 2 件事的经过"),
            "the kept one is whole"
        );
        let done = world.get("officer2", &path);
        assert!(
            done.body.contains("已销毁 1") && done.body.contains("演示officer2"),
            "{}",
            done.body
        );
        // It ended for good: no button, and the phone of the person opens nothing.
        assert!(
            world.buttons("officer", goes).is_empty(),
            "{:?}",
            world.buttons("officer", goes)
        );
    });
}

/// The only list that waits.
fn the_list(world: &World) -> String {
    let list = world.get("officer", "/cases/retention");
    let links = list.body.split("href=\"/cases/retention/").skip(1);
    let ids: Vec<&str> = links.map(|rest| rest.split_once('"').unwrap().0).collect();
    format!(
        "/cases/retention/{}",
        ids.first().unwrap_or_else(|| panic!("{}", list.body))
    )
}

/// One proposes, another agrees, the night destroys.
fn destroyed(world: &World) {
    let path = the_list(world);
    for (who, act, fields) in [
        ("officer", "propose", [("why", "保管期满"), ("agree", "")]),
        ("officer2", "decide", [("why", "同意"), ("agree", "yes")]),
    ] {
        let done = world.post(who, &format!("{path}/{act}"), &fields);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", errors(&done));
    }
    world.night();
}

#[test]
fn issued_letters_of_a_destroyed_case_are_kept_for_their_own_years_and_drafts_are_not() {
    on_both(supervision::KIND, |world| {
        let id = supervision::open(world, 1);
        let (case, town) = (id.to_string(), world.org("塘栖镇总工会").to_string());
        let fields = [
            ("template", "letters.supervision_notice"),
            ("organ", town.as_str()),
            ("case", &case),
        ];
        let made = world.post("east", "/letters/new", &fields);
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", errors(&made));
        let draft = made.location.trim_end_matches("/edit").to_owned();
        assert!(world.get("east", &draft).body.contains("第 1 家服饰公司"));
        world.does("east", id, "refuse", &[("note", "已由劳动仲裁受理")]);
        let page = world.page("east", id);
        let links = page
            .split("href=\"/letters/")
            .skip(1)
            .map(|rest| rest.split_once('"').unwrap().0);
        let letter = links
            .filter(|one| !draft.ends_with(one) && !one.starts_with("new"))
            .last()
            .unwrap()
            .to_owned();
        let number = paper::issue(world, "east", &letter);
        paper::serve(world, "east", &letter, "反映人甲");
        let letter = format!("/letters/{letter}");
        // Ten years after its end the case goes, with the draft; the issued notice has until the end of its tenth year.
        world.at("2036-11-21 09:00");
        destroyed(world);
        assert!(world.page("officer", id).contains("内容已销毁"));
        let given_up = world.get("officer", &draft).body;
        assert!(
            given_up.contains("已弃用") && !given_up.contains("第 1 家服饰公司"),
            "{given_up}"
        );
        let kept = world.get("officer", &letter).body;
        assert!(
            kept.contains(&number)
                && kept.contains("已由劳动仲裁受理")
                && kept.contains("核对一致"),
            "{kept}"
        );
        world.at("2036-12-31 09:00");
        assert!(
            world
                .get("officer", &the_list(world))
                .body
                .contains("已销毁 1"),
            "its last day is a day"
        );
        // Then it is listed once more, and two persons agree again.
        world.at("2037-01-02 09:00");
        assert!(
            world
                .get("officer", &the_list(world))
                .body
                .contains("待销毁 1")
        );
        destroyed(world);
        let gone = world.get("officer", &letter).body;
        assert!(
            gone.contains("保管期满，内容已销毁") && gone.contains(&number),
            "{gone}"
        );
        for words in ["已由劳动仲裁受理", "反映人甲", "第 1 家服饰公司"] {
            assert!(!gone.contains(words), "{words} is still there");
        }
        let print = world.get("officer", &format!("{letter}/print")).body;
        assert!(
            print.contains("保管期满，内容已销毁") && !print.contains("劳动仲裁"),
            "{print}"
        );
        let register = world.get("officer", "/letters/numbers").body;
        assert!(
            register.contains("已用到 1 号"),
            "the register has no gap: {register}"
        );
        world.at("2037-01-03 09:00");
        assert!(
            world
                .get("officer", &the_list(world))
                .body
                .contains("已销毁 1"),
            "it is not listed a third time"
        );
    });
}
