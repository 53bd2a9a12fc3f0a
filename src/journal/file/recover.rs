//! Reading a file that its writer may have left at any moment.

use std::io;

use super::disk::Disk;
use super::format::{MAGIC, What};
use super::index::Index;

/// What a scan of the whole file found.
#[derive(Default, Debug)]
pub(super) struct Scan {
    pub(super) index: Index,
    /// Where the sound part ends; what follows was never safe.
    pub(super) end: u64,
    /// Where the first damage inside the sound part begins, and where it ends.
    pub(super) damage: Option<(u64, u64)>,
    /// The bytes of all damage.
    pub(super) damaged_bytes: u64,
    /// The bytes of records that hold no message.
    pub(super) idle_bytes: u64,
}

/// Reads every record.
///
/// A record that cannot be read is a torn tail if no later record shows that it had been safe: the process or
/// the machine died while it was being written. If a later record was written after a sync, it is damage.
pub(super) fn scan(disk: &mut Disk) -> io::Result<Scan> {
    let mut scan = Scan { end: MAGIC.len() as u64, ..Scan::default() };
    let mut after_gap = false;
    while scan.end < disk.len() {
        if let Some((entry, len)) = disk.entry(scan.end)?
            && scan.index.series() <= Some(entry.series)
        {
            if after_gap {
                scan.index.take_gap_before(&entry);
            }
            after_gap = false;
            scan.index.take(&entry, scan.end);
            if !matches!(entry.what, What::Message { .. }) {
                scan.idle_bytes += len as u64;
            }
            scan.end += len as u64;
            continue;
        }
        let Some(sound_from) = next_sound(disk, scan.end + 1)? else { break };
        if !was_synced_before(disk, sound_from)? {
            break;
        }
        scan.damage.get_or_insert((scan.end, sound_from));
        scan.damaged_bytes += sound_from - scan.end;
        scan.end = sound_from;
        after_gap = true;
    }
    Ok(scan)
}

/// Where the first sound record from `offset` on begins.
fn next_sound(disk: &mut Disk, offset: u64) -> io::Result<Option<u64>> {
    for at in offset..disk.len() {
        if disk.entry(at)?.is_some() {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// Whether the record at `offset` or a later one was written after a sync.
fn was_synced_before(disk: &mut Disk, offset: u64) -> io::Result<bool> {
    let mut at = Some(offset);
    while let Some(here) = at {
        at = match disk.entry(here)? {
            Some((entry, _)) if entry.after_sync => return Ok(true),
            Some((_, len)) => Some(here + len as u64),
            None => next_sound(disk, here + 1)?,
        };
    }
    Ok(false)
}
