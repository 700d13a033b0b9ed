//! Interchangeable servers: one world stands for all that differ only in their names.

use crate::topology::Topology;
use crate::world::World;

impl World {
    /// The world with interchangeable servers sorted. Only the checker calls this: clocks and
    /// stories need identity.
    #[must_use]
    #[inline]
    pub fn canonical(&self, topology: &Topology) -> Self {
        if self.has_unsorted_servers(topology) {
            self.with_sorted_servers(topology)
        } else {
            *self
        }
    }

    fn with_sorted_servers(&self, topology: &Topology) -> Self {
        let mut world = *self;
        let traits = |w: &Self, i: usize| {
            (w.down >> i & 1) as u8
                | (w.control.active >> i & 1) << 1
                | (w.control.replica_failed_over >> i & 1) << 2
                | (w.control.replica_active >> i & 1) << 3
                | (w.control.lingering >> i & 1) << 4
        };
        let servers = &topology.servers;
        let mut first = 0;
        while first < servers.len() {
            let mut end = first + 1;
            while end < servers.len() && servers[end] == servers[first] {
                end += 1;
            }
            // At most four servers a class: a sorting network would not be faster.
            for i in first + 1..end {
                let mut j = i;
                while j > first && traits(&world, j - 1) > traits(&world, j) {
                    world.swap_servers(j - 1, j);
                    j -= 1;
                }
            }
            first = end;
        }
        world
    }

    /// Whether some server is out of order: compares every server with the next at once, bit by
    /// bit, because nearly every world is in order already.
    #[inline]
    fn has_unsorted_servers(&self, topology: &Topology) -> bool {
        let control = &self.control;
        let (mut larger, mut equal) = (0, topology.masks().like_next);
        for bits in [
            control.lingering,
            control.replica_active,
            control.replica_failed_over,
            control.active,
            self.down as u8,
        ] {
            larger |= equal & bits & !(bits >> 1);
            equal &= !(bits ^ bits >> 1);
        }
        larger != 0
    }

    fn swap_servers(&mut self, a: usize, b: usize) {
        let swap8 = |bits: &mut u8| {
            let differ = (*bits >> a ^ *bits >> b) & 1;
            *bits ^= differ << a | differ << b;
        };
        swap8(&mut self.control.active);
        swap8(&mut self.control.replica_failed_over);
        swap8(&mut self.control.replica_active);
        swap8(&mut self.control.lingering);
        let differ = (self.down >> a ^ self.down >> b) & 1;
        self.down ^= differ << a | differ << b;
    }
}
