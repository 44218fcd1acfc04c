//! Signals as other rooms and the pages see them.

use std::fmt;

use kernel::{Date, EmployerId, Instant, MatchId, OrgPath};
use serde_json::Value as Json;
use store::{Cell, FromValue, Row, StoreError};

use super::succession::GAVE_WAY;

kernel::id_type!(SubjectId, "预警对象");
kernel::id_type!(SignalId, "线索");
kernel::id_type!(DeliveryId, "数据交付");
kernel::id_type!(FeedPauseId, "数据源停用");
kernel::id_type!(AlertId, "欠薪预警");
kernel::id_type!(PayReportId, "工资发放月报");
kernel::id_type!(CheckInId, "哨点周报");
kernel::id_type!(CheckInPhotoId, "哨点照片");
store::id_value!(
    SubjectId,
    SignalId,
    DeliveryId,
    AlertId,
    PayReportId,
    CheckInId,
    CheckInPhotoId,
    FeedPauseId
);

/// Declares a small closed set with stored ids and Chinese terms.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $id:literal, $title:literal;)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$item])* $variant),* }

        impl $name {
            /// All of them, in the order of the lists on screen.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Stored form.
            pub fn id(self) -> &'static str { match self { $(Self::$variant => $id),* } }
            /// Chinese term.
            pub fn title(self) -> &'static str { match self { $(Self::$variant => $title),* } }
            /// The one with this stored id.
            pub fn from_id(id: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.id() == id) }
        }
    };
}

pub(super) use choices;

choices! {
    /// Whom signals are about (预警对象).
    SubjectKind {
        /// An employer of the register.
        Employer = "employer", "用人单位";
        /// A construction project, known by its name.
        Project = "project", "工程项目";
        /// An outside employer known only by the number a published record gives it (back-testing).
        Outside = "outside", "外部记录";
    }
}

choices! {
    /// What a stored signal is worth (线索状态).
    SignalState {
        /// It counts.
        Counted = "counted", "有效";
        /// Another source reported the same event; kept as confirmation, counted once.
        Echo = "echo", "其他来源印证";
        /// Its employer is not certain; it counts when a person has decided.
        Waiting = "waiting", "待比对";
        /// The same source sent other figures later.
        Replaced = "replaced", "已更正";
        /// It counted until another source said worse of the same event; a copy of it goes on as confirmation.
        GaveWay = "gave_way", "已由更重的一份替代";
        /// Taken back by a person, with a reason.
        Withdrawn = "withdrawn", "已撤回";
    }
}

choices! {
    /// How sure a signal is (线索质量). Rules may ask for the field `quality`.
    Quality {
        /// Somebody says so.
        Reported = "1", "反映";
        /// From an office's records.
        Record = "2", "部门数据";
        /// Somebody of the union has seen it.
        Verified = "3", "已核实";
    }
}

impl Quality {
    /// Stored number: 1 reported, 2 record, 3 verified.
    pub fn number(self) -> i64 {
        match self {
            Self::Reported => 1,
            Self::Record => 2,
            Self::Verified => 3,
        }
    }

    /// As stored in a column.
    pub(super) fn of_column(row: &Row, index: usize) -> Result<Self, StoreError> {
        let number: i64 = row.get(index)?;
        let found = Self::ALL.iter().copied().find(|one| one.number() == number);
        found.ok_or(StoreError::Column {
            index,
            wanted: "Quality",
        })
    }
}

/// Whole numbers by field name, in canonical form: sorted, no blanks. A field that is absent is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields(Vec<(String, i64)>);

impl Fields {
    /// From pairs in any order; a later pair of the same name wins.
    pub fn new<N: Into<String>>(pairs: impl IntoIterator<Item = (N, i64)>) -> Self {
        let mut all: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
        all.extend(pairs.into_iter().map(|(name, value)| (name.into(), value)));
        Self(all.into_iter().collect())
    }

    /// The value of a field, if it is known.
    pub fn get(&self, name: &str) -> Option<i64> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| *value)
    }

    /// All fields in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// As stored: `{"people":3,"verified":1}`.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(2 + self.0.len() * 16);
        out.push('{');
        for (at, (name, value)) in self.0.iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            // Field names are ASCII words, so nothing needs escaping.
            out.push('"');
            out.push_str(name);
            out.push_str("\":");
            out.push_str(&value.to_string());
        }
        out.push('}');
        out
    }

    /// From the stored text.
    pub fn parse(text: &str) -> Option<Self> {
        let Json::Object(map) = serde_json::from_str(text).ok()? else {
            return None;
        };
        let pairs: Option<Vec<(String, i64)>> = map
            .into_iter()
            .map(|(name, value)| Some((name, value.as_i64()?)))
            .collect();
        pairs.map(Self::new)
    }
}

impl fmt::Display for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl FromValue for Fields {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Self::parse(text),
            _ => None,
        }
    }
}

/// Somebody or something signals are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its id; for an employer of the register, the employer's id.
    pub id: SubjectId,
    /// What it is.
    pub kind: SubjectKind,
    /// What identifies it within its kind.
    pub key: String,
    /// Its name when it was first heard of.
    pub name: String,
    /// The employer of the register, if there is one.
    pub employer: Option<EmployerId>,
    /// Whose desk it lies on.
    pub org_path: OrgPath,
    /// Place as the source reports it (outside subjects).
    pub place: String,
    /// Industry as the source reports it.
    pub industry: String,
}

/// One stored signal (线索).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Its id.
    pub id: SignalId,
    /// Whom it is about; none while a person has to decide.
    pub subject: Option<SubjectId>,
    /// Kind, as the signal definitions name it.
    pub kind: String,
    /// The day it speaks about.
    pub day: Date,
    /// When it became known here.
    pub arrived: Instant,
    /// Its values.
    pub fields: Fields,
    /// How sure it is.
    pub quality: Quality,
    /// The feed it came by.
    pub feed: String,
    /// The source's own number or sheet row.
    pub reference: String,
    /// Month, day or reference that makes it one event.
    pub period: String,
    /// What it is worth.
    pub state: SignalState,
    /// Since when it does not count any more.
    pub ended: Option<Instant>,
    /// The open question about its employer.
    pub question: Option<MatchId>,
    /// Whose desk it lies on.
    pub org_path: OrgPath,
}

/// Reads a stored choice.
pub(super) fn choice<T>(
    row: &Row,
    index: usize,
    from: impl Fn(&str) -> Option<T>,
) -> Result<T, StoreError> {
    from(row.text(index)?).ok_or(StoreError::Column {
        index,
        wanted: std::any::type_name::<T>(),
    })
}

pub(super) fn subject_of(row: &Row) -> Result<Subject, StoreError> {
    Ok(Subject {
        id: row.get(0)?,
        kind: choice(row, 1, SubjectKind::from_id)?,
        key: row.get(2)?,
        name: row.get(3)?,
        employer: row.get(4)?,
        org_path: row.get(5)?,
        place: row.get(6)?,
        industry: row.get(7)?,
    })
}

pub(super) fn signal_of(row: &Row) -> Result<Signal, StoreError> {
    Ok(Signal {
        id: row.get(0)?,
        subject: row.get(1)?,
        kind: row.get(2)?,
        day: row.get(3)?,
        arrived: row.get(4)?,
        fields: row.get(5)?,
        quality: Quality::of_column(row, 6)?,
        feed: row.get(7)?,
        reference: row.get(8)?,
        period: row.get(9)?,
        state: match choice(row, 10, SignalState::from_id)? {
            SignalState::Replaced if row.text(14)?.starts_with(GAVE_WAY) => SignalState::GaveWay,
            state => state,
        },
        ended: row.get(11)?,
        question: row.get(12)?,
        org_path: row.get(13)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_one_written_form() {
        let fields = Fields::new([("verified", 1), ("people", 12), ("amount", -5)]);
        assert_eq!(fields.text(), r#"{"amount":-5,"people":12,"verified":1}"#);
        assert_eq!(Fields::parse(&fields.text()), Some(fields.clone()));
        assert_eq!(fields.get("people"), Some(12));
        assert_eq!(fields.get("months"), None, "absent is unknown, not zero");
        assert_eq!(Fields::parse(r#"{"people":"twelve"}"#), None);
    }
}
