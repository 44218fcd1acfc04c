//! Kinds of signals in outline (概貌): of each subject how many there are and between what their values lie. For a kind
//! of which a district has a million lines this is a twentieth of what the lines would take.

use kernel::warning::{MISSING, Outline};

use super::numbered::place;

/// A field that no signal says.
const UNSAID: (i64, i64) = (i64::MAX, i64::MIN);

/// The signals of one kind, subject by subject.
#[derive(Debug, Default)]
pub(in crate::arrears) struct Outlines {
    /// Fields of the kind.
    width: usize,
    /// How many signals each subject has, by number.
    signals: Vec<u32>,
    /// The least and the most of each field, subject after subject.
    fields: Vec<(i64, i64)>,
}

impl Outlines {
    /// None yet, of a kind with so many fields.
    pub(super) fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    /// One more signal about a subject.
    pub(super) fn add(&mut self, subject: u32, values: impl Iterator<Item = i64>) {
        let at = place(subject);
        if self.signals.len() <= at {
            self.signals.resize(at + 1, 0);
            self.fields.resize((at + 1) * self.width, UNSAID);
        }
        if let Some(signals) = self.signals.get_mut(at) {
            *signals = signals.saturating_add(1);
        }
        let own = self.fields.iter_mut().skip(at * self.width);
        for ((least, most), value) in own.zip(values) {
            if value != MISSING {
                (*least, *most) = (value.min(*least), value.max(*most));
            }
        }
    }

    /// What there is about a subject.
    pub(in crate::arrears) fn of(&self, subject: usize) -> Outline<'_> {
        let from = subject * self.width;
        let fields = self.fields.get(from..from + self.width);
        Outline {
            signals: self.signals.get(subject).copied().unwrap_or(0),
            fields: fields.unwrap_or_default(),
        }
    }
}
