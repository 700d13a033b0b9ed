//! Ctrl-C, and the termination that schedulers send: the work under way is finished and reported,
//! then the program ends with 130.

use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit::Exit;

static REQUESTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(listen);

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

/// Whether the program was asked to end. Nobody listens before the first to ask: what has nothing
/// to finish is ended by the signal itself.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
