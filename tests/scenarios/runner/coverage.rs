//! `docs/rules.md` and `docs/policies.md` against what there is: no rule or policy without a scenario, no
//! scenario without a row.

use std::collections::BTreeSet;

use sansfix::Policies;

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
    wrong.extend(check_policies(scenarios, &mut named));
    for scenario in scenarios.iter().filter(|scenario| !named.contains(&scenario.name)) {
        wrong.push(format!("{PAGE} has no row for the scenario {} ({})", scenario.name, scenario.title));
    }
    if wrong.is_empty() { Ok(page) } else { Err(wrong) }
}

const POLICIES: &str = "docs/policies.md";

/// Every policy has a row with its values in both presets; where these differ, scenarios show both.
fn check_policies(scenarios: &[Scenario], named: &mut BTreeSet<String>) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(root().join(POLICIES)) else {
        return vec![format!("{POLICIES} is missing")];
    };
    let quickfix = values(&format!("{:?}", Policies::quickfix()));
    let mut wrong = Vec::new();
    for (policy, standard) in values(&format!("{:?}", Policies::standard())) {
        let habit = quickfix.iter().find(|(name, _)| *name == policy).map_or("", |(_, value)| value);
        let same = habit == standard;
        let row = format!("| `{policy}` |");
        let Some(line) = text.lines().find(|line| line.starts_with(&row)) else {
            wrong.push(format!("{POLICIES} has no row for {policy}"));
            continue;
        };
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let expected = (format!("`{standard}`"), if same { "same".to_owned() } else { format!("`{habit}`") });
        if (cells.get(2), cells.get(3)) != (Some(&expected.0.as_str()), Some(&expected.1.as_str())) {
            wrong.push(format!(
                "{POLICIES}: {policy} is {} by the rules, {} by habit",
                expected.0, expected.1
            ));
        }
        let names: Vec<&str> =
            cells.get(5).map_or(vec![], |shown| shown.split('`').skip(1).step_by(2).collect());
        let sets = |name: &str| {
            let scenario = scenarios.iter().find(|scenario| scenario.name == name);
            scenario.map(|scenario| {
                scenario.settings.iter().any(|(_, key, value)| key == "preset" || value.starts_with(&policy))
            })
        };
        for name in names.iter().filter(|name| sets(name).is_none()) {
            wrong.push(format!("{POLICIES}: {policy}: there is no scenario {name}"));
        }
        let shown = |chosen| names.iter().any(|name| sets(name) == Some(chosen));
        let both = shown(true) && shown(false);
        if names.is_empty() || !(same || both) {
            wrong.push(format!("{POLICIES}: no scenarios show both choices of {policy}"));
        }
        named.extend(names.iter().map(|&name| name.to_owned()));
    }
    wrong
}

/// `group.field` and value of each policy, from the debug form of them all.
fn values(debug: &str) -> Vec<(String, String)> {
    fields(debug)
        .into_iter()
        .flat_map(|(group, policies)| {
            fields(&policies).into_iter().map(move |(field, value)| (format!("{group}.{field}"), value))
        })
        .collect()
}

/// The fields of `Name { field: value, .. }`, whatever stands inside the values.
fn fields(debug: &str) -> Vec<(String, String)> {
    let inner = debug.split_once('{').map_or("", |(_, inner)| inner.trim_end().trim_end_matches('}'));
    let mut fields = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for (at, character) in inner.char_indices().chain([(inner.len(), ',')]) {
        match character {
            '{' | '(' => depth += 1,
            '}' | ')' => depth -= 1,
            ',' if depth == 0 => {
                if let Some((name, value)) = inner[start..at].split_once(": ") {
                    fields.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                start = at + 1;
            }
            _ => {}
        }
    }
    fields
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
