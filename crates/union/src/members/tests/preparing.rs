//! What a draft is refused for, and what it becomes.

use super::*;
use kernel::Sex;
use store::testing::{district, vault};

const TODAY: Date = jiff::civil::date(2026, 11, 20);

fn id() -> MemberId {
    "0190a1b2-c3d4-7000-8000-00000000000f".parse().unwrap()
}

fn check(draft: &MemberDraft) -> Result<PreparedMember, Vec<FieldFault>> {
    prepare(
        &vault(),
        MemberPolicy::at(district(), TODAY).unwrap(),
        TODAY,
        draft,
        id(),
    )
}

/// The codes of all faults, in the order of the fields.
fn codes(draft: &MemberDraft) -> Vec<&'static str> {
    check(draft)
        .err()
        .unwrap_or_default()
        .iter()
        .map(|fault| fault.code)
        .collect()
}

#[test]
fn a_name_and_a_number_are_enough() {
    let member = check(&draft(" 张　三 ", "33011319900307001８")).unwrap();
    assert_eq!(member.name().as_str(), "张三");
    assert_eq!(member.py_full, "zhangsan");
    assert_eq!(
        (member.sex, member.birth_on),
        (Sex::Male, Some(day(1990, 3, 7)))
    );
    assert!(member.real_name, "a citizen's number carries its own check");
    assert_eq!(
        vault()
            .open("member.id_sealed", &id().to_string(), &member.id_sealed)
            .unwrap(),
        "330113199003070018"
    );
}

#[test]
fn everything_wrong_is_said_at_once() {
    let bad = MemberDraft {
        sex: "女".into(),
        birth_on: "1990-03-08".into(),
        phone: "0571-88888888".into(),
        ethnic: "火星".into(),
        migrant: "也许".into(),
        joined_on: "2027-01-01".into(),
        ..draft("张3", "330113199003070018")
    };
    assert_eq!(
        codes(&bad),
        [
            "name.character",
            "member.sex_differs",
            "member.birth_differs",
            "phone.length",
            "member.code",
            "member.flag",
            "member.joined_later"
        ]
    );
    let faults = check(&bad).err().unwrap();
    let sex = faults.iter().find(|fault| fault.field == "sex").unwrap();
    assert_eq!(sex.suggestion, "男");
    assert!(
        faults
            .iter()
            .all(|fault| !fault.message.contains("330113199003070018")),
        "no message repeats a number"
    );
}

#[test]
fn numbers_say_what_is_wrong_with_them() {
    for (number, code) in [
        ("", "id.empty"),
        ("330113199102290018", "id.birth_date"),
        ("330113199003070016", "id.check_digit"),
        ("33011319900307001", "id.length"),
        ("3.30113199003E+17", "id.length"),
        ("33011319900307001Y", "id.character"),
    ] {
        assert_eq!(codes(&draft("张三", number)), [code], "{number}");
    }
}

#[test]
fn other_papers_are_taken_but_not_called_real_name() {
    let passport = MemberDraft {
        id_type: "护照".into(),
        birth_on: "1988/5/1".into(),
        sex: "女".into(),
        ..draft("Anna Lee", "e1234567")
    };
    let member = check(&passport).unwrap();
    assert!(!member.real_name);
    assert_eq!(
        (member.sex, member.birth_on),
        (Sex::Female, Some(day(1988, 5, 1)))
    );
    assert_eq!(
        codes(&MemberDraft {
            id_type: "驾驶证".into(),
            ..passport
        }),
        ["id.unknown_kind"]
    );
}

#[test]
fn the_young_need_a_guardian_and_the_very_young_may_not_join() {
    // 2010-11-20: sixteen today; the day after is still fifteen.
    let born = |birth: &str| MemberDraft {
        id_type: "passport".into(),
        birth_on: birth.into(),
        ..draft("张小明", "E1234567")
    };
    assert_eq!(codes(&born("2010-11-21")), ["member.too_young"]);
    assert_eq!(codes(&born("2010-11-20")), ["member.guardian"]);
    let told = MemberDraft {
        guardian: "父亲张大明，2026-11-18 电话告知".into(),
        ..born("2010-11-20")
    };
    assert!(check(&told).is_ok());
    assert!(check(&born("2008-11-20")).is_ok(), "eighteen today");
}

#[test]
fn a_doubt_is_taken_once_somebody_confirms_it() {
    // The standard's own sample: born 1880.
    let old = draft("王老先生", "440524188001010014");
    let faults = check(&old).err().unwrap();
    assert_eq!(
        faults
            .iter()
            .map(|fault| (fault.code, fault.level))
            .collect::<Vec<_>>(),
        [("member.age_doubtful", FaultLevel::Confirm)]
    );
    assert!(
        check(&MemberDraft {
            confirmed: true,
            ..old
        })
        .is_ok()
    );
    let wrong = MemberDraft {
        confirmed: true,
        phone: "12".into(),
        ..draft("张三", IDS[0])
    };
    assert_eq!(
        codes(&wrong),
        ["phone.length"],
        "an error cannot be confirmed away"
    );
}

#[test]
fn months_are_enough_for_the_day_of_joining() {
    let member = check(&MemberDraft {
        joined_on: "2019年4月".into(),
        ..draft("张三", IDS[0])
    })
    .unwrap();
    assert_eq!(member.joined_on(), Some(day(2019, 4, 1)));
}
