//! Properties as Stateright wants them: a name and a plain function each.

use poolproof_models::names::property::Property;
use stateright::{Expectation, Model};

/// A model that can say which properties a state breaks.
pub(crate) trait Breaks: Model {
    /// The broken properties of a state, as bits.
    fn broken(&self, state: &Self::State) -> u32;
}

/// Whether a property holds, for one number each.
fn holds<M: Breaks, const PROPERTY: usize>(model: &M, state: &M::State) -> bool {
    model.broken(state) >> PROPERTY & 1 == 0
}

/// A property that must hold in every state, by its short name.
pub(crate) fn always<M: Breaks>(property: Property) -> stateright::Property<M> {
    let by_number: [fn(&M, &M::State) -> bool; Property::ALL.len()] = [
        holds::<M, 0>,
        holds::<M, 1>,
        holds::<M, 2>,
        holds::<M, 3>,
        holds::<M, 4>,
        holds::<M, 5>,
        holds::<M, 6>,
        holds::<M, 7>,
        holds::<M, 8>,
        holds::<M, 9>,
        holds::<M, 10>,
        holds::<M, 11>,
        holds::<M, 12>,
        holds::<M, 13>,
        holds::<M, 14>,
        holds::<M, 15>,
        holds::<M, 16>,
    ];
    stateright::Property {
        expectation: Expectation::Always,
        name: property.name(),
        condition: by_number[property as usize],
    }
}
