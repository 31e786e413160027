//! Real files: torn lines, other processes, links, rights, full and read-only disks.

use std::fs::{self, OpenOptions, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::kept::Kept;
use jiff::Timestamp;
use octo_csp::journal::{AttemptId, CheckLine, Fact, Line, Slot, read_file};
use octo_csp::words::store::{KEYRING, VAULT_FILE};
use octo_csp::words::{AccountName, Cause, DiskFault, Draft, Failure, Field, Secret, Step, Typed, UntrustedText};
use octo_csp::world::journal::JournalStore as _;
use octo_csp::world::journal::lock::Lock;
use octo_csp::world::papers;
use octo_csp::world::store::{Patience, Vault, VaultKey};
use octo_csp::world::stores::StoreSettings;
use tempfile::TempDir;

use crate::child;

fn now() -> Timestamp {
    "2026-05-14T10:05:00Z".parse().unwrap()
}

fn named(name: &str) -> Fact {
    Fact::Named { name: Some(AccountName::parse(name).unwrap()) }
}

fn open(state: &Path) -> Kept {
    Kept::open(state, "production").unwrap()
}

fn journal(state: &TempDir) -> PathBuf {
    state.path().join("production/journal")
}

fn cause<T>(result: Result<T, Box<Failure>>) -> Cause {
    result.err().expect("a failure").cause
}

fn disk(fault: DiskFault) -> Cause {
    Cause::Disk(fault)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn add(path: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn looking_makes_nothing() {
    let state = TempDir::new().unwrap();
    let record = open(&state.path().join("not/there"));
    assert_eq!(record.registration().sequence, 0);
    assert!(record.load_draft().is_none());
    assert_eq!(fs::read_dir(state.path()).unwrap().count(), 0);
}

#[test]
fn lines_are_numbered_and_found_again() {
    let state = TempDir::new().unwrap();
    let record = open(state.path());
    assert_eq!(record.append(&named("Contoso"), now()).unwrap(), 1);
    let checked = Fact::Checked { step: Step::Basic, lines: Vec::new() };
    assert_eq!(record.append(&checked, now()).unwrap(), 2);
    let again = open(state.path());
    assert_eq!(again.registration(), record.registration());
    assert_eq!(again.registration().sequence, 2);
}

#[test]
fn a_line_torn_at_any_byte_is_cut_off_and_written_over() {
    let state = TempDir::new().unwrap();
    let record = open(state.path());
    record.append(&named("Contoso"), now()).unwrap();
    let one = fs::read(journal(&state)).unwrap();
    record.append(&named("Fabrikam, a longer name"), now()).unwrap();
    let two = fs::read(journal(&state)).unwrap();
    for end in one.len()..two.len() {
        let torn = TempDir::new().unwrap();
        open(torn.path()).append(&named("Contoso"), now()).unwrap();
        add(&journal(&torn), &two[one.len()..end]);
        let record = open(torn.path());
        assert_eq!(record.registration().sequence, 1, "{end}");
        assert!(!record.is_damaged());
        // Looking cut nothing off.
        assert_eq!(fs::read(journal(&torn)).unwrap(), two[..end]);
        assert_eq!(record.append(&named("X"), now()).unwrap(), 2);
        let contents = read_file(&fs::read(journal(&torn)).unwrap());
        assert_eq!(contents.lines.len(), 2);
        assert_eq!(open(torn.path()).registration().sequence, 2);
    }
}

#[test]
fn a_journal_that_another_process_wrote_to_is_not_built_upon() {
    let state = TempDir::new().unwrap();
    let one = open(state.path());
    one.append(&named("A"), now()).unwrap();
    let other = open(state.path());
    other.append(&named("B"), now()).unwrap();
    assert_eq!(cause(one.append(&named("C"), now())), Cause::JournalMoved);
    // Nothing was lost, and whoever looks again goes on.
    let again = open(state.path());
    assert_eq!(again.registration().name.as_ref().unwrap().as_str(), "B");
    assert_eq!(again.append(&named("C"), now()).unwrap(), 3);
}

#[test]
fn a_journal_that_was_removed_cut_or_changed_is_not_built_upon() {
    let changes: [fn(&Path); 4] = [
        |path| fs::remove_file(path).unwrap(),
        |path| OpenOptions::new().write(true).open(path).unwrap().set_len(9).unwrap(),
        |path| {
            // The same length, another line.
            let other = TempDir::new().unwrap();
            open(other.path()).append(&named("B"), now()).unwrap();
            fs::copy(journal(&other), path).unwrap();
        },
        |path| fs::remove_dir_all(path.parent().unwrap()).unwrap(),
    ];
    for change in changes {
        let state = TempDir::new().unwrap();
        let record = open(state.path());
        record.append(&named("A"), now()).unwrap();
        change(&journal(&state));
        assert_eq!(cause(record.append(&named("C"), now())), Cause::JournalMoved);
    }
}

/// As many changes further up as there are: no line costs more because the journal is long.
#[test]
fn before_a_line_the_end_of_the_journal_is_looked_at_and_nothing_else() {
    let state = TempDir::new().unwrap();
    let record = open(state.path());
    for name in ["A", "B", "C"] {
        record.append(&named(name), now()).unwrap();
    }
    let text = fs::read_to_string(journal(&state)).unwrap();
    // The same file, the same length, and another first line.
    let mut file = OpenOptions::new().write(true).open(journal(&state)).unwrap();
    file.write_all(text.replacen("\"A\"", "\"X\"", 1).as_bytes()).unwrap();
    record.append(&named("D"), now()).unwrap();
    assert!(open(state.path()).is_damaged(), "the next one who reads it finds it");

    // Whatever was done to the last line is found before another one is written behind it.
    for (old, new) in [("\"D\"", "\"E\""), ("seq", "Seq"), ("\n", " ")] {
        let text = fs::read_to_string(journal(&state)).unwrap();
        let (head, last) = text.rsplit_once("\"D\"").map(|(head, end)| (head, format!("\"D\"{end}"))).unwrap();
        let (before, begun) = head.rsplit_once('\n').unwrap();
        let changed = format!("{before}\n{}", format!("{begun}{last}").replacen(old, new, 1));
        let write = |text: &str| {
            let mut file = OpenOptions::new().write(true).open(journal(&state)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        };
        write(&changed);
        assert_eq!(cause(record.append(&named("F"), now())), Cause::JournalMoved, "{old:?}");
        write(&text);
    }
    record.append(&named("F"), now()).unwrap();
}

#[test]
fn a_journal_larger_than_earlier_versions_could_read_opens_and_is_made_shorter() {
    let state = TempDir::new().unwrap();
    open(state.path()).append(&named("A"), now()).unwrap();
    let said =
        |length: usize| -> UntrustedText { serde_json::from_value(serde_json::json!("x".repeat(length))).unwrap() };
    let lines = (2..=1_001).map(|sequence| {
        let found = vec![CheckLine { check: said(6), said: said(2_000) }; 9];
        Line { sequence, at: now(), fact: Fact::Checked { step: Step::PartnerCenter, lines: found } }
    });
    let text: String = lines.map(|line| octo_csp::journal::write_line(&line)).collect();
    add(&journal(&state), text.as_bytes());
    assert!(fs::metadata(journal(&state)).unwrap().len() > 17 * 1_024 * 1_024);
    let kept = open(state.path());
    assert_eq!((kept.registration().sequence, kept.is_damaged()), (1_001, false));
    kept.append(&named("B"), now()).unwrap();
    assert!(fs::metadata(journal(&state)).unwrap().len() < 40_000);
    assert_eq!(open(state.path()).registration(), kept.registration());
}

#[test]
fn what_fails_tells_the_path_of_the_very_file() {
    let state = TempDir::new().unwrap();
    let record = open(state.path());
    record.append(&named("A"), now()).unwrap();
    record.save_draft(&Draft::default()).unwrap();
    for file in [journal(&state), state.path().join("production/draft.json")] {
        fs::set_permissions(&file, Permissions::from_mode(0o660)).unwrap();
    }
    for (failed, file) in [
        (record.append(&named("B"), now()).unwrap_err(), "production/journal"),
        (Kept::open(state.path(), "production").err().unwrap(), "production/journal"),
    ] {
        assert_eq!(failed.detail.unwrap().as_str(), state.path().join(file).display().to_string());
    }
    fs::set_permissions(state.path().join("production"), Permissions::from_mode(0o770)).unwrap();
    let failed = Kept::open(state.path(), "production").err().unwrap();
    assert_eq!(failed.detail.unwrap().as_str(), state.path().join("production").display().to_string());
}

#[test]
fn a_newer_or_damaged_journal_is_read_but_not_written() {
    let json = r#"{"v":2,"seq":2,"at":"2026-05-14T10:05:00Z","fact":"danced"}"#;
    let newer = format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes()));
    let good = {
        let state = TempDir::new().unwrap();
        open(state.path()).append(&named("A"), now()).unwrap();
        fs::read_to_string(journal(&state)).unwrap()
    };
    for (text, expected) in [(newer, Cause::NewerJournal), (format!("nonsense\n{good}"), disk(DiskFault::Damaged))] {
        let state = TempDir::new().unwrap();
        open(state.path()).append(&named("A"), now()).unwrap();
        add(&journal(&state), text.as_bytes());
        let before = fs::read(journal(&state)).unwrap();
        let record = open(state.path());
        assert_eq!(record.registration().newer, expected == Cause::NewerJournal);
        assert_eq!(record.is_damaged(), expected != Cause::NewerJournal);
        assert_eq!(cause(record.append(&named("B"), now())), expected);
        assert_eq!(fs::read(journal(&state)).unwrap(), before);
    }
}

/// Writes everything that a registration leaves below its argument, and more than once, with a umask that forbids nothing.
#[test]
fn careless() {
    child::body(|state| {
        let state = Path::new(&state);
        let record = open(state);
        record.preflight().unwrap();
        for number in 0..1_002 {
            record.append(&named(&format!("A{number}")), now()).unwrap();
        }
        record.save_draft(&Draft::default()).unwrap();
        record.save_draft(&Draft { started: true, ..Draft::default() }).unwrap();
        let opener = Some(VaultKey::passphrase(Secret::shared("correct horse".to_owned()), None));
        let settings = StoreSettings {
            state: state.to_owned(),
            program: PathBuf::new(),
            opener,
            engine: None,
            key_vault: None,
            patience: Patience::new(false),
            session: <_>::default(),
        };
        let vault = Vault::new("production", settings.secrets(&VAULT_FILE));
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        for serial in [1, 2] {
            runtime.block_on(vault.keep(&crate::vault::item(serial), &crate::vault::secret(9))).unwrap();
        }
        let place = state.join("locks");
        drop(Lock::take(&place, "production", now()).unwrap());
        papers::write(&state.join("report.txt"), b"a report").unwrap();
    });
}

#[test]
fn files_are_the_persons_alone_whatever_the_umask() {
    for umask in ["000", "022", "077"] {
        let outer = TempDir::new().unwrap();
        let state = outer.path().join("a/b");
        let child = child::command("record::careless", &state);
        let mut shell = std::process::Command::new("sh");
        shell
            .args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")])
            .arg(child.get_program())
            .args(child.get_args());
        for (key, value) in child.get_envs() {
            shell.env(key, value.unwrap());
        }
        child::run(&mut shell);
        let mut seen = Vec::new();
        let mut left = vec![outer.path().join("a")];
        while let Some(path) = left.pop() {
            let is_folder = path.is_dir();
            assert_eq!(mode(&path), if is_folder { 0o700 } else { 0o600 }, "{}", path.display());
            if is_folder {
                left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            } else {
                seen.push(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
        seen.sort();
        assert_eq!(seen, ["draft.json", "identity.age", "journal", "lock-production", "report.txt", "vault.age"]);
    }
}

#[test]
fn what_may_be_read_by_others_is_closed_and_what_may_be_written_is_refused() {
    let state = TempDir::new().unwrap();
    let record = open(state.path());
    record.append(&named("A"), now()).unwrap();
    fs::set_permissions(journal(&state), Permissions::from_mode(0o644)).unwrap();
    record.append(&named("B"), now()).unwrap();
    assert_eq!(mode(&journal(&state)), 0o600);
    let production = state.path().join("production");
    for (path, rights) in [(journal(&state), 0o620), (production, 0o770), (state.path().to_owned(), 0o777)] {
        let before = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, Permissions::from_mode(rights)).unwrap();
        let refused = disk(DiskFault::Open);
        assert_eq!(cause(record.append(&named("C"), now())), refused, "{path:?}");
        assert_eq!(cause(Kept::open(state.path(), "production")), refused);
        fs::set_permissions(&path, before).unwrap();
    }
    record.append(&named("C"), now()).unwrap();
}

#[test]
fn links_are_not_followed() {
    let outer = TempDir::new().unwrap();
    let victim = outer.path().join("victim");
    fs::create_dir(&victim).unwrap();
    let refused = disk(DiskFault::NotOurs);
    // The folder of all, the folder of one, dangling, the journal, the draft.
    let link = outer.path().join("link");
    symlink(&victim, &link).unwrap();
    assert_eq!(cause(Kept::open(&link, "production")), refused);
    let state = outer.path().join("state");
    fs::create_dir(&state).unwrap();
    symlink(&victim, state.join("production")).unwrap();
    assert_eq!(cause(Kept::open(&state, "production")), refused);
    symlink(outer.path().join("nowhere"), state.join("sandbox")).unwrap();
    assert_eq!(cause(Kept::open(&state, "sandbox")), refused);
    let folder = state.join("third");
    fs::create_dir(&folder).unwrap();
    let file = victim.join("file");
    fs::File::create(&file).unwrap().write_all(b"{}").unwrap();
    symlink(&file, folder.join("draft.json")).unwrap();
    let record = Kept::open(&state, "third").unwrap();
    assert!(record.load_draft().is_none());
    symlink(&file, folder.join("journal")).unwrap();
    assert_eq!(cause(record.append(&named("A"), now())), refused);
    // A draft replaces a link instead of writing through it.
    record.save_draft(&Draft::default()).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"{}");
    assert!(record.load_draft().is_some());
}

#[test]
fn something_else_under_the_name_of_the_journal_is_refused_at_once() {
    let state = TempDir::new().unwrap();
    let folder = state.path().join("production");
    fs::create_dir(&folder).unwrap();
    fs::create_dir(folder.join("journal")).unwrap();
    let refused = disk(DiskFault::NotOurs);
    assert_eq!(cause(Kept::open(state.path(), "production")), refused);
    fs::remove_dir(folder.join("journal")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.join("journal")).status();
    assert!(made.unwrap().success());
    assert_eq!(cause(Kept::open(state.path(), "production")), refused);
}

#[test]
fn a_draft_is_replaced_as_a_whole_and_read_leniently() {
    let state = TempDir::new().unwrap();
    let record = open(state.path());
    let mut draft = Draft { started: true, ..Draft::default() };
    draft.typed = Typed::default().with(Field::AccountName, "x".repeat(128)).into();
    record.save_draft(&draft).unwrap();
    assert_eq!(record.load_draft(), Some(draft));
    record.save_draft(&Draft::default()).unwrap();
    assert_eq!(record.load_draft(), Some(Draft::default()));
    let path = state.path().join("production/draft.json");
    for junk in [&b"\xff\xfe"[..], b"", b"{\"typed\":1}", b"[[[["] {
        fs::remove_file(&path).unwrap();
        fs::File::create(&path).unwrap().write_all(junk).unwrap();
        assert_eq!(record.load_draft(), None);
    }
    // What an earlier attempt left aside does not matter.
    let aside = state.path().join("production/.draft.json.new");
    fs::File::create(&aside).unwrap().write_all(b"junk").unwrap();
    record.save_draft(&Draft::default()).unwrap();
    assert!(!aside.exists());
}

#[test]
fn the_preflight_leaves_nothing() {
    let state = TempDir::new().unwrap();
    let record = open(state.path());
    record.preflight().unwrap();
    assert_eq!(fs::read_dir(record.folder()).unwrap().count(), 0);
}

#[test]
fn a_name_that_leads_out_of_the_folder_is_refused() {
    let state = TempDir::new().unwrap();
    for name in ["", ".", "..", "../x", "a/b", "a\0b"] {
        let refused = cause(Kept::open(state.path(), name));
        assert_eq!(refused, disk(DiskFault::Other), "{name:?}");
    }
}

/// Tries everything that writes below its argument, where it may not.
#[test]
fn forbidden() {
    child::body(|state| {
        let record = open(Path::new(&state));
        let denied = disk(DiskFault::Denied);
        assert_eq!(cause(record.preflight()), denied);
        assert_eq!(cause(record.save_draft(&Draft::default())), denied);
        assert_eq!(cause(record.append(&named("B"), now())), denied);
        // What is there can still be looked at.
        assert_eq!(record.registration().sequence, 1);
    });
}

#[test]
fn a_folder_without_the_right_to_write_is_told() {
    let outer = TempDir::new_in("/tmp").unwrap();
    let state = outer.path().join("state");
    open(&state).append(&named("A"), now()).unwrap();
    let mut child = child::command("record::forbidden", &state);
    fs::set_permissions(journal_in(&state), Permissions::from_mode(0o400)).unwrap();
    fs::set_permissions(state.join("production"), Permissions::from_mode(0o500)).unwrap();
    child::run(child::as_somebody(&mut child, outer.path()));
    fs::set_permissions(state.join("production"), Permissions::from_mode(0o700)).unwrap();
}

fn journal_in(state: &Path) -> PathBuf {
    state.join("production/journal")
}

/// Fills the file as far as a limit on its size allows.
#[test]
fn overfull() {
    child::body(|state| {
        let record = open(Path::new(&state));
        let before = record.registration().sequence;
        let full = (0..200).find_map(|_| record.append(&named(&"x".repeat(100)), now()).err());
        assert_eq!(full.unwrap().cause, disk(DiskFault::Full));
        // What could not be written whole was taken back, and the record is still whole.
        let again = open(Path::new(&state));
        assert!(again.registration().sequence > before);
        assert_eq!(again.registration(), record.registration());
        let file = fs::read(again.folder().join("journal")).unwrap();
        assert_eq!(read_file(&file).good_bytes, file.len());
    });
}

#[test]
fn a_full_disk_is_told_and_the_journal_stays_whole() {
    let state = TempDir::new().unwrap();
    let child = child::command("record::overfull", state.path());
    // A limit on the size of files stands in for a full disk; the signal that comes with it is ignored, as at a full disk
    // there is none.
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" \"$@\""]).arg(child.get_program()).args(child.get_args());
    for (key, value) in child.get_envs() {
        shell.env(key, value.unwrap());
    }
    child::run(&mut shell);
}

fn lines(names: &[&str]) -> Vec<Line> {
    let numbered = (1..).zip(names);
    numbered.map(|(sequence, name)| Line { sequence, at: now(), fact: named(name) }).collect()
}

fn replace(kept: &Kept, at: u64, snapshot: &[Line]) -> Result<u64, Box<Failure>> {
    crate::kept::now(kept.store.replace("production", at, snapshot))
}

#[test]
fn a_snapshot_takes_the_place_of_the_lines_that_were_read_and_of_no_others() {
    let state = TempDir::new().unwrap();
    let one = open(state.path());
    assert_eq!(one.append(&named("A"), now()).unwrap(), 1);
    assert_eq!(one.append(&named("B"), now()).unwrap(), 2);
    let before = fs::read(journal(&state)).unwrap();

    // Behind another line, behind a line that somebody else wrote, or with less than there is: nothing happens.
    let other = open(state.path());
    assert_eq!(cause(replace(&one, 1, &lines(&["X", "Y"]))), Cause::JournalMoved);
    assert_eq!(cause(replace(&one, 2, &lines(&["X"]))), Cause::Internal);
    let gap = [lines(&["X"]), lines(&["X", "Y", "Z"]).split_off(2)].concat();
    assert_eq!(cause(replace(&one, 2, &gap)), Cause::Internal);
    assert_eq!(fs::read(journal(&state)).unwrap(), before);

    assert_eq!(replace(&one, 2, &lines(&["X", "Y"])).unwrap(), 2);
    // Of the same number, and yet others: whoever has read the old ones does not build on the new ones.
    assert_eq!(cause(other.append(&named("C"), now())), Cause::JournalMoved);
    assert_eq!(cause(replace(&other, 2, &lines(&["C", "C"]))), Cause::JournalMoved);
    assert_eq!(one.append(&named("Z"), now()).unwrap(), 3);
    let again = open(state.path());
    assert_eq!(again.registration().name.unwrap().as_str(), "Z");
    assert_eq!(mode(&journal(&state)), 0o600);
}

#[test]
fn a_replacement_that_was_ended_anywhere_left_the_old_lines_or_the_new_ones() {
    let state = TempDir::new().unwrap();
    open(state.path()).append(&named("A"), now()).unwrap();
    let new: Vec<u8> = lines(&["X"]).iter().map(octo_csp::journal::write_line).collect::<String>().into();
    let aside = state.path().join("production/.journal.new");
    for end in 0..=new.len() {
        // Ended while it was written aside: the old line counts, and the next replacement is not in the way of it.
        fs::File::create(&aside).unwrap().write_all(&new[..end]).unwrap();
        let kept = open(state.path());
        assert_eq!(kept.registration().name.unwrap().as_str(), "A", "{end}");
        assert!(!kept.is_damaged());
    }
    // Ended after it was renamed: the new line counts.
    fs::rename(&aside, journal(&state)).unwrap();
    assert_eq!(open(state.path()).registration().name.unwrap().as_str(), "X");
    fs::File::create(&aside).unwrap().write_all(b"half").unwrap();
    assert_eq!(replace(&open(state.path()), 1, &lines(&["Y"])).unwrap(), 1);
    assert!(!aside.exists());
    assert_eq!(open(state.path()).registration().name.unwrap().as_str(), "Y");
}

#[test]
fn a_journal_is_made_shorter_and_says_the_same() {
    let state = TempDir::new().unwrap();
    let kept = open(state.path());
    let mut longest = 0;
    for number in 1..=1_100_u64 {
        assert_eq!(kept.append(&named(&format!("Name {number}")), now()).unwrap(), number);
        longest = longest.max(fs::metadata(journal(&state)).unwrap().len());
    }
    assert!(longest < 120_000, "{longest}");
    let again = open(state.path());
    assert!(!again.is_damaged());
    assert_eq!(again.registration(), kept.registration());
    assert_eq!(again.append(&named("Last"), now()).unwrap(), 1_101);
    // Whoever has read the longer one does not build on the shorter one.
    assert_eq!(cause(kept.append(&named("Other"), now())), Cause::JournalMoved);
    assert_eq!(mode(&journal(&state)), 0o600);
}

#[test]
fn a_journal_that_cannot_be_made_shorter_is_gone_on_with() {
    let state = TempDir::new().unwrap();
    let kept = open(state.path());
    for number in 1..=1_000_u64 {
        assert_eq!(kept.append(&named("A"), now()).unwrap(), number);
    }
    // In the way of the one that is written aside.
    fs::create_dir(state.path().join("production/.journal.new")).unwrap();
    assert_eq!(kept.append(&named("B"), now()).unwrap(), 1_001);
    assert_eq!(fs::read_to_string(journal(&state)).unwrap().lines().count(), 1_001);
    assert_eq!(open(state.path()).registration(), kept.registration());
}

#[test]
fn what_a_newer_version_keeps_in_a_store_of_its_own_is_told_as_such() {
    let state = TempDir::new().unwrap();
    fs::set_permissions(state.path(), Permissions::from_mode(0o700)).unwrap();
    let kept = open(state.path());
    let vault: Fact = serde_json::from_str(r#"{"fact":"stored","store":"safe"}"#).unwrap();
    kept.append(&vault, now()).unwrap();
    let began = Fact::Began { attempt: AttemptId(2), slot: Slot::A, base: 0 };
    kept.append(&began, now()).unwrap();
    let again = open(state.path());
    assert!(!again.is_damaged());
    assert_eq!(again.registration().kept_in().unwrap().as_str(), "safe");
    let settings = StoreSettings {
        state: state.path().to_owned(),
        program: PathBuf::new(),
        opener: None,
        engine: None,
        key_vault: None,
        patience: Patience::new(true),
        session: <_>::default(),
    };
    let refused = crate::kept::now(settings.index(&KEYRING).in_use("production")).unwrap_err();
    assert_eq!(refused.cause, Cause::OtherStore);
    let told = "in a store that this version does not know: safe";
    assert_eq!(refused.detail.unwrap().as_str(), told);
}
