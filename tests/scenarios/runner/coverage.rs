//! `docs/rules.md` against what there is: no rule without a scenario, no scenario without a row.

use std::collections::BTreeSet;

use super::root;
use super::scenario::Scenario;

#[derive(Debug, Default)]
pub(crate) struct Page {
    pub rules: usize,
    pub hard_cases: usize,
}

const PAGE: &str = "docs/rules.md";

pub(crate) fn check(scenarios: &[Scenario]) -> Result<Page, Vec<String>> {
    let text =
        std::fs::read_to_string(root().join(PAGE)).map_err(|error| vec![format!("{PAGE}: {error}")])?;
    let mut page = Page::default();
    let mut named = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut hard_cases = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("## ") {
            hard_cases = line.contains("Hard cases");
        }
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [place, rule, shown] = cells[..] else { continue };
        if !line.starts_with('|') || place.starts_with("---") || shown == "Scenarios" {
            continue;
        }
        if hard_cases {
            page.hard_cases += 1
        } else {
            page.rules += 1
        }
        let names: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        let elsewhere =
            ["driver: ", "dictionary: ", "journal: ", "schedule: "].iter().any(|at| shown.contains(at));
        if names.is_empty() && !elsewhere {
            wrong.push(format!("{PAGE}:{}: no scenario shows {place} {rule:?}", index + 1));
        }
        for name in names {
            if let Err(error) = exists(name, scenarios) {
                wrong.push(format!("{PAGE}:{}: {error}", index + 1));
            }
            named.insert(name.to_owned());
        }
    }
    for scenario in scenarios.iter().filter(|scenario| !named.contains(&scenario.name)) {
        wrong.push(format!("{PAGE} has no row for the scenario {} ({})", scenario.name, scenario.title));
    }
    if wrong.is_empty() { Ok(page) } else { Err(wrong) }
}

/// A scenario by its name, or a test as `path::function`.
fn exists(name: &str, scenarios: &[Scenario]) -> Result<(), String> {
    let Some((path, function)) = name.rsplit_once("::") else {
        let found = scenarios.iter().any(|scenario| scenario.name == name);
        return if found { Ok(()) } else { Err(format!("there is no scenario {name}")) };
    };
    let text = std::fs::read_to_string(root().join(path)).map_err(|error| format!("{path}: {error}"))?;
    if text.contains(&format!("fn {function}(")) {
        Ok(())
    } else {
        Err(format!("{path} has no test {function}"))
    }
}
