//! The words of the file format: enumerations whose values have one name each.

/// Declares an enumeration with the name of each value.
macro_rules! words {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident {
            $( $(#[$note:meta])* $value:ident = $word:literal, )*
        }
    ) => {
        $(#[$attribute])*
        $visibility enum $name { $( $(#[$note])* $value, )* }

        impl $name {
            /// Every value, in the order of the declaration.
            pub const ALL: [Self; [$($word),*].len()] = [$(Self::$value),*];

            /// The name used in files and reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$value => $word, )* }
            }
        }
    };
}

/// The format of a value that is one of the names of a type.
macro_rules! named {
    ($type:ty) => {
        $crate::scenario::format::OneOf(<$type>::ALL.map(|value| (value.name(), value)))
    };
}

pub(super) use {named, words};
