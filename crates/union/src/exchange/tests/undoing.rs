//! Taking a batch back restores what was there, and says what had to stay.

use super::*;
use crate::members::{ChangeForm, Reason, Verb as MemberVerb};

store::db_test!(fn changes_are_put_back_and_later_work_stays(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), officer(test, &place.town_a.path));
    let first = upload(&desk, &actor, "a.csv", roll(0..5).as_bytes()).unwrap();
    check(&desk, test, &actor, &first);
    confirm(&desk, test, &actor, first.id);
    leave(test, &actor, 4);
    assert_eq!(count(test, &place.shop_a), 4);

    // Everybody gets a new phone; the one who left comes back; two are new.
    let text = roll(0..7).replace(",138", ",139").replace("2020-05-01", "2026-11-20");
    let second = upload(&desk, &actor, "b.csv", text.as_bytes()).unwrap();
    check(&desk, test, &actor, &second);
    let second = confirm(&desk, test, &actor, second.id);
    assert_eq!((second.tally.new, second.tally.updated), (2, 5));
    assert_eq!(count(test, &place.shop_a), 7);
    assert_eq!(member(test, 1).unwrap().phone_masked.unwrap(), "139****0001");
    // One of the old and one of the new have lived on since.
    leave(test, &actor, 1);
    leave(test, &actor, 6);

    desk.undo(&actor, &Permit::program(), second.id, "号码弄错了").unwrap();
    run_jobs(&desk, test);
    let second = desk.batch(&actor, second.id).unwrap();
    assert_eq!((second.state, second.undone_rows), (BatchState::Undone, 5));
    assert!(second.message.contains("2 人没有撤回") && second.message.contains("修改过"), "{}", second.message);
    for old in [0, 2, 3] {
        assert_eq!(member(test, old).unwrap().phone_masked.unwrap(), format!("138****000{old}"));
    }
    assert_eq!(member(test, 1).unwrap().phone_masked.unwrap(), "139****0001", "changed since: stays");
    assert_eq!(member(test, 4).unwrap().status, members::Status::Left, "left again");
    assert!(member(test, 5).is_none());
    assert!(member(test, 6).is_some(), "has left since: stays");
    assert_eq!(count(test, &place.shop_a), 3);
    let nobody = desk.undo(&actor, &Permit::program(), second.id, "再来").unwrap_err();
    assert!(nobody.to_string().contains("已撤回"), "{nobody}");
});

fn leave(test: &TestDb, actor: &Actor, sequence: u32) {
    let member = member(test, sequence).unwrap();
    let form = ChangeForm {
        verb: MemberVerb::Leave,
        on: Date::constant(2026, 11, 20),
        reason: Some(Reason::OwnWish),
        evidence: "本人申请".into(),
        version: member.version,
    };
    test.db
        .write(actor, |tx| {
            members::change(tx, &Permit::program(), member.id, &form)
        })
        .unwrap();
}
