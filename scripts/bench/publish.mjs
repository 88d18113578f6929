// Fills one stream of a running server over the plain NATS protocol, many publishes under way at once.
import { connect } from 'node:net';

const ROOM = 4096;
const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heron', 'islet', 'juniper'];

/** Publishes JSON of `payloadBytes` each until the stream holds about `totalBytes`. Resolves when all is acknowledged. */
export async function publish({ port, stream, config, payloadBytes, totalBytes }) {
  const link = await open(port);
  await link.request(
    `$JS.API.STREAM.CREATE.${stream}`,
    JSON.stringify({ name: stream, subjects: [`${stream.toLowerCase()}.>`], storage: 'file', ...config }),
  );
  const random = randomFrom(payloadBytes);
  for (let i = 0, sent = 0; sent < totalBytes; i++) {
    const subject = `${stream.toLowerCase()}.${WORDS[random(10)]}.${random(5000)}`;
    await link.publish(subject, orderJson(random, i, payloadBytes));
    sent += payloadBytes + subject.length + 30;
  }
  await link.settled();
  link.close();
}

function orderJson(random, i, bytes) {
  let text = `{"id":"${hex(random, 12)}","n":${i},"customer":${random(1e6)}`;
  for (let k = 0; text.length < bytes - 40; k++)
    text += `,"${WORDS[k % 10]}${k}":${k % 3 === 0 ? `"${hex(random, 10)}"` : k % 3 === 1 ? random(1e7) : `"${WORDS[random(10)]} ${WORDS[random(10)]}"`}`;
  return `${text.slice(0, bytes - 2).padEnd(bytes - 2, ' ')}"}`;
}

function hex(random, digits) {
  return random(2 ** 32)
    .toString(16)
    .padStart(8, '0')
    .padEnd(digits, random(2 ** 31).toString(16))
    .slice(0, digits);
}

/** The same numbers each time, so that sets made on different days are alike. */
function randomFrom(seed) {
  let state = seed * 0x9e3779b9 + 1;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

async function open(port) {
  const socket = connect(port, '127.0.0.1');
  await new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject));
  socket.write('CONNECT {"verbose":false,"pedantic":false,"headers":true}\r\nSUB _INBOX.bench.* 1\r\n');
  let waiting = 0;
  let wake = () => {};
  let cut = '';
  let failure = null;
  socket.on('data', (data) => {
    const lines = (cut + data.toString('latin1')).split('\r\n');
    cut = lines.pop();
    for (const line of lines) {
      if (line === 'PING') socket.write('PONG\r\n');
      if (line.startsWith('-ERR') || line.includes('"error"')) failure = new Error(line);
      if (line.startsWith('{')) waiting--;
    }
    wake();
  });
  const until = async (most) => {
    while (waiting > most && failure === null) await new Promise((resolve) => (wake = resolve));
    if (failure !== null) throw failure;
  };
  let batch = '';
  const flush = () => {
    socket.write(batch, 'latin1');
    batch = '';
  };
  const send = (subject, payload) => {
    waiting++;
    batch += `PUB ${subject} _INBOX.bench.1 ${payload.length}\r\n${payload}\r\n`;
    if (batch.length > 65536) flush();
  };
  return {
    request: async (subject, payload) => {
      send(subject, payload);
      flush();
      await until(0);
    },
    publish: async (subject, payload) => {
      send(subject, payload);
      if (waiting < ROOM) return;
      flush();
      await until(ROOM / 2);
    },
    settled: async () => {
      flush();
      await until(0);
    },
    close: () => socket.destroy(),
  };
}
