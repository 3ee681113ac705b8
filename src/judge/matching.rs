//! One-to-one matching of expected with actual elements, in any order.
//!
//! Counting is not enough: `[<any>, 1]` against `[1, 2]` must give 1 to the second pattern. A maximum
//! matching in the bipartite graph of "this pattern accepts this element" (Hopcroft and Karp, 1973)
//! finds such an assignment wherever there is one.

/// The most elements on either side that are matched; the graph has up to the square of it as edges.
pub(super) const ELEMENTS_LIMIT: usize = 2_000;

/// The partner of each expected element, if it has one; an actual element is the partner of at most one.
pub(super) type Partners = Vec<Option<usize>>;

/// Finds a maximum matching between expected and actual elements, by index.
///
/// `accepts(e, a)` says whether the expected element `e` accepts the actual element `a`; it is called
/// at most once for each pair.
pub(super) fn match_one_to_one(
    expected: usize,
    actual: usize,
    mut accepts: impl FnMut(usize, usize) -> bool,
) -> Partners {
    let mut matching = Matching {
        of_expected: vec![None; expected],
        of_actual: vec![None; actual],
    };
    // Most answers keep the order of the case: that costs one comparison per element.
    let mut in_place = vec![None; expected.min(actual)];
    for (at, accepted) in in_place.iter_mut().enumerate() {
        let accepts = accepts(at, at);
        *accepted = Some(accepts);
        if accepts {
            matching.pair(at, at);
        }
    }
    if matching.of_expected.iter().all(Option::is_some) {
        return matching.of_expected;
    }
    let edges: Vec<Vec<usize>> = (0..expected)
        .map(|one| {
            let is_edge = |other: &usize| match in_place.get(one) {
                Some(Some(known)) if *other == one => *known,
                _ => accepts(one, *other),
            };
            (0..actual).filter(is_edge).collect()
        })
        .collect();
    while matching.augment(&edges) {}
    matching.of_expected
}

struct Matching {
    of_expected: Partners,
    of_actual: Vec<Option<usize>>,
}

impl Matching {
    fn pair(&mut self, expected: usize, actual: usize) {
        self.of_expected[expected] = Some(actual);
        self.of_actual[actual] = Some(expected);
    }

    /// One phase: as many shortest augmenting paths without common elements as there are.
    /// False when there is none, and the matching is a maximum one.
    fn augment(&mut self, edges: &[Vec<usize>]) -> bool {
        let Some(layers) = self.layers(edges) else {
            return false;
        };
        let mut next_edge = vec![0; edges.len()];
        let free: Vec<usize> = (0..edges.len())
            .filter(|&expected| self.of_expected[expected].is_none())
            .collect();
        for start in free {
            self.follow(start, edges, &layers, &mut next_edge);
        }
        true
    }

    /// How far each expected element is from a free one along alternating paths, breadth first;
    /// `None` when no path ends at a free actual element.
    fn layers(&self, edges: &[Vec<usize>]) -> Option<Vec<usize>> {
        let mut layers = vec![usize::MAX; edges.len()];
        let mut layer: Vec<usize> = Vec::new();
        for (expected, partner) in self.of_expected.iter().enumerate() {
            if partner.is_none() {
                layers[expected] = 0;
                layer.push(expected);
            }
        }
        let mut depth = 0;
        while !layer.is_empty() {
            depth += 1;
            let mut next = Vec::new();
            let mut found = false;
            for expected in layer {
                for &actual in &edges[expected] {
                    match self.of_actual[actual] {
                        None => found = true,
                        Some(taken_by) if layers[taken_by] == usize::MAX => {
                            layers[taken_by] = depth;
                            next.push(taken_by);
                        }
                        Some(_) => {}
                    }
                }
            }
            if found {
                return Some(layers);
            }
            layer = next;
        }
        None
    }

    /// Walks one path from a free expected element, depth first and layer by layer, and turns it over
    /// if it ends at a free actual element. A loop, not a recursion: a path may be as long as the list.
    fn follow(
        &mut self,
        start: usize,
        edges: &[Vec<usize>],
        layers: &[usize],
        next_edge: &mut [usize],
    ) {
        // Expected elements on the path; the actual element between two of them is the last edge looked at.
        let mut path = vec![start];
        while let Some(&expected) = path.last() {
            let Some(&actual) = edges[expected].get(next_edge[expected]) else {
                path.pop();
                continue;
            };
            next_edge[expected] += 1;
            match self.of_actual[actual] {
                None => {
                    for expected in path {
                        self.pair(expected, edges[expected][next_edge[expected] - 1]);
                    }
                    return;
                }
                Some(taken_by) if layers[taken_by] == layers[expected] + 1 => path.push(taken_by),
                Some(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matched(edges: &[&[usize]], actual: usize) -> usize {
        let partners = match_one_to_one(edges.len(), actual, |one, other| {
            edges[one].contains(&other)
        });
        partners.into_iter().flatten().count()
    }

    #[test]
    fn a_greedy_choice_is_turned_over() {
        assert_eq!(matched(&[&[0, 1], &[0]], 2), 2);
        assert_eq!(matched(&[&[0, 1], &[0, 2], &[0], &[1, 3]], 4), 4);
        assert_eq!(matched(&[&[0], &[0]], 2), 1);
        assert_eq!(matched(&[], 3), 0);
        assert_eq!(matched(&[&[]], 0), 0);
    }

    #[test]
    fn a_chain_as_long_as_the_limit_is_turned_over() {
        // Each element fits its own place and the next one; the last fits the first alone.
        let last = ELEMENTS_LIMIT - 1;
        let partners = match_one_to_one(ELEMENTS_LIMIT, ELEMENTS_LIMIT, |one, other| {
            if one == last {
                other == 0
            } else {
                other == one || other == one + 1
            }
        });
        assert!(partners.iter().all(Option::is_some));
    }

    /// The size of a maximum matching, by trying everything.
    fn brute_force(edges: &[Vec<bool>], from: usize, taken: u32) -> usize {
        if from == edges.len() {
            return 0;
        }
        let skipped = brute_force(edges, from + 1, taken);
        let used = (0..edges[from].len())
            .filter(|&actual| edges[from][actual] && taken & (1 << actual) == 0)
            .map(|actual| 1 + brute_force(edges, from + 1, taken | (1 << actual)))
            .max();
        skipped.max(used.unwrap_or(0))
    }

    proptest! {
        #[test]
        fn a_matching_is_one_to_one_along_edges_and_of_maximum_size(
            edges in (0usize..7).prop_flat_map(|actual| prop::collection::vec(prop::collection::vec(any::<bool>(), actual), 0..7))
        ) {
            let actual = edges.first().map_or(0, Vec::len);
            let partners = match_one_to_one(edges.len(), actual, |one, other| edges[one][other]);
            let mut taken: Vec<usize> = partners.iter().flatten().copied().collect();
            prop_assert!(partners.iter().enumerate().all(|(one, other)| other.is_none_or(|other| edges[one][other])));
            prop_assert_eq!(taken.len(), brute_force(&edges, 0, 0));
            taken.sort_unstable();
            taken.dedup();
            prop_assert_eq!(taken.len(), partners.iter().flatten().count());
        }
    }
}
