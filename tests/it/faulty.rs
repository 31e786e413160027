//! A keyring that misbehaves as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex};

use octo_csp::words::store::KEYRING;
use octo_csp::words::{StoreDescriptor, VaultFault};
use octo_csp::world::store::{Answer, Entries, fault as vault_fault};
use zeroize::Zeroizing;

/// What one call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// What it should.
    Works,
    /// Fails, and does nothing.
    Fails(VaultFault),
    /// Does it, and fails all the same: the answer was lost.
    FailsAfterwards(VaultFault),
    /// Says yes and does nothing; a read finds nothing.
    Forgets,
    /// Keeps or gives other bytes of the same length.
    Lies,
    /// Keeps or gives only the first half.
    Halves,
    /// Keeps or gives nothing.
    Empties,
    /// Waits until [`Faulty::release`], then does it.
    Hangs,
    /// Panics.
    Panics,
}

/// A store that follows a script, one line a call; when the script has ended, the last word stays.
pub(crate) struct Faulty {
    entries: Mutex<BTreeMap<String, Vec<u8>>>,
    script: Mutex<VecDeque<Behaviour>>,
    calls: Mutex<Vec<String>>,
    released: (Mutex<bool>, Condvar),
}

impl Faulty {
    /// A store that behaves as in `script`, and then as `afterwards` for ever.
    pub(crate) fn new(script: &[Behaviour], afterwards: Behaviour) -> Arc<Self> {
        let script = script.iter().copied().chain([afterwards]).collect();
        Arc::new(Self {
            entries: Mutex::default(),
            script: Mutex::new(script),
            calls: Mutex::default(),
            released: (Mutex::new(false), Condvar::new()),
        })
    }

    /// Lets the calls that hang go on, and those to come.
    pub(crate) fn release(&self) {
        *self.released.0.lock().unwrap() = true;
        self.released.1.notify_all();
    }

    /// The calls so far, such as `write production/…`.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }

    /// What is kept under a name.
    pub(crate) fn kept(&self, name: &str) -> Option<Vec<u8>> {
        self.entries.lock().unwrap().get(name).cloned()
    }

    fn next(&self, call: &str, name: &str) -> Answer<Behaviour> {
        self.calls.lock().unwrap().push(format!("{call} {name}"));
        let behaviour = {
            let mut script = self.script.lock().unwrap();
            let next = script.front().copied().unwrap();
            if script.len() > 1 {
                script.pop_front();
            }
            next
        };
        if behaviour == Behaviour::Hangs {
            let (lock, signal) = &self.released;
            drop(signal.wait_while(lock.lock().unwrap(), |released| !*released));
        }
        assert_ne!(behaviour, Behaviour::Panics, "the store was told to panic");
        if let Behaviour::Fails(fault) = behaviour {
            return Err(vault_fault(fault));
        }
        Ok(behaviour)
    }
}

/// It is read back by nobody else.
static FAULTY: StoreDescriptor = StoreDescriptor { verify: "", ..KEYRING };

impl Entries for Faulty {
    fn descriptor(&self) -> &'static StoreDescriptor {
        &FAULTY
    }

    fn write(&self, name: &str, _label: &str, bytes: &[u8]) -> Answer<()> {
        let behaviour = self.next("write", name)?;
        if behaviour != Behaviour::Forgets {
            let bytes = changed(behaviour, bytes);
            self.entries.lock().unwrap().insert(name.to_owned(), bytes);
        }
        afterwards(behaviour)
    }

    fn read(&self, name: &str) -> Answer<Zeroizing<Vec<u8>>> {
        let behaviour = self.next("read", name)?;
        let kept = self.kept(name).filter(|_| behaviour != Behaviour::Forgets);
        afterwards(behaviour)?;
        kept.map(|bytes| Zeroizing::new(changed(behaviour, &bytes))).ok_or_else(|| vault_fault(VaultFault::Missing))
    }

    fn delete(&self, name: &str) -> Answer<()> {
        let behaviour = self.next("delete", name)?;
        if behaviour == Behaviour::Forgets {
            return Ok(());
        }
        let gone = self.entries.lock().unwrap().remove(name);
        afterwards(behaviour)?;
        gone.map(drop).ok_or_else(|| vault_fault(VaultFault::Missing))
    }

    fn title(&self, _registration: &str) -> String {
        "faulty store".to_owned()
    }
}

/// The same behind sessions, which are lines of the script too.
pub(crate) struct Sessions(pub(crate) Arc<Faulty>);

impl Entries for Sessions {
    fn descriptor(&self) -> &'static StoreDescriptor {
        self.0.descriptor()
    }

    fn write(&self, name: &str, label: &str, bytes: &[u8]) -> Answer<()> {
        self.0.write(name, label, bytes)
    }

    fn read(&self, name: &str) -> Answer<Zeroizing<Vec<u8>>> {
        self.0.read(name)
    }

    fn delete(&self, name: &str) -> Answer<()> {
        self.0.delete(name)
    }

    fn session(&self) -> Option<Answer<Box<dyn Entries>>> {
        let opened = self.0.next("session", "");
        Some(opened.map(|_| Box::new(Self(Arc::clone(&self.0))) as Box<dyn Entries>))
    }

    fn title(&self, registration: &str) -> String {
        self.0.title(registration)
    }
}

fn changed(behaviour: Behaviour, bytes: &[u8]) -> Vec<u8> {
    if behaviour == Behaviour::Lies {
        return bytes.iter().map(|byte| (byte + 1) & 0x7f).collect();
    }
    let length = match behaviour {
        Behaviour::Halves => bytes.len() / 2,
        Behaviour::Empties => 0,
        Behaviour::Works
        | Behaviour::Fails(_)
        | Behaviour::FailsAfterwards(_)
        | Behaviour::Forgets
        | Behaviour::Lies
        | Behaviour::Hangs
        | Behaviour::Panics => bytes.len(),
    };
    bytes[..length].to_vec()
}

fn afterwards(behaviour: Behaviour) -> Answer<()> {
    if let Behaviour::FailsAfterwards(fault) = behaviour {
        return Err(vault_fault(fault));
    }
    Ok(())
}
