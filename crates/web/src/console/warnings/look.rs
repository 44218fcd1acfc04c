//! How a level looks: colour, shape and word together. A level named by a colour is drawn in it; any other by its shape.

use union::arrears::alerts::LevelView;

/// The look of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// ▲, the highest.
    Red,
    /// ■, between yellow and red where a rule set has it.
    Orange,
    /// ◆.
    Yellow,
    /// ●.
    Blue,
    /// No warning, or a level of another name and shape.
    Plain,
}

impl Tone {
    /// The look of a level.
    pub(crate) fn of(level: &LevelView) -> Self {
        match (level.id.as_str(), level.shape.as_str()) {
            ("red", _) => Self::Red,
            ("orange", _) => Self::Orange,
            ("yellow", _) => Self::Yellow,
            ("blue", _) => Self::Blue,
            ("green", _) => Self::Plain,
            (_, "triangle") => Self::Red,
            (_, "square") => Self::Orange,
            (_, "diamond") => Self::Yellow,
            (_, "circle") => Self::Blue,
            _ => Self::Plain,
        }
    }

    /// Class of a badge.
    pub(crate) fn badge(self) -> &'static str {
        match self {
            Self::Red => "lv-r",
            Self::Orange => "lv-o",
            Self::Yellow => "lv-y",
            Self::Blue => "lv-b",
            Self::Plain => "lv-n",
        }
    }

    /// Class of a tile, a bar or a page head.
    pub(crate) fn tile(self) -> &'static str {
        match self {
            Self::Red => "is-red",
            Self::Orange => "is-ora",
            Self::Yellow => "is-yel",
            Self::Blue => "is-blu",
            Self::Plain => "",
        }
    }

    /// Sign as text, for drawings: ▲ ■ ◆ ●.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Red => "▲",
            Self::Orange => "■",
            Self::Yellow => "◆",
            Self::Blue => "●",
            Self::Plain => "○",
        }
    }

    /// Short name, for class names and patterns: `red`, `ora`, `yel`, `blu`.
    pub(crate) fn short(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Orange => "ora",
            Self::Yellow => "yel",
            Self::Blue => "blu",
            Self::Plain => "gry",
        }
    }

    /// Shape of the sprite; empty for none.
    pub(crate) fn shape(self) -> &'static str {
        match self {
            Self::Red => "s-red",
            Self::Orange => "s-ora",
            Self::Yellow => "s-yel",
            Self::Blue => "s-blu",
            Self::Plain => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(id: &str, shape: &str) -> LevelView {
        LevelView {
            id: id.to_owned(),
            label: String::new(),
            shape: shape.to_owned(),
            pattern: String::new(),
            rank: 0,
        }
    }

    #[test]
    fn a_level_named_by_a_colour_is_drawn_in_it_whatever_its_shape() {
        for (id, shape, tone) in [
            ("yellow", "circle", Tone::Yellow),
            ("orange", "diamond", Tone::Orange),
            ("red", "square", Tone::Red),
            ("green", "triangle", Tone::Plain),
            ("third", "circle", Tone::Blue),
            ("first", "triangle", Tone::Red),
            ("other", "", Tone::Plain),
        ] {
            assert_eq!(Tone::of(&level(id, shape)), tone, "{id} {shape}");
        }
    }
}
