//! Names with stable numbers: components, events, runbooks, properties, phases and causes.
//!
//! What has a stable number and a name stands in one row, from which everything else is made. A
//! number is never changed and never reused.

/// An enumeration whose variants have a stable number and a stable name: one row each.
macro_rules! named {
    (
        $(#[$meta:meta])*
        pub enum $Enum:ident {
            $($(#[$doc:meta])* $Variant:ident = $number:literal, $name:literal;)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum $Enum {
            $($(#[$doc])* $Variant = $number,)*
        }

        impl $Enum {
            /// All of them, in the order of their numbers.
            pub const ALL: [Self; [$($number),*].len()] = [$(Self::$Variant),*];

            /// The stable name, as used in files and results.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)*
                }
            }

            /// The one of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.name() == name)
            }
        }
    };
}

pub mod component;
pub mod event;
pub mod incident;
pub mod link;
mod loss;
pub mod property;
pub mod replica;
pub mod runbook;
pub mod session;
pub mod site;
pub mod slice;
