//! Draws `benches/*.svg` from `benches/results/`: `cargo run --release -p bench-peers --bin plot`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    reason = "a drawing that cannot be made stops"
)]

use std::path::Path;

use plotters::prelude::*;

type Points = Vec<(f64, f64)>;

fn main() {
    let benches = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../benches"));
    let curves = std::fs::read_to_string(benches.join("results/curves.tsv")).unwrap();
    for (curve, x, y, file) in [
        ("message size", "bytes of a message", "ns a message", "message-size.svg"),
        ("messages handled", "messages handled before", "ns a message", "messages-handled.svg"),
        ("messages stored", "messages in the journal", "ns a replayed message", "messages-stored.svg"),
        ("numbers in a gap", "admin messages in the gap", "ns, the whole replay", "gap-width.svg"),
    ] {
        line(&benches.join(file), curve, x, y, &points(&curves, curve));
    }
    let peers = std::fs::read_to_string(benches.join("results/peers.txt")).unwrap();
    bars(&benches.join("peers.svg"), &comparison(&peers));
}

fn points(curves: &str, wanted: &str) -> Points {
    let read = |line: &str| {
        let mut columns = line.split('\t');
        let here = columns.next()? == wanted;
        here.then_some((columns.next()?.parse().ok()?, columns.next()?.parse().ok()?))
    };
    curves.lines().filter_map(read).collect()
}

fn line(path: &Path, title: &str, x: &str, y: &str, points: &Points) {
    let root = SVGBackend::new(path, (640, 360)).into_drawing_area();
    root.fill(&WHITE).unwrap();
    let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let (first, last) = (points.first().unwrap().0, points.last().unwrap().0);
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d((first..last).log_scale(), 0.0..highest * 1.2)
        .unwrap();
    chart.configure_mesh().x_desc(x).y_desc(y).draw().unwrap();
    chart.draw_series(LineSeries::new(points.iter().copied(), &BLUE)).unwrap();
    chart.draw_series(points.iter().map(|point| Circle::new(*point, 3, BLUE.filled()))).unwrap();
    root.present().unwrap();
}

/// The label (workload and name) and the nanoseconds of each line.
fn comparison(peers: &str) -> Vec<(String, f64)> {
    let read = |line: &str| {
        let (work, rest) = line.split_at_checked(25)?;
        let (name, figures) = rest.split_at_checked(45)?;
        let ns = figures.split_whitespace().next()?.parse().ok()?;
        Some((format!("{}: {}", work.trim(), name.trim()), ns))
    };
    peers.lines().filter_map(read).collect()
}

/// Bars on a logarithmic scale: the figures differ by orders of magnitude.
fn bars(path: &Path, figures: &[(String, f64)]) {
    let (width, step) = (900, 30);
    let height = 70 + step * figures.len() as i32;
    let root = SVGBackend::new(path, (width, height as u32)).into_drawing_area();
    root.fill(&WHITE).unwrap();
    let text = |size: i32| TextStyle::from(("sans-serif", size).into_font()).color(&BLACK);
    root.draw(&Text::new(
        "nanoseconds a message, logarithmic; sansfix does the whole session step",
        (12, 12),
        text(16),
    ))
    .unwrap();
    for (index, (name, ns)) in figures.iter().enumerate() {
        let top = 50 + step * index as i32;
        let length = (ns.log10() * 95.0) as i32;
        let color = if name.contains("sansfix") { BLUE.mix(0.8) } else { BLACK.mix(0.35) };
        root.draw(&Rectangle::new([(430, top), (430 + length, top + step - 8)], color.filled())).unwrap();
        root.draw(&Text::new(name.clone(), (12, top + 4), text(13))).unwrap();
        root.draw(&Text::new(format!("{ns:.0}"), (438 + length, top + 4), text(13))).unwrap();
    }
    root.present().unwrap();
}
