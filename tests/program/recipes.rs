//! The promise of the recipes of `docs/cluster.md`: as they stand there, shards run side by side by
//! tools that know nothing of them, and merge to the bytes of one machine.
//!
//! GNU parallel is not installed everywhere. Without it its recipe is left out with a warning;
//! `.ci/run` installs it and sets `POOLPROOF_ALL_RECIPES`, which makes that a failure.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use saphyr::{LoadableYamlNode, Yaml};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_poolproof");

/// The code blocks of a section of the page, the first one first.
fn blocks(heading: &str) -> Vec<String> {
    let page = fs::read_to_string("docs/cluster.md").unwrap();
    let section = page
        .split("\n## ")
        .find(|section| section.starts_with(heading));
    let section = section.unwrap_or_else(|| panic!("no section {heading}"));
    let fenced = section.split("```").skip(1).step_by(2);
    fenced
        .map(|block| block.split_once('\n').unwrap().1.to_owned())
        .collect()
}

/// A directory with the library, the recipes, and the program under its own name.
fn place() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in ["scenarios", "cluster"] {
        let copied = Command::new("cp")
            .args(["-r", name])
            .arg(directory.path())
            .status();
        assert!(copied.unwrap().success());
    }
    fs::create_dir(directory.path().join("bin")).unwrap();
    std::os::unix::fs::symlink(PROGRAM, directory.path().join("bin/poolproof")).unwrap();
    directory
}

fn command(directory: &Path, program: &str) -> Command {
    let own = std::env::var_os("PATH").unwrap_or_default();
    let mut path = vec![directory.join("bin")];
    path.extend(std::env::split_paths(&own));
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env("PATH", std::env::join_paths(path).unwrap());
    command
}

fn ok(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {stdout}{stderr}");
    output
}

/// Runs a block of the page, with fewer trials than it shows.
fn shell(directory: &Path, block: &str) {
    let few = block.replace(
        "--trials 1000000",
        "--trials 400 --set simulate.drill_trials=200",
    );
    ok(command(directory, "bash").args(["-euo", "pipefail", "-c", &few]));
}

/// A plan of six shards, and the result of one machine.
fn planned(directory: &Path) -> Vec<u8> {
    let what = "scenarios/lync-2013-lbw.toml --trials 400 --set simulate.drill_trials=200";
    shell(
        directory,
        &format!("poolproof simulate plan {what} --shards 6"),
    );
    let here = format!("poolproof simulate {what} --format json");
    ok(command(directory, "bash").args(["-c", &here])).stdout
}

fn merged(directory: &Path, shards: &str) -> Vec<u8> {
    let merge = format!("poolproof merge manifest.json {shards}/*.json --format json");
    ok(command(directory, "bash").args(["-c", &merge])).stdout
}

fn file_of(block: &str, name: &str) {
    let path: PathBuf = ["cluster", name].iter().collect();
    let file = fs::read_to_string(&path).unwrap();
    assert!(
        block == file,
        "docs/cluster.md does not show {}",
        path.display()
    );
}

fn is_there(program: &str, says: &[u8]) -> bool {
    let version = Command::new(program).arg("--version").output();
    let there = version.is_ok_and(|output| output.stdout.starts_with(says));
    let needed = std::env::var_os("POOLPROOF_ALL_RECIPES").is_some();
    assert!(
        there || !needed,
        "{program} is not installed, and this run needs it"
    );
    if !there {
        eprintln!("WARNING: {program} is not installed: THE RECIPE WITH IT IS NOT TESTED HERE");
    }
    there
}

#[test]
fn gnu_parallel_runs_shards_side_by_side() {
    let blocks = blocks("GNU parallel");
    file_of(&blocks[1], "parallel.sh");
    if !is_there("parallel", b"GNU parallel") {
        return;
    }
    let directory = place();
    let at = directory.path();
    shell(at, &blocks[0]);
    let one = "poolproof sweep scenarios/lync-2013-lbw.toml \
               --grid log_shipping.backup_interval=5min,15min,30min --trials 1000000 --out one";
    shell(at, one);
    ok(Command::new("diff")
        .args(["-r", "one", "report"])
        .current_dir(at));
    // Again: nothing is left to do, and what is there stays.
    let first = at.join("shards/shard-00000.json");
    let before = fs::metadata(&first).unwrap().modified().unwrap();
    shell(at, "cluster/parallel.sh manifest.json 8");
    assert_eq!(fs::metadata(&first).unwrap().modified().unwrap(), before);
}

#[test]
fn xargs_runs_shards_side_by_side() {
    let directory = place();
    let at = directory.path();
    let here = planned(at);
    // As shown, for the six shards of this plan in place of 64.
    let shown = &blocks("GNU parallel")[2];
    assert!(shown.starts_with("seq 0 63 |"), "{shown}");
    shell(at, &shown.replace("seq 0 63", "seq 0 5"));
    assert!(here == merged(at, "shards"));
}

#[test]
fn a_slurm_array_runs_each_shard() {
    let shown = &blocks("Slurm")[0];
    file_of(shown, "slurm.sh");
    assert!(shown.contains("#SBATCH --array=0-63\n"));
    let directory = place();
    let at = directory.path();
    let here = planned(at);
    for task in 0..6 {
        let mut script = command(at, "bash");
        script.args(["cluster/slurm.sh"]);
        ok(script.env("SLURM_ARRAY_TASK_ID", task.to_string()));
    }
    assert!(here == merged(at, "shards"));
    // Outside of an array it must not run anything.
    let alone = command(at, "bash")
        .arg("cluster/slurm.sh")
        .env_remove("SLURM_ARRAY_TASK_ID")
        .output();
    assert!(!alone.unwrap().status.success());
}

#[test]
fn an_indexed_job_runs_each_shard() {
    let shown = &blocks("Kubernetes")[0];
    file_of(shown, "kubernetes.yaml");
    let documents = Yaml::load_from_str(shown).unwrap();
    let [job] = &documents[..] else {
        panic!("one document");
    };
    assert_eq!(job["apiVersion"].as_str(), Some("batch/v1"));
    assert_eq!(job["kind"].as_str(), Some("Job"));
    let spec = &job["spec"];
    assert_eq!(spec["completionMode"].as_str(), Some("Indexed"));
    assert_eq!(spec["completions"].as_integer(), Some(64));
    let pod = &spec["template"]["spec"];
    // What `backoffLimitPerIndex` asks for.
    assert_eq!(pod["restartPolicy"].as_str(), Some("Never"));
    let container = &pod["containers"][0];
    let mounted = container["volumeMounts"][0]["name"].as_str();
    assert_eq!(mounted, pod["volumes"][0]["name"].as_str());
    assert_eq!(
        container["volumeMounts"][0]["mountPath"].as_str(),
        Some("/data")
    );
    let words = |key: &str| -> Vec<String> {
        let list = container[key].as_vec().unwrap().iter();
        list.map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let (program, mut arguments) = (words("command"), words("args"));
    let directory = place();
    let at = directory.path();
    let here = planned(at);
    fs::create_dir(at.join("data")).unwrap();
    fs::copy(at.join("manifest.json"), at.join("data/manifest.json")).unwrap();
    // The volume is where a test may write.
    let data = at.join("data").display().to_string();
    arguments
        .iter_mut()
        .for_each(|word| *word = word.replace("/data", &data));
    for index in 0..6 {
        let mut container = command(at, &program[0]);
        container.args(&program[1..]).args(&arguments);
        ok(container.env("JOB_COMPLETION_INDEX", index.to_string()));
    }
    assert!(here == merged(at, "data/shards"));
}

#[test]
fn the_scripts_are_sound() {
    let mut scripts = vec![PathBuf::from(".ci/run")];
    let listed = fs::read_dir("cluster").unwrap();
    let listed = listed.map(|entry| entry.unwrap().path());
    scripts.extend(listed.filter(|path| path.extension().is_some_and(|e| e == "sh")));
    assert!(scripts.len() >= 4);
    for script in &scripts {
        ok(Command::new("bash").arg("-n").arg(script));
    }
    let shellcheck = Command::new("shellcheck").arg("--version").output();
    if shellcheck.is_ok() {
        ok(Command::new("shellcheck").args(&scripts));
    }
}

/// What the driver uses of Dask, in one process: tasks run where they are submitted.
const DASK_IN_ONE_PROCESS: &str = "
class Task:
    def __init__(self, value):
        self.value = value

    def result(self):
        return self.value


class Client:
    def __init__(self, cluster):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False

    def submit(self, function, *arguments, retries, key, pure):
        return Task(function(*arguments))

    def cancel(self, tasks):
        pass


class LocalCluster:
    def __init__(self, **settings):
        pass

    def close(self):
        pass


def as_completed(tasks):
    return list(tasks)
";

/// The driver without Dask: what it says of a manifest that is none, and which shards it runs.
#[test]
fn the_driver_names_a_bad_manifest_and_runs_an_empty_shard_again() {
    let directory = place();
    let at = directory.path();
    fs::create_dir_all(at.join("stub/dask")).unwrap();
    fs::write(at.join("stub/dask/__init__.py"), "").unwrap();
    fs::write(at.join("stub/dask/distributed.py"), DASK_IN_ONE_PROCESS).unwrap();
    let driver = |manifest: &str| {
        let mut driver = command(at, "python3");
        let words = ["cluster/dask_driver.py", manifest, "--", "--format", "json"];
        driver.args(words).env("PYTHONPATH", at.join("stub"));
        driver
    };
    for (name, text) in [
        ("none.json", None),
        ("empty.json", Some("")),
        ("other.json", Some("{}")),
        ("list.json", Some("[1]")),
        ("number.json", Some("{\"shards\": [{\"shard\": \"../0\"}]}")),
    ] {
        if let Some(text) = text {
            fs::write(at.join(name), text).unwrap();
        }
        let output = driver(name).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(said.starts_with("error: "), "{name}: {said}");
        assert!(said.contains(name) && !said.contains("Traceback"), "{said}");
    }
    let few = "--trials 100 --set simulate.drill_trials=0 --grid log_shipping.backup_interval=5min";
    let sweep = format!("scenarios/lync-2013-lbw.toml {few},15min");
    let words = |line: String| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let plan = words(format!("sweep plan {sweep} --shards 3"));
    ok(command(at, "poolproof").args(plan));
    let here = words(format!("sweep {sweep} --format json"));
    let here = ok(command(at, "poolproof").args(here));
    assert_eq!(ok(&mut driver("manifest.json")).stdout, here.stdout);
    let shard = at.join("shards/shard-00001.json");
    let whole = fs::read(&shard).unwrap();
    for damaged in [&b""[..], &whole[..whole.len() / 2], b"not a shard\n"] {
        fs::write(&shard, damaged).unwrap();
        assert_eq!(ok(&mut driver("manifest.json")).stdout, here.stdout);
        assert_eq!(fs::read(&shard).unwrap(), whole);
    }
}
