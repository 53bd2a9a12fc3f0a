//! One scenario file: a header of `key: value` lines, an empty line, then what happens.

use std::path::{Path, PathBuf};

use sansfix::Role;

use super::line::Line;
use super::version::Version;

#[derive(Debug)]
pub(crate) struct Scenario {
    pub name: String,
    pub path: PathBuf,
    pub title: String,
    pub versions: Vec<Version>,
    pub sides: Vec<Role>,
    /// Policies and other settings, with their line numbers.
    pub settings: Vec<(usize, String, String)>,
    /// One for each `each` line; one without any.
    pub cases: Vec<Case>,
}

/// A scenario with the values of one `each` line put in.
#[derive(Debug)]
pub(crate) struct Case {
    pub label: String,
    pub lines: Vec<Line>,
}

const SETTINGS: [&str; 6] = ["preset", "policy", "config", "resume", "compose", "check"];

impl Scenario {
    pub(crate) fn read(path: &Path) -> Result<Scenario, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::parse(path, &text)
    }

    fn parse(path: &Path, text: &str) -> Result<Scenario, String> {
        let at = |number: usize, message: String| format!("{}:{number}: {message}", path.display());
        let mut scenario = Scenario {
            name: path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
            path: path.to_owned(),
            title: String::new(),
            versions: Vec::new(),
            sides: Vec::new(),
            settings: Vec::new(),
            cases: Vec::new(),
        };
        let mut rows = Vec::new();
        let mut rule = false;
        let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
        for (number, line) in lines.by_ref() {
            if line.is_empty() {
                break;
            }
            if line.starts_with('#') {
                continue;
            }
            let (key, value) =
                line.split_once(':').ok_or_else(|| at(number, format!("no `key: value`: {line}")))?;
            let value = value.trim();
            match key {
                "title" => value.clone_into(&mut scenario.title),
                "rule" => rule = true,
                "versions" => {
                    scenario.versions = Version::parse_list(value).map_err(|error| at(number, error))?;
                }
                "sides" => scenario.sides = sides(value).map_err(|error| at(number, error))?,
                "each" => rows.push(row(value).map_err(|error| at(number, error))?),
                key if SETTINGS.contains(&key) => {
                    scenario.settings.push((number, key.to_owned(), value.to_owned()));
                }
                key => return Err(at(number, format!("no header line {key:?}"))),
            }
        }
        for (missing, what) in [
            (scenario.title.is_empty(), "title"),
            (!rule, "rule"),
            (scenario.versions.is_empty(), "versions"),
            (scenario.sides.is_empty(), "sides"),
        ] {
            if missing {
                return Err(at(1, format!("the header has no {what}")));
            }
        }
        let body: Vec<_> = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect();
        if rows.is_empty() {
            rows.push(Vec::new());
        }
        for row in rows {
            let mut lines = Vec::new();
            for (number, line) in &body {
                let line = filled(line, &row);
                if let Some(line) = Line::parse(*number, &line).map_err(|error| at(*number, error))? {
                    lines.push(line);
                }
            }
            let label =
                row.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ");
            scenario.cases.push(Case { label, lines });
        }
        Ok(scenario)
    }
}

fn sides(value: &str) -> Result<Vec<Role>, String> {
    match value {
        "both" => Ok(vec![Role::Acceptor, Role::Initiator]),
        "acceptor" => Ok(vec![Role::Acceptor]),
        "initiator" => Ok(vec![Role::Initiator]),
        other => Err(format!("sides are both, acceptor or initiator, not {other:?}")),
    }
}

/// `name=value name="two words"`: what an `each` line puts in the place of `{name}`.
fn row(value: &str) -> Result<Vec<(String, String)>, String> {
    super::line::words(value)?
        .into_iter()
        .map(|word| {
            let (name, value) = word.split_once('=').ok_or_else(|| format!("no name=value: {word}"))?;
            Ok((name.to_owned(), value.trim_matches('"').to_owned()))
        })
        .collect()
}

fn filled(line: &str, row: &[(String, String)]) -> String {
    row.iter().fold(line.to_owned(), |line, (name, value)| line.replace(&format!("{{{name}}}"), value))
}
