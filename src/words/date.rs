//! A day as people and portals write it.

use jiff::civil::Date;

use crate::words::text::plain_sign;

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDay {
    /// It is none.
    Unreadable,
    /// It is one of two: the day or the month may come first.
    OneOfTwo(Date, Date),
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads `2027-05-14`, `2027/5/14`, `14.05.2027`, `5/14/2027`, `14 May 2027` and `May 14, 2027`. What could be two days is neither; a
/// full stop puts the day first, as everybody does who writes one.
pub fn parse(raw: &str) -> Result<Date, NoDay> {
    let text: String = raw.chars().filter_map(plain_sign).collect();
    let dotted = text.contains('.') && !text.contains('/');
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '.' | ','))
        .filter(|it| !it.is_empty())
        .collect();
    let [one, two, three] = words.as_slice() else { return Err(NoDay::Unreadable) };
    let number = |word: &str| word.parse::<i16>().ok().filter(|_| word.bytes().all(|byte| byte.is_ascii_digit()));
    let day = |year: i16, month: i16, day: i16| {
        Date::new(year, i8::try_from(month).unwrap_or(0), i8::try_from(day).unwrap_or(0)).ok()
    };
    let read = |found: Option<Date>| found.ok_or(NoDay::Unreadable);
    match (number(one), number(two), number(three)) {
        (Some(year), Some(month), Some(of_month)) if one.len() == 4 => read(day(year, month, of_month)),
        (Some(first), Some(second), Some(year)) if three.len() == 4 => {
            match (day(year, second, first), day(year, first, second)) {
                (Some(found), _) if dotted => Ok(found),
                (Some(found), Some(other)) if found != other => Err(NoDay::OneOfTwo(found, other)),
                (found, other) => read(found.or(other).filter(|_| !dotted || found.is_some())),
            }
        }
        (Some(of_month), None, Some(year)) if three.len() == 4 => {
            read(month(two).and_then(|month| day(year, month, of_month)))
        }
        (None, Some(of_month), Some(year)) if three.len() == 4 => {
            read(month(one).and_then(|month| day(year, month, of_month)))
        }
        _ => Err(NoDay::Unreadable),
    }
}

/// The number of a month by its English name or the first three letters of it.
fn month(word: &str) -> Option<i16> {
    let word = word.to_ascii_lowercase();
    let at = MONTHS.iter().position(|name| word.starts_with(name))?;
    i16::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_read_as_people_and_portals_write_them() {
        for text in [
            "2027-05-14",
            "2027/05/14",
            " 2027-5-14 ",
            "14.05.2027",
            "14.5.2027",
            "5/14/2027",
            "14/5/2027",
            "14 May 2027",
            "May 14, 2027",
            "14-May-2027",
            "may 14 2027",
        ] {
            assert_eq!(parse(text), Ok(date(2027, 5, 14)), "{text}");
        }
        assert_eq!(parse("12/31/2026"), Ok(date(2026, 12, 31)));
        assert_eq!(parse("5/5/2027"), Ok(date(2027, 5, 5)));
        assert_eq!(parse("05.06.2027"), Ok(date(2027, 6, 5)));
    }

    #[test]
    fn what_could_be_two_days_is_asked_back_and_what_is_none_is_none() {
        assert_eq!(parse("5/6/2027"), Err(NoDay::OneOfTwo(date(2027, 6, 5), date(2027, 5, 6))));
        for text in
            ["", "31", "next year", "2027-13-01", "32/13/2027", "2027-02-30", "5/14/27", "14 Foo 2027", "+1-5-2027"]
        {
            assert_eq!(parse(text), Err(NoDay::Unreadable), "{text}");
        }
    }
}
