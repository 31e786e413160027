//! What is tried again: that it was is seen, also where everything is as it was before.

use jiff::Timestamp;

use super::story::{Story, at, setting};
use crate::effect::Preflight;
use crate::steps::bench::{CODE, refused};
use crate::ui::{Event, Intent};
use crate::words::{Cause, DiskFault, Failure, Service, VaultFault};

impl Story {
    /// So many milliseconds after the program started.
    fn later(&mut self, now: u64) -> &mut Self {
        let tasks = self.wizard.update(Event::Ticked(now));
        self.work(tasks);
        self
    }
}

#[test]
fn what_is_refused_again_says_when_and_another_refusal_is_another_page() {
    let mut story = Story::begun(setting());
    story.at_step_three().press("123 Go").paste(CODE).press("Go");
    at!(story, Failed);
    assert!(!story.shows("Tried again"), "{}", story.screen(80, 24));
    story.later(65_000).press("r");
    at!(story, Failed);
    assert!(story.shows("Tried again at 00:01:05, with the same result."), "{}", story.screen(80, 24));
    story.bench.fail("read Mpn", refused(403, 0));
    story.press("r");
    assert!(!story.shows("with the same result"), "{}", story.screen(80, 24));
}

#[test]
fn what_cannot_be_opened_is_opened_again_and_that_is_said() {
    let mut story = Story::new(setting());
    let damaged = Failure::new(Service::Disk, Cause::Disk(DiskFault::Damaged));
    let at = |second| Timestamp::from_second(second).ok();
    story.unopened = Some(Failure { at: at(0), ..damaged.clone() });
    story.begin();
    at!(story, Locked);
    assert!(!story.shows("Tried again"));
    story.unopened = Some(Failure { at: at(7), ..damaged });
    story.press("r");
    at!(story, Locked);
    assert!(story.shows("Tried again at 00:00:07, with the same result."), "{}", story.screen(80, 24));
    story.unopened = None;
    story.press("Enter");
    at!(story, Prerequisites);
}

#[test]
fn where_nothing_can_be_stored_enter_looks_again_and_the_page_says_when() {
    let mut story = Story::new(setting());
    let locked = Failure::new(Service::Keyring, Cause::Vault(VaultFault::Locked));
    story.looks.insert(Preflight::Keyring, locked);
    story.begin();
    let keys = |story: &Story| story.screen(80, 24).lines().last().unwrap_or_default().to_owned();
    assert!(keys(&story).contains("Enter look again") && !keys(&story).contains("start"), "{}", keys(&story));
    // Until it is seen again, it is as it was: an Enter too many starts nothing.
    let tasks = story.later(3_000).wizard.update(Event::Pressed(Intent::Submit));
    assert!(keys(&story).contains("Enter look again"), "{}", keys(&story));
    story.press("Enter");
    at!(story, Prerequisites);
    story.work(tasks);
    assert!(story.shows("Checked on this machine again at 00:00:03"), "{}", story.screen(80, 24));
    assert!(story.shows("Without a keyring nothing can be stored"), "{}", story.screen(80, 24));
    story.looks.clear();
    story.press("Enter");
    at!(story, Prerequisites);
    assert!(!story.shows("Without a keyring") && keys(&story).contains("Enter start"), "{}", story.screen(80, 24));
}
