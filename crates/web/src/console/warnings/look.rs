//! How a level looks: colour, shape and word together, whatever a rule set calls its levels.

use union::arrears::alerts::LevelView;

/// The look of a level, chosen by the shape its rule set gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// ▲, the highest.
    Red,
    /// ◆.
    Yellow,
    /// ●.
    Blue,
    /// No warning, or a level of another shape.
    Plain,
}

impl Tone {
    /// The look of a level.
    pub(crate) fn of(level: &LevelView) -> Self {
        match level.shape.as_str() {
            "triangle" => Self::Red,
            "diamond" => Self::Yellow,
            "circle" => Self::Blue,
            _ => Self::Plain,
        }
    }

    /// Class of a badge.
    pub(crate) fn badge(self) -> &'static str {
        match self {
            Self::Red => "lv-r",
            Self::Yellow => "lv-y",
            Self::Blue => "lv-b",
            Self::Plain => "lv-n",
        }
    }

    /// Class of a tile, a bar or a page head.
    pub(crate) fn tile(self) -> &'static str {
        match self {
            Self::Red => "is-red",
            Self::Yellow => "is-yel",
            Self::Blue => "is-blu",
            Self::Plain => "",
        }
    }

    /// Sign as text, for drawings: ▲ ◆ ●.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Red => "▲",
            Self::Yellow => "◆",
            Self::Blue => "●",
            Self::Plain => "○",
        }
    }

    /// Short name, for class names and patterns: `red`, `yel`, `blu`.
    pub(crate) fn short(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Yellow => "yel",
            Self::Blue => "blu",
            Self::Plain => "gry",
        }
    }

    /// Shape of the sprite; empty for none.
    pub(crate) fn shape(self) -> &'static str {
        match self {
            Self::Red => "s-red",
            Self::Yellow => "s-yel",
            Self::Blue => "s-blu",
            Self::Plain => "",
        }
    }
}
