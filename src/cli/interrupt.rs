//! Ctrl-C, and the termination that schedulers send: the work under way is finished and reported,
//! then the program ends with 130. Work that does not end soon is abandoned: somebody waits for the
//! prompt.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use std::{process, thread};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use super::exit::Exit;
use super::terminal;

static REQUESTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Whether the work has ended after the request, and only its result is still to be delivered.
static IS_DELIVERING: AtomicBool = AtomicBool::new(false);

/// Held while files are put into their places, so that none is left half-way.
static WRITING: Mutex<()> = Mutex::new(());

/// How long the work under way has to end after the request.
const GRACE: Duration = Duration::from_millis(1_900);

/// How often the request is looked for.
const GLANCE: Duration = Duration::from_millis(50);

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
    let watched = Arc::clone(&requested);
    thread::spawn(move || watch(&watched));
    requested
}

/// Ends the program some time after the request, unless the work has ended by then.
fn watch(requested: &AtomicBool) {
    while !requested.load(Ordering::Relaxed) {
        thread::sleep(GLANCE);
    }
    thread::sleep(GRACE);
    if IS_DELIVERING.load(Ordering::Relaxed) {
        return;
    }
    // What is being written is written to its end, and nothing after it.
    let _writing = writing();
    terminal::say("interrupted; the work under way did not end in time, and is not in any result");
    process::exit(i32::from(Exit::Interrupted.code()));
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

/// Says that work has ended. After a request nothing else is begun, so that its result is the last
/// and has the time that it takes.
pub fn work_has_ended() {
    if was_requested() {
        IS_DELIVERING.store(true, Ordering::Relaxed);
    }
}

/// Keeps the program from ending while files are put into their places.
pub fn writing() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}
