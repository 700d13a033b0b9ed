//! The bytes of a file as UTF-8, whatever it was saved in: UTF-8, UTF-16 as Windows writes it, or a
//! code page that the manifest names. Read in pieces, because a file can be large.

use std::io::{self, BufRead, ErrorKind, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How many bytes are read at once.
const PIECE: usize = 1 << 16;

/// Text from bytes.
pub struct Decoded<R> {
    input: R,
    decoder: Decoder,
    encoding: &'static Encoding,
    /// What was read and not decoded, from `taken` on.
    bytes: Vec<u8>,
    taken: usize,
    is_at_end: bool,
    /// What was decoded and not handed out, from `given` to `decoded`.
    text: Vec<u8>,
    given: usize,
    decoded: usize,
    is_finished: bool,
}

impl<R: Read> Decoded<R> {
    /// Looks at the first bytes: a byte order mark decides; without one, the named encoding;
    /// without that, zeros beside letters are UTF-16, and all else is UTF-8.
    ///
    /// # Errors
    /// When nothing can be read.
    pub fn new(mut input: R, named: Option<&'static Encoding>) -> io::Result<Self> {
        let mut bytes = vec![0; PIECE];
        let read = fill(&mut input, &mut bytes)?;
        bytes.truncate(read);
        let marked = Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
        let encoding = marked.or(named).unwrap_or_else(|| unmarked(&bytes));
        Ok(Self {
            input,
            decoder: encoding.new_decoder_with_bom_removal(),
            encoding,
            is_at_end: read < PIECE,
            bytes,
            taken: 0,
            text: vec![0; PIECE * 2],
            given: 0,
            decoded: 0,
            is_finished: false,
        })
    }

    /// Decodes the next piece, if any is left.
    fn advance(&mut self) -> io::Result<()> {
        while self.given == self.decoded && !self.is_finished {
            if self.taken == self.bytes.len() && !self.is_at_end {
                self.bytes.resize(PIECE, 0);
                let read = fill(&mut self.input, &mut self.bytes)?;
                self.bytes.truncate(read);
                self.taken = 0;
                self.is_at_end = read < PIECE;
            }
            self.given = 0;
            let rest = &self.bytes[self.taken..];
            let decoder = &mut self.decoder;
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(rest, &mut self.text, self.is_at_end);
            self.taken += read;
            self.decoded = written;
            match result {
                DecoderResult::InputEmpty => self.is_finished = self.is_at_end,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    let why = format!("it is not {}", self.encoding.name());
                    return Err(io::Error::new(ErrorKind::InvalidData, why));
                }
            }
        }
        Ok(())
    }
}

/// Reads until the buffer is full or nothing is left.
fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match input.read(&mut buffer[read..]) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// The encoding of a text without a mark. Column names are of ASCII letters, so that every second
/// byte of UTF-16 is zero there.
fn unmarked(bytes: &[u8]) -> &'static Encoding {
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).all(|byte| *byte == 0);
    match head.len() {
        0..4 => UTF_8,
        _ if zeros(1) => UTF_16LE,
        _ if zeros(0) => UTF_16BE,
        _ => UTF_8,
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.advance()?;
        Ok(&self.text[self.given..self.decoded])
    }

    fn consume(&mut self, count: usize) {
        self.given = (self.given + count).min(self.decoded);
    }
}

/// A text in UTF-16 with a byte order mark, as Windows saves it.
#[must_use]
pub fn encoded_utf_16le(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;

    use super::*;

    fn decoded(bytes: &[u8], named: Option<&'static Encoding>) -> io::Result<String> {
        let mut text = String::new();
        Decoded::new(bytes, named)?.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn every_form_gives_the_same_text() {
        let text = "server_name,größe\nSQL-A,1\n".repeat(9_000);
        let utf_16 = encoded_utf_16le(&text);
        assert_eq!(decoded(text.as_bytes(), None).unwrap(), text);
        assert_eq!(decoded(&utf_16, None).unwrap(), text);
        assert_eq!(decoded(&utf_16[2..], None).unwrap(), text, "no mark");
        let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
        assert_eq!(decoded(&marked, None).unwrap(), text);
        let (ansi, ..) = WINDOWS_1252.encode(&text);
        assert_eq!(decoded(&ansi, Some(WINDOWS_1252)).unwrap(), text);
        let refused = decoded(&ansi, None).unwrap_err();
        assert_eq!(refused.to_string(), "it is not UTF-8");
        assert_eq!(decoded(b"", None).unwrap(), "");
    }
}
