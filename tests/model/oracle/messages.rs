//! Sets of messages, each message with an identity of its own.

/// The most messages of a walk.
pub const MESSAGES_MOST: usize = 256;

/// A set of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Messages([u64; MESSAGES_MOST / 64]);

impl Messages {
    /// No message.
    pub const NONE: Self = Self([0; MESSAGES_MOST / 64]);

    /// One message.
    pub fn one(message: usize) -> Self {
        let mut messages = Self::NONE;
        messages.0[message / 64] = 1 << (message % 64);
        messages
    }

    /// What is in either set.
    pub fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    /// What is in this set and not in the other.
    pub fn without(self, other: Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & !other.0[word]))
    }

    /// Whether the other set has everything of this one.
    pub fn is_within(self, other: Self) -> bool {
        self.without(other) == Self::NONE
    }
}
