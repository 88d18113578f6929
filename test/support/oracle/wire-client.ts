import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { parse } from 'lossless-json';
import type { Json } from '../captures.ts';

/** Just enough of the client protocol to ask the JetStream API of one account. */
export class WireClient {
  readonly #socket: Socket;
  readonly #waiting = new Map<string, (payload: Buffer) => void>();
  #buffer: Buffer = Buffer.alloc(0);
  #next = 0;
  /** Takes the parts of what is being delivered; null for the end. */
  #takePart: ((part: Buffer | null) => void) | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (part) => this.#take(part));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#takePart?.(null);
      for (const answer of this.#waiting.values()) answer(Buffer.alloc(0));
      this.#waiting.clear();
    });
  }

  static async connect(port: number, user: string): Promise<WireClient> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const client = new WireClient(socket);
    const options = { verbose: false, pedantic: false, user, pass: 'x', headers: true, no_responders: true };
    socket.write(`CONNECT ${JSON.stringify(options)}\r\nSUB _R.> 1\r\nSUB _S 2\r\n`);
    return client;
  }

  /** Sends a request; an empty answer where there is none in time. */
  async request(subject: string, payload: Uint8Array | string = '', timeoutMs = 10_000): Promise<Buffer> {
    if (this.#socket.destroyed) return Buffer.alloc(0);
    const reply = `_R.${++this.#next}`;
    const body = Buffer.from(payload);
    return new Promise((resolve) => {
      const timer = setTimeout(() => answer(Buffer.alloc(0)), timeoutMs);
      const answer = (bytes: Buffer): void => {
        clearTimeout(timer);
        this.#waiting.delete(reply);
        resolve(bytes);
      };
      this.#waiting.set(reply, answer);
      this.#socket.write(
        Buffer.concat([Buffer.from(`PUB ${subject} ${reply} ${body.length}\r\n`), body, CRLF]),
      );
    });
  }

  async api(subject: string, payload: Uint8Array | string = ''): Promise<Json> {
    const answer = await this.request(`$JS.API.${subject}`, payload);
    return answer.length === 0
      ? { error: { description: NO_ANSWER } }
      : parse(answer.toString(), undefined, BigInt0);
  }

  /** Has a stream's snapshot delivered; null where the server gives none, or none whole. */
  async snapshot(
    stream: string,
  ): Promise<{ readonly config: Json; readonly state: Json; readonly bytes: Buffer } | null> {
    const parts: Buffer[] = [];
    const whole = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), SNAPSHOT_MS);
      this.#takePart = (part) => {
        if (part !== null && part.length > 0) return void parts.push(part);
        clearTimeout(timer);
        resolve(part !== null);
      };
    });
    const { error, config, state } = await this.api(
      `STREAM.SNAPSHOT.${stream}`,
      '{"deliver_subject":"_S","no_consumers":true}',
    );
    if (error !== undefined) this.#takePart?.(null);
    return (await whole) ? { config, state, bytes: Buffer.concat(parts) } : null;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Parts are acknowledged; the status at the end tells of a snapshot that failed. */
  #takeDelivered(words: readonly string[], head: string, payload: Buffer): void {
    const reply = words.length === (words[0] === 'HMSG' ? 6 : 5) ? words[3] : undefined;
    if (reply !== undefined) this.#socket.write(`PUB ${reply} 0\r\n\r\n`);
    const isFailed = head !== '' && !head.startsWith('NATS/1.0 204');
    this.#takePart?.(isFailed ? null : payload);
  }

  #take(part: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, part]);
    for (;;) {
      const end = this.#buffer.indexOf(CRLF);
      if (end < 0) return;
      const words = this.#buffer.subarray(0, end).toString().split(' ');
      let next = end + 2;
      if (words[0] === 'MSG' || words[0] === 'HMSG') {
        const size = Number(words.at(-1));
        if (this.#buffer.length < next + size + 2) return;
        const headBytes = words[0] === 'HMSG' ? Number(words.at(-2)) : 0;
        const payload = Buffer.from(this.#buffer.subarray(next + headBytes, next + size));
        const head = this.#buffer.toString('latin1', next, next + headBytes);
        if (words[1] === '_S') this.#takeDelivered(words, head, payload);
        else this.#waiting.get(words[1] ?? '')?.(payload);
        next += size + 2;
      } else if (words[0] === 'PING') this.#socket.write('PONG\r\n');
      this.#buffer = this.#buffer.subarray(next);
    }
  }
}

const SNAPSHOT_MS = 10_000;
export const NO_ANSWER = 'no answer';
const CRLF = Buffer.from('\r\n');

function BigInt0(digits: string): number | bigint {
  return /^-?\d+$/.test(digits) ? BigInt(digits) : Number(digits);
}
