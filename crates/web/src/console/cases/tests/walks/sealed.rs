//! 举报: who reported is sealed; two persons open it, once, and the person reads who looked and why.

use axum::http::StatusCode;
use kernel::ids::CaseId;

use super::demand::{self, enter};
use super::world::{World, errors, on_both};

const WHY: &str = "约当面核实封堵的消防通道";

/// The path of the identity page, from the link on the page of the case.
fn identity(world: &World, who: &str, id: CaseId) -> String {
    let page = world.page(who, id);
    let mark = format!("/cases/{id}/identity/");
    let (_, rest) = page
        .split_once(&mark)
        .unwrap_or_else(|| panic!("no link for {who}"));
    format!("{mark}{}", rest.split_once('"').unwrap().0)
}

#[test]
fn a_sealed_identity_is_opened_by_two() {
    on_both(demand::KIND, |world| {
        let (id, code) = enter(world, 1, "举报");
        // A report goes straight to the federation and tells nobody a name.
        let page = world.page("officer", id);
        assert!(
            page.contains("承办 <b>临平区总工会") && page.contains("身份密封"),
            "{page}"
        );
        assert!(
            !page.contains("王") && !page.contains("138000"),
            "nothing of the person on the page"
        );
        world.hidden("west", id);
        let path = identity(world, "officer", id);
        // Alone nobody opens it, with a reason or without.
        let alone = world.post("officer", &path, &[("reason", WHY)]);
        assert!(
            alone.status == StatusCode::CONFLICT
                && alone.body.contains("打开举报人身份要另一人同意"),
            "{}",
            errors(&alone)
        );
        assert!(!alone.body.contains("王师傅"));
        let short = world.post("officer", &format!("{path}/ask"), &[("reason", "看看")]);
        assert!(
            short.status == StatusCode::CONFLICT && short.body.contains("请写明查看身份的理由"),
            "{}",
            errors(&short)
        );
        assert!(
            short.body.contains("value=\"看看\""),
            "what was typed is kept"
        );
        // For the town of the place there is no such case.
        let below = world.post("east", &format!("{path}/ask"), &[("reason", WHY)]);
        assert_eq!(below.status, StatusCode::NOT_FOUND, "{}", errors(&below));
        let asked = world.post("officer", &format!("{path}/ask"), &[("reason", WHY)]);
        assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", errors(&asked));
        let twice = world.post("officer2", &format!("{path}/ask"), &[("reason", WHY)]);
        assert!(
            twice.body.contains("已有一份查看申请"),
            "{}",
            errors(&twice)
        );
        // Who asked does not agree; another does, and reads the reason first.
        assert!(
            !world.get("officer", &path).body.contains("/agree\""),
            "no button for who asked"
        );
        let own = world.post("officer", &format!("{path}/agree"), &[]);
        assert!(
            own.body.contains("须由申请人以外的人同意"),
            "{}",
            errors(&own)
        );
        let below = world.post("east", &format!("{path}/agree"), &[]);
        assert_eq!(below.status, StatusCode::NOT_FOUND, "{}", errors(&below));
        let second = world.get("officer2", &path);
        assert!(second.body.contains(WHY) && second.body.contains("/agree\""));
        let agreed = world.post("officer2", &format!("{path}/agree"), &[]);
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", errors(&agreed));
        // The consent is for who asked.
        let other = world.post("officer2", &path, &[("reason", WHY)]);
        assert!(
            other.status == StatusCode::CONFLICT && !other.body.contains("王师傅"),
            "{}",
            errors(&other)
        );
        let open = world.get("officer", &path);
        assert!(
            open.body.contains("演示officer2") && open.body.contains("可以查看一次"),
            "{}",
            open.body
        );
        let shown = world.post("officer", &path, &[("reason", WHY)]);
        assert_eq!(shown.status, StatusCode::OK, "{}", errors(&shown));
        assert!(
            shown.body.contains("王师傅") && shown.body.contains("13800000001"),
            "{}",
            shown.body
        );
        // Once: the consent is used up, and the file keeps that it was opened but not what was read.
        let again = world.post("officer", &path, &[("reason", WHY)]);
        assert_eq!(again.status, StatusCode::CONFLICT);
        let page = world.page("officer", id);
        for words in ["申请查看身份", "同意查看身份", WHY] {
            assert!(page.contains(words), "{words}");
        }
        assert!(!page.contains("王师傅"));
        let told = world.post("", "/hall/status", &[("code", &code)]);
        assert!(
            told.body.contains(WHY) && told.body.contains("演示officer"),
            "the person reads who looked and why: {}",
            told.body
        );
    });
}

#[test]
fn a_part_of_a_sealed_case_takes_no_name_along() {
    on_both(demand::KIND, |world| {
        let (sealed, _) = enter(world, 1, "举报");
        let (plain, _) = enter(world, 2, "投诉");
        let part = |who: &str, id: CaseId| -> CaseId {
            let path = format!("/cases/{id}/part/split?kind={}", demand::KIND);
            let form = world.get(who, &path);
            let (key, version) = (
                super::world::value(&form.body, "key"),
                super::world::value(&form.body, "version"),
            );
            let fields = [
                ("key", key.as_str()),
                ("version", version.as_str()),
                ("title", "拆出的事"),
                ("door", "agency"),
                ("field.type", "求助"),
                ("field.subject", "困难帮扶"),
                ("field.content", "另有困难"),
                ("note", "另案办理"),
            ];
            let opened = world.post(who, &path, &fields);
            assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", errors(&opened));
            opened
                .location
                .trim_start_matches("/cases/")
                .split('?')
                .next()
                .unwrap()
                .parse()
                .unwrap()
        };
        let of_sealed = part("officer", sealed);
        assert!(
            !world.page("officer", of_sealed).contains("反映人"),
            "the seal holds for the part too"
        );
        let of_plain = part("east", plain);
        assert!(
            world.page("east", of_plain).contains("反映人"),
            "who reported the whole reported the part"
        );
    });
}

#[test]
fn an_identity_that_is_not_sealed_needs_one_person_and_a_reason() {
    on_both(demand::KIND, |world| {
        let (id, _) = enter(world, 3, "投诉");
        let path = identity(world, "east", id);
        let bare = world.post("east", &path, &[("reason", "")]);
        assert!(
            bare.status == StatusCode::CONFLICT && bare.body.contains("请写明查看身份的理由"),
            "{}",
            errors(&bare)
        );
        let shown = world.post("east", &path, &[("reason", "打电话核实上班时间")]);
        assert!(
            shown.status == StatusCode::OK && shown.body.contains("王师傅"),
            "{}",
            errors(&shown)
        );
        assert_eq!(world.get("west", &path).status, StatusCode::NOT_FOUND);
        assert_eq!(world.get("leader", &path).status, StatusCode::FORBIDDEN);
    });
}

/// Everything that lists, counts, finds or exports cases, and what a name or a number finds.
const EVERYWHERE: [&str; 20] = [
    "/",
    "/cases",
    "/cases?view=mine",
    "/cases?view=overdue",
    "/cases?view=watched",
    "/cases?view=ended",
    "/cases?view=all",
    "/cases?view=all&q=%E5%AE%B6%E5%8D%95%E4%BD%8D",
    "/cases?view=all&q=MH2026-00001",
    "/cases?view=all&q=%E7%8E%8B%E5%B8%88%E5%82%85",
    "/cases/figures",
    "/cases/figures?by=desk",
    "/exports/cases?view=all&kind=&q=",
    "/search?q=MH2026-00001",
    "/search?q=%E5%AE%B6%E5%8D%95%E4%BD%8D",
    "/api/cases",
    "/api/cases?view=all",
    "/letters",
    "/posters",
    "/cases/retention",
];

/// A report of the village's own enterprise: village, town and the union of the enterprise find it nowhere, until the
/// federation hands it to one of them.
#[test]
fn a_report_is_nowhere_below_the_desk_that_answers() {
    on_both(demand::KIND, |world| {
        let (id, code) = enter(world, 1, "举报");
        let no = world.case(id).no;
        let nowhere = |who: &str| {
            for path in ["", "/do/note", "/part/split"] {
                let answer = world.get(who, &format!("/cases/{id}{path}"));
                assert!(
                    matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
                    "{who} {path}: {}",
                    answer.status
                );
            }
            for path in EVERYWHERE {
                let answer = world.get(who, path);
                let marks = [
                    id.to_string(),
                    "反映的事 1".to_owned(),
                    "第 1 件事的经过".to_owned(),
                ];
                for mark in marks {
                    assert!(!answer.body.contains(&mark), "{who} finds {mark} at {path}");
                }
                // A page says the words somebody looked for.
                if !path.contains("q=") {
                    assert!(!answer.body.contains(&no), "{who} finds {no} at {path}");
                }
            }
        };
        for who in ["village", "east2", "west", "chair", "lawyer"] {
            nowhere(who);
        }
        // Who took it in at the window hands the receipt over, and finds the case no more than the others.
        nowhere("east");
        assert!(
            world
                .get("east", &format!("/cases/{id}/receipt"))
                .body
                .contains(&code)
        );
        assert_eq!(
            world.get("east2", &format!("/cases/{id}/receipt")).status,
            StatusCode::NOT_FOUND
        );
        let seen = world.get("officer", "/cases?view=all");
        assert!(seen.body.contains(&no), "the desk that answers has it");
        // Handed to the town: the town has it, the village below still does not know of it.
        let town = world.desk("塘栖镇总工会", "east");
        world.does(
            "officer",
            id,
            "transfer",
            &[("next", &town), ("note", "请暗访核实")],
        );
        assert!(world.page("east", id).contains("第 1 件事的经过"));
        assert!(world.get("east2", "/cases").body.contains(&no));
        for who in ["village", "west", "chair"] {
            nowhere(who);
        }
        // Not done in time it goes back up, with everything that is in it.
        world.at("2026-12-28 09:00");
        assert!(world.page("officer", id).contains("逾期未办"));
        for who in ["village", "west", "chair"] {
            nowhere(who);
        }
    });
}
