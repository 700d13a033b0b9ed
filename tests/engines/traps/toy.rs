//! Toy systems for the traps: states are numbers, events are functions on them.

use poolproof_engines::check::search::{Limits, SearchOutcome, search};
use poolproof_models::model::{Bounded, Budget};
use poolproof_models::names::event::{EventSet, FaultClass};
use poolproof_models::names::property::Spent;
use poolproof_models::system::{System, Words, words_of};
use poolproof_models::transition::step::Report;

type Step = Box<dyn Fn(u32) -> Option<u32> + Sync + Send>;
type Bits = Box<dyn Fn(u32) -> u32 + Sync + Send>;

/// A system made of numbers; it begins in 0.
pub struct Toy {
    steps: Vec<(Option<FaultClass>, Step)>,
    broken: Bits,
    goals: Bits,
    canonical: fn(u32) -> u32,
}

impl Toy {
    pub fn new() -> Self {
        Self {
            steps: Vec::new(),
            broken: Box::new(|_| 0),
            goals: Box::new(|_| 0),
            canonical: |state| state,
        }
    }

    /// An event; `None` where it is not enabled.
    pub fn step(mut self, step: impl Fn(u32) -> Option<u32> + Sync + Send + 'static) -> Self {
        self.steps.push((None, Box::new(step)));
        self
    }

    /// An event that costs a fault.
    pub fn fault(mut self, step: impl Fn(u32) -> Option<u32> + Sync + Send + 'static) -> Self {
        let class = Some(FaultClass::ComponentCrash);
        self.steps.push((class, Box::new(step)));
        self
    }

    /// Edges of a graph, each an event of its own, in this order.
    pub fn edges(mut self, edges: &[(u32, u32)]) -> Self {
        for &(from, to) in edges {
            self = self.step(move |at| (at == from).then_some(to));
        }
        self
    }

    /// The properties that a state breaks, as bits.
    pub fn broken(mut self, bits: impl Fn(u32) -> u32 + Sync + Send + 'static) -> Self {
        self.broken = Box::new(bits);
        self
    }

    /// The goals that a state reaches, as bits.
    pub fn goals(mut self, bits: impl Fn(u32) -> u32 + Sync + Send + 'static) -> Self {
        self.goals = Box::new(bits);
        self
    }

    /// The representative of a state.
    pub fn canonical(mut self, of: fn(u32) -> u32) -> Self {
        self.canonical = of;
        self
    }

    pub fn within(self, faults: u8) -> Bounded<Self> {
        Bounded::new(self, Budget::of(faults))
    }
}

impl System for Toy {
    type State = u32;

    fn initial(&self) -> u32 {
        0
    }

    fn event_count(&self) -> usize {
        self.steps.len()
    }

    fn event_id(&self, index: usize) -> u16 {
        index as u16
    }

    fn event_name(&self, index: usize) -> String {
        format!("event-{index}")
    }

    fn enabled(&self, state: &u32) -> EventSet {
        let mut set = EventSet::default();
        for (index, (_, step)) in self.steps.iter().enumerate() {
            if step(*state).is_some() {
                set.insert(index);
            }
        }
        set
    }

    fn apply(&self, state: &u32, index: usize) -> (u32, Report) {
        let next = (self.steps[index].1)(*state).expect("an enabled event");
        (next, Report::default())
    }

    fn canonical(&self, state: u32) -> u32 {
        (self.canonical)(state)
    }

    fn words(&self, state: &u32) -> Words {
        words_of([u64::from(*state)])
    }

    fn fault_class(&self, _: &u32, index: usize) -> Option<FaultClass> {
        self.steps[index].0
    }

    fn violated(&self, state: &u32, _: Spent, _: &EventSet) -> u32 {
        (self.broken)(*state)
    }

    fn reached(&self, _: usize, after: &u32) -> u32 {
        (self.goals)(*after)
    }

    /// Nothing here asks for service.
    fn is_serving(&self, _: &Self::State) -> bool {
        true
    }
}

/// Searches the whole space for the properties of the mask.
pub fn explore<S: System>(model: &Bounded<S>, properties: u32) -> SearchOutcome {
    let outcome = explore_to(model, properties, u64::MAX);
    assert_eq!(outcome.cut_off, None);
    outcome
}

/// Searches at most so many states.
pub fn explore_to<S: System>(model: &Bounded<S>, properties: u32, states: u64) -> SearchOutcome {
    let mut limits = Limits {
        states,
        bytes: u64::MAX,
        on_progress: &mut |_| true,
    };
    search(model, properties, &mut limits)
}
