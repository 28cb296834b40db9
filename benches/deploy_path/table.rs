//! The figures as Markdown, beside what they are to reach.

use std::fmt::Write as _;

use crate::cases::{CASES, Case, LATE, Measured, Pace, Start};
use crate::depth::depth;
use crate::front::{Line, Lines, ROUND_TRIP};
use crate::program::{Program, Run};

/// A value with what it may be at most: its name, itself, the target, the unit.
type Cell = (&'static str, Option<f64>, Option<f64>, &'static str);

/// Everything, ready for docs/performance.md.
pub fn page(measured: &Measured, rounds: usize, program: &Program, lines: &Lines) -> String {
    let late = LATE.as_millis();
    let mut page = format!("Medians of {rounds} interleaved rounds; load {}. Targets in brackets, misses in bold.\n", load());
    let _ = writeln!(page, "\n### The binary over HTTP\n");
    table(&mut page, &format!("case | requests | deep | wall | wall at {late} ms | CPU | peak | instructions"), |case| plain(measured, case));
    let _ = writeln!(page, "\n### The binary over TLS, with gzip\n\n{} roots are read and trusted.\n", lines.trusted);
    let head = format!("case | connections | wall | wall at {late} ms | wall, {} ms away | CPU | peak | instructions", ROUND_TRIP.as_millis());
    table(&mut page, &head, |case| tls(measured, case));
    if let Some(version) = program.node_version() {
        let _ = writeln!(page, "\n### The action, as a runner starts it\n\nnode {version}; its peak is node's.\n");
        let head = format!("case | wall | wall at {late} ms | CPU | peak | TLS: wall | wall at {late} ms | CPU");
        table(&mut page, &head, |case| action(measured, case));
        let _ = writeln!(page, "\n| of that | wall | CPU | peak |\n| --- | --- | --- | --- |");
        for (name, runs) in [("`node -e 0`", &measured.node), ("node and the shim, with a binary that does nothing", &measured.shim)] {
            let _ = writeln!(page, "| {name} | {:.1} ms | {:.1} ms | {:.1} MB |", wall(runs), cpu(runs), peak(runs));
        }
    }
    let _ = writeln!(page, "\n### What is asked\n");
    for (case, run) in CASES.iter().zip(&measured.traced) {
        let names = run.requests.join(" · ");
        let _ = writeln!(page, "- {}: {}", case.name, if names.is_empty() { "nothing" } else { &names });
    }
    page.trim_end().to_owned()
}

fn table(page: &mut String, head: &str, cells: impl Fn(usize) -> Vec<Cell>) {
    let _ = writeln!(page, "| {head} | |\n|{}", " --- |".repeat(head.split('|').count() + 1));
    for (index, Case { name, .. }) in CASES.iter().enumerate() {
        let cells = cells(index);
        let shown: Vec<String> = cells.iter().map(shown).collect();
        let missed: Vec<&str> = cells.iter().filter(|cell| is_missed(cell)).map(|(name, ..)| *name).collect();
        let asked = cells.iter().any(|(_, _, most, _)| most.is_some());
        let verdict = match (missed.is_empty(), asked) {
            (false, _) => format!("**missed: {}**", missed.join(", ")),
            (true, true) => "met".to_owned(),
            (true, false) => String::new(),
        };
        let _ = writeln!(page, "| {name} | {} | {verdict} |", shown.join(" | "));
    }
}

fn is_missed((_, value, most, _): &Cell) -> bool {
    matches!((value, most), (Some(value), Some(most)) if value > most)
}

fn shown(cell: &Cell) -> String {
    let (_, value, most, unit) = cell;
    let Some(value) = value else { return "–".to_owned() };
    let value = if unit.is_empty() { format!("{value:.0}") } else { format!("{value:.1}{unit}") };
    let value = if is_missed(cell) { format!("**{value}**") } else { value };
    most.map_or(value.clone(), |most| format!("{value} (≤ {most}{unit})"))
}

fn plain(measured: &Measured, case: usize) -> Vec<Cell> {
    let of = |pace| measured.of((Start::Binary, Line::Plain, pace), case);
    let (prompt, late) = (of(Pace::Prompt), of(Pace::Late));
    let target = &CASES[case].target;
    let requests = prompt.iter().chain(late).map(|run| number(run.requests.len())).fold(0.0, f64::max);
    let traced = &measured.traced[case];
    vec![
        ("requests", Some(requests), Some(f64::from(target.requests)), ""),
        ("depth", Some(number(depth(&traced.said))), target.deep.map(f64::from), ""),
        ("wall", Some(wall(prompt)), target.wall, " ms"),
        ("late wall", Some(wall(late)), target.late_wall, " ms"),
        ("CPU", Some(cpu(prompt)), target.cpu, " ms"),
        ("peak", Some(peak(prompt)), target.peak, " MB"),
        ("instructions", counted(measured, 0, case), None, " M"),
    ]
}

fn tls(measured: &Measured, case: usize) -> Vec<Cell> {
    let of = |line, pace| measured.of((Start::Binary, line, pace), case);
    let (prompt, late, far) = (of(Line::Tls, Pace::Prompt), of(Line::Tls, Pace::Late), of(Line::Far, Pace::Prompt));
    let target = &CASES[case].target;
    vec![
        ("connections", Some(median(far, |run| number(run.connections))), None, ""),
        ("wall", Some(wall(prompt)), target.wall, " ms"),
        ("late wall", Some(wall(late)), target.late_wall, " ms"),
        ("far wall", Some(wall(far)), None, " ms"),
        ("CPU", Some(cpu(prompt)), target.cpu, " ms"),
        ("peak", Some(peak(prompt)), target.peak, " MB"),
        ("instructions", counted(measured, 1, case), None, " M"),
    ]
}

fn action(measured: &Measured, case: usize) -> Vec<Cell> {
    let of = |line, pace| measured.of((Start::Action, line, pace), case);
    let (prompt, late) = (of(Line::Plain, Pace::Prompt), of(Line::Plain, Pace::Late));
    let (tls, tls_late) = (of(Line::Tls, Pace::Prompt), of(Line::Tls, Pace::Late));
    let all = [
        ("wall", wall(prompt), " ms"),
        ("late wall", wall(late), " ms"),
        ("CPU", cpu(prompt), " ms"),
        ("peak", peak(prompt), " MB"),
        ("TLS wall", wall(tls), " ms"),
        ("TLS late wall", wall(tls_late), " ms"),
        ("TLS CPU", cpu(tls), " ms"),
    ];
    all.into_iter().map(|(name, value, unit)| (name, Some(value), None, unit)).collect()
}

fn counted(measured: &Measured, line: usize, case: usize) -> Option<f64> {
    measured.counted.get(line).and_then(|runs| runs[case].instructions())
}

fn wall(runs: &[Run]) -> f64 {
    median(runs, |run| run.wall)
}

fn cpu(runs: &[Run]) -> f64 {
    median(runs, |run| run.cpu)
}

fn peak(runs: &[Run]) -> f64 {
    median(runs, |run| run.peak)
}

fn median(runs: &[Run], of: impl Fn(&Run) -> f64) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).expect("there are few"))
}

/// The load of the machine, where it can be known: what stands beside a wall clock's figures to judge them by.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}
