//! An automaton that knows which of many words ends at the place that a reader has reached (Aho and Corasick, 1975).
//!
//! The words are read from their ends, because a text is searched from its end: that way each place knows which words
//! begin there.

use std::collections::{HashMap, VecDeque};

/// A state: how much of the words has been read. The first knows nothing.
pub(super) type State = u32;

pub(super) const START: State = 0;
const NONE: u32 = u32::MAX;
/// After so many steps back the rest is looked up, so that no word makes a step expensive.
const STEPS_BACK: usize = 8;

/// See the module.
#[derive(Debug)]
pub(super) struct Automaton {
    nodes: Vec<Node>,
    /// The state after one byte at the start.
    first: Box<[State; 256]>,
}

#[derive(Debug)]
struct Node {
    byte: u8,
    child: State,
    sibling: State,
    /// The longest other state that agrees with the end of what was read.
    back: State,
    /// The number of the word that has been read completely and is all of the state.
    word: u32,
    /// The next state on the way back with a word.
    next_word: State,
    /// When a walk through all ways back, from the start, comes to this state and when it leaves it: the states
    /// that agree with the end of this one are those that it is in between.
    entered: u32,
    left: u32,
}

/// Steps that were expensive once.
pub(super) type Shortcuts = HashMap<(State, u8), State>;

impl Automaton {
    /// Knows these words, which are read backwards.
    pub(super) fn of(words: &[String]) -> Automaton {
        let mut automaton = Automaton {
            nodes: Vec::new(),
            first: Box::new([START; 256]),
        };
        automaton.add(0);
        for (number, word) in words.iter().enumerate() {
            let mut state = START;
            for byte in word.bytes().rev() {
                state = match automaton.child(state, byte) {
                    Some(child) => child,
                    None => automaton.grow(state, byte),
                };
            }
            let number = u32::try_from(number).unwrap_or(NONE);
            let word = &mut automaton.nodes[state as usize].word;
            *word = number.min(*word);
        }
        automaton.link();
        automaton
    }

    fn add(&mut self, byte: u8) -> State {
        self.nodes.push(Node {
            byte,
            child: START,
            sibling: START,
            back: START,
            word: NONE,
            next_word: START,
            entered: 0,
            left: 0,
        });
        u32::try_from(self.nodes.len() - 1).unwrap_or_default()
    }

    fn grow(&mut self, parent: State, byte: u8) -> State {
        let child = self.add(byte);
        let parent = &mut self.nodes[parent as usize];
        let sibling = std::mem::replace(&mut parent.child, child);
        self.nodes[child as usize].sibling = sibling;
        child
    }

    /// Shorter states before longer ones: each way back leads to one that is done.
    fn link(&mut self) {
        let mut open = VecDeque::from([START]);
        let mut shortcuts = Shortcuts::new();
        while let Some(parent) = open.pop_front() {
            let mut child = self.nodes[parent as usize].child;
            while child != START {
                let byte = self.nodes[child as usize].byte;
                let back = if parent == START {
                    self.first[usize::from(byte)] = child;
                    START
                } else {
                    self.step(self.nodes[parent as usize].back, byte, &mut shortcuts)
                };
                let behind = &self.nodes[back as usize];
                let next_word = if behind.word == NONE {
                    behind.next_word
                } else {
                    back
                };
                let node = &mut self.nodes[child as usize];
                node.back = back;
                node.next_word = next_word;
                open.push_back(child);
                child = node.sibling;
            }
        }
        self.number();
    }

    /// Notes which states agree with the end of which.
    fn number(&mut self) {
        let mut longer: Vec<Vec<State>> = vec![Vec::new(); self.nodes.len()];
        for state in 1..self.nodes.len() {
            longer[self.nodes[state].back as usize].push(u32::try_from(state).unwrap_or_default());
        }
        let mut time = 0;
        let mut open = vec![(START, false)];
        while let Some((state, is_done)) = open.pop() {
            let node = &mut self.nodes[state as usize];
            if is_done {
                node.left = time;
                continue;
            }
            node.entered = time;
            time += 1;
            open.push((state, true));
            open.extend(longer[state as usize].iter().map(|longer| (*longer, false)));
        }
    }

    /// Does a state say nothing that the other one does not say, too: is it the end of it?
    pub(super) fn is_end_of(&self, state: State, other: State) -> bool {
        let (state, other) = (&self.nodes[state as usize], &self.nodes[other as usize]);
        state.entered <= other.entered && other.entered < state.left
    }

    fn child(&self, state: State, byte: u8) -> Option<State> {
        let mut child = self.nodes[state as usize].child;
        while child != START && self.nodes[child as usize].byte != byte {
            child = self.nodes[child as usize].sibling;
        }
        (child != START).then_some(child)
    }

    /// The state after one more byte.
    pub(super) fn step(&self, state: State, byte: u8, shortcuts: &mut Shortcuts) -> State {
        let mut state = state;
        for _ in 0..STEPS_BACK {
            if state == START {
                return self.first[usize::from(byte)];
            }
            if let Some(child) = self.child(state, byte) {
                return child;
            }
            state = self.nodes[state as usize].back;
        }
        if let Some(known) = shortcuts.get(&(state, byte)) {
            return *known;
        }
        let from = state;
        let next = loop {
            if state == START {
                break self.first[usize::from(byte)];
            }
            if let Some(child) = self.child(state, byte) {
                break child;
            }
            state = self.nodes[state as usize].back;
        };
        shortcuts.insert((from, byte), next);
        next
    }

    /// The words that have been read completely, the longest first.
    pub(super) fn words(&self, state: State) -> impl Iterator<Item = u32> + '_ {
        let with_word = |state: State| (state != START).then_some(state);
        let node = &self.nodes[state as usize];
        let first = if node.word == NONE {
            node.next_word
        } else {
            state
        };
        std::iter::successors(with_word(first), move |state| {
            with_word(self.nodes[*state as usize].next_word)
        })
        .map(|state| self.nodes[state as usize].word)
    }
}
