//! A move to another store, broken at every call that it makes: before it is done, and after it, when only the answer is lost.

use std::sync::Arc;

use octo_csp::journal::{AttemptId, Fact, ItemName, Kind, Line, Registration, Slot};
use octo_csp::words::store::{KEYRING, SHARED_VAULT, VAULT_FILE};
use octo_csp::words::{Secret, StoreDescriptor};
use octo_csp::world::StoreOptions;
use octo_csp::world::moving::{Moved, Side, relocate};
use octo_csp::world::store::Answer;

use crate::calls::{Calls, Strike, counted_as};

/// Nothing happens.
pub(crate) const WHOLE: Strike = Strike::Ends { done: true };

/// What it is called at both ends.
pub(crate) const NAME: &str = "production~fabrikam";

/// Two ends, each seen whole and as it breaks.
pub(crate) struct Bench {
    pub(crate) calls: Arc<Calls>,
    plain: [StoreOptions; 2],
    sides: [Side; 2],
}

fn items() -> Vec<ItemName> {
    let item = |(kind, serial)| ItemName { slot: Slot::A, attempt: AttemptId(2), kind, serial };
    let kinds = [(Kind::PartnerCenterSecret, 1), (Kind::RefreshToken, 1), (Kind::RefreshToken, 2), (Kind::Manifest, 1)];
    kinds.into_iter().map(item).collect()
}

fn name_of(item: &ItemName) -> String {
    format!("{NAME}/{item}")
}

impl Bench {
    /// A registration at the first end, in use; both are in memory.
    async fn new(to: &'static StoreDescriptor) -> Self {
        let memory = StoreOptions::memory();
        // Two stores of one machine have one place for journals.
        let other = StoreOptions { secrets: StoreOptions::memory().secrets, ..memory.clone() };
        let other = if to.is_shared() { StoreOptions::memory() } else { other };
        let bench = Self::over([memory, other], to);
        bench.begin().await;
        bench
    }

    /// Two ends, whatever is there.
    pub(crate) fn over(plain: [StoreOptions; 2], to: &'static StoreDescriptor) -> Self {
        let calls = Arc::new(Calls::default());
        calls.whole();
        let side = |stores: &StoreOptions, descriptor: &'static StoreDescriptor| Side {
            name: NAME.to_owned(),
            place: format!("{} of anna", descriptor.noun),
            stores: counted_as(stores, descriptor, &calls),
        };
        let sides = [side(&plain[0], &KEYRING), side(&plain[1], to)];
        Self { calls, plain, sides }
    }

    /// A registration at the first end, in use.
    pub(crate) async fn begin(&self) {
        let (plain, attempt) = (&self.plain, AttemptId(2));
        let mut facts = vec![Fact::Named { name: None }, Fact::Began { attempt, slot: Slot::A, base: 0 }];
        for item in items() {
            plain[0].secrets.put(&name_of(&item), &Secret::shared(format!("secret of {item}"))).await.unwrap();
            facts.extend([Fact::Keeping { item: item.clone() }, Fact::Kept { item }]);
        }
        facts.push(Fact::Activated { attempt, slot: Slot::A });
        for (fact, sequence) in facts.into_iter().zip(1..) {
            let line = Line { sequence, at: jiff::Timestamp::UNIX_EPOCH, fact };
            plain[0].journals.append(NAME, sequence - 1, &line).await.unwrap();
        }
    }

    /// Moves it, and this happens at the call of that number.
    pub(crate) async fn moves(&self, from: usize, at: usize, strike: Strike) -> Answer<Moved> {
        self.calls.at(at, strike);
        relocate(&self.sides[from], &self.sides[1 - from]).await
    }

    async fn fold(&self, end: usize) -> Registration {
        Registration::fold(&self.plain[end].journals.read(NAME).await.unwrap().lines)
    }

    /// How many of the secrets an end has, each of them as it was.
    async fn has(&self, end: usize) -> usize {
        let names: Vec<String> = items().iter().map(name_of).collect();
        let found = self.plain[end].secrets.get(&names).await.unwrap();
        let mut good = 0;
        for (secret, item) in found.into_iter().zip(items()).filter_map(|(found, item)| Some((found.ok()?, item))) {
            assert!(secret.same_as(&format!("secret of {item}")));
            good += 1;
        }
        good
    }

    /// At which ends the registration may be used.
    async fn used_at(&self) -> Vec<usize> {
        let mut ends = Vec::new();
        for end in [0, 1] {
            let it = self.fold(end).await;
            let blocked = it.moving.as_ref().is_some_and(|begun| begun.apart);
            let own = it.store == *self.sides[end].stores.secrets.descriptor();
            if own && it.active.is_some() && !blocked {
                ends.push(end);
            }
        }
        ends
    }

    /// However it ended: it may be used at one end at most, which has everything, and while at neither, one of them has.
    pub(crate) async fn is_nowhere_twice(&self, context: &str) {
        let (used, whole) = (self.used_at().await, [self.has(0).await == 4, self.has(1).await == 4]);
        let good = used.len() <= 1 && used.iter().all(|end| whole[*end]) && whole.contains(&true);
        assert!(good, "{context}: {used:?}, {whole:?}");
    }

    pub(crate) async fn expect_at(&self, end: usize, context: &str) {
        let (there, other) = (self.has(end).await, self.has(1 - end).await);
        assert_eq!((there, other, self.used_at().await), (4, 0, vec![end]), "{context}");
    }
}

#[tokio::test]
async fn a_move_that_ends_anywhere_is_gone_on_with_and_no_secret_is_lost_or_in_use_twice() {
    for to in [&VAULT_FILE, &SHARED_VAULT] {
        let calls = {
            let bench = Bench::new(to).await;
            assert_eq!(bench.moves(0, usize::MAX, WHOLE).await, Ok(Moved::There(4)));
            bench.expect_at(1, to.key).await;
            bench.calls.made()
        };
        assert!(calls > 15, "{calls}");
        for (at, done) in (0..calls).flat_map(|at| [(at, false), (at, true)]) {
            let bench = Bench::new(to).await;
            let broken = bench.moves(0, at, Strike::Ends { done }).await;
            let context = format!("{} at {at}, {done}: {broken:?}", to.key);
            bench.is_nowhere_twice(&context).await;

            let ended = bench.moves(0, usize::MAX, WHOLE).await;
            assert!(matches!(ended, Ok(Moved::There(_) | Moved::Already)), "{context}: {ended:?}");
            bench.expect_at(1, &context).await;
            // And back again.
            assert_eq!(bench.moves(1, usize::MAX, WHOLE).await, Ok(Moved::There(4)), "{context}");
            bench.expect_at(0, &context).await;
        }
    }
}

#[tokio::test]
async fn a_move_that_ended_anywhere_is_taken_back_by_the_other_direction() {
    for to in [&VAULT_FILE, &SHARED_VAULT] {
        for (at, done) in (0..40).flat_map(|at| [(at, false), (at, true)]) {
            let bench = Bench::new(to).await;
            drop(bench.moves(0, at, Strike::Ends { done }).await);
            let back = bench.moves(1, usize::MAX, WHOLE).await;
            let context = format!("{} at {at}, {done}: {back:?}", to.key);
            assert!(back.is_ok(), "{context}");
            bench.expect_at(0, &context).await;
        }
    }
}

#[tokio::test]
async fn what_another_registration_has_is_never_written_over() {
    let bench = Bench::new(&SHARED_VAULT).await;
    let line = Line { sequence: 1, at: jiff::Timestamp::UNIX_EPOCH, fact: Fact::Named { name: None } };
    bench.plain[1].journals.append(NAME, 0, &line).await.unwrap();
    let refused = bench.moves(0, usize::MAX, WHOLE).await.unwrap_err();
    assert!(refused.detail.unwrap().as_str().contains("has one already"));
    bench.expect_at(0, "refused").await;
    assert_eq!(bench.fold(1).await.sequence, 1);
}
