//! 发布规则: a draft's faults with their lines, a second person, an uploaded text in force and recomputed.

use kernel::ids::RulePublicationId;
use store::testing::TestDb;

use super::colours::{evaluate, lead, stand_on, the_alert};
use super::support::*;
use crate::arrears::publications::{
    self, Movement, PublicationState, begin_draft, begin_shipped, check_draft, confirm, give_up,
    publication, publications,
};
use crate::arrears::{ArrearsError, Permit, alerts, rulesets};
use crate::failure::RoomError;

const TEXT: &str = include_str!("../../../../../definitions/rules/composite.toml");

/// Somebody with an account.
fn somebody(number: u128) -> store::Actor {
    store::Actor {
        account: Some(uuid::Uuid::from_u128(number).into()),
        ..system()
    }
}

fn faults(text: &str) -> String {
    check_draft("draft.toml", text).unwrap_err().to_string()
}

#[test]
fn faults_name_the_line_and_what_to_do() {
    assert!(check_draft("draft.toml", TEXT).is_ok());
    let broken = faults("id = \"rules.x\"\ntitle = \n");
    assert!(
        broken.contains("第 2 行") && broken.contains("重新上传"),
        "{broken}"
    );
    // A name that does not exist, on its line.
    let wrong = TEXT.replacen("{ when = \"", "{ when = \"nowhere_30 > 0 && ", 1);
    let said = faults(&wrong);
    assert!(
        said.contains("nowhere_30") && said.contains("行附近"),
        "{said}"
    );
    // Length and depth are bounded, and the message says so.
    let long = format!("{} > 0 && ", "1 + ".repeat(400) + "1");
    let said = faults(&TEXT.replacen("{ when = \"", &format!("{{ when = \"{long}"), 1));
    assert!(said.contains("长") || said.contains("字节"), "{said}");
    let deep = format!("{}1{} > 0 && ", "(".repeat(40), ")".repeat(40));
    let said = faults(&TEXT.replacen("{ when = \"", &format!("{{ when = \"{deep}"), 1));
    assert!(said.contains("层") || said.contains("括号"), "{said}");
    // The tests in the file are run.
    let proof = TEXT.replacen("score = ", "score = 9", 1);
    assert!(
        faults(&proof).contains("测试没有通过"),
        "{}",
        faults(&proof)
    );
}

fn submitted(
    test: &TestDb,
    id: RulePublicationId,
    second: bool,
) -> Result<PublicationState, ArrearsError> {
    test.db.write(&somebody(1), |tx| {
        let said = ("按新通知调整", Movement::default());
        publications::submit_as(tx, &Permit::program(), id, said, second)
    })
}

store::db_test!(
    fn a_second_person_confirms_and_the_uploaded_text_is_in_force(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 20), ("workers", 5)]);
        evaluate(test);
        let permit = Permit::program();
        let text = TEXT.replacen("title = \"", "title = \"（试行）", 1);
        let id = test.db.write(&somebody(1), |tx| begin_draft(tx, &permit, "试行.toml", &text)).unwrap();
        let before = test.db.read(&system(), |tx| { let today = tx.today(); rulesets::in_force(tx, today) }).unwrap();
        assert_eq!(submitted(test, id, true).unwrap(), PublicationState::Waiting);
        let own = test.db.write(&somebody(1), |tx| confirm(tx, &permit, id, true, "")).unwrap_err();
        assert_eq!(own.code(), "rules.same_person");
        let silent = test.db.write(&somebody(2), |tx| confirm(tx, &permit, id, false, " ")).unwrap_err();
        assert_eq!(silent.code(), "rules.why");
        let still = test.db.read(&system(), |tx| { let today = tx.today(); rulesets::in_force(tx, today) }).unwrap();
        assert_eq!(still.reference().hash, before.reference().hash, "waiting changes nothing");
        test.db.write(&somebody(2), |tx| confirm(tx, &permit, id, true, "同意")).unwrap();
        let now = test.db.read(&system(), |tx| { let today = tx.today(); rulesets::in_force(tx, today) }).unwrap();
        assert!(now.title().starts_with("（试行）"), "{}", now.title());
        // What the uploaded rules said is computed again from the kept text.
        evaluate(test);
        let alert = the_alert(test, d.factory);
        assert_eq!(alert.rule_hash, now.reference().hash);
        let again = test.db.read(&system(), |tx| alerts::recompute(tx, &alert, &alert.explanation)).unwrap();
        assert!(again.contains(&alert.rule_hash));
        let history = test.db.read(&system(), |tx| publications(tx, &permit)).unwrap();
        assert_eq!((history.len(), history[0].state), (1, PublicationState::Published));
        assert_eq!(submitted(test, id, false).unwrap_err().code(), "rules.state");
    }
);

store::db_test!(
    fn who_may_not_publish_is_told_so_and_a_draft_is_given_up(test) {
        district(test);
        let permit = Permit::program();
        let town = Permit::with(role("town_officer"));
        let refused = test.db.write(&somebody(1), |tx| begin_shipped(tx, &town, "rules.months_owed")).unwrap_err();
        assert_eq!(refused.code(), "arrears.forbidden");
        let unknown = test.db.write(&somebody(1), |tx| begin_shipped(tx, &permit, "rules.nothing")).unwrap_err();
        assert_eq!(unknown.code(), "rules.unknown");
        let id = test.db.write(&somebody(1), |tx| begin_shipped(tx, &permit, "rules.months_owed")).unwrap();
        let dropped = test.db.write(&somebody(1), |tx| begin_shipped(tx, &permit, "rules.weighted")).unwrap();
        test.db.write(&somebody(1), |tx| give_up(tx, &permit, dropped)).unwrap();
        assert_eq!(submitted(test, dropped, false).unwrap_err().code(), "rules.state");
        // Where the policy asks for nobody else it is in force at once.
        assert_eq!(submitted(test, id, false).unwrap(), PublicationState::Published);
        let now = test.db.read(&system(), |tx| { let today = tx.today(); rulesets::in_force(tx, today) }).unwrap();
        assert_eq!(now.reference().id, "rules.months_owed");
        let (one, _) = test.db.read(&system(), |tx| publication(tx, &town, id)).unwrap();
        assert_eq!(one.note, "按新通知调整");
        assert!(test.db.read(&system(), |tx| publications::needs_second(tx)).unwrap(), "the delivered policy asks for two");
    }
);

store::db_test!(
    fn closing_demands_what_the_rule_set_in_force_says(test) {
        let d = district(test);
        lead(test, d.factory, "wage_overdue", "2026-11-20", &[("days", 20), ("workers", 5)]);
        evaluate(test);
        let alert = the_alert(test, d.factory);
        let demanded = || {
            let found = test.db.read(&system(), |tx| alerts::to_close(tx, &alert)).unwrap();
            let conditions = found.iter().flat_map(|one| &one.conditions);
            conditions.map(|one| one.title.clone()).collect::<Vec<_>>().join("；")
        };
        let before = demanded();
        assert!(before.contains("95%") && before.contains("回访 2 名"), "{before}");
        let text = TEXT.replace("paid_percent = 95", "paid_percent = 80").replace("callbacks = 2", "callbacks = 3");
        let permit = Permit::program();
        let id = test.db.write(&somebody(1), |tx| begin_draft(tx, &permit, "宽.toml", &text)).unwrap();
        assert_eq!(submitted(test, id, false).unwrap(), PublicationState::Published);
        let after = demanded();
        assert!(after.contains("80%") && after.contains("回访 3 名"), "{after}");
        // And that is what closing enforces.
        stand_on(test, "2027-03-20");
        let closing = alerts::Closing {
            code: "turnover".into(),
            decision: alerts::Decision { note: "已付清".into(), version: None },
            ..alerts::Closing::default()
        };
        let refused = test.db.write(&system(), |tx| alerts::close(tx, &permit, alert.id, &closing)).unwrap_err();
        assert!(refused.to_string().contains("回访不足 3 人"), "{refused}");
    }
);
