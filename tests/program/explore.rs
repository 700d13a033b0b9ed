//! The promise of the explorer: the model in a browser, in the domain's words, on this machine
//! only.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::program::{command, poolproof, printed};

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

/// The program, ended with the test.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn start() -> Server {
    let port = free_port();
    let mut child = command(&["explore", H01, "--port", &port.to_string()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let expected = format!("http://127.0.0.1:{port}/");
    let server = Server { child, port };
    assert!(line.contains(&expected), "{line}");
    server
}

fn get(port: u16, path: &str) -> String {
    // The server begins to listen a moment after it says so.
    let mut stream = (0..200)
        .find_map(|_| {
            let stream = TcpStream::connect(("127.0.0.1", port)).ok();
            if stream.is_none() {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            stream
        })
        .expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    body.to_owned()
}

fn states(port: u16, path: &str) -> Vec<Value> {
    let body = get(port, path);
    serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[test]
fn states_and_events_are_in_the_words_of_the_domain() {
    let server = start();
    let first = states(server.port, "/.states/");
    let state = first[0]["state"].as_str().unwrap();
    for words in [
        "users are served from A",
        "in DC1:",
        "  A: principal, history 1 up to position 0",
        "  B: mirror",
        "  S: restoring",
        "faults: 0 of 1",
    ] {
        assert!(state.contains(words), "{words}\n{state}");
    }
    // Each checked property has its own line.
    let properties = first[0]["properties"].to_string();
    for name in ["SB", "I1", "I2", "I3", "I4"] {
        assert!(properties.contains(&format!("\"{name}\"")), "{properties}");
    }
    let next = states(server.port, "/.states/0");
    let cut = next
        .iter()
        .position(|s| s["action"] == "FAULT: The link DC1-DC2 is cut (environment)");
    let cut = cut.unwrap_or_else(|| panic!("{next:?}"));
    assert_eq!(next[cut]["outcome"], "link DC1-DC2: cut");
    assert!(
        next[cut]["state"]
            .as_str()
            .unwrap()
            .contains("link DC1-DC2: CUT")
    );
    let after = states(server.port, &format!("/.states/0/{cut}"));
    let begun = after.iter().any(|s| {
        let action = s["action"].as_str().unwrap_or_default();
        action.starts_with("Operators begin \"site-failover-documented\"")
    });
    assert!(begun, "{after:?}");
    assert!(get(server.port, "/").contains("<html"));
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = poolproof(&["explore", H01, "--port", &port]);
    assert_eq!(output.status.code(), Some(74));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("cannot listen on 127.0.0.1:"), "{errors}");
    assert!(errors.contains("--port"), "{errors}");
}

/// There is no option for another address, and the one that is used is this machine's own.
#[test]
fn it_listens_on_loopback_only() {
    let help = printed(&["explore", "--help"]);
    for option in ["--host", "--address", "--bind", "--listen"] {
        assert!(!help.contains(option), "{help}");
    }
    let server = start();
    get(server.port, "/.status");
    // 127.0.0.2 is this machine too: a server on all addresses would answer there.
    if cfg!(target_os = "linux") {
        assert!(TcpStream::connect(("127.0.0.2", server.port)).is_err());
    }
}

/// Ctrl-C ends it at once, with the code for it.
#[cfg(unix)]
#[test]
fn an_interrupt_ends_it() {
    let mut server = start();
    get(server.port, "/.status");
    let number = server.child.id().to_string();
    let sent = Command::new("kill")
        .args(["-INT", &number])
        .status()
        .unwrap();
    assert!(sent.success());
    assert_eq!(server.child.wait().unwrap().code(), Some(130));
}
