//! 筛选条件: what the list, the count and the export have in common.

use kernel::ids::{BatchId, EmployerId};
use kernel::{Date, OrgPath, Sex};
use kernel::{IdDocument, MobilePhone, person_name, text};
use store::{Query, Vault};

use crate::members::Status;
use crate::members::prepare::index;

/// Groups of members that can be asked for; several mean any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// 农民工
    Migrant,
    /// 新就业形态
    NewForm,
    /// 困难职工
    Difficult,
    /// 劳模工匠
    ModelWorker,
    /// 医疗互助
    MutualAid,
}

impl Group {
    /// Every group, in the order of the filter.
    pub const ALL: [Self; 5] = [
        Self::Migrant,
        Self::NewForm,
        Self::Difficult,
        Self::ModelWorker,
        Self::MutualAid,
    ];

    /// Part of the address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Migrant => "migrant",
            Self::NewForm => "new_form",
            Self::Difficult => "difficult",
            Self::ModelWorker => "model_worker",
            Self::MutualAid => "mutual_aid",
        }
    }

    /// From the address.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.code() == code)
    }

    /// Words on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Migrant => "农民工",
            Self::NewForm => "新就业形态",
            Self::Difficult => "困难职工",
            Self::ModelWorker => "劳模工匠",
            Self::MutualAid => "医疗互助",
        }
    }

    fn column(self) -> &'static str {
        match self {
            Self::Migrant => "m.migrant",
            Self::NewForm => "m.new_form",
            Self::Difficult => "m.difficult",
            Self::ModelWorker => "m.model_worker",
            Self::MutualAid => "m.mutual_aid",
        }
    }
}

/// Which states are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// 在册: active, kept, transferring
    #[default]
    Enrolled,
    /// One state only
    Only(Status),
    /// Every state but merged
    All,
}

impl Standing {
    /// Part of the address; empty for the default.
    pub fn code(self) -> &'static str {
        match self {
            Self::Enrolled => "",
            Self::Only(status) => status.code(),
            Self::All => "all",
        }
    }

    /// From the address.
    pub fn from_code(code: &str) -> Self {
        match code {
            "all" => Self::All,
            code => Status::from_code(code).map_or(Self::Enrolled, Self::Only),
        }
    }
}

/// What somebody typed into the search box, understood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Search {
    /// Nothing.
    #[default]
    Nothing,
    /// The beginning of a name, as its match key.
    Name(String),
    /// The beginning of a name in pinyin, or its initials.
    Letters(String),
    /// One identity number, as its blind index.
    Paper(Vec<u8>),
    /// One phone number, as its blind index.
    Phone(Vec<u8>),
    /// A number that is neither: only whole numbers can be looked up, since nothing else is stored.
    PartOfNumber,
}

impl Search {
    /// Reads the search box. Identity numbers and phones become blind indexes at once, so the number itself goes
    /// no further (never into an address or a log).
    pub fn read(vault: &Vault, typed: &str) -> Self {
        let typed = text::trim(typed);
        if typed.is_empty() {
            return Self::Nothing;
        }
        let compact = text::compact_code(typed);
        if let Ok(phone) = MobilePhone::parse(&compact) {
            return Self::Phone(vault.blind_index(index::PHONE, phone.as_str()));
        }
        if compact.bytes().filter(u8::is_ascii_digit).count() >= 4 {
            return Self::paper(vault, &compact);
        }
        if typed
            .chars()
            .all(|c| c.is_ascii_alphabetic() || c.is_whitespace() || c == '\'')
        {
            return Self::Letters(
                typed
                    .chars()
                    .filter(char::is_ascii_alphabetic)
                    .map(|c| c.to_ascii_lowercase())
                    .collect(),
            );
        }
        match person_name::match_key(typed) {
            key if key.is_empty() => Self::PartOfNumber,
            key => Self::Name(key),
        }
    }

    /// Papers other than a citizen's are stored as they are written, so their number needs no kind.
    fn paper(vault: &Vault, compact: &str) -> Self {
        if let Ok(document) = IdDocument::detect(compact) {
            return Self::Paper(vault.blind_index(index::ID, document.number()));
        }
        // Digits alone are a permit (8) or a passport (9); letters and digits any other paper.
        let digits = compact.bytes().all(|b| b.is_ascii_digit());
        let other = match compact.len() {
            8 | 9 if digits => true,
            5..=17 => {
                !digits
                    && compact
                        .bytes()
                        .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
            }
            _ => false,
        };
        if other {
            Self::Paper(vault.blind_index(index::ID, compact))
        } else {
            Self::PartOfNumber
        }
    }

    /// For addresses: what was typed if it names nobody by number, otherwise the blind index.
    pub fn to_address(&self, typed: &str) -> (&'static str, String) {
        match self {
            Self::Nothing | Self::PartOfNumber => ("q", String::new()),
            Self::Name(_) | Self::Letters(_) => ("q", text::trim(typed).to_owned()),
            Self::Paper(index) => ("paper", store::hex::encode(index)),
            Self::Phone(index) => ("phone", store::hex::encode(index)),
        }
    }

    /// From an address's blind index.
    pub fn from_address(kind: &str, value: &str) -> Self {
        match (kind, store::hex::decode(value)) {
            ("paper", Some(index)) => Self::Paper(index),
            ("phone", Some(index)) => Self::Phone(index),
            _ => Self::PartOfNumber,
        }
    }
}

/// What to look for. Empty fields do not filter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The search box.
    pub search: Search,
    /// A subtree, within the scope.
    pub within: Option<OrgPath>,
    /// An employer.
    pub employer: Option<EmployerId>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Any of these groups.
    pub groups: Vec<Group>,
    /// Which states.
    pub standing: Standing,
    /// Verified, or not yet.
    pub real_name: Option<bool>,
    /// Joined on or after.
    pub joined_from: Option<Date>,
    /// Joined on or before.
    pub joined_to: Option<Date>,
    /// Whose membership began by joining (入会, not: were transferred) within these days, as the monthly figures count
    /// it; whoever has left again since is among them when [`Standing::All`] are asked for.
    pub entered: Option<(Date, Date)>,
    /// Completed years, at least.
    pub age_from: Option<i16>,
    /// Completed years, at most.
    pub age_to: Option<i16>,
    /// Came with this import.
    pub batch: Option<BatchId>,
}

impl Filter {
    /// Whether anything but the subtree narrows the list: if not, the tree already knows the count.
    pub fn is_plain(&self) -> bool {
        self.search == Search::Nothing
            && self.employer.is_none()
            && self.sex.is_none()
            && self.groups.is_empty()
            && self.standing == Standing::Enrolled
            && self.real_name.is_none()
            && self.joined_from.is_none()
            && self.joined_to.is_none()
            && self.entered.is_none()
            && self.age_from.is_none()
            && self.age_to.is_none()
            && self.batch.is_none()
    }

    /// Whether matches have to be looked for row by row: there are filters, and none of them has an index that
    /// holds just its own rows.
    pub(super) fn needs_scan(&self) -> bool {
        let indexed = self.real_name == Some(false)
            || matches!(
                self.groups.as_slice(),
                [Group::Difficult] | [Group::ModelWorker]
            )
            || matches!(self.standing, Standing::Only(status) if status != Status::Active)
            || self.employer.is_some()
            || self.entered.is_some()
            || self.batch.is_some();
        !self.is_plain() && !indexed
    }

    /// Appends everything but the search and the range.
    pub(super) fn narrow(&self, query: Query, today: Date) -> Query {
        let mut query = query;
        query = match self.standing {
            Standing::Enrolled => query.push(" AND m.status IN ('active', 'kept', 'transferring')"),
            Standing::Only(Status::Active) => query.push(" AND m.status = 'active'"),
            // The first term lets the partial index of the few serve it.
            Standing::Only(status) => query
                .push(" AND m.status <> 'active'")
                .and(" AND m.status = ", status.code()),
            Standing::All => query.push(" AND m.status <> 'merged'"),
        };
        query = match self.groups.as_slice() {
            [] => query,
            [one] => query.push(" AND ").push(one.column()),
            [first, rest @ ..] => {
                let start = query.push(" AND (").push(first.column());
                rest.iter()
                    .fold(start, |query, group| {
                        query.push(" OR ").push(group.column())
                    })
                    .push(")")
            }
        };
        query = match self.real_name {
            Some(true) => query.push(" AND m.real_name"),
            Some(false) => query.push(" AND NOT m.real_name"),
            None => query,
        };
        query
            .and_opt(" AND m.employer_id = ", self.employer)
            .and_opt(" AND m.sex = ", self.sex.map(Sex::code))
            .and_opt(" AND m.joined_on >= ", self.joined_from)
            .and_opt(" AND m.joined_on <= ", self.joined_to)
            .and_opt(
                " AND m.birth_on <= ",
                self.age_from.and_then(|age| birthday(today, age)),
            )
            .and_opt(
                " AND m.birth_on > ",
                self.age_to
                    .and_then(|age| birthday(today, age.saturating_add(1))),
            )
            .and_opt(" AND m.batch_id = ", self.batch)
    }
}

/// The last birth date of those who have completed `age` years on `today`.
fn birthday(today: Date, age: i16) -> Option<Date> {
    let year = today.year().checked_sub(age)?;
    // Born on 29 February: in common years the birthday counts from 1 March.
    Date::new(year, today.month(), today.day())
        .ok()
        .or_else(|| Date::new(year, 2, 28).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::testing::vault;

    #[test]
    fn the_search_box_is_understood() {
        let read = |typed: &str| Search::read(&vault(), typed);
        assert_eq!(read("  "), Search::Nothing);
        assert_eq!(read("张三"), Search::Name("张三".into()));
        assert_eq!(read("买买提•艾力"), Search::Name("买买提艾力".into()));
        assert_eq!(read("Zhang San"), Search::Letters("zhangsan".into()));
        assert_eq!(read("zs"), Search::Letters("zs".into()));
        assert!(matches!(read("330113199003070018"), Search::Paper(_)));
        assert_eq!(
            read("33011319900307001８"),
            read("330113199003070018"),
            "full width"
        );
        assert!(matches!(read("e12345678"), Search::Paper(_)));
        assert!(matches!(read("138 1234 1234"), Search::Phone(_)));
        assert_eq!(read("1990030"), read("1990030"));
        assert_eq!(read("%_"), Search::PartOfNumber);
    }

    #[test]
    fn no_number_ever_reaches_an_address() {
        for typed in ["330113199003070018", "13812341234"] {
            let search = Search::read(&vault(), typed);
            let (kind, value) = search.to_address(typed);
            assert!(!value.contains(typed));
            assert_eq!(Search::from_address(kind, &value), search);
        }
    }

    #[test]
    fn ages_are_completed_years() {
        let today = jiff::civil::date(2026, 11, 20);
        assert_eq!(birthday(today, 60), Some(jiff::civil::date(1966, 11, 20)));
        assert_eq!(
            birthday(jiff::civil::date(2028, 2, 29), 1),
            Some(jiff::civil::date(2027, 2, 28))
        );
    }
}
