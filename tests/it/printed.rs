//! What is printed: for the terminal it is printed on, and in words.

use crate::commands::{out, program, registered};
use crate::pty::Pty;

/// What a command prints on a terminal of so many columns.
fn on_terminal(command: &str, columns: u16) -> String {
    let home = registered();
    let folder = home.path().to_str().unwrap();
    let variables = [("HOME", folder), ("XDG_STATE_HOME", folder), ("XDG_CONFIG_HOME", folder)];
    let mut pty = Pty::spawn(&[env!("CARGO_BIN_EXE_octo-csp"), command], (columns, 60), &variables);
    assert_eq!(pty.exit(), 0);
    pty.screen().contents()
}

#[test]
fn status_and_report_are_laid_out_for_the_terminal_and_for_eighty_columns_where_there_is_none() {
    for command in ["status", "report"] {
        let narrow = on_terminal(command, 40);
        // A label and its ID are on two lines, and the ID is whole.
        assert!(narrow.contains("   Directory\n    8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204\n"), "{narrow}");
        let wide = on_terminal(command, 120);
        assert!(wide.lines().any(|line| line.chars().count() > 80), "{wide}");
        let home = registered();
        let text = out(&program(home.path(), &[command], b""));
        assert!(text.contains("   Directory     8b1f6a9e-2c57-4f0f-9a11-5f6c2b7ad204\n"), "{text}");
        let longest = text.lines().filter(|line| !line.contains("Journal")).map(|line| line.chars().count()).max();
        assert!(longest.is_some_and(|longest| longest <= 80), "{text}");
    }
}

#[test]
fn status_says_what_is_stored_in_words_and_a_report_by_its_names() {
    let home = registered();
    let [status, report] = ["status", "report"].map(|command| out(&program(home.path(), &[command], b"")));
    for (words, name) in [("secret key: ", "partner-center-secret/"), ("sign-in: ", "refresh-token/")] {
        assert!(status.contains(words) && !status.contains(name), "{status}");
        assert!(report.contains(name), "{report}");
    }
}
