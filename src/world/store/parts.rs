//! Values longer than one entry may be: Windows takes 2,560 bytes, and a refresh token may be longer.
//!
//! A short value is one entry. A long one is cut into parts `…#1` to `…#n`, written first; then an entry under the plain name
//! says how many there are, how long they are together and what their SHA-256 is. That entry is the switch: without it there
//! is no value. Parts are cut between characters, because some keyrings keep nothing but text.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::entries::{ENTRY, Entries};
use super::secret_store::{Answer, MISSING, fault};
use crate::words::{Cause, VaultFault};

/// Bytes of the longest value. Nothing we keep comes near it.
pub(super) const LONGEST: usize = 64 * 1_024;

/// How the entry begins that says there are parts. A value that begins so itself is kept in parts too.
const HEAD: &str = "octo-csp parts ";

/// Writes a value, the switch last.
pub(super) fn write(store: &dyn Entries, name: &str, label: &str, value: &str) -> Answer<()> {
    if value.len() > LONGEST {
        return Err(fault(VaultFault::TooLarge));
    }
    if value.len() <= store.entry() && !value.starts_with(HEAD) {
        return store.write(name, label, value.as_bytes());
    }
    let mut count = 0_usize;
    for part in cut(value) {
        count += 1;
        let label = format!("{label} (part {count})");
        store.write(&part_name(name, count), &label, part.as_bytes())?;
    }
    let sum = hex::encode(Sha256::digest(value));
    let head = format!("{HEAD}{count} {} {sum}", value.len());
    store.write(name, label, head.as_bytes())
}

/// Reads a value. An empty entry counts as missing: a store that crashed while writing may leave one.
pub(super) fn read(store: &dyn Entries, name: &str) -> Answer<Zeroizing<Vec<u8>>> {
    let entry = read_entry(store, name)?;
    let Some(head) = entry.strip_prefix(HEAD.as_bytes()) else {
        return Ok(entry);
    };
    let Some((count, length, sum)) = parsed(head) else {
        return Err(fault(VaultFault::ReadsDifferently));
    };
    let mut value = Zeroizing::new(Vec::with_capacity(length));
    for number in 1..=count {
        let part = read_entry(store, &part_name(name, number))?;
        if value.len() + part.len() > length {
            return Err(fault(VaultFault::ReadsDifferently));
        }
        value.extend_from_slice(&part);
    }
    if value.len() == length && hex::encode(Sha256::digest(&*value)) == sum {
        Ok(value)
    } else {
        Err(fault(VaultFault::ReadsDifferently))
    }
}

/// Deletes a value and every part of it; it is fine if there is none. The switch goes first and the parts from the last to
/// the first, so that what is left when the program ends in between is found by the next deletion: parts are always 1 to k.
pub(super) fn delete(store: &dyn Entries, name: &str) -> Answer<()> {
    delete_entry(store, name)?;
    let mut last = 0_usize;
    while exists(store, &part_name(name, last + 1))? {
        last += 1;
    }
    (1..=last).rev().try_for_each(|number| delete_entry(store, &part_name(name, number)))
}

fn exists(store: &dyn Entries, name: &str) -> Answer<bool> {
    match store.read(name) {
        Ok(_) => Ok(true),
        Err(error) if error.cause == MISSING => Ok(false),
        Err(error) if error.cause == Cause::Vault(VaultFault::Ambiguous) => Ok(true),
        Err(error) => Err(error),
    }
}

fn read_entry(store: &dyn Entries, name: &str) -> Answer<Zeroizing<Vec<u8>>> {
    match store.read(name) {
        Ok(entry) if entry.is_empty() => Err(fault(VaultFault::Missing)),
        read => read,
    }
}

fn delete_entry(store: &dyn Entries, name: &str) -> Answer<()> {
    match store.delete(name) {
        Err(error) if error.cause == MISSING => Ok(()),
        deleted => deleted,
    }
}

fn part_name(name: &str, number: usize) -> String {
    format!("{name}#{number}")
}

/// Pieces of at most [`ENTRY`] bytes, cut between characters.
fn cut(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let end = (0..=rest.len().min(ENTRY)).rev().find(|&end| rest.is_char_boundary(end))?;
        let (part, after) = rest.split_at(end);
        rest = after;
        (!part.is_empty()).then_some(part)
    })
}

/// Count, length and check sum, each within what [`write`] can have written.
fn parsed(head: &[u8]) -> Option<(usize, usize, &str)> {
    let mut words = std::str::from_utf8(head).ok()?.split(' ');
    let count = words.next()?.parse().ok().filter(|n| *n <= LONGEST)?;
    let length = words.next()?.parse().ok().filter(|n| *n <= LONGEST)?;
    let sum = words.next()?;
    words.next().is_none().then_some((count, length, sum))
}

#[cfg(test)]
mod tests {
    use super::super::memory::Memory;
    use super::*;

    fn round_trip(value: &str) -> Memory {
        let store = Memory::default();
        write(&store, "n", "l", value).unwrap();
        assert_eq!(*read(&store, "n").unwrap(), value.as_bytes());
        store
    }

    fn faulty(result: Answer<Zeroizing<Vec<u8>>>) -> Cause {
        result.unwrap_err().cause
    }

    #[test]
    fn what_fits_is_one_entry_as_it_is() {
        let store = round_trip(&"x".repeat(ENTRY));
        assert_eq!(store.read("n").unwrap().len(), ENTRY);
        assert_eq!(faulty(store.read("n#1")), Cause::Vault(VaultFault::Missing));
    }

    #[test]
    fn what_does_not_fit_is_cut_between_characters() {
        let store = round_trip(&"本".repeat(2_000));
        for number in 1..=3 {
            let part = store.read(&format!("n#{number}")).unwrap();
            assert!(part.len() <= ENTRY && std::str::from_utf8(&part).is_ok());
        }
        assert_eq!(faulty(store.read("n#4")), Cause::Vault(VaultFault::Missing));
    }

    #[test]
    fn a_value_that_looks_like_a_switch_is_kept_whole() {
        round_trip("octo-csp parts 9 9 9");
    }

    #[test]
    fn the_longest_is_kept_and_one_byte_more_is_refused() {
        round_trip(&"y".repeat(LONGEST));
        let refused = write(&Memory::default(), "n", "l", &"y".repeat(LONGEST + 1));
        assert_eq!(refused.unwrap_err().cause, Cause::Vault(VaultFault::TooLarge));
    }

    #[test]
    fn a_damaged_value_is_never_given_out() {
        let value = "z".repeat(5_000);
        for (name, bytes, fault) in [
            ("n#2", &b"short"[..], Cause::Vault(VaultFault::ReadsDifferently)),
            ("n#3", &[b'a'; 200], Cause::Vault(VaultFault::ReadsDifferently)),
            ("n#1", &[b'z'; 9_000], Cause::Vault(VaultFault::ReadsDifferently)),
            ("n#1", b"", Cause::Vault(VaultFault::Missing)),
            ("n", b"", Cause::Vault(VaultFault::Missing)),
            ("n", b"octo-csp parts 3", Cause::Vault(VaultFault::ReadsDifferently)),
            ("n", b"octo-csp parts 99999999999999999999999 5000 0", Cause::Vault(VaultFault::ReadsDifferently)),
            ("n", b"octo-csp parts 3 18446744073709551615 0", Cause::Vault(VaultFault::ReadsDifferently)),
        ] {
            let store = round_trip(&value);
            store.write(name, "l", bytes).unwrap();
            assert_eq!(faulty(read(&store, "n")), fault, "{name} {bytes:?}");
        }
        let store = round_trip(&value);
        store.delete("n#2").unwrap();
        assert_eq!(faulty(read(&store, "n")), Cause::Vault(VaultFault::Missing));
    }

    #[test]
    fn deleting_finds_every_part_even_without_the_switch() {
        let store = round_trip(&"z".repeat(10_000));
        store.delete("n").unwrap();
        store.delete("n#5").unwrap();
        delete(&store, "n").unwrap();
        for number in 1..=5 {
            assert_eq!(faulty(store.read(&format!("n#{number}"))), Cause::Vault(VaultFault::Missing));
        }
        delete(&store, "n").unwrap();
    }
}
