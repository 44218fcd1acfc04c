//! Identifiers of records: UUIDv7 in newtypes, so that a member's id can never be passed for an employer's.
//!
//! Version 7 begins with the time of creation, therefore new rows land at the end of the index and a list
//! ordered by id is a list ordered by time.

use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::clock::Instant;

/// What every record id can do; generic storage code asks for this.
pub trait RecordId: Copy + Ord + std::hash::Hash + std::fmt::Display + From<Uuid> {
    /// The Chinese name of the record, for messages.
    const NAME: &'static str;
    /// The value stored in an `{id}` column.
    fn uuid(self) -> Uuid;
}

/// Declares a record id: `id_type!(OrgId, "工会组织");`.
#[macro_export]
macro_rules! id_type {
    ($name:ident, $label:literal) => {
        #[doc = concat!("Identifier of one ", $label, ".")]
        #[derive(
            Debug,
            Clone,
            Copy,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            ::serde::Serialize,
            ::serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            /// The value stored in an `{id}` column.
            pub fn uuid(self) -> ::uuid::Uuid {
                self.0
            }
        }

        impl $crate::ids::RecordId for $name {
            const NAME: &'static str = $label;
            fn uuid(self) -> ::uuid::Uuid {
                self.0
            }
        }

        impl From<::uuid::Uuid> for $name {
            fn from(value: ::uuid::Uuid) -> Self {
                Self(value)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0.hyphenated(), f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                ::uuid::Uuid::try_parse(text).map(Self)
            }
        }
    };
}

id_type!(AccountId, "账号");
id_type!(PostId, "岗位");
id_type!(SessionId, "登录会话");
id_type!(TokenId, "接口令牌");
id_type!(OrgId, "工会组织");
id_type!(FoundingId, "建会事项");
id_type!(FoundingFileId, "建会材料附件");
id_type!(CommitteeId, "委员会");
id_type!(OfficerId, "工会干部任职");
id_type!(EmployerId, "用人单位");
id_type!(MemberId, "会员");
id_type!(MembershipId, "会籍");
id_type!(TransferId, "会籍转接");
id_type!(ApplicationId, "入会申请");
id_type!(ConsentId, "同意记录");
id_type!(DuplicateId, "疑似重复");
id_type!(RequestId, "个人信息请求");
id_type!(BatchId, "导入批次");
id_type!(LetterId, "文书");
id_type!(JobId, "后台任务");
id_type!(EdgeId, "覆盖关系");
id_type!(MatchId, "单位比对");
id_type!(CaseId, "办件");
id_type!(CaseEventId, "办件记录");
id_type!(CaseClockId, "办件期限");
id_type!(CasePartyId, "办件当事人");
id_type!(CaseEvidenceId, "办件证据");
id_type!(CaseDocumentId, "办件文书");
id_type!(PosterId, "二维码海报");
id_type!(CaseDisposalId, "办件到期销毁清单");
id_type!(RulePublicationId, "规则发布");
id_type!(SavedFilterId, "常用筛选");

/// Where new ids come from. The random source lives in `store`; this crate has the deterministic one.
pub trait IdSource: Send + Sync {
    /// A fresh UUIDv7 for `now`, strictly greater than every id this source gave before.
    fn next(&self, now: Instant) -> Uuid;
}

/// Bits of a version-7 UUID that are free after the 48-bit time: `rand_a` (12) and `rand_b` (62).
const FREE_BITS: u32 = 74;
/// How far two ids of the same millisecond may lie apart, in bits; big enough not to be guessed from a
/// neighbour, small enough that a million ids a millisecond do not spill into the next one.
const STEP_BITS: u32 = 32;

/// Turns moments and random bits into strictly rising UUIDv7 values, even when the clock stands still or
/// is set back. Sources of ids wrap one of these.
#[derive(Debug, Default)]
pub struct V7Sequence(Mutex<u128>);

impl V7Sequence {
    /// The next id: `now` and `random` as they are, or, if that would not rise, the last id plus a random
    /// step (RFC 9562 §6.2, method 2).
    pub fn next(&self, now: Instant, random: u128) -> Uuid {
        let ms = u128::from(u64::try_from(now.ms()).unwrap_or(0)) & ((1 << 48) - 1);
        let fresh = (ms << FREE_BITS) | (random & ((1 << FREE_BITS) - 1));
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = if fresh > *last {
            fresh
        } else {
            *last + 1 + (random & ((1 << STEP_BITS) - 1))
        };
        from_v7_bits(*last)
    }
}

/// Spreads 122 bits over the UUID layout, around the version (7) and variant (binary 10) marks.
fn from_v7_bits(bits: u128) -> Uuid {
    let time = (bits >> FREE_BITS) & ((1 << 48) - 1);
    let rand_a = (bits >> 62) & 0xFFF;
    let rand_b = bits & ((1 << 62) - 1);
    Uuid::from_u128((time << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b)
}

/// Ids that are the same on every run with the same seed: demo districts, tests, golden files.
#[derive(Debug)]
pub struct SeededIds {
    state: Mutex<u64>,
    sequence: V7Sequence,
}

impl SeededIds {
    /// A source for `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            state: Mutex::new(seed),
            sequence: V7Sequence::default(),
        }
    }

    /// One step of SplitMix64: small, well spread, and specified, so seeds survive compiler updates.
    fn random(&self) -> u64 {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl IdSource for SeededIds {
    fn next(&self, now: Instant) -> Uuid {
        let random = (u128::from(self.random()) << 64) | u128::from(self.random());
        self.sequence.next(now, random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_767_196_800_000;

    #[test]
    fn ids_rise_even_when_the_clock_does_not() {
        let ids = SeededIds::new(7);
        let mut last = Uuid::nil();
        for step in 0..5_000_i64 {
            // The clock stands still, then is set back an hour.
            let now = Instant::from_ms(if step < 2_500 { NOON } else { NOON - 3_600_000 });
            let id = ids.next(now);
            assert!(id > last, "{id} after {last}");
            last = id;
        }
    }

    #[test]
    fn an_id_is_a_version_7_uuid_that_starts_with_its_time() {
        let id = SeededIds::new(1).next(Instant::from_ms(NOON));
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(id.as_u128() >> 80, NOON as u128);
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let (a, b, c) = (SeededIds::new(42), SeededIds::new(42), SeededIds::new(43));
        let now = Instant::from_ms(NOON);
        assert_eq!(a.next(now), b.next(now));
        assert_ne!(a.next(now), c.next(now));
    }

    #[test]
    fn text_form_is_lower_case_with_hyphens() {
        let id: MemberId = "0190A1B2-C3D4-7000-8000-00000000000F".parse().unwrap();
        assert_eq!(id.to_string(), "0190a1b2-c3d4-7000-8000-00000000000f");
        assert_eq!(
            serde_json::to_string(&id).unwrap(),
            "\"0190a1b2-c3d4-7000-8000-00000000000f\""
        );
        assert!("not-an-id".parse::<MemberId>().is_err());
    }
}
