//! 疑似重复: which other records are so like a new one that a person should look.
//!
//! Two questions find the candidates, both answered by an index: who has the same birth date and the same
//! initials (same name, same sound, near sound), and who has the same phone and the same name. Points and the
//! sum from which a pair is opened stand in the policy.

use std::collections::BTreeMap;

use kernel::ids::{DuplicateId, EmployerId, MemberId};
use kernel::{Date, IdType, OrgPath};
use serde::Serialize;
use store::{Row, Statement, StoreError, Tx, args, values};

use super::super::policy::Scores;
use super::super::prepare::field;
use super::super::{MemberError, MemberPolicy, sql};
use super::bulk::common;

/// One reason why two records are alike, with its points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(in crate::members) struct Likeness {
    /// Stable code.
    pub(in crate::members) code: &'static str,
    /// What it adds; may be negative.
    pub(in crate::members) points: i64,
}

/// Two records that share something.
struct Candidate {
    ids: [MemberId; 2],
    paths: [OrgPath; 2],
    name_keys: [String; 2],
    sounds: [String; 2],
    births: [Option<Date>; 2],
    sexes: [i64; 2],
    kinds: [String; 2],
    sealed: [Vec<u8>; 2],
    phones: [Option<Vec<u8>>; 2],
    employers: [Option<EmployerId>; 2],
}

impl Candidate {
    /// Reads the columns of `candidate_columns!`.
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            ids: [row.get(0)?, row.get(1)?],
            paths: [row.get(2)?, row.get(3)?],
            name_keys: [row.get(4)?, row.get(5)?],
            sounds: [row.get(6)?, row.get(7)?],
            births: [row.get(8)?, row.get(9)?],
            sexes: [row.get(10)?, row.get(11)?],
            kinds: [row.get(12)?, row.get(13)?],
            sealed: [row.get(14)?, row.get(15)?],
            phones: [row.get(16)?, row.get(17)?],
            employers: [row.get(18)?, row.get(19)?],
        })
    }

    /// The pair in the order it is stored: the older record on the left.
    fn key(&self) -> (MemberId, MemberId) {
        let [a, b] = self.ids;
        (a.min(b), a.max(b))
    }

    /// What they share, from the columns alone.
    fn likenesses(&self, scores: &Scores) -> Vec<Likeness> {
        let [sex_a, sex_b] = self.sexes;
        if sex_a != sex_b && [sex_a, sex_b].iter().all(|sex| matches!(sex, 1 | 2)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut add = |code, points| found.push(Likeness { code, points });
        let [name_a, name_b] = &self.name_keys;
        let [sound_a, sound_b] = &self.sounds;
        let same_birth = matches!(self.births, [Some(a), Some(b)] if a == b);
        let same_phone = matches!(&self.phones, [Some(a), Some(b)] if a == b);
        match (name_a == name_b, same_birth) {
            (true, true) => add("same_name_and_birth", scores.same_name_and_birth),
            (true, false) if same_phone => add("same_phone_and_name", scores.same_phone_and_name),
            (false, true) if sound_a == sound_b => {
                add("same_sound_and_birth", scores.same_sound_and_birth)
            }
            (false, true) if near(sound_a, sound_b) => {
                add("near_sound_and_birth", scores.near_sound_and_birth)
            }
            _ => return found,
        }
        if same_birth && same_phone {
            add("same_phone", scores.same_phone);
        }
        if matches!(self.employers, [Some(a), Some(b)] if a == b) {
            add("same_employer", scores.same_employer);
        }
        found
    }

    /// What the two papers say; opens both numbers, so it is asked last.
    fn papers(&self, tx: &Tx, scores: &Scores) -> Result<Option<Likeness>, MemberError> {
        let [kind_a, kind_b] = &self.kinds;
        let citizen = |kind: &str| IdType::from_code(kind).is_some_and(IdType::has_citizen_form);
        if citizen(kind_a) != citizen(kind_b) {
            return Ok(Some(Likeness {
                code: "different_paper_kind",
                points: scores.different_paper_kind,
            }));
        }
        let ([id_a, id_b], [sealed_a, sealed_b]) = (self.ids, &self.sealed);
        let a = tx.vault().open(field::ID, &id_a.to_string(), sealed_a)?;
        let b = tx.vault().open(field::ID, &id_b.to_string(), sealed_b)?;
        Ok(if strsim::osa_distance(&a, &b) <= 2 {
            Some(Likeness {
                code: "near_number",
                points: scores.near_number,
            })
        } else if citizen(kind_a) {
            Some(Likeness {
                code: "both_resident",
                points: scores.both_resident,
            })
        } else {
            None
        })
    }
}

/// Whether two spellings are what a tired ear or a southern tongue makes of one: zh/z, ch/c, sh/s, ng/n, or one
/// letter apart.
fn near(a: &str, b: &str) -> bool {
    fold(a) == fold(b) || strsim::levenshtein(a, b) <= 1
}

fn fold(sound: &str) -> String {
    sound
        .replace("zh", "z")
        .replace("ch", "c")
        .replace("sh", "s")
        .replace("ng", "n")
}

/// Looks for likenesses of the records whose ids lie between two ids (both included), in the whole district, and
/// opens a pair for each that reaches the policy's sum. How many were opened.
pub(in crate::members) fn search_between(
    tx: &mut Tx,
    from: MemberId,
    to: MemberId,
) -> Result<u64, MemberError> {
    let scores = MemberPolicy::at(*tx.district(), tx.today())?.duplicates;
    let mut pairs = BTreeMap::new();
    for statement in [&sql::duplicate::BY_BIRTH, &sql::duplicate::BY_PHONE] {
        collect(tx, statement, (from, to), &scores, &mut pairs)?;
    }
    let (district, now) = (*tx.district(), tx.now());
    let mut rows = Vec::new();
    for ((left, right), (candidate, mut likenesses)) in pairs {
        likenesses.extend(candidate.papers(tx, &scores)?);
        let score: i64 = likenesses.iter().map(|likeness| likeness.points).sum();
        if score >= scores.open_at {
            let [path_a, path_b] = &candidate.paths;
            let id: DuplicateId = tx.new_id();
            let reasons = serde_json::to_string(&likenesses).unwrap_or_default();
            rows.push(values![
                district,
                id,
                left,
                right,
                common(path_a, path_b),
                score.min(100),
                reasons,
                now
            ]);
        }
    }
    Ok(tx.across("a pair hangs where both unions meet", |tx| {
        tx.insert_many(&sql::duplicate::INSERT_PAIR, rows)
    })?)
}

/// Pairs by their two ids, with what the columns alone say.
type Pairs = BTreeMap<(MemberId, MemberId), (Candidate, Vec<Likeness>)>;

fn collect(
    tx: &mut Tx,
    statement: &'static Statement,
    span: (MemberId, MemberId),
    scores: &Scores,
    pairs: &mut Pairs,
) -> Result<(), MemberError> {
    let district = *tx.district();
    tx.across("duplicates cross the borders of unions", |tx| {
        tx.each(statement, args![district, span.0, span.1], |row| {
            let candidate = Candidate::read(row)?;
            let likenesses = candidate.likenesses(scores);
            if !likenesses.is_empty() {
                pairs
                    .entry(candidate.key())
                    .or_insert((candidate, likenesses));
            }
            Ok::<_, MemberError>(())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_sounds() {
        assert!(near("zhangwei", "zangwei"));
        assert!(near("lijing", "lijin"));
        assert!(near("chenli", "cenli"));
        assert!(!near("zhangwei", "zhouwen"));
    }
}
