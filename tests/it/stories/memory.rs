//! The memory of the running wizard, looked through for secrets page by page.

use std::collections::BTreeSet;
use std::io::{BufRead as _, Read as _, Write as _};
use std::os::unix::fs::FileExt as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::form_urlencoded::byte_serialize;

use super::browser::sign_in;
use super::desk::{Person as _, TestMachine, make};
use crate::keyring::Session;
use crate::pty::Pty;
use crate::simulator::bench::between;

/// What is on the screen or in the journal, and so must be found.
const CONTROL: &str = "Planted control";

/// How much of the memory is read at once.
const PIECE: usize = 1 << 20;

/// Everything that a process has mapped and can write.
fn mapped(pid: i32) -> Vec<Vec<u8>> {
    let memory = std::fs::File::open(format!("/proc/{pid}/mem")).unwrap();
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let mut all = Vec::new();
    for line in maps.lines().filter(|line| line.split(' ').nth(1).unwrap().starts_with("rw")) {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [from, to] = [from, to].map(|number| u64::from_str_radix(number, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // A page can go between the list and the look.
        for (index, piece) in bytes.chunks_mut(PIECE).enumerate() {
            drop(memory.read_exact_at(piece, from + (index * PIECE) as u64));
        }
        all.push(bytes);
    }
    all
}

/// Readable copies of `word`: as it is, as a form has it, in base64, in hexadecimal.
fn copies(memory: &[Vec<u8>], word: &str) -> usize {
    let coded = [word.to_owned(), byte_serialize(word.as_bytes()).collect(), STANDARD.encode(word), hex::encode(word)];
    let words: BTreeSet<Vec<u8>> = coded.into_iter().map(String::into_bytes).collect();
    let mut found = 0;
    for (mut rest, word) in memory.iter().flat_map(|bytes| words.iter().map(|word| (bytes.as_slice(), word))) {
        // The search for one byte is the library's, which is optimised in a test as well.
        while rest.skip_until(word[0]).unwrap() > 0 {
            found += usize::from(rest.starts_with(&word[1..]));
        }
    }
    found
}

/// Asserts how many copies of each secret are readable at most: what a connection had is wiped when it is closed, a moment after its
/// answer was shown. A look that does not find what is on the screen proves nothing.
fn at_most(pty: &Pty, control: &str, secrets: &[(&str, &str, usize)]) {
    at_most_in(pty.pid, &pty.screen().contents(), control, secrets);
}

/// The same of any process that waits.
fn at_most_in(pid: i32, page: &str, control: &str, secrets: &[(&str, &str, usize)]) {
    for round in 0.. {
        let memory = mapped(pid);
        assert!(copies(&memory, control) > 0, "the look finds nothing at all on:\n{page}");
        let counted = secrets.iter().map(|(what, secret, most)| (what, copies(&memory, secret), most));
        let too_many: Vec<_> = counted.filter(|(_, left, most)| left > most).collect();
        if too_many.is_empty() {
            return;
        }
        assert!(round < 20, "{too_many:?} on:\n{page}");
    }
}

#[test]
fn no_readable_copy_of_a_secret_is_left_in_memory_after_its_page() {
    let desk = TestMachine::new();
    let mut pty = desk.register_with(&[("OCTO_TEST_READABLE_MEMORY", "1")]);
    pty.begin(CONTROL);
    let key = desk.fact("client_secret");
    pty.prove(&desk);
    // Step 3 may want the key: the session is its one owner.
    at_most(&pty, CONTROL, &[("key", &key, 1)]);
    let back = sign_in(&pty.open_sign_in());
    let code = between(&back, "code=", "&").to_owned();
    pty.answer(&back);
    let kept = desk.kept();
    let tokens = kept.lines().filter_map(|line| line.strip_prefix("secret = ")).filter(|item| item.len() > 500);
    let tokens: Vec<&str> = tokens.collect();
    assert!(tokens.len() >= 2, "{kept}");
    let tokens = |most| tokens.iter().map(move |token| ("refresh token", *token, most));
    let of = |key_left, tokens_left| -> Vec<(&str, &str, usize)> {
        [("key", key.as_str(), key_left), ("code", code.as_str(), 0)].into_iter().chain(tokens(tokens_left)).collect()
    };
    at_most(&pty, CONTROL, &of(1, 1));
    pty.enter("is proven and stored here.");
    at_most(&pty, CONTROL, &of(0, 0));
}

#[test]
fn a_vault_file_leaves_neither_its_passphrase_nor_what_it_keeps_in_memory() {
    const PASSPHRASE: &str = "correct horse battery staple";
    let desk = TestMachine::with(Session::none(), &[]);
    let file = desk.path("passphrase.txt");
    make(&file, PASSPHRASE.as_bytes());
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut pty = desk.register_with(&[
        ("OCTO_TEST_READABLE_MEMORY", "1"),
        ("OCTO_CSP_STORE", "file"),
        ("OCTO_CSP_PASSPHRASE_FILE", file.to_str().unwrap()),
    ]);
    pty.begin(CONTROL);
    let key = desk.fact("client_secret");
    // The look at this machine has opened the file: from then on its identity is enough.
    at_most(&pty, CONTROL, &[("passphrase", PASSPHRASE, 0)]);
    pty.prove(&desk);
    at_most(&pty, CONTROL, &[("passphrase", PASSPHRASE, 0), ("key", &key, 1)]);
    let back = sign_in(&pty.open_sign_in());
    let code = between(&back, "code=", "&").to_owned();
    pty.answer(&back);
    at_most(&pty, CONTROL, &[("passphrase", PASSPHRASE, 0), ("key", &key, 1), ("code", &code, 0)]);
    pty.enter("is proven and stored here.");
    at_most(&pty, CONTROL, &[("passphrase", PASSPHRASE, 0), ("key", &key, 0), ("code", &code, 0)]);
}

/// Reads every secret that is kept, and shows the overview: at the first opening and after every check has passed again.
#[test]
fn no_readable_copy_of_a_secret_is_left_in_memory_on_the_overview() {
    let desk = registered();
    let mut pty = desk.register_with(&[("OCTO_TEST_READABLE_MEMORY", "1")]);
    pty.wait("Send to Octo");
    let (key, kept) = (desk.fact("client_secret"), desk.kept());
    let secrets = secrets_of(&key, &kept);
    assert!(secrets.len() >= 3, "{kept}");
    at_most(&pty, CONTROL, &secrets);
    pty.send("\x1b[B\x1b[B\x1b[B");
    pty.wait("▌ Check everything");
    pty.send("\r");
    pty.wait("Every check passed.");
    pty.enter("Right tenant and app");
    pty.wait("Every check passed.");
    pty.enter("Every check passed again.");
    let renewed = desk.kept();
    at_most(&pty, CONTROL, &secrets);
    at_most(&pty, CONTROL, &secrets_of(&key, &renewed));
}

/// The command is held where it says that all is gone: nobody reads its last line.
#[test]
fn no_readable_copy_of_a_secret_is_left_in_memory_after_forget() {
    let desk = registered();
    let (key, kept) = (desk.fact("client_secret"), desk.kept());
    let (mut reader, mut writer) = std::io::pipe().unwrap();
    let flags = rustix::fs::fcntl_getfl(&writer).unwrap();
    rustix::fs::fcntl_setfl(&writer, flags | rustix::fs::OFlags::NONBLOCK).unwrap();
    while writer.write(&[b' '; 4_096]).is_ok() {}
    while writer.write(b" ").is_ok() {}
    rustix::fs::fcntl_setfl(&writer, flags).unwrap();
    let cloud = desk.path("cloud.json").display().to_string();
    let mut command = desk.command(&["forget", "--yes", "--json", "--cloud-file", &cloud]);
    let mut child = command.env("OCTO_TEST_READABLE_MEMORY", "1").stdout(writer).spawn().unwrap();
    drop(command);
    let looks = std::iter::repeat_with(|| desk.kept()).take(1_000);
    assert!(looks.into_iter().any(|kept| !kept.contains("label = ")), "{}", desk.kept());
    let pid = i32::try_from(child.id()).unwrap();
    at_most_in(pid, "forget", CONTROL, &secrets_of(&key, &kept));
    let mut said = String::new();
    reader.read_to_string(&mut said).unwrap();
    let object: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!(object["forgotten"], true, "{object}");
    assert!(child.wait().unwrap().success());
}

/// Registers by pasting, and leaves.
fn registered() -> TestMachine {
    let desk = TestMachine::new();
    let mut pty = desk.register(&["--no-browser"]);
    pty.begin(CONTROL);
    pty.prove(&desk);
    let address = pty.open_sign_in();
    pty.answer(&sign_in(&address));
    pty.enter("proven and stored here");
    pty.send("\x1b[F\r");
    assert_eq!(pty.exit(), 0);
    desk
}

/// The key and every refresh token, of which no copy may be left.
fn secrets_of<'t>(key: &'t str, kept: &'t str) -> Vec<(&'t str, &'t str, usize)> {
    let tokens = kept.lines().filter_map(|line| line.strip_prefix("secret = ")).filter(|item| item.len() > 500);
    std::iter::once(("key", key, 0)).chain(tokens.map(|token| ("token", token, 0))).collect()
}
