//! What the program of commit 87d24f6 has written with `--store file` is opened, looked at and gone on with. Made by its own
//! `register`, `consent finish`, `doctor` and `token` against its own `simulate`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use octo_csp::journal::{Fact, Kind, read_file, write_line};
use octo_csp::words::store::VAULT_FILE;
use octo_csp::words::{AccountName, Cause, Secret, Step, VaultFault};
use octo_csp::world::clock;
use octo_csp::world::registration_index::Presence;
use octo_csp::world::store::{Patience, Vault, VaultKey};
use octo_csp::world::stores::StoreSettings;
use tempfile::TempDir;

use crate::kept::Kept;

/// The items in the vault have this name.
const NAME: &str = "production-at-localhost-35595";
const PASSPHRASE: &str = "correct horse battery staple";

fn written(which: &str, name: &str) -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/data/earlier");
    fs::read(data.join(which).join(name)).unwrap()
}

/// A state folder with this registration as it was left.
fn left(which: &str) -> (TempDir, StoreSettings) {
    let home = TempDir::new().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let folder = home.path().join(NAME);
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    for name in ["journal", "vault.age"] {
        use std::io::Write as _;
        let path = folder.join(name);
        fs::File::create(&path).unwrap().write_all(&written(which, name)).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let settings = StoreSettings {
        state: home.path().to_owned(),
        program: PathBuf::from(env!("CARGO_BIN_EXE_octo-csp")),
        opener: Some(VaultKey::passphrase(Secret::shared(PASSPHRASE.to_owned()), None)),
        engine: None,
        key_vault: None,
        patience: Patience::new(false),
        session: <_>::default(),
    };
    (home, settings)
}

#[test]
fn every_line_is_read_and_would_be_written_the_same() {
    for which in ["open", "registered"] {
        let journal = written(which, "journal");
        let contents = read_file(&journal);
        assert!(!contents.damaged && !contents.newer && contents.good_bytes == journal.len());
        let again: String = contents.lines.iter().map(write_line).collect();
        assert_eq!(again.as_bytes(), journal);
    }
}

#[tokio::test]
async fn a_registration_is_looked_at_and_gone_on_with() {
    let (home, settings) = left("registered");
    let volume = settings.index(&VAULT_FILE).volume(NAME).await.unwrap();
    let registration = volume.registration;
    assert_eq!((registration.sequence, registration.knows_store()), (29, true));
    assert_eq!(registration.name.as_ref().unwrap().as_str(), "Contoso CSP");
    let active = registration.active.unwrap();
    let index = settings.index(&VAULT_FILE);
    for (item, presence) in index.presence(NAME, &registration.store, &active.set()).await {
        assert_eq!(presence, Presence::There, "{item}");
    }

    // A renewed token is kept beside the older ones, seen by a second process, and noted.
    let vault = Vault::new(NAME, settings.secrets(&VAULT_FILE));
    let newest = active.set().into_iter().find(|item| item.kind == Kind::RefreshToken).unwrap();
    let mut next = newest.clone();
    next.serial += 1;
    vault.keep(&next, &Secret::shared("renewed".to_owned())).await.unwrap();
    vault.read_back(&[newest, next.clone()]).await.unwrap();
    let kept = Kept::open(home.path(), NAME).unwrap();
    assert_eq!(kept.append(&Fact::Keeping { item: next }, clock::now()).unwrap(), 30);
    let name = AccountName::parse("Contoso 2").ok();
    assert_eq!(kept.append(&Fact::Named { name }, clock::now()).unwrap(), 31);
    let journal = fs::read(home.path().join(NAME).join("journal")).unwrap();
    assert!(journal.starts_with(&written("registered", "journal")));
    assert_eq!(Kept::open(home.path(), NAME).unwrap().registration().sequence, 31);

    let opener = Some(VaultKey::passphrase(Secret::shared("another".to_owned()), None));
    let stranger = StoreSettings { opener, ..settings }.secrets(&VAULT_FILE);
    let refused = stranger.unlock(NAME).await.unwrap_err();
    assert_eq!(refused.cause, Cause::Vault(VaultFault::WrongPassphrase));
}

#[tokio::test]
async fn a_registration_that_waits_for_its_sign_in_is_found_there() {
    let (home, settings) = left("open");
    let registration = Kept::open(home.path(), NAME).unwrap().registration();
    assert_eq!(registration.open_step(), Step::PartnerApi);
    let open = registration.open.unwrap();
    assert!(open.consenting.is_some() && open.redeeming.is_none());
    let vault = Vault::new(NAME, settings.secrets(&VAULT_FILE));
    for (item, completed) in &open.items {
        assert!(completed);
        assert!(!vault.recall(item).await.unwrap().is_empty(), "{item}");
    }
}
