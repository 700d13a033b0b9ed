//! How much memory is free: of the machine, and of the control groups that the program runs in.

use std::fs;
use std::path::Path;

/// Where Linux says how its memory is used.
const MEMINFO: &str = "/proc/meminfo";

/// Where Linux says which control groups the program is in.
const OWN_GROUPS: &str = "/proc/self/cgroup";

/// Where the control groups are found, with the files of the limit and of the use: version 2, and
/// the memory controller of version 1.
const GROUPS: [(&str, &str, &str); 2] = [
    ("/sys/fs/cgroup", "memory.max", "memory.current"),
    (
        "/sys/fs/cgroup/memory",
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
    ),
];

/// Three quarters of what is free, in bytes; `None` where the system does not say.
pub fn spare() -> Option<u64> {
    let read = |path: &Path| fs::read_to_string(path).ok();
    let machine = read(Path::new(MEMINFO)).and_then(|text| available(&text));
    let groups = read(Path::new(OWN_GROUPS)).unwrap_or_default();
    let left = left_by_groups(&groups, &read);
    let free = machine.into_iter().chain(left).min();
    free.map(|bytes| bytes / 4 * 3)
}

/// The bytes that new work can have, from the text of `/proc/meminfo`.
fn available(meminfo: &str) -> Option<u64> {
    let mut lines = meminfo.lines();
    let kilobytes = lines.find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let number = kilobytes.trim().strip_suffix("kB")?.trim();
    number.parse::<u64>().ok()?.checked_mul(1024)
}

/// The bytes that the nearest of the limits leaves: of the groups in a text as that of
/// `/proc/self/cgroup`, and of those around them.
fn left_by_groups(groups: &str, read: &dyn Fn(&Path) -> Option<String>) -> Option<u64> {
    let mut left = Vec::new();
    for line in groups.lines() {
        // The number of the hierarchy, its controllers, and the path of the group.
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (fields.next(), fields.next()) else {
            continue;
        };
        let version = match controllers {
            "" => GROUPS[0],
            "memory" => GROUPS[1],
            _ => continue,
        };
        let (root, limit, usage) = version;
        for group in Path::new(group.trim_start_matches('/')).ancestors() {
            let number = |name: &str| {
                let text = read(&Path::new(root).join(group).join(name))?;
                text.trim().parse::<u64>().ok()
            };
            // A group without a limit says "max" in place of a number.
            if let (Some(limit), Some(used)) = (number(limit), number(usage)) {
                let statistics = read(&Path::new(root).join(group).join("memory.stat"));
                let cache = cached_files(&statistics.unwrap_or_default());
                left.push(limit.saturating_sub(used.saturating_sub(cache)));
            }
        }
    }
    left.into_iter().min()
}

/// The bytes of a group that only keep files at hand, from the text of its `memory.stat`: the
/// system takes them back when they are needed.
fn cached_files(statistics: &str) -> u64 {
    let of = |name: &str| {
        let mut lines = statistics.lines().filter_map(|line| line.split_once(' '));
        let line = lines.find(|(key, _)| *key == name)?;
        line.1.trim().parse::<u64>().ok()
    };
    // Version 1 has the sum over the groups below under a name of its own.
    let all = |name: &str| of(&format!("total_{name}")).or_else(|| of(name));
    let kinds = ["inactive_file", "active_file"].into_iter();
    kinds.filter_map(all).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_free_memory_is_read_from_meminfo() {
        let text = "MemTotal:       16000000 kB\nMemFree:  9 kB\nMemAvailable:    8000 kB\n";
        assert_eq!(available(text), Some(8_192_000));
        assert_eq!(available("MemTotal: 1 kB\n"), None);
        assert_eq!(available("MemAvailable: many kB\n"), None);
    }

    #[test]
    fn the_nearest_limit_of_the_groups_counts() {
        let read = |path: &Path| {
            let text = match path.to_str()? {
                "/sys/fs/cgroup/a/b/memory.max" => "max",
                "/sys/fs/cgroup/a/b/memory.current" => "10",
                "/sys/fs/cgroup/a/memory.max" => "1000",
                "/sys/fs/cgroup/a/memory.current" => "400",
                "/sys/fs/cgroup/a/memory.stat" => "anon 300\ninactive_file 70\nactive_file 30",
                "/sys/fs/cgroup/memory/c/memory.limit_in_bytes" => "500",
                "/sys/fs/cgroup/memory/c/memory.usage_in_bytes" => "501",
                _ => return None,
            };
            Some(format!("{text}\n"))
        };
        assert_eq!(left_by_groups("0::/a/b\n", &read), Some(700));
        assert_eq!(left_by_groups("4:memory:/c\n0::/a\n", &read), Some(0));
        assert_eq!(left_by_groups("2:cpu:/c\n", &read), None);
        assert_eq!(left_by_groups("nonsense", &read), None);
        let version_1 = "inactive_file 1\ntotal_inactive_file 20\ntotal_active_file 3";
        assert_eq!(cached_files(version_1), 23);
    }
}
