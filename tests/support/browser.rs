//! A real browser that a test drives: headless Chromium, where there is one; with `CI=true` there
//! must be. It is spoken to over two pipes, in the protocol of its developer tools.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, thread};

use poolproof::app::clock::Stopwatch;
use serde_json::{Value, json};

/// A browser with one page, ended with the test.
pub struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    session: Option<String>,
    last: u64,
    /// What scripts complained of.
    pub complaints: Vec<String>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| env::split_paths(&folders).map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// The longest wait for the page: a search and a simulation, unoptimised, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// How the shell starts the browser: with its ends of the pipes as files 3 and 4.
const START: &str = "exec \"$0\" \"$@\" 3<\"$TO\" 4>\"$FROM\"";

impl Browser {
    /// Starts it; nothing without a browser, which CI must have.
    pub fn start(name: &str) -> Option<Self> {
        let Some(program) = program() else {
            let in_ci = env::var_os("CI").is_some_and(|value| value == "true");
            assert!(!in_ci, "{name}: CI=true, and no Chromium is in the PATH");
            // Not `eprintln`, which the test harness keeps to itself.
            let words = format!("SKIPPED: {name}: no Chromium in the PATH");
            let _ = writeln!(std::io::stderr(), "{words}");
            return None;
        };
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{name}"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let pipe = |name: &str| {
            let path = folder.join(name);
            assert!(
                Command::new("mkfifo")
                    .arg(&path)
                    .status()
                    .unwrap()
                    .success()
            );
            path
        };
        let (to, from) = (pipe("to"), pipe("from"));
        let profile = format!("--user-data-dir={}", folder.join("profile").display());
        let child = Command::new("sh")
            .args(["-c", START])
            .arg(program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args([
                "--disable-sync",
                "--disable-quic",
                "--remote-debugging-pipe",
            ])
            .arg(profile)
            .env("TO", &to)
            .env("FROM", &from)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = OpenOptions::new().write(true).open(to).unwrap();
        let mut browser = Self {
            child,
            to,
            from: BufReader::new(File::open(from).unwrap()),
            session: None,
            last: 0,
            complaints: Vec::new(),
        };
        browser.tab();
        Some(browser)
    }

    /// Opens another tab, to which all that follows goes; what the last one is called.
    pub fn tab(&mut self) -> Option<String> {
        let last = self.session.take();
        let target = self.command("Target.createTarget", &json!({"url": "about:blank"}));
        let attached = self.command(
            "Target.attachToTarget",
            &json!({"targetId": target["targetId"], "flatten": true}),
        );
        self.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            self.command(&format!("{domain}.enable"), &json!({}));
        }
        last
    }

    /// Goes back to a tab.
    pub fn back_to(&mut self, tab: Option<String>) {
        self.session = tab;
        self.command("Page.bringToFront", &json!({}));
    }

    /// A command of the protocol, and its result.
    pub fn command(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to
            .write_all(format!("{message}\0").as_bytes())
            .unwrap();
        loop {
            let mut bytes = Vec::new();
            self.from.read_until(0, &mut bytes).unwrap();
            bytes.pop().expect("the browser runs");
            let answer: Value = serde_json::from_slice(&bytes).unwrap();
            if answer["id"] == self.last {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].clone();
            }
            let method = answer["method"].as_str().unwrap_or_default();
            if ["Runtime.exceptionThrown", "Log.entryAdded"].contains(&method) {
                self.complaints.push(answer["params"].to_string());
            }
        }
    }

    /// Makes the window so large.
    pub fn resize(&mut self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": width < 600});
        self.command("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Opens an address.
    pub fn open(&mut self, address: &str) {
        self.command("Page.navigate", &json!({"url": address}));
    }

    /// The value of an expression on the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let asked = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let found = self.command("Runtime.evaluate", &asked);
        let wrong = &found["exceptionDetails"];
        assert!(wrong.is_null(), "{expression}: {wrong}");
        found["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub fn wait(&mut self, expression: &str) {
        let begun = Stopwatch::start();
        while self.value(expression) != json!(true) {
            let complaints = &self.complaints;
            assert!(
                begun.elapsed() < PATIENCE,
                "never true: {expression}; {complaints:?}"
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the window shows, as PNG.
    pub fn picture(&mut self) -> Vec<u8> {
        let found = self.command("Page.captureScreenshot", &json!({"format": "png"}));
        let text = found["data"].as_str().unwrap().trim_end_matches('=');
        let digits = text.bytes().map(|letter| match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            _ => 63,
        });
        // Six bits a letter, eight a byte.
        let (mut bits, mut count) = (0_u32, 0);
        let mut bytes = Vec::new();
        for digit in digits {
            (bits, count) = (bits << 6 | u32::from(digit), count + 6);
            if count >= 8 {
                count -= 8;
                bytes.push((bits >> count) as u8);
                bits &= (1 << count) - 1;
            }
        }
        bytes
    }
}
