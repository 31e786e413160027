//! Files of Windows that another program has open for a moment: virus scanners, indexes and backups look at whatever was just written.

use std::io;
use std::thread::sleep;
use std::time::Duration;

/// How often such a file is tried, and how long it is waited for in between.
const LOOKS: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(20);

/// Access denied (also to what is being deleted), a sharing violation, a lock violation.
const IN_USE: [i32; 3] = [5, 32, 33];

/// Does it again while another program has the file.
pub(super) fn patiently<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    for _ in 1..LOOKS {
        match act() {
            Err(error) if error.raw_os_error().is_some_and(|code| IN_USE.contains(&code)) => sleep(BETWEEN),
            done => return done,
        }
    }
    act()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_in_use_is_waited_for_and_nothing_else_is() {
        for (code, tries) in [(32, 3), (5, 3), (33, 3), (112, 1)] {
            let mut tried = 0;
            let done = patiently(|| {
                tried += 1;
                if tried < 3 { Err(io::Error::from_raw_os_error(code)) } else { Ok(()) }
            });
            assert_eq!((done.is_ok(), tried), (code != 112, tries), "{code}");
        }
        let mut tried = 0;
        let denied = patiently(|| {
            tried += 1;
            Err::<(), _>(io::Error::from_raw_os_error(5))
        });
        assert_eq!((denied.unwrap_err().raw_os_error(), tried), (Some(5), LOOKS));
    }
}
