//! The folder with journal and draft: the disk, and other windows of this program.

use super::Sign::{Cause, CauseOf};
use super::{Goto, OPERATOR, OURS, Row, Who};
use crate::exit::Exit;
use crate::words::check::CheckId;
use crate::words::failure::Cause::{
    Broken, Disk, HalfForgotten, InUse, JournalMoved, NewerJournal, OtherStore, Refused, TimedOut,
    Unreadable,
};
use crate::words::failure::{DiskFault, Service};

const STORAGE: Row = Row { exit: Exit::Storage, ..OPERATOR };

pub(super) static ROWS: &[Row] = &[
    Row {
        key: "disk-full",
        signs: &[Cause(Disk(DiskFault::Full))],
        label: "disk full",
        what: "There is no room on the disk, or your quota is used up.",
        why: &[
            "Every act is written down before the next one, so without room nothing goes on.",
            "Folder: {detail}",
        ],
        fix: &["Free some megabytes on this disk.", "Try again: what was typed is still here."],
        ..STORAGE
    },
    Row {
        key: "disk-read-only",
        signs: &[Cause(Disk(DiskFault::ReadOnly))],
        label: "disk read-only",
        what: "The disk is read-only.",
        why: &["Folder: {detail}", "It was mounted so, or the system made it so after a fault."],
        fix: &[
            "Make the folder writable, or run octo-csp where your home folder is writable.",
            "In a container: mount a volume for the home folder.",
            "Try again.",
        ],
        who: Who::MachineAdministrator,
        ..STORAGE
    },
    Row {
        key: "disk-denied",
        signs: &[Cause(Disk(DiskFault::Denied))],
        label: "disk denied",
        what: "This user may not use the folder of octo-csp.",
        why: &["Folder: {detail}", "It was made by another user, often with sudo."],
        fix: &[
            "Give it back to yourself: sudo chown -R \"$USER\" and the path of the folder.",
            "Do not run octo-csp with sudo.",
            "Try again.",
        ],
        who: Who::MachineAdministrator,
        ..STORAGE
    },
    Row {
        key: "disk-not-ours",
        signs: &[Cause(Disk(DiskFault::NotOurs))],
        label: "folder not safe",
        what: "The folder of octo-csp is a link or open to others, or a vault file in it is.",
        why: &[
            "Seen: {detail}",
            "What others can change cannot be relied on, and a vault file is for your eyes only.",
        ],
        fix: &[
            "Look who owns it and where it leads: ls -ld and its path.",
            "Yours and no link: chmod 700 on the folder, chmod 600 on the file.",
            "Else move it away; a new one is made.",
        ],
        who: Who::MachineAdministrator,
        ..STORAGE
    },
    Row {
        key: "journal-damaged",
        signs: &[Cause(Disk(DiskFault::Damaged)), CauseOf(Service::Disk, Unreadable)],
        label: "journal damaged",
        what: "The journal of this registration is damaged.",
        why: &[
            "Journal: {detail}",
            "A line before its last one does not match its check sum: it was edited, or the disk has a fault.",
        ],
        fix: &[
            "Restore the file from a backup if you have one.",
            "Else move it away and register again; the account at Octo keeps working meanwhile.",
            "Ask Alphaus support if unsure.",
        ],
        goto: Goto::Leave,
        ..STORAGE
    },
    Row {
        key: "disk-other",
        signs: &[
            Cause(Disk(DiskFault::Other)),
            CauseOf(Service::Disk, Refused),
            CauseOf(Service::Disk, Broken),
            CauseOf(Service::Disk, TimedOut),
        ],
        label: "disk fault",
        what: "The disk did not do what was asked.",
        why: &["Seen: {detail}", "A fault of the disk or of a network folder."],
        fix: &[
            "Is the home folder on a network drive? Check that it is connected.",
            "Try again.",
            "If it stays, send the code and the ids to Alphaus support.",
        ],
        ..STORAGE
    },
    Row {
        key: "in-use",
        signs: &[Cause(InUse)],
        label: "in use",
        what: "Another octo-csp has this registration open.",
        why: &[
            "Open {detail}.",
            "Two at once could undo each other's work, so the second one stops here.",
        ],
        fix: &["Finish or leave the other window.", "Try again: what was typed is still here."],
        ..STORAGE
    },
    Row {
        key: "other-store",
        signs: &[Cause(OtherStore)],
        label: "other store",
        what: "This registration keeps its secrets in another place than the one asked for.",
        why: &[
            "They are {detail}",
            "A registration stays where it was begun: two places would be looked for in the wrong one.",
        ],
        fix: &[
            "In a vault file: add --store file. In the keyring: leave --store away.",
            "To move it: octo-csp forget, then register again with the other --store.",
        ],
        goto: Goto::Leave,
        exit: Exit::Usage,
        blames: &[CheckId::KeepSecret, CheckId::OctoSecret],
        ..STORAGE
    },
    Row {
        key: "half-forgotten",
        signs: &[Cause(HalfForgotten)],
        label: "half forgotten",
        what: "This registration is being forgotten, and that was not finished.",
        why: &[
            "Some of its secrets may be deleted already, so it is not used any more.",
            "Folder: {detail}",
        ],
        fix: &[
            "Finish it: octo-csp forget, with the same --sandbox, --cloud or --store.",
            "Then it can be registered again.",
        ],
        goto: Goto::Leave,
        ..STORAGE
    },
    Row {
        key: "newer-journal",
        signs: &[Cause(NewerJournal)],
        label: "newer journal",
        what: "A newer version of octo-csp has written this registration.",
        why: &["This version could misread it, so it changes nothing.", "Journal: {detail}"],
        fix: &[
            "Install the newest octo-csp.",
            "Start it again: it goes on where the other one was.",
        ],
        goto: Goto::Leave,
        ..STORAGE
    },
    Row {
        key: "journal-moved",
        signs: &[Cause(JournalMoved)],
        label: "journal moved on",
        what: "The registration was changed by somebody else while this one was open.",
        why: &[
            "Another octo-csp of this user has written to the journal. Nothing of it is overwritten.",
        ],
        fix: &[
            "Leave and start again: it opens on the present state.",
            "If no other window was open, send the code and the ids to Alphaus support.",
        ],
        goto: Goto::Leave,
        exit: Exit::Storage,
        who: Who::Operator,
        ..OURS
    },
];
