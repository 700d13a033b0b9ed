//! `poolproof serve` and `poolproof explore`, started as a user starts them, and requests to them
//! byte by byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::program::command;

/// The longest wait for anything: a search of the reference file, unoptimised, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// The program, ended with the test.
pub struct Server {
    pub child: Child,
    pub port: u16,
    /// The path of the page: a slash, the token, a slash.
    pub home: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A response.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        let read = serde_json::from_str(&self.body);
        read.unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.body))
    }
}

impl Server {
    /// Starts `serve` with these arguments, on a free port.
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_in(Path::new("."), arguments)
    }

    /// The same in a directory.
    pub fn start_in(directory: &Path, arguments: &[&str]) -> Self {
        Self::of("serve", directory, "0", arguments)
    }

    /// The same on a port that was free.
    pub fn start_on(arguments: &[&str], port: u16) -> Self {
        Self::of("serve", Path::new("."), &port.to_string(), arguments)
    }

    /// Starts `explore` with these arguments, on a free port.
    pub fn exploring(arguments: &[&str]) -> Self {
        Self::of("explore", Path::new("."), "0", arguments)
    }

    fn of(name: &str, directory: &Path, port: &str, arguments: &[&str]) -> Self {
        let mut child = command(&[name, "--port", port])
            .args(arguments)
            .current_dir(directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let (_, rest) = line.split_once("http://127.0.0.1:").expect(&line);
        let (port, rest) = rest.split_once('/').expect(&line);
        let token = rest.split('/').next().unwrap();
        Self {
            child,
            port: port.parse().unwrap(),
            home: format!("/{token}/"),
        }
    }

    /// The address that a browser is given.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.home)
    }

    /// A connection to it.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and reads the response to its end.
    pub fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        // A request that is refused early may be refused before it is sent.
        let _ = stream.write_all(bytes);
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        let text = String::from_utf8(text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").expect("a response");
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// A request with these lines in its head, for a path below the token.
    pub fn ask(&self, verb: &str, path: &str, lines: &[&str], body: &str) -> Answer {
        let host = format!("Host: 127.0.0.1:{}", self.port);
        let lines = [&[host.as_str()], lines].concat().join("\r\n");
        let (home, length) = (&self.home, body.len());
        let request = format!(
            "{verb} {home}{path} HTTP/1.1\r\n{lines}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.send(request.as_bytes())
    }

    /// Gets a path below the token.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Posts JSON to a path below the token.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let lines = ["Content-Type: application/json"];
        self.ask("POST", path, &lines, &body.to_string())
    }

    /// Starts a run, and returns its number.
    pub fn run(&self, question: &Value) -> u64 {
        let answer = self.post("api/runs", question);
        assert_eq!(answer.status, 202, "{}", answer.body);
        answer.json()["run"].as_u64().unwrap()
    }

    /// The events of a run as they come.
    pub fn events(&self, run: u64) -> Events {
        let mut stream = self.connect();
        let (home, port) = (&self.home, self.port);
        let request =
            format!("GET {home}api/runs/{run}/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        Events(BufReader::new(stream))
    }

    /// The events of a run, to its end.
    pub fn all_events(&self, run: u64) -> Vec<(String, Value)> {
        self.events(run).collect()
    }
}

/// The events of a run: names and data.
pub struct Events(BufReader<TcpStream>);

impl Iterator for Events {
    type Item = (String, Value);

    fn next(&mut self) -> Option<Self::Item> {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if let Some(found) = line.trim_end().strip_prefix("event: ") {
                found.clone_into(&mut name);
            }
            if let Some(data) = line.trim_end().strip_prefix("data: ") {
                return Some((name, serde_json::from_str(data).unwrap()));
            }
        }
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let _ = self.0.get_ref().shutdown(Shutdown::Both);
    }
}
