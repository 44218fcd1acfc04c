//! Looking a workbook over: which sheet holds the list, where its headings are, what they mean.

use std::collections::BTreeMap;

use super::columns::Layout;
use super::mapping::Mapping;
use super::reading::{Cell, FileFault, Row, Rows, Workbook, quoted};

/// Rows among which the headings are looked for: titles and notes stand above them.
const HEAD: usize = 30;
/// Rows shown as samples beside each column.
const SAMPLES: usize = 4;
/// Visible sheets that are tried when none is named.
const SHEETS: usize = 12;

/// Cells that a row must have to be taken for headings when none of them is known.
const PLAUSIBLE: usize = 2;
/// Longest text of a cell that may be a heading nobody knows.
const LONGEST_HEADING: usize = 20;

/// By what a row of headings is told from the others.
#[derive(Debug, Clone, Copy)]
pub enum Headings<'a> {
    /// By the headings a layout knows.
    Known,
    /// By those and by the ones that a person named (`heading → field`).
    Named(&'a BTreeMap<String, String>),
    /// By those; where there are none, the first row that may be one, for a person to say what it means.
    Likely,
}

impl Headings<'_> {
    fn names(self, heading: &str) -> bool {
        match self {
            Self::Named(wishes) => wishes
                .keys()
                .any(|name| kernel::text::trim(name) == heading),
            Self::Known | Self::Likely => false,
        }
    }
}

/// A sheet with its headings found.
#[derive(Debug)]
pub struct Survey {
    /// The sheet.
    pub sheet: String,
    /// What fills what, as far as the headings tell.
    pub mapping: Mapping,
    /// For each column, the first values below its heading.
    pub samples: Vec<Vec<String>>,
    /// The rows, from the first of the sheet on.
    pub rows: Rows,
}

/// Finds the sheet and its headings. `wanted` names a sheet; otherwise the visible ones are tried in order and
/// the first with recognisable headings is taken.
///
/// # Errors
/// [`FileFault`] when no sheet has headings, with what its first rows say.
pub fn survey(
    book: &Workbook,
    layout: &Layout,
    wanted: Option<&str>,
    by: Headings<'_>,
) -> Result<Survey, FileFault> {
    let sheets: Vec<&str> = match wanted {
        Some(name) => vec![book.find(name)?],
        None => book.candidates(),
    };
    let Some(first) = sheets.first() else {
        return Err(FileFault::NoSheet);
    };
    let mut fault = None;
    for sheet in sheets.iter().take(SHEETS) {
        match try_sheet(book, layout, sheet, by) {
            Ok(survey) => return Ok(survey),
            // The first sheet with something in it says best what is wrong.
            Err(found) if fault.is_none() || matches!(fault, Some(FileFault::SheetEmpty(_))) => {
                fault = Some(found)
            }
            Err(_) => {}
        }
    }
    Err(fault.unwrap_or_else(|| FileFault::SheetEmpty((*first).to_owned())))
}

fn try_sheet(
    book: &Workbook,
    layout: &Layout,
    sheet: &str,
    by: Headings<'_>,
) -> Result<Survey, FileFault> {
    let mut rows = book.rows(sheet);
    let head = rows.head(HEAD).to_vec();
    if head.is_empty() {
        return Err(rows
            .fault()
            .cloned()
            .unwrap_or_else(|| FileFault::SheetEmpty(sheet.to_owned())));
    }
    let found = headings(layout, &head, by).or_else(|| match by {
        Headings::Likely => likely(layout, &head),
        Headings::Known | Headings::Named(_) => None,
    });
    let Some((place, headings)) = found else {
        return Err(no_header(layout, &head));
    };
    let header_row = head.get(place).map_or(1, |row| row.number);
    let samples = samples(&head, place, headings.len());
    Ok(Survey {
        sheet: sheet.to_owned(),
        mapping: Mapping::suggested(layout, header_row, &headings),
        samples,
        rows,
    })
}

/// The row that names most fields, if it names enough. A heading merged over two rows is read from the upper
/// one where the lower is blank.
fn headings(layout: &Layout, head: &[Row], by: Headings<'_>) -> Option<(usize, Vec<String>)> {
    let mut best: Option<(usize, usize, Vec<String>)> = None;
    for place in 0..head.len() {
        let headings = headings_at(layout, head, place);
        let named = headings.iter().filter(|heading| by.names(heading)).count();
        let fields = layout.suggest(&headings);
        let told = headings.iter().zip(&fields);
        let known = told
            .filter(|(heading, field)| field.is_some() || by.names(heading))
            .count();
        if (known >= layout.least.max(1) || named > 0)
            && best.as_ref().is_none_or(|(most, ..)| known > *most)
        {
            best = Some((known, place, headings));
        }
    }
    best.map(|(_, place, headings)| (place, headings))
}

/// The first row that may be headings although none is known: some short, different texts without numbers, and
/// below them a row that is as wide.
fn likely(layout: &Layout, head: &[Row]) -> Option<(usize, Vec<String>)> {
    let below = head.iter().skip(1);
    let place = head.iter().zip(below).position(|(row, next)| {
        let mut texts: Vec<String> = row.cells.iter().map(Cell::display).collect();
        texts.retain(|text| !text.is_empty());
        let short = texts.iter().all(|text| {
            text.chars().count() <= LONGEST_HEADING && !text.contains(|c: char| c.is_ascii_digit())
        });
        let count = texts.len();
        texts.sort_unstable();
        texts.dedup();
        count >= PLAUSIBLE && short && texts.len() == count && next.filled() >= PLAUSIBLE
    })?;
    Some((place, headings_at(layout, head, place)))
}

fn headings_at(layout: &Layout, head: &[Row], place: usize) -> Vec<String> {
    let Some(row) = head.get(place) else {
        return Vec::new();
    };
    let above = place
        .checked_sub(1)
        .and_then(|above| head.get(above))
        .filter(|above| above.number + 1 == row.number);
    let width = row.cells.len().max(above.map_or(0, |above| {
        if row.filled() > 0 {
            above.cells.len()
        } else {
            0
        }
    }));
    let text = |cell: &Cell| {
        if let Cell::Text(_) = cell {
            one_line(&cell.display())
        } else {
            String::new()
        }
    };
    // The nearest heading above, at this column or to the left: what a cell merged over several columns says.
    let over = |column: usize| {
        let above = above?;
        let merged = (0..=column).rev().map(|left| text(above.cell(left)));
        merged.into_iter().find(|heading| !heading.is_empty())
    };
    (0..width)
        .map(|column| match row.cell(column) {
            Cell::Empty => above
                .map(|above| text(above.cell(column)))
                .unwrap_or_default(),
            cell => {
                let own = text(cell);
                if own.is_empty() || layout.recognise(&own).is_some() {
                    return own;
                }
                let both = over(column).map(|over| format!("{over}{own}"));
                both.filter(|both| layout.recognise(both).is_some())
                    .unwrap_or(own)
            }
        })
        .collect()
}

/// Headings are often broken over two lines within a cell. A number that stands among them by mistake is nobody's to
/// see: headings are kept, and shown in messages.
fn one_line(text: &str) -> String {
    let line: String = text.split(['\n', '\r']).map(str::trim).collect();
    without_number(&line)
}

fn samples(head: &[Row], place: usize, width: usize) -> Vec<Vec<String>> {
    let below = head.get(place + 1..).unwrap_or_default();
    (0..width)
        .map(|column| {
            below
                .iter()
                .map(|row| row.cell(column).display())
                .filter(|text| !text.is_empty())
                .take(SAMPLES)
                .collect()
        })
        .collect()
}

fn no_header(layout: &Layout, head: &[Row]) -> FileFault {
    let seen: Vec<String> = head
        .iter()
        .take(3)
        .flat_map(|row| row.cells.iter())
        .map(Cell::display)
        .filter(|text| !text.is_empty())
        .map(|text| shorten(&text))
        .take(6)
        .collect();
    let required: Vec<&str> = layout
        .columns
        .iter()
        .filter(|column| column.required)
        .map(|column| column.title.as_str())
        .collect();
    FileFault::NoHeader {
        seen: quoted(&seen),
        wanted: quoted(&required),
    }
}

/// A text without the digits of the number it may hold.
pub(super) fn without_number(text: &str) -> String {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let hide = |(place, c): (usize, char)| {
        if digits > 6 && place > 2 && c.is_ascii_digit() {
            '*'
        } else {
            c
        }
    };
    text.chars().enumerate().map(hide).collect()
}

/// The beginning of a cell, without the digits of whatever number it may hold.
fn shorten(text: &str) -> String {
    let short: String = without_number(text).chars().take(12).collect();
    if text.chars().count() > 12 {
        format!("{short}…")
    } else {
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::model::ImportKind;
    use crate::exchange::reading::Source;
    use kernel::{Date, DistrictCode};

    fn by(text: &str, by: Headings<'_>) -> Result<Survey, FileFault> {
        let book = Workbook::open(&Source::memory(text.as_bytes()))?;
        let district = DistrictCode::parse("330113").unwrap();
        let layout =
            Layout::at(ImportKind::Members, district, Date::constant(2026, 11, 20)).unwrap();
        survey(&book, layout, None, by)
    }

    fn of(text: &str) -> Result<Survey, FileFault> {
        by(text, Headings::Known)
    }

    #[test]
    fn headings_that_a_person_named_are_found() {
        let wishes = ["XM", "SFZ"].map(|name| (name.to_owned(), "name".to_owned()));
        let wishes = BTreeMap::from(wishes);
        let text = "花名册,,\nXM,SFZ,GH\n张三,330113199003070018,某工会\n";
        let survey = by(text, Headings::Named(&wishes)).unwrap();
        assert_eq!(survey.mapping.header_row, 2);
        assert!(matches!(of(text), Err(FileFault::NoHeader { .. })));
        let none = BTreeMap::from([("另一列".to_owned(), "name".to_owned())]);
        assert!(by(text, Headings::Named(&none)).is_err());
    }

    #[test]
    fn a_row_that_may_be_headings_is_offered_to_a_person() {
        let text = "花名册,,\nXM,SFZ,GH\n张三,330113199003070018,某工会\n";
        let found = by(text, Headings::Likely).unwrap();
        let headings: Vec<&str> = found
            .mapping
            .columns
            .iter()
            .map(|one| one.heading.as_str())
            .collect();
        assert_eq!(
            (found.mapping.header_row, headings),
            (2, vec!["XM", "SFZ", "GH"])
        );
        assert!(found.mapping.columns.iter().all(|one| one.field.is_empty()));
        // Rows of people are no headings, and neither is a lonely line.
        let people = "张三,330113199003070018\n李四,330113199003070026\n";
        assert!(by(people, Headings::Likely).is_err());
        assert!(by("一,二\n", Headings::Likely).is_err());
    }

    #[test]
    fn a_number_among_the_headings_is_not_shown() {
        let survey = of("姓名,身份证号,330113199003070018\n张三,330113199003070018,x\n").unwrap();
        assert_eq!(survey.mapping.columns[2].heading, "330***************");
    }

    #[test]
    fn titles_above_the_headings_are_passed_over() {
        let survey = of("临平区工会会员名册,,\n填报单位：某工会,,\n序号,姓名,身份证号\n1,张三,330113199003070018\n2,李四,x\n").unwrap();
        assert_eq!(survey.mapping.header_row, 3);
        assert_eq!(survey.mapping.column_of("id_number").unwrap().column, 2);
        assert_eq!(survey.samples[1], ["张三", "李四"]);
    }

    #[test]
    fn headings_over_two_rows_are_put_together() {
        let survey =
            of("姓名,证件,,\n,类型,号码,手机号\n张三,身份证,330113199003070018,13800138000\n")
                .unwrap();
        assert_eq!(survey.mapping.header_row, 2);
        assert_eq!(survey.mapping.column_of("name").unwrap().column, 0);
        assert_eq!(survey.mapping.column_of("phone").unwrap().column, 3);
        assert_eq!(
            survey.mapping.column_of("id_number").unwrap().heading,
            "证件号码"
        );
        let survey = of("\"会员\n姓名\",证件号码\nx,y\n").unwrap();
        assert_eq!(survey.mapping.field_of(0), Some("name"));
    }

    #[test]
    fn a_sheet_without_headings_says_what_it_shows() {
        let fault = of("张三,330113199003070018\n李四,330113199003070026\n")
            .unwrap_err()
            .to_string();
        assert!(!fault.contains("330113"), "no number in a message: {fault}");
        assert!(
            fault.contains("张三") && fault.contains("「姓名」") && fault.contains("模板"),
            "{fault}"
        );
        assert!(matches!(of("\n\n,,\n"), Err(FileFault::SheetEmpty(_))));
    }
}
