// As much of RFC 6455 as the mock needs: text frames, both ways, one frame a message.
import { createHash } from 'node:crypto';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function frame(text) {
  const body = Buffer.from(text);
  const head =
    body.length < 126
      ? Buffer.from([0x81, body.length])
      : Buffer.from([0x81, 126, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, body]);
}

function* unframe(state) {
  for (;;) {
    const { data } = state;
    if (data.length < 6) return;
    const short = data[1] & 127;
    const start = short === 126 ? 4 : 2;
    const length = short === 126 ? data.readUInt16BE(2) : short;
    if (data.length < start + 4 + length) return;
    const mask = data.subarray(start, start + 4);
    const body = Buffer.from(data.subarray(start + 4, start + 4 + length));
    for (let i = 0; i < length; i += 1) body[i] ^= mask[i % 4];
    state.data = data.subarray(start + 4 + length);
    yield { opcode: data[0] & 15, text: body.toString() };
  }
}

/** Answers an upgrade; `onText` gets each message. Returns `send` and `close`. */
export function acceptSocket(request, socket, onText, onClose) {
  const key = request.headers['sec-websocket-key'];
  const accept = createHash('sha1')
    .update(key + MAGIC)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const state = { data: Buffer.alloc(0) };
  socket.on('data', (chunk) => {
    state.data = Buffer.concat([state.data, chunk]);
    for (const { opcode, text } of unframe(state)) {
      if (opcode === 8) socket.end();
      else if (opcode === 1) onText(text);
    }
  });
  socket.on('close', onClose);
  socket.on('error', onClose);
  return {
    send: (value) => socket.writable && socket.write(frame(JSON.stringify(value))),
    close: () => socket.end(),
  };
}
