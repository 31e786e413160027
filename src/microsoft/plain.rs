//! What a text was before terminals, mail programs, logs and displays changed it on the way here.
//!
//! Three stages, each one pass: signs (colours, invisible marks, frames, full width); encodings (percent, entities, escapes,
//! quoted-printable), as deep as they lie in each other; lines (quoting, and what was torn at the edge of a screen). No digit is
//! made of anything but a digit: services do not encode them.

use std::borrow::Cow;

use crate::words::text::plain_sign;

/// How deep encodings may lie in each other.
const DEPTH: usize = 6;

/// The longest word that is looked at where a line ends, in bytes.
const WORD: usize = 40;

/// The most digits that a number of Microsoft's has.
const DIGITS: usize = 7;

/// The text as it was. `is_known` says which words and numbers are: such a one may be put together again where a line ends in its middle.
pub fn plain(raw: &str, is_known: impl Fn(&str) -> bool) -> String {
    let mut whole = String::with_capacity(raw.len());
    for line in unwrapped(raw).lines() {
        let line = line.trim_start_matches(['>', '|', ' ', '\t']).trim_end_matches(['|', ' ', '\t', '\r']);
        if !whole.is_empty() && !is_torn(&whole, line, &is_known) {
            whole.push('\n');
        }
        whole.push_str(line);
    }
    whole
}

/// The first two stages, with lines as they are.
fn unwrapped(raw: &str) -> String {
    let lines = raw.replace("\r\n", "\n");
    // Quoted-printable, where a line goes on.
    let is_quoted = lines.contains("=3D") || lines.contains("=C3=") || lines.contains("quoted-printable");
    let mut text = signs(&if is_quoted { lines.replace("=\n", "") } else { lines });
    for _ in 0..DEPTH {
        let next = signs(&decoded(&text));
        if next == text {
            break;
        }
        text = next;
    }
    untagged(&uncoloured(&text))
}

/// Without the colours of a terminal whose first sign somebody else took away: `[31mfailed[0m`.
fn uncoloured(text: &str) -> Cow<'_, str> {
    if !text.contains("[0m") {
        return text.into();
    }
    let is_colour = |code: &str| code.len() <= 8 && code.bytes().all(|sign| sign.is_ascii_digit() || sign == b';');
    let parts = text.split_inclusive('[').map(|part| (part.strip_suffix('['), part));
    let mut clean = String::with_capacity(text.len());
    let mut opened = false;
    for (front, part) in parts {
        let own = front.unwrap_or(part);
        match own.split_once('m').filter(|(code, _)| opened && is_colour(code)) {
            Some((_, rest)) => clean.push_str(rest),
            None if opened => clean.extend(["[", own]),
            None => clean.push_str(own),
        }
        opened = front.is_some();
    }
    if opened {
        clean.push('[');
    }
    clean.into()
}

/// Without the marks of HTML that only say how letters look: a page shows nothing between what stands on their two sides.
fn untagged(text: &str) -> String {
    const LOOKS: [&str; 9] = ["b", "i", "u", "em", "strong", "span", "font", "mark", "wbr"];
    let mut clean = String::with_capacity(text.len());
    let mut parts = text.split('<');
    clean.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let inside = part.split_once('>').filter(|(tag, _)| {
            let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
            LOOKS.iter().any(|look| name.eq_ignore_ascii_case(look))
        });
        if let Some((_, shown)) = inside {
            clean.push_str(shown);
        } else {
            clean.push('<');
            clean.push_str(part);
        }
    }
    clean
}

/// Without the colours of a terminal and without what is not seen; frames are bars, and full width is usual width.
pub fn signs(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for (number, part) in text.replace('\u{9b}', "\u{1b}[").split('\u{1b}').enumerate() {
        let shown = if number == 0 { part } else { after_sequence(part) };
        if shown.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')) {
            clean.push_str(shown);
            continue;
        }
        clean.extend(shown.chars().filter_map(|sign| match sign {
            '\n' | '\r' | '\t' => Some(sign),
            // What was cut out must not join what stood on its two sides.
            control if control.is_control() => Some(' '),
            '\u{2500}'..='\u{257f}' => Some('|'),
            other => plain_sign(other),
        }));
    }
    clean
}

/// What follows the control sequence (ECMA-48) whose first sign is gone; of a title or a link, what follows its end.
fn after_sequence(part: &str) -> &str {
    if part.starts_with(']') {
        return part.split_once('\u{7}').map_or("", |(_, rest)| rest);
    }
    let (rest, first) = part.strip_prefix('[').map_or((part, '0'), |rest| (rest, '@'));
    let rest = rest.trim_start_matches(|sign| (' '..first).contains(&sign));
    rest.strip_prefix(|sign| (first..='~').contains(&sign)).unwrap_or(rest)
}

/// One layer of encodings less.
fn decoded(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for part in text.split_inclusive(['\n', ' ']) {
        let mut rest = part;
        if ['%', '&', '\\', '='].into_iter().any(|mark| part.contains(mark)) {
            // In the value of a parameter a blank is a plus.
            let plus = part.contains('+') && part.split('%').skip(1).any(|it| hexed(&format!("%{it}"), b'%').is_some());
            while let Some((before, from)) =
                rest.find(['%', '&', '\\', '=', '+']).and_then(|at| rest.split_at_checked(at))
            {
                clean.push_str(before);
                let (sign, length) = encoded(from, plus)
                    .unwrap_or_else(|| (char::from(from.as_bytes().first().copied().unwrap_or_default()), 1));
                clean.push(sign);
                rest = from.get(length..).unwrap_or_default();
            }
        }
        clean.push_str(rest);
    }
    clean
}

/// The sign that stands encoded where `from` begins, and the length of that: as in addresses, HTML, mails, JSON, and the languages
/// whose logs show strings so.
fn encoded(from: &str, plus: bool) -> Option<(char, usize)> {
    let (sign, length) = match from.as_bytes() {
        [b'+', ..] if plus => (' ', 1),
        [mark @ (b'%' | b'='), ..] => hexed(from, *mark)?,
        [b'&', ..] => entity(from)?,
        [b'\\', b'n', ..] => ('\n', 2),
        [b'\\', b'r', ..] => ('\r', 2),
        [b'\\', b't', ..] => ('\t', 2),
        [b'\\', sign @ (b'"' | b'\'' | b'\\' | b'/'), ..] => (char::from(*sign), 2),
        [b'\\', kind @ (b'u' | b'x'), ..] => {
            let length = if *kind == b'u' { 6 } else { 4 };
            (char::from_u32(u32::from_str_radix(from.get(2..length)?, 16).ok()?)?, length)
        }
        _ => return None,
    };
    (!sign.is_ascii_digit() && sign != '\0').then_some((sign, length))
}

/// `%3A`, `%E3%82%A8`, `=3D`, `=E3=82=A8`. What is ASCII is not encoded in quoted-printable, and `=50` is a parameter's value.
fn hexed(from: &str, mark: u8) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let (found, code) = from.get(3 * at..3 * at + 3)?.split_at_checked(1)?;
        let is_one = found.as_bytes() == [mark] && code.bytes().all(|digit| digit.is_ascii_hexdigit());
        u8::from_str_radix(code, 16).ok().filter(|_| is_one)
    };
    let length = byte(0)?.leading_ones().max(1) as usize;
    let bytes = (0..length).map(byte).collect::<Option<Vec<u8>>>()?;
    let sign = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    (mark == b'%' || sign == '=' || !sign.is_ascii()).then_some((sign, 3 * length))
}

/// `&quot;`, `&#34;`, `&#x22;`.
fn entity(from: &str) -> Option<(char, usize)> {
    const NAMES: [(&str, char); 7] =
        [("quot", '"'), ("amp", '&'), ("lt", '<'), ("gt", '>'), ("apos", '\''), ("nbsp", ' '), ("colon", ':')];
    let end = from.bytes().take(10).position(|byte| byte == b';')?;
    let name = from.get(1..end)?;
    let sign = match name.strip_prefix('#').map(|number| number.strip_prefix(['x', 'X']).ok_or(number)) {
        Some(Ok(hex)) => char::from_u32(u32::from_str_radix(hex, 16).ok()?)?,
        Some(Err(number)) => char::from_u32(number.parse().ok()?)?,
        None => NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1,
    };
    Some((sign, end + 1))
}

/// Whether a word or a number goes on in the next line. A line that begins with a date, a time or an address does not go on.
fn is_torn(before: &str, after: &str, is_known: &impl Fn(&str) -> bool) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let start = before.len() - before.bytes().rev().take(WORD).take_while(is_part).count();
    let end = after.bytes().take(WORD).take_while(is_part).count();
    let (Some((front, head)), Some((tail, next))) = (before.split_at_checked(start), after.split_at_checked(end))
    else {
        return false;
    };
    if head.is_empty() || tail.is_empty() {
        return false;
    }
    let word = format!("{head}{tail}").to_ascii_lowercase();
    let bare = word.trim_end_matches(|sign: char| sign.is_ascii_digit());
    let digits = word.len() - bare.len();
    if digits == 0 {
        return is_known(&word) && !is_known(&head.to_ascii_lowercase()) && !is_known(&tail.to_ascii_lowercase());
    }
    let is_digit = |sign: char| sign.is_ascii_digit();
    let is_time = next.strip_prefix(['.', ':']).is_some_and(|rest| rest.starts_with(is_digit));
    if digits > DIGITS || is_time || next.starts_with(['-', '/']) {
        return false;
    }
    let context = front.get(front.len().saturating_sub(80)..).unwrap_or_default();
    let in_list = context.rsplit_once("error_codes").is_some_and(|(_, list)| list.contains('[') && !list.contains(']'));
    let label = context.trim_end_matches(['"', ' ', ':', '=', '\t', '|']).to_ascii_lowercase();
    let labelled = bare.is_empty() && (in_list || label.ends_with("code") || label.ends_with("type"));
    // Five digits may be a whole number: then it is the longer one that has to be known, and to end as one does.
    let before = digits.saturating_sub(tail.len());
    let may_be_whole = before >= 5 || before > 0 && tail.len() >= 5;
    let ends =
        if labelled { next.is_empty() || next.starts_with([',', ']', '}', '"']) } else { next.starts_with([':', '"']) };
    let is_number = bare.ends_with("adsts") || labelled;
    is_number && (!may_be_whole || ends && is_known(word.get(bare.len()..).unwrap_or_default()))
}
