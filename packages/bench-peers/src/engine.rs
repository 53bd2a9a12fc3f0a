//! A session engine driven without a socket: its acceptor reads a stream in memory, on a single-threaded
//! runtime.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use ironfix_core::message::RawMessage;
use ironfix_core::types::CompId;
use ironfix_engine::{
    Acceptor, OutboundMessage, RejectReason, SessionConfig, SessionId, SyncApplication,
    SyncApplicationAdapter,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::common::messages::{Draw, Order, PEER, US, frame, order};

const MESSAGES: u64 = 100_000;

/// Nanoseconds per order, which is read, checked by the session, and passed to the application.
pub(crate) fn inbound() -> f64 {
    (0..3).map(|_| round()).fold(f64::INFINITY, f64::min)
}

fn round() -> f64 {
    let stamp = stamp();
    let mut draw = Draw::new(11);
    let mut bytes = frame(&format!("35=A|34=1|49={PEER}|52={stamp}|56={US}|98=0|108=30|"));
    for number in 2..MESSAGES + 2 {
        bytes.extend(order(number, &mut draw, Order::ByTag, &stamp));
    }
    let taken = Arc::new(Taken::default());
    let application = Arc::new(SyncApplicationAdapter::new(Handle(taken.clone())));
    let config = SessionConfig::new(CompId::new(US).unwrap(), CompId::new(PEER).unwrap(), "FIX.4.4");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        // The queue has room for all messages: the engine ends the session if the application falls behind.
        let acceptor = Acceptor::new(config, application).with_app_queue_capacity(2 * MESSAGES as usize);
        let begin = Instant::now();
        let connection = acceptor.serve_stream(Memory { bytes, at: 0 }).await.unwrap();
        while taken.messages.load(Ordering::Relaxed) < MESSAGES {
            assert!(begin.elapsed().as_secs() < 5, "the engine stopped at {taken:?}");
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let took = begin.elapsed();
        drop(connection);
        assert_eq!(taken.numbers.load(Ordering::Relaxed), (2..MESSAGES + 2).sum());
        took.as_nanos() as f64 / MESSAGES as f64
    })
}

/// The current time for SendingTime(52): the engine compares it with the machine's clock.
fn stamp() -> String {
    let mut text = [0; 30];
    let now = sansfix::Utc::from(std::time::SystemTime::now());
    let len = sansfix::wire::write_utc(now, sansfix::wire::TimePrecision::Millis, &mut text);
    String::from_utf8(text[..len].to_vec()).unwrap()
}

#[derive(Default, Debug)]
struct Taken {
    messages: AtomicU64,
    numbers: AtomicU64,
}

struct Handle(Arc<Taken>);

impl SyncApplication for Handle {
    fn on_create(&self, _: &SessionId) {}
    fn on_logon(&self, _: &SessionId) {}
    fn on_logout(&self, _: &SessionId) {}
    fn to_admin(&self, _: &mut OutboundMessage, _: &SessionId) {}
    fn from_admin(&self, _: &RawMessage<'_>, _: &SessionId) -> Result<(), RejectReason> {
        Ok(())
    }
    fn to_app(&self, _: &mut OutboundMessage, _: &SessionId) {}
    fn from_app(&self, message: &RawMessage<'_>, _: &SessionId) -> Result<(), RejectReason> {
        let number = message.get_field_as::<u64>(34).unwrap_or(0);
        self.0.numbers.fetch_add(number, Ordering::Relaxed);
        self.0.messages.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Returns its bytes when read, then nothing more; accepts everything written.
struct Memory {
    bytes: Vec<u8>,
    at: usize,
}

impl AsyncRead for Memory {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let end = (self.at + buf.remaining()).min(self.bytes.len());
        if end == self.at {
            return Poll::Pending;
        }
        buf.put_slice(&self.bytes[self.at..end]);
        self.at = end;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Memory {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
