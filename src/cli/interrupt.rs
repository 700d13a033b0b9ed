//! Ctrl-C, and the termination that schedulers send: the work under way is finished and reported,
//! then the program ends with 130.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::exit::Exit;

static REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Listens for Ctrl-C and for termination. A second one ends the program at once. A hangup is left
/// as it is: `nohup` has to work.
fn listen() -> Arc<AtomicBool> {
    let requested = Arc::default();
    let code = i32::from(Exit::Interrupted.code());
    for signal in [SIGINT, SIGTERM] {
        // Without a handler a signal ends the program at once, which is no reason not to start it.
        // In this order: the first signal finds that none was before it.
        let _ = flag::register_conditional_shutdown(signal, code, Arc::clone(&requested));
        let _ = flag::register(signal, Arc::clone(&requested));
    }
    requested
}

/// Whether the program was asked to end. It listens from the first call on: a command that has
/// nothing to finish never asks, and is ended by the signal itself.
pub fn requested() -> bool {
    REQUESTED.get_or_init(listen).load(Ordering::Relaxed)
}

/// Whether the program was asked to end while it listened.
pub fn was_requested() -> bool {
    REQUESTED
        .get()
        .is_some_and(|requested| requested.load(Ordering::Relaxed))
}
