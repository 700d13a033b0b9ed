//! Interchangeable servers: one world stands for all that differ only in their names.

use crate::names::component::Component;
use crate::state::topology::Topology;
use crate::state::world::World;

impl World {
    /// The world with interchangeable servers sorted. Only the checker calls this: clocks and
    /// stories need identity.
    #[must_use]
    pub fn canonical(&self, topology: &Topology) -> Self {
        let mut world = *self;
        world.sort_servers(topology);
        world
    }

    /// Sorts interchangeable servers by what is true of them, all pairs of neighbours at once, bit
    /// by bit: one look is enough for nearly every world.
    pub(crate) fn sort_servers(&mut self, topology: &Topology) {
        loop {
            let larger = self.larger_than_next(topology);
            if larger == 0 {
                return;
            }
            // Of three in a row the first two are swapped.
            self.swap_with_next(larger & !(larger << 1));
        }
    }

    /// Bit per server: it is interchangeable with the next, and belongs behind it.
    fn larger_than_next(&self, topology: &Topology) -> u8 {
        let control = &self.control;
        let (mut larger, mut equal) = (0, topology.masks().like_next);
        for bits in [
            control.lingering,
            control.replica_active,
            control.replica_failed_over,
            control.active,
            self.servers_down(),
        ] {
            larger |= equal & bits & !(bits >> 1);
            equal &= !(bits ^ bits >> 1);
        }
        larger
    }

    /// Swaps servers with the next one; no two of them are neighbours.
    const fn swap_with_next(&mut self, servers: u8) {
        const fn swapped(bits: u8, servers: u8) -> u8 {
            let differ = (bits ^ bits >> 1) & servers;
            bits ^ differ ^ differ << 1
        }
        let control = &mut self.control;
        control.active = swapped(control.active, servers);
        control.replica_failed_over = swapped(control.replica_failed_over, servers);
        control.replica_active = swapped(control.replica_active, servers);
        control.lingering = swapped(control.lingering, servers);
        self.down =
            self.down & !Component::SERVER_BITS | swapped(self.servers_down(), servers) as u32;
    }
}
