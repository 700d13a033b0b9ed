//! The contract between the transition relation and the engines.

use std::fmt::Debug;
use std::hash::Hash;

use crate::names::component::Component;
use crate::names::event::{Event, EventKind, EventSet, FaultClass};
use crate::names::property::Spent;
use crate::names::site::Site;
use crate::state::topology::Topology;
use crate::state::world::{SiteState, World};
use crate::transition::step::Report;

/// A state as words. Systems with a smaller state leave the last ones zero.
pub type Words = [u64; World::WORDS];

/// The words of a state that needs so few.
#[must_use]
pub fn words_of<const N: usize>(few: [u64; N]) -> Words {
    let mut words = Words::default();
    words[..N].copy_from_slice(&few);
    words
}

/// A transition system with faults, properties and goals. Engines are generic over it;
/// [`Topology`] over [`World`] is the only product instance, toy systems serve in tests.
///
/// Events are named by a dense index; their order is the order of their stable ids.
pub trait System: Sync {
    /// A state: small and copied freely.
    type State: Copy + Eq + Hash + Debug + Send + Sync;

    /// The state at the start.
    fn initial(&self) -> Self::State;

    /// Number of events.
    fn event_count(&self) -> usize;

    /// The stable id of an event.
    fn event_id(&self, index: usize) -> u16;

    /// The stable name of an event.
    fn event_name(&self, index: usize) -> String;

    /// What can happen now.
    fn enabled(&self, state: &Self::State) -> EventSet;

    /// What of it is no fault in this state: all that is left to a search whose budget is spent.
    fn enabled_without_faults(&self, state: &Self::State) -> EventSet {
        self.enabled(state).minus(&self.faults(state))
    }

    /// Does an enabled event. It always changes the state.
    fn apply(&self, state: &Self::State, index: usize) -> (Self::State, Report);

    /// The same state as [`System::apply`] gives, for those who need no report.
    fn after(&self, state: &Self::State, index: usize) -> Self::State {
        self.apply(state, index).0
    }

    /// One representative of the states that differ only in the names of interchangeable parts.
    fn canonical(&self, state: Self::State) -> Self::State {
        state
    }

    /// The canonical state that an enabled event leads to from a canonical one.
    fn successor(&self, state: &Self::State, index: usize) -> Self::State {
        self.canonical(self.after(state, index))
    }

    /// The state as words for hashing: injective.
    fn words(&self, state: &Self::State) -> Words;

    /// What the event costs in this state, if it is a fault.
    fn fault_class(&self, state: &Self::State, index: usize) -> Option<FaultClass>;

    /// Every event that would cost something in this state, enabled or not.
    fn faults(&self, state: &Self::State) -> EventSet {
        let mut faults = EventSet::default();
        for index in 0..self.event_count() {
            if self.fault_class(state, index).is_some() {
                faults.insert(index);
            }
        }
        faults
    }

    /// The broken properties, as bits; `enabled` is what can happen in the state. Whether faults
    /// are among it makes no difference: none has to be waited for.
    fn violated(&self, state: &Self::State, spent: Spent, enabled: &EventSet) -> u32;

    /// The goals reached by the event that led to `after`, as bits.
    fn reached(&self, index: usize, after: &Self::State) -> u32;

    /// Those of some goals that [`System::reached`] reports: the others cost nothing.
    fn reached_among(&self, index: usize, after: &Self::State, goals: u32) -> u32 {
        self.reached(index, after) & goals
    }

    /// Whether the system does what it is for.
    fn is_serving(&self, state: &Self::State) -> bool;

    /// Whether one may count on the event, if nothing else happens: it is no fault.
    fn will_happen(&self, state: &Self::State, index: usize) -> bool {
        self.fault_class(state, index).is_none()
    }

    /// The first of the events that are the same but for the names of interchangeable parts.
    fn kind_of(&self, index: usize) -> usize {
        index
    }
}

impl System for Topology {
    type State = World;

    fn initial(&self) -> World {
        Self::initial(self)
    }

    fn event_count(&self) -> usize {
        self.events().len()
    }

    fn event_id(&self, index: usize) -> u16 {
        self.events()[index].id()
    }

    fn event_name(&self, index: usize) -> String {
        self.events()[index].name()
    }

    fn enabled(&self, state: &World) -> EventSet {
        state.enabled(self)
    }

    fn enabled_without_faults(&self, state: &World) -> EventSet {
        state.enabled_without_faults(self)
    }

    fn apply(&self, state: &World, index: usize) -> (World, Report) {
        let event: Event = self.events()[index];
        debug_assert!(state.may(self, event), "{} is not enabled", event.name());
        state.apply(self, event)
    }

    fn after(&self, state: &World, index: usize) -> World {
        let event: Event = self.events()[index];
        debug_assert!(state.may(self, event), "{} is not enabled", event.name());
        state.after(self, event)
    }

    fn canonical(&self, state: World) -> World {
        state.canonical(self)
    }

    #[inline]
    fn successor(&self, state: &World, index: usize) -> World {
        let event: Event = self.events()[index];
        debug_assert!(state.may(self, event), "{} is not enabled", event.name());
        state.successor(self, event)
    }

    fn words(&self, state: &World) -> Words {
        state.pack()
    }

    fn fault_class(&self, state: &World, index: usize) -> Option<FaultClass> {
        state.fault_class(self, self.events()[index])
    }

    fn faults(&self, state: &World) -> EventSet {
        state.faults(self)
    }

    fn violated(&self, state: &World, spent: Spent, enabled: &EventSet) -> u32 {
        state.violated_with(self, spent, enabled)
    }

    fn reached(&self, index: usize, after: &World) -> u32 {
        self.reached_among(index, after, u32::MAX)
    }

    #[inline]
    fn reached_among(&self, index: usize, after: &World, goals: u32) -> u32 {
        after.reached(self, self.events()[index], goals)
    }

    fn is_serving(&self, state: &World) -> bool {
        state.service(self) != 0
    }

    /// A repair of everything but a disaster may be counted on (handbook 9, RC).
    fn will_happen(&self, state: &World, index: usize) -> bool {
        let event = self.events()[index];
        let lost = |at: Component| {
            Site::from_component(at).is_some_and(|s| state.site(s) == SiteState::Lost)
        };
        let of_a_disaster = event.kind == EventKind::Rebuild && lost(event.at);
        !of_a_disaster && state.fault_class(self, event).is_none()
    }

    fn kind_of(&self, index: usize) -> usize {
        let event = self.events()[index];
        let Some(server) = self.servers.get(usize::from(event.at.number())) else {
            return index;
        };
        let alike = |other: &usize| self.servers[*other] == *server;
        (0..self.servers.len())
            .filter(alike)
            .find_map(|first| self.index_of(Event::new(event.kind, Component::server(first))))
            .unwrap_or(index)
    }
}
