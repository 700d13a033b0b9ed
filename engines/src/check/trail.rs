//! The way back: for each stored state, in the order of discovery, where it was reached from.

/// The parent and the event of each stored state: five bytes a state, and a little air.
#[derive(Default)]
pub struct Trail {
    parents: Vec<u32>,
    causes: Vec<u8>,
}

impl Trail {
    /// Adds the next state; returns its number.
    pub fn push(&mut self, parent: u32, cause: usize) -> u32 {
        let id = self.parents.len();
        if id == self.parents.capacity() {
            self.parents.reserve_exact(Self::more(id));
            self.causes.reserve_exact(Self::more(id));
        }
        self.parents.push(parent);
        self.causes.push(cause as u8);
        id as u32
    }

    /// A quarter more, not twice as much: at 16 bytes a state, doubling is felt.
    const fn more(len: usize) -> usize {
        len / 4 + (1 << 12)
    }

    /// The events that lead from the first state to state `id`.
    #[must_use]
    pub fn path(&self, id: u32) -> Vec<usize> {
        let mut path = Vec::new();
        let mut at = id as usize;
        while at != 0 {
            path.push(usize::from(self.causes[at]));
            at = self.parents[at] as usize;
        }
        path.reverse();
        path
    }

    /// Bytes of memory.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        (self.parents.capacity() * size_of::<u32>() + self.causes.capacity()) as u64
    }

    /// The bytes while `new` states are added: old and new lists while they grow.
    #[must_use]
    pub const fn bytes_soon(&self, new: usize) -> u64 {
        let (mut capacity, mut before) = (self.parents.capacity(), 0);
        while self.parents.len() + new > capacity {
            before = capacity;
            capacity += Self::more(capacity);
        }
        ((before + capacity) * (size_of::<u32>() + size_of::<u8>())) as u64
    }
}
