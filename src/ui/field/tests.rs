//! Key by key, then anything at all.

use proptest::prelude::*;

use super::*;

fn field(text: &str, lefts: usize) -> TextField {
    let mut field = TextField::new(text);
    for _ in 0..lefts {
        field.press(Edit::Left);
    }
    field
}

/// The text with `|` where the caret is.
fn shown(field: &TextField) -> String {
    let mut text = field.text.to_string();
    text.insert(field.caret, '|');
    text
}

fn type_in(field: &mut TextField, text: &str) {
    for character in text.chars() {
        assert!(field.press(Edit::Insert(character)));
    }
}

#[test]
fn typing_inserts_at_the_caret() {
    let mut field = TextField::default();
    type_in(&mut field, "Contso");
    field.press(Edit::Left);
    field.press(Edit::Left);
    type_in(&mut field, "o");
    assert_eq!(shown(&field), "Conto|so");
    assert_eq!(field.text(), "Contoso");
    assert!(!field.is_empty());
}

#[test]
fn moving_goes_by_what_a_person_calls_a_character() {
    let mut field = field("a本e\u{301}🇯🇵z", 0);
    for wanted in ["a本e\u{301}🇯🇵|z", "a本e\u{301}|🇯🇵z", "a本|e\u{301}🇯🇵z", "a|本e\u{301}🇯🇵z"]
    {
        field.press(Edit::Left);
        assert_eq!(shown(&field), wanted);
    }
    field.press(Edit::Home);
    assert!(field.press(Edit::Left));
    assert_eq!(shown(&field), "|a本e\u{301}🇯🇵z");
    field.press(Edit::Right);
    field.press(Edit::Right);
    field.press(Edit::Right);
    assert_eq!(shown(&field), "a本e\u{301}|🇯🇵z");
    field.press(Edit::End);
    field.press(Edit::Right);
    assert_eq!(shown(&field), "a本e\u{301}🇯🇵z|");
}

#[test]
fn erasing_takes_whole_characters_and_says_when_there_are_none() {
    let mut one = field("ae\u{301}本", 1);
    assert!(one.press(Edit::EraseBack));
    assert_eq!(shown(&one), "a|本");
    assert!(one.press(Edit::EraseForward));
    assert_eq!(shown(&one), "a|");
    assert!(!one.press(Edit::EraseForward));
    assert!(one.press(Edit::EraseBack));
    assert!(!one.press(Edit::EraseBack));
    let mut two = field("abcde", 2);
    assert!(two.press(Edit::EraseToStart));
    assert_eq!(shown(&two), "|de");
    assert!(!two.press(Edit::EraseToStart));
}

#[test]
fn the_caret_never_rests_inside_what_an_edit_joined() {
    let mut flags = field("🇯x🇵", 1);
    assert_eq!(shown(&flags), "🇯x|🇵");
    flags.press(Edit::EraseBack);
    assert_eq!(shown(&flags), "🇯🇵|");
    let mut mark = field("ab", 1);
    mark.press(Edit::Insert('\u{301}'));
    assert_eq!(shown(&mark), "a\u{301}|b");
}

#[test]
fn control_and_invisible_characters_are_refused_and_odd_blanks_become_plain() {
    let mut field = TextField::default();
    for character in ['\n', '\r', '\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{feff}', '\u{2028}'] {
        assert!(!field.press(Edit::Insert(character)), "{character:?}");
    }
    assert!(field.press(Edit::Insert('\u{a0}')));
    assert!(field.press(Edit::Insert('x')));
    assert_eq!(field.text(), " x");
    assert_eq!(TextField::new("a\u{1b}[2J\nb").text(), "a[2Jb");
}

#[test]
fn in_a_secret_the_caret_stays_at_the_end() {
    let mut secret = SecretField::default();
    secret.press(Edit::Insert('x'));
    for edit in [Edit::EraseForward, Edit::Left, Edit::Right, Edit::Home, Edit::End] {
        assert!(!secret.press(edit), "{edit:?}");
    }
    assert!(secret.press(Edit::Insert('y')));
    assert_eq!(secret.share().reveal(), "xy");
}

#[test]
fn undo_takes_back_groups() {
    let mut field = TextField::new("x");
    assert!(!field.press(Edit::Undo));
    type_in(&mut field, "abc");
    field.press(Edit::EraseBack);
    field.press(Edit::EraseBack);
    field.press(Edit::Home);
    type_in(&mut field, "d");
    field.press(Edit::EraseForward);
    assert_eq!(shown(&field), "d|a");
    for wanted in ["d|xa", "|xa", "xabc|", "x|"] {
        assert!(field.press(Edit::Undo));
        assert_eq!(shown(&field), wanted);
    }
    assert!(!field.press(Edit::Undo));
}

#[test]
fn a_move_or_a_paste_ends_a_group_and_clearing_is_one_of_its_own() {
    let mut field = TextField::default();
    type_in(&mut field, "ab");
    field.press(Edit::End);
    type_in(&mut field, "c");
    assert!(matches!(field.paste("de"), Pasted::Taken(_)));
    assert!(matches!(field.paste("fg"), Pasted::Taken(_)));
    field.press(Edit::EraseBack);
    field.press(Edit::EraseToStart);
    for wanted in ["abcdef", "abcdefg", "abcde", "abc", "ab", ""] {
        field.press(Edit::Undo);
        assert_eq!(field.text(), wanted);
    }
}

#[test]
fn undo_has_a_bottom_and_drops_the_oldest() {
    let mut field = TextField::default();
    for _ in 0..LEVELS + 6 {
        field.paste("x");
    }
    for _ in 0..LEVELS {
        assert!(field.press(Edit::Undo));
    }
    assert!(!field.press(Edit::Undo));
    assert_eq!(field.text(), "xxxxxx");
}

#[test]
fn replacing_is_undone_in_one_go() {
    let mut field = field("abc", 2);
    assert!(field.set("wxyz"));
    assert_eq!(shown(&field), "wxyz|");
    assert!(field.set("wxyz"));
    field.press(Edit::Undo);
    assert_eq!(shown(&field), "a|bc");
    assert!(!field.set(&"x".repeat(4_097)));
    assert_eq!(shown(&field), "a|bc");
    assert!(field.set(&"x".repeat(4_096)));
}

#[test]
fn a_field_has_an_end() {
    let mut field = TextField::new(&"é".repeat(4_095));
    assert!(field.press(Edit::Insert('x')));
    assert!(!field.press(Edit::Insert('y')));
    assert_eq!(field.paste("y"), Pasted::TooLong);
    assert_eq!(field.text().chars().count(), 4_096);
    field.press(Edit::EraseBack);
    assert_eq!(field.paste("yz"), Pasted::TooLong);
    assert!(matches!(field.paste(" y "), Pasted::Taken(_)));
    assert_eq!(TextField::new(&"x".repeat(5_000)).text().len(), 4_096);
}

#[test]
fn a_paste_is_trimmed_and_says_so() {
    for (raw, kept, note) in [
        ("abc", "abc", None),
        ("a b", "a b", None),
        ("abc\n", "abc", Some("Removed 1 line break.")),
        (" abc \r\n", "abc", Some("Removed 2 line breaks and 2 spaces.")),
        ("\t ab\ncd\u{a0}", "abcd", Some("Removed 1 line break and 3 spaces.")),
        ("\u{feff}a\u{200b}b", "ab", Some("Removed 2 invisible characters.")),
        ("a\u{1b}[31m  b", "a[31m  b", Some("Removed 1 invisible character.")),
    ] {
        let (mut text, mut secret) = (TextField::default(), SecretField::default());
        for pasted in [text.paste(raw), secret.paste(raw)] {
            assert!(matches!(pasted, Pasted::Taken(_)));
            assert_eq!(pasted.note().as_deref(), note, "{raw:?}");
        }
        assert_eq!((text.text(), secret.share().reveal()), (kept, kept));
    }
}

#[test]
fn a_paste_of_nothing_or_too_much_changes_nothing() {
    let mut text = field("ab", 1);
    assert_eq!(text.paste(" \n\u{200b}"), Pasted::Nothing);
    assert_eq!(text.paste(&"x".repeat(1 << 20)), Pasted::TooLong);
    assert_eq!(shown(&text), "a|b");
    assert!(!text.press(Edit::Undo));
    let mut secret = SecretField::default();
    assert_eq!(secret.paste(" \n"), Pasted::Nothing);
    assert_eq!(secret.paste(&"x".repeat(LONGEST_SECRET + 1)), Pasted::TooLong);
    assert!(secret.is_empty());
    assert!(Pasted::Nothing.note().is_some());
    assert!(Pasted::TooLong.note().unwrap().contains("Too long"));
}

#[test]
fn a_paste_goes_in_at_the_caret() {
    let mut field = field("ad", 1);
    field.paste("bc\n");
    assert_eq!(shown(&field), "abc|d");
    let mut joined = self::field("🇵", 1);
    joined.paste("🇯");
    assert_eq!(shown(&joined), "🇯🇵|");
}

#[test]
fn a_short_text_is_seen_whole() {
    assert_eq!(field("abc", 0).window(10), ("abc", 3));
    assert_eq!(field("abc", 1).window(10), ("abc", 2));
    assert_eq!(field("abc", 3).window(10), ("abc", 0));
    assert_eq!(field("本番", 0).window(10), ("本番", 4));
    assert_eq!(field("e\u{301}x", 1).window(10), ("e\u{301}x", 1));
    assert_eq!(TextField::default().window(10), ("", 0));
}

#[test]
fn a_long_text_is_seen_through_a_window_that_holds_the_caret() {
    let text = "abcdefghijklmnopqrstuvwxyz";
    for (lefts, seen, column) in [
        (26, "abcdefghij", 0),
        (17, "abcdefghij", 9),
        (16, "fghijklmno", 5),
        (12, "fghijklmno", 9),
        (11, "klmnopqrst", 5),
        (1, "uvwxyz", 5),
        (0, "uvwxyz", 6),
    ] {
        assert_eq!(field(text, lefts).window(10), (seen, column), "{lefts}");
    }
    assert_eq!(field(text, 26).window(1), ("a", 0));
    assert_eq!(field(text, 0).window(1), ("", 0));
    assert_eq!(field(text, 0).window(0), ("", 0));
}

#[test]
fn wide_characters_are_never_cut_in_half() {
    assert_eq!(field("本番本番", 4).window(5), ("本番", 0));
    assert_eq!(field("本番本番", 4).window(4), ("本番", 0));
    assert_eq!(field("本番本番", 4).window(1), ("", 0));
    assert_eq!(field("本番本番", 0).window(5), ("番", 2));
    assert_eq!(field("本番本番", 1).window(5), ("本番", 2));
}

#[test]
fn a_secret_grows_and_shrinks_at_its_end_only() {
    let mut secret = SecretField::default();
    for character in "ab本".chars() {
        assert!(secret.press(Edit::Insert(character)));
    }
    for intent in
        [Edit::Left, Edit::Home, Edit::Right, Edit::End, Edit::EraseForward, Edit::Undo, Edit::Insert('\u{7}')]
    {
        assert!(!secret.press(intent), "{intent:?}");
    }
    assert_eq!(secret.characters(), 3);
    assert!(secret.press(Edit::EraseBack));
    assert!(secret.press(Edit::Insert('c')));
    assert_eq!(secret.share().reveal(), "abc");
    assert_eq!(secret.take().reveal(), "abc");
    assert!(secret.is_empty());
    assert!(!secret.press(Edit::EraseBack));
    assert!(!secret.press(Edit::EraseToStart));
    secret.paste("xy");
    assert!(secret.press(Edit::EraseToStart));
    assert!(secret.is_empty());
    assert!(!secret.press(Edit::Undo));
}

#[test]
fn a_secret_never_moves_in_memory() {
    let mut secret = SecretField::default();
    let (place, room) = (secret.text.as_ptr(), secret.text.capacity());
    assert_eq!(room, LONGEST_SECRET);
    let almost = "x".repeat(LONGEST_SECRET - 1);
    assert!(matches!(secret.paste(&almost), Pasted::Taken(_)));
    assert!(!secret.press(Edit::Insert('é')));
    assert!(secret.press(Edit::Insert('y')));
    assert!(!secret.press(Edit::Insert('z')));
    assert_eq!(secret.paste("z"), Pasted::TooLong);
    assert_eq!(secret.take().characters(), LONGEST_SECRET);
    assert_eq!((secret.text.as_ptr(), secret.text.capacity()), (place, room));
}

#[test]
fn a_secret_is_drawn_as_dots_and_debugged_as_nothing() {
    let mut secret = SecretField::default();
    secret.paste("hunter2");
    assert_eq!(secret.dots(20, "*"), ("*******".to_owned(), 7));
    assert_eq!(secret.dots(8, "•"), ("•••••••".to_owned(), 7));
    assert_eq!(secret.dots(7, "•"), ("••••••".to_owned(), 6));
    assert_eq!(secret.dots(1, "•"), (String::new(), 0));
    assert_eq!(secret.dots(0, "•"), (String::new(), 0));
    assert_eq!(format!("{secret:?}"), "SecretField");
}

fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        any::<char>(),
        proptest::sample::select(vec![
            'a', ' ', '\n', 'é', '本', '\u{301}', '\u{200d}', '👩', '🇯', '🇵', '\u{1100}', '\u{1161}', '\u{11a8}',
            '\u{fe0f}', '가', '\u{e33}', '\u{903}', '\u{600}', '\u{94d}', 'क',
        ]),
    ]
}

fn edit() -> impl Strategy<Value = Result<Edit, String>> {
    let intents = proptest::sample::select(vec![
        Edit::EraseBack,
        Edit::EraseForward,
        Edit::EraseToStart,
        Edit::Left,
        Edit::Right,
        Edit::Home,
        Edit::End,
        Edit::Undo,
        Edit::Left,
        Edit::EraseBack,
    ]);
    prop_oneof![
        4 => character().prop_map(|c| Ok(Edit::Insert(c))),
        4 => intents.prop_map(Ok),
        1 => proptest::collection::vec(character(), 0..40)
            .prop_map(|all| Err(all.into_iter().collect())),
    ]
}

proptest! {
    #[test]
    fn whatever_is_done_the_caret_and_the_window_stay_in_bounds(
        edits in proptest::collection::vec(edit(), 0..80),
        width in 0_u16..24,
    ) {
        let (mut text, mut secret) = (TextField::default(), SecretField::default());
        for edit in edits {
            match edit {
                Ok(intent) => {
                    text.press(intent);
                    secret.press(intent);
                }
                Err(raw) => {
                    text.paste(&raw);
                    secret.paste(&raw);
                }
            }
            let at_boundary = text.caret == text.text.len()
                || text.text.grapheme_indices(true).any(|(at, _)| at == text.caret);
            prop_assert!(at_boundary);
            prop_assert!(!text.text().chars().any(char::is_control));
            let (seen, column) = text.window(width);
            prop_assert!(cells(seen) <= usize::from(width));
            prop_assert!(column < width.max(1));
            let before = text.text.get(..text.caret).unwrap();
            prop_assert!(width == 0 || cells(before) > 0 || column == 0);
            let (dots, column) = secret.dots(width, ".");
            prop_assert!(dots.len() <= usize::from(width) && column < width.max(1));
            prop_assert_eq!(secret.text.capacity(), LONGEST_SECRET);
        }
    }

    #[test]
    fn all_undone_is_where_it_began(edits in proptest::collection::vec(edit(), 0..40)) {
        let mut field = TextField::new("start");
        for edit in edits {
            match edit {
                Ok(Edit::Undo) => {}
                Ok(intent) => {
                    field.press(intent);
                }
                Err(raw) => {
                    field.paste(&raw);
                }
            }
        }
        while field.press(Edit::Undo) {}
        prop_assert_eq!(field.text(), "start");
    }
}
