//! Bits of a word with names: a declaration gives each name the next free bits.

/// Declares constants of an integer type, one row each: a name and its number of bits. The constant
/// is the first of its bits; the next row begins behind the last. `BITS` is how many there are.
macro_rules! bit_names {
    (@row $word:ty, $at:expr;) => {
        /// How many bits have names.
        pub(crate) const BITS: u32 = $at;
    };
    (@row $word:ty, $at:expr;
        $(#[$doc:meta])* $visibility:vis $name:ident: $bits:expr, $($rows:tt)*) => {
        $(#[$doc])*
        $visibility const $name: $word = 1 << ($at);
        $crate::state::bit_names::bit_names!(@row $word, $at + $bits; $($rows)*);
    };
    ($word:ty; $($rows:tt)*) => {
        $crate::state::bit_names::bit_names!(@row $word, 0_u32; $($rows)*);
    };
}

pub(crate) use bit_names;
