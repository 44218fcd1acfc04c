//! 找办件: by what somebody on the phone says: the number, the employer, a part of the title, the name of the person
//! concerned. Whose name is sealed (举报) is found by nothing.

use kernel::ids::{CasePartyId, EmployerId, MemberId};
use kernel::{PersonName, text};
use store::jobs::JobFault;
use store::{Actor, Db, Query, Tx, Vault, args};

use super::intake::NAME;
use super::{CaseError, sql};
use crate::access::{Capability, CapabilitySet};
use crate::employers;
use crate::members::{self, Filter, MemberError, Page, Search};

/// Employers and members of one name whose cases are looked for.
const NAMESAKES: usize = 50;
/// Names put into the index in one go.
const CHUNK: usize = 200;
/// What the index of names is made for.
const INDEX: &str = "case_party.name_index";
/// Digits of a year in a number.
const YEAR: usize = 4;
/// Longest running number.
const SERIAL: usize = 7;

/// The name under which somebody is found; nothing where no name was given.
pub(super) fn name_index(vault: &Vault, name: &str) -> Option<Vec<u8>> {
    let key = PersonName::parse(name).ok()?.match_key();
    Some(vault.blind_index(INDEX, &key))
}

/// A number as it is kept: `mh 2026－12`, `MH202600012` → `MH2026-12`, `MH2026-00012`.
pub fn number(typed: &str) -> String {
    let code = text::compact_code(typed).replace(['—', '–', '_'], "-");
    let marks = code.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = code.get(marks..).unwrap_or_default();
    let plain = marks > 0 && digits.len() > YEAR && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.split_at_checked(YEAR) {
        Some((year, rest)) if plain => {
            format!("{}{year}-{rest}", code.get(..marks).unwrap_or_default())
        }
        _ => code,
    }
}

/// The running number in a bare number, as people say it on the phone: `12`, `00012` → 12.
pub fn serial(typed: &str) -> Option<u32> {
    let digits = text::compact_code(typed);
    let plain = (1..=SERIAL).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|no| plain && *no > 0)
}

/// Only the cases with this running number, of whatever kind and year.
pub(super) fn with_serial(query: Query, serial: u32) -> Query {
    query.and(" AND f.no LIKE ", format!("%-{serial:05}"))
}

/// Only the cases that somebody may mean by these words.
pub(super) fn said(
    tx: &mut Tx,
    query: Query,
    may: CapabilitySet,
    words: &str,
) -> Result<Query, CaseError> {
    let district = *tx.district();
    let words = text::trim(words);
    if words.is_empty() {
        return Ok(query);
    }
    let part = |of: &str| format!("%{}%", of.replace(['%', '_'], ""));
    let mut query = query
        .and(" AND (f.no LIKE ", part(&number(words)))
        .and(" OR f.title LIKE ", part(words));
    let employers = employers_named(tx, may, words)?;
    if !employers.is_empty() {
        query = query
            .and(
                " OR f.id IN (SELECT p.case_id FROM case_party p WHERE p.district = ",
                district,
            )
            .and_in(" AND p.employer_id IN ", employers)
            .push(")");
    }
    // Whether somebody has a case at all is known to those who handle cases.
    if may.has(Capability::CasesAct) {
        if let Some(index) = name_index(tx.vault(), words) {
            query = query
                .and(
                    " OR f.id IN (SELECT p.case_id FROM case_party p WHERE p.district = ",
                    district,
                )
                .and(" AND p.name_index = ", index)
                .and(" AND p.secret = ", false)
                .push(")");
        }
        let members = members_named(tx, may, words)?;
        if !members.is_empty() {
            query = query
                .and(" OR (f.sealed_reporter = ", false)
                .and_in(" AND f.member_id IN ", members)
                .push(")");
        }
    }
    Ok(query.push(")"))
}

/// Employers of the register within reach whose name the words may be.
fn employers_named(
    tx: &mut Tx,
    may: CapabilitySet,
    words: &str,
) -> Result<Vec<EmployerId>, CaseError> {
    if !may.has(Capability::EmployersRead) {
        return Ok(Vec::new());
    }
    let found = employers::search(tx, words, NAMESAKES)?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// Members within reach whose name the words may be.
fn members_named(tx: &mut Tx, may: CapabilitySet, words: &str) -> Result<Vec<MemberId>, CaseError> {
    if !may.has(Capability::MembersRead) {
        return Ok(Vec::new());
    }
    let search = Search::read(tx.vault(), words);
    if !matches!(search, Search::Name(_) | Search::Letters(_)) {
        return Ok(Vec::new());
    }
    let filter = Filter {
        search,
        ..Filter::default()
    };
    match members::list(tx, &filter, Page::first(NAMESAKES)) {
        Ok(found) => Ok(found.rows.into_iter().map(|one| one.id).collect()),
        Err(MemberError::Invalid { .. }) => Ok(Vec::new()),
        Err(other) => Err(other.into()),
    }
}

/// Puts the names of people of earlier cases into the index, some in each transaction; how many.
///
/// # Errors
/// The store failed, or another worker has taken the job.
pub(super) fn index_names(
    db: &Db,
    actor: &Actor,
    renew: impl Fn() -> Result<(), JobFault>,
) -> Result<usize, JobFault> {
    let (mut all, mut after) = (0, CasePartyId::from(uuid::Uuid::nil()));
    loop {
        let done = db
            .housekeep(actor, |tx| index_some(tx, after))
            .map_err(|fault: CaseError| JobFault::again(fault.to_string()))?;
        all += done.len();
        match done.last() {
            Some(last) if done.len() == CHUNK => after = *last,
            _ => return Ok(all),
        }
        renew()?;
    }
}

fn index_some(tx: &mut Tx, after: CasePartyId) -> Result<Vec<CasePartyId>, CaseError> {
    let district = *tx.district();
    let rows = tx.all(&sql::UNNAMED, args![district, false, after, CHUNK])?;
    let mut done = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: CasePartyId = row.get(0)?;
        let sealed = row.bytes(1)?.unwrap_or_default();
        let name = tx.vault().open(NAME, &id.to_string(), sealed)?;
        if let Some(index) = name_index(tx.vault(), &name) {
            tx.exec(&sql::NAME_PARTY, args![district, id, index])?;
        }
        done.push(id);
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::{number, serial};

    #[test]
    fn a_number_is_read_as_people_say_it() {
        assert_eq!(number("MH2026-00012"), "MH2026-00012");
        assert_eq!(number(" ｍｈ２０２６－０００１２ "), "MH2026-00012");
        assert_eq!(number("msz202600012"), "MSZ2026-00012");
        assert_eq!(number("00012"), "00012");
        assert_eq!([" 12 ", "00012", "１２"].map(serial), [Some(12); 3]);
        assert_eq!(
            ["", "0", "MH12", "2026-00012", "13800000000"].map(serial),
            [None; 5]
        );
        assert_eq!(number("2026-00012"), "2026-00012");
        assert_eq!(number("绿城公司"), "绿城公司");
        assert_eq!(number("MH2026"), "MH2026");
    }
}
