//! How many requests waited for one another, by the program's own log: it tells when it begins and ends each.

use std::collections::BTreeMap;

/// The length of the longest chain in which each request was begun after the one before had ended: requests that were begun before another one ended
/// did not wait for it. The log is what `SHIPGATE_LOG=shipgate=trace` writes.
pub fn depth(log: &str) -> usize {
    let name = |line: &str| {
        let path = line.split(" path=").nth(1).expect("a path").split('"').nth(1).expect("in quotes").to_owned();
        (line.split(" method=").nth(1).expect("a method")[..4].to_owned(), path)
    };
    let mut begun: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    let mut deepest = 0;
    for line in log.lines() {
        if line.contains(" asking ") {
            begun.entry(name(line)).or_default().push(deepest + 1);
        } else if line.contains(" call ") {
            let levels = begun.get_mut(&name(line)).expect("it was begun");
            deepest = deepest.max(levels.remove(0));
        }
    }
    assert!(begun.values().all(Vec::is_empty), "every request has ended: {begun:?}");
    deepest
}
