//! The folder with journal and draft: the disk, and other windows of this program.

use super::row::Sign::{Cause, CauseOf};
use super::row::{Goto, OPERATOR, OURS, Row, Who};
use crate::exit::Exit;
use crate::words::{CheckId as C, DiskFault, Service};
use crate::words::Cause::{
    Broken, Disk, HalfForgotten, InUse, JournalMoved, NewerJournal, OtherStore, Refused, TimedOut, Unreadable,
};

const STORAGE: Row = Row { exit: Exit::Storage, ..OPERATOR };

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    STORAGE.row("disk-full", &[Cause(Disk(DiskFault::Full))]).label("disk full"),
    STORAGE.row("disk-read-only", &[Cause(Disk(DiskFault::ReadOnly))]).label("disk read-only").who(Who::MachineAdministrator),
    STORAGE.row("disk-denied", &[Cause(Disk(DiskFault::Denied))]).label("disk denied").who(Who::MachineAdministrator),
    STORAGE.row("disk-not-ours", &[Cause(Disk(DiskFault::NotOurs))]).label("folder not safe").who(Who::MachineAdministrator),
    STORAGE.row("journal-damaged", &[Cause(Disk(DiskFault::Damaged)), CauseOf(Service::Disk, Unreadable)])
        .label("journal damaged").goto(Goto::Leave),
    STORAGE.row("disk-other", &[Cause(Disk(DiskFault::Other)), CauseOf(Service::Disk, Refused), CauseOf(Service::Disk,
        Broken), CauseOf(Service::Disk, TimedOut)])
        .label("disk fault"),
    STORAGE.row("in-use", &[Cause(InUse)]).label("in use"),
    STORAGE.row("other-store", &[Cause(OtherStore)]).label("other store").goto(Goto::Leave).exit(Exit::Usage)
        .blames(&[C::KeepSecret, C::OctoSecret]),
    STORAGE.row("half-forgotten", &[Cause(HalfForgotten)]).label("half forgotten").goto(Goto::Leave),
    STORAGE.row("newer-journal", &[Cause(NewerJournal)]).label("newer journal").goto(Goto::Leave),
    OURS.row("journal-moved", &[Cause(JournalMoved)]).label("journal moved on").who(Who::Operator).goto(Goto::Leave)
        .exit(Exit::Storage),
];
