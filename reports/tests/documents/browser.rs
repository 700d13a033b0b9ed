//! The pages in a real browser: headless Chromium, where there is one; with `CI=true` there must
//! be.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, thread};

use poolproof_reports::{html, player};

use crate::sample;

/// Presses keys and buttons and tells in the title where each led.
const DRIVER: &str = r#"<script>
const told = [];
const tell = () => {
  const shown = document.querySelectorAll(".frame:not([hidden])");
  const current = document.querySelectorAll("nav [aria-current]");
  told.push([document.querySelector("output").textContent, location.hash, shown.length,
    current.length, shown[0].querySelector("h2").textContent.slice(0, 2)].join(","));
};
const press = (key) => {
  document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  tell();
};
const click = (go) => { document.querySelector("[data-go=" + go + "]").click(); tell(); };
tell();
press("ArrowRight"); press("ArrowRight"); press("ArrowLeft"); press("End"); press("ArrowRight");
click("back"); click("first"); click("forward"); click("last"); press("Home");
document.querySelectorAll("nav a")[3].click(); tell();
told.push(document.documentElement.scrollWidth <= innerWidth ? "fits" : "too wide");
document.title = told.join(";");
</script></body>"#;

/// Tells whether the page, or any part of it, is wider than its place, in frames of several widths.
const RULER: &str = r#"<script>
const wide = [];
const page = document.documentElement.outerHTML;
const measured = [360, 390, 768, 900, 1280].map((width) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.style.cssText = `position: absolute; border: 0; width: ${width}px; height: 800px`;
  frame.srcdoc = page.replace(/<script>[^]*?<\/script>/g, "");
  frame.onload = () => {
    const inner = frame.contentDocument;
    inner.querySelectorAll("details").forEach((one) => { one.open = true; });
    for (const one of [inner.documentElement, ...inner.querySelectorAll(".scroll, figure, pre")]) {
      if (one.scrollWidth > one.clientWidth + 1) {
        wide.push(width + ": " + one.tagName + " " + one.className + " " + one.scrollWidth);
      }
    }
    frame.remove();
    done();
  };
  document.body.append(frame);
}));
Promise.all(measured).then(() => { document.title = wide.join("; ") || "fits"; });
</script></body>"#;

/// Sorts the first table up and down and filters the longest, and tells whether each did.
const TABLES: &str = r#"<script>
const table = document.querySelector("th button").closest("table");
const cells = () => [...table.tBodies[0].rows].map((row) => row.cells[0].textContent.trim());
const sorted = [...cells()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
const button = table.querySelector("th button");
button.click();
const up = cells();
button.click();
const down = cells();
const field = [...document.querySelectorAll("input.filter")]
  .find((one) => one.nextElementSibling.textContent.includes("mirroring.partner_timeout"));
const rows = () => [...field.nextElementSibling.querySelectorAll("tbody tr")]
  .filter((row) => !row.hidden).length;
const all = rows();
field.value = "mirroring.partner_timeout";
field.dispatchEvent(new Event("input"));
document.title = [up.length > 1, up.join() === sorted.join(),
  down.join() === sorted.reverse().join(), all > 12, rows()].join();
</script></body>"#;

/// Tells which of the two drawings of each chart is seen.
const DRAWINGS: &str = r#"<script>
const seen = (kind) => [...document.querySelectorAll("figure ." + kind)]
  .filter((one) => one.getClientRects().length > 0).length;
document.title = seen("wide") + " wide, " + seen("narrow") + " narrow";
</script></body>"#;

/// Measures whether the answer ends within the first screen of a telephone and of a desk.
const FIRST_SCREEN: &str = r#"<script>
const page = document.documentElement.outerHTML.replace(/<script>[^]*?<\/script>/g, "");
const told = [[390, 844], [1280, 900]].map(([width, height]) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.style.cssText = `position: absolute; border: 0; width: ${width}px; height: ${height}px`;
  frame.srcdoc = page;
  frame.onload = () => {
    const inner = frame.contentDocument;
    const values = [...inner.querySelectorAll(".standing, .tile .value, .tile .word")];
    const end = Math.max(...values.map((one) => one.getBoundingClientRect().bottom));
    done(width + ": " + values.length + (end <= height ? " seen" : " end at " + end));
  };
  document.body.append(frame);
}));
Promise.all(told).then((all) => { document.title = all.join("; "); });
</script></body>"#;

fn browser() -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| env::split_paths(&folders).map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

/// Opens a page and returns its title after the scripts ran; nothing without a browser, which CI
/// must have.
fn title_of(name: &str, page: &str, width: u32) -> Option<String> {
    let Some(browser) = browser() else {
        let in_ci = env::var_os("CI").is_some_and(|value| value == "true");
        assert!(!in_ci, "{name}: CI=true, and no Chromium is in the PATH");
        // Not `eprintln`, which the test harness keeps to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: {name}: no Chromium in the PATH"
        );
        return None;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the test");
    let (source, shown) = (folder.join("page.html"), folder.join("shown.html"));
    fs::write(&source, page).expect("the page is written");
    let output = File::create(&shown).expect("a file for the output");
    let mut child = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
        ])
        .args([
            "--no-first-run",
            "--disable-background-networking",
            "--disable-sync",
        ])
        .args(["--disable-component-update", "--dump-dom"])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ))
        .arg(format!("--window-size={width},1000"))
        .arg(format!("file://{}", source.display()))
        .stdout(output)
        .stderr(Stdio::null())
        .spawn()
        .expect("the browser starts");
    let ended = (0..600).any(|_| {
        thread::sleep(Duration::from_millis(100));
        !matches!(child.try_wait(), Ok(None))
    });
    if !ended {
        let _ = child.kill();
        let _ = child.wait();
    }
    assert!(ended, "the browser did not end within a minute");
    let text = fs::read_to_string(&shown).expect("what the browser shows");
    let (_, rest) = text.split_once("<title>").expect("the page has a title");
    let (title, _) = rest.split_once("</title>").expect("the title ends");
    Some(title.to_owned())
}

/// A page of the gallery: a report has more rows than the sample.
#[test]
fn tables_are_sorted_and_filtered() {
    let path = "gallery/lync-2013-lbw-no-witness/index.html";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let page = fs::read_to_string(path).expect("the gallery is there");
    let Some(title) = title_of("tables", &page.replace("</body>", TABLES), 1280) else {
        return;
    };
    assert_eq!(title, "true,true,true,true,1");
}

#[test]
fn the_player_goes_forward_and_back() {
    let path = sample::counterexample_with_state();
    let page = player::page(&sample::document(), &path, "SB is violated").expect("drawn");
    let page = page.replace("</body>", DRIVER);
    let Some(title) = title_of("player", &page, 1280) else {
        return;
    };
    let expected = [
        "Start,,1,1,St",
        "Step 1 of 4,#step-1,1,1,1.",
        "Step 2 of 4,#step-2,1,1,2.",
        "Step 1 of 4,#step-1,1,1,1.",
        "Step 4 of 4,#step-4,1,1,4.",
        "Step 4 of 4,#step-4,1,1,4.",
        "Step 3 of 4,#step-3,1,1,3.",
        "Start,#step-0,1,1,St",
        "Step 1 of 4,#step-1,1,1,1.",
        "Step 4 of 4,#step-4,1,1,4.",
        "Start,#step-0,1,1,St",
        "Step 3 of 4,#step-3,1,1,3.",
        "fits",
    ];
    assert_eq!(title.split(';').collect::<Vec<_>>(), expected);
}

/// Tells of each step which links are drawn as cut, which holders as down and which as changed,
/// and how far the line of a cut link is really dashed.
const LOOKER: &str = r#"<script>
const seen = [];
const look = () => {
  const frame = document.querySelector(".frame:not([hidden])");
  const names = (what) => [...frame.querySelectorAll(what)].map((one) => one.textContent);
  const cut = [...frame.querySelectorAll(".link.cut")].map((one) => one.dataset.link);
  const dashed = [...frame.querySelectorAll(".link.cut .line")]
    .every((line) => getComputedStyle(line).borderTopStyle === "dashed");
  const held = [...frame.querySelectorAll(".holder")].filter((one) => one.querySelector(".log"))
    .map((one) => one.querySelector(".name").textContent + one.querySelectorAll(".held").length);
  seen.push(["cut " + cut, dashed, "down " + names(".holder.down .name"),
    "touched " + names(".holder.touched .name"), "held " + held].join("|"));
};
const press = (key) => {
  document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  look();
};
press("ArrowRight"); press("ArrowRight"); press("End"); press("ArrowLeft");
document.title = seen.join(";");
</script></body>"#;

#[test]
fn the_picture_shows_links_logs_and_changes() {
    let path = sample::counterexample_with_state();
    let page = player::page(&sample::document(), &path, "SB is violated").expect("drawn");
    let Some(title) = title_of("picture", &page.replace("</body>", LOOKER), 1280) else {
        return;
    };
    let expected = [
        "cut DC1-DC2|true|down pchat-1,sql-a,sql-b,the share|touched |\
         held sql-a2,sql-b1,sql-c1,the share1",
        "cut DC1-DC2|true|down pchat-1,sql-a,sql-b,the share|touched sql-c|\
         held sql-a2,sql-b1,sql-c1,the share1",
        "cut |true|down |touched pchat-1,sql-a,sql-b,the share|\
         held sql-a2,sql-b1,sql-c2,the share1",
        "cut DC1-DC2|true|down pchat-1,sql-a,sql-b,the share|touched pchat-3,sql-c|\
         held sql-a2,sql-b1,sql-c2,the share1",
    ];
    assert_eq!(title.split(';').collect::<Vec<_>>(), expected);
}

#[test]
fn a_telephone_gets_drawings_of_its_own() {
    let page = html::page(&sample::document()).expect("drawn");
    let page = page.replace("</body>", DRAWINGS);
    // The narrowest window of the browser has 500 pixels.
    for (name, width, expected) in [
        ("wide-charts", 1280, "7 wide, 0 narrow"),
        ("narrow-charts", 500, "0 wide, 7 narrow"),
    ] {
        let Some(title) = title_of(name, &page, width) else {
            return;
        };
        assert_eq!(title, expected, "{name}");
    }
}

#[test]
fn the_answer_is_on_the_first_screen() {
    let page = html::page(&sample::budgets()).expect("drawn");
    let page = page.replace("</body>", FIRST_SCREEN);
    let Some(title) = title_of("first-screen", &page, 1280) else {
        return;
    };
    assert_eq!(title, "390: 13 seen; 1280: 13 seen");
}

#[test]
fn the_pages_fit_a_narrow_window() {
    let document = sample::document();
    let mut path = sample::counterexample();
    path.steps[1].text = "a_name_that_nobody_can_break_".repeat(4);
    let pages = [
        ("narrow-report", html::page(&document).expect("drawn")),
        (
            "narrow-budgets",
            html::page(&sample::budgets()).expect("drawn"),
        ),
        (
            "narrow-player",
            player::page(&document, &path, "SB is violated").expect("drawn"),
        ),
    ];
    for (name, page) in pages {
        let page = page.replace("</body>", RULER);
        let Some(title) = title_of(name, &page, 500) else {
            return;
        };
        assert_eq!(title, "fits", "{name}");
    }
}

#[test]
fn the_gallery_fits_a_narrow_window() {
    let all = [
        "decisions",
        "intervals",
        "what-matters",
        "lync-2013-lbw-no-witness",
    ];
    // The table of a sweep has a column for each figure: on a tablet it is moved sideways.
    let ruler = RULER.replace("768, 900, ", "");
    for name in all {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("gallery/{name}/index.html"));
        let page = fs::read_to_string(page).expect("a page of the gallery");
        let page = page.replace("</body>", &ruler);
        let Some(title) = title_of(&format!("narrow-{name}"), &page, 500) else {
            return;
        };
        assert_eq!(title, "fits", "{name}");
    }
}
