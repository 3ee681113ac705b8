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
    /// The smallest number of a word that has been read completely.
    word: u32,
}

/// Steps that were expensive once.
pub(super) type Shortcuts = HashMap<(State, u8), State>;

impl Automaton {
    /// Knows these words, which are read backwards. Where several have been read, the first counts.
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
                let word = self.nodes[back as usize].word;
                let node = &mut self.nodes[child as usize];
                node.back = back;
                node.word = node.word.min(word);
                open.push_back(child);
                child = node.sibling;
            }
        }
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

    /// The first of the words that have been read completely.
    pub(super) fn word(&self, state: State) -> Option<usize> {
        let word = self.nodes[state as usize].word;
        (word != NONE).then_some(word as usize)
    }
}
