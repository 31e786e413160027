//! What is read from standard input or a file and must not be seen.

use std::fs::File;
use std::io::{self, Read};

use zeroize::Zeroizing;

use crate::words::{Secret, SharedSecret};
use crate::world::token::utf8;

/// Bytes that are read at a time: more than any buffer of the standard library has, so that none of them keeps a copy.
const CHUNK: usize = 16 << 10;
/// Bytes that are taken at most.
const MOST: usize = 64 << 10;

/// Reads all of a stream, or its first line where a person types it; what is longer than anything that is asked for is an
/// error. Bytes that are no text become the replacement character, which no secret and no address has.
pub(super) fn read(input: &mut dyn Read, line: bool) -> io::Result<SharedSecret> {
    let mut bytes = Zeroizing::new(vec![0_u8; MOST + CHUNK]);
    let mut filled = 0;
    while filled < MOST {
        let free = bytes.get_mut(filled..).unwrap_or_default();
        let count = match input.read(free) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let new = free.get(..count).unwrap_or_default();
        filled += count;
        if count == 0 || line && new.contains(&b'\n') {
            return Ok(Secret::shared(text(bytes.get(..filled).unwrap_or_default())));
        }
    }
    Err(io::ErrorKind::FileTooLarge.into())
}

/// Bytes as text: also UTF-16, which Windows PowerShell writes into files.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&utf8(bytes)).trim_start_matches('\u{feff}').to_owned()
}

/// What was read without the line end of its only line.
pub(super) fn line(text: &str) -> &str {
    let line = text.strip_suffix('\n').unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line)
}

/// Whether a file, and not a pipe, lets others do what `forbidden` says, in the bits of its mode.
#[cfg(unix)]
pub(super) fn is_open_to_others(file: &File, forbidden: u32) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().is_ok_and(|data| data.is_file() && data.mode() & forbidden != 0)
}

#[cfg(not(unix))]
pub(super) fn is_open_to_others(_file: &File, _forbidden: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_stream_is_read_and_one_line_of_a_person() {
        let text = "one\ntwo\n";
        let all = read(&mut text.as_bytes(), false).unwrap();
        assert_eq!(all.reveal(), text);
        let mut slow = "one\n".as_bytes().chain("two\n".as_bytes());
        assert_eq!(read(&mut slow, true).unwrap().reveal(), "one\n");
    }

    #[test]
    fn what_windows_powershell_writes_into_a_file_is_text() {
        let wide: Vec<u8> = "\u{feff}Q8~本\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [wide.as_slice(), "\u{feff}Q8~本\r\n".as_bytes(), "Q8~本\r\n".as_bytes()] {
            assert_eq!(line(read(&mut { bytes }, true).unwrap().reveal()), "Q8~本");
        }
    }

    #[test]
    fn what_never_ends_is_refused() {
        let error = read(&mut io::repeat(b'x'), false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
    }
}
