import type { JsonObject } from '../../core/json.ts';
import { plural } from '../../core/plural.ts';
import { limitPerSubject, removalLimit } from '../../model/removal-limits.ts';

/** Messages as they are written; no subjects where these are too many to be counted. */
interface CountedMessages {
  readonly messages: bigint;
  readonly subjects: Iterable<{ readonly messages: bigint }>;
}

/** How many messages a server removes by `max_msgs` and `max_msgs_per_subject` of a configuration. */
export interface BeyondLimits {
  readonly messages: bigint;
  /** There may be more: both limits take some, and which of them are the same is not known. */
  readonly isLeast: boolean;
}

export function beyondLimits(config: JsonObject, { messages, subjects }: CountedMessages): BeyondLimits {
  const most = removalLimit(config, 'max_msgs');
  const byCount = most !== null && messages > most ? messages - most : 0n;
  const perSubject = limitPerSubject(config);
  let bySubject = 0n;
  if (perSubject !== null)
    for (const subject of subjects)
      if (subject.messages > perSubject) bySubject += subject.messages - perSubject;
  return { messages: byCount > bySubject ? byCount : bySubject, isLeast: byCount > 0n && bySubject > 0n };
}

/** The same in words: a note `BEYOND_LIMITS`. */
export function beyondLimitsText({ messages, isLeast }: BeyondLimits): string {
  const count = `${isLeast ? 'at least ' : ''}${plural(messages, 'message')}`;
  return `${count} more ${messages === 1n ? 'is' : 'are'} here than max_msgs or max_msgs_per_subject allows: a server removes the oldest when it has the stream; --config gives other limits`;
}
