//! The events of a run, sent as they come: server-sent events, with a beat by which a reader that
//! has gone away is noticed.

use std::io::{self, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::http;
use super::work::Run;

/// The time between two signs of life.
const BEAT: Duration = Duration::from_secs(1);

/// Sends the events of a run from a number on, until it ends or nobody reads.
pub(super) fn stream(run: &Run, from: usize, mut stream: TcpStream) {
    let _listening = run.listen();
    // The end of a stream is the end of the connection: nobody waits for more.
    let _ = send(run, from, &mut stream);
}

fn send(run: &Run, from: usize, stream: &mut TcpStream) -> io::Result<()> {
    http::begin_events(stream)?;
    let mut next = from;
    loop {
        let (events, ended) = run.events(next, BEAT);
        for (name, data) in &events {
            // The data is one line of JSON.
            let event = format!("id: {next}\nevent: {name}\ndata: {data}\n\n");
            stream.write_all(event.as_bytes())?;
            next += 1;
        }
        if ended {
            return stream.flush();
        }
        if events.is_empty() {
            stream.write_all(b":\n\n")?;
        }
        stream.flush()?;
    }
}
