//! Two records of one person become one: what is the worker's goes along, and comes back when the merge is undone.

use super::*;
use crate::access::{self, AccessPolicy, NewAccount};
use crate::cases;
use crate::members::requests::{self, RequestKind};
use crate::members::{Permit, consents, duplicates, reveal};

/// What the hall shows: entries, earlier edits of the first, shares, own cases, requests, purposes agreed to, openings.
type Hall = (usize, usize, usize, usize, usize, usize, usize);

fn hall(test: &TestDb, member: MemberId) -> Hall {
    let own = own(member);
    test.db
        .read(&own, |tx| {
            let permit = Permit::own(tx);
            let agreed = consents::of_member(tx, member).unwrap();
            Ok::<_, NotebookError>((
                entries(tx)?.len(),
                history(tx, key(2))?.len(),
                mine(tx)?
                    .iter()
                    .filter(|one| open(tx, &permit, one.share.id).is_ok())
                    .count(),
                cases::of_member(tx, member).unwrap().len(),
                requests::of_member(tx, member).unwrap().len(),
                agreed.iter().filter(|line| line.given_at.is_some()).count(),
                reveal::openings(tx, member).unwrap().len(),
            ))
        })
        .unwrap()
}

fn passport(test: &TestDb, org: &OrgRef) -> MemberId {
    let draft = MemberDraft {
        name: "张三".into(),
        id_type: "护照".into(),
        id_number: "E12345678".into(),
        birth_on: "1990-03-07".into(),
        ..Default::default()
    };
    test.db
        .write(&test.actor(), |tx| {
            let policy = MemberPolicy::at(*tx.district(), tx.today())?;
            let ready = members::prepare(tx.vault(), policy, tx.today(), &draft, tx.new_id())
                .map_err(MemberError::Faulty)?;
            let admission = Admission::new(org.id, org.path.clone(), tx.today());
            let id = members::admit(tx, &ready, &admission)?.id;
            let policy = AccessPolicy::parse(include_str!(
                "../../../../../definitions/access/policy.toml"
            ))
            .unwrap();
            let new = NewAccount {
                login: "zhang.san".into(),
                name: "张三".into(),
                password: "白墙黑瓦临平山下的人家".into(),
                keep_password: true,
                member: Some(id),
            };
            access::create_account(tx, &policy, &new).map_err(MemberError::room)?;
            Ok::<_, MemberError>(id)
        })
        .unwrap()
}

store::db_test!(
    fn a_merge_takes_the_workers_own_along_and_undoing_it_brings_it_back(test) {
        let tree = plant(test);
        let (kept, other) = (zhang(test, &tree), passport(test, &tree.shop));
        keep(test, other, 1, monthly("2026-09-01", "6000"));
        keep(test, other, 2, work("2026-09-08", "8", "2"));
        test.clock.advance(std::time::Duration::from_secs(60));
        keep(test, other, 2, work("2026-09-08", "8", "3"));
        test.db.write(&own(other), |tx| share(tx, tree.town.id, "help", (None, None))).unwrap();
        test.db.write(&own(other), |tx| {
            let permit = Permit::own(tx);
            requests::ask(tx, &permit, other, RequestKind::Export, "").unwrap();
            consents::set(tx, &permit, other, "notify", true).unwrap();
            Ok::<_, MemberError>(())
        }).unwrap();
        test.db.write(&own(other), |tx| members::own::export(tx, &Permit::own(tx), other).map(drop)).unwrap();
        let full = (2, 1, 1, 1, 1, 1, 1);
        assert_eq!((hall(test, other), hall(test, kept)), (full, (0, 0, 0, 0, 0, 0, 0)));

        let pair = test.db.read(&test.actor(), duplicates::queue).unwrap()[0].id;
        let merge = test.db.write(&test.actor(), |tx| duplicates::merge(tx, &Permit::program(), pair, kept, &[], "换了证件")).unwrap();
        assert_eq!(hall(test, kept), full, "all of it, sealed anew");
        assert_eq!(hall(test, other).0, 0);
        keep(test, kept, 3, work("2026-09-09", "8", ""));

        test.db.write(&test.actor(), |tx| duplicates::undo(tx, &Permit::program(), merge, "看错了")).unwrap();
        assert_eq!(hall(test, other), (3, 1, 1, 1, 1, 1, 1), "with what was written meanwhile");
        assert_eq!(hall(test, kept), (0, 0, 0, 0, 0, 0, 0));
    }
);
