//! A small HTTP server of the test's own: it answers as it is told to, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Most bytes of a request: there is no body.
const REQUEST_BYTES_MAX: usize = 16 * 1024;

/// A server, which ends with the test.
pub(super) struct Server {
    address: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Answers in turn; the last one stays.
    answers: Vec<String>,
    requests: Vec<String>,
}

impl Server {
    /// Starts a server that gives these answers, a status line's end and a body each; the last one again and again.
    pub(super) async fn answering(answers: &[(&str, &str)]) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Server { address, state: Arc::default() };
        server.now(answers);
        let state = Arc::clone(&server.state);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.ends_with(b"\r\n\r\n") && request.len() < REQUEST_BYTES_MAX {
                        match stream.read_buf(&mut request).await {
                            Ok(0) | Err(_) => return,
                            Ok(_) => {}
                        }
                    }
                    let answer = answer(&state, &request);
                    // Whoever asked may have gone.
                    drop(stream.write_all(answer.as_bytes()).await);
                });
            }
        });
        server
    }

    /// Gives other answers from now on.
    pub(super) fn now(&self, answers: &[(&str, &str)]) {
        let whole = |(status, body): &(&str, &str)| {
            format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        };
        self.state.lock().unwrap().answers = answers.iter().map(whole).collect();
    }

    /// Returns the server's address, without a slash at its end.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the requests so far, with their headers.
    pub(super) fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }
}

fn answer(state: &Mutex<State>, request: &[u8]) -> String {
    let mut state = state.lock().unwrap();
    state.requests.push(String::from_utf8_lossy(request).into_owned());
    if state.answers.len() > 1 { state.answers.remove(0) } else { state.answers[0].clone() }
}
