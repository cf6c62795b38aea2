//! A slow network in front of the API server: every byte arrives half a round trip later, and none waits for another.
//!
//! It carries TCP, so TLS, HTTP/2 and connection reuse are the tools' own, and a new connection costs what it costs.
//! It does not limit bandwidth and loses nothing.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

const CHUNK_BYTES: usize = 64 * 1024;

/// A listening link; it ends with the runtime.
pub(crate) struct Link {
    pub(crate) address: SocketAddr,
    pub(crate) round_trip: Duration,
}

impl Link {
    /// Opens a link to a server.
    pub(crate) async fn open(server: SocketAddr, round_trip: Duration) -> Link {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has free ports");
        let address = listener.local_addr().expect("the listener is bound");
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(client, server, round_trip));
            }
        });
        Link { address, round_trip }
    }
}

async fn carry(client: TcpStream, server: SocketAddr, round_trip: Duration) {
    // The kernel has shaken hands already: the client's first bytes make up for the round trip that this takes.
    let connected = Instant::now() + round_trip;
    let Ok(server) = TcpStream::connect(server).await else { return };
    for stream in [&client, &server] {
        stream.set_nodelay(true).expect("a connected socket takes the option");
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::join!(
        one_way(from_client, to_server, connected, round_trip / 2),
        one_way(from_server, to_client, connected, round_trip / 2),
    );
}

/// Carries bytes one way. What was sent together arrives together, however much is on its way.
async fn one_way(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    connected: Instant,
    delay: Duration,
) {
    let (sent, mut arriving) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let read = async move {
        let mut chunk = vec![0; CHUNK_BYTES];
        while let Ok(bytes @ 1..) = from.read(&mut chunk).await {
            let arrival = Instant::now().max(connected) + delay;
            if sent.send((arrival, chunk[..bytes].to_vec())).is_err() {
                return;
            }
        }
    };
    let write = async move {
        while let Some((arrival, bytes)) = arriving.recv().await {
            if !delay.is_zero() {
                sleep_until(arrival).await;
            }
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        // The other end may have closed already.
        let _ = to.shutdown().await;
    };
    tokio::join!(read, write);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Far longer than a busy machine's pauses, which the upper bounds must survive.
    const ROUND_TRIP: Duration = Duration::from_millis(500);

    /// A server that sends back every byte.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        address
    }

    async fn ask(stream: &mut TcpStream) {
        stream.write_all(b"a").await.unwrap();
        stream.read_exact(&mut [0]).await.unwrap();
    }

    #[tokio::test]
    async fn a_new_connection_takes_two_round_trips_to_its_first_answer_and_a_kept_one_takes_one() {
        let link = Link::open(echo().await, ROUND_TRIP).await;
        let started = Instant::now();
        let mut stream = TcpStream::connect(link.address).await.unwrap();
        ask(&mut stream).await;
        let first = started.elapsed();
        ask(&mut stream).await;
        let second = started.elapsed().checked_sub(first).unwrap();
        assert!(first >= 2 * ROUND_TRIP, "the first answer came after {first:?}");
        assert!(second >= ROUND_TRIP && second < first, "the second answer came after {second:?}");
    }

    #[tokio::test]
    async fn connections_and_bytes_do_not_wait_for_each_other() {
        const AT_ONCE: usize = 50;
        let link = Link::open(echo().await, ROUND_TRIP).await;
        let started = Instant::now();
        let mut streams = Vec::new();
        for _ in 0..AT_ONCE {
            streams.push(TcpStream::connect(link.address).await.unwrap());
        }
        for stream in &mut streams {
            stream.write_all(b"many bytes").await.unwrap();
        }
        for stream in &mut streams {
            stream.read_exact(&mut [0; 10]).await.unwrap();
        }
        // One after another they would take 100 round trips.
        assert!(started.elapsed() < 20 * ROUND_TRIP, "{AT_ONCE} connections took {:?}", started.elapsed());
    }
}
