use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use age::scrypt;
use age::secrecy::SecretString;
use tempfile::TempDir;

use super::*;

/// Little work: the file does not care, and the tests do.
const LIGHT: u8 = 4;

fn files(state: &Path, passphrase: &str) -> AgeFile {
    AgeFile::new(state.to_owned(), Some(VaultKey::light(passphrase)))
}

/// The same with an identity.
fn collector(state: &TempDir, identity: &Secret) -> AgeFile {
    AgeFile::new(state.path().to_owned(), VaultKey::identity(identity))
}

/// Seals as versions before did: with the passphrase itself.
fn earlier(json: &str) -> Vec<u8> {
    let mut recipient = scrypt::Recipient::new(SecretString::from("correct horse".to_owned()));
    recipient.set_work_factor(LIGHT);
    age::encrypt(&recipient, json.as_bytes()).unwrap()
}

fn identity_path(state: &TempDir) -> PathBuf {
    path(state).with_file_name(IDENTITY_FILE)
}

fn store(state: &TempDir) -> AgeFile {
    files(state.path(), "correct horse")
}

/// A folder as the program makes it: the one of the operating system for what is temporary may be anybody's.
fn home() -> TempDir {
    let home = TempDir::new().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    home
}

fn path(state: &TempDir) -> PathBuf {
    state.path().join("production").join(VAULT_FILE)
}

fn put(path: &Path, bytes: &[u8]) {
    use std::io::Write as _;
    fs::File::create(path).unwrap().write_all(bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

fn read(store: &AgeFile, name: &str) -> Result<String, Cause> {
    let bytes = store.read(name).map_err(|error| error.cause)?;
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn what_was_written_is_read_by_another_store_with_the_passphrase_and_by_nobody_else() {
    let home = home();
    let ours = store(&home);
    ours.write("production/a", "l", b"one").unwrap();
    ours.write("production/b", "l", "zwei 本".as_bytes()).unwrap();
    let other = store(&home);
    assert_eq!(read(&other, "production/a").unwrap(), "one");
    assert_eq!(read(&other, "production/b").unwrap(), "zwei 本");
    assert_eq!(read(&other, "production/c"), Err(Cause::Vault(VaultFault::Missing)));
    let stranger = files(home.path(), "correct hors");
    assert_eq!(read(&stranger, "production/a"), Err(Cause::Vault(VaultFault::WrongPassphrase)));
    assert_eq!(stranger.open("production").unwrap_err().cause, Cause::Vault(VaultFault::WrongPassphrase));
    // Nor is anything written over what cannot be read.
    let before = fs::read(path(&home)).unwrap();
    let error = stranger.write("production/a", "l", b"x").unwrap_err();
    assert_eq!(error.cause, Cause::Vault(VaultFault::WrongPassphrase));
    assert_eq!(fs::read(path(&home)).unwrap(), before);
    let text = String::from_utf8_lossy(&before).into_owned();
    assert!(!text.contains("one") && !text.contains("production"), "{text}");
}

#[test]
fn the_file_is_the_persons_alone_and_gone_with_its_last_item() {
    let home = home();
    let ours = store(&home);
    ours.open("production").unwrap();
    assert!(!path(&home).exists(), "looking makes nothing");
    ours.write("production/a", "l", b"1").unwrap();
    ours.write("production/b", "l", b"2").unwrap();
    assert_eq!(fs::metadata(path(&home)).unwrap().permissions().mode() & 0o777, 0o600);
    ours.delete("production/a").unwrap();
    assert_eq!(ours.delete("production/a").unwrap_err().cause, Cause::Vault(VaultFault::Missing));
    assert_eq!(read(&ours, "production/b").unwrap(), "2");
    ours.delete("production/b").unwrap();
    assert!(!path(&home).exists());
    assert_eq!(read(&ours, "production/b"), Err(Cause::Vault(VaultFault::Missing)));
}

#[test]
fn what_another_process_changed_is_never_overlooked() {
    let home = home();
    let (one, other) = (store(&home), store(&home));
    one.write("production/a", "l", b"1").unwrap();
    assert_eq!(read(&other, "production/a").unwrap(), "1");
    one.write("production/a", "l", b"2").unwrap();
    assert_eq!(read(&other, "production/a").unwrap(), "2");
    other.write("production/b", "l", b"3").unwrap();
    assert_eq!(read(&one, "production/b").unwrap(), "3");
    fs::remove_file(path(&home)).unwrap();
    assert_eq!(read(&one, "production/a"), Err(Cause::Vault(VaultFault::Missing)));
    // Somebody else's file in its place, with another passphrase.
    let stranger = files(home.path(), "another");
    stranger.write("production/a", "l", b"x").unwrap();
    assert_eq!(read(&one, "production/a"), Err(Cause::Vault(VaultFault::WrongPassphrase)));
}

#[test]
fn ten_threads_lose_nothing() {
    let home = home();
    let store = store(&home);
    std::thread::scope(|scope| {
        for name in 0..10 {
            let store = &store;
            scope.spawn(move || store.write(&name.to_string(), "l", b"x").unwrap());
        }
    });
    let fresh = self::store(&home);
    for name in 0..10 {
        assert_eq!(read(&fresh, &name.to_string()).unwrap(), "x");
    }
}

#[test]
fn what_is_no_vault_file_of_ours_is_damaged_and_left_alone() {
    let home = home();
    let ours = store(&home);
    ours.write("production/a", "l", b"1").unwrap();
    let good = fs::read(path(&home)).unwrap();
    let mut cut = good.clone();
    cut.truncate(good.len() - 1);
    let mut changed = good.clone();
    *changed.last_mut().unwrap() ^= 1;
    let sealed = earlier(r#"{"format":"octo-csp vault","version":1,"items":{}}"#);
    let hard = String::from_utf8_lossy(&sealed[..80]).replacen(" 4\n", " 30\n", 1);
    let hard = [hard.as_bytes(), &sealed[80..]].concat();
    for (bytes, what) in [
        (Vec::new(), "empty"),
        (cut, "cut off"),
        (changed, "changed"),
        (b"age-encryption.org/v1\n".to_vec(), "a beginning"),
        (b"{\"format\":\"octo-csp vault\"}".to_vec(), "not sealed"),
        (earlier("hello"), "no JSON"),
        (earlier(r#"{"format":"x","version":1,"items":{}}"#), "another format"),
        (hard, "a day's work"),
    ] {
        put(&path(&home), &bytes);
        for store in [&ours, &store(&home)] {
            assert_eq!(read(store, "production/a"), Err(Cause::Vault(VaultFault::Damaged)), "{what}");
            assert!(store.write("production/a", "l", b"2").is_err(), "{what}");
        }
        assert_eq!(fs::read(path(&home)).unwrap(), bytes, "{what}");
    }
    put(&path(&home), &good);
    assert_eq!(read(&ours, "production/a").unwrap(), "1");
}

#[test]
fn a_vault_file_of_a_newer_version_is_told_and_left_alone() {
    let home = home();
    let ours = store(&home);
    ours.write("production/a", "l", b"1").unwrap();
    for json in ["\"items\":{}", "\"entries\":[[\"production/a\",1]]"] {
        let newer = earlier(&format!("{{\"format\":\"octo-csp vault\",\"version\":3,{json}}}"));
        put(&path(&home), &newer);
        assert_eq!(ours.open("production").unwrap_err().cause, Cause::NewerJournal);
        assert_eq!(read(&ours, "production/a"), Err(Cause::NewerJournal));
        assert_eq!(ours.write("production/a", "l", b"2").unwrap_err().cause, Cause::NewerJournal);
        assert_eq!(ours.delete("production/a").unwrap_err().cause, Cause::NewerJournal);
        assert_eq!(fs::read(path(&home)).unwrap(), newer);
    }
}

#[test]
fn a_file_that_others_may_read_is_not_opened() {
    let home = home();
    let ours = store(&home);
    ours.write("production/a", "l", b"1").unwrap();
    for mode in [0o640, 0o604, 0o620] {
        fs::set_permissions(path(&home), fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(ours.open("production").unwrap_err().cause, Cause::Disk(DiskFault::Open), "{mode:o}");
    }
    fs::remove_file(path(&home)).unwrap();
    std::os::unix::fs::symlink("/dev/null", path(&home)).unwrap();
    assert_eq!(ours.open("production").unwrap_err().cause, Cause::Disk(DiskFault::NotOurs));
}

#[test]
fn a_write_that_was_ended_in_between_left_the_old_file_and_is_made_up_for() {
    let home = home();
    let ours = store(&home);
    ours.write("production/a", "l", b"1").unwrap();
    let aside = path(&home).with_file_name(".vault.age.new");
    put(&aside, b"half of a fi");
    fs::set_permissions(&aside, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(read(&store(&home), "production/a").unwrap(), "1");
    ours.write("production/b", "l", b"2").unwrap();
    assert!(!aside.exists());
    assert_eq!(read(&store(&home), "production/b").unwrap(), "2");
}

#[test]
fn a_failed_write_is_not_remembered_as_if_it_had_been_kept() {
    let home = home();
    let ours = store(&home);
    ours.write("production/a", "l", b"1").unwrap();
    // What is in the way cannot be removed as a file can.
    fs::create_dir(path(&home).with_file_name(".vault.age.new")).unwrap();
    assert!(ours.write("production/a", "l", b"2").is_err());
    assert!(ours.delete("production/a").is_ok(), "removing needs nothing aside");
    assert_eq!(read(&ours, "production/a"), Err(Cause::Vault(VaultFault::Missing)));
}

#[test]
fn a_long_value_is_one_entry() {
    let home = home();
    let ours = store(&home);
    let value = "x".repeat(parts::LONGEST);
    parts::write(&ours, "production/a", "l", &value).unwrap();
    assert_eq!(read(&ours, "production/a").unwrap(), value);
    assert!(ours.write("production/b", "l", b"\xff").is_err(), "text only");
}

#[test]
fn what_an_earlier_version_sealed_is_read_and_sealed_anew_by_the_next_write() {
    let home = home();
    store(&home).write("production/x", "l", b"0").unwrap();
    fs::remove_file(identity_path(&home)).unwrap();
    let old = earlier(r#"{"format":"octo-csp vault","version":1,"items":{"production/a":"1"}}"#);
    put(&path(&home), &old);
    let ours = store(&home);
    assert_eq!(read(&ours, "production/a").unwrap(), "1");
    assert_eq!(fs::read(path(&home)).unwrap(), old, "looking changes nothing");
    ours.write("production/b", "l", b"2").unwrap();
    assert!(!decryptor(&fs::read(path(&home)).unwrap()).unwrap().is_scrypt());
    // Ended between the two files: the identity is there, and the earlier file opens as before.
    put(&path(&home), &old);
    assert_eq!(read(&store(&home), "production/a").unwrap(), "1");
    store(&home).write("production/b", "l", b"2").unwrap();
    assert_eq!(read(&store(&home), "production/a").unwrap(), "1");
    assert_eq!(read(&store(&home), "production/b").unwrap(), "2");
}

#[test]
fn whoever_reads_the_files_finds_no_recipient_and_the_second_process_gets_the_identity() {
    let home = home();
    let key = VaultKey::light("correct horse");
    let ours = AgeFile::new(home.path().to_owned(), Some(Arc::clone(&key)));
    assert!(matches!(key.handed("production"), Some(Handed::Passphrase(_))));
    ours.write("production/a", "l", b"1").unwrap();
    let Some(Handed::Identity(identity)) = key.handed("production") else {
        panic!("the work would be done again");
    };
    assert_eq!(read(&ours, "production/a").unwrap(), "1");
    assert!(key.handed("sandbox").is_none(), "the passphrase is not kept longer than it is needed");
    let recipient = recipient_of(&identity).unwrap();
    let before = fs::read(identity_path(&home)).unwrap();
    ours.write("production/b", "l", b"2").unwrap();
    assert_eq!(fs::read(identity_path(&home)).unwrap(), before, "a write makes no new one");
    for file in [path(&home), identity_path(&home)] {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains(&recipient) && !text.contains("age1"), "{text}");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_file_without_its_identity_is_damaged_and_left_alone() {
    let home = home();
    store(&home).write("production/a", "l", b"1").unwrap();
    let (vault, identity) = (fs::read(path(&home)).unwrap(), fs::read(identity_path(&home)).unwrap());
    fs::remove_file(identity_path(&home)).unwrap();
    let fresh = store(&home);
    assert_eq!(read(&fresh, "production/a"), Err(Cause::Vault(VaultFault::Damaged)));
    assert!(fresh.write("production/b", "l", b"2").is_err());
    assert_eq!(fs::read(path(&home)).unwrap(), vault);
    // That of another file, as from another day's copy.
    let other = self::home();
    store(&other).write("production/a", "l", b"1").unwrap();
    put(&identity_path(&home), &fs::read(identity_path(&other)).unwrap());
    assert_eq!(read(&store(&home), "production/a"), Err(Cause::Vault(VaultFault::Damaged)));
    put(&identity_path(&home), &identity);
    assert_eq!(read(&store(&home), "production/a").unwrap(), "1");
    // An identity without a file was left by an end in between: the next passphrase may be another one.
    fs::remove_file(path(&home)).unwrap();
    let next = files(home.path(), "another");
    next.write("production/a", "l", b"2").unwrap();
    assert_eq!(read(&files(home.path(), "another"), "production/a").unwrap(), "2");
}

#[test]
fn a_passphrase_is_changed_and_wherever_that_is_ended_one_of_the_two_opens_it() {
    let home = home();
    let ours = store(&home);
    ours.write("production/a", "l", b"1").unwrap();
    let guest = VaultKey::new_identity();
    ours.let_in("production", "guest", Some(&guest)).unwrap();
    let (old_vault, old_identity) = (fs::read(path(&home)).unwrap(), fs::read(identity_path(&home)).unwrap());
    let new = VaultKey::light("battery staple");
    // Ended after the first write: still the old one, and it goes on as if nothing had been.
    let (made, recipient) = new.prepare().unwrap();
    ours.change_recipients("production", |recipients| drop(recipients.insert(NEXT.to_owned(), recipient))).unwrap();
    let half = fs::read(path(&home)).unwrap();
    assert_eq!(read(&store(&home), "production/a").unwrap(), "1");
    store(&home).write("production/b", "l", b"2").unwrap();
    assert_eq!(store(&home).collectors("production").unwrap(), ["guest"]);
    // Ended after the second: the new one.
    put(&path(&home), &half);
    put(&identity_path(&home), &made);
    assert_eq!(read(&store(&home), "production/a"), Err(Cause::Vault(VaultFault::WrongPassphrase)));
    let changed = files(home.path(), "battery staple");
    assert_eq!(read(&changed, "production/a").unwrap(), "1");
    changed.write("production/b", "l", b"2").unwrap();
    let sealed = fs::read(path(&home)).unwrap();
    // The old identity, kept by somebody, opens what is written from then on no more.
    put(&identity_path(&home), &old_identity);
    assert_eq!(read(&store(&home), "production/a"), Err(Cause::Vault(VaultFault::Damaged)));
    put(&identity_path(&home), &made);
    assert_eq!(fs::read(path(&home)).unwrap(), sealed);
    // And the whole of it.
    put(&path(&home), &old_vault);
    put(&identity_path(&home), &old_identity);
    store(&home).change_passphrase("production", &new).unwrap();
    assert_eq!(read(&store(&home), "production/a"), Err(Cause::Vault(VaultFault::WrongPassphrase)));
    assert_eq!(read(&files(home.path(), "battery staple"), "production/a").unwrap(), "1");
    assert_eq!(read(&collector(&home, &guest), "production/a").unwrap(), "1", "who was let in stays so");
    put(&identity_path(&home), &old_identity);
    assert_eq!(read(&store(&home), "production/a"), Err(Cause::Vault(VaultFault::Damaged)));
}

#[test]
fn a_collector_reads_and_writes_until_it_is_removed() {
    let home = home();
    let ours = store(&home);
    ours.write("production/a", "l", b"1").unwrap();
    let identity = VaultKey::new_identity();
    assert_eq!(read(&collector(&home, &identity), "production/a"), Err(Cause::Vault(VaultFault::WrongPassphrase)));
    ours.let_in("production", "prices", Some(&identity)).unwrap();
    assert_eq!(ours.collectors("production").unwrap(), ["prices"]);
    let theirs = collector(&home, &identity);
    assert_eq!(read(&theirs, "production/a").unwrap(), "1");
    theirs.write("production/a", "l", b"2").unwrap();
    assert_eq!(read(&store(&home), "production/a").unwrap(), "2");
    assert_eq!(read(&collector(&home, &identity), "production/a").unwrap(), "2");
    store(&home).let_in("production", "prices", None).unwrap();
    assert_eq!(read(&theirs, "production/a"), Err(Cause::Vault(VaultFault::WrongPassphrase)));
    assert!(ours.collectors("production").unwrap().is_empty());
    // Where there is no file an identity makes none.
    let empty = self::home();
    assert!(collector(&empty, &identity).write("production/a", "l", b"1").is_err());
    assert!(!path(&empty).exists());
    for text in ["hunter2", "", "AGE-SECRET-KEY-1", "# a comment alone"] {
        assert!(VaultKey::identity(&Secret::new(text.to_owned())).is_none(), "{text}");
    }
    let kept = Secret::new(format!("# created by hand\n{}\n", identity.reveal()));
    assert!(VaultKey::identity(&kept).is_some());
}
