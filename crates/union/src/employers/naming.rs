//! Names of employers, brought to their core so that two ways of writing one name meet.

use std::sync::LazyLock;

use kernel::definitions::{Catalogue, Definition, Kind, read_test};
use kernel::{Date, DistrictCode, text};
use serde::Deserialize;

use crate::rulebook::{NoRule, Rulebook};

/// The rules by which names are compared, from `definitions/employers/matching*.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameRules {
    /// Place names dropped at the beginning and in brackets.
    places: Vec<String>,
    /// Legal forms dropped at the end.
    forms: Vec<String>,
    /// Endings that tell a branch from its parent: such a name keeps its form.
    branches: Vec<String>,
    /// Score from which a pair is shown to a person, 0–100.
    pub ask_from: u32,
    /// At most so many candidates are shown.
    pub candidates: usize,
}

static RULES: LazyLock<Rulebook<NameRules>> =
    LazyLock::new(|| Rulebook::of(Catalogue::in_force(), "employers.matching"));

impl NameRules {
    /// The rules that hold for a district on a day.
    ///
    /// # Errors
    /// [`NoRule`] when the definitions hold none.
    pub fn at(district: DistrictCode, day: Date) -> Result<&'static Self, NoRule> {
        RULES.at(district, day).map(|rule| rule.body)
    }

    /// The core of a name (比对名): 浙江拓野供应链（集团）股份有限公司 → 拓野供应链. Two names with the same core are
    /// held for one; a name that is all place and form keeps everything, so that it never matches by accident.
    pub fn core(&self, name: &str) -> String {
        let plain = plain(name);
        let mut core = self.without_brackets(&plain);
        // Forms before places: 临平公司 must not end as 公司.
        core = self.without_forms(&core);
        core = self.without_places(&core);
        if core.chars().count() < 2 {
            plain.chars().filter(|c| !matches!(c, '(' | ')')).collect()
        } else {
            core
        }
    }

    /// Brackets that hold a place or a form say nothing; others (（第二分厂）) tell units apart and stay, bare.
    fn without_brackets(&self, name: &str) -> String {
        let mut out = String::new();
        let mut rest = name;
        while let Some((before, tail)) = rest.split_once('(') {
            out.push_str(before);
            let Some((inside, after)) = tail.split_once(')') else {
                out.push_str(tail);
                return out;
            };
            let noise = self
                .places
                .iter()
                .chain(&self.forms)
                .any(|word| word == inside);
            if !noise {
                out.push_str(inside);
            }
            rest = after;
        }
        out.push_str(rest);
        out.chars().filter(|c| *c != ')').collect()
    }

    fn without_places<'n>(&self, name: &'n str) -> String {
        let mut rest: &'n str = name;
        while let Some(shorter) = longest(&self.places, |place| rest.strip_prefix(place)) {
            if shorter.chars().count() < 2 {
                break;
            }
            rest = shorter;
        }
        rest.to_owned()
    }

    fn without_forms<'n>(&self, name: &'n str) -> String {
        let mut rest: &'n str = name;
        if self
            .branches
            .iter()
            .any(|ending| rest.ends_with(ending.as_str()))
        {
            return rest.to_owned();
        }
        while let Some(shorter) = longest(&self.forms, |form| rest.strip_suffix(form)) {
            if shorter.chars().count() < 2 {
                break;
            }
            rest = shorter;
        }
        rest.to_owned()
    }
}

/// What the longest of the words that can be cut off leaves over: 股份有限公司 before 有限公司.
fn longest<'n>(words: &[String], cut: impl Fn(&str) -> Option<&'n str>) -> Option<&'n str> {
    words
        .iter()
        .filter_map(|word| cut(word))
        .min_by_key(|rest| rest.len())
}

/// Half-width, lower case, without blanks and marks; brackets of every kind made round.
pub(super) fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !text::is_blank(*c))
        .map(text::half_width_char)
        .map(|c| match c {
            '[' | '【' | '〔' | '{' | '〈' | '《' => '(',
            ']' | '】' | '〕' | '}' | '〉' | '》' => ')',
            other => other,
        })
        .filter(|c| {
            !matches!(
                c,
                ',' | '，'
                    | '.'
                    | '。'
                    | '、'
                    | '-'
                    | '_'
                    | '/'
                    | '"'
                    | '“'
                    | '”'
                    | '\''
                    | '·'
                    | '&'
            )
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// How alike two cores are, 0–100. Edit distance finds a mistyped character, shared character pairs find words in
/// another order; the better of the two counts. A length far off weighs against a pair.
pub fn likeness(left: &str, right: &str) -> u32 {
    if left == right {
        return 100;
    }
    let edits = strsim::normalized_damerau_levenshtein(left, right);
    let pairs = strsim::sorensen_dice(left, right);
    // 0.0–1.0 by construction; 100 is kept for equality.
    ((edits.max(pairs * 0.95) * 100.0).round() as u32).min(99)
}

/// One embedded test of the definition.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    left: String,
    right: String,
    /// `same`, `ask` or `different`.
    verdict: String,
}

/// How `niangjia definitions` checks and tests these files.
pub const KIND: Kind = Kind {
    folder: "employers",
    check: |definition| definition.body::<NameRules>().err().into_iter().collect(),
    test: |definition: &Definition, test, _| {
        let (rules, pair): (NameRules, Pair) = (definition.body()?, read_test(test)?);
        let (left, right) = (rules.core(&pair.left), rules.core(&pair.right));
        let verdict = match likeness(&left, &right) {
            100 => "same",
            score if score >= rules.ask_from => "ask",
            _ => "different",
        };
        kernel::definitions::expect_equal(
            &format!("{left} / {right}"),
            &pair.verdict.as_str(),
            &verdict,
        )
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> &'static NameRules {
        NameRules::at(
            DistrictCode::parse("330113").unwrap(),
            jiff::civil::date(2026, 11, 20),
        )
        .unwrap()
    }

    #[test]
    fn the_definition_files_pass_their_own_tests() {
        let mut ran = 0;
        for definition in Catalogue::in_force().of_kind("employers") {
            assert_eq!(
                (KIND.check)(definition),
                Vec::<String>::new(),
                "{}",
                definition.path
            );
            for test in definition.tests() {
                (KIND.test)(definition, test, Catalogue::in_force()).unwrap();
                ran += 1;
            }
        }
        assert!(ran >= 5);
    }

    #[test]
    fn cores() {
        for (name, core) in [
            ("浙江拓野供应链（集团）股份有限公司", "拓野供应链"),
            ("杭州（临平）锦禾制衣有限公司", "锦禾制衣"),
            ("锦禾制衣（第二分厂）", "锦禾制衣第二分厂"),
            ("锦禾制衣有限公司临平分公司", "锦禾制衣有限公司临平分公司"),
            ("杭州市临平区中医院", "中医院"),
            ("临平公司", "临平"),
            ("杭州 ＡＢＣ 科技有限公司", "abc科技"),
            ("", ""),
        ] {
            assert_eq!(rules().core(name), core, "{name}");
        }
    }

    #[test]
    fn likeness_is_symmetric_and_bounded() {
        for (left, right) in [
            ("锦禾制衣", "锦和制衣"),
            ("拓野供应链", "供应链拓野"),
            ("甲", "乙"),
            ("", "锦禾"),
        ] {
            assert_eq!(likeness(left, right), likeness(right, left));
            assert!(likeness(left, right) < 100);
        }
        assert_eq!(likeness("锦禾", "锦禾"), 100);
    }
}
