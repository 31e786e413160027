//! What a person's terminal looks like after every way out, seen from outside.
//!
//! The program in the terminal is this test binary itself: the body [`small`] runs the real loop with a small app.

use std::io::{self, Read as _};
use std::time::Duration;

use octo_csp::effect::{Effect, Outcome};
use octo_csp::exit::Exit;
use octo_csp::ui::field::{SecretField, TextField};
use octo_csp::ui::terminal::guard::Guard;
use octo_csp::ui::terminal::{App, NoTerminal, Settings, run};
use octo_csp::ui::{Edit, Event, Intent, Task};
use ratatui::Frame;
use rustix::process::Signal;

use crate::child;
use crate::pty::{Pty, signal_to};

/// One visible field, one secret, and a key for every way out.
#[derive(Default)]
struct Small {
    text: TextField,
    secret: SecretField,
    in_secret: bool,
    said: String,
}

impl Small {
    fn edit(&mut self, edit: Edit) {
        let _meant_something = if self.in_secret { self.secret.press(edit) } else { self.text.press(edit) };
    }
}

impl App for Small {
    fn update(&mut self, event: Event) -> Vec<Task> {
        match event {
            Event::Pressed(Intent::Next) => self.in_secret = !self.in_secret,
            Event::Pressed(Intent::Submit) => self.said = "submitted".to_owned(),
            Event::Pressed(Intent::Back) => {
                return vec![Task::Quit(Exit::Done, vec!["a last line".to_owned()])];
            }
            Event::Pressed(Intent::Extra(2)) => panic!("a literal"),
            Event::Pressed(Intent::Extra(3)) => panic!("composed {}", self.secret.share().reveal()),
            Event::Pressed(Intent::Extra(4)) => {
                let other = std::thread::spawn(|| panic!("elsewhere"));
                self.said = format!("other thread failed: {}", other.join().is_err());
            }
            Event::Pressed(Intent::Extra(5)) => return vec![Task::Copy("copied".to_owned())],
            Event::Pressed(Intent::Extra(6)) => return vec![Task::Print(vec!["plain".to_owned()])],
            Event::Pressed(Intent::Suspend) => return vec![Task::Suspend],
            Event::Pressed(Intent::Typed(character)) => self.edit(Edit::Insert(character)),
            Event::Pressed(Intent::Edit(edit)) => self.edit(edit),
            Event::Pasted(secret) if self.in_secret => drop(self.secret.paste(secret.reveal())),
            Event::Pasted(secret) => {
                self.said = self.text.paste(secret.reveal()).note().unwrap_or_default();
            }
            Event::Pressed(_)
            | Event::Entered(_)
            | Event::Came(..)
            | Event::Ticked(_)
            | Event::Resized
            | Event::CutOff => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        let (seen, column) = self.text.window(area.width);
        let (dots, _) = self.secret.dots(area.width, "*");
        let lines =
            format!("{seen}\n{dots}\n{}\npid {}\n{}x{} here", self.said, std::process::id(), area.width, area.height);
        frame.render_widget(ratatui::text::Text::raw(lines), area);
        frame.set_cursor_position((column, 0));
    }

    fn typing(&self) -> bool {
        true
    }

    fn in_flight(&self) -> bool {
        false
    }
}

/// The program that the tests put into a terminal.
#[test]
fn child() {
    child::body(|_| small());
}

fn small() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let perform = async |_: Effect| -> Outcome { std::future::pending().await };
    let settings = Settings { mouse: false, tick: Duration::from_millis(100) };
    let mut app = Small::default();
    let ended = runtime.block_on(run(&mut io::stdout(), settings, &mut app, perform));
    match ended {
        Ok(exit) => println!("ended {exit:?}"),
        Err(NoTerminal::Input) => println!("no input"),
        Err(NoTerminal::Output) => println!("no output"),
        Err(NoTerminal::Switch(error)) => println!("no switch: {error}"),
    }
}

fn start(size: (u16, u16)) -> Pty {
    spawn("terminal::child", size)
}

/// A body of ours in a terminal.
fn spawn(body: &str, size: (u16, u16)) -> Pty {
    let command = child::command_line(body);
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    Pty::spawn(&command, size, &[child::CHILD])
}

/// Starts it and waits for the first frame.
fn ready() -> Pty {
    let mut pty = start((80, 24));
    pty.wait("80x24 here");
    assert!(pty.screen().alternate_screen() && pty.screen().bracketed_paste());
    assert_ne!(pty.settings(), pty.before);
    pty
}

fn assert_restored(pty: &Pty) {
    let screen = pty.screen();
    assert!(!screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor());
    assert_eq!(pty.settings(), pty.before);
}

#[test]
fn quitting_gives_the_terminal_back_and_says_its_last_line() {
    let mut pty = ready();
    pty.send("\x1b");
    assert_eq!(pty.exit(), 0);
    assert_restored(&pty);
    assert!(pty.screen().contents().contains("a last line"));
    assert!(pty.screen().contents().contains("ended Done"));
}

#[test]
fn every_ending_signal_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT, Signal::QUIT] {
        let mut pty = ready();
        pty.signal(signal);
        assert_eq!(pty.exit(), 0, "{signal:?}");
        assert_restored(&pty);
        assert!(pty.screen().contents().contains("ended Cancelled"), "{signal:?}");
    }
}

#[test]
fn a_panic_gives_the_terminal_back_first_and_says_only_what_is_fixed() {
    for (key, said) in [("\x1b2", "a literal"), ("\x1b3", "(no fixed message)")] {
        let mut pty = ready();
        pty.send("\t\x1b[200~hunter2hunter2\x1b[201~");
        pty.wait("**************");
        pty.send(key);
        assert_eq!(pty.exit(), 101);
        assert_restored(&pty);
        let contents = pty.screen().contents();
        assert!(contents.contains("octo-csp: internal error at tests/it/terminal.rs"), "{contents}");
        assert!(contents.contains(said), "{contents}");
        assert!(!String::from_utf8_lossy(&pty.bytes).contains("hunter2"));
    }
}

#[test]
fn a_panic_on_another_thread_leaves_the_screen_whole() {
    let mut pty = ready();
    pty.send("\x1b4");
    pty.wait("other thread failed: true");
    assert!(pty.screen().alternate_screen());
    assert!(!pty.screen().contents().contains("elsewhere"));
    pty.send("\x1b");
    assert_eq!(pty.exit(), 0);
}

#[test]
fn a_lost_connection_ends_the_program() {
    let pty = ready();
    let status = pty.hang_up("x");
    assert_eq!(status.signal(), None, "{status:?}");
}

#[test]
fn a_lost_connection_in_the_middle_of_a_paste_ends_the_program() {
    let mut pty = ready();
    pty.send("x");
    pty.wait("x");
    // Half a paste: whoever reads it waits for the rest.
    pty.send(&format!("\x1b[200~{}", "y".repeat(2_000)));
    pty.resize((60, 20));
    let status = pty.hang_up("");
    assert_eq!(status.signal(), None, "{status:?}");
}

#[test]
fn a_stalled_paste_does_not_keep_signals_out() {
    let mut pty = ready();
    pty.send(&format!("\x1b[200~{}", "y".repeat(2_000)));
    pty.signal(Signal::TERM);
    assert_eq!(pty.exit(), 0);
    assert_restored(&pty);
}

#[test]
fn odd_sizes_are_painted_and_a_terminal_without_a_size_is_taken_for_an_ordinary_one() {
    for (size, wanted) in [((20, 5), "20x5 here"), ((40, 12), "40x12 here"), ((0, 0), "80x24 here")] {
        let mut pty = start(size);
        pty.wait(wanted);
        pty.resize((1, 1));
        pty.resize((100, 30));
        pty.wait("100x30 here");
        pty.send("\x1b");
        assert_eq!(pty.exit(), 0);
    }
}

#[test]
fn a_key_that_comes_with_a_resize_is_not_lost() {
    let mut pty = ready();
    let mut typed = String::new();
    for round in 0_u16..20 {
        typed.push('k');
        pty.resize((81 + round, 24));
        pty.send("k");
        pty.wait(&typed);
    }
    pty.send("\x1b");
    assert_eq!(pty.exit(), 0);
}

#[test]
fn pastes_of_all_kinds_arrive_and_the_caret_stands_where_it_should() {
    let mut pty = ready();
    pty.send("\x1b[200~ Contoso CSP 本番 \r\n\x1b[201~");
    pty.wait("Removed 2 line breaks and 2 spaces.");
    pty.wait_until("the caret", |screen| screen.cursor_position() == (0, 16));
    pty.send(" typed without brackets, quickly\r");
    pty.wait("Contoso CSP 本番typed without brackets, quickly");
    assert!(!pty.screen().contents().contains("submitted"));
    pty.send(&format!("\x1b[200~{}\x1b[201~", "x".repeat(1 << 16)));
    pty.wait("Too long");
    pty.send("\r");
    pty.wait("submitted");
    pty.send("\x1b");
    assert_eq!(pty.exit(), 0);
}

#[test]
fn copying_and_plain_lines_go_through_the_terminal() {
    let mut pty = ready();
    pty.send("\x1b5\x1b6");
    pty.wait("Press Enter, Esc or q to go back.");
    pty.wait_until("the normal screen", |screen| !screen.alternate_screen());
    assert!(String::from_utf8_lossy(&pty.bytes).contains("\x1b]52;c;Y29waWVk\x07"));
    pty.send("\r");
    pty.wait("80x24 here");
    pty.send("\x1b");
    assert_eq!(pty.exit(), 0);
    assert_restored(&pty);
    let left = pty.screen().contents();
    assert!(!left.contains("go back"), "an address that was printed is no longer there: {left}");
}

#[test]
fn ctrl_z_does_nothing_where_no_shell_could_continue() {
    let mut pty = ready();
    pty.send("\x1a");
    pty.send("still here");
    pty.wait("still here");
    pty.send("\x1b");
    assert_eq!(pty.exit(), 0);
}

/// A shell with job control in the terminal, the program in the shell.
fn in_a_shell() -> (Pty, i32, String) {
    let run = child::command_line("terminal::child").join(" ");
    let mut pty = Pty::spawn(
        &["bash", "--norc", "--noprofile", "--noediting", "-i"],
        (100, 24),
        &[("PS1", "shell> "), ("RUN", &run), ("PATH", "/usr/bin:/bin"), child::CHILD],
    );
    pty.wait("shell> ");
    let before = pty.settings();
    pty.send("$RUN\n");
    pty.wait("100x24 here");
    let contents = pty.screen().contents();
    let pid = contents.lines().find_map(|line| line.strip_prefix("pid "));
    let pid = pid.unwrap().trim().parse().unwrap();
    (pty, pid, before)
}

/// Waits until the shell reads again: what is typed before that may be thrown away with the rest of a paste.
fn prompt(pty: &mut Pty) {
    pty.wait_until("a fresh prompt", |screen| {
        let row = usize::from(screen.cursor_position().0);
        let contents = screen.contents();
        contents.lines().nth(row).is_some_and(|line| line.trim() == "shell>")
    });
}

#[test]
fn stopping_and_continuing_works_as_in_any_terminal_program() {
    let (mut pty, pid, before) = in_a_shell();
    for by_key in [true, false] {
        if by_key {
            pty.send("\x1a");
        } else {
            signal_to(pid, Signal::TSTP);
        }
        prompt(&mut pty);
        assert!(!pty.screen().alternate_screen() && !pty.screen().bracketed_paste());
        assert_eq!(pty.settings(), before);
        pty.send("fg\n");
        pty.wait("100x24 here");
        assert!(pty.screen().alternate_screen());
        pty.send("ab");
        pty.wait("ab");
        pty.send("\x15");
        pty.send("\x7f");
    }
    pty.send("\x1b");
    prompt(&mut pty);
    assert!(pty.screen().contents().contains("ended Done"));
    pty.send("exit\n");
    assert_eq!(pty.exit(), 0);
    assert_eq!(pty.settings(), before);
}

#[test]
fn a_stop_that_nobody_announced_is_painted_over_when_it_ends() {
    let (mut pty, pid, _) = in_a_shell();
    signal_to(pid, Signal::STOP);
    prompt(&mut pty);
    pty.send("clear\n");
    pty.wait_until("an empty screen", |screen| !screen.contents().contains("here"));
    pty.send("fg\n");
    pty.wait("100x24 here");
    pty.send("typing works");
    pty.wait("typing works");
    pty.send("\x1b");
    prompt(&mut pty);
    assert!(pty.screen().contents().contains("ended Done"));
    pty.send("exit\n");
    pty.exit();
}

#[test]
fn without_a_terminal_there_is_no_wizard() {
    let command = child::command_line("terminal::child").join(" ");
    for (redirection, said) in [("</dev/null", "no input"), ("| cat", "no output")] {
        let run = format!("{command} {redirection}");
        let environment = [("PATH", "/usr/bin:/bin"), child::CHILD];
        let mut pty = Pty::spawn(&["/bin/sh", "-c", &run], (80, 24), &environment);
        pty.wait(said);
        assert_eq!(pty.exit(), 0);
        assert!(!pty.bytes.contains(&0x1b));
    }
}

/// A program that takes the line only, and fails when a key is pressed.
#[test]
fn child_of_lines() {
    child::body(|_| {
        let _guard = Guard::enter_line().unwrap();
        println!("line taken");
        let read = io::stdin().lock().bytes().next();
        panic!("composed {read:?}");
    });
}

#[test]
fn a_panic_gives_the_line_back_and_says_only_what_is_fixed() {
    let mut pty = spawn("terminal::child_of_lines", (80, 24));
    pty.wait("line taken");
    assert_ne!(pty.settings(), pty.before);
    pty.send("k");
    assert_ne!(pty.exit(), 0);
    assert_restored(&pty);
    let said = pty.screen().contents();
    assert!(said.contains("internal error at") && !said.contains("composed"), "{said}");
}
