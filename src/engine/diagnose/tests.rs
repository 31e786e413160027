use super::*;

#[test]
fn keys_are_unique() {
    let mut keys: Vec<_> = rows().map(|row| row.key).collect();
    keys.sort_unstable();
    let all = keys.len();
    keys.dedup();
    assert_eq!(keys.len(), all);
}
