//! The dates on which something ends, as an RFC 5545 calendar.

use jiff::Timestamp;
use jiff::civil::Date;

/// A day on which something ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// A stable name: `sign-in`, `secret`.
    pub key: &'static str,
    /// What ends, as a sentence.
    pub what: String,
    /// What to do before.
    pub cure: String,
    /// The day.
    pub day: Date,
}

impl End {
    /// What ends, beside its day.
    pub fn short(&self) -> &'static str {
        if self.key == "secret" { "the secret key expires" } else { "the sign-in ends unless it is used" }
    }

    /// Days from `today`; negative once it is over.
    pub fn days_left(&self, today: Date) -> i32 {
        self.day.since((jiff::Unit::Day, today)).map_or(0, |span| span.get_days())
    }
}

/// One whole-day event for each end, with a reminder two weeks before. The same end keeps its name, so that a calendar that
/// reads a newer file moves the event.
pub fn calendar(registration: &str, ends: &[End], now: Timestamp) -> String {
    let mut text = String::new();
    let mut put = |line: &str| fold(line, &mut text);
    put("BEGIN:VCALENDAR");
    put("VERSION:2.0");
    put("PRODID:-//Alphaus//octo-csp//EN");
    for end in ends {
        put("BEGIN:VEVENT");
        put(&format!("UID:{}-{}@octo-csp", end.key, registration));
        put(&format!("DTSTAMP:{}", now.strftime("%Y%m%dT%H%M%SZ")));
        put(&format!("DTSTART;VALUE=DATE:{}", end.day.strftime("%Y%m%d")));
        put(&format!("SUMMARY:{}", escaped(&end.what)));
        put(&format!("DESCRIPTION:{}", escaped(&end.cure)));
        put("TRANSP:TRANSPARENT");
        put("BEGIN:VALARM");
        put("ACTION:DISPLAY");
        put(&format!("DESCRIPTION:{}", escaped(&end.what)));
        put("TRIGGER:-P14D");
        put("END:VALARM");
        put("END:VEVENT");
    }
    put("END:VCALENDAR");
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Lines of at most 75 bytes, broken between characters, each ended by CR and LF.
fn fold(line: &str, text: &mut String) {
    let mut room = 75;
    for character in line.chars() {
        if character.len_utf8() > room {
            text.push_str("\r\n ");
            room = 74;
        }
        room -= character.len_utf8();
        text.push(character);
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_escaped_and_ended_as_the_standard_asks() {
        let end = End {
            key: "sign-in",
            what: "Sign-in of Contoso; 本番本番本番本番本番本番本番本番本番本番本番本番, ends".to_owned(),
            cure: "octo-csp register --step partner-api".to_owned(),
            day: Date::constant(2027, 2, 20),
        };
        let text = calendar("production", &[end], Timestamp::UNIX_EPOCH);
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"));
        assert!(text.ends_with("END:VCALENDAR\r\n"));
        assert!(text.lines().all(|line| line.len() <= 75));
        let whole = text.replace("\r\n ", "");
        assert!(whole.contains("DTSTART;VALUE=DATE:20270220\r\n"));
        assert!(whole.contains("Contoso\\; 本番") && whole.contains("本番\\, ends"));
        assert!(whole.contains("UID:sign-in-production@octo-csp\r\n"));
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    }

    #[test]
    fn days_are_counted_to_the_day_and_past_it() {
        let end = End { key: "secret", what: String::new(), cure: String::new(), day: Date::constant(2027, 3, 1) };
        assert_eq!(end.days_left(Date::constant(2027, 2, 20)), 9);
        assert_eq!(end.days_left(Date::constant(2027, 3, 3)), -2);
    }
}
