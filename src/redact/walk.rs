//! Walks along a text and along one wanted text at once, on every way that the spelling of the text allows.
//!
//! Each place of the text has a set: how many bytes of the wanted text can have been read when it is reached. A set is a
//! row of bits, so that many beginnings and many readings cost no more than one.

use crate::redact::spelling::{LONGEST, Reading};

/// Places whose sets are kept: more than a reading is long.
const KEPT: usize = LONGEST + 1;
const BITS: usize = 64;

/// See the module. Places are visited from left to right.
#[derive(Debug)]
pub(super) struct Walk<'k> {
    wanted: &'k str,
    /// The number of words in a set.
    width: usize,
    /// Where the set of each byte is in `masks`: the positions of the wanted text that have this byte.
    mask_of: Box<[Option<u16>; 256]>,
    masks: Vec<u64>,
    /// The set of each place that is still to be visited.
    sets: Vec<u64>,
    /// The set of the place that is visited, and what becomes of it.
    here: Vec<u64>,
    moved: Vec<u64>,
    /// The furthest place with a set.
    furthest: usize,
}

impl<'k> Walk<'k> {
    pub(super) fn new(wanted: &'k str) -> Walk<'k> {
        let width = wanted.len() / BITS + 1;
        let mut walk = Walk {
            wanted,
            width,
            mask_of: Box::new([None; 256]),
            masks: Vec::new(),
            sets: vec![0; KEPT * width],
            here: vec![0; width],
            moved: vec![0; width],
            furthest: 0,
        };
        for (at, byte) in wanted.bytes().enumerate() {
            let count = walk.masks.len() / width;
            let mask = *walk.mask_of[usize::from(byte)].get_or_insert_with(|| {
                walk.masks.resize((count + 1) * width, 0);
                // There are at most 256.
                u16::try_from(count).unwrap_or_default()
            });
            walk.masks[usize::from(mask) * width + at / BITS] |= 1 << (at % BITS);
        }
        walk
    }

    /// How much work a reading is.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The wanted text may begin at this place.
    pub(super) fn begin(&mut self, at: usize) {
        let set = self.place(at);
        self.sets[set] |= 1;
        self.furthest = self.furthest.max(at);
    }

    /// Forgets every beginning.
    pub(super) fn clear(&mut self) {
        self.sets.fill(0);
        self.furthest = 0;
    }

    /// Can this place or a later one be reached?
    pub(super) fn goes_on(&self, at: usize) -> bool {
        self.furthest >= at
    }

    /// Has this place, which has not been visited, been reached with anything read?
    pub(super) fn is_at(&self, at: usize) -> bool {
        let set = self.place(at);
        self.sets[set..set + self.width]
            .iter()
            .any(|bits| *bits != 0)
    }

    /// Have at least so many bytes been read when this place, which has not been visited, is reached?
    pub(super) fn has_read(&self, at: usize, bytes: usize) -> bool {
        let set = self.place(at);
        let set = &self.sets[set..set + self.width];
        let (word, bit) = (bytes / BITS, bytes % BITS);
        set.get(word).is_some_and(|bits| bits >> bit != 0)
            || set.iter().skip(word + 1).any(|bits| *bits != 0)
    }

    /// Visits a place: goes on along each of its readings. Has all of the wanted text been read here?
    pub(super) fn visit(&mut self, at: usize, readings: &[Reading]) -> bool {
        let set = self.place(at);
        let set = set..set + self.width;
        self.here.copy_from_slice(&self.sets[set.clone()]);
        self.sets[set].fill(0);
        if self.here.iter().all(|bits| *bits == 0) {
            return false;
        }
        for reading in readings {
            self.moved.copy_from_slice(&self.here);
            let mut is_possible = true;
            for byte in reading.bytes() {
                is_possible = is_possible && self.advance(*byte);
            }
            if is_possible {
                let set = self.place(reading.end);
                for (word, bits) in self.moved.iter().enumerate() {
                    self.sets[set + word] |= bits;
                }
                self.furthest = self.furthest.max(reading.end);
            }
        }
        let all = self.wanted.len();
        (self.here[all / BITS] >> (all % BITS)) & 1 == 1
    }

    /// One byte more has been read. Is anything left?
    fn advance(&mut self, byte: u8) -> bool {
        let Some(mask) = self.mask_of[usize::from(byte)] else {
            return false;
        };
        let mask = &self.masks[usize::from(mask) * self.width..][..self.width];
        let (mut carried, mut any) = (0, 0);
        for (bits, mask) in self.moved.iter_mut().zip(mask) {
            let stay = *bits & mask;
            *bits = (stay << 1) | carried;
            carried = stay >> (BITS - 1);
            any |= *bits;
        }
        any != 0
    }

    fn place(&self, at: usize) -> usize {
        at % KEPT * self.width
    }
}
