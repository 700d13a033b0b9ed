//! The pages of `poolproof serve`, where a scenario is changed and answered at once, and of
//! `poolproof explore`, where one walks through its model.
//!
//! A small HTTP server for one user on one machine. It holds no words of the domain and touches no
//! file: what it answers comes from [`crate::app::whatif`] and [`crate::app::exploration`], and its
//! files are in the program.

mod assets;
mod events;
mod exploring;
mod gate;
mod http;
mod routes;
mod work;

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{io, thread};

use self::http::{Request, Response, Status, Verb};

pub use exploring::ExploringRoutes;
pub use gate::Gate;
pub use routes::WhatIfRoutes;
pub use work::SpareBytes;

/// The most connections at a time: a page has two, and a browser asks for some files at once.
const CONNECTIONS_MOST: usize = 32;

/// What answers the requests that the gate admits.
pub trait Routes: Send + Sync + 'static {
    /// Answers a request for this path below the token.
    fn answer(&self, request: &Request, path: &str, stream: TcpStream);
}

/// Answers requests until the program ends.
///
/// # Errors
///
/// When the listener cannot accept connections any more.
pub fn serve(listener: &TcpListener, gate: Gate, routes: impl Routes) -> io::Result<()> {
    let site = Arc::new((gate, routes));
    let open = Arc::new(AtomicUsize::new(0));
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if is_passing(error.kind()) => continue,
            Err(error) => return Err(error),
        };
        let place = Seat::take(&open);
        let site = Arc::clone(&site);
        // Without a thread for it, a connection is closed: the browser tries again.
        let _ = thread::Builder::new()
            .name("connection".to_owned())
            .spawn(move || answer(stream, &site.0, &site.1, place.as_ref()));
    }
}

/// Whether a listener goes on after an error: the connection has gone, not the listener.
const fn is_passing(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// A place among the connections, given back when it is dropped.
struct Seat(Arc<AtomicUsize>);

impl Seat {
    fn take(open: &Arc<AtomicUsize>) -> Option<Self> {
        let place = Self(Arc::clone(open));
        let before = open.fetch_add(1, Ordering::AcqRel);
        (before < CONNECTIONS_MOST).then_some(place)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn answer(mut stream: TcpStream, gate: &Gate, routes: &impl Routes, place: Option<&Seat>) {
    if http::limit(&stream).is_err() {
        return;
    }
    if place.is_none() {
        http::refuse(&mut stream, Status::Busy);
        return;
    }
    match http::read(&mut stream) {
        Ok(request) => match gate.admit(&request) {
            // What one page asks for is relative to it: the address of the first ends with a slash.
            Ok("") if request.verb == Verb::Get && !request.path.ends_with('/') => {
                send(stream, &Response::moved(&format!("{}/", request.path)));
            }
            Ok(path) => routes.answer(&request, path, stream),
            Err(status) => send(stream, &Response::plain(status)),
        },
        Err(Some(status)) => http::refuse(&mut stream, status),
        // Nobody is there any more.
        Err(None) => {}
    }
}

/// Sends a response; who has gone away does not want it.
fn send(mut stream: TcpStream, response: &Response) {
    let _ = response.write(&mut stream);
}
