//! Circles among things that wait for each other.

/// Every circle, one of each knot; `edges[n]` are the things that come before thing `n`. A circle is given in the order in which
/// its members wait: each for the next, the last for the first.
pub(super) fn cycles(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut alive = vec![true; edges.len()];
    let mut found = Vec::new();
    loop {
        peel(edges, &mut alive);
        let Some(start) = alive.iter().position(|alive| *alive) else { return found };
        let cycle = walk(edges, &alive, start);
        for member in &cycle {
            alive[*member] = false;
        }
        found.push(cycle);
    }
}

/// Takes away everything that waits for nothing alive, again and again; what remains stands in a circle or behind one.
fn peel(edges: &[Vec<usize>], alive: &mut [bool]) {
    let mut waits: Vec<usize> = edges.iter().map(|before| before.iter().filter(|other| alive[**other]).count()).collect();
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); edges.len()];
    for (thing, before) in edges.iter().enumerate() {
        for other in before {
            behind[*other].push(thing);
        }
    }
    let mut free: Vec<usize> = (0..edges.len()).filter(|thing| alive[*thing] && waits[*thing] == 0).collect();
    while let Some(thing) = free.pop() {
        alive[thing] = false;
        for next in behind[thing].iter().filter(|next| alive[**next]) {
            waits[*next] -= 1;
            if waits[*next] == 0 {
                free.push(*next);
            }
        }
    }
}

/// From a thing that waits, always to one that it waits for, until one comes again.
fn walk(edges: &[Vec<usize>], alive: &[bool], start: usize) -> Vec<usize> {
    let mut way = vec![start];
    let mut place = vec![None; edges.len()];
    place[start] = Some(0);
    loop {
        let last = *way.last().expect("it began with one");
        let next = edges[last].iter().copied().find(|other| alive[*other]).expect("what is left waits for something that is left");
        if let Some(first) = place[next] {
            return way.split_off(first);
        }
        place[next] = Some(way.len());
        way.push(next);
    }
}

#[cfg(test)]
mod tests {
    use super::cycles;
    use proptest::prelude::*;

    #[test]
    fn g11_every_circle_is_found_once() {
        assert_eq!(cycles(&[vec![], vec![0], vec![0, 1]]), Vec::<Vec<usize>>::new());
        assert_eq!(cycles(&[vec![0]]), [[0]]);
        assert_eq!(cycles(&[vec![1], vec![2], vec![0], vec![0]]), [[0, 1, 2]]);
        assert_eq!(cycles(&[vec![1], vec![0], vec![3], vec![2]]), [[0, 1], [2, 3]]);
    }

    proptest! {
        #[test]
        fn g11_a_circle_really_is_one_and_without_circles_there_is_an_order(
            edges in proptest::collection::vec(proptest::collection::vec(0usize..8, 0..4), 8)
        ) {
            let found = cycles(&edges);
            for cycle in &found {
                for (at, member) in cycle.iter().enumerate() {
                    prop_assert!(edges[*member].contains(&cycle[(at + 1) % cycle.len()]));
                }
            }
            if found.is_empty() {
                let mut done = Vec::new();
                for _ in 0..8 {
                    let next = (0..8).find(|thing| !done.contains(thing) && edges[*thing].iter().all(|before| done.contains(before)));
                    done.extend(next);
                }
                prop_assert_eq!(done.len(), 8);
            }
        }
    }
}
