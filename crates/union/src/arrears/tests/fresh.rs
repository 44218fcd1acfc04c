//! TV-A5: what makes a feed fresh. An old file sent again does not, nor does a table without rows, nor one most of which
//! was refused; a word of the office that there is nothing new does.

use kernel::Instant;
use store::testing::TestDb;

use super::colours::{evaluate, stand_on};
use super::support::*;
use crate::arrears::{
    self, ArrearsError, Freshness, Permit, deliveries, feed_states, freshness_of_kinds,
};
use crate::failure::RoomError;

const HEAD: &str = "统一社会信用代码,单位名称,月份,欠费月数\n";

fn send(test: &TestDb, rows: &str) {
    import(
        test,
        "si_arrears",
        file(test, "si.csv", &format!("{HEAD}{rows}")),
    );
}

/// How the kind and the feed stand at this moment.
fn stands(test: &TestDb) -> Freshness {
    let (kinds, states) = test
        .db
        .read(&system(), |tx| {
            let at = tx.now();
            Ok::<_, ArrearsError>((freshness_of_kinds(tx, at)?, feed_states(tx)?))
        })
        .unwrap();
    let feed = states
        .into_iter()
        .find(|one| one.registered.name == "si_arrears")
        .unwrap();
    assert_eq!(kinds["si_arrears"], feed.freshness, "page and rules agree");
    feed.freshness
}

/// Why the last delivery was nothing new.
fn why(test: &TestDb) -> &'static str {
    let past = test
        .db
        .read(&system(), |tx| deliveries(tx, "si_arrears", 1))
        .unwrap();
    past[0].why_old().unwrap_or("新")
}

fn nothing(test: &TestDb, as_of: &str) -> Result<(), ArrearsError> {
    test.db.write(&system(), |tx| {
        arrears::nothing_new(tx, &Permit::program(), "si_arrears", day(as_of))
    })
}

store::db_test!(
    fn only_news_revives_a_feed_that_was_late(test) {
        district(test);
        let october = format!("{CODE},杭州锦禾制衣有限公司,2026-10,2\n");
        stand_on(test, "2026-11-05");
        send(test, &october);
        assert_eq!((stands(test), why(test)), (Freshness::Live, "新"));
        stand_on(test, "2027-01-10");
        assert_eq!(stands(test), Freshness::Stale, "66 days");
        send(test, &october);
        assert_eq!(stands(test), Freshness::Stale, "everything was the same as before");
        assert!(why(test).contains("旧数据"), "{}", why(test));
        let done = evaluate(test);
        assert!(done.silent["si_arrears"].contains("逾期"), "TV-A5 stands: {:?}", done.silent);
        send(test, &format!("{CODE},杭州锦禾制衣有限公司,2026-10,3\n"));
        assert_eq!(stands(test), Freshness::Stale, "a correction of long ago");
        send(test, &format!("{CODE},杭州锦禾制衣有限公司,2026-12,3\n{CODE},杭州锦禾制衣有限公司,很久,3\n{CODE},杭州锦禾制衣有限公司,2026-12,很多\n"));
        assert_eq!(stands(test), Freshness::Stale, "two of three came back");
        assert!(why(test).contains("退回"), "{}", why(test));
        test.clock.advance(std::time::Duration::from_secs(60));
        send(test, &format!("{CODE},杭州锦禾制衣有限公司,2026-12,4\n"));
        assert_eq!((stands(test), why(test)), (Freshness::Live, "新"), "corrected within the time that is due");
        let then = Instant::from_shanghai(day("2027-01-10"), 8, 0);
        let kinds = test.db.read(&system(), |tx| freshness_of_kinds(tx, then)).unwrap();
        assert_eq!(kinds["si_arrears"], Freshness::Stale, "as it was known that morning");
    }
);

store::db_test!(
    fn a_table_without_rows_says_nothing_and_a_word_of_the_office_does(test) {
        district(test);
        stand_on(test, "2026-11-05");
        send(test, &format!("{CODE},杭州锦禾制衣有限公司,2026-10,2\n"));
        stand_on(test, "2027-01-10");
        send(test, "");
        assert_eq!(stands(test), Freshness::Stale);
        assert!(why(test).contains("空表"), "{}", why(test));
        for (as_of, because) in [("2027-01-11", "还没有到"), ("2026-11-20", "太早")] {
            let refused = nothing(test, as_of).unwrap_err();
            assert_eq!(refused.code(), "feed.nothing");
            assert!(refused.to_string().contains(because), "{refused}");
        }
        test.clock.advance(std::time::Duration::from_secs(60));
        nothing(test, "2026-12-31").unwrap();
        assert_eq!((stands(test), why(test)), (Freshness::Live, "新"));
        assert!(nothing(test, "2026-12-31").unwrap_err().to_string().contains("已经说到"));
        let refused = test.db.write(&system(), |tx| {
            arrears::nothing_new(tx, &Permit::program(), "debt_notice", day("2027-01-10"))
        });
        assert!(refused.unwrap_err().to_string().contains("有事才报"));
    }
);
