//! QuickFIX's own dictionaries, which are not part of this project: where they lie beside it, they must load
//! and serve.

use std::format;
use std::path::PathBuf;
use std::string::String;
use std::sync::Arc;
use std::vec::Vec;

use super::properties::check;
use crate::dictionary::{Dictionary, DictionaryRules};

/// The dictionaries' folder (the variable `FIX_DICTIONARIES` names another), or `None`, said aloud, where it
/// is not there.
fn folder() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/spec");
    let folder = std::env::var_os("FIX_DICTIONARIES").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    std::println!("skipped: no dictionaries in {}", folder.display());
    None
}

fn load(file: &str) -> Option<Arc<Dictionary>> {
    let text = std::fs::read_to_string(folder()?.join(file)).unwrap();
    Some(Arc::new(Dictionary::from_xml(&text).unwrap_or_else(|error| panic!("{file}: {error}"))))
}

#[test]
fn every_dictionary_of_the_shared_folder_loads_and_stays_small() {
    let Some(folder) = folder() else { return };
    let mut files: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        files.extend(entry.unwrap().file_name().into_string().ok().filter(|name| name.ends_with(".xml")));
    }
    assert!(!files.is_empty());
    for file in files {
        let memory = load(&file).unwrap().memory();
        assert!(memory < 1 << 20, "{file}: {memory} bytes");
    }
}

/// Plants faults in random messages of each of `seeds`.
fn serve(rules: &DictionaryRules, name: &str, seeds: u64) {
    let mut planted = 0;
    for seed in 0..seeds {
        planted += check(rules, seed).unwrap_or_else(|failure| panic!("{name}, seed {seed}: {failure}"));
    }
    assert!(planted as u64 > seeds, "{name}: only {planted} faults planted");
}

#[test]
fn messages_of_the_shared_dictionaries_pass_and_faults_are_found() {
    for version in ["40", "41", "42", "43", "44"] {
        let Some(dictionary) = load(&format!("FIX{version}.xml")) else { return };
        serve(&DictionaryRules::new(dictionary).unwrap(), version, 300);
    }
    for version in ["50", "50SP1", "50SP2"] {
        let (Some(transport), Some(application)) = (load("FIXT11.xml"), load(&format!("FIX{version}.xml")))
        else {
            return;
        };
        serve(&DictionaryRules::fixt(transport, application).unwrap(), version, 300);
    }
}
