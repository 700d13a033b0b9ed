//! As much of HTTP/1.1 as one page needs: one request for each connection, with limits on the size
//! of its head and body, and on the time that it takes to arrive.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::app::clock::Stopwatch;

/// The most bytes of a request's head.
const HEAD_MOST: usize = 16 * 1024;

/// The most headers; browsers send about twenty.
const HEADERS_MOST: usize = 64;

/// The most bytes of a body: a scenario with every value changed has a few thousand.
const BODY_MOST: usize = 128 * 1024;

/// The longest time until a request is there as a whole.
const ARRIVAL_MOST: Duration = Duration::from_secs(5);

/// The longest time for which a reader may not take what is sent.
const WRITE_MOST: Duration = Duration::from_secs(10);

/// The longest time of reading what a refused request still sends.
const DRAIN_MOST: Duration = Duration::from_millis(250);

/// What is done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
    Delete,
}

/// A request.
#[derive(Debug)]
pub struct Request {
    pub(super) verb: Verb,
    /// The path, without a query: nothing here takes one.
    pub(super) path: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The value of a header, if it is there once.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut same = self.headers.iter().filter(|(known, _)| known == name);
        let first = same.next()?;
        same.next().is_none().then_some(first.1.as_str())
    }

    /// How often a header is there.
    pub(super) fn count(&self, name: &str) -> usize {
        self.headers
            .iter()
            .filter(|(known, _)| known == name)
            .count()
    }
}

/// How a request ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Fine,
    Accepted,
    NoContent,
    Moved,
    Malformed,
    Forbidden,
    NotFound,
    WrongVerb,
    TooSlow,
    TooLong,
    WrongType,
    Refused,
    HeadTooLong,
    Defect,
    NotSupported,
    Busy,
}

impl Status {
    const fn line(self) -> &'static str {
        match self {
            Self::Fine => "200 OK",
            Self::Accepted => "202 Accepted",
            Self::NoContent => "204 No Content",
            Self::Moved => "308 Permanent Redirect",
            Self::Malformed => "400 Bad Request",
            Self::Forbidden => "403 Forbidden",
            Self::NotFound => "404 Not Found",
            Self::WrongVerb => "405 Method Not Allowed",
            Self::TooSlow => "408 Request Timeout",
            Self::TooLong => "413 Content Too Large",
            Self::WrongType => "415 Unsupported Media Type",
            Self::Refused => "422 Unprocessable Content",
            Self::HeadTooLong => "431 Request Header Fields Too Large",
            Self::Defect => "500 Internal Server Error",
            Self::NotSupported => "501 Not Implemented",
            Self::Busy => "503 Service Unavailable",
        }
    }
}

/// What the page may do: load its own files, and nothing from anywhere else.
pub(super) const OWN_FILES_ONLY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// What every response says: nothing of it is kept, guessed at, framed or told to other sites.
const GUARDS: &str = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\
     Referrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n\
     Cross-Origin-Resource-Policy: same-origin\r\nConnection: close\r\n";

/// A response.
pub(super) struct Response {
    pub(super) status: Status,
    pub(super) media: &'static str,
    pub(super) policy: String,
    /// More lines of the head.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Response {
    pub(super) fn new(status: Status, media: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            media,
            policy: OWN_FILES_ONLY.to_owned(),
            head: String::new(),
            body: body.into(),
        }
    }

    /// The address where what is asked for is.
    pub(super) fn moved(address: &str) -> Self {
        let mut moved = Self::plain(Status::Moved);
        moved.head = format!("Location: {address}\r\n");
        moved
    }

    /// A status with its words.
    pub(super) fn plain(status: Status) -> Self {
        let body = match status {
            Status::NoContent => String::new(),
            _ => format!("{}\n", status.line()),
        };
        Self::new(status, "text/plain; charset=utf-8", body)
    }

    /// The same, to be saved under a name.
    pub(super) fn saved_as(mut self, name: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let name = name.replace(|c| !plain(c), "-");
        self.head.push_str(&format!(
            "Content-Disposition: attachment; filename=\"{name}\"\r\n"
        ));
        self
    }

    pub(super) fn write(&self, stream: &mut TcpStream) -> io::Result<()> {
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\
             Content-Security-Policy: {}\r\n{GUARDS}{}\r\n",
            self.status.line(),
            self.media,
            self.body.len(),
            self.policy,
            self.head
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body)?;
        stream.flush()
    }
}

/// Writes the head of a stream of events, which has no length.
pub(super) fn begin_events(stream: &mut TcpStream) -> io::Result<()> {
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Type: text/event-stream\r\n{GUARDS}\r\n",
        Status::Fine.line()
    );
    stream.write_all(head.as_bytes())?;
    stream.flush()
}

/// Sets the limits that a connection has from its first byte on.
pub(super) fn limit(stream: &TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(ARRIVAL_MOST))?;
    stream.set_write_timeout(Some(WRITE_MOST))?;
    stream.set_nodelay(true)
}

/// Reads a request. Without a status nobody waits for a response.
pub(super) fn read(stream: &mut TcpStream) -> Result<Request, Option<Status>> {
    let watch = Stopwatch::start();
    let mut bytes = Vec::new();
    let (mut request, begin, length) = loop {
        if let Some(read) = head(&bytes).map_err(Some)? {
            break read;
        }
        if bytes.len() >= HEAD_MOST {
            return Err(Some(Status::HeadTooLong));
        }
        more(stream, &watch, &mut bytes, HEAD_MOST)?;
    };
    let end = begin + length;
    while bytes.len() < end {
        more(stream, &watch, &mut bytes, end)?;
    }
    request.body = bytes[begin..end].to_vec();
    Ok(request)
}

/// Reads what has arrived, up to so many bytes in all.
fn more(
    stream: &mut TcpStream,
    watch: &Stopwatch,
    bytes: &mut Vec<u8>,
    most: usize,
) -> Result<(), Option<Status>> {
    let left = ARRIVAL_MOST.saturating_sub(watch.elapsed());
    if left.is_zero() {
        return Err(Some(Status::TooSlow));
    }
    stream.set_read_timeout(Some(left)).map_err(|_| None)?;
    let mut part = [0; 8 * 1024];
    let room = part.len().min(most - bytes.len());
    match stream.read(&mut part[..room]) {
        Ok(0) => Err(None),
        Ok(read) => {
            bytes.extend_from_slice(&part[..read]);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
        Err(error) if is_late(error.kind()) => Err(Some(Status::TooSlow)),
        Err(_) => Err(None),
    }
}

const fn is_late(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// The request without its body, where that begins and how long it is; `None` while the head is
/// not whole.
fn head(bytes: &[u8]) -> Result<Option<(Request, usize, usize)>, Status> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MOST];
    let mut parsed = httparse::Request::new(&mut headers);
    let begin = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(begin)) => begin,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Status::HeadTooLong),
        Err(_) => return Err(Status::Malformed),
    };
    let verb = match parsed.method.unwrap_or_default() {
        "GET" => Verb::Get,
        "POST" => Verb::Post,
        "DELETE" => Verb::Delete,
        _ => return Err(Status::WrongVerb),
    };
    let path = parsed.path.unwrap_or_default();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut named = Vec::new();
    for header in parsed.headers.iter() {
        let value = std::str::from_utf8(header.value).map_err(|_| Status::Malformed)?;
        named.push((header.name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let request = Request {
        verb,
        path: path.to_owned(),
        headers: named,
        body: Vec::new(),
    };
    // A body whose length is not said beforehand would need a parser of its own.
    if request.count("transfer-encoding") > 0 {
        return Err(Status::NotSupported);
    }
    let length = match (
        request.count("content-length"),
        request.header("content-length"),
    ) {
        (0, _) => 0,
        (1, Some(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().map_err(|_| Status::TooLong)?
        }
        _ => return Err(Status::Malformed),
    };
    if length > BODY_MOST {
        return Err(Status::TooLong);
    }
    Ok(Some((request, begin, length)))
}

/// Refuses a request. What it still sends is read for a moment: a connection that is closed over
/// unread bytes may lose the response.
pub(super) fn refuse(stream: &mut TcpStream, status: Status) {
    let sent = Response::plain(status).write(stream);
    if sent.is_err() || stream.shutdown(Shutdown::Write).is_err() {
        return;
    }
    let watch = Stopwatch::start();
    let mut part = [0; 8 * 1024];
    while watch.elapsed() < DRAIN_MOST {
        let _ = stream.set_read_timeout(Some(DRAIN_MOST));
        if matches!(stream.read(&mut part), Ok(0) | Err(_)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Option<(Request, usize, usize)>, Status> {
        head(text.as_bytes())
    }

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        assert!(
            parsed("GET / HTTP/1.1\r\nHost: a")
                .expect("so far")
                .is_none()
        );
        let text = "POST /a/b?c HTTP/1.1\r\nHOST: a:1\r\nContent-Length: 3\r\n\r\nxyz";
        let (request, begin, length) = parsed(text).expect("fine").expect("whole");
        assert_eq!((request.verb, request.path.as_str()), (Verb::Post, "/a/b"));
        assert_eq!(request.header("host"), Some("a:1"));
        assert_eq!(&text[begin..begin + length], "xyz");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        let with = |headers: &str| {
            let read = parsed(&format!("POST / HTTP/1.1\r\n{headers}\r\n\r\n"));
            read.map(|_| ()).expect_err("refused")
        };
        assert_eq!(with("Transfer-Encoding: chunked"), Status::NotSupported);
        assert_eq!(
            with("Content-Length: 1\r\nContent-Length: 2"),
            Status::Malformed
        );
        assert_eq!(with("Content-Length: +1"), Status::Malformed);
        assert_eq!(
            with("Content-Length: 999999999999999999999"),
            Status::TooLong
        );
        assert_eq!(with("Content-Length: 999999"), Status::TooLong);
        let patch = parsed("PATCH / HTTP/1.1\r\n\r\n");
        assert_eq!(patch.map(|_| ()), Err(Status::WrongVerb));
    }

    #[test]
    fn a_file_name_cannot_end_its_header() {
        let named = Response::plain(Status::Fine).saved_as("a\"\r\nx: y.toml");
        assert_eq!(
            named.head,
            "Content-Disposition: attachment; filename=\"a---x--y.toml\"\r\n"
        );
    }
}
