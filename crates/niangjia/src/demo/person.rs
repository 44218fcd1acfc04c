//! Made-up people: a name, a sex, a birth date and papers that fit together.

use kernel::{Date, Sex};

use super::codes::{self, IdNumbers};
use super::dice::{Dice, Weighted};
use super::words::people::{
    EDUCATION_FLOOR, EDUCATION_OFFICE, ETHNIC, Era, MONGOL, POLITICS, RARE, SHE, SKILL, SURNAMES,
    TIBETAN, UYGUR_MEN, UYGUR_WOMEN,
};

/// One person, before any union knows of them.
#[derive(Debug, Clone)]
pub struct Person {
    /// Full name as on the papers.
    pub name: String,
    /// Sex.
    pub sex: Sex,
    /// Birth date.
    pub birth: Date,
    /// Kind of papers: `resident`, `hk_macau_permit`, `taiwan_permit`.
    pub id_type: &'static str,
    /// Number of the papers.
    pub id_number: String,
    /// Mobile number.
    pub phone: String,
    /// GB/T 3304.
    pub ethnic: &'static str,
    /// GB/T 4658.
    pub education: &'static str,
    /// GB/T 4762.
    pub politics: &'static str,
    /// Skill grade, if any.
    pub skill: Option<&'static str>,
    /// Migrant worker (农民工).
    pub migrant: bool,
}

/// What sort of person is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Women, percent.
    pub women: f64,
    /// Office people: other schooling, fewer migrants.
    pub office: bool,
    /// The day of joining: they are of age by then.
    pub joined_on: Date,
    /// Today: they have not long passed retirement.
    pub today: Date,
}

/// Characters taken for each other when names are heard.
const SOUNDS_ALIKE: &[(char, &str)] = &[
    ('静', "婧"),
    ('颖', "莹"),
    ('伟', "玮"),
    ('明', "鸣"),
    ('燕', "艳"),
];

/// Makes people, each with papers of their own.
pub struct People {
    dice: Dice,
    ids: IdNumbers,
    serial: u64,
    surnames: Weighted<&'static str>,
    ethnic: Weighted<&'static str>,
    floor: Weighted<&'static str>,
    office: Weighted<&'static str>,
    politics: Weighted<&'static str>,
    skill: Weighted<&'static str>,
    rare: Vec<char>,
}

impl People {
    /// The people of one seed.
    pub fn new(seed: u64) -> Self {
        Self::of_region(seed, "people", codes::REGION)
    }

    /// Other people of the same seed, with papers of another region; none of them is among the first.
    pub fn of_region(seed: u64, label: &str, region: &'static str) -> Self {
        Self {
            dice: Dice::new(seed, label),
            ids: IdNumbers::of(region),
            // Phones and permits of other regions come from the far end of their numbers.
            serial: if region == codes::REGION {
                0
            } else {
                50_000_000
            },
            surnames: Weighted::new(SURNAMES),
            ethnic: Weighted::new(ETHNIC),
            floor: Weighted::new(EDUCATION_FLOOR),
            office: Weighted::new(EDUCATION_OFFICE),
            politics: Weighted::new(POLITICS),
            skill: Weighted::new(SKILL),
            rare: RARE.chars().collect(),
        }
    }

    /// One more person.
    pub fn next(&mut self, wanted: Wanted) -> Person {
        self.serial += 1;
        let sex = if self.dice.percent(wanted.women) {
            Sex::Female
        } else {
            Sex::Male
        };
        let ethnic = self.ethnic.draw(&mut self.dice).unwrap_or("01");
        let (birth, id_type, id_number) = self.papers(sex, wanted);
        let name = self.name(sex, birth.year(), ethnic);
        let schooling = if wanted.office {
            &self.office
        } else {
            &self.floor
        };
        let education = schooling.draw(&mut self.dice).unwrap_or("71");
        let politics = self.politics.draw(&mut self.dice).unwrap_or("13");
        // Probationary and Youth League membership end with age (团员 28).
        let politics = if politics == "03" && wanted.today.year() - birth.year() > 28 {
            "13"
        } else {
            politics
        };
        let skill = if !wanted.office && self.dice.percent(25.0) {
            self.skill.draw(&mut self.dice)
        } else {
            None
        };
        let migrant = self.dice.percent(if wanted.office { 14.0 } else { 62.0 });
        Person {
            name,
            sex,
            birth,
            id_type,
            id_number,
            phone: codes::phone(self.serial),
            ethnic,
            education,
            politics,
            skill,
            migrant,
        }
    }

    /// The same person once more, as a careless clerk entered them elsewhere: same name (or one that sounds
    /// the same), birth date and phone, another number. `None` when no such number is free.
    pub fn twin(&mut self, of: &Person) -> Option<Person> {
        if of.id_type != "resident" {
            return None;
        }
        let (id_type, id_number) = if self.dice.percent(30.0) {
            self.serial += 1;
            ("hk_macau_permit", codes::hk_macau_permit(self.serial))
        } else {
            ("resident", self.ids.near(&of.id_number, of.birth, of.sex)?)
        };
        let name = SOUNDS_ALIKE
            .iter()
            .find(|(a, _)| of.name.ends_with(*a))
            .map(|(a, b)| of.name.replace(*a, b));
        Some(Person {
            name: name.unwrap_or_else(|| of.name.clone()),
            id_type,
            id_number,
            ..of.clone()
        })
    }

    fn papers(&mut self, sex: Sex, wanted: Wanted) -> (Date, &'static str, String) {
        loop {
            let birth = self.birth(sex, wanted);
            if self.dice.percent(0.12) {
                let serial = self.serial;
                return if self.dice.percent(45.0) {
                    (birth, "hk_macau_permit", codes::hk_macau_permit(serial))
                } else {
                    (birth, "taiwan_permit", codes::taiwan_permit(serial))
                };
            }
            if let Some(number) = self.ids.next(birth, sex) {
                return (birth, "resident", number);
            }
        }
    }

    /// Ages of today 18–59 (women to 54), densest in the late thirties, and grown up on the day of joining.
    fn birth(&mut self, sex: Sex, wanted: Wanted) -> Date {
        let oldest = if sex == Sex::Female { 54.0 } else { 59.0 };
        let youngest = 19 + wanted.today.year() - wanted.joined_on.year();
        let age = (38.0 + 9.5 * self.dice.normal())
            .min(oldest)
            .max(f64::from(youngest));
        #[expect(clippy::cast_possible_truncation, reason = "an age in years")]
        let years = age.floor() as i16;
        let year = (wanted.today.year() - years).clamp(1945, 2008);
        let month = i8::try_from(self.dice.between(1, 12)).unwrap_or(1);
        let day = i8::try_from(self.dice.between(1, 31)).unwrap_or(1);
        // The 31st of a shorter month is its last day.
        (0..4)
            .find_map(|back| Date::new(year, month, day - back).ok())
            .unwrap_or(Date::constant(1985, 6, 15))
    }

    fn name(&mut self, sex: Sex, year: i16, ethnic: &str) -> String {
        let dice = &mut self.dice;
        match ethnic {
            "05" => {
                let own = if sex == Sex::Female {
                    UYGUR_WOMEN
                } else {
                    UYGUR_MEN
                };
                return format!("{}·{}", dice.word(own), dice.word(UYGUR_MEN));
            }
            "04" => return format!("{}{}", dice.word(TIBETAN), dice.word(TIBETAN)),
            "02" => return dice.word(MONGOL).to_owned(),
            _ => {}
        }
        let surname = if ethnic == "22" {
            dice.word(SHE)
        } else {
            self.surnames.draw(dice).unwrap_or("王")
        };
        format!("{surname}{}", given(dice, sex, Era::of(year), &self.rare))
    }
}

fn given(dice: &mut Dice, sex: Sex, era: Era, rare: &[char]) -> String {
    let (first, last, single) = match sex {
        Sex::Female => (era.women_first(), era.women_last(), era.women_single()),
        _ => (era.men_first(), era.men_last(), era.men_single()),
    };
    if dice.percent(era.single_percent()) {
        return pick(dice, single).to_string();
    }
    if dice.percent(0.15) {
        return format!("{}{}", pick(dice, first), dice.letter(rare));
    }
    format!("{}{}", pick(dice, first), pick(dice, last))
}

fn pick(dice: &mut Dice, from: &str) -> char {
    let place = dice.below(from.chars().count());
    from.chars().nth(place).unwrap_or('文')
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use kernel::{IdDocument, IdType, PersonName};

    use super::*;

    fn crowd(n: usize) -> Vec<Person> {
        let mut people = People::new(11);
        let wanted = Wanted {
            women: 45.0,
            office: false,
            joined_on: Date::constant(2024, 6, 1),
            today: Date::constant(2026, 6, 1),
        };
        (0..n).map(|_| people.next(wanted)).collect()
    }

    #[test]
    fn everyone_has_valid_papers_of_their_own() {
        let crowd = crowd(20_000);
        assert_eq!(
            crowd
                .iter()
                .map(|p| (p.id_type, &p.id_number))
                .collect::<HashSet<_>>()
                .len(),
            crowd.len()
        );
        for p in &crowd {
            let kind = IdType::from_code(p.id_type).unwrap();
            assert!(IdDocument::parse(kind, &p.id_number).is_ok(), "{p:?}");
            assert!(PersonName::parse(&p.name).is_ok(), "{p:?}");
        }
    }

    #[test]
    fn names_look_like_a_district() {
        let crowd = crowd(20_000);
        let mut surnames: HashMap<char, usize> = HashMap::new();
        for p in &crowd {
            *surnames.entry(p.name.chars().next().unwrap()).or_default() += 1;
        }
        let wang = surnames[&'王'];
        assert!((900..1500).contains(&wang), "王: {wang}");
        let distinct = crowd.iter().map(|p| &p.name).collect::<HashSet<_>>().len();
        assert!(distinct > 12_000, "too many namesakes: {distinct} names");
        assert!(distinct < 19_900, "namesakes exist: {distinct} names");
        assert!(crowd.iter().any(|p| p.name.contains('·')));
        assert!(
            crowd
                .iter()
                .any(|p| p.name.chars().any(|c| c.len_utf8() == 4))
        );
        assert!(crowd.iter().any(|p| p.name.starts_with("欧阳")));
        assert!(crowd.iter().any(|p| p.id_type != "resident"));
    }

    #[test]
    fn everyone_was_of_age_when_joining() {
        let (mut people, joined_on) = (People::new(3), Date::constant(2019, 2, 1));
        let wanted = Wanted {
            women: 50.0,
            office: true,
            joined_on,
            today: Date::constant(2026, 6, 1),
        };
        for person in (0..5_000).map(|_| people.next(wanted)) {
            let age = i32::from(joined_on.year() - person.birth.year());
            assert!((19..=56).contains(&age), "{person:?}");
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_people() {
        let names = |p: Vec<Person>| {
            p.into_iter()
                .map(|p| (p.name, p.id_number, p.phone))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(crowd(500)), names(crowd(500)));
    }
}
