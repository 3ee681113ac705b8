//! The share of the work that a shard has: every so many-th item.

use crate::model::Shard;

/// The items of a list that belong to a shard. Every shard takes each N-th one, so that all have as much to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// How many items come before the next own one.
    until: usize,
    of: usize,
}

impl Share {
    /// The share of a shard; without one, everything.
    pub(super) fn of(shard: Option<Shard>) -> Share {
        let (number, of) = shard.map_or((1, 1), |shard| (shard.number(), shard.of()));
        Share {
            until: number as usize - 1,
            of: of as usize,
        }
    }

    /// The share of a list that is at this place in a list of lists: not every list begins with the first shard.
    pub(super) fn from(self, place: usize) -> Share {
        Share {
            until: (self.until + place) % self.of,
            ..self
        }
    }

    /// Does the next item belong to it?
    pub(super) fn takes_next(&mut self) -> bool {
        let is_own = self.until == 0;
        self.until = if is_own { self.of - 1 } else { self.until - 1 };
        is_own
    }

    /// The own items of a list, with their places.
    pub(super) fn take<T>(mut self, items: impl IntoIterator<Item = T>) -> Vec<(usize, T)> {
        let items = items.into_iter().enumerate();
        items.filter(|_| self.takes_next()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_in_one_share() {
        for of in 1..=7 {
            for place in 0..10 {
                let mut all: Vec<usize> = Vec::new();
                for number in 1..=of {
                    let share = Share::of(Some(Shard::new(number, of).unwrap())).from(place);
                    let own = share.take(0..20);
                    assert!(own.len().abs_diff(20 / of as usize) <= 1);
                    all.extend(own.iter().map(|(place, _)| *place));
                }
                all.sort_unstable();
                assert_eq!(all, (0..20).collect::<Vec<_>>());
            }
        }
        assert_eq!(Share::of(None).take(0..3).len(), 3);
    }
}
