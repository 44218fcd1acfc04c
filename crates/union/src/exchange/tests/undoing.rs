//! Taking a batch back restores what was there, and says what had to stay: people and employers.

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

store::db_test!(fn a_batch_of_employers_goes_back_to_what_was_known(test) {
    let place = plant(test);
    let (desk, actor) = (desk(test, &place), officer(test, &place.town_a.path));
    let sheet = |rows: &str| format!("企业名称,统一社会信用代码,从业人数,地址,登记状态\n{rows}");
    let take = |file: &str, rows: &str| {
        let (id, mut receiving) = desk.receive().unwrap();
        receiving.push(sheet(rows).as_bytes()).unwrap();
        let received = receiving.finish().unwrap();
        let upload = Upload { id, kind: ImportKind::Employers, file_name: file, key: "", received };
        let batch = desk.arrived(&actor, &Permit::program(), upload).unwrap();
        check(&desk, test, &actor, &batch);
        confirm(&desk, test, &actor, batch.id)
    };
    take("a.csv", "杭州锦禾制衣有限公司,91330100799655058B,120,某路1号,存续\n");
    let second = take("b.csv", "杭州锦禾制衣行,,66,别处3号,存续\n杭州锦禾服饰有限公司,91330100799655058B,80,别处2号,存续\n浙江拓野供应链有限公司,9144030071526726XG,30,新址,存续\n");
    assert_eq!((second.tally.new, second.tally.updated), (1, 1));
    let asked = || test.db.read(&actor, |tx| crate::employers::questions(tx, None, 9)).unwrap();
    assert_eq!(asked()[0].brings().len(), 3, "what the row says waits with the question");
    desk.undo(&actor, &Permit::program(), second.id, "发错了").unwrap();
    run_jobs(&desk, test);
    assert!(asked().len() == 1 && asked()[0].brings().is_empty(), "the question stays, what it brought is taken back");
    let second = desk.batch(&actor, second.id).unwrap();
    assert_eq!((second.state, second.undone_rows, second.message.as_str()), (BatchState::Undone, 2, "已全部撤回"));
    let known = test.db.read(&actor, |tx| crate::employers::find(tx, "91330100799655058B")).unwrap();
    let card = test.db.read(&actor, |tx| crate::employers::card(tx, known[0].id)).unwrap();
    assert_eq!((card.name.as_str(), card.headcount, card.address.as_str()), ("杭州锦禾制衣有限公司", 120, "某路1号"));
    assert!(test.db.read(&actor, |tx| crate::employers::find(tx, "9144030071526726XG")).unwrap().is_empty());
});

fn leave(test: &TestDb, actor: &Actor, sequence: u32) {
    let member = member(test, sequence).unwrap();
    let form = ChangeForm {
        verb: MemberVerb::Leave,
        on: Date::constant(2026, 11, 20),
        reason: Some(Reason::OwnWish),
        evidence: "本人申请".into(),
        to: None,
        version: member.version,
    };
    test.db
        .write(actor, |tx| {
            members::change(tx, &Permit::program(), member.id, &form)
        })
        .unwrap();
}
