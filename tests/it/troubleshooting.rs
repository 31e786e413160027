//! The page about failures is what the table of the program says.

#[path = "../../examples/troubleshooting/document.rs"]
mod document;

#[test]
fn the_troubleshooting_page_is_what_the_table_says() {
    let shown = include_str!("../../docs/TROUBLESHOOTING.md");
    assert!(shown == document::document(), "renew it: cargo run --example troubleshooting > docs/TROUBLESHOOTING.md");
}
