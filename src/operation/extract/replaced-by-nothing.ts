import { existsSync } from 'node:fs';
import { ToolError } from '../../core/error.ts';
import { plural } from '../../core/plural.ts';
import type { Finding } from '../../findings/finding.ts';
import { mayLackMessages } from '../../findings/status.ts';
import { lostCount } from '../content/content.ts';
import { inspectArchive } from '../inspect/run.ts';
import type { OutgoingStream } from '../write/outgoing-stream.ts';

/**
 * A stream that is there, at `place`, is not replaced by one whose archive has lost all of its messages. `findings`: what is wrong with
 * the archive. Throws ToolError.
 */
export async function mustNotEmpty(
  { name, content }: OutgoingStream,
  place: string,
  findings: readonly Finding[],
): Promise<void> {
  if (content.state.messages > 0n || !existsSync(place)) return;
  const ofStream = findings.filter(({ stream }) => stream === undefined || stream === name);
  if (lostCount(content) === 0n && !ofStream.some(mayLackMessages)) return;
  const held = await messagesAt(place);
  if (held === 0n) return;
  const there = held === null ? 'a stream whose messages cannot be counted' : plural(held, 'message');
  throw new ToolError(
    `${place} holds ${there}, and the damaged archive gives 0 in their place: it is not replaced; natsarc repair may save some first`,
  );
}

/** null where it cannot be told. */
async function messagesAt(place: string): Promise<bigint | null> {
  try {
    const { accounts } = await inspectArchive(place);
    const messages = accounts[0]?.streams[0]?.state?.messages;
    return messages === undefined ? null : BigInt(messages);
  } catch (error) {
    if (error instanceof ToolError) return null;
    throw error;
  }
}
