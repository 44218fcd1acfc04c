//! Posters through the store: made within reach, read by whoever scans, withdrawn, carried along with the tree.

use kernel::Scope;
use store::Actor;

use super::{NewPoster, PosterError, Spot, Standing, by_code, get, list, make, note_use, revoke};
use crate::failure::RoomError;
use crate::orgs::tests::support::{day, district, employer, officer_of, role, system};

fn passer_by() -> Actor {
    Actor {
        scope: Scope::nothing(store::testing::district()),
        ..system()
    }
}

store::db_test! {
    fn a_poster_leads_to_its_place_until_it_is_withdrawn(test) {
        let d = district(test);
        let yi = officer_of(&d.tangqi.path);
        let new = NewPoster { org: Some(d.village.id), spot: " 3 号门 ".to_owned(), ..NewPoster::default() };
        let poster = test.db.write(&yi, |tx| make(tx, &new)).unwrap();
        assert_eq!(poster.place(), "塘北村工会联合会 · 3 号门");
        assert_eq!(poster.code.len(), 12);
        let typed = format!(" {}-{} ", &poster.code[..4].to_lowercase(), &poster.code[4..]);
        let found = test.db.read(&passer_by(), |tx| by_code(tx, &typed)).unwrap();
        let Spot::Known(known) = found else { panic!("{found:?}") };
        assert_eq!((known.id, known.org), (poster.id, d.village.id));
        // A case came by it.
        test.db.write(&passer_by(), |tx| { tx.audit(store::Audit::of("test.used", "poster", poster.id))?; note_use(tx, poster.id) }).unwrap();
        assert_eq!(test.db.read(&yi, |tx| get(tx, poster.id)).unwrap().uses, 1);
        let why = test.db.write(&yi, |tx| revoke(tx, poster.id, " ")).unwrap_err();
        assert_eq!(why.field(), Some("why"));
        test.db.write(&yi, |tx| revoke(tx, poster.id, "工地完工")).unwrap();
        let over = test.db.read(&passer_by(), |tx| by_code(tx, &poster.code)).unwrap();
        assert_eq!(over, Spot::Over(Standing::Revoked));
        let twice = test.db.write(&yi, |tx| revoke(tx, poster.id, "再停一次")).unwrap_err();
        assert_eq!(twice.code(), "poster.revoked");
    }
}

store::db_test! {
    fn nobody_makes_or_sees_posters_out_of_reach(test) {
        let d = district(test);
        let (yi, other) = (officer_of(&d.tangqi.path), officer_of(&d.qiaosi.path));
        let new = NewPoster { org: Some(d.village.id), ..NewPoster::default() };
        assert!(test.db.write(&other, |tx| make(tx, &new)).is_err());
        let poster = test.db.write(&yi, |tx| make(tx, &new)).unwrap();
        assert!(matches!(test.db.read(&other, |tx| get(tx, poster.id)), Err(PosterError::NotFound)));
        assert!(test.db.read(&other, list).unwrap().is_empty());
        assert!(matches!(test.db.write(&other, |tx| revoke(tx, poster.id, "不是我的")), Err(PosterError::NotFound)));
        assert_eq!(test.db.read(&yi, list).unwrap().len(), 1);
        assert!(test.db.read(&passer_by(), list).unwrap().is_empty(), "no scope, no rows");
        let nowhere = test.db.write(&yi, |tx| make(tx, &NewPoster::default())).unwrap_err();
        assert_eq!(nowhere.field(), Some("place"));
        let long = NewPoster { spot: "门".repeat(41), ..new.clone() };
        assert_eq!(test.db.write(&yi, |tx| make(tx, &long)).unwrap_err().field(), Some("spot"));
        let past = NewPoster { valid_to: Some(day("2020-01-01")), ..new };
        assert_eq!(test.db.write(&yi, |tx| make(tx, &past)).unwrap_err().field(), Some("valid_to"));
    }
}

store::db_test! {
    fn an_employers_poster_hangs_in_its_area_and_expires(test) {
        let d = district(test);
        let yi = officer_of(&d.tangqi.path);
        let unit = employer(test, &d.village, "杭州锦禾制衣有限公司", "91330100799655058B");
        let today = test.db.read(&yi, |tx| Ok::<_, PosterError>(tx.today())).unwrap();
        let new = NewPoster { employer: Some(unit), valid_to: Some(today), spot: "食堂".to_owned(), ..NewPoster::default() };
        let poster = test.db.write(&yi, |tx| make(tx, &new)).unwrap();
        assert_eq!((poster.org, poster.place().as_str()), (d.village.id, "杭州锦禾制衣有限公司 · 食堂"));
        test.clock.advance(std::time::Duration::from_secs(48 * 3_600));
        let over = test.db.read(&passer_by(), |tx| by_code(tx, &poster.code)).unwrap();
        assert_eq!(over, Spot::Over(Standing::Expired));
        for foreign in ["", "ABCD", "222222222222", "' OR 1=1 --"] {
            assert_eq!(test.db.read(&passer_by(), |tx| by_code(tx, foreign)).unwrap(), Spot::Foreign, "{foreign}");
        }
        // The village moves to another town: its posters go along.
        let may = role("district_officer");
        test.db.write(&system(), |tx| crate::orgs::transfer_to(tx, may, d.village.id, d.qiaosi.id, tx.today(), "区划调整")).unwrap();
        assert!(test.db.read(&yi, list).unwrap().is_empty());
        assert_eq!(test.db.read(&officer_of(&d.qiaosi.path), list).unwrap().len(), 1);
    }
}
