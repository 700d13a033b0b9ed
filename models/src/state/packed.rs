//! Structs that are declared once: [`packed!`] makes of one list of fields the struct, its form as
//! words and back, what a field occupies there, and the positions in a log that it holds.
//!
//! Fields lie in the words as they lie in memory, so packing is a handful of loads. A field that is
//! added is a row of the declaration; nothing else names an offset.

use super::lineage::Position;

/// Something that has a fixed place in words.
pub(crate) trait Packed: Copy {
    /// The bytes that it takes.
    const BYTES: usize;

    /// How many positions it holds, absent ones included.
    const POSITIONS: usize = 0;

    /// Adds it to words that are zero there, `at` bytes from the first: its bytes are neighbours
    /// in memory too, so that most of a word is one load.
    fn put<const WORDS: usize>(&self, words: &mut [u64; WORDS], at: usize);

    /// The inverse of [`Packed::put`].
    fn take<const WORDS: usize>(words: &[u64; WORDS], at: usize) -> Self;

    /// Writes its positions to the first [`Packed::POSITIONS`] places.
    fn positions(&self, _positions: &mut [Position]) {}

    /// Takes its positions from there.
    fn set_positions(&mut self, _positions: &[Position]) {}
}

macro_rules! integers {
    ($($integer:ty)*) => {
        $(impl Packed for $integer {
            const BYTES: usize = size_of::<$integer>();

            #[inline(always)]
            fn put<const WORDS: usize>(&self, words: &mut [u64; WORDS], at: usize) {
                words[at / 8] |= u64::from(*self) << (at % 8 * 8);
            }

            #[inline(always)]
            fn take<const WORDS: usize>(words: &[u64; WORDS], at: usize) -> Self {
                (words[at / 8] >> (at % 8 * 8)) as Self
            }
        })*
    };
}

integers!(u8 u16 u32);

impl Packed for Position {
    const BYTES: usize = 1;
    const POSITIONS: usize = 1;

    #[inline(always)]
    fn put<const WORDS: usize>(&self, words: &mut [u64; WORDS], at: usize) {
        self.0.put(words, at);
    }

    #[inline(always)]
    fn take<const WORDS: usize>(words: &[u64; WORDS], at: usize) -> Self {
        Self(u8::take(words, at))
    }

    #[inline(always)]
    fn positions(&self, positions: &mut [Position]) {
        positions[0] = *self;
    }

    #[inline(always)]
    fn set_positions(&mut self, positions: &[Position]) {
        *self = positions[0];
    }
}

impl<T: Packed, const N: usize> Packed for [T; N] {
    const BYTES: usize = N * T::BYTES;
    const POSITIONS: usize = N * T::POSITIONS;

    #[inline(always)]
    fn put<const WORDS: usize>(&self, words: &mut [u64; WORDS], at: usize) {
        for (number, element) in self.iter().enumerate() {
            element.put(words, at + number * T::BYTES);
        }
    }

    #[inline(always)]
    fn take<const WORDS: usize>(words: &[u64; WORDS], at: usize) -> Self {
        std::array::from_fn(|number| T::take(words, at + number * T::BYTES))
    }

    #[inline(always)]
    fn positions(&self, positions: &mut [Position]) {
        for (number, element) in self.iter().enumerate() {
            element.positions(&mut positions[number * T::POSITIONS..]);
        }
    }

    #[inline(always)]
    fn set_positions(&mut self, positions: &[Position]) {
        for (number, element) in self.iter_mut().enumerate() {
            element.set_positions(&positions[number * T::POSITIONS..]);
        }
    }
}

/// Some bits of a packed struct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mask<const WORDS: usize>(pub(crate) [u64; WORDS]);

impl<const WORDS: usize> Mask<WORDS> {
    /// No bits.
    pub(crate) const NONE: Self = Self([0; WORDS]);

    /// So many bytes, from an offset on.
    pub(crate) const fn bytes(offset: usize, bytes: usize) -> Self {
        let mut words = [0; WORDS];
        let mut at = offset;
        while at < offset + bytes {
            words[at / 8] |= 0xFF << (at % 8 * 8);
            at += 1;
        }
        Self(words)
    }

    /// These bits of a field of 32 bits at an offset that is a multiple of 4.
    pub(crate) const fn word(offset: usize, bits: u32) -> Self {
        assert!(offset.is_multiple_of(4), "the field would lie in two words");
        let mut words = [0; WORDS];
        words[offset / 8] = (bits as u64) << (offset % 8 * 8);
        Self(words)
    }

    /// The bits of both.
    pub(crate) const fn or(mut self, other: Self) -> Self {
        let mut at = 0;
        while at < WORDS {
            self.0[at] |= other.0[at];
            at += 1;
        }
        self
    }

    /// Whether any bit is in both.
    #[inline(always)]
    pub(crate) fn meets(&self, other: &Self) -> bool {
        let both = self.0.iter().zip(&other.0);
        both.fold(0, |all, (one, other)| all | one & other) != 0
    }
}

/// Declares a struct whose fields have a fixed place in words, and a second one that has a mask for
/// each field, by its name.
macro_rules! packed {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident, masks $masks:ident {
            $($(#[$doc:meta])* $access:vis $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(C)]
        $visibility struct $name {
            $($(#[$doc])* $access $field: $type,)*
        }

        impl $name {
            /// The bytes of its fields.
            pub(crate) const PACKED_BYTES: usize =
                0 $(+ <$type as $crate::state::packed::Packed>::BYTES)*;

            /// The words that it is packed into.
            pub const WORDS: usize = Self::PACKED_BYTES.div_ceil(8);

            /// The fields as words: injective, for hashing and comparing.
            #[must_use]
            #[inline]
            pub fn pack(&self) -> [u64; Self::WORDS] {
                let mut words = [0; Self::WORDS];
                $crate::state::packed::Packed::put(self, &mut words, 0);
                words
            }

            /// The inverse of `pack`.
            #[must_use]
            pub fn unpack(words: [u64; Self::WORDS]) -> Self {
                <Self as $crate::state::packed::Packed>::take(&words, 0)
            }
        }

        impl $crate::state::packed::Packed for $name {
            const BYTES: usize = Self::PACKED_BYTES;
            const POSITIONS: usize = 0 $(+ <$type as $crate::state::packed::Packed>::POSITIONS)*;

            #[inline(always)]
            fn put<const WORDS: usize>(&self, words: &mut [u64; WORDS], at: usize) {
                $($crate::state::packed::Packed::put(
                    &self.$field,
                    words,
                    at + std::mem::offset_of!($name, $field),
                );)*
            }

            #[inline(always)]
            fn take<const WORDS: usize>(words: &[u64; WORDS], at: usize) -> Self {
                Self {
                    $($field: $crate::state::packed::Packed::take(
                        words,
                        at + std::mem::offset_of!($name, $field),
                    ),)*
                }
            }

            #[inline(always)]
            fn positions(&self, positions: &mut [$crate::state::lineage::Position]) {
                let mut at = 0;
                $(
                    $crate::state::packed::Packed::positions(&self.$field, &mut positions[at..]);
                    at += <$type as $crate::state::packed::Packed>::POSITIONS;
                )*
                debug_assert_eq!(at, Self::POSITIONS);
            }

            #[inline(always)]
            fn set_positions(&mut self, positions: &[$crate::state::lineage::Position]) {
                let mut at = 0;
                $(
                    $crate::state::packed::Packed::set_positions(
                        &mut self.$field,
                        &positions[at..],
                    );
                    at += <$type as $crate::state::packed::Packed>::POSITIONS;
                )*
                debug_assert_eq!(at, Self::POSITIONS);
            }
        }

        // Bytes in memory are bytes in words: there is no hole between two fields.
        const _: () = {
            let mut at = 0;
            $(
                assert!(at == std::mem::offset_of!($name, $field), "a field is not aligned");
                at += <$type as $crate::state::packed::Packed>::BYTES;
            )*
            assert!(at == $name::PACKED_BYTES);
        };

        /// The bits of each field in the words.
        pub(crate) struct $masks;

        // Every field has its mask, whether or not a rule asks for it yet.
        #[allow(dead_code, reason = "generated")]
        impl $masks {
            $(pub(crate) const fn $field() -> $crate::state::packed::Mask<{ $name::WORDS }> {
                $crate::state::packed::Mask::bytes(
                    std::mem::offset_of!($name, $field),
                    <$type as $crate::state::packed::Packed>::BYTES,
                )
            })*

            /// Every field that holds positions.
            pub(crate) const fn positions() -> $crate::state::packed::Mask<{ $name::WORDS }> {
                let mut all = $crate::state::packed::Mask::NONE;
                $(if <$type as $crate::state::packed::Packed>::POSITIONS > 0 {
                    all = all.or(Self::$field());
                })*
                all
            }
        }
    };
}

pub(crate) use packed;

#[cfg(test)]
mod tests {
    use super::*;

    packed! {
        #[derive(Debug)]
        struct Plain, masks PlainMasks {
            end: Position,
            letters: [u8; 3],
            number: u32,
        }
    }

    packed! {
        /// The same with two more fields: nothing but their rows.
        #[derive(Debug)]
        struct Grown, masks GrownMasks {
            end: Position,
            letters: [u8; 3],
            number: u32,
            added: u16,
            ends: [Position; 2],
        }
    }

    fn grown() -> Grown {
        Grown {
            end: Position::new(1, 2),
            letters: [3, 4, 5],
            number: 0x0607_0809,
            added: 0x0A0B,
            ends: [Position::ABSENT, Position::new(0, 1)],
        }
    }

    #[test]
    fn a_field_that_is_added_is_packed_and_unpacked() {
        assert_eq!((Plain::WORDS, Grown::WORDS), (1, 2));
        let words = grown().pack();
        assert_eq!(words, [0x0607_0809_0504_0312, 0x01FF_0A0B]);
        assert_eq!(Grown::unpack(words), grown());
        let plain = Plain {
            end: grown().end,
            letters: grown().letters,
            number: grown().number,
        };
        assert_eq!(plain.pack(), [words[0]], "what was there before stays");
        assert_eq!(Plain::unpack([words[0]]), plain);
    }

    #[test]
    fn a_field_that_is_added_has_a_mask_of_its_own() {
        let (before, mut after) = (grown(), grown());
        after.added ^= 1;
        let changed = Mask(std::array::from_fn(|word| {
            before.pack()[word] ^ after.pack()[word]
        }));
        let masks = [
            GrownMasks::end(),
            GrownMasks::letters(),
            GrownMasks::number(),
            GrownMasks::added(),
            GrownMasks::ends(),
        ];
        assert_eq!(
            masks.map(|mask| mask.meets(&changed)),
            [false, false, false, true, false]
        );
        let all = masks.into_iter().fold(Mask::NONE, Mask::or);
        assert_eq!(
            all,
            Mask::bytes(0, Grown::PACKED_BYTES),
            "no bit is left out"
        );
        assert_eq!(
            GrownMasks::positions(),
            GrownMasks::end().or(GrownMasks::ends())
        );
        assert_eq!(Mask::word(4, u32::MAX), GrownMasks::number());
    }

    #[test]
    fn positions_of_a_field_that_is_added_are_renumbered() {
        assert_eq!((Plain::POSITIONS, Grown::POSITIONS), (1, 3));
        let mut world = grown();
        let mut positions = [Position::ABSENT; Grown::POSITIONS];
        Packed::positions(&world, &mut positions);
        assert_eq!(
            positions,
            [Position::new(1, 2), Position::ABSENT, Position::new(0, 1)]
        );
        positions[2] = Position::new(0, 0);
        world.set_positions(&positions);
        assert_eq!(world.ends, [Position::ABSENT, Position::new(0, 0)]);
    }
}
